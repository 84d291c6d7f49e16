"""CreateItem, UpdateItem, DeleteItem, UpdateCirculationStatus and ReportCirculationStatusChange: the record
of an item, and what is said of it.

The rule it keeps: what comes under the number of a request is a guest, here until it is sent back; anything
else is our own, and its title is the catalogue's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from core.desk import Answer
from core.events import Event, ItemAdded
from core.model.records import Claim, Guest, ItemStatus, Medium
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.schemes import CirculationStatus, ItemUseRestrictionType
from protocols.ncip.structures import (
    BibliographicDescription,
    BibliographicRecordId,
    ItemFields,
    Location,
)
from servers.ncip.partner import Partner
from servers.ncip.translate import items, users
from servers.ncip.translate.changes import impossible
from servers.ncip.translate.descriptions import KEPT, description, details, location_of, names, permanent
from servers.ncip.translate.problems import detail, unsuited
from servers.ncip.translate.reply import Reply, Said, said
from servers.ncip.translate.titles import is_ours, recorded
from servers.ncip.translate.wording import item_key, own, reference, request_key, user_key
from servers.ncip.words import STATUS

_RECORD: Final = "BibliographicDescription/BibliographicRecordId"


def create(request: m.CreateItem, partner: Partner, pin: Pin) -> Said:
    """A record of an item; its barcode is the one that it comes with, the number of its request, or ours."""
    guest = _guest(request, partner)
    if isinstance(guest, Reply):
        return guest
    location = _place(request, request.location, partner)
    if isinstance(location, Reply):
        return location
    status = _status(request)
    if isinstance(status, Reply):
        return status
    known = request.bibliographic_description or BibliographicDescription()
    ours = [record for record in known.bibliographic_record_id if _is_own(record, partner)]
    bib = recorded(ours[0], partner) if ours else None
    if ours and bib is None:
        number = ours[0].bibliographic_record_identifier
        return Reply(unsuited(request, _RECORD, number, detail=detail(Reason.UNKNOWN_BIB)))
    barcode = item_key(request.item_id, partner)
    home = partner.agency.guest_location or f"{partner.actor.agency}/GUESTS"
    said_of = description(request, home if location is None and guest is not None else location)
    done = partner.desk.stock.create_item(
        partner.actor,
        barcode or ("" if guest is None else guest.reference.number),
        said_of if guest is None else replace(said_of, policy=partner.agency.guest_policy),
        bib=None if bib is None else bib.id,
        guest=guest,
        status=status,
        request=request_key(request, partner),
    )

    def tell(events: Sequence[Event]) -> m.Response:
        added = next(event for event in events if isinstance(event, ItemAdded))
        return m.CreateItemResponse(item_id=own(added.item, partner))

    return said(done, tell)


def change(request: m.UpdateItem, partner: Partner, pin: Pin) -> Said:
    """Described anew: what is deleted goes first, then what is added comes. All of it, or nothing."""
    deleted, added = request.delete_item_fields, request.add_item_fields
    if stop := impossible(request, "ItemFields", deleted, added, KEPT):
        return stop
    deleted, added = deleted or ItemFields(), added or ItemFields()
    location = _place(request, added.location, partner)
    if isinstance(location, Reply):
        return location
    say = description(added, location)
    gone = deleted.bibliographic_description
    if gone is not None and gone.medium_type is not None and say.medium is None:
        say = replace(say, medium=Medium.OTHER)
    barcode, key = item_key(request.item_id, partner), request_key(request, partner)
    done = partner.desk.stock.change_item(
        partner.actor, barcode, clear=details(deleted), say=say, request=key
    )
    return said(done, lambda _: m.UpdateItemResponse(item_id=request.item_id))


def delete(request: m.DeleteItem, partner: Partner, pin: Pin) -> Said:
    """The record ends."""
    barcode, key = item_key(request.item_id, partner), request_key(request, partner)
    done = partner.desk.stock.delete_item(partner.actor, barcode, request=key)
    return said(done, lambda _: m.DeleteItemResponse(item_id=request.item_id))


def set_status(request: m.UpdateCirculationStatus, partner: Partner, pin: Pin) -> Said:
    """The one way to set a status directly."""
    if request.circulation_status is None:
        return Answer(Refused(Reason.DETAIL_NEEDED))
    status = _status(request)
    if isinstance(status, Reply):
        return status
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


def _status(request: m.CreateItem | m.UpdateCirculationStatus) -> ItemStatus | Reply:
    """What an item is said to be; on the shelf, if nothing is said."""
    if request.circulation_status is None:
        return ItemStatus.AVAILABLE
    value = request.circulation_status.value
    status = STATUS.get(value) if isinstance(value, CirculationStatus) else None
    return Reply(unsuited(request, "CirculationStatus", value)) if status is None else status


def _guest(request: m.CreateItem, partner: Partner) -> Guest | Reply | None:
    """Why the item is here, if it is for a request; how it may be used is decided here, but for renewals."""
    kinds = {kind.value for kind in request.item_use_restriction_type}
    renewable = ItemUseRestrictionType.RENEWALS_NOT_PERMITTED not in kinds
    others = sorted(kinds - {ItemUseRestrictionType.RENEWALS_NOT_PERMITTED})
    if others or (request.request_id is None and not renewable):
        return Reply(unsuited(request, "ItemUseRestrictionType", next(iter([*others, *kinds]))))
    if request.request_id is None:
        return None
    return Guest(reference(request.request_id, partner), renewable=renewable)


def _place(
    request: m.CreateItem | m.UpdateItem, places: Sequence[Location], partner: Partner
) -> str | Reply | None:
    """The code of the location where an item belongs; None if nothing is said of that."""
    if not places:
        return None
    said_place = permanent(places)
    called = () if said_place is None else names(said_place)
    code = location_of(called, partner)
    if code is not None:
        return code
    path = "Location" if isinstance(request, m.CreateItem) else "AddItemFields/Location"
    return Reply(unsuited(request, path, " / ".join(called)))


def _is_own(record: BibliographicRecordId, partner: Partner) -> bool:
    """Whether a record is said to be one of our catalogue."""
    agency = record.agency_id
    return is_ours(record) and (agency is None or agency.value.strip() == partner.institution)


def _claim(request: m.ReportCirculationStatusChange) -> Claim | None:
    said = {
        Claim.RETURNED: request.item_reported_returned is not None,
        Claim.NEVER_BORROWED: request.item_reported_never_borrowed,
        Claim.LOST: request.item_reported_lost,
        Claim.MISSING: request.item_reported_missing,
    }
    return next((kind for kind, is_said in said.items() if is_said), None)
