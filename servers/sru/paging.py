"""What a client goes on with: cursors through a catalogue that stands still, and result sets by their id.

The rule it keeps: a cursor is opaque, and good for the query that it was given for. Both last as long as the
catalogue keeps that moment; who comes later is told so, and never gets records of another moment.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice
from secrets import token_hex
from typing import Final

import msgspec
from msgspec import Struct

from core.catalogue import Catalogue, Hits
from core.model.records import BibId
from core.query import Query, SearchRefused, SortKey

CURSOR: Final = "x-cursor"
"""The parameter by which a client asks for a cursor, with an empty value or ``*``, and goes on with one."""

FIRST: Final = frozenset({"", "*"})
MOST_SETS: Final = 64
COMBINED: Final = 10_000
"""The most records of a set that is combined with other terms."""


class Cursor(Struct, frozen=True, array_like=True):
    """Where the next page begins, counted from 1, in which moment of the catalogue, for which query."""

    snapshot: str
    position: int
    query: str

    def __str__(self) -> str:
        """As the client has it."""
        return urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def mark(*asked: str) -> str:
    """What tells one query from another."""
    return blake2b("\0".join(asked).encode(errors="replace"), digest_size=6).hexdigest()


def read_cursor(text: str) -> Cursor | None:
    """The cursor that a client sent back; None if it is none of ours."""
    try:
        cursor = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Cursor)
    except (Error, ValueError):
        return None
    return cursor if cursor.position > 0 else None


class ResultSet(Struct, frozen=True):
    """A query, an order and a moment: what was found then can be asked for again."""

    id: str
    query: Query
    sort: tuple[SortKey, ...]
    snapshot: str


class ResultSets:
    """The sets of one endpoint; beyond a number the oldest is forgotten."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._sets: dict[str, ResultSet] = {}

    @property
    def seconds(self) -> int:
        """How long a set is kept after it was last used."""
        return int(self._catalogue.limits.snapshot_seconds)

    def keep(self, query: Query, sort: tuple[SortKey, ...], snapshot: str) -> ResultSet:
        """Make a set of what a query finds in a moment that the catalogue keeps."""
        made = ResultSet(token_hex(8), query, sort, snapshot)
        for oldest in list(islice(self._sets, max(0, len(self._sets) + 1 - MOST_SETS))):
            del self._sets[oldest]
        self._sets[made.id] = made
        return made

    def find(self, set_id: str) -> ResultSet | None:
        """The set with this id."""
        return self._sets.get(set_id)

    def ids(self, set_id: str) -> Sequence[BibId] | None:
        """The first records of a set, for a query that it is a part of; None if it is no more."""
        found = self._sets.get(set_id)
        if found is None:
            return None
        hits: Hits | SearchRefused = self._catalogue.search(
            found.query, (), 0, COMBINED, snapshot=found.snapshot
        )
        return None if isinstance(hits, SearchRefused) else hits.ids
