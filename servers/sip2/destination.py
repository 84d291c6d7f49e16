"""Which server a tool talks to, and as whom: the options that tools share, and the facts of a demonstration.

The rule it keeps: what is typed goes before what a facts file says; without either, it is the demonstration
that is running.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from servers.calling import ClientProblem
from servers.known_facts import KnownFacts, Sip2Known, add_facts_arguments, known_facts
from servers.sip2.client import Target


def add_destination_arguments(parser: argparse.ArgumentParser, option: str = "--target") -> None:
    """The options that `target_of` reads; ``option`` names the server."""
    where = parser.add_argument_group("where to")
    where.add_argument(
        option,
        dest="target",
        metavar="HOST:PORT",
        help="the server (default: the demonstration that is running)",
    )
    add_facts_arguments(where)
    where.add_argument("--ca", type=Path, metavar="FILE", help="authority of the server's certificate (PEM)")
    where.add_argument("--cert", type=Path, metavar="FILE", help="the terminal's certificate (PEM)")
    where.add_argument("--key", type=Path, metavar="FILE", help="the certificate's key (PEM)")
    where.add_argument("--no-tls", action="store_true", help="speak plain SIP2, as to a local stunnel")
    where.add_argument("--user", metavar="NAME", help="login user; none: no login is sent")
    where.add_argument("--password", metavar="WORD", help="login password")
    where.add_argument("--institution", metavar="CODE", help="institution id (AO)")
    where.add_argument(
        "--charset", default="utf-8", metavar="NAME", help="how the server writes text (default: utf-8)"
    )
    parser.set_defaults(target_option=option)


def target_of(args: argparse.Namespace) -> Target:
    """The server that was typed, or that the facts tell of. Raises `ClientProblem`."""
    typed = None if args.target is None else _address(args.target)
    facts = known_facts(args) if typed is None or args.facts or args.state else KnownFacts(Sip2Known(*typed))
    sip2 = facts.sip2
    host, port = typed or (sip2.host, sip2.port)
    return Target(
        host=host,
        port=port,
        tls=sip2.tls and not args.no_tls,
        authority=args.ca or (Path(sip2.ca) if sip2.ca else None),
        certificate=args.cert,
        key=args.key,
        institution=args.institution or facts.institution,
        user=sip2.user if args.user is None else args.user,
        password=sip2.password if args.password is None else args.password,
        location=sip2.location,
        charset=args.charset,
    )


def _address(target: str) -> tuple[str, int]:
    host, _, port = target.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise ClientProblem(f"{target!r} is no HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)
