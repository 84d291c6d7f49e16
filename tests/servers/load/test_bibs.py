"""MARC records become bibs: one for a control number, the last of the load."""

from pathlib import Path

import pytest

from core.model.records import Bib
from core.storage.memory import MemoryStore
from servers.load.mapping import Mapping
from servers.load.problem import LoadProblem
from tests.servers.load.given import Load, bib, kept, load_file, marc

AUTHORITY = b"00000nz  a2200000n  4500"
HOLDINGS = b"00000ny  a2200000n  4500"
DELETED = b"00000dam a2200000 a 4500"


async def load(store: MemoryStore, folder: Path, *records: bytes, key: str = "") -> Load:
    file = folder / "bibs.mrc"
    file.write_bytes(b"".join(records))
    return await load_file(store, "marc", file, Mapping(columns={"control_number": key} if key else {}))


async def test_a_record_becomes_a_card_and_a_body_in_utf8(tmp_path: Path) -> None:
    store = MemoryStore()
    marc_8 = bib("u1", "Etudes").replace(b"nam a", b"nam  ").replace(b"Etudes", b"\xe2Etude")
    loaded = await load(store, tmp_path, marc_8)
    assert loaded.counts == (1, 0, 0, 0, 0)
    [card] = kept(store, Bib)
    assert (card.control_number, card.title, card.version) == ("u1", "Étude", 1)
    body = (await store.bibs([card.id]))[card.id]
    assert "Étude".encode() in body
    assert body[9:10] == b"a"
    assert int(body[:5]) == len(body)


async def test_the_same_again_is_unchanged_and_a_change_is_a_new_version(tmp_path: Path) -> None:
    store = MemoryStore()
    await load(store, tmp_path, bib("u1", "Old"), bib("u2"))
    assert (await load(store, tmp_path, bib("u1", "Old"), bib("u2"))).counts == (0, 0, 2, 0, 0)
    assert (await load(store, tmp_path, bib("u1", "New"), bib("u2"))).counts == (0, 1, 1, 0, 0)
    first, second = kept(store, Bib)
    assert (first.title, first.version, second.version) == ("New", 2, 1)
    assert b"New" in (await store.bibs([first.id]))[first.id]


async def test_a_change_that_the_card_does_not_show_is_kept_too(tmp_path: Path) -> None:
    store = MemoryStore()
    await load(store, tmp_path, bib("u1", "Same"))
    assert (await load(store, tmp_path, bib("u1", "Same", ("500", "  $aNote")))).counts == (0, 1, 0, 0, 0)
    [card] = kept(store, Bib)
    assert b"Note" in (await store.bibs([card.id]))[card.id]


async def test_of_repeated_control_numbers_the_last_wins_however_often_it_is_loaded(tmp_path: Path) -> None:
    store = MemoryStore()
    records = (bib("u1", "First"), bib("u2"), bib("u1", "Last"))
    loaded = await load(store, tmp_path, *records)
    assert loaded.counts == (2, 0, 0, 1, 0)
    assert loaded.whys == ["replaced by a later record with the same control number: "]
    assert (await load(store, tmp_path, *records)).counts == (0, 0, 2, 1, 0)
    assert [card.title for card in kept(store, Bib)] == ["A title", "Last"]


async def test_the_last_of_several_files_wins(tmp_path: Path) -> None:
    store = MemoryStore()
    files = [tmp_path / "a.mrc", tmp_path / "b.mrc"]
    files[0].write_bytes(bib("u1", "First"))
    files[1].write_bytes(bib("u1", "Last"))
    assert (await load_file(store, "marc", files)).counts == (1, 0, 0, 1, 0)
    assert [card.title for card in kept(store, Bib)] == ["Last"]


async def test_what_is_no_bib_is_skipped_by_its_sort(tmp_path: Path) -> None:
    """A holdings record often has the 001 of its bib, and must not take its place."""
    store = MemoryStore()
    records = (bib("u1"), bib("u1", leader=HOLDINGS), bib("a1", leader=AUTHORITY), bib("u3", leader=DELETED))
    loaded = await load(store, tmp_path, *records)
    assert loaded.counts == (1, 0, 0, 3, 0)
    assert [why.split(" (")[0] for why in loaded.whys] == [
        "MARC holdings, not a bib",
        "an authority, not a bib",
        "deleted in the source",
    ]


async def test_broken_records_are_rejected_with_place_and_bytes_and_reading_goes_on(tmp_path: Path) -> None:
    store = MemoryStore()
    loaded = await load(store, tmp_path, bib("u1"), b"rubbish \x1b in between\x1d", bib("u2"), bib("u3")[:40])
    assert loaded.counts == (2, 0, 0, 0, 2)
    rubbish, rest = (entry for entry, verdict in loaded.noted if verdict.reason)
    assert str(rubbish.place) == f"2 (byte {len(bib('u1'))})"
    assert rubbish.extract() == r"rubbish \x1b in between"
    assert rest.place.number == 4


async def test_without_a_control_number_a_record_is_rejected(tmp_path: Path) -> None:
    loaded = await load(MemoryStore(), tmp_path, bib(" "))
    assert loaded.whys == ["no control number: looked in 001"]
    assert "A title" in loaded.noted[0][0].extract()


async def test_the_control_number_may_stand_elsewhere_and_is_then_put_into_001(tmp_path: Path) -> None:
    store = MemoryStore()
    records = (bib("x", "Sierra", ("907", "  $a.b12685306$bxwb")), bib("u2"))
    await load(store, tmp_path, *records, key="907a,001")
    first, second = kept(store, Bib)
    assert (first.control_number, second.control_number) == (".b12685306", "u2")
    assert (await store.bibs([first.id]))[first.id].count(b".b12685306") == 2
    assert (await load(store, tmp_path, *records, key="907a,001")).counts == (0, 0, 2, 0, 0)


async def test_a_digest_of_the_record_is_a_control_number_at_need(tmp_path: Path) -> None:
    store = MemoryStore()
    assert (await load(store, tmp_path, bib("", "One"), bib("", "Two"), key="001,digest")).counts[0] == 2
    assert (await load(store, tmp_path, bib("", "Two"), bib("", "One"), key="001,digest")).counts[2] == 2
    assert all(card.control_number.startswith("digest-") for card in kept(store, Bib))


@pytest.mark.parametrize("key", ["01", "907", "907ab", "907a,", "§01"])
async def test_a_place_that_no_record_has_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(LoadProblem, match="control_number"):
        await load(MemoryStore(), tmp_path, bib("u1"), key=key)


async def test_marcxml_and_iso_2709_give_the_same_bib(tmp_path: Path) -> None:
    store = MemoryStore()
    await load(store, tmp_path, bib("u1", "Tie"))
    file = tmp_path / "bibs.xml"
    file.write_text(
        "<collection><record><leader>00000nam a2200000 a 4500</leader>"
        "<controlfield tag='001'>u1</controlfield>"
        "<datafield tag='245' ind1='1' ind2='0'><subfield code='a'>Tie</subfield></datafield>"
        "</record></collection>"
    )
    assert (await load_file(store, "marc", file)).counts == (0, 0, 1, 0, 0)


async def test_a_record_too_long_for_iso_2709_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "bibs.xml"
    note = "<datafield tag='500'><subfield code='a'>" + "x" * 10_000 + "</subfield></datafield>"
    file.write_text(f"<record><controlfield tag='001'>u1</controlfield>{note}</record>")
    loaded = await load_file(MemoryStore(), "marc", file)
    assert loaded.whys == ["a field is longer than ISO 2709 allows: 500: 10005 bytes"]


async def test_damaged_characters_are_counted_as_warnings(tmp_path: Path) -> None:
    loaded = await load(MemoryStore(), tmp_path, bib("u1", "cafe").replace(b"cafe", b"caf\xe9"))
    assert loaded.counts == (1, 0, 0, 0, 0)
    assert loaded.tally.warnings.total() == 1


def test_the_helpers_write_what_they_are_told() -> None:
    assert marc(("245", "10$aTie")).first(b"245") == b"10\x1faTie"
