"""What is made of a bib: its entry in the index, and its record for answers.

The rule it keeps: a body is taken apart once.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.model.records import BibId
from core.ports import Prepare, Prepared
from protocols.marc.errors import NotMarc
from protocols.marc.exchange import to_be_sent
from protocols.marc.iso2709 import Marc
from protocols.marc.marcxml import marcxml
from servers.catalogue.access_points import table
from servers.catalogue.entries import Entries, Subject, taken_apart
from servers.catalogue.forms import joined


class Readied(Struct, frozen=True, gc=False):
    """A record for the file of those that are ready, with its bib and the bib's version: in both forms, or
    unmade, or empty.
    """

    bib: BibId
    version: int
    record: bytes


class Making:
    """Makes what an index takes in."""

    def __init__(self, prepare: Prepare) -> None:
        self.entry: Final = Entries(table(), prepare)

    def both(self, subject: Subject) -> tuple[Prepared, Readied]:
        """The entry, and the record in both forms."""
        marc = taken_apart(subject.body)
        readied = Readied(subject.bib.id, subject.bib.version, _record(marc))
        return self.entry.of(subject, marc), readied


def record(body: bytes) -> bytes:
    """The record of a body in both forms; empty where it has none."""
    return _record(taken_apart(body))


def _record(marc: Marc) -> bytes:
    try:
        return joined(marcxml(marc), to_be_sent(marc)) if marc.leader else b""
    except NotMarc:
        return b""
