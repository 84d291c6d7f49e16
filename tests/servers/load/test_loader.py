"""The load itself: groups are kept whole, an interrupted load goes on, the log tells what was loaded."""

import io
from pathlib import Path

import pytest

from core.events import RecordsLoaded
from core.model.records import Bib, BibId, Item
from core.ports import Batch, StoreRefused
from core.storage.memory import MemoryStore
from core.storage.sqlite import SqliteStore
from servers.load.loader import GROUP, groups
from servers.load.mapping import Mapping
from servers.load.problem import LoadProblem
from servers.load.verdict import Verdict
from servers.load.work import Work, do
from tests.fakes.stores import RefusingStore
from tests.servers.load.given import NOW, ReadableCredentials, bib, kept, load_file, load_table, with_bibs

COLUMNS = {"barcode": "barcode", "bib": "bib", "location": "location"}


def many_items(folder: Path, count: int) -> Path:
    file = folder / "items.tsv"
    lines = [f"X{number}\tu1\tM/A\n" for number in range(count)]
    file.write_text("barcode\tbib\tlocation\n" + "".join(lines))
    return file


def test_groups_are_full_but_for_the_last() -> None:
    assert [len(group) for group in groups(list(range(5)), 2)] == [2, 2, 1]  # type: ignore[type-var]
    assert list(groups([], 2)) == []


async def test_an_interrupted_load_is_continued_by_the_same_command(tmp_path: Path) -> None:
    """The store refuses the second group: the first is there as a whole, and the second try adds the rest."""
    inside = MemoryStore()
    await with_bibs(inside, tmp_path, "u1")
    file = many_items(tmp_path, 2 * GROUP + 1)

    class SecondRefused(RefusingStore):
        async def commit(self, batch: Batch) -> None:
            await super().commit(batch)
            self.refuse_next()

    with pytest.raises(StoreRefused):
        await load_file(SecondRefused(inside), "items", file, Mapping(columns=COLUMNS))
    assert len(kept(inside, Item)) == GROUP
    again = await load_file(inside, "items", file, Mapping(columns=COLUMNS))
    assert again.counts == (GROUP + 1, 0, GROUP, 0, 0)
    assert len(kept(inside, Item)) == 2 * GROUP + 1


async def test_nothing_is_counted_that_is_not_in_the_store(tmp_path: Path) -> None:
    store = RefusingStore(MemoryStore())
    store.refuse_next()
    file = tmp_path / "bibs.mrc"
    file.write_bytes(bib("u1"))
    noted: list[Verdict] = []
    work = Work("marc", (file,), ReadableCredentials(), lambda: NOW)
    with pytest.raises(StoreRefused):
        await do(work, store, lambda _, verdict: noted.append(verdict), io.StringIO())
    assert noted == []
    assert kept(store, Bib) == []


async def test_a_dry_run_decides_everything_and_keeps_nothing(tmp_path: Path) -> None:
    store = MemoryStore()
    await with_bibs(store, tmp_path, "u1")
    table = "barcode bib location\nX1 u1 M/A\nX1 u1 M/A\nX2 u9 M/A"
    loaded = await load_table(store, "items", tmp_path, table, dry_run=True)
    assert loaded.counts == (1, 0, 0, 0, 2)
    assert kept(store, Item) == []
    assert store.next_seq() == 2


async def test_the_log_tells_which_records_were_loaded(tmp_path: Path) -> None:
    store = MemoryStore()
    await with_bibs(store, tmp_path, "u1")
    await load_table(store, "items", tmp_path, "barcode bib location\nX1 u1 M/A\nX2 u1 M/A")
    log = list(store.recent(NOW))
    assert [recorded.event for recorded in log] == [RecordsLoaded("Bib", (1,)), RecordsLoaded("Item", (2, 3))]
    assert [(recorded.seq, recorded.at, recorded.actor) for recorded in log] == [
        (1, NOW, "load"),
        (2, NOW, "load"),
    ]


async def test_the_log_tells_which_bib_a_record_has_left(tmp_path: Path) -> None:
    store = MemoryStore()
    await with_bibs(store, tmp_path, "u1", "u2")
    for number in ("u1", "u2", "u2"):
        await load_table(store, "items", tmp_path, f"barcode bib location\nX1 {number} M/A")
    *_, added, moved = [recorded.event for recorded in store.recent(NOW)]
    assert added == RecordsLoaded("Item", (3,))
    assert moved == RecordsLoaded("Item", (3,), (BibId(1),))


async def test_a_mapping_that_does_not_fit_the_last_file_stops_the_load_before_the_first(
    tmp_path: Path,
) -> None:
    store = MemoryStore()
    await with_bibs(store, tmp_path, "u1")
    good, bad = many_items(tmp_path, 2), tmp_path / "other.tsv"
    bad.write_text("code\tbib\tlocation\nX9\tu1\tM/A\n")
    with pytest.raises(LoadProblem, match="no column 'barcode'"):
        await load_file(store, "items", [good, bad], Mapping(columns=COLUMNS))
    assert kept(store, Item) == []


async def test_what_was_loaded_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "circdesk.db"
    store = SqliteStore.open(path)
    await with_bibs(store, tmp_path, "u1")
    assert (await load_table(store, "items", tmp_path, "barcode bib location\nX1 u1 M/A")).counts[0] == 1
    await store.close()
    store = SqliteStore.open(path)
    assert (await load_table(store, "items", tmp_path, "barcode bib location\nX1 u1 M/A")).counts[2] == 1
    [card] = kept(store, Bib)
    assert b"Title u1" in (await store.bibs([card.id]))[card.id]
    await store.close()
