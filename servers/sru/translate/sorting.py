"""Sort keys, those of CQL and those of SRU 1.1, as the catalogue's.

The rule it keeps: an order that cannot be kept to the letter is refused; case and accents never count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.query import Missing, SortKey
from protocols.cql import sorting as cql
from protocols.cql import tree
from protocols.cql.errors import CqlError, Diagnostic
from protocols.sru import diagnostics as sru
from protocols.sru import sorting as keys
from servers.sru.translate.queries import QueryReader

MODIFIERS: Final = (
    "ascending",
    "descending",
    "ignoreCase",
    "ignoreAccents",
    "missingOmit",
    "missingFail",
    "missingLow",
    "missingHigh",
)
"""The modifiers of a sort key that are served (context set sort, version 1.0)."""

_SETS: Final = ("dc", "bath", "rec", "alma")
"""What a sort key of SRU 1.1 can name as the schema of its short name."""


def of_cql(reader: QueryReader, written: Sequence[tree.SortKey]) -> tuple[SortKey, ...]:
    """The keys behind sortBy. Raises `CqlError`."""
    return tuple([_of_cql(reader, order) for order in cql.read_sort(written)])


def _of_cql(reader: QueryReader, order: cql.SortOrder) -> SortKey:
    point = reader.point(order.index, order.place)
    if order.respects_case:
        raise CqlError(Diagnostic.SORT_CASE, "respectCase", order.place, "case never counts")
    if order.respects_accents or order.locale:
        told = "respectAccents" if order.respects_accents else f"locale={order.locale}"
        raise CqlError(Diagnostic.SORT_SEQUENCE, told, order.place, "accents and locales never count")
    if order.missing is cql.Missing.VALUE:
        details = f"missingValue={order.missing_value}"
        raise CqlError(
            Diagnostic.SORT_MISSING_VALUE, details, order.place, "there are missingOmit, Fail, Low and High"
        )
    descending = order.direction is cql.Direction.DESCENDING
    return SortKey(point.name, descending, _missing(order.missing, descending))


def _missing(missing: cql.Missing | None, descending: bool) -> Missing:
    match missing:
        case cql.Missing.OMIT:
            return Missing.OMIT
        case cql.Missing.FAIL:
            return Missing.FAIL
        case cql.Missing.LOW:
            return Missing.LAST if descending else Missing.FIRST
        case cql.Missing.HIGH:
            return Missing.FIRST if descending else Missing.LAST
        case _:
            return Missing.LAST


def of_parameter(
    reader: QueryReader, written: Sequence[keys.SortKey]
) -> tuple[SortKey, ...] | sru.Diagnostic:
    """The keys of the parameter sortKeys, or what is wrong with the first that cannot be."""
    found = []
    for key in written:
        made = _of_parameter(reader, key)
        if isinstance(made, sru.Diagnostic):
            return made
        found.append(made)
    return tuple(found)


def _of_parameter(reader: QueryReader, key: keys.SortKey) -> SortKey | sru.Diagnostic:
    if "/" in key.path:
        return sru.Diagnostic(88, key.path, "Unsupported path for sort; use the name of an index")
    if key.schema and key.schema not in _SETS:
        return sru.Diagnostic(87, key.schema, f"Unsupported schema for sort; there are {', '.join(_SETS)}")
    if key.case_sensitive:
        return sru.Diagnostic(91, "1", "Unsupported case; case never counts")
    if key.missing.startswith('"'):
        return sru.Diagnostic(92, key.missing)
    try:
        point = reader.point(f"{key.schema}.{key.path}" if key.schema else key.path, 0)
    except CqlError:
        return sru.Diagnostic(80, key.path, "Sort not supported; there is no such index")
    missing = {
        "abort": Missing.FAIL,
        "omit": Missing.OMIT,
        "highValue": Missing.LAST if key.ascending else Missing.FIRST,
        "lowValue": Missing.FIRST if key.ascending else Missing.LAST,
    }[key.missing]
    return SortKey(point.name, not key.ascending, missing)
