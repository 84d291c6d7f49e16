"""certs/issue.py: what OpenSSL accepts, when a pair is renewed, and that a good one stays."""

import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import time_machine
from cryptography import x509
from cryptography.x509.oid import NameOID

from certs.authority import ensure_authority
from certs.error import CertificateError
from certs.issue import LEAF_LIFETIME, RENEWED_BEFORE, Pair, ensure_server, issue_terminal


def _load(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


def _names(pair: Pair) -> x509.SubjectAlternativeName:
    return _load(pair).extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def _verdict(state_dir: Path, pair: Pair, *options: str) -> str:
    """Ask `openssl verify`, in strict mode, what it thinks of the pair's certificate."""
    trust = str(state_dir / "certs" / "ca.pem")
    command = ["openssl", "verify", "-x509_strict", "-CAfile", trust, *options, str(pair.certificate)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


@pytest.mark.needs_tool("openssl")
@pytest.mark.parametrize(
    "options",
    [
        ("-purpose", "sslserver"),
        ("-verify_hostname", "sip.example.org"),
        ("-verify_hostname", "localhost"),
        ("-verify_ip", "127.0.0.1"),
        ("-verify_ip", "::1"),
    ],
)
def test_openssl_accepts_the_server_by_each_of_its_names(tmp_path: Path, options: tuple[str, str]) -> None:
    server = ensure_server(tmp_path, ["sip.example.org"])
    assert _verdict(tmp_path, server, *options) == f"{server.certificate}: OK"


@pytest.mark.needs_tool("openssl")
def test_openssl_accepts_a_terminal_as_client(tmp_path: Path) -> None:
    terminal = issue_terminal(tmp_path, "kiosk-1")
    assert _verdict(tmp_path, terminal, "-purpose", "sslclient") == f"{terminal.certificate}: OK"


@pytest.mark.needs_tool("openssl")
def test_openssl_accepts_neither_in_the_place_of_the_other(tmp_path: Path) -> None:
    assert "OK" not in _verdict(tmp_path, ensure_server(tmp_path), "-purpose", "sslclient")
    assert "OK" not in _verdict(tmp_path, issue_terminal(tmp_path, "kiosk-1"), "-purpose", "sslserver")


@pytest.mark.needs_tool("openssl")
def test_openssl_does_not_accept_what_another_authority_issued(tmp_path: Path) -> None:
    ensure_authority(tmp_path)
    assert "OK" not in _verdict(tmp_path, ensure_server(tmp_path / "other"))


def test_a_terminal_and_the_server_know_each_other_in_a_handshake(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path).path
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(*ensure_server(tmp_path, ["sip.example.org"]))
    server_context.load_verify_locations(authority)
    server_context.verify_mode = ssl.CERT_REQUIRED
    client_context = ssl.create_default_context(cafile=str(authority))
    client_context.load_cert_chain(*issue_terminal(tmp_path, "kiosk-1"))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname="sip.example.org")
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for end in (client, server, client):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    server.do_handshake()
    seen = server.getpeercert()
    assert seen is not None
    assert seen["subject"] == ((("commonName", "kiosk-1"),),)
    assert seen["subjectAltName"] == (("DNS", "kiosk-1"),)


def test_the_server_sends_its_own_certificate_and_the_authoritys(tmp_path: Path) -> None:
    server = ensure_server(tmp_path)
    chain = x509.load_pem_x509_certificates(server.certificate.read_bytes())
    assert [each.subject for each in chain] == [
        chain[0].subject,
        ensure_authority(tmp_path).certificate.subject,
    ]
    assert chain[0].subject != chain[1].subject


@pytest.mark.parametrize("name", ["server", "kiosk-1"])
def test_keys_are_for_their_owner_alone(tmp_path: Path, name: str) -> None:
    pair = ensure_server(tmp_path) if name == "server" else issue_terminal(tmp_path, name)
    assert pair == (tmp_path / "certs" / f"{name}.pem", tmp_path / "certs" / f"{name}.key")
    assert stat.S_IMODE(pair.key.stat().st_mode) == 0o600


def test_a_leaf_lasts_397_days(tmp_path: Path) -> None:
    left = _load(ensure_server(tmp_path)).not_valid_after_utc - datetime.now(UTC)
    assert timedelta(0) <= LEAF_LIFETIME - left < timedelta(minutes=5)


def test_a_leaf_does_not_outlive_the_authority(tmp_path: Path) -> None:
    end = ensure_authority(tmp_path).certificate.not_valid_after_utc
    with time_machine.travel(end - timedelta(days=100), tick=False):
        assert _load(ensure_server(tmp_path)).not_valid_after_utc == end


def test_the_first_name_asked_for_becomes_the_common_name_if_it_fits(tmp_path: Path) -> None:
    long = f"{'a' * 40}.{'b' * 40}.example"
    assert _common_name(ensure_server(tmp_path / "1", ["192.0.2.7", "sip.example.org"])) == "192.0.2.7"
    assert _common_name(ensure_server(tmp_path / "2", [long])) == "circdesk server"


def _common_name(pair: Pair) -> str | bytes:
    return _load(pair).subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


def test_a_good_pair_stays_as_it_is(tmp_path: Path) -> None:
    server, terminal = ensure_server(tmp_path, ["a.example"]), issue_terminal(tmp_path, "kiosk-1")
    before = [path.read_bytes() for path in (*server, *terminal)]
    ensure_server(tmp_path)
    ensure_server(tmp_path, ["localhost", "a.example"])
    issue_terminal(tmp_path, "kiosk-1")
    assert [path.read_bytes() for path in (*server, *terminal)] == before


def test_a_missing_name_renews_the_server_and_the_names_it_had_stay(tmp_path: Path) -> None:
    ensure_server(tmp_path, ["a.example"])
    names = _names(ensure_server(tmp_path, ["b.example", "192.0.2.7"]))
    assert {"a.example", "b.example", "localhost"} <= set(names.get_values_for_type(x509.DNSName))
    assert ip_address("192.0.2.7") in names.get_values_for_type(x509.IPAddress)


def test_a_pair_about_to_expire_is_renewed_with_its_key(tmp_path: Path) -> None:
    server = ensure_server(tmp_path)
    old, key = _load(server), server.key.read_bytes()
    with time_machine.travel(old.not_valid_after_utc - RENEWED_BEFORE, tick=False):
        assert _load(ensure_server(tmp_path)) == old
    with time_machine.travel(old.not_valid_after_utc - RENEWED_BEFORE + timedelta(seconds=1), tick=False):
        renewed = _load(ensure_server(tmp_path))
    assert renewed.not_valid_after_utc > old.not_valid_after_utc
    assert renewed.serial_number != old.serial_number
    assert server.key.read_bytes() == key


def test_a_new_authority_renews_what_the_old_one_issued(tmp_path: Path) -> None:
    old = _load(ensure_server(tmp_path, ["a.example"]))
    for name in ("ca.pem", "ca.key"):
        (tmp_path / "certs" / name).unlink()
    server = ensure_server(tmp_path)
    _load(server).verify_directly_issued_by(ensure_authority(tmp_path).certificate)
    assert _load(server) != old
    assert "a.example" in _names(server).get_values_for_type(x509.DNSName)


def test_a_lost_key_or_a_key_of_another_pair_renews_the_certificate(tmp_path: Path) -> None:
    one, other = issue_terminal(tmp_path, "one"), issue_terminal(tmp_path, "other")
    one.key.write_bytes(other.key.read_bytes())
    other.key.unlink()
    for name in ("one", "other"):
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(*issue_terminal(tmp_path, name))


def test_a_servers_certificate_does_not_pass_for_a_terminals(tmp_path: Path) -> None:
    """One copied into the other's place is replaced, whatever its names."""
    server = ensure_server(tmp_path, ["kiosk-1"])
    terminal = issue_terminal(tmp_path, "kiosk-1")
    for there, here in zip(server, terminal, strict=True):
        here.write_bytes(there.read_bytes())
    renewed = _load(issue_terminal(tmp_path, "kiosk-1"))
    assert renewed.subject.rfc4514_string() == "CN=kiosk-1"
    assert _names(terminal).get_values_for_type(x509.DNSName) == ["kiosk-1"]


def test_a_certificate_without_names_or_purpose_is_replaced(tmp_path: Path) -> None:
    """Here the authority's own pair has been copied into the server's place."""
    authority = ensure_authority(tmp_path).path
    server = Pair(tmp_path / "certs" / "server.pem", tmp_path / "certs" / "server.key")
    server.certificate.write_bytes(authority.read_bytes())
    server.key.touch(mode=0o600)
    server.key.write_bytes(authority.with_suffix(".key").read_bytes())
    assert "localhost" in _names(ensure_server(tmp_path)).get_values_for_type(x509.DNSName)


def test_an_impossible_name_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(CertificateError):
        issue_terminal(tmp_path, "../ca")
    with pytest.raises(CertificateError):
        ensure_server(tmp_path, ["not a name"])
    assert list(tmp_path.iterdir()) == []
