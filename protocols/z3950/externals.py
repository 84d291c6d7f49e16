"""What is inside an EXTERNAL, by its object identifier: records that are no octets, negotiations, reports.

The rule it keeps: an EXTERNAL stays as it came until somebody opens it, and one that nobody knows is still
one. The structs are tables, as those of `structures.py` are.

Source: Z39.50-1995, appendices REC (SUTRS, OPAC), ERR (Diag-1) and USR (searchResult-1, UserInfo-1); the
register's CharSetandLanguageNegotiation-3.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, Final

import msgspec

from protocols.z3950 import oids
from protocols.z3950.ber import Limits, Source
from protocols.z3950.charset import UNNEGOTIATED, Charset
from protocols.z3950.declarations import Alternative, Codec, Null, Raw, Tag, codec_of
from protocols.z3950.errors import Defect, RemoteError
from protocols.z3950.oids import Oid
from protocols.z3950.rpn import Query
from protocols.z3950.structures import (
    DatabaseName,
    DefaultDiagFormat,
    External,
    IntUnit,
    OtherInformation,
    Term,
)

# Records


class Sutrs(Alternative, frozen=True, gc=False):
    """A record as text for people; lines end with LF and have at most 72 characters."""

    text: str


class Volume(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A volume that is held."""

    enumeration: Annotated[str, Tag(1)] | None = None
    chronology: Annotated[str, Tag(2)] | None = None
    enum_and_chron: Annotated[str, Tag(3)] | None = None


class CircRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An item that circulates. (`availability_date` is availablityDate in the standard.)"""

    available_now: Annotated[bool, Tag(1)]
    availability_date: Annotated[str, Tag(2)] | None = None
    available_thru: Annotated[str, Tag(3)] | None = None
    restrictions: Annotated[str, Tag(4)] | None = None
    item_id: Annotated[str, Tag(5)] | None = None
    renewable: Annotated[bool, Tag(6)]
    on_hold: Annotated[bool, Tag(7)]
    enum_and_chron: Annotated[str, Tag(8)] | None = None
    midspine: Annotated[str, Tag(9)] | None = None
    temporary_location: Annotated[str, Tag(10)] | None = None


class HoldingsAndCircData(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What is held where, and what circulates; beside each field is where MARC 21 has it."""

    type_of_record: Annotated[str, Tag(1)] | None = None  # leader/06
    encoding_level: Annotated[str, Tag(2)] | None = None  # leader/17
    format: Annotated[str, Tag(3)] | None = None  # 007/00-01
    receipt_acq_status: Annotated[str, Tag(4)] | None = None  # 008/06
    general_retention: Annotated[str, Tag(5)] | None = None  # 008/12
    completeness: Annotated[str, Tag(6)] | None = None  # 008/16
    date_of_report: Annotated[str, Tag(7)] | None = None  # 008/26-31
    nuc_code: Annotated[str, Tag(8)] | None = None  # 852 a
    local_location: Annotated[str, Tag(9)] | None = None  # 852 b
    shelving_location: Annotated[str, Tag(10)] | None = None  # 852 c
    call_number: Annotated[str, Tag(11)] | None = None  # 852 h i
    shelving_data: Annotated[str, Tag(12)] | None = None  # 852 j-m
    copy_number: Annotated[str, Tag(13)] | None = None  # 852 t
    public_note: Annotated[str, Tag(14)] | None = None  # 852 z
    reproduction_note: Annotated[str, Tag(15)] | None = None  # 843
    terms_use_repro: Annotated[str, Tag(16)] | None = None  # 845
    enum_and_chron: Annotated[str, Tag(17)] | None = None  # 85x, 86x
    volumes: Annotated[tuple[Volume, ...], Tag(18)] | None = None
    circulation_data: Annotated[tuple[CircRecord, ...], Tag(19)] | None = None


HoldingsRecord = Annotated[External, Tag(1)] | Annotated[HoldingsAndCircData, Tag(2)]
"""A MARC holdings record, or its essence with circulation data."""


class OpacRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A bibliographic record, and what is held of it."""

    bibliographic_record: Annotated[External, Tag(1)] | None = None
    holdings_data: Annotated[tuple[HoldingsRecord, ...], Tag(2)] | None = None


# What a search did


class TermExpression(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A part of a query that is a term."""

    query_term: Annotated[Term, Tag(1)]
    term_comment: Annotated[str, Tag(2)] | None = None


class QueryPart(Alternative, frozen=True, gc=False):
    """A part of a query that is a query."""

    query: Annotated[Query, Tag(2)]


QueryExpression = Annotated[TermExpression, Tag(1)] | QueryPart


class DatabaseResults(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a part of a query found in these databases; `NULL` is all of them."""

    databases: Annotated[Annotated[Null, Tag(1)] | Annotated[tuple[DatabaseName, ...], Tag(2)], Tag(1)]
    count: Annotated[int, Tag(2)] | None = None
    result_set_name: Annotated[str, Tag(3)] | None = None


class SubqueryReport(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a part of a query found, or the whole."""

    subquery_id: Annotated[str, Tag(1)] | None = None
    full_query: Annotated[bool, Tag(2)]
    subquery_expression: Annotated[QueryExpression, Tag(3)] | None = None
    subquery_interpretation: Annotated[QueryExpression, Tag(4)] | None = None
    subquery_recommendation: Annotated[QueryExpression, Tag(5)] | None = None
    subquery_count: Annotated[int, Tag(6)] | None = None
    subquery_weight: Annotated[IntUnit, Tag(7)] | None = None
    results_by_db: Annotated[tuple[DatabaseResults, ...], Tag(8)] | None = None


class SearchInfoReport(Alternative, frozen=True, gc=False):
    """searchResult-1: how many records each part of a query found."""

    subqueries: tuple[SubqueryReport, ...]


class UserInfo1(Alternative, frozen=True, gc=False):
    """UserInfo-1: other information, where an EXTERNAL is wanted."""

    information: OtherInformation


# Diagnostics


class DiagnosticItem(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A diagnostic of any set, or one in the words of Diag-1, which stays as it came."""

    diagnostic: Annotated[Annotated[DefaultDiagFormat, Tag(1)] | Annotated[Raw, Tag(2)], Tag(1)] | None = None
    message: Annotated[str, Tag(2)] | None = None


class DiagnosticFormat(Alternative, frozen=True, gc=False):
    """Diag-1: diagnostics where an EXTERNAL is wanted, as in the answer to an Init that is refused."""

    diagnostics: tuple[DiagnosticItem, ...]


# Character sets and language


class InitialSet(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which sets of ISO 2022 are designated at the beginning, by registration number."""

    g0: Annotated[int, Tag(0)] | None = None
    g1: Annotated[int, Tag(1)] | None = None
    g2: Annotated[int, Tag(2)] | None = None
    g3: Annotated[int, Tag(3)] | None = None
    c0: Annotated[int, Tag(4)]
    c1: Annotated[int, Tag(5)] | None = None


class LeftAndRight(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which of G0 to G3 are shifted in at the beginning."""

    g_left: Annotated[int, Tag(3)]
    g_right: Annotated[int, Tag(4)] | None = None


class Environment(Enum):
    """Of 7 or 8 bits. The numbers are tags."""

    SEVEN_BIT = 1
    EIGHT_BIT = 2


class Iso2022Proposal(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Sets of ISO 2022 that the origin can have."""

    proposed_environment: Annotated[Environment, Tag(0)] | None = None
    proposed_sets: Annotated[tuple[int, ...], Tag(1)]
    proposed_initial_sets: Annotated[tuple[InitialSet, ...], Tag(2)]
    proposed_left_and_right: Annotated[LeftAndRight, Tag(3)]


class Iso2022Response(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Those that the target has chosen."""

    selected_environment: Annotated[Environment, Tag(0)]
    selected_sets: Annotated[tuple[int, ...], Tag(1)]
    selected_initial_set: Annotated[InitialSet, Tag(2)]
    selected_left_and_right: Annotated[LeftAndRight, Tag(3)]


Iso2022 = Annotated[Iso2022Proposal, Tag(1)] | Annotated[Iso2022Response, Tag(2)]


class Iso10646(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Unicode in the form that `encoding_level` names, UTF-8 for one."""

    collections: Annotated[Oid, Tag(1)] | None = None
    encoding_level: Annotated[Oid, Tag(2)]


class PrivateCharset(Alternative, frozen=True, gc=False):
    """A character set on which the two sides agree without ISO."""

    chosen: Annotated[tuple[Oid, ...], Tag(1)] | Annotated[External, Tag(2)] | Annotated[Null, Tag(3)]


CharsetProposal = Annotated[Iso2022, Tag(1)] | Annotated[Iso10646, Tag(2)] | Annotated[PrivateCharset, Tag(3)]


class OriginProposal(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Character sets in the order in which they are liked, and languages."""

    proposed_char_sets: Annotated[tuple[CharsetProposal, ...], Tag(1)] | None = None
    proposed_languages: Annotated[tuple[str, ...], Tag(2)] | None = None
    records_in_selected_char_sets: Annotated[bool, Tag(3)] | None = None


class TargetResponse(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The one that will be used; `NULL` is none."""

    selected_char_sets: Annotated[CharsetProposal | Annotated[Null, Tag(4)], Tag(1)] | None = None
    selected_language: Annotated[str, Tag(2)] | None = None
    records_in_selected_char_sets: Annotated[bool, Tag(3)] | None = None


class CharSetandLanguageNegotiation(Alternative, frozen=True, gc=False):
    """The origin's proposal, or the target's response."""

    said: Annotated[OriginProposal, Tag(1)] | Annotated[TargetResponse, Tag(2)]


Content = Sutrs | OpacRecord | SearchInfoReport | UserInfo1 | DiagnosticFormat | CharSetandLanguageNegotiation

KINDS: Final[Mapping[Oid, type[msgspec.Struct]]] = MappingProxyType(
    {
        oids.SUTRS: Sutrs,
        oids.OPAC: OpacRecord,
        oids.DIAG_1: DiagnosticFormat,
        oids.SEARCH_RESULT_1: SearchInfoReport,
        oids.USER_INFO_1: UserInfo1,
        oids.CHARSET_3: CharSetandLanguageNegotiation,
        oids.CHARSET_4: CharSetandLanguageNegotiation,
    }
)
"""What is inside, by direct reference."""

_CODECS: Final[Mapping[type, Codec]] = {kind: codec_of(kind) for kind in KINDS.values()}
_LIMITS: Final = Limits()
_REFERENCES: Final = {kind: oid for oid, kind in reversed(list(KINDS.items()))}


def opened(external: External, charset: Charset = UNNEGOTIATED, limits: Limits = _LIMITS) -> Content | None:
    """What is inside; None if it is something else than `Content`. Raises `RemoteError`."""
    kind = KINDS.get(external.direct_reference) if external.direct_reference else None
    if kind is None:
        return None
    content: Content = _read(_CODECS[kind], bytes(external.encoding), charset, limits)
    return content


def _read(codec: Codec, data: bytes, charset: Charset, limits: Limits) -> Any:
    source = Source(data, charset.decode, limits)
    identifier, start, end = source.only_element(0, len(data))
    read = codec.reads.get(identifier)
    if read is None:
        raise RemoteError(Defect.UNKNOWN_CHOICE)
    return read(source, start, end)


def sealed(content: Content, charset: Charset = UNNEGOTIATED) -> External:
    """An EXTERNAL with this inside, as a single ASN.1 type."""
    kind = type(content)
    data = _CODECS[kind].write(content, charset.encode)
    return External(direct_reference=_REFERENCES[kind], encoding=Raw(data))


_TEXT: Final = codec_of(str)


def cql_query(text: str) -> External:
    """A query of type 104: CQL, which is UTF-8 whatever the association's character set is."""
    return External(direct_reference=oids.CQL, encoding=Raw(_TEXT.write(text, str.encode)))


def cql_text(query: External) -> str | None:
    """The CQL of a query of type 104, None if it is no CQL. Raises `RemoteError`."""
    if query.direct_reference != oids.CQL:
        return None
    if not isinstance(query.encoding, Raw):
        return UNNEGOTIATED.decode(bytes(query.encoding))
    text: str = _read(_TEXT, query.encoding, UNNEGOTIATED, _LIMITS)
    return text
