"""Portfolios and representations: from tables they stay, from a bib's record they follow it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from core.model.records import BibId, Portfolio, PortfolioId, Representation, RepresentationId
from core.storage.memory import MemoryStore
from servers.load.electronic import portfolios_in
from tests.servers.load.given import bib, kept, load_file, load_table, marc, with_bibs


@pytest.fixture
async def store(tmp_path: Path) -> MemoryStore:
    """A store with the bibs u1 and u2."""
    made = MemoryStore()
    await with_bibs(made, tmp_path, "u1", "u2")
    return made


async def test_a_row_becomes_a_portfolio(store: MemoryStore, tmp_path: Path) -> None:
    table = """
        pid bib url        collection collection_name interface coverage note  agency available
        531 u1  https://a  611        Ebooks          Demo      1990-    free  MAIN   no
    """
    assert (await load_table(store, "portfolios", tmp_path, table)).counts == (1, 0, 0, 0, 0)
    [found] = kept(store, Portfolio)
    assert replace(found, id=PortfolioId(0)) == Portfolio(
        PortfolioId(0),
        1,
        BibId(1),
        "531",
        "https://a",
        "611",
        "Ebooks",
        "Demo",
        "1990-",
        "free",
        "MAIN",
        available=False,
    )
    assert (await load_table(store, "portfolios", tmp_path, table)).counts == (0, 0, 1, 0, 0)
    again = await load_table(store, "portfolios", tmp_path, "pid bib\n531 u2\n532 u9\n531 u1")
    assert again.counts == (0, 1, 0, 0, 2)
    assert "no such bib: u9" in again.whys
    assert [(one.version, one.bib, one.available) for one in kept(store, Portfolio)] == [(2, 2, True)]


async def test_a_row_becomes_a_representation(store: MemoryStore, tmp_path: Path) -> None:
    table = """
        pid bib url       label note  repository remote entity
        121 u2  https://r Scan  older Archive    yes    777
    """
    assert (await load_table(store, "representations", tmp_path, table)).counts == (1, 0, 0, 0, 0)
    [found] = kept(store, Representation)
    assert replace(found, id=RepresentationId(0)) == Representation(
        RepresentationId(0), 1, BibId(2), "121", "https://r", "Scan", "older", "Archive", True, "777"
    )
    assert (await load_table(store, "representations", tmp_path, table)).counts == (0, 0, 1, 0, 0)
    assert (await load_table(store, "representations", tmp_path, "pid bib\n121 u2")).counts == (0, 1, 0, 0, 0)


def test_the_fields_that_alma_publishes_are_read() -> None:
    published = marc(
        ("001", "u1"),
        ("856", "40$uhttps://left.out"),
        ("POR", "  $a531$p611$qEbooks$jDemo$nAvailable from 2001.$lfree$bNot Available$dhttps://open.url"),
        ("POR", "  $a532$bAvailable$ehttps://static"),
    )
    first, second = portfolios_in(published, BibId(1), "u1")
    assert (first.pid, first.collection, first.collection_name, first.interface) == (
        "531",
        "611",
        "Ebooks",
        "Demo",
    )
    assert (first.coverage, first.note, first.available) == ("Available from 2001.", "free", False)
    assert (first.url, second.url, second.available) == ("https://open.url", "https://static", True)


def test_a_link_of_the_record_is_a_portfolio_unless_it_leads_to_something_related() -> None:
    record = marc(
        ("856", "40$uhttps://a$3v.1-3$zFor all$yFull text"),
        ("856", "42$uhttps://related"),
        ("856", "41$uhttps://b$uhttps://c"),
        ("856", "40$zno link"),
    )
    found = list(portfolios_in(record, BibId(1), "u1"))
    assert [one.url for one in found] == ["https://a", "https://b", "https://c"]
    assert (found[0].coverage, found[0].note) == ("v.1-3", "For all Full text")
    assert all(one.pid.isdigit() and len(one.pid) == 17 for one in found)
    assert [one.pid for one in found] == [one.pid for one in portfolios_in(record, BibId(1), "u1")]


async def load_bib(store: MemoryStore, folder: Path, *links: str) -> None:
    """Load bib u1 anew, with these links."""
    file = folder / "bib.mrc"
    file.write_bytes(bib("u1", "A title", *[("856", f"40$u{link}") for link in links]))
    await load_file(store, "marc", file)


async def test_portfolios_follow_the_record_that_they_came_from(store: MemoryStore, tmp_path: Path) -> None:
    await load_table(store, "portfolios", tmp_path, "pid bib url\n531 u1 https://table")
    await load_bib(store, tmp_path, "https://a", "https://b")
    before = {one.url: one for one in kept(store, Portfolio)}
    assert sorted(before) == ["https://a", "https://b", "https://table"]
    await load_bib(store, tmp_path, "https://b", "https://c")
    after = {one.url: one for one in kept(store, Portfolio)}
    assert sorted(after) == ["https://b", "https://c", "https://table"]
    assert after["https://b"] == before["https://b"]
    await load_bib(store, tmp_path)
    assert [one.url for one in kept(store, Portfolio)] == ["https://table"]


async def test_a_portfolio_that_a_table_takes_over_stays_when_its_record_changes(
    store: MemoryStore, tmp_path: Path
) -> None:
    await load_bib(store, tmp_path, "https://a")
    [found] = kept(store, Portfolio)
    await load_table(store, "portfolios", tmp_path, f"pid bib note\n{found.pid} u1 ours")
    await load_bib(store, tmp_path)
    assert [(one.pid, one.note, one.from_marc) for one in kept(store, Portfolio)] == [
        (found.pid, "ours", False)
    ]


async def test_what_alma_publishes_loads_whole_and_again_without_change(real_data: Path) -> None:
    store = MemoryStore()
    await load_file(store, "marc", real_data / "hbz-alma/records.xml")
    found = kept(store, Portfolio)
    assert len([one for one in found if one.pid.startswith("53") and one.collection]) > 300
    assert sum(not one.available for one in found) == 8
    assert len({one.pid for one in found}) == len(found)
    assert (await load_file(store, "marc", real_data / "hbz-alma/records.xml")).counts == (0, 0, 231, 0, 0)
