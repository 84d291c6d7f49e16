"""Rows become items: what they are from the file, where they stand only at first."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from core.model.records import Item, ItemStatus, Loan, Medium, PatronId
from core.ports import Change
from core.storage.memory import MemoryStore
from servers.load.items import NO_HOLD_YET, NO_LOAN_YET
from servers.load.mapping import Mapping
from tests.servers.load.given import NOW, bib, kept, load_file, load_table, put, with_bibs


@pytest.fixture
async def store(tmp_path: Path) -> MemoryStore:
    """A store with the bibs u1 and u2."""
    made = MemoryStore()
    await with_bibs(made, tmp_path, "u1", "u2")
    return made


async def test_a_row_becomes_an_item_of_its_bib(store: MemoryStore, tmp_path: Path) -> None:
    table = """
        barcode bib location    policy call_number description status  medium price note
        X1      u2  MAIN/STACKS book   QA76        v.1         missing disc   24.99 torn
    """
    assert (await load_table(store, "items", tmp_path, table)).counts == (1, 0, 0, 0, 0)
    [item] = kept(store, Item)
    assert (item.barcode, item.location, item.policy, item.call_number) == (
        "X1",
        "MAIN/STACKS",
        "book",
        "QA76",
    )
    assert (item.description, item.status, item.medium, item.note) == (
        "v.1",
        ItemStatus.MISSING,
        Medium.DISC,
        "torn",
    )
    assert str(item.price) == "24.99"
    assert item.bib == 2


async def test_the_same_again_is_unchanged_and_a_change_is_a_new_version(
    store: MemoryStore, tmp_path: Path
) -> None:
    before, after = "barcode bib location\nX1 u1 M/A\nX2 u1 M/A", "barcode bib location\nX1 u1 M/B\nX2 u1 M/A"
    await load_table(store, "items", tmp_path, before)
    assert (await load_table(store, "items", tmp_path, before)).counts == (0, 0, 2, 0, 0)
    assert (await load_table(store, "items", tmp_path, after)).counts == (0, 1, 1, 0, 0)
    assert [(item.location, item.version) for item in kept(store, Item)] == [("M/B", 2), ("M/A", 1)]


async def test_where_an_item_stands_belongs_to_the_desk(store: MemoryStore, tmp_path: Path) -> None:
    """Loading the old file again after the item was lent, even with other words, leaves the loan alone."""
    await load_table(store, "items", tmp_path, "barcode bib location status\nX1 u1 M/A available")
    [item] = kept(store, Item)
    loan = Loan(PatronId(9), NOW, NOW)
    lent = replace(item, version=2, status=ItemStatus.ON_LOAN, loan=loan, moved_at=NOW)
    await put(store, Change(item, lent))
    again = await load_table(store, "items", tmp_path, "barcode bib location status\nX1 u1 M/A missing")
    assert again.counts == (0, 0, 1, 0, 0)
    changed = await load_table(store, "items", tmp_path, "barcode bib location status\nX1 u1 M/B missing")
    assert changed.counts == (0, 1, 0, 0, 0)
    assert kept(store, Item) == [replace(lent, version=3, location="M/B")]


@pytest.mark.parametrize(("described", "now"), [("torn", "torn / wet"), ("new", "new")])
async def test_what_machines_noted_stays_as_long_as_the_file_says_the_same(
    store: MemoryStore, tmp_path: Path, described: str, now: str
) -> None:
    await load_table(store, "items", tmp_path, "barcode bib location note\nX1 u1 M/A torn")
    [item] = kept(store, Item)
    await put(store, Change(item, replace(item, version=2, note="torn / wet")))
    await load_table(store, "items", tmp_path, f"barcode bib location note\nX1 u1 M/A {described}")
    assert [item.note for item in kept(store, Item)] == [now]


@pytest.mark.parametrize(
    ("status", "kept_as", "warning"),
    [
        ("on-loan", ItemStatus.IN_PROCESS, NO_LOAN_YET),
        ("claimed-returned", ItemStatus.IN_PROCESS, NO_LOAN_YET),
        ("on-hold-shelf", ItemStatus.IN_PROCESS, NO_HOLD_YET),
        ("lost", ItemStatus.LOST, ""),
        ("withdrawn", ItemStatus.WITHDRAWN, ""),
        ("_", ItemStatus.AVAILABLE, ""),
    ],
)
async def test_a_state_that_needs_a_loan_or_hold_waits_for_it(
    store: MemoryStore, tmp_path: Path, status: str, kept_as: ItemStatus, warning: str
) -> None:
    loaded = await load_table(store, "items", tmp_path, f"barcode bib location status\nX1 u1 M/A {status}")
    [item] = kept(store, Item)
    assert (item.status, item.loan, item.hold) == (kept_as, None, None)
    assert list(loaded.tally.warnings) == ([warning] if warning else [])


async def test_an_item_in_transit_travels_home_unless_the_file_says_where_to(
    store: MemoryStore, tmp_path: Path
) -> None:
    table = """
        barcode bib location status     destination
        X1      u1  M/A      in-transit _
        X2      u1  M/A      in-transit N
        X3      u1  M/A      available  N
    """
    await load_table(store, "items", tmp_path, table)
    assert [item.destination for item in kept(store, Item)] == ["M", "N", ""]


async def test_rows_without_a_place_are_rejected_and_say_why(store: MemoryStore, tmp_path: Path) -> None:
    table = """
        barcode bib location status    price
        X1      u9  M/A      _         _
        _       u1  M/A      _         _
        X3      u1  _        _         _
        X4      u1  M/A      elsewhere _
        X5      u1  M/A      _         cheap
        X6      _   M/A      _         _
    """
    loaded = await load_table(store, "items", tmp_path, table)
    assert loaded.counts == (0, 0, 0, 0, 6)
    assert [why.partition(" of ")[0] for why in loaded.whys] == [
        "no such bib: u9",
        "no barcode: ",
        "no location: ",
        "status is none",
        "price is not an amount: cheap",
        "no bib: ",
    ]
    assert kept(store, Item) == []


async def test_of_rows_with_one_barcode_the_first_counts(store: MemoryStore, tmp_path: Path) -> None:
    """The first good one: a row that is rejected takes no barcode away."""
    table = "barcode bib location\nX1 u9 M/A\nX1 u1 M/A\nX2 u1 M/A\nX1 u2 M/B"
    loaded = await load_table(store, "items", tmp_path, table)
    assert loaded.counts == (2, 0, 0, 0, 2)
    assert loaded.whys == ["no such bib: u9", "the barcode comes twice: first in line 3"]
    assert (await load_table(store, "items", tmp_path, table)).counts == (0, 0, 2, 0, 2)


async def test_a_barcode_in_another_file_is_found_there(store: MemoryStore, tmp_path: Path) -> None:
    files = [tmp_path / "a.tsv", tmp_path / "b.tsv"]
    for file in files:
        file.write_text("barcode\tbib\tlocation\nX1\tu1\tM/A\n")
    mapping = Mapping(columns={"barcode": "barcode", "bib": "bib", "location": "location"})
    loaded = await load_file(store, "items", files, mapping)
    assert loaded.whys == [f"the barcode comes twice: first in {files[0]} line 2"]


async def test_the_medium_comes_from_the_bib_if_the_file_does_not_tell(
    store: MemoryStore, tmp_path: Path
) -> None:
    file = tmp_path / "discs.mrc"
    file.write_bytes(bib("u3", "Jazz", ("007", "sd fsngnnmmned"), leader=b"00000njm a2200000 a 4500"))
    await load_file(store, "marc", file)
    table = "barcode bib location medium\nX1 u3 M/A _\nX2 u1 M/A _\nX3 u3 M/A video-tape"
    await load_table(store, "items", tmp_path, table)
    assert [item.medium for item in kept(store, Item)] == [Medium.DISC, Medium.BOOK, Medium.VIDEO_TAPE]


async def test_a_place_for_a_while_is_told_from_where_an_item_belongs(
    store: MemoryStore, tmp_path: Path
) -> None:
    table = """
        barcode bib location     permanent_location
        X1      u1  MAIN/RESERVE MAIN/STACKS
        X2      u1  MAIN/STACKS  MAIN/STACKS
    """
    await load_table(store, "items", tmp_path, table)
    assert [(item.location, item.permanent_location) for item in kept(store, Item)] == [
        ("MAIN/RESERVE", "MAIN/STACKS"),
        ("MAIN/STACKS", ""),
    ]
