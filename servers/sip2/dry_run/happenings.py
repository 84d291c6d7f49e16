"""What would happen at the desk, an event a sentence: with barcodes and names, for who runs the server."""

from __future__ import annotations

from datetime import datetime

from core.events import (
    CheckedIn,
    CheckedOut,
    DiscrepancyNoted,
    Event,
    FeeCharged,
    HoldCancelled,
    HoldChanged,
    HoldPlaced,
    Renewed,
)
from core.library import Library
from core.model.money import quantise
from core.model.records import BibId, HoldId, ItemId, PatronId
from servers.sip2.station import Station


def happening(event: Event, station: Station) -> str:
    """The event in words, with times as at the terminal."""
    library = station.desk.library
    match event:
        case CheckedOut():
            return _checked_out(event, station)
        case Renewed():
            before, until = _time(event.due_before, station), _time(event.loan.due, station)
            return f"The loan of {_item(event.item, library)} lasts until {until} instead of {before}."
        case CheckedIn():
            return _checked_in(event, station)
        case FeeCharged(fee):
            amount, kind = quantise(fee.amount, fee.currency), fee.kind.name.lower()
            return f"{_patron(fee.patron, library)} is charged {amount} {fee.currency} ({kind})."
        case HoldPlaced(hold):
            who, what = _patron(hold.patron, library), _bib(hold.bib, library)
            return f"{who} gets a hold on {what}, to be picked up at {hold.pickup}."
        case HoldChanged():
            end = "" if event.expires is None else f" until {event.expires}"
            who, what = _patron(event.patron, library), _bib(event.bib, library)
            return f"The hold of {who} on {what} is from now on for {event.pickup}{end}."
        case HoldCancelled():
            return f"The hold of {_patron(event.patron, library)} on {_bib(event.bib, library)} ends."
        case DiscrepancyNoted(noted):
            return f"It goes to the reconciliation work list: {', '.join(noted.reasons)}."
        case _:
            raise AssertionError(f"no explained act leads to {type(event).__name__}")


def _checked_out(event: CheckedOut, station: Station) -> str:
    library, loan = station.desk.library, event.loan
    item, who = _item(event.item, library), _patron(loan.patron, library)
    told = f"{item} is lent to {who} until {_time(loan.due, station)}."
    if event.hold is not None:
        told += " It fills the patron's own hold."
    if event.displaced is not None:
        told += f" It was set aside for {_holder(event.displaced, library)}, whose hold waits again."
    return told


def _checked_in(event: CheckedIn, station: Station) -> str:
    library = station.desk.library
    back = "was not on loan" if event.patron is None else f"comes back from {_patron(event.patron, library)}"
    for_whom = "" if event.hold is None else f" for {_holder(event.hold, library)}"
    if event.destination:
        where = f"It travels to {event.destination}{for_whom}."
    elif event.hold is not None:
        until = "" if event.ready_until is None else f" until {_time(event.ready_until, station)}"
        where = f"It waits on the hold shelf{for_whom}{until}."
    else:
        where = "It goes back to its shelf."
    return f"{_item(event.item, library)} {back}. {where}"


def _item(item: ItemId, library: Library) -> str:
    known = library.items[item]
    return f"{known.barcode} ({library.title(known)})"


def _patron(patron: PatronId, library: Library) -> str:
    known = library.patrons[patron]
    return f"{known.barcode} ({known.name})"


def _holder(hold: HoldId, library: Library) -> str:
    return _patron(library.holds[hold].patron, library)


def _bib(bib: BibId, library: Library) -> str:
    known = library.bibs[bib]
    return f"{known.control_number} ({known.title})"


def _time(when: datetime, station: Station) -> str:
    return f"{station.local(when):%Y-%m-%d %H:%M}"
