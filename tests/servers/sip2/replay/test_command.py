"""`circdesk replay`: recorded visits played to a server of the small library, over TLS, and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.cli import main
from servers.places import FACTS
from tests.fakes.typed import Said, Typed, typed
from tests.matrix import proves

VISIT = ("P1", "pin-of-P1", "borrow", "I1", "I4", "", "account", "finish", "return", "I1", "")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The PINs of the small library."""
    path = tmp_path / "secrets.toml"
    path.write_text('[AD]\nP1 = "pin-of-P1"\n')
    return path


async def recorded(circdesk: Typed, path: Path) -> Path:
    """A visit, recorded."""
    await circdesk("kiosk", "--record", str(path), lines=VISIT)
    return path


def asked(said: Said) -> list[str]:
    """The requests and answers of a printed recording."""
    return [line.split(" user-1 ")[1][:4] for line in said.out.splitlines()[1:]]


async def test_the_same_library_answers_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], secrets: Path
) -> None:
    async with typed(tmp_path / "state", capsys) as circdesk:
        log = await recorded(circdesk, tmp_path / "visit.sip2")
        said = await circdesk("replay", str(log), "--secrets", str(secrets), "--compare", "--now")
    assert (said.status, said.err) == (0, "")
    assert "SIP2 replay of visit.sip2 against 127.0.0.1:" in said.out
    assert " answered as recorded, 0 otherwise" in said.out
    assert "not compared: AY, AZ, BK, date time sync, transaction date" in said.out


@proves("recorded traffic replayed and compared")
async def test_what_has_changed_is_told_field_by_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], secrets: Path
) -> None:
    """Between recording and replay somebody else has borrowed the book."""
    async with typed(tmp_path / "state", capsys) as circdesk:
        log = await recorded(circdesk, tmp_path / "visit.sip2")
        await circdesk("sip2", "checkout", "--patron", "P2", "--item", "I1")
        words = ("replay", str(log), "--secrets", str(secrets), "--compare", "--now")
        said = await circdesk(*words)
        ignoring = await circdesk(*words, "--ignore", "AA, AB,AF,AH,AJ,AU,BK,CK,BT,CH,AQ,CL,AG")
    assert said.status == 1
    assert "not there before   AF screen message" in said.out
    assert "11 Checkout, user-1, recorded 20" in said.out
    assert " !   ok " in said.out
    assert "on loan to somebody else" in said.words
    assert "pin-of" not in said.out
    assert "AF screen message" not in ignoring.out


async def test_without_comparing_the_new_conversation_is_a_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], secrets: Path
) -> None:
    async with typed(tmp_path / "state", capsys) as circdesk:
        log = await recorded(circdesk, tmp_path / "visit.sip2")
        said = await circdesk("replay", str(log), "--secrets", str(secrets), "--now")
        again = tmp_path / "again.sip2"
        again.write_text(said.out)
        compared = await circdesk("replay", str(again), "--secrets", str(secrets), "--now", "--compare")
    assert (said.status, said.err) == (0, "")
    assert asked(said)[:4] == ["> 93", "< 94", "> 99", "< 98"]
    assert "pin-of" not in said.out
    assert "word-1" not in said.out
    assert compared.status == 0


async def test_a_log_of_another_server_is_played_under_our_login(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own login is of no use here."""
    log = tmp_path / "koha.log"
    log.write_text(
        "[2026/03/02] [77] [INFO] INPUT MSG: '9300CNterm1|COterm1|AY0AZF5A0'\n"
        "[2026/03/02] [77] [INFO] OUTPUT MSG: '941AY0AZFDFD'\n"
        "[2026/03/02] [77] [INFO] INPUT MSG: '3520260302    093000AOTOWN|AAP1|'\n"
        "[2026/03/02] [77] [INFO] OUTPUT MSG: '36Y20260302    093000AOTOWN|AAP1|'\n"
    )
    async with typed(tmp_path / "state", capsys) as circdesk:
        said = await circdesk("replay", str(log), "--compare")
    assert "term1" not in said.out
    assert (said.status, said.err) == (0, "")
    assert "2 requests of 1 terminal" in said.out


async def test_a_recorded_login_whose_password_is_known_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, secrets = tmp_path / "lines.txt", tmp_path / "secrets.json"
    log.write_text("9300CNnobody|CO***|\n940\n")
    secrets.write_text('{"CO": {"nobody": "nothing"}}')
    async with typed(tmp_path / "state", capsys) as circdesk:
        said = await circdesk("replay", str(log), "--compare", "--secrets", str(secrets))
    assert said.status == 0, "refused, as it was recorded"


async def test_lines_without_a_login_are_played_logged_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "lines.txt"
    log.write_text(">> 3520260302    093000AOTOWN|AAP1|\n<< 36Y20260302    093000AOTOWN|AAP1|\n")
    async with typed(tmp_path / "state", capsys) as circdesk:
        good = await circdesk("replay", str(log), "--compare")
        bad = await circdesk("replay", str(log), "--compare", "--password", "wrong")
    assert good.status == 0
    assert bad.status == 1
    assert "the server refuses the login" in bad.out


async def test_what_is_not_answered_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "lines.txt"
    log.write_text("7720260302\n")
    async with typed(tmp_path / "state", capsys) as circdesk:
        said = await circdesk("replay", str(log), "--timeout", "0.2")
    assert said.status == 1
    assert said.err == "circdesk replay: request 1 of terminal: no answer in time.\n"


async def test_missing_secrets_are_asked_for_before_anything_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with typed(tmp_path / "state", capsys) as circdesk:
        log = await recorded(circdesk, tmp_path / "visit.sip2")
    assert main(["replay", str(log), "--against", "127.0.0.1:1"]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"circdesk replay: {log}: the recording hides CO of user-1, AD of P1; "
        "name a file with --secrets FILE.\n"
    )


def test_what_is_no_recording_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "letter"
    log.write_text("dear reader")
    assert main(["replay", str(log), "--against", "127.0.0.1:1"]) == 2
    assert capsys.readouterr().err == f"circdesk replay: {log}: there is no SIP2 message in it.\n"


def test_without_a_server_it_is_said_how_to_name_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert main(["replay", str(tmp_path / "log")]) == 1
    assert "or name a server with --against HOST:PORT" in capsys.readouterr().err
    assert main(["replay", "log", "--state", str(tmp_path)]) == 1
    assert f"no demonstration has run in {tmp_path}" in capsys.readouterr().err
    assert main(["replay", "log", "--facts", str(tmp_path / FACTS)]) == 1


@pytest.mark.parametrize("number", ["0", "-1", "nan", "inf", "fast"])
@pytest.mark.parametrize("option", ["--speed", "--timeout"])
def test_numbers_that_cannot_be_are_refused(
    option: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["replay", "log", f"{option}={number}"])
    assert f"{number!r} is no number above 0" in capsys.readouterr().err
