"""Z39.50 on a line: APDUs come in, are answered in their turn, and go out.

The rule it keeps: whatever comes, the origin hears why an association ends (Close), unless its version has
no such word. Nobody's requests keep others waiting: after a few of them everybody else has a turn, an origin
that asks faster than it may has to wait, and one that does not read its answers is not answered further.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Mapping
from functools import partial
from itertools import count
from time import perf_counter
from typing import Any, Final, assert_never

from core.journal import Settled
from protocols.z3950 import answers, ber
from protocols.z3950.answers import Request, Response
from protocols.z3950.apdus import (
    CloseReason,
    PresentResponse,
    PresentStatus,
    RequestedAction,
    SearchResponse,
)
from protocols.z3950.association import (
    NEED_DATA,
    Asked,
    Association,
    Awaited,
    Closing,
    Event,
    Operation,
    Reply,
    Triggered,
)
from protocols.z3950.association import Limits as AssociationLimits
from protocols.z3950.charset import MARC_8
from protocols.z3950.codec import Readings
from protocols.z3950.negotiation import Agreed, Offer
from protocols.z3950.structures import DefaultDiagFormat, bib_1_diagnostic
from servers.configuration.settings import RecordCharset, Z3950Settings
from servers.http.limits import Bounds, Gate
from servers.lines.line import Line
from servers.log import get_logger
from servers.z3950.target import Make, Shared, Target
from servers.z3950.users import Judged, Users

log = get_logger(__name__)

AT_ONCE: Final = 16
"""Events of one association, before others have their turn."""

MUCH: Final = 65_536
"""Bytes of answers of one association, before others have their turn."""

_CANCELLED, _BROKEN = 105, 2
_GOING: Final = "the server is closing down"


class Z3950Service:
    """What all associations of a server share. ``answers`` counts by database, service and diagnostic."""

    def __init__(self, settings: Z3950Settings, offer: Offer, shared: Shared, users: Users) -> None:
        self.take_on(settings, offer, shared, users)
        self.answers: Counter[tuple[str, str, str]] = Counter()
        self.gate = Gate()
        self.numbers = count(1)
        self.tasks: set[asyncio.Task[None]] = set()

    def take_on(self, settings: Z3950Settings, offer: Offer, shared: Shared, users: Users) -> None:
        """Go on by these settings, from the next association on; how fast one may ask, at once."""
        self.settings = settings
        self.offer = offer
        self.shared = shared
        self.users = users
        self.limits = AssociationLimits(
            apdu=ber.Limits(size=settings.request_limit), buffered=2 * settings.request_limit
        )
        self.readings = Readings(self.limits.apdu)
        self.bounds = Bounds(rate=settings.rate_per_source, burst=settings.burst_per_source)

    def converse(self, line: Line) -> Z3950Conversation:
        """An association on a new line."""
        return Z3950Conversation(self, line)


class Z3950Conversation:
    """One association on one line. See `servers.lines.line.Conversation`."""

    def __init__(self, service: Z3950Service, line: Line) -> None:
        settings = service.settings
        self._service = service
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._log = log.bind(peer=line.peer, association=next(service.numbers))
        self._is_logged = self._log.is_enabled_for(logging.INFO)
        self._association = Association(service.offer, service.limits, service.readings)
        self._target: Target | None = None
        self._operation: _UnderWay | None = None
        self._later: asyncio.Handle | None = None
        self._is_taking = False
        self._said = 0
        self._over = False
        line.within(settings.message_deadline)

    # servers.lines.line.Conversation

    def received(self, data: bytes) -> None:
        """Take in what came; requests that are whole are answered."""
        if not self._over:
            self._association.receive_data(data)
            self._go_on()

    def overdue(self) -> None:
        """The peer has said nothing, or nothing whole, in time."""
        is_silent = self._association.awaited is Awaited.MESSAGE
        reason = CloseReason.LACK_OF_ACTIVITY if is_silent else CloseReason.PROTOCOL_ERROR
        self._end(self._association.close(reason), reason)

    def renew(self) -> None:
        """Every association goes on by the settings under which it began."""

    def drain(self) -> None:
        """Say Close: the origin opens another one elsewhere."""
        self._end(self._association.close(CloseReason.SHUTDOWN, _GOING), CloseReason.SHUTDOWN)
        self._line.close()

    def ended(self) -> None:
        """The line is gone, perhaps without a word."""
        self._end(b"", CloseReason.PEER_ABORT)

    # Events

    def _go_on(self) -> None:
        """Take events, as many as there are; after some of them it is others' turn."""
        if self._has_a_turn_to_come():
            return
        if self._line.when_read(self._resume):
            self._line.hold(True)
            return
        self._is_taking, self._said = True, 0
        for _ in range(AT_ONCE):
            event = NEED_DATA if self._over else self._association.next_event()
            if event is NEED_DATA:
                break
            self._take(event)
            if self._said > MUCH:
                self._soon()
                break
        else:
            self._soon()
        self._is_taking = False
        if not self._over:
            awaited = self._association.awaited
            self._line.hold(self._has_a_turn_to_come() or awaited is Awaited.ANSWERS)
            self._line.within(self._patience(awaited))

    def _has_a_turn_to_come(self) -> bool:
        return self._later is not None

    def _soon(self) -> None:
        """Take what is left when everybody else has had a turn."""
        self._later = self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        self._later = None
        if not self._over:
            self._go_on()

    def _patience(self, awaited: Awaited) -> float:
        """How long the peer may take for what it must do next."""
        settings = self._service.settings
        if self._operation is not None:
            return settings.answer_deadline
        awaits_more = awaited is Awaited.REST or self._target is None
        return settings.message_deadline if awaits_more else settings.idle_limit

    def _take(self, event: Event) -> None:
        match event:
            case Operation(request=request):
                self._perform(request)
            case Asked():
                self._open(event)
            case Triggered(request=request):
                if request.requested_action == RequestedAction.CANCEL:
                    self._cancel()
            case Reply(data=data, kind=kind, diagnostic=diagnostic):
                self._line.write(data)
                self._count(kind, "", diagnostic)
                self._tell(kind, 0.0, diagnostic, {"bytes": len(data)})
            case Closing():
                self._end(event.data, event.reason, defect=event.defect, place=event.place)
                self._line.close()
            case _:
                assert_never(event)

    def _open(self, asked: Asked) -> None:
        """Decide about an Init, or have it decided while others are served."""
        judging = self._service.users.judge(asked.request.id_authentication, self._line.peer)
        if not isinstance(judging, Coroutine):
            self._decide(asked, judging)
            return
        task = self._loop.create_task(self._wait_for(asked, judging))
        self._service.tasks.add(task)
        task.add_done_callback(self._service.tasks.discard)

    async def _wait_for(self, asked: Asked, judging: Coroutine[Any, Any, Judged]) -> None:
        """All wrong logins take the same time, whatever was wrong; they count even if the line has gone."""
        began = self._loop.time()
        judged = await judging
        if not isinstance(judged, str):
            left = began + self._service.settings.login_failure_delay - self._loop.time()
            await asyncio.sleep(max(0.0, left))
        if not self._over:
            self._decide(asked, judged)
            self._go_on()

    def _decide(self, asked: Asked, judged: Judged) -> None:
        if isinstance(judged, str):
            self._begin(asked, judged)
            return
        self._line.write(self._association.refuse(judged))
        self._log.info(
            "z3950-refused",
            client=_client(asked.request.implementation_name, asked.request.implementation_version),
            diagnostic=f"{judged.condition} {judged.text}".strip(),
        )

    def _begin(self, asked: Asked, user: str) -> None:
        agreed = asked.agreed
        self._target = Target(self._service.shared, agreed, is_marc8=self._is_marc8(agreed))
        self._line.write(self._association.accept())
        request = asked.request
        self._log.info(
            "z3950-init",
            client=_client(request.implementation_name, request.implementation_version),
            version=agreed.version,
            charset=agreed.charset.name,
            message_size=agreed.preferred_message_size,
            **({"user": user} if user else {}),
        )

    def _is_marc8(self, agreed: Agreed) -> bool:
        """Whether MARC records are in MARC-8: as agreed, else as the settings have it."""
        if agreed.records_in_charset:
            return agreed.charset is MARC_8
        return self._service.settings.record_charset is RecordCharset.MARC_8

    # Operations

    def _perform(self, request: Request) -> None:
        """Do what is asked, unless it is asked too fast: then as soon as it may be."""
        service, loop = self._service, self._loop
        self._operation = operation = _UnderWay(request, perf_counter())
        if service.bounds.rate:
            wait = service.gate.enter(self._line.peer, service.bounds, loop.time())
            if wait is not None:
                operation.timer = loop.call_later(wait.seconds, self._perform_now, operation)
                return
            service.gate.leave(self._line.peer)
        self._perform_now(operation)

    def _perform_now(self, operation: _UnderWay) -> None:
        assert self._target is not None
        operation.make = self._target.perform(operation.request)
        self._answer(operation, operation.make)

    def _answer(self, operation: _UnderWay, make: Make) -> None:
        """Make the answer, and send it when all that it tells is durable."""
        answer = make.answer()
        if answer.unit is None:
            self._send(operation, answer.outcome)
        else:
            answer.unit.then(partial(self._settled, operation, make, answer.outcome))

    def _settled(self, operation: _UnderWay, make: Make, response: Response, how: Settled) -> None:
        if self._operation is not operation:  # it was cancelled, or the line is gone
            return
        match how:
            case Settled.KEPT:
                self._send(operation, response)
            case Settled.UNDONE:
                self._answer(operation, make)
            case Settled.UNKNOWN:
                diagnostic = bib_1_diagnostic(_BROKEN, "the store is broken")
                self._send(operation, answers.refused(type(operation.request), diagnostic), diagnostic)
            case _:
                assert_never(how)

    def _cancel(self) -> None:
        """End the operation under way, at the origin's wish."""
        operation = self._operation
        if operation is not None:
            diagnostic = bib_1_diagnostic(_CANCELLED)
            self._send(operation, answers.refused(type(operation.request), diagnostic), diagnostic)

    def _send(
        self, operation: _UnderWay, response: Response, diagnostic: DefaultDiagFormat | None = None
    ) -> None:
        self._operation = None
        operation.stop()
        data = self._association.send(response)
        self._line.write(data)
        self._said += len(data)
        make, kind = operation.make, type(operation.request)
        database = ""
        if make is not None:
            diagnostic, database = diagnostic or make.diagnostic, make.database
        self._count(kind, database, diagnostic)
        if self._is_logged:
            told = {"database": database} if database else {}
            told |= {} if make is None else make.told
            self._tell(kind, operation.begun, diagnostic, told | _sent(response, data))
        if not self._is_taking and self._later is None:
            self._soon()

    def _count(self, kind: type[Request], database: str, diagnostic: DefaultDiagFormat | None) -> None:
        condition = "" if diagnostic is None else str(diagnostic.condition)
        self._service.answers[database, _NAMES[kind], condition] += 1

    def _tell(
        self,
        kind: type[Request],
        begun: float,
        diagnostic: DefaultDiagFormat | None,
        told: Mapping[str, Any],
    ) -> None:
        fields = {"diagnostic": f"{diagnostic.condition} {diagnostic.text}".strip()} if diagnostic else {}
        ms = round((perf_counter() - begun) * 1000, 1) if begun else 0.0
        self._log.info("z3950-request", service=_NAMES[kind], ms=ms, **told, **fields)

    # The end

    def _end(self, data: bytes, reason: CloseReason | int, **why: object) -> None:
        if self._over:
            return
        self._line.write(data)
        named = next((each.name.lower() for each in CloseReason if each == reason), str(int(reason)))
        told = {name: str(value) for name, value in why.items() if value}
        self._log.info(
            "z3950-close", reason=named, sets=len(self._target.sets) if self._target else 0, **told
        )
        self._forget()

    def _forget(self) -> None:
        self._over = True
        operation, self._operation = self._operation, None
        if operation is not None:
            operation.stop()
        if self._later is not None:
            self._later.cancel()
            self._later = None


class _UnderWay:
    """The operation of an association that is being answered."""

    __slots__ = ("begun", "make", "request", "timer")

    def __init__(self, request: Request, begun: float) -> None:
        self.request = request
        self.begun = begun
        self.make: Make | None = None
        self.timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        """It waits no more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


_NAMES: Final = {
    kind: "".join(f"-{sign.lower()}" if sign.isupper() else sign for sign in kind.__name__)
    .removeprefix("-")
    .removesuffix("-request")
    for kind in answers.OPTIONS
}
"""search, present, delete-result-set …"""


def _sent(response: Response, data: bytes) -> dict[str, Any]:
    """What the log is told of an answer."""
    told: dict[str, Any] = {"bytes": len(data)}
    if isinstance(response, SearchResponse | PresentResponse):
        told["sent"] = response.number_of_records_returned
        if response.present_status not in (None, PresentStatus.SUCCESS):
            told["status"] = int(response.present_status or 0)
    return told


def _client(name: str | None, version: str | None) -> str:
    return " ".join(filter(None, (name, version)))[:100]
