"""`circdesk storage`, typed as people type it, against a running server with a depot."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree
from msgspec.structs import replace
from structlog.testing import capture_logs

from servers.app import Server
from servers.cli import main
from servers.configuration.settings import FacilityResponder
from tests.fakes.served import fill, settings
from tests.fakes.world import IN_DEPOT, KIOSK, WALDEN, WITH_DEPOT
from tests.matrix import proves
from tests.servers.ncip.outgoing.test_outgoing import REFUSED
from tests.servers.ncip.outgoing.test_post import Peer, http
from tests.servers.storage.test_verbs import STORAGE


class Said(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """The output without its layout."""
        return " ".join(self.out.split())


Type = Callable[..., Awaitable[Said]]


@pytest.fixture
def peer() -> Peer:
    """The system of the depot."""
    return Peer(REFUSED)


@pytest.fixture
async def server(tmp_path: Path, peer: Peer) -> AsyncIterator[Server]:
    """A running server that tells a depot what to let go of."""
    thresholds = gc.get_threshold()
    await fill(tmp_path, IN_DEPOT)
    with capture_logs():
        async with peer.serving():
            responder = FacilityResponder(f"http://127.0.0.1:{peer.port}/ncip")
            storage = replace(STORAGE, responder=responder)
            whole = replace(settings(), location=WITH_DEPOT.locations, remote_storage=(storage,))
            running = await Server.start(whole, tmp_path)
            yield running
            await running.stop()
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.fixture
def typed(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types `circdesk storage …` on the machine where the server runs."""

    async def type_(*words: str) -> Said:
        capsys.readouterr()
        status = await asyncio.to_thread(main, ["storage", *words, "--state", str(tmp_path)])
        return Said(status, *capsys.readouterr())

    return type_


@proves("what a facility is asked for goes into Alma's file, once")
async def test_a_request_is_listed_and_in_one_file(server: Server, typed: Type, tmp_path: Path) -> None:
    folder = tmp_path / "requests"
    folder.mkdir()
    assert (await typed("requests", "DEPOT")).words == "DEPOT is asked for nothing."
    nothing = await typed("requests", "DEPOT", "--out", str(folder))
    assert nothing.words == "There is nothing new to ask for; no file was written."
    hold = server.desk.place_hold(KIOSK, "P1", WALDEN, "MAIN")
    assert hold.outcome
    listed = await typed("requests", "DEPOT")
    for told in ("D1", "Walden", "MAIN/DEPOT", "no"):
        assert told in listed.words
    wrote = await typed("requests", "DEPOT", "--out", str(folder))
    (file,) = folder.iterdir()
    assert wrote.words == f"{file}: 1 requests."
    (request,) = etree.parse(file).getroot()
    assert request.findtext("{*}barcode") == "D1"
    (one,) = json.loads((await typed("requests", "DEPOT", "--json")).out)
    assert (str(one["number"]), one["exported"]) == (request.findtext("{*}requestId"), True)
    again = await typed("requests", "DEPOT", "--out", str(folder))
    assert "nothing new" in again.words
    assert list(folder.iterdir()) == [file]
    assert (await typed("requests", "DEPOT", "--out", str(folder), "--all")).status == 0
    assert len(list(folder.iterdir())) == 2


async def test_a_file_that_cannot_be_written_was_not_exported(
    server: Server, typed: Type, tmp_path: Path
) -> None:
    server.desk.place_hold(KIOSK, "P1", WALDEN, "MAIN")
    refused = await typed("requests", "DEPOT", "--out", str(tmp_path / "missing"))
    assert refused.status == 1
    assert "No such file or directory" in refused.err
    (one,) = json.loads((await typed("requests", "DEPOT", "--json")).out)
    assert not one["exported"]


async def test_withdrawn_or_moved_is_said_and_so_is_that_it_was_before(typed: Type) -> None:
    moved = await typed("move", "I1", "EAST/FILMS")
    assert moved.words == "I1 lives at EAST/FILMS now."
    assert (await typed("move", "I1", "EAST/FILMS")).words == "I1 lives there."
    withdrawn = await typed("withdraw", "D1", "--by", "Eve")
    assert withdrawn.words == "D1 is withdrawn. The facility that has it is told, if it has a responder."
    assert (await typed("withdraw", "D1")).words == "D1 was withdrawn already."
    unknown = await typed("withdraw", "D99")
    assert (unknown.status, unknown.err) == (1, "There is no item with that barcode.\n")


async def test_what_the_facility_refused_is_listed_sent_again_and_dropped(
    server: Server, typed: Type, peer: Peer
) -> None:
    assert (await typed("letters")).words == "Every message was taken that could be."
    await typed("withdraw", "D1")
    async with asyncio.timeout(30):
        while not (found := json.loads((await typed("letters", "--json")).out)["letters"]):
            await asyncio.sleep(0.01)
    ((number, why),) = [(letter["number"], letter["why"]) for letter in found]
    assert why == "Unknown Item"
    listed = await typed("letters")
    for told in ("DEPOT", "D1", "MAIN/DEPOT", "nowhere", "Unknown Item", "--send N"):
        assert told in listed.words
    sent = await typed("letters", "--send", str(number))
    assert sent.words == "To be sent again: 1. Forgotten: 0."
    async with asyncio.timeout(30):
        while len(peer.heard) < 2:
            await asyncio.sleep(0.01)
    assert (await typed("letters", "--drop", str(number))).status == 0
    refused = await typed("letters", "--drop", "999")
    assert (refused.status, refused.err.split(";")[0]) == (1, "There is no letter 999")


async def test_what_waits_is_said(server: Server, typed: Type, peer: Peer) -> None:
    peer.says = http(b"", "503 Later")
    await typed("withdraw", "D1")
    async with asyncio.timeout(30):
        while not server.outgoing.waiting()["DEPOT"]:
            await asyncio.sleep(0.01)
    said = await typed("letters")
    assert "DEPOT does not take the next message now, it is tried again: HTTP status 503." in said.words
