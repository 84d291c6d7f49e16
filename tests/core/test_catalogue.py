"""The door of the catalogue: pages, snapshots, sorting, scanning, facets, the analysis of a query."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.catalogue import Catalogue, Facet, Hits, PartHits, Scanned, ScanTerm
from core.interpreting import Limits
from core.model.records import BibId
from core.plan import Entry, Order, Plan
from core.points import AccessPoint, AccessPoints, Name, PointKind
from core.ports import Found
from core.query import (
    EVERYTHING,
    And,
    Clause,
    Ids,
    Match,
    Missing,
    Not,
    Query,
    QueryFault,
    SearchRefused,
    SortKey,
    plain,
)
from tests.fakes.naive_index import NaiveIndex, NaiveView

POINTS = AccessPoints(
    [
        AccessPoint(
            "title",
            "Title",
            PointKind.TEXT,
            (Name("alma", "title"), Name("dc", "title")),
            ("all", "=", "=="),
            frozenset(Match),
            "title",
            ("title",),
            sortable=True,
            listed=True,
            use=(4,),
        ),
        AccessPoint(
            "notes",
            "Notes",
            PointKind.TEXT,
            (Name("alma", "notes"),),
            (),
            frozenset(Match),
            "notes",
            ("notes",),
        ),
        AccessPoint(
            "year",
            "Year",
            PointKind.NUMBER,
            (Name("alma", "main_pub_date"),),
            (),
            frozenset(Match),
            "year",
            sortable=True,
            listed=True,
            facet=True,
        ),
        AccessPoint("number", "Number", PointKind.RECORD_NUMBER, (), (), frozenset(Match), "number"),
    ]
)


def entry(bib: int, title: str, year: int | None) -> Entry:
    """A bib with a title, perhaps of a year."""
    order: dict[str, str | int] = {"title": title}
    terms = {"number": [f"n{bib}"], "title": [title]}
    if year is not None:
        order["year"], terms["year"] = year, [f"{year:019}"]
    return Entry(BibId(bib), {"title": [title]}, terms, order)


CATS = [entry(1, "cat hat", 1999), entry(2, "cat", 1950), entry(3, "dog", None), entry(4, "bat cat", 1999)]


class Shelf:
    """A catalogue on a naive index, with a clock turned by hand."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 (frozen)
        self.index = NaiveIndex()
        self.time = 0.0
        self.ready = True
        self.catalogue = Catalogue(
            POINTS,
            lambda: self.index.view if self.ready else None,
            lambda: self.time,
            {"number": lambda typed: (BibId(77),) if typed == "N77" else ()},
            limits,
        )
        self.put(*CATS)

    def put(self, *entries: Entry) -> None:
        """More bibs."""
        self.index.add([self.index.prepare(one) for one in entries])
        self.index.commit(1)


@pytest.fixture
def shelf() -> Shelf:
    """The cats."""
    return Shelf()


def title(text: str, matches: Match = Match.ALL) -> Clause:
    """A clause about the title."""
    return Clause("title", matches, plain(text))


def test_hits_come_in_the_order_of_their_ids_and_in_pages(shelf: Shelf) -> None:
    assert shelf.catalogue.search(title("cat")) == Hits(3, (BibId(1), BibId(2), BibId(4)))
    assert shelf.catalogue.search(title("cat"), offset=1, limit=1) == Hits(3, (BibId(2),))
    assert shelf.catalogue.search(title("cat"), offset=9) == Hits(3, ())


def test_hits_are_sorted_by_keys_in_turn(shelf: Shelf) -> None:
    newest = (SortKey("year", descending=True), SortKey("title"))
    assert shelf.catalogue.search(EVERYTHING, newest) == Hits(4, (BibId(4), BibId(1), BibId(2), BibId(3)))


@pytest.mark.parametrize(
    ("missing", "ids"),
    [(Missing.LAST, (2, 1, 4, 3)), (Missing.FIRST, (3, 2, 1, 4)), (Missing.OMIT, (2, 1, 4))],
)
def test_what_has_nothing_to_sort_by_goes_where_it_was_asked(
    shelf: Shelf, missing: Missing, ids: tuple[int, ...]
) -> None:
    found = shelf.catalogue.search(EVERYTHING, (SortKey("year", missing=missing),))
    assert found == Hits(len(ids), tuple(map(BibId, ids)))


@pytest.mark.parametrize(
    ("sort", "fault", "value"),
    [
        ((SortKey("colour"),), QueryFault.UNKNOWN_POINT, "colour"),
        ((SortKey("notes"),), QueryFault.NOT_SORTABLE, "notes"),
        ((SortKey("year"), SortKey("year", descending=True)), QueryFault.SORT_KEY_TWICE, "year"),
        ((SortKey("year", missing=Missing.FAIL),), QueryFault.SORT_KEY_MISSING, "year"),
        ((SortKey("year"),) * 4, QueryFault.TOO_MANY_SORT_KEYS, "3"),
    ],
)
def test_a_sort_is_refused(shelf: Shelf, sort: tuple[SortKey, ...], fault: QueryFault, value: str) -> None:
    assert shelf.catalogue.search(EVERYTHING, sort) == SearchRefused(fault, value)


def test_what_memory_knows_needs_no_index(shelf: Shelf) -> None:
    shelf.ready = False
    assert shelf.catalogue.search(Clause("number", Match.EQ, plain("N77"))) == Hits(1, (BibId(77),))
    many = Clause("number", Match.ANY, plain("N77 N77"))
    assert shelf.catalogue.search(many, limit=5) == Hits(1, (BibId(77),))
    assert shelf.catalogue.search(title("cat")) == SearchRefused(QueryFault.NOT_READY)
    assert not shelf.catalogue.ready


def test_an_earlier_set_has_what_is_still_there(shelf: Shelf) -> None:
    assert shelf.catalogue.search(Ids((BibId(4), BibId(9), BibId(2)))) == Hits(2, (BibId(2), BibId(4)))


def test_a_moment_that_is_kept_does_not_change(shelf: Shelf) -> None:
    then = shelf.catalogue.keep()
    assert isinstance(then, str)
    shelf.put(entry(5, "cat five", 2000))
    assert shelf.catalogue.search(title("cat"), snapshot=then) == Hits(
        3, (BibId(1), BibId(2), BibId(4)), snapshot=then
    )
    assert shelf.catalogue.search(title("cat"), limit=0) == Hits(4, ())


def test_a_moment_is_kept_for_a_while_after_it_was_asked() -> None:
    shelf = Shelf(Limits(snapshots=2, snapshot_seconds=10))
    first, second = shelf.catalogue.keep(), shelf.catalogue.keep()
    assert isinstance(first, str)
    assert isinstance(second, str)
    shelf.time = 8
    assert isinstance(shelf.catalogue.search(EVERYTHING, snapshot=first), Hits)
    shelf.time = 12
    gone = SearchRefused(QueryFault.UNKNOWN_SNAPSHOT, second)
    assert shelf.catalogue.search(EVERYTHING, snapshot=second) == gone
    assert isinstance(shelf.catalogue.search(EVERYTHING, snapshot=first), Hits)


def test_of_too_many_moments_the_one_unused_the_longest_is_forgotten() -> None:
    shelf = Shelf(Limits(snapshots=2))
    first, second = shelf.catalogue.keep(), shelf.catalogue.keep()
    assert isinstance(first, str)
    assert isinstance(second, str)
    shelf.catalogue.search(EVERYTHING, snapshot=first)
    shelf.catalogue.keep()
    assert isinstance(shelf.catalogue.search(EVERYTHING, snapshot=first), Hits)
    assert isinstance(shelf.catalogue.search(EVERYTHING, snapshot=second), SearchRefused)


def test_words_and_headings_are_scanned(shelf: Shelf) -> None:
    assert shelf.catalogue.scan(title("CAT"), 1, 2) == Scanned(
        (ScanTerm("bat", 1), ScanTerm("cat", 3), ScanTerm("dog", 1)), 1, first=True, last=False
    )
    assert shelf.catalogue.scan(title("cat", Match.HEADING), 0, 9) == Scanned(
        (ScanTerm("cat", 1), ScanTerm("cat hat", 1), ScanTerm("dog", 1)), 0, first=False, last=True
    )
    assert shelf.catalogue.scan(Clause("year", Match.EQ, plain("1900")), 1, 1) == Scanned(
        (ScanTerm("1950", 1),), 0, first=True, last=False
    )


@pytest.mark.parametrize(
    ("clause", "fault"),
    [
        (Clause("colour", Match.EQ), QueryFault.UNKNOWN_POINT),
        (Clause("notes", Match.HEADING), QueryFault.NOT_SCANNABLE),
        (Clause("number", Match.EQ), QueryFault.NOT_SCANNABLE),
    ],
)
def test_a_scan_is_refused(shelf: Shelf, clause: Clause, fault: QueryFault) -> None:
    assert shelf.catalogue.scan(clause, 1, 1) == SearchRefused(fault, clause.point)


def test_facets_count_the_values_of_the_hits(shelf: Shelf) -> None:
    counted = (Facet("year", (ScanTerm("1999", 2), ScanTerm("1950", 1))),)
    assert shelf.catalogue.facets(title("cat"), ["year"]) == counted
    assert shelf.catalogue.facets(title("cat"), ["title"]) == SearchRefused(QueryFault.NO_FACETS, "title")
    assert shelf.catalogue.facets(title("cat"), ["x"]) == SearchRefused(QueryFault.UNKNOWN_POINT, "x")


def test_each_part_of_a_query_is_counted(shelf: Shelf) -> None:
    query = Not(And(title("cat"), title("hat")), title("bat"))
    assert shelf.catalogue.analysis(query) == (
        PartHits(query, 1),
        PartHits(query.left, 1),
        PartHits(title("cat"), 3),
        PartHits(title("hat"), 1),
        PartHits(title("bat"), 1),
    )


BAD = Clause("colour", Match.EQ, plain("red"))


def test_what_is_wrong_with_a_query_is_told_by_every_call(shelf: Shelf) -> None:
    refused = SearchRefused(QueryFault.UNKNOWN_POINT, "colour")
    assert shelf.catalogue.check(BAD) == refused
    assert shelf.catalogue.check(title("cat")) is None
    assert shelf.catalogue.search(BAD) == refused
    assert shelf.catalogue.facets(BAD, ["year"]) == refused
    assert shelf.catalogue.analysis(And(title("cat"), BAD)) == refused


@pytest.mark.parametrize("query", [title("cat"), EVERYTHING])
def test_while_the_index_is_built_nothing_is_guessed(shelf: Shelf, query: Query) -> None:
    shelf.ready = False
    refused = SearchRefused(QueryFault.NOT_READY)
    assert shelf.catalogue.keep() == refused
    assert shelf.catalogue.scan(title("cat"), 1, 1) == refused
    assert shelf.catalogue.facets(query, ["year"]) == refused
    assert shelf.catalogue.analysis(query) == refused


def test_points_are_found_by_any_of_their_names() -> None:
    assert POINTS.named("DC", "Title") is POINTS["title"]
    assert POINTS.named("dc", "creator") is None
    assert (POINTS.used(4), POINTS.used(5)) == (POINTS["title"], None)
    assert [str(name) for name in POINTS["title"].names] == ["alma.title", "dc.title"]
    assert [point.name for point in POINTS.values() if point.scannable] == ["title", "notes", "year"]


class _Counting:
    """A view that counts how often it is searched."""

    def __init__(self, view: NaiveView) -> None:
        self.view = view
        self.searches = 0

    def search(self, plan: Plan, order: Sequence[Order], offset: int, limit: int) -> Found:
        self.searches += 1
        return self.view.search(plan, order, offset, limit)


class TestRemembering:
    """The same search of the same index is looked up once; what memory knows is never remembered."""

    def test_the_same_search_is_looked_up_once_in_each_index(self) -> None:
        index = NaiveIndex()
        index.add([index.prepare(one) for one in CATS])
        index.commit(1)
        views = [_Counting(index.view), _Counting(index.view)]
        catalogue = Catalogue(POINTS, lambda: views[0], lambda: 0.0)  # type: ignore[arg-type, return-value] # enough of it
        asked = Clause("title", Match.EQ, plain("cat"))
        first = catalogue.search(asked)
        assert catalogue.search(Clause("title", Match.EQ, plain("cat"))) is first
        assert catalogue.search(asked, limit=1) != first
        assert views[0].searches == 2
        del views[0]
        assert catalogue.search(asked) == first
        assert views[0].searches == 1

    def test_what_is_known_in_memory_is_true_at_once(self) -> None:
        index = NaiveIndex()
        index.add([index.prepare(one) for one in CATS])
        index.commit(1)
        known: dict[str, list[BibId]] = {}
        catalogue = Catalogue(
            POINTS, lambda: index.view, lambda: 0.0, {"number": lambda typed: known.get(typed, [])}
        )
        asked = Clause("number", Match.EQ, plain("n9"))
        assert catalogue.search(asked) == Hits(0, ())
        known["n9"] = [BibId(2)]
        assert catalogue.search(asked) == Hits(1, (BibId(2),))
