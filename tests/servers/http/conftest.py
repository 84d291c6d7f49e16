"""Scenes of an HTTPS listener on either event loop, and what is logged in them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any, Final

import pytest
import structlog
import uvloop
from structlog.testing import capture_logs

from servers.http import conversation
from servers.lines import line
from tests.servers.http.given import Scene

LOOPS: Final[Mapping[str, Callable[[], asyncio.AbstractEventLoop]]] = {
    "asyncio": asyncio.SelectorEventLoop,
    "uvloop": uvloop.new_event_loop,
}

Act = Callable[[Scene], Awaitable[None]]


@pytest.fixture(params=LOOPS)
def play(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Opens a scene with these settings, plays an act in it, and closes it. Deadlines are looked at all the
    time.
    """
    monkeypatch.setattr(line, "SWEEP", 0.01)

    def played(act: Act, **settings: Any) -> None:
        async def whole() -> None:
            async with Scene(**settings) as scene:
                await act(scene)

        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(whole())

    return played


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged of requests and connections."""
    for module in (conversation, line):
        monkeypatch.setattr(module, "log", structlog.get_logger())
    with capture_logs() as entries:
        yield entries
