"""Calling a loan back, because somebody else needs the item sooner than it is due; and letting that be.

Whoever has it keeps it for the shortest loan and the notice that the terms give. A recall never makes a loan
longer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.events import RecallCancelled, Recalled
from core.model.policy import LoanTerms
from core.model.records import Item
from core.refusals import Reason, Refused
from core.rules.calendar import recall_end
from core.rules.condition import ground_against
from core.rules.facts import Moment

_NOT_ON_LOAN: Final = Refused(Reason.NOT_ON_LOAN)


class RecallFacts(Struct, frozen=True, gc=False):
    """What calling a loan back needs to know: the terms of the loan, and when the item is ``wanted``, if that
    was said.
    """

    moment: Moment
    item: Item
    terms: LoanTerms
    wanted: datetime | None = None


def recall(facts: RecallFacts) -> Refused | tuple[Recalled, ...]:
    """Make the loan due sooner: when the item is wanted, but no sooner than the terms allow.

    What has been called back stays due as it is then.
    """
    loan = facts.item.loan
    if loan is None:
        return _NOT_ON_LOAN
    if ground := ground_against(facts.item):
        return Refused(ground)
    if loan.recalled_at is not None:
        return ()
    soonest = recall_end(facts.terms, loan.out_at, facts.moment)
    due = min(loan.due, max(soonest, facts.wanted or soonest))
    return (
        Recalled(facts.item.id, replace(loan, due=due, recalled_at=facts.moment.now, due_before=loan.due)),
    )


def cancel_recall(item: Item) -> Refused | tuple[RecallCancelled, ...]:
    """Make the loan due when it had been before it was called back; nothing happens if it was not."""
    loan = item.loan
    if loan is None:
        return _NOT_ON_LOAN
    if loan.recalled_at is None:
        return ()
    due = loan.due_before or loan.due
    return (RecallCancelled(item.id, replace(loan, due=due, recalled_at=None, due_before=None)),)
