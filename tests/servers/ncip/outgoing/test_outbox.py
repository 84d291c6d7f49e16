"""An outbox tells every item that left, in order and at least once, whatever fails in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import structlog
from msgspec.structs import replace
from structlog.testing import capture_logs

from core.events import CheckedIn
from core.model.records import BibId, Item, ItemId, ItemStatus
from core.ports import Store
from core.storage.memory import MemoryStore
from servers.ncip.outgoing.outbox import STRIDE, Outbox, Pace, Surroundings
from servers.ncip.outgoing.verdict import Outcome
from tests.contracts.test_store import NOON, scanned
from tests.fakes.stores import RefusingStore
from tests.matrix import proves
from tests.servers.ncip.outgoing.given import (
    DEPOT,
    DOWN,
    QUICK,
    UNKNOWN,
    ScriptedPost,
    facility,
    gone,
    happen,
)


class Noon:
    """A clock that stands."""

    def now(self) -> Any:
        """Noon."""
        return NOON


@asynccontextmanager
async def running(
    store: Store,
    post: ScriptedPost,
    items: Mapping[str, Item] | None = None,
    counts: Counter[Outcome] | None = None,
    pace: Pace = QUICK,
) -> AsyncIterator[Outbox]:
    """An outbox at work."""
    around = Surroundings(store, Noon(), (items or {}).get, post, lambda: 0.0, pace)
    outbox = Outbox(facility(), around, Counter() if counts is None else counts)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        await asyncio.wait([task])


async def begun(store: Store) -> None:
    """The facility has heard from us before: it has a place in the log."""
    async with running(store, ScriptedPost()):
        await until(store, 0)


async def until(store: Store, place: int) -> None:
    """Return when the place that is written down is this one."""
    async with asyncio.timeout(30):
        while list((await store.memos("outgoing place")).values()) != [str(place).encode()]:
            await asyncio.sleep(0)


@pytest.fixture
def store() -> MemoryStore:
    """An empty store."""
    return MemoryStore()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the outbox logs."""
    monkeypatch.setattr("servers.ncip.outgoing.outbox.log", structlog.get_logger())
    with capture_logs() as entries:
        yield entries


Log = list[MutableMapping[str, Any]]


@proves("what leaves a facility's care is told to it (DeleteItem)")
async def test_what_left_is_told_in_order_and_nothing_else_is(store: MemoryStore) -> None:
    await begun(store)
    await happen(store, scanned(1), gone("A"), gone("E", "EAST/STACKS"), gone("B", now_at="EAST/STACKS"))
    post = ScriptedPost()
    async with running(store, post):
        await post.carried(["A", "B"])
        await until(store, 4)
        await happen(store, gone("C"))
        await post.carried(["A", "B", "C"])
        await until(store, 5)


async def test_what_left_before_the_facility_first_heard_from_us_is_nothing_for_it(
    store: MemoryStore,
) -> None:
    await happen(store, gone("A"), gone("B"))
    post = ScriptedPost()
    async with running(store, post):
        await until(store, 2)
        await happen(store, gone("C"))
        await post.carried(["C"])


async def test_what_moves_within_the_facility_stays_in_its_care(store: MemoryStore) -> None:
    await begun(store)
    await happen(store, gone("A", DEPOT, "MAIN/CAVE"), gone("A", "MAIN/CAVE", "MAIN/STACKS"))
    post = ScriptedPost()
    async with running(store, post):
        await post.carried(["A"])
        await until(store, 2)


@proves("a facility that is down is told later, in order, even after a kill")
async def test_one_that_is_down_is_told_later_and_what_comes_after_waits(
    store: MemoryStore, log: Log
) -> None:
    await begun(store)
    await happen(store, gone("A"), gone("B"))
    post, counts = ScriptedPost(DOWN, DOWN, DOWN), Counter[Outcome]()
    async with running(store, post, counts=counts) as outbox:
        await post.carried(["A", "A", "A", "A", "B"])
        await until(store, 2)
        assert outbox.waiting == ""
    assert counts == {Outcome.AGAIN: 3, Outcome.DONE: 2}
    waits = [entry for entry in log if entry["event"] == "storage-waits"]
    assert [(entry["tries"], entry["why"]) for entry in waits] == [(n, DOWN.why) for n in (1, 2, 3)]


async def test_while_it_is_down_why_is_there_to_be_seen(store: MemoryStore) -> None:
    await begun(store)
    await happen(store, gone("A"))
    post = ScriptedPost(DOWN)
    async with running(store, post, pace=Pace(first=1000)) as outbox:
        await post.carried(["A"])
        while not outbox.waiting:
            await asyncio.sleep(0)
        assert outbox.waiting == DOWN.why
        outbox.stir()
        await post.carried(["A", "A"])
        await until(store, 1)


async def test_whoever_is_stopped_before_the_answer_tells_it_again(store: MemoryStore) -> None:
    await begun(store)
    await happen(store, gone("A"), gone("B"))
    first = ScriptedPost(DOWN)
    async with running(store, first, pace=Pace(first=1000)):
        await first.carried(["A"])
    second = ScriptedPost()
    async with running(store, second):
        await second.carried(["A", "B"])


async def test_what_is_back_in_the_meantime_is_not_told(store: MemoryStore, log: Log) -> None:
    """The facility would let go of what it is to keep."""
    back = Item(ItemId(7), 1, "A", BibId(1), DEPOT)
    items = {"A": back, "B": replace(back, barcode="B", status=ItemStatus.WITHDRAWN)}
    await begun(store)
    await happen(store, gone("A"), gone("B"), gone("C"))
    post = ScriptedPost()
    async with running(store, post, items):
        await post.carried(["B", "C"])
        await until(store, 3)
    assert [entry["item"] for entry in log if entry["event"] == "storage-not-told"] == ["A"]


@proves("what a facility refuses for good is a letter for the operator")
async def test_what_it_refuses_is_a_letter_and_the_next_is_told(store: MemoryStore, log: Log) -> None:
    await begun(store)
    await happen(store, gone("A"), gone("B"))
    post = ScriptedPost(UNKNOWN)
    async with running(store, post) as outbox:
        await post.carried(["A", "B"])
        await until(store, 2)
        (letter,) = await outbox.memory.letters()
    assert (letter.seq, letter.event, letter.refused_at) == (1, gone("A"), NOON)
    assert (letter.why, letter.detail, letter.again) == (UNKNOWN.why, UNKNOWN.detail, False)
    (told,) = [entry for entry in log if entry["event"] == "storage-letter"]
    assert (told["log_level"], told["item"], told["number"]) == ("error", "A", 1)


async def test_a_letter_that_is_to_be_tried_again_is_told_or_left_again(store: MemoryStore) -> None:
    await begun(store)
    await happen(store, gone("A"), gone("B"))
    async with AsyncExitStack() as stack:
        post = ScriptedPost(UNKNOWN, UNKNOWN, UNKNOWN)
        outbox = await stack.enter_async_context(running(store, post, pace=Pace(look=1000)))
        await post.carried(["A", "B"])
        await until(store, 2)
        await outbox.memory.put(*(replace(one, again=True) for one in await outbox.memory.letters()))
        outbox.stir()
        await post.carried(["A", "B", "A", "B"])
        await _settled(outbox, [1])


async def _settled(outbox: Outbox, left: list[int]) -> None:
    """Return when these letters are left, and none of them is to be tried."""
    async with asyncio.timeout(30):
        while True:
            letters = await outbox.memory.letters()
            if [letter.seq for letter in letters] == left and not any(one.again for one in letters):
                return
            await asyncio.sleep(0)


async def test_letters_are_tried_again_after_a_restart(store: MemoryStore) -> None:
    await begun(store)
    await happen(store, gone("A"))
    post = ScriptedPost(UNKNOWN)
    async with running(store, post) as outbox:
        await until(store, 1)
        (letter,) = await outbox.memory.letters()
        await outbox.memory.put(replace(letter, again=True))
    again = ScriptedPost(DOWN)
    async with running(store, again) as outbox:
        await again.carried(["A", "A"])
        await _settled(outbox, [])


async def test_a_store_that_refuses_is_asked_again_and_the_facility_may_hear_it_twice(
    store: MemoryStore, log: Log
) -> None:
    await begun(store)
    await happen(store, gone("A"))
    refusing = RefusingStore(store)
    refusing.refuse_memos(2)
    post = ScriptedPost()
    async with running(refusing, post):
        await post.carried(["A", "A", "A"])
        await until(store, 1)
    assert [entry["event"] for entry in log].count("outgoing-store-refused") == 2


async def test_a_broken_store_ends_it(store: MemoryStore) -> None:
    await begun(store)
    await happen(store, gone("A"))
    refusing = RefusingStore(store)
    refusing.break_memos()
    around = Surroundings(refusing, Noon(), lambda _: None, ScriptedPost(), lambda: 0.0, QUICK)
    async with asyncio.timeout(30):
        await Outbox(facility(), around, Counter()).run()


async def test_a_long_log_of_no_concern_is_read_once(store: MemoryStore) -> None:
    await begun(store)
    await happen(store, *(CheckedIn(ItemId(1), "MAIN", NOON) for _ in range(STRIDE + 5)))
    async with running(store, ScriptedPost()):
        await until(store, STRIDE)


@pytest.mark.parametrize(
    ("tries", "chance", "seconds"),
    [
        (1, 1.0, 1.0),
        (1, 0.0, 0.5),
        (2, 1.0, 2.0),
        (8, 1.0, 128.0),
        (9, 1.0, 256.0),
        (10, 1.0, 300.0),
        (9999, 0.5, 225.0),
    ],
)
def test_pauses_double_up_to_five_minutes_and_differ(tries: int, chance: float, seconds: float) -> None:
    assert Pace().pause(tries, chance) == seconds
