"""Making a loan longer for the same patron. A renewal never makes it shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.events import FeeCharged, Renewed
from core.model.records import FeeKind, Loan
from core.refusals import Charge, Reason, Refused
from core.rules.calendar import due, overdue_fine
from core.rules.condition import ground_against
from core.rules.facts import LoanFacts
from core.rules.fees import charge
from core.rules.holds import alive
from core.rules.standing import standing


def renew(facts: LoanFacts, new_id: Callable[[], int]) -> Refused | tuple[Renewed | FeeCharged, ...]:
    """Renew the patron's loan of the item, or say why not.

    A fine for the days it was overdue is charged now, for the new due date hides them; a rental is charged
    again.
    """
    if ground := stops_renewal(standing(facts.borrower, facts.moment, facts.pin)):
        return Refused(ground)
    loan = facts.item.loan
    if loan is None:
        return Refused(Reason.NOT_ON_LOAN)
    if loan.patron != facts.borrower.patron.id:
        return Refused(Reason.NOT_LENT_TO_PATRON)
    if ground := ground_against(facts.item) or _ground_against(facts, loan):
        return Refused(ground)
    rental = Charge(FeeKind.RENTAL, facts.terms.rental, facts.currency)
    if rental.amount > 0 and not facts.fee_acknowledged:
        return Refused(Reason.FEE_TO_ACKNOWLEDGE, rental)
    now, opening = facts.moment.now, facts.moment.opening
    later = max(loan.due, due(facts.terms, facts.moment))
    renewed = Loan(loan.patron, loan.out_at, later, loan.renewals + 1, loan.agency)
    fine = overdue_fine(facts.terms, loan.due, now, opening, facts.currency)
    return (
        Renewed(facts.item.id, renewed, loan.due),
        *(
            charge(loan.patron, what, facts.item.id, now, new_id)
            for what in (Charge(FeeKind.OVERDUE, fine, facts.currency), rental)
            if what.amount > 0
        ),
    )


def stops_renewal(grounds: Iterable[Reason]) -> Reason | None:
    """The worst ground of `standing` that stops a renewal: any but too many loans, for it adds none."""
    return next((ground for ground in grounds if ground is not Reason.TOO_MANY_LOANS), None)


def _ground_against(facts: LoanFacts, loan: Loan) -> Reason | None:
    if not facts.terms.loanable:
        return Reason.NOT_FOR_LOAN
    if loan.renewals >= facts.terms.renewals:
        return Reason.TOO_MANY_RENEWALS
    waiting = alive(facts.demand.waiting, facts.moment.today)
    others = sum(hold.patron != loan.patron for hold in waiting)
    return Reason.WANTED_BY_ANOTHER if others > facts.demand.on_shelf else None
