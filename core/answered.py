"""Requests that were answered lately, so that asking again gives the same answer and no second act.

A request key says who asked what of whom and when (the translation makes it; it is the same when a machine
repeats itself on a new connection). The record is part of the event log (`core.events.Recorded.request`),
hence durable with its act and shared by all protocols. It ends after `keep`, or as soon as another act
touches the same item, fee or hold; a payment that carries the payer's own reference does not end that way.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from core.events import (
    CheckedIn,
    CheckedOut,
    Event,
    FeePaid,
    HoldPlaced,
    Recorded,
    Renewed,
)

Memory = tuple[datetime, tuple[Event, ...]]


class AnsweredRequests:
    """Request key → what happened then. ``limit`` bounds the memory; the oldest go first."""

    def __init__(self, keep: timedelta = timedelta(hours=24), limit: int = 500_000) -> None:
        self.keep = keep
        self._limit = limit
        # Ordered, since a plain dict finds its oldest entry by passing over all that were taken out before.
        self._by_key: OrderedDict[str, Memory] = OrderedDict()
        self._key_of: dict[int, str] = {}

    def recall(self, key: str) -> tuple[Event, ...] | None:
        """What happened when this request was answered, if it still holds."""
        memory = self._by_key.get(key)
        return None if memory is None else memory[1]

    def remember(self, key: str, at: datetime, events: tuple[Event, ...]) -> list[tuple[str, Memory]]:
        """Note what a request led to, and end what this touches. Returns the ended ones, for `forget`."""
        ended = []
        ends = bool(key) and not _outlasts(events)
        for subject in subjects(events):
            old = self._key_of.pop(subject, None)
            if old is not None and (memory := self._by_key.pop(old, None)) is not None:
                ended.append((old, memory))
            if ends:
                self._key_of[subject] = key
        if key:
            self._by_key[key] = (at, events)
            self._expire(at - self.keep)
        return ended

    def forget(self, key: str, events: tuple[Event, ...], ended: Iterable[tuple[str, Memory]]) -> None:
        """Take a `remember` back: its act was undone."""
        self._by_key.pop(key, None)
        for subject in subjects(events):
            self._key_of.pop(subject, None)
        for old, memory in ended:
            self._by_key[old] = memory
            for subject in subjects(memory[1]):
                self._key_of[subject] = old

    def replay(self, log: Iterable[Recorded]) -> None:
        """Rebuild from the log, oldest first."""
        for (key, at), recorded in groupby(log, lambda entry: (entry.request, entry.at)):
            self.remember(key, at, tuple([entry.event for entry in recorded]))

    def _expire(self, before: datetime) -> None:
        while self._by_key:
            key = next(iter(self._by_key))
            at, events = self._by_key[key]
            if at >= before and len(self._by_key) <= self._limit:
                return
            del self._by_key[key]
            for subject in subjects(events):
                if self._key_of.get(subject) == key:
                    del self._key_of[subject]


def subjects(events: Sequence[Event]) -> list[int]:
    """The ids of the records that a repeated request would act on again."""
    found: list[int] = []
    for event in events:
        match event:
            case CheckedOut() | Renewed() | CheckedIn():
                found.append(event.item)
            case FeePaid():
                found += [allocation.fee for allocation in event.payment.allocations]
            case HoldPlaced():
                found.append(event.hold.id)
            case _:
                pass
    return found


def _outlasts(events: Sequence[Event]) -> bool:
    """Whether later acts do not end it: a payment with the payer's own reference is that payment for ever."""
    first = events[0]
    return isinstance(first, FeePaid) and first.payment.reference != ""
