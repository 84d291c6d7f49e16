"""searchRetrieve: a query becomes hits, and a page of them becomes records.

The rule it keeps: cheap questions first, and each mistake has its own diagnostic. No page is made of two
moments of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.catalogue import Hits
from core.journal import UnitOfWork
from core.model.records import BibId
from core.query import Clause, Match, Query, SearchRefused, SortKey, plain
from core.register import Answer
from protocols.cql import tree
from protocols.cql.errors import CqlError
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import Version
from protocols.sru.facets import Facet
from protocols.sru.request import SearchRetrieveRequest
from protocols.sru.response import (
    NO_EXTRA,
    Extra,
    Precision,
    ResultSet,
    SearchRetrieveResponse,
    Subquery,
    next_position,
)
from protocols.sru.schemas import Schema, find_schema
from servers.catalogue.headings import Headings
from servers.sru import facets
from servers.sru.house import House
from servers.sru.paging import CURSOR, FIRST, Cursor, ResultSets, mark, read_cursor
from servers.sru.profiles import Ability, Endpoint
from servers.sru.records import Page, Records
from servers.sru.translate import sorting
from servers.sru.translate.diagnostics import culprit, of_catalogue, of_cql
from servers.sru.translate.queries import QueryReader, Read, SetRefused

CAMPUS = "x-filterHoldingsByCampusCode"
"""Alma's parameter: the campus whose holdings are told, or several with commas between."""

ANALYSIS = "x-analysis"
"""Asks for the hits of each clause (searchResultAnalysis of 2.0), which else comes if nothing was found."""


_EMPTY: Final[Answer[Page]] = Answer(())


class Searched(Struct, frozen=True):
    """The response, and the query as it was understood, if it was. It goes when ``unit`` is durable."""

    response: SearchRetrieveResponse
    written: tree.Query | None = None
    unit: UnitOfWork | None = None


class _Search(Struct, frozen=True, kw_only=True):
    """What is to be looked up."""

    read: Read
    query: Query
    sort: tuple[SortKey, ...]
    first: int
    snapshot: str = ""
    cursor_mark: str = ""
    is_kept: bool = False
    warnings: tuple[Diagnostic, ...] = ()


class _Refused(Exception):
    """Carries a diagnostic up to `Searching.answer`; it does not leave this file."""

    def __init__(self, diagnostic: Diagnostic, written: tree.Query | None = None) -> None:
        self.diagnostic = diagnostic
        self.written = written


class Searching:
    """Searches for one endpoint. ``now`` is the time, in the institution's zone."""

    def __init__(
        self,
        endpoint: Endpoint,
        house: House,
        reader: QueryReader,
        records: Records,
        headings: Headings,
        sets: ResultSets,
        now: Callable[[], datetime],
    ) -> None:
        self._endpoint = endpoint
        self._catalogue = house.catalogue
        self._reader = reader
        self._records = records
        self._headings = headings
        self._sets = sets
        self._now = now

    def answer(self, request: SearchRetrieveRequest) -> Searched:
        """What is answered; never raises."""
        schema = find_schema(self._endpoint.schemas, request.record_schema)
        if isinstance(schema, Diagnostic):
            return _failed(schema)
        try:
            return self._found(request, schema, self._search(request))
        except _Refused as refused:
            return _failed(refused.diagnostic, refused.written)

    # What is asked

    def _search(self, request: SearchRetrieveRequest) -> _Search:
        read = self._read(request)
        sort, warnings = self._sort(request, read)
        search = _Search(
            read=read, query=read.query, sort=sort, first=request.start_record, warnings=warnings
        )
        if read.result_set:
            search = self._of_set(search)
        cursor = self._sent(request, CURSOR) if Ability.CURSOR in self._endpoint.abilities else None
        if cursor is not None:
            return self._with_cursor(request, search, cursor)
        depth = self._endpoint.depth
        if depth is not None and search.first >= depth:
            text = f"First record position out of range; no page begins at record {depth} or beyond"
            raise _Refused(Diagnostic(61, str(depth), text), read.written)
        if request.result_set_ttl and Ability.RESULT_SETS in self._endpoint.abilities and not read.result_set:
            return replace(search, snapshot=self._snapshot(), is_kept=True)
        return search

    def _read(self, request: SearchRetrieveRequest) -> Read:
        if request.query_type == "searchTerms":
            return self._terms(request.query)
        find_set = self._sets.ids if Ability.RESULT_SETS in self._endpoint.abilities else None
        try:
            return self._reader.read(request.query, find_set)
        except CqlError as error:
            raise _Refused(of_cql(error)) from error
        except SetRefused as error:
            raise _Refused(error.diagnostic) from error

    def _terms(self, text: str) -> Read:
        """searchTerms, a query type of 2.0: all of the words, anywhere."""
        written = tree.Query(tree.Clause(tree.Term(text.replace("\\", ""), 0), relation=tree.Relation("all")))
        point = self._reader.point(tree.SERVER_CHOICE, 0)
        return Read(written, Clause(point.name, Match.ALL, plain(text)), ())

    def _sort(
        self, request: SearchRetrieveRequest, read: Read
    ) -> tuple[tuple[SortKey, ...], tuple[Diagnostic, ...]]:
        """The keys of the query go before those of the parameter (94)."""
        if read.written.sort:
            try:
                keys = sorting.of_cql(self._reader, read.written.sort)
            except CqlError as error:
                raise _Refused(of_cql(error), read.written) from error
            return keys, (Diagnostic(94),) if request.sort_keys else ()
        found = sorting.of_parameter(self._reader, request.sort_keys)
        if isinstance(found, Diagnostic):
            raise _Refused(found, read.written)
        return found, ()

    def _of_set(self, search: _Search) -> _Search:
        kept = self._sets.find(search.read.result_set)
        if kept is None:
            raise _Refused(Diagnostic(51, search.read.result_set), search.read.written)
        return replace(search, query=kept.query, sort=search.sort or kept.sort, snapshot=kept.snapshot)

    def _with_cursor(self, request: SearchRetrieveRequest, search: _Search, sent: str) -> _Search:
        keys = request.asked.parameters.get("sortKeys", "")
        asked = mark(self._endpoint.database, request.query, keys)
        if sent in FIRST:
            return replace(search, snapshot=search.snapshot or self._snapshot(), cursor_mark=asked)
        cursor = read_cursor(sent)
        if cursor is None or cursor.query != asked:
            told = "Unsupported parameter value; a cursor goes with the query that it was given for"
            raise _Refused(Diagnostic(6, CURSOR, told), search.read.written)
        return replace(search, snapshot=cursor.snapshot, first=cursor.position, cursor_mark=asked)

    def _snapshot(self) -> str:
        kept = self._catalogue.keep()
        if isinstance(kept, SearchRefused):
            raise _Refused(of_catalogue(kept))
        return kept

    # What is found

    def _found(self, request: SearchRetrieveRequest, schema: Schema, search: _Search) -> Searched:
        endpoint, read = self._endpoint, search.read
        wanted = endpoint.records if request.maximum_records is None else request.maximum_records
        limit = min(wanted, endpoint.records_limit)
        hits = self._hits(search, limit)
        if search.first > max(hits.count, 1) and not endpoint.is_empty_beyond:
            return _failed(Diagnostic(61, str(hits.count)), read.written, hits.count)
        page = self._page(request, schema, hits.ids) if hits.ids else _EMPTY
        records = page.outcome
        following = next_position(search.first, len(records), hits.count) if records else None
        is_second = request.asked.version is Version.V2_0
        made, problems = self._facets(request, search) if is_second else ((), ())
        return Searched(
            SearchRetrieveResponse(
                number_of_records=hits.count,
                schema=schema,
                records=records,
                first=search.first,
                next_record_position=following,
                result_set=self._kept(search),
                diagnostics=(*search.warnings, *problems),
                extra=self._extra(hits, search, following),
                precision=(Precision.EXACT if hits.exact else Precision.ESTIMATE) if is_second else None,
                facets=made,
                analysis=self._analysis(request, search, hits) if is_second else (),
            ),
            read.written,
            page.unit,
        )

    def _hits(self, search: _Search, limit: int) -> Hits:
        hits = self._catalogue.search(
            search.query, search.sort, search.first - 1, limit, snapshot=search.snapshot
        )
        if isinstance(hits, SearchRefused):
            read = search.read
            part = culprit(read.parts, hits, self._catalogue.check)
            names = {self._reader.point(key.index, key.place).name: key.index for key in read.written.sort}
            raise _Refused(of_catalogue(hits, part, names), read.written)
        return hits

    def _page(self, request: SearchRetrieveRequest, schema: Schema, ids: Sequence[BibId]) -> Answer[Page]:
        sent = self._sent(request, CAMPUS)
        campuses = frozenset(sent.split(",")) if sent else None
        return self._records.page(ids, self._endpoint.forms[schema.name], campuses)

    def _kept(self, search: _Search) -> ResultSet | None:
        if search.is_kept:
            made = self._sets.keep(search.query, search.sort, search.snapshot)
            return ResultSet(made.id, self._sets.seconds)
        if search.read.result_set:
            return ResultSet(search.read.result_set, self._sets.seconds)
        return None

    def _extra(self, hits: Hits, search: _Search, following: int | None) -> Extra:
        cursor = ""
        if search.cursor_mark and following is not None:
            cursor = str(Cursor(search.snapshot, following, search.cursor_mark))
        if self._endpoint.tells_date:
            return Extra(exact=hits.exact, response_date=self._now(), cursor=cursor)
        return Extra(cursor=cursor) if cursor else NO_EXTRA

    def _facets(
        self, request: SearchRetrieveRequest, search: _Search
    ) -> tuple[tuple[Facet, ...], tuple[Diagnostic, ...]]:
        if Ability.FACETS not in self._endpoint.abilities or not any(request.facets.limits.values()):
            return (), ()
        return facets.facets(self._catalogue, self._reader, self._headings, search.query, request.facets)

    def _analysis(self, request: SearchRetrieveRequest, search: _Search, hits: Hits) -> tuple[Subquery, ...]:
        if Ability.ANALYSIS not in self._endpoint.abilities or not search.read.parts:
            return ()
        is_asked = self._sent(request, ANALYSIS) is not None
        if not is_asked and (hits.count or len(search.read.parts) == 1):
            return ()
        return facets.analysis(self._catalogue, search.read, request.query)

    @staticmethod
    def _sent(request: SearchRetrieveRequest, name: str) -> str | None:
        """The parameter of strangers with this name."""
        for key, value in request.asked.extra:
            if key == name:
                return value
        return None


def _failed(diagnostic: Diagnostic, written: tree.Query | None = None, hits: int | None = None) -> Searched:
    return Searched(SearchRetrieveResponse(number_of_records=hits, diagnostics=(diagnostic,)), written)
