"""What is made of a bib: its entry in the index, and its record for answers.

The rule it keeps: a body is taken apart once.
"""

from __future__ import annotations

from msgspec import Struct

from core.ports import Prepare, Prepared
from protocols.marc.errors import NotMarc
from protocols.marc.exchange import to_be_sent
from protocols.marc.marcxml import marcxml
from servers.catalogue.access_points import table
from servers.catalogue.entries import Entries, Subject, taken_apart
from servers.catalogue.forms import joined


class Made(Struct, frozen=True):
    """What the index takes in, and the record in both forms (empty if there is none), with its version."""

    prepared: Prepared
    version: int
    record: bytes


class Making:
    """Makes it, for one index."""

    def __init__(self, prepare: Prepare) -> None:
        self._prepare = prepare
        self._entries = Entries(table())

    def __call__(self, subject: Subject) -> Made:
        """A body that cannot be read is found by its card alone, and has no record."""
        marc = taken_apart(subject.body)
        try:
            record = joined(marcxml(marc), to_be_sent(marc)) if marc.leader else b""
        except NotMarc:
            record = b""
        return Made(self._prepare(self._entries.of(subject, marc)), subject.bib.version, record)
