"""PEM files on disk. Each is replaced whole or not at all, and a key is born with mode 0600."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from certs.error import CertificateError

PRIVATE = 0o600
PUBLIC = 0o644


@contextmanager
def certificate_directory(state_dir: Path) -> Iterator[Path]:
    """Yield `state_dir/certs`, made if need be, locked against every other process that issues there."""
    directory = state_dir / "certs"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise CertificateError(
            f"{directory} cannot be used ({error.strerror}): choose another --state."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield directory
    finally:
        os.close(lock)


def write_certificates(path: Path, *certificates: x509.Certificate) -> None:
    """Replace `path` by these certificates, in this order."""
    _replace(path, b"".join(each.public_bytes(Encoding.PEM) for each in certificates), PUBLIC)


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Replace `path` by this key, unencrypted, for its owner alone."""
    _replace(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), PRIVATE)


def read_certificate(path: Path) -> x509.Certificate | None:
    """Return the first certificate in `path`, None if there is no such file.

    Raises CertificateError if the file holds anything else.
    """
    pem = _read(path)
    if pem is None:
        return None
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise CertificateError(f"{path} is damaged: {_REPAIR}") from error


def read_key(path: Path) -> ec.EllipticCurvePrivateKey | None:
    """Return the key in `path`, None if there is no such file.

    Raises CertificateError if the file holds anything but an unencrypted elliptic-curve key, or if others
    than its owner may open it.
    """
    pem = _read(path)
    if pem is None:
        return None
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise CertificateError(
            f"{path} is open to others (mode {mode:04o}): close it with `chmod 600 {path}`."
        )
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateError(f"{path} is damaged or encrypted: {_REPAIR}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CertificateError(f"{path} is not one of the authority's keys: {_REPAIR}")
    return key


_REPAIR = (
    "put the file back from a copy, or move it away and run `circdesk certs` again to have a new one made."
)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CertificateError(
            f"{path} cannot be read ({error.strerror}): give its owner the right to."
        ) from error


def _replace(path: Path, content: bytes, mode: int) -> None:
    """Write a neighbour of `path` that nobody else knows of, then rename it into place."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CertificateError(
            f"{path} cannot be written ({error.strerror}): see to the directory."
        ) from error
