"""What is wrong between keys of a configuration that are right alone.

The rule it keeps: it reads the document as it is written, so that contradictions are told together with all
other problems; what is of the wrong type has been told already, and counts as not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from core import policy_table
from core.model.policy import ANY
from servers.configuration.profiles import goes_round, shipped_names
from servers.configuration.settings import Institution, Settings, certificate_id, policy_of
from servers.configuration.toml_lines import KeyPath, line_of
from servers.configuration.toml_tables import Finding, dotted, near, shown
from servers.lines.addresses import is_loopback, is_network
from servers.words.overrides import fault, known_codes

Document = Mapping[str, Any]
Lines = Mapping[KeyPath, int]

NAMED_BY = {
    "loan terms": ("terms", "name"),
    "limits for patron group": ("limits", "patron_group"),
    "agency": ("agency", "code"),
    "location": ("location", "code"),
}
"""How the core's sentences call a table before they name it, the table, and the key that holds its name."""


def contradictions(document: Document, lines: Lines) -> Iterator[Finding]:
    """Everything that is wrong between keys, the policy's apart."""
    yield from _same_names(document, lines)
    yield from _same_certificates(document, lines)
    yield from _same_addresses(document, lines)
    yield from _shut_out(document)
    yield from _wrong_agencies(document)
    yield from _wrong_places(document)
    yield from _wrong_profiles(document)
    yield from _wrong_texts(document)
    yield from _half_listeners(document)
    yield from _wrong_partners(document, lines)
    yield from _wrong_stores(document)
    yield from _same_databases(document, lines)


def policy_contradictions(settings: Settings, document: Document) -> Iterator[Finding]:
    """What the core finds wrong with the policy, at the last table that its sentence can mean."""
    for sentence in policy_table.problems(policy_of(settings)):
        at: KeyPath = ()
        if rule := re.match(r"Loan rule (\d+) ", sentence):
            at = ("loan_rule", int(rule[1]) - 1)
        elif named := re.search(f'({"|".join(NAMED_BY)}) "([^"]*)"', sentence):
            table, name = NAMED_BY[named[1]]
            for here, element in _elements(document, table):
                if element.get(name, ANY) == named[2]:
                    at = here
        yield at, sentence


def _same_names(document: Document, lines: Lines) -> Iterator[Finding]:
    named = (
        *(("profile", "name"), ("terminal", "name"), ("terminal", "user")),
        *(("ncip_agency", "code"), ("remote_storage", "profile"), ("z3950_user", "user")),
    )
    for table, name in named:
        first: dict[str, KeyPath] = {}
        for at, element in _elements(document, table):
            value, here = _text(element, name), (*at, name)
            if value and first.setdefault(value, here) != here:
                yield here, f"{_anothers(table, name, value)}, in line {line_of(lines, first[value])}."


def _same_certificates(document: Document, lines: Lines) -> Iterator[Finding]:
    """Terminals may share a certificate where their addresses, or their logins, tell them apart."""
    met: dict[str, list[tuple[KeyPath, Document]]] = {}
    for at, terminal in _elements(document, "terminal"):
        certificate = _text(terminal, "certificate")
        if not certificate:
            continue
        sharing = met.setdefault(certificate_id(certificate).casefold(), [])
        for other_at, other in sharing:
            told_apart = _networks(terminal).isdisjoint(_networks(other)) or (
                _has_login(terminal) and _has_login(other)
            )
            if not told_apart:
                line = line_of(lines, (*other_at, "certificate"))
                here, advice = (*at, "certificate"), "give each its own addresses, or user and password"
                yield here, f"{_anothers('terminal', 'certificate', certificate)}, in line {line}: {advice}."
                break
        sharing.append((at, terminal))


def _same_addresses(document: Document, lines: Lines) -> Iterator[Finding]:
    """An address that lets in must let in one terminal."""
    first: dict[str, KeyPath] = {}
    for at, terminal in _elements(document, "terminal"):
        here = (*at, "addresses")
        if _has_login(terminal) or _text(terminal, "certificate"):
            continue
        for network in sorted(_networks(terminal) - {""}):
            if first.setdefault(network, here) != here:
                line = line_of(lines, first[network])
                yield here, f"{_anothers('terminal', 'addresses', network)}, in line {line}."


def _shut_out(document: Document) -> Iterator[Finding]:
    sip2 = document.get("sip2")
    by_address = isinstance(sip2, dict) and sip2.get("address_login") is True
    for at, terminal in _elements(document, "terminal"):
        if _has_login(terminal) or _text(terminal, "certificate"):
            continue
        if not terminal.get("addresses"):
            yield at, "This terminal could never log in: give it user and password, or a certificate."
        elif not by_address:
            advice = "give it user and password, or a certificate, or say sip2.address_login = true"
            yield at, f"This terminal could never log in: {advice}."
    for at, user in _elements(document, "z3950_user"):
        if not _text(user, "password") and not user.get("addresses"):
            yield at, "This user could never log in: give it a password, or addresses."


def _wrong_agencies(document: Document) -> Iterator[Finding]:
    agencies = [_text(agency, "code") for _, agency in _elements(document, "agency")]
    for at, terminal in _elements(document, "terminal"):
        code = _text(terminal, "agency")
        if code and code not in agencies:
            message = f"terminal.agency {shown(code)} is not the code of an agency.{near(code, agencies)}"
            yield (*at, "agency"), message
    for at, rule, table in _rules(document, "sort_bin"):
        code = _text(rule, "destination")
        if code not in ("", ANY, *agencies):
            what = f"{table}.sort_bin.destination {shown(code)}"
            yield (*at, "destination"), f"{what} is not the code of an agency.{near(code, agencies)}"


def _wrong_places(document: Document) -> Iterator[Finding]:
    agencies = [_text(agency, "code") for _, agency in _elements(document, "agency")]
    locations = [_text(location, "code") for _, location in _elements(document, "location")]
    places = [*locations, *(f"{code}/{ANY}" for code in agencies), ANY]
    for at, terminal in _elements(document, "terminal"):
        for number, place in enumerate(_texts(terminal, "serves")):
            if place not in places:
                message = f"terminal.serves {shown(place)} is no location.{near(place, places)}"
                yield (*at, "serves", number), message
    for name in ("sort_bin", "desensitise"):
        for at, rule, table in _rules(document, name):
            place = _text(rule, "location")
            if place and place not in places:
                message = f"{table}.{name}.location {shown(place)} is no location.{near(place, places)}"
                yield (*at, "location"), message


def _wrong_profiles(document: Document) -> Iterator[Finding]:
    inherits = {_text(one, "name"): _text(one, "inherits") for _, one in _elements(document, "profile")}
    known = {*inherits, *shipped_names()} - {""}
    for table, name in (("profile", "inherits"), ("terminal", "profile")):
        for at, element in _elements(document, table):
            wanted = _text(element, name)
            if wanted and wanted not in known:
                there_are = f" There are: {', '.join(sorted(known))}."
                what = f"{table}.{name} {shown(wanted)} is not the name of a profile."
                yield (*at, name), f"{what}{near(wanted, known) or there_are}"
    for at, profile in _elements(document, "profile"):
        if goes_round(_text(profile, "name"), inherits):
            what = f"profile.inherits {shown(_text(profile, 'inherits'))}"
            yield (*at, "inherits"), f"{what} leads round in a circle."


def _wrong_texts(document: Document) -> Iterator[Finding]:
    for table in ("profile", "terminal"):
        for at, element in _elements(document, table):
            texts = element.get("texts")
            for code, text in texts.items() if isinstance(texts, dict) else ():
                wrong = fault(code, text) if isinstance(text, str) else None
                if wrong and text.isprintable():
                    like = near(code, known_codes()) if code not in known_codes() else ""
                    yield (*at, "texts", code), f"{table}.texts {shown(code)}: {wrong}.{like}"


def _half_listeners(document: Document) -> Iterator[Finding]:
    for name in ("sip2", "https"):
        listener = document.get(name)
        if isinstance(listener, dict):
            yield from _half_pairs(listener, (name,))
    for name in ("sip2", "https", "ncip_tcp"):
        listener = document.get(name)
        plain = listener.get("plain") if isinstance(listener, dict) else None
        if isinstance(plain, dict) and plain.get("port") and not plain.get("allow"):
            host = _text(plain, "host")
            if host and not is_loopback(host):
                what = f"{name}.plain.host {shown(host)} is reached from elsewhere"
                yield (name, "plain", "host"), f"{what}: name in allow who may come."


def _half_pairs(table: Document, at: KeyPath) -> Iterator[Finding]:
    """A certificate without its key, or the other way round."""
    if bool(_text(table, "tls_certificate")) != bool(_text(table, "tls_key")):
        given = "tls_certificate" if _text(table, "tls_certificate") else "tls_key"
        both = f"{dotted((*at, 'tls_certificate'))} and {dotted((*at, 'tls_key'))}"
        yield (*at, given), f"{both} go together: give both or neither."


def _wrong_partners(document: Document, lines: Lines) -> Iterator[Finding]:
    agencies = [_text(agency, "code") for _, agency in _elements(document, "agency")]
    partners = _elements(document, "ncip_agency")
    for number, (at, partner) in enumerate(partners):
        if not any(partner.get(name) for name in ("secret", "certificate", "addresses")):
            yield at, "Anybody could say they are this agency: give it a secret, a certificate or addresses."
        for other_at, other in partners[:number]:
            shared = _says_it_is(partner) & _says_it_is(other)
            if shared and not _told_apart(partner, other):
                line = line_of(lines, other_at)
                what = f"ncip_agency {shown(min(shared))} is the one in line {line} as well"
                yield at, f"{what}: give each profiles of its own."
        desk = _text(partner, "desk").partition(".")[0]
        if desk and desk not in agencies:
            message = f"ncip_agency.desk {shown(desk)} is not the code of an agency.{near(desk, agencies)}"
            yield (*at, "desk"), message
        pickups = partner.get("pickups")
        for name, code in pickups.items() if isinstance(pickups, dict) else ():
            if isinstance(code, str) and code not in agencies:
                what = f"ncip_agency.pickups {shown(code)} is not the code of an agency."
                yield (*at, "pickups", name), f"{what}{near(code, agencies)}"


def _says_it_is(partner: Document) -> set[str]:
    return {_text(partner, "code"), *_texts(partner, "aliases")} - {""}


def _told_apart(partner: Document, other: Document) -> bool:
    """Whether the profile that a message names decides which of them it is."""
    profiles, others = set(_texts(partner, "profiles")), set(_texts(other, "profiles"))
    return bool(profiles and others) and profiles.isdisjoint(others)


def _same_databases(document: Document, lines: Lines) -> Iterator[Finding]:
    """A profile of SRU without a code has the institution's."""
    institution = document.get("institution")
    own = (_text(institution, "code") if isinstance(institution, dict) else "") or Institution().code
    first: dict[str, KeyPath] = {}
    for at, profile in _elements(document, "sru"):
        code = _text(profile, "database") or own
        if first.setdefault(code, at) != at:
            yield at, f"sru.database {shown(code)} is that of the one in line {line_of(lines, first[code])}."


def _wrong_stores(document: Document) -> Iterator[Finding]:
    agencies = [_text(agency, "code") for _, agency in _elements(document, "agency")]
    locations = [_text(location, "code") for _, location in _elements(document, "location")]
    listed = {name for _, one in _elements(document, "ncip_agency") for name in _texts(one, "profiles")}
    for at, store in _elements(document, "remote_storage"):
        profile, into = _text(store, "profile"), _text(store, "shelve_into")
        if profile and profile not in listed:
            what = (
                f"remote_storage.profile {shown(profile)} is listed by no ncip_agency.{near(profile, listed)}"
            )
            yield (*at, "profile"), what
        for number, desk in enumerate(_texts(store, "desks")):
            code = desk.partition(".")[0]
            if code not in agencies:
                what = f"remote_storage.desks {shown(desk)} is at no agency.{near(code, agencies)}"
                yield (*at, "desks", number), what
        places = [*locations, *(f"{code}/{ANY}" for code in agencies), ANY]
        for number, place in enumerate(_texts(store, "locations")):
            if place not in places:
                what = f"remote_storage.locations {shown(place)} is no location.{near(place, places)}"
                yield (*at, "locations", number), what
        responder = store.get("responder")
        if isinstance(responder, dict):
            yield from _half_pairs(responder, (*at, "responder"))
        if into and into not in locations:
            what = f"remote_storage.shelve_into {shown(into)} is no location.{near(into, locations)}"
            yield (*at, "shelve_into"), what


def _anothers(table: str, name: str, value: str) -> str:
    return f"{table}.{name} {shown(value)} is another {table}'s already"


def _has_login(terminal: Document) -> bool:
    return bool(_text(terminal, "user") and _text(terminal, "password"))


def _networks(terminal: Document) -> set[str]:
    """The terminal's networks, each as it is always written; anywhere is a network of its own."""
    return {str(ip_network(text)) for text in _texts(terminal, "addresses") if is_network(text)} or {""}


def _rules(document: Document, name: str) -> Iterator[tuple[KeyPath, Document, str]]:
    """The rules inside profiles and terminals, each with its path and the table it is in."""
    for table in ("profile", "terminal"):
        for at, element in _elements(document, table):
            for inside, rule in _elements(element, name):
                yield (*at, *inside), rule, table


def _elements(document: Document, table: str) -> list[tuple[KeyPath, Document]]:
    """The tables of an array that are tables, each with its path."""
    elements = document.get(table)
    if not isinstance(elements, list):
        return []
    return [((table, index), element) for index, element in enumerate(elements) if isinstance(element, dict)]


def _text(table: Document, name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""


def _texts(table: Document, name: str) -> list[str]:
    values = table.get(name)
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
