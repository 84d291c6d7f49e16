"""Killed again and again, circdesk keeps every promise, and a server that does not is found out."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from conformance.cli import FAILED, PASSED, USAGE, main
from tests.walks.given import ITEMS, PASSWORD, PATRONS, PIN, REPOSITORY, USER, free_port, prepare

PYTHON = ("env", "-C", str(REPOSITORY), sys.executable, "-m")
Toy = Callable[[str], list[str]]


def facts(path: Path, port: int, **changes: object) -> str:
    """Write the facts of a server at this port; returns the file's name."""
    told = {
        "institution": "TINY",
        "sip2": {"host": "127.0.0.1", "port": port, "user": "kiosk", "password": "secret"},
        "pin": "1234",
        "patrons": {"template": "P%03d", "first": 903, "count": 1},
        "items": {"template": "I%03d", "first": 1, "count": 4},
    }
    path.write_bytes(msgspec.json.encode({**told, **changes}))
    return str(path)


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """The arguments that kill a toy server with a fault in its book-keeping."""

    def arguments(fault: str) -> list[str]:
        port = free_port()
        given = facts(tmp_path / "facts.json", port)
        server = (*PYTHON, "tests.conformance.toy_server", str(port), str(tmp_path / "books"), fault)
        return [
            "crash",
            "--connections=1",
            "--rounds=30",
            "--seconds=0.1-0.3",
            "--facts",
            given,
            "--",
            *server,
        ]

    return arguments


def test_circdesk_keeps_every_promise_through_kills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, port = prepare(tmp_path / "state"), free_port()
    given = facts(
        tmp_path / "facts.json",
        port,
        institution="TOWN",
        sip2={
            "host": "127.0.0.1",
            "port": port,
            "tls": True,
            "ca": str(state / "certs" / "ca.pem"),
            "user": USER,
            "password": PASSWORD,
        },
        pin=PIN,
        patrons={"template": "P%d", "first": 1, "count": PATRONS},
        items={"template": "I%d", "first": 1, "count": ITEMS},
    )
    server = (
        *PYTHON,
        "servers.cli",
        "serve",
        "--state",
        str(state),
        "--sip2",
        f"127.0.0.1:{port}",
        "--z3950",
        "127.0.0.1:0",
        "--https",
        "127.0.0.1:0",
    )
    arguments = ["crash", "--rounds", "6", "--seconds", "0.1-0.8", "--facts", given, "--", *server]
    assert main(arguments) == PASSED
    *_, summary = said = capsys.readouterr().out.splitlines()
    assert len(said) == 7
    assert summary.startswith("6 kills, ")
    assert summary.endswith("no broken promises")


def test_a_toy_that_writes_everything_down_before_it_answers_passes(toy: Toy) -> None:
    assert main([word.replace("rounds=30", "rounds=3") for word in toy("")]) == PASSED


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("now and then", "acknowledged: "),
        ("money only", "acknowledged: "),
        ("no requests", "asked again was|is called renewed|was refused: too many loans|acknowledged: "),
    ],
)
def test_a_server_that_forgets_is_found_out(
    toy: Toy, fault: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(toy(fault)) == FAILED
    assert re.search(words, capsys.readouterr().out)


def test_a_command_that_ends_is_no_server(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    command = toy("")
    assert main([*command[: command.index("--")], "--", "sh", "-c", "echo no disk; exit 7"]) == FAILED
    said = capsys.readouterr().err
    assert "status 7" in said
    assert "no disk" in said


@pytest.mark.parametrize("wrong", ["--rounds=0", "--seconds=2-1", "--seconds=0-1", "--connections=no"])
def test_a_command_line_that_cannot_be_obeyed_is_refused(toy: Toy, wrong: str) -> None:
    command = toy("")
    with pytest.raises(SystemExit) as ended:
        main(["crash", wrong, *command[1:]])
    assert ended.value.code == USAGE


def test_too_few_patrons_and_items_are_said_so(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word.replace("connections=1", "connections=2") for word in toy("")]) == FAILED
    assert "2 machines need as many patrons (there are 1)" in capsys.readouterr().err
