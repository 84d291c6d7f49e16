"""`circdesk ncip`, typed as people type it, and what it came to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest

from servers.app import Server
from servers.cli import main
from servers.places import FACTS

SECRET = "word-1"
"""The broker's."""


class Said(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """The output without its layout."""
        return " ".join(self.out.split())


class Typed:
    """Types `circdesk ncip …` where the library is served."""

    def __init__(self, state: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
        self.state = state
        self.server = server
        self._capsys = capsys

    async def __call__(self, *words: str) -> Said:
        """What the command came to, told where the server is by its facts."""
        self._capsys.readouterr()
        status = await asyncio.to_thread(main, ["ncip", *words, "--facts", str(self.state / FACTS)])
        return Said(status, *self._capsys.readouterr())
