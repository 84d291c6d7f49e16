"""What partners say of an item, in the library's words.

A place is named by its code, or as it is told: the agency first, then the location in it, by code or name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from core.model.records import Medium
from core.rules.stock import Description, Detail
from protocols.ncip import messages as m
from protocols.ncip.schemes import LocationType, MediumType
from protocols.ncip.structures import (
    BibliographicDescription,
    HoldingsInformation,
    ItemDescription,
    ItemFields,
    Location,
    StructuredHoldingsData,
)
from protocols.ncip.values import SchemeValuePair
from servers.ncip.partner import Partner
from servers.ncip.translate.changes import Known
from servers.ncip.words import MEDIUM

KEPT: Final[Known] = {
    "bibliographic_description": {
        "title": None,
        "author": None,
        "publication_date": None,
        "medium_type": None,
    },
    "item_description": {"call_number": None, "holdings_information": None},
    "location": None,
}
"""What of an item is kept here."""


def description(said: m.CreateItem | ItemFields, location: str | None) -> Description:
    """What is said of an item that is kept here."""
    title = said.bibliographic_description or BibliographicDescription()
    shelf_mark = said.item_description or ItemDescription()
    volume = shelf_mark.holdings_information
    return Description(
        location=location,
        call_number=shelf_mark.call_number,
        description=None if volume is None else _volume(volume),
        medium=None if title.medium_type is None else _medium(title.medium_type),
        title=title.title,
        author=title.author,
        year=title.publication_date,
    )


def details(said: ItemFields) -> frozenset[Detail]:
    """What of the description is to be taken away. A medium is none: it cannot be without."""
    title = said.bibliographic_description or BibliographicDescription()
    shelf_mark = said.item_description or ItemDescription()
    named: dict[Detail, object] = {
        Detail.LOCATION: said.location,
        Detail.CALL_NUMBER: shelf_mark.call_number,
        Detail.DESCRIPTION: shelf_mark.holdings_information,
        Detail.TITLE: title.title,
        Detail.AUTHOR: title.author,
        Detail.YEAR: title.publication_date,
    }
    return frozenset(detail for detail, value in named.items() if value)


def permanent(places: Sequence[Location]) -> Location | None:
    """Where an item belongs: the permanent location, or the one that there is."""
    kinds = [None if place.location_type is None else place.location_type.value for place in places]
    if LocationType.PERMANENT_LOCATION in kinds:
        return places[kinds.index(LocationType.PERMANENT_LOCATION)]
    return places[0] if len(places) == 1 else None


def names(place: Location) -> tuple[str, ...]:
    """The names of a place, from the widest to the narrowest."""
    if place.location_name is None:
        return ()
    levels = sorted(
        place.location_name.location_name_instance, key=lambda level: level.location_name_level or 0
    )
    return tuple([level.location_name_value.strip() for level in levels])


def location_of(called: Sequence[str], partner: Partner) -> str | None:
    """The code of the location with these names; None if there is none. One that has no name goes by code."""
    if not called:
        return None
    policy, widest, name = partner.desk.policy, called[0], called[-1]
    agencies = {one.code for one in policy.policy.agencies if widest in (one.code, one.name)}
    for location in policy.policy.locations:
        agency, _, shelf = location.code.partition("/")
        if name in (location.code, location.name, shelf) and (len(called) == 1 or agency in agencies):
            return location.code
    agency, _, shelf = name.partition("/")
    return name if shelf and policy.is_agency(agency) else None


def _medium(said: SchemeValuePair) -> Medium:
    return MEDIUM[said.value] if isinstance(said.value, MediumType) else Medium.OTHER


def _volume(said: HoldingsInformation) -> str:
    """Which part of a title an item is, in one line."""
    parts = [text for part in said.structured_holdings_data for text in _levels(part)]
    return said.unstructured_holdings_data or " ".join(parts)


def _levels(part: StructuredHoldingsData) -> Iterator[str]:
    for level in part.holdings_enumeration.enumeration_level_instance if part.holdings_enumeration else ():
        yield f"{level.enumeration_caption or ''} {level.enumeration_value or ''}".strip()
    for age in part.holdings_chronology.chronology_level_instance if part.holdings_chronology else ():
        yield age.chronology_value or ""
