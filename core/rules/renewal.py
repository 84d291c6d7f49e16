"""Making a loan longer for the same patron. A renewal never makes it shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from core.events import Before, FeeCharged, Renewed
from core.model.money import ZERO
from core.model.records import FeeKind, Guest, ItemId, Loan
from core.refusals import Charge, Reason, Refused
from core.rules.calendar import due, overdue_fine
from core.rules.condition import ground_against
from core.rules.facts import LoanFacts
from core.rules.fees import charge
from core.rules.holds import alive
from core.rules.standing import standing


def renew(facts: LoanFacts, new_id: Callable[[], int]) -> Refused | tuple[Renewed | FeeCharged, ...]:
    """Renew the patron's loan of the item, or say why not."""
    if grounds := grounds_against_renewal(facts):
        return refusal(grounds[0], facts)
    return extend(facts, loan_end(facts), new_id)


def grounds_against_renewal(facts: LoanFacts) -> list[Reason]:
    """Every ground on which the patron's loan of the item is not renewed here, in the order of the README."""
    item, loan = facts.item, facts.item.loan
    grounds: list[Reason] = [
        ground
        for ground in standing(facts.borrower, facts.moment, facts.pin)
        if ground is not Reason.TOO_MANY_LOANS
    ]
    if not facts.served:
        grounds.append(Reason.NOT_SERVED_HERE)
    if not facts.renewal_wanted:
        grounds.append(Reason.RENEWAL_NOT_WANTED)
    if loan is None:
        return [*grounds, Reason.NOT_ON_LOAN]
    if loan.patron != facts.borrower.patron.id:
        return [*grounds, Reason.NOT_LENT_TO_PATRON]
    if ground := ground_against(item):
        grounds.append(ground)
    if not facts.terms.loanable:
        grounds.append(Reason.NOT_FOR_LOAN)
    if loan.renewals >= facts.terms.renewals or (item.guest is not None and not _may_stay(item.guest, loan)):
        grounds.append(Reason.TOO_MANY_RENEWALS)
    if loan.recalled_at is not None or _wanted_by_others(facts, loan):
        grounds.append(Reason.WANTED_BY_ANOTHER)
    if facts.terms.rental > 0 and not facts.fee_acknowledged:
        grounds.append(Reason.FEE_TO_ACKNOWLEDGE)
    return grounds


def loan_end(facts: LoanFacts) -> datetime:
    """When a loan that begins now is due: by the terms, but a guest when its partner waits for it."""
    guest = facts.item.guest
    if guest is None or guest.due is None:
        return due(facts.terms, facts.moment)
    return min(due(facts.terms, facts.moment), max(guest.due, facts.moment.now))


def extend(facts: LoanFacts, until: datetime, new_id: Callable[[], int]) -> tuple[Renewed | FeeCharged, ...]:
    """The longer loan, whatever may stand against it. The patron has the item on loan.

    A fine for the days it was overdue is charged now, for the new due date hides them; a rental is charged
    again.
    """
    item, loan = facts.item, facts.item.loan
    assert loan is not None, "what is renewed is on loan"
    now = facts.moment.now
    renewed = Loan(loan.patron, loan.out_at, max(loan.due, until), loan.renewals + 1, loan.agency)
    before = Before(item.status, loan, item.hold, item.destination, item.moved_at)
    fine = overdue_fine(facts.terms, loan.due, now, facts.moment.opening, facts.currency)
    return (
        Renewed(item.id, renewed, loan.due, before),
        *(
            charge(loan.patron, what, item.id, now, new_id)
            for what in (Charge(FeeKind.OVERDUE, fine, facts.currency), rental(facts))
            if what.amount > 0
        ),
    )


def refusal(ground: Reason, facts: LoanFacts) -> Refused:
    """The no that the ground leads to, with the amount it speaks of."""
    return Refused(ground, rental(facts) if ground is Reason.FEE_TO_ACKNOWLEDGE else None)


def rental(facts: LoanFacts) -> Charge:
    """What the loan costs."""
    return Charge(FeeKind.RENTAL, facts.terms.rental, facts.currency)


class RenewedEach(NamedTuple):
    """What became of many loans: the events of those that were renewed, and who was told no."""

    events: tuple[Renewed | FeeCharged, ...]
    refused: tuple[tuple[ItemId, Refused], ...]


def renew_each(loans: Iterable[LoanFacts], new_id: Callable[[], int]) -> RenewedEach:
    """Renew the loans of one patron in this order, each by the rule of `renew`.

    What one costs is owed when the next is decided, and may be too much. That it is no longer overdue changes
    nothing: had too many been so, it would not have been renewed.
    """
    events: list[Renewed | FeeCharged] = []
    refused: list[tuple[ItemId, Refused]] = []
    charged = ZERO
    for facts in loans:
        borrower = facts.borrower
        if charged:
            facts = replace(facts, borrower=replace(borrower, owed=borrower.owed + charged))
        decision = renew(facts, new_id)
        if isinstance(decision, Refused):
            refused.append((facts.item.id, decision))
            continue
        events += decision
        charged += sum((event.fee.amount for event in decision if isinstance(event, FeeCharged)), ZERO)
    return RenewedEach(tuple(events), tuple(refused))


def stops_renewal(grounds: Iterable[Reason]) -> Reason | None:
    """The worst ground of `standing` that stops a renewal: any but too many loans, for it adds none."""
    return next((ground for ground in grounds if ground is not Reason.TOO_MANY_LOANS), None)


def _may_stay(guest: Guest, loan: Loan) -> bool:
    """Whether the partner lets the patron keep its item longer than until the loan is due."""
    return guest.renewable and (guest.due is None or guest.due > loan.due)


def _wanted_by_others(facts: LoanFacts, loan: Loan) -> bool:
    """Whether more holds of others wait for it than copies stand on the shelf."""
    if not facts.demand.waiting:
        return False
    waiting = alive(facts.demand.waiting, facts.moment.today)
    return sum(hold.patron != loan.patron for hold in waiting) > facts.demand.on_shelf
