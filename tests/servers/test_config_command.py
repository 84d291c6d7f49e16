"""`circdesk config`: what it prints is a configuration; mistakes in one are said with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from servers.cli import main
from servers.config_text import reference


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
