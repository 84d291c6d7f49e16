"""RequestItem, CancelRequestItem and LookupRequest: holds, under a partner's number where it gives one.

The rule it keeps: whoever gives a number is told about that request and no other; our own numbers are good
only together with the user whose request it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.desk import Answer
from core.events import Event, HoldPlaced
from core.model.records import Bib, Hold, HoldId, Patron
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.schemes import RequestElementType, RequestScopeType, RequestType
from protocols.ncip.structures import BibliographicId
from protocols.ncip.values import SchemeValuePair
from servers.ncip.partner import Partner
from servers.ncip.translate import items, users
from servers.ncip.translate.loans import borrower
from servers.ncip.translate.problems import unsuited
from servers.ncip.translate.reply import Reply, Said, said
from servers.ncip.translate.wording import (
    day,
    hold_of,
    item_key,
    named,
    own,
    reference,
    request_key,
    user_key,
    user_of,
)
from servers.ncip.words import REQUEST_STATUS

HOLDS = frozenset(
    (RequestType.HOLD, RequestType.LOAN, RequestType.PAGE, RequestType.PHYSICAL, RequestType.STACK_RETRIEVAL)
)
"""The kinds of request that bring the thing itself; copies and estimates are not made here."""


def place(request: m.RequestItem, partner: Partner, pin: Pin) -> Said:
    """A hold on one item, or on whatever copy of a title comes first."""
    kind = request.request_type
    if kind is not None and kind.value not in HOLDS:
        return Reply(unsuited(request, "RequestType", kind.value))
    item = item_key(request.item_id[0], partner) if request.item_id else ""
    bib = _bib(request, item, partner)
    if bib is None:
        return Answer(Refused(Reason.UNKNOWN_ITEM if request.item_id else Reason.UNKNOWN_BIB))
    desk, who, scope = partner.desk, borrower(request, partner), request.request_scope_type
    whole = scope is not None and scope.value == RequestScopeType.BIBLIOGRAPHIC_ITEM
    item = "" if whole else item
    pickup = pickup_of(request.pickup_location, partner)
    expires = day(request.need_before_date, partner.zone)
    key = request_key(request, partner, pin)
    if request.request_id is None:
        done = desk.place_hold(
            partner.actor, who, bib.id, pickup, item=item, expires=expires, request=key, pin=pin
        )
    else:
        number = reference(request.request_id, partner)
        done = desk.partners.place_hold(
            partner.actor, number, who, bib.id, pickup, item=item, expires=expires, request=key, pin=pin
        )

    def tell(events: Sequence[Event]) -> m.Response:
        first = events[0]
        assert isinstance(first, HoldPlaced), "a request begins with the hold"
        hold = first.hold
        found = None if hold.item is None else desk.library.items.get(hold.item)
        scope = RequestScopeType.BIBLIOGRAPHIC_ITEM if hold.item is None else RequestScopeType.ITEM
        return m.RequestItemResponse(
            request_id=named(hold, partner),
            item_id=None if found is None else own(found, partner),
            user_id=user_of(hold.patron, partner),
            request_type=kind or SchemeValuePair(RequestType.HOLD),
            request_scope_type=SchemeValuePair(scope),
            user_optional_fields=users.optional(who, request.user_element_type, partner),
        )

    return said(done, tell)


def cancel(request: m.CancelRequestItem, partner: Partner, pin: Pin) -> Said:
    """The request is not wanted any more."""
    who = borrower(request, partner)
    patron = partner.desk.library.patron(who)
    if request.request_id is None and patron is None:
        return Answer(Refused(Reason.UNKNOWN_PATRON))
    hold = _meant(request, patron, partner)
    done = partner.desk.partners.cancel_hold(
        partner.actor,
        HoldId(0) if hold is None else hold.id,
        request=request_key(request, partner, pin),
    )
    response = m.CancelRequestItemResponse(
        request_id=request.request_id,
        item_id=request.item_id,
        user_id=user_of(patron.id, partner) if patron is not None else request.user_id,
    )
    return said(done, lambda _: response)


def look_up(request: m.LookupRequest, partner: Partner, pin: Pin) -> Said:
    """A request as it stands: under its number, or the user's for an item."""
    patron = partner.desk.library.patron(user_key(request))
    hold = _meant(request, patron, partner)
    seen = None if hold is None else partner.desk.view_hold(hold.id)
    if seen is None or seen.outcome is None:
        return Answer(Refused(Reason.UNKNOWN_HOLD))
    view, asked = seen.outcome, {kind.value for kind in request.request_element_type}
    found = view.hold
    number = found.trapped or found.item
    item = None if number is None else partner.desk.library.items.get(number)
    scope = RequestScopeType.BIBLIOGRAPHIC_ITEM if found.item is None else RequestScopeType.ITEM
    told: dict[RequestElementType, dict[str, Any]] = {
        RequestElementType.USER_ID: {"user_id": user_of(found.patron, partner)},
        RequestElementType.REQUEST_TYPE: {"request_type": SchemeValuePair(RequestType.HOLD)},
        RequestElementType.REQUEST_SCOPE_TYPE: {"request_scope_type": SchemeValuePair(scope)},
        RequestElementType.REQUEST_STATUS_TYPE: {
            "request_status_type": SchemeValuePair(REQUEST_STATUS[found.status])
        },
        RequestElementType.HOLD_QUEUE_POSITION: {"hold_queue_position": view.position},
        RequestElementType.NEED_BEFORE_DATE: {"need_before_date": found.expires},
        RequestElementType.PICKUP_LOCATION: {"pickup_location": SchemeValuePair(found.pickup)},
        RequestElementType.PICKUP_EXPIRY_DATE: {"pickup_expiry_date": found.ready_until},
        RequestElementType.DATE_OF_USER_REQUEST: {"date_of_user_request": found.placed_at},
    }
    fields = {name: value for kind, one in told.items() if kind in asked for name, value in one.items()}
    response = m.LookupRequestResponse(
        request_id=named(found, partner),
        item_id=None if item is None else own(item, partner),
        item_optional_fields=(
            None if item is None else items.optional(item, request.item_element_type, partner)
        ),
        **fields,
    )
    return Reply(response, seen.unit)


def pickup_of(place: SchemeValuePair | None, partner: Partner) -> str:
    """The agency where something is to be picked up: the partner's own if it names none."""
    if place is None:
        return partner.actor.agency
    name = place.value.strip()
    return partner.agency.pickups.get(name, name)


def _bib(request: m.RequestItem, item: str, partner: Partner) -> Bib | None:
    library = partner.desk.library
    if item:
        found = library.item(item)
        return None if found is None else library.bibs.get(found.bib)
    return next((bib for one in request.bibliographic_id if (bib := _titled(one, partner))), None)


def _titled(title: BibliographicId, partner: Partner) -> Bib | None:
    """The title that an id names by its control number."""
    record = title.bibliographic_record_id
    if record is None:
        return None
    return partner.desk.library.bib(record.bibliographic_record_identifier.strip())


def _meant(
    request: m.CancelRequestItem | m.LookupRequest, patron: Patron | None, partner: Partner
) -> Hold | None:
    """The hold that is to end: under its number, or the user's on the item or its title."""
    library = partner.desk.library
    if request.request_id is not None:
        hold = hold_of(request.request_id, partner)
        own = hold is not None and hold.reference == reference(request.request_id, partner)
        return hold if own or (hold is not None and patron is not None and hold.patron == patron.id) else None
    item = library.item(item_key(request.item_id, partner))
    if item is None or patron is None:
        return None
    holds = [hold for hold in library.holds_of(patron.id) if hold.bib == item.bib]
    return next((hold for hold in holds if hold.item in (None, item.id)), None)
