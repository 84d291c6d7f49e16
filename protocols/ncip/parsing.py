"""The one place where XML is parsed: bytes in, a bounded tree of plain nodes out, or a `RemoteError`.

Rule: nothing is fetched, no entity is declared or expanded, and every limit is kept while parsing, not after
it. Bytes become text in the charset that they are in, which is not always the one declared. The parser is
expat, from the standard library: libxml2 keeps every name it has ever met for as long as its thread lives, so
strangers could fill our memory with names. Here a message leaves nothing behind.
"""

import re
from html.entities import html5
from typing import Any, Final
from xml.parsers import expat

import msgspec

from protocols.ncip.errors import RemoteError
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import Mode, Repair, Repaired


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


class Tree(msgspec.Struct, frozen=True):
    """A message's root, and what was repaired so far."""

    root: Node
    repairs: list[Repaired]


def _syntax_error(detail: str) -> RemoteError:
    return RemoteError(ProblemType.INVALID_MESSAGE_SYNTAX_ERROR, detail)


# Charsets -------------------------------------------------------------------------------------------

_UTF_8_BOM: Final = b"\xef\xbb\xbf"
_DECLARED: Final = re.compile(
    rb"\s{0,9}<\?xml[^>?]{0,100}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9._:-]{1,40})[\"']"
)
_UTF_8: Final = "utf-8"
_SINGLE_BYTE: Final = re.compile(r"iso-8859-(1|2|3|4|5|7|9|10|13|14|15|16)|windows-125[0-8]")
_OTHER_NAMES: Final = {
    "utf8": _UTF_8, "ascii": _UTF_8, "us-ascii": _UTF_8,
    # What a program says that writes its own strings out: the bytes are in another charset.
    "utf-16": _UTF_8, "utf-16le": _UTF_8, "unicode": _UTF_8,
    "latin1": "iso-8859-1", "latin-1": "iso-8859-1", "iso8859-1": "iso-8859-1", "iso_8859-1": "iso-8859-1",
    "cp1252": "windows-1252", "ansi": "windows-1252",
}  # fmt: skip


def _charset(name: str) -> str:
    """The charset of that name; none but UTF-8 and those of one byte a character, ASCII among them."""
    name = name.casefold()
    name = _OTHER_NAMES.get(name, name)
    if name != _UTF_8 and not _SINGLE_BYTE.fullmatch(name):
        raise _syntax_error("this charset is not accepted; send UTF-8")
    return name


def _text_bytes(data: bytes, declared_outside: str | None, repairs: list[Repaired]) -> bytes:
    """The message in UTF-8.

    A single-byte charset accepts any bytes, so what is valid UTF-8 is taken for it, whatever was declared.
    """
    if data.startswith(_UTF_8_BOM):
        data = data[3:]
    if b"\0" in data:
        raise _syntax_error("a NUL byte, or UTF-16 or UTF-32; send UTF-8")
    found = _DECLARED.match(data)
    inside = _charset(found[1].decode("ascii")) if found else None
    outside = _charset(declared_outside) if declared_outside else None
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return _from_single_byte(data, inside, outside, repairs)
    if (inside or outside or _UTF_8) != _UTF_8:
        repairs.append(Repaired(Repair.CHARSET, "/"))
    return data


def _from_single_byte(data: bytes, inside: str | None, outside: str | None, repairs: list[Repaired]) -> bytes:
    candidates = [charset for charset in (outside, inside) if charset not in (None, _UTF_8)]
    if not candidates or candidates[0] is None:
        raise _syntax_error("the bytes are not in the charset declared (UTF-8 if none is)")
    if inside not in (None, candidates[0]):
        repairs.append(Repaired(Repair.CHARSET, "/"))
    try:
        return data.decode(candidates[0]).encode()
    except UnicodeDecodeError:
        raise _syntax_error("the bytes are not in the charset declared") from None


# Ampersands -----------------------------------------------------------------------------------------

_AMPERSAND: Final = re.compile(
    rb"<!\[CDATA\[(?:.*?\]\]>|.*)"
    rb"|&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,31});)?",
    re.DOTALL,
)


_MOST_AMPERSANDS: Final = 1_000


def _with_ampersands(data: bytes, repairs: list[Repaired]) -> bytes:
    """The message with its bare ampersands, and HTML's names of characters, as XML wants them."""
    if data.count(b"&") > _MOST_AMPERSANDS:
        return data
    seen = set()

    def mended(found: re.Match[bytes]) -> bytes:
        if found[0][:1] == b"<":
            return found[0]
        character = html5.get(f"{found[1].decode('ascii')};") if found[1] else None
        seen.add(Repair.ENTITY if character else Repair.AMPERSAND)
        return character.encode() if character else b"&amp;" + found[0][1:]

    whole = _AMPERSAND.sub(mended, data)
    repairs.extend(Repaired(repair, "/") for repair in sorted(seen))
    return whole


# Parsing --------------------------------------------------------------------------------------------


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
            raise _syntax_error("too many elements")
        if len(self._open) > self._limits.depth:
            raise _syntax_error("elements too deep within each other")
        if attributes:
            self._take(attributes)
        prefix, _, name = tag.rpartition(":")
        node = Node(prefix, name, self._scope.get(prefix), attributes)
        self._node.children.append(node)
        self._node = node

    def _take(self, attributes: list[str]) -> None:
        """Check an element's attributes; what they declare holds from here on."""
        if len(attributes) > 2 * self._limits.attributes:
            raise _syntax_error("too many attributes")
        if max(map(len, attributes)) > self._limits.text:
            raise _syntax_error("attribute too long")
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
            raise _syntax_error("text too long")

    def doctype(self, _name: str, _system: str | None, _public: str | None, has_subset: bool) -> None:
        if has_subset:
            raise _syntax_error("a DOCTYPE with declarations of its own is refused")
        self.has_doctype = True

    def skipped(self, _name: str, _is_parameter: bool) -> None:
        raise _Undefined


# Attributes are made into strings before anyone is asked, so a tag must not hold too many to begin with.
_MOST_EQUALS: Final = 4_096


def _built(data: bytes, limits: Limits) -> _Builder:
    if data.count(b"=") > _MOST_EQUALS and any(tag.count(b"=") > _MOST_EQUALS for tag in data.split(b"<")):
        raise _syntax_error("too many attributes")
    builder = _Builder(limits)
    parser = expat.ParserCreate(_UTF_8)
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.SkippedEntityHandler = builder.skipped
    parser.Parse(data, True)
    return builder


def parse(data: bytes, charset: str | None, mode: Mode, limits: Limits) -> Tree:
    """The message as a tree. `charset` is the one declared beside it, as in an HTTP header.

    What is not well-formed is mended where that is safe: ampersands, and names of characters that HTML knows.
    """
    if len(data) > limits.size:
        raise _syntax_error("message too long")
    repairs: list[Repaired] = []
    data = _text_bytes(data, charset, repairs)
    try:
        builder = _built(data, limits)
    except (expat.ExpatError, _Undefined) as error:
        mended = data if mode is Mode.STRICT else _with_ampersands(data, repairs)
        if mended == data or len(mended) > limits.size:
            raise _not_well_formed(error) from None
        try:
            builder = _built(mended, limits)
        except (expat.ExpatError, _Undefined) as still:
            raise _not_well_formed(still) from None
    if mode is Mode.STRICT and repairs:
        raise _syntax_error(repairs[0].repair.value)
    if builder.has_doctype and mode is Mode.REPORT:
        repairs.append(Repaired(Repair.DOCTYPE, "/"))
    return Tree(builder.root.children[0], repairs)


def _not_well_formed(error: Any) -> RemoteError:
    if isinstance(error, _Undefined):
        return _syntax_error("an entity that is not declared")
    return _syntax_error(
        f"not well-formed: {expat.ErrorString(error.code)}, line {error.lineno}, column {error.offset + 1}"
    )
