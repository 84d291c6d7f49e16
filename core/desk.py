"""The circulation desk: the one door for every act, whichever protocol asks.

Each act gathers facts from memory, lets a pure rule decide, and records the outcome. It runs to its end
without awaiting, so acts are serial by construction. What comes back is an `Answer`: the outcome, and the
unit of work that must be durable before anybody hears of it. Who acts twice with the same request key is told
the first outcome again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from core.answered import AnsweredRequests
from core.events import Event
from core.journal import Journal, UnitOfWork
from core.library import Library
from core.model.policy import LoanTerms
from core.model.records import (
    Bib,
    BibId,
    BlockKind,
    Fee,
    FeeId,
    Hold,
    HoldId,
    Item,
    ItemStatus,
    Patron,
    PaymentKind,
)
from core.policy_table import PolicyTable
from core.ports import Clock, Credentials, Ids
from core.refusals import Reason, Refused
from core.rules.blocks import block
from core.rules.checkin import check_in
from core.rules.checkout import check_out
from core.rules.facts import (
    NO_DEMAND,
    Borrower,
    Demand,
    HoldFacts,
    LoanFacts,
    Moment,
    PaymentFacts,
    Pin,
    ReturnFacts,
)
from core.rules.fees import pay
from core.rules.holds import can_fill, cancel_hold, place_hold
from core.rules.renewal import renew
from core.rules.standing import standing

Outcome = tuple[Event, ...] | Refused
T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """An outcome, and the newest unit of work it has seen that is not durable yet (None: say it at once).

    ``mine``: the unit is this act's own, so if it is undone the act did not happen; otherwise the question is
    asked again.
    """

    outcome: T
    unit: UnitOfWork | None = None
    mine: bool = False


class Actor(Struct, frozen=True):
    """Who acts, and at which agency: a terminal, another system, or a member of staff."""

    name: str
    agency: str


class PatronView(Struct, frozen=True):
    """All that a machine may want to show of a patron. ``grounds``: why they may not borrow, worst first."""

    borrower: Borrower
    grounds: tuple[Reason, ...]
    holds: tuple[Hold, ...]
    fees: tuple[Fee, ...]

    @property
    def patron(self) -> Patron:
        """The patron."""
        return self.borrower.patron


class ItemView(Struct, frozen=True):
    """Everything a machine may want to show of an item. ``queue_length`` counts the open holds of its bib."""

    item: Item
    bib: Bib | None
    terms: LoanTerms
    hold: Hold | None
    queue_length: int


class CirculationDesk:
    """Every circulation act. Nothing but the desk records events."""

    def __init__(
        self,
        library: Library,
        journal: Journal,
        answered: AnsweredRequests,
        policy: PolicyTable,
        clock: Clock,
        ids: Ids,
        credentials: Credentials,
    ) -> None:
        self.library = library
        self.policy = policy
        self.clock = clock
        self._journal = journal
        self._answered = answered
        self._ids = ids
        self._credentials = credentials

    # Acts

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
    ) -> Answer[Outcome]:
        """Lend an item to a patron; on an item they have already, renew it."""
        return self._lend(check_out, actor, patron, item, request, pin, fee_acknowledged, renewal_wanted)

    def renew(
        self,
        actor: Actor,
        patron: str,
        item: str,
        *,
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
        fee_acknowledged: bool = False,
    ) -> Answer[Outcome]:
        """Let a patron keep an item longer."""
        return self._lend(renew, actor, patron, item, request, pin, fee_acknowledged, True)

    def check_in(
        self, actor: Actor, item: str, *, request: str = "", returned_at: datetime | None = None
    ) -> Answer[Outcome]:
        """Take an item back, or find out where it belongs. ``returned_at``: when it came, if not now."""
        if again := self._again(request):
            return again
        found = self.library.item(item)
        if found is None:
            return Answer(Refused(Reason.UNKNOWN_ITEM))
        moment = self.policy.moment(actor.agency, self.clock.now())
        borrower = self.library.patrons[found.loan.patron] if found.loan is not None else None
        facts = ReturnFacts(
            moment=moment,
            item=found,
            terms=self._terms(borrower, found),
            home=self.policy.location(found.location).agency,
            currency=self.policy.policy.currency,
            demand=self._demand(found),
            returned_at=returned_at,
        )
        decision = check_in(facts, self._ids.next)
        return self._record(actor, moment, request, decision, found.id, found.bib)

    def place_hold(
        self,
        actor: Actor,
        patron: str,
        bib: BibId,
        pickup: str,
        *,
        item: str = "",
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
    ) -> Answer[Outcome]:
        """Put a patron in the queue of a bib, or of one item of it, to be picked up at ``pickup``."""
        if again := self._again(request):
            return again
        holder = self.library.patron(patron)
        if holder is None:
            return Answer(Refused(Reason.UNKNOWN_PATRON))
        wanted = self.library.item(item) if item else None
        if item and (wanted is None or wanted.bib != bib):
            return Answer(Refused(Reason.UNKNOWN_ITEM))
        if bib not in self.library.bibs:
            return Answer(Refused(Reason.UNKNOWN_BIB))
        moment = self.policy.moment(actor.agency, self.clock.now())
        hold = Hold(
            id=HoldId(self._ids.next()),
            version=1,
            patron=holder.id,
            bib=bib,
            pickup=pickup,
            placed_at=moment.now,
            item=None if wanted is None else wanted.id,
        )
        items = self.library.items_of(bib)
        facts = HoldFacts(
            moment=moment,
            borrower=self._borrower(holder),
            held=any(other.bib == bib for other in self.library.holds_of(holder.id)),
            borrowed=any(i.loan is not None and i.loan.patron == holder.id for i in items),
            holdable=any(can_fill(hold, i, self._terms(holder, i)) for i in items),
            pickup_known=self.policy.is_agency(pickup),
            pin=pin,
        )
        return self._record(actor, moment, request, place_hold(facts, hold), holder.id, bib)

    def cancel_hold(self, actor: Actor, patron: str, bib: BibId, *, request: str = "") -> Answer[Outcome]:
        """Take a patron out of the queue of a bib."""
        if again := self._again(request):
            return again
        holder = self.library.patron(patron)
        if holder is None:
            return Answer(Refused(Reason.UNKNOWN_PATRON))
        moment = self.policy.moment(actor.agency, self.clock.now())
        for hold in self.library.holds_of(holder.id):
            if hold.bib == bib:
                return self._record(actor, moment, request, cancel_hold(hold), holder.id, bib)
        return Answer(Refused(Reason.UNKNOWN_HOLD), self._journal.pending(holder.id, bib))

    def pay(
        self,
        actor: Actor,
        patron: str,
        amount: Decimal,
        currency: str,
        *,
        fee: FeeId | None = None,
        kind: PaymentKind = PaymentKind.CASH,
        reference: str = "",
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
    ) -> Answer[Outcome]:
        """Take money for one fee, or without one for the oldest first. More than is owed is refused."""
        if again := self._again(request):
            return again
        payer = self.library.patron(patron)
        if payer is None:
            return Answer(Refused(Reason.UNKNOWN_PATRON))
        moment = self.policy.moment(actor.agency, self.clock.now())
        facts = PaymentFacts(
            moment=moment,
            patron=payer,
            open_fees=tuple(self.library.open_fees_of(payer.id)),
            amount=amount,
            currency=currency,
            institution_currency=self.policy.policy.currency,
            kind=kind,
            terminal=actor.name,
            fee=fee,
            reference=reference,
            pin=pin,
        )
        return self._record(actor, moment, request, pay(facts, self._ids.next), payer.id)

    def block(
        self, actor: Actor, patron: str, kind: BlockKind, note: str = "", *, request: str = ""
    ) -> Answer[Outcome]:
        """Block a patron. A block of the same kind by the same actor is not placed twice."""
        if again := self._again(request):
            return again
        blocked = self.library.patron(patron)
        if blocked is None:
            return Answer(Refused(Reason.UNKNOWN_PATRON))
        moment = self.policy.moment(actor.agency, self.clock.now())
        decision = block(blocked, kind, note, actor.name, moment.now)
        return self._record(actor, moment, request, decision, blocked.id)

    # Looking

    def view_patron(self, actor: Actor, patron: str, pin: Pin = Pin.NOT_GIVEN) -> Answer[PatronView | None]:
        """A patron as they stand now."""
        found = self.library.patron(patron)
        if found is None:
            return Answer(None)
        borrower = self._borrower(found)
        view = PatronView(
            borrower=borrower,
            grounds=standing(borrower, self.policy.moment(actor.agency, self.clock.now()), pin),
            holds=tuple(self.library.holds_of(found.id)),
            fees=tuple(self.library.open_fees_of(found.id)),
        )
        return Answer(view, self._journal.pending(found.id))

    def view_item(self, item: str) -> Answer[ItemView | None]:
        """An item as it stands now."""
        found = self.library.item(item)
        if found is None:
            return Answer(None)
        borrower = self.library.patrons[found.loan.patron] if found.loan is not None else None
        view = ItemView(
            item=found,
            bib=self.library.bibs.get(found.bib),
            terms=self._terms(borrower, found),
            hold=self.library.holds[found.hold] if found.hold is not None else None,
            queue_length=len(self.library.queue_of(found.bib)),
        )
        return Answer(view, self._journal.pending(found.id, found.bib))

    def known_pin(self, patron: str, pin: str) -> Pin | None:
        """What is known of a PIN without hashing it; None when `check_pin` must look."""
        found = self.library.patron(patron)
        if found is None:
            return None
        match self._credentials.known(pin, found.pin):
            case None:
                return None
            case True:
                return Pin.RIGHT
            case False:
                return Pin.WRONG

    async def check_pin(self, patron: str, pin: str) -> Pin:
        """Whether the PIN is the patron's. An unknown patron is like a wrong PIN, and takes as long."""
        found = self.library.patron(patron)
        right = await self._credentials.verify(pin, "" if found is None else found.pin)
        return Pin.RIGHT if right else Pin.WRONG

    # How an act is done

    def _lend(
        self,
        rule: Callable[[LoanFacts, Callable[[], int]], Outcome],
        actor: Actor,
        patron: str,
        item: str,
        request: str,
        pin: Pin,
        fee_acknowledged: bool,
        renewal_wanted: bool,
    ) -> Answer[Outcome]:
        if again := self._again(request):
            return again
        borrower = self.library.patron(patron)
        if borrower is None:
            return Answer(Refused(Reason.UNKNOWN_PATRON))
        found = self.library.item(item)
        if found is None:
            return Answer(Refused(Reason.UNKNOWN_ITEM), self._journal.pending(borrower.id))
        moment = self.policy.moment(actor.agency, self.clock.now())
        facts = LoanFacts(
            moment=moment,
            borrower=self._borrower(borrower),
            item=found,
            terms=self._terms(borrower, found),
            currency=self.policy.policy.currency,
            demand=self._demand(found),
            pin=pin,
            fee_acknowledged=fee_acknowledged,
            renewal_wanted=renewal_wanted,
        )
        return self._record(
            actor, moment, request, rule(facts, self._ids.next), borrower.id, found.id, found.bib
        )

    def _again(self, request: str) -> Answer[Outcome] | None:
        """The first outcome of a request that was made before."""
        if not request:
            return None
        events = self._answered.recall(request)
        if events is None:
            return None
        return Answer(events, self._journal.asked(request), mine=True)

    def _record(
        self, actor: Actor, moment: Moment, request: str, decision: Outcome, *seen: int
    ) -> Answer[Outcome]:
        if isinstance(decision, Refused) or not decision:
            return Answer(decision, self._journal.pending(*seen))
        if self._journal.full:
            return Answer(Refused(Reason.TOO_BUSY))
        return Answer(decision, self._journal.record(moment.now, actor.name, request, decision), mine=True)

    # Facts

    def _borrower(self, patron: Patron) -> Borrower:
        library = self.library
        return Borrower(
            patron=patron,
            limits=self.policy.limits_for(patron.group),
            loans=library.loans_of(patron.id),
            owed=library.owed_by(patron.id),
            holds=library.hold_count(patron.id),
        )

    def _terms(self, patron: Patron | None, item: Item) -> LoanTerms:
        return self.policy.terms_for("" if patron is None else patron.group, item.policy, item.location)

    def _demand(self, item: Item) -> Demand:
        """Who waits for an item. Almost always nobody, which costs one look-up."""
        if item.hold is None and not self.library.is_awaited(item.bib):
            return NO_DEMAND
        trapped = self.library.holds[item.hold] if item.hold is not None else None
        waiting = tuple([hold for hold in self.library.queue_of(item.bib) if self._may_fill(hold, item)])
        if trapped is None and not waiting:
            return NO_DEMAND
        on_shelf = sum(
            1
            for other in self.library.items_of(item.bib)
            if other.status is ItemStatus.AVAILABLE and any(self._may_fill(hold, other) for hold in waiting)
        )
        return Demand(trapped, waiting, on_shelf)

    def _may_fill(self, hold: Hold, item: Item) -> bool:
        return can_fill(hold, item, self._terms(self.library.patrons[hold.patron], item))
