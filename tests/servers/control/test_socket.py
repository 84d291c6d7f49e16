"""The control socket: whose it is, what it bears, and that a request comes to its verb."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from servers.control import socket as control
from servers.control.client import STATE, ControlProblem, ask, usual_state
from servers.control.socket import (
    LONGEST_REQUEST,
    MOST_AT_ONCE,
    SOCKET,
    ControlServer,
    VerbRefused,
    short_path,
)
from servers.places import demo_state


async def echo(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer with what was asked."""
    return {"said": dict(arguments)}


async def refuse(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse."""
    raise VerbRefused("circdesk.toml:3: this is wrong.", "circdesk.toml:4: and this.")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory whose path is longer than a Unix socket's may be."""
    state = tmp_path / ("x" * 120)
    state.mkdir()
    return state


@pytest_asyncio.fixture
async def server(state: Path) -> AsyncIterator[ControlServer]:
    """A control socket with two verbs."""
    server = ControlServer(state, {"echo": echo, "refuse": refuse})
    await server.open()
    yield server
    await server.close()


async def asked(state: Path, verb: str, **arguments: Any) -> dict[str, Any]:
    """Ask as the commands do."""
    return await asyncio.to_thread(ask, state, verb, **arguments)


async def said(state: Path, data: bytes) -> bytes:
    """What is answered to these bytes until the server closes."""
    with short_path(state) as path:
        reader, writer = await asyncio.open_unix_connection(path)
    writer.write(data)
    writer.write_eof()
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:  # it closed before it had read what was said
        return b""
    finally:
        writer.close()


@pytest.mark.usefixtures("server")
class TestAsking:
    async def test_a_request_comes_to_its_verb_with_its_arguments(self, state: Path) -> None:
        assert await asked(state, "echo", name="kiosk-1", number=7) == {
            "said": {"name": "kiosk-1", "number": 7}
        }

    async def test_a_refusal_is_told_a_sentence_a_line(self, state: Path) -> None:
        with pytest.raises(ControlProblem) as problem:
            await asked(state, "refuse")
        assert str(problem.value).splitlines() == [
            "circdesk.toml:3: this is wrong.",
            "circdesk.toml:4: and this.",
        ]

    async def test_an_unknown_verb_is_told_what_there_is(self, state: Path) -> None:
        with pytest.raises(ControlProblem, match="there are echo, refuse"):
            await asked(state, "dance")

    @pytest.mark.parametrize("line", [b"no JSON", b"[]", b'{"verb": 7}', b'{"verb": "echo", "more": 1}'])
    async def test_what_is_no_request_is_told_so_and_the_next_one_is_heard(
        self, state: Path, line: bytes
    ) -> None:
        first, second = (await said(state, line + b'\n{"verb": "echo"}\n')).splitlines()
        assert b"This is no request." in first
        assert b'"said":{}' in second

    async def test_another_version_is_told_ours(self, state: Path) -> None:
        assert b"version 1" in await said(state, b'{"verb": "echo", "version": 2}\n')

    async def test_half_a_request_is_no_request(self, state: Path) -> None:
        assert await said(state, b'{"verb": "echo"}') == b""


class TestWhoIsHeard:
    async def test_nobody_else_may_open_it(self, state: Path, server: ControlServer) -> None:
        assert stat.S_IMODE((state / SOCKET).stat().st_mode) == 0o600

    async def test_another_user_is_not_heard(
        self, state: Path, server: ControlServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The tests have one user, so here the system says by our mouth that it is another."""
        monkeypatch.setattr(os, "geteuid", lambda: 7777)
        monkeypatch.setattr(control, "ROOT", 7778)
        with capture_logs() as log:
            assert await said(state, b'{"verb": "echo"}\n') == b""
        assert [entry["user"] for entry in log if entry["event"] == "control-refused"] == [os.getuid()]


class TestBounds:
    async def test_too_long_a_request_ends_the_connection(self, state: Path, server: ControlServer) -> None:
        assert await said(state, b" " * (LONGEST_REQUEST + 1) + b"\n") == b""

    async def test_too_slow_a_request_ends_the_connection(
        self, state: Path, server: ControlServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(control, "PATIENCE", 0.01)
        with short_path(state) as path:
            reader, writer = await asyncio.open_unix_connection(path)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()

    async def test_so_many_ask_at_once(self, state: Path, server: ControlServer) -> None:
        with short_path(state) as path:
            waiting = [await asyncio.open_unix_connection(path) for _ in range(MOST_AT_ONCE)]
            reader, writer = await asyncio.open_unix_connection(path)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        for _, one in (*waiting, (reader, writer)):
            one.close()


class TestTheSocket:
    async def test_one_that_was_left_behind_is_replaced(self, state: Path) -> None:
        with short_path(state) as path, socket.socket(socket.AF_UNIX) as left:
            left.bind(path)
        server = ControlServer(state, {"echo": echo})
        await server.open()
        assert await asked(state, "echo") == {"said": {}}
        await server.close()

    async def test_it_goes_when_the_server_stops(self, state: Path, server: ControlServer) -> None:
        await server.close()
        assert not (state / SOCKET).exists()
        with pytest.raises(ControlProblem, match="no server is running"):
            await asked(state, "echo")

    async def test_another_server_s_stays(self, state: Path, server: ControlServer) -> None:
        other = ControlServer(state, {"echo": echo})
        await other.open()
        await server.close()
        assert await asked(state, "echo") == {"said": {}}
        await other.close()

    async def test_one_that_was_never_opened_can_be_closed(self, state: Path) -> None:
        await ControlServer(state, {}).close()

    async def test_a_directory_that_is_none_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ControlProblem, match="no server is running"):
            await asked(tmp_path / "nowhere", "echo")

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [(b"what?\n", "gives no answer"), (b"", "gives no answer"), (b'{"version": 2}\n', "another version")],
    )
    async def test_a_socket_that_answers_something_else_is_told(
        self, state: Path, line: bytes, sentence: str
    ) -> None:
        with short_path(state) as path, socket.socket(socket.AF_UNIX) as strange:
            strange.bind(path)
            strange.listen()
            asking = asyncio.create_task(asked(state, "echo"))
            connection, _ = await asyncio.to_thread(strange.accept)
            with connection:
                connection.recv(LONGEST_REQUEST)
                connection.sendall(line)
                connection.shutdown(socket.SHUT_WR)
                with pytest.raises(ControlProblem, match=sentence):
                    await asking

    async def test_a_state_directory_that_is_a_file_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "state").write_text("no directory")
        with pytest.raises(ControlProblem, match="Not a directory"):
            await asked(tmp_path / "state", "echo")


def test_where_no_server_is_named_the_running_demonstration_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless one of one's own runs here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    assert usual_state() == STATE
    demo_state().mkdir(parents=True)
    (demo_state() / SOCKET).touch()
    assert usual_state() == demo_state()
    (tmp_path / STATE).mkdir()
    (tmp_path / STATE / SOCKET).touch()
    assert usual_state() == STATE
