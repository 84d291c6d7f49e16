"""All facilities: taken on, changed and let go while the server runs; over loopback, to true responders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from core.model.records import ItemStatus
from core.storage.memory import MemoryStore
from servers.ncip.outgoing.facility import Facility
from servers.ncip.outgoing.outgoing import Outgoing
from servers.ncip.outgoing.verdict import Outcome
from tests.fakes.world import IN_DEPOT, WITH_DEPOT, World
from tests.servers.ncip.outgoing.given import QUICK, facility, gone, happen
from tests.servers.ncip.outgoing.test_post import DELETED, Peer, http
from tests.servers.ncip.outgoing.test_verdict import answer, problem

REFUSED = http(answer(f"<DeleteItemResponse>{problem('Unknown Item')}</DeleteItemResponse>"))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A library with a depot."""
    started = await World(WITH_DEPOT, IN_DEPOT).start()
    yield started
    await started.stop()


def at(peer: Peer, profile: str = "DEPOT") -> Facility:
    """A facility that this peer answers for."""
    return replace(facility(profile), url=f"http://127.0.0.1:{peer.port}/")


async def heard(peer: Peer, *barcodes: str) -> None:
    """Return when the peer has heard these, and no others."""
    async with asyncio.timeout(30):
        while len(peer.heard) < len(barcodes):
            await asyncio.sleep(0.001)
    for barcode, told in zip(barcodes, peer.heard, strict=True):
        assert f">{barcode}<".encode() in told


async def placed(store: MemoryStore, *places: int) -> None:
    """Return when these places are written down."""
    async with asyncio.timeout(30):
        while sorted(map(int, (await store.memos("outgoing place")).values())) != sorted(places):
            await asyncio.sleep(0.001)


async def test_each_facility_hears_what_is_its_own_and_goes_on_where_it_was(world: World) -> None:
    store = MemoryStore()
    outgoing = Outgoing(store, world.clock, world.desk, QUICK)
    async with Peer(http(DELETED)).serving() as depot, Peer(http(DELETED)).serving() as other:
        east = replace(at(other, "EAST"), places=("EAST/*",))
        outgoing.take_on((at(depot), east))
        await placed(store, 0, 0)
        await happen(store, gone("A"), gone("E", "EAST/STACKS"), gone("B"))
        await heard(depot, "A", "B")
        await heard(other, "E")
        await placed(store, 2, 3)
        outgoing.take_on((east,))
        await happen(store, gone("C"), gone("F", "EAST/STACKS"))
        await heard(other, "E", "F")
        await placed(store, 3, 5)
        outgoing.take_on((at(depot), east))
        await heard(depot, "A", "B", "C")
        await placed(store, 4, 5)
        await outgoing.close()
    assert outgoing.counts == {"DEPOT": {Outcome.DONE: 3}, "EAST": {Outcome.DONE: 2}}


async def test_new_settings_take_the_place_of_those_that_did_not_work(world: World) -> None:
    store = MemoryStore()
    outgoing = Outgoing(store, world.clock, world.desk, QUICK._replace(first=1000, most=1000))
    async with Peer(http(b"", "404 Not Found")).serving() as wrong, Peer(http(DELETED)).serving() as right:
        outgoing.take_on((at(wrong),))
        await placed(store, 0)
        await happen(store, gone("A"))
        await heard(wrong, "A")
        while not outgoing.waiting()["DEPOT"]:
            await asyncio.sleep(0)
        assert outgoing.waiting() == {"DEPOT": "HTTP status 404"}
        outgoing.take_on((at(right),))
        await heard(right, "A")
        await placed(store, 1)
        await outgoing.close()


async def test_a_facility_never_hears_two_at_once(world: World) -> None:
    """Though the settings are taken on again while it still thinks."""
    store = MemoryStore()
    outgoing = Outgoing(store, world.clock, world.desk, QUICK)
    async with Peer(http(DELETED), silent=True).serving() as slow, Peer(http(DELETED)).serving() as quick:
        outgoing.take_on((at(slow),))
        await placed(store, 0)
        await happen(store, gone("A"))
        await heard(slow, "A")
        for _ in range(3):
            outgoing.take_on((at(quick),))
        await heard(quick, "A")
        await placed(store, 1)
        await outgoing.close()
    assert len(quick.heard) == 1


async def test_letters_are_listed_sent_again_and_dropped(world: World) -> None:
    store = MemoryStore()
    outgoing = Outgoing(store, world.clock, world.desk, QUICK)
    async with Peer(REFUSED).serving() as refusing, Peer(http(DELETED)).serving() as right:
        outgoing.take_on((at(refusing),))
        await placed(store, 0)
        await happen(store, gone("A"), gone("B"))
        await placed(store, 2)
        (first, second) = (await outgoing.letters())["DEPOT"]
        assert (first.event, second.event, first.why) == (gone("A"), gone("B"), "Unknown Item")
        outgoing.take_on((at(right),))
        await outgoing.drop("DEPOT", [first])
        await outgoing.send_again("DEPOT", [second])
        await heard(right, "B")
        while (await outgoing.letters())["DEPOT"]:
            await asyncio.sleep(0)
        await outgoing.close()


async def test_what_lives_there_again_is_not_told(world: World) -> None:
    """The desk knows where an item is now."""
    store = MemoryStore()
    (item,) = [one for one in world.desk.library.items.values() if one.location == "MAIN/DEPOT"][:1]
    assert item.status is not ItemStatus.WITHDRAWN
    outgoing = Outgoing(store, world.clock, world.desk, QUICK)
    async with Peer(http(DELETED)).serving() as depot:
        outgoing.take_on((at(depot),))
        await placed(store, 0)
        await happen(store, gone(item.barcode), gone("GONE"))
        await heard(depot, "GONE")
        await outgoing.close()


async def test_without_facilities_nothing_is_opened_and_all_can_be_closed(world: World) -> None:
    outgoing = Outgoing(MemoryStore(), world.clock, world.desk)
    await outgoing.close()
    outgoing.take_on(())
    assert (outgoing.waiting(), await outgoing.letters()) == ({}, {})
    await outgoing.close()
