"""TOML tables become structs, or findings: each what is wrong, and the key that it is wrong with.

The rule it keeps: every finding says what is possible instead, in a line that can be printed, and none shows
a password.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from servers.configuration.keys import Key, keys_of
from servers.configuration.toml_lines import KeyPath

LONGEST_SHOWN = 60

Finding = tuple[KeyPath, str]
"""Where a problem is, and what it is."""


def table(struct: type[Struct], value: object, at: KeyPath, findings: list[Finding]) -> Any:
    """The struct that a TOML table stands for; None, with findings, if it cannot be made."""
    if not isinstance(value, dict):
        findings.append((at, _not_a_table(at)))
        return None
    keys = keys_of(struct)
    findings += (((*at, name), _unknown(name, at, keys)) for name in value if name not in keys)
    made = {}
    for name, key in keys.items():
        if name in value:
            found = value_of(key, value[name], (*at, name), findings)
            if found is not None:
                made[name] = found
        elif key.required:
            findings.append((at, f"{dotted((*at, name))} is missing; it must be {key.words}."))
    if any(key.required and name not in made for name, key in keys.items()):
        return None
    return struct(**made)


def value_of(key: Key, value: object, at: KeyPath, findings: list[Finding]) -> Any:
    """The value of a key as the server uses it; None, with findings, if it is wrong."""
    if key.table is not None and key.many:
        return _tables(key.table, value, at, findings)
    if key.table is not None:
        return table(key.table, value, at, findings)
    if key.each is not None and isinstance(value, dict):
        return _entries(key, value, at, findings)
    try:
        return key.typed(value)
    except (ValueError, ArithmeticError):
        instead = "" if key.secret else f", not {shown(value)}"
        findings.append((at, f"{dotted(at)} must be {key.words}{instead}."))
        return None


def _entries(key: Key, values: Mapping[str, object], at: KeyPath, findings: list[Finding]) -> dict[str, Any]:
    """The values of a table of free names; with findings for those that are wrong."""
    assert key.each is not None
    assert key.names is not None
    made = {}
    for name, value in values.items():
        if not key.names.holds(name):
            message = f"{shown(name)} cannot stand in {dotted(at)}; each name must be {key.names.words}."
            findings.append(((*at, name), message))
        elif (found := value_of(key.each, value, (*at, name), findings)) is not None:
            made[name] = found
    return made


def _tables(struct: type[Struct], value: object, at: KeyPath, findings: list[Finding]) -> Any:
    if not isinstance(value, list):
        findings.append((at, f"There may be several of {dotted(at)}: write [[{dotted(at)}]] above each."))
        return None
    made = [table(struct, element, (*at, index), findings) for index, element in enumerate(value)]
    return tuple(element for element in made if element is not None)


def _not_a_table(at: KeyPath) -> str:
    name = dotted(at)
    header = f"[[{name}]]" if isinstance(at[-1], int) else f"[{name}]"
    return f"{name} must be a table: write {header} above its keys."


def _unknown(name: str, at: KeyPath, keys: Mapping[str, Key]) -> str:
    where = f"in {dotted(at)}" if at else "at the top"
    there_are = f" There are: {', '.join(keys)}."
    return f"There is no key {shown(name)} {where}.{near(name, keys) or there_are}"


def near(name: str, names: Iterable[str]) -> str:
    """The question whether a like name was meant, if there is one."""
    like = get_close_matches(name[:LONGEST_SHOWN], list(names), n=1)
    return f" Did you mean {shown(like[0])}?" if like else ""


def dotted(at: KeyPath) -> str:
    """The key as the file may write it, without the numbers of tables."""
    return ".".join(name for name in at if isinstance(name, str))


def shown(value: object) -> str:
    """A value from the file, safe to print and not too long."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            text = json.dumps(value, ensure_ascii=False)
        case int() if value.bit_length() > 128:
            return "a very long number"
        case int() | Decimal():
            text = str(value)
        case datetime() | date() | time():
            text = value.isoformat()
        case dict():
            return "a table"
        case _:
            return "a list"
    return plain(text)


def plain(text: str) -> str:
    """One line of printable characters, cut if it is long."""
    safe = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return safe if len(safe) <= LONGEST_SHOWN else f"{safe[:LONGEST_SHOWN]}…"
