"""How many may be here at a time, in all and from each source: connections have seats, handshakes take turns.

The rule it keeps: nobody can crowd out everybody. A connection for which there is no seat is refused at once.
A handshake waits for its turn; turns go round by source, and those of one source wait behind each other.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum


class Full(StrEnum):
    """The limit that leaves no seat."""

    IN_ALL = "connections"
    SOURCE = "connections_per_source"


class Seat:
    """One connection's place. It may be left more than once. ``handed_over`` tells that the connection has
    somebody else to see to its end.
    """

    __slots__ = ("_seats", "_source", "_taken", "handed_over")

    def __init__(self, seats: Seats) -> None:
        self._seats = seats
        self._source: str | None = None
        self._taken = True
        self.handed_over = False

    def claim(self, source: str) -> Full | None:
        """Count the seat as the source's from now on; says so, and leaves it, if that one has too many."""
        if self._seats.of_source[source] >= self._seats.per_source:
            self.leave()
            return Full.SOURCE
        self._seats.of_source[source] += 1
        self._source = source
        return None

    def leave(self) -> None:
        """Give the seat to somebody else."""
        if not self._taken:
            return
        self._taken = False
        self._seats.taken -= 1
        of_source = self._seats.of_source
        if self._source is not None:
            of_source[self._source] -= 1
            if not of_source[self._source]:
                del of_source[self._source]


class Seats:
    """The places of connections. ``in_all`` and ``per_source`` may change: who sits stays."""

    def __init__(self, in_all: int, per_source: int) -> None:
        self.in_all = in_all
        self.per_source = per_source
        self.taken = 0
        self.of_source: Counter[str] = Counter()

    def take(self) -> Seat | Full:
        """A seat of no source yet."""
        if self.taken >= self.in_all:
            return Full.IN_ALL
        self.taken += 1
        return Seat(self)


class Turns:
    """Work of which only so much may be under way at a time. ``in_all`` and ``per_source`` may change."""

    def __init__(self, in_all: int, per_source: int) -> None:
        self.in_all = in_all
        self.per_source = per_source
        self.under_way = 0
        self._of_source: Counter[str] = Counter()
        self.waiting: dict[str, deque[asyncio.Future[None]]] = {}  # by source
        self._next: dict[str, None] = {}  # sources that wait and may have a turn, the first one next

    @asynccontextmanager
    async def turn(self, source: str) -> AsyncIterator[None]:
        """Wait for a turn of the source, and have it."""
        await self._begin(source)
        try:
            yield
        finally:
            self._end(source)

    async def _begin(self, source: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(source, deque()).append(turn)
        self._may_be_next(source)
        self._go_round()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._end(source)  # it was given at the very moment
            raise

    def _end(self, source: str) -> None:
        self.under_way -= 1
        self._of_source[source] -= 1
        if not self._of_source[source]:
            del self._of_source[source]
        self._may_be_next(source)
        self._go_round()

    def _may_be_next(self, source: str) -> None:
        if source in self.waiting and self._of_source[source] < self.per_source:
            self._next.setdefault(source)

    def _go_round(self) -> None:
        while self._next and self.under_way < self.in_all:
            source = next(iter(self._next))
            del self._next[source]
            queue = self.waiting[source]
            turn = queue.popleft()
            if not queue:
                del self.waiting[source]
            if not turn.done():
                self.under_way += 1
                self._of_source[source] += 1
                turn.set_result(None)
            self._may_be_next(source)
