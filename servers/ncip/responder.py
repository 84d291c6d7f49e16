"""The responder: the bytes of an NCIP message become those of its answer, whatever they came by.

The rule it keeps: whatever comes, what goes is NCIP, once all that it tells is durable. A message that comes
again while the first still runs waits for what that one waits for. What is told of it in the log is handed
back to who carries it, so that a message is one line.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from core.desk import CirculationDesk
from core.journal import Settled
from core.ports import Credentials
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.codec import Received, read, response_header, write
from protocols.ncip.dialects import Dialect
from protocols.ncip.errors import RemoteError, refusal
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import Mode, Repair, Repaired
from protocols.ncip.shapes import Shapes
from protocols.ncip.structures import Problem
from servers.configuration.settings import NcipMode, Settings
from servers.lines.logins import LoginFailures
from servers.lines.tls import PeerIdentity
from servers.log import get_logger
from servers.ncip.agencies import Agencies, Proving
from servers.ncip.partner import Partner
from servers.ncip.translate import Reply, answer, known_pin, new_secret, patron_secret, refused, versions
from servers.settling import Pending, said

log = get_logger(__name__)

OUR_OWN: Final = Refused(Reason.STORE_UNAVAILABLE)

REMIND: Final = 3600.0
"""Seconds between two lines on the same repair of the same partner's messages."""


class Asked(Struct, frozen=True):
    """A message as it came, and from whom. ``charset`` is one declared beside it; ``renamed`` what answers in
    version 1 call some elements where it came to. See `protocols.ncip.dialects.Dialect`.
    """

    body: bytes
    peer: str
    charset: str | None = None
    identity: PeerIdentity | None = None
    renamed: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """What may be shown: the body holds secrets."""
        return f"Asked({len(self.body)} bytes from {self.peer})"


class Told(Struct, frozen=True):
    """What is answered, and fields for its line in the log: no secrets. ``is_welcome`` tells that it could be
    read, and came from somebody who may ask it.
    """

    body: bytes
    fields: Mapping[str, object]
    is_welcome: bool = True


AtOnce = Told | Pending[Told]
"""What is answered at once, or as soon as it is durable."""

Telling = AtOnce | Coroutine[Any, Any, Told]
"""What is answered so, or how it comes to be."""


class NcipResponder:
    """Answers NCIP, by settings that may change. ``answers`` counts what was worded, by agency, service and
    problem: for an act that the store then refuses, both its answer and the refusal.
    """

    def __init__(
        self,
        settings: Settings,
        desk: CirculationDesk,
        credentials: Credentials,
        monotonic: Callable[[], float],
    ) -> None:
        self.answers: Counter[tuple[str, str, str]] = Counter()
        self._desk = desk
        self._credentials = credentials
        self._monotonic = monotonic
        self._failures = LoginFailures(
            settings.ncip.secret_failures_per_source, settings.ncip.secret_failure_window, monotonic
        )
        self._reminded: dict[tuple[str, Repair], float] = {}
        self._shapes = Shapes()
        self.take_on(settings)

    def take_on(self, settings: Settings) -> None:
        """Go on by these settings, from the next message on."""
        self._settings = settings.ncip
        self._failures.most = settings.ncip.secret_failures_per_source
        self._failures.window = settings.ncip.secret_failure_window
        self._agencies = Agencies(
            settings.ncip_agency, settings.remote_storage, self._desk, self._credentials, self._failures
        )
        self._reminded = {}

    def respond(self, asked: Asked) -> Telling:
        """The answer to a message, or how it comes to be where something must be waited for. That may be
        cancelled at any await: what is recorded then stays recorded.
        """
        try:
            received = self._shapes.read(asked.body, asked.charset)
        except RemoteError as error:
            return self._not_understood(error)
        message = received.message
        if isinstance(message, m.LookupVersion):
            return self._told(asked, received, versions(message))
        caller = self._agencies.caller(type(message), received.header, asked.identity, asked.peer)
        if isinstance(caller, Partner):
            return self._welcome(asked, received, caller)
        return self._met(asked, received, caller, asyncio.get_running_loop().time())

    async def _met(self, asked: Asked, received: Received, caller: Problem | Proving, began: float) -> Told:
        """The answer to somebody who has yet to prove who it is, or may not ask."""
        known = caller if isinstance(caller, Problem) else await caller
        if isinstance(known, Problem):
            return await self._unwelcome(asked, received, known, began)
        telling = self._welcome(asked, received, known)
        return await said(telling) if isinstance(telling, Told | Pending) else await telling

    def _welcome(self, asked: Asked, received: Received, partner: Partner) -> Telling:
        """The answer to a partner."""
        code = partner.agency.code
        try:
            received = _as_agreed(received, partner, asked)
        except RemoteError as error:
            return self._not_understood(error, agency=code)
        request = received.message
        if received.repairs:
            self._mention(received.repairs, code, type(request))
        pin = known_pin(request, partner)
        if pin is None or new_secret(request) is not None:
            return self._hashed(asked, received, partner, pin)
        return self._done(asked, received, partner, pin)

    def later(self, asked: Asked) -> Told:
        """What is told to whoever had better ask again, since we are too slow."""
        try:
            received = self._shapes.read(asked.body, asked.charset)
        except RemoteError as error:
            return self._not_understood(error)
        return self._told(asked, received, refused(received.message, OUR_OWN))

    def refuse(self, error: RemoteError) -> Told:
        """What is told of bytes that are no message, or came when none may."""
        return self._not_understood(error)

    async def _unwelcome(self, asked: Asked, received: Received, problem: Problem, began: float) -> Told:
        """What is told to whoever may not ask. Who is not proven waits for it always as long, whatever was
        wrong, and however long that took to find out.
        """
        service, kind = type(received.message), _kind(problem)
        log.warning("ncip-unwelcome", peer=asked.peer, service=service.__name__, problem=kind)
        if kind == ProblemType.AGENCY_AUTHENTICATION_FAILED:
            left = began + self._settings.secret_failure_delay - asyncio.get_running_loop().time()
            if left > 0:
                await asyncio.sleep(left)
        return replace(self._told(asked, received, refusal(service, problem)), is_welcome=False)

    async def _hashed(self, asked: Asked, received: Received, partner: Partner, pin: Pin | None) -> Told:
        """The answer to a request with a PIN in it, which takes its time."""
        request = received.message
        if pin is None:
            pin = await self._check_pin(request, partner)
        secret = new_secret(request)
        pin_hash = "" if secret is None else await asyncio.to_thread(self._credentials.hash, secret.reveal())
        return await said(self._done(asked, received, partner, pin, pin_hash))

    def _done(
        self, asked: Asked, received: Received, partner: Partner, pin: Pin, pin_hash: str = ""
    ) -> AtOnce:
        """What came of the request, at once if there is nothing to be made durable."""
        reply = answer(received.message, partner, pin, pin_hash)
        told = self._replied(asked, received, partner, reply)
        if reply.unit is None or reply.unit.settled is Settled.KEPT:
            return told

        def otherwise(how: Settled) -> AtOnce:
            if how is Settled.UNDONE and not reply.mine:
                return self._done(asked, received, partner, pin, pin_hash)
            undone = Reply(refused(received.message, OUR_OWN), reason=OUR_OWN.reason)
            return self._replied(asked, received, partner, undone)

        return Pending(reply.unit, told, otherwise)

    def _replied(self, asked: Asked, received: Received, partner: Partner, reply: Reply) -> Told:
        reason = "" if reply.reason is None else reply.reason.value
        return self._told(asked, received, reply.message, partner.agency.code, reason)

    async def _check_pin(self, request: m.Initiation, partner: Partner) -> Pin:
        patron, secret = patron_secret(request)
        pin = await self._desk.check_pin(partner.actor, patron, secret.reveal())
        if pin is Pin.WRONG and self._desk.throttled(partner.actor, patron):
            log.warning("pin-throttled", agency=partner.agency.code, patron=patron)
        return pin

    def _mention(self, repairs: Sequence[Repaired], agency: str, service: type[m.Initiation]) -> None:
        """Tell what was wrong with a partner's message, unless it has been told of that not long ago."""
        now = self._monotonic()
        new = [one for one in repairs if self._reminded.get((agency, one.repair), now) <= now]
        if new:
            self._reminded.update({(agency, one.repair): now + REMIND for one in new})
            told = [f"{one.repair.value}: {one.path}" for one in new]
            log.info("ncip-repaired", agency=agency, service=service.__name__, repairs=told)

    def _told(
        self, asked: Asked, received: Received, message: m.Response, agency: str = "", reason: str = ""
    ) -> Told:
        """An answer in kind to a message that could be read."""
        header = None if isinstance(message, m.LookupVersionResponse) else response_header(received.header)
        body = write(message, _dialect(received.dialect, asked), header)
        service, repairs = type(received.message).__name__, len(received.repairs)
        return Told(body, self._noted(message, service, agency, reason, repairs))

    def _not_understood(self, error: RemoteError, agency: str = "") -> Told:
        """The answer to a message that is not as it must be."""
        body = write(error.answer, error.dialect, response_header(error.header))
        service = "" if error.service is None else error.service.__name__
        return Told(body, self._noted(error.answer, service, agency), is_welcome=False)

    def _noted(
        self, message: m.Response, service: str, agency: str, reason: str = "", repairs: int = 0
    ) -> Mapping[str, object]:
        """Count an answer, and say what the log is told of it."""
        problem = _kind(message.problem[0]) if message.problem else ""
        self.answers[agency, service, problem] += 1
        return _fields(agency, service, problem, reason, repairs)


@lru_cache(maxsize=256)
def _fields(agency: str, service: str, problem: str, reason: str, repairs: int) -> Mapping[str, object]:
    """What there is to tell of an answer."""
    told = {"agency": agency, "service": service, "problem": problem, "reason": reason, "repairs": repairs}
    return {name: value for name, value in told.items() if value}


def _as_agreed(received: Received, partner: Partner, asked: Asked) -> Received:
    """The message as its partner's messages are to be read. Raises `RemoteError`."""
    if partner.agency.mode is NcipMode.LENIENT:
        return received
    try:
        return read(asked.body, asked.charset, Mode(partner.agency.mode.value))
    except RemoteError as error:  # what it is about is known from the first reading
        error.service, error.header = type(received.message), received.header
        raise


def _dialect(dialect: Dialect, asked: Asked) -> Dialect:
    """How the answer is written: where version 1 is spoken as somebody does, as they do."""
    return replace(dialect, renamed=asked.renamed) if dialect.is_first and asked.renamed else dialect


def _kind(problem: Problem) -> str:
    return "" if problem.problem_type is None else str(problem.problem_type.value)
