"""HTTPS, whole: what clients of every kind, good and bad, meet at the door where NCIP and SRU will live."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Callable
from contextlib import ExitStack

import aiohttp
import pytest

from tests.walks.given import PATIENCE, STATUS, Server, checkout, wait_until

Make = Callable[..., Server]


def call(server: Server, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    """A TLS connection to the door of HTTPS."""
    plain = socket.create_connection((server.host, server.https_port), PATIENCE)
    return (context or server.context()).wrap_socket(plain, server_hostname=server.host)


def everything(connection: socket.socket) -> bytes:
    """What comes until the server closes."""
    said = b""
    while data := connection.recv(65_536):
        said += data
    return said


def get(path: str, *headers: str) -> bytes:
    """A request."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


def url(server: Server, path: str) -> str:
    """An address."""
    return f"https://{server.host}:{server.https_port}{path}"


@pytest.mark.needs_tool("curl")
@pytest.mark.parametrize(
    ("options", "path", "status"),
    [
        ((), "/health/live", "200"),
        (("--http1.0",), "/health/ready", "200"),
        (("--http2",), "/health/ready", "200"),
        (("--head",), "/health/ready", "200"),
        (("--compressed",), "/metrics", "200"),
        (("--path-as-is",), "/../../etc/passwd", "404"),
        (("--request", "OPTIONS"), "/health/live", "204"),
        (("--data", "x"), "/health/live", "405"),
        (("--header", "Expect: 100-continue", "--data", "x" * 2_000_000), "/view", "404"),
    ],
)
def test_curl_is_answered(server: Server, options: tuple[str, ...], path: str, status: str) -> None:
    data = options[-1] if "--data" in options else None
    words = [*options[:-1], "@-"] if data else options
    command = ["curl", "--silent", "--show-error", "--include", "--max-time", str(PATIENCE), *words]
    done = subprocess.run(
        [*command, "--cacert", str(server.authority), url(server, path)],
        input=data,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    statuses = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("HTTP/")]
    assert statuses[-1] == status
    assert "aiohttp" not in done.stdout.lower()


@pytest.mark.needs_tool("openssl")
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_is_shown_the_certificate_and_speaks_1_1(server: Server, version: str) -> None:
    where = f"{server.host}:{server.https_port}"
    command = ["timeout", str(PATIENCE), "openssl", "s_client", version, "-connect", where]
    done = subprocess.run(
        [*command, "-alpn", "h2,http/1.1", "-CAfile", str(server.authority), "-verify_return_error"],
        input=get("/health/live", "Connection: close"),
        capture_output=True,
        check=False,
    )
    assert b"ALPN protocol: http/1.1" in done.stdout
    assert b"Verification: OK" in done.stdout or b"Verify return code: 0" in done.stdout


def test_a_client_library_keeps_its_connection_over_a_reload(fresh_server: Make) -> None:
    server = fresh_server().start()

    async def visit() -> None:
        connections: list[object] = []
        trace = aiohttp.TraceConfig()

        async def connected(*told: object) -> None:
            connections.append(told)

        trace.on_connection_create_end.append(connected)
        connector = aiohttp.TCPConnector(ssl=server.context())
        async with aiohttp.ClientSession(connector=connector, trace_configs=[trace]) as session:
            for _ in range(3):
                async with session.get(url(server, "/health/ready")) as answer:
                    assert (answer.status, await answer.text()) == (200, "ready\n")
                await asyncio.to_thread(server.reload)
        assert len(connections) == 1

    asyncio.run(visit())


@pytest.mark.parametrize(
    ("said", "event"),
    [
        (get("/health/live"), "http-on-tls-port"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http-on-tls-port"),
        (b"9900802.00\r", "sip2-plain-on-tls-port"),
    ],
)
def test_without_tls_nothing_is_said_but_in_the_log(fresh_server: Make, said: bytes, event: str) -> None:
    server = fresh_server().start()
    with socket.create_connection((server.host, server.https_port), PATIENCE) as plain:
        plain.sendall(said)
        assert everything(plain) == b""
    wait_until(lambda: event in server.log, "it is told")
    assert "listener=https" in next(line for line in server.log.splitlines() if event in line)


def test_bad_clients_do_not_keep_kiosks_and_good_ones_waiting(fresh_server: Make) -> None:
    """Slow heads, garbage, half-closes, a flood, all at once: each gets its answer or its end."""
    server = fresh_server(https="head_deadline = 1.0\nrate_per_source = 20\nburst_per_source = 100").start()
    context = server.context()
    with ExitStack() as stack:
        dripping, garbage, preface, silent, gone = [
            stack.enter_context(call(server, context)) for _ in range(5)
        ]
        dripping.sendall(b"GET /health/live HTTP/1.1\r\nA: ")
        garbage.sendall(b"\x00\xff" * 2000 + b"\r\n\r\n")
        preface.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        gone.sendall(get("/health/live")[:20])
        gone.unwrap()
        flood = stack.enter_context(call(server, context))
        flood.sendall(get("/health/live") * 300)
        with server.kiosk() as kiosk:
            assert kiosk.ask(STATUS).fixed["online"] == "Y"
            assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "1"
        statuses = []
        while b" 429 " not in statuses:
            data = flood.recv(65_536)
            assert data
            statuses += [line[8:13] for line in data.splitlines() if line.startswith(b"HTTP/1.1 ")]
        for peer in (garbage, preface):
            assert everything(peer).startswith(b"HTTP/1.1 400 ")
        assert everything(dripping).startswith(b"HTTP/1.1 408 ")
        assert everything(silent) == b""
    assert "https-failed" not in server.log
    assert "Traceback" not in server.log


def test_a_stop_ends_open_connections_in_order(fresh_server: Make) -> None:
    server = fresh_server().start()
    with call(server) as idle:
        idle.sendall(get("/health/ready"))
        assert idle.recv(65_536).endswith(b"ready\n")
        server.terminate()
        assert everything(idle) == b""
    assert server.stopped() == 0
    assert "lines-cut-off" not in server.log
