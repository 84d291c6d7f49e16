"""The servlet: an NCIP message comes as the body of a POST, and its response goes as the body of the answer.

The rule it keeps: the status is 200 whatever NCIP has to say. What that is, the responder knows.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from email.message import Message as Headers
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from protocols.ncip.dialects import ALMA_V1
from servers.configuration.settings import Settings
from servers.http.exchange import Answering, HttpAnswer, HttpRequest, Route
from servers.http.limits import Gate, bounds_of
from servers.ncip.responder import Asked, NcipResponder, Told
from servers.settling import Pending

PATH: Final = "/view/NCIPServlet"
FIRST_PATH: Final = "/view/NCIPServlet/v1"
"""Where Alma speaks version 1."""

XML: Final = "application/xml; charset=utf-8"


class NcipServlet:
    """Answers NCIP over HTTPS."""

    def __init__(self, responder: NcipResponder) -> None:
        self._responder = responder
        self._gate = Gate()

    def routes(self, settings: Settings) -> Iterator[Route]:
        """Both paths."""
        for path in (PATH, FIRST_PATH):
            yield Route(
                method="POST",
                path=path,
                handler=self._answer,
                gate=self._gate,
                bounds=bounds_of(settings.https),
                body=settings.https.body_limit,
            )

    def _answer(self, request: HttpRequest) -> Answering:
        asked = Asked(
            request.body,
            request.peer,
            charset_of(request.headers.get("Content-Type", "")),
            request.identity,
            ALMA_V1.renamed if request.path == FIRST_PATH else (),
        )
        telling = self._responder.respond(asked)
        if isinstance(telling, Told):
            return _posted(telling)
        return telling.put(_posted) if isinstance(telling, Pending) else _posted_later(telling)


def _posted(told: Told) -> HttpAnswer:
    return HttpAnswer(told.body, XML, HTTPStatus.OK, {}, told.fields)


async def _posted_later(telling: Coroutine[Any, Any, Told]) -> HttpAnswer:
    return _posted(await telling)


@lru_cache(maxsize=64)
def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, if it does."""
    headers = Headers()
    headers["Content-Type"] = content_type
    return headers.get_content_charset()
