"""Portfolios and representations by bib: the newest version of each, and none that has ended."""

from msgspec.structs import replace

from core.electronic import ByBib
from core.library import Library, touched
from core.model.records import BibId, Portfolio, PortfolioId, Representation, RepresentationId
from core.ports import Change

ONE, TWO = BibId(1), BibId(2)
EBOOK = Portfolio(PortfolioId(10), 1, ONE, "531", "https://a")
JOURNAL = Portfolio(PortfolioId(11), 1, ONE, "532", "https://b")
SCAN = Representation(RepresentationId(12), 1, TWO, "121", "https://c")


def test_they_are_found_by_bib_and_number_in_the_order_they_came() -> None:
    known: ByBib[Portfolio] = ByBib()
    known.put(None, EBOOK)
    known.put(None, JOURNAL)
    newer = replace(EBOOK, version=2, url="https://new")
    known.put(EBOOK, newer)
    assert known.of(ONE) == (newer, JOURNAL)
    assert (known.of(TWO), known.by_pid["531"]) == ((), newer)


def test_one_that_moves_or_ends_is_not_where_it_was() -> None:
    known: ByBib[Portfolio] = ByBib()
    known.put(None, EBOOK)
    known.put(None, JOURNAL)
    moved = replace(EBOOK, version=2, bib=TWO, pid="539")
    known.put(EBOOK, moved)
    known.put(JOURNAL, None)
    assert (known.of(ONE), known.of(TWO), known.by_pid) == ((), (moved,), {"539": moved})


def test_the_library_has_what_the_store_had() -> None:
    library = Library()
    library.install([EBOOK, JOURNAL])
    library.install([SCAN])
    assert library.portfolios.of(ONE) == (EBOOK, JOURNAL)
    assert library.representations.of(TWO) == (SCAN,)
    assert touched([Change(None, SCAN), Change(EBOOK, None)]) == [SCAN.id, TWO, EBOOK.id, ONE]
