"""The receipt of a visit, laid out to the printer's width: what was done, and what the library adds (AG)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum
from textwrap import wrap

from rich.cells import cell_len, chop_cells


class Section(Enum):
    """The parts of a receipt, in their order."""

    BORROWED = "Borrowed"
    RENEWED = "Renewed"
    RETURNED = "Returned"
    PAID = "Paid"
    HOLDS = "Holds"


class Receipt:
    """Fills during a visit; it is empty when nothing was done."""

    def __init__(self) -> None:
        self._entries: dict[Section, list[tuple[str, str]]] = {section: [] for section in Section}
        self._printed: list[str] = []

    def add(self, section: Section, text: str, beside: str = "", printed: Sequence[str] = ()) -> None:
        """A line of a section, with what stands below it; ``printed`` are the server's print lines."""
        self._entries[section].append((text, beside))
        self._printed += (line for line in printed if line.strip())

    def __bool__(self) -> bool:
        return any(self._entries.values())

    def lines(self, width: int, library: str, card: str, now: datetime) -> Iterator[str]:
        """The lines, none wider than the printer; of the card only its last four characters."""
        card = f"Card ...{card[-4:]}" if card else ""
        for text in (library, f"{now:%Y-%m-%d %H:%M}", card):
            yield from (_centred(line, width) for line in _wrapped(text, width))
        for section, entries in self._entries.items():
            if entries:
                yield "-" * width
                yield f"{section.value}: {len(entries)}"
                for text, beside in entries:
                    yield from _wrapped(text, width)
                    yield from _wrapped(f"  {beside}" if beside else "", width)
        if self._printed:
            yield "-" * width
            for line in self._printed:
                yield from _wrapped(line, width)
        yield "-" * width
        yield _centred("Thank you.", width)


def _centred(line: str, width: int) -> str:
    return " " * ((width - cell_len(line)) // 2) + line


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Text in lines that fit; letters of double width count twice."""
    indent = " " * (len(text) - len(text.lstrip()))
    for line in wrap(text, width, subsequent_indent=indent):
        yield from [line] if cell_len(line) <= width else chop_cells(line, width)
