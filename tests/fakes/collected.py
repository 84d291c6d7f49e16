"""Entries as they are, from the pieces that they are made of."""

from __future__ import annotations

from collections.abc import Sequence

from core.model.records import BibId
from core.plan import Entry
from core.ports import Piece, Pieces, Prepared


class Collected:
    """A `core.ports.Prepare` that keeps the entries; what it gives to put into an index is their number."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def __call__(self, entry: Entry) -> Prepared:
        """Kept as it is."""
        self.entries[str(entry.id)] = entry
        return Prepared(entry.id, str(entry.id))

    def text(self, row: str, text: str) -> Pieces:
        """A text of a row."""
        return (("texts", (row, text)),)

    def term(self, point: str, term: str) -> Pieces:
        """A term of a point."""
        return (("terms", (point, term)),)

    def order(self, point: str, key: str | int) -> Pieces:
        """What a point is sorted by."""
        return (("order", (point, key)),)

    def whole(self, bib: BibId, pieces: Sequence[Piece]) -> Prepared:
        """The entry that they make."""
        entry = Entry(bib, {}, {}, {})
        for kind, (name, value) in pieces:
            if kind == "order":
                entry.order.setdefault(name, value)
            else:
                values = getattr(entry, kind).setdefault(name, [])
                if kind == "texts" or value not in values:
                    values.append(value)
        return self(entry)
