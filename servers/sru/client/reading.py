"""What a server answered, read: of version 1.1, 1.2 or 2.0, in whatever namespaces.

The rule it keeps: it reads what servers of the field write. Names of elements count, their prefixes do not;
what is missing is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from protocols.xml.parsing import Limits, Node, XmlRefused, parse
from servers.calling import ClientProblem
from servers.sru.client.exchange import LONGEST

LIMITS: Final = Limits(size=LONGEST, depth=64, elements=2_000_000, text=1 << 24)

Nodes = Iterator[Node]


class Told(Struct, frozen=True):
    """A diagnostic. ``number`` is the last part of its URI."""

    number: str
    message: str
    details: str = ""


class Found(Struct, frozen=True):
    """A record: its root element, or the diagnostic that stands in its place."""

    identifier: str
    data: Node | None
    told: Told | None = None


class Part(Struct, frozen=True):
    """A part of the query, and how many records it finds alone."""

    query: str
    count: int


class Searched(Struct, frozen=True):
    """The answer to searchRetrieve. Without ``hits`` the search failed."""

    hits: int | None
    records: tuple[Found, ...]
    next: int | None
    told: tuple[Told, ...]
    analysis: tuple[Part, ...]


class Term(Struct, frozen=True):
    """A line of an index; ``hits`` is empty where the server does not tell."""

    value: str
    hits: str


class Scanned(Struct, frozen=True):
    """The answer to scan."""

    terms: tuple[Term, ...]
    told: tuple[Told, ...]


class Index(Struct, frozen=True):
    """What can be searched, as explain has it."""

    name: str
    title: str
    relations: tuple[str, ...]
    sort: bool
    scan: bool


class Explained(Struct, frozen=True):
    """The answer to explain, so far as people at a terminal want it."""

    title: str
    indexes: tuple[Index, ...]
    schemas: tuple[str, ...]
    told: tuple[Told, ...]


def read_search(body: bytes) -> Searched:
    """Raises `ClientProblem` if that is no answer of SRU."""
    root = _root(body, "searchRetrieveResponse")
    hits = number(text(root, "numberOfRecords"))
    told = _diagnostics(root)
    return Searched(
        hits=None if hits is None or (not hits and told and child(root, "records") is None) else hits,
        records=tuple([_record(one) for one in children(child(root, "records"), "record")]),
        next=number(text(root, "nextRecordPosition")),
        told=told,
        analysis=tuple(_analysis(root)),
    )


def read_scan(body: bytes) -> Scanned:
    """Raises `ClientProblem` if that is no answer of SRU."""
    root = _root(body, "scanResponse")
    terms = [
        Term(text(one, "value"), text(one, "numberOfRecords"))
        for one in children(child(root, "terms"), "term")
    ]
    return Scanned(tuple(terms), _diagnostics(root))


def read_explain(body: bytes) -> Explained:
    """Raises `ClientProblem` if that is no answer of SRU."""
    root = _root(body, "explainResponse")
    record = child(root, "record")
    found = None if record is None else _record(record).data
    described = Node("", "", "", []) if found is None else found
    schemas = [attribute(one, "name") for one in children(child(described, "schemaInfo"), "schema")]
    return Explained(
        title=text(child(described, "databaseInfo"), "title"),
        indexes=tuple([_index(one) for one in children(child(described, "indexInfo"), "index")]),
        schemas=tuple(schemas),
        told=_diagnostics(root),
    )


def child(node: Node | None, name: str) -> Node | None:
    """The first element of this name in another one."""
    return next(children(node, name), None)


def children(node: Node | None, name: str) -> Nodes:
    """The elements of this name in another one."""
    return iter(()) if node is None else (one for one in node.children if one.name == name)


def descendants(node: Node, name: str) -> Nodes:
    """The elements of this name anywhere in another one, in their order."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.name == name:
            yield one
        waiting += reversed(one.children)


def text(node: Node | None, name: str) -> str:
    """The text of the first element of this name, in one line; nothing if there is none."""
    found = child(node, name)
    return "" if found is None else " ".join(found.text.split())


def attribute(node: Node, name: str) -> str:
    """The value of an attribute; nothing if there is none."""
    pairs = zip(node.attributes[::2], node.attributes[1::2], strict=True)
    return next((value for key, value in pairs if key == name), "")


def number(told: str) -> int | None:
    """A number as it stands in an answer; None if it is none."""
    return int(told) if told.isdecimal() else None


def _root(body: bytes, name: str) -> Node:
    try:
        root = parse(body, LIMITS).root
    except XmlRefused as error:
        raise ClientProblem(f"the answer cannot be read: {error}") from None
    if root.name != name:
        raise ClientProblem(f"the answer is no {name} of SRU but {root.name or 'nothing that is known'}")
    return root


def _record(record: Node) -> Found:
    """Surrogate diagnostics are records, too; so are those that travel as a text (recordPacking=string)."""
    data = child(record, "recordData")
    inside = None if data is None else next(iter(data.children), None)
    if data is not None and inside is None and data.text.strip():
        try:
            inside = parse(data.text.encode(), LIMITS).root
        except XmlRefused:
            return Found(text(record, "recordIdentifier"), None, Told("", "the record is no XML"))
    if inside is not None and inside.name == "diagnostic":
        return Found(text(record, "recordIdentifier"), None, _told(inside))
    return Found(text(record, "recordIdentifier"), inside)


def _diagnostics(root: Node) -> tuple[Told, ...]:
    return tuple([_told(one) for one in children(child(root, "diagnostics"), "diagnostic")])


def _told(diagnostic: Node) -> Told:
    return Told(
        text(diagnostic, "uri").rpartition("/")[2],
        text(diagnostic, "message"),
        text(diagnostic, "details"),
    )


def _analysis(root: Node) -> Iterator[Part]:
    for one in children(child(root, "searchResultAnalysis"), "subqueryResult"):
        yield Part(text(one, "subQuery"), number(text(one, "count")) or 0)


def _index(index: Node) -> Index:
    """The first of its names is the one to show."""
    named = next((name for held in children(index, "map") for name in children(held, "name")), None)
    context = "" if named is None else attribute(named, "set")
    name = "" if named is None else " ".join(named.text.split())
    settings = child(index, "configInfo")
    supports = list(children(settings, "supports"))
    return Index(
        name=name if name.startswith(f"{context}.") else f"{context}.{name}".lstrip("."),
        title=text(index, "title"),
        relations=tuple([one.text.strip() for one in supports if attribute(one, "type") == "relation"]),
        sort=attribute(index, "sort") == "true",
        scan=attribute(index, "scan") == "true",
    )
