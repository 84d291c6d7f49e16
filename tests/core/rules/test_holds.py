"""Holds: who may place one, what fills it, and which still count."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import HoldCancelled, HoldPlaced
from core.model.policy import Limits, LoanTerms
from core.model.records import BibId, Hold, HoldId, HoldStatus, Item, ItemId, ItemStatus
from core.refusals import Reason, Refused
from core.rules.facts import HoldFacts, Pin
from core.rules.holds import alive, can_fill, cancel_hold, place_hold
from tests.core.rules.given import ANN, BOOK, TERMS, book, borrower, hold_of, lent_to, moment

HOLD = hold_of(ANN)


def facts(**changes: Any) -> HoldFacts:
    may = HoldFacts(moment(), borrower(), held=False, borrowed=False, holdable=True, pickup_known=True)
    return replace(may, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"borrower": borrower(limits=Limits(holds=2), holds=1)},
        {"borrower": borrower(limits=Limits(loans=1), loans=(lent_to(ANN),))},  # a hold is no loan yet
    ],
)
def test_hold_is_placed(changes: dict[str, Any]) -> None:
    assert place_hold(facts(**changes), HOLD) == (HoldPlaced(HOLD),)


IN_ORDER: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.WRONG_PIN, {"pin": Pin.WRONG}),
    (Reason.TOO_MUCH_OWED, {"borrower": borrower(limits=Limits(holds=0), owed=Decimal(11))}),
    (Reason.UNKNOWN_PICKUP, {"pickup_known": False}),
    (Reason.ALREADY_HELD, {"held": True}),
    (Reason.ALREADY_BORROWED, {"borrowed": True}),
    (Reason.NOT_HOLDABLE, {"holdable": False}),
    (Reason.TOO_MANY_HOLDS, {"borrower": borrower(limits=Limits(holds=2), holds=2)}),
]


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_desk_says_no_and_tells_the_first_ground(first: int) -> None:
    """A ground is told where it stands alone, and where every later one holds too."""
    reason, alone = IN_ORDER[first]
    together: dict[str, Any] = {}
    for _, change in reversed(IN_ORDER[first:]):
        together |= change
    assert place_hold(facts(**alone), HOLD) == Refused(reason)
    assert place_hold(facts(**together), HOLD) == Refused(reason)


@pytest.mark.parametrize("trapped", [None, BOOK.id])
def test_cancelled_hold_releases_what_was_set_aside(trapped: ItemId | None) -> None:
    hold = replace(HOLD, trapped=trapped)
    assert cancel_hold(hold) == (HoldCancelled(HOLD.id, ANN.id, BOOK.bib, released=trapped),)


@pytest.mark.parametrize(
    ("hold", "item", "terms", "fills"),
    [
        (HOLD, book(), TERMS, True),
        (HOLD, lent_to(ANN), TERMS, True),
        (HOLD, book(status=ItemStatus.MISSING), TERMS, True),  # should it turn up
        (HOLD, book(status=ItemStatus.WITHDRAWN), TERMS, False),
        (HOLD, book(bib=BibId(6)), TERMS, False),
        (replace(HOLD, item=BOOK.id), book(), TERMS, True),
        (replace(HOLD, item=ItemId(11)), book(), TERMS, False),
        (replace(HOLD, suspended=True), book(), TERMS, False),
        (replace(HOLD, status=HoldStatus.READY), book(), TERMS, False),
        (replace(HOLD, status=HoldStatus.IN_TRANSIT), book(), TERMS, False),
        (HOLD, book(), LoanTerms("reserve", holdable=False), False),
        (HOLD, book(), LoanTerms("reference", loanable=False), False),
    ],
)
def test_item_can_fill_a_waiting_hold(hold: Hold, item: Item, terms: LoanTerms, fills: bool) -> None:
    assert can_fill(hold, item, terms) is fills


def test_hold_claims_something_until_its_last_day_is_over() -> None:
    over, last_day, later = (replace(HOLD, id=HoldId(day), expires=date(2026, 3, day)) for day in (1, 2, 3))
    assert alive([over, last_day, HOLD, later], date(2026, 3, 2)) == [last_day, HOLD, later]
