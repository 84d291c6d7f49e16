"""`circdesk config`: what it prints is a configuration; mistakes in one are said with file and line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from servers.cli import main
from servers.configuration.keys import keys_of
from servers.configuration.settings import Terminal
from servers.configuration.text import reference
from tests.fakes.served import cheap_hash


def test_what_is_printed_is_a_configuration_of_defaults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config"]) == 0
    file = tmp_path / "circdesk.toml"
    file.write_text(capsys.readouterr().out)
    assert main(["config", "--check", str(file)]) == 0
    assert capsys.readouterr() == (f"{file}: good\n", "")


def test_the_reference_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--reference"]) == 0
    assert capsys.readouterr().out == reference()


def test_every_mistake_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "circdesk.toml"
    file.write_text("[sip2]\nport = 70000\nprot = 6443\n")
    assert main(["config", "--check", str(file)]) == 2
    out, err = capsys.readouterr()
    first, second = err.splitlines()
    assert out == ""
    assert first.startswith(f"{file}:2: ")
    assert second.startswith(f"{file}:3: ")


def test_a_file_that_is_not_there_is_a_mistake_of_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "missing.toml"
    assert main(["config", "--check", str(file)]) == 2
    assert str(file) in capsys.readouterr().err


def test_one_thing_is_asked_at_a_time(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["config", "--reference", "--check", str(tmp_path)])
    assert ended.value.code == 2


def test_an_empty_file_is_a_configuration(tmp_path: Path) -> None:
    """Every key has a default."""
    file = tmp_path / "circdesk.toml"
    file.touch()
    assert main(["config", "--check", str(file)]) == 0


KIOSKS = """\
[[profile]]
name = "kiosks"
inherits = "koha"
fields.AE = "mask"
[[profile.sort_bin]]
bin = "1"
hold = "yes"
[[terminal]]
name = "kiosk-1"
user = "kiosk"
password = "HASH"
certificate = "kiosk-1"
profile = "kiosks"
retries = 5
"""


@pytest.fixture
def kiosks(tmp_path: Path) -> Path:
    """One terminal that says things itself, through a profile, and through a shipped one."""
    file = tmp_path / "kiosks.toml"
    file.write_text(KIOSKS.replace("HASH", cheap_hash("hunter2")))
    return file


def test_a_terminal_is_shown_with_who_says_what(kiosks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "kiosk-1", "--config", str(kiosks)]) == 0
    lines = [
        line.split("  ")[0] + "  " + line.rpartition("# ")[2] for line in capsys.readouterr().out.splitlines()
    ]
    assert {
        "retries = 5  terminal",
        'fields.AE = "mask"  profile kiosks',
        'terminator = "crlf"  shipped profile koha',
        'charset = "utf-8"  default',
    } <= set(lines)


def test_what_is_shown_of_a_terminal_is_toml_and_no_secret(
    kiosks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["config", "show", "kiosk-1", "--config", str(kiosks)])
    shown = tomllib.loads(capsys.readouterr().out)
    assert shown["password"] == "***"
    assert shown["sort_bin"] == [{"bin": "1", "hold": "yes"}]
    assert shown.keys() == keys_of(Terminal).keys()


def test_a_terminal_that_is_not_there_is_a_mistake(kiosks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "kiosk-2", "--config", str(kiosks)]) == 2
    assert main(["config", "show", "sorter", "--config", str(kiosks)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{kiosks}: There is no terminal kiosk-2. Did you mean kiosk-1?",
        f"{kiosks}: There is no terminal sorter. There are: kiosk-1.",
    ]


def test_a_configuration_with_mistakes_shows_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "circdesk.toml"
    file.write_text("[sip2]\nport = 70000\n")
    assert main(["config", "show", "kiosk-1", "--config", str(file)]) == 2
    assert capsys.readouterr().out == ""
