"""`circdesk`: its commands, what goes wrong in a sentence, and the exit status that goes with it."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from certs.error import CertificateError
from core.ports import StoreUnusable
from servers.cli import COMMANDS, main
from servers.configuration.reading import ConfigurationProblems, Problem
from servers.lines.tls import TlsProblem


def ended(*words: str) -> int:
    """How `circdesk` ends where argparse ends it."""
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_help_lists_every_command_with_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--help") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert all(f"{name} {command.summary}" in out for name, command in COMMANDS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(name, "--help") == 0
    out = capsys.readouterr().out
    assert out.startswith(f"usage: circdesk {name}")
    assert COMMANDS[name].summary in " ".join(out.split())


def test_the_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--version") == 0
    assert capsys.readouterr().out == f"circdesk {version('circdesk')}\n"


@pytest.mark.parametrize("words", [(), ("dance",), ("serve", "--loudly"), ("--loudly",)])
def test_what_is_not_understood_ends_with_2(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(*words) == 2
    assert capsys.readouterr().err.startswith("usage: circdesk")


def test_only_the_chosen_command_is_imported() -> None:
    """The imports of all would cost more than most commands do."""
    show = (
        "import sys, servers.cli as c\n"
        "try: c.main(['config', '--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('pymarc', 'cryptography', 'rich') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> type[ModuleType]:
    """A module for `circdesk hash` that raises `Failing.error`."""

    class Failing(ModuleType):
        error: BaseException

        @staticmethod
        def add_arguments(parser: argparse.ArgumentParser) -> None:
            """There are none."""

        @classmethod
        def run(cls, args: argparse.Namespace) -> int:
            """Fail."""
            raise cls.error

    monkeypatch.setitem(sys.modules, COMMANDS["hash"].module, Failing("failing"))
    return Failing


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (StoreUnusable("db", "is in use by process 7"), 1, "db: is in use by process 7"),
        (TlsProblem("a.pem does not exist."), 1, "a.pem does not exist."),
        (CertificateError("ca.key is missing."), 1, "ca.key is missing."),
        (ConfigurationProblems([Problem(Path("a.toml"), 3, "No.")]), 2, "a.toml:3: No."),
        (FileNotFoundError(2, "No such file", "x.mrc"), 1, "circdesk: x.mrc No such file"),
        (OSError("gone"), 1, "circdesk: gone"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_an_operator_can_mend_is_a_sentence(
    fails: type[ModuleType],
    error: Exception,
    status: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(fails, "error", error, raising=False)
    assert main(["hash"]) == status
    assert capsys.readouterr() == ("", f"{sentence}\n")


def test_ctrl_c_ends_as_the_shell_expects(fails: type[ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fails, "error", KeyboardInterrupt(), raising=False)
    assert main(["hash"]) == 130


def test_a_mistake_of_ours_is_not_hidden(fails: type[ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fails, "error", LookupError("ours"), raising=False)
    with pytest.raises(LookupError, match="ours"):
        main(["hash"])


def test_the_module_can_be_run_and_reads_what_was_typed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "servers.cli", "dance"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "invalid choice: 'dance'" in done.stderr
