"""The register: numbers without gaps, dates by the policy, and what a record of the story may rely on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from core.model.records import Fee, FeeKind, Payment
from servers.demo.people import Person
from servers.demo.register import Register
from servers.demo.works import written
from tests.servers.demo.given import NOW, PIN_HASH, policy

SOMEBODY = Person("Ngata", "Ann", "en")


def register() -> Register:
    """A new one."""
    return Register(policy(), NOW, PIN_HASH)


def test_ordinary_ones_are_numbered_from_1_and_the_others_from_far_away() -> None:
    new = register()
    card, _ = new.bib(written()[0])
    patrons = [new.patron(SOMEBODY, "adult", ordinary=ordinary).barcode for ordinary in (True, False, True)]
    items = [
        new.item(card, "MAIN/STACKS", "book", "", ordinary=ordinary).barcode
        for ordinary in (False, True, True)
    ]
    assert patrons == ["21234000000001", "21234900000001", "21234000000002"]
    assert items == ["31234900000001", "31234000000001", "31234000000002"]
    assert (new.patrons, new.items) == (2, 2)


def test_a_case_is_remembered_by_its_name() -> None:
    new = register()
    patron = new.patron(SOMEBODY, "adult", case="patron_blocked")
    assert new.cases == {"patron_blocked": patron.barcode}


def test_everybody_has_the_pin_a_card_that_is_good_and_a_second_key() -> None:
    patron = register().patron(SOMEBODY, "adult", ordinary=True)
    assert patron.pin == PIN_HASH
    assert patron.expires is not None
    assert patron.expires > NOW.date()
    assert patron.identifiers == ("U000000001",)


def test_children_are_children() -> None:
    new = register()
    ages = [(NOW.date() - born).days / 365 for _ in range(30) if (born := new.patron(SOMEBODY, "child").born)]
    assert len(ages) == 30
    assert 6 < min(ages) <= max(ages) < 14


def test_a_loan_is_due_as_the_policy_says_after_the_last_renewal() -> None:
    new = register()
    patron = new.patron(SOMEBODY, "adult")
    loan = new.loan(patron, "book", "MAIN/STACKS", 10)
    renewed = new.loan(patron, "book", "MAIN/STACKS", 90, renewals=3, renewed=10)
    assert loan.due == renewed.due
    assert timedelta(days=27) < loan.due - loan.out_at < timedelta(days=30)
    assert loan.due.astimezone(policy().opening("MAIN").zone).strftime("%H:%M") == "23:59"
    assert (loan.agency, renewed.renewals, renewed.out_at) == ("MAIN", 3, NOW - timedelta(days=90))


def test_nothing_is_due_when_its_library_is_closed() -> None:
    new = register()
    patron = new.patron(SOMEBODY, "adult")
    for agency in ("MAIN", "EAST", "MUSIC"):
        opening = policy().opening(agency)
        for days in range(7):
            loan = new.loan(patron, "book", f"{agency}/STACKS", days)
            assert loan.due.astimezone(opening.zone).weekday() not in opening.calendar.closed_weekdays


def test_a_fee_paid_in_part_comes_with_its_payment() -> None:
    new = register()
    patron = new.patron(SOMEBODY, "adult")
    fee, payment = new.fee(patron, FeeKind.OVERDUE, Decimal("2.00"), 9, paid=Decimal("0.50"))
    assert isinstance(fee, Fee)
    assert isinstance(payment, Payment)
    assert (fee.left, payment.amount, payment.paid_at > fee.charged_at) == (
        Decimal("1.50"),
        Decimal("0.50"),
        True,
    )
    assert len(new.fee(patron, FeeKind.OVERDUE, Decimal("2.00"), 9)) == 1
