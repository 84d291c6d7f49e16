"""A kiosk that knows no TLS, behind Debian's stunnel: the way self-checks reach Alma, and reach us."""

import argparse
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from certs.authority import ensure_authority
from certs.command import add_arguments, run
from tests.walks.given import (
    CERTIFIED,
    END_SESSION,
    STATUS,
    Conversation,
    Server,
    checkin,
    checkout,
    ended,
    free_port,
    information,
    login,
    payment,
    wait_until,
)

pytestmark = pytest.mark.needs_tool("stunnel")

Tunnel = Callable[..., Conversation]


@pytest.fixture
def stunnel(server: Server, tmp_path: Path) -> Iterator[Tunnel]:
    """Start stunnel in front of the server with these lines of a service, and call through it."""
    started: list[subprocess.Popen[bytes]] = []
    said = tmp_path / "stunnel.log"

    def start(*lines: str) -> Conversation:
        port = free_port()
        service = (*lines, f"accept = 127.0.0.1:{port}", f"connect = 127.0.0.1:{server.port}")
        configuration = tmp_path / "stunnel.conf"
        configuration.write_text("\n".join(("foreground = yes", "pid =", "[circdesk]", *service)), "utf-8")
        with said.open("wb") as log:
            started.append(subprocess.Popen(["stunnel", str(configuration)], stdout=log, stderr=log))
        calls: list[socket.socket] = []

        def called() -> bool:
            assert started[-1].poll() is None, said.read_text("utf-8")
            with suppress(ConnectionRefusedError):
                calls.append(socket.create_connection(("127.0.0.1", port)))
            return bool(calls)

        wait_until(called, "stunnel accepts")
        return Conversation(calls[0])

    yield start
    for process in started:
        ended(process)


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_plain_kiosk_does_everything_through_stunnel(server: Server, stunnel: Tunnel, version: str) -> None:
    careful = (f"CAfile = {server.authority}", "verifyChain = yes", "checkHost = localhost")
    with stunnel("client = yes", *careful, f"sslVersion = {version}") as kiosk:
        assert kiosk.ask(login()).fixed["ok"] == "1"
        assert kiosk.ask(STATUS).fixed["online"] == "Y"
        owed = kiosk.ask(information("P1")).first("BV")
        assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "1"
        assert kiosk.ask(information("P1")).every("AU") == ("I1",)
        assert kiosk.ask(checkin("I1")).fixed["ok"] == "1"
        assert kiosk.ask(payment("P1", "1.00", mark=version)).fixed["payment accepted"] == "Y"
        assert float(kiosk.ask(information("P1")).first("BV") or 0) == float(owed or 0) - 1
        assert kiosk.ask(END_SESSION).fixed["end session"] == "Y"


@pytest.mark.parametrize("newest", ["TLSv1.2", "TLSv1.3"])
def test_the_lines_that_circdesk_certs_prints_make_a_terminal_known(
    server: Server, stunnel: Tunnel, newest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are a whole service; only the two addresses are ours here."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert run(parser.parse_args(["--state", str(server.state), "terminal", CERTIFIED])) == 0
    _, _, printed = capsys.readouterr().out.partition("[circdesk]\n")
    service, _, _ = printed.partition("\n\n")
    lines = [line for line in service.splitlines() if not line.startswith(("accept", "connect"))]
    assert "verifyChain = yes" in lines
    with stunnel(*lines, f"sslVersionMax = {newest}") as kiosk:
        assert kiosk.ask(information("P2")).first("AA") == "P2"
        assert kiosk.ask(checkout("P2", "I2")).fixed["ok"] == "1"
        assert kiosk.ask(checkin("I2")).fixed["ok"] == "1"


def test_stunnel_refuses_a_server_that_another_authority_vouches_for(
    server: Server, stunnel: Tunnel, tmp_path: Path
) -> None:
    stranger = ensure_authority(tmp_path / "stranger").path
    with stunnel("client = yes", f"CAfile = {stranger}", "verifyChain = yes") as kiosk:
        assert kiosk.is_over()
