"""A line without a socket: what a conversation writes and asks of it is kept, and a test speaks through it.

line = FakeLine()
line.connect(service.converse)
line.say(b"9300CNuser|COword|")      a message and its end reach the conversation
await line.hears(2)                   the next two answers, as soon as they have been written
line.lose()                           the peer is gone
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

from servers.lines.line import Conversation, Line


class FakeLine:
    """Stands in for a line of a listener. ``held``, ``closed`` and ``limit`` are what was last asked for."""

    def __init__(
        self, ssl_object: ssl.SSLObject | None = None, peer: str = "192.0.2.7", vouched: str = ""
    ) -> None:
        self.ssl_object = ssl_object
        self.peer = peer
        self.vouched = vouched
        self.held = False
        self.closed = False
        self.aborted = False
        self.limits: list[float] = []
        self.written = bytearray()
        self._heard = 0
        self._wrote = asyncio.Event()
        self._conversation: Conversation | None = None

    def connect(self, converse: Callable[[Line], Conversation]) -> FakeLine:
        """Begin the conversation."""
        self._conversation = converse(cast("Line", self))
        return self

    # What the conversation may do

    def within(self, seconds: float) -> None:
        """Keep the limit."""
        self.limits.append(seconds)

    def write(self, data: bytes) -> None:
        """Keep the bytes, as long as there is somebody to read them."""
        if not self.closed:
            self.written += data
            self._wrote.set()

    def hold(self, held: bool) -> None:
        """Keep whether to read."""
        self.held = held

    def close(self) -> None:
        """Take nothing more."""
        self.closed = True

    def abort(self) -> None:
        """Take nothing more."""
        self.aborted = self.closed = True

    # What a test may do

    @property
    def conversation(self) -> Conversation:
        """The conversation that `connect` began."""
        assert self._conversation is not None, "nobody is connected"
        return self._conversation

    @property
    def limit(self) -> float:
        """The seconds last given to `within`."""
        return self.limits[-1]

    @property
    def unheard(self) -> list[bytes]:
        """Answers nobody has listened to yet, without their ends."""
        return bytes(self.written).split(b"\r")[self._heard : -1]

    def say(self, *messages: bytes) -> None:
        """Let messages arrive in one piece, each with its end."""
        self.conversation.received(b"".join(message + b"\r" for message in messages))

    async def hears(self, answers: int = 1) -> list[bytes]:
        """The next answers, all that have come; fails if there are more or fewer than ``answers``."""
        async with asyncio.timeout(10):
            while len(self.unheard) < answers:
                self._wrote.clear()
                await self._wrote.wait()
        heard = self.unheard
        assert len(heard) == answers, heard
        self._heard += len(heard)
        return heard

    def lose(self) -> None:
        """Let the peer be gone."""
        self.closed = True
        self.conversation.ended()
