"""HTTP on a line: requests are read, answered one after the other, and every state has its moment of end.

The rule it keeps: the head of a request must be whole in time, counted from its first byte and not renewed by
drips; so must a body, an answer, and a silence end. What a peer did not say in HTTP is answered in our own
words: nothing of what it sent comes back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Final, NamedTuple

from servers.configuration.settings import LogLevel
from servers.http.exchange import HttpAnswer, HttpRequest, Route
from servers.http.parsing import Event, Head, Mark, RequestReader, Whole
from servers.http.refusals import WORDS, Refusal, last_word, refused, refused_by
from servers.http.sending import response
from servers.http.work import Work
from servers.lines.addresses import source
from servers.lines.line import Line
from servers.lines.tls import PeerIdentity, TlsProblem, peer_identity
from servers.log import get_logger, is_held_back

if TYPE_CHECKING:
    from servers.http.service import HttpService

log = get_logger(__name__)

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
"""What whoever wants to hear first that its body is welcome is told (RFC 9110, 10.1.1)."""

ANSWERED: Final = "https-request"
"""The event in the log."""

LINGER: Final = 5.0
"""Seconds in which a client may end what it was sending when it was refused."""


class Stage(Enum):
    """Where a connection is: between two requests, in a head, in a body, before an answer; past its last
    answer while the peer still sends, and at its end.
    """

    IDLE = 0
    HEAD = 1
    BODY = 2
    IN_WORK = 3
    LINGERING = 4
    OVER = 5


READING: Final = (Stage.IDLE, Stage.HEAD, Stage.BODY)
"""Where what comes is looked at, as soon as it comes."""


class Admitted(NamedTuple):
    """A request that may come in: who answers it, and what stands in its path where the route has names."""

    route: Route
    names: Mapping[str, str]


class HttpConversation:
    """One client on one line. See `servers.lines.line.Conversation`."""

    def __init__(self, service: HttpService, line: Line) -> None:
        self._service = service
        self._line = line
        self._reader = RequestReader(service.heads)
        self._events: deque[Event] = deque()
        self._left = service.settings.requests_per_connection
        self._head: Head | None = None
        self._admitted: Admitted | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._begun = 0.0
        self._later: Work | None = None
        self.source = source(line.peer)
        self.stage = Stage.IDLE
        line.within(service.settings.head_deadline)

    @property
    def peer(self) -> str:
        """The address of the client, or of whom a balancer calls for."""
        return self._line.peer

    @property
    def is_asked(self) -> bool:
        """Whether an answer is owed."""
        return self.stage is Stage.BODY or self.stage is Stage.IN_WORK

    @cached_property
    def identity(self) -> PeerIdentity | None:
        """Who the client proved to be, or for whom a balancer vouches."""
        line = self._line
        if line.vouched:
            return PeerIdentity(line.vouched, (), "")
        try:
            return None if line.ssl_object is None else peer_identity(line.ssl_object)
        except TlsProblem:
            log.warning("https-certificate-unreadable", peer=line.peer)
            return None

    # servers.lines.line.Conversation

    def received(self, data: bytes) -> None:
        """Take in what came, and answer what is whole."""
        if self.stage is Stage.OVER:
            return
        whole = self._reader.whole(data) if self.stage is Stage.IDLE else None
        if whole is not None:
            self._take_whole(whole)
            return
        events = self._reader.feed(data)
        if self.stage is Stage.LINGERING:
            if Mark.END in events:
                self.leave()
            return
        if self.stage is Stage.IDLE and not events:
            self._await_head()
        self._events.extend(events)
        self._work()

    def overdue(self) -> None:
        """What had to happen has not, in time. The line closes after this."""
        self._left = 0
        match self.stage:
            case Stage.HEAD:
                self._refuse_unread(Refusal.SLOW_HEAD)
            case Stage.BODY:
                self._answer(refused(Refusal.SLOW_BODY))
            case Stage.IN_WORK:
                assert self._later is not None, "somebody answers"
                assert self._admitted is not None, "it was let in"
                given_up, self._later = self._later, None
                given_up.cancel()
                self._answer(refused_by(self._admitted.route, Refusal.SLOW_ANSWER))
        self.stage = Stage.OVER

    def renew(self) -> None:
        """Every request is answered by the settings of its time."""

    def drain(self) -> None:
        """The service closes all lines together, once what is in work is answered."""

    def leave(self) -> None:
        """Close between two requests."""
        self.stage = Stage.OVER
        self._line.close()

    def ended(self) -> None:
        """The line is gone. What is being answered goes on: what it records stays recorded."""
        if self.stage is Stage.BODY:
            self._answer(refused(Refusal.BROKEN_BODY))
        self.stage = Stage.OVER
        self._service.let_go(self)

    # Requests

    def _work(self) -> None:
        """Go through what came, up to where something must be waited for."""
        events = self._events
        while events and self.stage in READING:
            self._take(events.popleft())
        if self.stage is Stage.IDLE and self._reader.pending:
            self._await_head()
        if self.stage is Stage.HEAD and self._reader.pending > self._service.settings.head_limit:
            self._refuse_unread(Refusal.LONG_HEAD)
        self._line.hold(self.stage is Stage.IN_WORK and bool(events))

    def _await_head(self) -> None:
        """A head has begun. The time for the first one runs from when the connection was made."""
        self.stage = Stage.HEAD
        if self._head is not None:
            self._line.within(self._service.settings.head_deadline)

    def _take(self, event: Event) -> None:
        match event:
            case Head():
                self._body, self._size = [], 0
                refusal = self._begin(event)
                if refusal is not None:
                    self._answer(refusal)
                elif Mark.END not in self._events:
                    self._await_body(event)
            case bytes():
                self._grow(event)
            case Mark.END:
                self._ask(b"".join(self._body))
            case _ if self.stage is Stage.BODY:
                self._answer(refused(event))
            case _:
                self._refuse_unread(event)

    def _take_whole(self, whole: Whole) -> None:
        """All of a request has come, and nothing else."""
        head, body = whole
        refusal = self._begin(head, is_known=True)
        if refusal is None:
            self._ask(body)
        else:
            self._events.append(Mark.END)
            self._answer(refusal)

    def _begin(self, head: Head, *, is_known: bool = False) -> HttpAnswer | None:
        """See whether the request may come in; its body is read only then."""
        self.stage, self._head, self._admitted = Stage.BODY, head, None
        self._begun, self._left = perf_counter(), self._left - 1
        admitted = self._service.admit(self.peer, self.source, head, is_known=is_known)
        if isinstance(admitted, HttpAnswer):
            return admitted
        self._admitted = admitted
        return None

    def _await_body(self, head: Head) -> None:
        """More will come, once who sends it has heard that it may."""
        self._line.within(self._service.settings.body_deadline)
        if head.expects and head.version == "1.1" and not self._events:
            self._line.write(CONTINUE)

    def _grow(self, piece: bytes) -> None:
        assert self._admitted is not None, "bodies are read of those who are let in"
        self._body.append(piece)
        self._size += len(piece)
        if self._size > self._admitted.route.body:
            self._answer(refused(Refusal.LONG_BODY))

    def _ask(self, body: bytes) -> None:
        """The request is whole: let it be answered."""
        assert self._head is not None, "a request has a head"
        assert self._admitted is not None, "only who is let in gets this far"
        head, (route, names) = self._head, self._admitted
        self.stage = Stage.IN_WORK
        asked = HttpRequest(
            route.method, head.name, names, head.query, head.headers, body, self.peer, self.identity
        )
        try:
            answer = self._service.ask(route, asked)
        except Exception as error:  # a mistake of ours: it comes to the same as one that is made later
            answer = self._failed(route, error)
        if isinstance(answer, Work):
            self._later = answer
            answer.then(self._made)
        elif not self._events:
            route.gate.leave(self.source)
            self._answer(answer)
            return
        else:  # who sends many requests at once has no more than one of them answered in a turn of the loop
            self._later = Work.done(answer)
            asyncio.get_running_loop().call_soon(self._made, self._later)
        self._line.within(route.bounds.deadline)

    def _made(self, work: Work) -> None:
        """Some time later there is an answer: say it, if it is still waited for, and go on. Whoever made it
        has others to tell, so a mistake of ours ends this line and nothing else.
        """
        assert self._admitted is not None, "it was asked for"
        route = self._admitted.route
        route.gate.leave(self.source)
        self._service.in_work.discard(work)
        outcome = work.outcome
        if work is not self._later or isinstance(outcome, asyncio.CancelledError):
            return
        self._later = None
        try:
            self._answer(outcome if isinstance(outcome, HttpAnswer) else self._failed(route, outcome))
            if self._events or self._reader.pending:
                self._work()
        except Exception as error:  # a mistake of ours
            self._failed(route, error)
            self._line.abort()

    def _failed(self, route: Route, error: BaseException | None) -> HttpAnswer:
        """What is said in place of a mistake of ours."""
        log.error("https-failed", path=route.path, peer=self.peer, exc_info=error)
        return refused(Refusal.FAILED)

    def _answer(self, answer: HttpAnswer) -> None:
        """Answer the request in hand, and close unless it is beyond doubt where the next one begins."""
        head, service, is_whole = self._head, self._service, True
        assert head is not None, "something is answered"
        if self.stage is Stage.BODY:
            if self._admitted is not None:
                self._admitted.route.gate.leave(self.source)
            is_whole = self._skip()
        closes = not (is_whole and head.may_stay and self._left > 0) or service.draining
        self._line.write(response(answer, head, closes=closes))
        self._tell(head, answer)
        if self.stage is Stage.OVER:
            return
        if not closes:
            self.stage = Stage.IDLE
            self._line.within(service.settings.idle_limit)
        elif is_whole or self._reader.is_over:
            self.leave()
        else:  # a reset while the client still sends could take the answer from it
            self.stage = Stage.LINGERING
            self._line.within(LINGER)
        if service.draining:
            service.settle()

    def _skip(self) -> bool:
        """Leave out what came of the body; whether that was all of it."""
        while self._events:
            event = self._events.popleft()
            if type(event) is not bytes:
                return event is Mark.END
        return False

    def _tell(self, head: Head, answer: HttpAnswer) -> None:
        """A request is one line in the log, whether somebody is still there to hear the answer or not."""
        route = None if self._admitted is None else self._admitted.route
        self._service.answers["" if route is None else route.path, answer.status] += 1
        if is_held_back(ANSWERED):
            return
        tell = log.debug if route is not None and route.level is LogLevel.DEBUG else log.info
        tell(
            ANSWERED,
            method=head.method,
            path=head.path,
            status=int(answer.status),
            ms=round((perf_counter() - self._begun) * 1000, 1),
            bytes=len(answer.body),
            peer=self.peer,
            **answer.told,
        )

    def _refuse_unread(self, refusal: Refusal) -> None:
        """Answer what has not become a request."""
        log.info("https-refused", refused=refusal, peer=self.peer)
        self._service.answers["", WORDS[refusal][0]] += 1
        self._line.write(last_word(refusal))
        self.leave()
