"""Which target is asked: what is typed, else the demonstration that is running.

The rule it keeps: what is typed goes before what a facts file says.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Final

from msgspec import Struct

from servers.calling import ClientProblem
from servers.known_facts import add_facts_arguments, known_facts

PORT: Final = 210
"""The port by register."""

_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>ssl|tls|tcp):)?(?://)?(?P<host>\[[^\]/]+\]|[^:/\[\]]+)(?::(?P<port>\d{1,5}))?(?:/(?P<database>.+))?"
)


class Target(Struct, frozen=True):
    """Where a database is, and whom to trust there."""

    host: str
    port: int
    database: str
    secured: bool = False
    authority: Path | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ssl:' * self.secured}{host}:{self.port}/{self.database}"


def add_destination_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that `target_of` reads."""
    where = parser.add_argument_group("where to")
    where.add_argument(
        "--target",
        metavar="ADDRESS",
        help="a database of any target: [ssl:]HOST[:PORT]/DATABASE (default: the demonstration's)",
    )
    add_facts_arguments(where)
    where.add_argument("--ca", type=Path, metavar="FILE", help="authority of the target's certificate (PEM)")
    where.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="SECONDS", help="(default: %(default).0f)"
    )
    parser.set_defaults(target_option="--target")


def target_of(args: argparse.Namespace) -> Target:
    """The database that was typed, or that the facts tell of. Raises `ClientProblem`."""
    if args.target is not None:
        return address(args.target, args.ca)
    known = known_facts(args).z3950
    if known is None:
        raise ClientProblem("the demonstration does not speak Z39.50; name a target with --target")
    return Target(known.host, known.port, known.database)


def address(text: str, authority: Path | None = None) -> Target:
    """The database at an address. Raises `ClientProblem`."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"] or PORT) not in range(1, 65_536):
        raise ClientProblem(f"{text!r} is no address: [ssl:]HOST[:PORT]/DATABASE, as 127.0.0.1:2100/DEMO")
    return Target(
        found["host"].strip("[]"),
        int(found["port"] or PORT),
        found["database"] or "Default",
        found["scheme"] in ("ssl", "tls"),
        authority,
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds
