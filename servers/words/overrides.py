"""What a library may say in its own words: which texts there are, and what may stand in place of one."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Final

from servers.words.english import NOTICES, REFUSALS, Plural, forms

_ENGLISH: Final[Mapping[str, str | Plural]] = {
    **{reason.value: text for reason, text in REFUSALS.items()},
    **{notice.value: text for notice, text in NOTICES.items()},
}


def known_codes() -> frozenset[str]:
    """The code of every text."""
    return frozenset(_ENGLISH)


def places(code: str) -> frozenset[str]:
    """The names in braces that stand for values in the text of this code."""
    return frozenset().union(*map(named, forms(_ENGLISH[code])))


def fault(code: str, text: str) -> str | None:
    """Why the text cannot be used for this code, in words for whoever wrote it; None if it can."""
    if code not in _ENGLISH:
        return "no text has this code"
    if not text.isprintable():
        return "a text is one line without control characters"
    try:
        unknown = named(text) - places(code)
    except ValueError:
        return "a brace that stands for itself is written twice"
    return f"{{{min(unknown)}}} stands for nothing in this text" if unknown else None


def named(text: str) -> frozenset[str]:
    """The places of a text, each with what it says of how to write the value, for which there is no need.

    Raises ValueError for a brace without its other half.
    """
    return frozenset(
        name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        for _, name, form, conversion in Formatter().parse(text)
        if name is not None
    )
