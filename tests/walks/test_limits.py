"""Every limit of the listener, felt from outside: who stays too long, says too much, or comes too often."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from certs.issue import issue_terminal
from tests.matrix import proves
from tests.walks.given import (
    CERTIFIED,
    PATIENCE,
    STATUS,
    Conversation,
    Server,
    information,
    item_information,
    login,
    wait_until,
)

Make = Callable[..., Server]


def test_a_connection_that_does_not_log_in_is_closed(fresh_server: Make) -> None:
    server = fresh_server(login_deadline=1).start()
    with server.call() as silent, server.kiosk() as kiosk:
        assert silent.is_over()
        assert "sip2-overdue" in server.log
        assert kiosk.ask(STATUS).fixed["online"] == "Y"


def test_a_stranger_cannot_buy_time_with_the_beginning_of_a_message(fresh_server: Make) -> None:
    server = fresh_server(login_deadline=1, message_deadline=60).start()
    with server.call() as slow:
        began = time.monotonic()
        slow.socket.sendall(b"93")
        assert slow.is_over()
        assert time.monotonic() - began < 10


def test_three_wrong_passwords_end_the_connection(server: Server) -> None:
    with server.call() as guesser:
        for number in range(3):
            assert guesser.ask(login(f"guess-{number}")).fixed["ok"] == "0"
        assert guesser.is_over()
    assert server.log.count("sip2-login-failed") == 3
    assert "guess-" not in server.log


def test_a_stranger_may_say_only_so_much(fresh_server: Make) -> None:
    server = fresh_server(login_messages=4).start()
    with server.call() as stranger:
        for _ in range(4):
            assert stranger.ask(information("P1")).first("AE") == ""
        assert stranger.is_over()


def test_a_message_that_does_not_end_ends_the_connection_however_it_drips(fresh_server: Make) -> None:
    """The time counts from its first byte; each further byte buys none."""
    server = fresh_server(message_deadline=1).start()
    with server.kiosk() as slow, server.kiosk() as idle:
        assert 1 <= seconds_of_dripping(slow) < 10
        assert idle.ask(STATUS).fixed["online"] == "Y"


def seconds_of_dripping(conversation: Conversation) -> float:
    """Send a byte every now and then until the server closes; returns how long that took."""
    began = time.monotonic()
    conversation.socket.settimeout(0.2)
    while time.monotonic() - began < PATIENCE:
        try:
            conversation.socket.sendall(b"9")
            if conversation.socket.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


def test_a_line_that_is_too_long_is_asked_for_again_and_ends_the_connection(server: Server) -> None:
    with server.kiosk() as endless:
        endless.socket.sendall(b"9" * 20_000)
        assert endless.answer().code == "96"
        assert endless.is_over()
    assert "sip2-closing" in server.log


def test_a_line_that_is_too_long_ends_a_strangers_connection(server: Server) -> None:
    with server.call() as endless:
        endless.socket.sendall(b"9" * 20_000)
        assert endless.is_over()


@proves("plain SIP2 on the TLS port is recognised")
@pytest.mark.parametrize(
    ("said", "event"),
    [
        (b"9300CNkiosk|COCanaryWordOfTheKiosk|\r", "sip2-plain-on-tls-port"),
        (b"GET / HTTP/1.0\r\n\r\n", "http-on-tls-port"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not-tls-on-tls-port"),
    ],
)
def test_plain_text_is_not_answered_and_leaves_a_line_in_the_log(
    server: Server, said: bytes, event: str
) -> None:
    with server.plain() as plain:
        plain.settimeout(20)
        plain.sendall(said)
        assert plain.recv(65536) == b""
    wait_until(lambda: event in server.log, event)
    (line,) = [line for line in server.log.splitlines() if event in line]
    assert "peer=127.0.0.1" in line
    assert "advice=" in line


def test_a_certificate_of_a_strange_authority_is_refused_and_the_log_says_why(
    server: Server, tmp_path: Path
) -> None:
    context = server.context(*issue_terminal(tmp_path / "stranger", CERTIFIED))
    with suppress(ssl.SSLError, ConnectionError), server.call(context) as stranger:
        assert stranger.is_over()
    wait_until(lambda: "tls-handshake-failed" in server.log, "the log tells")
    assert "reason=CERTIFICATE_VERIFY_FAILED" in server.log
    assert "unable to get local issuer certificate" in server.log


def test_a_handshake_that_is_not_finished_ends_the_connection(fresh_server: Make) -> None:
    server = fresh_server(handshake_timeout=1).start()
    with server.plain() as silent, server.kiosk() as kiosk:
        silent.settimeout(20)
        assert silent.recv(1) == b""
        assert kiosk.ask(STATUS).fixed["online"] == "Y"


@proves("limits per source and in all")
def test_one_address_has_only_so_many_connections(fresh_server: Make) -> None:
    """One more is closed before any TLS."""
    server = fresh_server(connections_per_source=2).start()
    with server.kiosk() as first:
        with server.kiosk():
            with pytest.raises((ssl.SSLError, ConnectionError)):
                server.call()
            assert "line-refused" in server.log
        wait_until(lambda: "sip2-ended" in server.log, "the second has left")
        with server.kiosk() as third:
            assert third.ask(STATUS).fixed["online"] == "Y"
        assert first.ask(STATUS).fixed["online"] == "Y"


@proves("back-pressure on who does not read")
def test_whoever_reads_no_answers_is_not_read_any_more(fresh_server: Make) -> None:
    """Back-pressure reaches the sender; other kiosks are served meanwhile."""
    server = fresh_server(answers_waiting=1024).start()
    with server.kiosk() as deaf, server.kiosk() as kiosk:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        question = b"".join(deaf.sealed(item_information("I1")) for _ in range(10))
        sent = 0
        deaf.socket.settimeout(1)
        with suppress(TimeoutError):
            while sent < 64 * 1024 * 1024:
                deaf.socket.sendall(question)
                sent += len(question)
        assert sent < 16 * 1024 * 1024
        assert kiosk.ask(STATUS).fixed["online"] == "Y"


def test_a_port_in_use_is_one_clear_line(server: Server, fresh_server: Make) -> None:
    status, said = fresh_server().refuses_to_start(f"127.0.0.1:{server.port}")
    assert status == 3
    (line,) = [line for line in said.splitlines() if str(server.port) in line]
    assert line.startswith(f"circdesk: 127.0.0.1:{server.port} is in use by another program; ")
    assert "Traceback" not in said


def test_a_second_server_on_the_same_records_is_one_clear_line(server: Server) -> None:
    with server.kiosk() as kiosk:
        status, said = server.refuses_to_start("127.0.0.1:0")
        assert status == 1
        assert len(said.splitlines()) == 1
        assert str(server.state / "circdesk.db") in said
        assert f"process {server.pid}" in said
        assert kiosk.ask(STATUS).fixed["online"] == "Y"
