"""What the store holds already, by the keys that files use, and what the desk has done with it.

The rule it keeps: what the desk has dealt with belongs to the desk; a file from before must not bring
it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from core.events import CheckedIn, CheckedOut, HoldCancelled, HoldPlaced, Recorded, Renewed
from core.model.records import (
    Bib,
    BibId,
    Hold,
    Item,
    ItemId,
    Patron,
    PatronId,
    Portfolio,
    Record,
    Representation,
)

HoldKey = tuple[PatronId, BibId, ItemId | None]
"""What a patron can wish for only once."""


class Known:
    """Records by the keys of files. Judges keep it up with what they decide."""

    def __init__(self, records: Iterable[Iterable[Record]], next_id: int) -> None:
        """``records`` are the chunks of the store, ``next_id`` the first id that is free."""
        self.bibs: dict[str, Bib] = {}
        self.items: dict[str, Item] = {}
        self.patrons: dict[str, Patron] = {}
        self.holds: dict[HoldKey, Hold] = {}
        self.portfolios: dict[str, Portfolio] = {}
        self.representations: dict[str, Representation] = {}
        self.from_marc: dict[BibId, dict[str, Portfolio]] = {}
        self._ids = count(next_id)
        for chunk in records:
            for record in chunk:
                self._learn(record)

    def _learn(self, record: Record) -> None:
        match record:
            case Bib():
                self.bibs[record.control_number] = record
            case Item():
                self.items[record.barcode] = record
            case Patron():
                self.put_patron(record)
            case Hold():
                self.put_hold(record)
            case Portfolio():
                self.put_portfolio(record)
            case Representation():
                self.representations[record.pid] = record
            case _:
                return

    def put_patron(self, patron: Patron, before: Patron | None = None) -> None:
        """Find the patron by barcode and by every identifier from now on, and not by those of ``before``."""
        for key in before.identifiers if before is not None else ():
            del self.patrons[key]
        for key in (patron.barcode, *patron.identifiers):
            self.patrons[key] = patron

    def put_hold(self, hold: Hold) -> None:
        """Find the hold by what it is for."""
        self.holds[hold.patron, hold.bib, hold.item] = hold

    def put_portfolio(self, portfolio: Portfolio) -> None:
        """Find the portfolio by its number, and by its bib if it was read from there."""
        self.portfolios[portfolio.pid] = portfolio
        of_bib = self.from_marc.setdefault(portfolio.bib, {})
        of_bib.pop(portfolio.pid, None)
        if portfolio.from_marc:
            of_bib[portfolio.pid] = portfolio

    def new_id(self) -> int:
        """An id that no record has had."""
        return next(self._ids)


class Dealt:
    """The items and patrons the desk has dealt with, as far as its log goes back."""

    def __init__(self, log: Iterable[Recorded]) -> None:
        """``log`` is every event there is."""
        self.items: set[ItemId] = set()
        self.holders: set[PatronId] = set()
        for recorded in log:
            match recorded.event:
                case CheckedOut(item=item, loan=loan, hold=hold):
                    self.items.add(item)
                    if hold is not None:
                        self.holders.add(loan.patron)
                case Renewed(item=item) | CheckedIn(item=item):
                    self.items.add(item)
                case HoldPlaced(hold=placed):
                    self.holders.add(placed.patron)
                case HoldCancelled(patron=patron):
                    self.holders.add(patron)
                case _:
                    continue
