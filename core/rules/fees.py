"""Money in a patron's ledger: charging and paying. What is paid and what is left sum to what was charged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from core.events import FeeCharged, FeePaid, FeeWaived
from core.model.money import ZERO, is_exact, quantise
from core.model.records import Allocation, Fee, FeeId, FeeKind, ItemId, PatronId, Payment, PaymentId
from core.refusals import Charge, Reason, Refused
from core.rules.facts import PaymentFacts, Pin


def charge(
    patron: PatronId, what: Charge, item: ItemId, now: datetime, new_id: Callable[[], int]
) -> FeeCharged:
    """Put a fee for the item in the patron's ledger."""
    return FeeCharged(Fee(FeeId(new_id()), 1, patron, what.kind, what.amount, what.currency, now, item=item))


def pay(facts: PaymentFacts, new_id: Callable[[], int]) -> Refused | tuple[FeePaid]:
    """Take a payment for one fee, or for the oldest first; the last one reached may be paid in part.

    Anybody may pay, also for a patron who may not borrow. More than is owed is refused, and nothing booked.
    """
    if facts.pin is Pin.WRONG:
        return Refused(Reason.WRONG_PIN)
    if facts.currency != facts.institution_currency:
        return Refused(Reason.WRONG_CURRENCY)
    if not is_exact(facts.amount, facts.currency) or facts.amount <= 0:
        return Refused(Reason.INVALID_AMOUNT)
    fees = _payable(facts)
    if not fees:
        return Refused(Reason.NOTHING_OWED if facts.fee is None else Reason.UNKNOWN_FEE)
    owed = sum((fee.left for fee in fees), ZERO)
    if facts.amount > owed:
        kind = fees[0].kind if len(fees) == 1 else FeeKind.OTHER
        return Refused(Reason.OVERPAYMENT, Charge(kind, owed, facts.currency))
    amount = quantise(facts.amount, facts.currency)
    payment = Payment(
        id=PaymentId(new_id()),
        version=1,
        patron=facts.patron.id,
        amount=amount,
        currency=facts.currency,
        kind=facts.kind,
        paid_at=facts.moment.now,
        terminal=facts.terminal,
        allocations=_spread(amount, fees),
        reference=facts.reference,
    )
    return (FeePaid(payment),)


def assess(
    patron: PatronId, what: Charge, institution_currency: str, now: datetime, new_id: Callable[[], int]
) -> Refused | tuple[FeeCharged]:
    """Charge what somebody outside the rules wants charged: an exact amount in the institution's currency."""
    if what.currency != institution_currency:
        return Refused(Reason.WRONG_CURRENCY)
    if not is_exact(what.amount, what.currency) or what.amount <= 0:
        return Refused(Reason.INVALID_AMOUNT)
    amount = quantise(what.amount, what.currency)
    return (FeeCharged(Fee(FeeId(new_id()), 1, patron, what.kind, amount, what.currency, now)),)


def waive(fee: Fee, amount: Decimal | None, note: str) -> Refused | tuple[FeeWaived]:
    """Let all that is left of a fee go, or so much of it; never more."""
    if not fee.left:
        return Refused(Reason.UNKNOWN_FEE)
    let_go = fee.left if amount is None else amount
    if not is_exact(let_go, fee.currency) or let_go <= 0:
        return Refused(Reason.INVALID_AMOUNT)
    if let_go > fee.left:
        return Refused(Reason.OVERPAYMENT, Charge(fee.kind, fee.left, fee.currency))
    return (FeeWaived(fee.id, fee.patron, quantise(let_go, fee.currency), note),)


def _payable(facts: PaymentFacts) -> list[Fee]:
    """The fees the money may go to; what was charged in an earlier currency of the house is not payable."""
    return [fee for fee in facts.open_fees if fee.currency == facts.currency and facts.fee in (None, fee.id)]


def _spread(amount: Decimal, fees: list[Fee]) -> tuple[Allocation, ...]:
    """Fill the fees one after the other. The amount is at most what is left on them all."""
    allocations: list[Allocation] = []
    for fee in fees:
        if not amount:
            break
        part = min(amount, fee.left)
        allocations.append(Allocation(fee.id, part))
        amount -= part
    return tuple(allocations)
