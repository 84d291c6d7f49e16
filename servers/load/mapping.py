"""How the columns of a table become the fields of a record, as data: written in TOML, or given on the
command line.

The rule it keeps: a mapping that does not fit the file or the kind is refused before the first row is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from importlib import resources
from pathlib import Path

import msgspec
from msgspec import Struct

from servers.load.fields import SECRET, Kind
from servers.load.problem import LoadProblem

ANY = "*"
_READY = resources.files("servers.load") / "mappings"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class Lookup(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the other system that tells what a value means: the row whose ``key`` column holds it,
    its ``value`` column.

    ``file`` is beside the file that is loaded.
    """

    file: str
    key: str
    value: str


class Mapping(Struct, frozen=True, forbid_unknown_fields=True):
    """How to read one kind of table. See README.md for each part."""

    columns: dict[str, str] = {}
    defaults: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    formats: dict[str, str] = {}
    lookup: dict[str, Lookup] = {}
    skip: dict[str, list[str]] = {}
    time_zone: str = ""
    delimiter: str = ""


def read_mapping(name: str) -> Mapping:
    """The mapping in the file, or the ready one of that name. Raises `LoadProblem`."""
    ready = _READY / f"{name}.toml"
    path = Path(name)
    try:
        text = ready.read_text("utf-8") if name in ready_mappings() else path.read_text("utf-8")
        return msgspec.toml.decode(text, type=Mapping)
    except OSError as error:
        known = ", ".join(ready_mappings())
        raise LoadProblem(f"mapping {name}: {error.strerror}; ready mappings are {known}") from error
    except (
        msgspec.ValidationError,
        msgspec.DecodeError,
        tomllib.TOMLDecodeError,
        UnicodeDecodeError,
    ) as error:
        raise LoadProblem(f"mapping {name}: {error}") from error


def ready_mappings() -> list[str]:
    """The names of the mappings that come with the program."""
    return sorted(
        entry.name.removesuffix(".toml") for entry in _READY.iterdir() if entry.name.endswith(".toml")
    )


def with_arguments(mapping: Mapping, columns: Iterable[str], lookups: Iterable[str]) -> Mapping:
    """The mapping with ``field=column`` and ``field=FILE:key:value`` of the command line put over it.
    Raises `LoadProblem`.
    """
    mapped = {**mapping.columns, **dict(_pair("--map", text) for text in columns)}
    looked_up = dict(mapping.lookup)
    for text in lookups:
        field, source = _pair("--lookup", text)
        file, *names = source.rsplit(":", 2)
        if len(names) != 2:
            raise LoadProblem(f"--lookup {text}: not field=FILE:key-column:value-column")
        looked_up[field] = Lookup(file, *names)
    return msgspec.structs.replace(mapping, columns=mapped, lookup=looked_up)


def _pair(option: str, text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not (field and equals and value):
        raise LoadProblem(f"{option} {text}: not field=…")
    return field, value


def check(mapping: Mapping, kind: Kind) -> None:
    """Refuse fields that the kind does not have, and required ones that nothing fills. Raises
    `LoadProblem`.
    """
    named: dict[str, Table[str, object]] = {
        "columns": mapping.columns,
        "defaults": mapping.defaults,
        "values": mapping.values,
        "formats": mapping.formats,
        "lookup": mapping.lookup,
    }
    for part, fields in named.items():
        if unknown := sorted(set(fields) - set(kind.fields)):
            raise LoadProblem(
                f"{kind.name} have no field {', '.join(unknown)} ({part}); they have {', '.join(kind.fields)}"
            )
    if any(SECRET in part for part in (mapping.defaults, mapping.values, mapping.lookup)):
        raise LoadProblem(f"a {SECRET} comes from its column and nowhere else")
    if missing := [
        field for field in kind.required if field not in mapping.columns and field not in mapping.defaults
    ]:
        raise LoadProblem(
            f"{kind.name} need {', '.join(missing)}: map each to a column, as in --map {missing[0]}=COLUMN"
        )


class Template:
    """Text with columns in it, compiled for one header: a column's bare name, or
    ``{library}/{shelf,room|STACKS}``.

    In braces stand columns, of which the first that is not empty counts, and after ``|`` the text if
    all are empty.
    """

    __slots__ = ("_end", "_parts", "columns")

    def __init__(self, text: str, header: Table[str, int]) -> None:
        """Raises `LoadProblem` for a column that the header does not have."""
        self._parts: list[tuple[str, tuple[int, ...], str]] = []
        pieces = _PLACEHOLDER.split(text) if "{" in text else ["", text, ""]
        for literal, placeholder in zip(pieces[0:-1:2], pieces[1::2], strict=True):
            names, _, otherwise = placeholder.partition("|")
            indices = tuple(column(name.strip(), header) for name in names.split(","))
            self._parts.append((literal, indices, otherwise))
        self._end = pieces[-1]
        self.columns = frozenset(index for _, indices, _ in self._parts for index in indices)

    def fill(self, cells: Sequence[str]) -> str:
        """The text for one row."""
        text = ""
        for literal, indices, otherwise in self._parts:
            text += literal
            for index in indices:
                if value := cells[index].strip():
                    text += value
                    break
            else:
                text += otherwise
        return text + self._end


def column(name: str, header: Table[str, int]) -> int:
    """The index of the column. Raises `LoadProblem`."""
    if name not in header:
        raise LoadProblem(f"there is no column {name!r}; the columns are {', '.join(header)}")
    return header[name]
