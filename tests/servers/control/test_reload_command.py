"""`circdesk reload`: what whoever types it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from servers.cli import main
from servers.control import reload_command


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], list[tuple[Path, str]]]:
    """Lets a server answer so; returns what it is asked."""

    def answer(said: dict[str, Any]) -> list[tuple[Path, str]]:
        asked: list[tuple[Path, str]] = []

        def ask(state: Path, verb: str) -> dict[str, Any]:
            asked.append((state, verb))
            return said

        monkeypatch.setattr(reload_command, "ask", ask)
        return asked

    return answer


def test_it_tells_how_many_terminals_there_are(
    answering: Callable[[dict[str, Any]], list[tuple[Path, str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answering({"terminals": 7, "waiting": []})
    assert main(["reload", "--state", "here"]) == 0
    assert asked == [(Path("here"), "reload")]
    assert capsys.readouterr().out.splitlines() == [
        "Reloaded: 7 terminals. Nobody was disconnected whose terminal is as it was."
    ]


def test_it_tells_what_waits_for_the_next_start(
    answering: Callable[[dict[str, Any]], list[tuple[Path, str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    answering({"terminals": 7, "waiting": ["sip2.port", "store.file"]})
    assert main(["reload"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == "Not before the next start: sip2.port, store.file."


def test_without_a_server_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reload", "--state", str(tmp_path)]) == 1
    assert "no server is running" in capsys.readouterr().err
