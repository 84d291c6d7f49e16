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

OFFLINE_ITEMS = 60
"""Enough for every case of the conformance kit to have its own."""

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
    other_user: str
    other_password: str


class HttpsFacts(Struct, frozen=True):
    """Where HTTPS is spoken, and whom to trust."""

    url: str
    ca: str | None


class Facts(Struct, frozen=True):
    """Everything in the file. ``https`` is None if the configuration says so, ``z3950`` is: not served yet.

    ``offline_items`` are the last ordinary items: kept for what machines do while the line is down, which
    anything newer would overtake.
    """

    pid: int
    institution: str
    sip2: Sip2Facts
    https: HttpsFacts | None
    z3950: None
    patrons: Range
    items: Range
    offline_items: Range
    pickups: tuple[str, ...]
    pin: str
    cases: dict[str, str]


def facts_of(server: Server, built: Built) -> Facts:
    """The facts of a server that runs on what was built. The logins are of the first terminals we know."""
    settings = server.settings
    known = [terminal for terminal in settings.terminal if terminal.name in built.passwords]
    logins = [(terminal.user, built.passwords[terminal.name]) for terminal in known[:2]]
    (user, password), (other_user, other_password) = (*logins, ("", ""), ("", ""))[:2]
    items, offline_items = _parted(built.items)
    authority = server.tls.authority
    return Facts(
        pid=os.getpid(),
        institution=settings.institution.code,
        sip2=Sip2Facts(
            host=reachable(server.sip2_address.host),
            port=server.sip2_address.port,
            tls=True,
            ca=None if authority is None else str(authority.absolute()),
            user=user,
            password=password,
            location=known[0].desk if known else "",
            other_user=other_user,
            other_password=other_password,
        ),
        https=_https(server),
        z3950=None,
        patrons=built.patrons,
        items=items,
        offline_items=offline_items,
        pickups=tuple(agency.code for agency in settings.agency),
        pin=built.pin,
        cases=built.cases,
    )


def _https(server: Server) -> HttpsFacts | None:
    at, authority = server.https.address, server.https_tls.authority
    if at is None:
        return None
    host = reachable(at.host)
    url = f"https://{f'[{host}]' if ':' in host else host}:{at.port}"
    return HttpsFacts(url, None if authority is None else str(authority.absolute()))


def _parted(items: Range) -> tuple[Range, Range]:
    """The items for all that is done now, and the fewer at the end for what was done offline."""
    apart = min(OFFLINE_ITEMS, items.count // 3)
    now = items.count - apart
    return Range(items.template, items.first, now), Range(items.template, items.first + now, apart)


def write_facts(facts: Facts, state: Path, also: Path | None) -> None:
    """Write the facts into the state directory, and to a second place if one is wanted."""
    text = msgspec.json.format(msgspec.json.encode(facts)) + b"\n"
    for path in (state / FACTS, also):
        if path is not None:
            write_private(path, text)


def reachable(host: str) -> str:
    """Where a program on this machine finds a server that listens on the host."""
    return _ANYWHERE.get(host, host)
