"""The configuration in text: an example with every key and its default, and the reference of them.

The rule it keeps: the example is a configuration. As it stands it says what no file at all would say; without
the ``#`` before its disabled tables it is a server with one agency, one location and one terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import NODEFAULT, Struct, json

from core.model.policy import Agency, Location
from servers.configuration.demands import TEXT
from servers.configuration.keys import Key, keys_of
from servers.configuration.settings import (
    Desensitise,
    NamedProfile,
    NcipAgency,
    Profile,
    RemoteStorage,
    Settings,
    SortBin,
    Terminal,
    Whether,
    Z3950User,
)

EXAMPLES: Mapping[str, Struct] = {
    "agency": Agency("MAIN", name="Main Library"),
    "location": Location("MAIN/STACKS", name="Open stacks"),
    "profile": NamedProfile(
        "kiosks",
        sort_bin=(SortBin("1", hold=Whether.YES),),
        desensitise=(Desensitise(False, item_policy="dvd"),),
    ),
    "terminal": Terminal("kiosk-1", certificate="kiosk-1", agency="MAIN", desk="Entrance"),
    "ncip_agency": NcipAgency(
        "STORE", profiles=("DEPOT",), addresses=("192.0.2.0/28",), pickups={"Main": "MAIN"}
    ),
    "z3950_user": Z3950User("union-catalogue", addresses=("192.0.2.0/28",)),
    "remote_storage": RemoteStorage("DEPOT", locations=("MAIN/STACKS",), desks=("MAIN.DEPOT",)),
}
"""What the example shows, disabled, of the tables that are empty by default."""

PLAIN_WORDS = (TEXT.words, "true or false")
"""What a default shows well enough."""

DEFAULT = "default"
REMARKS = 40
"""The column of remarks, where the values leave room."""

OF_A_PROFILE = "Each may also say what a profile says, all but `inherits`; its own word goes first."


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
    return "\n".join(_section(key) for key in keys_of(Settings).values())


def terminal_text(terminal: Terminal, origins: Mapping[str, str]) -> str:
    """Every key of the terminal in TOML, each with who says so; what nobody says is the default."""
    lines = [f"# {terminal.name}: every key, and where it comes from."]
    for name, key in keys_of(Terminal).items():
        value = getattr(terminal, name)
        if key.each and value:
            lines += [
                _said(f"{name}.{inner}", one, origins[f"{name}.{inner}"]) for inner, one in value.items()
            ]
        else:
            lines.append(_said(name, "***" if key.secret and value else value, origins.get(name, DEFAULT)))
    return "\n".join(lines) + "\n"


def _said(name: str, value: Any, origin: str) -> str:
    return f"{f'{name} = {_toml(value)}':<{REMARKS}} # {origin}"


def _section(key: Key) -> str:
    assert key.table is not None
    head = ["| key | must be | default | meaning |", "| --- | --- | --- | --- |"]
    rows = [
        f"| `{name}` | {_cell(inner.words)} | {_cell(_default(inner))} | {_cell(inner.meaning)} |"
        for name, inner in _rows(key.table)
    ]
    return "\n".join([f"## {_header(key.name, key.many)}", "", _meaning(key), "", *head, *rows, ""])


def _rows(table: type[Struct]) -> Iterator[tuple[str, Key]]:
    """The keys of the table, of the tables inside it, and of the rules inside it."""
    for name, key in _flat(table):
        yield name, key
        if key.table is not None:
            yield from ((f"{name}.{inner.name}", inner) for inner in keys_of(key.table).values())


def _meaning(key: Key) -> str:
    """What the table is; a terminal's may say all that a profile says as well, which is told once."""
    return f"{key.meaning} {OF_A_PROFILE}" if key.table is Terminal else key.meaning


def _blocks(key: Key) -> Iterator[list[str]]:
    """The lines of each table of the key: all keys of the first, of others what differs from defaults."""
    assert key.table is not None
    above = [f"# {_meaning(key)}"]
    header = _header(key.name, key.many)
    if not key.many:
        yield [*above, header, *_table_lines(key.table, key.default, remarks=True)]
    elif key.default:
        for number, element in enumerate(key.default):
            lines = _table_lines(key.table, element, remarks=not number)
            yield [*([] if number else above), header, *lines]
    else:
        example = EXAMPLES[key.name]
        yield [*above, *_disabled([header, *_table_lines(key.table, example, remarks=True)])]
        for name, inner in _flat(key.table):
            if inner.table is not None:
                (rule,) = _get(example, name)
                lines = _table_lines(inner.table, rule, remarks=True)
                header = _header(f"{key.name}.{name}", many=True)
                yield [f"# {inner.meaning}", *_disabled([header, *lines])]


def _disabled(lines: Iterable[str]) -> Iterator[str]:
    return (line if line.startswith("# ") else f"#{line}" for line in lines)


def _table_lines(table: type[Struct], values: Struct, *, remarks: bool) -> Iterator[str]:
    for name, key in _flat(table):
        value = _get(values, name)
        if key.table is not None:
            continue  # tables of their own
        if remarks:
            yield f"# {key.meaning}" + ("" if key.words in PLAIN_WORDS else f" Must be {key.words}.")
        if remarks or value != key.default:
            yield f"{name} = {_toml(value)}"


def _flat(table: type[Struct], prefix: str = "") -> Iterator[tuple[str, Key]]:
    """The keys of the table and of the tables inside it, dotted; of a terminal only its own."""
    elsewhere = keys_of(Profile) if table is Terminal else {}
    for key in keys_of(table).values():
        if key.name in elsewhere:
            continue
        if key.table is None or key.many:
            yield prefix + key.name, key
        else:
            yield from _flat(key.table, f"{prefix}{key.name}.")


def _get(values: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        values = getattr(values, name)
    return values


def _header(name: str, many: bool) -> str:
    return f"[[{name}]]" if many else f"[{name}]"


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
        case Mapping():
            inside = ", ".join(f"{_toml(name)} = {_toml(one)}" for name, one in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case Struct():
            said = ", ".join(_table_lines(type(value), value, remarks=False))
            return f"{{ {said} }}"
        case _:
            listed = sorted(value) if isinstance(value, frozenset) else value
            return f"[{', '.join(map(_toml, listed))}]"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
