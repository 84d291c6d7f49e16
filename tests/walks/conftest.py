"""Servers for the walks: one that a file of walks shares, and fresh ones for those who break things.

Whatever a walk did, the server ends cleanly, and no PIN and no password stands in what it wrote.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.walks.given import PASSWORD, PIN, Server, prepare


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with the usual limits; walks that share it use patrons and items of their own."""
    running = Server(prepare(tmp_path_factory.mktemp("walk") / "state"))
    try:
        yield running.start()
    finally:
        end(running)


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Make a server for one walk, not started, with more terminals and settings of the listeners."""
    made: list[Server] = []

    def make(terminals: str = "", https: str = "", **sip2: object) -> Server:
        made.append(Server(prepare(tmp_path / f"state-{len(made)}", terminals, https, **sip2)))
        return made[-1]

    yield make
    for server in made:
        end(server)


def end(server: Server) -> None:
    """Stop a server if it runs, and read its log."""
    status = server.stop() if server.is_running else 0
    assert status == 0, server.log
    for text in (server.log, server.said):
        assert PIN not in text
        assert PASSWORD not in text
