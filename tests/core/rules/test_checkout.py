"""Checking out: who, what and when, and what the desk decides."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import CheckedOut, FeeCharged, Renewed
from core.model.policy import Limits, LoanTerms
from core.model.records import (
    Block,
    BlockKind,
    Fee,
    FeeId,
    FeeKind,
    Hold,
    HoldId,
    HoldStatus,
    Item,
    ItemStatus,
    Loan,
)
from core.refusals import Charge, Reason, Refused
from core.rules.checkout import check_out, grounds_against_loan
from core.rules.facts import Demand, LoanFacts, Pin
from tests.core.rules.given import (
    ANN,
    BEN,
    BOOK,
    NOW,
    TERMS,
    before,
    book,
    borrower,
    done,
    hold_of,
    ids,
    lent_to,
    moment,
    paris,
)

NOT_FOR_LOAN = LoanTerms("reference", loanable=False)
RENTED = LoanTerms("media", rental=Decimal("1.50"))
BLOCKED = replace(ANN, blocks=(Block(BlockKind.STAFF, NOW, "desk"),))
AT_THE_LIMIT: dict[str, Any] = {"limits": Limits(loans=1), "loans": (lent_to(ANN, id=99),)}

ANNS, BENS = hold_of(ANN), hold_of(BEN)
EXPIRED = hold_of(BEN, expires=date(2026, 3, 1))


def trapped(hold: Hold) -> Hold:
    return replace(hold, status=HoldStatus.READY, trapped=BOOK.id)


def shelved_for(hold: Hold) -> Item:
    return book(status=ItemStatus.ON_HOLD_SHELF, hold=hold.id)


def travelling(to: str, hold: Hold | None = None) -> Item:
    return book(status=ItemStatus.IN_TRANSIT, destination=to, hold=hold.id if hold else None)


def facts(item: Item = BOOK, **changes: Any) -> LoanFacts:
    return replace(LoanFacts(moment(), borrower(), item, TERMS, "EUR"), **changes)


def waiting(*holds: Hold, on_shelf: int) -> Demand:
    return Demand(waiting=holds, on_shelf=on_shelf)


def test_item_on_the_shelf_is_lent_to_a_patron_in_good_standing() -> None:
    loan = Loan(ANN.id, NOW, paris("2026-03-30 23:59"), 0, "MAIN")
    assert check_out(facts(), ids()) == (CheckedOut(BOOK.id, loan, before=before(BOOK)),)


@pytest.mark.parametrize(
    ("item", "demand", "filled"),
    [
        (book(), Demand(), None),
        # Set aside for Ann: on the shelf, or on its way there and handed to her before it was scanned in.
        (shelved_for(ANNS), Demand(trapped(ANNS)), ANNS.id),
        (travelling("TOWN", ANNS), Demand(trapped(ANNS)), ANNS.id),
        (shelved_for(ANNS), Demand(trapped(ANNS), (BENS,), 0), ANNS.id),
        # Ann found on the open shelf what she waits for.
        (book(), waiting(ANNS, on_shelf=1), ANNS.id),
        (book(), waiting(ANNS, BENS, on_shelf=1), ANNS.id),
        (book(), waiting(BENS, ANNS, on_shelf=2), ANNS.id),
        # Others wait, but there is a copy for each of them.
        (book(), waiting(BENS, on_shelf=2), None),
        (book(), waiting(EXPIRED, on_shelf=1), None),
        # On its way home, and it seems to have come: nobody scanned it in.
        (travelling("MAIN"), Demand(), None),
        # Left on the hold shelf by a hold that ended.
        (book(status=ItemStatus.ON_HOLD_SHELF), Demand(), None),
    ],
)
def test_item_in_hand_is_lent_and_fills_the_own_hold(
    item: Item, demand: Demand, filled: HoldId | None
) -> None:
    (event,) = done(check_out(facts(item, demand=demand), ids()))
    assert isinstance(event, CheckedOut)
    assert event.hold == filled


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        # The patron
        ({"pin": Pin.WRONG}, Reason.WRONG_PIN),
        ({"borrower": borrower(replace(ANN, active=False))}, Reason.PATRON_INACTIVE),
        ({"borrower": borrower(BLOCKED)}, Reason.PATRON_BLOCKED),
        ({"borrower": borrower(**AT_THE_LIMIT)}, Reason.TOO_MANY_LOANS),
        # The desk
        ({"served": False}, Reason.NOT_SERVED_HERE),
        # The state of the item
        ({"item": book(status=ItemStatus.WITHDRAWN)}, Reason.ITEM_WITHDRAWN),
        ({"item": book(status=ItemStatus.LOST)}, Reason.ITEM_LOST),
        ({"item": lent_to(BEN, status=ItemStatus.LOST)}, Reason.ITEM_LOST),
        ({"item": lent_to(ANN, status=ItemStatus.LOST)}, Reason.ITEM_LOST),
        ({"item": book(status=ItemStatus.MISSING)}, Reason.ITEM_MISSING),
        ({"item": book(status=ItemStatus.ON_ORDER)}, Reason.ITEM_NOT_READY),
        ({"item": book(status=ItemStatus.IN_PROCESS)}, Reason.ITEM_NOT_READY),
        ({"item": lent_to(ANN, status=ItemStatus.CLAIMED_RETURNED)}, Reason.ITEM_NOT_READY),
        ({"item": travelling("TOWN")}, Reason.ITEM_IN_TRANSIT),
        ({"item": travelling("TOWN", BENS), "demand": Demand(trapped(BENS))}, Reason.ITEM_IN_TRANSIT),
        ({"item": travelling("MAIN", BENS), "demand": Demand(trapped(BENS))}, Reason.ITEM_IN_TRANSIT),
        # The terms, and the others
        ({"terms": NOT_FOR_LOAN}, Reason.NOT_FOR_LOAN),
        ({"item": lent_to(BEN)}, Reason.LENT_TO_ANOTHER),
        ({"item": shelved_for(BENS), "demand": Demand(trapped(BENS))}, Reason.HELD_FOR_ANOTHER),
        ({"item": shelved_for(BENS), "demand": Demand(trapped(BENS), (ANNS,), 3)}, Reason.HELD_FOR_ANOTHER),
        ({"demand": waiting(BENS, on_shelf=1)}, Reason.HELD_FOR_ANOTHER),
        ({"demand": waiting(BENS, ANNS, on_shelf=1)}, Reason.HELD_FOR_ANOTHER),
        ({"demand": waiting(BENS, replace(BENS, id=HoldId(7)), on_shelf=2)}, Reason.HELD_FOR_ANOTHER),
        ({"item": travelling("MAIN"), "demand": waiting(BENS, on_shelf=0)}, Reason.HELD_FOR_ANOTHER),
        # Already with Ann
        ({"item": lent_to(ANN), "renewal_wanted": False}, Reason.RENEWAL_NOT_WANTED),
        ({"item": lent_to(ANN), "renewal_wanted": False, "pin": Pin.WRONG}, Reason.WRONG_PIN),
        ({"item": lent_to(ANN), "renewal_wanted": False, "served": False}, Reason.NOT_SERVED_HERE),
        ({"item": lent_to(ANN, renewals=3)}, Reason.TOO_MANY_RENEWALS),
    ],
)
def test_desk_says_no(changes: dict[str, Any], reason: Reason) -> None:
    assert check_out(facts(**changes), ids()) == Refused(reason)


IN_ORDER: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.WRONG_PIN, {"pin": Pin.WRONG}),
    (Reason.PATRON_BLOCKED, {"borrower": borrower(BLOCKED)}),
    (Reason.NOT_SERVED_HERE, {"served": False}),
    (Reason.ITEM_LOST, {"item": lent_to(BEN, status=ItemStatus.LOST)}),
    (Reason.NOT_FOR_LOAN, {"terms": replace(RENTED, loanable=False)}),
    (Reason.LENT_TO_ANOTHER, {"item": lent_to(BEN)}),
    (Reason.HELD_FOR_ANOTHER, {"demand": waiting(BENS, on_shelf=1)}),
    (Reason.FEE_TO_ACKNOWLEDGE, {"terms": RENTED}),
]


def test_all_grounds_are_known_in_the_order_of_the_readme() -> None:
    changes: dict[str, Any] = {}
    for _, change in reversed(IN_ORDER):
        changes |= change
    assert grounds_against_loan(facts(**changes)) == [reason for reason, _ in IN_ORDER]


@pytest.mark.parametrize("first", range(len(IN_ORDER)))
def test_first_ground_in_the_order_of_the_readme_is_told(first: int) -> None:
    """Where this ground and every later one hold, this one is told."""
    changes: dict[str, Any] = {}
    for _, change in reversed(IN_ORDER[first:]):
        changes |= change
    decision = check_out(facts(**changes), ids())
    assert isinstance(decision, Refused)
    assert decision.reason is IN_ORDER[first][0]


def test_item_on_loan_to_the_same_patron_is_renewed() -> None:
    (event,) = done(check_out(facts(lent_to(ANN)), ids()))
    assert isinstance(event, Renewed)


def test_patron_with_as_many_loans_as_allowed_may_still_renew_by_check_out() -> None:
    (event,) = done(check_out(facts(lent_to(ANN), borrower=borrower(**AT_THE_LIMIT)), ids()))
    assert isinstance(event, Renewed)


def test_rental_is_charged_only_once_it_was_agreed_to() -> None:
    rented = facts(terms=RENTED)
    rental = Charge(FeeKind.RENTAL, Decimal("1.50"), "EUR")
    assert check_out(rented, ids()) == Refused(Reason.FEE_TO_ACKNOWLEDGE, rental)
    fee = Fee(FeeId(1000), 1, ANN.id, FeeKind.RENTAL, Decimal("1.50"), "EUR", NOW, item=BOOK.id)
    lent, charged = done(check_out(replace(rented, fee_acknowledged=True), ids()))
    assert isinstance(lent, CheckedOut)
    assert charged == FeeCharged(fee)
