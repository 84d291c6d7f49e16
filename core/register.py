"""The register: what was decided is written down, and the answer says what must be durable first.

The rule it keeps: who asks twice with the same request key is told the first outcome again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Generic, TypeVar

from msgspec import Struct

from core.actor import Actor
from core.answered import AnsweredRequests
from core.events import Event
from core.journal import Journal, UnitOfWork
from core.refusals import Reason, Refused
from core.rules.offline import told

Outcome = tuple[Event, ...] | Refused
T = TypeVar("T")


class Answer(Struct, Generic[T], frozen=True):
    """An outcome, and the newest unit of work it has seen that is not durable yet (None: say it at once).

    ``mine``: the unit is this act's own, so if it is undone the act did not happen; otherwise the question is
    asked again.
    """

    outcome: T
    unit: UnitOfWork | None = None
    mine: bool = False


_TOO_BUSY: Final[Answer[Outcome]] = Answer(Refused(Reason.TOO_BUSY))


class Register:
    """Writes acts down in the journal, and looks up what was answered before."""

    def __init__(self, journal: Journal, answered: AnsweredRequests) -> None:
        self._journal = journal
        self._answered = answered

    def again(self, request: str) -> Answer[Outcome] | None:
        """The first outcome of a request that was made before."""
        if not request:
            return None
        events = self._answered.recall(request)
        if events is None:
            return None
        return Answer(told(events), self._journal.asked(request), True)

    def seen(self, outcome: T, *records: int) -> Answer[T]:
        """What was found, or why nothing happens, by who has seen these records."""
        return Answer(outcome, self._journal.pending(*records))

    def record(
        self, actor: Actor, at: datetime, request: str, decision: Outcome, *seen: int
    ) -> Answer[Outcome]:
        """Let happen what was decided. Where that is nothing, these records were ``seen`` for it."""
        if not isinstance(decision, tuple) or not decision:
            return Answer(decision, self._journal.pending(*seen))
        if self._journal.full:
            return _TOO_BUSY
        return Answer(decision, self._journal.record(at, actor.name, request, decision), True)

    def book(self, actor: Actor, at: datetime, request: str, events: tuple[Event, ...]) -> Answer[Outcome]:
        """Let happen what a machine did on its own, even if that it could not be booked is all there is."""
        if self._journal.full:
            return _TOO_BUSY
        return Answer(told(events), self._journal.record(at, actor.name, request, events), True)
