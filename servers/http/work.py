"""An answer that is being made: it is there at once, comes out of a coroutine, or may go once something is
durable.

The rule it keeps: whoever waits hears of the end once, whichever it is, and work that was given up has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from core.journal import Settled
from servers.http.exchange import Answering, HttpAnswer
from servers.http.sending import compressed
from servers.settling import Pending


class Work:
    """The making of one answer, which is compressed from so many bytes on if the ``headers`` of the request
    let it. ``outcome`` is the answer or what went wrong, a CancelledError if it was given up; None at first.
    """

    __slots__ = ("_compress_from", "_headers", "_pending", "_task", "_tell", "outcome")

    def __init__(self, headers: Mapping[str, str], compress_from: int) -> None:
        self._headers = headers
        self._compress_from = compress_from
        self._tell: Callable[[Work], None] | None = None
        self._pending: Pending[HttpAnswer] | None = None
        self._task: asyncio.Task[HttpAnswer] | None = None
        self.outcome: HttpAnswer | BaseException | None = None

    @classmethod
    def done(cls, answer: HttpAnswer) -> Work:
        """Work that has ended."""
        work = cls({}, 0)
        work.outcome = answer
        return work

    def go_on(self, answer: Answering) -> None:
        """This is the answer, or how it comes to be."""
        if isinstance(answer, HttpAnswer):
            if len(answer.body) < self._compress_from:
                self._end(answer)
                return
            answer = compressed(answer, self._headers.get("Accept-Encoding", ""))
        if isinstance(answer, Pending):
            self._pending = answer
            answer.unit.then(self._settled)
        elif isinstance(answer, HttpAnswer):
            self._end(answer)
        else:
            self._task = asyncio.create_task(answer)
            self._task.add_done_callback(self._returned)

    def then(self, tell: Callable[[Work], None]) -> None:
        """Call back at the end, which has not come."""
        self._tell = tell

    def cancel(self) -> None:
        """Give it up, if it has not ended. A coroutine may take its time to."""
        if self._task is not None:
            self._task.cancel()
        elif self.outcome is None:
            self._end(asyncio.CancelledError())

    async def ended(self) -> None:
        """Return when it has."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _returned(self, task: asyncio.Task[HttpAnswer]) -> None:
        self._task = None
        if task.cancelled():
            self._end(asyncio.CancelledError())
        elif (error := task.exception()) is not None:
            self._end(error)
        else:
            self.go_on(task.result())

    def _settled(self, how: Settled) -> None:
        """What the answer tells is durable, or will never be."""
        if self.outcome is not None:  # it took too long
            return
        assert self._pending is not None, "it was waited for"
        try:
            answer = self._pending.said(how)
        except Exception as error:  # a mistake of ours: it comes to the same as one in a task
            self._end(error)
        else:
            self.go_on(answer)

    def _end(self, outcome: HttpAnswer | BaseException) -> None:
        self.outcome = outcome
        if self._tell is not None:
            self._tell(self)
