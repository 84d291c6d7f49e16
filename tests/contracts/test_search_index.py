"""The contract of `core.ports.SearchIndex`: tantivy answers as an index does that looks at every bib."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.model.records import BibId
from core.plan import (
    EVERYTHING,
    NOTHING,
    AllOf,
    AnyOf,
    Between,
    Edge,
    Entry,
    InRow,
    Known,
    Order,
    Phrase,
    Plan,
    Present,
    Slot,
    Sortable,
    Term,
    Without,
)
from core.ports import Piece, SearchIndex
from core.query import Mask
from core.storage.tantivy_index import Layout, TantivyIndex
from tests.fakes.naive_index import NaiveIndex
from tests.matrix import proves

LAYOUT = Layout(
    ("words", "names"),
    ("code", "title", "year", "day"),
    frozenset({"code", "title"}),
    frozenset({"day"}),
    {"title": True, "year": False},
)

WORDS = st.sampled_from(
    ["a", "ab", "abc", "b", "ba", "cat", "cats", "the", "c++", "東", "京", "été", "zz", "9"]
)
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=3)
VALUES = st.lists(
    WORDS
    | st.sampled_from(
        ["a b", "a bc", "a 東", "00012", "00013", "1.5", "été b", "東京", "東京 a", "京東", "京都"]
    )
    | st.sampled_from("ab東").map(lambda char: f"a b{char * 300}"),
    min_size=1,
    max_size=3,
    unique=True,
)
DAYS = st.integers(1, 4).map("{:019}".format)
APART = [1, 251, 251 * 251]
"""Of bibs whose numbers are multiples of these, tantivy keeps more to tell where there is much to list."""
KEYS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    """A small catalogue."""
    apart = draw(st.sampled_from(APART))
    ids = [apart * bib for bib in draw(st.lists(st.integers(1, 2**22), min_size=1, max_size=9, unique=True))]
    return [
        Entry(
            BibId(bib),
            draw(st.dictionaries(st.sampled_from(LAYOUT.rows), TEXTS)),
            {
                **draw(st.dictionaries(st.sampled_from(["code", "title"]), VALUES)),
                **draw(st.dictionaries(st.just("day"), st.lists(DAYS, min_size=1, max_size=2, unique=True))),
            },
            {
                **draw(st.dictionaries(st.just("title"), KEYS)),
                **draw(st.dictionaries(st.just("year"), st.integers(0, 3))),
            },
        )
        for bib in ids
    ]


PATTERNS = st.lists(WORDS | st.sampled_from(Mask), min_size=1, max_size=3).map(tuple)
ROWS = st.sampled_from(LAYOUT.rows)


@st.composite
def phrases(draw: st.DrawFn) -> Phrase:
    """Words near one another, perhaps with an end of a text."""
    held = draw(st.lists(WORDS.map(lambda word: (word,)) | PATTERNS, min_size=1, max_size=3))
    places = [0]
    for _ in held[1:]:
        places.append(places[-1] + draw(st.integers(1, 3)))
    slots = [Slot(at, one) for at, one in zip(places, held, strict=True)]
    if draw(st.booleans()):
        slots.insert(0, Slot(-1, Edge.START))
    if draw(st.booleans()):
        slots.append(Slot(places[-1] + 1, Edge.END))
    return Phrase(draw(ROWS), tuple(slots))


BOUNDS = st.none() | WORDS | st.sampled_from(["00012", "00013", "1.5", "a b", "0"])
LEAVES: st.SearchStrategy[Plan] = st.one_of(
    phrases(),
    st.builds(Term, st.sampled_from(["code", "title"]), PATTERNS),
    st.builds(Between, st.just("code"), BOUNDS, BOUNDS, st.booleans(), st.booleans()),
    st.builds(Between, st.just("day"), st.none() | DAYS, st.none() | DAYS, st.booleans(), st.booleans()),
    st.builds(InRow, ROWS),
    st.just(Present("code")),
    st.builds(Sortable, st.sampled_from(["title", "year"])),
    st.builds(Known, st.lists(st.integers(1, 9).map(BibId), max_size=4).map(tuple)),
    st.sampled_from([EVERYTHING, NOTHING]),
)
PLANS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Without, inner, inner)
    ),
    max_leaves=4,
)
ORDERS = st.lists(
    st.builds(Order, st.sampled_from(["title", "year"]), st.booleans(), st.booleans()),
    max_size=2,
    unique_by=lambda o: o.point,
)


def filled(index: SearchIndex, catalogue: list[Entry]) -> SearchIndex:
    """The index with these bibs in it; every other one came later, in place of an older form of the next."""
    older = [
        replace(entry, id=other.id) for entry, other in zip(catalogue[1::2], catalogue[::2], strict=False)
    ]
    index.add([index.prepare(entry) for entry in older])
    index.commit(1)
    index.drop([entry.id for entry in older])
    index.put([index.prepare(entry) for entry in catalogue])
    index.commit(2)
    return index


def divided(index: SearchIndex, catalogue: list[Entry], shares: int) -> SearchIndex:
    """The index with these bibs in it, taken in by so many others, piece by piece and some of them twice."""
    index.add([index.prepare(replace(entry, id=BibId(2**41))) for entry in catalogue[:1]])
    index.commit(1)
    for number, opens in enumerate(index.divided(shares)):
        share = opens()
        make = share.prepare
        for entry in catalogue[number::shares]:
            pieces: list[Piece] = []
            for row, texts in entry.texts.items():
                pieces += [piece for text in texts for piece in make.text(row, text)]
            for point, values in entry.terms.items():
                pieces += [piece for value in (*values, *values) for piece in make.term(point, value)]
            for point, key in entry.order.items():
                pieces += (*make.order(point, key), *make.order(point, "zz" if isinstance(key, str) else 9))
            share.add([make.whole(entry.id, pieces)])
        share.commit(9)
        share.close()
    index.join(shares, 2)
    return index


STARTS = WORDS | st.sampled_from(["", "a b", "a b" + "b" * 300, "東京 ", "~", "\U0010ffff"])
UNHURRIED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@proves("every kind of match is exact")
@UNHURRIED
@given(entries(), st.lists(PLANS, min_size=1, max_size=20), ORDERS, st.integers(0, 4), st.integers(0, 9))
def test_tantivy_finds_what_looking_at_every_bib_finds(
    catalogue: list[Entry], plans: list[Plan], order: list[Order], offset: int, limit: int
) -> None:
    with TemporaryDirectory() as folder:
        tried = TantivyIndex.open(Path(folder), LAYOUT)
        view, oracle = filled(tried, catalogue).view, filled(NaiveIndex(), catalogue).view
        for plan in plans:
            assert view.search(plan, order, offset, limit) == oracle.search(plan, order, offset, limit), plan
            assert view.count(plan) == oracle.count(plan)
            assert view.facet(plan, "code") == oracle.facet(plan, "code")
        tried.close()


@UNHURRIED
@given(entries(), STARTS, st.integers(0, 5), st.integers(0, 5))
def test_tantivy_lists_what_there_is_in_its_order(
    catalogue: list[Entry], start: str, before: int, after: int
) -> None:
    with TemporaryDirectory() as folder:
        tried = TantivyIndex.open(Path(folder), LAYOUT)
        view, oracle = filled(tried, catalogue).view, filled(NaiveIndex(), catalogue).view
        assert view.words(LAYOUT.rows, start, before, after) == oracle.words(
            LAYOUT.rows, start, before, after
        )
        for point in LAYOUT.points:
            assert view.terms(point, start, before, after) == oracle.terms(point, start, before, after)
        tried.close()


@proves("several processes index as one does")
@UNHURRIED
@given(
    entries(),
    st.integers(1, 3),
    st.lists(PLANS, min_size=1, max_size=10),
    ORDERS,
    STARTS,
    st.lists(st.integers(1, 2**40), max_size=2),
)
def test_what_several_have_taken_in_is_answered_as_if_it_were_one(
    catalogue: list[Entry], shares: int, plans: list[Plan], order: list[Order], start: str, gone: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        tried = TantivyIndex.open(Path(folder) / "index", LAYOUT)
        joined, oracle = divided(tried, catalogue, shares), divided(NaiveIndex(), catalogue, shares)
        drops = [BibId(bib) for bib in gone] + [entry.id for entry in catalogue[:1]]
        for change in (lambda index: None, lambda index: (index.drop(drops), index.commit(3))):
            change(joined)
            change(oracle)
            view, expected = joined.view, oracle.view
            assert view.position == expected.position
            for plan in plans:
                assert view.search(plan, order, 0, 99) == expected.search(plan, order, 0, 99), plan
                assert view.facet(plan, "code") == expected.facet(plan, "code")
            assert view.words(LAYOUT.rows, start, 3, 3) == expected.words(LAYOUT.rows, start, 3, 3)
            for point in LAYOUT.points:
                assert view.terms(point, start, 3, 3) == expected.terms(point, start, 3, 3)
        tried.close()
