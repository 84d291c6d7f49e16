"""A message's bytes as a tree of plain nodes, or a `RemoteError`; `protocols.xml` parses.

Rule: bytes become text in the charset that they are in, which is not always the one declared, and ampersands
that were meant as text are mended only where nothing else could be meant.
"""

import re
from html.entities import html5
from typing import Final

import msgspec

from protocols.ncip.errors import RemoteError
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import Mode, Repair, Repaired
from protocols.xml.parsing import Limits, Node, NotWellFormed, Parsed, XmlRefused
from protocols.xml.parsing import parse as parse_xml


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


def parse(data: bytes, charset: str | None, mode: Mode, limits: Limits) -> Tree:
    """The message as a tree. `charset` is the one declared beside it, as in an HTTP header.

    What is not well-formed is mended where that is safe: ampersands, and names of characters that HTML knows.
    """
    if len(data) > limits.size:
        raise _syntax_error("message too long")
    repairs: list[Repaired] = []
    data = _text_bytes(data, charset, repairs)
    try:
        parsed = _parsed(data, mode, limits, repairs)
    except XmlRefused as refused:
        raise _syntax_error(str(refused)) from None
    if mode is Mode.STRICT and repairs:
        raise _syntax_error(repairs[0].repair.value)
    if parsed.has_doctype and mode is Mode.REPORT:
        repairs.append(Repaired(Repair.DOCTYPE, "/"))
    return Tree(parsed.root, repairs)


def _parsed(data: bytes, mode: Mode, limits: Limits, repairs: list[Repaired]) -> Parsed:
    try:
        return parse_xml(data, limits)
    except NotWellFormed:
        mended = data if mode is Mode.STRICT else _with_ampersands(data, repairs)
        if mended == data or len(mended) > limits.size:
            raise
        return parse_xml(mended, limits)
