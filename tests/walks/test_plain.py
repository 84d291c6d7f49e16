"""SIP2 without TLS: on a port of its own, for those who may; with Debian's stunnel before it, or not."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.matrix import proves
from tests.walks.given import (
    PATIENCE,
    STATUS,
    Conversation,
    Server,
    checkin,
    checkout,
    ended,
    free_port,
    information,
    login,
    wait_until,
)

Make = Callable[..., Server]


def plain(server: Server, source: str = "127.0.0.1") -> Conversation:
    """A conversation without TLS, from an address of this machine."""
    address = ("127.0.0.1", server.plain_port)
    return Conversation(socket.create_connection(address, PATIENCE, source_address=(source, 0)))


def a_visit(kiosk: Conversation) -> None:
    """Log in, borrow, return."""
    assert kiosk.ask(login()).fixed["ok"] == "1"
    assert kiosk.ask(STATUS).fixed["online"] == "Y"
    assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "1"
    assert kiosk.ask(information("P1")).every("AU") == ("I1",)
    assert kiosk.ask(checkin("I1")).fixed["ok"] == "1"


@proves("plain SIP2 for loopback or an allow list")
def test_a_kiosk_does_everything_without_tls(fresh_server: Make) -> None:
    server = fresh_server(**{"plain.port": free_port()}).start()
    with plain(server) as kiosk:
        a_visit(kiosk)


@proves("plain SIP2 for loopback or an allow list")
def test_only_those_who_are_listed_come_in_and_the_others_are_named(fresh_server: Make) -> None:
    server = fresh_server(**{"plain.port": free_port(), "plain.allow": ["127.0.0.2"]}).start()
    with plain(server) as stranger, plain(server, "127.0.0.2") as kiosk:
        assert stranger.is_over()
        a_visit(kiosk)
    (line,) = [line for line in server.log.splitlines() if "peer-not-allowed" in line]
    assert "peer=127.0.0.1" in line


def test_beyond_this_machine_it_does_not_open_without_a_list(fresh_server: Make) -> None:
    server = fresh_server(**{"plain.port": free_port(), "plain.host": '"0.0.0.0"'})
    status, said = server.refuses_to_start("127.0.0.1:0")
    assert status == 2
    assert "sip2.plain" in said
    assert "allow" in said


def test_a_machine_that_speaks_tls_there_is_left_without_harm(fresh_server: Make) -> None:
    server = fresh_server(**{"plain.port": free_port()}).start()
    with plain(server) as lost, plain(server) as kiosk:
        lost.socket.sendall(bytes.fromhex("16030100c8010000c40303") + bytes(190) + b"\r")
        assert lost.is_over()
        a_visit(kiosk)


@pytest.fixture
def stunnel(tmp_path: Path) -> Iterator[Callable[[Server, str], int]]:
    """Start stunnel as the TLS end before the plain port, with a line of its own; returns its port."""
    started: list[subprocess.Popen[bytes]] = []

    def start(server: Server, line: str) -> int:
        port, certs = free_port(), server.state / "certs"
        configuration = tmp_path / "stunnel.conf"
        configuration.write_text(
            f"foreground = yes\npid =\n[sip2]\naccept = 127.0.0.1:{port}\n"
            f"connect = 127.0.0.1:{server.plain_port}\n{line}\n"
            f"cert = {certs / 'server.pem'}\nkey = {certs / 'server.key'}\n",
            "utf-8",
        )
        said = tmp_path / "stunnel.log"
        with said.open("wb") as log:
            started.append(subprocess.Popen(["stunnel", str(configuration)], stdout=log, stderr=log))

        def accepts() -> bool:
            assert started[-1].poll() is None, said.read_text("utf-8")
            with suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port)).close()
                return True
            return False

        wait_until(accepts, "stunnel accepts")
        return port

    yield start
    for process in started:
        ended(process)


def through(server: Server, port: int, source: str) -> Conversation:
    """A conversation over TLS through stunnel, from an address of this machine."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE, source_address=(source, 0))
    return Conversation(server.context().wrap_socket(connection, server_hostname="localhost"))


@pytest.mark.needs_tool("stunnel")
def test_stunnel_before_the_plain_port_is_a_tls_listener(
    fresh_server: Make, stunnel: Callable[[Server, str], int]
) -> None:
    server = fresh_server(**{"plain.port": free_port()}).start()
    with through(server, stunnel(server, ""), "127.0.0.7") as kiosk:
        a_visit(kiosk)
    wait_until(lambda: "sip2-ended" in server.log, "the kiosk has left")
    assert "sip2-login" in server.log
    assert "peer=127.0.0.7" not in server.log, "whom stunnel serves is not told"


@pytest.mark.needs_tool("stunnel")
def test_stunnel_with_the_proxy_protocol_tells_for_whom_it_calls(
    fresh_server: Make, stunnel: Callable[[Server, str], int]
) -> None:
    """Version 1. Whom it serves is counted, logged and looked up in the list, and not stunnel itself."""
    server = fresh_server(
        **{"plain.port": free_port(), "plain.allow": ["127.0.0.7"], "proxy_from": ["127.0.0.1"]}
    ).start()
    port = stunnel(server, "protocol = proxy")
    with through(server, port, "127.0.0.7") as kiosk, through(server, port, "127.0.0.8") as stranger:
        a_visit(kiosk)
        assert stranger.is_over()
    (allowed,) = [line for line in server.log.splitlines() if "sip2-login" in line]
    assert "peer=127.0.0.7" in allowed
    (refused,) = [line for line in server.log.splitlines() if "peer-not-allowed" in line]
    assert "peer=127.0.0.8" in refused
