"""One endpoint at work: a request that was read becomes a response.

The rule it keeps: nothing of HTTP is known here. What is told of a request in the log is handed back with its
response.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.journal import Settled
from protocols.cql import tree
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.explain import explain_record
from protocols.sru.request import ExplainRequest, RefusedRequest, Request, ScanRequest, SearchRetrieveRequest
from protocols.sru.response import (
    NO_EXTRA,
    ExplainResponse,
    Extra,
    Response,
    ScanResponse,
    SearchRetrieveResponse,
    failure,
    refusal,
)
from servers.configuration.settings import Settings
from servers.settling import Pending
from servers.sru.explaining import describe, samples
from servers.sru.house import House
from servers.sru.paging import ResultSets
from servers.sru.profiles import Endpoint
from servers.sru.records import Records
from servers.sru.scanning import scan
from servers.sru.searching import Searching
from servers.sru.translate.queries import QueryReader

LOGGED: Final = 500
"""Characters of a query that the log is told."""


class Answered(Struct, frozen=True):
    """A response, the query as it was understood, and fields for the log."""

    response: Response
    written: tree.Query | None = None
    told: Mapping[str, object] = {}


class Service:
    """Answers for one endpoint, by settings that do not change."""

    def __init__(self, endpoint: Endpoint, settings: Settings, house: House, sets: ResultSets) -> None:
        self.endpoint = endpoint
        self._house = house
        self._zone = ZoneInfo(settings.institution.time_zone)
        self._reader = QueryReader(house.catalogue.points, endpoint.mode)
        records = Records(
            house,
            house.desk.policy,
            has_availability=endpoint.has_availability,
            has_temporary_holdings=endpoint.has_temporary_holdings,
        )
        self._headings = house.headings()
        self._searching = Searching(endpoint, house, self._reader, records, self._headings, sets, self._now)
        self._since = self._now()
        self.explained = lru_cache(maxsize=16)(self._explained)

    def answer(self, request: Request, host: str, port: int) -> Answered | Pending[Answered]:
        """What is to be answered to a request that came by this address, as soon as all that it tells is
        durable.
        """
        match request:
            case RefusedRequest():
                return Answered(refusal(request))
            case SearchRetrieveRequest():
                return self._found(request)
            case ScanRequest():
                response = scan(self.endpoint, self._house.catalogue, self._reader, self._headings, request)
                return Answered(response, None, {"query": request.scan_clause[:LOGGED]})
            case ExplainRequest():
                return Answered(self.explained(host, port))
            case _:
                assert_never(request)

    def _found(self, request: SearchRetrieveRequest) -> Answered | Pending[Answered]:
        searched = self._searching.answer(request)
        told: dict[str, object] = {"query": request.query[:LOGGED]}
        if searched.response.number_of_records is not None:
            told["hits"] = searched.response.number_of_records
        found = Answered(searched.response, searched.written, told)

        def otherwise(how: Settled) -> Answered | Pending[Answered]:
            if how is Settled.UNDONE:
                return self._found(request)
            broken = failure(request.asked, Diagnostic(2, "the store is broken"))
            return Answered(broken, found.written, told)

        return found if searched.unit is None else Pending(searched.unit, found, otherwise)

    def _explained(self, host: str, port: int) -> ExplainResponse:
        """What the endpoint says of itself: made once, since nothing of it changes while it runs."""
        extent = len(self._house.desk.library.bibs)
        description = describe(self.endpoint, self._house.catalogue.points, host, port, self._since, extent)
        return ExplainResponse(
            record=explain_record(description, self.endpoint.style.explain),
            description=description,
            extra=NO_EXTRA if self.endpoint.tells_date else Extra(more=samples()),
        )

    def _now(self) -> datetime:
        return _local(self._house.desk.clock.now().replace(microsecond=0), self._zone)


@lru_cache(maxsize=8)
def _local(second: datetime, zone: ZoneInfo) -> datetime:
    return second.astimezone(zone)


def numbers(response: SearchRetrieveResponse | ScanResponse | ExplainResponse) -> list[int]:
    """The numbers of its diagnostics."""
    return [each.number for each in response.diagnostics]
