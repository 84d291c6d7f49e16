"""What is seen of each terminal at work: how much it asks, how fast it is answered, what went wrong last.

The rule it keeps: looking costs next to nothing. A message is counted in whole numbers; percentiles, dates
and words are made when somebody looks.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import accumulate
from typing import Final

from msgspec import Struct

from core.refusals import Reason
from protocols.sip2.connection import Request
from protocols.sip2.errors import Defect
from protocols.sip2.fields import ScStatusCode
from protocols.sip2.messages import RequestScResend
from servers.sip2.board.habits import LOOKED_AT_ALL, THEN_EVERY, Habits
from servers.sip2.station import Station

REMEMBERED: Final = 5
"""Refusals of a terminal that are told."""

BUCKETS: Final = 32
"""Times to an answer, each bucket twice as wide as the one before: from a microsecond to half an hour."""


class Refusal(Struct, frozen=True):
    """A request that was not done: when, which, and the ground."""

    at: datetime
    code: str
    reason: str


class TerminalState(Struct, frozen=True):
    """A terminal as the board shows it. Times of day are UTC; ``p50`` and ``p95`` are milliseconds.

    ``resends`` are our 96; ``skew`` is how many seconds its clock is ahead; ``status`` is its latest 99.
    """

    name: str
    connections: int = 0
    address: str = ""
    since: datetime | None = None
    last: datetime | None = None
    last_code: str = ""
    messages: int = 0
    resends: int = 0
    p50: float | None = None
    p95: float | None = None
    skew: float | None = None
    status: str = ""
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    quirks: tuple[str, ...] = ()


class Counted(Struct, frozen=True):
    """What has been counted of a terminal. Of ``times``, number n is how many answers left within 2 to the n
    microseconds, and not sooner; the last takes all the rest.
    """

    messages: int
    resends: int
    refused: Mapping[Reason, int]
    times: tuple[int, ...]


class Gauge:
    """One terminal, over all its connections since the server began to count. ``is_looking`` tells that the
    next message is one of those from which habits are learned.
    """

    __slots__ = (
        "_address",
        "_last",
        "_last_code",
        "_refusals",
        "_refused",
        "_resends",
        "_since",
        "_status",
        "_times",
        "connections",
        "habits",
        "is_looking",
        "messages",
        "name",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.connections = 0
        self.messages = 0
        self.habits = Habits()
        self.is_looking = True
        self._address = ""
        self._since = self._last = 0.0
        self._last_code = ""
        self._refusals: deque[tuple[float, str, Reason]] = deque(maxlen=REMEMBERED)
        self._refused: Counter[Reason] = Counter()
        self._resends = 0
        self._status: ScStatusCode | None = None
        self._times = [0] * BUCKETS

    def connected(self, address: str, *, status_first: bool) -> None:
        """It has logged in from there; ``status_first`` if it sent a 99 before."""
        self.connections += 1
        self._address = address
        self._since = time.time()
        self.habits.status_first += status_first

    def left(self) -> None:
        """One of its connections is over, or logged out."""
        self.connections -= 1

    def asked(self, request: Request, station: Station) -> None:
        """It has sent a request."""
        self._last = time.time()
        self._last_code = request.message.code
        if self.is_looking:
            self.habits.look(request, station.terminal.delimiter.encode(), station.local_now())
        self.messages += 1
        self.is_looking = self.messages < LOOKED_AT_ALL or not self.messages % THEN_EVERY

    def answered(self, seconds: float) -> None:
        """An answer has left so long after its request came."""
        self._times[min(int(seconds * 1_000_000).bit_length(), BUCKETS - 1)] += 1

    def replayed(self, data: bytes) -> None:
        """Something was sent that is no answer of its own: mostly a 96, which asks for a request again."""
        self._resends += data.startswith(RequestScResend.code.encode())

    def noticed(self, defect: Defect) -> None:
        """It has broken the standard."""
        self.habits.defects[defect] += 1

    def refused(self, code: str, reason: Reason) -> None:
        """A request of it was not done."""
        self._refused[reason] += 1
        self._refusals.append((time.time(), code, reason))

    def told(self, status: ScStatusCode) -> None:
        """It has said in a 99 how it is."""
        self._status = status

    def counted(self) -> Counted:
        """What has been counted."""
        return Counted(self.messages, self._resends, self._refused, tuple(self._times))

    def state(self) -> TerminalState:
        """What the board shows."""
        return TerminalState(
            name=self.name,
            connections=self.connections,
            address=self._address,
            since=_moment(self._since),
            last=_moment(self._last),
            last_code=self._last_code,
            messages=self.messages,
            resends=self._resends,
            p50=self._percentile(0.50),
            p95=self._percentile(0.95),
            skew=self.habits.skew,
            status="" if self._status is None else self._status.name.lower(),
            refused=self._refused.total(),
            refusals=tuple(
                Refusal(datetime.fromtimestamp(at, UTC), code, reason.value)
                for at, code, reason in self._refusals
            ),
            quirks=tuple(quirk.words for quirk in self.habits.quirks()),
        )

    def _percentile(self, part: float) -> float | None:
        """Milliseconds within which so many answers left; of each bucket its upper end."""
        *_, total = within = list(accumulate(self._times))
        return (1 << bisect_left(within, part * total)) / 1000 if total else None


class Board:
    """The gauges of all terminals."""

    def __init__(self) -> None:
        self._gauges: dict[str, Gauge] = {}

    def gauge(self, name: str) -> Gauge:
        """The gauge of a terminal."""
        return self._gauges.get(name) or self._gauges.setdefault(name, Gauge(name))

    def counted(self) -> Mapping[str, Counted]:
        """What has been counted of each terminal that was seen, by its name."""
        return {name: gauge.counted() for name, gauge in self._gauges.items()}

    def forget_others(self, names: Iterable[str]) -> None:
        """Keep the gauges of these terminals, and of those that are still connected."""
        kept = set(names)
        self._gauges = {
            name: gauge for name, gauge in self._gauges.items() if name in kept or gauge.connections
        }

    def states(self, names: Iterable[str]) -> list[TerminalState]:
        """What the board shows of these terminals, and of others that are still connected."""
        never_seen = [TerminalState(name) for name in names if name not in self._gauges]
        return sorted([*(gauge.state() for gauge in self._gauges.values()), *never_seen], key=_name)


def _name(state: TerminalState) -> str:
    return state.name


def _moment(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
