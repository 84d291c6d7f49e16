"""How a tool reaches a server: what stands in the way is one sentence that says what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from certs.issue import issue_terminal
from servers.calling import ClientProblem, connected, secured, trusting


def test_a_connection_has_a_deadline() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        connected("127.0.0.1", listening.getsockname()[1], 7.0) as line,
    ):
        assert line.gettimeout() == 7.0


def test_where_nobody_listens_is_a_sentence() -> None:
    with pytest.raises(ClientProblem, match=r"nobody answers at .* start the server, or name another one"):
        connected("127.0.0.1", 1, 1.0)


def test_a_certificate_is_shown_with_its_key(tmp_path: Path) -> None:
    issue_terminal(tmp_path, "kiosk-1")
    folder = tmp_path / "certs"
    trusting(folder / "ca.pem", folder / "kiosk-1.pem", folder / "kiosk-1.key")
    with pytest.raises(ClientProblem, match=r"kiosk-1\.pem and .*ca\.pem cannot be used"):
        trusting(folder / "ca.pem", folder / "kiosk-1.pem", folder / "ca.pem")


@pytest.mark.parametrize("content", [None, "no PEM"])
def test_an_authority_that_is_none_is_a_sentence(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ClientProblem, match="holds no authority"):
        trusting(file, None, None)


def test_a_line_without_tls_is_closed(tmp_path: Path) -> None:
    here, there = socket.socketpair()
    here.settimeout(0.05)
    with there, pytest.raises(ClientProblem, match="no TLS with desk:7"):
        secured(here, trusting(None, None, None), "desk", 7)
    assert here.fileno() == -1
