"""The search page over the town's records, without a socket, and what a reader makes of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from lxml import html

from servers.configuration.settings import Settings
from servers.http.application import Application
from servers.http.exchange import HttpAnswer, HttpRequest
from servers.search.front import SearchPage
from tests.servers.http.given import answered
from tests.servers.sru.given import OPEN, Headers, Town, settings


class Seen:
    """A page as a browser has it."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.answer = answer
        self.status = answer.status
        self.text = answer.body.decode()

    @cached_property
    def document(self) -> Any:
        """The document."""
        return html.document_fromstring(self.text)

    def texts(self, path: str) -> list[str]:
        """What is read at each element of an XPath, without its layout."""
        return [" ".join(found.text_content().split()) for found in self.document.xpath(path)]

    def text_of(self, path: str) -> str:
        """What is read at the only element of an XPath."""
        (text,) = self.texts(path)
        return text

    @property
    def titles(self) -> list[str]:
        """Those of the hits, in order."""
        return self.texts("//ol/li/h2")

    def links(self, path: str = "//a") -> list[tuple[str, str]]:
        """Texts and addresses of the links at an XPath."""
        found = self.document.xpath(path)
        return [(" ".join(one.text_content().split()), one.get("href")) for one in found]

    def address(self, text: str) -> str:
        """Where the link with this text leads."""
        return dict(self.links())[text]


class Page:
    """The page, and a reader at it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.front = SearchPage(town.house)
        self.serve(settings(OPEN))

    def serve(self, settings: Settings) -> None:
        """Go on by these settings."""
        self.application = Application(self.front.routes(settings))

    async def search(self, text: str = "", **more: str | int) -> Seen:
        """What a search shows; ``where`` is the parameter `in`."""
        said = {"in" if name == "where" else name: value for name, value in more.items()}
        return await self.open(f"/?{urlencode({'q': text, **said})}")

    async def open(self, address: str, **headers: str) -> Seen:
        """What there is at an address."""
        path, _, query = address.partition("?")
        found = self.application.find(path)
        assert found is not None, path
        route = found.route("GET")
        assert route is not None
        named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        request = HttpRequest("GET", path, found.names, query, Headers(named), b"", "192.0.2.1")
        return Seen(await answered(route, request))
