"""Where a list goes on: what a partner is given with one part of it, to ask for the next.

The rule it keeps: a token holds all that is needed, so that any process takes it, also after a restart. It is
good for its own question only; whoever alters it gets nothing that the question would not give.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

_DIGEST: Final = 8


class Place(NamedTuple):
    """The last that was told: the id in the question that it belongs to, where it stands, its number."""

    asked: int = -1
    location: str = ""
    item: int = 0


def token(question: str, place: Place) -> str:
    """What leads from this place of the question on."""
    return urlsafe_b64encode(_digest(question) + msgspec.json.encode(place)).rstrip(b"=").decode()


def place(question: str, token: str) -> Place | None:
    """The place that a token of this question leads on from; None if it is none of its tokens."""
    try:
        held = b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        found = msgspec.json.decode(held[_DIGEST:], type=Place)
    except (Error, ValueError, msgspec.DecodeError):  # neither ASCII nor base64 nor a place
        return None
    return found if held[:_DIGEST] == _digest(question) else None


def _digest(question: str) -> bytes:
    return blake2b(question.encode(), digest_size=_DIGEST).digest()
