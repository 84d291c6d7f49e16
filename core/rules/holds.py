"""Holds: who may place one, which items can fill it, and which of them still count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from core.events import HoldCancelled, HoldPlaced
from core.model.policy import LoanTerms
from core.model.records import Hold, HoldStatus, Item, ItemStatus
from core.refusals import Reason, Refused
from core.rules.facts import HoldFacts
from core.rules.standing import standing


def place_hold(facts: HoldFacts, hold: Hold) -> Refused | tuple[HoldPlaced]:
    """Place the hold, which comes ready with its id, or say why not."""
    ground = _ground_against(facts)
    return (HoldPlaced(hold),) if ground is None else Refused(ground)


def _ground_against(facts: HoldFacts) -> Reason | None:
    borrower = facts.borrower
    if ground := stops_hold(standing(borrower, facts.moment, facts.pin)):
        return ground
    if not facts.pickup_known:
        return Reason.UNKNOWN_PICKUP
    if facts.held:
        return Reason.ALREADY_HELD
    if facts.borrowed:
        return Reason.ALREADY_BORROWED
    if not facts.holdable:
        return Reason.NOT_HOLDABLE
    if borrower.holds >= borrower.limits.holds:
        return Reason.TOO_MANY_HOLDS
    return None


def stops_hold(grounds: Iterable[Reason]) -> Reason | None:
    """The worst ground of `standing` that stops a hold: any but too many loans, for it adds none yet."""
    return next((ground for ground in grounds if ground is not Reason.TOO_MANY_LOANS), None)


def cancel_hold(hold: Hold) -> tuple[HoldCancelled]:
    """End the hold at any stage. An item set aside for it is released."""
    return (HoldCancelled(hold.id, hold.patron, hold.bib, released=hold.trapped),)


def can_fill(hold: Hold, item: Item, terms: LoanTerms) -> bool:
    """Whether the item, once at hand, could be set aside for the waiting hold, wherever it is now."""
    return (
        hold.status is HoldStatus.WAITING
        and not hold.suspended
        and hold.bib == item.bib
        and hold.item in (None, item.id)
        and item.status is not ItemStatus.WITHDRAWN
        and terms.loanable
        and terms.holdable
    )


def alive(holds: Iterable[Hold], today: date) -> list[Hold]:
    """The holds whose last day has not passed. An expired one claims nothing, even before it is cleared."""
    return [hold for hold in holds if hold.expires is None or hold.expires >= today]
