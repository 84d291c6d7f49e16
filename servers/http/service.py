"""The way of a request: is it small enough, who answers it, may it come in, what is the answer.

The rule it keeps: cheap questions first. What can be refused by the head is refused before the body is read.
Closing down is a promise kept: what is in work is answered, whoever asks meanwhile is told to come again, and
only then the silent connections are closed.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import Any

from core.journal import Settled
from servers.configuration.settings import HttpsSettings
from servers.http.application import Application, Found
from servers.http.conversation import Admitted, HttpConversation
from servers.http.exchange import Answering, HttpAnswer, HttpRequest, Later, Route
from servers.http.limits import Full, Gate, Wait, bounds_of
from servers.http.parsing import Head, Heads
from servers.http.reading import body_fault, head_fault
from servers.http.refusals import Refusal, refused, refused_by
from servers.http.sending import compressed
from servers.lines.addresses import holds
from servers.lines.line import Line
from servers.settling import Pending, said

EVERYWHERE = "GET, HEAD, OPTIONS, POST"
"""The methods of the server as a whole, for ``OPTIONS *`` (RFC 9110, 9.3.7)."""


class HttpService:
    """What all HTTP conversations share. ``application`` and ``settings`` may change meanwhile.

    ``in_work`` are the answers that are being made, or wait for something; ``answers`` counts those that
    were, by the path of their route, which is empty for none, and their status. ``heads`` came lately.
    """

    def __init__(self, settings: HttpsSettings, application: Application) -> None:
        self.settings = settings
        self.application = application
        self.draining = False
        self.heads = Heads()
        self.conversations: set[HttpConversation] = set()
        self.in_work: set[asyncio.Future[HttpAnswer]] = set()
        self.answers: Counter[tuple[str, int]] = Counter()
        self._nowhere = Gate()

    def converse(self, line: Line) -> HttpConversation:
        """A conversation on a new line."""
        conversation = HttpConversation(self, line)
        self.conversations.add(conversation)
        return conversation

    def let_go(self, conversation: HttpConversation) -> None:
        """Forget a conversation that has ended."""
        self.conversations.discard(conversation)
        if self.draining:
            self.settle()

    def settle(self) -> None:
        """While closing down: once nobody is owed an answer, close all connections."""
        if not any(conversation.is_asked for conversation in self.conversations):
            for conversation in list(self.conversations):
                conversation.leave()

    async def stop(self) -> None:
        """Give up the answers that nobody can hear any more."""
        for task in self.in_work:
            task.cancel()
        await asyncio.gather(*self.in_work, return_exceptions=True)

    def admit(self, peer: str, source: str, head: Head) -> Admitted | HttpAnswer:
        """Who is to answer, and the request is counted at its gate; or what to say instead."""
        fault = head_fault(head, self.settings)
        if fault is not None:
            return refused(fault)
        found = self.application.find(head.path)
        route = None if found is None else found.route(head.method)
        if found is None or route is None:
            return self._without_route(source, head, found)
        if self.draining and not route.draining:
            return refused_by(route, Refusal.DRAINING)
        if route.allow is not None and not holds(route.allow, peer):
            return refused(Refusal.NOT_ALLOWED)
        fault = body_fault(head, route)
        if fault is Refusal.MEDIA_TYPE:
            return refused(fault, Accept=", ".join(sorted(route.takes)))
        if fault is not None:
            return refused(fault)
        wait = route.gate.enter(source, route.bounds, time.monotonic())
        return Admitted(route, found.names) if wait is None else _come_again(wait, route)

    def ask(self, route: Route, asked: HttpRequest) -> HttpAnswer | asyncio.Future[HttpAnswer]:
        """Let a front answer. It does so at once, or later, unless that is cancelled. May raise anything."""
        answer = route.handler(asked)
        if isinstance(answer, HttpAnswer):
            answer = self._shortened(answer, asked)
            if isinstance(answer, HttpAnswer):
                return answer
        later: asyncio.Future[HttpAnswer]
        if isinstance(answer, Pending):
            later = asyncio.get_running_loop().create_future()
            answer.unit.then(partial(self._settled, answer, asked, later))
        else:
            later = asyncio.create_task(self._answer(answer, asked))
        self.in_work.add(later)
        return later

    def _settled(
        self,
        pending: Pending[HttpAnswer],
        asked: HttpRequest,
        later: asyncio.Future[HttpAnswer],
        how: Settled,
    ) -> None:
        """What an answer tells is durable, or will never be."""
        if later.done():  # it took too long
            return
        try:
            answer: Answering = pending.say(how)
        except Exception as error:  # a mistake of ours: it comes to the same as one in a task
            later.set_exception(error)
            return
        if isinstance(answer, HttpAnswer):
            answer = self._shortened(answer, asked)
        if isinstance(answer, HttpAnswer):
            later.set_result(answer)
        else:
            task = asyncio.create_task(self._answer(answer, asked))
            self.in_work.add(task)
            task.add_done_callback(partial(self._hand_on, later))

    def _hand_on(self, later: asyncio.Future[HttpAnswer], task: asyncio.Task[HttpAnswer]) -> None:
        """What the task has come to is the answer that is waited for, if it still is."""
        self.in_work.discard(task)
        if later.done():
            return
        if task.cancelled():
            later.cancel()
        elif (error := task.exception()) is not None:
            later.set_exception(error)
        else:
            later.set_result(task.result())

    async def _answer(self, later: Later, asked: HttpRequest) -> HttpAnswer:
        answer = self._shortened(await (said(later) if isinstance(later, Pending) else later), asked)
        return answer if isinstance(answer, HttpAnswer) else await answer

    def _shortened(
        self, answer: HttpAnswer, asked: HttpRequest
    ) -> HttpAnswer | Coroutine[Any, Any, HttpAnswer]:
        if len(answer.body) < self.settings.compress_from:
            return answer
        return compressed(answer, asked.headers.get("Accept-Encoding", ""))

    def _without_route(self, source: str, head: Head, found: Found | None) -> HttpAnswer:
        """No front is asked: 404, 405, or the methods for OPTIONS."""
        if self.draining:
            return refused(Refusal.DRAINING)
        wait = self._nowhere.enter(source, bounds_of(self.settings), time.monotonic())
        if wait is not None:
            return _come_again(wait)
        self._nowhere.leave(source)
        is_question = head.method == "OPTIONS"
        if found is None and not (is_question and head.path == "*"):
            return refused(Refusal.NOTHING_HERE)
        allowed = EVERYWHERE if found is None else found.allowed
        if is_question:
            return HttpAnswer(b"", status=HTTPStatus.NO_CONTENT, headers={"Allow": allowed})
        return refused(Refusal.METHOD, Allow=allowed)


def _come_again(wait: Wait, route: Route | None = None) -> HttpAnswer:
    refusal, seconds = Refusal.BUSY if wait.full is Full.IN_ALL else Refusal.TOO_OFTEN, ceil(wait.seconds)
    if route is None:
        return refused(refusal, Retry_After=str(seconds))
    return refused_by(route, refusal, Retry_After=str(seconds))
