"""The target of one association: requests in, responses out, without a socket.

The rule it keeps: what a request does is done once; how it is answered can be asked for again, for an answer
goes only when all that it tells is durable, and is made anew where that is undone. Whatever cannot be done is
the failure of its own service, with a diagnostic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from core.model.records import BibId
from core.policy_table import PolicyTable
from core.query import Or, Query, SearchRefused
from core.register import Answer
from protocols.cql.parser import Mode
from protocols.z3950 import answers
from protocols.z3950.answers import Request, Response
from protocols.z3950.apdus import (
    DeleteFunction,
    DeleteResultSetRequest,
    DeleteResultSetResponse,
    DeleteSetStatus,
    DuplicateDetectionRequest,
    ExtendedServicesRequest,
    ListStatus,
    NamePlusRecord,
    Option,
    PresentRequest,
    PresentResponse,
    PresentStatus,
    Range,
    ResourceReportRequest,
    ScanRequest,
    SearchRequest,
    SearchResponse,
    SortRequest,
    SortResponse,
    SortStatus,
)
from protocols.z3950.negotiation import Agreed
from protocols.z3950.retrieval import at_once, next_position, packed, ranges, wanted
from protocols.z3950.structures import CompSpec, DefaultDiagFormat, ElementSetNames, OtherInformationItem
from servers.sru.translate.queries import QueryReader
from servers.z3950 import scanning, sorting
from servers.z3950.asking import Asked, Asking, Meanings
from servers.z3950.databases import Databases
from servers.z3950.house import House
from servers.z3950.records import Manner, Records, shape
from servers.z3950.refusal import Refused
from servers.z3950.sets import Limits, ResultSet, ResultSets
from servers.z3950.translate.diagnostics import of_catalogue

DEFAULT_SET: Final = "default"
"""The result set that every association may have (Z39.50-1995, 3.2.2.1.3)."""

LONGEST_NAME: Final = 200
COUNTED: Final = 16
"""Operands of a query at most whose own hits are told."""
LOGGED: Final = 500
"""Characters of a query that the log is told."""
BEYOND: Final = PresentStatus.PARTIAL_4
"""More records were asked for than go into one answer."""

_ILLEGAL_NAME, _NO_NAMES, _NO_SORTED_NAME, _OTHER_DATABASES, _NO_SCAN_HERE = 128, 22, 208, 23, 1025


class Make(Struct, frozen=True):
    """An answer, to be made as often as need be, and what the log is told of its request."""

    answer: Callable[[], Answer[Response]]
    told: Mapping[str, Any] = {}
    database: str = ""
    diagnostic: DefaultDiagFormat | None = None


class Bounds(Struct, frozen=True):
    """What a target bears: of result sets, records of an answer, and terms of a scan."""

    sets: Limits = Limits()
    records: int = 250
    terms: int = 1_000


class Shared(Struct, frozen=True):
    """What the targets of all associations share, by settings that do not change."""

    house: House
    databases: Databases
    records: Records
    reader: QueryReader
    meanings: Meanings
    bounds: Bounds

    @classmethod
    def of(cls, house: House, policy: PolicyTable, bounds: Bounds, *, has_availability: bool) -> Shared:
        """All of it for one institution."""
        return cls(
            house,
            Databases(policy.policy),
            Records(house, policy, has_availability=has_availability),
            QueryReader(house.catalogue.points, Mode.STRICT),
            Meanings(),
            bounds,
        )


class _Page(Struct, frozen=True):
    """The records of an answer."""

    records: tuple[NamePlusRecord, ...]
    status: PresentStatus
    next: int


class Target:
    """Answers the requests of one association, which has agreed to this."""

    def __init__(self, shared: Shared, agreed: Agreed, *, is_marc8: bool) -> None:
        self.shared = shared
        self._agreed = agreed
        self._manner = Manner(agreed.charset, is_marc8)
        self.sets = ResultSets(shared.house.catalogue, shared.bounds.sets)
        self._asking = Asking(shared.house, shared.reader, shared.meanings, agreed, self.sets)

    def perform(self, request: Request) -> Make:
        """Do what is asked; never raises for what an origin can send."""
        try:
            return self._perform(request)
        except Refused as refused:
            return self._refused(request, refused)

    def _refused(self, request: Request, refused: Refused) -> Make:
        told: dict[str, Any] = {}
        if isinstance(request, SearchRequest):
            told["query"] = self._asking.written(request.query)[:LOGGED]
        response = answers.refused(type(request), refused.diagnostic)
        return Make(lambda: Answer(response), told, diagnostic=refused.diagnostic)

    def _perform(self, request: Request) -> Make:
        match request:
            case SearchRequest():
                return self._search(request)
            case PresentRequest():
                return self._present(request)
            case ScanRequest():
                return self._scan(request)
            case SortRequest():
                return self._sort(request)
            case DeleteResultSetRequest():
                response = self._delete(request)
                return Make(lambda: Answer(response), {"sets": len(self.sets)})
            case ResourceReportRequest() | ExtendedServicesRequest() | DuplicateDetectionRequest():
                refusal = answers.refused(type(request), answers.not_offered(type(request)))
                return Make(lambda: Answer(refusal), diagnostic=answers.not_offered(type(request)))
            case _:
                assert_never(request)

    # Search

    def _search(self, request: SearchRequest) -> Make:
        name = self._name(request.result_set_name)
        self.sets.expect(name, replacing=request.replace_indicator)
        try:
            found, asked = self._found(name, request)
        except Refused:
            self.sets.drop(name)  # 3.2.2.1.3: what it was before is gone
            raise
        told = {"query": asked.written[:LOGGED], "hits": found.count}
        head = SearchResponse(
            result_count=found.count,
            number_of_records_returned=0,
            next_result_set_position=1 if found.count else 0,
            search_status=True,
            additional_search_info=self._report(asked, found),
        )
        at = at_once(request, found.count)
        if not at.number:
            return Make(lambda: Answer(head), told, found.database.name)
        shown = (Range(1, at.number),)
        try:
            page = self._page(found, shown, at.element_sets, request)
        except Refused as refused:
            failed = replace(
                head,
                next_result_set_position=1,
                present_status=PresentStatus.FAILURE,
                records=refused.diagnostic,
            )
            return Make(lambda: Answer(failed), told, found.database.name, refused.diagnostic)

        def answer() -> Answer[Response]:
            made = page()
            records = made.outcome.records
            response = replace(
                head,
                number_of_records_returned=len(records),
                next_result_set_position=made.outcome.next,
                present_status=made.outcome.status,
                records=records or None,
            )
            return Answer(response, made.unit)

        return Make(answer, told, found.database.name)

    def _found(self, name: str, request: SearchRequest) -> tuple[ResultSet, Asked]:
        database = self.shared.databases.named(request.database_names)
        asked = self._asking.asked(request.query)
        found = self.sets.make(name, database, asked.query, asked.sort)
        if isinstance(found, SearchRefused):
            raise self._asking.refusal(asked, found)
        return found, asked

    def _name(self, name: str) -> str:
        if not name or len(name) > LONGEST_NAME:
            raise Refused(_ILLEGAL_NAME, name)
        if name != DEFAULT_SET and Option.NAMED_RESULT_SETS not in self._agreed.options:
            raise Refused(_NO_NAMES, name)
        return name

    def _report(self, asked: Asked, found: ResultSet) -> tuple[OtherInformationItem, ...] | None:
        """searchResult-1: how many records each operand finds alone."""
        if self._agreed.version < 3 or not 0 < len(asked.parts) <= COUNTED:
            return None
        counts: list[int | None] = [found.count]
        if len(asked.parts) > 1:
            counts = [self._count(part.query, found) for part in asked.parts]
        return (asked.report(counts, self._agreed.charset),)

    def _count(self, query: Query, found: ResultSet) -> int | None:
        hits = self.shared.house.catalogue.search(found.database.narrowed(query), (), 0, 0)
        return None if isinstance(hits, SearchRefused) else hits.count

    # Present

    def _present(self, request: PresentRequest) -> Make:
        found = self.sets.find(request.result_set_id)
        asked = ranges(request, found.count)
        if isinstance(asked, DefaultDiagFormat):
            raise Refused(asked.condition, found.count)
        page = self._page(found, asked, request.record_composition, request)

        def answer() -> Answer[Response]:
            made = page()
            records = made.outcome.records
            response = PresentResponse(
                number_of_records_returned=len(records),
                next_result_set_position=made.outcome.next,
                present_status=made.outcome.status,
                records=records or None,
            )
            return Answer(response, made.unit)

        first = request.result_set_start_point
        told = {"first": first, "records": request.number_of_records_requested, "hits": found.count}
        return Make(answer, told, found.database.name)

    def _page(
        self,
        found: ResultSet,
        asked: Sequence[Range],
        composition: ElementSetNames | CompSpec | None,
        request: SearchRequest | PresentRequest,
    ) -> Callable[[], Answer[_Page]]:
        """Makes the records at these positions. Raises `Refused` for what they cannot be."""
        made = shape(wanted(composition, request.preferred_record_syntax, found.database.name))
        bibs: list[BibId | None] = []
        positions: list[int] = []
        for each in asked:
            number = min(each.number_of_records, self.shared.bounds.records - len(bibs))
            bibs += self.sets.bibs(found, each.starting_position, number)
            positions += range(each.starting_position, each.starting_position + number)
        is_cut = len(bibs) < sum(each.number_of_records for each in asked)
        agreed = self._agreed

        def page() -> Answer[_Page]:
            answer = self.shared.records.page(bibs, made, found.database, self._manner)
            fitting = packed(
                answer.outcome, len(bibs), agreed.preferred_message_size, agreed.exceptional_record_size
            )
            status = BEYOND if is_cut and fitting.status is PresentStatus.SUCCESS else fitting.status
            last = positions[len(fitting.records) - 1] if fitting.records else 0
            return Answer(_Page(fitting.records, status, next_position(last, found.count)), answer.unit)

        return page

    # Scan, Sort, Delete

    def _scan(self, request: ScanRequest) -> Make:
        database = self.shared.databases.named(request.database_names)
        if database.agencies is not None:
            raise Refused(_NO_SCAN_HERE, database.name)
        catalogue, manner = self.shared.house.catalogue, self._asking.manner
        response = scanning.scan(catalogue, request, manner, self.shared.bounds.terms)
        told = {"terms": response.number_of_entries_returned}
        return Make(lambda: Answer(response), told, database.name)

    def _sort(self, request: SortRequest) -> Make:
        if not request.sorted_result_set_name:
            raise Refused(_NO_SORTED_NAME)
        name = self._name(request.sorted_result_set_name)
        sources = [self.sets.find(each) for each in request.input_result_set_names]
        if not sources:
            raise Refused(30)
        if any(each.database.agencies != sources[0].database.agencies for each in sources):
            raise Refused(_OTHER_DATABASES)
        self.sets.expect(name, replacing=True)
        order = sorting.keys(request.sort_sequence, self._asking.manner, self.shared.reader)
        together = reduce(Or, [each.query for each in sources])
        found = self.sets.make(name, sources[0].database, together, order)
        if isinstance(found, SearchRefused):
            raise of_catalogue(found)
        response = SortResponse(sort_status=SortStatus.SUCCESS, result_count=found.count)
        return Make(lambda: Answer(response), {"hits": found.count}, found.database.name)

    def _delete(self, request: DeleteResultSetRequest) -> DeleteResultSetResponse:
        match request.delete_function:
            case DeleteFunction.ALL:
                self.sets.clear()
                return DeleteResultSetResponse(delete_operation_status=DeleteSetStatus.SUCCESS)
            case DeleteFunction.LIST:
                statuses = tuple(
                    [ListStatus(each, self._dropped(each)) for each in request.result_set_list or ()]
                )
                failed = any(each.status is not DeleteSetStatus.SUCCESS for each in statuses)
                status = DeleteSetStatus.NOT_ALL_REQUESTED_DELETED if failed else DeleteSetStatus.SUCCESS
                return DeleteResultSetResponse(
                    delete_operation_status=status, delete_list_statuses=statuses or None
                )
            case _:
                return DeleteResultSetResponse(
                    delete_operation_status=DeleteSetStatus.SYSTEM_PROBLEM_AT_TARGET,
                    delete_message="a function that there is not",
                )

    def _dropped(self, name: str) -> DeleteSetStatus:
        return DeleteSetStatus.SUCCESS if self.sets.drop(name) else DeleteSetStatus.DID_NOT_EXIST
