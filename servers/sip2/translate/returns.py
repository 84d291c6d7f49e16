"""09: scanning an item in; and 09 with BI, which takes a loan back.

The answer says who had the item and where it goes. A loan that a machine takes back and that nobody here
knows of is never turned into a return: that would set the item aside for the next in the queue while it is in
somebody's hands. If it is not on loan, everything is as the machine wants it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from core.desk import Answer, Outcome
from core.events import CheckedIn, Event, FeeCharged, Undone
from core.explain import Act
from core.model.records import Item
from core.refusals import Reason, Refused
from core.rules.facts import Offline, Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import MediaFlag
from servers.configuration.settings import HoldsAtCheckin
from servers.sip2.station import Station
from servers.sip2.translate.extras import extended
from servers.sip2.translate.offline import booked, offline
from servers.sip2.translate.reply import NOT_HERE, Reply, Said
from servers.sip2.translate.scanned import Scanned, refused, taken_back
from servers.sip2.translate.wording import (
    Lines,
    agency_name,
    amount,
    item_key,
    known_item,
    leaves_building,
    loan_key,
    notice,
    place_name,
    receipt,
    screen,
)
from servers.sip2.words import MAGNETIC, MEDIA_TYPE
from servers.words.notices import Notice


def check_in(request: m.Checkin, station: Station, pin: Pin) -> Said:
    """10: taken back, or found out where it belongs. A return date without a zone is the terminal's own."""
    item = item_key(request.item_identifier, station)
    if request.cancel:
        return _take_loan_back(request, item, station)
    past = offline(request, station)
    refuses_holds = past is None and station.terminal.holds_at_checkin is HoldsAtCheckin.REFUSE
    if refuses_holds and _would_be_kept(item, station):
        return Answer(Refused(Reason.HELD_FOR_ANOTHER), station.desk.view_item(item).unit)
    done = station.desk.check_in(
        station.actor_at(request.current_location) if station.terminal.current_location else station.actor,
        item,
        request=loan_key(request, station, pin, item),
        returned_at=station.moment(request.return_date),
        offline=past,
    )
    return _told(request, station, done, past)


def not_checked_in(
    request: m.Checkin, station: Station | None, now: datetime, refusal: Refused
) -> m.CheckinResponse:
    """10 that says no: put the item aside. AJ and AQ tell what is known of it."""
    known = known_item(request.item_identifier, station)
    message = m.CheckinResponse(
        ok=False,
        resensitize=False,
        magnetic_media=MediaFlag.UNKNOWN,
        alert=True,
        transaction_date=now,
        institution_id=request.institution_id,
        item_identifier=request.item_identifier,
        permanent_location=known.place,
        title_identifier=known.title or None,
        screen_message=screen(refusal, station),
    )
    if station is None:
        return message
    scanned = refused(refusal, known.item, station)
    message = replace(message, alert=scanned.cause is not None, sort_bin=_bin(scanned, station))
    return extended(message, scanned, station) if station.terminal.extensions else message


def _take_loan_back(request: m.Checkin, item: str, station: Station) -> Said:
    """10 for a loan that failed at the machine: the item is as it was before."""
    if not station.terminal.undo:
        return NOT_HERE
    key = loan_key(request, station, Pin.NOT_GIVEN, item)
    done = station.desk.undo_check_out(station.actor, item, request=key)
    if isinstance(done.outcome, Refused) and done.outcome.reason is Reason.NOTHING_TO_UNDO:
        seen = station.desk.view_item(item)
        if seen.outcome is not None and seen.outcome.item.loan is None:
            asis = Scanned(seen.outcome.item, ok=True)
            return Reply(_scanned(request, station, asis, seen.outcome.item), seen.unit)
    return _told(request, station, done)


def _would_be_kept(item: str, station: Station) -> bool:
    """Whether the item, once taken back, would be set aside for somebody."""
    events = station.desk.explain(Act.CHECK_IN, station.actor, "", item).events
    return any(isinstance(event, CheckedIn) and event.hold is not None for event in events)


def _told(request: m.Checkin, station: Station, done: Answer[Outcome], past: Offline | None = None) -> Said:
    """What has been done, from its events."""
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit, done.mine)
    first, *rest = done.outcome
    assert isinstance(first, CheckedIn | Undone), "a return begins with the item"
    item = station.desk.library.items[first.item]
    if isinstance(first, Undone):
        scanned = Scanned(item, ok=True, patron=first.patron)
        message = _scanned(request, station, scanned, item, notice(Notice.CHECKOUT_CANCELLED, station))
    else:
        scanned = taken_back(first, item, station)
        fees = tuple(_fees(rest, station)) if rest else ()
        lines = (*_where_to(scanned, station), *fees)
        if past is not None:
            lines += booked(rest, station)
        message = _scanned(request, station, scanned, item, lines, fees)
    return Reply(message, done.unit, done.mine)


def _where_to(scanned: Scanned, station: Station) -> Iterator[str]:
    if not scanned.ok:
        yield from screen(Refused(Reason.NOT_ON_LOAN), station)
    if scanned.destination:
        yield from notice(Notice.SEND_TO, station, place=agency_name(scanned.destination, station))
    elif scanned.hold_patron is not None:
        yield from notice(Notice.PUT_ON_HOLD_SHELF, station)


def _fees(events: Sequence[Event], station: Station) -> Iterator[str]:
    for event in events:
        if isinstance(event, FeeCharged):
            fee = event.fee
            charged = amount(fee.amount, fee.currency)
            yield from notice(Notice.FEE_CHARGED, station, amount=charged, currency=fee.currency)


def _scanned(
    request: m.Checkin,
    station: Station,
    scanned: Scanned,
    item: Item,
    lines: Lines = (),
    fees: Lines = (),
) -> m.CheckinResponse:
    """10. The strip is locked again only if ok."""
    terminal = station.terminal
    patron = station.desk.library.patrons.get(scanned.patron) if scanned.patron is not None else None
    title = station.desk.library.title(item)
    message = m.CheckinResponse(
        ok=scanned.ok,
        resensitize=scanned.ok and leaves_building(item, scanned.patron, station),
        magnetic_media=MAGNETIC[item.medium],
        alert=scanned.cause is not None,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        item_identifier=request.item_identifier,
        permanent_location=place_name(item.location, station),
        title_identifier=title or None,
        sort_bin=_bin(scanned, station),
        patron_identifier=patron.barcode if patron is not None else None,
        media_type=MEDIA_TYPE[item.medium],
        screen_message=lines,
        print_line=_receipt(title, fees, station) if station.prints and patron is not None else (),
    )
    return extended(message, scanned, station) if terminal.extensions else message


def _bin(scanned: Scanned, station: Station) -> str | None:
    if station.bin_of is None:
        return None
    return station.bin_of(scanned.item, scanned.destination, scanned.hold_patron is not None, scanned.ok)


def _receipt(title: str, fees: Lines, station: Station) -> Lines:
    return receipt(title, *notice(Notice.CHECKED_IN, station), *fees)
