"""Every set of real records, whole: all of it is found, and the laws hold for whatever its own lists have."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue import Catalogue, Scanned
from core.library import Library
from core.query import EVERYTHING, And, Clause, Mask, Match, Not, Or, Query, SortKey, Word, plain
from core.storage.memory import MemoryStore
from core.storage.tantivy_index import TantivyIndex
from servers.app import index_layout
from servers.catalogue.access_points import table
from servers.catalogue.entries import Entries, Subject
from servers.catalogue.local_ids import resolvers
from tests.matrix import proves
from tests.servers.catalogue.laws import (
    BOTH,
    ORDERS,
    count,
    hits_obey_arithmetic,
    pages_join,
    scans_count_as_searches_do,
)
from tests.servers.catalogue.real_sets import SETS, load_items, load_set

UNHURRIED = settings(max_examples=25, deadline=None)
POINTS = (
    "all_for_ui", "title", "creator", "subjects", "series", "publisher", "main_pub_date", "language", "isbn",
    "issn", "mms_id", "barcode", "PermanentCallNumber",
)  # fmt: skip
STARTS = ("", "1", "2", "9", "b", "f", "l", "p", "t", "ж", "א", "व", "書")
AROUND = 6


Operator = type[And] | type[Or] | type[Not]
Written = int | tuple[Operator, "Written", "Written"]
"""A query with numbers in place of clauses; a clause with a number below 0 is cut off."""

NUMBERS = st.integers(1, 10_000)
WRITTEN: st.SearchStrategy[Written] = st.recursive(
    NUMBERS | NUMBERS.map(lambda number: -number),
    lambda inner: st.tuples(st.sampled_from([And, Or, Not]), inner, inner),
    max_leaves=4,
)


class Known(NamedTuple):
    """A set as a catalogue, and clauses that find something in it, from its own lists."""

    name: str
    library: Library
    catalogue: Catalogue
    clauses: list[Clause]

    def __repr__(self) -> str:
        """As short as it must be where an example fails."""
        return self.name

    def clause(self, number: int) -> Clause:
        """One of them, by any number."""
        return self.clauses[number % len(self.clauses)]

    def query(self, written: Written) -> Query:
        """What is written with numbers in place of clauses."""
        if isinstance(written, tuple):
            operator, left, right = written
            return operator(self.query(left), self.query(right))
        found = self.clause(abs(written))
        return found if written > 0 else truncated(found) or EVERYTHING


def truncated(clause: Clause) -> Clause | None:
    """The first letters of the first word, with anything behind them; None where that is too short."""
    start = str(clause.words[0])[:3]
    if len(start) < 3 or not start.isalpha() or clause.match is not Match.EQ:
        return None
    return Clause(clause.point, Match.EQ, (Word((start, Mask.RUN)),))


def clauses_of(catalogue: Catalogue) -> Iterator[Clause]:
    """A few values of each list, from here and there."""
    for point in POINTS:
        for match in BOTH:
            for start in STARTS:
                found = catalogue.scan(Clause(point, match, plain(start)), 0, 4)
                if isinstance(found, Scanned):
                    yield from [Clause(point, match, plain(term.value)) for term in found.terms]


async def loaded(folder: Path) -> tuple[Library, list[Subject]]:
    store, library = MemoryStore(), Library()
    assert await load_set(store, folder)
    await load_items(store, folder)
    for records in store.load():
        library.install(records)
    bodies = await store.bibs(list(library.bibs))
    return library, [
        Subject(
            card,
            bodies[card.id],
            tuple(library.items_of(card.id)),
            library.portfolios.of(card.id),
            library.representations.of(card.id),
        )
        for card in library.bibs.values()
    ]


@pytest.fixture(scope="module", params=SETS)
def known(
    request: pytest.FixtureRequest, real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Known]:
    """Each set in turn."""
    library, subjects = asyncio.run(loaded(real_data / request.param))
    index = TantivyIndex.open(tmp_path_factory.mktemp(request.param) / "index", index_layout(table()))
    entries = Entries(table(), index.prepare)
    index.add([entries(subject) for subject in subjects])
    index.commit(1)
    catalogue = Catalogue(table().points, lambda: index.view, lambda: 0.0, resolvers(library))
    yield Known(request.param, library, catalogue, list(dict.fromkeys(clauses_of(catalogue))))
    index.close()


def test_no_set_is_left_out(real_data: Path) -> None:
    assert {path.name for path in real_data.iterdir() if path.is_dir()} == set(SETS)


@proves("every set of real records is indexed and searchable")
def test_every_bib_is_found_by_its_number_and_its_title(known: Known) -> None:
    catalogue = known.catalogue
    assert count(catalogue, EVERYTHING) == len(known.library.bibs)
    for bib in known.library.bibs.values():
        number = Clause("mms_id", Match.EQ, plain(bib.control_number))
        assert count(catalogue, And(EVERYTHING, number)) == 1
        title = Clause("title", Match.ALL, plain(bib.title))
        if bib.title and catalogue.check(title) is None:
            assert count(catalogue, And(title, number)) == 1, bib.title


@proves("the laws of hits, pages and lists hold over every set of real records")
@UNHURRIED
@given(one=WRITTEN, other=WRITTEN)
def test_hits_obey_arithmetic(known: Known, one: Written, other: Written) -> None:
    hits_obey_arithmetic(known.catalogue, known.query(one), known.query(other))


@proves("the laws of hits, pages and lists hold over every set of real records")
@UNHURRIED
@given(written=WRITTEN, size=st.integers(50, 300), order=st.sampled_from(ORDERS))
def test_pages_join(known: Known, written: Written, size: int, order: tuple[SortKey, ...]) -> None:
    pages_join(known.catalogue, known.query(written), size, order)


@proves("the laws of hits, pages and lists hold over every set of real records")
@UNHURRIED
@given(number=NUMBERS, before=st.integers(0, AROUND), after=st.integers(1, AROUND))
def test_scans_count_as_searches_do(known: Known, number: int, before: int, after: int) -> None:
    """From a value of the list; it is the first of those that come."""
    clause = known.clause(number)
    found = scans_count_as_searches_do(known.catalogue, clause, before, after)
    assert found.terms[found.before].value == " ".join(map(str, clause.words))
