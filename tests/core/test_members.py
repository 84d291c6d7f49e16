"""Patrons at the desk: registered, changed, let go, charged, written to; once, however often asked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest_asyncio

from core.desk import Answer, Outcome
from core.events import (
    FeeCharged,
    FeeWaived,
    HoldCancelled,
    NoticeRecorded,
    PatronAdded,
    PatronChanged,
    PatronEnded,
)
from core.model.records import FeeId, FeeKind, Reference
from core.refusals import Reason, Refused
from core.rules.members import Person, Trait
from tests.fakes.world import ANN, BEN, BOOK, EMMA, KIOSK, NOW, World

BILL = Reference("BROKER", "F-1")


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


async def test_a_new_patron_may_borrow(world: World) -> None:
    eve = Person(family="Evans", given="Eve", group="adult", identifiers=("eve",))
    first = world.desk.members.create_patron(KIOSK, eve, barcode="P9", request="new")
    assert events(first) == [PatronAdded]
    assert world.desk.members.create_patron(KIOSK, eve, barcode="P9", request="new").outcome == first.outcome
    assert reason(world.desk.members.create_patron(KIOSK, eve, barcode="P9")) is Reason.ALREADY_EXISTS
    assert reason(world.desk.members.create_patron(KIOSK, eve)) is Reason.ALREADY_EXISTS
    world = await world.restart()
    world.desk.check_out(KIOSK, "eve", "I1")
    assert world.library.items[BOOK].loan is not None
    await world.stop()


async def test_a_patron_is_known_by_what_they_are_told_to_be(world: World) -> None:
    members = world.desk.members
    say = Person(identifiers=("ann",))
    answer = members.change_patron(KIOSK, "P1", clear={Trait.PIN}, say=say, request="change")
    assert events(answer) == [PatronChanged]
    assert world.library.patron("ann") is world.library.patrons[ANN]
    assert world.library.patron("ann@example.org") is None
    assert world.library.patrons[ANN].pin == ""
    assert members.change_patron(KIOSK, "P1", say=say, request="change").outcome == answer.outcome
    assert members.change_patron(KIOSK, "P1", say=say).outcome == ()
    taken = Person(identifiers=("P2",))
    assert reason(members.change_patron(KIOSK, "P1", say=taken)) is Reason.ALREADY_EXISTS
    assert reason(members.change_patron(KIOSK, "P9")) is Reason.UNKNOWN_PATRON


async def test_a_patron_who_has_nothing_is_let_go_with_their_holds(world: World) -> None:
    members = world.desk.members
    world.desk.check_out(KIOSK, "P1", "I1")
    assert reason(members.delete_patron(KIOSK, "P1")) is Reason.STILL_IN_USE
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    world.charge(BEN, "1.00")
    assert reason(members.delete_patron(KIOSK, "P2")) is Reason.STILL_IN_USE
    world.desk.pay(KIOSK, "P2", Decimal("1.00"), "EUR")
    answer = members.delete_patron(KIOSK, "P2", request="go")
    assert events(answer) == [HoldCancelled, PatronEnded]
    assert world.library.patron("P2") is None
    assert world.library.queue_of(EMMA) == []
    assert members.delete_patron(KIOSK, "P2", request="go").outcome == answer.outcome
    assert reason(members.delete_patron(KIOSK, "P2")) is Reason.UNKNOWN_PATRON
    world = await world.restart()
    assert world.library.patron("P2") is None
    await world.stop()


async def test_what_was_charged_under_a_number_is_charged_and_paid_once(world: World) -> None:
    members = world.desk.members

    def charge(amount: str) -> Answer[Outcome]:
        return members.assess(
            KIOSK,
            "P1",
            Decimal(amount),
            "EUR",
            FeeKind.PROCESSING,
            item="I1",
            note="interlibrary",
            reference=BILL,
        )

    first = charge("2.50")
    assert events(first) == [FeeCharged]
    assert charge("2.50").outcome == first.outcome
    assert reason(charge("2.60")) is Reason.ALREADY_EXISTS
    fee = world.library.fee_for(BILL)
    assert fee is not None
    assert (fee.patron, fee.item, fee.note, fee.kind) == (ANN, BOOK, "interlibrary", FeeKind.PROCESSING)
    world.desk.pay(KIOSK, "P1", Decimal("2.50"), "EUR", fee=fee.id)
    assert world.library.owed_by(ANN) == 0
    world = await world.restart()
    kept = world.library.fee_for(BILL)
    assert kept is not None
    assert kept.left == 0
    await world.stop()


async def test_what_cannot_be_charged_is_refused(world: World) -> None:
    members = world.desk.members
    assert reason(members.assess(KIOSK, "P9", Decimal(1), "EUR")) is Reason.UNKNOWN_PATRON
    assert reason(members.assess(KIOSK, "P1", Decimal(1), "EUR", item="I9")) is Reason.UNKNOWN_ITEM
    assert reason(members.assess(KIOSK, "P1", Decimal(1), "USD")) is Reason.WRONG_CURRENCY


async def test_a_fee_is_let_go_in_parts_and_what_is_left_is_owed(world: World) -> None:
    members, fee = world.desk.members, world.charge(ANN, "2.00")
    answer = members.waive(KIOSK, "P1", fee, Decimal("0.50"), note="hardship", request="waive")
    assert answer.outcome == (FeeWaived(fee, ANN, Decimal("0.50"), "hardship"),)
    assert members.waive(KIOSK, "P1", fee, Decimal("0.50"), request="waive").outcome == answer.outcome
    assert world.library.owed_by(ANN) == Decimal("1.50")
    world.desk.pay(KIOSK, "P1", Decimal("1.00"), "EUR")
    assert events(members.waive(KIOSK, "P1", fee)) == [FeeWaived]
    assert world.library.owed_by(ANN) == 0
    assert reason(members.waive(KIOSK, "P1", fee)) is Reason.UNKNOWN_FEE
    assert reason(members.waive(KIOSK, "P2", fee)) is Reason.UNKNOWN_FEE
    assert reason(members.waive(KIOSK, "P1", FeeId(9))) is Reason.UNKNOWN_FEE


async def test_a_notice_is_taken_down_for_who_follows_the_log(world: World) -> None:
    members, later = world.desk.members, NOW + timedelta(days=1)
    answer = members.notice(KIOSK, "P1", "Your card ends soon.", item="I1", send_at=later, request="n")
    assert answer.outcome == (NoticeRecorded(ANN, "Your card ends soon.", BOOK, later),)
    assert members.notice(KIOSK, "P1", "?", request="n").outcome == answer.outcome
    assert reason(members.notice(KIOSK, "P1", " ")) is Reason.DETAIL_NEEDED
    assert reason(members.notice(KIOSK, "P9", "Hello.")) is Reason.UNKNOWN_PATRON
    assert reason(members.notice(KIOSK, "P1", "Hello.", item="I9")) is Reason.UNKNOWN_ITEM


async def test_when_the_store_refuses_the_patron_is_as_they_were(world: World) -> None:
    before = world.library.patrons[ANN]
    world.store.refuse_next()
    world.desk.members.change_patron(KIOSK, "P1", say=Person(identifiers=()), request="k")
    world.desk.members.create_patron(KIOSK, Person(family="Evans"), barcode="P9")
    await world.stop()
    assert world.library.patrons[ANN] == before
    assert world.library.patron("ann@example.org") is before
    assert world.library.patron("P9") is None
    world.journal.start()
