"""Behind Debian's HAProxy: the PROXY protocol, version 2, before TLS of ours and after TLS of its own."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.matrix import proves
from tests.walks.given import (
    CERTIFIED,
    PATIENCE,
    STATUS,
    Conversation,
    Server,
    checkin,
    checkout,
    ended,
    free_port,
    login,
    wait_until,
)

pytestmark = pytest.mark.needs_tool("haproxy")

Make = Callable[..., Server]

COMMON = """
global
    maxconn 100
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend kiosks
    bind 127.0.0.1:{port} {bind}
    default_backend circdesk
backend circdesk
    server one 127.0.0.1:{to} check inter 100ms {options}
"""


@pytest.fixture
def haproxy(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Start HAProxy before a port; returns its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start(to: int, options: str, bind: str = "") -> int:
        port = free_port()
        configuration = tmp_path / "haproxy.cfg"
        configuration.write_text(COMMON.format(port=port, bind=bind, to=to, options=options), "utf-8")
        said = tmp_path / "haproxy.log"
        with said.open("wb") as log:
            started.append(subprocess.Popen(["haproxy", "-f", str(configuration)], stdout=log, stderr=log))

        def accepts() -> bool:
            assert started[-1].poll() is None, said.read_text("utf-8")
            with suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port)).close()
                return True
            return False

        wait_until(accepts, "HAProxy accepts")
        return port

    yield start
    for process in started:
        ended(process)


def through(port: int, context: ssl.SSLContext, source: str) -> Conversation:
    """A conversation over TLS through the balancer, from an address of this machine."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE, source_address=(source, 0))
    return Conversation(context.wrap_socket(connection, server_hostname="localhost"))


@proves("PROXY protocol")
def test_the_kiosk_s_own_address_and_certificate_pass_the_balancer(
    fresh_server: Make, haproxy: Callable[..., int]
) -> None:
    """It passes TLS on as it is; its checks of our health are no news."""
    server = fresh_server(proxy_from=["127.0.0.1"]).start()
    port = haproxy(server.port, "send-proxy-v2")
    with (
        through(port, server.context(), "127.0.0.7") as kiosk,
        through(port, server.certified(), "127.0.0.8") as certified,
    ):
        assert kiosk.ask(login()).fixed["ok"] == "1"
        assert certified.ask(checkout("P1", "I1")).fixed["ok"] == "1"
        assert kiosk.ask(checkin("I1")).fixed["ok"] == "1"
        logins = [line for line in server.log.splitlines() if "sip2-login" in line]
        assert [line.partition("peer=")[2].split()[0] for line in logins] == ["127.0.0.8", "127.0.0.7"]
    wait_until(lambda: server.log.count("peer-left") >= 2, "HAProxy checks")
    assert [line for line in server.log.splitlines() if "peer-left" in line and "debug" not in line] == []


@proves("limits per source and in all")
def test_each_kiosk_behind_it_has_limits_of_its_own(fresh_server: Make, haproxy: Callable[..., int]) -> None:
    server = fresh_server(proxy_from=["127.0.0.1"], connections_per_source=1).start()
    port = haproxy(server.port, "send-proxy-v2")
    with (
        through(port, server.context(), "127.0.0.7") as first,
        through(port, server.context(), "127.0.0.8") as second,
    ):
        assert first.ask(STATUS).fixed["online"] == "Y"
        assert second.ask(STATUS).fixed["online"] == "Y"
        with pytest.raises((ssl.SSLError, ConnectionError)):
            through(port, server.context(), "127.0.0.7")
    (refused,) = [line for line in server.log.splitlines() if "line-refused" in line]
    assert "peer=127.0.0.7" in refused


def test_where_it_ends_tls_the_certificate_that_it_verified_is_believed(
    fresh_server: Make, haproxy: Callable[..., int], tmp_path: Path
) -> None:
    """And its checksum (CRC32c) is right."""
    server = fresh_server(proxy_from=["127.0.0.1"], **{"plain.port": free_port()}).start()
    certs, pair = server.state / "certs", tmp_path / "pair.pem"
    pair.write_bytes((certs / "server.pem").read_bytes() + (certs / "server.key").read_bytes())
    port = haproxy(
        server.plain_port,
        "send-proxy-v2-ssl-cn proxy-v2-options crc32c,unique-id",
        f"ssl crt {pair} ca-file {certs / 'ca.pem'} verify optional",
    )
    with (
        through(port, server.certified(), "127.0.0.8") as certified,
        through(port, server.context(), "127.0.0.7") as stranger,
    ):
        assert certified.ask(checkout("P1", "I1")).fixed["ok"] == "1"
        assert stranger.ask(checkout("P1", "I2")).fixed["ok"] == "0"
    (known,) = [line for line in server.log.splitlines() if "sip2-login" in line]
    assert "peer=127.0.0.8" in known
    assert f"terminal={CERTIFIED}" in known


def test_without_a_header_nobody_comes_from_the_balancer_and_with_one_nobody_else(
    fresh_server: Make, haproxy: Callable[..., int]
) -> None:
    server = fresh_server(proxy_from=["127.0.0.9"]).start()
    port = haproxy(server.port, "send-proxy-v2")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        through(port, server.context(), "127.0.0.7")
    assert "proxy-header-unexpected" in server.log
    with pytest.raises((ssl.SSLError, ConnectionError)):
        through(server.port, server.context(), "127.0.0.9")
    assert "proxy-header-refused" in server.log
