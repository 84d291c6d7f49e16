"""`circdesk decode`: pasted lines, field by field, of both sides; and nothing secret is shown."""

from __future__ import annotations

import io

import pytest

from servers.cli import main
from tests.matrix import proves

STATUS = "9900802.00AY1AZFCA0"


def decoded(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """What the command came to: status and output, without layout."""
    status = main(["decode", *words])
    said = capsys.readouterr()
    assert said.err == ""
    return status, " ".join(said.out.split())


@proves("a pasted message decoded")
def test_fields_are_named_and_codes_explained(capsys: pytest.CaptureFixture[str]) -> None:
    status, out = decoded(capsys, "1803020120260302    093000ABI1|AJEmma|")
    assert status == 0
    assert out.startswith("18 ItemInformationResponse, library to terminal ")
    assert "circulation status │ 03 │ 03 available" in out
    assert "│ AJ │ title identifier │ Emma │" in out


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (STATUS, "Sequence number 1. Checksum FCA0 is right."),
        ("9900802.00AY1AZ0000", "Sequence number 1. Checksum is wrong: it should be FCA0."),
        ("97", "No checksum; it would be FEF5."),
        ("9300CNkiosk|CO***|AY1AZ****", "Checksum was masked together with the secrets."),
    ],
)
def test_a_checksum_is_judged_with_the_value_that_it_should_have(
    capsys: pytest.CaptureFixture[str], line: str, verdict: str
) -> None:
    status, out = decoded(capsys, line)
    assert status == 0
    assert verdict in out


def test_defects_are_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = decoded(capsys, "36Y20260302    093000AOTOWN|AOEAST|")
    assert "Field given twice: AO institution id." in out
    assert "Required field missing: AA patron identifier." in out


@pytest.mark.parametrize("plain", [(), ("--plain",)])
def test_secrets_are_not_shown(capsys: pytest.CaptureFixture[str], plain: tuple[str, ...]) -> None:
    _, out = decoded(capsys, *plain, "9300CNkiosk|COcanary|", "3520260302    093000AOTOWN|AAP1|ADcanary|x|")
    assert "canary" not in out
    assert out.count("***") >= 2


def test_plain_is_a_field_a_line_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "--plain", "941AY1AZFDFC"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "message\t94\tLoginResponse\tlibrary to terminal",
        "field\t\tok\t1\tY",
        "note\t\t\tSequence number 1.",
        "note\t\t\tChecksum FDFC is right.",
    ]


def test_without_lines_standard_input_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording, for instance: its comments are passed over."""
    lines = f"# SIP2 recording, version 1\n2026-03-02T10:30:00 kiosk > {STATUS}\n\n>> 941AY1AZFDFC\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    status, out = decoded(capsys)
    assert status == 0
    assert out.index("99 ScStatus") < out.index("94 LoginResponse")


@pytest.mark.parametrize("line", ["hello", "<?xml version='1.0'?>", "11"])
def test_what_cannot_be_read_is_said_and_ends_with_1(capsys: pytest.CaptureFixture[str], line: str) -> None:
    status, out = decoded(capsys, STATUS, line)
    assert status == 1
    assert "99 ScStatus" in out


def test_no_line_at_all_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert main(["decode"]) == 1
    assert capsys.readouterr() == ("", "circdesk decode: there is no line to read.\n")


def test_another_delimiter_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = decoded(capsys, "--delimiter", "^", "36Y20260302    093000AOTOWN^AAP1^")
    assert "│ AA │ patron identifier │ P1 │" in out


@pytest.mark.parametrize(("option", "value"), [("--charset", "klingon"), ("--delimiter", "||")])
def test_settings_that_cannot_be_are_a_sentence(
    capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert main(["decode", option, value, STATUS]) == 2
    assert capsys.readouterr().err.startswith("circdesk decode: ")


def test_what_was_pasted_colours_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = decoded(capsys, "36Y20260302    093000AO[red]TOWN[/red]|AAP1|")
    assert "[red]TOWN[/red]" in out
