"""`circdesk terminals`: the board of a running server, as a table, as JSON, and as a suggested profile."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from servers.cli import main
from servers.sip2.board import command as board_command
from servers.sip2.board.command import board
from servers.sip2.board.gauges import Refusal, TerminalState
from servers.sip2.client import Sip2Client, Target
from tests.fakes.served import PASSWORD, USER, served
from tests.matrix import proves

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def shown(*states: TerminalState) -> list[str]:
    """The lines of the board, each without its frame."""
    screen = io.StringIO()
    Console(width=200, file=screen).print(board(states, NOW))
    text = screen.getvalue().replace("│", " ").replace("┃", " ")
    return [" ".join(line.split()) for line in text.splitlines()]


@proves("a live board of terminals")
def test_a_terminal_at_work_shows_how_it_does() -> None:
    lines = shown(
        TerminalState(
            name="kiosk-1",
            connections=2,
            address="192.0.2.7",
            since=NOW - timedelta(hours=30),
            last=NOW - timedelta(seconds=5),
            last_code="11",
            messages=200,
            resends=3,
            p50=0.064,
            p95=33.5,
            skew=-61.2,
            status="out_of_paper",
            refused=7,
            refusals=(Refusal(NOW - timedelta(minutes=3), "11", "loan-limit"),),
            quirks=("writes UTF-8",),
        ),
        TerminalState("kiosk-2"),
    )
    assert lines[0] == "1 of 2 terminals connected, 09:30:00 UTC"
    work = "● kiosk-1 192.0.2.7 x2 1 d 5 s 11 200 1.5% 0.064 34 -61 s"
    assert f"{work} 7, 3 m ago 11 loan-limit out of paper, writes UTF-8" in lines
    assert "○ kiosk-2" in lines


class TestOfARunningServer:
    async def test_it_shows_every_terminal(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        async with served(tmp_path) as server:
            where = Target(*server.sip2_address, authority=server.tls.authority, user=USER, password=PASSWORD)

            def said(option: str, *more: str) -> str:
                assert main(["terminals", "--state", str(tmp_path), option, *more]) == 0
                return capsys.readouterr().out

            def visit() -> tuple[str, str, str]:
                with Sip2Client(where) as client:
                    client.log_in()
                    return said("--json"), said("--once"), said("--suggest", "kiosk-1")

            as_json, as_table, suggested = await asyncio.to_thread(visit)
        (state,) = json.loads(as_json[as_json.index("[\n") :])  # the server logs there too
        assert (state["name"], state["connections"], state["address"]) == ("kiosk-1", 1, "127.0.0.1")
        assert "● kiosk-1" in as_table
        assert "nothing to suggest" in suggested

    async def test_a_terminal_that_there_is_not_is_a_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with served(tmp_path):
            ask = ["terminals", "--state", str(tmp_path), "--suggest", "nobody"]
            assert await asyncio.to_thread(main, ask) == 1
        assert capsys.readouterr().err == "There is no terminal of that name.\n"


def test_without_a_server_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terminals", "--state", str(tmp_path)]) == 1
    assert f"circdesk: no server is running on {tmp_path}" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0", "-1", "nan", "4000", "soon"])
def test_how_often_to_look_is_bounded(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["terminals", "--watch", text])
    assert ended.value.code == 2
    assert "--watch" in capsys.readouterr().err


def test_live_it_looks_again_until_it_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is ours; the third look is interrupted as Ctrl-C does it."""
    looks: list[Path] = []
    waits: list[float] = []

    def look(state: Path, verb: str) -> dict[str, object]:
        looks.append(state)
        return {"terminals": [{"name": "kiosk-1"}]}

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(board_command, "ask", look)
    monkeypatch.setattr("servers.sip2.board.command.time.sleep", wait)
    with pytest.raises(KeyboardInterrupt):
        board_command._live(tmp_path, 0.5, Console(force_terminal=True, quiet=True))
    assert looks == [tmp_path] * 3
    assert waits == [0.5] * 3
