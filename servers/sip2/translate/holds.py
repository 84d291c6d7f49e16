"""15: placing, changing and cancelling holds. A title is known by its control number or one of its items."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final, assert_never

from core.desk import Answer, HoldView, Outcome
from core.events import Event, HoldCancelled, HoldChanged, HoldPlaced
from core.model.records import Bib, HoldStatus
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import HoldMode, HoldType
from servers.sip2.station import Station
from servers.sip2.translate.reply import NOT_HERE, Reply, Said
from servers.sip2.translate.wording import Lines, agency_name, dated_key, item_key, notice, patron_key, screen
from servers.words.notices import Notice

END_OF_DAY: Final = time(23, 59)
"""A hold lasts to the end of its last day (BW)."""


def hold(request: m.Hold, station: Station, pin: Pin) -> Said:
    """16: placed, changed or cancelled; and the place in the queue, where there is one."""
    if request.hold_mode is None:
        return NOT_HERE
    patron, item = patron_key(request.patron_identifier), _item(request, station)
    wanted = _wanted(request, station, patron, item)
    if isinstance(wanted, Refused):
        return Answer(wanted)
    key = dated_key(request, station, pin, patron, request.hold_mode, str(wanted.id), item)
    done = _done(request, request.hold_mode, station, pin, wanted, item, key)
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit)
    held = _held(done.outcome, station, patron, wanted, item)
    return Reply(_answer(request, station, wanted, held, done.outcome), done.unit, done.mine)


def not_held(request: m.Hold, station: Station | None, now: datetime, refusal: Refused) -> m.HoldResponse:
    """16 that says no."""
    return m.HoldResponse(
        ok=False,
        available=False,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        item_identifier=request.item_identifier,
        title_identifier=request.title_identifier,
        screen_message=screen(refusal, station),
    )


def _item(request: m.Hold, station: Station) -> str:
    return item_key(request.item_identifier or "", station)


def _wanted(request: m.Hold, station: Station, patron: str, item: str) -> Bib | Refused:
    """The bib of the item AB, or with the control number AJ; for a hold that exists, its title will do."""
    library = station.desk.library
    if item:
        found = library.item(item)
        if found is None:
            return Refused(Reason.UNKNOWN_ITEM)
        return library.bibs.get(found.bib) or Refused(Reason.UNKNOWN_BIB)
    named = (request.title_identifier or "").strip()
    if request.hold_mode is HoldMode.ADD:
        return library.bib(named) or Refused(Reason.UNKNOWN_BIB)
    holder = library.patron(patron)
    held = [] if holder is None else [library.bibs[hold.bib] for hold in library.holds_of(holder.id)]
    titled = [bib for bib in held if named and bib.title == named]
    if len(titled) > 1:
        return Refused(Reason.AMBIGUOUS_TITLE)
    return library.bib(named) or next(iter(titled), Refused(Reason.UNKNOWN_HOLD))


def _done(
    request: m.Hold, mode: HoldMode, station: Station, pin: Pin, wanted: Bib, item: str, key: str
) -> Answer[Outcome]:
    """BY says which copies will do: this one, those at the agency of pickup, or (if nothing) any."""
    desk, actor, patron = station.desk, station.actor, patron_key(request.patron_identifier)
    pickup = _agency(request.pickup_location or "", station)
    expires = request.expiration_date.date() if request.expiration_date else None
    here = pickup or actor.agency
    at_one_place = request.hold_type is HoldType.ANY_COPY_AT_ONE_LOCATION
    match mode:
        case HoldMode.ADD:
            this_copy = item if request.hold_type is HoldType.THIS_COPY else ""
            at = here if at_one_place else ""
            return desk.place_hold(
                actor, patron, wanted.id, here, item=this_copy, at=at, expires=expires, request=key, pin=pin
            )
        case HoldMode.CHANGE:
            at_there = _at_after_change(request.hold_type, here)
            return desk.change_hold(
                actor,
                patron,
                wanted.id,
                item=item,
                pickup=pickup or None,
                expires=expires,
                at=at_there,
                request=key,
                pin=pin,
            )
        case HoldMode.DELETE:
            return desk.cancel_hold(actor, patron, wanted.id, item=item, request=key, pin=pin)
        case _:
            assert_never(mode)


def _at_after_change(kind: HoldType | None, here: str) -> str | None:
    """Whose copies will do from now on: None leaves that as it is."""
    if kind is HoldType.ANY_COPY_AT_ONE_LOCATION:
        return here
    return "" if kind is HoldType.ANY_COPY_OF_TITLE else None


def _agency(place: str, station: Station) -> str:
    """An agency as a machine names it, by its code or as people call it; the desk refuses what is neither."""
    place, policy = place.strip(), station.desk.policy
    if not place or policy.is_agency(place):
        return place
    named = (agency.code for agency in policy.policy.agencies if agency.name.casefold() == place.casefold())
    return next(named, place)


def _held(
    events: tuple[Event, ...], station: Station, patron: str, wanted: Bib, item: str
) -> HoldView | None:
    """The hold as it stands now; None if there is none any more."""
    match events:
        case (HoldPlaced(placed), *_):
            return station.desk.view_hold(placed.id).outcome
        case (HoldChanged(changed), *_):
            return station.desk.view_hold(changed).outcome
        case (HoldCancelled(), *_):
            return None
        case _:  # nothing had to be changed
            holder = station.desk.library.patron(patron)
            assert holder is not None, "who is unknown is refused"
            holds = station.desk.library.holds_of(holder.id)
            same = next(hold for hold in holds if hold.bib == wanted.id)
            return station.desk.view_hold(same.id).outcome


def _answer(
    request: m.Hold, station: Station, wanted: Bib, held: HoldView | None, events: tuple[Event, ...]
) -> m.HoldResponse:
    expires = None if held is None else held.hold.expires
    return m.HoldResponse(
        ok=True,
        available=held is not None and held.at_hand,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        expiration_date=None if expires is None else datetime.combine(expires, END_OF_DAY),
        queue_position=None if held is None else held.position,
        pickup_location=None if held is None else _place(held.hold.pickup, request, station),
        item_identifier=request.item_identifier,
        title_identifier=wanted.title or request.title_identifier,
        screen_message=_lines(held, station, events),
    )


def _place(pickup: str, request: m.Hold, station: Station) -> str:
    """BS as the machine has put it, if that is the place."""
    asked = request.pickup_location or ""
    return asked if _agency(asked, station) == pickup else pickup


def _lines(held: HoldView | None, station: Station, events: tuple[Event, ...]) -> Lines:
    if events and isinstance(events[0], HoldCancelled):
        return notice(Notice.HOLD_CANCELLED, station)
    if held is None:  # it was placed, and has been filled since
        return ()
    if held.hold.status is HoldStatus.READY:
        return notice(Notice.HOLD_READY, station, place=agency_name(held.hold.pickup, station))
    if events and isinstance(events[0], HoldPlaced):
        return notice(Notice.HOLD_PLACED, station, position=str(held.position))
    return notice(Notice.HOLD_CHANGED, station)
