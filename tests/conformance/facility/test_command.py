"""`circdesk-conformance facility`, typed as people type it, beside a system that takes all it says."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from conformance.cli import main
from tests.conformance.facility.given import Floor, System

PARTY = ("--agency", "TOWN", "--profile", "DEPOT", "--desk", "MAIN.DEPOT_DESK")


class Said(NamedTuple):
    """What the command came to."""

    status: int
    out: str
    err: str


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    """A facility that has D1, D2 and D3."""
    return Floor(tmp_path)


async def typed(floor: Floor, capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    """The command with these options, to its end."""
    files = ("--inventory", str(floor.inventory), "--requests", str(floor.requests))
    status = await asyncio.to_thread(main, ["facility", *files, *words])
    return Said(status, *capsys.readouterr())


async def test_once_does_what_is_asked_for_and_ends_well(
    floor: Floor, capsys: pytest.CaptureFixture[str]
) -> None:
    floor.ask("r.xml", ("240", "D1"), ("241", "D2"))
    async with System().serving() as system:
        said = await typed(floor, capsys, "--once", "--ncip", system.url, *PARTY, "--missing", "D2")
    assert said.status == 0
    lines = [line.partition(" ")[2] for line in said.out.splitlines()]
    assert lines == ["3 items on the shelf", "retrieved D1 (request 240)", "not here D2 (request 241)"]
    header = system.messages[0]
    assert header.first("InitiationHeader/OnBehalfOfAgency/AgencyId") == "MAIN.DEPOT_DESK"


async def test_it_listens_on_loopback_with_tls_if_it_has_a_certificate(
    floor: Floor, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pair = tmp_path / "pair.pem"
    trustme.CA().issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(pair))
    async with System().serving() as system:
        options = ("--once", "--ncip", system.url, *PARTY, "--cert", str(pair), "--listen", ":0")
        plain = await typed(floor, capsys, *options)
        secured = await typed(floor, capsys, *options, "--listen-cert", str(pair))
    assert (plain.status, secured.status) == (0, 0)
    assert " listening on http://127.0.0.1:" in plain.out
    assert " listening on https://127.0.0.1:" in secured.out


@pytest.mark.parametrize("script", [["Unknown Item"], [500] * 9])
async def test_once_ends_badly_where_it_is_refused_or_not_heard(
    floor: Floor, capsys: pytest.CaptureFixture[str], script: Sequence[str | int]
) -> None:
    floor.ask("r.xml", ("240", "D1"))
    async with System(*script).serving() as system:
        said = await typed(floor, capsys, "--once", "--ncip", system.url, *PARTY, "--tries", "1")
    assert said.status == 1


async def test_facts_of_a_demonstration_tell_it_all(
    floor: Floor, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    floor.ask("r.xml", ("240", "D1"))
    async with System().serving() as system:
        https = {
            "ncip": system.url,
            "ncip_agency": "DEMO",
            "ncip_desk": "MAIN.STORE",
            "ncip_profile": "STORE",
            "ncip_store_secret": "word",
        }
        facts = tmp_path / "facts.json"
        facts.write_text(json.dumps({"institution": "DEMO", "https": https}))
        assert (await typed(floor, capsys, "--once", "--facts", str(facts))).status == 0
    header = {
        name: system.messages[0].first(f"InitiationHeader/{name}")
        for name in ("FromAgencyId/AgencyId", "ApplicationProfileType", "FromAgencyAuthentication")
    }
    assert list(header.values()) == ["DEMO", "STORE", "word"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--ncip is needed"),
        (("--ncip", "http://127.0.0.1:1/"), "--agency is needed"),
        (("--ncip", "http://127.0.0.1:1/", "--agency", "A"), "--profile is needed"),
        (("--ncip", "http://127.0.0.1:1/", *PARTY, "--listen", "8080"), "--listen '8080' is not"),
        (("--ncip", "http://127.0.0.1:1/", *PARTY, "--listen", "[::1]:x"), "is not [HOST]:PORT"),
    ],
)
async def test_a_wrong_command_line_is_said(
    floor: Floor, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    told = await typed(floor, capsys, "--once", *words)
    assert told.status == 2
    assert said in told.err


async def test_an_inventory_that_is_none_is_said(floor: Floor, capsys: pytest.CaptureFixture[str]) -> None:
    floor.inventory.write_text("D1 lost\n")
    assert (await typed(floor, capsys, "--once", "--ncip", "http://127.0.0.1:1/", *PARTY)).status == 2
    floor.inventory.unlink()
    missing = await typed(floor, capsys, "--once", "--ncip", "http://127.0.0.1:1/", *PARTY)
    assert missing.status == 1
    assert "inventory.txt" in missing.err


class Operator:
    """A keyboard: what is typed comes when there is reason to."""

    def __init__(self, *lines: str) -> None:
        self._lines = lines

    def __iter__(self) -> Operator:
        return self

    def __next__(self) -> str:
        if not self._lines:
            raise StopIteration
        line, *rest = self._lines
        self._lines = tuple(rest)
        return line


async def test_it_runs_until_it_is_told_to_end_and_does_what_is_typed(
    floor: Floor, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.ask("r.xml", ("240", "D1"))
    monkeypatch.setattr(sys, "stdin", Operator("\n", "look\n", "dance\n", "refile D1\n", "quit\n"))
    async with System().serving() as system:
        said = await typed(floor, capsys, "--ncip", system.url, *PARTY, "--every", "100")
    assert said.status == 0
    assert [service for service, *_ in system.services] == ["CheckOutItem", "CheckInItem"]
    assert "refile BARCODE puts it back" in said.out


async def test_what_was_retrieved_is_put_back_by_itself(
    floor: Floor, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.ask("r.xml", ("240", "D1"))
    async with System().serving() as system:

        class UntilRefiled(Operator):
            """Ends it when that has happened."""

            def __next__(self) -> str:
                assert system.twice.wait(30)
                return super().__next__()

        monkeypatch.setattr(sys, "stdin", UntilRefiled("quit\n"))
        words = ("--every", "0.01", "--refile-after", "0.01")
        said = await typed(floor, capsys, "--ncip", system.url, *PARTY, *words)
    assert said.status == 0
    assert [service for service, *_ in system.services] == ["CheckOutItem", "CheckInItem"]
