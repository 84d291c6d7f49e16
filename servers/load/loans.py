"""Rows become open loans, which live in their items.

The rule it keeps: a loan from the file never overrules one made at the desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from msgspec.structs import replace

from core.model.records import Item, ItemStatus, Loan
from core.ports import Change
from servers.load.known import Dealt, Known
from servers.load.rows import Once, verdict
from servers.load.tables import Row
from servers.load.verdict import UNCHANGED, Outcome, Unusable, Verdict, skipped

DEALT_WITH = "the desk has dealt with the item since"


class LoanState(IntEnum):
    """What a row may say about its loan."""

    ON_LOAN = ItemStatus.ON_LOAN
    LOST = ItemStatus.LOST
    CLAIMED_RETURNED = ItemStatus.CLAIMED_RETURNED


class LoanJudge:
    """Decides about rows, given what is known, which it keeps up, and what the desk has dealt with."""

    def __init__(self, known: Known, dealt: Dealt) -> None:
        """Both are of the store as it was before the load."""
        self._known = known
        self._dealt = dealt
        self._items = Once("a loan of the item")

    async def judge(self, rows: Sequence[Row]) -> list[Verdict]:
        """A verdict for each row."""
        return [verdict(row, self._place) for row in rows]

    def _place(self, row: Row) -> Verdict:
        item = self._known.items.get(barcode := row.need("item"))
        if item is None:
            raise Unusable("no such item", barcode)
        patron = self._known.patrons.get(key := row.need("patron"))
        if patron is None:
            raise Unusable("no such patron", key)
        out_at = row.moment("out_at")
        if out_at is None:
            raise Unusable("no out_at")
        loan = Loan(patron.id, out_at, row.due("due"), row.count("renewals"), row.text("agency"))
        state = row.code("state", LoanState)
        self._items.claim(item.id, row.place)
        return self._lend(item, loan, state)

    def _lend(self, item: Item, loan: Loan, state: LoanState | None) -> Verdict:
        if item.loan is not None and (item.loan.patron, item.loan.out_at) == (loan.patron, loan.out_at):
            return UNCHANGED
        if item.id in self._dealt.items:
            return skipped(DEALT_WITH)
        if item.loan is not None:
            raise Unusable("the item is on loan already", item.barcode)
        if item.hold is not None:
            raise Unusable("the item is set aside for a hold", item.barcode)
        status = _status(item, state)
        lent = replace(item, version=item.version + 1, status=status, loan=loan, destination="")
        self._known.items[item.barcode] = lent
        return Verdict(Outcome.ADDED, changes=(Change(item, lent),))


def _status(item: Item, state: LoanState | None) -> ItemStatus:
    """What the row says; if it says nothing, an item that is lost already was lost by this borrower."""
    if state is not None:
        return ItemStatus(state)
    return ItemStatus.LOST if item.status is ItemStatus.LOST else ItemStatus.ON_LOAN
