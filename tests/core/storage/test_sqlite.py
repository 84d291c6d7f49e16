"""The SQLite store beyond the contract of all stores: its file and lock, what it refuses, and in which words.

Durability has its own file.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.events import Recorded, RecordsLoaded
from core.model.records import BibBody, BibId, Item, ItemId, ItemStatus, Loan, PatronId, Record
from core.ports import Batch, Change, StoreBroken, StoreRefused, StoreUnusable
from core.storage.sqlite import FORMAT, SqliteStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "circdesk.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    """An open store with item 1 in it."""
    opened = SqliteStore.open(path, lock_wait=0)
    await opened.commit(batch(1, item(1)))
    yield opened
    await opened.close()


def item(number: int, version: int = 1, note: str = "") -> Item:
    """An item."""
    return Item(ItemId(number), version, f"B{number}", BibId(1), "MAIN/STACKS", note=note)


def batch(seq: int, *records: Record) -> Batch:
    """New records, and the event of their import."""
    event = RecordsLoaded("Item", tuple(record.id for record in records))
    return Batch([Recorded(seq, NOON, "import", event)], [Change(None, record) for record in records])


def content(path: Path) -> list[str]:
    """Everything in the database, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


# Opening


async def test_only_the_owner_may_read_the_files(store: SqliteStore, path: Path) -> None:
    """They hold names and addresses, the log's file as well as the database."""
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(
        ["circdesk.db", "circdesk.db-wal", "circdesk.db-shm", "circdesk.db.lock"], 0o600
    )


async def test_a_second_opener_is_told_who_has_the_store(store: SqliteStore, path: Path) -> None:
    """Two memories over one file would give ids and lend items twice."""
    with pytest.raises(StoreUnusable, match=rf"circdesk\.db: in use by process {os.getpid()}$"):
        SqliteStore.open(path)


async def test_a_closed_store_can_be_opened_and_leaves_one_file_and_its_lock(
    store: SqliteStore, path: Path
) -> None:
    """Closing folds the write-ahead log into the database, which can then be copied alone."""
    await store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["circdesk.db", "circdesk.db.lock"]
    await SqliteStore.open(path).close()


async def test_a_store_of_a_newer_program_is_left_alone(store: SqliteStore, path: Path) -> None:
    """An older program would lose what it does not know. The sentence names both formats."""
    await store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = 99 WHERE key = 'format'")
    before = content(path)
    with pytest.raises(
        StoreUnusable, match=rf"written by a newer circdesk \(in format 99; this one reads up to {FORMAT}\)"
    ):
        SqliteStore.open(path)
    assert content(path) == before


@pytest.mark.parametrize("table", ["meta (name TEXT)", "meta (key TEXT, value TEXT)", "loans (id INTEGER)"])
def test_another_programs_database_is_left_alone(path: Path, table: str) -> None:
    """Not a byte of it is changed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"CREATE TABLE {table}")
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="a database, but not one of circdesk"):
        SqliteStore.open(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    """The error is SQLite's name for it, without any SQL."""
    path.write_text("barcode,title\n" * 100)
    with pytest.raises(StoreUnusable, match=r"circdesk\.db: cannot be opened \(SQLITE_NOTADB\)$"):
        SqliteStore.open(path)
    assert path.read_text() == "barcode,title\n" * 100


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """Opening makes a store, but no folders: a mistyped path should not come to life."""
    with pytest.raises(
        StoreUnusable, match=r"missing/circdesk\.db: cannot be opened \(No such file or directory\)$"
    ):
        SqliteStore.open(tmp_path / "missing" / "circdesk.db")


async def test_who_could_not_open_holds_no_lock(path: Path) -> None:
    """When the cause is gone the same process may try again."""
    path.write_text("no database" * 100)
    with pytest.raises(StoreUnusable):
        SqliteStore.open(path)
    path.unlink()
    await SqliteStore.open(path).close()


@pytest.mark.parametrize("body", [b"", b"\x90", b"\xc1", b"\x95\x01\x01\xa1B\x01\x01"])
async def test_a_damaged_record_stops_the_load(store: SqliteStore, path: Path, body: bytes) -> None:
    """Nothing is skipped in silence: the kind of the record is named."""
    await store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE item SET body = ?", [body])
    store = SqliteStore.open(path)
    with pytest.raises(StoreUnusable, match="a record of kind Item cannot be read"):
        list(store.load())
    await store.close()


# Keeping


async def test_two_open_loans_of_one_item_cannot_be_stored(store: SqliteStore) -> None:
    """The loan is inside its item, and of an item there is one row, whatever a batch says."""
    lent = [
        Item(
            ItemId(1),
            2,
            "B1",
            BibId(1),
            "MAIN/STACKS",
            status=ItemStatus.ON_LOAN,
            loan=Loan(PatronId(n), NOON, NOON),
        )
        for n in (5, 6)
    ]
    await store.commit(batch(2, *lent))
    assert [list(chunk) for chunk in store.load()] == [[lent[1]]]


async def test_batches_are_kept_in_the_order_of_their_calls(store: SqliteStore) -> None:
    """Several commits may be on their way at once."""
    await asyncio.gather(*(store.commit(batch(number, item(1, number))) for number in range(2, 30)))
    assert [recorded.seq async for recorded in store.follow(0)] == list(range(1, 30))
    assert [list(chunk) for chunk in store.load()] == [[item(1, 29)]]


async def test_commits_on_their_way_are_finished_by_closing(path: Path) -> None:
    """What was handed over before the end is kept, and its caller is told."""
    store = SqliteStore.open(path)
    commits = asyncio.gather(*(store.commit(batch(number, item(number))) for number in range(1, 20)))
    await asyncio.sleep(0)
    await asyncio.gather(commits, store.close())
    store = SqliteStore.open(path)
    assert store.next_seq() == 20
    await store.close()


async def test_readers_see_what_was_acknowledged(store: SqliteStore) -> None:
    """Though another connection reads than writes."""
    for version in range(2, 20):
        marc = b"%d" % version
        await store.commit(batch(version, BibBody(BibId(3), version, marc)))
        assert await store.bibs([BibId(3)]) == {3: marc}


async def test_a_log_of_many_batches_is_followed_from_anywhere(store: SqliteStore) -> None:
    """Whether its end is told from memory or all of it is read."""
    for seq in range(2, 3002, 100):
        events = [Recorded(seq + n, NOON, "import", RecordsLoaded("Item", ())) for n in range(100)]
        await store.commit(Batch(events, ()))
        for after in (0, 1, seq - 1200, seq - 950, seq - 50, seq + 50, seq + 99):
            followed = [recorded.seq async for recorded in store.follow(after)]
            assert followed == list(range(max(after, 0) + 1, seq + 100))


async def test_a_deleted_name_is_not_left_in_the_file(store: SqliteStore, path: Path) -> None:
    """What leaves the records leaves the file, free space included, when the log is folded in."""
    named = [item(number, note="Herman Melville, 104 East 26th Street") for number in range(2, 100)]
    await store.commit(batch(2, *named))
    await store.commit(Batch((), [Change(record, None) for record in named]))
    await store.close()
    assert b"Melville" not in path.read_bytes()


# Refusing


async def test_a_store_locked_by_another_program_refuses_and_takes_the_next(
    store: SqliteStore, path: Path
) -> None:
    """A backup tool that holds the database too long costs that commit, and nothing else."""
    before = content(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
        intruder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreRefused, match=r"^another program has locked the store$"):
            await store.commit(batch(2, item(2)))
    assert content(path) == before
    assert (store.next_seq(), store.next_id()) == (2, 2)
    await store.commit(batch(2, item(2)))
    assert (store.next_seq(), store.next_id()) == (3, 3)


async def test_memos_that_cannot_be_written_are_refused_and_the_next_are_taken(
    store: SqliteStore, path: Path
) -> None:
    """All of them, and what a name may be is SQLite's business."""
    await store.keep_memos({"at": b"1"})
    with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
        intruder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreRefused, match=r"^another program has locked the store$"):
            await store.keep_memos({"at": b"2"})
    with pytest.raises(StoreRefused, match=r"^a record holds what cannot be written$"):
        await store.keep_memos({"at": None, "\ud800": b""})
    assert await store.memos("") == {"at": b"1"}
    await store.keep_memos({"at": b"3"})
    assert await store.memos("") == {"at": b"3"}


async def test_memos_after_the_store_broke_are_not_kept(store: SqliteStore, path: Path) -> None:
    """Nobody may believe that the disk holds what they wrote down."""
    with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
        intruder.execute("DROP TABLE memo")
    for _ in range(2):
        with pytest.raises(StoreBroken, match=r"^SQLITE_ERROR$"):
            await store.keep_memos({"at": b"1"})
    with pytest.raises(StoreBroken):
        await store.commit(batch(2, item(2)))


@pytest.mark.parametrize(
    "record", [item(5, note="\ud800"), item(2**63), item(2**64)], ids=["surrogate", "64 bits", "65 bits"]
)
async def test_what_cannot_be_written_is_refused_with_its_batch(
    store: SqliteStore, path: Path, record: Item
) -> None:
    """Half a batch is never kept, and the next one is taken."""
    before = content(path)
    with pytest.raises(StoreRefused, match=r"^a record holds what cannot be written$"):
        await store.commit(batch(2, item(2), record))
    assert content(path) == before
    await store.commit(batch(2, item(2)))
    assert (store.next_seq(), store.next_id()) == (3, 3)


async def test_an_event_that_is_in_the_log_already_breaks_the_store(store: SqliteStore, path: Path) -> None:
    """Somebody else has written: the memory above no longer equals the store, nothing may be built on it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
        intruder.execute("INSERT INTO event VALUES (2, 0, '', '', x'')")
    before = content(path)
    for _ in range(2):
        with pytest.raises(StoreBroken, match=r"^SQLITE_CONSTRAINT_PRIMARYKEY$"):
            await store.commit(batch(2, item(2)))
    assert content(path) == before


async def test_a_body_that_cannot_be_read_is_an_error_and_stops_no_loan(
    store: SqliteStore, path: Path
) -> None:
    """Searching fails alone; circulation needs no bodies."""
    with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
        intruder.execute("ALTER TABLE bib_body RENAME TO hidden")
    with pytest.raises(StoreRefused, match=r"^the store cannot be read \(SQLITE_ERROR\)$"):
        await store.bibs([BibId(1)])
    await store.commit(batch(2, item(2)))


# Following


async def test_who_follows_closely_costs_no_reading_and_who_is_behind_reads(
    store: SqliteStore, path: Path
) -> None:
    """What was just committed is still known."""
    await store.close()
    reopened = SqliteStore.open(path)
    for seq in (2, 3, 4):
        await reopened.commit(batch(seq, item(seq)))
    assert [recorded async for recorded in reopened.follow(0)] == [
        batch(n, item(n)).events[0] for n in (1, 2, 3, 4)
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
        intruder.execute("ALTER TABLE event RENAME TO hidden")
    for after in (1, 2, 3, 4):
        assert [recorded.seq async for recorded in reopened.follow(after)] == list(range(after + 1, 5))
    with pytest.raises(StoreRefused, match=r"^the store cannot be read \(SQLITE_ERROR\)$"):
        await anext(reopened.follow(0))
    await reopened.close()


async def test_a_refused_batch_is_not_told(store: SqliteStore, path: Path) -> None:
    """Neither from memory nor from the disk."""
    with pytest.raises(StoreRefused):
        await store.commit(batch(2, item(2, note="\udcff")))
    assert [recorded.seq async for recorded in store.follow(0)] == [1]
    await store.commit(batch(2, item(3)))
    assert [recorded.event async for recorded in store.follow(1)] == [RecordsLoaded("Item", (3,))]


# Checkpoints


async def test_the_write_ahead_log_does_not_grow_for_ever(store: SqliteStore, path: Path) -> None:
    """It begins anew after so many rows, without anybody closing the store."""
    sizes = []
    for number in range(2, 60):
        await store.commit(batch(number, *(item(n, number, "x" * 100) for n in range(1, 1001))))
        sizes.append(path.with_name("circdesk.db-wal").stat().st_size)
    assert max(sizes) < 15 * sizes[0]
