"""How far long work is: lines without a terminal, a bar on one, which leaves room for other lines."""

from __future__ import annotations

import io

import pytest

from servers.progress import EVERY, bar, look, progress


class Terminal(io.StringIO):
    """A screen that somebody looks at."""

    def isatty(self) -> bool:
        """Somebody does."""
        return True


def test_without_a_terminal_progress_is_a_line_now_and_then() -> None:
    screen = io.StringIO()
    with progress(screen, "load items", None) as advance:
        for _ in range(EVERY):
            advance()
        advance(EVERY + 1)
    assert screen.getvalue() == "load items: 10,000 read so far\nload items: 20,001 read so far\n"


def test_on_a_terminal_progress_is_a_bar() -> None:
    screen = Terminal()
    with progress(screen, "load items", 2) as advance:
        advance()
        advance()
    assert "load items  2 of 2  [####################]" in screen.getvalue()


def test_a_bar_is_drawn_ten_times_a_second_and_ends_as_it_is() -> None:
    """The cursor waits at its beginning: other lines take its place."""
    screen, times = Terminal(), iter([0.0, 0.0, 0.05, 0.2, 0.2, 0.25, 1.0])
    with bar(screen, "Indexing", 40, lambda: next(times)) as advance:
        for _ in range(3):
            advance(10)
    drawn = screen.getvalue().split("\x1b[K\r")
    assert [line.split("  ")[1] for line in drawn[:-1]] == ["0 of 40", "20 of 40", "30 of 40"]
    assert all(line.startswith("\r") for line in drawn[:-1])
    assert drawn[-1] == "\n"


def test_a_bar_that_is_broken_off_ends_its_line() -> None:
    screen = Terminal()
    with pytest.raises(ZeroDivisionError), bar(screen, "Indexing", 40):
        raise ZeroDivisionError
    assert screen.getvalue().endswith("\n")


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (123_000, 250_000, 13.2, "Indexing  123,000 of 250,000  [#########...........]  9,318/s  0:14 left"),
        (0, 250_000, 0.0, "Indexing  0 of 250,000  [....................]  0/s  0:00"),
        (10, 10, 5.0, "Indexing  10 of 10  [####################]  2/s  0:05"),
        (0, 0, 1.0, "Indexing  0 of 0  [####################]  0/s  0:01"),
        (1, 72_001, 0.1, "Indexing  1 of 72,001  [....................]  10/s  2:00:00 left"),
        (7_000, None, 7.0, "Indexing  7,000  1,000/s  0:07"),
    ],
)
def test_a_bar_says_how_far_how_fast_and_how_long(
    done: int, total: int | None, seconds: float, said: str
) -> None:
    assert look("Indexing", done, total, seconds) == said
