"""The titles that partners name: a BibliographicId is good here if it holds a control number.

The rule it keeps: a number of another system (OCLC, LCCN ...) is never taken for one of ours.
"""

from __future__ import annotations

from typing import Final

from core.model.records import Bib
from protocols.ncip.schemes import BibliographicRecordIdentifierCode
from protocols.ncip.structures import BibliographicId, BibliographicRecordId
from servers.ncip.partner import Partner

FOREIGN: Final = frozenset(BibliographicRecordIdentifierCode) - {
    BibliographicRecordIdentifierCode.ACCESSION_NUMBER
}
"""Whose numbers are other systems'. A code that the standard does not list is a partner's word for ours."""

ONLY_BY_NUMBER: Final = "Titles are known here by their control number alone"


def titled(title: BibliographicId, partner: Partner) -> Bib | None:
    """The title that an id names."""
    record = title.bibliographic_record_id
    return None if record is None else recorded(record, partner)


def recorded(record: BibliographicRecordId, partner: Partner) -> Bib | None:
    """The title of a record, if its number is one of ours."""
    if not is_ours(record):
        return None
    return partner.desk.library.bib(record.bibliographic_record_identifier.strip())


def is_ours(record: BibliographicRecordId) -> bool:
    """Whether the number may be a control number."""
    code = record.bibliographic_record_identifier_code
    return code is None or code.value not in FOREIGN


def unreadable(title: BibliographicId) -> tuple[str, str] | None:
    """What stands in an id that names no title by its control number: its path and its value."""
    record, item = title.bibliographic_record_id, title.bibliographic_item_id
    if record is not None:
        found = record.bibliographic_record_identifier
        return None if is_ours(record) else ("BibliographicId/BibliographicRecordId", found)
    value = "" if item is None else item.bibliographic_item_identifier
    return "BibliographicId/BibliographicItemId", value
