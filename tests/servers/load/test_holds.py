"""Rows become open holds; an item that was set aside comes with its hold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.events import Event, HoldCancelled, Recorded
from core.model.records import Hold, HoldStatus, Item, ItemStatus, Loan, PatronId
from core.ports import Change
from core.storage.memory import MemoryStore
from servers.load.holds import VOLUME
from servers.load.mapping import Lookup, Mapping
from tests.servers.load.given import NOW, kept, load_table, put, with_bibs

SEVEN = datetime(2026, 2, 17, 12, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> MemoryStore:
    """A store with the bibs u1 (items X1, X2) and u2 (X3), and the patrons P1 and P2."""
    made = MemoryStore()
    await with_bibs(made, tmp_path, "u1", "u2")
    items = "barcode bib location status\nX1 u1 M/A missing\nX2 u1 M/A _\nX3 u2 M/A on-hold-shelf"
    await load_table(made, "items", tmp_path, items)
    await load_table(made, "patrons", tmp_path, "barcode family\nP1 Lee\nP2 Ray")
    return made


def item(store: MemoryStore, barcode: str) -> Item:
    return next(item for item in kept(store, Item) if item.barcode == barcode)


async def test_a_row_becomes_a_hold_on_a_bib_or_an_item(store: MemoryStore, tmp_path: Path) -> None:
    table = """
        patron bib item pickup placed_at        expires    suspended
        P1     u1  _    N      2026-02-01T10:00 2026-08-01 1
        P1     _   X3   M      2026-02-02       _          _
    """
    assert (await load_table(store, "holds", tmp_path, table)).counts == (2, 0, 0, 0, 0)
    title, single = kept(store, Hold)
    assert (title.item, title.pickup, title.suspended, title.status) == (None, "N", True, HoldStatus.WAITING)
    assert title.placed_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert (single.bib, single.item) == (item(store, "X3").bib, item(store, "X3").id)


async def test_the_same_again_is_unchanged(store: MemoryStore, tmp_path: Path) -> None:
    table = "patron bib pickup placed_at\nP1 u1 M 2026-02-01\nP2 u1 M 2026-02-01"
    await load_table(store, "holds", tmp_path, table)
    assert (await load_table(store, "holds", tmp_path, table)).counts == (0, 0, 2, 0, 0)


async def test_a_hold_that_the_desk_has_ended_does_not_come_back(store: MemoryStore, tmp_path: Path) -> None:
    table = "patron bib pickup placed_at\nP1 u1 M 2026-02-01"
    await load_table(store, "holds", tmp_path, table)
    [hold] = kept(store, Hold)
    event: Event = HoldCancelled(hold.id, hold.patron, hold.bib)
    await put(store, Change(hold, None), events=[Recorded(store.next_seq(), NOW, "desk", event)])
    assert (await load_table(store, "holds", tmp_path, table)).counts == (0, 0, 0, 1, 0)
    assert kept(store, Hold) == []


@pytest.mark.parametrize(
    ("shelved", "ready", "hold_status", "item_status", "destination", "until"),
    [
        ("2026-02-10T12:00", "_", HoldStatus.READY, ItemStatus.ON_HOLD_SHELF, "", SEVEN),
        (
            "2026-02-10T12:00",
            "2026-02-11T00:00",
            HoldStatus.READY,
            ItemStatus.ON_HOLD_SHELF,
            "",
            datetime(2026, 2, 11, tzinfo=UTC),
        ),
        ("_", "_", HoldStatus.IN_TRANSIT, ItemStatus.IN_TRANSIT, "N", None),
    ],
)
async def test_an_item_set_aside_comes_with_its_hold(
    store: MemoryStore,
    tmp_path: Path,
    shelved: str,
    ready: str,
    hold_status: HoldStatus,
    item_status: ItemStatus,
    destination: str,
    until: datetime | None,
) -> None:
    table = f"""
        patron bib pickup placed_at  captured_at shelved_at trapped ready_until
        P1     u2  N      2026-02-01 2026-02-09  {shelved}  X3      {ready}
    """
    assert (await load_table(store, "holds", tmp_path, table)).counts == (1, 0, 0, 0, 0)
    [hold] = kept(store, Hold)
    trapped = item(store, "X3")
    assert (hold.status, hold.trapped, hold.ready_until) == (hold_status, trapped.id, until)
    assert (trapped.status, trapped.hold, trapped.destination) == (item_status, hold.id, destination)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("P1 u2 _ M 2026-02-01 2026-02-09 _", "set aside, but nothing says which item: "),
        ("P1 u1 _ M 2026-02-01 2026-02-09 X3", "the item set aside is not what the hold asks for: X3"),
        ("P1 _ X1 M 2026-02-01 2026-02-09 X2", "the item set aside is not what the hold asks for: X2"),
        ("P1 u1 _ M 2026-02-01 2026-02-09 X2", "the item set aside is on loan or set aside for another: X2"),
        ("P9 u1 _ M 2026-02-01 _ _", "no such patron: P9"),
        ("P1 u9 _ M 2026-02-01 _ _", "no such bib: u9"),
        ("P1 _ X9 M 2026-02-01 _ _", "no such item: X9"),
        ("P1 _ _ M 2026-02-01 _ _", "no bib: "),
        ("P1 u1 _ _ 2026-02-01 _ _", "no pickup: "),
        ("P1 u1 _ M _ _ _", "no placed_at: "),
    ],
)
async def test_a_hold_that_cannot_be_whole_is_rejected(
    store: MemoryStore, tmp_path: Path, row: str, why: str
) -> None:
    before = item(store, "X2")
    lent = replace(before, version=2, status=ItemStatus.ON_LOAN, loan=Loan(PatronId(9), NOW, NOW))
    await put(store, Change(before, lent))
    table = f"patron bib item pickup placed_at captured_at trapped\n{row}"
    loaded = await load_table(store, "holds", tmp_path, table)
    assert loaded.whys == [why]
    assert kept(store, Hold) == []
    assert item(store, "X2") == lent


async def test_of_rows_with_one_wish_the_first_counts(store: MemoryStore, tmp_path: Path) -> None:
    table = "patron bib pickup placed_at\nP1 u1 M 2026-02-01\nP1 u1 N 2026-02-02"
    loaded = await load_table(store, "holds", tmp_path, table)
    assert loaded.counts == (1, 0, 0, 0, 1)
    assert loaded.whys == ["the hold of this patron on this comes twice: first in line 2"]


async def test_the_level_says_which_column_counts(store: MemoryStore, tmp_path: Path) -> None:
    """As in Evergreen, one column holds all three; a hold on a volume gets an item that is on its shelf."""
    (tmp_path / "copies.tsv").write_text(
        "id\tvolume\tbarcode\n1\t50\tX1\n2\t50\tX2\n3\t51\tX3\n4\t52\tgone\n"
    )
    mapping = Mapping(
        columns={"bib": "target", "item": "target", "volume": "target"},
        values={"level": {"T": "bib", "C": "item", "V": "volume"}},
        lookup={
            "item": Lookup("copies.tsv", "id", "barcode"),
            "volume": Lookup("copies.tsv", "volume", "barcode"),
        },
    )
    table = """
        patron level target pickup placed_at
        P1     T     u2     M      2026-02-01
        P1     C     1      M      2026-02-01
        P1     V     50     M      2026-02-01
        P2     V     52     M      2026-02-01
        P2     M     42     M      2026-02-01
        P2     C     99     M      2026-02-01
    """
    loaded = await load_table(store, "holds", tmp_path, table, mapping)
    assert loaded.counts == (3, 0, 0, 0, 3)
    assert [hold.item for hold in kept(store, Hold)] == [None, item(store, "X1").id, item(store, "X2").id]
    assert loaded.tally.warnings == {VOLUME: 1}
    available = item(store, "X2")
    await put(store, Change(available, replace(available, version=2, status=ItemStatus.MISSING)))
    again = await load_table(store, "holds", tmp_path, table, mapping)
    assert again.counts == (0, 0, 3, 0, 3)
    assert loaded.whys == [
        "no item of the volume is known: ",
        "level is none of bib, item, volume: M",
        "item is not in copies.tsv: 99",
    ]
