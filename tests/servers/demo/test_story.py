"""The story: every case does at the desk what its name promises."""

from __future__ import annotations

import pytest

from core.desk import CirculationDesk
from core.events import CheckedOut
from core.model.records import Item, ItemStatus, Patron
from core.refusals import Reason, Refused
from servers.demo.story import CASES
from tests.servers.demo.given import KIOSK, NOW, desk_on, policy, usual

ORDINARY_PATRON = usual().patrons.last
ORDINARY_ITEM = usual().items.last


@pytest.fixture
def desk() -> CirculationDesk:
    """A desk of its own for each test."""
    return desk_on(usual().records)


def case(name: str) -> str:
    """The barcode of a case."""
    return usual().register.cases[name]


def case_item(desk: CirculationDesk, name: str) -> Item:
    """The item of a case."""
    item = desk.library.item(case(name))
    assert item is not None
    return item


def test_every_case_that_is_described_exists() -> None:
    assert set(usual().register.cases) == set(CASES)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("patron_blocked", Reason.PATRON_BLOCKED),
        ("patron_expired", Reason.PATRON_EXPIRED),
        ("patron_fines", Reason.TOO_MUCH_OWED),
        ("patron_at_limit", Reason.TOO_MANY_LOANS),
    ],
)
def test_nothing_is_lent_to_the_patrons_of_cases_and_each_has_one_reason(
    desk: CirculationDesk, name: str, reason: Reason
) -> None:
    view = desk.view_patron(KIOSK, case(name)).outcome
    assert view is not None
    assert view.grounds == (reason,)
    assert desk.check_out(KIOSK, case(name), ORDINARY_ITEM).outcome == Refused(reason)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("item_reference", Reason.NOT_FOR_LOAN),
        ("item_on_loan", Reason.LENT_TO_ANOTHER),
        ("item_on_hold", Reason.HELD_FOR_ANOTHER),
        ("item_lost", Reason.ITEM_LOST),
    ],
)
def test_the_items_of_cases_are_refused_each_for_its_reason(
    desk: CirculationDesk, name: str, reason: Reason
) -> None:
    assert desk.check_out(KIOSK, ORDINARY_PATRON, case(name)).outcome == Refused(reason)


def test_the_item_on_loan_is_overdue_and_costs_something_when_it_comes_back(desk: CirculationDesk) -> None:
    item = case_item(desk, "item_on_loan")
    assert item.loan is not None
    assert item.loan.due < NOW
    back = desk.check_in(KIOSK, item.barcode).outcome
    assert isinstance(back, tuple)
    assert len(back) == 2


def test_the_remote_item_is_available_in_a_remote_location(desk: CirculationDesk) -> None:
    item = case_item(desk, "item_remote")
    assert item.status is ItemStatus.AVAILABLE
    assert policy().location(item.location).remote


def test_the_item_of_several_can_be_lent_and_the_others_stay(desk: CirculationDesk) -> None:
    item = case_item(desk, "item_multi")
    others = [other for other in desk.library.items_of(item.bib) if other.id != item.id]
    assert len(others) > 1
    assert all(other.status is ItemStatus.AVAILABLE for other in others)
    lent = desk.check_out(KIOSK, ORDINARY_PATRON, item.barcode).outcome
    assert isinstance(lent, tuple)
    assert isinstance(lent[0], CheckedOut)
    assert others == [other for other in desk.library.items_of(item.bib) if other.id != item.id]


def test_who_has_no_loans_may_borrow_and_those_to_be_tried_on_too(desk: CirculationDesk) -> None:
    for name in ("patron_no_loans", "patron_to_block", "patron_to_guess"):
        view = desk.view_patron(KIOSK, case(name)).outcome
        assert view is not None
        assert (view.grounds, view.borrower.loans, view.holds) == ((), (), ())


def test_the_item_to_be_noted_on_is_available_and_has_no_note(desk: CirculationDesk) -> None:
    item = case_item(desk, "item_to_note")
    assert (item.status, item.note) == (ItemStatus.AVAILABLE, "")


def test_the_title_on_loan_is_that_of_the_item_on_loan(desk: CirculationDesk) -> None:
    bib = desk.library.bibs[case_item(desk, "item_on_loan").bib]
    assert case("title_on_loan") == bib.control_number


def test_the_item_on_the_hold_shelf_is_lent_to_who_waits_for_it(desk: CirculationDesk) -> None:
    item = case_item(desk, "item_on_hold")
    assert item.hold is not None
    holder = desk.library.patrons[desk.library.holds[item.hold].patron]
    lent = desk.check_out(KIOSK, holder.barcode, item.barcode).outcome
    assert isinstance(lent, tuple)


def test_the_patron_of_the_lost_item_owes_what_is_left_of_its_price(desk: CirculationDesk) -> None:
    item = case_item(desk, "item_lost")
    assert item.loan is not None
    (fee,) = desk.library.open_fees_of(item.loan.patron)
    assert (fee.item, fee.amount) == (item.id, item.price)
    assert 0 < fee.left < fee.amount


def test_every_reason_that_lies_with_a_patron_has_somebody(desk: CirculationDesk) -> None:
    views = [desk.view_patron(KIOSK, patron.barcode).outcome for patron in usual().of(Patron)]
    assert {reason for view in views if view is not None for reason in view.grounds} == {
        Reason.PATRON_INACTIVE,
        Reason.PATRON_EXPIRED,
        Reason.PATRON_BLOCKED,
        Reason.CARD_LOST,
        Reason.TOO_MUCH_OWED,
        Reason.TOO_MANY_OVERDUES,
        Reason.TOO_MANY_LOANS,
    }


def test_every_reason_against_a_renewal_has_a_loan(desk: CirculationDesk) -> None:
    found = set()
    for item in usual().of(Item):
        if item.loan is not None:
            borrower = desk.library.patrons[item.loan.patron]
            outcome = desk.renew(KIOSK, borrower.barcode, item.barcode).outcome
            found.add(outcome.reason if isinstance(outcome, Refused) else None)
    assert found >= {None, Reason.TOO_MANY_RENEWALS, Reason.WANTED_BY_ANOTHER, Reason.ITEM_LOST}


def test_every_reason_that_lies_in_an_item_has_one(desk: CirculationDesk) -> None:
    found = set()
    for item in usual().of(Item):
        if item.status is not ItemStatus.AVAILABLE or item.policy == "reference":
            outcome = desk.check_out(KIOSK, ORDINARY_PATRON, item.barcode).outcome
            found.add(outcome.reason if isinstance(outcome, Refused) else None)
    assert found >= {
        Reason.NOT_FOR_LOAN,
        Reason.LENT_TO_ANOTHER,
        Reason.HELD_FOR_ANOTHER,
        Reason.ITEM_IN_TRANSIT,
        Reason.ITEM_NOT_READY,
        Reason.ITEM_LOST,
        Reason.ITEM_MISSING,
        Reason.ITEM_WITHDRAWN,
    }
