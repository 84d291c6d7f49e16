"""Answers as they look on a terminal.

The rule it keeps: what a server has written colours nothing, and a link or a barcode is never cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from protocols.cql.errors import pointed
from servers.sru.client.reading import Explained, Index, Scanned, Told
from servers.sru.client.summaries import Copy, Summary

_PLACE: Final = re.compile(r"\bcharacter (\d+)")
"""How our own server tells where in a query something is wrong."""


def show_told(told: Iterable[Told], query: str, console: Console) -> None:
    """Diagnostics, with a caret under the place in the query where they have one."""
    for one in told:
        place = _PLACE.search(f"{one.message} {one.details}")
        if query and place is not None and int(place[1]) <= len(query) + 1:
            _line(console, pointed(query, int(place[1]) - 1))
        number = f"Diagnostic {one.number}: " if one.number else ""
        details = f" ({one.details})" if one.details else ""
        _line(console, Text.assemble((number, "bold"), f"{one.message}{details}"))


def show_records(records: Sequence[Summary | Told], first: int, console: Console) -> None:
    """Each with its place, what it is, and where it can be had."""
    width = len(str(first + len(records) - 1))
    for place, record in enumerate(records, first):
        head = Text(f"{place:>{width}}  ")
        if isinstance(record, Told):
            head.append(f"{record.message} {record.details}".strip())
            _line(console, head)
            continue
        said = ", ".join(filter(None, (record.author, record.year)))
        head.append(record.title or record.number, "bold")
        head.append(f"  {said}" if said else "")
        head.append(f"  {record.number}" if record.number and record.title else "", "dim")
        _line(console, head)
        _show_copies(record.copies, width + 2, console)
        for text in record.texts:
            _line(console, " " * (width + 2) + text)


def _show_copies(copies: Sequence[Copy], indent: int, console: Console) -> None:
    columns = [(one.status, one.place, one.call_number) for one in copies]
    widths = [max((cell_len(row[column]) for row in columns), default=0) for column in range(3)]
    for copy, row in zip(copies, columns, strict=True):
        cells = [set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True) if width]
        text = Text(" " * indent)
        text.append(cells[0] if cells else "", _COLOURS.get(copy.status, ""))
        text.append("".join(f"  {cell}" for cell in (*cells[1:], copy.note, copy.url) if cell))
        text.rstrip()
        _line(console, text)


_COLOURS: Final = {"available": "green", "unavailable": "yellow", "not available": "yellow"}


def show_outline(lines: Sequence[tuple[str, int | None]], console: Console) -> None:
    """A query line by line, with the hits of each part before it."""
    counts = ["" if count is None else f"{count:,}" for _, count in lines]
    width = max(map(len, counts), default=0)
    for (line, _), count in zip(lines, counts, strict=True):
        _line(console, Text.assemble((f"{count:>{width}}", "bold"), f"  {line}"))


def show_scan(scanned: Scanned, console: Console) -> None:
    """A line of the index each."""
    width = max((len(term.hits) for term in scanned.terms), default=0)
    for term in scanned.terms:
        _line(console, Text.assemble((f"{term.hits:>{width}}", "bold"), f"  {term.value}"))


def show_indexes(explained: Explained, console: Console) -> None:
    """What can be searched, and how."""
    if explained.title:
        _line(console, Text(explained.title, "bold"))
    names = max((cell_len(one.name) for one in explained.indexes), default=0)
    titles = max((cell_len(one.title) for one in explained.indexes), default=0)
    for one in explained.indexes:
        cells = (set_cell_size(one.name, names), set_cell_size(one.title, titles))
        text = Text.assemble((cells[0], "cyan"), f"  {cells[1]}  {_manners(one)}")
        text.rstrip()
        _line(console, text)
    if explained.schemas:
        _line(console, f"schemas: {' '.join(explained.schemas)}")


def _manners(index: Index) -> str:
    more = [word for word, is_so in (("sort", index.sort), ("scan", index.scan)) if is_so]
    return " ".join((*index.relations, *more))


def _line(console: Console, text: Text | str) -> None:
    console.print(Text(text) if isinstance(text, str) else text, soft_wrap=True)
