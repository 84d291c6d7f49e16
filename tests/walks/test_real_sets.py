"""Every set of real records in one database, over HTTPS: all of it is found, and the laws hold there."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.client import HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from core.model.records import Bib
from core.storage.sqlite import SqliteStore
from servers.app import Server
from servers.configuration.settings import Settings
from servers.http.exchange import HttpAnswer
from tests.matrix import proves
from tests.servers.catalogue.real_sets import SETS, UNIQUE, load_set
from tests.servers.sru.given import Reply
from tests.servers.sru.served import PATIENCE, serving, wire

OPEN = "TOWN_OPEN"
INDEXES = (
    "cql.serverChoice", "alma.title", "dc.creator", "alma.subjects", "alma.publisher", "alma.main_pub_date",
    "alma.language", "bath.isbn", "alma.issn", "alma.series",
)  # fmt: skip
STARTS = ("", "19", "978", "c", "h", "m", "s", "w", "т", "ש", "न")
ORDERS = ("", " sortBy alma.title", " sortBy alma.main_pub_date/sort.descending alma.creator")
SPECIAL = re.compile(r'["\\*?^]')
"""Signs that mean something within a term of CQL."""
OF_EACH = 12
"""Bibs of each set that are sought by their titles."""

MOST = 100
"""Records that are paged through."""

UNHURRIED = settings(max_examples=30, deadline=None)


async def fill(real_data: Path, state: Path) -> Mapping[str, Sequence[Bib]]:
    """All sets in one store; the bibs of each."""
    state.mkdir()
    store = SqliteStore.open(state / Settings().store.file)
    found: dict[str, Sequence[Bib]] = {}
    first = 0
    for name in SETS:
        assert await load_set(store, real_data / name, UNIQUE)
        bibs = [one for records in store.load() for one in records if isinstance(one, Bib) and one.id > first]
        found[name], first = bibs, max(bib.id for bib in bibs)
    await store.close()
    return found


@proves(
    "every set of real records is indexed and searchable",
    "the laws of hits, pages and lists hold over every set of real records",
)
async def test_every_set_over_the_wire(real_data: Path, tmp_path: Path) -> None:
    sets = await fill(real_data, tmp_path / "state")
    async with serving(tmp_path / "state", ()) as server:
        await asyncio.to_thread(_walk, server, sets)


class Place(NamedTuple):
    """Who asks, on one connection."""

    connection: HTTPSConnection

    def ask(self, **asked: str | int) -> Reply:
        """What a request in version 1.2 is answered."""
        self.connection.request("GET", f"/view/sru/{OPEN}?{urlencode({'version': '1.2', **asked})}")
        response = self.connection.getresponse()
        return Reply(HttpAnswer(response.read(), status=response.status))

    def search(self, query: str, records: int, first: int = 1) -> Reply:
        """What is found."""
        asked = {"operation": "searchRetrieve", "query": query, "recordSchema": "avail"}
        return self.ask(**asked, maximumRecords=records, startRecord=first)


def _walk(server: Server, sets: Mapping[str, Sequence[Bib]]) -> None:
    asked = wire(server)
    connection = HTTPSConnection(asked.host, asked.port, context=asked.context, timeout=PATIENCE)
    with closing(connection):
        _try(Place(connection), sets)


def _try(place: Place, sets: Mapping[str, Sequence[Bib]]) -> None:
    assert hits(place, "cql.allRecords = 1") == sum(map(len, sets.values()))
    for name, bibs in sets.items():
        assert titles_are_found(place, bibs), name
    clauses = [clause for index in INDEXES for start in STARTS for clause in lines(place, index, start)]
    asked = Counter(clause.partition(" ")[0] for clause in clauses)
    assert asked.keys() == set(INDEXES)
    laws(place, clauses)


def titles_are_found(place: Place, bibs: Sequence[Bib]) -> int:
    """Some records are each found by all words of their title; how many have a title."""
    titled = [bib for bib in bibs if any(map(str.isalnum, bib.title))]
    for bib in titled[:: len(titled) // OF_EACH + 1]:
        query = f'alma.title all "{SPECIAL.sub(" ", bib.title)}" and alma.mms_id = "{bib.control_number}"'
        assert place.search(query, 2).identifiers == [bib.control_number]
    return len(titled)


def hits(place: Place, query: str) -> int:
    """How many records a query finds."""
    reply = place.search(query, 0)
    assert not reply.diagnostics, query
    return reply.hits


def lines(place: Place, index: str, start: str) -> list[str]:
    """Clauses from a list of words and from one of whole values, each sought again as it stands."""
    found = []
    for relation in ("=", "=="):
        clause = f'{index} {relation} "{start}"'
        reply = place.ask(operation="scan", scanClause=clause, maximumTerms=3)
        if not reply.diagnostics:
            values, counts = reply.texts("value"), reply.texts("numberOfRecords")
            for value, told in zip(values, map(int, counts), strict=True):
                clause = f'{index} {relation} "{value}"'
                assert hits(place, clause) == told > 0, clause
                found.append(clause)
    return found


def laws(place: Place, clauses: Sequence[str]) -> None:
    """Arithmetic and pages, over whatever the lists have."""

    @UNHURRIED
    @given(st.sampled_from(clauses), st.sampled_from(clauses))
    def add_up(one: str, other: str) -> None:
        both = hits(place, f"{one} and {other}")
        assert both + hits(place, f"{one} not {other}") == hits(place, one)
        assert hits(place, f"{one} or {other}") + both == hits(place, one) + hits(place, other)

    @UNHURRIED
    @given(st.sampled_from(clauses), st.sampled_from(ORDERS), st.integers(9, 40))
    def join(clause: str, order: str, size: int) -> None:
        whole = place.search(clause + order, MOST).identifiers
        joined: list[str] = []
        for start in range(1, len(whole) + 1, size):
            wanted = min(size, len(whole) - start + 1)
            joined += place.search(clause + order, wanted, start).identifiers
        assert joined == whole
        assert len(set(joined)) == len(whole) == min(hits(place, clause), MOST)

    add_up()
    join()
