"""The facts of a running demonstration: all that another program needs to talk to it, in one JSON file.

The rule it keeps: the file holds secrets, so it is its owner's alone; it is replaced as a whole, once the
server answers.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from servers.app import Server
from servers.demo.built import Built, Range, write_private
from servers.places import FACTS

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class Sip2Facts(Struct, frozen=True):
    """Where SIP2 is spoken, whom to trust, and who may log in there."""

    host: str
    port: int
    tls: bool
    ca: str | None
    user: str
    password: str
    location: str


class Facts(Struct, frozen=True):
    """Everything in the file. ``https`` and ``z3950`` are None: not served yet."""

    pid: int
    institution: str
    sip2: Sip2Facts
    https: None
    z3950: None
    patrons: Range
    items: Range
    pin: str
    cases: dict[str, str]


def facts_of(server: Server, built: Built) -> Facts:
    """The facts of a server that runs on what was built. The login is that of the first terminal we know."""
    settings = server.settings
    known = [terminal for terminal in settings.terminal if terminal.name in built.passwords]
    authority = server.tls.authority
    return Facts(
        pid=os.getpid(),
        institution=settings.institution.code,
        sip2=Sip2Facts(
            host=reachable(server.sip2_address.host),
            port=server.sip2_address.port,
            tls=True,
            ca=None if authority is None else str(authority.absolute()),
            user=known[0].user if known else "",
            password=built.passwords[known[0].name] if known else "",
            location=known[0].desk if known else "",
        ),
        https=None,
        z3950=None,
        patrons=built.patrons,
        items=built.items,
        pin=built.pin,
        cases=built.cases,
    )


def write_facts(facts: Facts, state: Path, also: Path | None) -> None:
    """Write the facts into the state directory, and to a second place if one is wanted."""
    text = msgspec.json.format(msgspec.json.encode(facts)) + b"\n"
    for path in (state / FACTS, also):
        if path is not None:
            write_private(path, text)


def reachable(host: str) -> str:
    """Where a program on this machine finds a server that listens on the host."""
    return _ANYWHERE.get(host, host)
