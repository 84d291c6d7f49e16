"""Where something can be had right now, in words.

The rule it keeps: what is told is where a copy stands, whether it can be had, and when it comes back; nothing
is told of whoever has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Final

from msgspec import Struct

from core.availability import Availability, Holding, Inventory
from core.model.records import Item, ItemStatus
from core.policy_table import PolicyTable


class State(StrEnum):
    """How it stands, for the eye: the class of its element."""

    IN = "in"
    SOME = "some"
    OUT = "out"


class Shown(Struct, frozen=True):
    """A status in words; ``due`` is the day on which it comes back, if that is known."""

    state: State
    words: str
    due: date | None = None


class Copy(Struct, frozen=True):
    """One copy, or one part of several."""

    barcode: str
    description: str
    shown: Shown


class Place(Struct, frozen=True):
    """Copies that stand in one place under one call number. ``free`` of them can be had, of ``total``."""

    library: str
    shelf: str
    call_number: str
    shown: Shown
    free: int
    total: int
    copies: tuple[Copy, ...]


class Online(Struct, frozen=True):
    """Something that can be read or seen without going anywhere. ``address`` is empty if it is no link."""

    label: str
    address: str
    note: str
    available: bool


WORDS: Final[Mapping[ItemStatus, str]] = {
    ItemStatus.AVAILABLE: "Available",
    ItemStatus.ON_LOAN: "On loan",
    ItemStatus.ON_HOLD_SHELF: "Set aside for a reader",
    ItemStatus.IN_TRANSIT: "On its way between libraries",
    ItemStatus.ON_ORDER: "On order",
    ItemStatus.IN_PROCESS: "Being made ready",
    ItemStatus.CLAIMED_RETURNED: "Being looked for",
    ItemStatus.LOST: "Lost",
    ItemStatus.MISSING: "Missing",
    ItemStatus.WITHDRAWN: "Withdrawn",
}
"""What a reader is told of a copy, by its status."""

WANTED: Final = "Asked for by a reader"
SOME: Final = "Some parts are here"
ON_REQUEST: Final = "Available on request"
"""Of a store that brings what is asked for."""


class Holdings:
    """Words for one institution; days are those of its ``zone``."""

    def __init__(self, policy: PolicyTable, zone: tzinfo) -> None:
        self._policy = policy
        self._zone = zone
        self._ranks = {agency.code: rank for rank, agency in enumerate(policy.policy.agencies)}

    def places(self, inventory: Inventory) -> tuple[Place, ...]:
        """The places of a bib, in the order of the institution's libraries."""
        ranked = sorted(
            inventory.holdings, key=lambda holding: self._ranks.get(holding.agency, len(self._ranks))
        )
        return tuple([self._place(holding) for holding in ranked])

    def online(self, inventory: Inventory) -> tuple[Online, ...]:
        """What there is of it in electronic form."""
        return tuple(_online(inventory))

    def _place(self, holding: Holding) -> Place:
        agency, location = self._policy.agency(holding.agency), self._policy.location(holding.location)
        copies = tuple([self._copy(item, item.id in holding.out, location.remote) for item in holding.items])
        return Place(
            library=agency.name or agency.code,
            shelf=location.name or location.code,
            call_number=holding.call_number,
            shown=_together(holding.availability, copies),
            free=len(holding.items) - len(holding.out),
            total=len(holding.items),
            copies=copies,
        )

    def _copy(self, item: Item, is_out: bool, is_remote: bool) -> Copy:
        if not is_out:
            shown = Shown(State.IN, ON_REQUEST if is_remote else WORDS[ItemStatus.AVAILABLE])
        elif item.status is ItemStatus.AVAILABLE:
            shown = Shown(State.OUT, WANTED)
        else:
            lent = item.status is ItemStatus.ON_LOAN and item.loan is not None
            due = self._day(item.loan.due) if lent and item.loan is not None else None
            shown = Shown(State.OUT, WORDS[item.status], due)
        return Copy(item.barcode, item.description, shown)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()


def _together(availability: Availability, copies: Sequence[Copy]) -> Shown:
    """What is told of a place as a whole: what can be had there, else what comes back first."""
    match availability:
        case Availability.AVAILABLE:
            return next(copy.shown for copy in copies if copy.shown.state is State.IN)
        case Availability.CHECK_HOLDINGS:
            return Shown(State.SOME, SOME)
        case Availability.UNAVAILABLE:
            return min((copy.shown for copy in copies), key=lambda shown: shown.due or date.max)


def _online(inventory: Inventory) -> Iterator[Online]:
    for portfolio in inventory.portfolios:
        label = portfolio.collection_name or portfolio.interface or "Online"
        note = ", ".join(filter(None, (portfolio.coverage, portfolio.note)))
        yield Online(label, web_address(portfolio.url), note, portfolio.available)
    for digital in inventory.representations:
        label = digital.label or digital.repository or "Digital copy"
        yield Online(label, web_address(digital.url), digital.note, True)


def web_address(text: str) -> str:
    """The text if a browser may be sent there, else nothing: records hold all kinds of things."""
    is_web = text.lower().startswith(("http://", "https://"))
    return text if is_web and text.isprintable() and " " not in text else ""
