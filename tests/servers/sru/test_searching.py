"""searchRetrieve: queries become hits and pages, each mistake its own diagnostic."""

from __future__ import annotations

import pytest

from core.model.records import BibId
from servers.configuration.settings import SruProfile, SruStyle
from tests.fakes.world import World
from tests.matrix import proves
from tests.servers.sru.given import Town

SCHEMAS = "marcxml, dc, mods, isohold, avail"
ALL = ["b1", "b2", "b3", "b5", "b6"]


@proves("searchRetrieve, scan and explain in 1.1, 1.2 and 2.0")
@pytest.mark.parametrize("version", ["1.1", "1.2", "2.0"])
async def test_a_search_in_each_version(town: Town, version: str) -> None:
    found = await town.get(
        f"version={version}&operation=searchRetrieve&query=emma" * (version != "2.0")
        or ("query=emma&queryType=cql")
    )
    assert found.hits == 1
    assert found.texts("recordPosition") == ["1"]
    assert found.identifiers == ([] if version == "1.1" else ["b1"])
    assert found.texts("nextRecordPosition") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("emma", ["b1"]),
        ("alma.title = atlas", ["b3"]),
        ("dc.creator = austen sortBy title/descending", ["b6", "b1"]),
        ("dc.creator = austen sortBy title", ["b1", "b6"]),
        ('alma.mms_id any "b1 b6 b9"', ["b1", "b6"]),
        ("rec.id = b3", ["b3"]),
        ("bath.isbn = 0141439580", ["b1"]),
        ('alma.title == "the atlas of the world"', ["b3"]),
        ("alma.main_pub_date > 1900 and alma.main_pub_date < 2000", ["b2", "b3"]),
        ('alma.main_pub_date within "1813 1815"', ["b1", "b6"]),
        ("cql.allRecords = 1 not alma.creator = austen", ["b2", "b3", "b5"]),
        ("alma.title = prej*", ["b6"]),
        ('alma.title = "^pride"', ["b6"]),
        ("alma.title = pride prox/distance<=2 alma.title = prejudice", ["b6"]),
        ("alma.title = anfanger", ["b5"]),
        ("alma.title = zzz", []),
    ],
)
async def test_what_is_asked_is_found(town: Town, query: str, found: list[str]) -> None:
    answer = await town.search(query)
    assert (answer.diagnostics, answer.hits, answer.identifiers) == ([], len(found), found)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"query": "alma.titel = x"}, (16, "alma.titel")),
        ({"query": "cat and alma.title within 1"}, (22, "alma.title within")),
        ({"query": 'alma.main_pub_date = ""'}, (27, "alma.main_pub_date")),
        ({"query": "alma.main_pub_date = soon"}, (36, "soon")),
        ({"query": "alma.title = a*"}, (29, "2")),
        ({"query": "emma sortBy alma.isbn"}, (80, "alma.isbn")),
        ({"query": "emma sortBy alma.nowhere"}, (16, "alma.nowhere")),
        ({"query": "emma", "recordSchema": "pica"}, (66, f"pica; there are: {SCHEMAS}")),
        ({"query": "emma", "startRecord": "2"}, (61, "1")),
        ({"query": "emma", "startRecord": "0"}, (6, "startRecord=0")),
        ({"query": "emma", "recordPacking": "paper"}, (71, "paper")),
        ({"query": "emma", "surprise": "1"}, (8, "surprise")),
        ({"query": "cql.resultSetId = none"}, (51, "none")),
        ({"query": "cql.resultSetId = none or emma"}, (51, "none")),
        ({"query": "emma", "x-cursor": "zzz"}, (6, "x-cursor")),
    ],
)  # fmt: skip
async def test_each_mistake_has_its_diagnostic(
    town: Town, parameters: dict[str, str], told: tuple[int, str]
) -> None:
    answer = await town.search(**parameters)
    assert (answer.diagnostics, answer.identifiers) == ([told], [])
    assert answer.status == 200


@proves("every fault of the catalogue has its SRU diagnostic, with its place")
async def test_the_place_of_a_mistake_is_told(town: Town) -> None:
    answer = await town.search("emma and alma.title = ok and alma.isbn > 9")
    assert answer.diagnostics == [(22, "alma.isbn >")]
    (message,) = answer.texts("message")
    assert "at character 30;" in message


class TestPages:
    @proves("hits obey arithmetic over SRU, and pages join")
    async def test_pages_join(self, town: Town) -> None:
        seen: list[str] = []
        position = "1"
        while position:
            page = await town.search("cql.allRecords = 1", startRecord=position, maximumRecords=2)
            seen += page.identifiers
            assert page.texts("recordPosition")[0] == position
            position = (page.texts("nextRecordPosition") or [""])[0]
        assert seen == ALL

    async def test_of_none_only_the_number_is_told(self, town: Town) -> None:
        page = await town.search("cql.allRecords = 1", maximumRecords=0)
        assert (page.hits, page.texts("records"), page.texts("nextRecordPosition")) == (5, [], [])

    async def test_alma_ends_with_an_empty_page(self, alma: Town) -> None:
        page = await alma.search("emma", startRecord=151)
        assert (page.hits, page.diagnostics) == (1, [])
        assert len(page.root.findall("{*}records")) == 1
        assert page.texts("record") == []

    async def test_no_page_is_longer_than_its_limit(self, world: World, town: Town) -> None:
        town.take_on(SruProfile(records=2, records_limit=3))
        assert len((await town.search("cql.allRecords = 1")).identifiers) == 2
        assert len((await town.search("cql.allRecords = 1", maximumRecords=1000)).identifiers) == 3

    async def test_no_page_begins_beyond_the_depth(self, alma: Town) -> None:
        """Alma: an error from record 10,000 on."""
        last = await alma.search("emma", startRecord=9999)
        assert last.diagnostics == []
        beyond = await alma.search("emma", startRecord=10_000)
        assert beyond.diagnostics == [(61, "10000")]
        assert "no page begins at record 10000" in beyond.texts("message")[0]


class TestSorting:
    async def test_the_keys_of_1_1(self, town: Town) -> None:
        answer = await town.get(
            "version=1.1&operation=searchRetrieve&query=cql.allRecords=1&sortKeys=title,,0&recordSchema=dc"
        )
        titles = [
            record.findtext(".//{http://purl.org/dc/elements/1.1/}title")
            for record in answer.root.iter("{*}dc")
        ]
        assert titles[0] == "Sudoku für Anfänger"
        assert titles == sorted(titles, key=lambda title: title.removeprefix("The ").casefold(), reverse=True)

    async def test_a_key_of_1_1_that_is_none(self, town: Town) -> None:
        answer = await town.get("version=1.1&operation=searchRetrieve&query=emma&sortKeys=size")
        assert answer.diagnostics == [(80, "size")]

    async def test_the_order_of_the_query_goes_before_that_of_the_parameter(self, town: Town) -> None:
        answer = await town.get("version=2.0&query=dc.creator=austen+sortBy+title&sortKeys=title,,0")
        assert answer.diagnostics == [(94, "")]
        assert answer.identifiers == ["b1", "b6"]


@proves("result sets and cursors hold a moment still")
class TestMoments:
    async def test_a_cursor_goes_through_a_catalogue_that_changes(self, town: Town) -> None:
        first = await town.search("cql.allRecords = 1", maximumRecords=2, **{"x-cursor": "*"})
        (cursor,) = first.texts("cursor")
        assert town.index is not None
        town.index.drop([BibId(3), BibId(5)])
        town.index.commit(2)
        seen = list(first.identifiers)
        while cursor:
            page = await town.search("cql.allRecords = 1", maximumRecords=2, **{"x-cursor": cursor})
            seen += page.identifiers
            (cursor,) = page.texts("cursor") or [""]
        assert seen == ALL

    async def test_a_cursor_is_good_for_its_query_alone(self, town: Town) -> None:
        first = await town.search("cql.allRecords = 1", maximumRecords=2, **{"x-cursor": ""})
        other = await town.search("emma", **{"x-cursor": first.texts("cursor")[0]})
        assert other.diagnostics == [(6, "x-cursor")]

    async def test_a_moment_is_not_kept_for_ever(self, town: Town) -> None:
        first = await town.search("cql.allRecords = 1", maximumRecords=2, **{"x-cursor": "*"})
        town.seconds += town.catalogue.limits.snapshot_seconds + 1
        late = await town.search("cql.allRecords = 1", **{"x-cursor": first.texts("cursor")[0]})
        assert [number for number, _ in late.diagnostics] == [51]

    async def test_a_result_set_is_what_was_found(self, town: Town) -> None:
        made = await town.search("dc.creator = austen sortBy title/descending", resultSetTTL=60)
        (name,) = made.texts("resultSetId")
        assert made.texts("resultSetIdleTime") == ["300"]
        assert town.index is not None
        town.index.drop([BibId(6)])
        town.index.commit(2)
        again = await town.search(f"cql.resultSetId = {name}")
        assert (again.hits, again.identifiers) == (2, ["b6", "b1"])
        sorted_anew = await town.search(f"cql.resultSetId = {name} sortBy title")
        assert sorted_anew.identifiers == ["b1", "b6"]
        combined = await town.search(f"cql.resultSetId = {name} and emma")
        assert combined.identifiers == ["b1"]

    async def test_alma_keeps_no_sets(self, alma: Town) -> None:
        made = await alma.search("emma", resultSetTTL=60)
        assert made.texts("resultSetId") == []
        refused = await alma.search("cql.resultSetId = x")
        assert refused.diagnostics == [(50, "x")]


class TestSecondVersion:
    async def test_search_terms_are_words_anywhere(self, town: Town) -> None:
        answer = await town.search_2("jane prejudice (not", queryType="searchTerms")
        assert (answer.diagnostics, answer.hits) == ([], 0)
        found = await town.search_2("prejudice jane", queryType="searchTerms")
        assert found.identifiers == ["b6"]

    async def test_the_number_is_exact_and_says_so(self, town: Town) -> None:
        answer = await town.search_2("emma")
        assert answer.texts("resultCountPrecision") == ["info:srw/vocabulary/resultCountPrecision/1/exact"]

    async def test_bare_words_are_read_where_a_profile_says_so(self, town: Town) -> None:
        """Discovery tools that send what people typed, as it is."""
        assert (await town.search("pride prejudice")).diagnostics[0][0] == 10
        town.take_on(SruProfile(style=SruStyle.OPEN, bare_words=True))
        assert (await town.search("prejudice pride")).identifiers == ["b6"]


@pytest.mark.parametrize("more", [{"x-cursor": "*"}, {"resultSetTTL": "9"}])
async def test_no_moment_is_kept_of_an_index_that_is_not_there(town: Town, more: dict[str, str]) -> None:
    town.index = None
    assert (await town.search("emma", **more)).diagnostics == [(2, "")]


async def test_an_index_that_is_being_built_is_a_reason_to_come_again(alma: Town) -> None:
    alma.index = None
    answer = await alma.search("emma")
    assert answer.diagnostics == [(2, "")]
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    sent = await alma.search("alma.titel = x")
    assert (sent.status, sent.diagnostics) == (200, [(16, "alma.titel")])
