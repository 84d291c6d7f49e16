"""The town's catalogue, truly served, and `circdesk search` typed at it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from servers.app import Server
from servers.places import FACTS
from tests.fakes.served import facts
from tests.servers.sru.client.typing_it import Typed
from tests.servers.sru.served import PROFILES, serving, wire


@pytest.fixture
async def search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Typed]:
    """The command, and a server for it."""
    with capture_logs():  # they would be written between the answers
        async with serving(tmp_path) as server:
            (tmp_path / FACTS).write_text(json.dumps(_facts(server)), "utf-8")
            yield Typed(tmp_path, server, capsys)


def _facts(server: Server) -> dict[str, object]:
    there, (alma, with_all) = wire(server), PROFILES
    https = {
        "ca": str(there.authority),
        "sru": f"{there.url}{alma.database or server.settings.institution.code}",
        "sru_open": f"{there.url}{with_all.database}",
    }
    return {**facts(server), "https": https}
