"""Rows become open loans of items and patrons that are there; the desk's own loans come first."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.events import CheckedIn, Event, Recorded
from core.model.records import HoldId, Item, ItemStatus, Loan, PatronId
from core.ports import Change
from core.storage.memory import MemoryStore
from tests.servers.load.given import NOW, kept, load_table, put, with_bibs

TABLE = "item patron out_at due\nX1 P1 2026-02-01T10:00 2026-03-01"


@pytest.fixture
async def store(tmp_path: Path) -> MemoryStore:
    """A store with the items X1 (on loan in the source), X2 (available), X3 (lost); the patrons P1, P2."""
    made = MemoryStore()
    await with_bibs(made, tmp_path, "u1")
    items = "barcode bib location status\nX1 u1 M/A on-loan\nX2 u1 M/A _\nX3 u1 M/A lost"
    await load_table(made, "items", tmp_path, items)
    await load_table(made, "patrons", tmp_path, "barcode family identifiers\nP1 Lee ann\nP2 Ray _")
    return made


def item(store: MemoryStore, barcode: str) -> Item:
    return next(item for item in kept(store, Item) if item.barcode == barcode)


async def test_a_row_becomes_the_loan_of_its_item(store: MemoryStore, tmp_path: Path) -> None:
    table = "item patron out_at due renewals agency\nX1 ann 2026-02-01T10:00 2026-03-01 2 M"
    loaded = await load_table(store, "loans", tmp_path, table)
    assert loaded.counts == (1, 0, 0, 0, 0)
    lent = item(store, "X1")
    assert (lent.status, lent.version) == (ItemStatus.ON_LOAN, 2)
    assert lent.loan is not None
    assert lent.loan.out_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert lent.loan.due == datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)
    assert (lent.loan.renewals, lent.loan.agency) == (2, "M")


async def test_the_same_again_is_unchanged_even_after_a_renewal_at_the_desk(
    store: MemoryStore, tmp_path: Path
) -> None:
    await load_table(store, "loans", tmp_path, TABLE)
    lent = item(store, "X1")
    assert lent.loan is not None
    renewed = replace(lent, version=3, loan=replace(lent.loan, due=NOW + timedelta(days=28), renewals=1))
    await put(store, Change(lent, renewed))
    assert (await load_table(store, "loans", tmp_path, TABLE)).counts == (0, 0, 1, 0, 0)
    assert item(store, "X1") == renewed


async def test_a_loan_that_the_desk_has_ended_does_not_come_back(store: MemoryStore, tmp_path: Path) -> None:
    await load_table(store, "loans", tmp_path, TABLE)
    lent = item(store, "X1")
    back = replace(lent, version=3, status=ItemStatus.AVAILABLE, loan=None)
    event: Event = CheckedIn(lent.id, "M", NOW)
    await put(store, Change(lent, back), events=[Recorded(store.next_seq(), NOW, "desk", event)])
    again = await load_table(store, "loans", tmp_path, TABLE)
    assert again.counts == (0, 0, 0, 1, 0)
    assert item(store, "X1") == back


@pytest.mark.parametrize(
    ("barcode", "state", "status"),
    [
        ("X2", "_", ItemStatus.ON_LOAN),
        ("X2", "lost", ItemStatus.LOST),
        ("X2", "claimed-returned", ItemStatus.CLAIMED_RETURNED),
        ("X3", "_", ItemStatus.LOST),
        ("X3", "on-loan", ItemStatus.ON_LOAN),
    ],
)
async def test_a_lost_item_keeps_its_loan(
    store: MemoryStore, tmp_path: Path, barcode: str, state: str, status: ItemStatus
) -> None:
    table = f"item patron out_at due state\n{barcode} P1 2026-02-01 2026-03-01 {state}"
    await load_table(store, "loans", tmp_path, table)
    lent = item(store, barcode)
    assert lent.status is status
    assert lent.loan is not None


async def test_rows_without_a_place_are_rejected_and_say_why(store: MemoryStore, tmp_path: Path) -> None:
    table = """
        item patron out_at     due
        X9   P1     2026-02-01 2026-03-01
        X1   P9     2026-02-01 2026-03-01
        X1   P1     _          2026-03-01
        X1   P1     2026-02-01 _
        X1   P1     2026-02-01 2026-03-01
        X1   P2     2026-02-02 2026-03-01
    """
    loaded = await load_table(store, "loans", tmp_path, table)
    assert loaded.counts == (1, 0, 0, 0, 5)
    assert loaded.whys == [
        "no such item: X9",
        "no such patron: P9",
        "no out_at: ",
        "no due: ",
        "a loan of the item comes twice: first in line 6",
    ]


async def test_an_item_that_is_lent_or_set_aside_is_not_lent_again(
    store: MemoryStore, tmp_path: Path
) -> None:
    first, second = item(store, "X1"), item(store, "X2")
    lent = replace(first, version=2, status=ItemStatus.ON_LOAN, loan=Loan(PatronId(9), NOW, NOW))
    aside = replace(second, version=2, status=ItemStatus.ON_HOLD_SHELF, hold=HoldId(99))
    await put(store, Change(first, lent), Change(second, aside))
    table = TABLE + "\nX2 P1 2026-02-01 2026-03-01"
    loaded = await load_table(store, "loans", tmp_path, table)
    assert loaded.whys == ["the item is on loan already: X1", "the item is set aside for a hold: X2"]
    assert (item(store, "X1"), item(store, "X2")) == (lent, aside)
