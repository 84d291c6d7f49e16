"""The facts file of a demonstration, as the tools read it: where it is served, and what can be tried there.

The rule it keeps: a tool that is told no server talks to the demonstration that is running.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from servers.calling import ClientProblem
from servers.places import FACTS, demo_state

_NOBODY: Final = (
    "there is no demonstration to talk to; start one with ./run, or name a server with {option} HOST:PORT"
)


class Numbered(Struct, frozen=True):
    """Barcodes that are a number in a template, as of printf: ``count`` of them, from ``first`` on."""

    template: str
    first: int
    count: int

    def some(self, most: int) -> list[str]:
        """The first of them."""
        return [self.template % number for number in range(self.first, self.first + min(self.count, most))]


class Sip2Known(Struct, frozen=True):
    """Where SIP2 is spoken, and by whom."""

    host: str
    port: Annotated[int, Meta(ge=1, le=65_535)]
    tls: bool = True
    ca: str | None = None
    user: str = ""
    password: str = ""
    location: str = ""


class HttpsKnown(Struct, frozen=True):
    """Where the catalogue is searched over HTTPS, and where NCIP is spoken, and by whom: a store with its
    profile and desk, a broker.
    """

    ca: str | None = None
    sru: str = ""
    sru_open: str = ""
    ncip: str = ""
    ncip_tcp: str = ""
    ncip_agency: str = ""
    ncip_profile: str = ""
    ncip_desk: str = ""
    ncip_partner: str = ""


class Z3950Known(Struct, frozen=True):
    """Where the catalogue is searched over Z39.50."""

    host: str
    port: Annotated[int, Meta(ge=1, le=65_535)]
    database: str


class KnownFacts(Struct, frozen=True):
    """What a facts file tells the tools; it holds more for others."""

    sip2: Sip2Known
    https: HttpsKnown | None = None
    z3950: Z3950Known | None = None
    institution: str = ""
    patrons: Numbered | None = None
    items: Numbered | None = None
    pin: str = ""
    cases: dict[str, str] = {}


def add_facts_arguments(where: argparse._ArgumentGroup) -> None:
    """The options that say which demonstration is meant."""
    where.add_argument("--facts", type=Path, metavar="FILE", help="the facts file of a demonstration")
    where.add_argument("--state", type=Path, metavar="DIR", help="the state directory of a demonstration")


def known_facts(args: argparse.Namespace) -> KnownFacts:
    """What the demonstration says of itself. Raises `ClientProblem` if none is running.

    ``args`` has the options above, and ``target_option``: what would name another server.
    """
    if args.facts is not None:
        return _read(args.facts, f"there is no {args.facts}")
    if args.state is not None:
        return _read(args.state / FACTS, f"no demonstration has run in {args.state}")
    return _read(demo_state() / FACTS, _NOBODY.format(option=args.target_option))


def _read(path: Path, missing: str) -> KnownFacts:
    try:
        return msgspec.json.decode(path.read_bytes(), type=KnownFacts)
    except FileNotFoundError:
        raise ClientProblem(missing) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ClientProblem(f"{path} is no facts file") from None
