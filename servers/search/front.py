"""The search page over HTTPS: `/`, and `/record/NUMBER` for each record.

The rule it keeps: a page is whole without scripts and takes nothing from elsewhere, and the browser is told
so. The log is told how much was found, not what was sought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, Final
from zoneinfo import ZoneInfo

from servers.configuration.settings import Settings
from servers.http.exchange import Handler, HttpAnswer, HttpRequest, Route
from servers.http.limits import Gate, bounds_of
from servers.search.asked import FIELDS, ORDERS, Asked, asked_in
from servers.search.finding import Finder, Listed, Trouble, last_page
from servers.search.links import Links
from servers.search.pages import ICON, STYLE, render
from servers.sru.house import House

HOME: Final = "/"
RECORD: Final = "/record/{number}"
STYLE_PATH: Final = "/catalogue.css"
ICON_PATH: Final = "/catalogue.svg"
HTML: Final = "text/html; charset=utf-8"
CSS: Final = "text/css; charset=utf-8"
SVG: Final = "image/svg+xml"

GUARDED: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Content-Language": "en",
}
"""What a browser may do with a page: show it, with its style, and send its form back to us."""

RETRY_SECONDS: Final = "5"
PAGES_SHOWN: Final = 2
"""Pages before and behind the one that is shown, to which there are links."""


class SearchPage:
    """Answers people's browsers."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._gate = Gate()

    def routes(self, settings: Settings) -> Iterator[Route]:
        """Nothing, if the configuration says so."""
        if not settings.search_page.enabled:
            return
        reader = _Reader(self._house, settings)
        handlers: Mapping[str, Handler] = {
            HOME: reader.home,
            RECORD: reader.record,
            STYLE_PATH: partial(_file, STYLE, CSS),
            ICON_PATH: partial(_file, ICON, SVG),
        }
        for path, handler in handlers.items():
            yield Route(
                method="GET", path=path, handler=handler, gate=self._gate, bounds=bounds_of(settings.https)
            )


class _Reader:
    """One reader's questions, under settings that do not change."""

    def __init__(self, house: House, settings: Settings) -> None:
        self._house = house
        self._institution = settings.institution.name or settings.institution.code
        self._zone = ZoneInfo(settings.institution.time_zone)
        self._links = Links(settings)
        self._finder = Finder(house, settings)

    async def home(self, request: HttpRequest) -> HttpAnswer:
        """A search, or where one begins."""
        asked = asked_in(request.query)
        if not asked.is_anything:
            library = self._house.desk.library
            return self._page(
                "start.html",
                asked,
                told={"page": "start"},
                browsing=self._finder.browsing(),
                bibs=len(library.bibs),
                items=len(library.items),
            )
        found = await self._finder.listed(asked)
        if isinstance(found, Trouble):
            return self._trouble(asked, found)
        return self._listed(asked, found)

    async def record(self, request: HttpRequest) -> HttpAnswer:
        """A record."""
        found = await self._finder.whole(request.names["number"])
        if isinstance(found, Trouble):
            return self._trouble(Asked(), found)
        links = self._links.of(f'alma.mms_id = "{found.head.number}"')
        return self._page("record.html", Asked(), told={"page": "record"}, record=found, links=links)

    def _listed(self, asked: Asked, found: Listed) -> HttpAnswer:
        last = last_page(found.count)
        here = min(asked.page, last)
        near = range(max(1, here - PAGES_SHOWN), min(last, here + PAGES_SHOWN) + 1)
        return self._page(
            "hits.html",
            asked,
            told={"page": "hits", "hits": found.count},
            found=found,
            near=near,
            last=last,
            orders=ORDERS,
            links=self._links.of(found.query, asked.first),
        )

    def _trouble(self, asked: Asked, trouble: Trouble) -> HttpAnswer:
        return self._page("trouble.html", asked, trouble.status, told={"page": "trouble"}, trouble=trouble)

    def _page(
        self,
        template: str,
        asked: Asked,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        told: Mapping[str, object],
        **shown: Any,
    ) -> HttpAnswer:
        now: datetime = self._house.desk.clock.now().astimezone(self._zone)
        body = render(template, institution=self._institution, asked=asked, fields=FIELDS, now=now, **shown)
        again = {"Retry-After": RETRY_SECONDS} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
        return HttpAnswer(body, HTML, status, {**GUARDED, **again}, told)


def _file(content: bytes, kind: str, request: HttpRequest) -> HttpAnswer:
    """A file that changes with the program only."""
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=3600"}
    if tag in request.headers.get("If-None-Match", ""):
        return HttpAnswer(b"", kind, HTTPStatus.NOT_MODIFIED, headers)
    return HttpAnswer(content, kind, headers=headers)
