"""The file that says what was built: whole, private, and only in directories that are ours."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from servers.demo.built import (
    BUILT,
    CONFIGURATION,
    RECORDS,
    Built,
    DemoProblem,
    Range,
    alone,
    read_built,
    write_built,
    write_private,
)
from servers.demo.population import Sizes
from tests.servers.demo.given import NOW

SOME = Built(
    NOW, 1, Sizes(1, 2, 3), "1234", {"kiosk": "word"}, Range("P%03d", 1, 3), Range("I%03d", 5, 2), {"a": "b"}
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_built(tmp_path, SOME)
    assert read_built(tmp_path) == SOME


def test_what_is_begun_or_absent_is_nothing(tmp_path: Path) -> None:
    assert read_built(tmp_path) is None
    write_built(tmp_path, SOME)
    write_built(tmp_path, None)
    assert read_built(tmp_path) is None


@pytest.mark.parametrize("name", [RECORDS, CONFIGURATION])
def test_a_library_of_somebodys_own_is_no_place_for_a_demonstration(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(DemoProblem, match=f"somebody's own \\({name}\\); name another directory"):
        read_built(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{", b"{}", b'"text"'])
def test_a_damaged_file_is_a_problem_with_a_way_out(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / BUILT).write_bytes(damage)
    with pytest.raises(DemoProblem, match="--fresh"):
        read_built(tmp_path)


def test_a_private_file_is_its_owners_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    write_private(path, b"one")
    write_private(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_put_in_place_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_private(path, b"one")
    assert list(tmp_path.iterdir()) == [path]


def test_a_range_names_every_barcode(tmp_path: Path) -> None:
    assert list(SOME.items.barcodes()) == ["I005", "I006"]
    assert SOME.items.last == "I006"


def test_only_one_builds_at_a_time_in_a_directory_for_its_owner(tmp_path: Path) -> None:
    state = tmp_path / "made" / "here"
    with alone(state):
        other = os.open(state, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)
    assert state.stat().st_mode & 0o777 == 0o700
