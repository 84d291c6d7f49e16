"""One association, seen from the target, without a socket: bytes in, events out; answers in, bytes out.

The rules it keeps: Init comes first; one operation at a time, answered in the order of the requests, whatever
is sent ahead; a reference id comes back as it came; what a peer sends raises nothing. `LocalError` is for
mistakes of the caller.
"""

from enum import Enum
from typing import Final, cast

import msgspec

from protocols.z3950 import answers, ber, codec, negotiation
from protocols.z3950.answers import OPTIONS, RESPONSES, Request, Response
from protocols.z3950.apdus import (
    Apdu,
    Close,
    CloseReason,
    InitializeRequest,
    Option,
    SearchRequest,
    TriggerResourceControlRequest,
)
from protocols.z3950.charset import Charset
from protocols.z3950.codec import Readings
from protocols.z3950.errors import Defect, LocalError, RemoteError
from protocols.z3950.framing import Framer
from protocols.z3950.negotiation import Agreed, Offer
from protocols.z3950.structures import DefaultDiagFormat, OtherInformationItem, bib_1_diagnostic


class Limits(msgspec.Struct, frozen=True):
    """The most that an origin may ask of one association: of an APDU, and of what is sent ahead."""

    apdu: ber.Limits = ber.Limits()
    ahead: int = 16
    buffered: int = 2 * 1024 * 1024


class Asked(msgspec.Struct, frozen=True, gc=False):
    """An Init, and what would be in force; to be decided with `accept` or `refuse`."""

    request: InitializeRequest
    agreed: Agreed


class Operation(msgspec.Struct, frozen=True, gc=False):
    """A request to be answered with `send`."""

    request: Request


class Triggered(msgspec.Struct, frozen=True, gc=False):
    """The origin wants something of the operation under way, which may be its end; it has no answer."""

    request: TriggerResourceControlRequest


class Reply(msgspec.Struct, frozen=True, gc=False):
    """Bytes to be written as they are: a request was refused for the target, with this diagnostic."""

    data: bytes
    kind: type[Request]
    diagnostic: DefaultDiagFormat


class Closing(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The end: write `data`, then close. `defect` says what the peer did wrong, and `place` where."""

    reason: CloseReason | int
    data: bytes = b""
    defect: Defect | None = None
    place: str = ""


class NeedData(Enum):
    """There is no event until more bytes come, or until the operation is answered."""

    NEED_DATA = "need data"


NEED_DATA: Final = NeedData.NEED_DATA
Event = Asked | Operation | Triggered | Reply | Closing


class Awaited(Enum):
    """What must come before there is another event."""

    MESSAGE = "an APDU"
    REST = "the rest of an APDU"
    ANSWERS = "the answer to the operation under way, and no more requests"
    NOTHING = "nothing: it is over"


class _State(Enum):
    """Where the association is."""

    CLOSED = "no Init yet"
    OPENING = "an Init is being decided"
    OPEN = "open"
    CLOSING = "we have said Close"
    OVER = "over"


_LIMITS: Final = Limits()
_INIT, _TRIGGER, _CLOSE = b"\xb4", b"\xbf\x20", b"\xbf\x30"
_LIMITS_PASSED: Final = frozenset((Defect.TOO_DEEP, Defect.TOO_LONG, Defect.TOO_MANY_ELEMENTS))
_TRIGGERS: Final = Option.TRIGGER_RESOURCE_CONTROL
_TOO_MANY_BOOLEANS: Final = 6
_HIGH: Final = 0xBF
"""The first octet of an identifier that has more."""


class Association:
    """An association with an origin that is offered this. Associations that share `readings` read alike
    requests once.

    Give it what comes with `receive_data`, and take events with `next_event` until that is NEED_DATA; ask
    again after each `accept` and each `send`, for what was sent ahead waits for them.
    """

    def __init__(self, offer: Offer, limits: Limits = _LIMITS, readings: Readings | None = None) -> None:
        self._offer = offer
        self._limits = limits
        self._readings = Readings(limits.apdu) if readings is None else readings
        self._framer = Framer(limits.apdu)
        self._state = _State.CLOSED
        self._queue: list[bytes] = []  # requests that were sent ahead, as they came
        self._event: Event | None = None  # that is still to be told
        self._under_way: InitializeRequest | Request | None = None
        self._agreed: Agreed | None = None
        self._broken: RemoteError | None = None  # told when what came before it has been answered

    @property
    def agreed(self) -> Agreed | None:
        """What is in force, once there has been an Init."""
        return self._agreed

    @property
    def under_way(self) -> InitializeRequest | Request | None:
        """The request that is being answered."""
        return self._under_way

    @property
    def has_more(self) -> bool:
        """Whether anything is left of what was received, so that it is worth asking for the next event."""
        return bool(self._event or self._queue or self._framer.buffer)

    @property
    def awaited(self) -> Awaited:
        """What must come before there is another event, if `next_event` has just said that there is none."""
        if self._state is _State.OVER:
            return Awaited.NOTHING
        if self._broken or len(self._queue) >= self._limits.ahead:
            return Awaited.ANSWERS
        return Awaited.REST if self._framer.buffer else Awaited.MESSAGE

    def receive_data(self, data: bytes) -> None:
        """Take what came from the peer; nothing, once the association is over."""
        if self._state is _State.OVER:
            return
        if self._framer.feed(data) + sum(map(len, self._queue)) > self._limits.buffered:
            self._event = self._failed(RemoteError(Defect.TOO_LONG))

    def next_event(self) -> Event | NeedData:
        """What has happened next. Never raises, whatever was received."""
        while True:
            event, self._event = self._event, None
            if event is not None:
                return event
            if self._under_way is None:
                if self._queue:
                    return self._begun(self._queue.pop(0))
                if self._broken:
                    return self._failed(self._broken)
            if self._broken or self._state is _State.OVER or len(self._queue) >= self._limits.ahead:
                return NEED_DATA
            try:
                apdu = self._framer.next()
                if apdu is None:
                    return NEED_DATA
                self._event = self._taken(apdu)
            except RemoteError as error:
                self._broken = error

    # What the target says

    def accept(self, other_info: tuple[OtherInformationItem, ...] = ()) -> bytes:
        """The answer that lets the origin in. Raises `LocalError` if no Init waits for one."""
        request, agreed = self._decided()
        answer = negotiation.response(agreed, self._offer, request, result=True)
        if other_info:
            answer = msgspec.structs.replace(answer, other_info=(*(answer.other_info or ()), *other_info))
        self._state = _State.OPEN
        return codec.encode(answer, agreed.charset)

    def refuse(self, diagnostic: DefaultDiagFormat) -> bytes:
        """The answer that does not let the origin in, and says why; then it is over.

        Raises `LocalError` if no Init waits for one.
        """
        request, agreed = self._decided()
        answer = negotiation.response(agreed, self._offer, request, result=False)
        given = negotiation.reason_given(diagnostic)
        self._event = self._ended(Closing(reason=CloseReason.SECURITY_VIOLATION))
        return codec.encode(msgspec.structs.replace(answer, user_information_field=given), agreed.charset)

    def send(self, answer: Response) -> bytes:
        """The bytes of the answer to the operation under way; none if the association has ended meanwhile.

        The reference id is the request's. Raises `LocalError` for the answer of another service, or of no
        request.
        """
        if self._state is not _State.OPEN:
            return b""
        request = self._under_way
        if request is None or RESPONSES[type(request)] is not type(answer):
            raise LocalError("no request waits for this answer")
        self._under_way = None
        return self._answered(answer, request.reference_id)

    def close(self, reason: CloseReason, text: str = "") -> bytes:
        """What ends the association, to be written; the end is there when the peer has said Close too.

        Before Init, and in version 2, there is nothing to be said, and it is over at once.
        """
        if self._state is _State.OVER or self._state is _State.CLOSING:
            return b""
        data = self._close_apdu(reason, text) if self._agreed else b""
        self._forget()
        if data:
            self._state = _State.CLOSING
        else:
            self._event = self._ended(Closing(reason=reason))
        return data

    # What the origin says

    def _taken(self, apdu: bytes) -> Event | None:
        """What an APDU amounts to as soon as it comes: nothing yet if it is a request that waits its turn."""
        first = apdu[:1] if apdu[0] != _HIGH else apdu[:2]
        if first == _CLOSE:
            return self._closed(self._decoded(apdu))
        if self._state is _State.CLOSING:
            return None  # 3.2.11.1.1: whatever was under way has ended
        if (first == _INIT) != (self._state is _State.CLOSED):
            raise RemoteError(Defect.OUT_OF_PLACE)
        if first == _TRIGGER:
            return self._triggered(self._decoded(apdu))
        if first == _INIT:
            self._state = _State.OPENING
        if self._under_way is None:
            return self._begun(apdu)
        self._queue.append(apdu)
        return None

    def _closed(self, request: Apdu) -> Event:
        assert isinstance(request, Close)
        if self._state is _State.CLOSING or self._state is _State.CLOSED:
            answer = b""
        else:
            answer = self._close_apdu(CloseReason.FINISHED, "", request.reference_id)
        return self._ended(Closing(reason=request.close_reason, data=answer))

    def _triggered(self, request: Apdu) -> Event | None:
        assert isinstance(request, TriggerResourceControlRequest)
        under_way = self._under_way
        if under_way is None or self._state is not _State.OPEN or _TRIGGERS not in self._offer.options:
            return None
        return Triggered(request) if request.reference_id in (None, under_way.reference_id) else None

    def _begun(self, apdu: bytes) -> Event:
        """Hand out a request whose turn it is."""
        try:
            request = self._decoded(apdu)
        except RemoteError as error:
            if error.defect is not Defect.TOO_MANY_OPERANDS:
                return self._failed(error)
            diagnostic = bib_1_diagnostic(_TOO_MANY_BOOLEANS)
            return self._refused(SearchRequest, codec.reference_id(apdu), diagnostic)
        if isinstance(request, InitializeRequest):
            return self._init_begun(request)
        option = OPTIONS.get(type(request))
        if option is None:
            return self._failed(RemoteError(Defect.OUT_OF_PLACE))
        asked = cast("Request", request)  # that has an option
        if option not in self._offer.options:
            return self._refused(type(asked), asked.reference_id, answers.not_offered(type(asked)))
        self._under_way = asked
        return Operation(asked)

    def _init_begun(self, request: InitializeRequest) -> Event:
        self._agreed = negotiation.agree(request, self._offer)
        self._under_way = request
        if self._agreed.version:
            return Asked(request, self._agreed)
        answer = negotiation.response(self._agreed, self._offer, request, result=False)
        return self._ended(
            Closing(
                reason=CloseReason.PROTOCOL_ERROR,
                data=codec.encode(answer, self._agreed.charset),
                defect=Defect.NO_COMMON_VERSION,
            )
        )

    # Both

    @property
    def _charset(self) -> Charset:
        return self._agreed.charset if self._agreed else self._offer.unnegotiated

    def _decoded(self, apdu: bytes) -> Apdu:
        return self._readings.decode(apdu, self._charset)

    def _answered(self, answer: Response, reference_id: bytes | None) -> bytes:
        if reference_id != answer.reference_id:
            answer = msgspec.structs.replace(answer, reference_id=reference_id)
        return codec.encode(answer, self._charset)

    def _refused(
        self, kind: type[Request], reference_id: bytes | None, diagnostic: DefaultDiagFormat
    ) -> Event:
        data = self._answered(answers.refused(kind, diagnostic), reference_id)
        return Reply(data, kind, diagnostic)

    def _decided(self) -> tuple[InitializeRequest, Agreed]:
        request, agreed = self._under_way, self._agreed
        if self._state is not _State.OPENING or not isinstance(request, InitializeRequest) or agreed is None:
            raise LocalError("no Init waits for a decision")
        self._under_way = None
        return request, agreed

    def _failed(self, error: RemoteError) -> Event:
        """The peer cannot be understood, or does what may not be done now."""
        passed = error.defect in _LIMITS_PASSED
        reason = CloseReason.RESOURCES if passed else CloseReason.PROTOCOL_ERROR
        understood = error.defect is not Defect.NOT_AN_APDU
        closing = self._state is _State.CLOSING
        data = self._close_apdu(reason, str(error)) if understood and not closing else b""
        return self._ended(Closing(reason=reason, data=data, defect=error.defect, place=error.place))

    def _close_apdu(self, reason: CloseReason, text: str, reference_id: bytes | None = None) -> bytes:
        """A Close, which version 2 does not have."""
        if self._agreed and self._agreed.version == 2:
            return b""
        close = Close(reference_id=reference_id, close_reason=reason, diagnostic_information=text or None)
        return codec.encode(close, self._charset)

    def _ended(self, closing: Closing) -> Event:
        self._forget()
        self._state = _State.OVER
        return closing

    def _forget(self) -> None:
        self._under_way = self._broken = None
        self._framer.clear()
        self._queue.clear()
        self._event = None
