"""`circdesk demo` as it is typed: what it takes, what it says, how it ends."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from servers.demo.command import add_arguments, run
from servers.places import FACTS, demo_state


def parsed(*words: str) -> argparse.Namespace:
    """The arguments."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_without_a_word_it_is_the_usual_demonstration_in_its_own_place() -> None:
    args = parsed()
    assert args.state == demo_state()
    assert (args.bibs, args.items, args.patrons, args.seed, args.sip2, args.https) == (None,) * 6


@pytest.mark.parametrize(
    "words",
    [("--items", "99"), ("--items", "1000001"), ("--bibs", "x"), ("--patrons", "-5"), ("--patrons", "29")],
)
def test_sizes_have_bounds(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(*words)
    assert "is no number from" in capsys.readouterr().err


def test_every_listener_can_be_put_elsewhere() -> None:
    args = parsed("--sip2", "127.0.0.1:6443", "--https", "127.0.0.1:8443", "--z3950", "127.0.0.1:2100")
    assert (args.sip2, args.https) == (("127.0.0.1", 6443), ("127.0.0.1", 8443))
    assert args.z3950 == ("127.0.0.1", 2100)


def test_what_cannot_be_had_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "circdesk.db").touch()
    assert run(parsed("--state", str(tmp_path))) == 2
    said = capsys.readouterr().err
    assert said.startswith("circdesk demo: ")
    assert said.count("\n") == 1


def test_it_serves_until_it_is_told_to_stop_and_the_facts_stay(tmp_path: Path) -> None:
    state, facts = tmp_path / "state", tmp_path / "facts.json"
    command = [sys.executable, "-m", "servers.cli", "demo", "--state", str(state), "--sip2", "127.0.0.1:0"]
    command += [
        "--https",
        "127.0.0.1:0",
        "--z3950",
        "127.0.0.1:0",
        "--bibs",
        "100",
        "--items",
        "100",
        "--patrons",
        "30",
        "--facts",
        str(facts),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Stop with Ctrl-C"):
                break
        assert json.loads(facts.read_bytes())["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert facts.read_bytes() == (state / FACTS).read_bytes()
