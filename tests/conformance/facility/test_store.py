"""A facility does what it is asked, tells what it did, and whatever interrupts it does nothing twice."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from conformance.facility.caller import Pace, UnheardError
from conformance.facility.shelf import Place, Shelf, State
from tests.conformance.facility.given import Floor, System, cancelled
from tests.matrix import proves


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    """A facility that has D1, D2 and D3."""
    return Floor(tmp_path)


@proves("a facility simulator with a shelf of its own")
async def test_what_is_here_is_sent_out_and_what_is_not_is_cancelled(floor: Floor) -> None:
    floor.ask("r.xml", ("240", "D1"), ("241", "D2"), ("242", "D9"), ("243", ""))
    async with System().serving() as system:
        assert await floor.store(system, missing=["D2"]).look(floor.requests) == 4
    assert system.services == [
        ("CheckOutItem", "D1", "240"),
        ("CancelRequestItem", "D2", "241"),
        ("CancelRequestItem", "D9", "242"),
        ("CancelRequestItem", None, "243"),
    ]
    assert floor.said == [
        "retrieved D1 (request 240)",
        "not here D2 (request 241)",
        "not here D9 (request 242)",
        "not here title b7 (request 243)",
    ]
    assert floor.old == ["r.xml"]
    assert Shelf(floor.inventory).at("D1") == Place(State.OUT, "240")


async def test_what_is_refiled_is_here_again_and_so_is_what_never_was(floor: Floor) -> None:
    floor.ask("r.xml", ("240", "D1"))
    async with System().serving() as system:
        store = floor.store(system)
        await store.look(floor.requests)
        await store.refile("D1")
        await store.refile("N1")
    assert system.services[1:] == [("CheckInItem", "D1", None), ("CheckInItem", "N1", None)]
    assert len(Shelf(floor.inventory)) == 4


async def test_a_message_that_nobody_takes_is_sent_again_word_for_word(floor: Floor) -> None:
    floor.ask("r.xml", ("240", "D1"))
    async with System(503, "Temporary Processing Failure", "!It works!").serving() as system:
        assert await floor.store(system).look(floor.requests) == 1
    assert len(set(system.heard)) == 1
    assert len(system.heard) == 4
    assert [line.partition(": ")[2] for line in floor.said[:2]] == [
        "HTTP status 503",
        "Temporary Processing Failure",
    ]
    assert floor.said[-1] == "retrieved D1 (request 240)"


async def test_after_so_many_tries_it_is_left_for_later(floor: Floor) -> None:
    floor.ask("r.xml", ("240", "D1"))
    async with System(500, 500).serving() as system:
        with pytest.raises(UnheardError, match="HTTP status 500"):
            await floor.store(system, pace=Pace(first=0.001, tries=2)).look(floor.requests)
        assert floor.old == ["r.xml.claimed"]
        assert await floor.store(system).look(floor.requests) == 1
    assert floor.old == ["r.xml"]


async def test_where_nobody_listens_it_says_so_and_waits(floor: Floor) -> None:
    async with System().serving() as system:
        pass
    with pytest.raises(UnheardError):
        await floor.store(system, pace=Pace(first=0.001, tries=2)).refile("D1")
    assert len(floor.said) == 1
    assert floor.said[0].startswith("waiting 0.001 s: ")


async def test_one_that_is_silent_has_its_time(floor: Floor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        system = System()
        system.url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(UnheardError, match=r"^no answer within 0\.05 s$"):
            await floor.store(system, pace=Pace(deadline=0.05, tries=1)).refile("D1")


async def test_what_was_done_before_it_was_interrupted_is_not_done_again(floor: Floor) -> None:
    floor.ask("r.xml", ("240", "D1"), ("241", "D2"))
    async with System("", 503).serving() as system:
        store = floor.store(system, pace=Pace(first=1000, most=1000))
        looking = asyncio.create_task(store.look(floor.requests))
        async with asyncio.timeout(30):
            while len(system.heard) < 2:
                await asyncio.sleep(0.001)
        await cancelled(looking)
        assert await floor.store(system).look(floor.requests) == 2
    assert [service[1] for service in system.services] == ["D1", "D2", "D2"]
    assert "retrieved before D1 (request 240)" in floor.said


async def test_what_is_refused_is_said_and_counted_and_the_rest_goes_on(floor: Floor) -> None:
    floor.ask("r.xml", ("240", "D1"), ("241", "D2"))
    async with System("Unknown Item").serving() as system:
        store = floor.store(system)
        assert await store.look(floor.requests) == 2
    assert store.failures == 1
    assert floor.said == ["retrieved D1 (request 240), but: Unknown Item", "retrieved D2 (request 241)"]
    assert Shelf(floor.inventory).at("D1") == Place()


async def test_a_file_that_cannot_be_used_is_put_away_and_said(floor: Floor) -> None:
    (floor.requests / "r.xml").write_text("nothing")
    async with System().serving() as system:
        store = floor.store(system)
        assert await store.look(floor.requests) == 0
    assert (store.failures, floor.old, system.heard) == (1, ["r.xml"], [])
    assert floor.said[0].startswith("r.xml.claimed cannot be used: it is no XML")


async def test_what_is_to_be_let_go_of_is_sent_out_for_good_once(floor: Floor) -> None:
    async with System().serving() as system:
        store = floor.store(system)
        assert store.deleted("D1")
        assert store.deleted("D1")
        await floor.store(system).let_go()
        await floor.store(system).let_go()
        assert floor.store(system).deleted("D1")
        await floor.store(system).let_go()
    assert system.services == [("CheckOutItem", "D1", None)]
    assert Shelf(floor.inventory).at("D1") == Place(State.GONE)
    assert not store.deleted("X")


async def test_what_is_out_or_missing_is_let_go_of_without_a_word(floor: Floor) -> None:
    floor.ask("r.xml", ("240", "D1"))
    async with System().serving() as system:
        store = floor.store(system, missing=["D2"])
        await store.look(floor.requests)
        assert store.deleted("D1")
        assert store.deleted("D2")
        await store.let_go()
    assert len(system.heard) == 1
    assert [Shelf(floor.inventory).at(one) for one in ("D1", "D2")] == [Place(State.GONE)] * 2
