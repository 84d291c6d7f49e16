"""The control socket of a running server: what whoever runs it asks of it, from the same machine.

A Unix socket in the state directory; a request is a line of JSON, its answer another. The rule it keeps: only
the server's own user and root are heard, and they cannot strain it either: a line, the time for it, and how
many ask at once are bounded. What can be asked is a table of verbs that `servers.app` puts together.
"""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from servers.log import get_logger

log = get_logger(__name__)

SOCKET: Final = "control.sock"
VERSION: Final = 1
"""What both sides must mean by the lines. It changes when an old client could not understand a new answer."""

LONGEST_REQUEST: Final = 65_536
MOST_AT_ONCE: Final = 16
PATIENCE = 10.0
"""Seconds for a request to be whole."""

ROOT: Final = 0
_PEER: Final = struct.Struct("3i")  # struct ucred of unix(7): process, user, group


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for."""

    verb: str
    arguments: dict[str, Any] = {}
    version: int = VERSION


class Answer(Struct, frozen=True):
    """What came of it. ``problems`` are sentences, and there are none if it went well."""

    answer: dict[str, Any] = {}
    problems: tuple[str, ...] = ()
    version: int = VERSION


class VerbRefused(Exception):
    """A request that cannot be done, in sentences for who asked."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems


Verb = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Does what is asked with these arguments. May raise `VerbRefused`."""


class ControlServer:
    """Listens on the control socket of a state directory, and answers each request by its verb."""

    def __init__(self, state: Path, verbs: Mapping[str, Verb]) -> None:
        self._state = state
        self._verbs = verbs
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._inode = 0
        self._resources = ExitStack()

    async def open(self) -> None:
        """Listen, in place of a server that has left its socket behind. Raises OSError."""
        path = self._resources.enter_context(short_path(self._state))
        with suppress(FileNotFoundError):
            os.unlink(path)
        sock = socket.socket(socket.AF_UNIX)
        # Nobody can connect before it listens, so nobody finds it open to others.
        sock.bind(path)
        os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
        self._inode = os.stat(path).st_ino
        self._server = await asyncio.start_unix_server(self._arrived, sock=sock, limit=LONGEST_REQUEST)

    async def close(self) -> None:
        """Listen no more. The socket goes with us, unless another server has put its own there."""
        if self._server is None:
            return
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        with suppress(FileNotFoundError):
            if (self._state / SOCKET).stat().st_ino == self._inode:
                (self._state / SOCKET).unlink()
        self._resources.close()

    async def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "asyncio runs this in a task"
        self._serving.add(task)
        try:
            if len(self._serving) <= MOST_AT_ONCE and _is_ours(writer.get_extra_info("socket")):
                await self._serve(reader, writer)
        except (TimeoutError, ValueError, ConnectionError):
            pass  # too slow, too long, or gone
        finally:
            self._serving.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(PATIENCE):
                line = await reader.readline()
            if not line.endswith(b"\n"):
                return
            writer.write(msgspec.json.encode(await self._answer(line)) + b"\n")
            await writer.drain()

    async def _answer(self, line: bytes) -> Answer:
        try:
            request = msgspec.json.decode(line, type=Request)
        except msgspec.MsgspecError:
            return Answer(problems=("This is no request.",))
        verb = self._verbs.get(request.verb)
        if request.version != VERSION:
            return Answer(problems=(f"This server speaks version {VERSION} of the control socket.",))
        if verb is None:
            return Answer(problems=(f"There is no such verb; there are {', '.join(sorted(self._verbs))}.",))
        log.info("control", verb=request.verb)
        try:
            return Answer(dict(await verb(request.arguments)))
        except VerbRefused as refused:
            return Answer(problems=refused.problems)


@contextmanager
def short_path(state: Path) -> Iterator[str]:
    """A path to the control socket that is short enough for a Unix socket, however long that of the state
    directory is.
    """
    directory = os.open(state, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{SOCKET}"
    finally:
        os.close(directory)


def _is_ours(sock: socket.socket) -> bool:
    """Whether the other end is run by our user or by root."""
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, user, _ = _PEER.unpack(raw)
    if user in (ROOT, os.geteuid()):
        return True
    log.warning("control-refused", user=user)
    return False
