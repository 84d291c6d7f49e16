"""Against guessing PINs: after a few wrong ones a terminal is told "no" for that patron for a while.

The rule it keeps: who guesses learns next to nothing, and who is guessed at is locked out nowhere else. A
terminal that pauses is refused the right PIN too; other terminals go on. All terminals together have so many
wrong tries for a patron in any 24 hours, and one alone never uses them up: as many as begin a pause are left
to the others.

A state machine that is told the time. What is known of a patron is forgotten a day after the last wrong try;
all of it ends with the process.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from core.model.records import PatronId

DAY: Final = timedelta(days=1)
LONGEST_KEY: Final = 64
"""Characters that are kept of what stands for no patron."""


class _AtTerminal:
    """The wrong tries of the last day at one terminal, oldest first.

    ``run`` are those since the last right PIN or the last pause: always the newest of them.
    """

    __slots__ = ("paused_until", "run", "tries")

    def __init__(self) -> None:
        self.tries: list[datetime] = []
        self.run = 0
        self.paused_until: datetime | None = None

    def count(self, now: datetime) -> int:
        """How many tries there were in the last day."""
        tries = self.tries
        while tries and now - tries[0] >= DAY:
            del tries[0]
        self.run = min(self.run, len(tries))
        return len(tries)


class _Guessed:
    """What is known of one patron. ``closed_by`` is the terminal whose last try began a pause just now."""

    __slots__ = ("closed_by", "last", "terminals")

    def __init__(self, now: datetime) -> None:
        self.terminals: dict[str, _AtTerminal] = {}
        self.last = now
        self.closed_by = ""


class PinGuard:
    """Counts wrong PINs for each patron and terminal, and says who is told the truth.

    A patron is known by id, so that no further identifier gives further tries; a stranger by what was sent.
    At most ``room`` patrons and a tenth as many strangers are remembered, about 1 KB each. Then those whose
    last wrong try is the oldest are forgotten: to push a patron out, ``room`` others must be guessed at, each
    at the price of a slow hash.
    """

    def __init__(
        self,
        *,
        tries: int = 5,
        pause: timedelta = timedelta(minutes=30),
        tries_a_day: int = 240,
        room: int = 100_000,
    ) -> None:
        self._tries = tries
        self._pause = pause
        self._tries_a_day = tries_a_day
        self._share = max(tries, tries_a_day - tries)
        self._patrons: OrderedDict[PatronId | str, _Guessed] = OrderedDict()
        self._strangers: OrderedDict[PatronId | str, _Guessed] = OrderedDict()
        self._room = room

    def __len__(self) -> int:
        """How many patrons and strangers are remembered."""
        return len(self._patrons) + len(self._strangers)

    def tried(self, terminal: str, patron: PatronId | str, right: bool, now: datetime) -> bool:
        """Take note of a PIN that was checked, and return what its terminal is told: whether it is right.

        To be asked when the check has ended: of many that run at the same time, as many are told the truth as
        if they had come one after the other.
        """
        table, key = self._place(patron)
        guessed = table.get(key)
        if guessed is None:
            if not right:
                self._wrong(table, key, _Guessed(now), terminal, now)
            return right
        guessed.closed_by = ""
        if not self._is_open(guessed, terminal, now):
            return False
        if not right:
            self._wrong(table, key, guessed, terminal, now)
        elif terminal in guessed.terminals:
            guessed.terminals[terminal].run = 0
        return right

    def is_open(self, terminal: str, patron: PatronId | str, now: datetime) -> bool:
        """Whether the terminal is told the truth about the patron's PIN."""
        table, key = self._place(patron)
        guessed = table.get(key)
        return guessed is None or self._is_open(guessed, terminal, now)

    def has_begun(self, terminal: str, patron: PatronId | str) -> bool:
        """Whether the last try of all began a pause of this terminal: so it is once for each pause."""
        table, key = self._place(patron)
        guessed = table.get(key)
        return guessed is not None and guessed.closed_by == terminal

    def _place(self, patron: PatronId | str) -> tuple[OrderedDict[PatronId | str, _Guessed], PatronId | str]:
        return (self._strangers, patron[:LONGEST_KEY]) if isinstance(patron, str) else (self._patrons, patron)

    def _is_open(self, guessed: _Guessed, terminal: str, now: datetime) -> bool:
        here = guessed.terminals.get(terminal)
        if here is not None:
            if here.paused_until is not None and now < here.paused_until:
                return False
            if here.count(now) >= self._share:
                return False
        return sum(there.count(now) for there in guessed.terminals.values()) < self._tries_a_day

    def _wrong(
        self,
        table: OrderedDict[PatronId | str, _Guessed],
        key: PatronId | str,
        guessed: _Guessed,
        terminal: str,
        now: datetime,
    ) -> None:
        table[key] = guessed
        table.move_to_end(key)
        guessed.last = now
        here = guessed.terminals.setdefault(terminal, _AtTerminal())
        here.tries.append(now)
        here.run += 1
        if here.run >= self._tries:
            here.run, here.paused_until = 0, now + self._pause
        if not self._is_open(guessed, terminal, now):
            guessed.closed_by = terminal
        self._forget(table, now)

    def _forget(self, table: OrderedDict[PatronId | str, _Guessed], now: datetime) -> None:
        room = self._room if table is self._patrons else max(self._room // 10, 1)
        while len(table) > room or now - next(iter(table.values())).last >= DAY:
            table.popitem(last=False)
