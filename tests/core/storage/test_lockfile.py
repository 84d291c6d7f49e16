"""One process at a time holds a lock file, and the next one learns who it is."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.storage import lockfile

HOLD_UNTIL_KILLED = """
import sys
from pathlib import Path
from core.storage import lockfile
lockfile.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_is_taken_once_and_names_its_holder(tmp_path: Path) -> None:
    """Even a second attempt of the same process is refused."""
    lock = lockfile.acquire(tmp_path / "lock")
    with pytest.raises(lockfile.HeldError) as caught:
        lockfile.acquire(tmp_path / "lock")
    assert caught.value.holder == os.getpid()
    os.close(lock)


def test_a_lock_can_be_taken_again_when_it_was_let_go(tmp_path: Path) -> None:
    """The file stays behind and is no obstacle."""
    os.close(lockfile.acquire(tmp_path / "lock"))
    os.close(lockfile.acquire(tmp_path / "lock"))
    assert (tmp_path / "lock").exists()


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    """After a kill nobody has to remove anything, and the new holder's id takes the place of the old."""
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_UNTIL_KILLED, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(lockfile.HeldError) as caught:
            lockfile.acquire(path)
        assert caught.value.holder == process.pid
        process.kill()
    lock = lockfile.acquire(path)
    assert path.read_text() == f"{os.getpid()}\n"
    os.close(lock)


def test_a_holder_that_has_not_written_its_id_yet_is_unknown(tmp_path: Path) -> None:
    """The file is empty for an instant; that is no error of its own."""
    path = tmp_path / "lock"
    lock = lockfile.acquire(path)
    os.ftruncate(lock, 0)
    with pytest.raises(lockfile.HeldError) as caught:
        lockfile.acquire(path)
    assert caught.value.holder is None
    os.close(lock)


def test_others_may_not_touch_the_lock(tmp_path: Path) -> None:
    """Whoever may write a lock file can keep the service from starting."""
    os.close(lockfile.acquire(tmp_path / "lock"))
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    """The lock makes no folders."""
    with pytest.raises(FileNotFoundError):
        lockfile.acquire(tmp_path / "missing" / "lock")
