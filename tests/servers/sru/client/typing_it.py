"""`circdesk search`, typed as people type it, and what it came to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest

from servers.app import Server
from servers.cli import main
from servers.places import FACTS


class Said(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of the output, without those blanks that lay it out."""
        return [" ".join(line.split()) for line in self.out.splitlines() if line.strip()]


class Typed:
    """Types `circdesk search …` where the catalogue is served."""

    def __init__(self, state: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
        self.state = state
        self.server = server
        self._capsys = capsys

    async def __call__(self, *words: str) -> Said:
        """What the command came to, told where the server is by its facts."""
        return await self.at(*words, "--facts", str(self.state / FACTS))

    async def at(self, *words: str) -> Said:
        """What the command came to."""
        self._capsys.readouterr()
        status = await asyncio.to_thread(main, ["search", *words])
        return Said(status, *self._capsys.readouterr())
