"""`circdesk sip2`, typed as people type it, against a server of the small library."""

from __future__ import annotations

import argparse
import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from structlog.testing import capture_logs

from certs.issue import issue_terminal
from core.model.records import ItemStatus
from protocols.sip2.codec import Wire, serialise
from servers.app import Server
from servers.cli import main
from servers.places import FACTS
from servers.sip2.command import ACTS, add_arguments
from tests.fakes.served import PASSWORD, USER, served
from tests.fakes.world import ANN, BOOK


class Said(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str


class Typed:
    """Types `circdesk sip2 …` on a machine where a server of the small library runs."""

    def __init__(self, state: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
        self.state = state
        self.server = server
        self._capsys = capsys

    async def __call__(self, *words: str, facts: bool = True) -> Said:
        """The command with the server's facts, or without."""
        where = ["--facts", str(self.state / FACTS)] if facts else []
        self._capsys.readouterr()
        status = await asyncio.to_thread(main, ["sip2", *words, *where])
        return Said(status, *self._capsys.readouterr())


Started = Callable[[], Any]


@pytest.fixture
def machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], Any]:
    """Starts the server; to be used with `async with`."""

    @asynccontextmanager
    async def started() -> AsyncIterator[Typed]:
        with capture_logs():  # they would be written between the answers
            async with served(tmp_path) as server:
                yield Typed(tmp_path, server, capsys)

    return started


class TestActs:
    """Each prints its answer as a table: code and name, then a row a field."""

    async def test_status(self, machine: Started) -> None:
        async with machine() as circdesk:
            said = await circdesk("status")
        assert (said.status, said.err) == (0, "")
        assert "98 AcsStatus" in said.out
        assert "TOWN" in said.out

    async def test_patron(self, machine: Started) -> None:
        async with machine() as circdesk:
            said = await circdesk("patron", "--patron", "P1", "--pin", "pin-of-P1")
        assert said.status == 0
        assert "64 PatronInformationResponse" in said.out
        assert "Ngata" in said.out

    @pytest.mark.parametrize("words", [("--patron", "P9"), ("--patron", "P1", "--pin", "wrong")])
    async def test_a_patron_who_is_not_let_in_is_a_no(self, machine: Started, words: tuple[str, ...]) -> None:
        async with machine() as circdesk:
            said = await circdesk("patron", *words)
        assert said.status == 1
        assert "64 PatronInformationResponse" in said.out

    async def test_item(self, machine: Started) -> None:
        async with machine() as circdesk:
            said = await circdesk("item", "--item", "I1")
        assert said.status == 0
        assert "18 ItemInformationResponse" in said.out
        assert "Emma" in said.out

    async def test_a_book_goes_out_is_renewed_and_comes_back(self, machine: Started) -> None:
        async with machine() as circdesk:
            out = await circdesk("checkout", "--patron", "P1", "--item", "I1")
            assert circdesk.server.desk.library.items[BOOK].status is ItemStatus.ON_LOAN
            again = await circdesk("renew", "--patron", "P1", "--item", "I1")
            back = await circdesk("checkin", "--item", "I1")
            assert circdesk.server.desk.library.items[BOOK].status is ItemStatus.AVAILABLE
            refused = await circdesk("checkout", "--patron", "P1", "--item", "I4")
        assert (out.status, again.status, back.status, refused.status) == (0, 0, 0, 1)
        assert "12 CheckoutResponse" in out.out
        assert "30 RenewResponse" in again.out
        assert "10 CheckinResponse" in back.out
        assert "for use in the library only" in " ".join(refused.out.split())

    async def test_pay(self, machine: Started) -> None:
        async with machine() as circdesk:
            said = await circdesk("pay", "--patron", "P1", "--amount", "2.50", "--reference", "r1")
        assert said.status == 1
        assert "38 FeePaidResponse" in said.out
        assert "nothing to pay" in said.out

    async def test_a_hold_is_placed_and_cancelled(self, machine: Started) -> None:
        async with machine() as circdesk:
            placed = await circdesk("hold", "--patron", "P1", "--item", "I1")
            again = await circdesk("hold", "--patron", "P1", "--title", "b1")
            gone = await circdesk("hold", "--patron", "P1", "--item", "I1", "--mode", "cancel")
        assert (placed.status, again.status, gone.status) == (0, 1, 0)
        assert "16 HoldResponse" in placed.out

    async def test_everything_is_renewed_at_once(self, machine: Started) -> None:
        async with machine() as circdesk:
            await circdesk("checkout", "--patron", "P1", "--item", "I1")
            said = await circdesk("renew-all", "--patron", "P1")
        assert said.status == 0
        assert "66 RenewAllResponse" in said.out

    async def test_what_travels_is_written_down_if_that_is_wanted(
        self, machine: Started, tmp_path: Path
    ) -> None:
        record = tmp_path / "record"
        async with machine() as circdesk:
            await circdesk("patron", "--patron", "P1", "--pin", "pin-of-P1", "--record", str(record))
        codes = [line.split(f" {USER} ")[1][:4] for line in record.read_text("utf-8").splitlines()[1:]]
        assert codes == ["> 93", "< 94", "> 63", "< 64"]

    async def test_end(self, machine: Started) -> None:
        async with machine() as circdesk:
            said = await circdesk("end", "--patron", "P1")
        assert said.status == 0
        assert "36 EndSessionResponse" in said.out

    async def test_any_act_that_is_answered_with_offline_is_a_no(self, machine: Started) -> None:
        async with machine() as circdesk:
            circdesk.server.sip2.service.draining = True
            said = await circdesk("end", "--patron", "P1", "--user", "")
        assert said.status == 1
        assert "98 AcsStatus" in said.out

    async def test_what_a_server_says_is_shown_as_it_is(self, machine: Started) -> None:
        """Square brackets are how the table is coloured, and no answer may colour it."""
        async with machine() as circdesk:
            said = await circdesk("end", "--patron", r"[red]P1[/red]\[bold]")
        assert r"[red]P1[/red]\[bold]" in said.out

    @pytest.mark.parametrize("act", ACTS)
    async def test_what_an_act_cannot_do_without_is_said(
        self, act: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Before any server is looked for."""
        needed = " and ".join(f"--{option.replace(' or ', ' or --')}" for option in ACTS[act][1])
        status = main(["sip2", act, "--target", "127.0.0.1:1"])
        said = capsys.readouterr().err
        assert (status, said) == (2, f"circdesk sip2 {act} needs {needed}.\n") if needed else (1, said)

    def test_lines_are_for_raw_only(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["sip2", "status", "990"]) == 2
        assert capsys.readouterr().err == "circdesk sip2 status takes no lines; raw does.\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("renew-all --patron P1 --pin 12 --agree", "65<date>AOTOWN|AAP1|AD12|BOY|"),
        ("hold --patron P1 --item I1 --pickup EAST", "15+<date>AOTOWN|AAP1|BSEAST|ABI1|"),
        (
            "hold --patron P1 --title b1 --mode change --until 2026-12-31",
            "15*<date>AOTOWN|AAP1|BW20261231    000000|AJb1|",
        ),
        (
            "hold --patron P1 --item I1 --mode cancel --this-copy --pin 12",
            "15-<date>AOTOWN|AAP1|BY3|AD12|ABI1|",
        ),
        ("block --patron P1 --note lost --retained", "01Y<date>AOTOWN|ALlost|AAP1|AC|"),
        ("block --patron P1 --note lost", "01N<date>AOTOWN|ALlost|AAP1|AC|"),
        ("enable --patron P1 --pin 12", "25<date>AOTOWN|AAP1|AD12|"),
        ("item-note --item I1 --note torn", "19<date>AOTOWN|ABI1|CHtorn|"),
    ],
)
@time_machine.travel(datetime(2026, 3, 2, 10, 30), tick=False)
def test_an_act_is_the_message_of_the_standard(line: str, message: str) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = parser.parse_args(line.split())
    request = ACTS[words.act][0](words, "TOWN")
    assert serialise(request, Wire()).decode() == message.replace("<date>", "20260302    103000")


class TestRaw:
    async def test_lines_are_sent_and_answers_printed_as_they_are(self, machine: Started) -> None:
        """One to a line, however long."""
        long = "A" * 100
        async with machine() as circdesk:
            said = await circdesk(
                "raw",
                f"9300CN{USER}|CO{PASSWORD}|",
                f"3520260302    103000AOTOWN|AA{long}|",
                "9900802.00",
            )
        login, ended, status = said.out.splitlines()
        assert (said.status, login) == (0, "941")
        assert ended.endswith(f"AOTOWN|AA{long}|")
        assert status.startswith("98YYYY")

    async def test_without_lines_standard_input_is_sent(
        self, machine: Started, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("9900802.00\n9900802.00\n"))
        async with machine() as circdesk:
            said = await circdesk("raw")
        assert [line[:3] for line in said.out.splitlines()] == ["98Y", "98Y"]


class TestTheShell:
    @staticmethod
    def type(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
        """Type these, then the end of input."""
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    async def test_acts_and_raw_messages_are_typed_and_shown_field_by_field(
        self, machine: Started, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.type(monkeypatch, "checkout --patron P1 --item I1", "", "9900802.00")
        async with machine() as circdesk:
            said = await circdesk()
            assert [item.id for item in circdesk.server.desk.library.loans_of(ANN)] == [BOOK]
        assert (said.status, said.err) == (0, "")
        assert "Talking to 127.0.0.1:" in said.out
        assert "12 CheckoutResponse" in said.out
        assert "98YYYY" in said.out
        assert "98 AcsStatus" in said.out

    @pytest.mark.parametrize("word", ["quit", "exit"])
    async def test_it_ends_when_asked_to(
        self, machine: Started, monkeypatch: pytest.MonkeyPatch, word: str
    ) -> None:
        self.type(monkeypatch, word, "status")
        async with machine() as circdesk:
            said = await circdesk("shell")
        assert said.status == 0
        assert "AcsStatus" not in said.out

    @pytest.mark.parametrize(
        ("line", "answer"),
        [
            ("dance", "I do not understand that"),
            ("status --loudly", "I do not understand that"),
            ("checkout 'P1", "I do not understand that (No closing quotation)."),
            ("checkout --patron P1", "checkout needs --item."),
        ],
    )
    async def test_what_is_not_understood_is_said_and_does_not_end_it(
        self, machine: Started, monkeypatch: pytest.MonkeyPatch, line: str, answer: str
    ) -> None:
        self.type(monkeypatch, line, "status")
        async with machine() as circdesk:
            said = await circdesk("shell")
        assert said.status == 0
        assert answer in said.out
        assert "98 AcsStatus" in said.out

    async def test_an_answer_that_is_no_sip2_is_shown_all_the_same(
        self, machine: Started, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing comes back for an unknown message, for instance."""
        self.type(monkeypatch, "7720260302")
        monkeypatch.setattr("servers.sip2.client.Sip2Client.ask_raw", lambda client, line: b"??")
        async with machine() as circdesk:
            said = await circdesk("shell")
        assert "??" in said.out
        assert "This is no SIP2 message: " in said.out


class TestWhereTo:
    async def test_a_target_needs_no_facts(self, machine: Started) -> None:
        async with machine() as circdesk:
            host, port = circdesk.server.sip2_address
            ca = str(circdesk.server.tls.authority)
            target = ("--target", f"{host}:{port}", "--ca", ca, "--institution", "TOWN")
            login = ("--user", USER, "--password", PASSWORD)
            said = await circdesk("end", "--patron", "P1", *target, *login, facts=False)
        assert said.status == 0

    async def test_what_is_typed_goes_before_the_facts(self, machine: Started) -> None:
        async with machine() as circdesk:
            said = await circdesk("status", "--password", "wrong")
        assert (said.status, said.err) == (1, "circdesk sip2: the server refuses the login.\n")

    async def test_a_certificate_is_enough(self, machine: Started) -> None:
        async with machine() as circdesk:
            certificate, key = issue_terminal(circdesk.state, "kiosk-1")
            typed = ("--cert", str(certificate), "--key", str(key), "--user", "")
            said = await circdesk("end", "--patron", "P1", *typed)
        assert said.status == 0
        assert "not logged in" not in said.out

    async def test_the_facts_of_the_running_demonstration_are_found(
        self, machine: Started, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
        async with machine() as circdesk:
            place = tmp_path / "home" / "circdesk" / "demo" / FACTS
            place.parent.mkdir(parents=True)
            place.write_bytes((tmp_path / FACTS).read_bytes())
            said = await circdesk("status", facts=False)
        assert said.status == 0

    async def test_an_authority_that_did_not_issue_the_certificate_is_a_sentence(
        self, machine: Started
    ) -> None:
        async with machine() as circdesk:
            host, port = circdesk.server.sip2_address
            said = await circdesk("status", "--target", f"{host}:{port}", facts=False)
        assert said.status == 1
        assert said.err.startswith("circdesk sip2: the certificate of 127.0.0.1 is not to be trusted (")
        assert said.err.endswith("name the authority that issued it with --ca FILE.\n")

    async def test_plain_sip2_to_a_server_of_tls_is_a_sentence(self, machine: Started) -> None:
        async with machine() as circdesk:
            said = await circdesk("status", "--no-tls")
        assert said.status == 1
        assert said.err.startswith("circdesk sip2: the server ")


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Why `circdesk sip2 status` did nothing."""
    assert main(["sip2", "status", *words]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


class TestNobodyThere:
    def test_where_nobody_listens_is_a_sentence(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = refused(capsys, "--target", "127.0.0.1:1")
        assert said == (
            "circdesk sip2: nobody answers at 127.0.0.1:1 (Connection refused); "
            "start the server, or name another one.\n"
        )

    def test_without_a_demonstration_it_is_said_how_to_start_one(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
        assert "there is no demonstration to talk to; start one with ./run" in refused(capsys)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"{}",
            b'{"sip2": 3}',
            b'{"sip2": {}}',
            b'{"sip2": {"host": "127.0.0.1", "port": "many"}}',
            b'{"sip2": {"host": "127.0.0.1", "port": 65536}}',
            b"\xff\xfe",
        ],
    )
    def test_a_damaged_facts_file_is_a_sentence(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
    ) -> None:
        facts = tmp_path / FACTS
        facts.write_bytes(content)
        assert refused(capsys, "--facts", str(facts)) == f"circdesk sip2: {facts} is no facts file.\n"

    def test_a_missing_facts_file_that_was_named_is_named(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        facts = tmp_path / "missing.json"
        assert refused(capsys, "--facts", str(facts)) == f"circdesk sip2: there is no {facts}.\n"

    @pytest.mark.parametrize("target", ["somewhere", "127.0.0.1:", "127.0.0.1:many", "127.0.0.1:65536"])
    def test_what_is_no_address_is_a_sentence(self, capsys: pytest.CaptureFixture[str], target: str) -> None:
        assert refused(capsys, "--target", target) == f"circdesk sip2: {target!r} is no HOST:PORT.\n"

    @pytest.mark.parametrize("target", ["127.0.0.1:1", ":1", "1", "[127.0.0.1]:1"])
    def test_an_address_is_written_as_for_the_server(
        self, capsys: pytest.CaptureFixture[str], target: str
    ) -> None:
        assert "nobody answers at 127.0.0.1:1 " in refused(capsys, "--target", target)


def test_the_facts_say_all_that_is_needed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The least of them: where. Then nobody logs in, and there is no institution."""
    facts = tmp_path / FACTS
    facts.write_text(json.dumps({"sip2": {"host": "127.0.0.1", "port": 1}}))
    assert "nobody answers at 127.0.0.1:1 " in refused(capsys, "--facts", str(facts))
