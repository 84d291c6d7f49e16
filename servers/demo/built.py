"""What was built in a state directory: a file that says so. By it alone is a demonstration known.

The rule it keeps: nothing is taken for a whole library that was not finished, nor for a demonstration
that somebody else may have made.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from servers.demo.population import Sizes

BUILT = "demo.json"
CONFIGURATION = "circdesk.toml"
RECORDS = "circdesk.db"


class DemoProblem(Exception):
    """The demonstration cannot be had like this; the sentence says what to do."""


class Range(Struct, frozen=True):
    """Barcodes that are a number in a template, as of printf: ``count`` of them, from ``first`` on."""

    template: str
    first: int
    count: int

    @property
    def last(self) -> str:
        """The last one."""
        return self.template % (self.first + self.count - 1)

    def barcodes(self) -> Iterator[str]:
        """Every one, in order."""
        return (self.template % number for number in range(self.first, self.first + self.count))


class Built(Struct, frozen=True):
    """A finished demonstration: how it was made, its secrets, and what lies ready to be tried."""

    built_at: datetime
    seed: int
    sizes: Sizes
    pin: str
    passwords: dict[str, str]
    patrons: Range
    items: Range
    cases: dict[str, str]


def read_built(state: Path) -> Built | None:
    """What was built in the directory; None if nothing was, or not to the end. Raises `DemoProblem`."""
    path = state / BUILT
    try:
        return msgspec.json.decode(path.read_bytes(), type=Built | None)
    except FileNotFoundError:
        _refuse_what_is_not_ours(state)
        return None
    except msgspec.DecodeError as error:
        raise DemoProblem(f"{path} is damaged; give --fresh to have everything built anew") from error


def write_built(state: Path, built: Built | None) -> None:
    """Say what is built; None: something is begun."""
    write_private(state / BUILT, msgspec.json.format(msgspec.json.encode(built)))


def write_private(path: Path, content: bytes) -> None:
    """Replace a file as a whole; nobody but its owner can read it, not even while it is written."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Nobody else builds in the directory, which is made if need be. Whoever comes second waits."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(state, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _refuse_what_is_not_ours(state: Path) -> None:
    for name in (RECORDS, CONFIGURATION):
        if (state / name).exists():
            raise DemoProblem(
                f"{state} holds a library of somebody's own ({name}); name another directory with --state DIR"
            )
