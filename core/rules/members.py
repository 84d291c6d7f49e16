"""Who may come to the library: patrons registered, described anew, and let go.

All of a change happens, or none of it. Blocks are placed and lifted by acts of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from datetime import date
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from core.events import HoldCancelled, PatronAdded, PatronChanged, PatronEnded
from core.model.records import Hold, Patron, PatronId
from core.refusals import Reason, Refused
from core.rules.facts import Borrower
from core.rules.holds import cancel_hold


class Trait(StrEnum):
    """What of a patron can be taken away: the names of the fields."""

    GIVEN = "given"
    FAMILY = "family"
    GROUP = "group"
    IDENTIFIERS = "identifiers"
    PIN = "pin"
    EXPIRES = "expires"
    LANGUAGE = "language"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    BORN = "born"


class Person(Struct, frozen=True):
    """What is said of a patron; None: nothing. ``pin`` is a slow hash, as `core.ports.Credentials` makes it.
    ``identifiers`` take the place of those there were.
    """

    family: str | None = None
    given: str | None = None
    group: str | None = None
    agency: str | None = None
    identifiers: tuple[str, ...] | None = None
    pin: str | None = None
    expires: date | None = None
    active: bool | None = None
    language: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    born: date | None = None

    def __repr__(self) -> str:
        """Nothing of it: whom it is about is nobody's business in a traceback."""
        return "Person()"


_NOTHING: Final[dict[Trait, Any]] = {Trait.IDENTIFIERS: (), Trait.EXPIRES: None, Trait.BORN: None}
"""What a trait is when it was taken away, if not an empty text."""


def enrol(
    barcode: str, person: Person, taken: Callable[[str], bool], new_id: Callable[[], int]
) -> Refused | tuple[PatronAdded]:
    """Register a patron. ``taken`` tells whether somebody has an identifier already; without a barcode the
    patron is known by a number of ours.
    """
    if not person.family:
        return Refused(Reason.DETAIL_NEEDED)
    number = PatronId(new_id())
    patron = replace(Patron(number, 1, barcode or str(number), ""), **_said(person))
    if any(taken(key) for key in _keys(patron)):
        return Refused(Reason.ALREADY_EXISTS)
    return (PatronAdded(patron),)


def change(
    patron: Patron, clear: Set[Trait], person: Person, taken: Callable[[str], bool]
) -> Refused | tuple[PatronChanged, ...]:
    """Describe a patron anew: what is to be cleared is taken away first, then what is said is put in.

    ``taken`` tells whether another patron has an identifier.
    """
    cleared = {trait.value: _NOTHING.get(trait, "") for trait in clear}
    described = replace(patron, **{**cleared, **_said(person)})
    if not described.family:
        return Refused(Reason.DETAIL_NEEDED)
    if any(taken(key) for key in _keys(described)):
        return Refused(Reason.ALREADY_EXISTS)
    if described == patron:
        return ()
    return (PatronChanged(replace(described, version=patron.version + 1)),)


def let_go(borrower: Borrower, holds: Iterable[Hold]) -> Refused | tuple[HoldCancelled | PatronEnded, ...]:
    """End the record of a patron who has nothing on loan and owes nothing; their holds end with it."""
    if borrower.loans or borrower.owed:
        return Refused(Reason.STILL_IN_USE)
    ended = [event for hold in holds for event in cancel_hold(hold)]
    return (*ended, PatronEnded(borrower.patron.id))


def _said(person: Person) -> dict[str, Any]:
    return {name: value for name, value in asdict(person).items() if value is not None}


def _keys(patron: Patron) -> tuple[str, ...]:
    return (patron.barcode, *patron.identifiers)
