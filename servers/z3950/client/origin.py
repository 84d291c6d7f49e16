"""An association seen from the origin: it asks one thing at a time, and waits for the answer.

The rule it keeps: whatever a target sends is an answer, a diagnostic, or one sentence that says why there is
no association.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TypeVar

from protocols.z3950 import codec, negotiation
from protocols.z3950.apdus import (
    Apdu,
    Close,
    CloseReason,
    InitializeRequest,
    InitializeResponse,
    Option,
    PresentRequest,
    PresentResponse,
    ScanRequest,
    ScanResponse,
    SearchRequest,
    SearchResponse,
    SortRequest,
    SortResponse,
)
from protocols.z3950.ber import Limits
from protocols.z3950.charset import UNNEGOTIATED, Charset
from protocols.z3950.diagnostics import described
from protocols.z3950.errors import RemoteError
from protocols.z3950.framing import Framer
from protocols.z3950.negotiation import ALL_VERSIONS, SEARCH_OPTIONS
from protocols.z3950.oids import Oid
from protocols.z3950.rpn import Query
from servers.calling import ClientProblem, connected, secured, trusting
from servers.z3950.client.destination import Target

T = TypeVar("T", SearchResponse, PresentResponse, ScanResponse, SortResponse)

LONGEST = 2**26
"""Bytes of an answer that are taken."""

_READ = 2**16
_LIMITS = Limits(size=LONGEST, elements=2**20)


SET = "default"
"""The result set that is used."""


def search(query: Query, database: str) -> SearchRequest:
    """A search whose answer has no records."""
    return SearchRequest(
        small_set_upper_bound=0,
        large_set_lower_bound=1,
        medium_set_present_number=0,
        replace_indicator=True,
        result_set_name=SET,
        database_names=(database,),
        query=query,
    )


def present(syntax: Oid, start: int = 1, number: int = 1, elements: str = "F") -> PresentRequest:
    """Some of the records of that set."""
    return PresentRequest(
        result_set_id=SET,
        result_set_start_point=start,
        number_of_records_requested=number,
        record_composition=elements,
        preferred_record_syntax=syntax,
    )


class Origin:
    """An association that is open. ``trace`` hears every APDU, as it is sent and as it comes."""

    def __init__(
        self, target: Target, line: socket.socket, trace: Callable[[str, bytes], None] | None = None
    ) -> None:
        self._target = target
        self._line = line
        self._trace = trace
        self._framer = Framer(_LIMITS)
        self.charset: Charset = UNNEGOTIATED
        self.welcome: InitializeResponse | None = None
        self.milliseconds = 0.0
        """How long the last answer took."""

    def initialize(self, charset: Charset | None = None) -> InitializeResponse:
        """Ask to be let in. Raises `ClientProblem` if it is not to be."""
        wishes = (negotiation.propose(charset),) if charset else None
        options = SEARCH_OPTIONS if charset else SEARCH_OPTIONS - {Option.NEGOTIATION_MODEL}
        request = InitializeRequest(
            protocol_version=ALL_VERSIONS,
            options=options,
            preferred_message_size=LONGEST,
            exceptional_record_size=LONGEST,
            implementation_id="circdesk",
            implementation_name="circdesk",
            implementation_version=version("circdesk"),
            other_info=wishes,
        )
        answer = self._ask(request)
        if not isinstance(answer, InitializeResponse):
            raise self._not_expected(answer)
        if not answer.result:
            reasons = [described(each.condition, each.text) for each in negotiation.reasons_of(answer)]
            raise ClientProblem(
                f"{self._target} lets nobody in like this: {'; '.join(reasons) or 'no reason'}"
            )
        self.welcome = answer
        self.charset = negotiation.granted(answer) or UNNEGOTIATED
        return answer

    def search(self, request: SearchRequest) -> SearchResponse:
        """Search. Raises `ClientProblem`."""
        return self._answered(request, SearchResponse)

    def present(self, request: PresentRequest) -> PresentResponse:
        """Have records. Raises `ClientProblem`."""
        return self._answered(request, PresentResponse)

    def scan(self, request: ScanRequest) -> ScanResponse:
        """Have a part of an index. Raises `ClientProblem`."""
        return self._answered(request, ScanResponse)

    def sort(self, request: SortRequest) -> SortResponse:
        """Sort a result set. Raises `ClientProblem`."""
        return self._answered(request, SortResponse)

    def close(self) -> None:
        """Say good-bye, if there is somebody to hear it."""
        if self.welcome is not None and negotiation.highest(self.welcome.protocol_version) > 2:
            self._send(Close(close_reason=CloseReason.FINISHED))

    def _answered(self, request: Apdu, kind: type[T]) -> T:
        answer = self._ask(request)
        if not isinstance(answer, kind):
            raise self._not_expected(answer)
        return answer

    def _not_expected(self, answer: Apdu) -> ClientProblem:
        if isinstance(answer, Close):
            reason = next(
                (each.name.lower() for each in CloseReason if each == answer.close_reason), "unknown"
            )
            told = f": {answer.diagnostic_information}" if answer.diagnostic_information else ""
            return ClientProblem(f"{self._target} ended the association ({reason}){told}")
        return ClientProblem(f"{self._target} answered with {type(answer).__name__}, which is none")

    def _ask(self, request: Apdu) -> Apdu:
        started = time.perf_counter()
        self._send(request)
        while (data := self._next()) is None:
            came = self._received()
            if not came:
                raise ClientProblem(f"{self._target} ended the conversation without an answer")
            self._framer.feed(came)
        self.milliseconds = (time.perf_counter() - started) * 1000
        if self._trace is not None:
            self._trace("<", data)
        try:
            return codec.decode(data, self.charset, _LIMITS)
        except RemoteError as error:
            raise ClientProblem(f"{self._target} sent what cannot be read: {error}") from error

    def _next(self) -> bytes | None:
        try:
            return self._framer.next()
        except RemoteError as error:
            raise ClientProblem(f"{self._target} speaks no Z39.50: {error}") from error

    def _send(self, request: Apdu) -> None:
        data = codec.encode(request, self.charset)
        if self._trace is not None:
            self._trace(">", data)
        try:
            self._line.sendall(data)
        except OSError as error:
            raise ClientProblem(
                f"{self._target} ended the conversation ({error.strerror or error})"
            ) from error

    def _received(self) -> bytes:
        try:
            return self._line.recv(_READ)
        except TimeoutError as error:
            raise ClientProblem(f"no answer from {self._target} within the time that it had") from error
        except OSError as error:
            raise ClientProblem(
                f"{self._target} ended the conversation ({error.strerror or error})"
            ) from error


@contextmanager
def associated(
    target: Target,
    timeout: float,
    charset: Charset | None = None,
    trace: Callable[[str, bytes], None] | None = None,
) -> Iterator[Origin]:
    """An association with this target, which ends in order. Raises `ClientProblem`."""
    line = connected(target.host, target.port, timeout)
    if target.secured:
        line = secured(line, trusting(target.authority, None, None), target.host, target.port)
    with line:
        origin = Origin(target, line, trace)
        origin.initialize(charset)
        yield origin
        origin.close()
