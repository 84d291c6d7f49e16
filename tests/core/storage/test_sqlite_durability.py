"""What the SQLite store acknowledged is there, and nothing by halves, whatever fails or ends the process.

A program of its own (`committer`) commits and tells what it was told. It is killed, or strace makes its
system calls fail; then the store is opened here, and each record compared with what the last event says.
"""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pytest

from core.storage.sqlite import SqliteStore
from tests.core.storage import committer

REPOSITORY = Path(__file__).parents[3]
MANY = 1_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "circdesk.db"


def command(path: Path, count: int) -> list[str]:
    """The command that commits ``count`` batches."""
    return [sys.executable, "-m", "tests.core.storage.committer", str(path), str(count)]


def run(words: Sequence[str]) -> list[str]:
    """The lines that a program writes, which must end well and without complaint."""
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


def failing(call: str, error: str, when: str, file: Path, words: Sequence[str]) -> list[str]:
    """Run a program whose calls on one file fail; ``when`` counts them, thread by thread."""
    trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(file), "-e", f"trace={call}"]
    return run([*trace, "-e", f"inject={call}:error={error}:when={when}", *words])


def kept_batches(path: Path) -> int:
    """How many batches the store holds, each of them whole."""
    store = SqliteStore.open(path)
    kept = store.next_seq() - 1
    versions = {record.id: record.version for chunk in store.load() for record in chunk}
    assert versions == committer.state(kept)

    async def read_log() -> list[int]:
        seqs = [recorded.seq async for recorded in store.follow(0)]
        await store.close()
        return seqs

    assert asyncio.run(read_log()) == list(range(1, kept + 1))
    return kept


def acknowledged(lines: Sequence[str]) -> int:
    """The number of the last batch that the program was told is kept."""
    return max((int(line.split()[1]) for line in lines if line.startswith("kept")), default=0)


def kill_after(lines: IO[str], process: subprocess.Popen[str], count: int) -> list[str]:
    """Kill the program when it has said ``count`` lines; all that it said, and what was on its way."""
    said = [lines.readline().rstrip() for _ in range(count)]
    process.kill()
    return said + lines.read().splitlines()


@pytest.mark.parametrize("seed", range(5))
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(path: Path, seed: int) -> None:
    """Six kills in a row, each at another point, in small commits, in great ones and in checkpoints."""
    chance = random.Random(seed)
    for _ in range(6):
        with subprocess.Popen(
            command(path, MANY), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            said = kill_after(process.stdout, process, chance.randint(1, 60))
        assert process.returncode == -signal.SIGKILL
        assert {line.split()[0] for line in said} == {"kept"}
        kept = kept_batches(path)
        assert acknowledged(said) <= kept <= acknowledged(said) + 1


@pytest.mark.needs_tool("strace")
@pytest.mark.parametrize("nth", [1, 2, 3, 8])
def test_after_a_failed_sync_nothing_is_acknowledged_any_more(path: Path, nth: int) -> None:
    """SQLite itself would acknowledge the next commit, on pages that may never have reached the disk."""
    run(command(path, 5))
    wal = path.with_name(path.name + "-wal")
    said = failing("fsync,fdatasync", "EIO", str(nth), wal, command(path, 20))
    assert said[-4:] == [f"broken {len(said) + 2} SQLITE_IOERR_FSYNC"] * 4
    assert {line.split()[0] for line in said[:-4]} <= {"kept"}
    assert kept_batches(path) in {len(said) + 1, len(said) + 2}


@pytest.mark.needs_tool("strace")
def test_a_failed_sync_of_a_checkpoint_breaks_the_store(path: Path) -> None:
    """The commit before it was acknowledged and stays so; none follows."""
    run(command(path, 5))
    said = failing("fsync,fdatasync", "EIO", "1", path, command(path, 80))
    assert len(said) > 4
    assert [line.split()[0] for line in said] == ["kept"] * (len(said) - 4) + ["broken"] * 4
    assert kept_batches(path) == acknowledged(said)


@pytest.mark.needs_tool("strace")
@pytest.mark.parametrize("when", ["1..3", "2..4", "7..9", "30..33"])
def test_a_full_disk_refuses_and_the_store_goes_on_when_there_is_room(path: Path, when: str) -> None:
    """Wherever in the commit the disk was full: its batch is refused whole, and taken when tried again."""
    run(command(path, 5))
    wal = path.with_name(path.name + "-wal")
    said = failing("pwrite64", "ENOSPC", when, wal, command(path, 20))
    refused = [line for line in said if line.endswith("the disk is full")]
    assert 1 <= len(refused) <= 4
    assert all(line.startswith("refused") for line in refused)
    assert [line for line in said if line not in refused] == [
        f"kept {n}" for n in range(6, 26 - len(refused))
    ]
    assert kept_batches(path) == acknowledged(said)


@pytest.mark.needs_tool("strace")
@pytest.mark.parametrize("nth", [1, 2, 7, 30])
def test_a_failed_write_breaks_the_store(path: Path, nth: int) -> None:
    """An I/O error leaves open what the disk holds; only reading it again can tell."""
    run(command(path, 5))
    wal = path.with_name(path.name + "-wal")
    said = failing("pwrite64", "EIO", str(nth), wal, command(path, 20))
    assert said[-4:] == [f"broken {len(said) + 2} SQLITE_IOERR_WRITE"] * 4
    assert kept_batches(path) in {len(said) + 1, len(said) + 2}


@pytest.mark.needs_tool("strace")
def test_a_folder_that_cannot_be_synced_is_not_used(path: Path) -> None:
    """The names of new files would not survive a power cut, so nothing may be acknowledged."""
    said = failing("fsync", "EIO", "1", path.parent, command(path, 1))
    assert said == [f"unusable {path}: cannot be opened (Input/output error)"]


def traced(calls: str, log: Path, words: Sequence[str]) -> list[str]:
    """The system calls of a program, with the paths they concern, in order."""
    run(["strace", "-f", "-qq", "-y", "-s", "20", "-o", str(log), "-e", f"trace={calls}", *words])
    return log.read_text().splitlines()


def position(calls: Sequence[str], *parts: str) -> int:
    """Where in the trace the first call is that has all these parts."""
    return next(index for index, call in enumerate(calls) if all(part in call for part in parts))


@pytest.mark.needs_tool("strace")
def test_the_names_of_the_files_are_durable_before_the_first_answer(path: Path, tmp_path: Path) -> None:
    """A synced file without a synced name is lost in a power cut."""
    calls = traced("fsync,fdatasync,write", tmp_path / "trace", command(path, 1))
    answer = position(calls, "kept 1")
    assert position(calls, "fsync(", f"<{path.parent}>") < answer
    wal = position(calls, "fdatasync(", "circdesk.db-wal>")
    assert wal < position(calls[wal:], "fdatasync(", f"<{path.parent}>") + wal < answer


@pytest.mark.needs_tool("strace")
def test_a_commit_costs_one_sync(path: Path, tmp_path: Path) -> None:
    """Between two answers, one fdatasync of the write-ahead log and nothing else."""
    calls = traced("fsync,fdatasync,write", tmp_path / "trace", command(path, 3))
    between = calls[position(calls, "kept 1") + 1 : position(calls, "kept 3")]
    syncs = [call for call in between if "sync(" in call]
    assert len(syncs) == 2
    assert all("fdatasync(" in call and "circdesk.db-wal>" in call for call in syncs)


@pytest.mark.needs_tool("strace")
def test_what_a_killed_process_left_is_synced_before_the_store_is_open(path: Path, tmp_path: Path) -> None:
    """It may be in the kernel's memory only, and the next process answers from it."""
    with subprocess.Popen(command(path, MANY), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        kill_after(process.stdout, process, 3)
    calls = traced("openat,fsync,fdatasync,pread64", tmp_path / "trace", command(path, 0))
    recovered = position(calls, "pread64(", "circdesk.db-wal>")
    synced = position(calls, "fdatasync(", "circdesk.db-wal>")
    assert recovered < synced < position(calls, "fdatasync(", "circdesk.db>")
    last_open = max(
        index for index, call in enumerate(calls) if "openat(" in call and '/circdesk.db"' in call
    )
    assert synced < last_open


@pytest.mark.needs_tool("strace")
def test_what_a_killed_process_left_and_cannot_be_synced_is_not_served(path: Path) -> None:
    """The store stays closed, and says which error it was."""
    with subprocess.Popen(command(path, MANY), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = kill_after(process.stdout, process, 3)
    wal = path.with_name(path.name + "-wal")
    opened = failing("fsync,fdatasync", "EIO", "1", wal, command(path, 0))
    assert opened == [f"unusable {path}: cannot be opened (SQLITE_IOERR_FSYNC)"]
    assert kept_batches(path) >= acknowledged(said)
