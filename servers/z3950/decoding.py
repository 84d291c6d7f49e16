"""APDUs in what somebody has pasted: hex in any form, as of a trace, tcpdump or hexdump, field by field.

The rule it keeps: an APDU is believed only if it can be read to its last byte, so that text which merely
looks like hex is nobody's; and no password is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import fields

from protocols.secret import Secret
from protocols.z3950 import codec, externals, pqf
from protocols.z3950.apdus import Apdu
from protocols.z3950.ber import Limits
from protocols.z3950.charset import UNNEGOTIATED
from protocols.z3950.diagnostics import described
from protocols.z3950.errors import RemoteError
from protocols.z3950.framing import Framer
from protocols.z3950.oids import Oid, named
from protocols.z3950.rpn import RpnQuery
from protocols.z3950.structures import DefaultDiagFormat, External

_OFFSET: Final = re.compile(r"^\s*(?:0x)?[0-9A-Fa-f]{4,8}:?\s+(?=[0-9A-Fa-f]{2})")
"""What dumps put before a line: where it stands in the whole."""
_PAIRS: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2})+(?![0-9A-Za-z])")
_COLUMN: Final = re.compile(r"\s{2,}\S.*$|\|.*\|\s*$")
"""What they put behind it: the same as text."""
_FEWEST: Final = 5
"""Bytes of the shortest APDU that is looked for."""
_HIDDEN, _AUTHENTICATION = "***", "id_authentication"
_FIRST, _LAST = 0xB4, 0xBF


class Line(Struct, frozen=True):
    """A line of what is shown: how deep, which field, and its value."""

    depth: int
    name: str
    value: str


def apdus(text: str) -> Iterator[Apdu]:
    """The APDUs in the text, in their order."""
    for data in _blocks(text):
        at = 0
        while at < len(data) - _FEWEST:
            found = _apdu(data, at)
            if found is None:
                at += 1
            else:
                apdu, at = found
                yield apdu


def _blocks(text: str) -> Iterator[bytes]:
    """The bytes of lines that follow each other; a line that is no hex ends them."""
    together = bytearray()
    for line in text.splitlines():
        found = _bytes(line)
        if found:
            together += found
        elif together:
            yield bytes(together)
            together.clear()
    if together:
        yield bytes(together)


def _bytes(line: str) -> bytes:
    shorn = _OFFSET.sub("", line.strip().lstrip("<> "))
    has_offset = shorn != line.strip().lstrip("<> ")
    if has_offset:
        shorn = _COLUMN.sub("", shorn)
    shorn = shorn.replace(",", " ").replace("0x", "").replace("\\x", "")
    if _PAIRS.sub("", shorn).strip():
        return b""
    return bytes.fromhex("".join(_PAIRS.findall(shorn)))


def _apdu(data: bytes, at: int) -> tuple[Apdu, int] | None:
    """The APDU that begins there, and where it ends."""
    if not _FIRST <= data[at] <= _LAST:
        return None
    framer = Framer(Limits())
    framer.feed(data[at:])
    try:
        apdu = framer.next()
        return None if apdu is None else (codec.decode(apdu), at + len(apdu))
    except RemoteError:
        return None


# Showing


def shown(apdu: Apdu) -> list[Line]:
    """An APDU line by line."""
    return list(_fields(apdu, 0))


def _fields(struct: Struct, depth: int) -> Iterator[Line]:
    for field in fields(struct):
        value = getattr(struct, field.name)
        if value is not None:
            yield from _value(field.name, value, depth)


def _value(name: str, value: Any, depth: int) -> Iterator[Line]:
    match value:
        case RpnQuery():
            yield Line(depth, name, pqf.write(value))
        case DefaultDiagFormat():
            yield Line(depth, name, described(value.condition, value.text))
        case External() if name == _AUTHENTICATION:
            yield Line(depth, name, _HIDDEN)
        case External():
            yield from _external(name, value, depth)
        case Struct():
            yield Line(depth, name, "")
            yield from _fields(value, depth + 1)
        case tuple():
            for each in value:
                yield from _value(name, each, depth)
        case _:
            yield Line(depth, name, _text(value))


def _external(name: str, external: External, depth: int) -> Iterator[Line]:
    reference = external.direct_reference or Oid("")
    yield Line(depth, name, named(reference))
    text = externals.cql_text(external)
    if text is not None:
        yield Line(depth + 1, "cql", text)
        return
    try:
        content = externals.opened(external)
    except RemoteError as error:
        yield Line(depth + 1, "encoding", f"cannot be read: {error}")
        return
    if content is None:
        yield Line(depth + 1, "encoding", _text(bytes(external.encoding)))
    else:
        yield from _fields(content, depth + 1)


def _text(value: Any) -> str:
    match value:
        case Secret():
            return _HIDDEN
        case Oid():
            return f"{named(value)} ({value})" if named(value) != value else str(value)
        case bytes():
            text = UNNEGOTIATED.decode(value)
            return text if text.isprintable() else value.hex(" ")
        case frozenset():
            return " ".join([each.name.lower() for each in sorted(value)])
        case _ if hasattr(value, "name"):
            return f"{value.name.lower()} ({value.value})"
        case _:
            return str(value)
