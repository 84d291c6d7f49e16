"""Lending an item to a patron. The order of the checks is a table in the README: one case, one answer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from core.events import CheckedOut, FeeCharged, Renewed
from core.model.records import FeeKind, Hold, HoldId, ItemStatus, Loan
from core.refusals import Charge, Reason, Refused
from core.rules.calendar import due
from core.rules.condition import ground_against
from core.rules.facts import LoanFacts
from core.rules.fees import charge
from core.rules.holds import alive
from core.rules.renewal import renew, stops_renewal
from core.rules.standing import standing


def check_out(
    facts: LoanFacts, new_id: Callable[[], int]
) -> Refused | tuple[CheckedOut | Renewed | FeeCharged, ...]:
    """Lend the item, or say why not. What the patron has on loan already is renewed, if that is wanted."""
    patron, item, loan = facts.borrower.patron.id, facts.item, facts.item.loan
    grounds = standing(facts.borrower, facts.moment, facts.pin)
    if loan is not None and loan.patron == patron:
        if facts.renewal_wanted or stops_renewal(grounds):
            return renew(facts, new_id)
        return Refused(Reason.RENEWAL_NOT_WANTED)
    if grounds:
        return Refused(grounds[0])
    if ground := ground_against(item) or _ground_against(facts):
        return Refused(ground)
    rental = Charge(FeeKind.RENTAL, facts.terms.rental, facts.currency)
    if rental.amount > 0 and not facts.fee_acknowledged:
        return Refused(Reason.FEE_TO_ACKNOWLEDGE, rental)
    now = facts.moment.now
    lent = Loan(patron, now, due(facts.terms, facts.moment), agency=facts.moment.opening.agency)
    checked_out = CheckedOut(item.id, lent, _own_hold(facts))
    if rental.amount > 0:
        return checked_out, charge(patron, rental, item.id, now, new_id)
    return (checked_out,)


def _ground_against(facts: LoanFacts) -> Reason | None:
    """What forbids lending a sound item to this patron here."""
    patron, item, trapped = facts.borrower.patron.id, facts.item, facts.demand.trapped
    own = trapped is not None and trapped.patron == patron
    if item.status is ItemStatus.IN_TRANSIT and not own and (trapped or item.destination != _home(facts)):
        return Reason.ITEM_IN_TRANSIT
    if not facts.terms.loanable:
        return Reason.NOT_FOR_LOAN
    if item.loan is not None:
        return Reason.LENT_TO_ANOTHER
    if not own and (trapped or _needed_by_others(facts)):
        return Reason.HELD_FOR_ANOTHER
    return None


def _home(facts: LoanFacts) -> str:
    return facts.item.location.partition("/")[0]


def _needed_by_others(facts: LoanFacts) -> bool:
    """Whether the holds of others, those before the patron's own, need every copy on the shelf."""
    patron = facts.borrower.patron.id
    waiting = alive(facts.demand.waiting, facts.moment.today)
    ahead = sum(1 for _ in takewhile(lambda hold: hold.patron != patron, waiting))
    return ahead > 0 and ahead >= facts.demand.on_shelf


def _own_hold(facts: LoanFacts) -> HoldId | None:
    """The patron's own hold that the loan fills: the one the item is set aside for, else one that waits."""
    patron, demand = facts.borrower.patron.id, facts.demand
    candidates: tuple[Hold | None, ...] = (demand.trapped, *demand.waiting)
    return next((hold.id for hold in candidates if hold is not None and hold.patron == patron), None)
