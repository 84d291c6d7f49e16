"""The index of tantivy: what is kept over a restart, what is begun anew, and the order of what it sorts
by.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.analysis import fold
from core.model.records import BibId
from core.plan import EVERYTHING, Between, Entry, Known, Order, Phrase, Slot, Term
from core.ports import Counted, Found, IndexBroken, SearchIndex
from core.query import Mask, QueryFault, SearchRefused
from core.storage.tantivy_index import Layout, TantivyIndex, packed
from tests.matrix import proves

LAYOUT = Layout(
    ("words",),
    ("code", "title", "year"),
    frozenset({"code", "title"}),
    frozenset(),
    {"title": True, "year": False},
)
CAT = Phrase("words", (Slot(0, ("cat",)),))


def entry(bib: int, text: str, code: str = "c") -> Entry:
    """A bib with a text, a code and a title of the same words."""
    return Entry(
        BibId(bib), {"words": [text]}, {"code": [code], "title": [text]}, {"title": text, "year": bib % 3}
    )


def keep(index: SearchIndex, position: int, *entries: Entry) -> None:
    """Put bibs in, and let it be seen."""
    index.put([index.prepare(one) for one in entries])
    index.commit(position)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the index is."""
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path) -> Iterator[TantivyIndex]:
    """An empty index."""
    opened = TantivyIndex.open(folder, LAYOUT)
    yield opened
    opened.close()


def test_what_was_committed_is_there_again(folder: Path) -> None:
    first = TantivyIndex.open(folder, LAYOUT)
    keep(first, 7, entry(1, "cat"))
    first.put([first.prepare(entry(2, "cat"))])
    first.close()
    second = TantivyIndex.open(folder, LAYOUT)
    assert (second.view.position, second.view.search(CAT, (), 0, 9)) == (7, Found(1, (BibId(1),)))
    second.close()


@proves("an index that is lost or old is built anew")
def test_an_index_of_another_layout_is_begun_anew(folder: Path) -> None:
    first = TantivyIndex.open(folder, LAYOUT)
    keep(first, 7, entry(1, "cat"))
    first.close()
    second = TantivyIndex.open(folder, replace(LAYOUT, made_by="other rules"))
    assert (second.view.position, second.view.count(EVERYTHING)) == (0, 0)
    second.close()


@proves("an index that is lost or old is built anew")
@pytest.mark.parametrize("damaged", ["meta.json", "circdesk.json", "*.term"])
def test_a_damaged_index_is_begun_anew(folder: Path, damaged: str) -> None:
    first = TantivyIndex.open(folder, LAYOUT)
    keep(first, 7, entry(1, "cat"))
    first.close()
    for file in folder.glob(damaged):
        file.write_bytes(b"{")
    second = TantivyIndex.open(folder, LAYOUT)
    assert (second.view.position, second.view.count(EVERYTHING)) == (0, 0)
    second.close()


def test_a_view_stays_as_it_was(index: TantivyIndex) -> None:
    keep(index, 1, entry(1, "cat"), entry(2, "cat"))
    then = index.view
    keep(index, 2, entry(1, "dog"), entry(3, "cat"))
    index.drop([BibId(2)])
    index.commit(3)
    assert then.search(CAT, (), 0, 9) == Found(2, (BibId(1), BibId(2)))
    assert index.view.search(CAT, (), 0, 9) == Found(1, (BibId(3),))
    assert then.position == 1


def test_nothing_is_seen_before_it_is_committed(index: TantivyIndex) -> None:
    index.add([index.prepare(entry(1, "cat"))])
    assert index.view.count(EVERYTHING) == 0


def test_what_is_gone_is_in_no_list(index: TantivyIndex) -> None:
    keep(index, 1, entry(1, "cat", "a"), entry(2, "cats", "b"), entry(3, "dog", "c"))
    index.drop([BibId(2)])
    index.commit(2)
    assert index.view.words(("words",), "cat", 0, 9).terms == (Counted("cat", 1), Counted("dog", 1))
    assert index.view.terms("code", "", 0, 9).terms == (Counted("a", 1), Counted("c", 1))
    assert index.view.facet(EVERYTHING, "code") == [Counted("a", 1), Counted("c", 1)]


MANY = [
    *(
        "the",
        "the a",
        "the ab",
        "thea",
        "the 東京",
        "thé",
        "th",
        "東",
        "東京",
        "東京 a",
        "zz",
        "1.5",
        "c++",
        "c#",
    ),
    *(f"the {number} cats" for number in range(60)),
    *(f"{'the same ' * 40}{number}" for number in range(60)),
    *(chr(0x4E00 + number) for number in range(150)),
]


@proves("hits obey arithmetic, pages join, scans count as searches do")
@pytest.mark.parametrize("apart", [1, 251, 251 * 251])
def test_what_is_listed_is_in_the_order_of_code_points_from_wherever(index: TantivyIndex, apart: int) -> None:
    """However much begins alike, whichever characters it has, and whatever is gone."""
    held = [Entry(BibId(apart * n), {}, {"title": [title]}, {}) for n, title in enumerate(MANY * 2, start=1)]
    keep(index, 1, *held, Entry(BibId(5), {}, {"title": ["the rest", "été", "the"]}, {}))
    index.drop([entry.id for entry in held if entry.terms["title"] in (["the ab"], ["東京"])])
    index.commit(2)
    left = {title: 2 for title in MANY if title not in ("the ab", "東京")}
    expected = sorted({**left, "the rest": 1, "été": 1, "the": 3}.items())
    for start in ["", *MANY[:14], *MANY[14::9], "the zz", "the same", "~", "\U0010ffff"]:
        behind = [one for one in expected if one[0] < start]
        ahead = [one for one in expected if one[0] >= start]
        found = index.view.terms("title", start, 5, 7)
        assert [(one.term, one.count) for one in found.terms] == behind[-5:] + ahead[:7], start
        assert (found.behind, found.first, found.last) == (
            len(behind[-5:]),
            len(behind) <= 5,
            len(ahead) <= 7,
        )
        assert all(index.view.count(Term("title", (one.term,))) == one.count for one in found.terms)


def test_a_term_that_is_too_long_is_not_there_and_harms_no_other(index: TantivyIndex) -> None:
    longest = "東" * 16_000
    keep(index, 1, entry(1, "cat", longest), entry(2, "cat", f"{longest}東"), entry(3, "dog", "d"))
    assert index.view.terms("code", "", 0, 9).terms == (Counted("d", 1), Counted(longest, 1))
    assert index.view.facet(EVERYTHING, "code") == [Counted("d", 1), Counted(longest, 1)]
    assert index.view.search(CAT, (), 0, 9) == Found(2, (BibId(1), BibId(2)))


def test_everything_can_be_forgotten(index: TantivyIndex) -> None:
    keep(index, 1, entry(1, "cat"))
    index.clear()
    keep(index, 2, entry(2, "cat"))
    assert index.view.search(CAT, (), 0, 9).ids == (BibId(2),)  # type: ignore[union-attr]  # it is no refusal


def test_closing_twice_is_closing_once(folder: Path) -> None:
    index = TantivyIndex.open(folder, LAYOUT)
    keep(index, 1, entry(1, "cat"))
    index.close()
    index.close()


def test_a_phrase_with_masks_for_too_many_words_is_refused(index: TantivyIndex) -> None:
    keep(index, 1, *[entry(n + 1, f"x{n} y") for n in range(17_000)])
    many = Phrase("words", (Slot(0, ("x", Mask.RUN)), Slot(1, ("y",))))
    assert index.view.search(many, (), 0, 1) == SearchRefused(QueryFault.TOO_MANY_TERMS)
    assert index.view.count(many) == SearchRefused(QueryFault.TOO_MANY_TERMS)
    assert index.view.count(Term("code", ("c", Mask.RUN))) == 17_000


@proves("the order of hits is total, and articles do not sort")
@pytest.mark.parametrize("descending", [False, True])
def test_pages_of_a_sorted_list_join(index: TantivyIndex, descending: bool) -> None:
    titles = [
        "a",
        "a",
        "the same beginning of a long title",
        "the same beginning of a long tale",
        "東京",
        "東",
    ]
    keep(index, 1, *[entry(n + 1, titles[n % len(titles)]) for n in range(40)])
    keep(index, 2, Entry(BibId(99), {}, {}, {}))
    for order in (
        [Order("title", descending)],
        [Order("year", descending, missing_first=True), Order("title")],
    ):
        whole = index.view.search(EVERYTHING, order, 0, 99)
        assert isinstance(whole, Found)
        assert len(set(whole.ids)) == whole.count == 41
        pages = [index.view.search(EVERYTHING, order, start, 7) for start in range(0, 42, 7)]
        assert tuple(bib for page in pages if isinstance(page, Found) for bib in page.ids) == whole.ids


def test_a_page_beyond_the_last_hit_is_empty(index: TantivyIndex) -> None:
    keep(index, 1, entry(1, "cat"))
    assert index.view.search(CAT, (), 2**62, 10) == Found(1, ())
    assert index.view.search(CAT, (Order("title"),), 1, 10) == Found(1, ())
    assert index.view.search(Known((BibId(5),)), (), 0, 10) == Found(0, ())


@given(st.text(max_size=50).map(fold), st.text(max_size=50).map(fold))
def test_packed_texts_are_in_the_order_of_the_texts(one: str, other: str) -> None:
    assert (packed(one) < packed(other)) == (one.encode()[:40] < other.encode()[:40])
    assert all(0 <= number < 2**64 for number in packed(one))


def test_ranges_are_those_of_the_text(index: TantivyIndex) -> None:
    keep(index, 1, *[entry(n + 1, "x", code) for n, code in enumerate(["a", "ab", "abc", "b", "é", "z"])])
    assert index.view.search(Between("code", "ab", "b"), (), 0, 9).ids == (2, 3, 4)  # type: ignore[union-attr]
    assert index.view.search(Between("code", "ab", "b", False, False), (), 0, 9).ids == (3,)  # type: ignore[union-attr]
    assert index.view.search(Between("code", "c", "a"), (), 0, 9).ids == ()  # type: ignore[union-attr]


@proves("several processes index as one does")
def test_what_others_took_in_is_kept_with_its_place_in_the_log(folder: Path) -> None:
    """Over a restart, with characters beyond ASCII, and merged later like any other."""
    index = TantivyIndex.open(folder, LAYOUT)
    keep(index, 1, entry(9, "dog"))
    for number, opens in enumerate(index.divided(3)):
        share = opens()
        keep(share, 5, entry(number + 1, "cat été"))
        share.close()
    index.join(3, 7)
    assert list(folder.parent.iterdir()) == [folder]
    index.close()
    again = TantivyIndex.open(folder, LAYOUT)
    assert (again.view.position, again.view.count(CAT), again.view.count(EVERYTHING)) == (7, 3, 3)
    assert again.view.words(("words",), "z", 0, 9).terms == (Counted("été", 3),)
    for number in range(10):
        keep(again, 8 + number, entry(100 + number, "cat"))
    assert again.view.count(CAT) == 13
    again.close()


@pytest.mark.parametrize("lost", ["meta.json", "*.term"])
def test_a_share_that_is_damaged_breaks_the_index(folder: Path, lost: str) -> None:
    index = TantivyIndex.open(folder, LAYOUT)
    (opens,) = index.divided(1)
    share = opens()
    keep(share, 1, entry(1, "cat"))
    share.close()
    for file in (folder.parent / "index-0").glob(lost):
        file.unlink()
    with pytest.raises(IndexBroken):
        index.join(1, 2)
    again = TantivyIndex.open(folder, LAYOUT)
    assert (again.view.position, again.view.count(EVERYTHING)) == (0, 0)
    again.close()


def test_what_was_left_of_other_shares_is_not_joined(folder: Path) -> None:
    index = TantivyIndex.open(folder, LAYOUT)
    for opens in index.divided(2):
        share = opens()
        keep(share, 1, entry(1, "cat"))
        share.close()
    for opens in index.divided(1):
        opens().close()
    index.join(1, 2)
    assert index.view.count(EVERYTHING) == 0
    index.close()
