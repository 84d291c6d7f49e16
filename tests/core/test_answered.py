"""Answered requests: the same question gets the same answer, until something else happens to it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.answered import AnsweredRequests, subjects
from core.events import (
    CheckedIn,
    CheckedOut,
    Event,
    FeeCharged,
    FeePaid,
    HoldPlaced,
    Recorded,
    Renewed,
)
from core.model.records import (
    Allocation,
    BibId,
    Fee,
    FeeId,
    FeeKind,
    Hold,
    HoldId,
    ItemId,
    Loan,
    PatronId,
    Payment,
    PaymentId,
    PaymentKind,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LOAN = Loan(PatronId(21), NOW, NOW + timedelta(days=28))
OUT = (CheckedOut(ItemId(11), LOAN),)
BACK = (CheckedIn(ItemId(11), "MAIN", NOW),)


def paid(reference: str, *fees: int) -> tuple[Event, ...]:
    """A payment for these fees."""
    allocations = tuple(Allocation(FeeId(fee), Decimal(1)) for fee in fees)
    return (
        FeePaid(
            Payment(
                PaymentId(51),
                1,
                PatronId(21),
                Decimal(len(fees)),
                "EUR",
                PaymentKind.CASH,
                NOW,
                "kiosk",
                allocations,
                reference,
            )
        ),
    )


def test_a_request_is_recalled_with_what_happened() -> None:
    answered = AnsweredRequests()
    answered.remember("k1", NOW, OUT)
    assert answered.recall("k1") == OUT
    assert answered.recall("k2") is None


def test_a_request_without_a_key_is_not_remembered() -> None:
    answered = AnsweredRequests()
    answered.remember("", NOW, OUT)
    assert answered.recall("") is None


def test_another_act_on_the_same_item_ends_it() -> None:
    answered = AnsweredRequests()
    answered.remember("out", NOW, OUT)
    answered.remember("", NOW, BACK)
    assert answered.recall("out") is None


def test_an_act_on_another_item_does_not() -> None:
    answered = AnsweredRequests()
    answered.remember("out", NOW, OUT)
    answered.remember("other", NOW, (Renewed(ItemId(12), LOAN, NOW),))
    assert answered.recall("out") == OUT


def test_a_payment_ends_with_the_next_one_on_its_fee_unless_it_has_a_number_of_its_own() -> None:
    answered = AnsweredRequests()
    answered.remember("by content", NOW, paid("", 41, 42))
    answered.remember("elsewhere", NOW, paid("", 43))
    assert answered.recall("by content") == paid("", 41, 42)
    answered.remember("by number", NOW, paid("R-7", 42))
    assert answered.recall("by content") is None
    answered.remember("again", NOW, paid("", 42))
    assert answered.recall("by number") == paid("R-7", 42)


def test_it_ends_with_its_time() -> None:
    answered = AnsweredRequests(keep=timedelta(hours=24))
    answered.remember("old", NOW, OUT)
    answered.remember("new", NOW + timedelta(hours=24, seconds=1), paid("", 41))
    assert answered.recall("old") is None
    assert answered.recall("new") is not None


def test_the_oldest_go_when_there_are_too_many() -> None:
    answered = AnsweredRequests(limit=2)
    for number in range(3):
        answered.remember(f"k{number}", NOW, (Renewed(ItemId(number), LOAN, NOW),))
    assert [answered.recall(f"k{number}") is None for number in range(3)] == [True, False, False]


def test_forgetting_brings_back_what_was_ended() -> None:
    answered = AnsweredRequests()
    answered.remember("out", NOW, OUT)
    ended = answered.remember("back", NOW, BACK)
    answered.forget("back", BACK, ended)
    assert answered.recall("back") is None
    assert answered.recall("out") == OUT
    answered.remember("again", NOW, BACK)
    assert answered.recall("out") is None


def test_the_log_brings_everything_back_after_a_restart() -> None:
    fee = Fee(FeeId(41), 1, PatronId(21), FeeKind.RENTAL, Decimal(1), "EUR", NOW)
    log = [
        Recorded(1, NOW, "kiosk", OUT[0], "out"),
        Recorded(2, NOW, "kiosk", FeeCharged(fee), "out"),
        Recorded(3, NOW, "kiosk", Renewed(ItemId(12), LOAN, NOW), "renew"),
        Recorded(4, NOW, "staff", CheckedIn(ItemId(12), "MAIN", NOW)),
    ]
    answered = AnsweredRequests()
    answered.replay(log)
    assert answered.recall("out") == (OUT[0], FeeCharged(fee))
    assert answered.recall("renew") is None


def test_a_hold_is_a_subject_of_its_own() -> None:
    hold = Hold(HoldId(31), 1, PatronId(21), BibId(1), "MAIN", NOW)
    assert subjects((HoldPlaced(hold),)) == [31]
    assert subjects((HoldPlaced(hold), *OUT)) == [31, 11]
