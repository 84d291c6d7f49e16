"""RequestItem, UpdateRequestItem, CancelRequestItem and LookupRequest: holds, under a partner's number where
it gives one.

The rule it keeps: whoever gives a number is told about that request and no other; our own numbers are good
only together with the user whose request it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import UNSET

from core.desk import Answer, Outcome
from core.events import Event, HoldChanged, HoldPlaced
from core.model.records import Bib, BibId, Hold, HoldId, Patron
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.schemes import RequestElementType, RequestScopeType, RequestType
from protocols.ncip.structures import ItemId as NamedItem
from protocols.ncip.structures import ItemOptionalFields, RequestFields, UserId
from protocols.ncip.values import SchemeValuePair
from servers.ncip.partner import Partner
from servers.ncip.translate import items, users
from servers.ncip.translate.changes import Known, impossible, undeletable
from servers.ncip.translate.loans import borrower
from servers.ncip.translate.problems import refused, unsuited
from servers.ncip.translate.reply import Reply, Said, said
from servers.ncip.translate.titles import ONLY_BY_NUMBER, titled, unreadable
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
        return _nothing(request)
    desk, who, scope = partner.desk, borrower(request, partner), request.request_scope_type
    sent = request.request_id
    whole = scope is not None and scope.value == RequestScopeType.BIBLIOGRAPHIC_ITEM
    item = "" if whole else item
    pickup = pickup_of(request.pickup_location, partner)
    expires = day(request.need_before_date, partner.zone)
    key = request_key(request, partner, pin)
    if sent is None:

        def once(key: str) -> Answer[Outcome]:
            return desk.place_hold(
                partner.actor, who, bib.id, pickup, item=item, expires=expires, request=key, pin=pin
            )

        done = _anew(once, key, partner)
    else:
        number = reference(sent, partner)
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
            request_id=sent if sent is not None and sent.agency_id else named(hold, partner),
            item_id=None if found is None else own(found, partner),
            user_id=user_of(hold.patron, partner) or UserId(user_identifier_value=who),
            request_type=kind or SchemeValuePair(RequestType.HOLD),
            request_scope_type=SchemeValuePair(scope),
            user_optional_fields=users.optional(who, request.user_element_type, partner),
        )

    return said(done, tell)


def _anew(place: Callable[[str], Answer[Outcome]], key: str, partner: Partner) -> Answer[Outcome]:
    """Place a request that has no number. Once a loan has filled it, the same message is another request."""
    while True:
        done = place(key)
        first = None if isinstance(done.outcome, Refused) else done.outcome[0]
        if not isinstance(first, HoldPlaced) or first.hold.id in partner.desk.library.holds:
            return done
        key = f"{key} {first.hold.id}"


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


def change(request: m.UpdateRequestItem, partner: Partner, pin: Pin) -> Said:
    """Where it is picked up, and the last day that it is needed: the rest of a request stays as it is."""
    deleted, added = request.delete_request_fields, request.add_request_fields
    if stop := impossible(request, "RequestFields", deleted, added, _CHANGEABLE):
        return stop
    deleted, added = deleted or RequestFields(), added or RequestFields()
    if deleted.pickup_location is not None and added.pickup_location is None:
        return undeletable(request, "DeleteRequestFields/PickupLocation", deleted.pickup_location.value)
    patron = partner.desk.library.patron(user_key(request))
    hold = _meant(request, patron, partner)
    expires = UNSET if deleted.need_before_date is None else None
    done = partner.desk.partners.change_hold(
        partner.actor,
        HoldId(0) if hold is None else hold.id,
        pickup=None if added.pickup_location is None else pickup_of(added.pickup_location, partner),
        expires=day(added.need_before_date, partner.zone) or expires,
        request=request_key(request, partner, pin),
    )

    def tell(events: Sequence[Event]) -> m.Response:
        changed = events[0] if events else hold
        assert isinstance(changed, HoldChanged | Hold), "a request is changed, or is so already"
        item, who = _one_item(request, hold, changed.bib, partner), user_of(changed.patron, partner)
        if item is None or who is None:  # told again when neither is here any more
            return refused(request, Refused(Reason.SUPERSEDED))
        whole = hold is not None and hold.item is None
        scope = RequestScopeType.BIBLIOGRAPHIC_ITEM if whole else RequestScopeType.ITEM
        return m.UpdateRequestItemResponse(
            item_id=item,
            user_id=who,
            request_type=request.request_type or SchemeValuePair(RequestType.HOLD),
            request_scope_type=SchemeValuePair(scope),
            item_optional_fields=_item_fields(request, item, partner),
            user_optional_fields=users.optional(
                who.user_identifier_value, request.user_element_type, partner
            ),
        )

    return said(done, tell)


_CHANGEABLE: Final[Known] = {"need_before_date": None, "pickup_location": None}


def _one_item(
    request: m.UpdateRequestItem, hold: Hold | None, bib: BibId, partner: Partner
) -> NamedItem | None:
    """The item of a request, or the first that it may be: the schema wants one."""
    library = partner.desk.library
    number = None if hold is None else hold.trapped or hold.item
    if number is None and request.item_id is not None:
        return request.item_id
    found = library.items_of(bib) if number is None else [library.items[number]]
    return own(found[0], partner) if found else None


def _item_fields(
    request: m.UpdateRequestItem, item: NamedItem, partner: Partner
) -> ItemOptionalFields | None:
    found = partner.desk.library.item(item_key(item, partner))
    return None if found is None else items.optional(found, request.item_element_type, partner)


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


def _nothing(request: m.RequestItem) -> Said:
    """Why what is asked for leads to no title."""
    if request.item_id:
        return Answer(Refused(Reason.UNKNOWN_ITEM))
    found = [unreadable(title) for title in request.bibliographic_id]
    if not found or found[0] is None:
        return Answer(Refused(Reason.UNKNOWN_BIB))
    path, value = found[0]
    return Reply(unsuited(request, path, value, detail=ONLY_BY_NUMBER))


def _bib(request: m.RequestItem, item: str, partner: Partner) -> Bib | None:
    library = partner.desk.library
    if item:
        found = library.item(item)
        return None if found is None else library.bibs.get(found.bib)
    return next((bib for one in request.bibliographic_id if (bib := titled(one, partner))), None)


def _meant(
    request: m.CancelRequestItem | m.LookupRequest | m.UpdateRequestItem,
    patron: Patron | None,
    partner: Partner,
) -> Hold | None:
    """The hold that is meant: under its number, or the user's on the item or its title."""
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
