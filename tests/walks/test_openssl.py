"""A TLS client that is not Python's: `openssl s_client` checks our certificate and carries SIP2."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certs.authority import ensure_authority
from certs.issue import issue_terminal
from tests.matrix import proves
from tests.walks.given import (
    CERTIFIED,
    STATUS,
    Conversation,
    Server,
    checkin,
    checkout,
    ended,
    information,
    login,
)

pytestmark = pytest.mark.needs_tool("openssl")

Client = Callable[..., Conversation]


@pytest.fixture
def s_client(server: Server) -> Iterator[Client]:
    """Start `openssl s_client` with these further arguments, its two pipes in our hand."""
    started: list[tuple[subprocess.Popen[bytes], socket.socket]] = []

    def start(*arguments: str | Path) -> Conversation:
        ours, its = socket.socketpair()
        address = f"localhost:{server.port}"
        command = ["openssl", "s_client", "-quiet", "-verify_return_error", "-verify_hostname", "localhost"]
        with its:
            process = subprocess.Popen(
                [*command, "-connect", address, "-CAfile", str(server.authority), *map(str, arguments)],
                stdin=its.fileno(),
                stdout=its.fileno(),
                stderr=subprocess.DEVNULL,
            )
        started.append((process, ours))
        return Conversation(ours)

    yield start
    for process, ours in started:
        ours.close()
        ended(process)


@proves("TLS 1.2 and 1.3 in the process")
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_trusts_our_certificate_and_a_loan_goes_through_it(s_client: Client, version: str) -> None:
    kiosk = s_client(version)
    assert kiosk.ask(login()).fixed["ok"] == "1"
    assert kiosk.ask(STATUS).fixed["online"] == "Y"
    assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "1"
    assert kiosk.ask(information("P1")).every("AU") == ("I1",)
    assert kiosk.ask(checkin("I1")).fixed["ok"] == "1"


def test_openssl_with_a_terminals_certificate_needs_no_login(server: Server, s_client: Client) -> None:
    pair = issue_terminal(server.state, CERTIFIED)
    kiosk = s_client("-cert", pair.certificate, "-key", pair.key)
    assert kiosk.ask(information("P2")).first("AA") == "P2"


def test_a_cipher_with_forward_secrecy_is_taken(s_client: Client) -> None:
    kiosk = s_client("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")
    assert kiosk.ask(login()).fixed["ok"] == "1"


@pytest.mark.parametrize("weak", ["ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "ALL:!ECDHE:@SECLEVEL=0"])
def test_ciphers_without_forward_secrecy_or_without_aead_are_refused(s_client: Client, weak: str) -> None:
    """RFC 9325, 4.2."""
    assert s_client("-tls1_2", "-cipher", weak).is_over()


def test_openssl_does_not_talk_to_whom_its_authority_does_not_vouch_for(
    s_client: Client, tmp_path: Path
) -> None:
    stranger = ensure_authority(tmp_path).path
    assert s_client("-CAfile", stranger).is_over()
