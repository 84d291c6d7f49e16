"""The way of a request: is it small enough, who answers it, may it come in, is its body good, what is the
answer.

The rule it keeps: cheap questions first. What can be refused by the head is refused before the body is read,
and what was refused with a body still to come ends the connection.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from math import ceil

from aiohttp import web

from servers.configuration.settings import HttpsSettings
from servers.http.application import Application, Found
from servers.http.exchange import HttpAnswer, HttpRequest, Route
from servers.http.limits import Full, Gate, Wait, bounds_of
from servers.http.line import HttpLine
from servers.http.reading import body_fault, body_of, head_fault
from servers.http.refusals import Refusal, refused
from servers.http.sending import response_of
from servers.lines.addresses import holds

EVERYWHERE = "GET, HEAD, OPTIONS, POST"
"""The methods of the server as a whole, for ``OPTIONS *`` (RFC 9110, 9.3.7)."""


class HttpService:
    """Answers the requests of all connections. ``application`` and ``settings`` may change meanwhile.

    ``in_work`` are the requests that are being answered, by the task that does it.
    """

    def __init__(self, settings: HttpsSettings, application: Application) -> None:
        self.settings = settings
        self.application = application
        self.draining = False
        self.in_work: dict[asyncio.Task[object], HttpLine] = {}
        self._nowhere = Gate()

    async def respond(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request. aiohttp calls this once its head is there."""
        line, task = request.protocol, asyncio.current_task()
        assert isinstance(line, HttpLine), "there are no other connections"
        assert task is not None, "aiohttp runs this in a task"
        line.begin()
        self.in_work[task] = line
        try:
            answer = await self._answer(line, request)
        finally:
            del self.in_work[task]
        line.told = answer.told
        accepted = request.headers.get("Accept-Encoding", "")
        response = response_of(answer, accepted, self.settings.compress_from)
        if self.draining or line.is_last or _must_close(request):
            response.force_close()
        return response

    async def _answer(self, line: HttpLine, request: web.BaseRequest) -> HttpAnswer:
        fault = head_fault(request, self.settings)
        if fault is not None:
            return refused(fault)
        found = self.application.find(request.rel_url.raw_path)
        route = None if found is None else found.route(request.method)
        if found is None or route is None:
            return self._without_route(line, request, found)
        line.route = route
        if self.draining and not route.draining:
            return refused(Refusal.DRAINING)
        if route.allow is not None and not holds(route.allow, line.peer.host):
            return refused(Refusal.NOT_ALLOWED)
        fault = body_fault(request, route)
        if fault is Refusal.MEDIA_TYPE:
            return refused(fault, Accept=", ".join(sorted(route.takes)))
        if fault is not None:
            return refused(fault)
        return await self._at_gate(line, request, route, found)

    def _without_route(self, line: HttpLine, request: web.BaseRequest, found: Found | None) -> HttpAnswer:
        """No front is asked: 404, 405, or the methods for OPTIONS."""
        if self.draining:
            return refused(Refusal.DRAINING)
        wait = self._nowhere.enter(line.source, bounds_of(self.settings), asyncio.get_running_loop().time())
        if wait is not None:
            return _come_again(wait)
        self._nowhere.leave(line.source)
        is_question = request.method == "OPTIONS"
        if found is None and not (is_question and request.rel_url.raw_path == "*"):
            return refused(Refusal.NOTHING_HERE)
        allowed = EVERYWHERE if found is None else found.allowed
        if is_question:
            return HttpAnswer(b"", status=HTTPStatus.NO_CONTENT, headers={"Allow": allowed})
        return refused(Refusal.METHOD, Allow=allowed)

    async def _at_gate(
        self, line: HttpLine, request: web.BaseRequest, route: Route, found: Found
    ) -> HttpAnswer:
        wait = route.gate.enter(line.source, route.bounds, asyncio.get_running_loop().time())
        if wait is not None:
            return _come_again(wait)
        try:
            body = await body_of(request, route.body, self.settings.body_deadline)
            if isinstance(body, Refusal):
                return refused(body)
            asked = HttpRequest(
                method=route.method,
                path=request.path,
                names=found.names,
                query=request.rel_url.raw_query_string,
                headers=request.headers,
                body=body,
                peer=line.peer.host,
                identity=line.identity,
            )
            return await _in_time(route, asked)
        finally:
            route.gate.leave(line.source)


def _must_close(request: web.BaseRequest) -> bool:
    """Whether nobody can say where the next request begins: a body is not read to its end, or the client has
    asked for another protocol, which might begin any moment (RFC 9110, 7.8 and 9.3.6).
    """
    return not request.content.is_eof() or "Upgrade" in request.headers or request.method == "CONNECT"


async def _in_time(route: Route, asked: HttpRequest) -> HttpAnswer:
    """The answer of the front, unless it takes too long."""
    deadline = asyncio.timeout(route.bounds.deadline)
    try:
        async with deadline:
            return await route.handler(asked)
    except TimeoutError:
        if not deadline.expired():
            raise
        return refused(Refusal.SLOW_ANSWER)


def _come_again(wait: Wait) -> HttpAnswer:
    refusal = Refusal.BUSY if wait.full is Full.IN_ALL else Refusal.TOO_OFTEN
    return refused(refusal, Retry_After=str(ceil(wait.seconds)))
