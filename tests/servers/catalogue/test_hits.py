"""What every user may count on, tried on a catalogue of many scripts with whatever words are in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue import Catalogue, Hits, Scanned
from core.model.records import BibId
from core.query import EVERYTHING, And, Clause, Mask, Match, Not, Or, Query, SortKey, Word, plain
from servers.catalogue.access_points import table
from servers.demo.works import written
from tests.matrix import proves
from tests.servers.catalogue import given as town
from tests.servers.catalogue.laws import (
    BOTH,
    count,
    hits_obey_arithmetic,
    pages_join,
    scans_count_as_searches_do,
)

TEXTS = [text for work in written() for text in (work.title, work.author, *work.subjects) if text.strip()]
WORDS = sorted({word for text in TEXTS for word in text.split()})
UNHURRIED = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """The demonstration's works."""
    index = town.index(tmp_path_factory.mktemp("town") / "index")
    yield town.catalogue(index)
    index.close()


TEXT_POINTS = st.sampled_from(["all_for_ui", "title", "creator", "subjects", "name"])
CLAUSES = st.one_of(
    st.builds(
        lambda point, match, words: Clause(point, match, plain(" ".join(words))),
        TEXT_POINTS,
        st.sampled_from([Match.EQ, Match.ALL, Match.ANY, Match.BEGINS]),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
    ),
    st.builds(
        lambda point, word: Clause(point, Match.ALL, (Word((word[:2], Mask.RUN)),)),
        TEXT_POINTS,
        st.sampled_from([word for word in WORDS if len(word) > 3 and word[:2].isalpha()]),
    ),
    st.builds(
        lambda match, year: Clause("main_pub_date", match, plain(str(year))),
        st.sampled_from([Match.LT, Match.GE, Match.EQ, Match.NE]),
        st.integers(1500, 2030),
    ),
    st.sampled_from([Clause("language", Match.EQ, plain(code)) for code in ("eng", "ger", "heb", "jpn")]),
    st.just(EVERYTHING),
)
QUERIES = st.recursive(
    CLAUSES, lambda q: st.builds(And, q, q) | st.builds(Or, q, q) | st.builds(Not, q, q), max_leaves=4
)


@proves("hits obey arithmetic, pages join, scans count as searches do")
@UNHURRIED
@given(one=QUERIES, other=QUERIES)
def test_hits_obey_arithmetic(catalogue: Catalogue, one: Query, other: Query) -> None:
    hits_obey_arithmetic(catalogue, one, other)


@proves("hits obey arithmetic, pages join, scans count as searches do")
@UNHURRIED
@given(
    query=QUERIES,
    size=st.integers(30, 200),
    sort=st.lists(
        st.builds(SortKey, st.sampled_from(["title", "creator", "main_pub_date"]), st.booleans()),
        max_size=3,
        unique_by=lambda key: key.point,
    ),
)
def test_pages_join(catalogue: Catalogue, query: Query, size: int, sort: list[SortKey]) -> None:
    pages_join(catalogue, query, size, sort)


SCANNED = [point.name for point in table().points.values() if point.listed]


@proves("hits obey arithmetic, pages join, scans count as searches do")
@UNHURRIED
@given(point=st.sampled_from(SCANNED), start=st.sampled_from(WORDS), around=st.integers(0, 6))
def test_scans_count_as_searches_do(catalogue: Catalogue, point: str, start: str, around: int) -> None:
    for match in BOTH:
        scans_count_as_searches_do(catalogue, Clause(point, match, plain(start)), around, 8)


@pytest.mark.parametrize("point", SCANNED)
def test_a_scan_goes_through_all_there_is(catalogue: Catalogue, point: str) -> None:
    """From the first value on, page after page, nothing is left out and nothing comes twice."""
    whole = catalogue.scan(Clause(point, Match.HEADING), 0, 1000)
    assert isinstance(whole, Scanned)
    assert whole.first
    values = [term.value for term in whole.terms]
    again: list[str] = []
    start = ""
    while start is not None:
        page = catalogue.scan(Clause(point, Match.HEADING, plain(start)), 0, 8)
        assert isinstance(page, Scanned)
        again += [term.value for term in page.terms][1 if again else 0 :]
        if page.last or len(page.terms) < 2:
            break
        start = page.terms[-1].value
    assert again[: len(values)] == values


@UNHURRIED
@given(query=QUERIES, point=st.sampled_from([p.name for p in table().points.values() if p.facet]))
def test_facets_count_as_searches_do(catalogue: Catalogue, query: Query, point: str) -> None:
    if catalogue.check(query):
        return
    found = catalogue.facets(query, [point])
    assert isinstance(found, tuple)
    (facet,) = found
    for term in facet.terms[:10]:
        value = Clause(point, Match.HEADING, plain(term.value))
        assert term.count == count(catalogue, And(query, value)) > 0


@UNHURRIED
@given(text=st.sampled_from(TEXTS))
def test_every_title_name_and_subject_is_found_as_it_is_written(catalogue: Catalogue, text: str) -> None:
    if catalogue.check(Clause("all_for_ui", Match.EQ, plain(text))) is None:
        words = [
            word for word in text.split() if catalogue.check(Clause("name", Match.EQ, plain(word))) is None
        ]
        assert count(catalogue, Clause("all_for_ui", Match.ALL, plain(" ".join(words)))) > 0


@proves("a barcode is found in the same moment")
def test_a_local_number_is_found_in_memory(catalogue: Catalogue) -> None:
    for text in ("B4-0", "b4-0"):
        assert catalogue.search(Clause("barcode", Match.EQ, plain(text))) == Hits(1, (BibId(4),))
    number = Clause("mms_id", Match.ANY, plain("99000003 99000001 99000002 nothing1"))
    assert catalogue.search(number, limit=2) == Hits(3, (BibId(1), BibId(2)))
