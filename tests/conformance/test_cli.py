"""The command line: what it says of itself, what it refuses, and the exit codes scripts rely on."""

import argparse
import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.cli import FAILED, PASSED, USAGE, build_parser, main
from conformance.ncip.catalogue import CASES as NCIP_CASES
from conformance.sip2.catalogue import CASES
from conformance.sru.catalogue import CASES as SRU_CASES

Serving = Callable[[Any], AbstractAsyncContextManager[int]]
Start = Callable[[str], str]


@pytest.fixture
def start(tiny_library: Any, tiny_server: Serving, facts_file: Callable[[int], Path]) -> Iterator[Start]:
    """Serve tiny libraries from threads, because `main` has a loop of its own; return a file of facts."""
    stops: list[Callable[[], None]] = []

    def started(fault: str = "") -> str:
        ports: list[int] = []
        ready = threading.Event()
        loop = asyncio.new_event_loop()
        done = asyncio.Event()

        async def serve() -> None:
            async with tiny_server(tiny_library(fault)) as port:
                ports.append(port)
                ready.set()
                await done.wait()

        thread = threading.Thread(target=lambda: asyncio.Runner(loop_factory=lambda: loop).run(serve()))
        thread.start()

        def stop() -> None:
            loop.call_soon_threadsafe(done.set)
            thread.join()
            loop.close()

        stops.append(stop)
        assert ready.wait(10)
        return str(facts_file(ports[0]))

    yield started
    for stop in stops:
        stop()


def actions_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from actions_of(inner)


def test_every_option_explains_itself() -> None:
    for action in actions_of(build_parser()):
        if not isinstance(action, argparse._SubParsersAction):
            assert action.help, action.option_strings


@pytest.mark.parametrize("command", [[], ["sip2"], ["ncip"], ["sru"], ["load"], ["load", "sip2"], ["kiosk"]])
def test_help_is_there_for_every_command_and_names_the_exit_codes(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == PASSED
    assert "exit codes: 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sip2"], "--target is needed"),
        (["sip2", "--target", "nowhere"], "neither HOST:PORT nor a file of facts"),
        (["sip2", "--target", "h:1", "--level", "MAY"], "'MAY' is not a valid Level"),
        (["sip2", "--target", "h:1", "--only", "nothing.*"], "no case fits"),
        (["sip2", "--target", "h:1", "--fact", "patron_blocked"], "is not NAME=TEXT"),
        (["sip2", "--target", "h:1", "--known", "/nonexistent"], "--known"),
        (["load", "sip2", "--target", "h:1", "--mix", "24:1"], "'24' is not one of"),
        (["load", "sip2", "--target", "h:1", "--mix", "23:x"], "'23:x' is not CODE:WEIGHT"),
        (["load", "sip2", "--target", "h:1", "--mix", "23:0"], "every weight is 0"),
    ],
)
def test_a_line_that_cannot_be_obeyed_is_refused_in_words(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == USAGE
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["sip2", "--deadline", "0"],
        ["sip2", "--deadline", "soon"],
        ["load", "sip2", "--connections", "0"],
        ["load", "sip2", "--seconds", "inf"],
        ["load", "sip2", "--idle", "-1"],
    ],
)
def test_what_argparse_refuses_has_the_same_exit_code(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == USAGE
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("[damaged]\nno-such-case = 'why'", "names no case of ours: damaged.no-such-case"),
        ("[damaged]\nwrong-sum = ''", "needs a reason"),
        ("[damaged]\nwrong-sum = 1", "needs a reason"),
        ("damaged = 'all'", "a table for each theme"),
        ("[damaged", "--known"),
    ],
)
def test_a_bad_file_of_divergences_is_refused(
    known: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "known.toml"
    path.write_text(known)
    assert main(["sip2", "--target", "localhost:6001", "--known", str(path)]) == USAGE
    assert words in capsys.readouterr().err


def test_our_own_divergences_are_cases_with_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    ours = Path(__file__).resolve().parents[2] / "conformance" / "circdesk.toml"
    assert main(["sip2", "--target", "127.0.0.1:1", "--known", str(ours)]) == FAILED
    assert "127.0.0.1:1 does not answer" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_said_in_words(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    found = "/nonexistent/found.json"
    arguments = ["sip2", "--target", start(""), "--only", "status.layout", "--json", found]
    assert main(arguments) == FAILED
    assert "No such file or directory: '/nonexistent/found.json'" in capsys.readouterr().err


def test_list_needs_no_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sip2", "--list", "--only", "resend.*"]) == PASSED
    listed = capsys.readouterr().out
    assert all((f"`{case.id}`" in listed) == case.id.startswith("resend.") for case in CASES)


def test_a_right_server_ends_with_0_and_every_file_is_written(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    json, junit, page = tmp_path / "found.json", tmp_path / "found.xml", tmp_path / "page.md"
    written = ["--json", str(json), "--junit", str(junit), "--report", str(page)]
    assert main(["sip2", "--target", start(""), *written]) == PASSED
    assert msgspec.json.decode(json.read_bytes())["verdicts"]["pass"] == len(CASES)
    assert junit.read_text().count("<testcase") == len(CASES)
    assert "MUST cases passed.**" in page.read_text("utf-8")
    assert "0 fail" not in capsys.readouterr().out


def test_a_failed_must_ends_with_1_unless_it_is_known(start: Start, tmp_path: Path) -> None:
    arguments = ["sip2", "--target", start("ignores checksums"), "--only", "damaged.wrong-sum"]
    assert main(arguments) == FAILED
    known = tmp_path / "known.toml"
    known.write_text("[damaged]\nwrong-sum = 'the machines of this library send no checksum'")
    assert main([*arguments, "--known", str(known)]) == PASSED


def test_a_failed_should_ends_with_0(start: Start) -> None:
    assert (
        main(["sip2", "--target", start("keeps the login"), "--only", "login.failure-ends-login"]) == PASSED
    )


def test_ncip_has_cases_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ncip", "--list", "--only", "storage.*"]) == PASSED
    assert capsys.readouterr().out.count("`storage.") == sum(
        case.id.startswith("storage.") for case in NCIP_CASES
    )


def test_known_divergences_of_both_groups_are_in_one_file(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.toml"
    known.write_text("[storage]\nout = 'no store here'\n[damaged]\nwrong-sum = 'no sums here'")
    only = ["--only", "status.layout", "--known", str(known)]
    assert main(["sip2", "--target", start(""), *only]) == PASSED


def test_ncip_flags_win_over_facts_and_a_responder_that_is_not_there_ends_with_1(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--ncip", "http://127.0.0.1:1/ncip", "--ncip-agency", "X"]
    assert main(["ncip", "--target", start(""), *flags]) == FAILED
    assert "http://127.0.0.1:1/ncip does not answer" in capsys.readouterr().err


def test_a_target_without_ncip_has_no_case_played(start: Start, tmp_path: Path) -> None:
    json = tmp_path / "found.json"
    assert main(["ncip", "--target", start(""), "--only", "envelope.*", "--json", str(json)]) == PASSED
    found = msgspec.json.decode(json.read_bytes())
    assert found["verdicts"]["n-a"] == len(found["cases"])
    assert "ncip" in found["cases"][0]["reason"]


def test_sru_has_cases_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sru", "--list", "--only", "laws.*"]) == PASSED
    assert capsys.readouterr().out.count("`laws.") == sum(case.id.startswith("laws.") for case in SRU_CASES)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--open"], "the facts name no https.sru_open"),
        (["--sru-title", "sea"], "say where SRU is spoken"),
        (["--sru", "h/sru"], "no URL of an SRU end point"),
    ],
)
def test_an_end_point_that_cannot_be_understood_is_refused(
    flags: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sru", "--target", "127.0.0.1:1", *flags]) in (USAGE, FAILED)
    assert words in capsys.readouterr().err


def test_an_end_point_that_is_not_there_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sru", "--target", "http://127.0.0.1:1/sru"]) == FAILED
    assert "http://127.0.0.1:1/sru does not answer" in capsys.readouterr().err


def test_a_target_without_sru_has_no_case_played(start: Start, tmp_path: Path) -> None:
    json = tmp_path / "found.json"
    assert main(["sru", "--target", start(""), "--only", "laws.*", "--json", str(json)]) == PASSED
    found = msgspec.json.decode(json.read_bytes())
    assert found["verdicts"]["n-a"] == len(found["cases"])
    assert found["cases"][0]["reason"].startswith("the target names no sru")


def test_flags_win_over_facts(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sip2", "--target", start(""), "--only", "patron.status", "--patron", "P050", "--no-tls"]
    assert main(arguments) == PASSED
    assert main([*arguments, "--pin", "1234", "--fact", "patron_blocked=P901", "--user", "nobody"]) == FAILED
    assert "the login with the target's credentials was refused" in capsys.readouterr().out


def test_a_server_that_is_not_there_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sip2", "--target", "127.0.0.1:1"]) == FAILED
    assert "127.0.0.1:1 does not answer" in capsys.readouterr().err


def test_load_ends_with_0_when_every_answer_was_right(start: Start, tmp_path: Path) -> None:
    json = tmp_path / "load.json"
    arguments = ["load", "sip2", "--target", start(""), "--connections", "3", "--seconds", "0.2"]
    assert main([*arguments, "--json", str(json)]) == PASSED
    figures = msgspec.json.decode(json.read_bytes())
    assert (figures["wrong"], figures["lost"], figures["connections"]) == (0, 0, 3)


def test_load_ends_with_1_when_an_answer_was_wrong(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    facts = start("counts double")
    assert main(["load", "sip2", "--target", facts, "--connections", "2", "--seconds", "0.2"]) == FAILED
    assert "63: 2 charged, 1 lent" in capsys.readouterr().out
