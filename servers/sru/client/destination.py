"""Which server is searched: what is typed, else the demonstration that is running.

The rule it keeps: what is typed goes before what a facts file says.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from msgspec import Struct

from protocols.sru.dialects import Version
from servers.calling import ClientProblem, add_reaching_arguments
from servers.known_facts import HttpsKnown, add_facts_arguments, known_facts

_SCHEMES: Final = {"https": 443, "http": 80}
_IN_A_URL: Final = "/%:@!$&'()*+,;=-._~"
_NO_ADDRESS: Final = "{!r} is no address: https://HOST[:PORT]/PATH, as https://127.0.0.1:8443/view/sru/DEMO"


class Target(Struct, frozen=True):
    """Where a database is, whom to trust there, and the version that is spoken."""

    secured: bool
    host: str
    port: int
    path: str
    version: Version = Version.V1_2
    authority: Path | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secured else 'http'}://{host}:{self.port}{self.path}"


def add_destination_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that `target_of` reads."""
    where = parser.add_argument_group("where to")
    where.add_argument(
        "--target",
        metavar="URL",
        help="a database of any server: https://HOST[:PORT]/PATH (default: the demonstration's)",
    )
    where.add_argument("--alma", action="store_true", help="the demonstration's that answers as Alma does")
    add_facts_arguments(where)
    add_reaching_arguments(where)
    where.add_argument(
        "--version",
        type=Version,
        choices=tuple(Version),
        help="of SRU (default: 2.0 for the demonstration, 1.2 for Alma and others)",
    )
    parser.set_defaults(target_option="--target")


def target_of(args: argparse.Namespace) -> Target:
    """The database that was typed, or that the facts tell of. Raises `ClientProblem`."""
    if args.target is not None:
        return address(args.target, args.version or Version.V1_2, args.ca)
    https = known_facts(args).https or HttpsKnown()
    where, usual = (https.sru, Version.V1_2) if args.alma else (https.sru_open, Version.V2_0)
    if not where:
        raise ClientProblem("the demonstration has no such catalogue; name a server with --target")
    return address(where, args.version or usual, args.ca or (Path(https.ca) if https.ca else None))


def address(text: str, version: Version, authority: Path | None) -> Target:
    """The database at an address. Raises `ClientProblem`."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port or _SCHEMES[parts.scheme]
    except (KeyError, ValueError):
        raise ClientProblem(_NO_ADDRESS.format(text)) from None
    if not host:
        raise ClientProblem(_NO_ADDRESS.format(text))
    path = quote(parts.path, safe=_IN_A_URL) or "/"
    return Target(parts.scheme == "https", host, port, path, version, authority)
