"""How far the load is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

EVERY = 10_000
"""Entries between two lines where there is no terminal."""

Advance = Callable[[], None]


@contextmanager
def progress(stream: TextIO, what: str, total: int | None) -> Iterator[Advance]:
    """Show the progress on ``stream`` until the end; call what it gives once for each entry."""
    with _bar(stream, what, total) if stream.isatty() else _lines(stream, what) as advance:
        yield advance


@contextmanager
def _lines(stream: TextIO, what: str) -> Iterator[Advance]:
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done % EVERY == 0:
            print(f"{what}: {done:,} read so far", file=stream, flush=True)

    yield advance


@contextmanager
def _bar(stream: TextIO, what: str, total: int | None) -> Iterator[Advance]:
    # Imported here because every `circdesk` command loads this package, and few show a bar.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream)) as bars:
        task = bars.add_task(what, total=total)
        yield lambda: bars.advance(task)
