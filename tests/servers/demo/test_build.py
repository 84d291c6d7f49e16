"""Building: once, whole, and never over anybody's head."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from core.model.records import Bib, BibId, Item, Patron, Record
from core.ports import StoreUnusable
from core.storage.sqlite import SqliteStore
from servers.demo import build
from servers.demo.build import Wish, ensure_built
from servers.demo.built import BUILT, CONFIGURATION, RECORDS, Built, DemoProblem, read_built
from servers.demo.population import Sizes
from tests.servers.demo.given import NOW

SMALL = Wish(bibs=150, items=300, patrons=40)


class PowerCutError(Exception):
    """The end of a build, at the worst moment."""


def ignore(records: int) -> None:
    """No progress to show."""


def build_in(state: Path, wish: Wish = SMALL, *, fresh: bool = False) -> tuple[Built, bool]:
    """Build, or find."""
    return ensure_built(state, wish, fresh=fresh, now=NOW, progress=ignore)


def cut_short(state: Path, *, fresh: bool = False) -> None:
    """Begin to build, and end when the first records are kept."""

    def cut(records: int) -> None:
        raise PowerCutError

    with pytest.raises(PowerCutError):
        ensure_built(state, SMALL, fresh=fresh, now=NOW, progress=cut)


def records_in(state: Path) -> list[Record]:
    """All that is kept there."""

    async def read() -> list[Record]:
        store = SqliteStore.open(state / RECORDS)
        records = [record for chunk in store.load() for record in chunk]
        await store.close()
        return records

    return asyncio.run(read())


def kinds_in(state: Path) -> Sizes:
    """How much is kept there."""
    found = Counter(type(record) for record in records_in(state))
    return Sizes(found[Bib], found[Item], found[Patron])


def test_the_first_start_builds_and_the_next_one_finds(tmp_path: Path) -> None:
    built, new = build_in(tmp_path)
    assert new
    assert kinds_in(tmp_path) == built.sizes == Sizes(150, 300, 40)
    assert build_in(tmp_path, Wish()) == (built, False)
    assert build_in(tmp_path, Wish(items=300, seed=1)) == (built, False)


def test_two_directories_hold_the_same_records_under_different_secrets(tmp_path: Path) -> None:
    one, _ = build_in(tmp_path / "one")
    other, _ = build_in(tmp_path / "other")
    assert one.passwords != other.passwords
    assert (one.cases, one.items, one.patrons) == (other.cases, other.items, other.patrons)
    ours = [record for record in records_in(tmp_path / "one") if not isinstance(record, Patron)]
    assert ours == [record for record in records_in(tmp_path / "other") if not isinstance(record, Patron)]


def test_bodies_are_kept_beside_the_cards(tmp_path: Path) -> None:
    build_in(tmp_path)
    ids = [record.id for record in records_in(tmp_path) if isinstance(record, Bib)]

    async def bodies() -> dict[BibId, bytes]:
        store = SqliteStore.open(tmp_path / RECORDS)
        found = await store.bibs(ids)
        await store.close()
        return found

    assert asyncio.run(bodies()).keys() == set(ids)


def test_an_interrupted_build_is_begun_anew(tmp_path: Path) -> None:
    cut_short(tmp_path)
    assert (tmp_path / RECORDS).exists()
    assert read_built(tmp_path) is None
    built, new = build_in(tmp_path)
    assert new
    assert kinds_in(tmp_path) == built.sizes


def test_an_interrupted_rebuilding_does_not_leave_the_old_library_half_replaced(tmp_path: Path) -> None:
    build_in(tmp_path)
    cut_short(tmp_path, fresh=True)
    built, new = build_in(tmp_path, Wish(items=300, bibs=150, patrons=40))
    assert new
    assert kinds_in(tmp_path) == built.sizes


@pytest.mark.parametrize("wish", [Wish(bibs=151), Wish(items=301), Wish(patrons=41), Wish(seed=2)])
def test_another_library_than_the_one_there_is_needs_to_be_asked_for(tmp_path: Path, wish: Wish) -> None:
    built, _ = build_in(tmp_path)
    with pytest.raises(DemoProblem, match="150 bibs, 300 items, 40 patrons of seed 1; give --fresh"):
        build_in(tmp_path, wish)
    assert build_in(tmp_path, Wish()) == (built, False)


def test_fresh_builds_anew_with_new_secrets_and_other_sizes(tmp_path: Path) -> None:
    before, _ = build_in(tmp_path)
    after, new = build_in(tmp_path, Wish(bibs=160, items=320, patrons=50, seed=2), fresh=True)
    assert new
    assert kinds_in(tmp_path) == after.sizes == Sizes(160, 320, 50)
    assert before.passwords != after.passwords


@pytest.mark.parametrize("fresh", [False, True])
def test_somebodys_own_library_is_never_touched(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / RECORDS).write_bytes(b"precious")
    with pytest.raises(DemoProblem, match="somebody's own"):
        build_in(tmp_path, fresh=fresh)
    assert [path.name for path in tmp_path.iterdir()] == [RECORDS]
    assert (tmp_path / RECORDS).read_bytes() == b"precious"


def test_a_library_that_is_being_served_is_not_built_anew(tmp_path: Path) -> None:
    built, _ = build_in(tmp_path)
    store = SqliteStore.open(tmp_path / RECORDS)
    with pytest.raises(StoreUnusable, match="in use"):
        build_in(tmp_path, fresh=True)
    asyncio.run(store.close())
    assert build_in(tmp_path) == (built, False)


def test_secrets_are_for_the_owner_only(tmp_path: Path) -> None:
    built, _ = build_in(tmp_path)
    for name in (BUILT, CONFIGURATION, RECORDS):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    text = (tmp_path / CONFIGURATION).read_text("utf-8")
    assert not any(password in text for password in built.passwords.values())


def test_an_edited_configuration_stays(tmp_path: Path) -> None:
    build_in(tmp_path)
    path = tmp_path / CONFIGURATION
    path.write_text(path.read_text("utf-8").replace("Saltmarsh", "Our"), "utf-8")
    build_in(tmp_path)
    assert "Our City Libraries" in path.read_text("utf-8")


def test_progress_counts_every_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "UNIT", 100)
    steps: list[int] = []
    ensure_built(tmp_path, SMALL, fresh=False, now=NOW, progress=steps.append)
    assert set(steps[:-1]) == {100}
    assert sum(steps) == len(records_in(tmp_path)) + 150


@pytest.mark.parametrize(
    ("wish", "sizes"),
    [
        (Wish(), Sizes(722, 1500, 60)),
        (Wish(items=1_000_000), Sizes(333_333, 1_000_000, 40_000)),
        (Wish(bibs=5000), Sizes(5000, 10_000, 400)),
        (Wish(items=100), Sizes(100, 100, 60)),
        (Wish(bibs=200, items=300, patrons=40), Sizes(200, 300, 40)),
    ],
)
def test_what_is_not_said_goes_with_the_items(wish: Wish, sizes: Sizes) -> None:
    assert wish.sizes() == sizes
