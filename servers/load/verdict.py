"""What becomes of each thing that was read. Exactly one of five outcomes, so that the counters of a
load always add up.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from core.ports import Change

ACTOR = "load"
"""Who the log says has done it."""


class Outcome(StrEnum):
    """The five things that can happen to a record or row."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"


class Place(Struct, frozen=True):
    """Where something stands: the file, and the number of the record or line in it, from 1. ``offset``
    is in bytes.
    """

    file: str
    number: int
    offset: int | None = None

    def __str__(self) -> str:
        """The place within its file, as a person would look it up."""
        return str(self.number) if self.offset is None else f"{self.number} (byte {self.offset})"


class Entry(Protocol):
    """Something that was read from a file."""

    @property
    def place(self) -> Place:
        """Where it was read."""

    def extract(self) -> str:
        """The beginning of it, on one line, without secrets."""


class Verdict(Struct, frozen=True):
    """What becomes of one entry. ``reason`` is the same for all entries of a sort, ``detail`` tells
    this one.
    """

    outcome: Outcome
    reason: str = ""
    detail: str = ""
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()


UNCHANGED = Verdict(Outcome.UNCHANGED)


def skipped(reason: str) -> Verdict:
    """The entry is well, but not for us."""
    return Verdict(Outcome.SKIPPED, reason)


def rejected(reason: str, detail: str = "") -> Verdict:
    """The entry cannot be used. It goes to the rejects file."""
    return Verdict(Outcome.REJECTED, reason, detail)


class Unusable(Exception):
    """Raised where an entry turns out to be of no use; becomes the verdict ``rejected``."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Say why, and about what in it."""
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    @property
    def verdict(self) -> Verdict:
        """The rejection."""
        return rejected(self.reason, self.detail)


EXTRACT = 400


def one_line(text: str) -> str:
    """The beginning of the text with control characters made visible, fit for one cell of a TSV file."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[:EXTRACT])
