"""A file that one process at a time holds locked, with the holder's process id inside.

The kernel lets go of the lock when its holder ends, however it ends. The file itself stays, since to remove
it would let two processes hold two files of one name.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class HeldError(Exception):
    """Another process holds the lock: ``holder`` is its id, None in the instant before it has written it."""

    def __init__(self, holder: int | None) -> None:
        super().__init__(f"held by process {holder}")
        self.holder = holder


def acquire(path: Path) -> int:
    """Lock the file, made if missing; the lock ends when the returned descriptor is closed.

    Raises `HeldError`, or `OSError` where no such file can be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
    except BlockingIOError:
        holder = os.pread(descriptor, 20, 0).strip()
        os.close(descriptor)
        raise HeldError(int(holder) if holder else None) from None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
