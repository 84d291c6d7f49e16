"""One connection to a server that answers in messages; the rule: every wait has a deadline."""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

_T = TypeVar("_T")
_ENDINGS = b"\r\n"
_END = re.compile(rb"[\r\n]")
_READ_SIZE = 65536
_LONGEST_ANSWER = 4 * 1024 * 1024
_GAP = 0.001  # between the pieces of a message sent in pieces, so that they travel apart


class EndedError(Exception):
    """The server closed the connection, or never took it."""


class LateError(Exception):
    """The server did not answer within the deadline."""


class Line:
    """A connection that sends bytes as told and hands out what comes back, a message at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deadline: float) -> None:
        self._reader = reader
        self._writer = writer
        self._deadline = deadline
        self._buffer = b""

    @classmethod
    async def open(cls, host: str, port: int, tls: ssl.SSLContext | None, deadline: float) -> "Line":
        """Connect. Raises EndedError if that cannot be done, LateError if it takes too long."""
        connecting = asyncio.open_connection(host, port, ssl=tls)
        reader, writer = await _within(deadline, connecting)
        return cls(reader, writer, deadline)

    async def send(self, data: bytes, piece: int = 0) -> None:
        """Send `data`, in pieces of `piece` bytes where that is not 0. Raises EndedError or LateError."""
        step = piece or len(data) or 1
        for at in range(0, len(data), step):
            if at:
                await asyncio.sleep(_GAP)
            self._writer.write(data[at : at + step])
            await _within(self._deadline, self._writer.drain())

    async def answer(self) -> tuple[bytes, bytes]:
        """Return the next message and its terminator; terminators without a message are passed over.

        Raises EndedError if the server closes first, LateError if no whole message comes within the deadline.
        """
        return await _within(self._deadline, self._next())

    async def take(self, length: Callable[[bytes, bool], int]) -> bytes:
        """Return the next message of a protocol that has no terminators.

        `length` is told what there is, and whether nothing more comes; it tells how much is the message,
        0 if more is needed. Raises as `answer` does.
        """
        return await _within(self._deadline, self._whole(length))

    async def _whole(self, length: Callable[[bytes, bool], int]) -> bytes:
        ended: EndedError | None = None
        while not (found := length(self._buffer, ended is not None)):
            if ended is not None:
                raise ended
            try:
                await self._receive()
            except EndedError as error:
                ended = error
        message, self._buffer = self._buffer[:found], self._buffer[found:]
        return message

    async def _next(self) -> tuple[bytes, bytes]:
        while True:
            self._buffer = self._buffer.lstrip(_ENDINGS)
            end = _END.search(self._buffer)
            if end:
                message, self._buffer = self._buffer[: end.start()], self._buffer[end.end() :]
                return message, end[0]
            await self._receive()

    async def _receive(self) -> None:
        data = await self._reader.read(_READ_SIZE)
        if not data:
            raise EndedError("the server closed the connection")
        self._buffer += data
        if len(self._buffer) > _LONGEST_ANSWER:
            raise EndedError(f"the server sent {_LONGEST_ANSWER} bytes without a terminator")

    async def close(self) -> None:
        """Close, whatever state the connection is in."""
        self._writer.close()
        try:
            with suppress(EndedError):
                await _within(self._deadline, self._writer.wait_closed())
        except LateError:
            self._writer.transport.abort()


async def _within(seconds: float, waiting: Awaitable[_T]) -> _T:
    """Await `waiting`. Raises LateError after `seconds`, EndedError where the connection fails."""
    try:
        async with asyncio.timeout(seconds):
            return await waiting
    except TimeoutError as error:
        raise LateError(f"nothing within {seconds:g} seconds") from error
    except OSError as error:
        raise EndedError(str(error)) from error
