"""What is said through the control socket to be done is durable, and what is refused is said in words."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.events import StatusSet
from core.model.records import ItemStatus
from core.refusals import Reason
from servers.control.kept import done, durable
from servers.control.socket import VerbRefused
from servers.words.english import REFUSALS
from tests.fakes.world import KIOSK, World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The small library."""
    started = await World().start()
    yield started
    await started.stop()


async def test_an_act_is_durable_when_it_is_said_to_be_done(world: World) -> None:
    (event,) = await done(world.desk.stock.set_status(KIOSK, "I1", ItemStatus.MISSING))
    assert isinstance(event, StatusSet)
    assert world.memory.next_seq() == 2
    assert await done(world.desk.stock.set_status(KIOSK, "I1", ItemStatus.MISSING)) == ()


async def test_a_refusal_is_said_in_words(world: World) -> None:
    with pytest.raises(VerbRefused) as refused:
        await done(world.desk.stock.set_status(KIOSK, "X", ItemStatus.MISSING))
    assert refused.value.problems == (REFUSALS[Reason.UNKNOWN_ITEM],)


async def test_what_the_store_does_not_keep_is_not_done(world: World) -> None:
    world.store.refuse_next()
    with pytest.raises(VerbRefused, match="did not keep it"):
        await done(world.desk.stock.set_status(KIOSK, "I1", ItemStatus.MISSING))


async def test_a_question_waits_for_all_that_it_tells(world: World) -> None:
    world.store.hold()
    world.desk.stock.set_status(KIOSK, "I1", ItemStatus.MISSING)
    await world.store.waiting()
    answer = world.desk.view_item("I1")
    assert answer.unit is not None
    world.store.release()
    assert await durable(answer) is not None
    assert world.memory.next_seq() == 2
