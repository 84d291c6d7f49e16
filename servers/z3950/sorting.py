"""Sort: the keys of a request as the catalogue's.

The rule it keeps: what an order depends on is looked at, and refused if it cannot be had. Case and accents
never count, whatever is asked for: the standard makes an origin say something of case, and most say anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from core.points import AccessPoint
from core.query import Missing, SortKey
from protocols.cql.errors import CqlError
from protocols.z3950.apdus import MissingValue, SortAttributes, SortKeySpec, SortRelation
from protocols.z3950.structures import Specification
from servers.sru.translate.queries import QueryReader
from servers.z3950.refusal import Refused
from servers.z3950.translate.diagnostics import Kind
from servers.z3950.translate.queries import Manner, attribute_values, point_of

_NO_SEQUENCE, _NO_DATABASE_SORT, _NO_MISSING_DATA, _NO_RELATION = 207, 210, 213, 214


def keys(sequence: Sequence[SortKeySpec], manner: Manner, reader: QueryReader) -> tuple[SortKey, ...]:
    """The keys. Raises `Refused`."""
    if not sequence:
        raise Refused(_NO_SEQUENCE)
    return tuple([_key(spec, manner, reader) for spec in sequence])


def _key(spec: SortKeySpec, manner: Manner, reader: QueryReader) -> SortKey:
    if spec.sort_relation not in (SortRelation.ASCENDING, SortRelation.DESCENDING):
        raise Refused(_NO_RELATION, int(spec.sort_relation))
    descending = spec.sort_relation == SortRelation.DESCENDING
    point = _point(spec, manner, reader)
    return SortKey(point.name, descending, _missing(spec, descending))


def _point(spec: SortKeySpec, manner: Manner, reader: QueryReader) -> AccessPoint:
    element = spec.sort_element
    match element:
        case str():
            try:
                return reader.point(element, 0)
            except CqlError:
                raise Refused(_NO_SEQUENCE, element) from None
        case SortAttributes():
            values = attribute_values(element.list, element.id, manner.version)
            if other := next((kind for kind in values if kind is not Kind.USE), None):
                raise Refused(_NO_SEQUENCE, f"{other.value}={values[other]}")
            try:
                return point_of(values, manner.points)
            except Refused as refused:
                raise Refused(_NO_SEQUENCE, refused.diagnostic.text) from None
        case Specification():
            raise Refused(_NO_SEQUENCE)
        case tuple():
            raise Refused(_NO_DATABASE_SORT)
        case _:
            assert_never(element)


def _missing(spec: SortKeySpec, descending: bool) -> Missing:
    """A record without a value is taken to have the least there is; to abort is to sort nothing."""
    match spec.missing_value_action:
        case None:
            return Missing.LAST
        case MissingValue.ABORT:
            return Missing.FAIL
        case MissingValue.NULL:
            return Missing.LAST if descending else Missing.FIRST
        case bytes():
            raise Refused(_NO_MISSING_DATA)
        case _ as never:
            assert_never(never)
