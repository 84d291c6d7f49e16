"""Things to type: each works when it is pasted."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

import pytest

from servers.cli import main
from servers.demo import things
from servers.demo.facts import write_facts
from servers.demo.things import program, ready_items, ready_patrons, things_to_type
from servers.sip2.client import Sip2Client, Target
from tests.servers.demo.given import KIOSK, Running
from tests.servers.z3950.served import yaz_client


def lines(running: Running) -> list[str]:
    """What is shown."""
    shown = things_to_type(running.server.desk, running.built, running.facts, running.state)
    return [thing.line for thing in shown]


async def test_every_command_that_is_shown_succeeds(running: Running) -> None:
    write_facts(running.facts, running.state, None)
    https = running.facts.https
    assert https is not None
    words = [shlex.split(line)[1:] for line in lines(running) if line.startswith(program())]
    acts = [said for said in words if said[0] != "kiosk" and said[:2] != ["sip2", "--facts"]]
    assert [said[:2] if said[0] != "decode" else said[:1] for said in acts] == [
        *(["sip2", act] for act in ("status", "checkout", "patron", "item", "checkin")),
        *(["ncip", service] for service in ("LookupItem", "CheckInItem")),
        ["search", https.sru_title],
        ["z3950", f"@attr 1=4 {https.sru_title}"],
        *(["sip2", act] for act in ("pay", "checkout")),
        ["terminals", "--once"],
        ["decode"],
        ["sip2", "status"],
        ["certs", "terminal"],
    ]
    for said in acts:
        assert await asyncio.to_thread(main, said) == 0, said


async def test_the_raw_lines_are_answered(running: Running) -> None:
    *_, login, status = lines(running)
    sip2 = running.facts.sip2
    assert sip2.ca is not None
    target = Target(sip2.host, sip2.port, authority=Path(sip2.ca))

    def talk() -> list[bytes]:
        with Sip2Client(target) as client:
            return [client.ask_raw(line.encode()) for line in (login, status)]

    told, known = await asyncio.to_thread(talk)
    assert told.startswith(b"941")
    assert known.startswith(b"98Y")


@pytest.mark.needs_tool("yaz-client")
async def test_what_is_typed_to_yaz_client_is_answered(running: Running) -> None:
    shown = lines(running)
    opening = next(place for place, line in enumerate(shown) if line.startswith("yaz-client "))
    at = shown[opening].removeprefix("yaz-client ")
    said = await asyncio.to_thread(yaz_client, at, *shown[opening + 1 : opening + 4])
    assert "Record type: OPAC" in said
    assert "availableNow: " in said


async def test_the_patron_and_the_item_shown_are_ready_just_now(running: Running) -> None:
    desk, built = running.server.desk, running.built
    patron, item = next(ready_patrons(desk, built)), next(ready_items(desk, built))
    desk.check_out(KIOSK, patron.barcode, item.barcode)
    assert item.id not in [other.id for other in ready_items(desk, built)]
    assert item.barcode not in "\n".join(lines(running))


async def test_the_demonstration_in_its_usual_place_needs_no_facts_named(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any("--facts" in line for line in lines(running))
    monkeypatch.setattr(things, "demo_state", lambda: running.state)
    assert not any("--facts" in line for line in lines(running))


def test_the_program_is_called_as_it_can_be_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(things, "_ROOT", tmp_path)
    assert program() == "circdesk"
    (tmp_path / "run").touch()
    assert program() == str(tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    assert program() == "./run"
