"""On which line each key of a TOML document stands, for messages to act on; `tomllib` does not tell.

The rule it keeps: it reads what `tomllib` has accepted, so it only has to find the ends of things, and never
judges.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping

KeyPath = tuple[str | int, ...]
"""Names of keys and, inside arrays, indices: ``("terminal", 0, "user")``."""

_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?""""{0,2}' r"|'''.*?''''{0,2}" r'|"(?:\\.|[^"\\])*"' r"|'[^']*'", re.DOTALL
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_TRIVIA = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n]*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, where each key, table and array element of the document first appears.

    ``text`` must have been accepted by `tomllib.loads`, with ``\\n`` at the ends of its lines. Raises
    RecursionError for values nested about as deeply as `tomllib` bears.
    """
    return _Reader(text).lines


def line_of(lines: Mapping[KeyPath, int], at: KeyPath) -> int:
    """The line of the path, or of the nearest table around it that is in the file."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 0)


class _Reader:
    """A cursor over the text."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._elements: dict[KeyPath, int] = {}  # how many tables each array of tables has so far
        self._skip(_TRIVIA)
        table: KeyPath = ()
        while self._at < len(text):
            if self._took("[["):
                table = self._element(self._key())
                self._took("]]")
            elif self._took("["):
                table = self._in_last_elements(self._key())
                self._took("]")
            else:
                self._key_and_value(table)
            self._skip(_TRIVIA)

    def _key_and_value(self, table: KeyPath) -> None:
        path = table
        for name in self._key():
            path += (name,)
            self._mark(path)
        self._took("=")
        self._value(path)

    def _key(self) -> list[str]:
        """The parts of a dotted key (TOML 1.0, Keys)."""
        parts = [self._name()]
        while self._took("."):
            parts.append(self._name())
        return parts

    def _name(self) -> str:
        self._skip(_BLANK)
        quoted = self._text[self._at] in "\"'"
        name = self._skip(_STRING if quoted else _BARE_KEY)
        self._skip(_BLANK)
        return str(tomllib.loads(f"name = {name}")["name"]) if quoted else name

    def _element(self, names: list[str]) -> KeyPath:
        """A new table of an array of tables; returns its path."""
        *above, last = names
        array = (*self._in_last_elements(above), last)
        index = self._elements.get(array, 0)
        self._elements[array] = index + 1
        self._mark(array)
        element = (*array, index)
        self._mark(element)
        return element

    def _in_last_elements(self, names: list[str]) -> KeyPath:
        """The path of a header: an array of tables stands for its last one (TOML 1.0, Array of Tables)."""
        path: KeyPath = ()
        for name in names:
            path += (name,)
            self._mark(path)
            if path in self._elements:
                path += (self._elements[path] - 1,)
        return path

    def _value(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        if self._took("["):
            self._array(path)
        elif self._took("{"):
            self._inline_table(path)
        elif self._text[self._at] in "\"'":
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        self._skip(_TRIVIA)
        index = 0
        while not self._took("]"):
            element = (*path, index)
            self._mark(element)
            self._value(element)
            index += 1
            self._next()

    def _inline_table(self, path: KeyPath) -> None:
        self._skip(_TRIVIA)
        while not self._took("}"):
            self._key_and_value(path)
            self._next()

    def _next(self) -> None:
        """Go on to the next element, or to the end of them."""
        self._skip(_TRIVIA)
        self._took(",")
        self._skip(_TRIVIA)

    def _mark(self, path: KeyPath) -> None:
        self.lines.setdefault(path, bisect_left(self._newlines, self._at) + 1)

    def _took(self, sign: str) -> bool:
        """Whether the sign stood here; if so it has been stepped over."""
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        taken = match.group() if match else ""
        self._at += len(taken)
        return taken
