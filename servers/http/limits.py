"""How much may be asked of a front: requests at a time and requests a second, in all and from each source.

The rule it keeps: each front has its own gate, so that search cannot crowd out circulation, nor one source
the others.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from servers.configuration.settings import HttpsSettings

SOON: Final = 1.0
"""Seconds after which there may be room again."""

TIDY: Final = 1024
"""Sources that are remembered before those are forgotten that have been silent long enough."""


class Bounds(Struct, frozen=True):
    """What may be asked of a front: requests at a time in all and of a source, those of a source in a second
    (0: any number) and at once after a silence. ``deadline`` is how many seconds an answer may take.
    """

    in_flight: int = 256
    in_flight_per_source: int = 32
    rate: int = 200
    burst: int = 400
    deadline: float = 30.0


def bounds_of(settings: HttpsSettings) -> Bounds:
    """What may be asked of a front that has no settings of its own."""
    return Bounds(
        in_flight=settings.in_flight,
        in_flight_per_source=settings.in_flight_per_source,
        rate=settings.rate_per_source,
        burst=settings.burst_per_source,
        deadline=settings.answer_deadline,
    )


class Full(StrEnum):
    """Which of the bounds is reached."""

    IN_ALL = "in_flight"
    SOURCE = "in_flight_per_source"
    RATE = "rate_per_source"


class Wait(NamedTuple):
    """Not now: for which bound, and how many seconds later it may be tried again."""

    full: Full
    seconds: float


class Gate:
    """Counts the requests to a front."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._of_source: dict[str, int] = {}
        self._paid: dict[str, float] = {}  # the moment until which a source has asked at its full rate

    def enter(self, source: str, bounds: Bounds, now: float) -> Wait | None:
        """Count one more request; or say, and count nothing, why that cannot be."""
        if self.in_flight >= bounds.in_flight:
            return Wait(Full.IN_ALL, SOON)
        of_source = self._of_source.get(source, 0)
        if of_source >= bounds.in_flight_per_source:
            return Wait(Full.SOURCE, SOON)
        if bounds.rate:
            paid = max(self._paid.get(source, now), now)
            if paid - now > bounds.burst / bounds.rate:
                return Wait(Full.RATE, paid - now - bounds.burst / bounds.rate)
            self._pay(source, paid + 1 / bounds.rate, now)
        self.in_flight += 1
        self._of_source[source] = of_source + 1
        return None

    def leave(self, source: str) -> None:
        """The request is answered."""
        self.in_flight -= 1
        left = self._of_source.pop(source) - 1
        if left:
            self._of_source[source] = left

    def _pay(self, source: str, until: float, now: float) -> None:
        if len(self._paid) >= TIDY:
            self._paid = {other: paid for other, paid in self._paid.items() if paid > now}
        self._paid[source] = until
