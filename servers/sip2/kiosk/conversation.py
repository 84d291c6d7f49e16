"""A kiosk's line to the library: it asks until there is an answer, and knows when there will be none.

The rule it keeps: a lost connection is made anew, once, and the same request asked again with the same date,
so that a server which remembers requests does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from protocols.sip2 import messages as m
from servers.calling import ClientProblem
from servers.sip2.client import Sip2Client

A = TypeVar("A", bound=m.FromAcs)


class Offline(Exception):
    """The library cannot be asked now; the sentence says why, as far as it is known."""


class Conversation:
    """Asks over one connection after another. ``connect`` makes one, logged in; it raises `ClientProblem`."""

    def __init__(self, connect: Callable[[], Sip2Client]) -> None:
        self._connect = connect
        self._client = connect()

    def __enter__(self) -> Conversation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, request: m.FromSc, expected: type[A]) -> A:
        """The answer to the request. Raises `Offline` for 98 in its place, and where there is none."""
        try:
            answer = self._answer(request)
        except ClientProblem as problem:
            raise Offline(str(problem)) from problem
        if isinstance(answer, expected):
            return answer
        if isinstance(answer, m.AcsStatus):
            raise Offline(" ".join(answer.screen_message) or "it answers with its status only")
        raise Offline(f"it answered with message {answer.code}, which was not asked for")

    def _answer(self, request: m.FromSc) -> m.Message:
        try:
            return self._client.ask(request)
        except ClientProblem:
            self._client.close()
            self._client = self._connect()
            return self._client.ask(request)
