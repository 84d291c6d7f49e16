"""One SIP2 conversation of either side, without a socket: bytes in, events out; answers in, bytes out.

It keeps the rules of error detection and resending: whoever calls it writes the bytes of `Replay` and `send`
as they are, in the order in which it got them. Answers leave in the order of their requests. How the stream
is cut changes nothing. What a peer sends raises nothing; `LocalError` is for mistakes of the caller.
"""

import sys
from enum import Enum, StrEnum
from typing import Any, Final

import msgspec

from protocols.sip2.codec import ErrorDetection, Reading, Wire, read, serialise
from protocols.sip2.errors import Defect, LocalError, Remedy, RemoteError
from protocols.sip2.framing import TERMINATOR_BYTES, Framer
from protocols.sip2.messages import (
    Direction,
    Login,
    Message,
    RequestAcsResend,
    RequestScResend,
    ScStatus,
)


class Role(StrEnum):
    """Which side of the conversation we are: the library's system, or a self-check terminal."""

    ACS = "ACS"
    SC = "SC"


class Limits(msgspec.Struct, frozen=True):
    """The most that a peer may ask of one connection.

    Bytes of a message and of what is sent ahead; requests without answer; in a row: messages that cannot be
    taken, and resends.
    """

    message: int = 16 * 1024
    buffered: int = 1024 * 1024
    outstanding: int = 8
    refused: int = 10
    resends: int = 20


# At hand, for a member of an enum takes long to look up.
_ACS: Final = Role.ACS
_TO_ACS: Final = Direction.TO_ACS
_TO_SC: Final = Direction.TO_SC
_REQUIRED: Final = ErrorDetection.REQUIRED

ACS_LIMITS: Final = Limits()
# Lists make answers long, and a terminal tries three times.
SC_LIMITS: Final = Limits(message=1024 * 1024, buffered=4 * 1024 * 1024, outstanding=64, refused=3, resends=3)


class _Received(msgspec.Struct, frozen=True, gc=False):
    """A message, its AY digit, whether it had a checksum; and its bytes, not printed for their passwords."""

    message: Message
    sequence: str | None
    checked: bool
    raw: bytes

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("message", self.message), ("sequence", self.sequence), ("checked", self.checked)]


class Request(_Received, frozen=True):
    """A request to be answered with `send`, in its turn."""


class Response(_Received, frozen=True):
    """The answer to the oldest request that had none."""


class Replay(msgspec.Struct, frozen=True, gc=False):
    """Bytes to be written as they are; the connection has dealt with what called for them."""

    data: bytes

    def __repr__(self) -> str:
        return f"Replay(data=<{len(self.data)} bytes>)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("bytes", len(self.data))]


class Noticed(msgspec.Struct, frozen=True, gc=False):
    """A defect of the peer to be logged and counted: in which message, if known, and in which field."""

    what: Defect
    code: str = ""
    field: str = ""


class Closing(msgspec.Struct, frozen=True, gc=False):
    """The end of the conversation: write `data`, then close. Nothing more is read."""

    reason: Defect
    data: bytes


class NeedData(Enum):
    """There is no event until more bytes come, or until outstanding requests are answered."""

    NEED_DATA = "need data"


NEED_DATA: Final = NeedData.NEED_DATA
Event = Request | Response | Replay | Noticed | Closing


class Awaited(Enum):
    """What must come before there is another event."""

    MESSAGE = "a message"
    REST = "the rest of a message"
    ANSWERS = "answers to requests, and no more of them"
    NOTHING = "nothing: it is over"


_MESSAGE: Final = Awaited.MESSAGE
_REST: Final = Awaited.REST


# 93 and 99 carry no date, so a terminal may truly mean the same bytes twice; an old answer would hide a
# change.
_TRULY_REPEATED: Final = frozenset((Login, ScStatus))
_NEXT_DIGIT: Final = {str(digit): str((digit + 1) % 10) for digit in range(10)}


class Connection:
    """A conversation in the given role, with a terminal of the given settings.

    Give it what comes with `receive_data` and take events with `next_event` until that is NEED_DATA. As ACS,
    answer each `Request` with `send`, then ask for events again: an event whose bytes must not overtake an
    answer waits for it, and no more than `limits.outstanding` requests are handed out unanswered. As SC,
    `send` makes the requests.
    """

    def __init__(self, role: Role, wire: Wire, limits: Limits | None = None) -> None:
        self._role = role
        self._limits = limits or (ACS_LIMITS if role is Role.ACS else SC_LIMITS)
        self._framer = Framer(self._limits.message)
        self._most_outstanding = self._limits.outstanding if role is Role.ACS else sys.maxsize
        self._take = self._take_request if role is Role.ACS else self._take_response
        # Lists, for they are short, and an empty deque takes as much memory as all else here.
        self._events: list[Event] = []
        self._outstanding: list[Request] = []  # received, or sent, and not answered
        self._closed = False
        self._talked = False  # the peer has shown that it speaks SIP2
        self._detecting = False  # the peer's latest message had a checksum
        self._refused = 0  # messages in a row that could not be taken
        self._resends = 0  # resends in a row that were asked for by the peer
        self._last_digit: str | None = None
        self._last_sent = b""
        self._last_answered = b""  # the latest good request, and its answer, which a 96 does not replace
        self._last_answer = b""
        self._resend_asked = False
        self.set_wire(wire)

    @property
    def wire(self) -> Wire:
        """The terminal's settings."""
        return self._wire

    def set_wire(self, wire: Wire) -> None:
        """Go on with these settings, for the messages not yet read and the answers not yet written."""
        self._wire = wire
        self._terminator = TERMINATOR_BYTES.get(wire.terminator)  # None: as the peer does it

    @property
    def outstanding(self) -> int:
        """How many requests have no answer yet."""
        return len(self._outstanding)

    @property
    def has_more(self) -> bool:
        """Whether anything is left of what was received, so that it is worth asking for the next event."""
        return bool(self._framer.line or self._framer.buffer or self._events)

    @property
    def awaited(self) -> Awaited:
        """What must come before there is another event, if `next_event` has just said that there is none."""
        if self._closed:
            return Awaited.NOTHING
        if len(self._outstanding) >= self._most_outstanding:
            return Awaited.ANSWERS
        framer = self._framer
        return _REST if framer.line or framer.buffer else _MESSAGE

    def receive_data(self, data: bytes) -> None:
        """Take what came from the peer; nothing, once the conversation is over."""
        if self._closed:
            return
        if self._framer.feed(data) > self._limits.buffered:
            self._close(Defect.AHEAD)

    def next_event(self) -> Event | NeedData:
        """What has happened next. Never raises, whatever was received."""
        while True:
            if self._events:
                return self._next_waiting()
            if self._closed or len(self._outstanding) >= self._most_outstanding:
                return NEED_DATA
            try:
                raw = self._framer.next()
            except RemoteError as error:
                self._close(error.defect, self._resend_bytes() if self._detecting else b"")
                continue
            if raw is None:
                return NEED_DATA
            event = self._take(raw)
            if event is not None:
                return event

    def send(self, message: Message) -> bytes:
        """The bytes of the answer to the oldest request (ACS), or of a new request (SC).

        Raises `LocalError` for a message of the other side, when there is no request to answer, and when more
        requests would wait for an answer than the limits let.
        """
        if self._role is _ACS:
            return self._send_answer(message)
        return self._send_request(message)

    def leave_unanswered(self) -> None:
        """As ACS: the oldest request gets no answer. Raises `LocalError` where none waits for one."""
        if self._role is not _ACS or not self._outstanding:
            raise LocalError("no request waits for an answer")
        self._outstanding.pop(0)

    def repeat_request(self) -> bytes:
        """As SC: the oldest unanswered request again, the same bytes, because its answer did not come in
        time.
        """
        if self._role is Role.ACS or not self._outstanding:
            raise LocalError("there is no request to repeat")
        return self._outstanding[0].raw

    def resend_request(self) -> bytes:
        """As SC: a 97, which asks for the latest answer again."""
        if self._role is Role.ACS:
            raise LocalError("97 is the terminal's message")
        self._resend_asked = True
        detection = self._wire.error_detection is not ErrorDetection.OFF
        return self._terminated(serialise(RequestAcsResend(), self._wire, None, detection))

    # Both sides

    def _next_waiting(self) -> Event | NeedData:
        event = self._events[0]
        if isinstance(event, Replay | Closing) and self._role is Role.ACS and self._outstanding:
            return NEED_DATA  # it would overtake an answer
        return self._events.pop(0)

    def _close(self, reason: Defect, data: bytes = b"") -> None:
        self._closed = True
        self._framer.clear()
        self._events.append(Closing(reason, data))

    def _terminated(self, data: bytes) -> bytes:
        return data + (self._terminator or self._framer.terminator)

    def _notice(self, event: Event, reading: Reading, jumped: bool = False) -> None:
        """Put all that is to be noticed before the event, and the event behind."""
        code = reading.message.code
        if jumped:
            self._events.append(Noticed(Defect.SEQUENCE_JUMP, code, reading.sequence or ""))
        self._events += [Noticed(defect, code, field) for defect, field in reading.defects]
        self._events.append(event)

    # As ACS

    def _take_request(self, raw: bytes) -> Event | None:
        try:
            reading = read(raw, self._wire)
        except RemoteError as error:
            self._refuse(error)
            return None
        message, sequence, checked = reading.message, reading.sequence, reading.checked
        kind = type(message)  # to ask isinstance of a Struct takes three times as long
        self._talked = True
        self._detecting = checked
        if message.direction is not _TO_ACS:
            return Noticed(Defect.WRONG_DIRECTION, message.code)
        self._refused = 0
        if kind is RequestAcsResend:
            return self._resend_answer()
        if sequence is not None and kind not in _TRULY_REPEATED:
            if self._outstanding:
                if any(pending.raw == raw for pending in self._outstanding):
                    return Noticed(Defect.REPEATED, message.code)
            elif raw == self._last_answered:
                self._replay(self._last_answer)
                return Noticed(Defect.REPEATED, message.code)
        self._resends = 0
        request = Request(message, sequence, checked, raw)
        self._outstanding.append(request)
        last, self._last_digit = self._last_digit, sequence
        jumped = sequence is not None and last is not None and sequence != _NEXT_DIGIT.get(last)
        if not (jumped or reading.defects):
            return request
        self._notice(request, reading, jumped)
        return None

    def _resend_answer(self) -> Event | None:
        self._resends += 1
        if self._resends > self._limits.resends:
            self._close(Defect.RESEND_TOO_OFTEN)
        elif self._outstanding:
            return Noticed(Defect.RESEND_UNANSWERED, RequestAcsResend.code)
        else:
            self._replay(self._last_sent or self._resend_bytes())
        return None

    def _refuse(self, error: RemoteError) -> None:
        self._refused += error.defect is not Defect.UNKNOWN_CODE
        self._detecting = error.checked
        last_time = self._refused >= self._limits.refused
        if error.remedy is Remedy.IGNORE:
            if last_time or (error.defect is Defect.NOT_SIP2 and not self._talked):
                self._close(error.defect)
            else:
                self._events.append(Noticed(error.defect, error.code))
        elif last_time:
            self._close(error.defect, self._resend_bytes())
        else:
            self._events.append(Noticed(error.defect, error.code))
            self._replay(self._resend_bytes())

    def _replay(self, data: bytes) -> None:
        self._last_sent = data
        self._events.append(Replay(data))

    def _resend_bytes(self) -> bytes:
        detection = self._wire.error_detection
        with_checksum = detection is ErrorDetection.REQUIRED or (
            detection is ErrorDetection.AUTO and self._detecting
        )
        return self._terminated(serialise(RequestScResend(), self._wire, None, with_checksum))

    def _send_answer(self, message: Message) -> bytes:
        if message.direction is not _TO_SC:
            raise LocalError("only the terminal sends this message")
        if not self._outstanding:
            raise LocalError("no request waits for an answer")
        pending = self._outstanding[0]
        refusal = type(message) is RequestScResend
        detection = pending.checked or self._wire.error_detection is _REQUIRED
        sequence = None if refusal else pending.sequence
        data = self._terminated(serialise(message, self._wire, sequence, detection))
        self._outstanding.pop(0)
        self._last_sent = data
        if not refusal:
            self._last_answered, self._last_answer = pending.raw, data
        return data

    # As SC

    def _send_request(self, message: Message) -> bytes:
        if message.direction is not _TO_ACS or isinstance(message, RequestAcsResend):
            raise LocalError("this message is not sent as a request")
        if len(self._outstanding) >= self._limits.outstanding:
            raise LocalError("too many requests wait for an answer")
        detection = self._wire.error_detection is not ErrorDetection.OFF
        sequence = _NEXT_DIGIT.get(self._last_digit or "9") if detection else None
        data = self._terminated(serialise(message, self._wire, sequence, detection))
        self._last_digit = sequence
        self._outstanding.append(Request(message, sequence, detection, data))
        return data

    def _take_response(self, raw: bytes) -> Event | None:
        try:
            reading = read(raw, self._wire)
        except RemoteError as error:
            self._ask_again(error)
            return None
        message = reading.message
        if message.direction is not _TO_SC:
            return Noticed(Defect.WRONG_DIRECTION, message.code)
        if not self._outstanding:
            return Noticed(Defect.UNSOLICITED, message.code)
        if isinstance(message, RequestScResend):
            self._repeat_request()
            return None
        expected = self._outstanding[0].sequence
        if reading.sequence not in (expected, None):
            return Noticed(Defect.SEQUENCE_WRONG, message.code, reading.sequence or "")
        self._outstanding.pop(0)
        self._refused = self._resends = 0
        self._resend_asked = False
        response = Response(message, reading.sequence, reading.checked, raw)
        if not reading.defects:
            return response
        self._notice(response, reading)
        return None

    def _repeat_request(self) -> None:
        """A 96 asks for the request again; in answer to a 97 it means that communication has failed."""
        self._resends += 1
        if self._resend_asked or self._resends > self._limits.resends:
            self._close(Defect.RESEND_REFUSED)
        else:
            self._events.append(Replay(self._outstanding[0].raw))

    def _ask_again(self, error: RemoteError) -> None:
        self._events.append(Noticed(error.defect, error.code))
        if error.remedy is Remedy.IGNORE or not self._outstanding:
            return
        self._refused += 1
        if self._refused > self._limits.refused:
            self._close(error.defect)
        else:
            self._events.append(Replay(self.resend_request()))
