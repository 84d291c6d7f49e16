"""The reconciliation work list as a table for people, and one line of it with everything behind it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from servers.check_table import check_table
from servers.reconcile.lines import Details, Line

_PLAIN_WIDTH: Final = 160
"""Columns where there is no terminal."""


def show_lines(lines: Sequence[Line]) -> None:
    """A row for every reason, under the line that it belongs to."""
    console = _console()
    if not lines:
        console.print("The work list is empty: there is nothing to settle.")
        return
    table = Table("number", "at the machine", "what", "patron", "item", "reason", "what to do")
    for line in lines:
        about = _about(line)
        for ground, advice in zip(line.grounds, _advice(line), strict=True):
            table.add_row(*map(Text, (*about, ground.words, advice)))
            about = ("",) * len(about)
        table.add_section()
    console.print(table)
    still = sum(line.settled_at is None for line in lines)
    console.print(f"To be settled: {still}. More of one: show N. Done with it: settle N --note TEXT.")


def show_details(found: Details) -> None:
    """What happened, what the rules say today, and how item and patron stand now."""
    console, line = _console(), found.line
    table = Table(title=f"Number {line.number}", title_justify="left", show_header=False)
    for name, told in _told(line):
        table.add_row(name, Text(told))
    for ground in line.grounds:
        table.add_row("reason", Text(f"{ground.reason}: {ground.words}"))
        table.add_row("what to do", Text(ground.advice))
    for now in found.item or ("not known here",):
        table.add_row("item now", Text(now))
    for now in found.patron or (("not known here",) if line.patron else ()):
        table.add_row("patron now", Text(now))
    console.print(table)
    console.print("The same at the desk today:")
    console.print(check_table(found.checks))


def _console() -> Console:
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(width=_PLAIN_WIDTH, highlight=False)


def _about(line: Line) -> tuple[str, ...]:
    return (
        str(line.number),
        f"{_when(line.happened_at)}\n{line.terminal}",
        f"{line.act}\n{'booked' if line.booked else 'not booked'}",
        f"{line.patron}\n{line.name}".strip(),
        f"{line.item}\n{line.title}".strip(),
    )


def _advice(line: Line) -> tuple[str, ...]:
    """What to do about each ground, or once what was done."""
    if line.settled_at is None:
        return tuple(ground.advice for ground in line.grounds)
    return (f"Settled by {line.settled_by}: {line.note}", *("" for _ in line.grounds[1:]))


def _told(line: Line) -> tuple[tuple[str, str], ...]:
    told = (
        ("at the machine", _when(line.happened_at)),
        ("sent to us", _when(line.noted_at)),
        ("terminal", f"{line.terminal}, at {line.agency}"),
        ("what", f"{line.act}, {'booked' if line.booked else 'not booked'}"),
        ("due date it gave", "" if line.due is None else _when(line.due)),
        ("patron", f"{line.patron} {line.name}"),
        ("item", f"{line.item} {line.title}"),
        (
            "settled",
            "" if line.settled_at is None else f"{_when(line.settled_at)} by {line.settled_by}: {line.note}",
        ),
    )
    return tuple((name, text) for name, text in told if text.strip())


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
