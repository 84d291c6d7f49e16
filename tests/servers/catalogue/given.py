"""The works of the demonstration as a catalogue: many languages and scripts, entered as cataloguers do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from core.catalogue import Catalogue
from core.library import Library
from core.model.records import Bib, BibBody, BibId, Item, ItemId, Record
from core.storage.tantivy_index import TantivyIndex
from protocols.marc.iso2709 import pack
from servers.app import index_layout
from servers.catalogue.access_points import table
from servers.catalogue.entries import Entries, Subject
from servers.catalogue.local_ids import resolvers
from servers.demo.marc import marc
from servers.demo.works import written
from servers.load.card import card

PLACES = ("MAIN/STACKS", "EAST/FILMS", "EAST/STACKS")


def works() -> list[tuple[Bib, bytes, tuple[Item, ...]]]:
    """Card, body and items of each: none, one or two."""
    found = []
    for index, work in enumerate(written(), 1):
        body = marc(work, f"99{index:06}", date(2020, 1 + index % 12, 1))
        bib = card(body, BibId(index), 1, f"99{index:06}")
        items = tuple(
            Item(ItemId(10_000 + 2 * index + copy), 1, f"B{index}-{copy}", bib.id, PLACES[index % 3], "book")
            for copy in range(index % 3)
        )
        found.append((bib, pack(body), items))
    return found


def records() -> list[Record]:
    """All of it, as a store keeps it."""
    found: list[Record] = []
    for bib, body, items in works():
        found += (bib, BibBody(bib.id, 1, body), *items)
    return found


def library() -> Library:
    """All of it, in memory."""
    found = Library()
    found.install([bib for bib, _, _ in works()])
    found.install([item for _, _, items in works() for item in items])
    return found


def index(folder: Path) -> TantivyIndex:
    """All of it, in an index."""
    found = TantivyIndex.open(folder, index_layout(table()))
    entries = Entries(table(), found.prepare)
    found.add([entries(Subject(*work)) for work in works()])
    found.commit(1)
    return found


def catalogue(of: TantivyIndex) -> Catalogue:
    """The door to it."""
    return Catalogue(table().points, lambda: of.view, lambda: 0.0, resolvers(library()))
