"""The circulation desk: the one door for every act, whichever protocol asks.

Each act is done in the same steps: the desk finds whom and what it is about, gathers the facts
(`core.enquiries`), lets a pure rule decide (`core.rules`), and has the outcome written down
(`core.register`). It runs to its end without awaiting, so acts are serial by construction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from msgspec import UNSET

from core.actor import Actor
from core.answered import AnsweredRequests
from core.availability import Shelves
from core.bookings import Bookings
from core.depot import Depot
from core.enquiries import Enquiries
from core.events import DiscrepancySettled, NotRenewed
from core.explain import Act, Explanation
from core.foresight import foresee
from core.journal import Journal
from core.library import Library
from core.members import Members
from core.model.records import (
    BibId,
    BlockKind,
    Discrepancy,
    DiscrepancyId,
    FeeId,
    Hold,
    HoldId,
    Item,
    LoanAct,
    Patron,
    PaymentKind,
)
from core.partners import Partners
from core.pins import PinGuard
from core.policy_table import PolicyTable
from core.ports import Clock, Credentials, Ids
from core.recalls import Recalls
from core.refusals import Reason, Refused
from core.register import Answer, Outcome, Register
from core.rules.blocks import block, enable
from core.rules.checkin import check_in
from core.rules.checkout import check_out
from core.rules.facts import HoldFacts, LoanFacts, Offline, Pin
from core.rules.fees import pay
from core.rules.holds import cancel_hold, change_hold, place_hold
from core.rules.notes import add_note
from core.rules.renewal import renew, renew_each
from core.rules.undo import undo, undone_before
from core.stock import Stock
from core.views import (
    HoldView,
    ItemView,
    PatronView,
    RenewedAll,
    view_hold,
    view_item,
    view_patron,
    view_renewed,
)

__all__ = [
    "Actor",
    "Answer",
    "CirculationDesk",
    "HoldView",
    "ItemView",
    "Outcome",
    "PatronView",
    "RenewedAll",
]

_WRONG: Final = Pin.WRONG  # by a name of its own: see core.rules.standing
_WRONG_PIN: Final = Refused(Reason.WRONG_PIN)
_UNKNOWN_PATRON: Final = Refused(Reason.UNKNOWN_PATRON)
_UNKNOWN_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)


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
        self.clock = clock
        self.pins = PinGuard() if pins is None else pins  # an empty one is false
        self._answered = answered
        self._ids = ids
        self._credentials = credentials
        self._enquiries = Enquiries(library, policy, clock)
        self._register = Register(journal, answered)
        self._bookings = Bookings(self._enquiries, self._register, ids)
        self.depot = Depot(self._enquiries, self._register, self._bookings, ids)
        self.recalls = Recalls(self._enquiries, self._register)
        self.partners = Partners(self._enquiries, self._register, ids)
        self.stock = Stock(self._enquiries, self._register, ids)
        self.members = Members(self._enquiries, self._register, ids)
        self.shelves = Shelves(self._enquiries, self._register)

    @property
    def policy(self) -> PolicyTable:
        """The policy from now on."""
        return self._enquiries.policy

    @policy.setter
    def policy(self, policy: PolicyTable) -> None:
        self._enquiries.policy = policy

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

        What a machine did ``offline`` has happened, and is booked whatever the rules say (`core.bookings`).
        """
        if offline is None:
            return self._lend(check_out, actor, patron, item, request, pin, fee_acknowledged, renewal_wanted)
        return self._bookings.loan(
            LoanAct.CHECK_OUT, actor, patron, item, offline, request, pin, fee_acknowledged, renewal_wanted
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
        """Let a patron keep an item longer. ``offline``: see `check_out`."""
        if offline is not None:
            return self._bookings.loan(
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
        again = self._register.again(request)
        if again is not None and not isinstance(again.outcome, Refused):
            return Answer(view_renewed(self._enquiries, again.outcome), again.unit, mine=True)
        moment = self._enquiries.moment(actor)
        who = self._enquiries.borrower(borrower)
        loans = [
            self._enquiries.loan(actor, moment, who, item, pin, fee_acknowledged, True)
            for item in sorted(who.loans, key=_due_first)
        ]
        events, refused = renew_each(loans, self._ids.next)
        done = (*events, NotRenewed(borrower.id, refused)) if refused else events
        if not events:
            seen = [number for item in who.loans for number in (item.id, item.bib)]
            return self._register.seen(view_renewed(self._enquiries, done), borrower.id, *seen)
        recorded = self._register.record(actor, moment.now, request, done)
        if isinstance(recorded.outcome, Refused):
            return Answer(recorded.outcome)
        return Answer(view_renewed(self._enquiries, done), recorded.unit, mine=True)

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
            return self._bookings.scan(actor, item, offline, request, returned_at)
        if again := self._register.again(request):
            return again
        found = self.library.item(item)
        if found is None:
            return Answer(_UNKNOWN_ITEM)
        moment = self._enquiries.moment(actor)
        decision = check_in(self._enquiries.scan(moment, found, returned_at), self._ids.next)
        return self._register.record(actor, moment.now, request, decision, found.id, found.bib)

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
        holder = self._admit(patron, pin, request)
        if isinstance(holder, Answer):
            return holder
        facts = self._hold_facts(actor, holder, bib, pickup, item, at, expires, pin)
        if isinstance(facts, Refused):
            return self._register.seen(facts, holder.id)
        decision = place_hold(facts, self._ids.next)
        return self._register.record(actor, facts.moment.now, request, decision, holder.id, bib)

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
        holder = self._admit(patron, pin, request)
        if isinstance(holder, Answer):
            return holder
        hold = self._hold(holder, bib, item)
        if isinstance(hold, Refused):
            return self._register.seen(hold, holder.id)
        facts = self._enquiries.change_of_wish(actor, hold, pickup, expires or UNSET, at)
        return self._register.record(actor, facts.moment.now, request, change_hold(facts), holder.id, bib)

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
        holder = self._admit(patron, pin, request)
        if isinstance(holder, Answer):
            return holder
        hold = self._hold(holder, bib, item)
        if isinstance(hold, Refused):
            return self._register.seen(hold, holder.id)
        return self._register.record(actor, self.clock.now(), request, cancel_hold(hold), holder.id, bib)

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
        payer = self._admit(patron, pin, request)
        if isinstance(payer, Answer):
            return payer
        facts = self._enquiries.payment(actor, payer, amount, currency, fee, kind, reference, pin)
        return self._register.record(actor, facts.moment.now, request, pay(facts, self._ids.next), payer.id)

    def block(
        self, actor: Actor, patron: str, kind: BlockKind, note: str = "", *, request: str = ""
    ) -> Answer[Outcome]:
        """Block a patron. A block of the same kind by the same actor is not placed twice."""
        if again := self._register.again(request):
            return again
        blocked, now = self.library.patron(patron), self.clock.now()
        if blocked is None:
            return Answer(_UNKNOWN_PATRON)
        decision = block(blocked, kind, note, actor.name, now)
        return self._register.record(actor, now, request, decision, blocked.id)

    def enable(
        self, actor: Actor, patron: str, *, request: str = "", pin: Pin = Pin.NOT_GIVEN
    ) -> Answer[Outcome]:
        """Lift the blocks that machines have placed on a patron. Any others stay."""
        enabled = self._admit(patron, pin, request)
        if isinstance(enabled, Answer):
            return enabled
        return self._register.record(actor, self.clock.now(), request, enable(enabled), enabled.id)

    def note_item(self, actor: Actor, item: str, text: str, *, request: str = "") -> Answer[Outcome]:
        """Add a line to the note on an item. A text that says nothing changes nothing."""
        if again := self._register.again(request):
            return again
        noted = self.library.item(item)
        if noted is None:
            return Answer(_UNKNOWN_ITEM)
        return self._register.record(actor, self.clock.now(), request, add_note(noted, text), noted.id)

    def undo_check_out(self, actor: Actor, item: str, *, request: str = "") -> Answer[Outcome]:
        """Take back a loan or a renewal that the actor has just made, as if it had never been."""
        return self._undo(LoanAct.CHECK_OUT, actor, item, None, request)

    def undo_check_in(self, actor: Actor, patron: str, item: str, *, request: str = "") -> Answer[Outcome]:
        """Take back a return that the actor has just made; ``patron`` had the item, nobody if empty."""
        borrower = self.library.patron(patron)
        if patron and borrower is None:
            return Answer(_UNKNOWN_PATRON)
        return self._undo(LoanAct.CHECK_IN, actor, item, borrower, request)

    # The reconciliation work list

    def discrepancies(self, open_only: bool = True) -> tuple[Discrepancy, ...]:
        """What machines did against the rules while they were on their own, oldest first."""
        noted = self.library.discrepancies.values()
        return tuple([line for line in noted if not open_only or line.settled_at is None])

    def settle_discrepancy(self, actor: Actor, discrepancy: DiscrepancyId, note: str) -> Answer[Outcome]:
        """Somebody has dealt with it. Nothing happens where there is no open one of that number."""
        found, now = self.library.discrepancies.get(discrepancy), self.clock.now()
        if found is None or found.settled_at is not None:
            return self._register.seen((), discrepancy)
        return self._register.record(
            actor, now, "", (DiscrepancySettled(discrepancy, actor.name, note, now),)
        )

    # Looking

    def find_patron(self, patron: str) -> Answer[Patron | None]:
        """A patron, without how they stand."""
        found = self.library.patron(patron)
        return Answer(None) if found is None else self._register.seen(found, found.id)

    def find_item(self, item: str) -> Answer[Item | None]:
        """An item, without what goes with it."""
        found = self.library.item(item)
        return Answer(None) if found is None else self._register.seen(found, found.id, found.bib)

    def view_patron(self, actor: Actor, patron: str, pin: Pin = Pin.NOT_GIVEN) -> Answer[PatronView | None]:
        """A patron as they stand now."""
        found = self.library.patron(patron)
        if found is None:
            return Answer(None)
        view = view_patron(self._enquiries, found, self._enquiries.moment(actor), pin)
        return self._register.seen(view, found.id)

    def view_item(self, item: str) -> Answer[ItemView | None]:
        """An item as it stands now."""
        found = self.library.item(item)
        if found is None:
            return Answer(None)
        return self._register.seen(view_item(self._enquiries, found), found.id, found.bib)

    def view_hold(self, hold: HoldId) -> Answer[HoldView | None]:
        """An open hold as it stands now."""
        found = self.library.holds.get(hold)
        if found is None:
            return Answer(None)
        return self._register.seen(view_hold(self._enquiries, found), found.id, found.bib)

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
        return foresee(self._enquiries, act, actor, patron, item, pin, fee_acknowledged, renewal_wanted)

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

    # How it is done

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
        borrower = self._admit(patron, pin, request)
        if not isinstance(borrower, Patron):
            return borrower
        found = self.library.item(item)
        if found is None:
            return self._register.seen(_UNKNOWN_ITEM, borrower.id)
        enquiries = self._enquiries
        moment, who = enquiries.moment(actor), enquiries.borrower(borrower)
        facts = enquiries.loan(actor, moment, who, found, pin, fee_acknowledged, renewal_wanted)
        return self._register.record(
            actor, moment.now, request, rule(facts, self._ids.next), borrower.id, found.id, found.bib
        )

    def _undo(
        self, act: LoanAct, actor: Actor, item: str, patron: Patron | None, request: str
    ) -> Answer[Outcome]:
        if again := self._register.again(request):
            return again
        found = self.library.item(item)
        if found is None:
            return Answer(_UNKNOWN_ITEM)
        last = self._answered.latest(found.id)
        if last is None:
            return self._register.seen(Refused(Reason.NOTHING_TO_UNDO), found.id)
        facts = self._enquiries.undoing(actor, act, found, patron, last)
        if undone := undone_before(facts):
            return self._register.seen((undone,), found.id)
        return self._register.record(actor, facts.now, request, undo(facts), found.id)

    def _admit(self, patron: str, pin: Pin, request: str) -> Patron | Answer[Outcome]:
        """Who acts; or what is answered at once: whom the desk does not know, and what was told before."""
        if pin is _WRONG:
            return Answer(_WRONG_PIN)
        found = self.library.patron(patron)
        if found is None:
            return Answer(_UNKNOWN_PATRON)
        return self._register.again(request) or found

    def _patron(self, patron: str, pin: Pin) -> Patron | Refused:
        if pin is _WRONG:
            return _WRONG_PIN
        return self.library.patron(patron) or _UNKNOWN_PATRON

    def _hold(self, holder: Patron, bib: BibId, item: str) -> Hold | Refused:
        wanted = self.library.item(item) if item else None
        if item and wanted is None:
            return _UNKNOWN_ITEM
        return self._enquiries.hold_of(holder, bib, wanted) or Refused(Reason.UNKNOWN_HOLD)

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
            return _UNKNOWN_ITEM
        if bib not in self.library.bibs:
            return Refused(Reason.UNKNOWN_BIB)
        return self._enquiries.wish(actor, holder, bib, pickup, wanted, at, expires, pin)


def _due_first(item: Item) -> tuple[datetime, int]:
    assert item.loan is not None, "a loan of the patron"
    return item.loan.due, item.id
