"""Taking an act back at the machine where it failed: the item could not be unlocked, or was taken out again.

Then everything is as if the act had never been, where a further act would only move on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from core.events import Before, CheckedIn, CheckedOut, DiscrepancyNoted, FeeCharged, Renewed, Undone
from core.model.records import (
    DiscrepancyId,
    FeeId,
    Hold,
    HoldId,
    HoldStatus,
    Item,
    ItemStatus,
    Loan,
    LoanAct,
)
from core.refusals import Reason, Refused
from core.rules.facts import UndoFacts

_Undoable = CheckedOut | Renewed | CheckedIn

_WHERE_HELD: Final = {
    HoldStatus.READY: ItemStatus.ON_HOLD_SHELF,
    HoldStatus.IN_TRANSIT: ItemStatus.IN_TRANSIT,
}
"""Where the item is that was set aside for a hold."""


def undo(facts: UndoFacts) -> Refused | tuple[Undone]:
    """Take back the last act on the item: the actor's own, lately done, and nothing has happened to the item
    since.
    """
    if facts.done_by == facts.actor and facts.now - facts.done_at <= facts.window:
        for event in facts.events:
            if not isinstance(event, _Undoable) or (before := event.before) is None:
                continue
            if _is_meant(event, before, facts):
                return (_undone(event, before, facts),)
    return Refused(Reason.NOTHING_TO_UNDO)


def undone_before(facts: UndoFacts) -> Undone | None:
    """The same act, if the last thing that happened to the item is that it was undone: it is not again."""
    last = facts.events[0]
    if not isinstance(last, Undone) or (facts.done_by, last.act) != (facts.actor, facts.act):
        return None
    return last if facts.act is LoanAct.CHECK_OUT or last.patron == facts.patron else None


def _is_meant(event: _Undoable, before: Before, facts: UndoFacts) -> bool:
    """Whether this is the act, and the item is as it has left it."""
    item = facts.item
    stands = (item.status, item.loan, item.hold, item.destination)
    if event.item != item.id or stands != _left_by(event, before):
        return False
    if isinstance(event, CheckedIn):
        return facts.act is LoanAct.CHECK_IN and event.patron == facts.patron
    return facts.act is LoanAct.CHECK_OUT


def _left_by(event: _Undoable, before: Before) -> tuple[ItemStatus, Loan | None, HoldId | None, str]:
    """How an item stands after this: status, loan, hold, destination."""
    match event:
        case CheckedOut():
            return ItemStatus.ON_LOAN, event.loan, None, ""
        case Renewed():
            return before.status, event.loan, before.hold, before.destination
        case CheckedIn():
            return event.status, None, event.hold, event.destination


def _undone(event: _Undoable, before: Before, facts: UndoFacts) -> Undone:
    item = facts.item
    holds = tuple(_restored(event, before, facts))
    set_aside = before.hold if any(hold.id == before.hold for hold in holds) else None
    return Undone(
        act=facts.act,
        item=item.id,
        patron=event.patron if isinstance(event, CheckedIn) else event.loan.patron,
        before=replace(before, hold=set_aside, holds=holds),
        fees=tuple(_fees(facts)),
        discrepancies=tuple(_discrepancies(facts)),
    )


def _fees(facts: UndoFacts) -> Iterator[FeeId]:
    """What the act has charged for the item, and is still in the ledger."""
    for event in facts.events:
        if isinstance(event, FeeCharged) and event.fee.item == facts.item.id and event.fee.id in facts.fees:
            yield event.fee.id


def _discrepancies(facts: UndoFacts) -> Iterator[DiscrepancyId]:
    """What was noted of the act, and nobody has dealt with yet."""
    for event in facts.events:
        if isinstance(event, DiscrepancyNoted):
            now = facts.discrepancies.get(event.discrepancy.id)
            if now is not None and now.settled_at is None:
                yield now.id


def _restored(event: _Undoable, before: Before, facts: UndoFacts) -> Iterator[Hold]:
    """The holds as they were. What has happened to one since, stays: its item may be another by now."""
    for hold in before.holds:
        now = facts.holds.get(hold.id)
        if isinstance(event, CheckedOut) and event.hold == hold.id:
            kept = hold.trapped is None or _is_set_aside(hold, facts.item, facts.items.get(hold.trapped))
            yield hold if kept else replace(hold, status=HoldStatus.WAITING, trapped=None, ready_until=None)
        elif now is not None and now.trapped in (None, facts.item.id):
            yield replace(now, status=hold.status, trapped=hold.trapped, ready_until=hold.ready_until)


def _is_set_aside(hold: Hold, undone: Item, trapped: Item | None) -> bool:
    """Whether the item that a hold had is still where the hold, once filled, had left it."""
    if trapped is None:
        return False
    return trapped.id == undone.id or (trapped.hold is None and trapped.status is _WHERE_HELD[hold.status])
