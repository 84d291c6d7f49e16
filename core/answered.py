"""What was done lately, so that asking again gives the same answer, and the last act on an item can be
undone.

A request key says who asked what of whom and when (the translation makes it; it is the same when a machine
repeats itself on a new connection). The record is part of the event log (`core.events.Recorded.request`),
hence durable with its act and shared by all protocols. It ends after `keep`, or as soon as another act
touches the same item, fee or hold; a payment that carries the payer's own reference does not end that way.

Some machines put neither a number nor a moment into what they ask. Where the same words may soon be meant
anew (a renewal for another two hours), they are a repetition only for a while: see `briefly`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, groupby
from typing import Final

from core.events import (
    CheckedIn,
    CheckedOut,
    Claimed,
    Event,
    FeePaid,
    FeeWaived,
    HoldCancelled,
    HoldChanged,
    HoldPlaced,
    ItemAdded,
    ItemChanged,
    ItemEnded,
    PatronAdded,
    PatronChanged,
    PatronEnded,
    RecallCancelled,
    Recalled,
    Recorded,
    Renewed,
    Shelved,
    StatusSet,
    Undone,
)

Memory = tuple[datetime, str, tuple[Event, ...]]
"""An act: when, who, and what happened."""

Name = str | int
"""What an act is kept by: its request key, or a number if it came without."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

_BRIEFLY: Final = "~"


def briefly(key: str) -> str:
    """The key of a request that is a repetition only within `AnsweredRequests.brief`, and then meant anew."""
    return f"{_BRIEFLY}{key}"


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AnsweredRequests:
    """Request key → what happened then, for ``keep``, or for ``brief`` (see `briefly`). ``limit`` bounds the
    memory; the oldest go first.
    """

    def __init__(
        self,
        keep: timedelta = timedelta(hours=24),
        limit: int = 500_000,
        brief: timedelta = timedelta(minutes=15),
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.keep = keep
        self.brief = brief
        self._limit = limit
        self._now = now
        # Ordered, since a plain dict finds its oldest entry by passing over all that were taken out before.
        self._by_key: OrderedDict[Name, Memory] = OrderedDict()
        self._key_of: dict[int, Name] = {}
        self._numbers = count(1)
        self._expires_at = _LONG_AGO  # nothing ends before

    def recall(self, key: str) -> tuple[Event, ...] | None:
        """What happened when this request was answered, if it still holds."""
        memory = self._by_key.get(key)
        if memory is None or (key.startswith(_BRIEFLY) and self._now() - memory[0] > self.brief):
            return None
        return memory[2]

    def latest(self, subject: int) -> Memory | None:
        """The last act on this item, hold or fee."""
        key = self._key_of.get(subject)
        return None if key is None else self._by_key.get(key)

    def remember(
        self, key: str, at: datetime, events: tuple[Event, ...], by: str = ""
    ) -> Sequence[tuple[Name, Memory]]:
        """Note what an act led to, and end what it touches. Returns the ended ones, for `forget`."""
        ended: tuple[tuple[Name, Memory], ...] = ()
        by_key, key_of = self._by_key, self._key_of
        touched = subjects(events)
        name = key or next(self._numbers)
        if name in by_key:
            ended = ((name, self._drop(name)),)
        first = events[0]
        ends = type(first) is not FeePaid or not first.payment.reference  # else it is that payment for ever
        for subject in touched:
            old = key_of.get(subject) if ends else key_of.pop(subject, None)
            if old is not None and (memory := by_key.pop(old, None)) is not None:
                ended += ((old, memory),)
            if ends:
                key_of[subject] = name
        if key or (touched and ends):
            by_key[name] = (at, by, events)
            if at > self._expires_at or len(by_key) > self._limit:
                self._expire(at - self.keep)
        return ended

    def forget(self, key: str, events: tuple[Event, ...], ended: Iterable[tuple[Name, Memory]]) -> None:
        """Take a `remember` back: its act was not kept."""
        names = {key, *(self._key_of.pop(subject, "") for subject in subjects(events))}
        for name in names:
            self._by_key.pop(name, None)
        for old, memory in ended:
            self._by_key[old] = memory
            for subject in subjects(memory[2]):
                self._key_of[subject] = old

    def replay(self, log: Iterable[Recorded]) -> None:
        """Rebuild from the log, oldest first."""
        for (key, at, by), recorded in groupby(log, lambda entry: (entry.request, entry.at, entry.actor)):
            self.remember(key, at, tuple([entry.event for entry in recorded]), by)

    def _expire(self, before: datetime) -> None:
        while self._by_key:
            key = next(iter(self._by_key))
            at, _, _ = self._by_key[key]
            if at >= before and len(self._by_key) <= self._limit:
                self._expires_at = at + self.keep
                return
            self._drop(key)

    def _drop(self, name: Name) -> Memory:
        """Forget an act, and return it."""
        memory = self._by_key.pop(name)
        for subject in subjects(memory[2]):
            if self._key_of.get(subject) == name:
                del self._key_of[subject]
        return memory


def subjects(events: Sequence[Event]) -> list[int]:
    """The ids of the records that a repeated request would act on again."""
    found: list[int] = []
    for event in events:
        match event:
            case CheckedOut() | CheckedIn() | Renewed() | Undone():
                found.append(event.item)
            case FeePaid():
                found += [allocation.fee for allocation in event.payment.allocations]
            case HoldPlaced():
                found.append(event.hold.id)
            case HoldChanged() | HoldCancelled():
                found.append(event.hold)
            case Shelved() | StatusSet() | Claimed() | Recalled() | RecallCancelled():
                found.append(event.item)
            case ItemAdded() | ItemChanged() | ItemEnded():
                found.append(event.item.id)
            case PatronAdded() | PatronChanged():
                found.append(event.patron.id)
            case PatronEnded():
                found.append(event.patron)
            case FeeWaived():
                found.append(event.fee)
            case _:
                pass
    return found
