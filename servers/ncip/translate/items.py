"""Items as partners see them, and LookupItem.

The rule it keeps: only the elements that are asked for are told, and never who has an item or waits for it:
a wish to know that is left unanswered (Z39.83-1, CurrentBorrowerDesired).
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from core.desk import Answer, ItemView
from core.model.records import Bib, Item
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.schemes import (
    CirculationStatus,
    ItemElementType,
    ItemUseRestrictionType,
    LocationType,
)
from protocols.ncip.structures import (
    BibliographicDescription,
    BibliographicId,
    BibliographicRecordId,
    HoldingsInformation,
    ItemDescription,
    ItemOptionalFields,
    Location,
    LocationName,
    LocationNameInstance,
)
from protocols.ncip.values import SchemeValuePair
from servers.ncip.partner import Partner
from servers.ncip.translate.reply import Reply, Said
from servers.ncip.translate.wording import hold_of, item_key, own
from servers.ncip.words import CIRCULATION_STATUS, MEDIUM_TYPE

Kinds = Iterable[SchemeValuePair]


def look_up(request: m.LookupItem, partner: Partner, pin: Pin) -> Said:
    """An item as it stands, by its barcode or by the request that it is for."""
    barcode, library = item_key(request.item_id, partner), partner.desk.library
    if request.item_id is None:
        hold = hold_of(request.request_id, partner)
        if hold is None:
            return Answer(Refused(Reason.UNKNOWN_HOLD))
        wanted = hold.trapped or hold.item
        if wanted is None:
            return Reply(m.LookupItemResponse(request_id=request.request_id))
        barcode = library.items[wanted].barcode
    seen = partner.desk.find_item(barcode)
    item = seen.outcome
    if item is None:
        return Answer(Refused(Reason.UNKNOWN_ITEM))
    hold = None if item.hold is None else library.holds[item.hold]
    response = m.LookupItemResponse(
        request_id=request.request_id,
        item_id=own(item, partner),
        hold_pickup_date=None if hold is None else hold.ready_until,
        date_recalled=None if item.loan is None else item.loan.recalled_at,
        item_optional_fields=optional(item, request.item_element_type, partner),
    )
    return Reply(response, seen.unit)


def described(view: ItemView, kinds: Kinds, partner: Partner) -> ItemOptionalFields | None:
    """The elements of an item that are asked for; None if that is none."""
    asked = {kind.value for kind in kinds}
    if not asked:
        return None
    item, loan = view.item, view.item.loan
    due = None if loan is None else loan.due
    return ItemOptionalFields(
        bibliographic_description=(
            description(view, partner) if ItemElementType.BIBLIOGRAPHIC_DESCRIPTION in asked else None
        ),
        item_use_restriction_type=(
            _restrictions(view) if ItemElementType.ITEM_USE_RESTRICTION_TYPE in asked else ()
        ),
        circulation_status=(
            SchemeValuePair(status(item)) if ItemElementType.CIRCULATION_STATUS in asked else None
        ),
        hold_queue_length=view.queue_length if ItemElementType.HOLD_QUEUE_LENGTH in asked else None,
        item_description=_shelf_mark(item) if ItemElementType.ITEM_DESCRIPTION in asked else None,
        location=(place(item.location, partner),) if ItemElementType.LOCATION in asked else (),
        date_due=due if ItemElementType.DATE_DUE in asked else None,
    )


def optional(item: Item, kinds: Kinds, partner: Partner) -> ItemOptionalFields | None:
    """`described`, of an item as it is now."""
    seen = partner.desk.view_item(item.barcode).outcome if kinds else None
    return None if seen is None else described(seen, kinds, partner)


def status(item: Item) -> CirculationStatus:
    """Where an item stands."""
    if item.loan is not None and item.loan.recalled_at is not None:
        return CirculationStatus.RECALLED
    return CIRCULATION_STATUS[item.status]


def description(view: ItemView, partner: Partner) -> BibliographicDescription:
    """What an item is."""
    medium = MEDIUM_TYPE[view.item.medium]
    told = BibliographicDescription() if view.bib is None else title(view.bib, partner)
    return replace(told, medium_type=None if medium is None else SchemeValuePair(medium))


def title(bib: Bib, partner: Partner) -> BibliographicDescription:
    """What a title is."""
    known = title_id(bib, partner)
    record = None if known is None else known.bibliographic_record_id
    return BibliographicDescription(
        author=bib.author or None,
        bibliographic_record_id=() if record is None else (record,),
        publication_date=bib.year or None,
        title=bib.title or None,
    )


def title_id(bib: Bib, partner: Partner) -> BibliographicId | None:
    """The id of a title, if it has a control number."""
    if not bib.control_number:
        return None
    record = BibliographicRecordId(
        bibliographic_record_identifier=bib.control_number, agency_id=SchemeValuePair(partner.institution)
    )
    return BibliographicId(bibliographic_record_id=record)


def place(location: str, partner: Partner, kind: LocationType = LocationType.PERMANENT_LOCATION) -> Location:
    """A place, from the widest of its names to the narrowest: the agency, and the location in it."""
    policy = partner.desk.policy
    found = policy.location(location)
    agency = policy.agency(found.agency)
    names = [agency.name or agency.code]
    if location != agency.code:
        names.append(found.name or location)
    levels = [
        LocationNameInstance(location_name_level=level, location_name_value=name)
        for level, name in enumerate(names, 1)
    ]
    return Location(
        location_type=SchemeValuePair(kind),
        location_name=LocationName(location_name_instance=tuple(levels)),
    )


def _restrictions(view: ItemView) -> tuple[SchemeValuePair, ...]:
    if not view.terms.loanable:
        return (SchemeValuePair(ItemUseRestrictionType.NOT_FOR_LOAN),)
    if not view.terms.leaves_building:
        return (SchemeValuePair(ItemUseRestrictionType.IN_LIBRARY_USE_ONLY),)
    return ()


def _shelf_mark(item: Item) -> ItemDescription:
    volume = HoldingsInformation(unstructured_holdings_data=item.description) if item.description else None
    return ItemDescription(call_number=item.call_number or None, holdings_information=volume)
