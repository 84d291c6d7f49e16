"""A message of ours on its way: what it says, and that whatever meets it ends in a verdict. Over loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trustme
from msgspec.structs import replace

from core.events import NoLongerStored
from protocols.ncip.codec import read
from protocols.ncip.dialects import DIALECTS, Version
from protocols.ncip.messages import DeleteItem
from protocols.ncip.repairs import Mode
from protocols.ncip.values import SchemeValuePair
from protocols.secret import Secret
from servers.ncip.outgoing.facility import Facility
from servers.ncip.outgoing.post import LONGEST_ANSWER, HttpPost, message
from servers.ncip.outgoing.verdict import DONE, Outcome, Verdict
from tests.servers.ncip.outgoing.given import WORD, facility, gone
from tests.servers.ncip.outgoing.test_verdict import ITEM, answer, problem

DELETED = answer(f"<DeleteItemResponse>{ITEM}</DeleteItemResponse>")


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer."""
    head = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: text/xml", *headers, "", "")
    return "\r\n".join(head).encode() + body


class Peer:
    """A server that says ``says`` to whatever comes, then closes. ``heard`` is what came."""

    def __init__(self, says: bytes, silent: bool = False) -> None:
        self.heard: list[bytes] = []
        self.port = 0
        self.says = says
        self._silent = silent
        self._done = asyncio.Event()

    @asynccontextmanager
    async def serving(self, context: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
        """Listen on a free port."""
        server = await asyncio.start_server(self._arrived, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._done.set()
            server.close()

    async def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heard = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # who does not trust us goes without a word
            writer.close()
            return
        while b"</ns1:NCIPMessage>" not in heard:
            heard += await reader.read(65_536)
        self.heard.append(heard)
        if self._silent:
            await self._done.wait()
        writer.write(self.says)
        writer.close()


async def carried(peer: Peer, event: NoLongerStored | None = None, to: Facility | None = None) -> Verdict:
    """What comes of a message to this peer."""
    post = HttpPost()
    try:
        where = replace(to or facility(), url=f"http://127.0.0.1:{peer.port}/ncip?site=1")
        return await post.deliver(where, event or gone("D1"))
    finally:
        await post.close()


@pytest.mark.parametrize("version", [Version.V2_0, Version.V2_01, Version.V2_02])
def test_the_message_is_as_the_standard_has_it_in_every_version(version: Version) -> None:
    to = replace(facility(), dialect=DIALECTS[version])
    received = read(message(to, gone("D1 & <ä>")), mode=Mode.STRICT)
    assert isinstance(received.message, DeleteItem)
    assert received.message.item_id.item_identifier_value == "D1 & <ä>"
    assert (received.dialect, received.repairs) == (DIALECTS[version], ())
    assert received.header is not None
    assert received.header.application_profile_type == SchemeValuePair("DEPOT")
    assert received.header.from_agency_authentication == Secret(WORD)


def test_a_barcode_of_any_signs_is_a_message() -> None:
    """A record may hold what XML cannot."""
    assert read(message(facility(), gone("D\x001\ufffe\ud800"))).message is not None


async def test_a_facility_that_answers_well_has_been_told() -> None:
    async with Peer(http(DELETED)).serving() as peer:
        assert await carried(peer) == DONE
    (heard,) = peer.heard
    head, _, body = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /ncip?site=1 HTTP/1.1\r\n")
    assert b'\r\nContent-Type: application/xml; charset="utf-8"\r\n' in head
    assert body == message(facility(), gone("D1"))


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (http(answer(problem("Unknown Item")), "500 Oh"), "HTTP status 500"),
        (http(b"", "302 Found", "Location: http://127.0.0.1:1/"), "HTTP status 302"),
        (http(b"<html/>"), "no NCIP in the answer"),
        (http(b" " * (LONGEST_ANSWER + 1)), "too long an answer"),
        (b"", "the connection failed (ServerDisconnectedError)"),
        (b"9900802.00\r", "the connection failed (ClientResponseError)"),
        (http(DELETED)[:-9], "the connection failed (ClientPayloadError)"),
        (http(DELETED, "200 OK", "Content-Encoding: gzip"), ""),
    ],
)
async def test_whatever_comes_instead_is_tried_again_and_said_in_few_words(says: bytes, why: str) -> None:
    async with Peer(says).serving() as peer:
        verdict = await carried(peer)
    assert verdict == (Verdict(Outcome.AGAIN, why) if why else DONE)


async def test_a_charset_that_is_declared_beside_the_answer_counts() -> None:
    body = answer(f"<DeleteItemResponse>{problem('Zu spät')}</DeleteItemResponse>").decode().encode("latin-1")
    says = http(body).replace(b"text/xml", b"text/xml; charset=iso-8859-1")
    async with Peer(says).serving() as peer:
        assert (await carried(peer)).why == "Zu spät"


async def test_one_that_is_silent_has_its_time() -> None:
    async with Peer(b"", silent=True).serving() as peer:
        assert await carried(peer, to=facility(timeout=0.2)) == Verdict(
            Outcome.AGAIN, "no answer within 0.2 s"
        )


async def test_where_nobody_listens_it_says_so() -> None:
    async with Peer(b"").serving() as peer:
        pass
    verdict = await carried(peer)
    assert (verdict.outcome, verdict.why.startswith("the connection failed (")) == (Outcome.AGAIN, True)


async def test_over_tls_the_facility_must_be_who_it_is() -> None:
    authority, other = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting, mistaken = ssl.create_default_context(), ssl.create_default_context()
    authority.configure_trust(trusting)
    other.configure_trust(mistaken)
    async with Peer(http(DELETED)).serving(context) as peer:
        url = f"https://127.0.0.1:{peer.port}/"
        post = HttpPost()
        assert await post.deliver(replace(facility(url=url), tls=trusting), gone("D1")) == DONE
        verdict = await post.deliver(replace(facility(url=url), tls=mistaken), gone("D1"))
        await post.close()
    assert verdict.outcome is Outcome.AGAIN
    assert verdict.why.startswith("its certificate is refused (")
    assert len(peer.heard) == 1


@pytest.mark.parametrize("url", ["https://[::1", "https://a..b/", "https://" + "a" * 300 + "/"])
async def test_an_address_that_is_none_is_a_verdict_too(url: str) -> None:
    post = HttpPost()
    assert (await post.deliver(facility(url=url), gone("D1"))).outcome is Outcome.AGAIN
    await post.close()
