"""A record as text for people (SUTRS): what it is, and where it is held.

The rule it keeps: lines end with LF and have at most 72 characters (Z39.50-1995, REC.2); a brief record is
the first lines of the full one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

from core.availability import Inventory
from core.policy_table import PolicyTable
from protocols.marc.elements import joined
from protocols.marc.iso2709 import Marc

WIDTH: Final = 72
_INDENT: Final = 14

_BRIEF: Final = (
    ("Title", b"245", "abfgknp"),
    ("Author", b"100 110 111", "abcdnq"),
    ("Published", b"260 264", "abc"),
)
_FULL: Final = (
    ("Edition", b"250", "ab"),
    ("Description", b"300", "abce"),
    ("Series", b"490 830", "av"),
    ("With", b"700 710 711", "abcdnqt"),
    ("Subject", b"600 610 611 630 650 651 655", "abcdnpqtvxyz"),
    ("Note", b"500 504 505 520", "abgrt"),
    ("ISBN", b"020", "a"),
    ("ISSN", b"022", "a"),
)
"""Label, tags, subfields."""


def text(marc: Marc, number: str, inventory: Inventory | None, policy: PolicyTable) -> str:
    """The record, whose fields are UTF-8; without an inventory the brief one."""
    rows = list(_rows(marc, _BRIEF))
    if inventory is not None:
        rows += [*_rows(marc, _FULL), *_held(inventory, policy)]
    return "".join([line for label, said in [*rows, ("Record", number)] for line in _lines(label, said)])


def _rows(marc: Marc, table: tuple[tuple[str, bytes, str], ...]) -> Iterator[tuple[str, str]]:
    for label, tags, codes in table:
        for data in marc.all(*tags.split()):
            if said := joined(data, codes):
                yield label, said


def _held(inventory: Inventory, policy: PolicyTable) -> Iterator[tuple[str, str]]:
    for holding in inventory.holdings:
        agency, place = policy.agency(holding.agency), policy.location(holding.location)
        told = [agency.name or agency.code, place.name or place.code, holding.call_number]
        there, items = len(holding.items) - len(holding.out), len(holding.items)
        yield "Held", f"{', '.join(filter(None, told))}: {there} of {items} available"
    for url in links(inventory):
        yield "Online", url


def links(inventory: Inventory) -> Sequence[str]:
    """Where the bib can be had in electronic form."""
    urls = [one.url for one in inventory.portfolios] + [one.url for one in inventory.representations]
    return [url for url in urls if url]


def _lines(label: str, said: str) -> Iterator[str]:
    before = f"{label}:".ljust(_INDENT)
    for line in wrap(said, WIDTH - _INDENT, break_on_hyphens=False) or [""]:
        yield f"{before}{line}\n"
        before = " " * _INDENT
