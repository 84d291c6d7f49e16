"""The desk: every act gathers the right facts, is recorded once, and is told the same when asked again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.desk import Answer, Outcome, RenewedAll
from core.events import (
    CheckedIn,
    CheckedOut,
    FeeCharged,
    FeePaid,
    HoldCancelled,
    HoldChanged,
    HoldPlaced,
    ItemNoted,
    PatronBlocked,
    PatronEnabled,
    Renewed,
)
from core.explain import Act, TermsFound
from core.journal import Settled
from core.model.policy import LoanTerms
from core.model.records import BibId, BlockKind, FeeId, HoldStatus, Item, ItemId, ItemStatus
from core.policy_table import PolicyTable
from core.refusals import Reason, Refused
from core.rules.facts import Offline, Pin
from tests.fakes.world import (
    ANN,
    ATLAS,
    BEN,
    BOOK,
    COPY,
    CYD,
    EAST_KIOSK,
    EMMA,
    FILM,
    KIOSK,
    METROPOLIS,
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
    assert reason(desk.change_hold(KIOSK, "P9", EMMA)) is Reason.UNKNOWN_PATRON
    assert reason(desk.enable(KIOSK, "P9")) is Reason.UNKNOWN_PATRON
    assert reason(desk.pay(KIOSK, "P9", Decimal(1), "EUR")) is Reason.UNKNOWN_PATRON
    assert reason(desk.block(KIOSK, "P9", BlockKind.STAFF)) is Reason.UNKNOWN_PATRON
    assert desk.view_patron(KIOSK, "P9").outcome is None
    assert desk.view_item("I9").outcome is None
    assert desk.find_patron("P9").outcome is None
    assert desk.find_item("I9").outcome is None


async def test_ones_own_loan_is_renewed_unless_that_is_not_wanted(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=3)
    assert reason(world.desk.check_out(KIOSK, "P1", "I1", renewal_wanted=False)) is Reason.RENEWAL_NOT_WANTED
    assert events(world.desk.check_out(KIOSK, "P1", "I1")) == [Renewed]
    assert events(world.desk.renew(KIOSK, "P1", "I1")) == [Renewed]


async def test_a_new_policy_holds_from_the_next_act_on_at_the_desk_and_offline(world: World) -> None:
    strict = replace(world.policy.policy, terms=(LoanTerms("never", loanable=False),), loan_rules=())
    world.desk.policy = PolicyTable(strict)
    assert reason(world.desk.check_out(KIOSK, "P1", "I1")) is Reason.NOT_FOR_LOAN
    assert world.desk.policy.policy is strict
    world.desk.check_out(KIOSK, "P1", "I1", offline=Offline(world.clock.now()))
    (line,) = world.desk.discrepancies()
    assert line.reasons == ("not-for-loan",)


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
    desk.block(KIOSK, "P1", BlockKind.SELF_CHECK)
    enabled = [desk.enable(KIOSK, "P1", request="enable").outcome for _ in range(2)]
    noted = [desk.note_item(KIOSK, "I1", "torn", request="note").outcome for _ in range(2)]
    desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    changed = [desk.change_hold(KIOSK, "P2", EMMA, pickup="EAST", request="change").outcome for _ in range(2)]
    acts = (placed, cancelled, blocked, enabled, noted, changed)
    assert [first == again for first, again in acts] == [True] * 6
    assert world.library.items[BOOK].note == "torn"


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


async def test_who_is_found_waits_for_what_is_not_durable_as_who_is_seen_does(world: World) -> None:
    desk = world.desk
    assert desk.find_patron("P1") == Answer(world.library.patrons[ANN])
    assert desk.find_item("I1") == Answer(world.library.items[BOOK])
    lent = desk.check_out(KIOSK, "P1", "I1")
    assert lent.unit is not None
    assert desk.find_patron("P1") == Answer(world.library.patrons[ANN], lent.unit)
    assert desk.find_item("I1") == Answer(world.library.items[BOOK], lent.unit)


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


async def test_an_item_is_noted_on_line_after_line(world: World) -> None:
    assert events(world.desk.note_item(KIOSK, "I1", "cover torn")) == [ItemNoted]
    assert events(world.desk.note_item(KIOSK, "I1", "page 7 wet")) == [ItemNoted]
    assert world.library.items[BOOK].note == "cover torn / page 7 wet"
    assert events(world.desk.note_item(KIOSK, "I1", "\r\n")) == []
    assert reason(world.desk.note_item(KIOSK, "I9", "cover torn")) is Reason.UNKNOWN_ITEM


async def test_a_machine_lifts_what_machines_placed_and_no_more(world: World) -> None:
    desk = world.desk
    assert events(desk.enable(KIOSK, "P1")) == []
    desk.block(KIOSK, "P1", BlockKind.SELF_CHECK)
    desk.block(EAST_KIOSK, "P1", BlockKind.CARD_RETAINED)
    assert events(desk.enable(KIOSK, "P1")) == [PatronEnabled]
    assert events(desk.check_out(KIOSK, "P1", "I1")) == [CheckedOut]
    desk.block(KIOSK, "P1", BlockKind.CARD_LOST)
    assert events(desk.enable(KIOSK, "P1")) == []
    assert reason(desk.check_out(KIOSK, "P1", "I2")) is Reason.CARD_LOST


# Holds


async def test_a_hold_may_be_for_copies_of_one_agency_and_end_some_day(world: World) -> None:
    desk, today = world.desk, world.clock.now().date()
    assert reason(desk.place_hold(KIOSK, "P1", EMMA, "MAIN", at="EAST")) is Reason.NOT_HOLDABLE
    yesterday = today - timedelta(days=1)
    assert reason(desk.place_hold(KIOSK, "P1", EMMA, "MAIN", expires=yesterday)) is Reason.INVALID_DATE
    assert events(desk.place_hold(KIOSK, "P1", EMMA, "MAIN", at="MAIN", expires=today)) == [HoldPlaced]
    (hold,) = world.library.queue_of(EMMA)
    assert (hold.at, hold.expires) == ("MAIN", today)


async def test_a_hold_is_changed_in_its_place_of_the_queue(world: World) -> None:
    desk, today = world.desk, world.clock.now().date()
    assert reason(desk.change_hold(KIOSK, "P1", EMMA, pickup="EAST")) is Reason.UNKNOWN_HOLD
    desk.place_hold(KIOSK, "P1", EMMA, "MAIN")
    desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    assert events(desk.change_hold(KIOSK, "P1", EMMA, pickup="EAST")) == [HoldChanged]
    assert events(desk.change_hold(KIOSK, "P1", EMMA, expires=today)) == [HoldChanged]
    assert events(desk.change_hold(KIOSK, "P1", EMMA, at="MAIN")) == [HoldChanged]
    assert events(desk.change_hold(KIOSK, "P1", EMMA, pickup="EAST")) == []
    assert reason(desk.change_hold(KIOSK, "P1", EMMA, pickup="NOWHERE")) is Reason.UNKNOWN_PICKUP
    assert reason(desk.change_hold(KIOSK, "P1", EMMA, at="EAST")) is Reason.NOT_HOLDABLE
    first = world.library.queue_of(EMMA)[0]
    assert (first.patron, first.pickup, first.expires, first.at) == (ANN, "EAST", today, "MAIN")


async def test_what_travels_to_the_old_place_of_pickup_goes_on_from_there(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
    world.desk.check_in(EAST_KIOSK, "I3")
    assert events(world.desk.change_hold(KIOSK, "P2", METROPOLIS, pickup="EAST")) == [HoldChanged]
    world.desk.check_in(KIOSK, "I3")
    assert world.library.items[FILM].destination == "EAST"
    world.desk.check_in(EAST_KIOSK, "I3")
    assert world.library.items[FILM].status is ItemStatus.ON_HOLD_SHELF


async def test_what_is_ready_stays_where_it_is_ready(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    world.desk.check_in(KIOSK, "I1")
    assert reason(world.desk.change_hold(KIOSK, "P2", EMMA, pickup="EAST")) is Reason.SUPERSEDED


async def test_a_hold_is_found_by_an_item_that_could_fill_it(world: World) -> None:
    desk = world.desk
    desk.place_hold(KIOSK, "P1", EMMA, "MAIN", item="I1")
    desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    assert reason(desk.cancel_hold(KIOSK, "P1", EMMA, item="I2")) is Reason.UNKNOWN_HOLD
    assert reason(desk.cancel_hold(KIOSK, "P1", EMMA, item="I9")) is Reason.UNKNOWN_ITEM
    assert reason(desk.change_hold(KIOSK, "P1", EMMA, item="I2", pickup="EAST")) is Reason.UNKNOWN_HOLD
    assert events(desk.cancel_hold(KIOSK, "P1", EMMA, item="I1")) == [HoldCancelled]
    assert events(desk.cancel_hold(KIOSK, "P2", EMMA, item="I2")) == [HoldCancelled]


async def test_nobody_cancels_the_hold_of_another(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    assert reason(world.desk.cancel_hold(KIOSK, "P1", EMMA)) is Reason.UNKNOWN_HOLD
    assert len(world.library.queue_of(EMMA)) == 1


async def test_a_hold_placed_twice_by_one_request_is_one_until_it_ends(world: World) -> None:
    placed = [world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN", request="hold") for _ in range(2)]
    assert placed[0].outcome == placed[1].outcome
    assert len(world.library.queue_of(EMMA)) == 1
    world.desk.cancel_hold(KIOSK, "P1", EMMA)
    assert events(world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN", request="hold")) == [HoldPlaced]
    assert len(world.library.queue_of(EMMA)) == 1


async def test_a_hold_is_seen_with_its_place_in_the_queue_and_what_is_at_hand(world: World) -> None:
    """Emma has two copies on the shelf: enough for the first two, not for the third."""
    for patron in ("P1", "P2", "P3"):
        world.desk.place_hold(KIOSK, patron, EMMA, "MAIN")
    views = [world.desk.view_hold(hold.id) for hold in world.library.queue_of(EMMA)]
    seen = [view.outcome for view in views if view.outcome is not None]
    assert [(view.hold.patron, view.position, view.at_hand) for view in seen] == [
        (ANN, 1, True),
        (BEN, 2, True),
        (CYD, 3, False),
    ]
    assert [view.bib.title for view in seen if view.bib is not None] == ["Emma"] * 3
    assert views[0].unit is not None
    world.desk.check_out(KIOSK, "P1", "I1")
    assert world.desk.view_hold(seen[0].hold.id).outcome is None


async def test_nothing_is_at_hand_while_all_is_lent(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I3")
    world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
    (hold,) = world.library.queue_of(METROPOLIS)
    view = world.desk.view_hold(hold.id).outcome
    assert view is not None
    assert not view.at_hand


# Renewing everything


async def test_everything_is_renewed_what_is_due_first_before_the_rest(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.clock.advance(days=-1)
    world.desk.check_out(KIOSK, "P1", "I2")
    world.clock.advance(days=3)
    answer = world.desk.renew_all(KIOSK, "P1")
    assert isinstance(answer.outcome, RenewedAll)
    assert answer.outcome.renewed == (world.library.items[COPY], world.library.items[BOOK])
    assert [item.loan.renewals for item in answer.outcome.renewed if item.loan is not None] == [1, 1]
    assert answer.outcome.unrenewed == ()
    assert answer.mine
    assert answer.unit is not None
    assert [type(event) for event in answer.unit.events] == [Renewed, Renewed]


async def test_what_is_not_renewed_is_told_with_its_reason_also_when_asked_again(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.check_out(KIOSK, "P1", "I3")
    world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
    first = world.desk.renew_all(KIOSK, "P1", request="all").outcome
    assert isinstance(first, RenewedAll)
    assert [item.id for item in first.renewed] == [BOOK]
    assert first.unrenewed == ((world.library.items[FILM], Refused(Reason.WANTED_BY_ANOTHER)),)
    await world.stop()
    reborn = World()
    reborn.memory = world.memory
    reborn.load()
    reborn.desk.cancel_hold(KIOSK, "P2", METROPOLIS)
    assert reborn.desk.renew_all(KIOSK, "P1", request="all").outcome == first
    assert reborn.library.items[BOOK].loan == first.renewed[0].loan
    await reborn.stop()


async def test_where_nothing_can_be_renewed_nothing_is_recorded(world: World) -> None:
    lent = world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.block(KIOSK, "P1", BlockKind.STAFF)
    answer = world.desk.renew_all(KIOSK, "P1", request="all")
    assert isinstance(answer.outcome, RenewedAll)
    assert answer.outcome.renewed == ()
    assert answer.outcome.unrenewed == ((world.library.items[BOOK], Refused(Reason.PATRON_BLOCKED)),)
    assert not answer.mine
    assert answer.unit is not lent.unit
    assert world.desk.renew_all(KIOSK, "P2").outcome == RenewedAll()


async def test_renewing_everything_is_refused_like_any_act(world: World) -> None:
    assert world.desk.renew_all(KIOSK, "P9").outcome == Refused(Reason.UNKNOWN_PATRON)
    assert world.desk.renew_all(KIOSK, "P1", pin=Pin.WRONG).outcome == Refused(Reason.WRONG_PIN)
    world.desk.check_out(KIOSK, "P1", "I1")
    world.store.break_next()
    await world.journal.broken.wait()
    assert world.desk.renew_all(KIOSK, "P1").outcome == Refused(Reason.TOO_BUSY)


# PINs


async def test_a_pin_is_hashed_once_and_known_after(world: World) -> None:
    assert world.desk.known_pin(KIOSK, "P1", "pin-of-P1") is None
    assert await world.desk.check_pin(KIOSK, "P1", "pin-of-P1") is Pin.RIGHT
    assert world.desk.known_pin(KIOSK, "P1", "pin-of-P1") is Pin.RIGHT
    assert await world.desk.check_pin(KIOSK, "P1", "guess") is Pin.WRONG
    assert world.desk.known_pin(KIOSK, "P1", "guess") is None


async def test_an_unknown_patrons_pin_is_hashed_too(world: World) -> None:
    assert world.desk.known_pin(KIOSK, "P9", "x") is None
    checks = world.credentials.checks
    assert await world.desk.check_pin(KIOSK, "P9", "x") is Pin.WRONG
    assert world.credentials.checks == checks + 1


@proves("unknown, wrong and throttled look alike")
@pytest.mark.parametrize("patron", ["P1", "P9"])
async def test_every_pin_costs_one_hash_whether_it_is_wrong_unknown_or_comes_in_a_pause(
    world: World, patron: str
) -> None:
    await world.desk.check_pin(EAST_KIOSK, "P1", "pin-of-P1")  # remembered, and no short cut in a pause
    for number in range(12):
        secret = "guess" if number < 8 else "pin-of-P1"
        checks = world.credentials.checks
        assert world.desk.known_pin(KIOSK, patron, secret) is None or number < 5
        assert await world.desk.check_pin(KIOSK, patron, secret) is Pin.WRONG
        assert world.credentials.checks == checks + 1
        assert world.desk.throttled(KIOSK, patron) is (number == 4)


async def test_a_pause_is_for_the_patron_whichever_card_is_shown(world: World) -> None:
    for patron in ("P1", "ann@example.org", "P1", "ann@example.org", "P1"):
        await world.desk.check_pin(KIOSK, patron, "guess")
    assert await world.desk.check_pin(KIOSK, "ann@example.org", "pin-of-P1") is Pin.WRONG
    assert await world.desk.check_pin(EAST_KIOSK, "ann@example.org", "pin-of-P1") is Pin.RIGHT
    world.clock.advance(minutes=30)
    assert await world.desk.check_pin(KIOSK, "P1", "pin-of-P1") is Pin.RIGHT


async def test_a_remembered_pin_begins_the_count_anew(world: World) -> None:
    await world.desk.check_pin(KIOSK, "P1", "pin-of-P1")
    for _ in range(4):
        await world.desk.check_pin(KIOSK, "P1", "guess")
    assert world.desk.known_pin(KIOSK, "P1", "pin-of-P1") is Pin.RIGHT
    for _ in range(4):
        await world.desk.check_pin(KIOSK, "P1", "guess")
    assert world.desk.known_pin(KIOSK, "P1", "pin-of-P1") is Pin.RIGHT


async def test_an_empty_pin_is_no_try(world: World) -> None:
    for _ in range(10):
        assert await world.desk.check_pin(KIOSK, "P1", "") is Pin.WRONG
    assert await world.desk.check_pin(KIOSK, "P1", "pin-of-P1") is Pin.RIGHT


async def test_many_tries_at_the_same_time_are_told_five_answers(world: World) -> None:
    """Twenty lines of one terminal; the right PIN is the sixth to be checked."""
    guesses = [f"guess-{number}" for number in range(20)]
    guesses[5] = "pin-of-P1"
    told = await asyncio.gather(*(world.desk.check_pin(KIOSK, "P1", secret) for secret in guesses))
    assert told == [Pin.WRONG] * 20


async def test_with_a_wrong_pin_a_known_patron_is_as_unknown_as_any(world: World) -> None:
    """Whatever else is wrong, and even for a request that was answered before."""
    desk = world.desk
    desk.check_out(KIOSK, "P1", "I1", request="out")
    for patron in ("P1", "P9"):
        wrong: dict[str, Any] = {"pin": Pin.WRONG, "request": "out"}
        for answer in (
            desk.check_out(KIOSK, patron, "I1", **wrong),
            desk.check_out(KIOSK, patron, "I9", **wrong),
            desk.renew(KIOSK, patron, "I1", **wrong),
            desk.place_hold(KIOSK, patron, BibId(99), "NOWHERE", **wrong),
            desk.change_hold(KIOSK, patron, EMMA, **wrong),
            desk.cancel_hold(KIOSK, patron, EMMA, **wrong),
            desk.pay(KIOSK, patron, Decimal(-1), "USD", **wrong),
            desk.enable(KIOSK, patron, **wrong),
            desk.renew_all(KIOSK, patron, **wrong),
        ):
            assert (answer.outcome, answer.unit) == (Refused(Reason.WRONG_PIN), None)


# Explaining


@proves("why: a dry run that shows the rules")
@pytest.mark.parametrize("act", Act)
async def test_explaining_does_nothing(world: World, act: Act) -> None:
    explained = world.desk.explain(act, KIOSK, "P1", "I1")
    assert explained.act is act
    assert world.library.items[BOOK].version == 1
    assert world.library.queue_of(EMMA) == []
    assert world.journal.pending(BOOK, ANN, EMMA) is None


async def test_what_is_explained_is_what_the_desk_then_does(world: World) -> None:
    """Numbers of new records apart."""
    desk = world.desk
    expected = desk.explain(Act.CHECK_OUT, KIOSK, "P1", "I1")
    assert desk.check_out(KIOSK, "P1", "I1").outcome == expected.events
    refused = desk.explain(Act.CHECK_OUT, KIOSK, "P1", "I1", renewal_wanted=False).refused
    assert desk.check_out(KIOSK, "P1", "I1", renewal_wanted=False).outcome == refused
    refused = desk.explain(Act.PLACE_HOLD, KIOSK, "P1", "I2").refused
    assert desk.place_hold(KIOSK, "P1", EMMA, "MAIN").outcome == refused
    expected = desk.explain(Act.RENEW, KIOSK, "P1", "I1")
    assert desk.renew(KIOSK, "P1", "I1").outcome == expected.events
    expected = desk.explain(Act.CHECK_IN, EAST_KIOSK, "", "I1")
    assert desk.check_in(EAST_KIOSK, "I1").outcome == expected.events


async def test_terms_are_explained_by_the_rule_that_chose_them(world: World) -> None:
    explained = world.desk.explain(Act.CHECK_IN, KIOSK, "", "I3")
    assert explained.terms == TermsFound("media", 3, "patron group *, item policy dvd, location *")


async def test_no_hold_is_explained_on_an_item_of_no_bib(world: World) -> None:
    world.library.install([Item(ItemId(15), 1, "I5", BibId(99), "MAIN/STACKS")])
    explained = world.desk.explain(Act.PLACE_HOLD, KIOSK, "P1", "I5")
    assert explained.refused == Refused(Reason.UNKNOWN_BIB)


@pytest.mark.parametrize(
    ("act", "patron", "item", "pin", "unknown", "refused"),
    [
        (Act.CHECK_IN, "", "I9", Pin.NOT_GIVEN, Reason.UNKNOWN_ITEM, Reason.UNKNOWN_ITEM),
        (Act.CHECK_OUT, "P9", "I9", Pin.NOT_GIVEN, Reason.UNKNOWN_PATRON, Reason.UNKNOWN_PATRON),
        (Act.CHECK_OUT, "P9", "I1", Pin.WRONG, Reason.UNKNOWN_PATRON, Reason.WRONG_PIN),
        (Act.RENEW, "P1", "I9", Pin.NOT_GIVEN, Reason.UNKNOWN_ITEM, Reason.UNKNOWN_ITEM),
        (Act.PLACE_HOLD, "P1", "I9", Pin.WRONG, Reason.UNKNOWN_ITEM, Reason.WRONG_PIN),
    ],
)
async def test_what_is_not_known_is_explained_as_that(
    world: World, act: Act, patron: str, item: str, pin: Pin, unknown: Reason, refused: Reason
) -> None:
    explained = world.desk.explain(act, KIOSK, patron, item, pin=pin)
    assert [check.reason for check in explained.checks if check.holds] == [unknown]
    assert explained.refused == Refused(refused)
