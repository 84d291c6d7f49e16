"""A request as a typed message, from parameters that anyone may have sent.

Rule: nothing a stranger sends raises. A request is read whole, or refused with a diagnostic for each thing
that is wrong with it; what can be passed over without losing anything is done, and told as a warning.
Defaults are the standard's, where it has one; else None stands for the server's.
"""

import re
from enum import Enum
from typing import Final, TypeVar

import msgspec

from protocols.sru.diagnostics import KINDS, Diagnostic, Family
from protocols.sru.dialects import VERSIONS, Escaping, Operation, Packing, Version
from protocols.sru.facets import FacetsAsked, read_numbers, read_orders
from protocols.sru.parameters import (
    EXTRA_PREFIX,
    FACET_PARAMETERS,
    ONLY_IN_2_0,
    OPERATION,
    PARAMETERS,
    VERSION,
    Pair,
    decoded,
)
from protocols.sru.sorting import SortKey, read_sort_keys


class Unknown(Enum):
    """What is done about a parameter that the operation does not have (diagnostic 8)."""

    REFUSED = "refused"
    WARNED = "warned"
    IGNORED = "ignored"


class Missing(Enum):
    """What is done where `operation` or `version` is not there, and the version asked for must have it."""

    ASSUMED = "assumed"  # by the other parameters, as 2.0 does
    REFUSED = "refused"  # with diagnostic 7


class RenderedBy(Enum):
    """Who makes a page of the answer."""

    CLIENT = "client"
    SERVER = "server"


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint serves, as far as it decides how a request is read.

    `stylesheets` are the ones that an answer may name: any other could run scripts in a browser.
    """

    versions: tuple[Version, ...] = VERSIONS
    default: Version = Version.V1_2
    operations: frozenset[Operation] = frozenset(Operation)
    missing: Missing = Missing.ASSUMED
    unknown: Unknown = Unknown.REFUSED
    query_types: tuple[str, ...] = ("cql",)
    stylesheets: tuple[str, ...] = ()
    rendered_by: tuple[RenderedBy, ...] = (RenderedBy.CLIENT,)
    terms: int = 20  # where a scan does not say maximumTerms


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What every request has: `parameters` as they were sent, but for those that could not be read.

    `extra` holds the parameters that begin with ``x-``, or the elements of a SOAP request's extraRequestData.
    """

    version: Version
    operation: Operation
    parameters: dict[str, str]
    extra: tuple[tuple[str, str], ...] = ()
    escaping: Escaping = Escaping.XML
    packing: Packing = Packing.PACKED
    stylesheet: str | None = None
    warnings: tuple[Diagnostic, ...] = ()


class SearchRetrieveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """searchRetrieve: a query, and which of the records that it finds are wanted in what form."""

    asked: Asked
    query: str
    query_type: str = "cql"
    start_record: int = 1
    maximum_records: int | None = None
    record_schema: str | None = None
    result_set_ttl: int | None = None
    sort_keys: tuple[SortKey, ...] = ()
    rendered_by: RenderedBy = RenderedBy.CLIENT
    http_accept: str | None = None
    response_type: str | None = None
    facets: FacetsAsked = FacetsAsked()


class ScanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """scan: a place in a list of terms, and how many of them are wanted around it."""

    asked: Asked
    scan_clause: str
    response_position: int = 1
    maximum_terms: int | None = None
    http_accept: str | None = None


class ExplainRequest(msgspec.Struct, frozen=True, kw_only=True):
    """explain: it is never refused, as its answer must hold the record; what was wrong is a warning."""

    asked: Asked
    http_accept: str | None = None


class RefusedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What cannot be done, and why. It is answered as the operation is."""

    asked: Asked
    diagnostics: tuple[Diagnostic, ...]


Request = SearchRetrieveRequest | ScanRequest | ExplainRequest | RefusedRequest


def read_query_string(raw: bytes, offer: Offer) -> Request:
    """A request from the query string of a URL, or from a form that was posted."""
    return read_request(decoded(raw), offer)


def read_request(pairs: list[Pair], offer: Offer, extra: tuple[tuple[str, str], ...] = ()) -> Request:
    """A request from its parameters, in any order."""
    return _Reader(pairs, offer, extra).request()


# Which version, which operation ---------------------------------------------------------------------------

_VERSION: Final = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})")


def _negotiated(text: str, offer: Offer) -> Version | None:
    """The highest version served that is not above the one asked for.

    SRU 1.1 ("Version"): a client gets what it asked for or less, never more. None is below all that are
    served, or above all that there are.
    """
    found = _VERSION.fullmatch(text)
    if found is None:
        return None
    asked = (int(found[1]), int(found[2]))
    if asked > _numbers(VERSIONS[-1]):
        return None
    return max((version for version in offer.versions if _numbers(version) <= asked), default=None)


def _numbers(version: Version) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)


_OPERATIONS: Final = {operation.value: operation for operation in Operation}


# Values ---------------------------------------------------------------------------------------------------

_DIGITS: Final = re.compile(r"[0-9]{1,19}")
_MOST: Final = 2**63 - 1
_E = TypeVar("_E", bound=Enum)

# An answer is not made long by a question that is only long.
_MOST_TOLD: Final = 10
_LONGEST_DETAILS: Final = 200


class _Reader:
    """One request being read: what was sent by name, and what is wrong with it so far."""

    def __init__(self, pairs: list[Pair], offer: Offer, extra: tuple[tuple[str, str], ...]) -> None:
        self._offer = offer
        self._sent: dict[str, str] = {}
        self._broken: set[str] = set()  # sent more than once, or no UTF-8
        self._found: list[Diagnostic] = []
        self._extra = list(extra)
        for name, value in pairs:
            if name.startswith(EXTRA_PREFIX):
                self._extra.append((name, value or ""))
            elif value is None or name in self._sent:
                self._broken.add(name)
            elif value:  # what is there and empty counts as not supplied
                self._sent[name] = value
        for name in self._broken:
            self._sent.pop(name, None)
        self._names_operation = OPERATION in self._sent

    def request(self) -> Request:
        operation = self._operation()
        asked = Asked(version=self._version(operation), operation=operation, parameters={})
        self._keep_to(PARAMETERS[operation, asked.version])
        asked = msgspec.structs.replace(
            asked,
            escaping=self._escaping(asked.version),
            packing=self._packing(asked.version),
            stylesheet=self._stylesheet(),
        )
        return self._weighed(self._read(asked))

    def _read(self, asked: Asked) -> SearchRetrieveRequest | ScanRequest | ExplainRequest:
        match asked.operation:
            case Operation.SEARCH_RETRIEVE:
                return self._search_retrieve(asked)
            case Operation.SCAN:
                return self._scan(asked)
            case Operation.EXPLAIN:
                return ExplainRequest(asked=asked, http_accept=self._sent.get("httpAccept"))

    def _weighed(self, request: SearchRetrieveRequest | ScanRequest | ExplainRequest) -> Request:
        """The request with all that was found out about it; refused, if any of that is fatal."""
        fatal = [each for each in self._found if not self._is_warning(each)]
        warnings = [each for each in self._found if self._is_warning(each)]
        if isinstance(request, ExplainRequest):
            fatal, warnings = [], self._found
        asked = msgspec.structs.replace(
            request.asked, parameters=self._sent, extra=tuple(self._extra), warnings=tuple(warnings)
        )
        if fatal:
            return RefusedRequest(asked=asked, diagnostics=tuple(fatal))
        return msgspec.structs.replace(request, asked=asked)

    def _is_warning(self, diagnostic: Diagnostic) -> bool:
        if diagnostic.number == 8:
            return self._offer.unknown is Unknown.WARNED
        return diagnostic.kind.family is Family.WARNING

    def _tell(self, number: int, details: str, expected: str = "") -> None:
        message = f"{KINDS[number].message}; {expected}" if expected else ""
        self._found.append(Diagnostic(number, details[:_LONGEST_DETAILS], message))

    # Which version, which operation

    def _operation(self) -> Operation:
        """The operation asked for; else the one that the other parameters tell."""
        sent, told = self._sent.pop(OPERATION, None), self._told_operation()
        operation = told if sent is None else _OPERATIONS.get(sent)
        if OPERATION in self._broken:
            self._tell(6, OPERATION)
        elif sent is None and told is not Operation.EXPLAIN and self._must_be_said():
            self._tell(7, OPERATION)
        if operation not in self._offer.operations:
            self._tell(4, sent or told.value)
        # Whoever asks for something unheard of looks for diagnostics where most of them are.
        return operation or (Operation.SCAN if told is Operation.SCAN else Operation.SEARCH_RETRIEVE)

    def _told_operation(self) -> Operation:
        """What the other parameters speak of, as in 2.0."""
        if self._was_sent("query"):
            return Operation.SEARCH_RETRIEVE
        return Operation.SCAN if self._was_sent("scanClause") else Operation.EXPLAIN

    def _was_sent(self, name: str) -> bool:
        return name in self._sent or name in self._broken

    def _must_be_said(self) -> bool:
        """Whether `operation` and `version` may not be left out: the offer says so, and 1.x is spoken."""
        sent = self._sent.get(VERSION)
        version = self._unsaid() if sent is None else _negotiated(sent, self._offer)
        return self._offer.missing is Missing.REFUSED and version is not Version.V2_0

    def _unsaid(self) -> Version:
        """The version of a request that names none: told by the parameters used, or the server's."""
        tells = not self._names_operation and any(map(self._was_sent, ONLY_IN_2_0))
        return Version.V2_0 if tells and Version.V2_0 in self._offer.versions else self._offer.default

    def _version(self, operation: Operation) -> Version:
        sent = self._sent.get(VERSION)
        if sent is None:
            is_missed = operation is not Operation.EXPLAIN and VERSION not in self._broken
            if is_missed and self._must_be_said():
                self._tell(7, VERSION)
            return self._unsaid()
        version = _negotiated(sent, self._offer)
        if version is None:
            del self._sent[VERSION]
            self._tell(5, max(self._offer.versions).value)
        return version or self._offer.default

    def _keep_to(self, known: tuple[str, ...]) -> None:
        """Leave what the operation has in this version, in its order; tell of the rest, and of doubles."""
        sent = self._sent
        self._sent = {name: sent[name] for name in known if name in sent}
        if self._offer.unknown is not Unknown.IGNORED:
            unknown = (sent.keys() | self._broken) - {*known, OPERATION}
            for name in sorted(unknown)[:_MOST_TOLD]:
                self._tell(8, name)
        for name in known:
            if name in self._broken:
                self._tell(6, name)

    # Values

    def _wrong(self, name: str, number: int, expected: str = "") -> None:
        """Tell of a value that cannot be. 6 names its parameter too; the others are of one alone."""
        value = self._sent.pop(name)
        self._tell(number, f"{name}={value}" if number == 6 else value, expected)

    def _number(self, name: str, least: int) -> int | None:
        sent = self._sent.get(name)
        if sent is None:
            return None
        if _DIGITS.fullmatch(sent) is None or not least <= int(sent) <= _MOST:
            self._wrong(name, 6, f"a whole number of at least {least} is expected")
            return None
        return int(sent)

    def _one_of(self, name: str, served: tuple[_E, ...], number: int = 6) -> _E:
        """The value served that was asked for; the first one where none was."""
        sent = self._sent.get(name)
        if sent is None:
            return served[0]
        for each in served:
            if each.value == sent:
                return each
        self._wrong(name, number, " or ".join(each.value for each in served) + " is expected")
        return served[0]

    def _mandatory(self, name: str) -> str:
        if not self._was_sent(name):
            self._tell(7, name)
        return self._sent.get(name, "")

    def _escaping(self, version: Version) -> Escaping:
        name = "recordXMLEscaping" if version is Version.V2_0 else "recordPacking"
        return self._one_of(name, tuple(Escaping), 71)

    def _packing(self, version: Version) -> Packing:
        if version is Version.V2_0:
            return self._one_of("recordPacking", tuple(Packing), 71)
        return Packing.PACKED

    def _stylesheet(self) -> str | None:
        sent = self._sent.get("stylesheet")
        if sent is None or sent in self._offer.stylesheets:
            return sent
        self._tell(111 if self._offer.stylesheets else 110, sent)
        return None

    # Operations

    def _search_retrieve(self, asked: Asked) -> SearchRetrieveRequest:
        query = self._mandatory("query")
        query_type = self._sent.get("queryType", self._offer.query_types[0])
        if query_type not in self._offer.query_types:
            self._wrong("queryType", 11)
        if "recordXPath" in self._sent:
            self._wrong("recordXPath", 72)
        return SearchRetrieveRequest(
            asked=asked,
            query=query,
            query_type=query_type,
            start_record=self._number("startRecord", 1) or 1,
            maximum_records=self._number("maximumRecords", 0),
            record_schema=self._sent.get("recordSchema"),
            result_set_ttl=self._number("resultSetTTL", 0),
            sort_keys=self._sort_keys(),
            rendered_by=self._one_of("renderedBy", self._offer.rendered_by),
            http_accept=self._sent.get("httpAccept"),
            response_type=self._sent.get("responseType"),
            facets=self._facets(),
        )

    def _sort_keys(self) -> tuple[SortKey, ...]:
        keys = read_sort_keys(self._sent.get("sortKeys", ""))
        if isinstance(keys, Diagnostic):
            del self._sent["sortKeys"]
            self._tell(keys.number, keys.details)
            return ()
        return keys

    def _facets(self) -> FacetsAsked:
        limit, start, order = (self._sent.get(name, "") for name in FACET_PARAMETERS)
        limits, starts, orders = read_numbers(limit, 0), read_numbers(start, 1), read_orders(order)
        for name, value in zip(FACET_PARAMETERS, (limits, starts, orders), strict=True):
            if value is None:
                self._wrong(name, 6)
        return FacetsAsked(limits or {}, starts or {}, orders or {})

    def _scan(self, asked: Asked) -> ScanRequest:
        clause = self._mandatory("scanClause")
        terms = self._number("maximumTerms", 1)
        position = self._number("responsePosition", 0)
        if position is not None and position > (terms or self._offer.terms) + 1:
            self._wrong("responsePosition", 120)
        return ScanRequest(
            asked=asked,
            scan_clause=clause,
            response_position=1 if position is None else position,
            maximum_terms=terms,
            http_accept=self._sent.get("httpAccept"),
        )
