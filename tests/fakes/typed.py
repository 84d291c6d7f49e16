"""`circdesk`, typed as people type it, on a machine where a server of the small library runs.

async with typed(tmp_path, capsys) as circdesk:
    said = await circdesk("kiosk", lines=("P1", "pin-of-P1", "finish"))
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from structlog.testing import capture_logs

from servers.app import Server
from servers.cli import main
from servers.places import FACTS
from tests.fakes.served import served


class Said(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """The output without its layout."""
        return " ".join(self.out.split())


class Typed:
    """Types commands, with the server's facts; ``lines`` are what is typed when a command asks."""

    def __init__(self, state: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
        self.state = state
        self.server = server
        self._capsys = capsys

    async def __call__(self, *words: str, lines: tuple[str, ...] = ()) -> Said:
        """The command's status and what it printed."""
        self._capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
            status = await asyncio.to_thread(main, [*words, "--facts", str(self.state / FACTS)])
        return Said(status, *self._capsys.readouterr())


@asynccontextmanager
async def typed(state: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Typed]:
    """A server in ``state``, and somebody who types."""
    with capture_logs():  # they would be written between the answers
        async with served(state) as server:
            yield Typed(state, server, capsys)
