"""Real catalogues, dirt included: every set loads, with the counts that were found in the files by hand."""

from collections import Counter
from pathlib import Path

import pytest

from core.model.records import Bib, Hold, Item, ItemStatus, Medium, Patron
from core.storage.memory import MemoryStore
from core.storage.sqlite import SqliteStore
from servers.load.mapping import Mapping, read_mapping
from tests.servers.load.given import Load, kept, load_file

KINDS = ("items", "patrons", "loans", "holds")
"""The tables of concerto, in the order in which they refer to each other."""

Counts = tuple[int, int, int, int, int]
"""Added, replaced, unchanged, skipped, rejected."""


async def load_ready(store: MemoryStore | SqliteStore, folder: Path, kind: str, mapping: str) -> Load:
    return await load_file(store, kind, folder / f"{kind}.tsv", read_mapping(mapping))


def standing(items: list[Item]) -> dict[str, int]:
    return Counter(item.status.name for item in items)


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("concerto/bibs.mrc", (341, 0, 0, 3, 0)),  # 3 have d in leader/05
        ("uva/bibs.mrc", (2000, 0, 0, 0, 0)),
        ("psu/bibs.mrc", (531, 0, 0, 197, 0)),  # 171 holdings records, 26 control numbers that come again
        ("evergreen-jazz/bibs.mrc", (999, 0, 0, 0, 1)),  # one has no 001
        ("evergreen-french/bibs.mrc", (499, 0, 0, 0, 1)),  # one has no 001
        ("koha/bibs.mrc", (435, 0, 0, 0, 0)),
        ("koha/authorities.mrc", (0, 0, 0, 1706, 0)),
        ("rero-ils/documents_small.xml", (442, 0, 0, 0, 0)),
        ("hbz-alma/records.xml", (231, 0, 0, 0, 0)),
        ("multiscript/FSL.marc", (52, 0, 0, 0, 0)),
        ("multiscript/auth-1066.mrc", (0, 0, 0, 1066, 0)),
        ("multiscript/badisbns.xml", (10, 0, 0, 0, 0)),
        ("multiscript/hebrew.marc", (20, 0, 0, 0, 0)),
        ("multiscript/map_data.mrc", (3, 0, 0, 0, 0)),
        ("multiscript/nepali.marc", (0, 0, 0, 0, 96)),  # none has an 001
        ("multiscript/oss.marc", (28, 0, 0, 0, 14)),  # 14 have no 001; the one with the broken leader is read
        ("multiscript/sample_acq_order.mrc", (10, 0, 0, 0, 0)),
        ("multiscript/serials_marc21.xml", (3, 0, 0, 0, 4)),  # 4 have no 001
        ("multiscript/serials_mfhd.xml", (0, 0, 0, 7, 0)),
        ("alma-sru/slsp-records-1-to-50-of-122.xml", (50, 0, 0, 0, 0)),
        ("alma-sru/berkeley-availability-sru-page-1.xml", (10, 0, 0, 0, 0)),
        ("alma-sru/explain-alma.xml", (0, 0, 0, 1, 0)),
        ("alma-sru/diagnostic-alma.xml", (0, 0, 0, 0, 0)),
    ],
)
async def test_every_set_of_records_loads_and_loads_again_without_change(
    real_data: Path, file: str, counts: Counts
) -> None:
    store = MemoryStore()
    assert (await load_file(store, "marc", real_data / file)).counts == counts
    added, _, _, skipped, rejected = counts
    assert (await load_file(store, "marc", real_data / file)).counts == (0, 0, added, skipped, rejected)


async def test_records_without_001_load_under_a_digest(real_data: Path) -> None:
    by_digest = Mapping(columns={"control_number": "001,digest"})
    loaded = await load_file(store := MemoryStore(), "marc", real_data / "multiscript/nepali.marc", by_digest)
    assert loaded.counts == (96, 0, 0, 0, 0)
    assert "वेनिसको व्यापारी" in {bib.title for bib in kept(store, Bib)}


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("uva/bibs.mrc", "Sot\ufe20s\ufe21ial\u02b9nai\ufe20a\ufe21 dei"),  # MARC-8
        ("evergreen-french/bibs.mrc", "Mémoires-journaux de Pierre de L'Estoile"),  # MARC-8
        ("multiscript/FSL.marc", "Ремонт стиральных машин"),  # UTF-8 under a MARC-8 leader
        ("multiscript/hebrew.marc", "Sefer Ṭa\u02bbam ribit"),  # MARC-8
        ("psu/bibs.mrc", "Fun Nyu-Yorḳ biz Reḥovot un tsuriḳ"),  # UTF-8
    ],
)
async def test_titles_are_in_their_own_script(real_data: Path, file: str, title: str) -> None:
    await load_file(store := MemoryStore(), "marc", real_data / file)
    assert any(bib.title.startswith(title) for bib in kept(store, Bib))


@pytest.mark.parametrize(
    ("folder", "mapping", "counts", "places"),
    [
        (
            "uva",
            "uva-items",
            (2903, 0, 0, 0, 0),
            # In process: 53 checked out, of which no loan is known, and one at the bindery.
            {"AVAILABLE": 2709, "IN_PROCESS": 54, "LOST": 30, "MISSING": 6, "WITHDRAWN": 104},
        ),
        ("psu", "psu-items", (10836, 0, 0, 0, 51), None),  # 51 rows repeat a barcode
        ("evergreen-jazz", "evergreen-items", (1237, 0, 0, 0, 1), {"AVAILABLE": 1236, "IN_PROCESS": 1}),
        ("evergreen-french", "evergreen-items", (755, 0, 0, 0, 1), {"AVAILABLE": 755}),
        ("koha", "koha-items", (958, 0, 0, 0, 3), {"AVAILABLE": 958}),  # bib 369 is not in the set
    ],
)
async def test_every_set_of_items_loads(
    real_data: Path, folder: str, mapping: str, counts: Counts, places: dict[str, int] | None
) -> None:
    store = MemoryStore()
    await load_file(store, "marc", real_data / folder / "bibs.mrc")
    assert (await load_ready(store, real_data / folder, "items", mapping)).counts == counts
    items = kept(store, Item)
    assert places is None or standing(items) == places
    assert len({item.barcode for item in items}) == len(items) == counts[0]


async def test_repeated_barcodes_are_told_where_the_first_is(real_data: Path) -> None:
    store = MemoryStore()
    await load_file(store, "marc", real_data / "psu/bibs.mrc")
    loaded = await load_ready(store, real_data / "psu", "items", "psu-items")
    assert loaded.whys[0] == "the barcode comes twice: first in line 10829"
    assert loaded.tally.reasons.total() == 51


async def test_concerto_loads_with_its_whole_circulation(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "concerto"
    store = SqliteStore.open(tmp_path / "circdesk.db")
    await load_file(store, "marc", folder / "bibs.mrc")
    counts = {kind: (await load_ready(store, folder, kind, f"concerto-{kind}")).counts for kind in KINDS}
    assert counts == {
        "items": (4825, 0, 0, 27, 0),
        "patrons": (377, 0, 0, 1, 0),
        "loans": (486, 0, 0, 0, 0),
        "holds": (262, 0, 0, 0, 3),  # one on a metarecord, two of a patron who is not in the set
    }
    items = kept(store, Item)
    assert standing(items) == {"AVAILABLE": 4289, "ON_LOAN": 474, "LOST": 12, "ON_ORDER": 44, "IN_PROCESS": 6}
    on_loan = {ItemStatus.ON_LOAN, ItemStatus.LOST}
    assert all((item.loan is not None) == (item.status in on_loan) for item in items)
    assert len(kept(store, Patron)) == 377
    holds = kept(store, Hold)
    assert Counter(hold.item is None for hold in holds) == {True: 234, False: 28}
    again = {kind: (await load_ready(store, folder, kind, f"concerto-{kind}")).counts for kind in KINDS}
    assert again == {
        kind: (0, 0, added, skipped, rejected) for kind, (added, _, _, skipped, rejected) in counts.items()
    }
    await store.close()


async def test_the_items_of_one_concerto_bib_stand_where_they_should(real_data: Path) -> None:
    """Bib 9: 31 live copies on 8 call numbers, 25 in, 5 out, 1 lost."""
    folder = real_data / "concerto"
    store = MemoryStore()
    await load_file(store, "marc", folder / "bibs.mrc")
    for kind in KINDS:
        await load_ready(store, folder, kind, f"concerto-{kind}")
    [nine] = [bib for bib in kept(store, Bib) if bib.control_number == "9"]
    items = [item for item in kept(store, Item) if item.bib == nine.id]
    assert standing(items) == {"AVAILABLE": 25, "ON_LOAN": 5, "LOST": 1}


async def test_the_medium_of_items_comes_from_their_bibs(real_data: Path) -> None:
    store = MemoryStore()
    await load_file(store, "marc", real_data / "concerto/bibs.mrc")
    await load_ready(store, real_data / "concerto", "items", "concerto-items")
    discs = {item.bib for item in kept(store, Item) if item.medium is Medium.DISC}
    assert "American Underdog" in {bib.title for bib in kept(store, Bib) if bib.id in discs}
