"""Files that change under a running server: what is broken changes nothing, and nobody is disconnected."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from certs.issue import ensure_server
from tests.matrix import proves
from tests.walks.given import (
    PATIENCE,
    REPOSITORY,
    STATUS,
    Conversation,
    Server,
    checkout,
    login,
    wait_until,
)

Make = Callable[..., Server]

SESSIONS = 200
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@pytest.fixture
def crowd() -> Iterator[Callable[[Server], list[Conversation]]]:
    """Sessions of both versions of TLS, known by certificate and by password in turn."""
    with ExitStack() as stack:

        def connect(server: Server) -> list[Conversation]:
            contexts = [server.certified(version) for version in VERSIONS]
            for context, version in zip((server.context(), server.context()), VERSIONS, strict=True):
                context.minimum_version = context.maximum_version = version
                contexts.append(context)
            sessions = [stack.enter_context(server.call(contexts[n % 4])) for n in range(SESSIONS)]
            for number, session in enumerate(sessions):
                if number % 4 >= 2:
                    assert session.ask(login()).fixed["ok"] == "1"
            return sessions

        yield connect


def shown_certificate(server: Server) -> bytes:
    """The certificate that a new connection is shown."""
    with server.call() as conversation:
        assert isinstance(conversation.socket, ssl.SSLSocket)
        shown = conversation.socket.getpeercert(binary_form=True)
        assert shown is not None
        return shown


def all_served(sessions: list[Conversation]) -> bool:
    """Whether every session is answered on the connection that it has."""
    for session in sessions:
        session.send(STATUS)
    return all(session.answer().fixed["online"] == "Y" for session in sessions)


def new_pair(server: Server) -> None:
    """Let the authority issue the server another certificate, for another key."""
    for name in ("server.pem", "server.key"):
        (server.state / "certs" / name).unlink()
    ensure_server(server.state)


@proves("certificates reload without dropping a session")
def test_200_sessions_are_held_while_the_certificate_is_renewed_and_broken(
    fresh_server: Make, crowd: Callable[[Server], list[Conversation]]
) -> None:
    """New connections are shown the new certificate; a broken one is refused, and the old one goes on."""
    server = fresh_server(watch_certificates=0).start()
    sessions = crowd(server)
    assert all_served(sessions)
    before = shown_certificate(server)

    new_pair(server)
    server.reload()
    renewed = shown_certificate(server)
    assert renewed != before
    assert all_served(sessions)

    key = server.state / "certs" / "server.key"
    whole = key.read_text("ascii")
    key.write_text(whole[: len(whole) // 2], "ascii")
    server.reload()
    assert "reload-refused" in server.log
    assert shown_certificate(server) == renewed
    assert all_served(sessions)

    key.write_text(whole, "ascii")
    for _ in range(5):
        server.reload()
    assert shown_certificate(server) == renewed
    assert all_served(sessions)
    assert "sip2-ended" not in server.log


def test_what_a_ticket_of_before_stood_for_is_proved_anew(fresh_server: Make) -> None:
    """A session resumes until the next reload: another authority may be asked for then."""
    server = fresh_server().start()
    context = server.certified(ssl.TLSVersion.TLSv1_2)

    def resumed(session: ssl.SSLSession) -> bool | None:
        with context.wrap_socket(server.plain(), server_hostname=server.host, session=session) as again:
            return again.session_reused

    with server.call(context) as kiosk:
        assert isinstance(kiosk.socket, ssl.SSLSocket)
        session = kiosk.socket.session
        assert session is not None
    assert resumed(session)
    server.reload()
    assert not resumed(session)


@proves("certificates reload without dropping a session")
def test_files_that_change_are_taken_on_by_themselves(fresh_server: Make) -> None:
    server = fresh_server(watch_certificates=0.2).start()
    with server.kiosk() as kiosk:
        before = shown_certificate(server)
        new_pair(server)
        wait_until(lambda: shown_certificate(server) != before, "the new certificate is served")
        assert kiosk.ask(STATUS).fixed["online"] == "Y"


def circdesk(server: Server, *words: str) -> tuple[int, str]:
    """Run a command on the server's state directory; returns its status and all that it said."""
    done = subprocess.run(
        [sys.executable, "-m", "servers.cli", *words, "--state", str(server.state)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def rewrite(server: Server, pattern: str, by: str) -> None:
    """Change the configuration."""
    path = server.state / "circdesk.toml"
    text, count = re.subn(pattern, by, path.read_text("utf-8"))
    assert count == 1, pattern
    path.write_text(text, "utf-8")


@proves("configuration reloads without dropping a session")
@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_a_reload_reaches_rules_and_terminals_and_tells_all_mistakes_at_once(
    fresh_server: Make, loop: str
) -> None:
    server = fresh_server().start("--loop", loop)
    with server.kiosk() as kiosk, server.call(server.certified()) as certified:
        assert certified.ask(STATUS).fixed["checkout ok"] == "Y"
        rewrite(server, 'certificate = "kiosk-2"', 'certificate = "kiosk-2"\ncheckout = false')
        rewrite(server, "loans = 50", "loans = 0")
        status, said = circdesk(server, "reload")
        assert (status, said.startswith("Reloaded: 2 terminals.")) == (0, True)
        assert certified.ask(STATUS).fixed["checkout ok"] == "N"
        assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "0"

        rewrite(server, "loans = 0", "loans = -1")
        rewrite(server, 'user = "kiosk"', 'user = "kiosk"\ncolour = "red"')
        status, said = circdesk(server, "reload")
        assert status == 1
        assert [
            line.partition("circdesk.toml:")[2].split(":")[0].isdecimal() for line in said.splitlines()
        ] == [
            True,
            True,
        ]
        assert server.log.count("reload-refused") == 2
        assert kiosk.ask(STATUS).fixed["online"] == "Y"

        rewrite(server, "loans = -1", "loans = 50")
        rewrite(server, 'colour = "red"', "")
        rewrite(server, 'certificate = "kiosk-2"', 'certificate = "kiosk-3"')
        assert circdesk(server, "reload")[0] == 0
        assert certified.is_over()
        assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "1"


@proves("a live board of terminals")
def test_the_board_shows_who_is_there(fresh_server: Make) -> None:
    server = fresh_server().start()
    with server.kiosk() as kiosk:
        kiosk.ask(STATUS)
        status, said = circdesk(server, "terminals", "--once")
        assert status == 0
        assert "1 of 2 terminals connected" in said
        assert re.search("● kiosk-1 +│ 127.0.0.1 ", said), said
        status, said = circdesk(server, "terminals", "--suggest", "kiosk-1")
        assert (status, "# kiosk-1, from 1 messages." in said) == (0, True)


@proves("draining answers 98 offline")
def test_with_many_kiosks_at_work_a_stop_answers_each_of_them_offline_or_to_the_end(
    fresh_server: Make, crowd: Callable[[Server], list[Conversation]]
) -> None:
    """Each gets whole answers only, the last of them 98 offline or what it had asked before; then its end."""
    server = fresh_server().start()
    sessions = crowd(server)
    for number, session in enumerate(sessions):
        session.socket.sendall(
            b"".join(session.sealed(checkout(f"P{number % 12 + 1}", f"I{item}")) for item in range(1, 9))
        )
    server.terminate()
    answers = [everything(session) for session in sessions]
    assert server.stopped() == 0
    for heard in answers:
        assert all(line[:2] in (b"12", b"98") for line in heard)
        online = [line[:2] == b"12" for line in heard]
        assert online == sorted(online, reverse=True), "nothing is done after the first 98"
        assert all(line.startswith(b"98N") for line in heard if line[:2] == b"98")


def everything(session: Conversation) -> list[bytes]:
    """The whole answers until the server closes."""
    said = b""
    with suppress(ConnectionResetError, ssl.SSLEOFError):
        while data := session.socket.recv(65536):
            said += data
    *whole, rest = said.split(b"\r")
    assert rest == b"", "no half answer"
    return whole
