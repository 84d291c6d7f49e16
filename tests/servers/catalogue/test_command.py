"""`circdesk index`: builds what is missing, says at what rate, and leaves alone what is there."""

from __future__ import annotations

import asyncio
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from subprocess import run

import pytest

from core.events import Recorded, RecordsLoaded
from core.model.records import Bib, BibBody, BibId
from core.ports import Batch, Change
from core.storage.sqlite import SqliteStore
from protocols.marc.iso2709 import Marc, pack
from tests.matrix import proves

BODY = pack(Marc(b"00000nam a2200000   4500", ((b"001", b"n"), (b"245", b"00\x1faTie"))))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory with one bib."""

    async def fill() -> None:
        store = SqliteStore.open(tmp_path / "circdesk.db")
        loaded = Recorded(1, datetime.now(UTC), "load", RecordsLoaded("Bib", (1,)))
        records = (Bib(BibId(1), 1, "n", "Tie"), BibBody(BibId(1), 1, BODY))
        await store.commit(Batch([loaded], [Change(None, record) for record in records]))
        await store.close()

    asyncio.run(fill())
    return tmp_path


def said(state: Path, *words: str) -> tuple[int, str, str]:
    """What the command ends with, and says. In a process of its own: a log is set up once in each."""
    ran = run(
        [sys.executable, "-m", "servers.cli", "index", "--state", str(state), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


@proves("the index can be built by a command")
def test_what_is_missing_is_built_and_what_is_there_is_left(state: Path) -> None:
    built = r"Indexed 1 bibs in \d+\.\d s: [\d,]+ a second\.\n"
    status, out, log = said(state)
    assert (status, bool(re.fullmatch(built, out)), "catalogue-built" in log) == (0, True, True)
    assert said(state) == (0, "The index was there: 1 bibs. --rebuild builds it anew.\n", "")
    status, out, _ = said(state, "--rebuild")
    assert (status, bool(re.fullmatch(built, out))) == (0, True)


def test_the_index_of_a_running_server_is_its_own(state: Path) -> None:
    """The store is locked, and that is said in a sentence; the index stays."""
    said(state)
    store = SqliteStore.open(state / "circdesk.db")
    status, out, told = said(state, "--rebuild")
    assert (status, out) == (1, "")
    assert "in use by process" in told
    assert (state / "catalogue" / "index").exists()
    asyncio.run(store.close())
