"""Which bibs are found by something else after an event.

The rule it keeps: an event is listed here if it can change a card, a body, or what the index has of an item.
Where an item stands is no such thing: that is asked of the memory, whenever somebody wants to know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.electronic import ByBib
from core.events import (
    CheckedIn,
    CheckedOut,
    Event,
    ItemAdded,
    ItemChanged,
    ItemEnded,
    RecordsLoaded,
    Shelved,
)
from core.library import Library
from core.model.records import Bib, BibBody, BibId, Item, ItemId, Portfolio, Representation

_BIBS: Final = frozenset({Bib.__name__, BibBody.__name__})


def affected(event: Event, library: Library) -> Iterable[BibId]:
    """The bibs to be looked at again. Some may be gone."""
    match event:
        case CheckedOut() | CheckedIn():
            return ()  # most of all events by far
        case ItemAdded() | ItemChanged() | ItemEnded():
            return (event.item.bib,)
        case Shelved(item=shelved):
            return _of_items([shelved], library)
        case RecordsLoaded(kind, ids) if kind in _BIBS:
            return map(BibId, ids)
        case RecordsLoaded(kind, ids, left) if kind == Item.__name__:
            return (*left, *_of_items(map(ItemId, ids), library))
        case RecordsLoaded(kind, ids, left) if kind == Portfolio.__name__:
            return (*left, *_of_inventory(library.portfolios, ids))
        case RecordsLoaded(kind, ids, left) if kind == Representation.__name__:
            return (*left, *_of_inventory(library.representations, ids))
        case _:
            return ()


def _of_inventory(records: ByBib[Portfolio] | ByBib[Representation], ids: Iterable[int]) -> Iterable[BibId]:
    wanted = frozenset(ids)
    return [record.bib for record in records.by_pid.values() if record.id in wanted]


def _of_items(ids: Iterable[ItemId], library: Library) -> Iterable[BibId]:
    return [library.items[item].bib for item in ids if item in library.items]
