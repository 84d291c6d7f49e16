"""A desk to try an act at: the real rules, on a copy of all that the act can see. Nothing is done.

The rule it keeps: whatever is written is written to the copy. The library and what it has answered are only
read, its log is not there, and no PIN is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import count

from core.answered import AnsweredRequests, Memory, Name
from core.desk import Actor, Answer, CirculationDesk, Outcome
from core.events import Event
from core.explain import Act, Explanation, explain_hold
from core.journal import Journal
from core.library import Library
from core.model.records import BibId, Patron, PatronId
from core.pins import PinGuard
from core.ports import Store
from core.rules.facts import HoldFacts, Offline, Pin


class RehearsalDesk(CirculationDesk):
    """Does acts on its copy, and before it does one that can be explained it notes ``explanation``.

    ``store`` is an empty one, in which nothing is ever kept. The desk is for one act by this patron, with
    items or holds of these bibs.
    """

    def __init__(self, desk: CirculationDesk, store: Store, patron: str, bibs: Iterable[BibId]) -> None:
        library = excerpt(desk.library, desk.library.patron(patron), bibs)
        answered = _AnsweredSoFar(desk._answered)
        super().__init__(
            library,
            Journal(store, library, answered),
            answered,
            desk.policy,
            desk.clock,
            _NoIds(),
            desk._credentials,
            _GuardAsItIs(desk.pins),
        )
        self.explanation: Explanation | None = None

    def check_out(
        self,
        actor: Actor,
        patron: str,
        item: str,
        *,
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
        fee_acknowledged: bool = False,
        renewal_wanted: bool = True,
        offline: Offline | None = None,
    ) -> Answer[Outcome]:
        """As at the desk."""
        self.explanation = self.explain(
            Act.CHECK_OUT,
            actor,
            patron,
            item,
            pin=pin,
            fee_acknowledged=fee_acknowledged,
            renewal_wanted=renewal_wanted,
        )
        return super().check_out(
            actor,
            patron,
            item,
            request=request,
            pin=pin,
            fee_acknowledged=fee_acknowledged,
            renewal_wanted=renewal_wanted,
            offline=offline,
        )

    def renew(
        self,
        actor: Actor,
        patron: str,
        item: str,
        *,
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
        fee_acknowledged: bool = False,
        offline: Offline | None = None,
    ) -> Answer[Outcome]:
        """As at the desk."""
        self.explanation = self.explain(
            Act.RENEW, actor, patron, item, pin=pin, fee_acknowledged=fee_acknowledged
        )
        return super().renew(
            actor,
            patron,
            item,
            request=request,
            pin=pin,
            fee_acknowledged=fee_acknowledged,
            offline=offline,
        )

    def check_in(
        self,
        actor: Actor,
        item: str,
        *,
        request: str = "",
        returned_at: datetime | None = None,
        offline: Offline | None = None,
    ) -> Answer[Outcome]:
        """As at the desk."""
        self.explanation = self.explain(Act.CHECK_IN, actor, "", item)
        return super().check_in(actor, item, request=request, returned_at=returned_at, offline=offline)

    def place_hold(
        self,
        actor: Actor,
        patron: str,
        bib: BibId,
        pickup: str,
        *,
        item: str = "",
        at: str = "",
        expires: date | None = None,
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
    ) -> Answer[Outcome]:
        """As at the desk."""
        holder = self.library.patron(patron)
        if holder is not None:
            facts = self._hold_facts(actor, holder, bib, pickup, item, at, expires, pin)
            if isinstance(facts, HoldFacts):
                self.explanation = explain_hold(facts)
        return super().place_hold(
            actor, patron, bib, pickup, item=item, at=at, expires=expires, request=request, pin=pin
        )


def excerpt(library: Library, patron: Patron | None, bibs: Iterable[BibId]) -> Library:
    """A library of its own with all that an act of this patron with items of these bibs can see: the bibs,
    those of the patron's loans and holds, every item and hold of them, whoever has or wants these, and what
    these people owe.
    """
    own = () if patron is None else library.loans_of(patron.id)
    wishes = [] if patron is None else library.holds_of(patron.id)
    concerned = dict.fromkeys((*bibs, *(item.bib for item in own), *(hold.bib for hold in wishes)))
    items = [item for bib in concerned for item in library.items_of(bib)]
    holds = [hold for bib in concerned for hold in library.queue_of(bib)]
    people = dict.fromkeys(
        (
            *(() if patron is None else (patron.id,)),
            *(item.loan.patron for item in items if item.loan is not None),
            *(hold.patron for hold in holds),
        )
    )
    copy = Library()
    copy.install([library.bibs[bib] for bib in concerned if bib in library.bibs])
    copy.install(items)
    copy.install([library.patrons[person] for person in people])
    copy.install(holds)
    copy.install([fee for person in people for fee in library.open_fees_of(person)])
    return copy


class _AnsweredSoFar(AnsweredRequests):
    """What was answered before, and nothing more is remembered."""

    def __init__(self, answered: AnsweredRequests) -> None:
        super().__init__()
        self._answered = answered

    def recall(self, key: str) -> tuple[Event, ...] | None:
        """As it was."""
        return self._answered.recall(key)

    def latest(self, subject: int) -> Memory | None:
        """As it was."""
        return self._answered.latest(subject)

    def remember(
        self, key: str, at: datetime, events: tuple[Event, ...], by: str = ""
    ) -> Sequence[tuple[Name, Memory]]:
        """It is not."""
        return ()


class _GuardAsItIs(PinGuard):
    """Who must pause, and no try is counted."""

    def __init__(self, guard: PinGuard) -> None:
        super().__init__()
        self._guard = guard

    def tried(self, terminal: str, patron: PatronId | str, right: bool, now: datetime) -> bool:
        """What the terminal would be told."""
        return right and self.is_open(terminal, patron, now)

    def is_open(self, terminal: str, patron: PatronId | str, now: datetime) -> bool:
        """As it is."""
        return self._guard.is_open(terminal, patron, now)


class _NoIds:
    """Numbers that no record has: below zero."""

    def __init__(self) -> None:
        self._ids = count(-1, -1)

    def next(self) -> int:
        """The next one."""
        return next(self._ids)
