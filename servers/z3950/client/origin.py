"""An origin on a line: it asks one thing at a time, and waits for the answer.

The rule it keeps: what an association is, `protocols.z3950.origin` knows; here are the line, the time, and
one sentence about whatever a target does instead of answering. No password is in what ``trace`` hears.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from typing import TypeVar

from msgspec.structs import replace

from protocols.secret import Secret
from protocols.z3950 import codec, negotiation
from protocols.z3950.answers import Request
from protocols.z3950.apdus import (
    CloseReason,
    IdPass,
    InitializeRequest,
    InitializeResponse,
    PresentRequest,
    PresentResponse,
    ScanRequest,
    ScanResponse,
    SearchRequest,
    SearchResponse,
    SortRequest,
    SortResponse,
)
from protocols.z3950.charset import Charset
from protocols.z3950.diagnostics import described
from protocols.z3950.errors import Defect
from protocols.z3950.oids import Oid
from protocols.z3950.origin import NEED_DATA, Answered, Ended, Origin, initialization
from protocols.z3950.rpn import Query
from servers.calling import ClientProblem, connected, secured, trusting
from servers.z3950.client.destination import Target

T = TypeVar("T", InitializeResponse, SearchResponse, PresentResponse, ScanResponse, SortResponse)
Trace = Callable[[str, bytes], None]

_READ = 2**16


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


class Caller:
    """An association with a target. ``trace`` hears what is sent and what comes, answer by answer."""

    def __init__(self, target: Target, line: socket.socket, trace: Trace | None = None) -> None:
        self._target = target
        self._line = line
        self._trace = trace
        self._origin = Origin()
        self.milliseconds = 0.0
        """How long the last answer took."""

    @property
    def charset(self) -> Charset:
        """The character set in force."""
        return self._origin.charset

    @property
    def version(self) -> int:
        """The version in force."""
        return self._origin.version

    def initialize(self, charset: Charset | None = None) -> InitializeResponse:
        """Ask to be let in, as the target's user if it has one. Raises `ClientProblem` if it is not to be."""
        request = initialization(
            authentication=self._target.user, charset=charset, version=version("circdesk")
        )
        answer = self._ask(request, InitializeResponse)
        if not answer.result:
            reasons = [described(each.condition, each.text) for each in negotiation.reasons_of(answer)]
            raise ClientProblem(
                f"{self._target} lets nobody in like this: {'; '.join(reasons) or 'no reason'}"
            )
        return answer

    def search(self, request: SearchRequest) -> SearchResponse:
        """Search. Raises `ClientProblem`."""
        return self._ask(request, SearchResponse)

    def present(self, request: PresentRequest) -> PresentResponse:
        """Have records. Raises `ClientProblem`."""
        return self._ask(request, PresentResponse)

    def scan(self, request: ScanRequest) -> ScanResponse:
        """Have a part of an index. Raises `ClientProblem`."""
        return self._ask(request, ScanResponse)

    def sort(self, request: SortRequest) -> SortResponse:
        """Sort a result set. Raises `ClientProblem`."""
        return self._ask(request, SortResponse)

    def close(self) -> None:
        """Say good-bye, if there is a word for it."""
        data = self._origin.close()
        self._tell(">", data)
        self._send(data)

    def _ask(self, request: InitializeRequest | Request, kind: type[T]) -> T:
        started = time.perf_counter()
        data = self._origin.send(request)
        self._tell(">", codec.encode(_shown(request)) if isinstance(request, InitializeRequest) else data)
        self._send(data)
        came = bytearray()
        while (event := self._origin.next_event()) is NEED_DATA:
            data = self._received()
            came += data
            self._origin.receive_data(data)
        self._tell("<", bytes(came))
        self.milliseconds = (time.perf_counter() - started) * 1000
        match event:
            case Answered(answer=answer):
                assert isinstance(answer, kind)
                return answer
            case Ended():
                raise self._ended(event)

    def _ended(self, event: Ended) -> ClientProblem:
        """The target has ended the association, or is no target."""
        self._tell(">", event.data)
        with suppress(ClientProblem):  # nobody may be there to hear it
            self._send(event.data)
        if event.defect is Defect.NOT_AN_APDU:
            return ClientProblem(f"{self._target} speaks no Z39.50: {event.text}")
        if event.defect is not None:
            return ClientProblem(f"{self._target} sent what is no answer: {event.text}")
        reason = next((each.name.lower() for each in CloseReason if each == event.reason), "unknown")
        told = f": {event.text}" if event.text else ""
        return ClientProblem(f"{self._target} ended the association ({reason}){told}")

    def _tell(self, way: str, data: bytes) -> None:
        if self._trace is not None and data:
            self._trace(way, data)

    def _send(self, data: bytes) -> None:
        try:
            self._line.sendall(data)
        except OSError as error:
            raise ClientProblem(
                f"{self._target} ended the conversation ({error.strerror or error})"
            ) from error

    def _received(self) -> bytes:
        try:
            data = self._line.recv(_READ)
        except TimeoutError as error:
            raise ClientProblem(f"no answer from {self._target} within the time that it had") from error
        except OSError as error:
            raise ClientProblem(
                f"{self._target} ended the conversation ({error.strerror or error})"
            ) from error
        if not data:
            raise ClientProblem(f"{self._target} ended the conversation without an answer")
        return data


def _shown(request: InitializeRequest) -> InitializeRequest:
    """An Init without its password."""
    match request.id_authentication:
        case Secret():
            return replace(request, id_authentication=Secret("***"))
        case IdPass() as said:
            return replace(request, id_authentication=replace(said, password=Secret("***")))
        case _:
            return request


@contextmanager
def associated(
    target: Target, timeout: float, charset: Charset | None = None, trace: Trace | None = None
) -> Iterator[Caller]:
    """An association with this target, which ends in order. Raises `ClientProblem`."""
    line = connected(target.host, target.port, timeout)
    if target.secured:
        line = secured(line, trusting(target.authority, None, None), target.host, target.port)
    with line:
        caller = Caller(target, line, trace)
        caller.initialize(charset)
        yield caller
        caller.close()
