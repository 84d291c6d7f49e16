"""The stock at the desk: each act finds its item, is recorded once, and is told the same when asked again."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.desk import Answer, Outcome
from core.events import Claimed, ItemAdded, ItemChanged, ItemEnded, NoLongerStored, StatusSet
from core.model.records import BibId, Claim, Guest, Hold, HoldId, ItemStatus, Reference
from core.refusals import Reason, Refused
from core.rules.stock import Description, Detail
from tests.fakes.world import (
    ANN,
    BOOK,
    COPY,
    EMMA,
    FILM,
    IN_DEPOT,
    KIOSK,
    METROPOLIS,
    STORED,
    WITH_DEPOT,
    World,
)

NEW = Description(location="MAIN/STACKS", title="Persuasion")


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library with a depot."""
    world = await World(WITH_DEPOT, IN_DEPOT).start()
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


async def test_a_new_item_can_be_lent_and_is_there_after_a_restart(world: World) -> None:
    first = world.desk.stock.create_item(KIOSK, "N1", NEW, request="new")
    assert events(first) == [ItemAdded]
    assert world.desk.stock.create_item(KIOSK, "N1", NEW, request="new").outcome == first.outcome
    assert reason(world.desk.stock.create_item(KIOSK, "N1", NEW)) is Reason.ALREADY_EXISTS
    world = await world.restart()
    item = world.library.item("N1")
    assert item is not None
    assert world.library.title(item) == "Persuasion"
    world.desk.check_out(KIOSK, "P1", "N1")
    assert world.library.items[item.id].status is ItemStatus.ON_LOAN
    await world.stop()


async def test_a_new_item_may_be_a_copy_of_a_bib(world: World) -> None:
    place = Description(location="MAIN/STACKS")
    assert events(world.desk.stock.create_item(KIOSK, "N1", place, bib=EMMA)) == [ItemAdded]
    assert [item.barcode for item in world.library.items_of(EMMA)] == ["I1", "I2", "N1"]
    assert reason(world.desk.stock.create_item(KIOSK, "N2", place, bib=BibId(99))) is Reason.UNKNOWN_BIB


async def test_without_a_barcode_it_gets_a_number_of_ours(world: World) -> None:
    world.desk.stock.create_item(KIOSK, "", NEW)
    world.desk.stock.create_item(KIOSK, "", NEW)
    first, second = list(world.library.items.values())[-2:]
    assert first.barcode.startswith("own-")
    assert first.barcode != second.barcode
    assert world.library.item(first.barcode) is first


async def test_items_are_looked_at_together_with_the_bibs_that_they_were_looked_for_in(world: World) -> None:
    lent = world.desk.check_out(KIOSK, "P1", "I2")
    library = world.library
    seen = world.desk.stock.look([library.items[FILM], library.items[COPY]])
    assert [view.item.barcode for view in seen.outcome] == ["I3", "I2"]
    assert (seen.unit, seen.mine) == (lent.unit, False)
    assert world.desk.stock.look((), METROPOLIS).unit is None
    assert world.desk.stock.look((), EMMA).unit is lent.unit, "what came to it may make what was found"


async def test_a_guest_is_taken_in_once(world: World) -> None:
    guest = Guest(Reference("BROKER", "7"))
    world.desk.stock.create_item(KIOSK, "N1", NEW, guest=guest)
    assert world.library.guest(guest.reference) is world.library.item("N1")
    again = world.desk.stock.create_item(KIOSK, "N2", NEW, guest=guest)
    assert reason(again) is Reason.ALREADY_EXISTS


async def test_an_item_is_described_anew_as_a_whole(world: World) -> None:
    stock = world.desk.stock
    answer = stock.change_item(
        KIOSK, "D1", clear={Detail.CALL_NUMBER}, say=Description(location="MAIN/STACKS"), request="change"
    )
    assert events(answer) == [ItemChanged, NoLongerStored]
    item = world.library.items[STORED]
    assert (item.location, item.call_number, item.version) == ("MAIN/STACKS", "", 2)
    again = stock.change_item(KIOSK, "D1", say=Description(note="?"), request="change")
    assert again.outcome == answer.outcome
    assert reason(stock.change_item(KIOSK, "I9")) is Reason.UNKNOWN_ITEM


async def test_the_items_of_a_bib_are_seen_as_they_stand(world: World) -> None:
    lent = world.desk.check_out(KIOSK, "P1", "I2")
    seen = world.desk.stock.items_of(EMMA)
    assert [(view.item.barcode, view.item.status) for view in seen.outcome] == [
        ("I1", ItemStatus.AVAILABLE),
        ("I2", ItemStatus.ON_LOAN),
    ]
    assert (seen.unit, seen.mine) == (lent.unit, False)
    assert world.desk.stock.items_of(BibId(99)).outcome == ()


async def test_a_deleted_item_is_gone_and_its_events_stay(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1", request="out")
    world.desk.check_in(KIOSK, "I1", request="in")
    answer = world.desk.stock.delete_item(KIOSK, "I1", request="delete")
    assert events(answer) == [ItemEnded]
    assert world.desk.stock.delete_item(KIOSK, "I1", request="delete").outcome == answer.outcome
    assert reason(world.desk.check_in(KIOSK, "I1", request="in")) is Reason.UNKNOWN_ITEM
    await world.stop()
    world = await world.restart()
    assert BOOK not in world.library.items
    kinds = [type(recorded.event) async for recorded in world.memory.follow(0)]
    assert kinds[-1] is ItemEnded
    assert len(kinds) == 3
    await world.stop()


async def test_the_depot_is_told_once_of_what_is_withdrawn_and_then_deleted(world: World) -> None:
    withdrawn = world.desk.stock.set_status(KIOSK, "D1", ItemStatus.WITHDRAWN)
    assert events(withdrawn) == [StatusSet, NoLongerStored]
    assert events(world.desk.stock.delete_item(KIOSK, "D1")) == [ItemEnded]


async def test_the_depot_is_told_of_what_is_deleted(world: World) -> None:
    deleted = world.desk.stock.delete_item(KIOSK, "D1")
    assert isinstance(deleted.outcome, tuple)
    told = deleted.outcome[1]
    assert isinstance(told, NoLongerStored)
    assert (told.barcode, told.location, told.now_at) == ("D1", "MAIN/DEPOT", "")


async def test_what_is_needed_is_not_deleted(world: World) -> None:
    stock, desk = world.desk.stock, world.desk
    desk.check_out(KIOSK, "P1", "I1")
    assert reason(stock.delete_item(KIOSK, "I1")) is Reason.STILL_IN_USE
    desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    assert events(stock.delete_item(KIOSK, "I2")) == [ItemEnded]  # the other copy comes back
    assert COPY not in world.library.items
    desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
    assert reason(stock.delete_item(KIOSK, "I3")) is Reason.STILL_IN_USE
    desk.check_in(KIOSK, "I3")
    assert reason(stock.delete_item(KIOSK, "I3")) is Reason.STILL_IN_USE
    assert reason(stock.set_status(KIOSK, "I3", ItemStatus.MISSING)) is Reason.STILL_IN_USE
    assert FILM in world.library.items


async def test_what_a_suspended_hold_names_is_needed_too(world: World) -> None:
    hold = Hold(HoldId(900), 1, ANN, EMMA, "MAIN", world.clock.time, BOOK, suspended=True)
    world.library.install([hold])
    assert reason(world.desk.stock.delete_item(KIOSK, "I1")) is Reason.STILL_IN_USE


async def test_what_a_patron_says_of_an_item_is_taken_down_once(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    stock = world.desk.stock
    answer = stock.claim(KIOSK, "P1", "I1", Claim.RETURNED, request="claim")
    assert events(answer) == [Claimed]
    assert world.library.items[BOOK].status is ItemStatus.CLAIMED_RETURNED
    assert world.library.items[BOOK].loan is not None
    assert stock.claim(KIOSK, "P1", "I1", Claim.RETURNED, request="claim").outcome == answer.outcome
    assert stock.claim(KIOSK, "P1", "I1", Claim.RETURNED).outcome == ()
    assert reason(stock.claim(KIOSK, "P9", "I1", Claim.LOST)) is Reason.UNKNOWN_PATRON
    assert reason(stock.claim(KIOSK, "P1", "I9", Claim.LOST)) is Reason.UNKNOWN_ITEM
    assert reason(stock.claim(KIOSK, "P2", "I1", Claim.LOST)) is Reason.NOT_LENT_TO_PATRON


async def test_a_status_outlives_a_restart_and_ends_with_the_next_scan(world: World) -> None:
    answer = world.desk.stock.set_status(KIOSK, "I1", ItemStatus.MISSING, request="status")
    assert events(answer) == [StatusSet]
    world = await world.restart()
    again = world.desk.stock.set_status(KIOSK, "I1", ItemStatus.MISSING, request="status")
    assert again.outcome == answer.outcome
    assert world.library.items[BOOK].status is ItemStatus.MISSING
    world.desk.check_in(KIOSK, "I1")
    assert world.library.items[BOOK].status is ItemStatus.AVAILABLE
    await world.stop()


@pytest.mark.parametrize("act", ["create", "change", "delete"])
async def test_when_the_store_refuses_the_stock_is_as_it_was(world: World, act: str) -> None:
    stock, before = world.desk.stock, (dict(world.library.items), dict(world.library.bibs))
    world.store.refuse_next()
    match act:
        case "create":
            stock.create_item(KIOSK, "N1", NEW, request="k")
        case "change":
            stock.change_item(KIOSK, "D1", say=Description(location="MAIN/STACKS"), request="k")
        case _:
            stock.delete_item(KIOSK, "D1", request="k")
    await world.stop()
    assert (world.library.items, world.library.bibs) == before
    assert world.answered.recall("k") is None
    world.journal.start()
