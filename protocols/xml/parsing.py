"""The one place where XML is parsed: bytes in, a bounded tree of plain nodes out, or `XmlRefused`.

Rule: nothing is fetched, no entity is declared or expanded, and every limit is kept while parsing, not after
it. The parser is expat, from the standard library: libxml2 keeps every name it has ever met for as long as
its thread lives, so strangers could fill our memory with names. Here a message leaves nothing behind.
"""

from typing import Final
from xml.parsers import expat

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a message may hold. `text` counts the characters of one element, and of one attribute."""

    size: int = 1 << 20
    depth: int = 32
    elements: int = 20_000
    attributes: int = 32
    text: int = 1 << 16


LIMITS: Final = Limits()


class Node:
    """An element: its `name` without the `prefix`, and its `namespace`, None if the prefix is undeclared.

    Attributes are name and value in turn, names as they were written. `text` is all text directly in it.
    """

    __slots__ = ("attributes", "children", "name", "namespace", "prefix", "text")

    def __init__(self, prefix: str, name: str, namespace: str | None, attributes: list[str]) -> None:
        self.prefix = prefix
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""


class Parsed(msgspec.Struct, frozen=True):
    """A document's root, and whether a DOCTYPE stood before it. None was looked into."""

    root: Node
    has_doctype: bool


class XmlRefused(Exception):
    """The bytes go beyond a limit, or declare what nobody may declare."""


class NotWellFormed(XmlRefused):
    """The bytes are no XML."""


class _Undefined(Exception):
    """An entity that was never declared, under a DOCTYPE that might have."""


class _Builder:
    """What expat tells, as nodes, within the limits."""

    __slots__ = ("_limits", "_node", "_open", "_room", "_scope", "has_doctype", "root")

    def __init__(self, limits: Limits) -> None:
        self.root = self._node = Node("", "", "", [])
        self.has_doctype = False
        self._open: list[tuple[Node, dict[str, str]]] = []
        self._scope = {"": "", "xml": "http://www.w3.org/XML/1998/namespace"}
        self._limits = limits
        self._room = limits.elements

    def start(self, tag: str, attributes: list[str]) -> None:
        self._open.append((self._node, self._scope))
        self._room -= 1
        if self._room < 0:
            raise XmlRefused("too many elements")
        if len(self._open) > self._limits.depth:
            raise XmlRefused("elements too deep within each other")
        if attributes:
            self._take(attributes)
        prefix, _, name = tag.rpartition(":")
        node = Node(prefix, name, self._scope.get(prefix), attributes)
        self._node.children.append(node)
        self._node = node

    def _take(self, attributes: list[str]) -> None:
        """Check an element's attributes; what they declare holds from here on."""
        if len(attributes) > 2 * self._limits.attributes:
            raise XmlRefused("too many attributes")
        if max(map(len, attributes)) > self._limits.text:
            raise XmlRefused("attribute too long")
        declared = {
            name[6:]: value
            for name, value in zip(attributes[::2], attributes[1::2], strict=True)
            if name[:5] == "xmlns" and name[5:6] in ("", ":")
        }
        if declared:
            self._scope = {**self._scope, **declared}

    def end(self, _tag: str) -> None:
        self._node, self._scope = self._open.pop()

    def characters(self, text: str) -> None:
        node = self._node
        node.text += text
        if len(node.text) > self._limits.text:
            raise XmlRefused("text too long")

    def doctype(self, _name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
        if has_subset:
            raise XmlRefused("a DOCTYPE with declarations of its own is refused")
        self.has_doctype = True

    def skipped(self, _name: str, _is_parameter: bool) -> None:
        raise _Undefined


# Attributes are made into strings before anyone is asked, so a tag must not hold too many to begin with.
_MOST_EQUALS: Final = 4_096


def parse(data: bytes, limits: Limits) -> Parsed:
    """The document as nodes; `data` is UTF-8, whatever its declaration says.

    Raises `NotWellFormed` for what is no XML, `XmlRefused` for what is too much of it.
    """
    if len(data) > limits.size:
        raise XmlRefused("message too long")
    if data.count(b"=") > _MOST_EQUALS and any(tag.count(b"=") > _MOST_EQUALS for tag in data.split(b"<")):
        raise XmlRefused("too many attributes")
    builder = _Builder(limits)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.SkippedEntityHandler = builder.skipped
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        what, line, column = expat.ErrorString(error.code), error.lineno, error.offset + 1
        raise NotWellFormed(f"not well-formed: {what}, line {line}, column {column}") from None
    except _Undefined:
        raise NotWellFormed("an entity that is not declared") from None
    return Parsed(builder.root.children[0], builder.has_doctype)
