"""`circdesk hash`: its line goes into the configuration and lets the password in, which is not shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from servers.cli import main
from servers.configuration.reading import read_settings
from servers.credentials import ScryptCredentials


class Terminal(io.StringIO):
    """Standard input that somebody sits at."""

    def isatty(self) -> bool:
        """Somebody does."""
        return True


@pytest.mark.parametrize("line", ["pa55 wörd\n", "pa55 wörd\r\n", "pa55 wörd"])
async def test_a_line_of_standard_input_is_hashed(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its end; the configuration takes the hash, and the password belongs to it."""
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    assert main(["hash"]) == 0
    printed = capsys.readouterr()
    hashed = printed.out.rstrip("\n")
    assert "pa55" not in printed.out + printed.err
    file = tmp_path / "circdesk.toml"
    file.write_text(f'[[terminal]]\nname = "kiosk"\nuser = "kiosk"\npassword = "{hashed}"\n')
    assert read_settings(file).terminal[0].password == hashed
    credentials = ScryptCredentials(lambda: 0.0)
    assert await credentials.verify("pa55 wörd", hashed)
    credentials.close()


def test_at_a_terminal_it_asks_without_showing_what_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("not read\n"))
    asked: list[str] = []

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return "word"

    monkeypatch.setattr("servers.hash_command.getpass", getpass)
    assert main(["hash"]) == 0
    assert asked == ["Password: "]
    assert capsys.readouterr().out.startswith("scrypt$")


@pytest.mark.parametrize("line", ["", "\n"])
def test_an_empty_password_is_none(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    assert main(["hash"]) == 2
    assert capsys.readouterr() == ("", "circdesk hash: an empty password is none.\n")


def test_a_password_cannot_be_typed_where_everybody_sees_it() -> None:
    """The words of a command are shown to all users of the machine."""
    with pytest.raises(SystemExit) as ended:
        main(["hash", "pa55"])
    assert ended.value.code == 2
