"""Answered requests: the same question gets the same answer, until something else happens to it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.answered import AnsweredRequests, briefly, subjects
from core.events import (
    Before,
    CheckedIn,
    CheckedOut,
    Event,
    FeeCharged,
    FeePaid,
    HoldCancelled,
    HoldChanged,
    HoldPlaced,
    Recorded,
    Renewed,
    Undone,
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
    ItemStatus,
    Loan,
    LoanAct,
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


def test_what_may_be_meant_anew_is_a_repetition_for_a_while_only() -> None:
    clock = [NOW]
    answered = AnsweredRequests(brief=timedelta(minutes=15), now=lambda: clock[0])
    for key in ("k", briefly("k")):
        answered.remember(key, NOW, (Renewed(ItemId(len(key)), LOAN, NOW),))
    clock[0] += timedelta(minutes=15)
    assert answered.recall("k") is not None
    assert answered.recall(briefly("k")) is not None
    clock[0] += timedelta(seconds=1)
    assert answered.recall("k") is not None
    assert answered.recall(briefly("k")) is None


def test_what_is_done_anew_takes_the_place_of_what_was_done_before_and_can_be_taken_back() -> None:
    """Even if it came to something on other records than the first time."""
    answered = AnsweredRequests()
    first, second = [(Renewed(ItemId(number), LOAN, NOW),) for number in (1, 2)]
    answered.remember("k", NOW, first)
    ended = answered.remember("k", NOW + timedelta(minutes=1), second)
    assert answered.recall("k") == second
    assert answered.latest(1) is None
    answered.forget("k", second, ended)
    assert answered.recall("k") == first
    assert answered.latest(1) is not None
    assert answered.latest(2) is None


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
    assert answered.latest(ItemId(11)) == (NOW, "kiosk", (OUT[0], FeeCharged(fee)))
    assert answered.latest(ItemId(12)) == (NOW, "staff", (log[3].event,))


def test_the_last_act_on_an_item_is_known_with_its_time_and_its_actor() -> None:
    answered = AnsweredRequests()
    assert answered.latest(ItemId(11)) is None
    answered.remember("out", NOW, OUT, "kiosk-1")
    answered.remember("elsewhere", NOW, (Renewed(ItemId(12), LOAN, NOW),), "kiosk-2")
    assert answered.latest(ItemId(11)) == (NOW, "kiosk-1", OUT)
    later = NOW + timedelta(minutes=1)
    answered.remember("", later, BACK, "kiosk-2")
    assert answered.latest(ItemId(11)) == (later, "kiosk-2", BACK)


def test_an_act_without_a_key_is_the_last_one_too_and_can_be_forgotten() -> None:
    answered = AnsweredRequests()
    answered.remember("", NOW, OUT, "kiosk-1")
    ended = answered.remember("", NOW, BACK, "kiosk-1")
    answered.forget("", BACK, ended)
    assert answered.latest(ItemId(11)) == (NOW, "kiosk-1", OUT)
    answered.forget("", OUT, [])
    assert answered.latest(ItemId(11)) is None


def test_acts_without_a_key_are_told_apart() -> None:
    """Of three loans renewed at once, one comes back, then another: neither ends what was done to a third."""
    answered = AnsweredRequests()
    answered.remember("", NOW, tuple(Renewed(ItemId(item), LOAN, NOW) for item in (11, 12)))
    answered.remember("", NOW, BACK)
    answered.remember("", NOW, (CheckedIn(ItemId(12), "MAIN", NOW),))
    assert answered.latest(ItemId(11)) == (NOW, "", BACK)


def test_the_last_act_is_forgotten_with_its_time() -> None:
    answered = AnsweredRequests(keep=timedelta(hours=24))
    answered.remember("", NOW, OUT)
    answered.remember("", NOW + timedelta(hours=24, seconds=1), (Renewed(ItemId(12), LOAN, NOW),))
    assert answered.latest(ItemId(11)) is None


def test_what_was_undone_is_not_answered_any_more_but_the_undoing_is() -> None:
    undone = (Undone(LoanAct.CHECK_OUT, ItemId(11), PatronId(21), Before(ItemStatus.AVAILABLE)),)
    answered = AnsweredRequests()
    answered.remember("out", NOW, OUT)
    answered.remember("undo", NOW, undone)
    assert answered.recall("out") is None
    assert answered.recall("undo") == undone
    answered.remember("out", NOW, OUT)
    assert answered.recall("undo") is None


def test_a_hold_is_a_subject_of_its_own() -> None:
    hold = Hold(HoldId(31), 1, PatronId(21), BibId(1), "MAIN", NOW)
    assert subjects((HoldPlaced(hold),)) == [31]
    assert subjects((HoldPlaced(hold), *OUT)) == [31, 11]
    assert subjects((HoldChanged(hold.id, hold.patron, hold.bib, "EAST"),)) == [31]
    assert subjects((HoldCancelled(hold.id, hold.patron, hold.bib),)) == [31]
