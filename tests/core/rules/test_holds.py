"""Holds: who may place one, what fills it, and which still count."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import HoldCancelled, HoldChanged, HoldPlaced
from core.model.policy import Limits, LoanTerms
from core.model.records import BibId, Hold, HoldId, HoldStatus, Item, ItemId, ItemStatus
from core.refusals import Reason, Refused
from core.rules.facts import HoldChangeFacts, HoldFacts, Pin
from core.rules.holds import alive, can_fill, cancel_hold, change_hold, is_at_hand, place_hold, stops_hold
from tests.core.rules.given import ANN, BEN, BOOK, TERMS, book, borrower, hold_of, ids, lent_to, moment

HOLD = hold_of(ANN)
YESTERDAY, TODAY, TOMORROW = (date(2026, 3, day) for day in (1, 2, 3))


def facts(**changes: Any) -> HoldFacts:
    may = HoldFacts(moment(), borrower(), HOLD, held=False, borrowed=False, holdable=True, pickup_known=True)
    return replace(may, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"borrower": borrower(limits=Limits(holds=2), holds=1)},
        {"borrower": borrower(limits=Limits(loans=1), loans=(lent_to(ANN),))},  # a hold is no loan yet
        {"hold": replace(HOLD, expires=TODAY)},
    ],
)
def test_hold_is_placed_and_gets_an_id(changes: dict[str, Any]) -> None:
    wanted = facts(**changes)
    assert place_hold(wanted, ids()) == (HoldPlaced(replace(wanted.hold, id=HoldId(1000))),)


IN_ORDER: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.WRONG_PIN, {"pin": Pin.WRONG}),
    (Reason.TOO_MUCH_OWED, {"borrower": borrower(limits=Limits(holds=0), owed=Decimal(11))}),
    (Reason.UNKNOWN_PICKUP, {"pickup_known": False}),
    (Reason.INVALID_DATE, {"hold": replace(HOLD, expires=YESTERDAY)}),
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
    assert place_hold(facts(**alone), ids()) == Refused(reason)
    assert place_hold(facts(**together), ids()) == Refused(reason)


@pytest.mark.parametrize(
    ("grounds", "stop"),
    [
        ((), None),
        ((Reason.TOO_MANY_LOANS,), None),
        ((Reason.TOO_MUCH_OWED, Reason.TOO_MANY_LOANS), Reason.TOO_MUCH_OWED),
    ],
)
def test_too_many_loans_alone_stop_no_hold(grounds: tuple[Reason, ...], stop: Reason | None) -> None:
    assert stops_hold(grounds) is stop


def change(hold: Hold = HOLD, holdable: bool = True, pickup_known: bool = True, **to: Any) -> HoldChangeFacts:
    return HoldChangeFacts(moment(), hold, replace(hold, **to), holdable, pickup_known)


READY = replace(HOLD, status=HoldStatus.READY, trapped=BOOK.id)
TRAVELLING = replace(READY, status=HoldStatus.IN_TRANSIT)
EXPIRED = replace(HOLD, expires=YESTERDAY)


@pytest.mark.parametrize(
    ("facts", "pickup", "expires", "at"),
    [
        (change(pickup="TOWN"), "TOWN", None, ""),
        (change(expires=TODAY), "MAIN", TODAY, ""),
        (change(at="MAIN"), "MAIN", None, "MAIN"),
        (change(EXPIRED, pickup="TOWN"), "TOWN", YESTERDAY, ""),
        (change(EXPIRED, expires=TOMORROW), "MAIN", TOMORROW, ""),
        (change(TRAVELLING, pickup="TOWN"), "TOWN", None, ""),  # it will be scanned where it arrives
        (change(TRAVELLING, holdable=False, pickup="TOWN"), "TOWN", None, ""),  # it has its item
        (change(READY, expires=TOMORROW), "MAIN", TOMORROW, ""),
    ],
)
def test_hold_is_changed_in_what_was_asked_for(
    facts: HoldChangeFacts, pickup: str, expires: date | None, at: str
) -> None:
    assert change_hold(facts) == (HoldChanged(HOLD.id, ANN.id, BOOK.bib, pickup, expires, at),)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (change(pickup="NOWHERE", pickup_known=False, expires=YESTERDAY), Reason.UNKNOWN_PICKUP),
        (change(READY, pickup="TOWN", expires=YESTERDAY), Reason.INVALID_DATE),
        (change(READY, pickup="TOWN"), Reason.SUPERSEDED),
        (change(holdable=False, at="TOWN"), Reason.NOT_HOLDABLE),
    ],
)
def test_hold_stays_as_it_is_and_the_desk_tells_why(facts: HoldChangeFacts, reason: Reason) -> None:
    assert change_hold(facts) == Refused(reason)


@pytest.mark.parametrize("hold", [HOLD, READY, TRAVELLING])
def test_change_to_what_it_is_already_is_none(hold: Hold) -> None:
    assert change_hold(change(hold)) == ()


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
        (replace(HOLD, at="MAIN"), book(), TERMS, True),
        (replace(HOLD, at="TOWN"), book(), TERMS, False),
        (replace(HOLD, at="MA"), book(), TERMS, False),
        (HOLD, book(), LoanTerms("reserve", holdable=False), False),
        (HOLD, book(), LoanTerms("reference", loanable=False), False),
    ],
)
def test_item_can_fill_a_waiting_hold(hold: Hold, item: Item, terms: LoanTerms, fills: bool) -> None:
    assert can_fill(hold, item, terms) is fills


def test_hold_claims_something_until_its_last_day_is_over() -> None:
    over, last_day, later = (replace(HOLD, id=HoldId(day), expires=date(2026, 3, day)) for day in (1, 2, 3))
    assert alive([over, last_day, HOLD, later], date(2026, 3, 2)) == [last_day, HOLD, later]


BENS = hold_of(BEN)


@pytest.mark.parametrize(
    ("hold", "shelf", "ahead", "at_hand"),
    [
        (HOLD, [book()], [], True),
        (HOLD, [], [], False),
        (HOLD, [book()], [BENS], False),
        (HOLD, [book(), book(id=ItemId(11))], [BENS], True),
        (HOLD, [book()], [replace(BENS, expires=YESTERDAY)], True),
        (EXPIRED, [book()], [], False),
        (READY, [], [], True),
        (TRAVELLING, [], [], False),
    ],
)
def test_item_is_at_hand_if_those_before_leave_one(
    hold: Hold, shelf: list[Item], ahead: list[Hold], at_hand: bool
) -> None:
    assert is_at_hand(hold, TODAY, shelf, ahead) is at_hand
