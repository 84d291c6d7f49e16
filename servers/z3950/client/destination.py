"""Which target is asked: what is typed, else the demonstration that is running.

The rule it keeps: what is typed goes before what a facts file says.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from protocols.secret import Secret
from protocols.z3950.apdus import IdPass
from servers.calling import ClientProblem, add_reaching_arguments
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
    user: IdPass | None = None

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
    add_reaching_arguments(where)
    who = parser.add_argument_group("as whom, where not everybody may")
    who.add_argument("--user", metavar="NAME", help="the user of the target")
    who.add_argument("--group", metavar="NAME", help="the group of that user, if it has one")
    password = who.add_mutually_exclusive_group()
    password.add_argument("--password", metavar="WORD", help="its password, for all of this machine to see")
    password.add_argument("--password-file", type=Path, metavar="FILE", help="a file whose first line it is")
    parser.set_defaults(target_option="--target")


def target_of(args: argparse.Namespace) -> Target:
    """The database that was typed, or that the facts tell of. Raises `ClientProblem`."""
    if args.target is not None:
        return replace(address(args.target, args.ca), user=_user(args))
    known = known_facts(args).z3950
    if known is None:
        raise ClientProblem("the demonstration does not speak Z39.50; name a target with --target")
    return Target(known.host, known.port, known.database, user=_user(args))


def _user(args: argparse.Namespace) -> IdPass | None:
    """Who was typed to be asking. Raises `ClientProblem`."""
    if args.user is None:
        if args.password is None and args.password_file is None:
            return None
        raise ClientProblem("name the user of the password with --user")
    password = args.password
    if args.password_file is not None:
        password = _first_line(args.password_file)
    return IdPass(
        group_id=args.group,
        user_id=args.user,
        password=None if password is None else Secret(password),
    )


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise ClientProblem(f"{file} cannot be read ({reason})") from error


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
