"""The configuration in text: an example with every key and its default, and the reference of them.

The rule it keeps: the example is a configuration. As it stands it says what no file at all would say; without
the ``#`` before its disabled tables it is a server with one agency, one location and one terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import NODEFAULT, Struct, json

from core.model.policy import Agency, Location
from servers.settings import TEXT, Settings, Terminal
from servers.settings_keys import Key, keys_of

EXAMPLES: Mapping[str, Struct] = {
    "agency": Agency("MAIN", name="Main Library"),
    "location": Location("MAIN/STACKS", name="Open stacks"),
    "terminal": Terminal("kiosk-1", certificate="kiosk-1", agency="MAIN", desk="Entrance"),
}
"""What the example shows, disabled, of the tables that are empty by default."""

PLAIN_WORDS = (TEXT.words, "true or false")
"""What a default shows well enough."""


def default_toml() -> str:
    """The example configuration. ``#key = value`` and ``#[[table]]`` are disabled; ``# text`` is a remark."""
    blocks = [
        "# The configuration of circdesk: every key with its default, which it also has when left out.\n"
    ]
    for key in keys_of(Settings).values():
        blocks.extend("\n".join(lines) + "\n" for lines in _blocks(key))
    return "\n".join(blocks)


def reference() -> str:
    """The reference of every key, in Markdown: a section for each table, a line for each key."""
    sections = []
    for key in keys_of(Settings).values():
        assert key.table is not None
        rows = [
            f"| `{name}` | {_cell(inner.words)} | {_cell(_default(inner))} | {_cell(inner.meaning)} |"
            for name, inner in _flat(key.table)
        ]
        head = ["| key | must be | default | meaning |", "| --- | --- | --- | --- |"]
        sections.append("\n".join([f"## {_header(key)}", "", key.meaning, "", *head, *rows, ""]))
    return "\n".join(sections)


def _blocks(key: Key) -> Iterator[list[str]]:
    """The lines of each table of the key: all keys of the first, of others what differs from defaults."""
    assert key.table is not None
    if not key.many:
        yield [f"# {key.meaning}", _header(key), *_table_lines(key.table, key.default, remarks=True)]
    elif key.default:
        for number, element in enumerate(key.default):
            above = [] if number else [f"# {key.meaning}"]
            yield [*above, _header(key), *_table_lines(key.table, element, remarks=not number)]
    else:
        lines = [_header(key), *_table_lines(key.table, EXAMPLES[key.name], remarks=True)]
        yield [f"# {key.meaning}", *(line if line.startswith("# ") else f"#{line}" for line in lines)]


def _table_lines(table: type[Struct], values: Struct, *, remarks: bool) -> Iterator[str]:
    for name, key in _flat(table):
        value = _get(values, name)
        if remarks:
            yield f"# {key.meaning}" + ("" if key.words in PLAIN_WORDS else f" Must be {key.words}.")
        if remarks or value != key.default:
            yield f"{name} = {_toml(value)}"


def _flat(table: type[Struct], prefix: str = "") -> Iterator[tuple[str, Key]]:
    """The keys of the table and of the tables inside it, dotted."""
    for key in keys_of(table).values():
        if key.table is None:
            yield prefix + key.name, key
        else:
            yield from _flat(key.table, f"{prefix}{key.name}.")


def _get(values: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        values = getattr(values, name)
    return values


def _header(key: Key) -> str:
    return f"[[{key.name}]]" if key.many else f"[{key.name}]"


def _default(key: Key) -> str:
    return "required" if key.default is NODEFAULT else f"`{_toml(key.default)}`"


def _toml(value: Any) -> str:
    """A default as TOML. JSON's strings are TOML's basic strings."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.encode(str(value)).decode()
        case float():
            return f"{value:g}"
        case int() | Decimal() | date():
            return str(value)
        case _:
            listed = sorted(value) if isinstance(value, frozenset) else value
            return f"[{', '.join(map(_toml, listed))}]"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
