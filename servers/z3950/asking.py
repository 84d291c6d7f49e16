"""A query, whatever its type, as the catalogue takes it: RPN (1 and 101) and CQL (104).

The rule it keeps: both mean what they mean over SRU, for the same code reads them. CCL and everything else is
refused (107): what it would mean depends on who wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from core.model.records import BibId
from core.query import Query, SearchRefused, SortKey
from protocols.cql.errors import CqlError
from protocols.z3950 import externals, pqf, rpn
from protocols.z3950.charset import Charset
from protocols.z3950.errors import RemoteError
from protocols.z3950.externals import SearchInfoReport, SubqueryReport, TermExpression
from protocols.z3950.negotiation import Agreed
from protocols.z3950.rpn import ResultSetOperand, RpnQuery
from protocols.z3950.structures import External, OtherInformationItem
from servers.sru.translate import sorting
from servers.sru.translate.queries import QueryReader, SetRefused
from servers.z3950.house import House
from servers.z3950.refusal import Refused
from servers.z3950.sets import ResultSets
from servers.z3950.translate import queries
from servers.z3950.translate.diagnostics import of_catalogue, of_cql
from servers.z3950.translate.queries import Part

REMEMBERED: Final = 4096
SHORT: Final = 128
"""So many queries in RPN are remembered as they were read; longer ones, of which there are few, are not."""


class Asked(Struct, eq=False):
    """What is sought, in which order; how it was written, and its operands so far as they are RPN. The report
    that was made last is kept with the counts that it tells.
    """

    query: Query
    sort: tuple[SortKey, ...]
    written: str
    parts: tuple[Part, ...] = ()
    _counts: Sequence[int | None] = ()
    _report: OtherInformationItem | None = None

    def report(self, counts: Sequence[int | None], charset: Charset) -> OtherInformationItem:
        """searchResult-1: how many records each operand finds alone."""
        if self._report is None or self._counts != counts:
            reports = [
                SubqueryReport(
                    full_query=len(counts) == 1,
                    subquery_expression=TermExpression(query_term=part.operand.term),
                    subquery_count=count,
                )
                for part, count in zip(self.parts, counts, strict=True)
            ]
            sealed = externals.sealed(SearchInfoReport(tuple(reports)), charset)
            self._counts, self._report = counts, OtherInformationItem(information=sealed)
        return self._report


class Meanings:
    """What queries in RPN were found to mean, whoever asks: by the very object that was read, which comes
    again where `Readings` knows its bytes. (Queries that are equal may differ: an object identifier is equal
    to a string, and not served.)
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, Charset, int], tuple[RpnQuery, Asked]] = {}

    def find(self, query: RpnQuery, manner: queries.Manner) -> Asked | None:
        """What is remembered of a query."""
        known = self._known.get((id(query), manner.charset, manner.version))
        return None if known is None else known[1]

    def keep(self, query: RpnQuery, manner: queries.Manner, asked: Asked) -> None:
        """Remember a query, if it is short and means the same in every association. It is held on to: while
        it is here, nothing else has its identity.
        """
        if len(asked.written) > SHORT or any(isinstance(node, ResultSetOperand) for node in query.rpn):
            return
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[id(query), manner.charset, manner.version] = (query, asked)


class Asking:
    """Reads the queries of one association."""

    def __init__(
        self, house: House, reader: QueryReader, meanings: Meanings, agreed: Agreed, sets: ResultSets
    ) -> None:
        self._catalogue = house.catalogue
        self._reader = reader
        self._meanings = meanings
        self._sets = sets
        self.manner = queries.Manner(house.catalogue.points, agreed.charset, agreed.version, sets.query)

    def written(self, query: rpn.Query) -> str:
        """The query as people write it: PQF or CQL; nothing for what cannot be read."""
        match query:
            case RpnQuery():
                return pqf.write(query)
            case External():
                return _cql(query) or ""
            case _:
                return ""

    def asked(self, query: rpn.Query) -> Asked:
        """What the query means. Raises `Refused`."""
        match query:
            case RpnQuery():
                return self._meanings.find(query, self.manner) or self._read_rpn(query)
            case External():
                text = _cql(query)
                if text is None:
                    raise Refused(107, query.direct_reference or "")
                return self._read_cql(text)
            case _:
                raise Refused(107, "2" if type(query) is bytes else "")

    def refusal(self, asked: Asked, refused: SearchRefused) -> Refused:
        """Why the catalogue will not do it, with the operand that it is about: the first that alone is
        refused for the same reason.
        """
        for part in asked.parts:
            alone = self._catalogue.check(part.query)
            if alone is not None and alone.fault is refused.fault:
                return of_catalogue(refused, part.sent)
        return of_catalogue(refused)

    def _read_rpn(self, query: RpnQuery) -> Asked:
        read = queries.read(query, self.manner)
        asked = Asked(read.query, (), pqf.write(query), read.parts)
        self._meanings.keep(query, self.manner, asked)
        return asked

    def _read_cql(self, text: str) -> Asked:
        try:
            read = self._reader.read(text, self._ids)
            sort = sorting.of_cql(self._reader, read.written.sort)
        except CqlError as error:
            raise of_cql(error) from error
        except SetRefused as error:
            raise Refused(30, error.diagnostic.details) from error
        query = self._sets.query(read.result_set) if read.result_set else read.query
        if query is None:
            raise Refused(30, read.result_set)
        return Asked(query, sort, text)

    def _ids(self, name: str) -> Sequence[BibId] | None:
        """The records of a set that is a part of a query in CQL."""
        return self._sets.ids(name) if name in self._sets else None


def _cql(query: External) -> str | None:
    try:
        return externals.cql_text(query)
    except RemoteError:
        return None
