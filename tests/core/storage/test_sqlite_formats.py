"""Stores of older formats, as they were written, byte for byte: opened, read whole, and written on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from core.events import (
    Before,
    CheckedIn,
    CheckedOut,
    DiscrepancyNoted,
    Event,
    HoldCancelled,
    Recorded,
    Renewed,
)
from core.model.records import (
    BibId,
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    FeeKind,
    Hold,
    HoldId,
    Item,
    ItemId,
    ItemStatus,
    Loan,
    LoanAct,
    PatronId,
    Record,
)
from core.ports import Batch, Change
from core.storage.sqlite import FORMAT, SqliteStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LOAN = Loan(PatronId(5), NOON, NOON + timedelta(days=28), 1, "MAIN")

FORMAT_1 = [
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    *(
        f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL)"
        for table in ("bib", "bib_body", "item", "patron", "hold", "fee", "payment")
    ),
    "CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, "
    "request TEXT NOT NULL, body BLOB NOT NULL)",
    "CREATE INDEX event_at ON event (at)",
    "INSERT INTO meta VALUES ('format', 1), ('last_id', 9)",
]

RECORDS: dict[str, tuple[Record, str]] = {
    "item": (
        Item(
            id=ItemId(2),
            version=3,
            barcode="B2",
            bib=BibId(1),
            location="MAIN/STACKS",
            policy="book",
            call_number="QA 1",
            description="v. 2",
            status=ItemStatus.ON_LOAN,
            loan=LOAN,
            note="torn",
        ),
        "9f0203a2423201ab4d41494e2f535441434b53a4626f6f6ba451412031a4762e2032019505d6ff69a57bc0"
        "d6ff69ca65c001a44d41494ec0a001c0a4746f726e",
    ),
    "hold": (
        Hold(HoldId(3), 1, PatronId(6), BibId(1), "MAIN", NOON),
        "9c03010601a44d41494ed6ff69a57bc0c000c0c0c0c2",
    ),
}

EVENTS: list[tuple[Event, str]] = [
    (
        CheckedOut(ItemId(2), LOAN, HoldId(3)),
        "94ab636865636b65642d6f7574029505d6ff69a57bc0d6ff69ca65c001a44d41494e03",
    ),
    (
        Renewed(ItemId(2), LOAN, NOON),
        "94a772656e65776564029505d6ff69a57bc0d6ff69ca65c001a44d41494ed6ff69a57bc0",
    ),
    (
        CheckedIn(ItemId(2), "MAIN", NOON, PatronId(5), HoldId(3), PatronId(6), "EAST", NOON),
        "99aa636865636b65642d696e02a44d41494ed6ff69a57bc0050306a445415354d6ff69a57bc0",
    ),
]


FORMAT_2: list[tuple[type[Record] | type[Event], object, str]] = [
    (
        Item,
        Item(
            ItemId(2),
            3,
            "B2",
            BibId(1),
            "MAIN/STACKS",
            status=ItemStatus.ON_LOAN,
            loan=LOAN,
            moved_at=NOON,
        ),
        "dc00100203a2423201ab4d41494e2f535441434b53a0a0a0019505d6ff69a57bc0d6ff69ca65c001a44d41494e"
        "c0a001c0a0d6ff69a57bc0",
    ),
    (
        Hold,
        Hold(HoldId(3), 1, PatronId(6), BibId(1), "MAIN", NOON, at="MAIN"),
        "9d03010601a44d41494ed6ff69a57bc0c000c0c0c0c2a44d41494e",
    ),
    (
        Fee,
        Fee(FeeId(4), 1, PatronId(6), FeeKind.DAMAGE, Decimal("1.50"), "EUR", NOON, note="torn"),
        "9a04010602a4312e3530a3455552d6ff69a57bc0a130c0a4746f726e",
    ),
    (
        HoldCancelled,
        HoldCancelled(HoldId(3), PatronId(6), BibId(1), ItemId(2)),
        "95ae686f6c642d63616e63656c6c656403060102",
    ),
    (
        CheckedIn,
        CheckedIn(
            ItemId(2),
            "MAIN",
            NOON,
            PatronId(5),
            scanned_at=NOON,
            before=Before(ItemStatus.ON_LOAN, LOAN),
        ),
        "9baa636865636b65642d696e02a44d41494ed6ff69a57bc005c0c0a0c0d6ff69a57bc096019505d6ff69a57bc0"
        "d6ff69ca65c001a44d41494ec0a0c090",
    ),
]
"""Those records and events of format 2 to which fields were added since."""


@pytest.mark.parametrize(("kind", "value", "body"), FORMAT_2)
def test_what_format_2_wrote_is_read_with_nothing_where_fields_were_added(
    kind: type[Record] | type[Event], value: object, body: str
) -> None:
    assert msgspec.msgpack.decode(bytes.fromhex(body), type=kind) == value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of format 1 with two records and three events."""
    path = tmp_path / "circdesk.db"
    micros = int(NOON.timestamp()) * 1_000_000
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in FORMAT_1:
            connection.execute(statement)
        for table, (record, body) in RECORDS.items():
            row = [record.id, record.version, bytes.fromhex(body)]
            connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", row)
        for seq, (_, body) in enumerate(EVENTS, 1):
            connection.execute(
                "INSERT INTO event VALUES (?, ?, 'kiosk', 'k', ?)", [seq, micros, bytes.fromhex(body)]
            )
    return path


async def test_everything_in_it_is_read_as_it_was(path: Path) -> None:
    store = SqliteStore.open(path)
    assert [record for chunk in store.load() for record in chunk] == [
        record for record, _ in RECORDS.values()
    ]
    log = [Recorded(seq, NOON, "kiosk", event, "k") for seq, (event, _) in enumerate(EVENTS, 1)]
    assert list(store.recent(NOON)) == log
    assert [recorded async for recorded in store.follow(0)] == log
    assert (store.next_seq(), store.next_id()) == (4, 10)
    await store.close()


async def test_it_is_of_the_newest_format_once_opened(path: Path) -> None:
    """An older program must not write on what it does not know."""
    await SqliteStore.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone() == (FORMAT,)


@pytest.mark.parametrize("number", range(1, FORMAT))
async def test_a_store_of_any_older_format_takes_memos(path: Path, number: int) -> None:
    """None of them had any."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'format'", [number])
    store = SqliteStore.open(path)
    assert await store.memos("") == {}
    await store.keep_memos({"at": b"7"})
    assert await store.memos("") == {"at": b"7"}
    assert (store.next_seq(), store.next_id()) == (4, 10)
    await store.close()


async def test_it_takes_the_records_that_are_new(path: Path) -> None:
    line = Discrepancy(
        DiscrepancyId(10),
        1,
        LoanAct.CHECK_IN,
        "kiosk",
        "MAIN",
        "",
        "I9",
        NOON,
        NOON,
        ("unknown-item",),
        False,
    )
    store = SqliteStore.open(path)
    await store.commit(Batch([Recorded(4, NOON, "kiosk", DiscrepancyNoted(line))], [Change(None, line)]))
    await store.close()
    store = SqliteStore.open(path)
    assert list(store.load())[-1] == [line]
    await store.close()
