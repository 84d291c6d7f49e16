"""The facts of a running demonstration: all that another program needs to talk to it, in one JSON file.

The rule it keeps: the file holds secrets, so it is its owner's alone; it is replaced as a whole, once the
server answers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from servers.app import Server
from servers.configuration.settings import NcipAgency, RemoteStorage, Settings, SruStyle
from servers.demo.built import Built, Range, write_private
from servers.lines.addresses import Address
from servers.ncip.client.destination import Carrier
from servers.ncip.servlet import PATH
from servers.places import FACTS
from servers.sru.profiles import PATH as SRU

OFFLINE_ITEMS = 60
"""Enough for every case of the conformance kit to have its own."""

_WORD = re.compile(r"\b[A-Za-z]{4,}\b", re.ASCII)
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
    """Where HTTPS is spoken, and whom to trust; where the catalogue is searched as Alma's is, and where with
    all that SRU has, and a word of a title there; where NCIP is, with HTTP and without, and who may speak it.

    A store names the agency, its profile and one of its desks; a broker the agency and, as its profile, the
    partner. What nobody may use is empty. None of these needs a secret.
    """

    url: str
    ca: str | None
    sru: str
    sru_open: str
    sru_title: str
    ncip: str
    ncip_tcp: str
    ncip_agency: str
    ncip_profile: str
    ncip_desk: str
    ncip_partner: str


class Z3950Facts(Struct, frozen=True):
    """Where the catalogue is searched over Z39.50, without TLS, and a word of a title there."""

    host: str
    port: int
    database: str
    title: str


class Facts(Struct, frozen=True):
    """Everything in the file. ``https`` and ``z3950`` are None if the configuration says so.

    ``offline_items`` are the last ordinary items: kept for what machines do while the line is down, which
    anything newer would overtake.
    """

    pid: int
    institution: str
    sip2: Sip2Facts
    https: HttpsFacts | None
    z3950: Z3950Facts | None
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
        https=_https(server, built),
        z3950=_z3950(server, built),
        patrons=built.patrons,
        items=items,
        offline_items=offline_items,
        pickups=tuple(agency.code for agency in settings.agency),
        pin=built.pin,
        cases=built.cases,
    )


def _https(server: Server, built: Built) -> HttpsFacts | None:
    at, authority = server.https.address, server.https_tls.authority
    if at is None:
        return None
    url = f"https://{_host(at)}:{at.port}"
    storage, broker = _storage(server.settings), _broker(server.settings)
    return HttpsFacts(
        url=url,
        ca=None if authority is None else str(authority.absolute()),
        sru=_database(server.settings, SruStyle.ALMA, url),
        sru_open=_database(server.settings, SruStyle.OPEN, url),
        sru_title=_word(server, built),
        ncip=f"{url}{PATH}",
        ncip_tcp=_tcp(server),
        ncip_agency=server.settings.institution.code,
        ncip_profile="" if storage is None else storage.profile,
        ncip_desk="" if storage is None else storage.desks[0],
        ncip_partner="" if broker is None else broker.profiles[0],
    )


def _z3950(server: Server, built: Built) -> Z3950Facts | None:
    at = server.z3950.address
    if at is None:
        return None
    code = server.settings.institution.code
    return Z3950Facts(reachable(at.host), at.port, code, _word(server, built))


def _database(settings: Settings, style: SruStyle, url: str) -> str:
    """Where the first catalogue of this style is searched; empty if there is none."""
    profile = next((profile for profile in settings.sru if profile.style is style), None)
    return "" if profile is None else f"{url}{SRU}{profile.database or settings.institution.code}"


def _word(server: Server, built: Built) -> str:
    """The longest word without accents of an ordinary item's title; empty if none has one."""
    library = server.desk.library
    items = (library.item(barcode) for barcode in built.items.barcodes())
    titles = (library.title(item) for item in items if item is not None)
    words = (_WORD.findall(title) for title in titles)
    return max(next(filter(None, words), [""]), key=len)


def _tcp(server: Server) -> str:
    """Where NCIP is spoken without HTTP; empty if nowhere."""
    at = server.ncip_tcp.tls
    return "" if at is None else f"{Carrier.TLS}://{_host(at)}:{at.port}"


def _host(at: Address) -> str:
    """The host as it stands in a URL."""
    host = reachable(at.host)
    return f"[{host}]" if ":" in host else host


def _storage(settings: Settings) -> RemoteStorage | None:
    """The first store whose partner may speak in the name of the institution."""
    spoken_for = {profile for partner in _open_partners(settings) for profile in partner.profiles}
    return next((storage for storage in settings.remote_storage if storage.profile in spoken_for), None)


def _broker(settings: Settings) -> NcipAgency | None:
    """The first partner that may speak so and has a profile that is no store's."""
    stores = {storage.profile for storage in settings.remote_storage}
    brokers = (partner for partner in _open_partners(settings) if stores.isdisjoint(partner.profiles))
    return next(brokers, None)


def _open_partners(settings: Settings) -> Iterator[NcipAgency]:
    """Partners that speak in the institution's name, under a profile, and have nothing to prove it by."""
    for partner in settings.ncip_agency:
        named = settings.institution.code in (partner.code, *partner.aliases)
        if named and partner.profiles and not partner.secret and not partner.certificate:
            yield partner


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
