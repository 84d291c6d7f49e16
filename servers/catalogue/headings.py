"""Headings as people write them: a list has them folded, and one of the records that have them does not.

The rule it keeps: what is shown is in a record, and means the listed value; where no record can tell, nothing
is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from core.analysis import term
from core.catalogue import Catalogue, Hits
from core.library import Library
from core.model.records import BibId
from core.points import AccessPoint
from core.query import Clause, Match, plain
from protocols.marc.elements import joined
from protocols.marc.iso2709 import Marc, unpack
from servers.catalogue.access_points import TEXTS, Table

Records = Callable[[Sequence[BibId]], Sequence[bytes | None]]
"""Gives records in ISO 2709; None for one that is not there."""

WRITTEN: Final = 50
"""Values of an answer that are told as people write them: each costs a search and a look into a record."""

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_ARTICLE: Final = 10
"""The most characters at the beginning of a title that do not sort (its indicator has one digit)."""
_CALL_NUMBER: Final = "item.call_number"


class Headings:
    """Finds how values of lists are written."""

    def __init__(self, table: Table, catalogue: Catalogue, library: Library, records: Records) -> None:
        self.catalogue = catalogue
        self._library = library
        self._records = records
        self._places = {
            filling.key: _by_tag([(place.tag, place.codes or _LETTERS) for place in filling.places])
            for filling in table.fillings
            if filling.kind in TEXTS
        }

    def all_written(self, point: AccessPoint, values: Sequence[str], most: int = WRITTEN) -> list[str]:
        """The same of several values; of those beyond so many, nothing."""
        return [self.written(point, value) if at < most else "" for at, value in enumerate(values)]

    def written(self, point: AccessPoint, value: str) -> str:
        """How one of the records that have it writes a whole value of the point; nothing if none tells."""
        places = self._places.get(point.key)
        if places is None:
            return ""
        found = self.catalogue.search(Clause(point.name, Match.HEADING, plain(value)), limit=1)
        ids = found.ids if isinstance(found, Hits) else ()
        for record in self._records(ids):
            for text in _texts(places, unpack(record)) if record is not None else ():
                if form := next((one for one in _forms(text) if term(point.kind, one) == value), ""):
                    return form
        if _CALL_NUMBER in places:
            texts = [item.call_number for bib in ids for item in self._library.items_of(bib)]
            return next((text for text in texts if term(point.kind, text) == value), "")
        return ""


def _by_tag(places: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for tag, codes in places:
        found[tag].append(codes)
    return dict(found)


def _texts(places: Mapping[str, Sequence[str]], marc: Marc) -> Iterator[str]:
    """What a record has in the places. A field in another script (880) counts as the one it is linked to."""
    for tag, data in marc.fields:
        name = joined(data, "6")[:3] if tag == b"880" else tag.decode("latin-1")
        for codes in places.get(name, ()):
            if text := joined(data, codes):
                yield text


def _forms(text: str) -> Iterator[str]:
    """The text, and what is left of it without its first word or words: an article does not sort."""
    for start in range(min(_ARTICLE, len(text))):
        if not start or (text[start].isalnum() and not text[start - 1].isalnum()):
            yield text[start:]
