"""A loan called back at the desk is due sooner until it comes back, or is let be."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from core.events import Recalled
from core.model.records import Loan
from core.refusals import Reason, Refused
from tests.fakes.world import BOOK, KIOSK, World


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library in which Ann has a book."""
    world = await World().start()
    world.desk.check_out(KIOSK, "P1", "I1")
    yield world
    await world.stop()


def loan(world: World) -> Loan:
    """Ann's."""
    found = world.library.items[BOOK].loan
    assert found is not None
    return found


async def test_it_is_due_sooner_and_then_as_before(world: World) -> None:
    before = loan(world)
    answer = world.desk.recalls.recall(KIOSK, "I1", request="recall")
    assert isinstance(answer.outcome, tuple)
    (event,) = answer.outcome
    assert isinstance(event, Recalled)
    assert event.loan == loan(world)
    assert loan(world).due < before.due
    assert world.desk.recalls.recall(KIOSK, "I1", request="recall").outcome == answer.outcome
    assert world.desk.recalls.recall(KIOSK, "I1").outcome == ()
    assert world.desk.renew(KIOSK, "P1", "I1").outcome == Refused(Reason.WANTED_BY_ANOTHER)
    world = await world.restart()
    assert loan(world) == event.loan
    let_be = world.desk.recalls.cancel(KIOSK, "I1", request="cancel")
    assert loan(world) == before
    assert world.desk.recalls.cancel(KIOSK, "I1", request="cancel").outcome == let_be.outcome
    assert world.desk.recalls.cancel(KIOSK, "I1").outcome == ()
    await world.stop()


async def test_back_in_the_library_it_is_called_back_no_more(world: World) -> None:
    world.desk.recalls.recall(KIOSK, "I1", wanted=world.clock.time + timedelta(days=20))
    assert loan(world).recalled_at == world.clock.time
    world.desk.check_in(KIOSK, "I1")
    assert world.desk.recalls.recall(KIOSK, "I1").outcome == Refused(Reason.NOT_ON_LOAN)
    assert world.desk.recalls.cancel(KIOSK, "I1").outcome == Refused(Reason.NOT_ON_LOAN)
    world.desk.check_out(KIOSK, "P2", "I1")
    assert loan(world).recalled_at is None


async def test_what_is_not_known_is_refused(world: World) -> None:
    assert world.desk.recalls.recall(KIOSK, "I9").outcome == Refused(Reason.UNKNOWN_ITEM)
    assert world.desk.recalls.cancel(KIOSK, "I9").outcome == Refused(Reason.UNKNOWN_ITEM)


async def test_when_the_store_refuses_it_is_due_as_it_was(world: World) -> None:
    await world.stop()
    before = world.library.items[BOOK]
    world.journal.start()
    world.store.refuse_next()
    world.desk.recalls.recall(KIOSK, "I1", request="recall")
    await world.stop()
    assert world.library.items[BOOK] == before
    world.journal.start()
