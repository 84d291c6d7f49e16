"""A kiosk that knows no TLS, behind Debian's stunnel: the way self-checks reach Alma, and reach us."""

import argparse
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from certs.authority import ensure_authority
from certs.command import add_arguments, run
from certs.issue import issue_terminal
from conformance.wire.sip2 import Answer
from tests.matrix import proves
from tests.walks.conftest import end
from tests.walks.given import (
    DATE,
    STATUS,
    Conversation,
    Server,
    checkin,
    checkout,
    ended,
    free_port,
    information,
    item_information,
    login,
    payment,
    prepare,
    wait_until,
    who,
)

pytestmark = pytest.mark.needs_tool("stunnel")

Tunnel = Callable[..., Conversation]

VERSIONS = ("TLSv1.2", "TLSv1.3")
DESKS = {"foyer": "Foyer", "gate-north": "North Gate", "sorter.1": "Sorting Room"}
"""Terminals that are known by their certificates, and the desks they stand at."""

SHUT_OUT = "stolen"
"""A certificate of our authority that no terminal has any more."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with these terminals, each with a certificate of its own."""
    terminals = "\n".join(
        f'[[terminal]]\nname = "{name}"\ncertificate = "{name}"\ndesk = "{desk}"'
        for name, desk in DESKS.items()
    )
    running = Server(prepare(tmp_path_factory.mktemp("stunnel") / "state", terminals))
    try:
        yield running.start()
    finally:
        end(running)


@pytest.fixture
def stunnel(server: Server, tmp_path: Path) -> Iterator[Tunnel]:
    """Start stunnel in front of the server with these lines of a service, and call through it."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*lines: str) -> Conversation:
        port = free_port()
        service = (*lines, f"accept = 127.0.0.1:{port}", f"connect = 127.0.0.1:{server.port}")
        configuration = tmp_path / f"stunnel-{len(started)}.conf"
        configuration.write_text("\n".join(("foreground = yes", "pid =", "[circdesk]", *service)), "utf-8")
        said = configuration.with_suffix(".log")
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


@pytest.fixture
def printed(server: Server, capsys: pytest.CaptureFixture[str]) -> Callable[[str], list[str]]:
    """The service that `circdesk certs terminal` prints for a terminal; only the two addresses are ours."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)

    def lines(terminal: str) -> list[str]:
        assert run(parser.parse_args(["--state", str(server.state), "terminal", terminal])) == 0
        _, _, said = capsys.readouterr().out.partition("[circdesk]\n")
        service, _, _ = said.partition("\n\n")
        return [line for line in service.splitlines() if not line.startswith(("accept", "connect"))]

    return lines


def visit(kiosk: Conversation, patron: str, item: str, mark: str) -> None:
    """Patron, loan, return, payment, end, as a kiosk goes through them."""
    owed = kiosk.ask(information(patron)).first("BV")
    assert kiosk.ask(checkout(patron, item)).fixed["ok"] == "1"
    assert kiosk.ask(information(patron)).every("AU") == (item,)
    assert kiosk.ask(checkin(item)).first("AA") == patron
    assert kiosk.ask(payment(patron, "1.00", mark)).fixed["payment accepted"] == "Y"
    assert float(kiosk.ask(information(patron)).first("BV") or 0) == float(owed or 0) - 1
    assert kiosk.ask(f"35{DATE}{who(patron)}").fixed["end session"] == "Y"


def stands_at(kiosk: Conversation) -> str | None:
    """Where the server says that the terminal stands."""
    return kiosk.ask(STATUS).first("AN")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_plain_kiosk_does_everything_through_stunnel(server: Server, stunnel: Tunnel, version: str) -> None:
    careful = (f"CAfile = {server.authority}", "verifyChain = yes", "checkHost = localhost")
    with stunnel("client = yes", *careful, f"sslVersion = {version}") as kiosk:
        assert kiosk.ask(login()).fixed["ok"] == "1"
        visit(kiosk, "P1", "I1", version)


@proves("stunnel with a certificate per terminal", "a client certificate names the terminal")
@pytest.mark.parametrize("version", VERSIONS)
def test_each_terminal_arrives_as_itself_and_needs_no_login(
    server: Server, stunnel: Tunnel, printed: Callable[[str], list[str]], version: str, tmp_path: Path
) -> None:
    """All at the same time, by the lines that `circdesk certs terminal` prints."""
    with ExitStack() as open_ones:
        kiosks = {}
        for name in DESKS:
            lines = printed(name)
            assert "verifyChain = yes" in lines
            kiosks[name] = open_ones.enter_context(stunnel("debug = info", *lines, f"sslVersion = {version}"))
        assert {name: stands_at(kiosk) for name, kiosk in kiosks.items()} == DESKS
        for number, (name, kiosk) in enumerate(kiosks.items(), 2):
            visit(kiosk, f"P{number}", f"I{number}", f"{name}-{version}")
            assert f"terminal={name}\n" in server.log
    spoken = [log.read_text("utf-8") for log in sorted(tmp_path.glob("stunnel-*.log"))]
    assert [set(re.findall(r"TLSv1\.\d(?= ciphersuite)", log)) for log in spoken] == [{version}] * len(DESKS)


def test_what_one_terminal_did_another_cannot_take_back(
    stunnel: Tunnel, printed: Callable[[str], list[str]]
) -> None:
    """BI, each through its own tunnel: certificates keep the terminals apart in all they do."""
    undo = checkin("I9").replace("BIN|", "BIY|")
    with stunnel(*printed("foyer")) as lender, stunnel(*printed("gate-north")) as other:
        assert lender.ask(checkout("P9", "I9")).fixed["ok"] == "1"
        assert other.ask(undo).fixed["ok"] == "0"
        assert lender.ask(undo).fixed["ok"] == "1"
        assert other.ask(item_information("I9")).fixed["circulation status"] == "03"


def refused(answer: Answer) -> bool:
    """Whether an answer tells nothing of the patron."""
    return answer.first("AE") == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_that_no_terminal_has_any_more_lets_nobody_in(
    server: Server, stunnel: Tunnel, printed: Callable[[str], list[str]], version: str
) -> None:
    """A terminal is shut out by taking it out of the settings; what its machine lacks then is a login."""
    with stunnel(*printed(SHUT_OUT), f"sslVersion = {version}") as kiosk:
        assert refused(kiosk.ask(information("P1")))
        assert kiosk.ask(checkout("P1", "I20")).fixed["ok"] == "0"
    assert f"terminal={SHUT_OUT}" not in server.log


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_of_a_strange_authority_is_refused_whatever_name_is_in_it(
    server: Server, stunnel: Tunnel, version: str, tmp_path: Path
) -> None:
    forged = issue_terminal(tmp_path / "stranger", "foyer")
    before = server.log.count("terminal=foyer")
    lines = (f"cert = {forged.certificate}", f"key = {forged.key}", f"CAfile = {server.authority}")
    with stunnel("client = yes", *lines, "verifyChain = yes", f"sslVersion = {version}") as kiosk:
        kiosk.send(information("P1"))
        assert kiosk.is_over()
    wait_until(lambda: "reason=CERTIFICATE_VERIFY_FAILED" in server.log, "the log says why")
    assert server.log.count("terminal=foyer") == before


def test_stunnel_refuses_a_server_that_another_authority_vouches_for(stunnel: Tunnel, tmp_path: Path) -> None:
    stranger = ensure_authority(tmp_path / "stranger").path
    with stunnel("client = yes", f"CAfile = {stranger}", "verifyChain = yes") as kiosk:
        assert kiosk.is_over()
