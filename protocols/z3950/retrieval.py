"""Which records go into an answer, in which syntax and with which elements: the rules of Search and Present.

The rule it keeps: all of it follows from the request and from numbers; what a record is, the caller knows.
"""

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from protocols.z3950.apdus import (
    NamePlusRecord,
    PresentRequest,
    PresentStatus,
    Range,
    SearchRequest,
    SurrogateDiagnostic,
)
from protocols.z3950.oids import Oid
from protocols.z3950.structures import (
    CompSpec,
    DefaultDiagFormat,
    ElementSetNames,
    External,
    SchemaUri,
    Specification,
    bib_1_diagnostic,
)

_OUT_OF_RANGE = 13
_EXCEEDS_PREFERRED, _EXCEEDS_EXCEPTIONAL = 16, 17


class AtOnce(msgspec.Struct, frozen=True, gc=False):
    """How many records go with the answer to a search, from the first on, and with which elements."""

    number: int
    element_sets: ElementSetNames | None


def at_once(request: SearchRequest, hits: int) -> AtOnce:
    """Of a small set all, of a large set none, of one between as many as are asked for (3.2.2.1.4)."""
    if hits <= request.small_set_upper_bound:
        return AtOnce(hits, request.small_set_element_set_names)
    if hits >= request.large_set_lower_bound:
        return AtOnce(0, None)
    number = min(max(request.medium_set_present_number, 0), hits)
    return AtOnce(number, request.medium_set_element_set_names)


def ranges(request: PresentRequest, hits: int) -> tuple[Range, ...] | DefaultDiagFormat:
    """The records asked for, or diagnostic 13 if one of them is not there (3.2.3.1.2, 3.2.3.1.3)."""
    first = Range(request.result_set_start_point, request.number_of_records_requested)
    asked = (first, *(request.additional_ranges or ()))
    past = 0
    for each in asked:
        begin, number = each.starting_position, each.number_of_records
        if begin <= past or number < 0 or begin + number - 1 > hits:
            return bib_1_diagnostic(_OUT_OF_RANGE)
        past = begin + number - 1
    return asked


def next_position(last: int, hits: int) -> int:
    """What comes after the last record sent; 0 if it was the last there is."""
    return last + 1 if last < hits else 0


class Wanted(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the records of one database shall be.

    `syntaxes` has the one that is liked best first, and is empty if none was named. With `others_too`, one
    that was not named will do. An `element_spec` that is no name is one of another register.
    """

    syntaxes: tuple[Oid, ...] = ()
    others_too: bool = True
    element_spec: str | External | None = None
    schema: Oid | SchemaUri | None = None


def wanted(
    composition: ElementSetNames | CompSpec | None, preferred_syntax: Oid | None, database: str
) -> Wanted:
    """What a request says of the records of a database (3.2.2.1.5, 3.2.3.1.5, 3.6.2)."""
    syntaxes: tuple[Oid, ...] = (preferred_syntax,) if preferred_syntax else ()
    if not isinstance(composition, CompSpec):
        return Wanted(
            syntaxes=syntaxes, others_too=not syntaxes, element_spec=element_set(composition, database)
        )
    specification = _specification(composition, database)
    syntaxes = composition.record_syntax or syntaxes
    return Wanted(
        syntaxes=syntaxes,
        others_too=composition.select_alternative_syntax or not syntaxes,
        element_spec=specification.element_spec,
        schema=specification.schema,
    )


def element_set(names: ElementSetNames | None, database: str) -> str | None:
    """The element set for the records of a database, None if the request leaves it open."""
    if names is None or isinstance(names, str):
        return names
    return next((each.esn for each in names if each.db_name.lower() == database.lower()), None)


def _specification(composition: CompSpec, database: str) -> Specification:
    for each in composition.db_specific or ():
        if each.db.lower() == database.lower():
            return each.spec
    return composition.generic or Specification()


def chosen_syntax(wanted: Wanted, available: Collection[Oid], default: Oid) -> Oid | None:
    """The first syntax wanted that there is; if none is named, or others will do, the default; else None."""
    for syntax in wanted.syntaxes:
        if syntax in available:
            return syntax
    return default if wanted.others_too else None


class Packed(msgspec.Struct, frozen=True, gc=False):
    """The records that fit into a message, and whether they are all that were wanted."""

    records: tuple[NamePlusRecord, ...]
    status: PresentStatus


_AROUND: Final = 80
"""Bytes that a record has around its octets and its database's name, at the most."""


def size(record: NamePlusRecord) -> int:
    """How many bytes a record takes in an answer, at the most."""
    inside = record.record
    content = len(inside.encoding) if isinstance(inside, External) else 4 * _AROUND
    return content + 4 * len(record.name or "") + _AROUND


def packed(
    records: Iterable[NamePlusRecord], number: int, preferred_message_size: int, exceptional_record_size: int
) -> Packed:
    """As many of these `number` records as fit into a message; they are taken one by one (3.3.1).

    One that alone is longer than a message goes if it is asked for alone and is no longer than an exceptional
    record; else a diagnostic goes in its place, 16 or 17.
    """
    taken: list[NamePlusRecord] = []
    room = preferred_message_size
    for record in records:
        length = size(record)
        if length > preferred_message_size:
            if length > exceptional_record_size:
                record = _in_place_of(record, _EXCEEDS_EXCEPTIONAL)
            elif number > 1:
                record = _in_place_of(record, _EXCEEDS_PREFERRED)
            else:
                return Packed((record,), PresentStatus.SUCCESS)
            length = size(record)
        if taken and length > room:
            return Packed(tuple(taken), PresentStatus.PARTIAL_2)
        taken.append(record)
        room -= length
    return Packed(tuple(taken), PresentStatus.SUCCESS)


def _in_place_of(record: NamePlusRecord, condition: int) -> NamePlusRecord:
    return NamePlusRecord(name=record.name, record=SurrogateDiagnostic(bib_1_diagnostic(condition)))
