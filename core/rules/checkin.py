"""Scanning an item in: the loan ends, the item goes where it is needed next, and lateness is charged.

Nobody's standing is asked: a library takes back what is its own, from whomever brings it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from core.events import Before, CheckedIn, FeeCharged
from core.model.records import FeeKind, Hold, Item, ItemStatus, Loan
from core.refusals import Charge, Reason, Refused
from core.rules.calendar import hold_shelf_end, overdue_fine
from core.rules.facts import NO_DEMAND, ReturnFacts
from core.rules.fees import charge
from core.rules.holds import alive

_WITHDRAWN: Final = ItemStatus.WITHDRAWN  # by names of their own: see core.rules.standing
_CLAIMED_RETURNED: Final = ItemStatus.CLAIMED_RETURNED


def check_in(facts: ReturnFacts, new_id: Callable[[], int]) -> Refused | tuple[CheckedIn | FeeCharged, ...]:
    """Scan the item in, whether or not it was on loan. Only an item that was withdrawn is refused."""
    if ground := ground_against_return(facts.item):
        return Refused(ground)
    return take_back(facts, facts.moment.now, new_id)


def ground_against_return(item: Item) -> Reason | None:
    """Why the item is not taken back; None if it is."""
    return Reason.ITEM_WITHDRAWN if item.status is _WITHDRAWN else None


def take_back(
    facts: ReturnFacts, scanned_at: datetime, new_id: Callable[[], int]
) -> tuple[CheckedIn | FeeCharged, ...]:
    """The return, whatever may stand against it, of an item that was scanned at ``scanned_at``."""
    item, loan, now = facts.item, facts.item.loan, facts.moment.now
    checked_in = _checked_in(facts, scanned_at)
    # Whoever said that they had returned it was right, or has staff to talk to.
    if loan is None or item.status is _CLAIMED_RETURNED:
        return (checked_in,)
    fine = overdue_fine(facts.terms, loan.due, checked_in.returned_at, facts.moment.opening, facts.currency)
    if not fine:
        return (checked_in,)
    overdue = Charge(FeeKind.OVERDUE, fine, facts.currency)
    return checked_in, charge(loan.patron, overdue, item.id, now, new_id)


def _checked_in(facts: ReturnFacts, scanned_at: datetime) -> CheckedIn:
    """Where the item goes: to the hold it is set aside for, else to the first that waits, else home."""
    item, loan, here = facts.item, facts.item.loan, facts.moment.opening.agency
    hold = None if facts.demand is NO_DEMAND else facts.demand.trapped or _first_waiting(facts)
    goal = facts.home if hold is None else hold.pickup
    stays = goal == here and (hold is not None or not facts.remote)
    return CheckedIn(
        item=item.id,
        agency=here,
        returned_at=_returned_at(facts, loan),
        patron=None if loan is None else loan.patron,
        hold=None if hold is None else hold.id,
        hold_patron=None if hold is None else hold.patron,
        destination="" if stays else goal,
        ready_until=_ready_until(facts, hold) if hold is not None and goal == here else None,
        scanned_at=scanned_at,
        before=Before(
            item.status, loan, item.hold, item.destination, item.moved_at, () if hold is None else (hold,)
        ),
        guest=item.guest is not None,
    )


def _first_waiting(facts: ReturnFacts) -> Hold | None:
    """The first hold of the queue that is alive."""
    return next(iter(alive(facts.demand.waiting, facts.moment.today)), None)


def _returned_at(facts: ReturnFacts, loan: Loan | None) -> datetime:
    """When it really came back: as the book drop says, but never in the future nor before it was lent."""
    now = facts.moment.now
    returned_at = now if facts.returned_at is None else min(facts.returned_at, now)
    return returned_at if loan is None else max(returned_at, loan.out_at)


def _ready_until(facts: ReturnFacts, hold: Hold) -> datetime:
    """The end of its time on the hold shelf. Scanning it in there once more makes that no longer."""
    return hold.ready_until or hold_shelf_end(facts.terms, facts.moment)
