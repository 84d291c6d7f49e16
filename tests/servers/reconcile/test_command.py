"""`circdesk reconcile`, typed as people type it, against a server whose machines were offline."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from structlog.testing import capture_logs

from core.desk import Actor
from core.model.records import Discrepancy
from core.rules.facts import Offline
from servers.app import Server
from servers.cli import main
from servers.reconcile import command
from servers.reconcile.lines import Details, Line
from tests.fakes.served import served
from tests.fakes.world import KIOSK

GATE = Actor("gate-1", "EAST")


class Said(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """The output without its layout."""
        return " ".join(self.out.split())


class Staff:
    """Types `circdesk reconcile …` on the machine where the server runs."""

    def __init__(self, state: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
        self.state = state
        self.desk = server.desk
        self._capsys = capsys

    async def __call__(self, *words: str, answers: str = "") -> Said:
        """The command, with this typed when it asks."""
        self._capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO(answers))
            status = await asyncio.to_thread(main, ["reconcile", *words, "--state", str(self.state)])
        return Said(status, *self._capsys.readouterr())

    def noted(self, actor: Actor, patron: str, item: str, day: int) -> Discrepancy:
        """A loan that a machine made by itself on this day of October at noon."""
        at = datetime(2025, 10, day, 12).astimezone()
        self.desk.check_out(actor, patron, item, offline=Offline(at))
        return self.desk.discrepancies()[-1]

    @property
    def open(self) -> list[int]:
        """The numbers that are to be settled."""
        return [noted.id for noted in self.desk.discrepancies()]


@asynccontextmanager
async def _staff(state: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Staff]:
    with capture_logs():
        async with served(state) as server:
            yield Staff(state, server, capsys)


class TestListing:
    async def test_a_line_says_who_what_when_why_and_what_to_do(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            noted = staff.noted(KIOSK, "P1", "I4", 1)
            said = await staff()
        assert (said.status, said.err) == (0, "")
        row = " ".join(line for line in said.out.splitlines() if "│" in line)
        for told in (str(noted.id), "kiosk-1", "check-out", "booked", "P1", "Ann Ngata", "I4", "Atlas"):
            assert told in row
        assert "This item is for use in the library only. │ Call the item back." in said.words
        assert "To be settled: 1." in said.out

    async def test_every_reason_has_its_advice_beside_it(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            staff.noted(KIOSK, "P8", "I9", 1)
            said = await staff()
        assert "This card is not known here. │ Correct the card number and book it by hand." in said.words
        assert "│ Find the item, correct its barcode and book it" in said.words
        assert "not booked" in said.out

    async def test_an_empty_list_says_so(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        async with _staff(tmp_path, capsys) as staff:
            said = await staff()
        assert said == (0, "The work list is empty: there is nothing to settle.\n", "")

    async def test_only_one_terminal_or_only_before_a_time(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            first, second = staff.noted(KIOSK, "P1", "I4", 1).id, staff.noted(GATE, "P1", "I9", 2).id

            async def numbers(*words: str) -> list[int]:
                said = await staff(*words, "--json")
                return [line.number for line in msgspec.json.decode(said.out, type=list[Line])]

            assert await numbers() == [first, second]
            assert await numbers("--terminal", "gate-1") == [second]
            assert await numbers("--before", "2025-10-02") == [first]
            assert await numbers("--before", "2025-10-02T12:00:01") == [first, second]
            assert await numbers("--before", "2025-10-02", "--terminal", "gate-1") == []

    async def test_json_has_all_of_it(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        async with _staff(tmp_path, capsys) as staff:
            noted = staff.noted(KIOSK, "P4", "I4", 1)
            (line,) = msgspec.json.decode((await staff("--json")).out, type=list[Line])
            found = msgspec.json.decode((await staff("show", str(noted.id), "--json")).out, type=Details)
        assert line.happened_at == noted.happened_at
        assert [ground.reason for ground in line.grounds] == list(noted.reasons)
        assert found.line == line

    async def test_what_is_settled_is_listed_with_all(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            number = str(staff.noted(KIOSK, "P8", "I9", 1).id)
            await staff("settle", number, "--note", "found the card", "--by", "Eve")
            assert number not in (await staff()).out
            said = await staff("--all")
        assert number in said.out
        assert said.out.count("Settled by Eve: found the card") == 1
        assert "To be settled: 0." in said.out


class TestShowing:
    async def test_one_line_is_told_with_rules_item_and_patron_as_they_are_now(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            said = await staff("show", str(staff.noted(KIOSK, "P4", "I4", 1).id))
        assert (said.status, said.err) == (0, "")
        assert "not-for-loan: This item is for use in the library only." in said.words
        assert "lent to P4 Dan Roe since 2025-10-01" in said.words
        assert "the card is good until 2025-12-31" in said.words
        assert "✗ │ patron-expired" in said.out

    async def test_what_is_not_known_is_said_to_be_so(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            said = await staff("show", str(staff.noted(KIOSK, "P8", "I9", 1).id))
        assert "item now │ not known here" in said.words
        assert "patron now │ not known here" in said.words

    async def test_what_is_settled_says_by_whom(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            number = str(staff.noted(KIOSK, "P4", "I4", 1).id)
            await staff("settle", number, "--note", "came back", "--by", "Eve")
            said = await staff("show", number)
        assert "by Eve: came back" in said.words

    async def test_a_number_that_is_not_there_is_a_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            said = await staff("show", "77")
        assert (said.status, said.out) == (1, "")
        assert said.err == "The work list has no number 77; circdesk reconcile --all shows all of it.\n"


class TestSettling:
    async def test_lines_are_settled_by_number_with_a_note_and_a_name(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            first, second, third = (staff.noted(KIOSK, "P8", f"I{n}", 1).id for n in (7, 8, 9))
            said = await staff("settle", str(first), str(second), "--note", "found", "--by", "Eve")
            assert said == (0, "Settled: 2.\n", "")
            assert staff.open == [third]
            settled = staff.desk.library.discrepancies[first]
        assert (settled.settled_by, settled.note) == ("Eve", "found")

    async def test_many_are_asked_for_first(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        async with _staff(tmp_path, capsys) as staff:
            for number in range(3):
                staff.noted(KIOSK, "P8", f"I{number}", 1)
            rest = staff.noted(GATE, "P8", "I9", 1).id
            for answer in ("", "n\n", "\n"):
                said = await staff("settle", "--terminal", "kiosk-1", "--note", "a test", answers=answer)
                assert said.status == 1
                assert "Settle 3 lines of the work list? [y/N]" in said.out
                assert said.out.endswith("Nothing was settled.\n")
            assert len(staff.open) == 4
            said = await staff("settle", "--terminal", "kiosk-1", "--note", "a test", answers="y\n")
            assert (said.status, said.out.splitlines()[-1]) == (
                0,
                "Settle 3 lines of the work list? [y/N] Settled: 3.",
            )
            assert staff.open == [rest]

    async def test_more_than_one_request_may_carry(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(command, "AT_ONCE", 2)
        async with _staff(tmp_path, capsys) as staff:
            for number in range(5):
                staff.noted(KIOSK, "P8", f"I{number}", 1)
            said = await staff("settle", "--before", "2025-10-02", "--note", "a test", "--yes")
            assert said == (0, "Settled: 5.\n", "")
            assert staff.open == []

    async def test_what_was_settled_before_is_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            number = str(staff.noted(KIOSK, "P8", "I9", 1).id)
            await staff("settle", number, "--note", "found")
            said = await staff("settle", number, "--note", "again")
        assert said.status == 1
        assert said.out == f"Settled: 0.\nSettled before, and left as they were: {number}.\n"

    async def test_where_nothing_fits_nothing_is_asked(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            said = await staff("settle", "--terminal", "gate-1", "--note", "a test")
        assert said == (1, "Settled: 0.\n", "")

    @pytest.mark.parametrize("which", [(), ("7", "--terminal", "kiosk-1"), ("7", "--before", "2025-10-02")])
    async def test_it_is_either_numbers_or_a_choice(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], which: tuple[str, ...]
    ) -> None:
        words = ["reconcile", "settle", *which, "--note", "x", "--state", str(tmp_path)]
        assert await asyncio.to_thread(main, words) == 2
        assert "needs numbers, or else --terminal, --before or both" in capsys.readouterr().err


class TestReachingIt:
    def test_without_a_server_it_says_what_to_do(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["reconcile", "--state", str(tmp_path)]) == 1
        assert f"start one with circdesk serve --state {tmp_path}" in capsys.readouterr().err

    async def test_the_state_may_stand_before_the_command_too(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with _staff(tmp_path, capsys) as staff:
            number = str(staff.noted(KIOSK, "P8", "I9", 1).id)
            words = ["reconcile", "--state", str(tmp_path), "show", number]
            assert await asyncio.to_thread(main, words) == 0

    async def test_as_a_program_of_its_own(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        async with _staff(tmp_path, capsys) as staff:
            number = staff.noted(KIOSK, "P8", "I9", 1).id
            program = [
                sys.executable,
                "-m",
                "servers.cli",
                "reconcile",
                "settle",
                str(number),
                "--note",
                "done",
            ]
            done = await asyncio.to_thread(
                subprocess.run,
                [*program, "--state", str(tmp_path)],
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stdout, done.stderr) == (0, "Settled: 1.\n", "")
            assert staff.open == []
