"""What all endpoints share: the catalogue, the desk, and where records are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from core.catalogue import Catalogue
from core.desk import CirculationDesk
from core.model.records import BibId


class Ready(Protocol):
    """Records as MARCXML, ready but for their end (`servers.catalogue.indexing`)."""

    def records(self, bibs: Sequence[BibId]) -> list[bytes | None]:
        """The record of each bib; None where there is none."""
        ...


class House(Struct, frozen=True):
    """The one catalogue behind every endpoint. ``bodies`` reads MARC records from the store."""

    catalogue: Catalogue
    desk: CirculationDesk
    ready: Ready
    bodies: Callable[[Sequence[BibId]], Awaitable[Mapping[BibId, bytes]]]
