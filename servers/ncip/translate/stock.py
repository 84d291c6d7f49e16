"""DeleteItem, UpdateCirculationStatus and ReportCirculationStatusChange: the record of an item, and what is
said of it.
"""

from __future__ import annotations

from core.desk import Answer
from core.model.records import Claim
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.schemes import CirculationStatus
from servers.ncip.partner import Partner
from servers.ncip.translate import items, users
from servers.ncip.translate.problems import unsuited
from servers.ncip.translate.reply import Reply, Said, said
from servers.ncip.translate.wording import item_key, request_key, user_key
from servers.ncip.words import STATUS


def delete(request: m.DeleteItem, partner: Partner, pin: Pin) -> Said:
    """The record ends."""
    barcode, key = item_key(request.item_id, partner), request_key(request, partner)
    done = partner.desk.stock.delete_item(partner.actor, barcode, request=key)
    return said(done, lambda _: m.DeleteItemResponse(item_id=request.item_id))


def set_status(request: m.UpdateCirculationStatus, partner: Partner, pin: Pin) -> Said:
    """The one way to set a status directly."""
    if request.circulation_status is None:
        return Answer(Refused(Reason.DETAIL_NEEDED))
    value = request.circulation_status.value
    status = STATUS.get(value) if isinstance(value, CirculationStatus) else None
    if status is None:
        return Reply(unsuited(request, "CirculationStatus", value))
    barcode, key = item_key(request.item_id, partner), request_key(request, partner)
    done = partner.desk.stock.set_status(partner.actor, barcode, status, request=key)
    return said(done, lambda _: m.UpdateCirculationStatusResponse(item_id=request.item_id))


def claim(request: m.ReportCirculationStatusChange, partner: Partner, pin: Pin) -> Said:
    """What a user says became of an item."""
    kind = _claim(request)
    if kind is None:
        return Answer(Refused(Reason.DETAIL_NEEDED))
    who, barcode = user_key(request), item_key(request.item_id, partner)
    key = request_key(request, partner, pin)
    done = partner.desk.stock.claim(partner.actor, who, barcode, kind, request=key)

    def tell(_: object) -> m.Response:
        found = partner.desk.library.item(barcode)
        kinds = request.item_element_type
        return m.ReportCirculationStatusChangeResponse(
            item_id=request.item_id,
            user_id=request.user_id,
            item_optional_fields=None if found is None else items.optional(found, kinds, partner),
            user_optional_fields=users.optional(who, request.user_element_type, partner),
        )

    return said(done, tell)


def _claim(request: m.ReportCirculationStatusChange) -> Claim | None:
    said = {
        Claim.RETURNED: request.item_reported_returned is not None,
        Claim.NEVER_BORROWED: request.item_reported_never_borrowed,
        Claim.LOST: request.item_reported_lost,
        Claim.MISSING: request.item_reported_missing,
    }
    return next((kind for kind, is_said in said.items() if is_said), None)
