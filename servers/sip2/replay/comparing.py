"""Two answers to one request, field by field: which are missing, which are more, which say something else.

The rule it keeps: fields are compared as they stand on the wire, repeated ones in any order; AY and AZ are
the line's, and no part of an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from protocols.sip2.codec import Wire
from protocols.sip2.decoding import Decoded, decode

VOLATILE: Final = frozenset(("transaction date", "date time sync", "BK"))
"""What differs each time: the server's clock, and its number of a transaction."""


class Kind(StrEnum):
    """How an answer differs."""

    NO_ANSWER = "no answer now"
    UNEXPECTED = "an answer where none was recorded"
    MESSAGE = "another message"
    VALUE = "another value"
    MISSING = "no longer there"
    MORE = "not there before"


class Difference(Struct, frozen=True):
    """One difference: in which field, what was recorded, and what came now."""

    kind: Kind
    field: str
    recorded: str = ""
    now: str = ""


class _Key(NamedTuple):
    id: str
    name: str

    @property
    def shown(self) -> str:
        return f"{self.id} {self.name}".strip()


def differences(
    recorded: bytes | None, now: bytes | None, wire: Wire, ignored: Collection[str] = VOLATILE
) -> list[Difference]:
    """What differs, in the order of the recorded answer. ``ignored`` are ids, or names in the fixed part."""
    if recorded is None or now is None:
        return _lonely(recorded, now, wire)
    before, after = decode(recorded, wire), decode(now, wire)
    if before.problem or after.problem:
        return [] if recorded == now else [Difference(Kind.MESSAGE, "", title(before), title(after))]
    if before.code != after.code:
        return [Difference(Kind.MESSAGE, "", title(before), title(after))]
    was, is_ = _fields(before), _fields(after)
    keys = [key for key in dict.fromkeys((*was, *is_)) if not {key.id, key.name} & set(ignored)]
    return [found for key in keys for found in _unequal(key, was.get(key, []), is_.get(key, []))]


def title(decoded: Decoded) -> str:
    """What a line is called: its code and name, or why it is none."""
    return decoded.problem or f"{decoded.code} {decoded.name}"


def _lonely(recorded: bytes | None, now: bytes | None, wire: Wire) -> list[Difference]:
    if recorded is not None:
        return [Difference(Kind.NO_ANSWER, "", title(decode(recorded, wire)))]
    if now is not None:
        return [Difference(Kind.UNEXPECTED, "", "", title(decode(now, wire)))]
    return []


def _fields(decoded: Decoded) -> dict[_Key, list[tuple[str, str]]]:
    """Field → its values: as they stand, and as they are shown."""
    fields: dict[_Key, list[tuple[str, str]]] = {}
    for field in decoded.fields:
        fields.setdefault(_Key(field.id, field.name), []).append((field.raw, field.meaning or field.raw))
    return fields


def _unequal(key: _Key, was: list[tuple[str, str]], is_: list[tuple[str, str]]) -> list[Difference]:
    gone = list((Counter(was) - Counter(is_)).elements())
    come = list((Counter(is_) - Counter(was)).elements())
    pairs = [
        Difference(Kind.VALUE, key.shown, *((old[1], new[1]) if old[1] != new[1] else (old[0], new[0])))
        for old, new in zip(gone, come, strict=False)
    ]
    both = len(pairs)
    return [
        *pairs,
        *(Difference(Kind.MISSING, key.shown, shown, "") for _, shown in gone[both:]),
        *(Difference(Kind.MORE, key.shown, "", shown) for _, shown in come[both:]),
    ]
