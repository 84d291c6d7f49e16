"""Ready-made records: found, replaced, ended, and there again after a crash as far as they were kept."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.records import BibId
from servers.catalogue.ready import ReadyRecords

ONE, TWO, THREE = BibId(1), BibId(2), BibId(3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "records"


def test_what_is_written_is_found_at_once(path: Path) -> None:
    ready = ReadyRecords(path, 0)
    assert ready.records([ONE]) == [None]
    ready.write([(ONE, 1, b"<one>"), (TWO, 4, b"<two>")])
    assert ready.records([TWO, THREE, ONE]) == [b"<two>", None, b"<one>"]
    assert (ready.version(ONE), ready.version(TWO), ready.version(THREE), len(ready)) == (1, 4, 0, 2)
    ready.close()


def test_a_newer_one_replaces_it_and_an_empty_one_ends_it(path: Path) -> None:
    ready = ReadyRecords(path, 0)
    ready.write([(ONE, 1, b"old"), (TWO, 1, b"two")])
    assert ready.waste == 0
    ready.write([(ONE, 2, b"new"), (TWO, 2, b"")])
    assert ready.records([ONE, TWO]) == [b"new", None]
    assert (ready.version(ONE), ready.version(TWO), len(ready)) == (2, 0, 1)
    assert 0.5 < ready.waste < 1
    ready.close()


def test_after_a_crash_what_was_kept_is_there_and_nothing_else(path: Path) -> None:
    ready = ReadyRecords(path, 0)
    ready.write([(ONE, 1, b"kept")])
    kept = ready.keep()
    ready.write([(ONE, 2, b"not kept"), (TWO, 1, b"nor this")])
    ready.close()
    with path.open("r+b") as file:
        file.seek(kept + 3)
        file.write(b"\0" * 9)
    again = ReadyRecords(path, kept)
    assert again.records([ONE, TWO]) == [b"kept", None]
    again.write([(TWO, 1, b"again")])
    assert again.records([TWO]) == [b"again"]
    assert path.stat().st_size == again.keep()
    again.close()


def test_a_file_that_lost_what_was_kept_is_refused(path: Path) -> None:
    path.write_bytes(b"short")
    with pytest.raises(OSError, match="has 5 bytes and must have 99"):
        ReadyRecords(path, 99)


def test_an_answer_under_way_keeps_what_it_has_while_the_file_grows(path: Path) -> None:
    ready = ReadyRecords(path, 0)
    ready.write([(ONE, 1, b"first")])
    (before,) = ready.records([ONE])
    for version in range(2, 50):
        ready.write([(ONE, version, b"x" * 4096)])
    assert before == b"first"
    ready.close()


ids = st.integers(1, 5).map(BibId)
writes = st.lists(st.lists(st.tuples(ids, st.integers(1, 9), st.binary(max_size=20)), max_size=4), max_size=8)


@given(writes)
def test_it_is_a_table_of_the_newest(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[BibId, int, bytes]]]
) -> None:
    path = tmp_path_factory.mktemp("ready") / "records"
    ready, table = ReadyRecords(path, 0), dict[BibId, tuple[int, bytes]]()
    for batch in batches:
        ready.write(batch)
        for bib, version, record in batch:
            table[bib] = (version, record)
    kept = ready.keep()
    ready.close()
    opened = ReadyRecords(path, kept)
    everything = [BibId(number) for number in range(1, 6)]
    expected = [table[bib][1] or None if bib in table else None for bib in everything]
    assert opened.records(everything) == expected
    assert len(opened) == sum(record is not None for record in expected)
    opened.close()


def test_records_are_told_by_their_beginning(path: Path) -> None:
    ready = ReadyRecords(path, 0)
    ready.write([(ONE, 1, b"-one"), (TWO, 1, b"two"), (THREE, 1, b"-three")])
    assert ready.beginning_with(b"-") == [ONE, THREE]
    ready.write([(ONE, 1, b"one")])
    assert ready.beginning_with(b"-") == [THREE]
    ready.close()
