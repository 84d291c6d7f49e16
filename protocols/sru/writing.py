"""An answer's bytes in XML, for each version and style.

Rule: the order of elements is that of the schema of the version; an element that a version does not have is
not written in it. What is not ready XML is escaped here, once.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from protocols.sru.diagnostics import SURROGATE_SCHEMA, Diagnostic
from protocols.sru.dialects import (
    ALMA_EXTRA,
    EXTRA,
    FACETED_RESULTS,
    NAMESPACES,
    SEARCH_RESULT_ANALYSIS,
    Echo,
    Escaping,
    ExplainShape,
    FailedCount,
    Nothing,
    Operation,
    Packing,
    SchemaName,
    Style,
    Version,
    spoken,
)
from protocols.sru.explain import EXPLAIN_2_0, EXPLAIN_2_1
from protocols.sru.facets import Facet
from protocols.sru.parameters import FACET_PARAMETERS, PARAMETERS
from protocols.sru.request import Asked
from protocols.sru.response import (
    NO_EXTRA,
    ExplainResponse,
    Extra,
    Record,
    Response,
    ScanResponse,
    SearchRetrieveResponse,
    Surrogate,
    Term,
)
from protocols.xml.text import escaped, escaped_attribute


def write(response: Response, asked: Asked, style: Style, xquery: bytes = b"", base_url: str = "") -> bytes:
    """The whole document that answers. `xquery` is the query in XCQL, for the echo.

    The request's warnings are told beside the response's own diagnostics.
    """
    parts = [_head(style.declaration, asked.stylesheet)]
    parts += root_element(response, asked, style, xquery, base_url)
    return b"".join(parts)


@lru_cache(maxsize=64)
def _head(declaration: str, stylesheet: str | None) -> bytes:
    if stylesheet is None:
        return declaration.encode()
    href = escaped_attribute(stylesheet)
    return f'{declaration}<?xml-stylesheet type="text/xsl" href="{href}"?>'.encode()


def root_element(
    response: Response, asked: Asked, style: Style, xquery: bytes = b"", base_url: str = ""
) -> Iterable[bytes]:
    """The root element, in pieces, without a declaration before it."""
    writer = _Writer(asked, style, xquery, base_url)
    match response:
        case SearchRetrieveResponse():
            return writer.search_retrieve(response)
        case ScanResponse():
            return writer.scan(response)
        case ExplainResponse():
            return writer.explain(response)


@lru_cache(maxsize=256)
def _around_data(
    version: Version, prefix: str, escaping: Escaping, packing: Packing, schema: str
) -> tuple[bytes, bytes]:
    """What stands before and behind the data of every record of a response."""
    tag = f"{prefix}:" if prefix else ""
    head = f"<{tag}record><{tag}recordSchema>{escaped(schema)}</{tag}recordSchema>"
    if version is Version.V2_0:
        head += (
            f"<{tag}recordPacking>{packing.value}</{tag}recordPacking>"
            f"<{tag}recordXMLEscaping>{escaping.value}</{tag}recordXMLEscaping>"
        )
    else:
        head += f"<{tag}recordPacking>{escaping.value}</{tag}recordPacking>"
    return f"{head}<{tag}recordData>".encode(), f"</{tag}recordData>".encode()


@lru_cache(maxsize=256)
def _root(name: str, namespace: str, prefix: str, diagnostic_prefix: str, diagnostics: str) -> bytes:
    """The beginning of an answer; `diagnostics` is their namespace if there are any."""
    tag, attribute = (f"{prefix}:", f"xmlns:{prefix}") if prefix else ("", "xmlns")
    declared = f' xmlns:{diagnostic_prefix}="{diagnostics}"' if diagnostics else ""
    return f'<{tag}{name} {attribute}="{namespace}"{declared}>'.encode()


@lru_cache(maxsize=16)
def _alma_extra(tag: str, exact: bool | None, date: str) -> bytes:
    """The beginning of extraResponseData, with what Alma tells there."""
    if exact is None and not date:
        return f"<{tag}extraResponseData>".encode()
    told = "" if exact is None else f"<xb:exact>{'true' if exact else 'false'}</xb:exact>"
    told += f"<xb:responseDate>{date}</xb:responseDate>" if date else ""
    return f'<{tag}extraResponseData xmlns:xb="{ALMA_EXTRA}">{told}'.encode()


def _as_string(xml: bytes) -> bytes:
    """XML as the text that it is, for recordPacking=string: escaped once."""
    return xml.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


# An explain record names the newer version of its schema at Alma, and keeps to it in part.
_EXPLAIN_SCHEMAS: Final = {ExplainShape.STANDARD: EXPLAIN_2_0, ExplainShape.ALMA: EXPLAIN_2_1}


# The schemas of 2.0 have no place for these in an echo.
_UNECHOED: Final = frozenset(
    {(Operation.SCAN, Version.V2_0, "version"), (Operation.EXPLAIN, Version.V2_0, "httpAccept")}
)
_AFTER_EXTRA: Final = "httpAccept"
"""What 2.0 has behind the parameters of strangers."""


class _Writer:
    """One answer being written."""

    def __init__(self, asked: Asked, style: Style, xquery: bytes, base_url: str) -> None:
        self._asked = asked
        self._style = style
        self._xquery = xquery
        self._base_url = base_url
        self._is_second = asked.version is Version.V2_0
        self._tag = f"{style.prefix}:" if style.prefix else ""
        self._namespaces = NAMESPACES[asked.version]

    def search_retrieve(self, response: SearchRetrieveResponse) -> list[bytes]:
        """Asked for most often, so its pieces are gathered in a list, and those that recur are ready."""
        diagnostics = (*response.diagnostics, *self._asked.warnings)
        number, tag = response.number_of_records, self._tag
        parts = [
            self._root("searchRetrieveResponse", self._namespaces.response, diagnostics),
            self._version(),
        ]
        if number is not None or self._style.failed_count is FailedCount.ZERO:
            parts.append(f"<{tag}numberOfRecords>{number or 0}</{tag}numberOfRecords>".encode())
        if response.result_set:
            parts.append(self._leaf("resultSetId", response.result_set.id))
            if not self._is_second:
                parts.append(self._leaf("resultSetIdleTime", response.result_set.seconds))
        if response.records:
            parts.append(self._open("records"))
            parts += self._records(response)
            parts.append(self._close("records"))
        elif number is not None and self._style.nothing is Nothing.EMPTY:
            parts.append(f"<{tag}records/>".encode())
        if response.next_record_position is not None:
            parts.append(self._leaf("nextRecordPosition", response.next_record_position))
        if self._style.echo is Echo.YES:
            parts += self._echoed("echoedSearchRetrieveRequest")
        if diagnostics:
            parts += self._diagnostics(diagnostics)
        if response.extra is not NO_EXTRA:
            parts += self._extra(response.extra)
        if self._is_second:
            parts += self._second(response)
        parts.append(self._close("searchRetrieveResponse"))
        return parts

    def _second(self, response: SearchRetrieveResponse) -> Iterator[bytes]:
        """What 2.0 added, behind all that was there before."""
        if response.result_set:
            yield self._leaf("resultSetTTL", response.result_set.seconds)
        if response.precision:
            yield self._leaf("resultCountPrecision", response.precision.uri)
        if response.facets:
            yield f'<{self._tag}facetedResults xmlns:facet="{FACETED_RESULTS}">'.encode()
            for facet in response.facets:
                yield _facet(facet).encode()
            yield self._close("facetedResults")
        if response.analysis:
            yield f'<{self._tag}searchResultAnalysis xmlns:sra="{SEARCH_RESULT_ANALYSIS}">'.encode()
            for part in response.analysis:
                yield (
                    f"<sra:subqueryResult><sra:subQuery>{escaped(part.query)}</sra:subQuery>"
                    f"<sra:count>{part.count}</sra:count></sra:subqueryResult>"
                ).encode()
            yield self._close("searchResultAnalysis")

    def scan(self, response: ScanResponse) -> Iterator[bytes]:
        diagnostics = (*response.diagnostics, *self._asked.warnings)
        yield self._root("scanResponse", self._namespaces.scan, diagnostics)
        yield self._version()
        if response.terms:
            yield self._open("terms")
            for term in response.terms:
                yield from self._term(term)
            yield self._close("terms")
        yield from self._echoed("echoedScanRequest")
        yield from self._diagnostics(diagnostics)
        yield from self._extra(response.extra)
        yield self._close("scanResponse")

    def _term(self, term: Term) -> Iterator[bytes]:
        yield self._open("term")
        yield self._leaf("value", term.value)
        if term.count is not None:
            yield self._leaf("numberOfRecords", term.count)
        if term.display:
            yield self._leaf("displayTerm", term.display)
        if term.where:
            yield self._leaf("whereInList", term.where.value)
        if term.extra:
            yield from (self._open("extraTermData"), term.extra, self._close("extraTermData"))
        yield self._close("term")

    def explain(self, response: ExplainResponse) -> Iterator[bytes]:
        diagnostics = (*response.diagnostics, *self._asked.warnings)
        yield self._root("explainResponse", self._namespaces.response, diagnostics)
        yield self._version()
        before, behind = self._around(_EXPLAIN_SCHEMAS[self._style.explain])
        yield from (before, self._packed(response.record), behind, self._close("record"))
        yield from self._echoed("echoedExplainRequest")
        yield from self._diagnostics(diagnostics)
        yield from self._extra(response.extra)
        yield self._close("explainResponse")

    # Records

    def _records(self, response: SearchRetrieveResponse) -> list[bytes]:
        schema, is_string = response.schema, self._asked.escaping is Escaping.STRING
        named = ""
        if schema:
            named = schema.name if self._style.schema_name is SchemaName.SHORT else schema.identifier
        before, behind = self._around(named)
        parts: list[bytes] = []
        for position, record in enumerate(response.records, response.first):
            if isinstance(record, Record):
                data = _as_string(record.data) if is_string else record.data
                parts += (before, data, behind, self._end(record.identifier, position, record.extra))
            else:
                parts += (*self._surrogate(record), self._end(record.identifier, position, b""))
        return parts

    def _surrogate(self, surrogate: Surrogate) -> tuple[bytes, bytes, bytes]:
        before, behind = self._around(SURROGATE_SCHEMA)
        declared = f' xmlns:{self._style.diagnostic_prefix}="{self._namespaces.diagnostic}"'
        return before, self._packed(self._diagnostic(surrogate.diagnostic, declared)), behind

    def _end(self, identifier: str, position: int, extra: bytes) -> bytes:
        """What stands behind the data of a record."""
        tag = self._tag
        named = ""
        if identifier and self._asked.version is not Version.V1_1:
            named = f"<{tag}recordIdentifier>{escaped(identifier)}</{tag}recordIdentifier>"
        end = f"{named}<{tag}recordPosition>{position}</{tag}recordPosition>"
        if not extra:
            return f"{end}</{tag}record>".encode()
        wrapped = (self._open("extraRecordData"), extra, self._close("extraRecordData"))
        return b"".join((end.encode(), *wrapped, self._close("record")))

    def _around(self, schema: str) -> tuple[bytes, bytes]:
        asked = self._asked
        return _around_data(asked.version, self._style.prefix, asked.escaping, asked.packing, schema)

    def _packed(self, xml: bytes) -> bytes:
        return _as_string(xml) if self._asked.escaping is Escaping.STRING else xml

    # What every response has

    def _root(self, name: str, namespace: str, diagnostics: tuple[Diagnostic, ...]) -> bytes:
        declared = self._namespaces.diagnostic if diagnostics else ""
        return _root(name, namespace, self._style.prefix, self._style.diagnostic_prefix, declared)

    def _open(self, name: str) -> bytes:
        return f"<{self._tag}{name}>".encode()

    def _close(self, name: str) -> bytes:
        return f"</{self._tag}{name}>".encode()

    def _leaf(self, name: str, value: str | int) -> bytes:
        tag = self._tag
        return f"<{tag}{name}>{escaped(str(value))}</{tag}{name}>".encode()

    def _version(self) -> bytes:
        return b"" if self._is_second else self._leaf("version", self._asked.version.value)

    def _echoed(self, name: str) -> Iterator[bytes]:
        """The request, an element for each parameter that was sent and could be read."""
        if self._style.echo is Echo.NO:
            return
        asked, sent = self._asked, self._asked.parameters
        yield self._open(name)
        for parameter in PARAMETERS[asked.operation, asked.version]:
            if parameter == _AFTER_EXTRA:
                yield from self._extra_parameters()
            value = sent.get(parameter)
            if parameter in FACET_PARAMETERS:
                yield self._facet_parameters() if parameter == FACET_PARAMETERS[-1] else b""
            elif value is not None and (asked.operation, asked.version, parameter) not in _UNECHOED:
                yield self._leaf(parameter, value)
            if parameter == "query" and self._xquery:
                yield from (self._open("xQuery"), self._xquery, self._close("xQuery"))
        if self._base_url and not self._is_second:
            yield self._leaf("baseUrl", self._base_url)
        if not self._has_extra_parameters:
            yield from self._extra_request_data()
        yield self._close(name)

    @property
    def _has_extra_parameters(self) -> bool:
        """Whether parameters of strangers are repeated one by one, and not as data."""
        return self._is_second and self._asked.operation is Operation.SEARCH_RETRIEVE

    def _extra_parameters(self) -> Iterator[bytes]:
        if self._has_extra_parameters:
            for name, value in self._asked.extra:
                yield self._leaf("extraRequestParameter", f"{name}={value}")

    def _facet_parameters(self) -> bytes:
        sent = self._asked.parameters
        said = [f"{name}={sent[name]}" for name in FACET_PARAMETERS if name in sent]
        return self._leaf("facetParameters", " ".join(said)) if said else b""

    def _extra_request_data(self) -> Iterator[bytes]:
        if self._asked.extra:
            yield self._open("extraRequestData")
            for name, value in self._asked.extra:
                named = f'<parameter xmlns="{EXTRA}" name="{escaped_attribute(name)}">'
                yield f"{named}{escaped(value)}</parameter>".encode()
            yield self._close("extraRequestData")

    def _diagnostics(self, diagnostics: tuple[Diagnostic, ...]) -> Iterator[bytes]:
        if diagnostics:
            yield self._open("diagnostics")
            for each in diagnostics:
                yield self._diagnostic(each)
            yield self._close("diagnostics")

    def _diagnostic(self, diagnostic: Diagnostic, declared: str = "") -> bytes:
        tag = f"{self._style.diagnostic_prefix}:"
        details, message = spoken(diagnostic, self._style)
        shown = f"<{tag}details>{escaped(details)}</{tag}details>" if details else ""
        return (
            f"<{tag}diagnostic{declared}><{tag}uri>{diagnostic.uri}</{tag}uri>{shown}"
            f"<{tag}message>{escaped(message)}</{tag}message></{tag}diagnostic>"
        ).encode()

    def _extra(self, extra: Extra) -> Iterator[bytes]:
        if extra == NO_EXTRA:
            return
        yield _alma_extra(self._tag, extra.exact, extra.date_text)
        if extra.cursor:
            yield f'<cursor xmlns="{EXTRA}">{escaped(extra.cursor)}</cursor>'.encode()
        yield extra.more
        yield self._close("extraResponseData")


def _facet(facet: Facet) -> str:
    terms = "".join(
        f"<facet:term><facet:actualTerm>{escaped(term.term)}</facet:actualTerm>"
        + (f"<facet:query>{escaped(term.query)}</facet:query>" if term.query else "")
        + (f"<facet:requestUrl>{escaped(term.url)}</facet:requestUrl>" if term.url else "")
        + f"<facet:count>{term.count}</facet:count></facet:term>"
        for term in facet.terms
    )
    title = (
        f"<facet:facetDisplayLabel>{escaped(facet.title)}</facet:facetDisplayLabel>" if facet.title else ""
    )
    return (
        f"<facet:facet>{title}<facet:index>{escaped(facet.index)}</facet:index>"
        f"<facet:terms>{terms}</facet:terms></facet:facet>"
    )
