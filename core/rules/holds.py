"""Holds: who may place or change one, which items can fill it, and which of them still count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from core.events import HoldCancelled, HoldChanged, HoldPlaced
from core.model.policy import LoanTerms
from core.model.records import Hold, HoldId, HoldStatus, Item, ItemStatus
from core.refusals import Reason, Refused
from core.rules.facts import HoldChangeFacts, HoldFacts
from core.rules.standing import standing


def place_hold(facts: HoldFacts, new_id: Callable[[], int]) -> Refused | tuple[HoldPlaced]:
    """Place the hold, or say why not."""
    if grounds := grounds_against_hold(facts):
        return Refused(grounds[0])
    return (HoldPlaced(replace(facts.hold, id=HoldId(new_id()))),)


def stops_hold(grounds: Iterable[Reason]) -> Reason | None:
    """The worst ground of `standing` that stops a hold: any but too many loans, for it adds none yet."""
    return next((ground for ground in grounds if ground is not Reason.TOO_MANY_LOANS), None)


def grounds_against_hold(facts: HoldFacts) -> list[Reason]:
    """Every ground on which the hold is not placed, in the order of the README."""
    borrower, expires = facts.borrower, facts.hold.expires
    grounds: list[Reason] = [
        ground
        for ground in standing(borrower, facts.moment, facts.pin)
        if ground is not Reason.TOO_MANY_LOANS
    ]
    if not facts.pickup_known:
        grounds.append(Reason.UNKNOWN_PICKUP)
    if expires is not None and expires < facts.moment.today:
        grounds.append(Reason.INVALID_DATE)
    if facts.held:
        grounds.append(Reason.ALREADY_HELD)
    if facts.borrowed:
        grounds.append(Reason.ALREADY_BORROWED)
    if not facts.holdable:
        grounds.append(Reason.NOT_HOLDABLE)
    if borrower.holds >= borrower.limits.holds:
        grounds.append(Reason.TOO_MANY_HOLDS)
    return grounds


def change_hold(facts: HoldChangeFacts) -> Refused | tuple[HoldChanged, ...]:
    """Change where a hold is picked up, when it ends and whose copies fill it; its place in the queue stays.

    What is on its way to the old place of pickup goes on from there when it is scanned in. What stands ready
    there already would not be scanned again, so its place of pickup stays.
    """
    hold, changed = facts.hold, facts.changed
    if not facts.pickup_known:
        return Refused(Reason.UNKNOWN_PICKUP)
    if changed.expires not in (None, hold.expires) and changed.expires < facts.moment.today:
        return Refused(Reason.INVALID_DATE)
    if hold.status is HoldStatus.READY and changed.pickup != hold.pickup:
        return Refused(Reason.SUPERSEDED)
    if hold.status is HoldStatus.WAITING and not facts.holdable:
        return Refused(Reason.NOT_HOLDABLE)
    if changed == hold:
        return ()
    return (HoldChanged(hold.id, hold.patron, hold.bib, changed.pickup, changed.expires, changed.at),)


def cancel_hold(hold: Hold) -> tuple[HoldCancelled]:
    """End the hold at any stage. An item set aside for it is released."""
    return (HoldCancelled(hold.id, hold.patron, hold.bib, released=hold.trapped),)


def can_fill(hold: Hold, item: Item, terms: LoanTerms) -> bool:
    """Whether the item, once at hand, could be set aside for the waiting hold, wherever it is now.

    A guest is here for one request only.
    """
    return (
        hold.status is HoldStatus.WAITING
        and not hold.suspended
        and hold.bib == item.bib
        and hold.item in (None, item.id)
        and (not hold.at or item.location.startswith(f"{hold.at}/"))
        and item.status is not ItemStatus.WITHDRAWN
        and (item.guest is None or item.guest.reference == hold.reference)
        and terms.loanable
        and terms.holdable
    )


def alive(holds: Iterable[Hold], today: date) -> list[Hold]:
    """The holds whose last day has not passed. An expired one claims nothing, even before it is cleared."""
    return [hold for hold in holds if hold.expires is None or hold.expires >= today]


def is_at_hand(hold: Hold, today: date, shelf: Sequence[Item], ahead: Sequence[Hold]) -> bool:
    """Whether there is an item for the hold now: set aside, or one of the ``shelf`` that could fill it.

    ``ahead`` are the holds before it that could take an item of the shelf; each takes one while it is alive.
    """
    if hold.status is not HoldStatus.WAITING:
        return hold.status is HoldStatus.READY
    return bool(alive((hold,), today)) and len(shelf) > len(alive(ahead, today))
