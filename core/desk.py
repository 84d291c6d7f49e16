"""The circulation desk: the one door for every act, whichever protocol asks.

Each act gathers facts from memory, lets a pure rule decide, and records the outcome. It runs to its end
without awaiting, so acts are serial by construction. What comes back is an `Answer`: the outcome, and the
unit of work that must be durable before anybody hears of it. Who acts twice with the same request key is told
the first outcome again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Generic, NamedTuple, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from core.answered import AnsweredRequests
from core.events import CheckedOut, DiscrepancyNoted, DiscrepancySettled, Event, NotRenewed, Renewed
from core.explain import (
    Act,
    Explanation,
    TermsFound,
    explain_hold,
    explain_loan,
    explain_return,
    explain_unknown,
    terms_found,
)
from core.journal import Journal, UnitOfWork
from core.library import Library
from core.model.policy import LoanTerms
from core.model.records import (
    Bib,
    BibId,
    BlockKind,
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    Hold,
    HoldId,
    Item,
    ItemStatus,
    LoanAct,
    Patron,
    PaymentKind,
)
from core.pins import PinGuard
from core.policy_table import PolicyTable
from core.ports import Clock, Credentials, Ids
from core.refusals import Reason, Refused
from core.rules.blocks import block, enable
from core.rules.checkin import check_in
from core.rules.checkout import check_out
from core.rules.facts import (
    NO_DEMAND,
    Borrower,
    Demand,
    HoldChangeFacts,
    HoldFacts,
    LoanFacts,
    Moment,
    Offline,
    PaymentFacts,
    Pin,
    ReturnFacts,
    UndoFacts,
)
from core.rules.fees import pay
from core.rules.holds import can_fill, cancel_hold, change_hold, is_at_hand, place_hold
from core.rules.notes import add_note
from core.rules.offline import Booking, book_check_in, book_check_out, book_renewal, told
from core.rules.renewal import renew, renew_each
from core.rules.service import serves
from core.rules.standing import standing
from core.rules.undo import undo, undone_before

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
    """Who acts, and at which agency: a terminal, another system, or a member of staff.

    ``serves`` are the locations whose items they lend, as codes, ``AGENCY/*`` or ``*``; empty: all.
    """

    name: str
    agency: str
    serves: tuple[str, ...] = ()


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


class HoldView(Struct, frozen=True):
    """A hold as it stands now: its place in the queue (the first is 1), and whether an item for it is at
    hand: set aside for it, or on the shelf and not needed for those before it.
    """

    hold: Hold
    bib: Bib | None
    position: int
    at_hand: bool


class RenewedAll(Struct, frozen=True):
    """What became of all loans of a patron: the items renewed, as they are now, and those refused."""

    renewed: tuple[Item, ...] = ()
    unrenewed: tuple[tuple[Item, Refused], ...] = ()


class CirculationDesk:
    """Every circulation act. Nothing but the desk records events.

    Who comes with a wrong PIN is refused before anything is looked up, so that an unknown patron gets the
    same answer as a known one.
    """

    def __init__(
        self,
        library: Library,
        journal: Journal,
        answered: AnsweredRequests,
        policy: PolicyTable,
        clock: Clock,
        ids: Ids,
        credentials: Credentials,
        pins: PinGuard | None = None,
    ) -> None:
        self.library = library
        self.policy = policy
        self.clock = clock
        self.pins = pins or PinGuard()
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
        offline: Offline | None = None,
    ) -> Answer[Outcome]:
        """Lend an item to a patron; on an item they have already, renew it.

        What a machine did ``offline`` has happened, and is booked whatever the rules say: see `_book`.
        """
        if offline is not None:
            return self._book_loan(
                LoanAct.CHECK_OUT,
                actor,
                patron,
                item,
                offline,
                request,
                pin,
                fee_acknowledged,
                renewal_wanted,
            )
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
        offline: Offline | None = None,
    ) -> Answer[Outcome]:
        """Let a patron keep an item longer. ``offline``: see `check_out`."""
        if offline is not None:
            return self._book_loan(
                LoanAct.RENEW, actor, patron, item, offline, request, pin, fee_acknowledged, True
            )
        return self._lend(renew, actor, patron, item, request, pin, fee_acknowledged, True)

    def renew_all(
        self,
        actor: Actor,
        patron: str,
        *,
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
        fee_acknowledged: bool = False,
    ) -> Answer[RenewedAll | Refused]:
        """Let a patron keep everything longer that may be renewed, what is due first before the rest."""
        borrower = self._patron(patron, pin)
        if isinstance(borrower, Refused):
            return Answer(borrower)
        again = self._again(request)
        if again is not None and not isinstance(again.outcome, Refused):
            return Answer(self._renewed_all(again.outcome), again.unit, mine=True)
        moment = self.policy.moment(actor.agency, self.clock.now())
        who = self._borrower(borrower)
        loans = [
            self._loan_facts(actor, moment, who, item, pin, fee_acknowledged, True)
            for item in sorted(who.loans, key=_due_first)
        ]
        events, refused = renew_each(loans, self._ids.next)
        done = (*events, NotRenewed(borrower.id, refused)) if refused else events
        if not events:
            seen = [number for item in who.loans for number in (item.id, item.bib)]
            return Answer(self._renewed_all(done), self._journal.pending(borrower.id, *seen))
        recorded = self._record(actor, moment, request, done)
        if isinstance(recorded.outcome, Refused):
            return Answer(recorded.outcome)
        return Answer(self._renewed_all(done), recorded.unit, mine=True)

    def check_in(
        self,
        actor: Actor,
        item: str,
        *,
        request: str = "",
        returned_at: datetime | None = None,
        offline: Offline | None = None,
    ) -> Answer[Outcome]:
        """Take an item back, or find out where it belongs. ``returned_at``: when it came, if not now.
        ``offline``: see `check_out`.
        """
        if offline is not None:
            return self._book_return(actor, item, offline, returned_at, request)
        if again := self._again(request):
            return again
        found = self.library.item(item)
        if found is None:
            return Answer(Refused(Reason.UNKNOWN_ITEM))
        moment = self.policy.moment(actor.agency, self.clock.now())
        decision = check_in(self._return_facts(moment, found, returned_at), self._ids.next)
        return self._record(actor, moment, request, decision, found.id, found.bib)

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
        """Put a patron in the queue of a bib, or of one item of it, to be picked up at ``pickup``.

        Where ``at`` is an agency, only its copies fill the hold. ``expires`` is its last day.
        """
        holder = self._patron(patron, pin)
        if isinstance(holder, Refused):
            return Answer(holder)
        if again := self._again(request):
            return again
        facts = self._hold_facts(actor, holder, bib, pickup, item, at, expires, pin)
        if isinstance(facts, Refused):
            return Answer(facts, self._journal.pending(holder.id))
        return self._record(actor, facts.moment, request, place_hold(facts, self._ids.next), holder.id, bib)

    def change_hold(
        self,
        actor: Actor,
        patron: str,
        bib: BibId,
        *,
        item: str = "",
        pickup: str | None = None,
        expires: date | None = None,
        at: str | None = None,
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
    ) -> Answer[Outcome]:
        """Change what is given of a patron's hold on a bib, or on one item of it."""
        holder = self._patron(patron, pin)
        if isinstance(holder, Refused):
            return Answer(holder)
        if again := self._again(request):
            return again
        hold = self._hold(holder, bib, item)
        if isinstance(hold, Refused):
            return Answer(hold, self._journal.pending(holder.id))
        changed = replace(
            hold,
            pickup=hold.pickup if pickup is None else pickup,
            expires=hold.expires if expires is None else expires,
            at=hold.at if at is None else at,
        )
        facts = HoldChangeFacts(
            moment=self.policy.moment(actor.agency, self.clock.now()),
            hold=hold,
            changed=changed,
            holdable=any(self._may_fill(changed, item) for item in self.library.items_of(bib)),
            pickup_known=self.policy.is_agency(changed.pickup),
        )
        return self._record(actor, facts.moment, request, change_hold(facts), holder.id, bib)

    def cancel_hold(
        self,
        actor: Actor,
        patron: str,
        bib: BibId,
        *,
        item: str = "",
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
    ) -> Answer[Outcome]:
        """Take a patron out of the queue of a bib, or of one item of it."""
        holder = self._patron(patron, pin)
        if isinstance(holder, Refused):
            return Answer(holder)
        if again := self._again(request):
            return again
        hold = self._hold(holder, bib, item)
        if isinstance(hold, Refused):
            return Answer(hold, self._journal.pending(holder.id))
        moment = self.policy.moment(actor.agency, self.clock.now())
        return self._record(actor, moment, request, cancel_hold(hold), holder.id, bib)

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
        payer = self._patron(patron, pin)
        if isinstance(payer, Refused):
            return Answer(payer)
        if again := self._again(request):
            return again
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

    def enable(
        self, actor: Actor, patron: str, *, request: str = "", pin: Pin = Pin.NOT_GIVEN
    ) -> Answer[Outcome]:
        """Lift the blocks that machines have placed on a patron. Any others stay."""
        enabled = self._patron(patron, pin)
        if isinstance(enabled, Refused):
            return Answer(enabled)
        if again := self._again(request):
            return again
        moment = self.policy.moment(actor.agency, self.clock.now())
        return self._record(actor, moment, request, enable(enabled), enabled.id)

    def note_item(self, actor: Actor, item: str, text: str, *, request: str = "") -> Answer[Outcome]:
        """Add a line to the note on an item. A text that says nothing changes nothing."""
        if again := self._again(request):
            return again
        noted = self.library.item(item)
        if noted is None:
            return Answer(Refused(Reason.UNKNOWN_ITEM))
        moment = self.policy.moment(actor.agency, self.clock.now())
        return self._record(actor, moment, request, add_note(noted, text), noted.id)

    def undo_check_out(self, actor: Actor, item: str, *, request: str = "") -> Answer[Outcome]:
        """Take back a loan or a renewal that the actor has just made, as if it had never been."""
        return self._undo(LoanAct.CHECK_OUT, actor, item, None, request)

    def undo_check_in(self, actor: Actor, patron: str, item: str, *, request: str = "") -> Answer[Outcome]:
        """Take back a return that the actor has just made; ``patron`` had the item, nobody if empty."""
        borrower = self.library.patron(patron)
        if patron and borrower is None:
            return Answer(Refused(Reason.UNKNOWN_PATRON))
        return self._undo(LoanAct.CHECK_IN, actor, item, borrower, request)

    # The reconciliation work list

    def discrepancies(self, open_only: bool = True) -> tuple[Discrepancy, ...]:
        """What machines did against the rules while they were on their own, oldest first."""
        noted = self.library.discrepancies.values()
        return tuple([line for line in noted if not open_only or line.settled_at is None])

    def settle_discrepancy(self, actor: Actor, discrepancy: DiscrepancyId, note: str) -> Answer[Outcome]:
        """Somebody has dealt with it. Nothing happens where there is no open one of that number."""
        found = self.library.discrepancies.get(discrepancy)
        if found is None or found.settled_at is not None:
            return Answer((), self._journal.pending(discrepancy))
        moment = self.policy.moment(actor.agency, self.clock.now())
        settled = DiscrepancySettled(discrepancy, actor.name, note, moment.now)
        return self._record(actor, moment, "", (settled,))

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

    def view_hold(self, hold: HoldId) -> Answer[HoldView | None]:
        """An open hold as it stands now."""
        found = self.library.holds.get(hold)
        if found is None:
            return Answer(None)
        queue = self.library.queue_of(found.bib)
        shelf = [item for item in self.library.items_of(found.bib) if self._is_for(found, item)]
        position = self.library.position_of(found)
        ahead = [hold for hold in queue[: position - 1] if any(self._may_fill(hold, item) for item in shelf)]
        today = self.policy.today(found.pickup, self.clock.now())
        view = HoldView(
            hold=found,
            bib=self.library.bibs.get(found.bib),
            position=position,
            at_hand=is_at_hand(found, today, shelf, ahead),
        )
        return Answer(view, self._journal.pending(found.id, found.bib))

    def explain(
        self,
        act: Act,
        actor: Actor,
        patron: str,
        item: str,
        *,
        pin: Pin = Pin.NOT_GIVEN,
        fee_acknowledged: bool = False,
        renewal_wanted: bool = True,
    ) -> Explanation:
        """What an act would lead to now, and why; nothing is done.

        A check-in asks for no patron. A hold would be one on the item's bib, to be picked up where the actor
        is.
        """
        moment = self.policy.moment(actor.agency, self.clock.now())
        found = self.library.item(item)
        if act is Act.CHECK_IN:
            if found is None:
                return explain_unknown(act, Reason.UNKNOWN_ITEM, Refused(Reason.UNKNOWN_ITEM))
            facts = self._return_facts(moment, found, None)
            lent_to = self.library.patrons[found.loan.patron] if found.loan is not None else None
            return explain_return(facts, self._terms_found(lent_to, found))
        who = self.library.patron(patron)
        if who is None:
            refused = _WRONG_PIN if pin is Pin.WRONG else _UNKNOWN_PATRON
            return explain_unknown(act, Reason.UNKNOWN_PATRON, refused)
        if found is None:
            refused = _WRONG_PIN if pin is Pin.WRONG else Refused(Reason.UNKNOWN_ITEM)
            return explain_unknown(act, Reason.UNKNOWN_ITEM, refused)
        if act is Act.PLACE_HOLD:
            wish = self._hold_facts(actor, who, found.bib, actor.agency, "", "", None, pin)
            if isinstance(wish, Refused):
                return explain_unknown(act, wish.reason, wish)
            return explain_hold(wish)
        loan = self._loan_facts(
            actor,
            moment,
            self._borrower(who),
            found,
            pin,
            fee_acknowledged,
            renewal_wanted or act is Act.RENEW,
        )
        return explain_loan(act, loan, self._terms_found(who, found))

    # PINs

    def known_pin(self, actor: Actor, patron: str, pin: str) -> Pin | None:
        """What is known of a PIN without hashing it; None when `check_pin` must look."""
        found = self.library.patron(patron)
        if found is None or not self._credentials.known(pin, found.pin):
            return None
        told = self.pins.tried(actor.name, found.id, True, self.clock.now())
        return Pin.RIGHT if told else None

    async def check_pin(self, actor: Actor, patron: str, pin: str) -> Pin:
        """Whether the PIN is the patron's. An empty one never is, and counts as no try.

        An unknown patron is like a wrong PIN, and takes as long; so does a terminal that must pause
        (`core.pins`), whatever it sends.
        """
        if not pin:
            return Pin.WRONG
        found = self.library.patron(patron)
        right = await self._credentials.verify(pin, "" if found is None else found.pin)
        guessed = patron if found is None else found.id
        return Pin.RIGHT if self.pins.tried(actor.name, guessed, right, self.clock.now()) else Pin.WRONG

    def throttled(self, actor: Actor, patron: str) -> bool:
        """Whether the PIN just checked began a pause of this terminal for this patron. For the log only: it
        is so once for each pause, asked right after `check_pin`.
        """
        found = self.library.patron(patron)
        return self.pins.has_begun(actor.name, patron if found is None else found.id)

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
        borrower = self._patron(patron, pin)
        if isinstance(borrower, Refused):
            return Answer(borrower)
        if again := self._again(request):
            return again
        found = self.library.item(item)
        if found is None:
            return Answer(Refused(Reason.UNKNOWN_ITEM), self._journal.pending(borrower.id))
        moment = self.policy.moment(actor.agency, self.clock.now())
        facts = self._loan_facts(
            actor, moment, self._borrower(borrower), found, pin, fee_acknowledged, renewal_wanted
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
        return Answer(told(events), self._journal.asked(request), mine=True)

    def _record(
        self, actor: Actor, moment: Moment, request: str, decision: Outcome, *seen: int
    ) -> Answer[Outcome]:
        if isinstance(decision, Refused) or not decision:
            return Answer(decision, self._journal.pending(*seen))
        if self._journal.full:
            return Answer(Refused(Reason.TOO_BUSY))
        return Answer(decision, self._journal.record(moment.now, actor.name, request, decision), mine=True)

    def _book_loan(
        self,
        act: LoanAct,
        actor: Actor,
        patron: str,
        item: str,
        offline: Offline,
        request: str,
        pin: Pin,
        fee_acknowledged: bool,
        renewal_wanted: bool,
    ) -> Answer[Outcome]:
        if again := self._again(request):
            return again
        borrower, found = self.library.patron(patron), self.library.item(item)
        if borrower is None or found is None:
            known = {Reason.UNKNOWN_PATRON: borrower, Reason.UNKNOWN_ITEM: found}
            unknown = Booking((), [reason for reason, record in known.items() if record is None])
            return self._book(act, actor, patron, item, offline, request, unknown)
        moment = self.policy.moment(actor.agency, min(offline.at, self.clock.now()))
        loan = found.loan
        if act is LoanAct.CHECK_OUT and loan and (loan.patron, loan.out_at) == (borrower.id, moment.now):
            return Answer((CheckedOut(found.id, loan),), self._journal.pending(found.id))  # sent once more
        facts = self._loan_facts(
            actor, moment, self._borrower(borrower), found, pin, fee_acknowledged, renewal_wanted
        )
        if act is LoanAct.RENEW:
            booking = book_renewal(facts, offline.due, self._ids.next)
        else:
            returned = self._return_facts(moment, found, None)
            booking = book_check_out(facts, offline.due, returned, self._ids.next)
        return self._book(act, actor, patron, item, offline, request, booking)

    def _book_return(
        self, actor: Actor, item: str, offline: Offline, returned_at: datetime | None, request: str
    ) -> Answer[Outcome]:
        if again := self._again(request):
            return again
        found, now = self.library.item(item), self.clock.now()
        if found is None:
            booking = Booking((), [Reason.UNKNOWN_ITEM])
        else:
            at = min(offline.at, now)
            moment = self.policy.moment(actor.agency, now)
            facts = self._return_facts(moment, found, min(returned_at or at, at))
            booking = book_check_in(facts, at, self._ids.next)
        return self._book(LoanAct.CHECK_IN, actor, "", item, offline, request, booking)

    def _book(
        self,
        act: LoanAct,
        actor: Actor,
        patron: str,
        item: str,
        offline: Offline,
        request: str,
        booking: Booking,
    ) -> Answer[Outcome]:
        """Record what a machine did on its own. What is wrong with it goes to the reconciliation work list;
        where nothing could be booked, that is all, and the machine is refused.
        """
        if self._journal.full:
            return Answer(Refused(Reason.TOO_BUSY))
        now, events = self.clock.now(), booking.events
        if booking.reasons:
            line = Discrepancy(
                id=DiscrepancyId(self._ids.next()),
                version=1,
                act=act,
                terminal=actor.name,
                agency=actor.agency,
                patron=patron,
                item=item,
                happened_at=min(offline.at, now),
                noted_at=now,
                reasons=tuple([reason.value for reason in booking.reasons]),
                booked=bool(booking.events),
                due=offline.due,
            )
            events = (*events, DiscrepancyNoted(line))
        return Answer(told(events), self._journal.record(now, actor.name, request, events), mine=True)

    def _undo(
        self, act: LoanAct, actor: Actor, item: str, patron: Patron | None, request: str
    ) -> Answer[Outcome]:
        if again := self._again(request):
            return again
        found = self.library.item(item)
        if found is None:
            return Answer(Refused(Reason.UNKNOWN_ITEM))
        last = self._answered.latest(found.id)
        if last is None:
            return Answer(Refused(Reason.NOTHING_TO_UNDO), self._journal.pending(found.id))
        done_at, done_by, events = last
        moment = self.policy.moment(actor.agency, self.clock.now())
        facts = UndoFacts(
            now=moment.now,
            window=timedelta(minutes=self.policy.policy.undo_minutes),
            actor=actor.name,
            act=act,
            item=found,
            patron=None if patron is None else patron.id,
            done_at=done_at,
            done_by=done_by,
            events=events,
            holds=self.library.holds,
            items=self.library.items,
            fees=self.library.fees,
            discrepancies=self.library.discrepancies,
        )
        if undone := undone_before(facts):
            return Answer((undone,), self._journal.pending(found.id))
        return self._record(actor, moment, request, undo(facts), found.id)

    def _renewed_all(self, events: tuple[Event, ...]) -> RenewedAll:
        """The items that the events of `renew_all` are about."""
        items = self.library.items
        renewed = [items[event.item] for event in events if isinstance(event, Renewed)]
        refused = [pair for event in events if isinstance(event, NotRenewed) for pair in event.items]
        return RenewedAll(tuple(renewed), tuple([(items[item], why) for item, why in refused]))

    # Facts

    def _patron(self, patron: str, pin: Pin) -> Patron | Refused:
        if pin is Pin.WRONG:
            return _WRONG_PIN
        return self.library.patron(patron) or _UNKNOWN_PATRON

    def _loan_facts(
        self,
        actor: Actor,
        moment: Moment,
        borrower: Borrower,
        item: Item,
        pin: Pin,
        fee_acknowledged: bool,
        renewal_wanted: bool,
    ) -> LoanFacts:
        return LoanFacts(
            moment=moment,
            borrower=borrower,
            item=item,
            terms=self._terms(borrower.patron, item),
            currency=self.policy.policy.currency,
            demand=self._demand(item),
            pin=pin,
            fee_acknowledged=fee_acknowledged,
            renewal_wanted=renewal_wanted,
            served=serves(actor.serves, item.location),
        )

    def _return_facts(self, moment: Moment, item: Item, returned_at: datetime | None) -> ReturnFacts:
        borrower = self.library.patrons[item.loan.patron] if item.loan is not None else None
        return ReturnFacts(
            moment=moment,
            item=item,
            terms=self._terms(borrower, item),
            home=self.policy.location(item.location).agency,
            currency=self.policy.policy.currency,
            demand=self._demand(item),
            returned_at=returned_at,
        )

    def _hold(self, holder: Patron, bib: BibId, item: str) -> Hold | Refused:
        """The patron's hold on the bib; with an item named, only one that this item could fill."""
        wanted = self.library.item(item) if item else None
        if item and wanted is None:
            return Refused(Reason.UNKNOWN_ITEM)
        for hold in self.library.holds_of(holder.id):
            if hold.bib == bib and (wanted is None or hold.item in (None, wanted.id)):
                return hold
        return Refused(Reason.UNKNOWN_HOLD)

    def _hold_facts(
        self,
        actor: Actor,
        holder: Patron,
        bib: BibId,
        pickup: str,
        item: str,
        at: str,
        expires: date | None,
        pin: Pin,
    ) -> HoldFacts | Refused:
        wanted = self.library.item(item) if item else None
        if item and (wanted is None or wanted.bib != bib):
            return Refused(Reason.UNKNOWN_ITEM)
        if bib not in self.library.bibs:
            return Refused(Reason.UNKNOWN_BIB)
        moment = self.policy.moment(actor.agency, self.clock.now())
        hold = Hold(
            id=HoldId(0),  # it gets one when it is placed
            version=1,
            patron=holder.id,
            bib=bib,
            pickup=pickup,
            placed_at=moment.now,
            item=None if wanted is None else wanted.id,
            expires=expires,
            at=at,
        )
        items = self.library.items_of(bib)
        return HoldFacts(
            moment=moment,
            borrower=self._borrower(holder),
            hold=hold,
            held=any(other.bib == bib for other in self.library.holds_of(holder.id)),
            borrowed=any(i.loan is not None and i.loan.patron == holder.id for i in items),
            holdable=any(can_fill(hold, i, self._terms(holder, i)) for i in items),
            pickup_known=self.policy.is_agency(pickup),
            pin=pin,
        )

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

    def _terms_found(self, patron: Patron | None, item: Item) -> TermsFound:
        group = "" if patron is None else patron.group
        number = self.policy.rule_for(group, item.policy, item.location)
        return terms_found(self._terms(patron, item), number, self.policy.policy.loan_rules)

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

    def _is_for(self, hold: Hold, item: Item) -> bool:
        """Whether the item stands on the shelf and could fill the hold."""
        return item.status is ItemStatus.AVAILABLE and self._may_fill(hold, item)


_WRONG_PIN: Final = Refused(Reason.WRONG_PIN)
_UNKNOWN_PATRON: Final = Refused(Reason.UNKNOWN_PATRON)


def _due_first(item: Item) -> tuple[datetime, int]:
    assert item.loan is not None, "a loan of the patron"
    return item.loan.due, item.id
