"""The door of HTTPS: who may come in, what changes while they are in, and how it ends."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any

import pytest
from msgspec.structs import replace

from servers.configuration.settings import HttpsSettings
from servers.http.application import Application
from servers.http.listener import door, limits
from servers.lines.accept import Door, Entry
from servers.lines.addresses import networks
from servers.lines.limits import Limits
from tests.servers.http.given import PATIENCE, Scene, asked, everything, reply, serving, until

Play = Callable[..., None]
Log = list[MutableMapping[str, Any]]


def test_every_limit_of_the_settings_reaches_the_connections() -> None:
    settings = HttpsSettings(
        connections=1, connections_per_source=2, handshakes=3, handshakes_per_source=4, handshake_timeout=5.0
    )
    assert limits(settings) == Limits(1, 2, 3, 4, 5.0)


def test_there_is_one_door_and_it_is_of_tls() -> None:
    settings = HttpsSettings(host="192.0.2.1", port=7, proxy_from=("10.0.0.1",))
    assert door(settings) == Door("192.0.2.1", 7, Entry.TLS, (), networks(["10.0.0.1"]))


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
            writer.write(asked("/echo", close=False))
            assert (await reply(reader)).status == 200
            before = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            settings = replace(
                scene.https, line_limit=256, connections=7, connections_per_source=6, handshakes=5
            )
            scene.listener.take_on(settings, Application([]), serving())
            writer.write(asked("/echo", close=False))
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
            await scene.listener.drain(PATIENCE)
            assert await everything(reader) == b""
            with pytest.raises(ConnectionError):
                await scene.client()

        play(act)
        assert log == []

    def test_who_does_not_finish_in_time_is_cut_off_and_told_in_the_log(self, play: Play, log: Log) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked("/wait"))
            await scene.place.waiting.wait()
            await scene.listener.drain(0.01)
            assert scene.listener.service.in_work == {}
            assert await everything(reader) == b""

        play(act)
        assert ("lines-cut-off", "https", 1) in [
            (line["event"], line.get("listener"), line.get("lines")) for line in log
        ]

    def test_a_handshake_that_ends_too_late_is_not_taken_in(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            scene.listener.service.draining = True
            reader, _ = await scene.client()
            with suppress(ConnectionError):
                assert await everything(reader) == b""
            assert not scene.listener.lines

        play(act)
