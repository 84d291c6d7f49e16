"""The way of a request: is it small enough, who answers it, may it come in, what is the answer.

The rule it keeps: cheap questions first. What can be refused by the head is refused before the body is read.
Closing down is a promise kept: what is in work is answered, whoever asks meanwhile is told to come again, and
only then the silent connections are closed.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from http import HTTPStatus
from math import ceil

from servers.configuration.settings import HttpsSettings
from servers.http.application import Application, Found
from servers.http.conversation import Admitted, HttpConversation
from servers.http.exchange import HttpAnswer, HttpRequest, Route
from servers.http.limits import Full, Gate, Wait, bounds_of
from servers.http.parsing import MOST, Head, Heads
from servers.http.reading import body_fault, head_fault
from servers.http.refusals import Refusal, refused, refused_by
from servers.http.work import Work
from servers.lines.addresses import holds
from servers.lines.line import Line

EVERYWHERE = "GET, HEAD, OPTIONS, POST"
"""The methods of the server as a whole, for ``OPTIONS *`` (RFC 9110, 9.3.7)."""


class HttpService:
    """What all HTTP conversations share. ``application`` and ``settings`` may change meanwhile (`take_on`).

    ``in_work`` are the answers that are being made, or wait for something; ``answers`` counts those that
    were, by the path of their route, which is empty for none, and their status. ``heads`` came lately.
    """

    def __init__(self, settings: HttpsSettings, application: Application) -> None:
        self.settings = settings
        self.application = application
        self.draining = False
        self.heads = Heads()
        self.conversations: set[HttpConversation] = set()
        self.in_work: set[Work] = set()
        self.answers: Counter[tuple[str, int]] = Counter()
        self._nowhere = Gate()
        self._ways: dict[Head, Admitted] = {}

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
        given_up = list(self.in_work)
        for work in given_up:
            work.cancel()
        await asyncio.gather(*[work.ended() for work in given_up])

    def take_on(self, settings: HttpsSettings, application: Application) -> None:
        """Go on by these, from the next request on."""
        self.settings = settings
        self.application = application
        self._ways.clear()

    def admit(self, peer: str, source: str, head: Head, *, is_known: bool = False) -> Admitted | HttpAnswer:
        """Who is to answer, and the request is counted at its gate; or what to say instead. A head that
        ``is_known`` will come again, so what it leads to is remembered.
        """
        known = self._ways.get(head)
        way = self._way(source, head) if known is None else known
        if isinstance(way, HttpAnswer):
            return way
        route = way.route
        if self.draining and not route.draining:
            return refused_by(route, Refusal.DRAINING)
        if route.allow is not None and not holds(route.allow, peer):
            return refused(Refusal.NOT_ALLOWED)
        if known is None:
            fault = body_fault(head, route)
            if fault is Refusal.MEDIA_TYPE:
                return refused(fault, Accept=", ".join(sorted(route.takes)))
            if fault is not None:
                return refused(fault)
            if is_known:
                self._remember(head, way)
        wait = route.gate.enter(source, route.bounds, time.monotonic())
        return way if wait is None else _come_again(wait, route)

    def _way(self, source: str, head: Head) -> Admitted | HttpAnswer:
        """Who answers what begins so; or what to say instead."""
        fault = head_fault(head, self.settings)
        if fault is not None:
            return refused(fault)
        found = self.application.find(head.path)
        route = None if found is None else found.route(head.method)
        if found is None or route is None:
            return self._without_route(source, head, found)
        return Admitted(route, found.names)

    def _remember(self, head: Head, way: Admitted) -> None:
        if len(self._ways) == MOST:
            self._ways.clear()
        self._ways[head] = way

    def ask(self, route: Route, asked: HttpRequest) -> HttpAnswer | Work:
        """Let a front answer. It does so at once, or later, unless that is cancelled. May raise anything."""
        answer, compress_from = route.handler(asked), self.settings.compress_from
        if isinstance(answer, HttpAnswer) and len(answer.body) < compress_from:
            return answer
        work = Work(asked.headers, compress_from)
        work.go_on(answer)
        match work.outcome:
            case None:
                self.in_work.add(work)
                return work
            case HttpAnswer() as made:
                return made
            case error:
                raise error

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
