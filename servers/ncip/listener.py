"""NCIP straight over TCP: bare XML both ways on a line, a message ending where its element does.

The rule it keeps: one message at a time (Z39.83, the rule of states). Who sends the next before the answer is
told so once it has that answer, and the line ends. It ends, too, behind what is no XML, where nobody can say
where the next message would begin.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from time import perf_counter
from typing import Final

from protocols.ncip.errors import RemoteError
from protocols.ncip.framing import Framer
from protocols.ncip.problems import ProblemType
from servers.configuration.settings import NcipTcpSettings
from servers.lines.line import Line
from servers.lines.tls import PeerIdentity, TlsProblem, peer_identity
from servers.log import get_logger
from servers.ncip.responder import Asked, NcipResponder, Telling, Told
from servers.settling import Pending, said

log = get_logger(__name__)

TWO_AT_ONCE: Final = "a message came before the answer to the one before it; send one at a time"
NOT_WHOLE: Final = "the message was not whole in time; it ends with </NCIPMessage>"


class NcipTcpService:
    """What all NCIP conversations of a server share."""

    def __init__(self, settings: NcipTcpSettings, responder: NcipResponder) -> None:
        self.settings = settings
        self.responder = responder
        self.tasks: set[asyncio.Task[None]] = set()

    def converse(self, line: Line) -> NcipConversation:
        """A conversation on a new line."""
        return NcipConversation(self, line)


class NcipConversation:
    """One partner's machine on one line. See `servers.lines.line.Conversation`."""

    def __init__(self, service: NcipTcpService, line: Line) -> None:
        self._service = service
        self._line = line
        self._framer = Framer(service.settings.message_limit)
        self._begun = 0.0
        self._asked: Asked | None = None
        self._unwelcome = 0
        self._mid_message = False
        self._over = False
        line.within(service.settings.idle_limit)

    # servers.lines.line.Conversation

    def received(self, data: bytes) -> None:
        """Take in what came; a message that is whole is answered."""
        if self._over:
            return
        self._framer.feed(data)
        if self._asked is None:
            self._listen()
        elif len(self._framer):
            self._line.hold(True)  # it is told once it has its answer

    def overdue(self) -> None:
        """The peer has said nothing, or nothing whole, or had no answer, in time."""
        log.info("ncip-overdue", peer=self._line.peer, mid_message=self._mid_message)
        if self._asked is not None:
            self._say(self._service.responder.later(self._asked))
        elif self._mid_message:
            self._say(self._refused(ProblemType.INVALID_MESSAGE_SYNTAX_ERROR, NOT_WHOLE))
        self._over, self._asked = True, None

    def renew(self) -> None:
        """Every message is judged by the settings of its time."""

    def drain(self) -> None:
        """Close as soon as what was asked is answered."""
        self._over = True
        if self._asked is None:
            self._line.close()

    def ended(self) -> None:
        """The line is gone. What is being recorded stays recorded."""
        self._over, self._asked = True, None

    # Messages

    def _listen(self) -> None:
        """Answer the next message if it is whole; else see to it that it will be in time."""
        try:
            message = self._framer.next()
        except RemoteError as error:
            self._end(self._service.responder.refuse(error))
            return
        if message is not None:
            self._answer(message)
        elif len(self._framer) and not self._mid_message:
            self._mid_message, self._begun = True, perf_counter()
            self._line.within(self._service.settings.message_deadline)

    def _answer(self, message: bytes) -> None:
        self._mid_message, self._begun = False, perf_counter()
        self._asked = asked = Asked(message, self._line.peer, identity=self._identity)
        self._line.within(self._service.settings.answer_deadline)
        telling = self._service.responder.respond(asked)
        if isinstance(telling, Told):
            self._tell(asked, telling)
            return
        task = asyncio.get_running_loop().create_task(self._respond(asked, telling))
        self._service.tasks.add(task)
        task.add_done_callback(self._service.tasks.discard)

    async def _respond(self, asked: Asked, telling: Telling) -> None:
        try:
            told = await (said(telling) if isinstance(telling, Told | Pending) else telling)
        except BaseException:
            self._line.abort()  # its answer will never come
            raise
        self._tell(asked, told)

    def _tell(self, asked: Asked, told: Told) -> None:
        if self._asked is asked:  # else the line has ended, or its time was over
            self._say(told)
            self._asked = None
            self._go_on(told.is_welcome)

    def _go_on(self, was_welcome: bool) -> None:
        """Wait for the next message, unless there is something against it."""
        settings = self._service.settings
        self._unwelcome = 0 if was_welcome else self._unwelcome + 1
        if len(self._framer):
            self._end(self._refused(ProblemType.PROTOCOL_ERROR, TWO_AT_ONCE))
        elif self._over or self._unwelcome >= settings.unwelcome_messages:
            self._over = True
            self._line.close()
        else:
            self._line.within(settings.idle_limit)

    def _refused(self, kind: ProblemType, detail: str) -> Told:
        return self._service.responder.refuse(RemoteError(kind, detail))

    def _end(self, told: Told) -> None:
        """Say the last word."""
        self._over = True
        self._say(told)
        self._line.close()

    def _say(self, told: Told) -> None:
        """Send an answer; a message is one line in the log."""
        self._line.write(told.body)
        ms = round((perf_counter() - self._begun) * 1000, 1)
        log.info("ncip-request", peer=self._line.peer, ms=ms, bytes=len(told.body), **told.fields)

    @cached_property
    def _identity(self) -> PeerIdentity | None:
        """Who the peer proved to be, or for whom a balancer vouches."""
        line = self._line
        if line.vouched:
            return PeerIdentity(line.vouched, (), "")
        try:
            return None if line.ssl_object is None else peer_identity(line.ssl_object)
        except TlsProblem:
            log.warning("ncip-certificate-unreadable", peer=line.peer)
            return None
