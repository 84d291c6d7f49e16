"""NCIP as it may be shown: no password, no PIN, whatever else is wrong with the message.

The rule it keeps: of a secret only that there was one is left. It goes by the names of elements alone, so
that what no parser takes is masked too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final

from protocols.ncip.declarations import Kind, declaration_of
from protocols.ncip.structures import AuthenticationInput, Content, InitiationHeader, ResponseHeader
from protocols.secret import Secret

MASK: Final = "***"


_HOLDERS: Final[tuple[type[Content], ...]] = (AuthenticationInput, InitiationHeader, ResponseHeader)

SECRETS: Final = frozenset(
    slot.name for struct in _HOLDERS for slot in declaration_of(struct).slots if slot.kind is Kind.SECRET
)
"""The elements that hold a secret."""

_NAMES: Final = "|".join(sorted(SECRETS))
_SECRET: Final = re.compile(
    rf"(<(?:[\w.-]+:)?(?:{_NAMES})\b[^<>]*(?<!/)>)((?:<!\[CDATA\[.*?\]\]>|(?!</).)+)", re.DOTALL
)


def masked(text: str, known: Iterable[Secret] = ()) -> str:
    """The message with `***` for each secret that is not empty, up to the next end tag.

    ``known`` are secrets that were sent: a peer that repeats one in another element is not repeated.
    """
    text = _SECRET.sub(rf"\1{MASK}", text)
    for secret in filter(None, known):
        text = text.replace(f">{escape(secret.reveal())}<", f">{MASK}<")
    return text
