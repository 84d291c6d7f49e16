"""Things to type: commands that work as they stand, with the names and numbers of a running demonstration."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from core.desk import Actor, CirculationDesk
from core.model.records import Fee, Item, ItemStatus, Patron
from servers.demo.built import Built
from servers.demo.facts import Facts
from servers.demo.house import CERTIFIED, SELF_CHECK
from servers.http.health import READY
from servers.places import FACTS, demo_state

_LOOKED_AT = 1000
"""How many ordinary barcodes are looked at for one that is free just now."""

_ROOT = Path(__file__).resolve().parents[2]
_DIVERGENCES = _ROOT / "conformance" / "circdesk.toml"
"""Where we differ from what a case claims, with the reasons."""


_LINE = "9300CNLoginUserID|COLoginPassword|CPLocationCode|AY5AZEC78"
"""A login whose checksum is not right: it has been copied from manual to manual."""


class Thing(NamedTuple):
    """Something to type, and what for."""

    line: str
    meaning: str


def things_to_type(desk: CirculationDesk, built: Built, facts: Facts, state: Path) -> Iterator[Thing]:
    """The commands, in an order that makes a little tour."""
    state = state.absolute()
    run, facts_file = program(), quote(str(state / FACTS))
    usual = state == demo_state().absolute()
    there = "" if usual else f" --facts {facts_file}"
    at_state = "" if usual else f" --state {quote(str(state))}"
    patron = next((patron.barcode for patron in ready_patrons(desk, built)), built.patrons.last)
    item = next((item.barcode for item in ready_items(desk, built)), built.items.last)
    yield Thing(f"{run} sip2 status{there}", "what may this self-check do?")
    yield Thing(f"{run} sip2 checkout --patron {patron} --item {item} --pin {built.pin}{there}", "borrow")
    yield Thing(
        f"{run} sip2 patron --patron {patron} --pin {built.pin}{there}", "loans, holds and fees of a patron"
    )
    yield Thing(f"{run} sip2 item --item {item}{there}", "where is an item?")
    yield Thing(f"{run} sip2 checkin --item {item}{there}", "return")
    if facts.https is not None and facts.https.ncip_profile and "item_remote" in built.cases:
        stored = built.cases["item_remote"]
        yield Thing(f"{run} ncip LookupItem --item {stored}{there}", "NCIP: an item of the automated store")
        yield Thing(f"{run} ncip CheckInItem --as store --item {stored}{there}", "the store has put it away")
    if facts.https is not None and facts.https.sru_open:
        word = facts.https.sru_title
        yield Thing(f"{run} search {word}{there}", "the catalogue: hits, and what is on its shelf now")
    if facts.z3950 is not None:
        query = quote(f"@attr 1=4 {facts.z3950.title}")
        yield Thing(f"{run} z3950 {query} --opac{there}", "the same over Z39.50")
    for fee in islice(_open_fees(desk, built), 1):
        payer = desk.library.patrons[fee.patron].barcode
        yield Thing(f"{run} sip2 pay --patron {payer} --amount {fee.left:.2f}{there}", "pay a fee")
    yield Thing(f"{run} kiosk --demo{there}", "a whole visit, with hints of what to type")
    yield Thing(f"{run} sip2{there}", "a shell that shows every field")
    yield Thing(
        f"{run} sip2 checkout --patron {patron} --item {item} --pin {built.pin} --explain{at_state}",
        "why? The rules, without doing it",
    )
    yield Thing(f"{run} terminals --once{at_state}", "who is connected, and how they fare")
    yield Thing(f"{run} decode '{_LINE}'", "what does this line say?")
    pair = f"--cert {quote(f'{state}/certs/{CERTIFIED}.pem')} --key {quote(f'{state}/certs/{CERTIFIED}.key')}"
    yield Thing(f"{run} sip2 status --user '' {pair}{there}", "a certificate instead of a login")
    yield Thing(
        f"{run} certs terminal my-kiosk --state {quote(str(state))}",
        "a certificate for a machine, and its stunnel.conf",
    )
    conformance = Path(sys.executable).with_name("circdesk-conformance")
    if conformance.exists():
        yield Thing(
            f"{quote(str(conformance))} sip2 --target {facts_file} --known {quote(str(_DIVERGENCES))}",
            "is this SIP2 as the standard has it?",
        )
    yield from _raw(facts)


def _raw(facts: Facts) -> Iterator[Thing]:
    """Without any program of ours."""
    if facts.https is not None and facts.https.ca is not None:
        yield Thing(f"curl --cacert {quote(facts.https.ca)} {facts.https.url}{READY}", "is it ready to work?")
    if facts.z3950 is not None:
        at = f"{_bracketed(facts.z3950.host)}:{facts.z3950.port}/{facts.z3950.database}"
        yield Thing(f"yaz-client {at}", "Z39.50 by YAZ's client; then type:")
        yield Thing("format opac", "  records with what is on the shelf")
        yield Thing(f"find @attr 1=4 {facts.z3950.title}", "  a word of a title")
        yield Thing("show 1", "  the first of them")
    sip2 = facts.sip2
    if sip2.ca is None:
        return
    yield Thing(
        f"openssl s_client -quiet -connect {_bracketed(sip2.host)}:{sip2.port} -CAfile {quote(sip2.ca)}",
        "raw lines; then type:",
    )
    yield Thing(f"9300CN{sip2.user}|CO{sip2.password}|", "  a login, answered with 941")
    yield Thing("9900802.00", "  a status message, answered with 98")


def _bracketed(host: str) -> str:
    """A host as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def program() -> str:
    """How this program is called: by the script beside it where there is one, else by its name."""
    script = _ROOT / "run"
    if not script.is_file():
        return "circdesk"
    return "./run" if Path.cwd() == _ROOT else quote(str(script))


def ready_patrons(desk: CirculationDesk, built: Built) -> Iterator[Patron]:
    """Ordinary patrons who may borrow just now."""
    actor = Actor(SELF_CHECK, "MAIN")
    for barcode in islice(built.patrons.barcodes(), _LOOKED_AT):
        view = desk.view_patron(actor, barcode).outcome
        if view is not None and not view.grounds:
            yield view.patron


def ready_items(desk: CirculationDesk, built: Built) -> Iterator[Item]:
    """Ordinary items that are on their shelves just now."""
    for barcode in islice(built.items.barcodes(), _LOOKED_AT):
        item = desk.library.item(barcode)
        if item is not None and item.status is ItemStatus.AVAILABLE:
            yield item


def _open_fees(desk: CirculationDesk, built: Built) -> Iterator[Fee]:
    for patron in ready_patrons(desk, built):
        yield from desk.library.open_fees_of(patron.id)
