"""What the desk finds out before a rule decides: the facts of an act, from memory, policy and clock.

The rule it keeps: it looks and decides nothing. Whatever a rule is told (`core.rules.facts`) is gathered
here, so that an act, its explanation and a look at the patron see the same.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from core.actor import Actor
from core.answered import Memory
from core.explain import TermsFound, terms_found
from core.library import Library
from core.model.policy import LoanTerms
from core.model.records import (
    BibId,
    FeeId,
    Hold,
    HoldId,
    Item,
    ItemStatus,
    LoanAct,
    Patron,
    PaymentKind,
)
from core.policy_table import PolicyTable
from core.ports import Clock
from core.rules.facts import (
    NO_DEMAND,
    Borrower,
    Demand,
    HoldChangeFacts,
    HoldFacts,
    LoanFacts,
    Moment,
    PaymentFacts,
    Pin,
    ReturnFacts,
    UndoFacts,
)
from core.rules.holds import can_fill
from core.rules.service import home, serves


class Enquiries:
    """Gathers facts. ``policy`` may be put in place of another at any time: the next act is told of it."""

    def __init__(self, library: Library, policy: PolicyTable, clock: Clock) -> None:
        self.library = library
        self.policy = policy
        self.clock = clock

    def moment(self, actor: Actor) -> Moment:
        """Now, where the actor is."""
        return self.policy.moment(actor.agency, self.clock.now())

    # Of an act

    def loan(
        self,
        actor: Actor,
        moment: Moment,
        borrower: Borrower,
        item: Item,
        pin: Pin,
        fee_acknowledged: bool,
        renewal_wanted: bool,
    ) -> LoanFacts:
        """For lending an item, or renewing its loan."""
        policy = self.policy
        return LoanFacts(
            moment=moment,
            borrower=borrower,
            item=item,
            terms=policy.terms_for(borrower.patron.group, item.policy, item.location),
            currency=policy.policy.currency,
            demand=self.demand(item),
            pin=pin,
            fee_acknowledged=fee_acknowledged,
            renewal_wanted=renewal_wanted,
            served=serves(actor.serves, item.location),
        )

    def scan(self, moment: Moment, item: Item, returned_at: datetime | None = None) -> ReturnFacts:
        """For taking an item back."""
        return ReturnFacts(
            moment=moment,
            item=item,
            terms=self.terms(self.has_it(item), item),
            home=home(item.location),
            currency=self.policy.policy.currency,
            demand=self.demand(item),
            returned_at=returned_at,
            remote=item.location in self.policy.remote,
        )

    def undoing(
        self, actor: Actor, act: LoanAct, item: Item, patron: Patron | None, last: Memory
    ) -> UndoFacts:
        """For taking back the last act on an item."""
        done_at, done_by, events = last
        library = self.library
        return UndoFacts(
            now=self.clock.now(),
            window=timedelta(minutes=self.policy.policy.undo_minutes),
            actor=actor.name,
            act=act,
            item=item,
            patron=None if patron is None else patron.id,
            done_at=done_at,
            done_by=done_by,
            events=events,
            holds=library.holds,
            items=library.items,
            fees=library.fees,
            discrepancies=library.discrepancies,
        )

    def wish(
        self,
        actor: Actor,
        holder: Patron,
        bib: BibId,
        pickup: str,
        item: Item | None,
        at: str,
        expires: date | None,
        pin: Pin,
    ) -> HoldFacts:
        """For placing a hold on a bib, or on one item of it."""
        moment = self.moment(actor)
        hold = Hold(
            id=HoldId(0),  # it gets one when it is placed
            version=1,
            patron=holder.id,
            bib=bib,
            pickup=pickup,
            placed_at=moment.now,
            item=None if item is None else item.id,
            expires=expires,
            at=at,
        )
        items = self.library.items_of(bib)
        return HoldFacts(
            moment=moment,
            borrower=self.borrower(holder),
            hold=hold,
            held=any(other.bib == bib for other in self.library.holds_of(holder.id)),
            borrowed=any(i.loan is not None and i.loan.patron == holder.id for i in items),
            holdable=any(can_fill(hold, i, self.terms(holder, i)) for i in items),
            pickup_known=self.policy.is_agency(pickup),
            pin=pin,
        )

    def change_of_wish(
        self, actor: Actor, hold: Hold, pickup: str | None, expires: date | UnsetType | None, at: str | None
    ) -> HoldChangeFacts:
        """For changing what is given of a hold. Its last day may be taken away: that is None."""
        changed = replace(
            hold,
            pickup=hold.pickup if pickup is None else pickup,
            expires=hold.expires if expires is UNSET else expires,
            at=hold.at if at is None else at,
        )
        return HoldChangeFacts(
            moment=self.moment(actor),
            hold=hold,
            changed=changed,
            holdable=any(self.may_fill(changed, item) for item in self.library.items_of(hold.bib)),
            pickup_known=self.policy.is_agency(changed.pickup),
        )

    def payment(
        self,
        actor: Actor,
        payer: Patron,
        amount: Decimal,
        currency: str,
        fee: FeeId | None,
        kind: PaymentKind,
        reference: str,
        pin: Pin,
    ) -> PaymentFacts:
        """For taking money."""
        return PaymentFacts(
            moment=self.moment(actor),
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

    # Of people and things

    def borrower(self, patron: Patron) -> Borrower:
        """A patron with everything that decides what they may do."""
        library, number = self.library, patron.id
        return Borrower(
            patron=patron,
            limits=self.policy.limits_for(patron.group),
            loans=library.loans_of(number),
            owed=library.owed_by(number),
            holds=library.hold_count(number),
        )

    def hold_of(self, holder: Patron, bib: BibId, item: Item | None) -> Hold | None:
        """The patron's hold on the bib; with an item named, only one that this item could fill."""
        for hold in self.library.holds_of(holder.id):
            if hold.bib == bib and (item is None or hold.item in (None, item.id)):
                return hold
        return None

    def has_it(self, item: Item) -> Patron | None:
        """Who has the item on loan."""
        return None if item.loan is None else self.library.patrons[item.loan.patron]

    def terms(self, patron: Patron | None, item: Item) -> LoanTerms:
        """The terms of a loan of the item to this patron, or to nobody in particular."""
        return self.policy.terms_for("" if patron is None else patron.group, item.policy, item.location)

    def terms_found(self, patron: Patron | None, item: Item) -> TermsFound:
        """The same terms, and how they were found."""
        group = "" if patron is None else patron.group
        number = self.policy.rule_for(group, item.policy, item.location)
        return terms_found(self.terms(patron, item), number, self.policy.policy.loan_rules)

    def demand(self, item: Item) -> Demand:
        """Who waits for an item. Almost always nobody, which costs one look-up."""
        if item.hold is None and not self.library.is_awaited(item.bib):
            return NO_DEMAND
        trapped = self.library.holds[item.hold] if item.hold is not None else None
        waiting = tuple([hold for hold in self.library.queue_of(item.bib) if self.may_fill(hold, item)])
        if trapped is None and not waiting:
            return NO_DEMAND
        on_shelf = sum(
            1
            for other in self.library.items_of(item.bib)
            if other.status is ItemStatus.AVAILABLE and any(self.may_fill(hold, other) for hold in waiting)
        )
        return Demand(trapped, waiting, on_shelf)

    def may_fill(self, hold: Hold, item: Item) -> bool:
        """Whether the item, once at hand, could be set aside for the hold."""
        return can_fill(hold, item, self.terms(self.library.patrons[hold.patron], item))
