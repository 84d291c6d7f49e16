"""TLS as every listener speaks it: one context from one pair of files, and who the peer proved to be.

The rule it keeps: what cannot serve is refused before it replaces what does. A context is returned whole
or not at all, and the TlsProblem raised instead says which file to see to.
"""

import ssl
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

TLS12_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # RFC 9325, 4.2; every suite of TLS 1.3 is of this kind


class TlsProblem(Exception):
    """A certificate, a key or an authority that cannot be used, in a sentence that says what to do."""


class PeerIdentity(msgspec.Struct, frozen=True):
    """What a verified client certificate says of its owner.

    `common_name` is None unless there is exactly one, so that nobody is known by the more convenient of two;
    `dns_names` are in lower case; `fingerprint` is SHA-256 over the whole certificate, in lower-case hex.
    """

    common_name: str | None
    dns_names: tuple[str, ...]
    fingerprint: str


def server_context(
    cert: Path, key: Path, client_ca: Path | None = None, require_client: bool = False
) -> ssl.SSLContext:
    """Return a context that serves `cert` (a PEM chain, the server's own first) with `key`.

    Without `client_ca` no client is asked for a certificate. With it, a client may show one that it issued;
    with `require_client` it must, and the handshake fails otherwise. Raises TlsProblem if a file is missing
    or damaged, the two do not belong together, or the certificate is not valid today.
    """
    if require_client and client_ca is None:
        raise TlsProblem(
            "Client certificates are required, but no authority is named that issues them: name one."
        )
    _check_pair(cert, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(TLS12_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    # One ticket is enough to resume by. The client keeps its state (RFC 8446, 4.6.1), not our memory.
    context.num_tickets = 1
    try:
        context.load_cert_chain(cert, key)
    except ssl.SSLError as error:
        raise TlsProblem(f"OpenSSL refuses {cert} ({error.reason}): have a stronger one issued.") from error
    if client_ca is not None:
        _trust(context, client_ca)
        context.verify_mode = ssl.CERT_REQUIRED if require_client else ssl.CERT_OPTIONAL
    return context


def peer_identity(connection: ssl.SSLObject | ssl.SSLSocket) -> PeerIdentity | None:
    """Return who the peer of a finished handshake is, None if it showed no certificate.

    Only a context that verifies asks for one, so what is returned has been verified. Raises TlsProblem for a
    certificate that OpenSSL let pass though its names cannot be read.
    """
    der = connection.getpeercert(binary_form=True)
    if der is None:
        return None
    try:
        certificate = x509.load_der_x509_certificate(der)
        common_names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        dns_names = _dns_names(certificate)
    except ValueError as error:
        raise TlsProblem(
            "The peer's certificate has names that cannot be read: have it issued anew."
        ) from error
    return PeerIdentity(
        common_name=str(common_names[0].value) if len(common_names) == 1 else None,
        dns_names=tuple(name.lower() for name in dns_names),
        fingerprint=sha256(der).hexdigest(),
    )


def expiry(cert: Path) -> datetime:
    """Return when the first certificate in `cert` expires.

    The rest of the chain does not count: clients find other ways round an intermediate that has expired.
    Raises TlsProblem if the file cannot be read.
    """
    return _certificate(cert).not_valid_after_utc


def _check_pair(cert: Path, key: Path) -> None:
    certificate, now = _certificate(cert), datetime.now(UTC)
    if _key(key).public_key() != certificate.public_key():
        raise TlsProblem(
            f"{cert} and {key} do not belong together: name the key the certificate was issued for."
        )
    if certificate.not_valid_after_utc <= now:
        raise TlsProblem(f"{cert} expired on {certificate.not_valid_after_utc:%Y-%m-%d}: have it renewed.")
    if certificate.not_valid_before_utc > now:
        raise TlsProblem(
            f"{cert} is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}: is the clock right?"
        )


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(_content(path))[0]
    except ValueError as error:
        raise TlsProblem(
            f"{path} holds no readable certificate: name a PEM file, the server's own first."
        ) from error


def _key(path: Path) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(_content(path), password=None)
    except TypeError as error:  # so the library says that a password is needed
        raise TlsProblem(
            f"{path} is encrypted, and a server has nobody to ask: store the key decrypted."
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TlsProblem(
            f"{path} holds no readable private key: name the certificate's key in PEM form."
        ) from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise TlsProblem(
            f"{path} does not exist: name another file, or make it with `circdesk certs`."
        ) from error
    except OSError as error:
        raise TlsProblem(
            f"{path} cannot be read ({error.strerror}): give the server the right to."
        ) from error


def _trust(context: ssl.SSLContext, client_ca: Path) -> None:
    try:
        context.load_verify_locations(cadata=_content(client_ca).decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        raise TlsProblem(
            f"{client_ca} holds no readable certificate: name the authority that issues the clients'."
        ) from error


def _dns_names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)
