"""scan: stretches of an index, from which every term can be searched for."""

from __future__ import annotations

import pytest

from tests.matrix import proves
from tests.servers.sru.given import Reply, Town

ONE = "character 1: one clause is expected: index, relation, term"
WORDS = ["and", "anfanger", "atlas", "emma", "fur", "metropolis", "of", "other", "prejudice", "pride"]


def told(answer: Reply) -> list[tuple[str, str]]:
    return list(zip(answer.texts("value"), answer.texts("whereInList"), strict=True))


@proves("searchRetrieve, scan and explain in 1.1, 1.2 and 2.0")
@pytest.mark.parametrize("asked", ["version=1.1&operation=scan", "version=1.2&operation=scan", "version=2.0"])
async def test_a_scan_in_each_version(town: Town, asked: str) -> None:
    answer = await town.get(f"{asked}&scanClause=alma.title=emma&maximumTerms=2")
    assert answer.texts("value") == ["emma", "fur"]


async def test_words_stand_in_their_order(town: Town) -> None:
    answer = await town.scan("alma.title = a", maximumTerms=10)
    assert answer.texts("value") == WORDS
    assert told(answer)[0] == ("and", "first")


async def test_headings_are_scanned_whole(town: Town) -> None:
    answer = await town.scan('alma.title == "emma"', maximumTerms=2)
    assert answer.texts("value")[0].startswith("emma")
    assert " " in answer.texts("value")[0]


@proves("lists and facets show values as people write them")
async def test_headings_are_shown_as_they_are_written(town: Town) -> None:
    """displayTerm is what a record has; the value finds the same, and so does what is shown."""
    answer = await town.scan('alma.title == ""', maximumTerms=50)
    values, shown = answer.texts("value"), answer.texts("displayTerm")
    assert len(shown) == len(values)
    assert ("sudoku fur anfanger", "Sudoku für Anfänger") in zip(values, shown, strict=True)
    assert ("atlas of the world", "atlas of the world") in zip(values, shown, strict=True)
    for value, text in zip(values, shown, strict=True):
        found = [(await town.search(f'alma.title == "{one}"')).identifiers for one in (value, text)]
        assert found[0] == found[1] != []


async def test_words_are_shown_as_they_are(town: Town) -> None:
    assert (await town.scan("alma.title = a")).texts("displayTerm") == []


@pytest.mark.parametrize(
    ("position", "terms"),
    [(0, ["fur", "metropolis"]), (1, ["emma", "fur"]), (2, ["atlas", "emma"]), (3, ["anfanger", "atlas"])],
)
async def test_the_place_of_the_term_in_the_answer(town: Town, position: int, terms: list[str]) -> None:
    answer = await town.scan("alma.title = emma", maximumTerms=2, responsePosition=position)
    assert answer.texts("value") == terms


async def test_what_is_not_there_begins_at_the_next(town: Town) -> None:
    for position in (0, 1):
        answer = await town.scan("alma.title = az", maximumTerms=2, responsePosition=position)
        assert answer.texts("value") == ["emma", "fur"]


async def test_the_ends_of_a_list_are_told(town: Town) -> None:
    last = await town.scan("alma.title = world", maximumTerms=9)
    assert told(last) == [("world", "last")]
    behind = await town.scan("alma.title = zzz")
    assert (behind.diagnostics, behind.texts("term")) == ([], [])
    only = await town.scan("alma.isbn = 0")
    assert len(told(only)) in (0, 1)


@proves("hits obey arithmetic over SRU, and pages join")
async def test_each_term_finds_as_many_as_were_told(town: Town) -> None:
    for index, relation in (
        ("alma.title", "="),
        ("alma.title", "=="),
        ("alma.subjects", "=="),
        ("cql.anywhere", "="),
    ):
        answer = await town.scan(f'{index} {relation} ""', maximumTerms=100)
        assert answer.texts("value")
        for value, count in zip(answer.texts("value"), answer.texts("numberOfRecords"), strict=True):
            assert (await town.search(f'{index} {relation} "{value}"')).hits == int(count), value


@pytest.mark.parametrize(
    ("clause", "parameters", "told_"),
    [
        ("alma.titel = a", {}, (16, "alma.titel")),
        ("alma.title = a or alma.title = b", {}, (10, ONE)),
        ("cql.allRecords = 1", {}, (10, ONE)),
        ("alma.title = a sortBy title", {}, (10, ONE)),
        ("cql.resultSetId = x", {}, (50, "x")),
        ("alma.title = (", {}, None),
        ("alma.title = a", {"maximumTerms": 501}, (121, "500")),
        ("alma.title = a", {"maximumTerms": 0}, (6, "maximumTerms=0")),
        ("alma.title = a", {"maximumTerms": 5, "responsePosition": 7}, (120, "7")),
        ("alma.material_type = a", {}, None),
    ],
)  # fmt: skip
async def test_each_mistake_has_its_diagnostic(
    town: Town, clause: str, parameters: dict[str, int], told_: tuple[int, str] | None
) -> None:
    answer = await town.scan(clause, **parameters)
    assert answer.texts("term") == []
    assert len(answer.diagnostics) == 1
    assert told_ is None or answer.diagnostics == [told_]


async def test_alma_does_not_scan(alma: Town) -> None:
    assert (await alma.scan("alma.title = a")).diagnostics == [(4, "scan")]


async def test_an_index_that_is_being_built_is_a_reason_to_come_again(town: Town) -> None:
    town.index = None
    answer = await town.scan("alma.title = a")
    assert (answer.status, answer.diagnostics) == (503, [(2, "")])


async def test_whole_values_are_scanned_where_they_are_listed(town: Town) -> None:
    for position in (0, 1):
        answer = await town.scan('alma.notes == "a"', responsePosition=position)
        assert answer.diagnostics == [(22, "alma.notes ==")]
