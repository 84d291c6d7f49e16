"""Facets, and the hits of each clause, as SRU 2.0 has them."""

from __future__ import annotations

from tests.matrix import proves
from tests.servers.sru.given import Reply, Town


def facet(answer: Reply, index: str) -> list[tuple[str, int]]:
    for found in answer.root.iter("{*}facet"):
        if found.findtext("{*}index") == index:
            return [
                (one.findtext("{*}actualTerm"), int(one.findtext("{*}count")))
                for one in found.iter("{*}term")
            ]
    return []


class Fading:
    """An index that is there for so many questions."""

    def __init__(self, views: list[object]) -> None:
        self._views = views

    @property
    def view(self) -> object:
        return self._views.pop(0)


@proves("facets and the analysis of a query")
class TestFacets:
    async def test_of_one_index(self, town: Town) -> None:
        answer = await town.search_2("cql.allRecords=1", facetLimit="5:alma.creator", maximumRecords=0)
        assert facet(answer, "alma.creator") == [("Austen, Jane", 2), ("Jane Austen", 1)]
        assert len(answer.texts("facet")) == 1

    async def test_by_the_name_that_was_asked(self, town: Town) -> None:
        answer = await town.search_2("emma", facetLimit="5:dc.creator")
        assert facet(answer, "dc.creator")[0][0] == "Austen, Jane"

    async def test_of_all_indexes(self, town: Town) -> None:
        answer = await town.search_2("cql.allRecords=1", facetLimit="1")
        facets = answer.texts("facet")
        assert len(facets) == sum(point.facet for point in town.catalogue.points.values())
        assert len(facet(answer, "alma.creator")) == 1

    async def test_from_a_place_on_and_in_another_order(self, town: Town) -> None:
        asked: dict[str, str | int] = {"facetLimit": "9:alma.creator", "maximumRecords": 0}
        later = await town.search_2("cql.allRecords=1", **asked, facetStart="2:alma.creator")
        assert facet(later, "alma.creator") == [("Jane Austen", 1)]
        backwards = await town.search_2("cql.allRecords=1", **asked, facetSort="alphanumeric,descending")
        assert [term for term, _ in facet(backwards, "alma.creator")] == ["Jane Austen", "Austen, Jane"]
        rising = await town.search_2("cql.allRecords=1", **asked, facetSort="recordCount,ascending")
        assert [count for _, count in facet(rising, "alma.creator")] == [1, 2]

    async def test_each_value_has_the_query_that_finds_it(self, town: Town) -> None:
        answer = await town.search_2("cql.allRecords=1", facetLimit="9:alma.creator")
        (found,) = [one for one in answer.root.iter("{*}facet") if one.findtext("{*}index")]
        for term in found.iter("{*}term"):
            narrowed = await town.search(term.findtext("{*}query"))
            assert narrowed.hits == int(term.findtext("{*}count"))

    async def test_what_has_none_is_told_beside_the_records(self, town: Town) -> None:
        answer = await town.search_2("emma", facetLimit="3:alma.isbn,3:alma.nowhere,0:alma.creator")
        assert answer.identifiers == ["b1"]
        assert answer.diagnostics == [(6, "facetLimit=3:alma.isbn"), (16, "alma.nowhere")]
        assert answer.texts("facet") == []

    async def test_of_an_index_that_goes_away_there_are_none(self, town: Town) -> None:
        """The view is gone between the search and its facets."""
        view = town.index.view if town.index else None
        views: list[object] = [view, view, None, None]
        town.index = Fading(views)  # type: ignore[assignment] # all that is asked of it
        answer = await town.search_2("emma or zzz", **{"facetLimit": "1", "x-analysis": "1"})
        assert answer.identifiers == ["b1"]
        assert answer.diagnostics == [(2, "")]
        assert answer.texts("subQuery") == []

    async def test_only_2_0_has_them(self, town: Town) -> None:
        assert (await town.search("emma")).texts("facetedResults") == []


class TestAnalysis:
    async def test_the_clause_that_found_nothing_is_seen(self, town: Town) -> None:
        answer = await town.search_2("dc.creator = austen and dc.title = zzz")
        parts = list(zip(answer.texts("subQuery"), answer.texts("count"), strict=True))
        assert parts == [
            ("dc.creator = austen and dc.title = zzz", "0"),
            ("dc.creator = austen", "2"),
            ("dc.title = zzz", "0"),
        ]

    async def test_where_something_was_found_it_is_for_who_asks(self, town: Town) -> None:
        assert (await town.search_2("emma or metropolis")).texts("subQuery") == []
        asked = await town.search_2("emma or metropolis", **{"x-analysis": "1"})
        assert asked.texts("count") == ["2", "1", "1"]

    async def test_one_clause_is_its_own_analysis(self, town: Town) -> None:
        assert (await town.search_2("zzz")).texts("subQuery") == []
