"""Whether the server lives, and whether it can do its work, for balancers and whatever watches over it.

The rule it keeps: an answer says that and no more, since everybody may ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Final

from servers.configuration.settings import LogLevel, Settings
from servers.http.exchange import Handler, HttpAnswer, HttpRequest, Route, said
from servers.http.limits import Gate, bounds_of

LIVE: Final = "/health/live"
READY: Final = "/health/ready"


class Health:
    """Answers for the server. ``hindrances`` tells, in a word each, why it cannot do its work just now."""

    def __init__(self, hindrances: Callable[[], Iterable[str]]) -> None:
        self._hindrances = hindrances
        self._gate = Gate()

    def routes(self, settings: Settings) -> Iterator[Route]:
        """Both questions; they are asked often, and while the server closes down."""
        handlers: dict[str, Handler] = {LIVE: self._live, READY: self._ready}
        for path, handler in handlers.items():
            yield Route(
                method="GET",
                path=path,
                handler=handler,
                gate=self._gate,
                bounds=bounds_of(settings.https),
                level=LogLevel.DEBUG,
                draining=True,
            )

    async def _live(self, request: HttpRequest) -> HttpAnswer:
        return said("live")

    async def _ready(self, request: HttpRequest) -> HttpAnswer:
        hindrances = ", ".join(self._hindrances())
        return (
            said(f"not ready: {hindrances}", HTTPStatus.SERVICE_UNAVAILABLE) if hindrances else said("ready")
        )
