"""What the authority issues: the server's pair and a pair for each terminal.

The rule it keeps: what is still good stays. A pair is renewed when it is about to expire, lacks a name, or
was issued by another authority; it then keeps its key, so that one rename renews it and no reader ever sees a
certificate beside a key that is not its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certs.authority import BACKDATED, NO_KEY_AGREEMENT, NOT_FOR_SIGNING_KEYS, Authority, load_or_make
from certs.files import certificate_directory, read_certificate, read_key, write_certificates, write_key
from certs.names import ServerName, server_names, terminal_name

LEAF_LIFETIME = timedelta(days=397)  # with the backdated hour below the 398 days that browsers accept
RENEWED_BEFORE = timedelta(days=30)  # what must be left for a pair to count as good

_LONGEST_COMMON_NAME = 64  # ub-common-name, RFC 5280, A.1


class Pair(NamedTuple):
    """Where a certificate lies, and where its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class _Order:
    common_name: str
    names: tuple[x509.GeneralName, ...]
    purpose: x509.ObjectIdentifier


def ensure_server(state_dir: Path, names: Sequence[str] = ()) -> Pair:
    """Return the server's pair, made out at least to `names`, localhost, this machine's name and loopback.

    `server.pem` is the server's certificate followed by the authority's. Names it was once made out to stay.
    Raises CertificateError for an impossible name or damaged files.
    """
    wanted = server_names(names)
    with certificate_directory(state_dir) as directory:
        authority = load_or_make(directory)
        pair = Pair(directory / "server.pem", directory / "server.key")
        present = read_certificate(pair.certificate)
        kept = [name for name in _alternative_names(present) if name not in wanted] if present else []
        order = _Order(_common_name(wanted[0]), (*wanted, *kept), ExtendedKeyUsageOID.SERVER_AUTH)
        return _ensure(pair, order, authority, present, sends=(authority.certificate,))


def issue_terminal(state_dir: Path, name: str) -> Pair:
    """Return the pair of the terminal `name`: client authentication, with the name as CN and as DNS name.

    A pair that is still good is returned as it is: its fingerprint may be relied on.
    Raises CertificateError for an impossible name or damaged files.
    """
    stem = terminal_name(name)
    order = _Order(stem, (x509.DNSName(stem),), ExtendedKeyUsageOID.CLIENT_AUTH)
    with certificate_directory(state_dir) as directory:
        authority = load_or_make(directory)
        pair = Pair(directory / f"{stem}.pem", directory / f"{stem}.key")
        return _ensure(pair, order, authority, read_certificate(pair.certificate))


def _ensure(
    pair: Pair,
    order: _Order,
    authority: Authority,
    present: x509.Certificate | None,
    sends: tuple[x509.Certificate, ...] = (),
) -> Pair:
    key = read_key(pair.key)
    if present is not None and key is not None and _is_good(present, key, order, authority):
        return pair
    if key is None:
        key = ec.generate_private_key(ec.SECP256R1())
        write_key(pair.key, key)
    write_certificates(pair.certificate, _issued(key.public_key(), order, authority), *sends)
    return pair


def _is_good(
    certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, order: _Order, authority: Authority
) -> bool:
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return (
        certificate.public_key() == key.public_key()
        and order.purpose in _purposes(certificate)
        and certificate.not_valid_after_utc - datetime.now(UTC) >= RENEWED_BEFORE
        and set(order.names) <= set(_alternative_names(certificate))
    )


def _issued(key: ec.EllipticCurvePublicKey, order: _Order, authority: Authority) -> x509.Certificate:
    """RFC 5280, 4.2.1: an end entity for one purpose, which cannot outlive the authority."""
    now = datetime.now(UTC)
    issuer = authority.certificate
    issuer_identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=False,
        crl_sign=False,
        **NOT_FOR_SIGNING_KEYS,
        **NO_KEY_AGREEMENT,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, order.common_name)]))
        .issuer_name(issuer.subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(now - BACKDATED, issuer.not_valid_before_utc))
        .not_valid_after(min(now + LEAF_LIFETIME, issuer.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([order.purpose]), critical=False)
        .add_extension(x509.SubjectAlternativeName(order.names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_identifier), critical=False
        )
        .sign(authority.key, hashes.SHA256())
    )


def _alternative_names(certificate: x509.Certificate) -> tuple[x509.GeneralName, ...]:
    try:
        return tuple(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return ()


def _purposes(certificate: x509.Certificate) -> tuple[x509.ObjectIdentifier, ...]:
    try:
        return tuple(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return ()


def _common_name(first: ServerName) -> str:
    """Clients read the alternative names (RFC 9525, 2); a long first name leaves this for people only."""
    text = str(first.value)
    return text if len(text) <= _LONGEST_COMMON_NAME else "circdesk server"
