"""Notifications: what a partner has done. It is accepted and written down; the answer has no more to say.

What tells of a change of ours is one: an item of another library that was checked in is back there, and, as
Alma's brokers use them, ItemRequested asks for an item and ItemRequestCancelled takes that back.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from core.model.records import Reference
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.messages import SERVICES
from protocols.ncip.structures import ItemId, RequestId, UserId
from servers.ncip.partner import Partner
from servers.ncip.translate import requests
from servers.ncip.translate.reply import Reply, Said, said
from servers.ncip.translate.wording import item_key, moment, reference, request_key

_DATES: Final = ("date_shipped", "date_received", "date_sent")


def written_down(request: m.Notification, partner: Partner, pin: Pin) -> Said:
    """A line of the event log."""
    number: RequestId | None = getattr(request, "request_id", None)
    item: ItemId | None = getattr(request, "item_id", None)
    user: UserId | None = getattr(request, "user_id", None)
    when: Any = next((found for name in _DATES if (found := getattr(request, name, None))), None)
    done = partner.desk.partners.tell(
        partner.actor,
        type(request).__name__,
        reference=_reference(number, partner),
        item=item_key(item, partner),
        patron="" if user is None else user.user_identifier_value.strip(),
        at=moment(when, partner.zone, end=False),
        request=request_key(request, partner),
    )
    return said(done, lambda _: SERVICES[type(request)]())


def checked_in(request: m.ItemCheckedIn, partner: Partner, pin: Pin) -> Said:
    """A guest is back in its own library; of any other item it is news."""
    barcode, key = item_key(request.item_id, partner), request_key(request, partner)
    found = partner.desk.library.item(barcode)
    if found is None or found.guest is None:
        return written_down(request, partner, pin)
    done = partner.desk.partners.send_back(partner.actor, barcode, request=key)
    return said(done, lambda _: m.ItemCheckedInResponse())


def requested(request: m.ItemRequested, partner: Partner, pin: Pin) -> Said:
    """Somebody at the partner's wants an item of ours."""
    asked = m.RequestItem(
        user_id=request.user_id,
        bibliographic_id=() if request.bibliographic_id is None else (request.bibliographic_id,),
        item_id=() if request.item_id is None else (request.item_id,),
        request_id=request.request_id,
        request_type=request.request_type,
        request_scope_type=request.request_scope_type,
        need_before_date=request.need_before_date,
        pickup_location=request.pickup_location,
    )
    return _told(requests.place(asked, partner, pin), m.ItemRequestedResponse())


def request_cancelled(request: m.ItemRequestCancelled, partner: Partner, pin: Pin) -> Said:
    """Nobody at the partner's wants it any more."""
    asked = m.CancelRequestItem(
        user_id=request.user_id,
        request_id=request.request_id,
        item_id=request.item_id,
        request_type=request.request_type,
        request_scope_type=request.request_scope_type,
    )
    return _told(requests.cancel(asked, partner, pin), m.ItemRequestCancelledResponse())


def _told(done: Said, response: m.Response) -> Said:
    """The same outcome in the words of the notification."""
    if isinstance(done, Reply) and not done.message.problem:
        return replace(done, message=response)
    if isinstance(done, Reply):
        return replace(done, message=type(response)(problem=done.message.problem))
    return done


def _reference(number: RequestId | None, partner: Partner) -> Reference | None:
    return None if number is None else reference(number, partner)
