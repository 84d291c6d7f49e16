"""A SIP2 conversation on a line: log in, then ask and be answered, in order, each answer once it is durable.

The connection (`protocols.sip2.connection`) knows the protocol and the translation knows the library; here is
only who may speak, what waits for what, and what is logged. A request whose PIN must be hashed holds up the
ones behind it; an answer whose act is on its way to the store holds up the answers behind it, not the
requests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from datetime import datetime
from time import perf_counter
from typing import assert_never, cast

from core.desk import CirculationDesk
from core.journal import Settled
from core.refusals import Reason
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.codec import Wire
from protocols.sip2.connection import (
    NEED_DATA,
    Awaited,
    Closing,
    Connection,
    Event,
    Noticed,
    Replay,
    Request,
    Role,
)
from protocols.sip2.connection import Limits as ConnectionLimits
from protocols.sip2.framing import Terminator
from servers.configuration.settings import Sip2Settings, Terminal
from servers.lines.addresses import source
from servers.lines.line import Line
from servers.lines.logins import LoginFailures
from servers.lines.tls import PeerIdentity, TlsProblem, peer_identity
from servers.log import get_logger
from servers.sip2.board.gauges import Board, Gauge
from servers.sip2.station import Station, printing
from servers.sip2.terminals import Terminals, wire
from servers.sip2.translate import (
    Reply,
    acs_status,
    answer,
    known_pin,
    offline,
    patron_secret,
    refused,
)

log = get_logger(__name__)

STRANGERS_WIRE = Wire(charset="utf-8", terminator=Terminator.MIRROR)
"""How SIP2 is read and written before the terminal is known."""

FAILING = "if no machine there has a wrong password, somebody is guessing"


class Slot:
    """The place of one answer in the order of answers."""

    __slots__ = ("begun", "conversation", "pin", "reply", "request", "station")

    def __init__(
        self,
        conversation: Sip2Conversation,
        begun: float,
        request: m.FromSc,
        station: Station | None,
        pin: Pin,
        reply: Reply,
    ) -> None:
        self.conversation = conversation
        self.begun = begun
        self.request = request
        self.station = station
        self.pin = pin
        self.reply = reply

    def settled(self, how: Settled) -> None:
        """The unit of work that the answer waits for is decided."""
        self.conversation.settled(self, how)


class Sip2Service:
    """What all SIP2 conversations of a server share."""

    def __init__(self, settings: Sip2Settings, terminals: Terminals, desk: CirculationDesk) -> None:
        self.settings = settings
        self.connection_limits = ConnectionLimits(message=settings.line_limit, outstanding=settings.in_flight)
        self.terminals = terminals
        self.desk = desk
        self.board = Board()
        self.strangers = Gauge("")
        self.failures = LoginFailures(
            settings.login_failures_per_source, settings.login_failure_window, time.monotonic
        )
        self.draining = False
        self.tasks: set[asyncio.Task[None]] = set()

    def take_on(self, settings: Sip2Settings, terminals: Terminals) -> None:
        """Go on by these settings. Each conversation must be told to `renew` itself."""
        self.settings = settings
        self.connection_limits = ConnectionLimits(message=settings.line_limit, outstanding=settings.in_flight)
        self.failures.most = settings.login_failures_per_source
        self.failures.window = settings.login_failure_window
        self.terminals = terminals
        self.board.forget_others(terminals.names)

    def converse(self, line: Line) -> Sip2Conversation:
        """A conversation on a new line."""
        return Sip2Conversation(self, line)


class Sip2Conversation:
    """One terminal on one line. See `servers.lines.line.Conversation`."""

    __slots__ = (
        "_begun",
        "_busy",
        "_certified",
        "_connection",
        "_gauge",
        "_line",
        "_mid_message",
        "_out",
        "_over",
        "_service",
        "_slots",
        "_stale",
        "_station",
        "_status_first",
        "_strikes",
        "_unwelcome",
    )

    def __init__(self, service: Sip2Service, line: Line) -> None:
        self._service = service
        self._line = line
        self._connection = Connection(Role.ACS, STRANGERS_WIRE, service.connection_limits)
        self._slots: list[Slot] = []  # as short as `in_flight` lets it be
        self._out: list[bytes] = []
        self._gauge = service.strangers
        self._begun = 0.0
        self._status_first = False
        self._busy = False
        self._over = False
        self._stale = False
        self._mid_message = False
        self._strikes = 0
        self._unwelcome = 0
        self._station: Station | None = None
        self._certified = self._by_certificate()
        known = self._known_at_once()
        if known is not None:
            self._begin(known)
        else:
            line.within(service.settings.login_deadline)

    # servers.lines.line.Conversation

    def received(self, data: bytes) -> None:
        """Take in what came, answer what can be answered."""
        if self._gauge.is_looking:
            self._gauge.habits.ended(data)
        self._connection.receive_data(data)
        self._work()

    def overdue(self) -> None:
        """The terminal did not log in, or did not finish a message, in time."""
        log.info("sip2-overdue", peer=self._line.peer, terminal=self._name, mid_message=self._mid_message)
        self._over = True

    def renew(self) -> None:
        """Go on by the settings of now: between two messages, when no answer is on its way any more.

        A terminal that is gone, or that gets in by something else now, is closed then. Limits on what one
        connection may send ahead are those of its beginning.
        """
        self._stale = True
        self._work()

    def drain(self) -> None:
        """Close as soon as everything that was asked is answered."""
        self._finish()

    def ended(self) -> None:
        """The line is gone. What is being recorded stays recorded."""
        if self._station is not None:
            log.info("sip2-ended", peer=self._line.peer, terminal=self._name)
            self._gauge.left()
        self._over = True
        self._slots.clear()

    # Requests

    def _work(self) -> None:
        if self._stale:
            self._take_on()
        next_event, heard = self._connection.next_event, False
        while not (self._busy or self._over or self._stale):
            event = next_event()
            if event is NEED_DATA:
                break
            heard = True
            if type(event) is Request:  # a match on the kinds takes longer than all else here
                self._asked(event)
            else:
                self._happened(event)
        self._rest(heard)

    def _rest(self, heard: bool) -> None:
        """Say what there is to say, and wait for more."""
        if self._out:
            self._flush()
        self._watch(heard)
        if self._over or self._service.draining:
            self._finish()

    def _happened(self, event: Event) -> None:
        """What the connection has dealt with by itself."""
        match event:
            case Replay():
                self._gauge.replayed(event.data)
                self._out.append(event.data)
            case Noticed():
                self._gauge.noticed(event.what)
                log.info(
                    "sip2-noticed", terminal=self._name, what=event.what, code=event.code, field=event.field
                )
            case Closing():
                log.warning("sip2-closing", peer=self._line.peer, terminal=self._name, reason=event.reason)
                self._out.append(event.data)
                self._over = True
            case _:
                raise AssertionError("what a terminal receives does not happen here")

    def _watch(self, heard: bool) -> None:
        """A message must be whole in time, counted from its beginning; between two a terminal may be silent
        as long as it may.

        A stranger's time runs on: whatever it says, it must log in.
        """
        awaited = self._connection.awaited
        self._line.hold(awaited is Awaited.ANSWERS or awaited is Awaited.NOTHING)
        begun = awaited is Awaited.REST
        if self._station is None or (begun == self._mid_message and not heard):
            return
        self._mid_message = begun
        self._line.within(self._service.settings.message_deadline if begun else self._silence(self._station))

    def _silence(self, station: Station) -> float:
        """How long the terminal may be silent."""
        return station.terminal.idle_limit or self._service.settings.idle_limit

    def _asked(self, event: Request) -> None:
        # As ACS a connection hands out what terminals ask, and no more.
        request, station = cast("m.FromSc", event.message), self._station
        self._begun = perf_counter()
        if station is not None:
            self._gauge.asked(event, station)
        if self._service.draining:
            self._put(request, Pin.NOT_GIVEN, Reply(self._offline()))
        elif type(request) is m.Login:
            self._hold_up(self._log_in(request))
        elif station is None:
            self._stranger(request)
        elif type(request) is m.ScStatus:
            self._noted(request)
            self._connection.set_wire(printing(wire(station.terminal), request.max_print_width))
            self._put(request, Pin.NOT_GIVEN, Reply(acs_status(station, request.protocol_version)))
        else:
            pin = known_pin(request, station)
            if pin is None:
                self._hold_up(self._check_pin(request, station))
            else:
                self._put(request, pin, answer(request, station, pin))

    def _put(self, request: m.FromSc, pin: Pin, reply: Reply) -> None:
        """Send an answer, or give it its place behind those that wait."""
        unit = reply.unit
        if unit is not None and unit.settled is Settled.UNKNOWN:
            reply, unit = Reply(self._offline()), None  # what it has seen was lost when the store broke
        if reply.reason is not None:
            self._gauge.refused(request.code, reply.reason)
            log.info("sip2-refused", terminal=self._name, code=request.code, reason=reply.reason.value)
        if unit is None and not self._slots:
            self._say(reply.message, self._begun)
            return
        slot = Slot(self, self._begun, request, self._station, pin, reply)
        self._slots.append(slot)
        if unit is not None:
            unit.then(slot.settled)

    def _say(self, message: m.FromAcs | None, begun: float) -> None:
        """Answer the oldest request; without a message it gets no answer."""
        self._gauge.answered(perf_counter() - begun)
        if message is None:
            self._connection.leave_unanswered()
        else:
            self._out.append(self._connection.send(message))

    def settled(self, slot: Slot, how: Settled) -> None:
        """What an answer waited for is decided: it may go, or what it says is not so."""
        if not self._slots:  # the line has ended, and nobody hears it
            return
        reply = slot.reply
        match how:
            case Settled.KEPT:
                slot.reply = Reply(reply.message)
            case Settled.UNKNOWN:
                slot.reply = Reply(self._offline())
            case Settled.UNDONE if reply.mine or slot.station is None:
                refusal = refused(slot.request, slot.station, self._now(), Reason.STORE_UNAVAILABLE)
                slot.reply = Reply(refusal)
            case Settled.UNDONE:
                slot.reply = answer(slot.request, slot.station, slot.pin)
                if slot.reply.unit is not None:
                    slot.reply.unit.then(slot.settled)
            case _:
                assert_never(how)
        self._release()

    def _release(self) -> None:
        """Send the answers at the head of the queue that wait for nothing any more."""
        slots = self._slots
        while slots and slots[0].reply.unit is None:
            slot = slots.pop(0)
            self._say(slot.reply.message, slot.begun)
        if self._connection.has_more or self._stale:
            self._work()
        else:
            self._rest(heard=False)

    def _finish(self) -> None:
        """When nothing more is taken, or while draining, the line closes once everything that was asked is
        answered.
        """
        if (self._over or self._service.draining) and not self._slots and not self._busy:
            self._line.close()

    def _flush(self) -> None:
        self._line.write(b"".join(self._out) if len(self._out) > 1 else self._out[0])
        self._out.clear()

    def _take_on(self) -> None:
        if self._busy or self._slots:
            return
        self._stale = False
        self._certified = self._by_certificate()
        if self._station is None:
            return
        before = self._station.terminal
        terminal = self._service.terminals.again(before, self._line.peer)
        if terminal is None:
            log.warning("sip2-terminal-withdrawn", peer=self._line.peer, terminal=before.name)
            self._over = True
            return
        self._station = self._service.terminals.station(terminal)
        if terminal != before:
            self._connection.set_wire(wire(terminal))
            log.info("sip2-profile-changed", peer=self._line.peer, terminal=terminal.name)

    # Who is there

    def _by_certificate(self) -> tuple[Terminal, ...] | None:
        """The terminals that the client certificate leaves open: the peer's own, or the one that a balancer
        vouches for.
        """
        line = self._line
        identity = PeerIdentity(line.vouched, (), "") if line.vouched else None
        try:
            if identity is None and line.ssl_object is not None:
                identity = peer_identity(line.ssl_object)
        except TlsProblem:
            log.warning("sip2-certificate-unreadable", peer=line.peer)
        return self._service.terminals.certified(identity, line.peer)

    def _known_at_once(self) -> Station | None:
        """The terminal that needs no login."""
        terminals = self._service.terminals
        if self._certified is None:
            return terminals.by_address(self._line.peer)
        return terminals.station(self._certified[0]) if len(self._certified) == 1 else None

    def _begin(self, station: Station) -> None:
        self._station = station
        self._gauge = self._service.board.gauge(station.terminal.name)
        self._gauge.connected(self._line.peer, status_first=self._status_first)
        self._connection.set_wire(wire(station.terminal))
        self._mid_message = False
        self._line.within(self._silence(station))
        log.info("sip2-login", peer=self._line.peer, terminal=station.terminal.name)

    async def _log_in(self, request: m.Login) -> None:
        """93: a failed login ends an earlier one."""
        if self._station is not None:
            self._station = None
            self._gauge.left()
            self._gauge = self._service.strangers
            self._line.within(self._service.settings.login_deadline)
        began = asyncio.get_running_loop().time()
        station = await self._by_login(request)
        if station is None:
            await self._login_failed(request, began)
        if self._over:
            return
        self._put(request, Pin.NOT_GIVEN, Reply(m.LoginResponse(ok=station is not None)))
        settings, failures = self._service.settings, self._service.failures
        if station is not None:
            self._begin(station)
        elif self._strikes >= settings.login_tries or failures.too_many(source(self._line.peer)):
            self._over = True

    async def _by_login(self, request: m.Login) -> Station | None:
        terminals, peer, user = self._service.terminals, self._line.peer, request.login_user_id.strip()
        if not request.uid_algorithm == request.pwd_algorithm == "0":
            return None
        if not self._service.failures.may_try(source(peer), terminals.user(user)):
            return None
        password, location = request.login_password.reveal(), request.location_code or ""
        return await terminals.by_login(user, password, self._certified, location, peer)

    async def _login_failed(self, request: m.Login, began: float) -> None:
        """Count it, tell it, and let it wait: all failures take the same time, whatever failed."""
        service, peer = self._service, self._line.peer
        self._strikes += 1
        user = service.terminals.user(request.login_user_id)
        plain = request.uid_algorithm == request.pwd_algorithm == "0"
        log.warning("sip2-login-failed", peer=peer, user=user, plain=plain)
        if service.failures.may_try(source(peer), user) and service.failures.failed(source(peer), user):
            log.error("sip2-logins-failing", peer=peer, failures=service.failures.most, advice=FAILING)
        left = began + service.settings.login_failure_delay - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)

    def _stranger(self, request: m.FromSc) -> None:
        """Before the login: 99 is answered where the settings say so, everything else is refused in its own
        words.
        """
        settings = self._service.settings
        self._unwelcome += 1
        self._status_first |= isinstance(request, m.ScStatus)
        if isinstance(request, m.ScStatus) and settings.status_before_login:
            self._noted(request)
            reply = Reply(acs_status(self._service.terminals.unknown, request.protocol_version))
        else:
            reply = Reply(refused(request, None, self._now(), Reason.NOT_LOGGED_IN))
        self._put(request, Pin.NOT_GIVEN, reply)
        if self._unwelcome >= settings.login_messages:
            log.warning("sip2-no-login", peer=self._line.peer)
            self._over = True

    def _noted(self, request: m.ScStatus) -> None:
        """99 is the only alarm a terminal can raise: out of paper, about to shut down."""
        self._gauge.told(request.status_code)
        log.info(
            "sip2-status", peer=self._line.peer, terminal=self._name, status=request.status_code.name.lower()
        )

    # PINs

    async def _check_pin(self, request: m.FromSc, station: Station) -> None:
        secret = patron_secret(request)
        assert secret is not None, "only a PIN is checked"
        pin = await station.desk.check_pin(station.actor, *secret)
        if pin is Pin.WRONG and station.desk.throttled(station.actor, secret[0]):
            log.warning("pin-throttled", peer=self._line.peer, terminal=self._name, patron=secret[0])
        if not self._over:
            self._put(request, pin, answer(request, station, pin))

    def _hold_up(self, work: Coroutine[None, None, None]) -> None:
        """Do something slow; the requests behind it wait."""
        self._busy = True
        task = asyncio.get_running_loop().create_task(self._slowly(work))
        self._service.tasks.add(task)
        task.add_done_callback(self._service.tasks.discard)

    async def _slowly(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except BaseException:
            self._line.abort()  # its answer will never come
            raise
        finally:
            self._busy = False
        self._work()

    @property
    def _name(self) -> str:
        return "" if self._station is None else self._station.terminal.name

    def _offline(self) -> m.AcsStatus:
        return offline(self._now(), self._service.desk.policy.policy.institution)

    def _now(self) -> datetime:
        if self._station is not None:
            return self._station.local_now()
        return self._service.desk.clock.now()
