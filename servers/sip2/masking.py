"""A message as it may be kept and shown: no password, no PIN, and no checksum that tells what they add up to.

The rule it keeps: of a secret whose field can still be told, only that there was one is left.
"""

from __future__ import annotations

import re
from typing import Final

from protocols.sip2.fields import CATALOGUE, SECRET
from protocols.sip2.messages import DECLARATIONS

MASK: Final = b"***"
SECRETS: Final = frozenset(field.id.encode() for field in CATALOGUE.values() if field.shape is SECRET)
"""AC, AD and CO."""

_STANDARD: Final = frozenset(field.id.encode() for field in CATALOGUE.values() if not field.extension)
_FIELDS: Final = {
    code.encode(): frozenset(slot.field.id.encode() for slot in declaration.slots)
    for code, declaration in DECLARATIONS.items()
}
_FIXED: Final = {code.encode(): declaration.fixed_length for code, declaration in DECLARATIONS.items()}
_SECRET: Final = re.compile(b"|".join(sorted(SECRETS)))
_TRAILER: Final = re.compile(rb"(?:AY[0-9])?AZ(?:[0-9A-Fa-f]{4}|\*{4})\Z")
_LONE_SEQUENCE: Final = re.compile(rb"AY[0-9]\Z")
_SUM: Final = re.compile(rb"(?<=AZ)[0-9A-Fa-f]{4}\Z")


def masked(line: bytes, delimiter: bytes = b"|") -> bytes:
    """The message with ``***`` for each secret that is not empty, and then with ``****`` for its checksum.

    What follows a secret and begins with no field of its message is taken for its tail: a password may hold a
    delimiter.
    """
    content, trailer = split_trailer(line, delimiter)
    first, *rest = content.split(delimiter)
    fields = _FIELDS.get(line[:2], _STANDARD)
    start = _secret_in(first, fields)
    in_secret = start is not None
    parts = [first if start is None else first[:start] + _hidden(first[start:])]
    for part in rest:
        if in_secret and part and part[:2] not in fields:
            parts[-1] = parts[-1].removesuffix(MASK) + MASK
            continue
        in_secret = part[:2] in SECRETS
        parts.append(part[:2] + _hidden(part[2:]) if in_secret else part)
    hidden = delimiter.join(parts)
    return line if hidden == content else hidden + _SUM.sub(b"****", trailer)


def split_trailer(line: bytes, delimiter: bytes = b"|") -> tuple[bytes, bytes]:
    """The message up to AY and AZ, and these; a lone AY counts where a delimiter stands before it."""
    found = _TRAILER.search(line)
    if found is None:
        found = _LONE_SEQUENCE.search(line)
        if found is None or line[: found.start()][-1:] != delimiter:
            return line, b""
    return line[: found.start()], found[0]


def _secret_in(first: bytes, fields: frozenset[bytes]) -> int | None:
    """Where the value of the first field begins, if that is a secret; a damaged fixed part hides none."""
    start = _FIXED.get(first[:2], 2)
    if first[start : start + 2] in fields - SECRETS:
        return None
    found = _SECRET.search(first, 2)
    return found.end() if found else None


def _hidden(value: bytes) -> bytes:
    return MASK if value else b""
