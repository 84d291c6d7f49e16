"""Health: two words for whoever watches over the server."""

from __future__ import annotations

import pytest

from servers.configuration.settings import LogLevel, Settings
from servers.http.exchange import HttpAnswer, HttpRequest
from servers.http.health import Health
from tests.servers.http.given import answered


async def asked(path: str, *hindrances: str) -> HttpAnswer:
    """What is answered when these stand in the way."""
    routes = {route.path: route for route in Health(lambda: hindrances).routes(Settings())}
    return await answered(routes[path], HttpRequest("GET", path, {}, "", {}, b"", "192.0.2.1"))


@pytest.mark.parametrize(
    ("path", "hindrances", "answer"),
    [
        ("/health/live", (), (200, b"live\n")),
        ("/health/live", ("closing down",), (200, b"live\n")),
        ("/health/ready", (), (200, b"ready\n")),
        ("/health/ready", ("closing down",), (503, b"not ready: closing down\n")),
        ("/health/ready", ("one", "two"), (503, b"not ready: one, two\n")),
    ],
)
async def test_it_lives_while_it_answers_and_is_ready_if_nothing_stands_in_the_way(
    path: str, hindrances: tuple[str, ...], answer: tuple[int, bytes]
) -> None:
    given = await asked(path, *hindrances)
    assert (given.status, given.body) == answer


def test_everybody_may_ask_at_any_time_and_the_log_is_spared() -> None:
    for route in Health(tuple).routes(Settings()):
        assert (route.allow, route.draining, route.level) == (None, True, LogLevel.DEBUG)
