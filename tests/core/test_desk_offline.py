"""The desk and what machines did on their own: booked as of then, noted once, and settled by somebody."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from core.desk import Actor, Answer, Outcome
from core.events import (
    CheckedIn,
    CheckedOut,
    DiscrepancyNoted,
    DiscrepancySettled,
    FeeCharged,
    HoldPlaced,
    Renewed,
)
from core.model.records import BlockKind, Discrepancy, DiscrepancyId, HoldStatus, ItemStatus, LoanAct
from core.refusals import Reason, Refused
from core.rules.facts import Offline, Pin
from tests.fakes.world import ANN, BEN, BOOK, CYD, EAST_KIOSK, EMMA, KIOSK, NOW, World
from tests.matrix import proves

AT = NOW - timedelta(hours=2)
DUE = NOW + timedelta(days=9)
OFFLINE = Offline(AT, DUE)


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library at nine on a Monday."""
    world = await World().start()
    yield world
    await world.stop()


def reason(answer: Answer[Outcome]) -> Reason:
    """Why the desk said no."""
    assert isinstance(answer.outcome, Refused)
    return answer.outcome.reason


def events(answer: Answer[Outcome]) -> list[type]:
    """What kinds of events an act led to."""
    assert not isinstance(answer.outcome, Refused)
    return [type(event) for event in answer.outcome]


def at(**before: float) -> Offline:
    """Something done so long ago, without a due date."""
    return Offline(NOW - timedelta(**before))


async def test_a_loan_has_the_machines_time_and_due_date_and_waits_for_the_store(world: World) -> None:
    answer = world.desk.check_out(KIOSK, "P1", "I1", offline=OFFLINE)
    assert events(answer) == [CheckedOut]
    assert answer.mine
    assert answer.unit is not None
    loan = world.library.items[BOOK].loan
    assert loan is not None
    assert (loan.patron, loan.out_at, loan.due, loan.agency) == (ANN, AT, DUE, "MAIN")
    assert world.desk.discrepancies() == ()


async def test_a_machine_whose_clock_is_fast_does_nothing_in_the_future(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1", offline=Offline(NOW + timedelta(days=1)))
    loan = world.library.items[BOOK].loan
    assert loan is not None
    assert loan.out_at == NOW
    world.desk.check_in(KIOSK, "I1", offline=Offline(NOW + timedelta(days=300)))
    assert world.library.owed_by(ANN) == 0
    assert world.library.items[BOOK].moved_at == NOW


@proves("rules an offline transaction broke go to a work list")
async def test_all_the_rules_it_broke_make_one_line_of_the_work_list(world: World) -> None:
    world.desk.block(KIOSK, "P1", BlockKind.STAFF)
    answer = world.desk.check_out(KIOSK, "P1", "I4", offline=OFFLINE, pin=Pin.WRONG)
    assert events(answer) == [CheckedOut, DiscrepancyNoted]
    (line,) = world.desk.discrepancies()
    assert line == Discrepancy(
        id=line.id,
        version=1,
        act=LoanAct.CHECK_OUT,
        terminal="kiosk-1",
        agency="MAIN",
        patron="P1",
        item="I4",
        happened_at=AT,
        noted_at=NOW,
        reasons=("wrong-pin", "patron-blocked", "not-for-loan"),
        booked=True,
        due=DUE,
    )
    assert [item.barcode for item in world.library.loans_of(ANN)] == ["I4"]


@pytest.mark.parametrize(
    ("act", "patron", "item", "reasons"),
    [
        (LoanAct.CHECK_OUT, "P9", "I1", ("unknown-patron",)),
        (LoanAct.CHECK_OUT, "P1", "I9", ("unknown-item",)),
        (LoanAct.CHECK_OUT, "P9", "I9", ("unknown-patron", "unknown-item")),
        (LoanAct.RENEW, "P9", "I1", ("unknown-patron",)),
        (LoanAct.RENEW, "P1", "I1", ("not-on-loan",)),
        (LoanAct.CHECK_IN, "", "I9", ("unknown-item",)),
    ],
)
async def test_what_cannot_be_booked_is_refused_and_noted(
    world: World, act: LoanAct, patron: str, item: str, reasons: tuple[str, ...]
) -> None:
    desk = world.desk
    acts = {
        LoanAct.CHECK_OUT: lambda: desk.check_out(KIOSK, patron, item, offline=OFFLINE),
        LoanAct.RENEW: lambda: desk.renew(KIOSK, patron, item, offline=OFFLINE),
        LoanAct.CHECK_IN: lambda: desk.check_in(KIOSK, item, offline=OFFLINE),
    }
    answer = acts[act]()
    assert reason(answer) == reasons[0]
    assert answer.unit is not None
    assert answer.mine
    (line,) = desk.discrepancies()
    assert (line.act, line.patron, line.item, line.reasons, line.booked) == (
        act,
        patron,
        item,
        reasons,
        False,
    )
    assert world.library.items[BOOK].version == 1


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("item", ["I4", "I9"])
async def test_the_same_request_again_is_answered_alike_and_noted_once(
    world: World, item: str, restarted: bool
) -> None:
    first = world.desk.check_out(KIOSK, "P1", item, offline=OFFLINE, request="k")
    if restarted:
        world = await world.restart()
    again = world.desk.check_out(KIOSK, "P1", item, offline=OFFLINE, request="k")
    assert again.outcome == first.outcome
    assert len(world.desk.discrepancies()) == 1
    assert world.library.items[BOOK].version == 1
    await world.stop()


async def test_a_loan_sent_once_more_without_its_key_is_known_by_its_time(world: World) -> None:
    """A machine may send all it has stored again, days later."""
    first = world.desk.check_out(KIOSK, "P1", "I1", offline=OFFLINE, request="k")
    world.clock.advance(days=2)
    again = world.desk.check_out(KIOSK, "P1", "I1", offline=OFFLINE, request="another")
    assert isinstance(first.outcome, tuple)
    assert isinstance(again.outcome, tuple)
    assert again.unit is first.unit
    lent, lent_again = first.outcome[0], again.outcome[0]
    assert isinstance(lent, CheckedOut)
    assert isinstance(lent_again, CheckedOut)
    assert (lent_again.item, lent_again.loan) == (lent.item, lent.loan)
    assert world.library.items[BOOK].version == 2


async def test_what_another_has_on_loan_is_lent_and_their_loan_is_over(world: World) -> None:
    world.desk.check_out(KIOSK, "P2", "I1")
    world.clock.advance(days=40)
    answer = world.desk.check_out(
        KIOSK, "P1", "I1", offline=Offline(world.clock.time - timedelta(days=5)), request="k"
    )
    again = world.desk.check_out(KIOSK, "P1", "I1", offline=OFFLINE, request="k")
    assert events(answer) == events(again) == [CheckedOut, DiscrepancyNoted]
    (line,) = world.desk.discrepancies()
    assert line.reasons == ("lent-to-another",)
    assert [item.id for item in world.library.loans_of(ANN)] == [BOOK]
    assert world.library.loans_of(BEN) == ()
    (fee,) = world.library.open_fees_of(BEN)
    assert str(fee.amount) == "1.40"  # seven days
    assert world.library.owed_by(ANN) == 0


async def test_the_hold_whose_item_was_taken_waits_again_in_its_place(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    world.clock.advance(minutes=5)
    world.desk.place_hold(KIOSK, "P3", EMMA, "MAIN", item="I1")
    queue = [hold.id for hold in world.library.queue_of(EMMA)]
    world.desk.check_in(KIOSK, "I1")
    world.clock.advance(days=1)
    world.desk.check_out(KIOSK, "P1", "I1", offline=Offline(world.clock.time - timedelta(minutes=5)))
    assert [line.reasons for line in world.desk.discrepancies()] == [("held-for-another",)]
    assert [(hold.patron, hold.status, hold.trapped) for hold in world.library.queue_of(EMMA)] == [
        (BEN, HoldStatus.WAITING, None),
        (CYD, HoldStatus.WAITING, None),
    ]
    world.desk.check_in(KIOSK, "I1")
    assert [hold.id for hold in world.library.queue_of(EMMA)] == queue
    assert world.library.holds[queue[0]].trapped == BOOK


async def test_a_renewal_has_the_machines_due_date(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=3)
    due = NOW + timedelta(days=50)
    answer = world.desk.renew(KIOSK, "P1", "I1", offline=Offline(NOW + timedelta(days=1), due))
    assert events(answer) == [Renewed]
    loan = world.library.items[BOOK].loan
    assert loan is not None
    assert (loan.out_at, loan.due, loan.renewals) == (NOW, due, 1)


async def test_a_return_costs_what_it_cost_then_and_fills_holds_now(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=39)
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    world.clock.advance(days=1)
    answer = world.desk.check_in(KIOSK, "I1", offline=Offline(NOW + timedelta(days=31)), request="k")
    assert events(answer) == [CheckedIn, FeeCharged]
    assert str(world.library.owed_by(ANN)) == "0.60"
    (hold,) = world.library.holds_of(BEN)
    assert (hold.status, hold.trapped) == (HoldStatus.READY, BOOK)
    assert world.desk.discrepancies() == ()
    assert world.desk.check_in(KIOSK, "I1", offline=at(days=1), request="k").outcome == answer.outcome


async def test_a_return_date_before_the_transaction_counts_and_one_after_it_does_not(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=10)
    scanned = Offline(NOW + timedelta(days=9))
    dropped = NOW + timedelta(days=8)
    answer = world.desk.check_in(KIOSK, "I1", returned_at=dropped, offline=scanned)
    assert isinstance(answer.outcome, tuple)
    back = answer.outcome[0]
    assert isinstance(back, CheckedIn)
    assert (back.returned_at, back.scanned_at) == (dropped, scanned.at)
    later = world.desk.check_in(KIOSK, "I2", returned_at=scanned.at + timedelta(hours=1), offline=scanned)
    assert isinstance(later.outcome, tuple)
    assert isinstance(later.outcome[0], CheckedIn)
    assert later.outcome[0].returned_at == scanned.at


# Order


def booked(world: World) -> list[tuple[str, bool]]:
    """The worst reason of every line, and whether it was booked."""
    return [(line.reasons[0], line.booked) for line in world.desk.discrepancies()]


async def test_a_return_older_than_the_loan_does_not_end_it(world: World) -> None:
    """A machine that stored both may send the return first; another one may have lent it since."""
    world.desk.check_out(KIOSK, "P1", "I1", offline=at(hours=1))
    assert reason(world.desk.check_in(KIOSK, "I1", offline=at(hours=2))) is Reason.SUPERSEDED
    assert [item.id for item in world.library.loans_of(ANN)] == [BOOK]
    assert booked(world) == [("superseded", False)]


async def test_a_loan_older_than_the_return_is_over_even_if_that_was_long_ago(world: World) -> None:
    """The kiosk was down over a long weekend; at the desk the item came back on its first day."""
    world.desk.check_in(KIOSK, "I1")
    world.clock.advance(days=3)
    world = await world.restart()
    older = Offline(NOW - timedelta(minutes=1), DUE)
    assert reason(world.desk.check_out(KIOSK, "P1", "I1", offline=older)) is Reason.SUPERSEDED
    assert world.library.items[BOOK].status is ItemStatus.AVAILABLE
    assert booked(world) == [("superseded", False)]
    await world.stop()


async def test_an_item_scanned_today_was_there_though_it_came_back_days_ago(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=4)
    world.desk.check_in(KIOSK, "I1", returned_at=NOW + timedelta(days=1))
    between = Offline(NOW + timedelta(days=2))
    assert reason(world.desk.check_out(KIOSK, "P2", "I1", offline=between)) is Reason.SUPERSEDED


async def test_a_store_sent_in_order_is_booked_in_order(world: World) -> None:
    desk = world.desk
    assert events(desk.check_out(KIOSK, "P1", "I1", offline=at(hours=5))) == [CheckedOut]
    assert events(desk.renew(KIOSK, "P1", "I1", offline=at(hours=4))) == [Renewed]
    assert events(desk.check_in(KIOSK, "I1", offline=at(hours=3))) == [CheckedIn]
    assert events(desk.check_out(KIOSK, "P2", "I1", offline=at(hours=3))) == [CheckedOut]
    assert desk.discrepancies() == ()


async def test_a_renewal_older_than_the_loan_changes_nothing(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    assert reason(world.desk.renew(KIOSK, "P1", "I1", offline=at(hours=1))) is Reason.SUPERSEDED
    assert world.library.items[BOOK].version == 2


# The store


async def test_when_the_store_refuses_nothing_was_noted(world: World) -> None:
    world.store.refuse_next()
    world.desk.check_out(KIOSK, "P1", "I9", offline=OFFLINE, request="k")
    await world.stop()
    assert world.desk.discrepancies() == ()
    world.journal.start()
    assert (
        reason(world.desk.check_out(KIOSK, "P1", "I9", offline=OFFLINE, request="k")) is Reason.UNKNOWN_ITEM
    )
    assert len(world.desk.discrepancies()) == 1


async def test_a_broken_store_takes_nothing_and_notes_nothing(world: World) -> None:
    world.store.break_next()
    world.desk.check_out(KIOSK, "P2", "I2")
    await world.journal.broken.wait()
    assert reason(world.desk.check_out(KIOSK, "P1", "I1", offline=OFFLINE)) is Reason.TOO_BUSY
    assert reason(world.desk.check_in(KIOSK, "I9", offline=OFFLINE)) is Reason.TOO_BUSY
    assert world.desk.discrepancies() == ()


# The work list


async def test_a_line_is_settled_once_with_who_when_and_a_note(world: World) -> None:
    staff = Actor("staff:mo", "MAIN")
    for item in ("I8", "I9"):
        world.desk.check_in(KIOSK, item, offline=OFFLINE)
    first, second = world.desk.discrepancies()
    world.clock.advance(hours=1)
    assert events(world.desk.settle_discrepancy(staff, first.id, "catalogued")) == [DiscrepancySettled]
    assert events(world.desk.settle_discrepancy(staff, first.id, "again")) == []
    assert events(world.desk.settle_discrepancy(staff, DiscrepancyId(1), "never was")) == []
    world = await world.restart()
    assert world.desk.discrepancies() == (second,)
    settled, still_open = world.desk.discrepancies(open_only=False)
    assert still_open == second
    assert (settled.settled_by, settled.settled_at, settled.note, settled.version) == (
        "staff:mo",
        NOW + timedelta(hours=1),
        "catalogued",
        2,
    )
    await world.stop()


# Desks that serve some places only

FILMS = Actor("kiosk-films", "EAST", ("EAST/FILMS",))


async def test_a_desk_lends_and_renews_only_what_it_serves(world: World) -> None:
    assert events(world.desk.check_out(FILMS, "P1", "I3")) == [CheckedOut]
    assert reason(world.desk.check_out(FILMS, "P1", "I1")) is Reason.NOT_SERVED_HERE
    world.desk.check_out(KIOSK, "P1", "I1")
    assert reason(world.desk.renew(FILMS, "P1", "I1")) is Reason.NOT_SERVED_HERE
    assert reason(world.desk.check_out(FILMS, "P4", "I1")) is Reason.PATRON_EXPIRED


async def test_a_desk_takes_everything_back(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    assert events(world.desk.check_in(FILMS, "I1")) == [CheckedIn]
    assert world.library.items[BOOK].destination == "MAIN"


async def test_what_a_desk_lent_on_its_own_from_another_place_is_noted(world: World) -> None:
    world.desk.check_out(FILMS, "P1", "I1", offline=OFFLINE)
    assert booked(world) == [("not-served-here", True)]


async def test_what_is_noted_at_one_agency_tells_which(world: World) -> None:
    world.desk.check_in(EAST_KIOSK, "I9", offline=OFFLINE)
    (line,) = world.desk.discrepancies()
    assert (line.terminal, line.agency) == ("kiosk-2", "EAST")


async def test_an_offline_act_ends_the_answer_to_what_was_done_before(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", request="hold")
    world.desk.check_out(KIOSK, "P1", "I1", request="out")
    world.clock.advance(hours=3)
    world.desk.check_in(KIOSK, "I1", offline=Offline(NOW + timedelta(hours=1)))
    world.clock.advance(hours=1)
    assert reason(world.desk.check_out(KIOSK, "P3", "I1", request="out")) is Reason.HELD_FOR_ANOTHER
    placed = world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", request="hold")
    assert events(placed) == [HoldPlaced]
