"""17 and 19: an item as it stands now, and what a machine has to say of it.

Nobody's name is shown: not who has it, and whom it waits for only where the profile asks for that (CY, DA).
"""

from __future__ import annotations

from datetime import datetime

from core.desk import Answer, ItemView
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import CirculationStatus, FeeType, SecurityMarker
from servers.sip2.station import Station
from servers.sip2.translate.extras import extended
from servers.sip2.translate.reply import Reply, Said
from servers.sip2.translate.wording import (
    Lines,
    agency_name,
    amount,
    dated_key,
    item_key,
    known_item,
    place_name,
    screen,
)
from servers.sip2.words import CIRCULATION_STATUS, MEDIA_TYPE


def information(request: m.ItemInformation, station: Station, pin: Pin) -> Said:
    """18: the item's state, who owns it, and where it is."""
    seen = station.desk.view_item(item_key(request.item_identifier, station))
    if seen.outcome is None:
        return Answer(Refused(Reason.UNKNOWN_ITEM), seen.unit)
    message = _shown(request, station, seen.outcome)
    if station.terminal.extensions:
        message = extended(message, seen.outcome, station)
    return Reply(message, seen.unit)


def _shown(request: m.ItemInformation, station: Station, view: ItemView) -> m.ItemInformationResponse:
    item, rental = view.item, view.terms.rental
    ready_until = view.hold.ready_until if view.hold is not None else None
    recalled_at = item.loan.recalled_at if item.loan is not None else None
    status = CIRCULATION_STATUS[item.status] if recalled_at is None else CirculationStatus.RECALLED
    place = place_name(item.location, station)
    return m.ItemInformationResponse(
        circulation_status=status,
        security_marker=SecurityMarker.OTHER,
        fee_type=FeeType.RENTAL if rental else FeeType.OTHER,
        transaction_date=station.local_now(),
        item_identifier=request.item_identifier,
        title_identifier=view.bib.title if view.bib is not None else "",
        hold_queue_length=view.queue_length,
        due_date=station.due(item.loan.due) if item.loan is not None else None,
        recall_date=station.local(recalled_at) if recalled_at is not None else None,
        hold_pickup_date=station.local(ready_until) if ready_until is not None else None,
        owner=station.desk.policy.location(item.location).agency or None,
        currency_type=station.currency if rental else None,
        fee_amount=amount(rental, station.currency) if rental else None,
        media_type=MEDIA_TYPE[item.medium],
        permanent_location=place or None,
        current_location=(agency_name(item.destination, station) if item.destination else place) or None,
    )


def not_shown(
    request: m.ItemInformation, station: Station | None, now: datetime, refusal: Refused
) -> m.ItemInformationResponse:
    """18 of which nothing is known."""
    return m.ItemInformationResponse(
        circulation_status=CirculationStatus.OTHER,
        security_marker=SecurityMarker.OTHER,
        fee_type=FeeType.OTHER,
        transaction_date=now,
        item_identifier=request.item_identifier,
        title_identifier="",
        screen_message=screen(refusal, station),
    )


def note(request: m.ItemStatusUpdate, station: Station, pin: Pin) -> Said:
    """20: its properties (CH) are put on the item, as a note for staff."""
    item, text = item_key(request.item_identifier, station), request.item_properties
    done = station.desk.note_item(
        station.actor, item, text, request=dated_key(request, station, pin, item, text)
    )
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit)
    return Reply(_noted(request, station, station.local_now(), True, ()), done.unit, done.mine)


def not_noted(
    request: m.ItemStatusUpdate, station: Station | None, now: datetime, refusal: Refused
) -> m.ItemStatusUpdateResponse:
    """20 that says no."""
    return _noted(request, station, now, False, screen(refusal, station))


def _noted(
    request: m.ItemStatusUpdate, station: Station | None, now: datetime, ok: bool, lines: Lines
) -> m.ItemStatusUpdateResponse:
    return m.ItemStatusUpdateResponse(
        item_properties_ok=ok,
        transaction_date=now,
        item_identifier=request.item_identifier,
        title_identifier=known_item(request.item_identifier, station).title or None,
        item_properties=request.item_properties or None,
        screen_message=lines,
    )
