"""The servlet: an NCIP message comes as the body of a POST, and its response goes as the body of the answer.

The rule it keeps: whatever comes, what goes is NCIP with status 200, once all that it tells is durable. A
message that comes again while the first still runs waits for what that one waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from email.message import Message as Headers
from functools import partial
from typing import Final, assert_never

from msgspec.structs import replace

from core.desk import CirculationDesk
from core.journal import Settled, UnitOfWork
from core.ports import Credentials
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.codec import Received, read, response_header, write
from protocols.ncip.dialects import ALMA_V1, Dialect
from protocols.ncip.errors import RemoteError, refusal
from protocols.ncip.repairs import Mode
from protocols.ncip.structures import Problem
from servers.configuration.settings import NcipMode, Settings
from servers.http.exchange import HttpAnswer, HttpRequest, Route
from servers.http.limits import Gate, bounds_of
from servers.log import get_logger
from servers.ncip.agencies import Agencies
from servers.ncip.partner import Partner
from servers.ncip.translate import Reply, answer, known_pin, patron_secret, refused, versions

log = get_logger(__name__)

PATH: Final = "/view/NCIPServlet"
FIRST_PATH: Final = "/view/NCIPServlet/v1"
"""Where Alma speaks version 1."""

XML: Final = "application/xml; charset=utf-8"
OUR_OWN: Final = Refused(Reason.STORE_UNAVAILABLE)


class NcipServlet:
    """Answers NCIP over HTTPS."""

    def __init__(self, desk: CirculationDesk, credentials: Credentials) -> None:
        self._desk = desk
        self._credentials = credentials
        self._gate = Gate()

    def routes(self, settings: Settings) -> Iterator[Route]:
        """Both paths, for the partners of these settings."""
        agencies = Agencies(settings.ncip_agency, settings.remote_storage, self._desk, self._credentials)
        for path in (PATH, FIRST_PATH):
            yield Route(
                method="POST",
                path=path,
                handler=partial(self._respond, agencies),
                gate=self._gate,
                bounds=bounds_of(settings.https),
                body=settings.https.body_limit,
            )

    async def _respond(self, agencies: Agencies, request: HttpRequest) -> HttpAnswer:
        charset = charset_of(request.headers.get("Content-Type", ""))
        try:
            received = read(request.body, charset)
        except RemoteError as error:
            return _broken(error)
        dialect = _dialect(received.dialect, request.path)
        service, header = type(received.message), received.header
        if isinstance(received.message, m.LookupVersion):
            return _sent(versions(received.message), dialect, received, service=service.__name__)
        partner = await agencies.caller(service, header, request.identity, request.peer)
        if isinstance(partner, Problem):
            return self._unwelcome(partner, dialect, received, request.peer)
        try:
            received = _as_agreed(received, partner, request.body, charset)
        except RemoteError as error:
            return _broken(error, agency=partner.agency.code)
        reply = await self._done(received.message, partner)
        told = {"agency": partner.agency.code, "service": service.__name__}
        if reply.reason is not None:
            told["reason"] = reply.reason.value
            log.info("ncip-refused", **told)
        return _sent(reply.message, dialect, received, **told)

    async def _done(self, request: m.Initiation, partner: Partner) -> Reply:
        """What came of the request, once that is durable."""
        pin = known_pin(request, partner)
        if pin is None:
            pin = await self._check_pin(request, partner)
        while True:
            reply = answer(request, partner, pin)
            match await _settled(reply.unit):
                case Settled.KEPT:
                    return reply
                case Settled.UNDONE if not reply.mine:
                    continue
                case Settled.UNDONE | Settled.UNKNOWN:
                    return Reply(refused(request, OUR_OWN), reason=OUR_OWN.reason)
                case never:
                    assert_never(never)

    async def _check_pin(self, request: m.Initiation, partner: Partner) -> Pin:
        patron, secret = patron_secret(request)
        pin = await self._desk.check_pin(partner.actor, patron, secret.reveal())
        if pin is Pin.WRONG and self._desk.throttled(partner.actor, patron):
            log.warning("pin-throttled", agency=partner.agency.code, patron=patron)
        return pin

    def _unwelcome(self, problem: Problem, dialect: Dialect, received: Received, peer: str) -> HttpAnswer:
        """What is told to whoever may not ask."""
        service = type(received.message)
        kind = problem.problem_type.value if problem.problem_type is not None else ""
        log.warning("ncip-unwelcome", peer=peer, service=service.__name__, problem=str(kind))
        return _sent(refusal(service, problem), dialect, received, service=service.__name__)


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, if it does."""
    headers = Headers()
    headers["Content-Type"] = content_type
    return headers.get_content_charset()


async def _settled(unit: UnitOfWork | None) -> Settled:
    """How the unit of work ended, once it has."""
    if unit is None:
        return Settled.KEPT
    settled: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()

    def tell(how: Settled) -> None:
        if not settled.done():  # whoever asked may be gone by then
            settled.set_result(how)

    unit.then(tell)
    return await settled


def _as_agreed(received: Received, partner: Partner, body: bytes, charset: str | None) -> Received:
    """The message as its partner's messages are to be read. Raises `RemoteError`."""
    if partner.agency.mode is not NcipMode.LENIENT:
        try:
            received = read(body, charset, Mode(partner.agency.mode.value))
        except RemoteError as error:  # what it is about is known from the first reading
            error.service, error.header = type(received.message), received.header
            raise
    if received.repairs:
        repairs = [f"{one.repair.value}: {one.path}" for one in received.repairs]
        service = type(received.message).__name__
        log.info("ncip-repaired", agency=partner.agency.code, service=service, repairs=repairs)
    return received


def _dialect(dialect: Dialect, path: str) -> Dialect:
    """How the answer is written: where Alma speaks version 1, as it does."""
    first = dialect.is_first and path == FIRST_PATH
    return replace(dialect, renamed=ALMA_V1.renamed) if first else dialect


def _sent(message: m.Response, dialect: Dialect, received: Received, **told: str) -> HttpAnswer:
    header = None if isinstance(message, m.LookupVersionResponse) else response_header(received.header)
    return HttpAnswer(write(message, dialect, header), XML, told=told)


def _broken(error: RemoteError, **told: str) -> HttpAnswer:
    """What is answered to a message that is not as it must be."""
    kind = error.problem.problem_type
    if kind is not None:
        told["problem"] = str(kind.value)
    log.info("ncip-not-understood", **told)
    return HttpAnswer(write(error.answer, error.dialect, response_header(error.header)), XML, told=told)
