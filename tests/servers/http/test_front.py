"""The HTTPS side as a whole: whose files it serves, its door and who may come in, what changes while they are
in, and how it ends.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import pytest
from msgspec.structs import replace

from servers.configuration.settings import HttpsSettings, PlainSettings, Settings, Sip2Settings
from servers.http.exchange import HttpAnswer, HttpRequest, Route, said
from servers.http.front import HttpsFront, doors, files_of, line_limits
from servers.http.limits import Gate, bounds_of
from servers.lines.accept import Door, Entry
from servers.lines.addresses import networks
from servers.lines.limits import Limits
from tests.fakes.served import settings
from tests.servers.http.given import PATIENCE, Scene, asked, everything, replies, reply, serving, until

Play = Callable[..., None]
Log = list[MutableMapping[str, Any]]

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
    before = replace(settings(), https=HttpsSettings(enabled=False))
    front = HttpsFront(before, [Deaf()])
    after = replace(before, https=replace(before.https, body_limit=7000))
    bodies = []
    for context in (None, serving()):
        if context is not None:
            front.take_on(after, context)
        found = front.service.application.find("/")
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


def test_every_limit_of_the_settings_reaches_the_connections() -> None:
    https = HttpsSettings(
        connections=1, connections_per_source=2, handshakes=3, handshakes_per_source=4, handshake_timeout=5.0
    )
    assert line_limits(https) == Limits(1, 2, 3, 4, 5.0)


def test_there_is_one_door_and_it_is_of_tls_unless_a_plain_one_is_asked_for() -> None:
    https = HttpsSettings(host="192.0.2.1", port=7, proxy_from=("10.0.0.1",))
    tls = Door("192.0.2.1", 7, Entry.TLS, (), networks(["10.0.0.1"]))
    assert doors(https) == (tls,)
    assert doors(replace(https, enabled=False)) == ()
    plain = PlainSettings(host="192.0.2.2", port=8, allow=("192.0.2.0/24",))
    without = Door("192.0.2.2", 8, Entry.PLAIN, networks(["192.0.2.0/24"]), networks(["10.0.0.1"]))
    assert doors(replace(https, plain=plain)) == (tls, without)
    assert doors(replace(https, plain=plain, enabled=False)) == (without,)


class TestComingIn:
    @pytest.mark.parametrize(
        ("said", "event"),
        [
            (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "http-on-tls-port"),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http-on-tls-port"),
            (b"9900802.00\r", "sip2-plain-on-tls-port"),
            (b"\0\0\0\0", "not-tls-on-tls-port"),
        ],
    )
    def test_without_tls_nothing_is_answered_and_it_is_counted(
        self, play: Play, said: bytes, event: str
    ) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await asyncio.open_connection(*scene.address)
            writer.write(said)
            assert await everything(reader) == b""
            writer.close()
            assert scene.listener.turned_away == {event: 1}

        play(act)

    def test_one_source_has_so_many_connections(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            await scene.client()
            with pytest.raises(ConnectionError):
                await scene.client()
            assert (await scene.ask("/echo", source="127.0.0.2")).status == 200
            assert scene.listener.turned_away == {"line-refused": 1}

        play(act, connections_per_source=1)

    def test_behind_a_balancer_the_peer_is_the_one_it_names(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            def visit() -> bytes:
                with socket.create_connection(scene.address, PATIENCE) as plain:
                    plain.sendall(b"PROXY TCP4 192.0.2.7 192.0.2.1 1024 8443\r\n")
                    with scene.trusting.wrap_socket(plain, server_hostname="127.0.0.1") as session:
                        session.sendall(asked("/echo"))
                        return session.recv(65_536)

            assert b"Peer: 192.0.2.7\r\n" in await asyncio.to_thread(visit)

        play(act, proxy_from=("127.0.0.1",))

    async def test_without_tls_all_is_the_same_and_whoever_speaks_tls_there_is_told(self) -> None:
        async with Scene() as scene:
            plain = scene.listener.open(Door("127.0.0.1", 0, Entry.PLAIN))
            reader, writer = await asyncio.open_connection(*plain)
            writer.write(asked("/echo"))
            (answer,) = replies(await everything(reader))
            assert (answer.status, answer.headers["peer"]) == (200, "127.0.0.1")
            assert scene.place.asked[0].identity is None
            with pytest.raises(ssl.SSLError):
                await asyncio.open_connection(*plain, ssl=scene.trusting)
            assert scene.service.answers["", 400] == 1
            writer.close()

    async def test_without_tls_only_those_who_are_listed_come_in(self) -> None:
        async with Scene() as scene:
            allowed = networks(["127.0.0.2"])
            plain = scene.listener.open(Door("127.0.0.1", 0, Entry.PLAIN, allowed))
            for source, answered in (("127.0.0.1", b""), ("127.0.0.2", b"HTTP/1.1 200 OK")):
                reader, writer = await asyncio.open_connection(*plain, local_addr=(source, 0))
                writer.write(asked("/echo"))
                assert (await everything(reader))[:15] == answered
                writer.close()
            assert scene.listener.turned_away == {"peer-not-allowed": 1}

    def test_http_1_1_is_chosen_where_the_client_lets_us_choose(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            scene.trusting.set_alpn_protocols(["h2", "http/1.1"])
            context = serving()
            context.set_alpn_protocols(["http/1.1"])
            scene.listener.tls = context
            _, writer = await scene.client()
            session: ssl.SSLObject = writer.get_extra_info("ssl_object")
            assert session.selected_alpn_protocol() == "http/1.1"

        play(act)


class TestChange:
    def test_settings_routes_and_certificates_change_and_nobody_is_dropped(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            for method in ("GET", "POST", "POST", "POST"):  # the like of a POST that came before is known
                writer.write(asked("/echo", method=method, body=b"a" * (method == "POST"), close=False))
                assert (await reply(reader)).status == 200
            before = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            settings = replace(
                scene.https, line_limit=256, connections=7, connections_per_source=6, handshakes=5
            )
            scene.place.is_open = False
            scene.front.take_on(Settings(https=settings), serving())
            for method in ("GET", "POST"):
                writer.write(asked("/echo", method=method, body=b"a" * (method == "POST"), close=False))
                assert (await reply(reader)).status == 404
            writer.write(asked("/" + "a" * 256, close=False))
            assert (await reply(reader)).status == 414
            _, later = await scene.client()
            assert later.get_extra_info("ssl_object").getpeercert(binary_form=True) != before
            seats, handshakes = scene.listener.seats, scene.listener.handshakes
            assert (seats.in_all, seats.per_source, handshakes.in_all) == (7, 6, 5)

        play(act)


class TestTheEnd:
    def test_without_work_it_ends_at_once_and_the_silent_are_closed(self, play: Play, log: Log) -> None:
        async def act(scene: Scene) -> None:
            reader, _ = await scene.client()
            await until(lambda: bool(scene.listener.lines))
            await scene.front.drain(PATIENCE)
            assert await everything(reader) == b""
            with pytest.raises(ConnectionError):
                await scene.client()

        play(act)
        assert log == []

    @pytest.mark.parametrize("path", ["/wait", "/odd"])
    def test_who_does_not_finish_in_time_is_cut_off_and_told_in_the_log(
        self, play: Play, log: Log, path: str
    ) -> None:
        """Whether a front takes its time, or the disk."""

        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked(path))
            await scene.place.waiting.wait()
            await scene.front.drain(0.01)
            assert not scene.service.in_work
            assert await everything(reader) == b""

        play(act)
        assert [(line["event"], line.get("listener"), line.get("lines")) for line in log] == [
            ("lines-cut-off", "https", 1)
        ]
