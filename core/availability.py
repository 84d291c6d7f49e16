"""What the items of a bib amount to right now: one holding for each place and call number.

The rule it keeps: nothing here is remembered. It is counted from the records in memory whenever somebody
asks, so whoever looks after a check-out sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from enum import Enum
from hashlib import blake2b
from typing import Final

from msgspec import Struct

from core.enquiries import Enquiries
from core.model.records import BibId, Item, ItemId, ItemStatus, Portfolio, Representation
from core.register import Answer, Register

_NONE: Final[Set[ItemId]] = frozenset()


class Availability(Enum):
    """What a person at the catalogue is told of a holding.

    ``CHECK_HOLDINGS``: of several parts some are in and some are not, so it depends on which one is wanted.
    """

    AVAILABLE = "available"
    UNAVAILABLE = "unavailable"
    CHECK_HOLDINGS = "check_holdings"


class Holding(Struct, frozen=True):
    """The items of a bib that stand in one place under one call number, in the order they were added.

    ``location`` is the code (``AGENCY/PLACE``). ``out`` are the items that nobody can have now. A
    ``temporary`` one is of items that belong elsewhere, and has no call number of its own.
    """

    bib: BibId
    location: str
    call_number: str
    temporary: bool
    items: tuple[Item, ...]
    out: frozenset[ItemId]

    @property
    def id(self) -> int:
        """Its number, the same for as long as bib, place and call number are (48 bits)."""
        key = f"{self.bib}\0{self.location}\0{self.call_number}\0{self.temporary:d}"
        return int.from_bytes(blake2b(key.encode(), digest_size=6).digest())

    @property
    def agency(self) -> str:
        """The code of the agency it stands at."""
        return self.location.partition("/")[0]

    @property
    def availability(self) -> Availability:
        """All parts out, some of several, or something to be had."""
        if len(self.out) == len(self.items):
            return Availability.UNAVAILABLE
        if self.out and len({item.description for item in self.items}) > 1:
            return Availability.CHECK_HOLDINGS
        return Availability.AVAILABLE


def holdings(items: Iterable[Item], wanted: Set[ItemId] = _NONE) -> tuple[Holding, ...]:
    """The holdings that the items of one bib make up, in the order in which the first item of each was added.

    ``wanted`` are items that a hold names. Withdrawn items and other libraries' items are no part of any.
    """
    places: dict[tuple[str, str, bool], list[Item]] = {}
    for item in items:
        if item.status is not ItemStatus.WITHDRAWN and item.guest is None:
            temporary = bool(item.permanent_location)
            place = (item.location, "" if temporary else item.call_number, temporary)
            places.setdefault(place, []).append(item)
    return tuple(
        [
            Holding(here[0].bib, location, call_number, temporary, tuple(here), _out(here, wanted))
            for (location, call_number, temporary), here in places.items()
        ]
    )


def _out(items: Sequence[Item], wanted: Set[ItemId]) -> frozenset[ItemId]:
    return frozenset(
        [item.id for item in items if item.status is not ItemStatus.AVAILABLE or item.id in wanted]
    )


class Inventory(Struct, frozen=True):
    """Everything through which a bib can be had, and how many holds are open on it."""

    holdings: tuple[Holding, ...] = ()
    portfolios: tuple[Portfolio, ...] = ()
    representations: tuple[Representation, ...] = ()
    queue_length: int = 0


class Shelves:
    """What there is of bibs, on shelves and elsewhere."""

    def __init__(self, enquiries: Enquiries, register: Register) -> None:
        self._enquiries = enquiries
        self._register = register

    def inventory(self, bibs: Iterable[BibId]) -> Answer[Mapping[BibId, Inventory]]:
        """What there is of each of these bibs right now."""
        found = {bib: self._inventory(bib) for bib in bibs}
        return self._register.seen(found, *found)

    def _inventory(self, bib: BibId) -> Inventory:
        library = self._enquiries.library
        queue = library.queue_of(bib) if library.is_awaited(bib) else ()
        named = {hold.item for hold in queue if hold.item is not None} if queue else _NONE
        return Inventory(
            holdings(library.items_of(bib), named),
            library.portfolios.of(bib),
            library.representations.of(bib),
            len(queue),
        )
