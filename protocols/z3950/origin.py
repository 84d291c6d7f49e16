"""One association, seen from the origin, without a socket: requests in, bytes out; bytes in, answers out.

The rule it keeps: answers come in the order of the requests, each of the service that was asked, or the
target has broken the standard. The target's side is `association.py`.
"""

from enum import Enum
from typing import Final

import msgspec

from protocols.z3950 import ber, codec, negotiation
from protocols.z3950.answers import RESPONSES, Request, Response
from protocols.z3950.apdus import (
    Apdu,
    Close,
    CloseReason,
    IdAuthentication,
    InitializeRequest,
    InitializeResponse,
    Option,
    TriggerResourceControlRequest,
    Version,
)
from protocols.z3950.charset import UNNEGOTIATED, Charset
from protocols.z3950.errors import Defect, LocalError, RemoteError
from protocols.z3950.framing import Framer

NAME: Final = "circdesk"
LIMITS: Final = ber.Limits(size=64 * 1024 * 1024, elements=4_000_000)
"""What a target may send: records make answers long."""

OPTIONS: Final = negotiation.SEARCH_OPTIONS - {Option.NEGOTIATION_MODEL}
"""What is asked for; character sets only where one is wanted."""


def initialization(
    *,
    authentication: IdAuthentication | None = None,
    charset: Charset | None = None,
    options: frozenset[Option] = OPTIONS,
    versions: frozenset[Version] = negotiation.ALL_VERSIONS,
    message_size: int = LIMITS.size,
    version: str | None = None,
) -> InitializeRequest:
    """An Init; with `charset`, one that asks for it, for records too."""
    return InitializeRequest(
        protocol_version=versions,
        options=options | {Option.NEGOTIATION_MODEL} if charset else options,
        preferred_message_size=message_size,
        exceptional_record_size=message_size,
        id_authentication=authentication,
        implementation_id=NAME,
        implementation_name=NAME,
        implementation_version=version,
        other_info=(negotiation.propose(charset),) if charset else None,
    )


class Answered(msgspec.Struct, frozen=True, gc=False):
    """What the target says to the oldest request that had no answer."""

    request: InitializeRequest | Request
    answer: InitializeResponse | Response


class Ended(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The end: write `data`, then close. `defect` says what the target did wrong."""

    reason: CloseReason | int
    text: str = ""
    data: bytes = b""
    defect: Defect | None = None


class NeedData(Enum):
    """There is no event until more bytes come."""

    NEED_DATA = "need data"


NEED_DATA: Final = NeedData.NEED_DATA


class Origin:
    """An association with a target. Requests may be sent ahead of answers."""

    def __init__(self, limits: ber.Limits = LIMITS) -> None:
        self._limits = limits
        self._framer = Framer(limits)
        self._outstanding: list[InitializeRequest | Request] = []
        self._version = 0
        self._charset: Charset = UNNEGOTIATED
        self._closing = self._over = False

    @property
    def charset(self) -> Charset:
        """The character set in force."""
        return self._charset

    @property
    def version(self) -> int:
        """The version in force; 0 before there is one."""
        return self._version

    def send(self, request: InitializeRequest | Request) -> bytes:
        """The bytes of a request, whose answer will come in its turn. Raises `LocalError` once it is over."""
        if self._over or self._closing:
            raise LocalError("the association is over")
        self._outstanding.append(request)
        return codec.encode(request, self._charset)

    def trigger(self, request: TriggerResourceControlRequest) -> bytes:
        """The bytes of what wants something of an operation under way; there will be no answer to it."""
        return codec.encode(request, self._charset)

    def close(self, reason: CloseReason = CloseReason.FINISHED) -> bytes:
        """The bytes of a Close, or none where version 2 is in force and the socket is simply closed."""
        if self._over or self._closing or self._version < 3:
            self._over = True
            return b""
        self._closing = True
        return codec.encode(Close(close_reason=reason), self._charset)

    def receive_data(self, data: bytes) -> None:
        """Take what came from the target."""
        if not self._over:
            self._framer.feed(data)

    def next_event(self) -> Answered | Ended | NeedData:
        """What the target has said next. Never raises, whatever was received."""
        while not self._over:
            try:
                apdu = self._framer.next()
                if apdu is None:
                    return NEED_DATA
                event = self._taken(codec.decode(apdu, self._charset, self._limits))
            except RemoteError as error:
                self._over = True
                data = b"" if self._closing else codec.encode(Close(close_reason=CloseReason.PROTOCOL_ERROR))
                return Ended(
                    reason=CloseReason.PROTOCOL_ERROR, text=str(error), data=data, defect=error.defect
                )
            if event is not None:
                return event
        return NEED_DATA

    def _taken(self, apdu: Apdu) -> Answered | Ended | None:
        if isinstance(apdu, Close):
            self._over = True
            data = b"" if self._closing else codec.encode(Close(close_reason=CloseReason.FINISHED))
            return Ended(reason=apdu.close_reason, text=apdu.diagnostic_information or "", data=data)
        if self._closing:
            return None
        if not self._outstanding or RESPONSES[type(self._outstanding[0])] is not type(apdu):
            raise RemoteError(Defect.OUT_OF_PLACE)
        assert isinstance(apdu, InitializeResponse | Response)
        request = self._outstanding.pop(0)
        if isinstance(apdu, InitializeResponse):
            self._version = negotiation.highest(apdu.protocol_version) if apdu.result else 0
            self._charset = negotiation.granted(apdu) or UNNEGOTIATED
        return Answered(request, apdu)
