"""How a facility tells the library's system what it did; the rule: the same bytes, until there is an answer.

A connection that fails, a status other than 200, an answer that is no NCIP, and Temporary Processing Failure
are tried again, ever more slowly; anything else is the answer.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

import aiohttp
from msgspec import Struct

from conformance.wire.ncip import Reply, read

RETRY: Final = "Temporary Processing Failure"
_HEADERS: Final = {"Content-Type": 'application/xml; charset="utf-8"'}


class UnheardError(Exception):
    """Nobody took the message, however often it was sent; the text says why."""


class Pace(Struct, frozen=True):
    """Seconds for an answer and until the second try, which double up to a most; and how many tries there
    are, 0: as many as it takes.
    """

    deadline: float = 30.0
    first: float = 1.0
    most: float = 30.0
    tries: int = 0


class Caller:
    """One address, and one message at a time."""

    def __init__(self, url: str, tls: ssl.SSLContext, pace: Pace, say: Callable[[str], None]) -> None:
        self._url = url
        self._tls = tls
        self._pace = pace
        self._say = say
        self._turn = asyncio.Lock()

    async def tell(self, message: bytes) -> Reply:
        """Return the answer. Raises UnheardError if there is none to be had."""
        tries = 0
        async with self._turn, aiohttp.ClientSession(headers=_HEADERS) as session:
            while True:
                tries += 1
                try:
                    return await self._once(session, message)
                except UnheardError as problem:
                    if tries == self._pace.tries:
                        raise
                    pause = min(self._pace.first * 2 ** min(tries - 1, 30), self._pace.most)
                    self._say(f"waiting {pause:g} s: {problem}")
                    await asyncio.sleep(pause)

    async def _once(self, session: aiohttp.ClientSession, message: bytes) -> Reply:
        timeout = aiohttp.ClientTimeout(total=self._pace.deadline)
        try:
            async with session.post(
                self._url, data=message, ssl=self._tls, timeout=timeout, allow_redirects=False
            ) as answer:
                reply = read(await answer.read(), answer.status)
        except TimeoutError as error:
            raise UnheardError(f"no answer within {self._pace.deadline:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise UnheardError(str(error) or type(error).__name__) from error
        if reply.status != 200:
            raise UnheardError(f"HTTP status {reply.status}")
        if reply.unreadable:
            raise UnheardError(reply.unreadable)
        if any(problem.kind == RETRY for problem in reply.problems):
            raise UnheardError(RETRY)
        return reply
