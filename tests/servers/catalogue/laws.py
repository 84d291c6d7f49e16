"""What every user may count on, whatever catalogue it is: the laws that hits, pages and lists obey."""

from __future__ import annotations

from collections.abc import Sequence

from core.catalogue import Catalogue, Hits, Scanned
from core.model.records import BibId
from core.query import EVERYTHING, And, Clause, Match, Not, Or, Query, SortKey, plain


def count(catalogue: Catalogue, query: Query) -> int:
    """How many hits; a query of words that have no letters has none."""
    found = catalogue.search(query, limit=0)
    return found.count if isinstance(found, Hits) else 0


def hits_obey_arithmetic(catalogue: Catalogue, one: Query, other: Query) -> None:
    """What is in both, in either and in one alone adds up."""
    if catalogue.check(one) or catalogue.check(other):
        return
    both, either = count(catalogue, And(one, other)), count(catalogue, Or(one, other))
    assert both + count(catalogue, Not(one, other)) == count(catalogue, one)
    assert either + both == count(catalogue, one) + count(catalogue, other)
    assert count(catalogue, Not(EVERYTHING, one)) == count(catalogue, EVERYTHING) - count(catalogue, one)


def pages_join(catalogue: Catalogue, query: Query, size: int, sort: Sequence[SortKey]) -> None:
    """Page by page, everything is there, nothing comes twice, and the order is that of the whole."""
    if catalogue.check(query):
        return
    whole = catalogue.search(query, sort, limit=10_000)
    assert isinstance(whole, Hits)
    joined: tuple[BibId, ...] = ()
    for start in range(0, whole.count, size):
        page = catalogue.search(query, sort, start, size)
        assert isinstance(page, Hits)
        joined += page.ids
    assert joined == whole.ids
    assert len(set(joined)) == whole.count


def scans_count_as_searches_do(catalogue: Catalogue, clause: Clause, before: int, after: int) -> Scanned:
    """Each value of a list, sought as it stands, is in as many bibs as the list tells."""
    found = catalogue.scan(clause, before, after)
    assert isinstance(found, Scanned)
    for term in found.terms:
        assert term.count == count(catalogue, Clause(clause.point, clause.match, plain(term.value))) > 0
    values = [term.value for term in found.terms]
    assert len(set(values)) == len(values)
    return found


ORDERS: tuple[tuple[SortKey, ...], ...] = (
    (),
    (SortKey("title"),),
    (SortKey("creator", descending=True), SortKey("main_pub_date")),
    (SortKey("main_pub_date", descending=True), SortKey("title")),
)
"""Ways to sort, none among them."""

BOTH = (Match.HEADING, Match.EQ)
"""The two lists that a point of words has: of whole values, and of words."""
