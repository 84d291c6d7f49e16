"""How far long work is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol, TextIO

EVERY: Final = 10_000
"""Entries between two lines where there is no terminal."""
REFRESH: Final = 0.1
"""Seconds between two looks of a bar."""
WIDTH: Final = 20


class Advance(Protocol):
    """To be called with how many more are done."""

    def __call__(self, more: int = 1) -> None:
        """So many."""


def progress(stream: TextIO, what: str, total: int | None) -> AbstractContextManager[Advance]:
    """Show the progress on ``stream`` until the end."""
    if stream.isatty():
        return bar(stream, what, total)
    return lines(lambda done: print(f"{what}: {done:,} read so far", file=stream, flush=True))


@contextmanager
def lines(tell: Callable[[int], None]) -> Iterator[Advance]:
    """Tell how many are done whenever there are `EVERY` more."""
    done = 0

    def advance(more: int = 1) -> None:
        nonlocal done
        before, done = done, done + more
        if done // EVERY > before // EVERY:
            tell(done)

    yield advance


@contextmanager
def bar(
    stream: TextIO, what: str, total: int | None, now: Callable[[], float] = time.monotonic
) -> Iterator[Advance]:
    """Show a bar in the last line of a terminal. The cursor waits at its beginning, so that whatever else is
    written there takes the bar's place, and the bar comes back below.
    """
    done, begun = 0, now()
    shown = begun - REFRESH

    def show() -> None:
        nonlocal shown
        shown = now()
        stream.write(f"\r{look(what, done, total, shown - begun)}\x1b[K\r")
        stream.flush()

    def advance(more: int = 1) -> None:
        nonlocal done
        done += more
        if now() - shown >= REFRESH:
            show()

    show()
    try:
        yield advance
    finally:
        show()
        stream.write("\n")
        stream.flush()


def look(what: str, done: int, total: int | None, seconds: float) -> str:
    """What a bar says after so many seconds."""
    rate = done / seconds if seconds > 0 else 0.0
    if total is None:
        return f"{what}  {done:,}  {rate:,.0f}/s  {_clock(seconds)}"
    part = min(done / total, 1.0) if total else 1.0
    full = "#" * int(part * WIDTH)
    left = f"{_clock((total - done) / rate)} left" if rate and done < total else _clock(seconds)
    return f"{what}  {done:,} of {total:,}  [{full.ljust(WIDTH, '.')}]  {rate:,.0f}/s  {left}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
