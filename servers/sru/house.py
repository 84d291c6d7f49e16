"""What all endpoints share: the catalogue, the desk, and where records are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from core.catalogue import Catalogue
from core.desk import CirculationDesk
from core.model.records import BibId
from servers.catalogue.access_points import table
from servers.catalogue.headings import Headings


class Ready(Protocol):
    """Records ready for answers (`servers.catalogue.indexing`)."""

    def records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib as MARCXML but for its end; None where there is none."""
        ...

    def marc_records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib in ISO 2709, in UTF-8; None where there is none."""
        ...


class House(Struct, frozen=True):
    """The one catalogue behind every endpoint. ``bodies`` reads MARC records from the store."""

    catalogue: Catalogue
    desk: CirculationDesk
    ready: Ready
    bodies: Callable[[Sequence[BibId]], Awaitable[Mapping[BibId, bytes]]]

    def headings(self) -> Headings:
        """What tells how the values of lists are written."""
        return Headings(table(), self.catalogue, self.desk.library, self.ready.marc_records)
