"""What the system of a remote store tells: an item is back on its shelf, has left it, or is not there.

As Alma reads these: CheckInItem puts an item in the store and ends its loan, CheckOutItem is a scan at the
desk that the header names, CancelRequestItem makes the item missing and lets its request go on without it.
Who the user is said to be does not matter: it stands for a stop on the store's round.
"""

from __future__ import annotations

from core.model.records import HoldId
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.structures import RequestId, UserId
from servers.ncip.partner import Partner
from servers.ncip.translate.reply import Said, said
from servers.ncip.translate.wording import happened, hold_of, item_key, request_key, user_key


def shelved(request: m.CheckInItem, partner: Partner, pin: Pin) -> Said:
    """The item is on the store's shelf."""
    assert partner.storage is not None, "only a store comes here"
    done = partner.desk.depot.shelve(
        partner.actor,
        item_key(request.item_id, partner),
        into=partner.storage.shelve_into,
        request=request_key(request, partner),
        offline=happened(request.mandated_action, partner),
    )
    return said(done, lambda _: m.CheckInItemResponse(item_id=request.item_id))


def sent_out(request: m.CheckOutItem, partner: Partner, pin: Pin) -> Said:
    """The item has come out at a desk. Nobody has it on loan, so no date is due."""
    done = partner.desk.depot.send_out(
        partner.actor,
        item_key(request.item_id, partner),
        wanted=_wanted(request.request_id, partner),
        request=request_key(request, partner),
        offline=happened(request.mandated_action, partner),
    )
    response = m.CheckOutItemResponse(
        item_id=request.item_id, user_id=_stop(request), indeterminate_loan_period_flag=True
    )
    return said(done, lambda _: response)


def not_found(request: m.CancelRequestItem, partner: Partner, pin: Pin) -> Said:
    """The item was asked for and is not where it should be."""
    wanted = hold_of(request.request_id, partner)
    barcode = item_key(request.item_id, partner)
    if not barcode and wanted is not None:
        barcode = _asked_for(wanted.id, partner)
    done = partner.desk.depot.not_found(
        partner.actor,
        barcode,
        wanted=None if wanted is None else wanted.id,
        request=request_key(request, partner),
        offline=happened(request.mandated_action, partner),
    )
    response = m.CancelRequestItemResponse(
        request_id=request.request_id, item_id=request.item_id, user_id=_stop(request)
    )
    return said(done, lambda _: response)


def _wanted(request: RequestId | None, partner: Partner) -> HoldId | None:
    hold = hold_of(request, partner)
    return None if hold is None else hold.id


def _asked_for(hold: HoldId, partner: Partner) -> str:
    """The item that the store was asked to send for the hold; empty if none."""
    assert partner.storage is not None, "only a store comes here"
    asked = partner.desk.depot.requests(partner.storage.locations).outcome
    return next((one.item.barcode for one in asked if one.hold.id == hold), "")


def _stop(request: m.CheckOutItem | m.CancelRequestItem) -> UserId:
    """The user as the store named it."""
    return request.user_id or UserId(user_identifier_value=user_key(request))
