"""The HTTPS side as a whole: whose files it serves, and that its fronts go by the settings of now."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from servers.configuration.settings import HttpsSettings, Settings, Sip2Settings
from servers.http.exchange import HttpAnswer, HttpRequest, Route, said
from servers.http.front import HttpsFront, files_of
from servers.http.limits import Gate, bounds_of
from tests.fakes.served import settings
from tests.servers.http.given import PATIENCE, serving

SIP2 = Sip2Settings(tls_certificate="s.pem", tls_key="s.key", tls_client_ca="s.ca")


@pytest.mark.parametrize(
    ("https", "files"),
    [
        (HttpsSettings(), ("s.pem", "s.key", "s.ca")),
        (HttpsSettings(tls_client_ca="h.ca"), ("s.pem", "s.key", "h.ca")),
        (HttpsSettings(tls_certificate="h.pem", tls_key="h.key"), ("h.pem", "h.key", "s.ca")),
    ],
)
def test_what_it_does_not_name_is_sip2_s(https: HttpsSettings, files: tuple[str, str, str]) -> None:
    named = files_of(Settings(sip2=SIP2, https=https))
    assert (named.tls_certificate, named.tls_key, named.tls_client_ca) == files


class Deaf:
    """A front that takes as long bodies as the settings say."""

    def __init__(self) -> None:
        self._gate = Gate()

    def routes(self, settings: Settings) -> Iterator[Route]:
        """One."""
        bounds = bounds_of(settings.https)
        yield Route(
            method="POST",
            path="/",
            handler=self._answer,
            gate=self._gate,
            bounds=bounds,
            body=settings.https.body_limit,
        )

    async def _answer(self, request: HttpRequest) -> HttpAnswer:
        return said("what?")


async def test_its_fronts_are_asked_for_their_routes_anew() -> None:
    before = settings()
    front = HttpsFront(before, [Deaf()])
    after = replace(before, https=replace(before.https, body_limit=7000))
    bodies = []
    for context in (None, serving()):
        if context is not None:
            front.take_on(after, context)
        found = front.listener.service.application.find("/")
        assert found is not None
        bodies.append(found.methods["POST"].body)
    assert bodies == [1_048_576, 7000]


async def test_it_listens_if_it_is_wanted() -> None:
    for enabled in (True, False):
        wanted = replace(settings(), https=HttpsSettings(enabled=enabled, host="127.0.0.1", port=0))
        front = HttpsFront(wanted, [])
        front.open(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        assert (front.address is not None) == enabled
        await front.drain(PATIENCE)
