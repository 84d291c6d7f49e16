"""The PEM files of a TLS listener: which they are, whether they have changed, how long they last.

The rule it keeps: what the settings leave out is made in the state directory, and nothing else is ever made.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from certs.authority import ensure_authority
from certs.issue import ensure_server
from servers.lines.tls import expiry, server_context
from servers.log import get_logger

log = get_logger(__name__)

SOON: Final = 30
VERY_SOON: Final = 7
"""Days before its end at which a certificate is a warning, and an error, in the log."""

Seen = tuple[tuple[int, int, int] | None, ...]
"""What tells one version of some files from another: of each its inode, size and time of change."""


class NamesFiles(Protocol):
    """The settings of a listener: which files it serves, as paths; empty ones are made for it."""

    @property
    def tls_certificate(self) -> str:
        """The server's certificate chain."""
        ...

    @property
    def tls_key(self) -> str:
        """Its key."""
        ...

    @property
    def tls_client_ca(self) -> str:
        """Who issues the clients' certificates."""
        ...


class TlsFiles(NamedTuple):
    """The PEM files of a TLS listener. ``authority`` is whom clients of this server trust, None if unknown to
    us.
    """

    certificate: Path
    key: Path
    client_ca: Path
    authority: Path | None


def tls_files(settings: NamesFiles, state: Path) -> TlsFiles:
    """The files the settings name; what they leave out is made by the development authority."""
    if settings.tls_certificate and settings.tls_client_ca:
        certificate, key = Path(settings.tls_certificate), Path(settings.tls_key)
        return TlsFiles(certificate, key, Path(settings.tls_client_ca), None)
    authority = ensure_authority(state).path
    client_ca = Path(settings.tls_client_ca) if settings.tls_client_ca else authority
    if settings.tls_certificate:
        return TlsFiles(Path(settings.tls_certificate), Path(settings.tls_key), client_ca, None)
    certificate, key = ensure_server(state, ())
    return TlsFiles(certificate, key, client_ca, authority)


class ServedTls(NamedTuple):
    """A context, the files it was made of, how these looked then, and when its certificate ends."""

    files: TlsFiles
    context: ssl.SSLContext
    seen: Seen
    ends: datetime


def load(settings: NamesFiles, state: Path) -> ServedTls:
    """What the settings say to serve. Raises `TlsProblem`, `CertificateError`, OSError."""
    files = tls_files(settings, state)
    before = seen(files)
    context = server_context(files.certificate, files.key, files.client_ca)
    return ServedTls(files, context, before, expiry(files.certificate))


def seen(files: TlsFiles) -> Seen:
    """How the files that are served look now; None for one that is not there."""
    return tuple(map(_look, (files.certificate, files.key, files.client_ca)))


def _look(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def days_until(ends: datetime) -> int:
    """The whole days until then; negative afterwards."""
    return (ends - datetime.now(UTC)) // timedelta(days=1)


class Expiry:
    """Tells in the log that a certificate ends soon: once a day, or as often as another one is served."""

    def __init__(self) -> None:
        self._told: tuple[datetime, int] | None = None

    def look(self, ends: datetime) -> None:
        """Tell it if it is time."""
        days = days_until(ends)
        if days >= SOON or self._told == (ends, days):
            return
        self._told = (ends, days)
        tell = log.error if days < VERY_SOON else log.warning
        tell("certificate-ends", certificate_days=days, advice="have it renewed; it is taken on by itself")
