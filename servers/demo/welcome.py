"""The words of welcome: where everything is, who may do what, and what to try.

The rule it keeps: what is shown is so at this moment, and what can be pasted is never broken into two lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from core.desk import CirculationDesk
from servers.app import Server
from servers.demo.built import CONFIGURATION, Built
from servers.demo.facts import Facts, HttpsFacts
from servers.demo.house import TERMINALS
from servers.demo.story import CASES
from servers.demo.things import ready_items, ready_patrons, things_to_type
from servers.places import FACTS
from servers.search.front import HOME

SHOWN = 4
"""Ordinary patrons and items that are shown."""

LONGEST_TITLE = 44
"""Characters of a title, wide ones counting twice."""

Row = tuple[str, str, str]


def welcome(server: Server, built: Built, facts: Facts, state: Path, console: Console, *, new: bool) -> None:
    """Print everything; the console decides about colours and width."""
    desk = server.desk
    _head(console, f"{desk.policy.policy.name}, a demonstration of circdesk")
    _line(console, _extent(desk, built, new=new))
    _line(console, f"SIP2 over TLS  {facts.sip2.host}:{facts.sip2.port}, institution {facts.institution}")
    if facts.https is not None:
        _line(console, f"HTTPS          {facts.https.url}")
        if server.settings.search_page.enabled:
            _line(console, f"catalogue      {facts.https.url}{HOME}, in a browser")
        if databases := [one for one in (facts.https.sru, facts.https.sru_open) if one]:
            _line(console, f"SRU            {' and '.join(databases)}")
        _line(console, f"NCIP           {facts.https.ncip}{_partners(facts.https)}")
    if facts.z3950 is not None:
        _line(console, f"Z39.50         {facts.z3950.host}:{facts.z3950.port}/{facts.z3950.database}")
    _line(console, f"authority      {facts.sip2.ca or 'whoever issued your certificate'}")
    _line(console, f"configuration  {state.absolute() / CONFIGURATION}")
    _line(console, f"facts          {state.absolute() / FACTS}")
    _table(console, "Terminals: user and password", _terminals(server, built))
    _table(
        console,
        f"Patrons, all with PIN {built.pin}: {built.patrons.count:,} ordinary ones",
        _patrons(desk, built),
    )
    _table(console, f"Items: {built.items.count:,} ordinary ones", _items(desk, built))
    _table(console, "Cases", _cases(desk, built))
    _head(console, "Things to type in another terminal")
    for thing in things_to_type(desk, built, facts, state):
        console.print(f"  # {thing.meaning}", style="dim", markup=False, highlight=False)
        _line(console, f"  {thing.line}")
    _head(console, "Stop with Ctrl-C")


def _extent(desk: CirculationDesk, built: Built, *, new: bool) -> str:
    library = desk.library
    when = f"{built.built_at.astimezone():%Y-%m-%d %H:%M}"
    since = "built just now" if new else f"built {when} and used since (--fresh builds it anew)"
    return (
        f"{len(library.bibs):,} bibs, {len(library.items):,} items, {len(library.patrons):,} patrons; {since}"
    )


def _partners(https: HttpsFacts) -> str:
    """Who may speak NCIP without more ado: profile and desk of the store, and the broker's profile."""
    store = f"store {https.ncip_profile} at {https.ncip_desk}" if https.ncip_profile else ""
    broker = f"broker {https.ncip_partner}" if https.ncip_partner else ""
    return "".join(f", {partner}" for partner in (store, broker) if partner)


def _terminals(server: Server, built: Built) -> Iterator[Row]:
    for terminal in server.settings.terminal:
        password = built.passwords.get(terminal.name, "(as you set it)")
        yield terminal.user, password, TERMINALS.get(terminal.name, terminal.desk)


def _patrons(desk: CirculationDesk, built: Built) -> Iterator[Row]:
    for patron in islice(ready_patrons(desk, built), SHOWN):
        yield patron.barcode, patron.name, patron.group
    yield f"… {built.patrons.last}", "", ""


def _items(desk: CirculationDesk, built: Built) -> Iterator[Row]:
    of_each_bib = {item.bib: item for item in islice(ready_items(desk, built), SHOWN * SHOWN)}
    for item in islice(of_each_bib.values(), SHOWN):
        yield item.barcode, _short(desk.library.title(item)), desk.policy.location(item.location).name
    yield f"… {built.items.last}", "", ""


def _cases(desk: CirculationDesk, built: Built) -> Iterator[Row]:
    for case, barcode in built.cases.items():
        patron, item = desk.library.patron(barcode), desk.library.item(barcode)
        name = (
            patron.name
            if patron is not None
            else _short(desk.library.title(item))
            if item is not None
            else ""
        )
        yield barcode, name, CASES.get(case, case)


def _head(console: Console, text: str) -> None:
    console.print()
    console.print(text, style="bold", markup=False, highlight=False)


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _table(console: Console, title: str, rows: Iterable[Row]) -> None:
    """Columns as wide as they must be: a barcode or a password that is cut off is of no use."""
    _head(console, title)
    shown = list(rows)
    first, second = (max(cell_len(row[column]) for row in shown) for column in (0, 1))
    for key, name, meaning in shown:
        text = Text.assemble(
            (set_cell_size(key, first), "cyan"), f"  {set_cell_size(name, second)}  ", meaning
        )
        console.print(text, soft_wrap=True)


def _short(title: str) -> str:
    return title if cell_len(title) <= LONGEST_TITLE else f"{set_cell_size(title, LONGEST_TITLE - 1)}…"
