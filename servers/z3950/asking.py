"""A query, whatever its type, as the catalogue takes it: RPN (1 and 101) and CQL (104).

The rule it keeps: both mean what they mean over SRU, for the same code reads them. CCL and everything else is
refused (107): what it would mean depends on who wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from core.model.records import BibId
from core.query import Query, SearchRefused, SortKey
from protocols.cql.errors import CqlError
from protocols.z3950 import externals, pqf, rpn
from protocols.z3950.errors import RemoteError
from protocols.z3950.negotiation import Agreed
from protocols.z3950.rpn import RpnQuery
from protocols.z3950.structures import AttributesPlusTerm, External
from servers.sru.translate import sorting
from servers.sru.translate.queries import QueryReader, SetRefused
from servers.z3950.house import House
from servers.z3950.refusal import Refused
from servers.z3950.sets import ResultSets
from servers.z3950.translate import queries
from servers.z3950.translate.diagnostics import of_catalogue, of_cql
from servers.z3950.translate.queries import Part


class Asked(Struct, frozen=True, eq=False):
    """What is sought, in which order; how it was written, and its operands so far as they are RPN."""

    query: Query
    sort: tuple[SortKey, ...]
    written: str
    parts: tuple[Part, ...] = ()

    def operands(self) -> tuple[AttributesPlusTerm, ...]:
        """As they were sent."""
        return tuple([part.operand for part in self.parts])


class Asking:
    """Reads the queries of one association."""

    def __init__(self, house: House, reader: QueryReader, agreed: Agreed, sets: ResultSets) -> None:
        self._catalogue = house.catalogue
        self._reader = reader
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
                read = queries.read(query, self.manner)
                return Asked(read.query, (), pqf.write(query), read.parts)
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
