"""What a patron has against them: the one engine behind every "you may not" that is about the person.

Check out, renew, place a hold and the patron status of every protocol derive from it. It runs with every
message, so the ordinary patron costs a handful of comparisons.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.model.records import BlockKind, Item, ItemStatus
from core.refusals import Reason
from core.rules.facts import Borrower, Moment, Pin

_WRONG: Final = Pin.WRONG  # by a name of its own: Python 3.11 is slow to find a member in its enum


def standing(borrower: Borrower, moment: Moment, pin: Pin = Pin.NOT_GIVEN) -> tuple[Reason, ...]:
    """Return every ground on which the patron may not borrow now, worst first; none if in good standing."""
    patron, limits = borrower.patron, borrower.limits
    grounds: list[Reason] = []
    if pin is _WRONG:
        grounds.append(Reason.WRONG_PIN)
    if not patron.active:
        grounds.append(Reason.PATRON_INACTIVE)
    if patron.expires is not None and patron.expires < moment.today:
        grounds.append(Reason.PATRON_EXPIRED)
    if patron.blocks:
        kinds = {block.kind for block in patron.blocks}
        if BlockKind.CARD_LOST in kinds:
            grounds.append(Reason.CARD_LOST)
        if kinds != {BlockKind.CARD_LOST}:
            grounds.append(Reason.PATRON_BLOCKED)
    if borrower.owed > limits.owed:
        grounds.append(Reason.TOO_MUCH_OWED)
    # Fewer loans than overdues allowed: no need to look at each.
    if len(borrower.loans) > limits.overdues and overdues(borrower, moment.now) > limits.overdues:
        grounds.append(Reason.TOO_MANY_OVERDUES)
    if len(borrower.loans) >= limits.loans:
        grounds.append(Reason.TOO_MANY_LOANS)
    return tuple(grounds)


def overdues(borrower: Borrower, now: datetime) -> int:
    """How many of the patron's loans are overdue."""
    return sum(is_overdue(item, now) for item in borrower.loans)


def is_overdue(item: Item, now: datetime) -> bool:
    """Whether the item should have been back; what is lost or said to be returned is not waited for."""
    return item.status is ItemStatus.ON_LOAN and item.loan is not None and item.loan.due < now
