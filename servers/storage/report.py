"""Requests to a facility, and the messages that it would not take, as tables for people."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from servers.storage.lines import Letters, Requests

_PLAIN_WIDTH: Final = 160
"""Columns where there is no terminal."""


def show_requests(found: Requests) -> None:
    """A row for each."""
    console = _console()
    if not found.requests:
        console.print(f"{found.profile} is asked for nothing.")
        return
    table = Table("request", "since", "item", "title", "where it lives", "for", "in a file")
    for one in found.requests:
        row = (
            str(one.number),
            _when(one.placed_at),
            f"{one.barcode} {one.description}".strip(),
            one.title,
            one.location,
            one.pickup_name or one.pickup,
            "yes" if one.exported else "no",
        )
        table.add_row(*map(Text, row))
    console.print(table)


def show_letters(found: Letters) -> None:
    """A row for each, and what waits now."""
    console = _console()
    if found.letters:
        table = Table("number", "facility", "item", "lived at", "lives at", "refused", "why", "to be sent")
        for one in found.letters:
            row = (
                str(one.number),
                one.profile,
                one.barcode,
                one.location,
                one.now_at or "nowhere",
                _when(one.refused_at),
                f"{one.why}\n{one.detail}".strip(),
                "again" if one.again else "",
            )
            table.add_row(*map(Text, row))
        console.print(table)
        console.print("Try again: letters --send N. Done with it: letters --drop N.")
    else:
        console.print("Every message was taken that could be.")
    for profile, why in found.waiting.items():
        if why:
            console.print(Text(f"{profile} does not take the next message now, it is tried again: {why}."))


def _console() -> Console:
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(width=_PLAIN_WIDTH, highlight=False)


def _when(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
