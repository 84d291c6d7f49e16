"""The kiosk's screen and keys: a page at a time on a terminal, plain lines where a script stands in.

The rule it keeps: what a server or a patron says is shown as it is and colours nothing; a PIN is never shown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from getpass import getpass

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text


class EndOfInput(Exception):
    """There is nobody left to type."""


class Face:
    """Shows pages and asks questions on a console; answers come from standard input."""

    def __init__(self, console: Console, library: str = "") -> None:
        self._console = console
        self._library = library
        self._is_person = console.is_terminal and sys.stdin.isatty()

    @property
    def is_person(self) -> bool:
        """Whether somebody sits before it."""
        return self._is_person

    def page(self, title: str) -> None:
        """Begin a page: a clear screen for a person, a ruled line for a script."""
        if self._is_person:
            self._console.clear()
            self._console.print(Panel(Text(self._library, "bold", justify="center"), border_style="cyan"))
        self._console.print()
        self._console.print(Text(title, "bold"))

    def menu(self, entries: Sequence[str]) -> None:
        """Entries to choose from, one below the other for a person."""
        for line in entries if self._is_person else ("   ".join(entries),):
            self.say(line)

    def say(self, text: str) -> None:
        """Something by the way."""
        self._line("  ", text, "")

    def good(self, text: str, beside: str = "") -> None:
        """Something was done."""
        self._line("✓ ", text, "green", beside)

    def notice(self, text: str) -> None:
        """Something to be done by the patron."""
        self._line("! ", text, "yellow")

    def bad(self, text: str, beside: str = "", then: str = "") -> None:
        """Something was not done: why, and what to do next."""
        self._line("✗ ", text, "red", beside)
        if then:
            self.say(then)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Rows under their heads."""
        table = Table(*columns, box=None, padding=(0, 2, 0, 2), header_style="dim")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(table)

    def slip(self, lines: Iterable[str], width: int) -> None:
        """A printed slip, line for line."""
        text = Text("\n".join(lines), no_wrap=True, overflow="ignore")
        if self._is_person:
            self._console.print(Panel(text, width=width + 4, border_style="dim"))
        else:
            self._console.print(text, soft_wrap=True)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """What is typed, without blanks around it. Raises `EndOfInput`."""
        prompt = f"{question}: "
        if self._is_person:
            try:  # getpass shows the prompt when the echo is off already
                return (getpass(prompt) if hidden else self._console.input(Text(prompt))).strip()
            except EOFError:
                raise EndOfInput from None
        self._console.print(Text(prompt), end="", soft_wrap=True)
        line = sys.stdin.readline()
        answer = line.strip()
        shown = "*" * 4 if hidden and answer else answer
        self._console.print(Text(shown), soft_wrap=True)
        if not line:
            raise EndOfInput
        return answer

    def pause(self) -> None:
        """Let a person read; a script goes on."""
        if self._is_person:
            self.ask("Press Enter to go on")

    def _line(self, mark: str, text: str, style: str, beside: str = "") -> None:
        shown = Text.assemble((mark + text, style), ("  " + beside if beside else ""))
        self._console.print(shown, soft_wrap=not self._is_person)
