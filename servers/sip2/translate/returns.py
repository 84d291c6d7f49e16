"""09: scanning an item in. The answer says who had it and where it goes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.desk import Answer
from core.events import CheckedIn, Event, FeeCharged
from core.model.records import Fee
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import MediaFlag
from servers.sip2.station import Station
from servers.sip2.translate.reply import NOT_HERE, Reply, Said
from servers.sip2.translate.wording import (
    agency_name,
    amount,
    dated_key,
    item_key,
    known_item,
    leaves_building,
    place_name,
    screen,
)
from servers.sip2.words import MAGNETIC, MEDIA_TYPE, SCREEN


def check_in(request: m.Checkin, station: Station, pin: Pin) -> Said:
    """10: taken back, or found out where it belongs. A return date without a zone is the terminal's own."""
    if not station.terminal.checkin:
        return NOT_HERE
    item = item_key(request.item_identifier, station)
    done = station.desk.check_in(
        station.actor,
        item,
        request=dated_key(request, station, pin, item),
        returned_at=station.moment(request.return_date),
    )
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit)
    return Reply(_returned(request, station, done.outcome), done.unit, done.mine)


def _returned(request: m.Checkin, station: Station, events: tuple[Event, ...]) -> m.CheckinResponse:
    """10. What was not on loan is ok only for a machine that sorts; the strip is locked again only if ok."""
    back, *rest = events
    assert isinstance(back, CheckedIn), "a return begins with the item"
    library = station.desk.library
    item = library.items[back.item]
    patron = library.patrons.get(back.patron) if back.patron is not None else None
    fees = [event.fee for event in rest if isinstance(event, FeeCharged)] if rest else ()
    ok = back.patron is not None or station.terminal.checked_in_ok
    return m.CheckinResponse(
        ok=ok,
        resensitize=ok and leaves_building(item, back.patron, station),
        magnetic_media=MAGNETIC[item.medium],
        alert=back.hold is not None or bool(back.destination),
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        item_identifier=request.item_identifier,
        permanent_location=place_name(item.location, station),
        title_identifier=library.title(item) or None,
        patron_identifier=patron.barcode if patron is not None else None,
        media_type=MEDIA_TYPE[item.medium],
        screen_message=tuple(_lines(ok, back, fees, station)),
    )


def _lines(ok: bool, back: CheckedIn, fees: Sequence[Fee], station: Station) -> Iterator[str]:
    if not ok:
        yield SCREEN[Reason.NOT_ON_LOAN]
    if back.destination:
        yield f"Please send to {agency_name(back.destination, station)}."
    elif back.hold is not None:
        yield "Please put on the hold shelf."
    for fee in fees:
        yield f"A fee of {amount(fee.amount, fee.currency)} {fee.currency} was charged."


def not_checked_in(
    request: m.Checkin, station: Station | None, now: datetime, refusal: Refused
) -> m.CheckinResponse:
    """10 that says no: put the item aside. AJ and AQ tell what is known of it."""
    item = known_item(request.item_identifier, station)
    return m.CheckinResponse(
        ok=False,
        resensitize=False,
        magnetic_media=MediaFlag.UNKNOWN,
        alert=True,
        transaction_date=now,
        institution_id=request.institution_id,
        item_identifier=request.item_identifier,
        permanent_location=item.place,
        title_identifier=item.title or None,
        screen_message=screen(refusal),
    )
