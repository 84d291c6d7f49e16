"""The desk takes back what a machine has just done: all is as before, whoever asks how often."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.desk import Actor, Answer, Outcome
from core.events import CheckedIn, CheckedOut, FeeCharged, Renewed, Undone
from core.library import Library
from core.model.policy import LoanRule, LoanTerms, Unit
from core.model.records import HoldStatus, ItemStatus, LoanAct, PaymentKind
from core.refusals import Reason, Refused
from core.rules.facts import Offline, Pin
from tests.fakes.world import (
    ANN,
    BEN,
    BOOK,
    COPY,
    EAST_KIOSK,
    EMMA,
    KIOSK,
    METROPOLIS,
    NOW,
    POLICY,
    World,
)
from tests.matrix import proves


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


def undone(answer: Answer[Outcome]) -> Undone:
    """What was undone."""
    assert isinstance(answer.outcome, tuple)
    (event,) = answer.outcome
    assert isinstance(event, Undone)
    return event


def picture(library: Library) -> list[dict[int, Any]]:
    """Every record but its version, and every queue."""
    tables: list[Any] = [
        library.items,
        library.patrons,
        library.holds,
        library.fees,
        library.payments,
        library.discrepancies,
    ]
    return [
        *({number: replace(record, version=0) for number, record in table.items()} for table in tables),
        {bib: [hold.id for hold in library.queue_of(bib)] for bib in library.bibs},
        {patron: sorted(item.id for item in library.loans_of(patron)) for patron in library.patrons},
        {patron: library.owed_by(patron) for patron in library.patrons},
    ]


async def test_a_loan_taken_back_never_was(world: World) -> None:
    before = picture(world.library)
    world.desk.check_out(KIOSK, "P1", "I1")
    answer = world.desk.undo_check_out(KIOSK, "I1")
    assert undone(answer).patron == ANN
    assert answer.mine
    assert answer.unit is not None
    assert picture(world.library) == before
    assert world.library.items[BOOK].version == 3


async def test_a_return_taken_back_leaves_the_loan_and_takes_its_item_from_who_waits(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.place_hold(KIOSK, "P2", EMMA, "EAST", item="I1")
    world.clock.advance(days=40)
    before = picture(world.library)
    assert events(world.desk.check_in(KIOSK, "I1")) == [CheckedIn, FeeCharged]
    assert undone(world.desk.undo_check_in(KIOSK, "P1", "I1")).act is LoanAct.CHECK_IN
    assert picture(world.library) == before
    (hold,) = world.library.holds_of(BEN)
    assert (hold.status, world.library.items[BOOK].status) == (HoldStatus.WAITING, ItemStatus.ON_LOAN)


async def test_a_loan_taken_back_does_not_set_the_item_aside_for_the_next_who_waits(world: World) -> None:
    """Undoing is not checking in: the item has never left its shelf."""
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.undo_check_out(KIOSK, "I1")
    assert world.library.items[BOOK].status is ItemStatus.AVAILABLE
    assert world.library.holds_of(BEN)[0].status is HoldStatus.WAITING


async def test_the_hold_that_the_loan_filled_is_where_it_was_in_the_queue(world: World) -> None:
    for patron in ("P1", "P2", "P3"):
        world.desk.place_hold(KIOSK, patron, METROPOLIS, "EAST")
    queue = [hold.id for hold in world.library.queue_of(METROPOLIS)]
    world.desk.check_in(EAST_KIOSK, "I3")
    before = picture(world.library)
    world.desk.check_out(EAST_KIOSK, "P1", "I3")
    world.desk.undo_check_out(EAST_KIOSK, "I3")
    assert picture(world.library) == before
    assert [hold.id for hold in world.library.queue_of(METROPOLIS)] == queue
    assert events(world.desk.check_out(EAST_KIOSK, "P1", "I3")) == [CheckedOut]


async def test_a_renewal_taken_back_leaves_the_former_due_date(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=40)
    before = picture(world.library)
    assert events(world.desk.check_out(KIOSK, "P1", "I1")) == [Renewed, FeeCharged]
    world.desk.undo_check_out(KIOSK, "I1")
    assert picture(world.library) == before


async def test_what_was_paid_stays_in_the_ledger_and_nothing_more_is_owed(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=40)
    world.desk.check_in(KIOSK, "I1")
    owed = world.library.owed_by(ANN)
    world.desk.pay(KIOSK, "P1", Decimal("0.50"), "EUR", kind=PaymentKind.CASH)
    world.desk.undo_check_in(KIOSK, "P1", "I1")
    (fee,) = world.library.fees.values()
    assert owed > fee.amount == fee.paid == Decimal("0.50")
    assert world.library.owed_by(ANN) == 0
    assert len(world.library.payments) == 1


async def test_only_the_machine_that_did_it_may_take_it_back_and_only_lately(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    assert reason(world.desk.undo_check_out(EAST_KIOSK, "I1")) is Reason.NOTHING_TO_UNDO
    world.clock.advance(minutes=15, seconds=1)
    refused = world.desk.undo_check_out(KIOSK, "I1")
    assert reason(refused) is Reason.NOTHING_TO_UNDO
    assert refused.unit is not None
    assert not refused.mine


async def test_what_was_never_done_cannot_be_taken_back(world: World) -> None:
    assert reason(world.desk.undo_check_out(KIOSK, "I1")) is Reason.NOTHING_TO_UNDO
    assert reason(world.desk.undo_check_out(KIOSK, "I9")) is Reason.UNKNOWN_ITEM
    assert reason(world.desk.undo_check_in(KIOSK, "P1", "I9")) is Reason.UNKNOWN_ITEM
    assert reason(world.desk.undo_check_in(KIOSK, "P9", "I1")) is Reason.UNKNOWN_PATRON


async def test_an_institution_may_have_no_undoing() -> None:
    world = await World(replace(POLICY, undo_minutes=0)).start()
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(seconds=1)
    assert reason(world.desk.undo_check_out(KIOSK, "I1")) is Reason.NOTHING_TO_UNDO
    await world.stop()


async def test_what_somebody_else_did_to_the_item_since_stays(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.check_in(EAST_KIOSK, "I1")
    world.desk.check_out(EAST_KIOSK, "P2", "I1")
    assert reason(world.desk.undo_check_out(KIOSK, "I1")) is Reason.NOTHING_TO_UNDO
    assert [item.id for item in world.library.loans_of(BEN)] == [BOOK]


async def test_a_cancelled_hold_does_not_come_back_with_the_return(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    world.desk.check_in(KIOSK, "I1")
    world.desk.cancel_hold(EAST_KIOSK, "P2", EMMA)
    assert reason(world.desk.undo_check_in(KIOSK, "P1", "I1")) is Reason.NOTHING_TO_UNDO
    assert world.library.holds_of(BEN) == []


async def test_what_others_do_elsewhere_is_not_touched(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.check_out(EAST_KIOSK, "P2", "I2")
    world.desk.place_hold(EAST_KIOSK, "P3", EMMA, "EAST")
    world.desk.undo_check_out(KIOSK, "I1")
    assert [item.id for item in world.library.loans_of(BEN)] == [COPY]
    assert len(world.library.queue_of(EMMA)) == 1
    assert world.library.items[BOOK].status is ItemStatus.AVAILABLE


async def test_a_note_on_the_item_does_not_keep_from_undoing_and_stays(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.note_item(KIOSK, "I1", "the gate was open")
    undone(world.desk.undo_check_out(KIOSK, "I1"))
    assert "the gate was open" in world.library.items[BOOK].note


async def test_sent_twice_it_is_answered_alike_with_its_key_or_another(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    first = world.desk.undo_check_out(KIOSK, "I1", request="undo")
    by_key = world.desk.undo_check_out(KIOSK, "I1", request="undo")
    other = world.desk.undo_check_out(KIOSK, "I1", request="undo, a second later")
    assert first.outcome == by_key.outcome == other.outcome
    assert first.unit is by_key.unit is other.unit
    world = await world.restart()
    world.clock.advance(hours=2)
    assert world.desk.undo_check_out(KIOSK, "I1", request="undo").outcome == first.outcome
    assert world.desk.undo_check_out(KIOSK, "I1").outcome == first.outcome
    assert world.library.items[BOOK].version == 3
    await world.stop()


async def test_an_undoing_is_not_undone(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.check_in(KIOSK, "I1")
    world.desk.undo_check_in(KIOSK, "P1", "I1")
    assert reason(world.desk.undo_check_out(KIOSK, "I1")) is Reason.NOTHING_TO_UNDO
    assert [item.id for item in world.library.loans_of(ANN)] == [BOOK]


async def test_a_loan_taken_back_can_be_made_anew_with_its_old_key(world: World) -> None:
    """The machine gave the first one up; what it asks for now is a new loan, and can be taken back too."""
    world.desk.check_out(KIOSK, "P1", "I1", request="out")
    world.desk.undo_check_out(KIOSK, "I1", request="undo")
    world.clock.advance(minutes=1)
    again = world.desk.check_out(KIOSK, "P1", "I1", request="out")
    assert isinstance(again.outcome, tuple)
    assert isinstance(again.outcome[0], CheckedOut)
    assert again.outcome[0].loan.out_at == NOW + timedelta(minutes=1)
    undone(world.desk.undo_check_out(KIOSK, "I1", request="undo"))
    assert world.library.items[BOOK].status is ItemStatus.AVAILABLE
    assert world.library.items[BOOK].version == 5


async def test_it_can_be_undone_after_a_restart(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", METROPOLIS, "EAST")
    world.desk.check_in(EAST_KIOSK, "I3")
    before = picture(world.library)
    world.clock.advance(minutes=1)
    world.desk.check_out(EAST_KIOSK, "P1", "I3")
    world = await world.restart()
    undone(world.desk.undo_check_out(EAST_KIOSK, "I3"))
    assert picture(world.library) == before
    world = await world.restart()
    assert picture(world.library) == before
    await world.stop()


async def test_when_the_store_refuses_the_undoing_the_loan_is_still_there(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", METROPOLIS, "EAST")
    world.desk.check_in(EAST_KIOSK, "I3")
    world.desk.check_out(EAST_KIOSK, "P1", "I3", request="out")
    await world.stop()
    lent = picture(world.library)
    world.journal.start()
    world.store.refuse_next()
    world.desk.undo_check_out(EAST_KIOSK, "I3", request="undo")
    await world.stop()
    assert picture(world.library) == lent
    assert world.answered.recall("undo") is None
    assert world.answered.recall("out") is not None
    world.journal.start()
    undone(world.desk.undo_check_out(EAST_KIOSK, "I3", request="undo"))


async def test_when_the_store_refuses_loan_and_undoing_together_nothing_has_happened(world: World) -> None:
    before = picture(world.library)
    world.store.hold()
    world.desk.check_out(KIOSK, "P1", "I1")
    await world.store.waiting()
    world.desk.undo_check_out(KIOSK, "I1")
    world.store.refuse_next()
    world.store.release()
    await world.stop()
    assert picture(world.library) == before
    assert world.library.items[BOOK].version == 1
    world.journal.start()
    assert reason(world.desk.undo_check_out(KIOSK, "I1")) is Reason.NOTHING_TO_UNDO


async def test_what_a_machine_did_on_its_own_and_took_back_on_its_own_leaves_no_line(world: World) -> None:
    world.desk.check_out(KIOSK, "P2", "I1")
    world.clock.advance(days=40)
    before = picture(world.library)
    then = Offline(world.clock.time - timedelta(hours=1))
    world.desk.check_out(KIOSK, "P1", "I1", offline=then, pin=Pin.WRONG)
    assert len(world.desk.discrepancies()) == 1
    event = undone(world.desk.undo_check_out(KIOSK, "I1"))
    assert (len(event.fees), len(event.discrepancies)) == (1, 1)
    assert picture(world.library) == before


# The law

RENTED = replace(
    POLICY,
    terms=(
        LoanTerms("books", length=2, fine=Decimal("0.25"), grace=0, renewals=1),
        LoanTerms("films", unit=Unit.HOURS, length=3, rental=Decimal("1.50"), fine=Decimal("1.00"), grace=0),
        LoanTerms("reference", loanable=False, holdable=False),
    ),
    loan_rules=(
        LoanRule("films", item_policy="dvd"),
        LoanRule("reference", item_policy="reference"),
        LoanRule("books"),
    ),
)
PATRONS, ITEMS, KIOSKS = ("P1", "P2", "P4"), ("I1", "I2", "I3"), (KIOSK, EAST_KIOSK)

acts = st.tuples(
    st.sampled_from(["out", "renew", "back"]),
    st.sampled_from(KIOSKS),
    st.sampled_from(PATRONS),
    st.sampled_from(ITEMS),
    st.sampled_from([None, 0, 30, 300]),  # minutes ago, at a machine on its own
)
others = st.one_of(
    st.tuples(st.just("hold"), st.sampled_from(PATRONS), st.sampled_from(ITEMS), st.booleans()),
    st.tuples(st.just("cancel"), st.sampled_from(PATRONS), st.sampled_from(ITEMS)),
    st.tuples(
        st.just("move"), st.sampled_from(PATRONS), st.sampled_from(ITEMS), st.sampled_from(["MAIN", "EAST"])
    ),
    st.tuples(st.just("pay"), st.sampled_from(PATRONS)),
    st.tuples(st.just("undo"), st.sampled_from(KIOSKS), st.sampled_from(PATRONS), st.sampled_from(ITEMS)),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 60, 4000])),
)


def do(world: World, act: tuple[Any, ...]) -> Answer[Outcome]:
    """Check out, renew or check in."""
    kind, kiosk, patron, item, minutes = act
    offline = None if minutes is None else Offline(world.clock.time - timedelta(minutes=minutes))
    match kind:
        case "out":
            return world.desk.check_out(kiosk, patron, item, fee_acknowledged=True, offline=offline)
        case "renew":
            return world.desk.renew(kiosk, patron, item, fee_acknowledged=True, offline=offline)
        case _:
            return world.desk.check_in(kiosk, item, offline=offline)


def go_on(world: World, step: tuple[Any, ...]) -> None:
    """Whatever may happen in a library."""
    match step:
        case "hold", patron, barcode, only_this:
            item = world.library.item(barcode)
            assert item is not None
            world.desk.place_hold(KIOSK, patron, item.bib, "EAST", item=barcode if only_this else "")
        case "cancel", patron, barcode:
            item = world.library.item(barcode)
            assert item is not None
            world.desk.cancel_hold(KIOSK, patron, item.bib)
        case "move", patron, barcode, pickup:
            item = world.library.item(barcode)
            assert item is not None
            world.desk.change_hold(KIOSK, patron, item.bib, pickup=pickup)
        case "pay", patron:
            world.desk.pay(KIOSK, patron, Decimal("0.25"), "EUR")
        case "undo", kiosk, patron, barcode:
            world.desk.undo_check_out(kiosk, barcode)
            world.desk.undo_check_in(kiosk, patron, barcode)
        case "wait", minutes:
            world.clock.advance(minutes=minutes)
        case _:
            do(world, step)


def take_back(world: World, kiosk: Actor, item: str, done: tuple[Any, ...]) -> Answer[Outcome]:
    """Undo what this led to."""
    if isinstance(done[0], CheckedIn):
        had = "" if done[0].patron is None else world.library.patrons[done[0].patron].barcode
        return world.desk.undo_check_in(kiosk, had, item)
    return world.desk.undo_check_out(kiosk, item)


@proves("a cancelled checkout leaves everything as it was", "a cancelled checkin leaves everything as it was")
@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(acts, others), max_size=14), acts)
async def test_an_act_and_its_undoing_leave_everything_as_it_was(
    history: list[tuple[Any, ...]], last: tuple[Any, ...]
) -> None:
    """Whatever went before: all records but their versions, which grow, and the log, which is longer."""
    world = await World(RENTED).start()
    for step in history:
        go_on(world, step)
    before, versions = picture(world.library), {i.id: i.version for i in world.library.items.values()}
    did = do(world, last)
    if did.mine and isinstance(done := did.outcome, tuple):
        _, kiosk, _, item, _ = last
        answer = take_back(world, kiosk, item, done)
        assert isinstance(undone(answer), Undone)
        assert picture(world.library) == before
        assert take_back(world, kiosk, item, done).outcome == answer.outcome
        assert picture(world.library) == before
        assert all(item.version >= versions[item.id] for item in world.library.items.values())
    everything = picture(world.library)
    world = await world.restart()
    assert picture(world.library) == everything
    await world.stop()
