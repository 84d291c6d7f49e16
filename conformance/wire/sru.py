"""SRU as this kit writes requests and reads answers; the rule: an answer is described, never repaired.

It shares no code with any server, because a codec must not mark its own work. Versions 1.1, 1.2 and 2.0 are
read alike; `faults` says where an answer departs from the schema of its version.
"""

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from msgspec import Struct

FIRST: Final = "http://www.loc.gov/zing/srw/"
OASIS: Final = "http://docs.oasis-open.org/ns/search-ws/"
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_DIAGNOSTICS: Final = (f"{FIRST}diagnostic/", f"{OASIS}diagnostic")
_NAMESPACES: Final = {
    "searchRetrieveResponse": (FIRST, f"{OASIS}sruResponse"),
    "scanResponse": (FIRST, f"{OASIS}scan"),
    "explainResponse": (FIRST, f"{OASIS}sruResponse", f"{OASIS}explain", f"{OASIS}explainResponse"),
}
_DIAGNOSTIC_URI: Final = re.compile(r"info:srw/diagnostic/1/([1-9][0-9]*)")
_NUMBER: Final = re.compile(r"[0-9]+")
_TAG: Final = re.compile(r"(?:\{([^}]*)\})?(.*)", re.DOTALL)
# Elements in their order; ? is optional, * any number, + one at least.
_SEARCHED: Final = (
    "version numberOfRecords resultSetId? resultSetIdleTime? records? nextRecordPosition? "
    "echoedSearchRetrieveRequest? diagnostics? extraResponseData?"
)
_MODELS: Final = {
    ("1", "searchRetrieveResponse"): _SEARCHED,
    ("2", "searchRetrieveResponse"): (
        "version? numberOfRecords resultSetId? records? nextRecordPosition? echoedSearchRetrieveRequest? "
        "diagnostics? extraResponseData? resultSetTTL? resultCountPrecision? facetedResults? "
        "searchResultAnalysis?"
    ),
    ("1", "scanResponse"): "version terms? echoedScanRequest? diagnostics? extraResponseData?",
    ("2", "scanResponse"): "version? terms? echoedScanRequest? diagnostics? extraResponseData?",
    ("1", "explainResponse"): "version record echoedExplainRequest? diagnostics? extraResponseData?",
    ("2", "explainResponse"): "version? record echoedExplainRequest? diagnostics? extraResponseData?",
    ("1", "records"): "record+",
    ("2", "records"): "record+",
    ("1", "record"): (
        "recordSchema recordPacking recordData recordIdentifier? recordPosition? extraRecordData?"
    ),
    ("2", "record"): (
        "recordSchema recordPacking? recordXMLEscaping? recordData recordIdentifier? recordPosition? "
        "extraRecordData?"
    ),
    ("1", "terms"): "term*",
    ("2", "terms"): "term*",
    ("1", "term"): "value numberOfRecords? displayTerm? whereInList? extraTermData?",
    ("2", "term"): "value numberOfRecords? displayTerm? whereInList? extraTermData?",
    ("1", "diagnostics"): "diagnostic+",
    ("2", "diagnostics"): "diagnostic+",
}
_NUMBERS: Final = ("numberOfRecords", "nextRecordPosition", "recordPosition", "resultSetIdleTime")
_PLACES: Final = ("first", "last", "only", "inner")


class Diagnostic(Struct, frozen=True):
    """What a server has against a request; `number` is that of its URI, 0 if it is none of SRU's."""

    uri: str
    details: str
    message: str

    @property
    def number(self) -> int:
        """Its number in SRU's own list."""
        found = _DIAGNOSTIC_URI.fullmatch(self.uri)
        return int(found[1]) if found else 0


class Record(Struct, frozen=True):
    """One record of an answer. `data` is its XML, None if there is none that can be read."""

    schema: str
    packing: str
    identifier: str
    position: str
    data: Element | None
    text: str

    @property
    def diagnostic(self) -> Diagnostic | None:
        """The diagnostic that stands in its place, if one does."""
        is_one = self.data is not None and local(self.data) == "diagnostic"
        return diagnostic_of(self.data) if is_one and self.data is not None else None


class Term(Struct, frozen=True):
    """One entry of a list that was scanned; `count` is None if it is not told."""

    value: str
    count: int | None
    place: str


class Response(Struct, frozen=True):
    """One answer: its HTTP status and headers, its body, and the response in it, if there is one.

    `stylesheet` is the data of its xml-stylesheet instruction; `fault` is the text of a SOAP Fault.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    root: Element | None = None
    unreadable: str = ""
    stylesheet: str = ""
    in_soap: bool = False
    fault: str | None = None

    @property
    def kind(self) -> str:
        """The name of the response, "" if there is none."""
        return "" if self.root is None else local(self.root)

    @property
    def version(self) -> str:
        """1.1 or 1.2 as the answer says; 2.0 by its namespace."""
        if self.root is None:
            return ""
        return "2.0" if namespace(self.root).startswith(OASIS) else self.text("version")

    def text(self, *path: str) -> str:
        """Return the text of the first element at a path of local names, "" if there is none."""
        return next((content(found) for found in self.every(*path)), "")

    def every(self, *path: str) -> tuple[Element, ...]:
        """Return the elements at a path of local names beneath the response."""
        return () if self.root is None else tuple(beneath(self.root, *path))

    @property
    def count(self) -> int | None:
        """How many records there are, None if that is not told."""
        return number_of(self.text("numberOfRecords"))

    @property
    def next_position(self) -> int | None:
        """Where the next page begins, None if that is not told."""
        return number_of(self.text("nextRecordPosition"))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What the server has against the request as a whole."""
        return tuple(diagnostic_of(found) for found in self.every("diagnostics", "diagnostic"))

    @property
    def records(self) -> tuple[Record, ...]:
        """The records, those that are diagnostics included."""
        path = ("record",) if self.kind == "explainResponse" else ("records", "record")
        return tuple(_record(found) for found in self.every(*path))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The entries of a scan."""
        return tuple(
            Term(
                _text(found, "value"),
                number_of(_text(found, "numberOfRecords")),
                _text(found, "whereInList"),
            )
            for found in self.every("terms", "term")
        )

    def faults(self) -> tuple[str, ...]:
        """Return everything in which the answer departs from the schema of its version."""
        if self.root is None:
            return (self.unreadable or self.fault or "there is no response",)
        wanted = _NAMESPACES[self.kind]
        is_second = namespace(self.root) in wanted[1:]
        if not is_second and namespace(self.root) != FIRST:
            return (f"{self.kind} is in the namespace {namespace(self.root)!r}",)
        return tuple(_faults(self.root, "2" if is_second else "1", namespace(self.root)))


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return _split(element)[1]


def namespace(element: Element) -> str:
    """Return the namespace of an element, "" if it has none."""
    return _split(element)[0]


def content(element: Element) -> str:
    """Return the text of an element without blanks around it."""
    return (element.text or "").strip()


def beneath(element: Element, *path: str) -> Iterator[Element]:
    """Yield what stands at a path of local names beneath an element."""
    name, *rest = path
    for child in element:
        if local(child) == name:
            yield from beneath(child, *rest) if rest else (child,)


def number_of(text: str) -> int | None:
    """Return a number written in digits, None if it is none."""
    return int(text) if text.isascii() and text.isdecimal() else None


def diagnostic_of(element: Element) -> Diagnostic:
    """Return the diagnostic in an element."""
    return Diagnostic(_text(element, "uri"), _text(element, "details"), _text(element, "message"))


def query_string(parameters: Iterable[tuple[str, str]]) -> bytes:
    """Return parameters as they stand in a URL or a form."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters).encode()


def envelope(request: str, parameters: Iterable[tuple[str, str]]) -> bytes:
    """Return a request in SOAP 1.1: one child for each parameter (SRU 1.1 and 1.2, SRW)."""
    children = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parameters)
    return (
        f'<e:Envelope xmlns:e="{SOAP}"><e:Body><{request} xmlns="{FIRST}">{children}</{request}>'
        "</e:Body></e:Envelope>"
    ).encode()


def read(status: int, headers: Mapping[str, str], body: bytes) -> Response:
    """Return an answer, with the response in it if there is one, and why there is none if not."""
    try:
        plain = _unpacked(body, headers.get("content-encoding", ""))
        root, stylesheet = parsed(plain)
    except (ElementTree.ParseError, zlib.error, OSError, EOFError, ValueError) as problem:
        return Response(status, headers, body, unreadable=f"no XML: {problem}")
    if namespace(root) == SOAP:
        return _in_soap(status, headers, plain, root)
    if local(root) not in _NAMESPACES:
        return Response(status, headers, plain, unreadable=f"<{local(root)}> is no response of SRU")
    return Response(status, headers, plain, root, stylesheet=stylesheet)


def parsed(body: bytes | str) -> tuple[Element, str]:
    """Return the root of a document, and what its xml-stylesheet instruction says.

    Raises ParseError, or ValueError where it has a DOCTYPE.
    """
    builder = _Builder()
    parser = ElementTree.XMLParser(target=builder)
    parser.feed(body)
    root: Element = parser.close()
    return root, builder.stylesheet


class _Builder(ElementTree.TreeBuilder):
    """Builds a tree, takes down the stylesheet, and refuses declarations."""

    def __init__(self) -> None:
        super().__init__()
        self.stylesheet = ""

    def pi(self, target: str, text: str | None = None) -> Element:
        """Take down a processing instruction."""
        if target == "xml-stylesheet":
            self.stylesheet = text or ""
        return super().pi(target, text)

    def doctype(self, name: str, _public: str | None, _system: str | None) -> None:
        """Refuse a DOCTYPE: an answer of SRU has none."""
        raise ValueError(f"it has a DOCTYPE {name}")


def _in_soap(status: int, headers: Mapping[str, str], body: bytes, root: Element) -> Response:
    inner = next((child for part in beneath(root, "Body") for child in part), None)
    if inner is not None and local(inner) in _NAMESPACES:
        return Response(status, headers, body, inner, in_soap=True)
    if inner is not None and local(inner) == "Fault":
        words = _text(inner, "faultcode") + ": " + _text(inner, "faultstring")
        return Response(status, headers, body, unreadable="a SOAP Fault", in_soap=True, fault=words)
    return Response(status, headers, body, unreadable="a SOAP envelope without a response", in_soap=True)


def _unpacked(body: bytes, coding: str) -> bytes:
    match coding.lower():
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case _:
            return body


def _split(element: Element) -> tuple[str, str]:
    found = _TAG.fullmatch(str(element.tag))
    return (found[1] or "", found[2]) if found else ("", "")


def _text(element: Element, name: str) -> str:
    return next((content(found) for found in beneath(element, name)), "")


def _record(element: Element) -> Record:
    data = next(beneath(element, "recordData"), None)
    packing = _text(element, "recordXMLEscaping") or _text(element, "recordPacking")
    inner = None if data is None else next(iter(data), None)
    text = "" if data is None else data.text or ""
    if inner is None and packing == "string":
        try:
            inner, _ = parsed(text)
        except (ElementTree.ParseError, ValueError):
            inner = None
    return Record(
        _text(element, "recordSchema"),
        packing,
        _text(element, "recordIdentifier"),
        _text(element, "recordPosition"),
        inner,
        text,
    )


def _faults(element: Element, version: str, uri: str) -> Iterator[str]:
    """What an element and all beneath it have against the schema."""
    name = local(element)
    names = [local(child) for child in element]
    model = _MODELS.get((version, name))
    if model is not None and not _pattern(model).fullmatch("".join(f"{child} " for child in names)):
        yield f"{name} holds {' '.join(names) or 'nothing'}, and should {model}"
    if name in _NUMBERS and not _NUMBER.fullmatch(content(element)):
        yield f"{name} is {content(element)[:40]!r}"
    if name == "whereInList" and content(element) not in _PLACES:
        yield f"whereInList is {content(element)[:40]!r}"
    if name == "version" and version == "1" and content(element) not in ("1.1", "1.2"):
        yield f"version is {content(element)[:40]!r}"
    if name == "recordData":
        return
    for child in element:
        if local(child) == "diagnostic":
            yield from _diagnostic_faults(child, version)
        elif model is not None:
            wanted = {"facetedResults", "searchResultAnalysis"}
            if namespace(child) != uri and local(child) not in wanted:
                yield f"{local(child)} is in the namespace {namespace(child)!r}"
            if local(child) not in ("extraResponseData", "extraRecordData", *wanted):
                yield from _faults(child, version, uri)


def _diagnostic_faults(element: Element, version: str) -> Iterator[str]:
    if namespace(element) != _DIAGNOSTICS[int(version) - 1]:
        yield f"diagnostic is in the namespace {namespace(element)!r}"
    names = [local(child) for child in element]
    if "uri" not in names or len(names) != len(set(names)) or set(names) - {"uri", "details", "message"}:
        yield f"diagnostic holds {' '.join(names) or 'nothing'}, and should uri details? message?"
    if not re.match(r"[a-z][a-z0-9+.-]*:\S+", _text(element, "uri"), re.IGNORECASE):
        yield f"the uri of a diagnostic is {_text(element, 'uri')[:60]!r}"


def _pattern(model: str) -> re.Pattern[str]:
    parts = re.findall(r"(\w+)([?*+]?)", model)
    return re.compile("".join(f"(?:{name} ){how}" for name, how in parts))
