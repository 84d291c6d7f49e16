"""The authority: one self-signed certificate with its key, made once and loaded ever after.

The rule it keeps: the key is the authority. `ca.pem` follows from it (its name and key identifiers are
derived from the key), so a lost `ca.pem` is made again and everything issued before still verifies.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from certs.error import CertificateError
from certs.files import certificate_directory, read_certificate, read_key, write_certificates, write_key

AUTHORITY_LIFETIME = timedelta(days=3652)  # ten years
BACKDATED = timedelta(hours=1)  # for machines whose clock is a little behind ours

NOT_FOR_SIGNING_KEYS = {"content_commitment": False, "key_encipherment": False, "data_encipherment": False}
NO_KEY_AGREEMENT = {"key_agreement": False, "encipher_only": False, "decipher_only": False}


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs: the certificate that others trust, where it lies, and the key that must not leave."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    path: Path


def ensure_authority(state_dir: Path) -> Authority:
    """Return the authority kept in `state_dir/certs`, made now if there is none.

    Raises CertificateError if its files are damaged, do not belong together, or have expired.
    """
    with certificate_directory(state_dir) as directory:
        return load_or_make(directory)


def load_or_make(directory: Path) -> Authority:
    """As ensure_authority, for a caller that already holds the directory."""
    path, key_path = directory / "ca.pem", directory / "ca.key"
    certificate, key = read_certificate(path), read_key(key_path)
    if key is None:
        if certificate is not None:
            raise CertificateError(
                f"{key_path} is missing, so nothing more can be issued: put it back from a copy, or move "
                f"{path} away and run `circdesk certs` again to found a new authority; every terminal then "
                "needs new files."
            )
        key = ec.generate_private_key(ec.SECP256R1())
        write_key(key_path, key)
    if certificate is None:
        certificate = _self_signed(key)
        write_certificates(path, certificate)
    if certificate.public_key() != key.public_key():
        raise CertificateError(
            f"{path} and {key_path} do not belong together: put the right one back from a copy, or move "
            f"{path} away and run `circdesk certs` again to have it made anew from the key."
        )
    if certificate.not_valid_after_utc <= datetime.now(UTC):
        raise CertificateError(
            f"{path} expired on {certificate.not_valid_after_utc:%Y-%m-%d}: move it away, run "
            "`circdesk certs` again, and give the new file to every machine that trusted the old one."
        )
    return Authority(certificate, key, path)


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """RFC 5280, 4.2.1: a root that may sign certificates and revocation lists, and no further authority."""
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    common_name = f"circdesk development authority {identifier.digest.hex()[:8]}"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=False, key_cert_sign=True, crl_sign=True, **NOT_FOR_SIGNING_KEYS, **NO_KEY_AGREEMENT
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .sign(key, hashes.SHA256())
    )
