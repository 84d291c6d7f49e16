"""Whom to talk to and what may be lent there: from a facts file, from flags, or from both; flags win."""

import ssl
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

LARGEST_POOL = 20_000  # more patrons or items than any run takes in turn


class TargetError(ValueError):
    """The target cannot be understood; the text says why."""


class Target(Struct, frozen=True):
    """A server, the credentials for it, and the barcodes that its library has for us."""

    host: str
    port: int
    tls: bool = False
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    user: str | None = None
    password: str = ""
    location: str = ""
    other_user: str | None = None
    other_password: str = ""
    institution: str = ""
    pin: str | None = None
    patrons: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    offline_items: tuple[str, ...] = ()
    pickups: tuple[str, ...] = ()
    cases: Mapping[str, str] = {}

    @property
    def address(self) -> str:
        """The address as a person writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class _Sip2(Struct, frozen=True):
    host: str
    port: int
    tls: bool = False
    ca: str | None = None
    user: str | None = None
    password: str = ""
    location: str = ""
    other_user: str | None = None
    other_password: str = ""


class _Numbered(Struct, frozen=True):
    template: str
    first: int
    count: int


class _Facts(Struct, frozen=True):
    sip2: _Sip2
    institution: str = ""
    pin: str | None = None
    patrons: _Numbered | None = None
    items: _Numbered | None = None
    offline_items: _Numbered | None = None
    pickups: tuple[str, ...] = ()
    cases: dict[str, str] = {}


def target_at(where: str) -> Target:
    """Return the target named by HOST:PORT or described by the facts file at `where`.

    Raises TargetError if it is neither.
    """
    path = Path(where)
    if path.is_file():
        return _described(path)
    host, colon, port = where.rpartition(":")
    if not (colon and host and port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise TargetError(f"{where!r} is neither HOST:PORT nor a file of facts")
    return Target(host=host.strip("[]"), port=int(port))


def tls_context(target: Target) -> ssl.SSLContext | None:
    """Return what a connection to the target needs for TLS, None for a plain one.

    Raises TargetError if a certificate file cannot be used.
    """
    if not target.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=target.ca)
        if target.certificate:
            context.load_cert_chain(target.certificate, target.key)
    except OSError as error:
        raise TargetError(f"the certificate files cannot be used: {error}") from error
    return context


def _described(path: Path) -> Target:
    try:
        facts = msgspec.json.decode(path.read_bytes(), type=_Facts)
    except (OSError, msgspec.DecodeError) as error:
        raise TargetError(f"{path} is no file of facts: {error}") from error
    special = frozenset(facts.cases.values())
    return Target(
        host=facts.sip2.host,
        port=facts.sip2.port,
        tls=facts.sip2.tls,
        ca=facts.sip2.ca,
        user=facts.sip2.user,
        password=facts.sip2.password,
        location=facts.sip2.location,
        other_user=facts.sip2.other_user,
        other_password=facts.sip2.other_password,
        institution=facts.institution,
        pin=facts.pin,
        patrons=_barcodes(facts.patrons, special),
        items=_barcodes(facts.items, special),
        offline_items=_barcodes(facts.offline_items, special),
        pickups=facts.pickups,
        cases=facts.cases,
    )


def _barcodes(numbered: _Numbered | None, special: Collection[str]) -> tuple[str, ...]:
    """Write the numbers out, without those that the facts set aside for cases of their own."""
    if numbered is None:
        return ()
    numbers = range(numbered.first, numbered.first + min(numbered.count, LARGEST_POOL))
    try:
        written = [numbered.template % number for number in numbers]
    except (TypeError, ValueError) as error:
        raise TargetError(f"{numbered.template!r} is no printf template for a number") from error
    return tuple(barcode for barcode in written if barcode not in special)
