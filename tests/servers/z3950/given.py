"""The town's catalogue behind a target without a socket, its index filled once, and who asks.

What is lent afterwards is seen in the answers all the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from core.catalogue import Catalogue
from core.policy_table import PolicyTable
from core.query import Query
from protocols.z3950 import pqf
from protocols.z3950.answers import Request, Response
from protocols.z3950.apdus import (
    NamePlusRecord,
    PresentRequest,
    PresentResponse,
    SearchRequest,
    SearchResponse,
    SurrogateDiagnostic,
)
from protocols.z3950.charset import UTF_8
from protocols.z3950.negotiation import SEARCH_OPTIONS, Agreed
from protocols.z3950.oids import USMARC, Oid
from protocols.z3950.rpn import Query as Written
from protocols.z3950.structures import DefaultDiagFormat, External
from servers.catalogue.access_points import table
from servers.z3950.house import House
from servers.z3950.target import Bounds, Make, Shared, Target
from servers.z3950.translate.queries import Manner, Read, read
from tests.fakes.world import World
from tests.servers.sru.given import Town

AGREED = Agreed(
    version=3,
    options=SEARCH_OPTIONS,
    preferred_message_size=2**20,
    exceptional_record_size=2**24,
    charset=UTF_8,
)
T = TypeVar("T", bound=Response)


class Origin:
    """Somebody who asks a target, and takes answers when they may be told."""

    def __init__(
        self,
        world: World,
        folder: Path,
        agreed: Agreed = AGREED,
        bounds: Bounds = Bounds(),  # noqa: B008 (frozen)
        policy: PolicyTable | None = None,
        *,
        is_marc8: bool = False,
    ) -> None:
        town = Town(world, folder)
        self.shelf = town.ready
        self.catalogue: Catalogue = town.catalogue
        house = House(town.catalogue, world.desk, self.shelf)
        shared = Shared.of(house, policy or world.desk.policy, bounds, has_availability=True)
        self.target = Target(shared, agreed, is_marc8=is_marc8)

    def asks(self, request: Request) -> Make:
        """What becomes of a request."""
        return self.target.perform(request)

    def told(self, request: Request, kind: type[T]) -> T:
        """The answer, which needs nobody to wait."""
        answer = self.asks(request).answer()
        assert answer.unit is None
        assert isinstance(answer.outcome, kind)
        return answer.outcome

    def searches(self, query: str | Written, **more: Any) -> SearchResponse:
        """Search in the database of the town."""
        return self.told(search(query, **more), SearchResponse)

    def hits(self, query: str | Written, **more: Any) -> int:
        """How many records a search finds, which must succeed."""
        answer = self.searches(query, **more)
        assert answer.search_status, answer.records
        return answer.result_count

    def refused(self, query: str | Written, **more: Any) -> tuple[int, str]:
        """Why a search fails."""
        answer = self.searches(query, **more)
        assert not answer.search_status, query
        return diagnostic(answer.records)

    def presents(self, start: int = 1, number: int = 1, **more: Any) -> PresentResponse:
        """Have records of the default set."""
        return self.told(present(start, number, **more), PresentResponse)

    def record(self, **more: Any) -> External:
        """The first record of the default set."""
        return external(self.presents(**more))


def search(query: str | Written, **more: Any) -> SearchRequest:
    """A search whose answer has no records."""
    asked = SearchRequest(
        small_set_upper_bound=0,
        large_set_lower_bound=1,
        medium_set_present_number=0,
        replace_indicator=True,
        result_set_name="default",
        database_names=("TOWN",),
        query=pqf.parse(query) if isinstance(query, str) else query,
    )
    return replace(asked, **more)


def present(start: int = 1, number: int = 1, syntax: Oid = USMARC, **more: Any) -> PresentRequest:
    """Some records of the default set."""
    asked = PresentRequest(
        result_set_id="default",
        result_set_start_point=start,
        number_of_records_requested=number,
        preferred_record_syntax=syntax,
    )
    return replace(asked, **more)


def diagnostic(records: object) -> tuple[int, str]:
    """The one diagnostic that stands where records could."""
    assert isinstance(records, DefaultDiagFormat), records
    return records.condition, records.text


def surrogates(answer: PresentResponse | SearchResponse) -> list[tuple[int, str] | None]:
    """For each record the diagnostic in its place, None for a record."""
    assert isinstance(answer.records, tuple), answer.records
    return [_surrogate(record) for record in answer.records]


def _surrogate(record: NamePlusRecord) -> tuple[int, str] | None:
    inside = record.record
    return diagnostic(inside.diagnostic) if isinstance(inside, SurrogateDiagnostic) else None


def external(answer: PresentResponse | SearchResponse, place: int = 0) -> External:
    """A record of an answer."""
    assert isinstance(answer.records, tuple), answer.records
    inside = answer.records[place].record
    assert isinstance(inside, External), inside
    return inside


def octets(record: External) -> bytes:
    """The bytes of a record that has some."""
    assert isinstance(record.encoding, bytes)
    return record.encoding


def reading(find_set: Query | None = None, version: int = 3) -> Manner:
    """How queries are read for the points of the real table; any name is that of the set."""
    return Manner(table().points, UTF_8, version, lambda name: find_set)


def meaning(query: str, manner: Manner | None = None) -> Read:
    """What a query in PQF means."""
    return read(pqf.parse(query), manner or reading())
