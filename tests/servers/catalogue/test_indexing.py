"""Building the catalogue and keeping it up: events, restarts, lost and broken files, a store that waits."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import rmtree

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from core.catalogue import Catalogue, Hits
from core.events import Event, ItemAdded, ItemChanged, ItemEnded, Recorded, RecordsLoaded, Shelved
from core.library import Library
from core.model.records import Bib, BibBody, BibId, Item, ItemId, Portfolio, PortfolioId
from core.ports import Batch, Change, StoreRefused
from core.query import EVERYTHING, Clause, Match, plain
from core.storage.memory import MemoryStore
from core.storage.tantivy_index import TantivyIndex
from protocols.marc.iso2709 import Marc, pack
from servers import progress
from servers.app import index_layout
from servers.catalogue import building
from servers.catalogue import indexing as under_test
from servers.catalogue.access_points import table
from servers.catalogue.affected import affected
from servers.catalogue.building import Finishing
from servers.catalogue.indexing import Indexing
from tests.fakes.dying import OnlyHere, die
from tests.matrix import proves
from tests.servers.load.given import load_file, load_table

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CAT, DOG = BibId(1), BibId(2)


def body(title: str) -> bytes:
    """A record with a title."""
    return pack(Marc(b"00000nam a2200000   4500", ((b"001", b"n"), (b"245", f"00\x1fa{title}".encode()))))


class Town:
    """A store with its library, and the catalogue in a folder."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self.library = Library()
        self.folder = folder
        self.open_index = partial(TantivyIndex.open, folder / "index", index_layout(table()))

    def started(self) -> None:
        """The library reads everything again, as behind a load by its own command."""
        self.library = Library()
        for records in self.store.load():
            self.library.install(records)

    async def load(self, *records: Bib | BibBody | Item) -> None:
        """As a load does it: into the store, told in the log, and read into memory at the start."""
        events = [
            RecordsLoaded(kind.__name__, tuple(record.id for record in records if isinstance(record, kind)))
            for kind in (Bib, BibBody, Item)
        ]
        first = self.store.next_seq()
        told = [Recorded(first + n, NOW, "load", event) for n, event in enumerate(events)]
        await self.store.commit(Batch(told, [Change(None, record) for record in records]))
        for kind in (Bib, Item):
            self.library.install([record for record in records if isinstance(record, kind)])

    async def happens(self, event: Event) -> None:
        """At the desk."""
        changes = self.library.apply(event)
        recorded = Recorded(self.store.next_seq(), NOW, "desk", event)
        await self.store.commit(Batch([recorded], changes))

    @asynccontextmanager
    async def indexed(self) -> AsyncIterator[Indexing]:
        """The catalogue, as far as the log goes."""
        indexing = Indexing(self.store, self.library, self.folder, self.open_index)
        indexing.start()
        try:
            await self.reached(indexing)
            yield indexing
        finally:
            await indexing.close()

    async def reached(self, indexing: Indexing) -> None:
        """As far as the log goes."""
        async with asyncio.timeout(30):
            await indexing.reached(self.store.next_seq() - 1)


@asynccontextmanager
async def built(town: Town) -> AsyncIterator[Indexing]:
    """The catalogue, as soon as it can be searched."""
    indexing = Indexing(town.store, town.library, town.folder, town.open_index)
    indexing.start()
    try:
        async with asyncio.timeout(30):
            await indexing.built()
        yield indexing
    finally:
        await indexing.close()


def found(indexing: Indexing, point: str, text: str) -> list[int]:
    """The bibs by a clause."""
    hits = Catalogue(table().points, lambda: indexing.view, lambda: 0.0).search(
        Clause(point, Match.EQ, plain(text))
    )
    assert isinstance(hits, Hits)
    return list(hits.ids)


def everything(indexing: Indexing) -> int:
    """How many bibs there are."""
    hits = Catalogue(table().points, lambda: indexing.view, lambda: 0.0).search(EVERYTHING)
    assert isinstance(hits, Hits)
    return hits.count


@pytest.fixture
async def town(tmp_path: Path) -> Town:
    """A cat with an item, and a dog."""
    made = Town(tmp_path / "catalogue")
    await made.load(
        Bib(CAT, 1, "c1", "The cat"),
        BibBody(CAT, 1, body("The cat")),
        Bib(DOG, 1, "d1", "The dog"),
        BibBody(DOG, 1, body("The dog")),
        Item(ItemId(11), 1, "I1", CAT, "MAIN/STACKS"),
    )
    return made


ITEM = Item(ItemId(12), 1, "I2", DOG, "EAST/FILMS")


@proves("the index follows the log, over restarts")
async def test_what_happens_is_found(town: Town) -> None:
    async with town.indexed() as indexing:
        assert found(indexing, "title", "cat") == [CAT]
        assert found(indexing, "itemLibrary", "east") == []
        await town.happens(ItemAdded(ITEM))
        await town.reached(indexing)
        assert found(indexing, "itemLibrary", "east") == [DOG]
        await town.happens(ItemChanged(replace(ITEM, version=2, location="MAIN/STACKS")))
        await town.reached(indexing)
        assert found(indexing, "itemLibrary", "main") == [CAT, DOG]
        await town.happens(ItemEnded(town.library.items[ITEM.id]))
        await town.reached(indexing)
        assert found(indexing, "itemLibrary", "main") == [CAT]


@proves("the index follows the log, over restarts")
async def test_a_bib_that_comes_and_goes(town: Town) -> None:
    guest = Bib(BibId(3), 1, "g1", "Guest")
    item = Item(ItemId(13), 1, "G1", guest.id, "MAIN/STACKS")
    async with town.indexed() as indexing:
        await town.happens(ItemAdded(item, guest))
        await town.reached(indexing)
        assert found(indexing, "barcode", "G1") == [3]
        await town.happens(ItemEnded(item, guest.id))
        await town.reached(indexing)
        assert (found(indexing, "barcode", "G1"), everything(indexing)) == ([], 2)


@proves("the index follows the log, over restarts")
async def test_a_restart_goes_on_where_it_was(town: Town) -> None:
    async with town.indexed() as indexing:
        built = indexing.done
    await town.load(BibBody(CAT, 2, body("The lion")), Item(ItemId(14), 1, "I4", DOG, "WEST/X"))
    async with town.indexed() as indexing:
        assert (built, indexing.done) == (2, 0)
        assert (found(indexing, "title", "lion"), found(indexing, "title", "cat")) == ([CAT], [])
        assert found(indexing, "itemLibrary", "west") == [DOG]
        (record,) = indexing.records([CAT])
        assert record is not None
        assert b"The lion" in record


@proves("electronic inventory that comes, changes, moves or ends is found so")
@pytest.mark.parametrize("kind", ["portfolio", "representation"])
async def test_electronic_inventory_is_followed(
    town: Town, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded, moved to another bib and moved back: each bib is found by what it has, and by nothing else."""
    monkeypatch.setattr(under_test, "MOST_WASTE", 1.0)
    async with town.indexed():
        pass
    for number, bib in (("c1", CAT), ("d1", DOG), ("c1", CAT)):
        await load_table(town.store, f"{kind}s", tmp_path, f"pid bib\n53001 {number}")
        town.started()
        async with town.indexed() as indexing:
            assert indexing.done == 0
            assert found(indexing, f"{kind}_pid", "53001") == [bib]
            assert found(indexing, "has_inventory", "true") == sorted({CAT, bib})


@proves("electronic inventory that comes, changes, moves or ends is found so")
async def test_a_portfolio_that_its_record_no_longer_speaks_of_is_not_found(
    town: Town, tmp_path: Path
) -> None:
    async with town.indexed():
        pass
    file = tmp_path / "cats.mrc"
    urls = ("https://a.example/1", "https://a.example/2")
    for link in (*urls, ""):
        access = [(b"856", f"40\x1fu{link}".encode())] if link else []
        fields = ((b"001", b"c1"), (b"245", b"00\x1faThe cat"), *access)
        file.write_bytes(pack(Marc(b"00000nam a2200000   4500", fields)))
        await load_file(town.store, "marc", file)
        town.started()
        async with town.indexed() as indexing:
            for url in urls:
                assert found(indexing, "url", url) == ([CAT] if url == link else [])


@proves("an index that is lost or old is built anew")
@pytest.mark.parametrize("lost", ["", "index", "state.json", "records*", "index/meta.json"])
async def test_what_is_lost_is_built_anew(town: Town, lost: str) -> None:
    async with town.indexed():
        pass
    for path in town.folder.glob(lost) if lost else [town.folder]:
        rmtree(path) if path.is_dir() else path.unlink()
    async with town.indexed() as indexing:
        assert indexing.done == 2
        assert found(indexing, "title", "dog") == [DOG]
        assert None not in indexing.records([CAT, DOG])


@proves("an index that is lost or old is built anew")
async def test_an_index_ahead_of_the_log_is_of_another_store(town: Town, tmp_path: Path) -> None:
    async with town.indexed():
        pass
    other = Town(town.folder)
    await other.store.commit(Batch([Recorded(1, NOW, "load", RecordsLoaded("Bib", ()))], []))
    async with other.indexed() as indexing:
        assert everything(indexing) == 0


async def test_an_empty_library_has_a_catalogue(tmp_path: Path) -> None:
    empty = Town(tmp_path / "catalogue")
    async with empty.indexed() as indexing:
        assert everything(indexing) == 0


async def test_many_bibs_are_worked_on_by_other_processes(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "FEW", 1)
    monkeypatch.setattr(progress, "EVERY", 1)
    async with town.indexed() as indexing:
        assert indexing.done == 2
        assert found(indexing, "title", "dog") == [DOG]
        await town.happens(ItemAdded(ITEM))
        await town.reached(indexing)
        assert found(indexing, "itemLibrary", "east") == [DOG]
    async with town.indexed() as indexing:
        assert indexing.done == 0
        assert found(indexing, "title", "cat") == [CAT]


@proves("a large catalogue answers before its records are ready")
async def test_records_are_the_same_before_they_are_ready_and_after(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a restart in between, too; one that changed meanwhile is as it was changed to."""
    async with town.indexed() as indexing:
        (cat, dog), (cat_marc, dog_marc) = indexing.records([CAT, DOG]), indexing.marc_records([CAT, DOG])
    rmtree(town.folder)
    monkeypatch.setattr(building, "FEW", 1)
    never = asyncio.Event()

    async def unfinished(self: Finishing, lots: object) -> list[list[bytes]]:
        await never.wait()
        return []

    with monkeypatch.context() as patched:
        patched.setattr(Finishing, "records", unfinished)
        async with built(town) as indexing:
            assert indexing.records([CAT, DOG]) == [cat, dog]
            assert indexing.marc_records([CAT, DOG]) == [cat_marc, dog_marc]
    await town.load(BibBody(CAT, 2, body("The lion")))
    async with town.indexed() as indexing:
        async with asyncio.timeout(30):
            await indexing.finished()
        assert indexing.records([DOG]) == [dog]
        assert indexing.marc_records([DOG]) == [dog_marc]
        (lion,) = indexing.records([CAT])
        assert lion is not None
        assert b"The lion" in lion


async def test_where_other_processes_die_records_are_made_here(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "FEW", 1)
    async with built(town):
        monkeypatch.setattr(building, "_begin", die)
    async with town.indexed() as indexing:
        async with asyncio.timeout(30):
            await indexing.finished()
        assert None not in indexing.records([CAT, DOG])


async def test_a_body_that_is_none_has_no_record_before_and_after(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.load(BibBody(CAT, 2, b"no record"))
    monkeypatch.setattr(building, "FEW", 1)
    async with built(town) as indexing:
        assert indexing.records([CAT]) == indexing.marc_records([CAT]) == [None]
        async with asyncio.timeout(30):
            await indexing.finished()
        assert indexing.records([CAT]) == indexing.marc_records([CAT]) == [None]


async def test_on_a_terminal_a_build_is_a_bar(town: Town) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    indexing = Indexing(town.store, town.library, town.folder, town.open_index, screen)
    indexing.start()
    async with asyncio.timeout(30):
        await indexing.built()
    await indexing.close()
    assert "Indexing  2 of 2  [####################]" in screen.getvalue()


async def test_where_other_processes_die_it_is_built_here(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "FEW", 1)
    opens = partial(OnlyHere.open, town.folder / "index", index_layout(table()))
    indexing = Indexing(town.store, town.library, town.folder, opens)
    indexing.start()
    async with asyncio.timeout(30):
        await indexing.built()
    assert found(indexing, "title", "dog") == [DOG]
    await indexing.close()


async def test_a_mistake_of_ours_is_told_and_does_not_spoil_the_end(town: Town) -> None:
    def broken() -> TantivyIndex:
        raise ZeroDivisionError

    indexing = Indexing(town.store, town.library, town.folder, broken)
    with capture_logs() as logs:
        indexing.start()
        async with asyncio.timeout(30):
            with pytest.raises(ZeroDivisionError):
                await indexing.built()
            while not logs:
                await asyncio.sleep(0)
        await indexing.close()
    assert [line["event"] for line in logs] == ["catalogue-stopped"]


async def test_before_it_is_built_there_is_nothing_to_search(town: Town) -> None:
    indexing = Indexing(town.store, town.library, town.folder, town.open_index)
    assert indexing.view is None
    assert indexing.records([CAT]) == [None]
    indexing.start()
    async with asyncio.timeout(30):
        await indexing.built()
    assert indexing.view is not None
    await indexing.close()


async def test_closing_in_the_middle_of_a_build_leaves_nothing_half(town: Town) -> None:
    indexing = Indexing(town.store, town.library, town.folder, town.open_index)
    indexing.start()
    await asyncio.sleep(0)
    await indexing.close()
    async with town.indexed() as again:
        assert everything(again) == 2


async def test_a_store_that_cannot_be_read_is_asked_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "RETRY", 0.0)
    refusals = iter([StoreRefused("the disk is away")])
    bibs = town.store.bibs

    async def refusing(ids: list[BibId]) -> dict[BibId, bytes]:
        for refusal in refusals:
            raise refusal
        return await bibs(ids)

    monkeypatch.setattr(town.store, "bibs", refusing)
    async with town.indexed() as indexing:
        assert everything(indexing) == 2


async def test_an_index_that_breaks_is_built_anew(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "RETRY", 0.0)
    async with town.indexed() as indexing:
        rmtree(town.folder / "index")
        await town.happens(ItemAdded(ITEM))
        await town.reached(indexing)
        assert found(indexing, "itemLibrary", "east") == [DOG]


def test_events_that_move_nothing_affect_no_bib(town: Town) -> None:
    library = town.library
    assert list(affected(RecordsLoaded("Patron", (1, 2)), library)) == []
    assert list(affected(RecordsLoaded("Bib", (1, 9)), library)) == [1, 9]
    assert list(affected(RecordsLoaded("Item", (11, 99)), library)) == [CAT]
    assert list(affected(Shelved(ItemId(11), "MAIN/DEPOT", NOW), library)) == [CAT]
    library.install([Portfolio(PortfolioId(5), 1, DOG, "53001")])
    assert list(affected(RecordsLoaded("Portfolio", (5,)), library)) == [DOG]
    assert list(affected(RecordsLoaded("Representation", (5,)), library)) == []
    assert list(affected(RecordsLoaded("Portfolio", (), (CAT,)), library)) == [CAT]
