"""Rows become patrons; PINs become hashes and are seen nowhere else."""

from datetime import date
from pathlib import Path

from msgspec.structs import replace

from core.model.records import Block, BlockKind, Patron
from core.ports import Change
from core.storage.memory import MemoryStore
from servers.load.mapping import Mapping
from tests.servers.load.given import NOW, ReadableCredentials, kept, load_table, put


async def test_a_row_becomes_a_patron(tmp_path: Path) -> None:
    store = MemoryStore()
    table = """
        barcode family given group agency identifiers language email phone address expires active blocked born
        P1      Lee    Ann   staff MAIN   P1          eng      a@b   555   Road    2027-01-31 0 1 1999-09-09
    """
    assert (await load_table(store, "patrons", tmp_path, table)).counts == (1, 0, 0, 0, 0)
    [patron] = kept(store, Patron)
    assert patron == Patron(
        id=patron.id,
        version=1,
        barcode="P1",
        family="Lee",
        given="Ann",
        group="staff",
        agency="MAIN",
        expires=date(2027, 1, 31),
        active=False,
        blocks=(Block(BlockKind.STAFF, NOW, "load"),),
        language="eng",
        email="a@b",
        phone="555",
        address="Road",
        born=date(1999, 9, 9),
    )


async def test_the_same_again_is_unchanged_and_a_change_is_a_new_version(tmp_path: Path) -> None:
    store = MemoryStore()
    table = "barcode family group\nP1 Lee staff\nP2 Ray child"
    await load_table(store, "patrons", tmp_path, table)
    assert (await load_table(store, "patrons", tmp_path, table)).counts == (0, 0, 2, 0, 0)
    assert (await load_table(store, "patrons", tmp_path, table.replace("child", "public"))).counts == (
        0,
        1,
        1,
        0,
        0,
    )
    assert [(patron.group, patron.version) for patron in kept(store, Patron)] == [("staff", 1), ("public", 2)]


async def test_blocks_belong_to_the_desk_once_the_patron_is_here(tmp_path: Path) -> None:
    store = MemoryStore()
    table = "barcode family blocked\nP1 Lee 1"
    await load_table(store, "patrons", tmp_path, table)
    [blocked] = kept(store, Patron)
    await put(store, Change(blocked, replace(blocked, version=2, blocks=())))
    assert (await load_table(store, "patrons", tmp_path, table)).counts == (0, 0, 1, 0, 0)
    assert kept(store, Patron)[0].blocks == ()


async def test_a_pin_is_hashed_and_a_known_one_stays_as_it_is(tmp_path: Path) -> None:
    store, credentials = MemoryStore(), ReadableCredentials()
    table = "barcode family pin\nP1 Lee 4711\nP2 Ray _"
    await load_table(store, "patrons", tmp_path, table, credentials=credentials)
    assert [patron.pin for patron in kept(store, Patron)] == ["hash$1$1174", ""]
    again = await load_table(store, "patrons", tmp_path, table, credentials=credentials)
    assert again.counts == (0, 0, 2, 0, 0)
    changed = await load_table(
        store, "patrons", tmp_path, table.replace("4711", "4712"), credentials=credentials
    )
    assert changed.counts == (0, 1, 1, 0, 0)
    assert kept(store, Patron)[0].pin == "hash$2$2174"


async def test_a_file_without_pins_leaves_those_there_are(tmp_path: Path) -> None:
    store = MemoryStore()
    await load_table(store, "patrons", tmp_path, "barcode family pin\nP1 Lee 4711")
    await load_table(store, "patrons", tmp_path, "barcode family\nP1 Leigh")
    [patron] = kept(store, Patron)
    assert (patron.family, patron.pin) == ("Leigh", "hash$1$1174")


async def test_a_rejected_row_shows_no_pin(tmp_path: Path) -> None:
    loaded = await load_table(MemoryStore(), "patrons", tmp_path, "barcode family pin\n_ Lee 4711")
    assert loaded.counts == (0, 0, 0, 0, 1)
    assert "4711" not in loaded.noted[0][0].extract() + "".join(loaded.whys)


async def test_no_two_patrons_have_one_key(tmp_path: Path) -> None:
    table = """
        barcode family nick number
        P1      Lee    ann  A1
        P2      Ray    _    A1
        A1      Kim    _    _
        P1      Bo     _    _
    """
    mapping = Mapping(columns={"identifiers": "{nick} {number}"})
    loaded = await load_table(store := MemoryStore(), "patrons", tmp_path, table, mapping)
    assert loaded.counts == (1, 0, 0, 0, 3)
    assert loaded.whys == [
        "another patron has the barcode or identifier: A1",
        "another patron has the barcode or identifier: A1",
        "the barcode comes twice: first in line 2",
    ]
    assert [patron.identifiers for patron in kept(store, Patron)] == [("ann", "A1")]


async def test_an_identifier_that_one_patron_gives_up_another_may_have(tmp_path: Path) -> None:
    store = MemoryStore()
    await load_table(store, "patrons", tmp_path, "barcode family identifiers\nP1 Lee A1")
    loaded = await load_table(store, "patrons", tmp_path, "barcode family identifiers\nP1 Lee _\nP2 Ray A1")
    assert loaded.counts == (1, 1, 0, 0, 0)


async def test_rows_that_are_no_patron_are_rejected_and_say_why(tmp_path: Path) -> None:
    table = "barcode family expires active\nP1 _ _ _\nP2 Lee never _\nP3 Ray _ perhaps"
    loaded = await load_table(MemoryStore(), "patrons", tmp_path, table)
    assert loaded.whys == [
        "no family: ",
        "expires is not a date of ISO 8601: never",
        "active is neither yes nor no: perhaps",
    ]
