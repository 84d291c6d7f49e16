"""Paying: whole and in part, one fee or the oldest first; and money is neither made nor lost."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.events import FeeCharged, FeePaid, FeeWaived
from core.model.records import Allocation, Fee, FeeId, FeeKind, Payment, PaymentId, PaymentKind
from core.refusals import Charge, Reason, Refused
from core.rules.facts import PaymentFacts, Pin
from core.rules.fees import assess, charge, pay, waive
from tests.core.rules.given import ANN, BOOK, NOW, done, fee, ids, moment

OLD, HALF_PAID, NEW = fee(1, "2.00"), fee(2, "3.00", paid="1.00"), fee(3, "0.50", kind=FeeKind.RENTAL)
ALL = (OLD, HALF_PAID, NEW)  # 4.50 in all


def facts(amount: str, fee: int | None = None, **changes: Any) -> PaymentFacts:
    offered = PaymentFacts(
        moment=moment(),
        patron=ANN,
        open_fees=ALL,
        amount=Decimal(amount),
        currency="EUR",
        institution_currency="EUR",
        kind=PaymentKind.CASH,
        terminal="kiosk-1",
        fee=None if fee is None else FeeId(fee),
    )
    return replace(offered, **changes)


def allocations(decision: Refused | tuple[FeePaid]) -> list[tuple[int, str]]:
    return [(part.fee, str(part.amount)) for part in done(decision)[0].payment.allocations]


def test_fee_is_charged_for_an_item() -> None:
    what = Charge(FeeKind.DAMAGE, Decimal("4.00"), "EUR")
    expected = Fee(FeeId(1000), 1, ANN.id, FeeKind.DAMAGE, Decimal("4.00"), "EUR", NOW, item=BOOK.id)
    assert charge(ANN.id, what, BOOK.id, NOW, ids()) == FeeCharged(expected)


def test_payment_tells_what_was_paid_how_when_where_and_for_what() -> None:
    offered = facts("2", kind=PaymentKind.CREDIT_CARD, reference="receipt 7")
    payment = Payment(
        id=PaymentId(1000),
        version=1,
        patron=ANN.id,
        amount=Decimal("2.00"),
        currency="EUR",
        kind=PaymentKind.CREDIT_CARD,
        paid_at=NOW,
        terminal="kiosk-1",
        allocations=(Allocation(FeeId(1), Decimal("2.00")),),
        reference="receipt 7",
    )
    assert pay(offered, ids()) == (FeePaid(payment),)


@pytest.mark.parametrize(
    ("amount", "for_fee", "parts"),
    [
        ("4.50", None, [(1, "2.00"), (2, "2.00"), (3, "0.50")]),
        ("2.00", None, [(1, "2.00")]),
        ("0.01", None, [(1, "0.01")]),
        ("2.75", None, [(1, "2.00"), (2, "0.75")]),
        ("0.50", 3, [(3, "0.50")]),
        ("0.20", 3, [(3, "0.20")]),
        ("2.00", 2, [(2, "2.00")]),
        ("1.500", 1, [(1, "1.50")]),
    ],
)
def test_money_goes_to_the_fee_named_or_to_the_oldest_first(
    amount: str, for_fee: int | None, parts: list[tuple[int, str]]
) -> None:
    assert allocations(pay(facts(amount, for_fee), ids())) == parts


@pytest.mark.parametrize(
    ("offered", "reason"),
    [
        (facts("1.00", pin=Pin.WRONG), Reason.WRONG_PIN),
        (facts("1.00", currency="USD"), Reason.WRONG_CURRENCY),
        (facts("0"), Reason.INVALID_AMOUNT),
        (facts("-1.00"), Reason.INVALID_AMOUNT),
        (facts("1.005"), Reason.INVALID_AMOUNT),
        (facts("NaN"), Reason.INVALID_AMOUNT),
        (facts("sNaN"), Reason.INVALID_AMOUNT),
        (facts("Infinity"), Reason.INVALID_AMOUNT),
        (facts("-Infinity"), Reason.INVALID_AMOUNT),
        (facts("1e999999"), Reason.INVALID_AMOUNT),
        (facts("0.5", currency="JPY", institution_currency="JPY"), Reason.INVALID_AMOUNT),
        (facts("1.00", open_fees=()), Reason.NOTHING_OWED),
        (facts("1.00", fee=1, open_fees=()), Reason.UNKNOWN_FEE),
        (facts("1.00", fee=9), Reason.UNKNOWN_FEE),
        (facts("1.00", open_fees=(fee(1, "5.00", currency="FRF"),)), Reason.NOTHING_OWED),
        (facts("1.00", fee=1, open_fees=(fee(1, "5.00", currency="FRF"),)), Reason.UNKNOWN_FEE),
    ],
)
def test_desk_takes_no_such_money(offered: PaymentFacts, reason: Reason) -> None:
    assert pay(offered, ids()) == Refused(reason)


@pytest.mark.parametrize(
    ("offered", "owed"),
    [
        (facts("4.51"), Charge(FeeKind.OTHER, Decimal("4.50"), "EUR")),
        (facts("0.51", fee=3), Charge(FeeKind.RENTAL, Decimal("0.50"), "EUR")),
        (facts("2.01", fee=2), Charge(FeeKind.OVERDUE, Decimal("2.00"), "EUR")),
    ],
)
def test_more_than_is_owed_is_refused_and_what_is_owed_told(offered: PaymentFacts, owed: Charge) -> None:
    assert pay(offered, ids()) == Refused(Reason.OVERPAYMENT, owed)


def cents(least: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, 10_000).map(lambda number: Decimal(number).scaleb(-2))


owed_fees = st.lists(st.tuples(cents(1), cents(0)), min_size=1, max_size=8).map(
    lambda sums: tuple(fee(n, str(left + paid), str(paid)) for n, (left, paid) in enumerate(sums, 1))
)


@given(owed_fees, cents(1))
def test_paying_conserves_money(fees: tuple[Fee, ...], amount: Decimal) -> None:
    """Paid and left make what was owed; the parts make the payment; older fees are paid whole."""
    owed = sum((fee.left for fee in fees), Decimal(0))
    decision = pay(facts(str(amount), open_fees=fees), ids())
    if isinstance(decision, Refused):
        assert decision.reason is Reason.OVERPAYMENT
        assert amount > owed
        return
    payment = decision[0].payment
    paid = {part.fee: part.amount for part in payment.allocations}
    assert sum(paid.values()) == payment.amount == amount
    after = [replace(fee, paid=fee.paid + paid.get(fee.id, Decimal(0))) for fee in fees]
    assert sum(fee.left for fee in after) + amount == owed
    assert all(part > 0 for part in paid.values())
    assert all(fee.left >= 0 for fee in after)
    reached = len(paid)
    assert list(paid) == [fee.id for fee in fees[:reached]]
    assert all(fee.left == 0 for fee in after[: reached - 1])


# Charged and let go outside the rules


def test_what_somebody_wants_charged_is_an_exact_amount_of_the_house() -> None:
    charged = assess(ANN.id, Charge(FeeKind.DAMAGE, Decimal("2.5"), "EUR"), "EUR", NOW, ids())
    assert charged == (FeeCharged(Fee(FeeId(1000), 1, ANN.id, FeeKind.DAMAGE, Decimal("2.50"), "EUR", NOW)),)


@pytest.mark.parametrize(
    ("amount", "currency", "reason"),
    [
        ("1", "USD", Reason.WRONG_CURRENCY),
        ("0", "EUR", Reason.INVALID_AMOUNT),
        ("-1", "EUR", Reason.INVALID_AMOUNT),
        ("0.001", "EUR", Reason.INVALID_AMOUNT),
    ],
)
def test_anything_else_is_not_charged(amount: str, currency: str, reason: Reason) -> None:
    what = Charge(FeeKind.OTHER, Decimal(amount), currency)
    assert assess(ANN.id, what, "EUR", NOW, ids()) == Refused(reason)


@pytest.mark.parametrize(("amount", "let_go"), [(None, "1.50"), ("1.5", "1.50"), ("0.50", "0.50")])
def test_a_fee_is_let_go_wholly_or_in_part(amount: str | None, let_go: str) -> None:
    wanted = None if amount is None else Decimal(amount)
    waived = waive(fee(1, "2.00", paid="0.50"), wanted, "hardship")
    assert waived == (FeeWaived(FeeId(1), ANN.id, Decimal(let_go), "hardship"),)


@pytest.mark.parametrize(
    ("paid", "amount", "reason"),
    [
        ("2.00", None, Reason.UNKNOWN_FEE),
        ("0", "0", Reason.INVALID_AMOUNT),
        ("0", "0.001", Reason.INVALID_AMOUNT),
        ("0.50", "1.51", Reason.OVERPAYMENT),
    ],
)
def test_no_more_is_let_go_than_is_left(paid: str, amount: str | None, reason: Reason) -> None:
    decision = waive(fee(1, "2.00", paid=paid), None if amount is None else Decimal(amount), "")
    assert isinstance(decision, Refused)
    assert decision.reason is reason
