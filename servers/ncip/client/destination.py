"""Which server is spoken to, and as whom: what is typed, else what the demonstration says that is running.

The rule it keeps: what is typed goes before what a facts file says. A server that was named is never told the
names of a demonstration.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from servers.calling import ClientProblem, add_reaching_arguments
from servers.known_facts import HttpsKnown, KnownFacts, add_facts_arguments, known_facts
from servers.ncip.servlet import PATH

SECRET_VARIABLE: Final = "CIRCDESK_SECRET"
"""The variable of the environment that may hold the secret."""


class Carrier(StrEnum):
    """What a message is carried by; the values are how it is written in an address."""

    HTTPS = "https"
    HTTP = "http"
    TLS = "tls"
    TCP = "tcp"

    @property
    def is_secured(self) -> bool:
        """Whether there is TLS."""
        return self in (Carrier.HTTPS, Carrier.TLS)

    @property
    def is_http(self) -> bool:
        """Whether a message is the body of a POST, rather than all that goes over the line."""
        return self in (Carrier.HTTPS, Carrier.HTTP)


_PORTS: Final[Mapping[Carrier, int | None]] = {
    Carrier.HTTPS: 443,
    Carrier.HTTP: 80,
    Carrier.TLS: None,
    Carrier.TCP: None,
}


_IN_A_URL: Final = "/%?:@!$&'()*+,;=-._~"
_NO_ADDRESS: Final = "{!r} is no address: https://HOST[:PORT][/PATH], tls://HOST:PORT or HOST:PORT"


class Target(Struct, frozen=True):
    """Where a server is, and the PEM files of who is trusted and of who asks."""

    carrier: Carrier
    host: str
    port: int
    path: str = PATH
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.carrier}://{host}:{self.port}{self.path if self.carrier.is_http else ''}"


class Role(StrEnum):
    """As which of the demonstration's partners one speaks."""

    BROKER = "broker"
    STORE = "store"


class Caller(Struct, frozen=True):
    """Who asks, and whom; what of it is empty is left out of the header."""

    agency: str = ""
    to: str = ""
    profile: str = ""
    desk: str = ""
    system: str = ""


def add_destination_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that `facts_of`, `target_of` and `caller_of` read."""
    where = parser.add_argument_group("where to")
    where.add_argument(
        "--target",
        metavar="URL",
        help="https://HOST[:PORT][/PATH], http://…, or bare XML over tls://HOST:PORT or tcp://HOST:PORT; "
        f"HOST:PORT is https, at {PATH} (default: the demonstration that is running)",
    )
    where.add_argument("--tcp", action="store_true", help="the demonstration's line without HTTP")
    add_facts_arguments(where)
    add_reaching_arguments(where)
    where.add_argument("--cert", type=Path, metavar="FILE", help="the partner's certificate (PEM)")
    where.add_argument("--key", type=Path, metavar="FILE", help="the certificate's key (PEM)")
    who = parser.add_argument_group("as whom: the header")
    who.add_argument(
        "--as",
        dest="role",
        type=Role,
        choices=tuple(Role),
        default=Role.BROKER,
        help="the demonstration's broker (default), or the system of its automated store",
    )
    who.add_argument("--agency", metavar="CODE", help="who asks (FromAgencyId)")
    who.add_argument("--to", metavar="CODE", help="the library (ToAgencyId, and AgencyId of every id)")
    who.add_argument("--profile", metavar="NAME", help="ApplicationProfileType: partner code, or the store's")
    who.add_argument("--desk", metavar="LIBRARY.DESK", help="for a store: OnBehalfOfAgency")
    who.add_argument("--system", metavar="NAME", help="FromSystemId")
    who.add_argument(
        "--secret",
        nargs="?",
        const="",
        metavar="SECRET",
        help=f"FromAgencyAuthentication: itself, or @FILE; alone: {SECRET_VARIABLE}, else asked for",
    )
    parser.set_defaults(target_option="--target")


def facts_of(args: argparse.Namespace) -> KnownFacts | None:
    """What the demonstration says of itself; None where another server was named, or none is asked.

    Raises `ClientProblem` if there is none, and one is needed.
    """
    named = args.facts is not None or args.state is not None
    if args.target is not None and not named:
        return None
    try:
        return known_facts(args)
    except ClientProblem:
        if args.only_print and not named:
            return None
        raise


def target_of(args: argparse.Namespace, facts: KnownFacts | None) -> Target:
    """The server that was typed, or that the facts tell of. Raises `ClientProblem`."""
    https = _https(facts)
    where = args.target or (https.ncip_tcp if args.tcp else https.ncip)
    if not where:
        raise ClientProblem("the demonstration speaks no NCIP; name a server with --target")
    authority = args.ca or (Path(https.ca) if https.ca else None)
    return replace(address(where), authority=authority, certificate=args.cert, key=args.key)


def caller_of(args: argparse.Namespace, facts: KnownFacts | None) -> Caller:
    """The names that were typed, or that the facts tell."""
    https, store = _https(facts), args.role is Role.STORE
    return Caller(
        agency=_first(args.agency, https.ncip_agency),
        to=_first(args.to, "" if facts is None else facts.institution),
        profile=_first(args.profile, https.ncip_profile if store else https.ncip_partner),
        desk=_first(args.desk, https.ncip_desk if store else ""),
        system=_first(args.system, ""),
    )


def _https(facts: KnownFacts | None) -> HttpsKnown:
    return HttpsKnown() if facts is None or facts.https is None else facts.https


def _first(typed: str | None, told: str) -> str:
    return told if typed is None else typed


def address(text: str) -> Target:
    """The server of an address. Raises `ClientProblem`."""
    try:
        parts = urlsplit(text if "://" in text else f"{Carrier.HTTPS}://{text}")
        carrier = Carrier(parts.scheme)
        host, port = parts.hostname, parts.port or _PORTS[carrier]
    except ValueError:
        raise ClientProblem(_NO_ADDRESS.format(text)) from None
    if not host or port is None:
        raise ClientProblem(_NO_ADDRESS.format(text))
    path = quote(f"{parts.path}?{parts.query}" if parts.query else parts.path, safe=_IN_A_URL)
    return Target(carrier, host, port, path if path.strip("/") else PATH)
