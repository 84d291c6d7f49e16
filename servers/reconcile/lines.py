"""A line of the reconciliation work list, as it goes through the control socket and as JSON."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from core.explain import Act, Check


class Ground(Struct, frozen=True):
    """A rule that was broken: its stable code, what that means, and what to do about it."""

    reason: str
    words: str
    advice: str


class Line(Struct, frozen=True):
    """``patron`` and ``item`` are as the machine sent them; ``name`` and ``title`` are empty where nobody and
    nothing is known by these. Settled is what has a ``settled_at``.
    """

    number: int
    happened_at: datetime
    noted_at: datetime
    terminal: str
    agency: str
    act: Act
    patron: str
    name: str
    item: str
    title: str
    grounds: tuple[Ground, ...]
    booked: bool
    due: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = ""
    note: str = ""


class Details(Struct, frozen=True):
    """A line with how things stand now: the checks that the act would meet at the desk, and what is to be
    said of item and patron.
    """

    line: Line
    checks: tuple[Check, ...]
    item: tuple[str, ...]
    patron: tuple[str, ...]
