"""sortKeys, the sort keys of SRU 1.1 and 2.0 that stand beside a query: ``title,,1 date,,0``.

Rule: a key is kept as it was asked for, or refused with the diagnostic of the part that is wrong.
"""

import re
from typing import Final

import msgspec

from protocols.sru.diagnostics import Diagnostic


class SortKey(msgspec.Struct, frozen=True):
    """One key: a path or a short name, in a schema, and how to sort by it.

    `missing` is what stands for a missing value: abort, omit, highValue, lowValue, or a text in quotes.
    """

    path: str
    schema: str = ""
    ascending: bool = True
    case_sensitive: bool = False
    missing: str = "highValue"


_PART: Final = r'"[^"]*"|[^\s,"]*'
_KEY: Final = re.compile(rf"(?:{_PART})(?:,(?:{_PART})){{0,4}}(?=\s|$)")
_SPLIT: Final = re.compile(rf"({_PART})(?:,|$)")
_FLAGS: Final = {"1": True, "0": False}
_MISSING: Final = frozenset({"abort", "omit", "highValue", "lowValue"})
MOST_KEYS: Final = 8


def read_sort_keys(text: str) -> tuple[SortKey, ...] | Diagnostic:
    """The keys, the first one first; or what is wrong with the first key that cannot be."""
    keys: list[SortKey] = []
    rest = text.strip()
    while rest:
        found = _KEY.match(rest)
        if found is None:
            return Diagnostic(82, rest[:80])
        if len(keys) == MOST_KEYS:
            return Diagnostic(84, str(MOST_KEYS))
        key = _key(found[0])
        if isinstance(key, Diagnostic):
            return key
        if any((other.path, other.schema) == (key.path, key.schema) for other in keys):
            return Diagnostic(85, found[0])
        keys.append(key)
        rest = rest[found.end() :].lstrip()
    return tuple(keys)


def _key(text: str) -> SortKey | Diagnostic:
    path, schema, ascending, case, missing = ([*_SPLIT.findall(text), "", "", "", ""])[:5]
    if not path:
        return Diagnostic(88, text)
    if ascending and ascending not in _FLAGS:
        return Diagnostic(90, ascending)
    if case and case not in _FLAGS:
        return Diagnostic(91, case)
    if missing and missing not in _MISSING and missing[0] != '"':
        return Diagnostic(92, missing)
    return SortKey(path, schema, _FLAGS.get(ascending, True), _FLAGS.get(case, False), missing or "highValue")
