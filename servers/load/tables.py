"""Tables of another system, TSV or CSV: their rows, each with its line, read through a mapping.

The rule it keeps: a row is whole or refused, and a column that holds a secret is never shown.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import TextIO, TypeVar

from msgspec import Struct

from servers.load import values
from servers.load.fields import SECRET, Kind
from servers.load.mapping import ANY, Lookup, Mapping, Template, column
from servers.load.problem import LoadProblem
from servers.load.verdict import Place, Unusable, Verdict, one_line, rejected, skipped

_DELIMITERS = "\t;,|"
_HIDDEN = "***"
_Code = TypeVar("_Code", bound=IntEnum)


class _Reading(Struct, frozen=True):
    """How one field is read: its text, what the text means, and where that is looked up."""

    template: Template | None
    default: str
    codes: dict[str, str]
    looked_up: dict[str, list[str]] | None
    source: str
    form: str


class _Skip(Struct, frozen=True):
    column: int
    values: frozenset[str]
    name: str


class Sheet(Struct, frozen=True):
    """A mapping made ready for the header of one file."""

    width: int
    readings: dict[str, _Reading]
    skips: tuple[_Skip, ...]
    secrets: frozenset[int]
    zone: tzinfo


class Row(Struct, frozen=True):
    """One row. The methods read a field; an empty cell counts as the field's default."""

    place: Place
    cells: list[str]
    sheet: Sheet

    def extract(self) -> str:
        """The row without its secrets. Where the columns are out of step, nobody knows where a secret
        is: then nothing.
        """
        secrets = self.sheet.secrets
        if secrets and len(self.cells) != self.sheet.width:
            return _HIDDEN
        shown = (_HIDDEN if index in secrets and cell else cell for index, cell in enumerate(self.cells))
        return one_line("\t".join(shown))

    def refusal(self) -> Verdict | None:
        """Why the row is not to be read at all."""
        if len(self.cells) != self.sheet.width:
            return rejected(
                "not as many cells as the header has", f"{len(self.cells)}, not {self.sheet.width}"
            )
        for skip in self.sheet.skips:
            cell = self.cells[skip.column].strip()
            if cell in skip.values:
                return skipped(f'column {skip.name} is "{cell}"')
            if cell and ANY in skip.values:
                return skipped(f"column {skip.name} is not empty")
        return None

    def all(self, field: str) -> list[str]:
        """Every value that a look-up has for the field; without a look-up its one value. Raises
        `Unusable` if it is unknown.
        """
        reading = self.sheet.readings.get(field)
        if reading is None:
            return []
        text = reading.template.fill(self.cells) if reading.template else ""
        codes = reading.codes
        if codes and (text in codes or (text and ANY in codes)):
            text = codes.get(text, codes.get(ANY, ""))
        if not text:
            return [reading.default] if reading.default else []
        if reading.looked_up is None:
            return [text]
        if text not in reading.looked_up:
            raise Unusable(f"{field} is not in {reading.source}", text)
        return reading.looked_up[text]

    def text(self, field: str) -> str:
        """The value of the field, or nothing."""
        return next(iter(self.all(field)), "")

    def need(self, field: str) -> str:
        """The value of the field. Raises `Unusable` if it is empty."""
        if text := self.text(field):
            return text
        raise Unusable(f"no {field}")

    def moment(self, field: str) -> datetime | None:
        """A moment in UTC, or None. Raises `Unusable`."""
        text = self.text(field)
        return values.moment(field, text, self._form(field), self.sheet.zone) if text else None

    def due(self, field: str) -> datetime:
        """A moment in UTC, of which a bare date is the end of the day. Raises `Unusable`, also if it is
        empty.
        """
        return values.due_moment(field, self.need(field), self._form(field), self.sheet.zone)

    def day(self, field: str) -> date | None:
        """A date, or None. Raises `Unusable`."""
        text = self.text(field)
        return values.day(field, text, self._form(field)) if text else None

    def amount(self, field: str) -> Decimal | None:
        """An amount, or None. Raises `Unusable`."""
        text = self.text(field)
        return values.amount(field, text) if text else None

    def count(self, field: str) -> int:
        """A whole number, 0 if empty. Raises `Unusable`."""
        text = self.text(field)
        return values.count(field, text) if text else 0

    def flag(self, field: str, otherwise: bool) -> bool:
        """Yes or no. Raises `Unusable`."""
        text = self.text(field)
        return values.flag(field, text) if text else otherwise

    def code(self, field: str, kind: type[_Code]) -> _Code | None:
        """One of the words of the enum (``ON_LOAN`` is written ``on-loan``), or None. Raises `Unusable`."""
        text = self.text(field)
        if not text:
            return None
        name = text.upper().replace("-", "_")
        if name not in kind.__members__:
            words = ", ".join(word.lower().replace("_", "-") for word in kind.__members__)
            raise Unusable(f"{field} is none of {words}", text)
        return kind[name]

    def _form(self, field: str) -> str:
        return self.sheet.readings[field].form


def read_rows(
    files: Iterable[Path], mapping: Mapping, kind: Kind, zone: tzinfo, encoding: str = ""
) -> Iterator[Row]:
    """Every row of the files, in order. Raises `LoadProblem` if a file cannot be opened or the mapping
    does not fit its header.
    """
    for file in files:
        with open_table(file, encoding) as stream:
            rows = _cells(file, stream, mapping.delimiter)
            first = next(rows, None)
            if first is None:
                raise LoadProblem(f"{file}: no header")
            sheet = _sheet(file, first[1], mapping, kind, zone, encoding)
            for number, cells in rows:
                yield Row(Place(str(file), number), cells, sheet)


def count_rows(files: Iterable[Path], mapping: Mapping, kind: Kind, zone: tzinfo, encoding: str = "") -> int:
    """How many rows `read_rows` will find in each file. Raises whatever it would raise, before anything
    is loaded.
    """
    return sum(1 for _ in read_rows(files, mapping, kind, zone, encoding))


def open_table(file: Path, encoding: str = "") -> TextIO:
    """The file as text: in the encoding given, else UTF-8 or UTF-16 by its mark, else UTF-8, else
    Latin-1. Raises `LoadProblem`.
    """
    try:
        return file.open(encoding=encoding or _encoding(file), newline="", errors="replace")
    except OSError as error:
        raise LoadProblem(f"{file}: {error.strerror}") from error
    except LookupError as error:
        raise LoadProblem(f"{encoding}: no such encoding") from error


def _encoding(file: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        stream.seek(0)
        try:
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8-sig"


def _cells(file: Path, stream: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The line and the cells of each row that is not blank. Only tables without tabs use quotes."""
    first = stream.readline()
    stream.seek(0)
    sign = delimiter or _delimiter(file, first)
    plain = sign == "\t"
    reader = csv.reader(stream, delimiter=sign, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
    while True:
        try:
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
        except csv.Error:  # a cell without end: a quote that is never closed, mostly
            yield reader.line_num, []
        else:
            return


def _delimiter(file: Path, header: str) -> str:
    if file.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    counts = Counter(header)
    return max(_DELIMITERS, key=lambda sign: counts[sign])


def _sheet(
    file: Path, names: Sequence[str], mapping: Mapping, kind: Kind, zone: tzinfo, encoding: str
) -> Sheet:
    header = {name.strip(): index for index, name in enumerate(names)}
    try:
        return Sheet(
            width=len(names),
            readings={
                field: _reading(field, file, header, mapping, encoding)
                for field in kind.fields
                if field in mapping.columns or field in mapping.defaults
            },
            skips=tuple(_skip(name, given, header) for name, given in mapping.skip.items()),
            secrets=Template(mapping.columns[SECRET], header).columns
            if SECRET in mapping.columns
            else frozenset(),
            zone=zone,
        )
    except LoadProblem as problem:
        raise LoadProblem(f"{file}: {problem}") from problem


def _reading(field: str, file: Path, header: dict[str, int], mapping: Mapping, encoding: str) -> _Reading:
    template = mapping.columns.get(field)
    lookup = mapping.lookup.get(field)
    return _Reading(
        template=Template(template, header) if template else None,
        default=mapping.defaults.get(field, ""),
        codes=mapping.values.get(field, {}),
        looked_up=_looked_up(file.parent / lookup.file, lookup, encoding) if lookup else None,
        source=lookup.file if lookup else "",
        form=mapping.formats.get(field, ""),
    )


def _skip(name: str, given: Iterable[str], header: dict[str, int]) -> _Skip:
    return _Skip(column(name, header), frozenset(given), name)


def _looked_up(file: Path, lookup: Lookup, encoding: str) -> dict[str, list[str]]:
    """The values for each key of a table, in its order."""
    found: dict[str, list[str]] = {}
    with open_table(file, encoding) as stream:
        rows = _cells(file, stream, "")
        _, names = next(rows, (0, []))
        header = {name.strip(): index for index, name in enumerate(names)}
        key, value = column(lookup.key, header), column(lookup.value, header)
        for _, cells in rows:
            if len(cells) == len(names):
                found.setdefault(cells[key].strip(), []).append(cells[value].strip())
    return found
