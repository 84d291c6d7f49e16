"""Calling a loan back: how soon it may be due, and that it is due as before when that is let be."""

from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import RecallCancelled, Recalled
from core.model.policy import Calendar, LoanTerms, Unit
from core.model.records import Item, ItemStatus, Loan
from core.refusals import Reason, Refused
from core.rules.facts import LoanFacts
from core.rules.recall import RecallFacts, cancel_recall, recall
from core.rules.renewal import extend, renew
from tests.core.rules.given import ANN, DAY, HOUR, NOW, book, borrower, done, ids, lent_to, moment, paris

TERMS = LoanTerms("standard", recall_days=7, recall_after=14)
LENT = Loan(ANN.id, paris("2026-03-01 23:59"), paris("2026-03-22 23:59"), 0, "MAIN")
LONG = lent_to(ANN, loan=LENT)
RECALLED = lent_to(ANN, loan=replace(LENT, due=NOW + DAY, recalled_at=NOW - DAY, due_before=LENT.due))


def due(item: Item = LONG, **changes: Any) -> datetime:
    """When it is due once it is called back."""
    facts = replace(RecallFacts(moment(), item, TERMS), **changes)
    (event,) = done(recall(facts))
    assert item.loan is not None
    expected = replace(item.loan, due=event.loan.due, recalled_at=NOW, due_before=item.loan.due)
    assert event == Recalled(item.id, expected)
    return event.loan.due


@pytest.mark.parametrize(
    ("recall_after", "recall_days", "expected"),
    [
        (14, 7, "2026-03-15 23:59"),  # two weeks from when it was lent
        (3, 7, "2026-03-09 23:59"),  # a week from now
        (0, 0, "2026-03-02 23:59"),  # the end of the day
        (90, 7, "2026-03-22 23:59"),  # never later than it was due
    ],
)
def test_it_lasts_the_shortest_loan_and_the_notice(
    recall_after: int, recall_days: int, expected: str
) -> None:
    terms = replace(TERMS, recall_after=recall_after, recall_days=recall_days)
    assert due(terms=terms) == paris(expected)


def test_it_is_not_due_on_a_closed_day() -> None:
    sundays = moment(calendar=Calendar(closed_weekdays=(6,)))
    assert due(moment=sundays) == paris("2026-03-16 23:59")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("2026-03-04 12:00", "2026-03-15 23:59"),
        ("2026-03-18 12:00", "2026-03-18 12:00"),
        ("2026-05-01 12:00", "2026-03-22 23:59"),
    ],
)
def test_it_is_due_when_it_is_wanted_if_that_is_possible(wanted: str, expected: str) -> None:
    assert due(wanted=paris(wanted)) == paris(expected)


def test_what_is_due_sooner_is_called_back_all_the_same() -> None:
    overdue = lent_to(ANN, due=NOW - DAY)
    assert due(overdue) == NOW - DAY
    by_the_hour = lent_to(ANN, due=NOW + HOUR)
    assert due(by_the_hour, terms=LoanTerms("reserve", unit=Unit.HOURS, length=4)) == NOW + HOUR


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (book(), Reason.NOT_ON_LOAN),
        (lent_to(ANN, status=ItemStatus.LOST), Reason.ITEM_LOST),
        (lent_to(ANN, status=ItemStatus.CLAIMED_RETURNED), Reason.ITEM_NOT_READY),
    ],
)
def test_what_nobody_has_cannot_be_called_back(item: Item, reason: Reason) -> None:
    assert recall(RecallFacts(moment(), item, TERMS)) == Refused(reason)


def test_what_was_called_back_is_not_so_twice() -> None:
    assert recall(RecallFacts(moment(), RECALLED, TERMS)) == ()


def test_let_be_it_is_due_as_before() -> None:
    assert cancel_recall(RECALLED) == (RecallCancelled(LONG.id, LENT),)
    assert cancel_recall(LONG) == ()
    assert cancel_recall(book()) == Refused(Reason.NOT_ON_LOAN)


def test_what_was_called_back_is_not_renewed_and_a_renewal_all_the_same_ends_it() -> None:
    facts = LoanFacts(moment(), borrower(), RECALLED, TERMS, "EUR")
    assert renew(facts, ids()) == Refused(Reason.WANTED_BY_ANOTHER)
    renewed, *_ = extend(facts, NOW + 30 * DAY, ids())
    assert renewed.loan.recalled_at is None  # type: ignore[union-attr]  # the first event is the renewal
