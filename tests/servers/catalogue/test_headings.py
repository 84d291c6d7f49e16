"""How values of lists are written: as in a record that has them, in every script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from core.analysis import term
from core.catalogue import Scanned
from core.library import Library
from core.model.records import Bib, BibId, Item, ItemId
from core.points import PointKind
from core.query import Clause, Match
from core.storage.tantivy_index import TantivyIndex
from protocols.marc.exchange import to_be_sent
from protocols.marc.iso2709 import unpack
from servers.app import index_layout
from servers.catalogue.access_points import table
from servers.catalogue.entries import Entries, Subject
from servers.catalogue.headings import Headings
from tests.matrix import proves
from tests.servers.catalogue import given as town

EMMA = BibId(1)
POINTS = table().points
TEXTS = [point.name for point in POINTS.values() if point.listed and point.kind is PointKind.TEXT]


@pytest.fixture(scope="module")
def headings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Headings]:
    """Of the demonstration's works."""
    index = town.index(tmp_path_factory.mktemp("town") / "index")
    bodies = {bib.id: to_be_sent(unpack(body)) for bib, body, _ in town.works()}

    def records(bibs: Sequence[BibId]) -> list[bytes | None]:
        return [bodies.get(bib) for bib in bibs]

    yield Headings(table(), town.catalogue(index), town.library(), records)
    index.close()


@proves("lists and facets show values as people write them")
@pytest.mark.parametrize("name", TEXTS)
def test_what_is_shown_means_the_value(headings: Headings, name: str) -> None:
    point, catalogue = POINTS[name], headings.catalogue
    found = catalogue.scan(Clause(name, Match.HEADING), 0, 1000)
    assert isinstance(found, Scanned)
    values = [line.value for line in found.terms]
    texts = headings.all_written(point, values, 1000)
    assert all(texts)
    assert [term(point.kind, text) for text in texts] == values


@pytest.mark.parametrize(
    ("point", "value", "text"),
    [
        ("creator", "austen jane 1775 1817", "Austen, Jane, 1775-1817"),
        ("title", "emma", "Emma"),
        ("language", "eng", ""),
        ("title", "no such title", ""),
    ],
)
def test_some_values(headings: Headings, point: str, value: str, text: str) -> None:
    assert headings.written(POINTS[point], value) == text


def test_call_numbers_are_those_of_items_too(tmp_path: Path) -> None:
    bib = Bib(EMMA, 1, "b1", "Emma")
    item = Item(ItemId(2), 1, "I2", EMMA, "MAIN/STACKS", call_number="PR4034 .E5")
    index, library = TantivyIndex.open(tmp_path, index_layout(table())), Library()
    index.add([Entries(table(), index.prepare)(Subject(bib, b"", (item,)))])
    index.commit(1)
    library.install([bib])
    library.install([item])
    catalogue = town.catalogue(index)
    found = catalogue.scan(Clause("PermanentCallNumber", Match.HEADING), 0, 1)
    assert isinstance(found, Scanned)
    headings = Headings(table(), catalogue, library, lambda bibs: [None for _ in bibs])
    point = POINTS["PermanentCallNumber"]
    assert headings.all_written(point, [line.value for line in found.terms]) == ["PR4034 .E5"]
    index.close()


def test_no_more_are_looked_up_than_an_answer_may_cost(headings: Headings) -> None:
    values = ["emma"] * 3
    assert headings.all_written(POINTS["title"], values, 2) == ["Emma", "Emma", ""]
    assert headings.all_written(POINTS["title"], values, -1) == ["", "", ""]


def test_a_record_that_is_not_ready_yet_tells_nothing(headings: Headings) -> None:
    lost = Headings(table(), headings.catalogue, town.library(), lambda bibs: [None for _ in bibs])
    assert lost.written(POINTS["title"], "emma") == ""
