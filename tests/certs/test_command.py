"""certs/command.py: what it prints is true, and can be pasted as it stands."""

import argparse
import socket
import ssl
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509

from certs.authority import ensure_authority
from certs.command import add_arguments, run
from certs.issue import ensure_server
from certs.names import host_name


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(words))


def test_it_makes_the_authority_and_the_servers_pair_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("--state", str(tmp_path), "--name", "a.example", "--name", "192.0.2.7") == 0
    said = capsys.readouterr().out
    for name in ("ca.pem", "server.pem", "server.key"):
        path = tmp_path / "certs" / name
        assert str(path) in said
        assert path.exists()
    assert "for a.example, 192.0.2.7, localhost" in said


def test_without_words_it_works_in_the_directory_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run() == 0
    assert str(tmp_path / "state" / "certs" / "ca.pem") in capsys.readouterr().out


@pytest.mark.parametrize("order", ["--state {} terminal kiosk-1", "terminal kiosk-1 --state {}"])
def test_the_state_directory_may_be_named_before_or_after_the_terminal(tmp_path: Path, order: str) -> None:
    assert _run(*order.format(tmp_path).split()) == 0
    assert (tmp_path / "certs" / "kiosk-1.pem").exists()


def test_a_problem_is_one_sentence_on_standard_error_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("terminal", "../kiosk", "--state", str(tmp_path)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("'../kiosk' cannot name a terminal")


@pytest.mark.needs_tool("stunnel")
def test_the_stunnel_lines_bring_a_plain_terminal_to_the_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("terminal", "kiosk-1", "--state", str(tmp_path)) == 0
    said = capsys.readouterr().out
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as server,
        closing(socket.create_server(("127.0.0.1", 0))) as accept,
    ):
        ports = {"6443": server.getsockname()[1], "6001": accept.getsockname()[1]}
        accept.close()  # stunnel takes the port over
        service = said[said.index("[circdesk]") : said.index("sslVersionMin")]
        service = service.replace(f"connect = {host_name()}:6443", f"connect = 127.0.0.1:{ports['6443']}")
        service = service.replace("127.0.0.1:6001", f"127.0.0.1:{ports['6001']}")
        configuration = tmp_path / "stunnel.conf"
        configuration.write_text(f"foreground = yes\nsyslog = no\npid =\n{service}")
        seen: list[bytes] = []
        answering = threading.Thread(target=_answer_once, args=(server, tmp_path, seen))
        answering.start()
        with subprocess.Popen(["stunnel", str(configuration)], stderr=subprocess.PIPE, text=True) as stunnel:
            try:
                assert stunnel.stderr is not None
                assert any("Configuration successful" in line for line in stunnel.stderr)
                with socket.create_connection(("127.0.0.1", ports["6001"]), timeout=10) as kiosk:
                    kiosk.sendall(b"9900302.00\r")
                    assert kiosk.recv(100) == b"98\r"
            finally:
                stunnel.terminate()
        answering.join()
    certificate = x509.load_der_x509_certificate(seen[0])
    assert certificate.subject.rfc4514_string() == "CN=kiosk-1"
    assert seen[1] == b"9900302.00\r"


def _answer_once(listening: socket.socket, state_dir: Path, seen: list[bytes]) -> None:
    """Accept one connection that shows a client certificate; keep the certificate and the first bytes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*ensure_server(state_dir))
    context.load_verify_locations(ensure_authority(state_dir).path)
    context.verify_mode = ssl.CERT_REQUIRED
    listening.settimeout(10)
    connection, _ = listening.accept()
    with context.wrap_socket(connection, server_side=True) as secured:
        seen += [secured.getpeercert(binary_form=True) or b"", secured.recv(100)]
        secured.sendall(b"98\r")
