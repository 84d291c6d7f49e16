"""certs/names.py: what may be certified, and what must never reach a file name."""

import ipaddress
import socket

import pytest
from cryptography import x509

from certs.error import CertificateError
from certs.names import host_name, server_name, server_names, terminal_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("localhost", x509.DNSName("localhost")),
        ("SIP.Example.ORG.", x509.DNSName("sip.example.org")),
        ("*.example.org", x509.DNSName("*.example.org")),
        ("bücherei.example", x509.DNSName("xn--bcherei-n2a.example")),
        ("192.0.2.7", x509.IPAddress(ipaddress.ip_address("192.0.2.7"))),
        ("2001:db8::7", x509.IPAddress(ipaddress.ip_address("2001:db8::7"))),
        ("[::1]", x509.IPAddress(ipaddress.ip_address("::1"))),
    ],
)
def test_a_server_name_is_an_address_or_a_dns_name_in_a_labels(text: str, name: x509.GeneralName) -> None:
    assert server_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a b",
        "-a.example",
        "a-.example",
        "a..example",
        "300.1.1.1",
        "a.*.example",
        "x" * 64,
        "a/b",
        "fe80::1%eth0",
        "https://a.example",
        "a.example:6443",
        ".".join(["abcdefgh"] * 30),
    ],
)
def test_what_clients_cannot_dial_is_refused(text: str) -> None:
    with pytest.raises(CertificateError):
        server_name(text)


def test_every_server_answers_to_its_usual_names_and_to_each_name_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Desk-1")
    names = [str(name.value) for name in server_names(["sip.example.org", "localhost"])]
    assert names == ["sip.example.org", "localhost", "desk-1", "127.0.0.1", "::1"]


@pytest.mark.parametrize("system_name", ["", "under the stairs", "-"])
def test_a_machine_without_a_proper_name_is_localhost(
    monkeypatch: pytest.MonkeyPatch, system_name: str
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: system_name)
    assert host_name() == "localhost"


@pytest.mark.parametrize("text", ["kiosk-1", "Kiosk_2", "3", "main.floor-2.kiosk", "_x", "k" * 63])
def test_a_terminal_may_be_called(text: str) -> None:
    assert terminal_name(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "../ca",
        "a/b",
        "a\\b",
        ".hidden",
        "-rf",
        "a..b",
        "a.",
        "a b",
        "a\n",
        "a\0b",
        "kiösk",
        "k" * 64,
        "ca",
        "CA",
        "server",
        "Server",
    ],
)
def test_a_terminal_must_not_be_called(text: str) -> None:
    with pytest.raises(CertificateError):
        terminal_name(text)
