"""`circdesk serve`: what is typed and configured, the exit status, and how a signal ends it."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from servers.app import Server
from servers.cli import main
from servers.configuration.settings import Settings
from servers.lines.accept import CannotListen
from servers.serve import IN_USE, address, at_addresses, run_server
from tests.fakes.served import settings

LOOPS = pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
FREE_HTTPS = ("--https", "127.0.0.1:0")
FREE = ("--sip2", "127.0.0.1:0", *FREE_HTTPS)


def circdesk(*words: str | Path) -> list[str]:
    """The command as a program of its own."""
    return [sys.executable, "-m", "servers.cli", *map(str, words)]


@contextmanager
def serving(state: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`circdesk serve` as a program, and what it says when it is ready."""
    command = circdesk("serve", "--state", state, *words)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program, program.stdout.readline()
        finally:
            program.kill()


@pytest.fixture(autouse=True)
def no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is set up once for a process, which here is that of all tests."""
    monkeypatch.setattr("servers.serve.set_up", lambda settings: None)


class TestServing:
    @LOOPS
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_with_0(self, tmp_path: Path, loop: str, number: signal.Signals) -> None:
        """Even with somebody on the line, who sees it closed."""
        with serving(tmp_path, *FREE, "--loop", loop) as (program, said):
            where = said.removeprefix("circdesk: SIP2 over TLS on ").split(", ")[0]
            with socket.create_connection(address(where), 10) as peer:
                os.kill(program.pid, number)
                assert peer.recv(1) == b""
            _, log = program.communicate(timeout=20)
        assert program.returncode == 0
        assert "Stop with Ctrl-C." in said
        assert " listening " in log
        assert log.splitlines()[-1].split()[2] == "stopped"

    def test_a_second_one_is_told_who_has_the_records(self, tmp_path: Path) -> None:
        with serving(tmp_path, *FREE) as (program, said):
            assert said
            second = subprocess.run(
                circdesk("serve", "--state", tmp_path, *FREE), capture_output=True, text=True, check=False
            )
        assert second.returncode == 1
        assert str(program.pid) in second.stderr.splitlines()[-1]

    def test_the_configuration_in_the_state_directory_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "circdesk.toml").write_text(
            '[sip2]\nhost = "127.0.0.2"\nport = 0\n[https]\nhost = "127.0.0.3"\nport = 0\n'
        )
        with serving(tmp_path) as (_, said):
            assert said.startswith("circdesk: SIP2 over TLS on 127.0.0.2:")
            assert ", HTTPS on 127.0.0.3:" in said

    def test_https_can_be_left_out(self, tmp_path: Path) -> None:
        (tmp_path / "circdesk.toml").write_text("[https]\nenabled = false\n")
        with serving(tmp_path, *FREE) as (_, said):
            assert "HTTPS" not in said


class TestConfiguration:
    def test_mistakes_end_it_with_2_file_and_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "circdesk.toml"
        file.write_text("[sip2]\n\nport = 'many'\n")
        assert main(["serve", "--state", str(tmp_path)]) == 2
        assert capsys.readouterr().err.startswith(f"{file}:3: ")
        assert list(tmp_path.iterdir()) == [file]

    def test_one_that_was_named_must_be_there(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        missing = tmp_path / "missing.toml"
        assert main(["serve", "--state", str(tmp_path), "--config", str(missing)]) == 2
        assert str(missing) in capsys.readouterr().err

    def test_what_is_typed_goes_before_it(self) -> None:
        words = argparse.Namespace(sip2=("192.0.2.1", 7), https=("192.0.2.2", 8), z3950=("192.0.2.3", 9))
        typed = at_addresses(settings(), words)
        assert (typed.sip2.host, typed.sip2.port) == ("192.0.2.1", 7)
        assert (typed.https.host, typed.https.port) == ("192.0.2.2", 8)
        assert (typed.z3950.host, typed.z3950.port) == ("192.0.2.3", 9)
        assert typed.z3950.enabled, "whoever names its address wants it"
        nothing = argparse.Namespace(sip2=None, https=None, z3950=None)
        assert at_addresses(settings(), nothing) == settings()

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ("127.0.0.1:6443", ("127.0.0.1", 6443)),
            ("localhost:0", ("localhost", 0)),
            ("[::1]:6443", ("::1", 6443)),
            ("::1:6443", ("::1", 6443)),
            (":6443", ("127.0.0.1", 6443)),
            ("65535", ("127.0.0.1", 65535)),
        ],
    )
    def test_an_address_is_host_and_port(self, text: str, where: tuple[str, int]) -> None:
        assert address(text) == where

    @pytest.mark.parametrize(
        "text", ["", "localhost", "localhost:", "127.0.0.1:65536", "127.0.0.1:-1", "a:b"]
    )
    def test_anything_else_is_none(self, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["serve", "--sip2", text])
        assert ended.value.code == 2
        assert f"{text!r} is no HOST:PORT" in capsys.readouterr().err


class TestWhatCannotBeHad:
    @LOOPS
    def test_an_address_in_use_ends_it_with_3(
        self, tmp_path: Path, loop: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            where = f"127.0.0.1:{taken.getsockname()[1]}"
            assert main(["serve", "--state", str(tmp_path), "--sip2", where, "--loop", loop]) == IN_USE
        said = capsys.readouterr().err
        assert said.startswith(
            f"circdesk: {where} is in use by another program; stop that, or choose another "
        )

    @LOOPS
    def test_so_does_one_for_https(
        self, tmp_path: Path, loop: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            where = f"127.0.0.1:{taken.getsockname()[1]}"
            words = ["serve", "--state", str(tmp_path), "--sip2", "127.0.0.1:0", "--https", where]
            assert main([*words, "--loop", loop]) == IN_USE
        said = capsys.readouterr().err
        assert said.startswith(f"circdesk: {where} is in use by another program; ")
        assert said.endswith("with --https HOST:PORT.\n")

    @LOOPS
    def test_an_address_of_another_machine_ends_it_with_3(
        self, tmp_path: Path, loop: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["serve", "--state", str(tmp_path), "--sip2", "192.0.2.1:0", "--loop", loop]) == IN_USE
        assert capsys.readouterr().err.startswith("circdesk: 192.0.2.1:0 is no address of this machine; ")

    @pytest.mark.parametrize(
        ("where", "sentence"),
        [
            ("127.0.0.1:99", "choose a port above 1023 with --sip2 HOST:PORT."),
            ("127.0.0.1:98", "choose a port above 1023 in sip2.plain."),
            ("127.0.0.1:97", "choose a port above 1023 in https.plain."),
            ("127.0.0.1:96", "choose a port above 1023 in ncip_tcp.plain."),
            ("0.0.0.0:7443", "choose a port above 1023 in ncip_tcp."),
            ("0.0.0.0:2100", "choose a port above 1023 with --z3950 HOST:PORT."),
            ("0.0.0.0:2101", "choose a port above 1023 in z3950.tls."),
        ],
    )
    def test_what_cannot_happen_on_every_machine_ends_it_with_3_too(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        where: str,
        sentence: str,
    ) -> None:
        """Tests may run with all rights, so here the system says no by our mouth."""

        async def refuse(*arguments: object) -> int:
            raise CannotListen(errno.EACCES, "Permission denied", where)

        monkeypatch.setattr("servers.serve.serve", refuse)
        written = tmp_path / "circdesk.toml"
        written.write_text("sip2.plain.port = 98\nhttps.plain.port = 97\nncip_tcp.plain.port = 96\n")
        with_these = ["serve", "--config", str(written), "--state", str(tmp_path)]
        assert main([*with_these, "--sip2", "127.0.0.1:99"]) == IN_USE
        assert sentence in capsys.readouterr().err

    @LOOPS
    def test_a_name_that_is_none_is_a_sentence(
        self, tmp_path: Path, loop: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        where = "256.256.256.256:0"
        assert main(["serve", "--state", str(tmp_path), "--sip2", where, "--loop", loop]) == 1
        assert capsys.readouterr().err.startswith("circdesk: ")

    @LOOPS
    def test_a_file_without_rights_is_not_taken_for_an_address(self, tmp_path: Path, loop: str) -> None:
        def ready(server: Server) -> None:
            raise PermissionError(errno.EACCES, "Permission denied", "facts.json")

        with pytest.raises(PermissionError, match=r"facts\.json"):
            run_server(settings, tmp_path, loop, ready)

    def test_without_uvloop_it_is_served_all_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "uvloop", None)

        def ready(server: Server) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

        assert run_server(settings, tmp_path, "uvloop", ready) == 0
        assert "uvloop is not installed" in capsys.readouterr().err


def test_without_a_configuration_there_are_defaults() -> None:
    """Which name a port of their own: 6443."""
    assert Settings().sip2.port == 6443
