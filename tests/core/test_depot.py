"""A depot and the desk: what it is asked for, and what becomes of an item that it sends and puts away."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from core.actor import Actor
from core.desk import Answer, CirculationDesk, Outcome
from core.events import CheckedIn, CheckedOut, HoldCancelled, Shelved, StatusSet
from core.model.records import HoldId, HoldStatus, Item, ItemId, ItemStatus
from core.refusals import Reason, Refused
from core.rules.facts import Offline
from tests.fakes.world import (
    ANN,
    BEN,
    BOOK,
    DEPOT,
    EAST_KIOSK,
    EMMA,
    IN_DEPOT,
    KIOSK,
    NOW,
    STORED,
    WALDEN,
    WITH_DEPOT,
    World,
)

PLACES = ("MAIN/DEPOT",)


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


def asked(desk: CirculationDesk) -> list[tuple[HoldId, str]]:
    """What the depot is asked for: the number of each request, and the barcode."""
    return [(request.hold.id, request.item.barcode) for request in desk.depot.requests(PLACES).outcome]


async def test_an_item_is_asked_for_sent_lent_and_put_away_again(world: World) -> None:
    """The whole round of an item, as the depot and the desk tell of it."""
    desk, item = world.desk, world.library.items
    assert asked(desk) == []
    desk.place_hold(EAST_KIOSK, "P1", WALDEN, "EAST")
    (hold,) = world.library.holds_of(ANN)
    assert asked(desk) == [(hold.id, "D1")]
    assert events(desk.depot.send_out(DEPOT, "D1", wanted=hold.id)) == [CheckedIn]
    assert asked(desk) == []
    assert (item[STORED].status, item[STORED].destination) == (ItemStatus.IN_TRANSIT, "EAST")
    desk.check_in(EAST_KIOSK, "D1")
    assert item[STORED].status is ItemStatus.ON_HOLD_SHELF
    assert events(desk.check_out(EAST_KIOSK, "P1", "D1")) == [CheckedOut]
    desk.check_in(EAST_KIOSK, "D1")
    assert (item[STORED].status, item[STORED].destination) == (ItemStatus.IN_TRANSIT, "MAIN")
    desk.check_in(KIOSK, "D1")
    assert (item[STORED].status, item[STORED].destination) == (ItemStatus.IN_TRANSIT, "MAIN")
    assert events(desk.depot.shelve(DEPOT, "D1")) == [Shelved]
    assert (item[STORED].status, item[STORED].destination) == (ItemStatus.AVAILABLE, "")


async def test_what_the_depot_says_twice_changes_nothing_more(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", WALDEN, "EAST")
    first = world.desk.depot.send_out(DEPOT, "D1", request="out")
    assert world.desk.depot.send_out(DEPOT, "D1", request="out").outcome == first.outcome
    assert world.desk.depot.send_out(DEPOT, "D1").outcome == ()
    assert world.library.items[STORED].version == 2
    world.desk.depot.shelve(DEPOT, "D1", request="in")
    assert world.desk.depot.shelve(DEPOT, "D1").outcome == ()
    assert world.library.items[STORED].version == 3
    world = await world.restart()
    assert events(world.desk.depot.shelve(DEPOT, "D1", request="in")) == [Shelved]
    assert world.library.items[STORED].version == 3
    await world.stop()


async def test_an_item_put_away_while_it_was_set_aside_is_asked_for_again(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", WALDEN, "EAST")
    (hold,) = world.library.holds_of(ANN)
    world.desk.depot.send_out(DEPOT, "D1")
    world.desk.depot.shelve(DEPOT, "D1")
    (waiting,) = world.library.holds_of(ANN)
    assert (waiting.status, waiting.trapped) == (HoldStatus.WAITING, None)
    assert asked(world.desk) == [(hold.id, "D1")]


async def test_what_is_not_found_is_missing_and_only_that_hold_ends(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", WALDEN, "EAST")
    world.desk.place_hold(KIOSK, "P1", EMMA, "EAST")
    answer = world.desk.depot.not_found(DEPOT, "D1", request="lost")
    assert events(answer) == [StatusSet, HoldCancelled]
    assert world.library.items[STORED].status is ItemStatus.MISSING
    assert [hold.bib for hold in world.library.holds_of(ANN)] == [EMMA]
    assert world.desk.depot.not_found(DEPOT, "D1", request="lost").outcome == answer.outcome
    assert world.desk.depot.not_found(DEPOT, "D1").outcome == ()


async def test_a_hold_goes_on_with_the_next_copy(world: World) -> None:
    await world.stop()
    second = Item(ItemId(16), 1, "D2", WALDEN, "MAIN/DEPOT", "book")
    world = await World(WITH_DEPOT, (*IN_DEPOT, second)).start()
    world.desk.place_hold(KIOSK, "P1", WALDEN, "EAST")
    (hold,) = world.library.holds_of(ANN)
    assert events(world.desk.depot.not_found(DEPOT, "D1", wanted=hold.id)) == [StatusSet]
    assert asked(world.desk) == [(hold.id, "D2")]
    assert events(world.desk.depot.not_found(DEPOT, "D2", wanted=hold.id)) == [StatusSet, HoldCancelled]
    assert world.library.holds_of(ANN) == []
    await world.stop()


async def test_a_copy_that_stands_elsewhere_before_it_is_not_asked_for(world: World) -> None:
    await world.stop()
    stored = Item(ItemId(16), 1, "D2", EMMA, "MAIN/DEPOT", "book")
    world = await World(WITH_DEPOT, (*IN_DEPOT, stored)).start()
    for patron in ("P1", "P2"):
        world.desk.place_hold(KIOSK, patron, EMMA, "MAIN")
    assert asked(world.desk) == []
    world.desk.place_hold(KIOSK, "P3", EMMA, "MAIN")
    assert [barcode for _, barcode in asked(world.desk)] == ["D2"]
    await world.stop()


async def test_nothing_is_asked_for_that_is_not_wanted_now(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", WALDEN, "EAST", expires=NOW.date())
    assert len(asked(world.desk)) == 1
    assert world.desk.depot.requests(("EAST/DEPOT",)).outcome == ()
    world.clock.advance(days=1)
    assert asked(world.desk) == []


async def test_what_is_asked_for_waits_until_it_is_durable(world: World) -> None:
    placed = world.desk.place_hold(KIOSK, "P1", WALDEN, "EAST")
    assert world.desk.depot.requests(PLACES).unit is placed.unit


async def test_a_depot_knows_its_own_items_only(world: World) -> None:
    assert reason(world.desk.depot.shelve(DEPOT, "I1")) is Reason.NOT_SERVED_HERE
    assert reason(world.desk.depot.not_found(DEPOT, "I1")) is Reason.NOT_SERVED_HERE
    for act in (world.desk.depot.shelve, world.desk.depot.send_out, world.desk.depot.not_found):
        assert reason(act(DEPOT, "I9")) is Reason.UNKNOWN_ITEM
    other = Actor("other", "MAIN", ("EAST/DEPOT",))
    assert reason(world.desk.depot.shelve(other, "D1")) is Reason.NOT_SERVED_HERE
    assert events(world.desk.depot.shelve(DEPOT, "I1", into="MAIN/DEPOT")) == [Shelved]
    assert world.library.items[BOOK].location == "MAIN/DEPOT"


async def test_what_has_happened_already_is_booked_as_of_then(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "D1")
    world.clock.advance(hours=3)
    then = world.clock.time - timedelta(hours=1)
    assert events(world.desk.depot.shelve(DEPOT, "D1", offline=Offline(then))) == [Shelved]
    assert world.library.items[STORED].moved_at == then
    assert world.desk.depot.shelve(DEPOT, "D1", offline=Offline(world.clock.time)).outcome == ()
    assert world.desk.discrepancies() == ()


async def test_what_cannot_be_booked_is_a_line_of_the_work_list(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "D1")
    long_ago = Offline(world.clock.time - timedelta(hours=1))
    assert reason(world.desk.depot.shelve(DEPOT, "D1", offline=long_ago)) is Reason.SUPERSEDED
    assert reason(world.desk.depot.shelve(DEPOT, "I9", offline=long_ago)) is Reason.UNKNOWN_ITEM
    assert reason(world.desk.depot.shelve(DEPOT, "I1", offline=long_ago)) is Reason.NOT_SERVED_HERE
    assert [(line.item, line.reasons, line.booked) for line in world.desk.discrepancies()] == [
        ("D1", ("superseded",), False),
        ("I9", ("unknown-item",), False),
        ("I1", ("not-served-here",), False),
    ]
    assert world.library.items[STORED].status is ItemStatus.ON_LOAN


async def test_a_hold_of_another_bib_is_not_the_one_that_was_wanted(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    (other,) = world.library.holds_of(BEN)
    assert events(world.desk.depot.not_found(DEPOT, "D1", wanted=other.id)) == [StatusSet]
    assert world.library.holds_of(BEN) == [other]


async def test_when_the_store_refuses_the_item_is_where_it_was(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", WALDEN, "EAST")
    world.desk.depot.send_out(DEPOT, "D1")
    await world.stop()
    sent, hold = world.library.items[STORED], world.library.holds_of(ANN)
    world.journal.start()
    world.store.refuse_next()
    world.desk.depot.shelve(DEPOT, "D1", request="in")
    await world.stop()
    assert world.library.items[STORED] == sent
    assert world.library.holds_of(ANN) == hold
