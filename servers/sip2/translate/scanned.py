"""An item that was scanned in: what became of it, and whether somebody is to look at it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from core.events import CheckedIn
from core.model.records import Item, PatronId
from core.refusals import Reason, Refused
from servers.configuration.settings import AlertCause
from servers.sip2.station import Station


class Scanned(NamedTuple):
    """What is told of it in 10. ``patron`` had it until now, ``hold_patron`` is whom it is kept for now;
    ``cause`` is why the terminal raises an alert, if it does.
    """

    item: Item | None
    ok: bool
    patron: PatronId | None = None
    destination: str = ""
    hold_patron: PatronId | None = None
    ready_until: datetime | None = None
    cause: AlertCause | None = None


def taken_back(back: CheckedIn, item: Item, station: Station) -> Scanned:
    """An item that was taken back. What was not on loan is ok only for a machine that sorts."""
    return Scanned(
        item=item,
        ok=back.patron is not None or station.terminal.checked_in_ok,
        patron=back.patron,
        destination=back.destination,
        hold_patron=back.hold_patron,
        ready_until=back.ready_until,
        cause=_cause(back, item, station),
    )


def refused(refusal: Refused, item: Item | None, station: Station) -> Scanned:
    """An item that was not taken back."""
    unknown = refusal.reason is Reason.UNKNOWN_ITEM
    cause = AlertCause.UNKNOWN_ITEM if unknown else AlertCause.REFUSED
    return Scanned(item, ok=False, cause=cause if cause in station.terminal.alerts else None)


def _cause(back: CheckedIn, item: Item, station: Station) -> AlertCause | None:
    """The first of its causes that the terminal is to be told of."""
    alerts = station.terminal.alerts
    if back.hold is not None:
        cause = AlertCause.HOLD_ELSEWHERE if back.destination else AlertCause.HOLD
        if cause in alerts:
            return cause
    elif back.destination and AlertCause.TRANSIT in alerts:
        return AlertCause.TRANSIT
    return AlertCause.NOTE if item.note and AlertCause.NOTE in alerts else None
