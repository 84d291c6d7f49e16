"""Bibs by what is known of them in memory: true in the very moment that the desk changes it.

The rule it keeps: an identifier is taken as it is typed, or in capitals; what is not found so may still be in
the index, in its normal form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.interpreting import Resolve
from core.library import Library
from core.model.records import BibId, ItemId


def resolvers(library: Library) -> Mapping[str, Resolve]:
    """By point: what finds the bibs of an identifier."""

    def by_number(typed: str) -> Sequence[BibId]:
        bib = library.bib(typed)
        return () if bib is None else (bib.id,)

    def by_barcode(typed: str) -> Sequence[BibId]:
        item = library.item(typed) or library.item(typed.upper())
        return () if item is None else (item.bib,)

    def by_item(typed: str) -> Sequence[BibId]:
        item = library.items.get(ItemId(int(typed))) if typed.isdecimal() else None
        return () if item is None else (item.bib,)

    def by_portfolio(typed: str) -> Sequence[BibId]:
        portfolio = library.portfolios.by_pid.get(typed)
        return () if portfolio is None else (portfolio.bib,)

    def by_representation(typed: str) -> Sequence[BibId]:
        representation = library.representations.by_pid.get(typed)
        return () if representation is None else (representation.bib,)

    return {
        "mms_id": by_number,
        "barcode": by_barcode,
        "item_pid": by_item,
        "portfolio_pid": by_portfolio,
        "representation_pid": by_representation,
    }
