"""What is answered, as typed messages.

Rule: a message says what there is; what of it a version can be told, and how, is decided where it is written.
Records come as XML that is ready, are joined and never parsed: they are trusted to be well-formed, to have no
declaration, and to declare their own namespace, since one without would fall into that of the answer.
"""

from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final

import msgspec

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import Operation
from protocols.sru.explain import Description
from protocols.sru.facets import Facet
from protocols.sru.request import Asked, RefusedRequest
from protocols.sru.schemas import Schema


class Record(msgspec.Struct, frozen=True):
    """A record in the schema of its response. `data` and `extra` are XML, ready to be sent."""

    data: bytes
    identifier: str = ""
    extra: bytes = b""


class Surrogate(msgspec.Struct, frozen=True):
    """What stands in the place of a record that cannot be given."""

    diagnostic: Diagnostic
    identifier: str = ""


class ResultSet(msgspec.Struct, frozen=True):
    """A result that can be asked for again, by its id, until nobody has asked for so many seconds."""

    id: str
    seconds: int


class Precision(Enum):
    """How sure numberOfRecords is (resultCountPrecision of 2.0)."""

    EXACT = "exact"
    UNKNOWN = "unknown"
    ESTIMATE = "estimate"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    CURRENT = "current"

    @property
    def uri(self) -> str:
        """As it is told; YAZ writes the bare word."""
        return f"info:srw/vocabulary/resultCountPrecision/1/{self.value}"


class Subquery(msgspec.Struct, frozen=True):
    """A part of the query, and how many records it finds alone (searchResultAnalysis of 2.0)."""

    query: str
    count: int


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """extraResponseData: `exact` and `response_date` as Alma has them; where the next page begins; XML."""

    exact: bool | None = None
    response_date: datetime | None = None
    cursor: str = ""
    more: bytes = b""

    @property
    def date_text(self) -> str:
        """The date as Alma writes it: ``2023-06-13T10:53:36+0200``."""
        return _written(self.response_date) if self.response_date else ""


@lru_cache(maxsize=8)
def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")


NO_EXTRA: Final = Extra()


class SearchRetrieveResponse(msgspec.Struct, frozen=True, kw_only=True):
    """The records found, from place `first`. Without a number of records, the search failed."""

    number_of_records: int | None = None
    schema: Schema | None = None
    records: tuple[Record | Surrogate, ...] = ()
    first: int = 1
    next_record_position: int | None = None
    result_set: ResultSet | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    extra: Extra = NO_EXTRA
    precision: Precision | None = None
    facets: tuple[Facet, ...] = ()
    analysis: tuple[Subquery, ...] = ()


class WhereInList(Enum):
    """Where in the whole list a term is."""

    FIRST = "first"
    LAST = "last"
    ONLY = "only"
    INNER = "inner"


class Term(msgspec.Struct, frozen=True):
    """A term of a list: `value` finds it, `display` is how people write it."""

    value: str
    count: int | None = None
    display: str = ""
    where: WhereInList | None = None
    extra: bytes = b""


class ScanResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a list of terms."""

    terms: tuple[Term, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    extra: Extra = NO_EXTRA


class ExplainResponse(msgspec.Struct, frozen=True, kw_only=True):
    """The explain record: `record` is the description's XML, in the shape of the style that it is sent in."""

    record: bytes
    description: Description
    diagnostics: tuple[Diagnostic, ...] = ()
    extra: Extra = NO_EXTRA


Response = SearchRetrieveResponse | ScanResponse | ExplainResponse


def refusal(request: RefusedRequest) -> Response:
    """What answers a request that was refused when it was read."""
    return failure(request.asked, *request.diagnostics)


def failure(asked: Asked, *diagnostics: Diagnostic) -> Response:
    """What answers a search or a scan that cannot be done."""
    if asked.operation is Operation.SCAN:
        return ScanResponse(diagnostics=diagnostics)
    return SearchRetrieveResponse(diagnostics=diagnostics)


def next_position(first: int, given: int, hits: int) -> int | None:
    """The place of the next record; None where there is none, and the element is left out."""
    following = first + given
    return following if following <= hits else None
