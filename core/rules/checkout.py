"""Lending an item to a patron. The order of the checks is a table in the README: one case, one answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import takewhile
from typing import Final

from core.events import Before, CheckedOut, FeeCharged, Renewed
from core.model.records import Hold, ItemStatus, Loan
from core.refusals import Reason, Refused
from core.rules.condition import ground_against
from core.rules.facts import NO_DEMAND, LoanFacts
from core.rules.fees import charge
from core.rules.holds import alive
from core.rules.renewal import loan_end, refusal, renew, rental
from core.rules.service import home
from core.rules.standing import standing

_IN_TRANSIT: Final = ItemStatus.IN_TRANSIT  # by a name of its own: see core.rules.standing


def check_out(
    facts: LoanFacts, new_id: Callable[[], int]
) -> Refused | tuple[CheckedOut | Renewed | FeeCharged, ...]:
    """Lend the item, or say why not. What the patron has on loan already is renewed, if that is wanted."""
    loan = facts.item.loan
    if loan is not None and loan.patron == facts.borrower.patron.id:
        return renew(facts, new_id)
    if grounds := grounds_against_loan(facts):
        return refusal(grounds[0], facts)
    return lend(facts, loan_end(facts), new_id)


def grounds_against_loan(facts: LoanFacts) -> list[Reason]:
    """Every ground on which this patron is not lent this item here, in the order of the README."""
    patron, item, trapped = facts.borrower.patron.id, facts.item, facts.demand.trapped
    own = trapped is not None and trapped.patron == patron
    grounds = list(standing(facts.borrower, facts.moment, facts.pin))
    if not facts.served:
        grounds.append(Reason.NOT_SERVED_HERE)
    if ground := ground_against(item):
        grounds.append(ground)
    if item.status is _IN_TRANSIT and not own and (trapped or item.destination != home(item.location)):
        grounds.append(Reason.ITEM_IN_TRANSIT)
    if not facts.terms.loanable:
        grounds.append(Reason.NOT_FOR_LOAN)
    if item.loan is not None:
        grounds.append(Reason.LENT_TO_ANOTHER)
    if not own and (trapped or _needed_by_others(facts)):
        grounds.append(Reason.HELD_FOR_ANOTHER)
    if facts.terms.rental > 0 and not facts.fee_acknowledged:
        grounds.append(Reason.FEE_TO_ACKNOWLEDGE)
    return grounds


def lend(facts: LoanFacts, until: datetime, new_id: Callable[[], int]) -> tuple[CheckedOut | FeeCharged, ...]:
    """The loan, whatever may stand against it. It fills the patron's own hold, and displaces another's."""
    patron, item, trapped = facts.borrower.patron.id, facts.item, facts.demand.trapped
    now, filled, displaced = facts.moment.now, None, None
    holds: tuple[Hold, ...] = ()
    if facts.demand is not NO_DEMAND:
        filled = _own_hold(facts)
        displaced = trapped if trapped is not None and trapped.patron != patron else None
        holds = tuple([hold for hold in (filled, displaced) if hold])
    checked_out = CheckedOut(
        item.id,
        Loan(patron, now, until, 0, facts.moment.opening.agency),
        None if filled is None else filled.id,
        None if displaced is None else displaced.id,
        Before(item.status, item.loan, item.hold, item.destination, item.moved_at, holds),
    )
    if facts.terms.rental > 0:
        return checked_out, charge(patron, rental(facts), item.id, now, new_id)
    return (checked_out,)


def _needed_by_others(facts: LoanFacts) -> bool:
    """Whether the holds of others, those before the patron's own, need every copy on the shelf."""
    if not facts.demand.waiting:
        return False
    patron = facts.borrower.patron.id
    waiting = alive(facts.demand.waiting, facts.moment.today)
    ahead = sum(1 for _ in takewhile(lambda hold: hold.patron != patron, waiting))
    return ahead > 0 and ahead >= facts.demand.on_shelf


def _own_hold(facts: LoanFacts) -> Hold | None:
    """The patron's own hold that the loan fills: the one the item is set aside for, else one that waits."""
    patron, demand = facts.borrower.patron.id, facts.demand
    candidates: tuple[Hold | None, ...] = (demand.trapped, *demand.waiting)
    return next((hold for hold in candidates if hold is not None and hold.patron == patron), None)
