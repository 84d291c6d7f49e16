"""The desk: every act gathers the right facts, is recorded once, and is told the same when asked again."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest_asyncio

from core.desk import Answer, Outcome
from core.events import (
    CheckedIn,
    CheckedOut,
    FeeCharged,
    FeePaid,
    HoldCancelled,
    HoldPlaced,
    PatronBlocked,
    Renewed,
)
from core.journal import Settled
from core.model.records import BibId, BlockKind, FeeId, HoldStatus, ItemStatus
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from tests.fakes.world import ANN, ATLAS, BEN, BOOK, COPY, EAST_KIOSK, EMMA, FILM, KIOSK, METROPOLIS, World


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


async def test_an_item_is_lent_and_the_answer_waits_for_the_store(world: World) -> None:
    answer = world.desk.check_out(KIOSK, "P1", "I1")
    assert events(answer) == [CheckedOut]
    assert answer.mine
    assert answer.unit is not None
    assert answer.unit.settled is None
    assert world.library.items[BOOK].status is ItemStatus.ON_LOAN


async def test_whom_and_what_the_desk_does_not_know_it_refuses(world: World) -> None:
    desk = world.desk
    assert reason(desk.check_out(KIOSK, "", "I1")) is Reason.UNKNOWN_PATRON
    assert reason(desk.check_out(KIOSK, "P1", "")) is Reason.UNKNOWN_ITEM
    assert reason(desk.renew(KIOSK, "P9", "I1")) is Reason.UNKNOWN_PATRON
    assert reason(desk.check_in(KIOSK, "I9")) is Reason.UNKNOWN_ITEM
    assert reason(desk.place_hold(KIOSK, "P9", EMMA, "MAIN")) is Reason.UNKNOWN_PATRON
    assert reason(desk.place_hold(KIOSK, "P1", BibId(99), "MAIN")) is Reason.UNKNOWN_BIB
    assert reason(desk.place_hold(KIOSK, "P1", EMMA, "MAIN", item="I3")) is Reason.UNKNOWN_ITEM
    assert reason(desk.cancel_hold(KIOSK, "P9", EMMA)) is Reason.UNKNOWN_PATRON
    assert reason(desk.cancel_hold(KIOSK, "P1", EMMA)) is Reason.UNKNOWN_HOLD
    assert reason(desk.pay(KIOSK, "P9", Decimal(1), "EUR")) is Reason.UNKNOWN_PATRON
    assert reason(desk.block(KIOSK, "P9", BlockKind.STAFF)) is Reason.UNKNOWN_PATRON
    assert desk.view_patron(KIOSK, "P9").outcome is None
    assert desk.view_item("I9").outcome is None


async def test_ones_own_loan_is_renewed_unless_that_is_not_wanted(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=3)
    assert reason(world.desk.check_out(KIOSK, "P1", "I1", renewal_wanted=False)) is Reason.RENEWAL_NOT_WANTED
    assert events(world.desk.check_out(KIOSK, "P1", "I1")) == [Renewed]
    assert events(world.desk.renew(KIOSK, "P1", "I1")) == [Renewed]


async def test_somebody_elses_loan_is_not(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    assert reason(world.desk.check_out(KIOSK, "P2", "I1")) is Reason.LENT_TO_ANOTHER
    assert reason(world.desk.renew(KIOSK, "P2", "I1")) is Reason.NOT_LENT_TO_PATRON


async def test_the_wrong_pin_or_an_expired_card_lends_nothing(world: World) -> None:
    assert reason(world.desk.check_out(KIOSK, "P1", "I1", pin=Pin.WRONG)) is Reason.WRONG_PIN
    assert reason(world.desk.check_out(KIOSK, "P4", "I1")) is Reason.PATRON_EXPIRED


async def test_what_is_for_reference_is_not_lent(world: World) -> None:
    assert reason(world.desk.check_out(KIOSK, "P1", "I4")) is Reason.NOT_FOR_LOAN


async def test_a_late_return_costs_a_fee_that_can_be_paid_in_parts(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=40)
    assert events(world.desk.check_in(KIOSK, "I1")) == [CheckedIn, FeeCharged]
    owed = world.library.owed_by(ANN)
    assert owed > 0
    assert reason(world.desk.pay(KIOSK, "P1", owed + 1, "EUR")) is Reason.OVERPAYMENT
    assert events(world.desk.pay(KIOSK, "P1", Decimal("0.10"), "EUR")) == [FeePaid]
    (fee,) = world.library.open_fees_of(ANN)
    assert reason(world.desk.pay(KIOSK, "P2", Decimal("0.10"), "EUR", fee=fee.id)) is Reason.UNKNOWN_FEE
    assert reason(world.desk.pay(KIOSK, "P1", Decimal("0.10"), "USD")) is Reason.WRONG_CURRENCY
    assert events(world.desk.pay(KIOSK, "P1", fee.left, "EUR", fee=fee.id)) == [FeePaid]
    assert world.library.owed_by(ANN) == 0
    assert reason(world.desk.pay(KIOSK, "P1", Decimal(1), "EUR", fee=FeeId(1))) is Reason.UNKNOWN_FEE
    assert reason(world.desk.pay(KIOSK, "P1", Decimal(1), "EUR")) is Reason.NOTHING_OWED


async def test_an_item_from_elsewhere_is_sent_home(world: World) -> None:
    answer = world.desk.check_in(KIOSK, "I3")
    assert events(answer) == [CheckedIn]
    assert (world.library.items[FILM].status, world.library.items[FILM].destination) == (
        ItemStatus.IN_TRANSIT,
        "EAST",
    )
    world.desk.check_in(EAST_KIOSK, "I3")
    assert world.library.items[FILM].status is ItemStatus.AVAILABLE


async def test_a_hold_is_trapped_at_return_sent_to_its_pickup_and_filled_there(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I3")
    assert events(world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")) == [HoldPlaced]
    assert reason(world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")) is Reason.ALREADY_HELD
    assert reason(world.desk.renew(KIOSK, "P1", "I3")) is Reason.WANTED_BY_ANOTHER
    world.desk.check_in(EAST_KIOSK, "I3")
    (hold,) = world.library.queue_of(METROPOLIS)
    assert (hold.status, world.library.items[FILM].destination) == (HoldStatus.IN_TRANSIT, "MAIN")
    world.desk.check_in(KIOSK, "I3")
    (hold,) = world.library.queue_of(METROPOLIS)
    assert (hold.status, world.library.items[FILM].status) == (HoldStatus.READY, ItemStatus.ON_HOLD_SHELF)
    assert reason(world.desk.check_out(KIOSK, "P1", "I3")) is Reason.HELD_FOR_ANOTHER
    assert events(world.desk.check_out(KIOSK, "P2", "I3")) == [CheckedOut]
    assert world.library.queue_of(METROPOLIS) == []


async def test_the_last_copy_on_the_shelf_is_kept_for_who_waits(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    assert reason(world.desk.check_out(KIOSK, "P3", "I2")) is Reason.HELD_FOR_ANOTHER
    assert events(world.desk.check_out(KIOSK, "P2", "I2")) == [CheckedOut]
    assert world.library.queue_of(EMMA) == []


async def test_a_cancelled_hold_leaves_the_queue_and_sets_its_item_free(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    world.desk.check_in(KIOSK, "I1")
    assert world.library.items[BOOK].hold is not None
    assert events(world.desk.cancel_hold(KIOSK, "P2", EMMA)) == [HoldCancelled]
    assert world.library.items[BOOK].hold is None
    world.desk.check_in(KIOSK, "I1")
    assert world.library.items[BOOK].status is ItemStatus.AVAILABLE


async def test_a_hold_needs_a_place_to_pick_it_up_and_something_that_may_be_held(world: World) -> None:
    assert reason(world.desk.place_hold(KIOSK, "P1", EMMA, "NOWHERE")) is Reason.UNKNOWN_PICKUP
    assert reason(world.desk.place_hold(KIOSK, "P1", ATLAS, "MAIN")) is Reason.NOT_HOLDABLE
    world.desk.check_out(KIOSK, "P1", "I1")
    assert reason(world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN")) is Reason.ALREADY_BORROWED


async def test_a_blocked_patron_borrows_nothing_and_is_blocked_once(world: World) -> None:
    assert events(world.desk.block(KIOSK, "P1", BlockKind.CARD_LOST, "left in the machine")) == [
        PatronBlocked
    ]
    assert events(world.desk.block(KIOSK, "P1", BlockKind.CARD_LOST)) == []
    assert reason(world.desk.check_out(KIOSK, "P1", "I1")) is Reason.CARD_LOST


async def test_the_same_request_again_gets_the_first_answer_and_acts_once(world: World) -> None:
    first = world.desk.check_out(KIOSK, "P1", "I1", request="k1|11|P1|I1")
    again = world.desk.check_out(KIOSK, "P1", "I1", request="k1|11|P1|I1")
    assert again.outcome == first.outcome
    assert again.unit is first.unit
    assert world.library.items[BOOK].version == 2


async def test_it_still_does_after_a_restart(world: World) -> None:
    first = world.desk.check_out(KIOSK, "P1", "I1", request="out")
    world.charge(ANN, "5.00")
    paid = world.desk.pay(KIOSK, "P1", Decimal("2.00"), "EUR", reference="R-7", request="pay")
    await world.stop()
    reborn = World()
    reborn.memory = world.memory
    reborn.load()
    assert reborn.desk.check_out(KIOSK, "P1", "I1", request="out").outcome == first.outcome
    assert (
        reborn.desk.pay(KIOSK, "P1", Decimal("2.00"), "EUR", reference="R-7", request="pay").outcome
        == paid.outcome
    )
    assert reborn.library.items[BOOK].version == 2
    await reborn.stop()


async def test_a_return_repeated_still_says_who_had_it(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    first = world.desk.check_in(KIOSK, "I1", request="back")
    again = world.desk.check_in(KIOSK, "I1", request="back")
    assert first.outcome == again.outcome
    assert isinstance(again.outcome, tuple)
    assert isinstance(again.outcome[0], CheckedIn)
    assert again.outcome[0].patron == ANN


async def test_every_other_act_repeated_is_done_once_too(world: World) -> None:
    desk = world.desk
    placed = [desk.place_hold(KIOSK, "P1", EMMA, "MAIN", request="hold").outcome for _ in range(2)]
    cancelled = [desk.cancel_hold(KIOSK, "P1", EMMA, request="cancel").outcome for _ in range(2)]
    blocked = [desk.block(KIOSK, "P1", BlockKind.STAFF, request="block").outcome for _ in range(2)]
    assert [first == again for first, again in (placed, cancelled, blocked)] == [True] * 3


async def test_a_request_that_was_refused_is_decided_anew(world: World) -> None:
    world.desk.check_out(KIOSK, "P2", "I1")
    assert reason(world.desk.check_out(KIOSK, "P1", "I1", request="k")) is Reason.LENT_TO_ANOTHER
    world.desk.check_in(KIOSK, "I1")
    assert events(world.desk.check_out(KIOSK, "P1", "I1", request="k")) == [CheckedOut]


async def test_a_refusal_waits_for_what_it_has_seen(world: World) -> None:
    lent = world.desk.check_out(KIOSK, "P1", "I1")
    refused = world.desk.check_out(KIOSK, "P2", "I1")
    assert (refused.unit, refused.mine) == (lent.unit, False)
    elsewhere = world.desk.check_out(KIOSK, "P4", "I3")
    assert elsewhere.unit is None


async def test_when_the_store_refuses_the_loan_is_gone_and_the_item_free(world: World) -> None:
    world.store.refuse_next()
    told: list[Settled] = []
    answer = world.desk.check_out(KIOSK, "P1", "I1", request="k")
    assert answer.unit is not None
    answer.unit.then(told.append)
    await world.stop()
    assert told == [Settled.UNDONE]
    assert world.library.items[BOOK].status is ItemStatus.AVAILABLE
    world.journal.start()
    assert events(world.desk.check_out(KIOSK, "P2", "I1")) == [CheckedOut]


async def test_a_broken_store_takes_no_more_acts(world: World) -> None:
    world.store.break_next()
    world.desk.check_out(KIOSK, "P1", "I1")
    await world.journal.broken.wait()
    assert reason(world.desk.check_out(KIOSK, "P2", "I2")) is Reason.TOO_BUSY


async def test_a_patron_is_seen_with_everything(world: World) -> None:
    world.desk.check_out(KIOSK, "P2", "I1")
    world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
    world.charge(BEN, "3.50")
    answer = world.desk.view_patron(KIOSK, "P2")
    view = answer.outcome
    assert view is not None
    assert view.patron.id == BEN
    assert [item.id for item in view.borrower.loans] == [BOOK]
    assert (view.borrower.owed, len(view.holds), len(view.fees)) == (Decimal("3.50"), 1, 1)
    assert view.grounds == ()
    assert answer.unit is not None
    seen = world.desk.view_patron(KIOSK, "P2", Pin.WRONG).outcome
    assert seen is not None
    assert seen.grounds == (Reason.WRONG_PIN,)


async def test_an_item_is_seen_with_its_bib_terms_and_queue(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    view = world.desk.view_item("I2").outcome
    assert view is not None
    assert view.bib is not None
    assert (view.item.id, view.bib.title, view.queue_length, view.hold) == (COPY, "Emma", 1, None)
    world.desk.check_in(KIOSK, "I2")
    view = world.desk.view_item("I2").outcome
    assert view is not None
    assert view.hold is not None
    assert view.hold.patron == BEN


async def test_a_pin_is_hashed_once_and_known_after(world: World) -> None:
    assert world.desk.known_pin("P1", "pin-of-P1") is None
    assert await world.desk.check_pin("P1", "pin-of-P1") is Pin.RIGHT
    assert world.desk.known_pin("P1", "pin-of-P1") is Pin.RIGHT
    assert await world.desk.check_pin("P1", "guess") is Pin.WRONG
    assert world.desk.known_pin("P1", "guess") is None


async def test_an_unknown_patrons_pin_is_hashed_too(world: World) -> None:
    assert world.desk.known_pin("P9", "x") is None
    checks = world.credentials.checks
    assert await world.desk.check_pin("P9", "x") is Pin.WRONG
    assert world.credentials.checks == checks + 1
