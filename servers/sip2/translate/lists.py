"""The lists of 64: each entry as the terminal's template has it, and the page of them that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import Final, TypeVar

from core.model.records import Fee, FeeKind, Hold, Item
from protocols.sip2 import messages as m
from servers.sip2.station import Station
from servers.sip2.translate.wording import Lines, amount

T = TypeVar("T")
Places = Mapping[str, Callable[[T, Station], str]]
Pieces = tuple[tuple[str, str | None], ...]


def page(request: m.PatronInformation, limit: int) -> slice:
    """BP to BQ, counted from 1 and both included, at most ``limit`` entries (0: all); nothing where BQ comes
    before BP.
    """
    start, end = max((request.start_item or 1) - 1, 0), request.end_item
    return slice(start, end if not limit else start + limit if end is None else min(end, start + limit))


def hold_lines(holds: Sequence[Hold], station: Station) -> Lines:
    """AS and CD."""
    return _lines(holds, station.terminal.hold_item, HOLD_PLACES, station)


def overdue_lines(loans: Sequence[Item], station: Station) -> Lines:
    """AT."""
    return _lines(loans, station.terminal.overdue_item, LOAN_PLACES, station)


def charged_lines(loans: Sequence[Item], station: Station) -> Lines:
    """AU, and BU for those of them that were called back."""
    return _lines(loans, station.terminal.charged_item, LOAN_PLACES, station)


def fine_lines(fees: Sequence[Fee], station: Station) -> Lines:
    """AV."""
    return _lines(fees, station.terminal.fine_item, FEE_PLACES, station)


def _lines(entries: Sequence[T], template: str, places: Places[T], station: Station) -> Lines:
    """Each entry as the template has it; never an empty one: what has no words shows its first place."""
    pieces, (name, *_) = _pieces(template), places.values()
    return tuple([_filled(pieces, places, entry, station) or name(entry, station) for entry in entries])


def _filled(pieces: Pieces, places: Places[T], entry: T, station: Station) -> str:
    words = [literal + places[place](entry, station) if place else literal for literal, place in pieces]
    return "".join(words).strip()


@lru_cache(256)
def _pieces(template: str) -> Pieces:
    """The template as pairs of literal text and the place after it."""
    return tuple((literal, place) for literal, place, _, _ in Formatter().parse(template))


def _due(item: Item, station: Station) -> str:
    return "" if item.loan is None else station.due(item.loan.due)


def _title(item: Item, station: Station) -> str:
    return station.desk.library.title(item)


def _hold_barcode(hold: Hold, station: Station) -> str:
    """A hold is known by the item set aside for it or asked for; where there is none, by its title."""
    item = hold.trapped or hold.item
    return _hold_title(hold, station) if item is None else station.desk.library.items[item].barcode


def _hold_title(hold: Hold, station: Station) -> str:
    bib = station.desk.library.bibs[hold.bib]
    return bib.title or bib.control_number


def _fee_title(fee: Fee, station: Station) -> str:
    item = station.desk.library.items.get(fee.item) if fee.item is not None else None
    return fee.note if item is None else _title(item, station)


_KINDS: Final = {kind: kind.name.lower() for kind in FeeKind}

LOAN_PLACES: Final[Places[Item]] = {
    "barcode": lambda item, station: item.barcode,
    "title": _title,
    "due": _due,
}
HOLD_PLACES: Final[Places[Hold]] = {"barcode": _hold_barcode, "title": _hold_title}
FEE_PLACES: Final[Places[Fee]] = {
    "id": lambda fee, station: str(fee.id),
    "amount": lambda fee, station: amount(fee.left, fee.currency),
    "currency": lambda fee, station: fee.currency,
    "kind": lambda fee, station: _KINDS[fee.kind],
    "title": _fee_title,
}
"""What the places of a template (`servers.configuration.settings`) stand for."""
