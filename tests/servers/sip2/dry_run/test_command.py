"""`circdesk sip2 … --explain`, typed as people type it, against a server of the small library."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.model.records import ItemStatus
from servers.app import Server
from servers.cli import main
from servers.sip2.command import ACTS
from tests.fakes.served import served
from tests.fakes.world import BOOK

OUT = ("checkout", "--patron", "P1", "--item", "I1")


class Typed:
    """Types on the machine where the server runs."""

    def __init__(self, server: Server, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.server = server
        self._state = state
        self._capsys = capsys

    async def __call__(self, *words: str) -> tuple[int, str, str]:
        """Status, output and errors of `circdesk sip2`; the output without its layout."""
        self._capsys.readouterr()
        status = await asyncio.to_thread(main, ["sip2", *words, "--state", str(self._state)])
        out, err = self._capsys.readouterr()
        return status, " ".join(out.split()), err


@asynccontextmanager
async def typed(state: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Typed]:
    """A server, and somebody who types. It must not do anything."""
    with capture_logs() as log:
        async with served(state) as server:
            yield Typed(server, state, capsys)
            assert server.desk.library.items[BOOK].status is ItemStatus.AVAILABLE
            assert server.desk.library.items[BOOK].version == 1
    assert "pin-of-P1" not in repr(log)


async def test_yes_is_shown_with_its_rules_and_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        status, out, err = await circdesk(*OUT, "--explain", "--pin", "pin-of-P1", "--institution", "TOWN")
    assert (status, err) == (0, "")
    assert "11 Checkout at kiosk-1, MAIN. Nothing is done." in out
    assert "│ ✓ │ wrong-pin │ the PIN is right │" in out
    assert "✓ Yes. I1 (Emma) is lent to P1 (Ann Ngata) until" in out
    assert 'Loan terms: "standard" (loan rule ' in out
    assert "Due date: 28 days from" in out
    assert "Answer: 121NNY" in out
    assert "AOTOWN|AAP1|ABI1|AJEmma|" in out
    assert "pin-of-P1" not in out


async def test_no_is_shown_with_what_is_in_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        status, out, _ = await circdesk("checkout", "--patron", "P1", "--item", "I4", "--explain")
    assert status == 1
    assert "│ ✗ │ not-for-loan │ not for loan │" in out
    assert "✗ No: not-for-loan. This item is for use in the library only." in out
    assert "On its screen: This item is for use in the library only." in out
    assert "Due date" not in out


async def test_a_check_in_that_finds_no_loan_is_answered_with_no(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        status, out, _ = await circdesk("checkin", "--item", "I1", "--explain")
    assert status == 1
    assert "✗ The answer says no, though nothing is refused." in out
    assert "I1 (Emma) was not on loan." in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("renew", "--patron", "P1", "--item", "I1", "--explain"), "✗ No: not-on-loan."),
        (("--explain", "renew", "--patron", "P1", "--item", "I1"), "✗ No: not-on-loan."),
        (("hold", "--patron", "P1", "--item", "I3", "--explain"), "P1 (Ann Ngata) gets a hold on b2"),
        (("hold", "--patron", "P1", "--title", "b3", "--explain"), "✗ No: not-holdable."),
        (("checkout", "--patron", "P1", "--item", "I9", "--explain"), "✗ No: unknown-item."),
        (("checkout", "--patron", "P1", "--item", "I1", "--pin", "x", "--explain"), "The PIN is wrong"),
    ],
)
async def test_the_other_acts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        _, out, err = await circdesk(*words)
    assert err == ""
    assert told in out


async def test_a_raw_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = f"11YN20260302    103000{' ' * 18}AOTOWN|AAP1|ABI1|AC|AY1AZEBC9"
    async with typed(tmp_path, capsys) as circdesk:
        status, out, err = await circdesk("--explain", line, "--terminal", "kiosk-1")
    assert (status, err) == (0, "")
    assert "✓ Yes." in out


async def test_what_cannot_be_explained_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with typed(tmp_path, capsys) as circdesk:
        assert await circdesk("--explain", "9900802.00") == (
            1,
            "",
            "99 is not explained; 11, 09, 29 and 15 are.\n",
        )
        status, _, err = await circdesk(*OUT, "--explain", "--terminal", "kiosk-7")
    assert (status, err) == (1, "There is no terminal kiosk-7. Did you mean kiosk-1?\n")


@pytest.mark.parametrize("act", [act for act in ACTS if act not in ("checkout", "checkin", "renew", "hold")])
def test_other_acts_are_bad_usage(act: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sip2", act, "--explain"]) == 2
    assert "needs a message or one of checkout, checkin, renew, hold." in capsys.readouterr().err


def test_nothing_at_all_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sip2", "--explain"]) == 2
    assert main(["sip2", "checkout", "--patron", "P1", "--explain"]) == 2
    assert "circdesk sip2 checkout needs --item." in capsys.readouterr().err


def test_without_a_server_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sip2", *OUT, "--explain", "--state", str(tmp_path)]) == 1
    assert f"start one with circdesk serve --state {tmp_path}" in capsys.readouterr().err


async def test_as_a_program_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with typed(tmp_path, capsys):
        program = [sys.executable, "-m", "servers.cli", "sip2", *OUT, "--explain", "--state", str(tmp_path)]
        done = await asyncio.to_thread(subprocess.run, program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "✓ Yes." in done.stdout
