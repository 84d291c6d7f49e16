"""17: an item as it stands now. Nobody's name is shown: neither who has it nor whom it waits for."""

from __future__ import annotations

from datetime import datetime

from core.desk import Answer, ItemView
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import CirculationStatus, FeeType, SecurityMarker
from servers.sip2.station import Station
from servers.sip2.translate.reply import Reply, Said
from servers.sip2.translate.wording import agency_name, amount, item_key, place_name, screen
from servers.sip2.words import CIRCULATION_STATUS, MEDIA_TYPE


def information(request: m.ItemInformation, station: Station, pin: Pin) -> Said:
    """18: the item's state, who owns it, and where it is."""
    seen = station.desk.view_item(item_key(request.item_identifier, station))
    if seen.outcome is None:
        return Answer(Refused(Reason.UNKNOWN_ITEM), seen.unit)
    return Reply(_shown(request, station, seen.outcome), seen.unit)


def _shown(request: m.ItemInformation, station: Station, view: ItemView) -> m.ItemInformationResponse:
    item, rental = view.item, view.terms.rental
    ready_until = view.hold.ready_until if view.hold is not None else None
    place = place_name(item.location, station)
    return m.ItemInformationResponse(
        circulation_status=CIRCULATION_STATUS[item.status],
        security_marker=SecurityMarker.OTHER,
        fee_type=FeeType.RENTAL if rental else FeeType.OTHER,
        transaction_date=station.local_now(),
        item_identifier=request.item_identifier,
        title_identifier=view.bib.title if view.bib is not None else "",
        hold_queue_length=view.queue_length,
        due_date=station.due(item.loan.due) if item.loan is not None else None,
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
        screen_message=screen(refusal),
    )
