"""Renewing: who, what and when, and what the desk decides."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.events import FeeCharged, Renewed
from core.model.policy import Calendar, Limits, LoanTerms, Unit
from core.model.records import Block, BlockKind, Fee, FeeId, FeeKind, ItemId, ItemStatus, Loan
from core.refusals import Charge, Reason, Refused
from core.rules.facts import Demand, LoanFacts, Pin
from core.rules.renewal import renew, renew_each, stops_renewal
from tests.core.rules.given import (
    ANN,
    BEN,
    BOOK,
    DAY,
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

RENTED = LoanTerms("media", rental=Decimal("1.50"))
BLOCKED = replace(ANN, blocks=(Block(BlockKind.STAFF, NOW, "desk"),))
LATE = lent_to(ANN, due=paris("2026-02-25 23:59"))
FOUR_WEEKS = paris("2026-03-30 23:59")


def facts(**changes: Any) -> LoanFacts:
    return replace(LoanFacts(moment(), borrower(), lent_to(ANN), TERMS, "EUR"), **changes)


def wanted(*holds: Any, on_shelf: int = 0) -> dict[str, Any]:
    return {"demand": Demand(waiting=holds, on_shelf=on_shelf)}


def test_renewal_keeps_the_loan_and_moves_its_end() -> None:
    item = lent_to(ANN, renewals=1)
    assert item.loan is not None
    loan = Loan(ANN.id, item.loan.out_at, FOUR_WEEKS, 2, "MAIN")
    assert renew(facts(item=item), ids()) == (Renewed(BOOK.id, loan, item.loan.due, before(item)),)


@pytest.mark.parametrize(
    "changes",
    [
        {"borrower": borrower(limits=Limits(loans=1), loans=(lent_to(ANN),))},  # it adds no loan
        {"item": lent_to(ANN, renewals=2)},
        wanted(hold_of(ANN)),
        wanted(hold_of(BEN), on_shelf=1),  # another copy is there for Ben
        wanted(hold_of(BEN, expires=date(2026, 3, 1))),
        {"terms": RENTED, "fee_acknowledged": True},
    ],
)
def test_loan_is_renewed(changes: dict[str, Any]) -> None:
    decision = done(renew(facts(**changes), ids()))
    assert isinstance(decision[0], Renewed)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pin": Pin.WRONG, "item": lent_to(BEN)}, Reason.WRONG_PIN),
        ({"borrower": borrower(BLOCKED), "item": lent_to(ANN, renewals=3)}, Reason.PATRON_BLOCKED),
        ({"borrower": borrower(owed=Decimal(11))}, Reason.TOO_MUCH_OWED),
        ({"borrower": borrower(limits=Limits(overdues=0), loans=(LATE,))}, Reason.TOO_MANY_OVERDUES),
        ({"served": False, "item": book()}, Reason.NOT_SERVED_HERE),
        ({"item": book()}, Reason.NOT_ON_LOAN),
        ({"item": book(status=ItemStatus.WITHDRAWN)}, Reason.NOT_ON_LOAN),
        ({"item": lent_to(BEN)}, Reason.NOT_LENT_TO_PATRON),
        ({"item": lent_to(ANN, status=ItemStatus.LOST)}, Reason.ITEM_LOST),
        ({"item": lent_to(ANN, status=ItemStatus.CLAIMED_RETURNED)}, Reason.ITEM_NOT_READY),
        ({"terms": LoanTerms("now reference", loanable=False)}, Reason.NOT_FOR_LOAN),
        ({"item": lent_to(ANN, renewals=3)}, Reason.TOO_MANY_RENEWALS),
        ({"item": lent_to(ANN, renewals=3), **wanted(hold_of(BEN))}, Reason.TOO_MANY_RENEWALS),
        (wanted(hold_of(BEN)), Reason.WANTED_BY_ANOTHER),
        (wanted(hold_of(ANN), hold_of(BEN)), Reason.WANTED_BY_ANOTHER),
        ({"terms": RENTED, **wanted(hold_of(BEN))}, Reason.WANTED_BY_ANOTHER),
    ],
)
def test_desk_says_no(changes: dict[str, Any], reason: Reason) -> None:
    assert renew(facts(**changes), ids()) == Refused(reason)


def test_rental_must_be_agreed_to_again() -> None:
    rental = Charge(FeeKind.RENTAL, Decimal("1.50"), "EUR")
    assert renew(facts(terms=RENTED), ids()) == Refused(Reason.FEE_TO_ACKNOWLEDGE, rental)


def test_fine_for_the_days_overdue_is_charged_at_once_and_the_rental_again() -> None:
    decision = done(renew(facts(item=LATE, terms=RENTED, fee_acknowledged=True), ids()))
    assert decision[1:] == (
        FeeCharged(Fee(FeeId(1000), 1, ANN.id, FeeKind.OVERDUE, Decimal("1.00"), "EUR", NOW, item=BOOK.id)),
        FeeCharged(Fee(FeeId(1001), 1, ANN.id, FeeKind.RENTAL, Decimal("1.50"), "EUR", NOW, item=BOOK.id)),
    )


def test_each_of_many_loans_is_decided_by_the_same_rule() -> None:
    once_more, used_up = lent_to(ANN, id=ItemId(1)), lent_to(ANN, id=ItemId(2), renewals=3)
    events, refused = renew_each([facts(item=once_more), facts(item=used_up)], ids())
    assert events == renew(facts(item=once_more), ids())
    assert refused == ((used_up.id, Refused(Reason.TOO_MANY_RENEWALS)),)


def test_what_one_renewal_costs_is_owed_when_the_next_is_decided() -> None:
    """Ann may owe 10.00 and owes 9.00; each of her loans has been overdue for 1.00."""
    late = [replace(LATE, id=ItemId(number)) for number in (1, 2, 3)]
    owing = borrower(owed=Decimal("9.00"), loans=tuple(late))
    events, refused = renew_each([facts(item=item, borrower=owing) for item in late], ids())
    assert [type(event) for event in events] == [Renewed, FeeCharged, Renewed, FeeCharged]
    assert refused == ((late[2].id, Refused(Reason.TOO_MUCH_OWED)),)


def test_of_no_loans_none_is_renewed() -> None:
    assert renew_each([], ids()) == ((), ())


@pytest.mark.parametrize(
    ("grounds", "stop"),
    [
        ((), None),
        ((Reason.TOO_MANY_LOANS,), None),
        ((Reason.TOO_MUCH_OWED, Reason.TOO_MANY_LOANS), Reason.TOO_MUCH_OWED),
    ],
)
def test_too_many_loans_alone_stop_no_renewal(grounds: tuple[Reason, ...], stop: Reason | None) -> None:
    assert stops_renewal(grounds) is stop


terms = st.builds(
    LoanTerms, st.just("any"), unit=st.sampled_from(Unit), length=st.integers(1, 60), renewals=st.just(1)
)


@given(terms, st.timedeltas(-30 * DAY, 90 * DAY), st.lists(st.integers(0, 6), max_size=6))
def test_renewal_never_shortens_a_loan(terms: LoanTerms, left: timedelta, closed: list[int]) -> None:
    item = lent_to(ANN, due=NOW + left)
    decision = done(
        renew(facts(item=item, terms=terms, moment=moment(calendar=Calendar(tuple(closed)))), ids())
    )
    renewed = decision[0]
    assert isinstance(renewed, Renewed)
    assert renewed.due_before == NOW + left
    assert renewed.loan.due >= max(renewed.due_before, NOW)
