"""Rows become items.

The rule it keeps: what an item is comes from the file; where it stands comes from the file only once, then from the desk.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.model.records import Bib, BibId, Item, ItemId, ItemStatus, Medium
from core.ports import Change
from servers.load.bibs import Bodies
from servers.load.card import medium
from servers.load.iso2709 import RECORD_END, Frame, unpack
from servers.load.known import Known
from servers.load.rows import Once, verdict
from servers.load.tables import Row
from servers.load.verdict import UNCHANGED, Outcome, Unusable, Verdict

NO_LOAN_YET = "on loan in the source: in process here until its loan is loaded, or until it is scanned in"
NO_HOLD_YET = "on the hold shelf in the source: in process here until its hold is loaded, or until it is scanned in"

_WAITING = {
    ItemStatus.ON_LOAN: NO_LOAN_YET,
    ItemStatus.CLAIMED_RETURNED: NO_LOAN_YET,
    ItemStatus.ON_HOLD_SHELF: NO_HOLD_YET,
}
"""States that only a loan or a hold can give. Until it comes, nobody may be told that the item is on its shelf."""


class ItemJudge:
    """Decides about rows, given what is known, which it keeps up."""

    def __init__(self, known: Known, bodies: Bodies) -> None:
        """``bodies`` tells the medium of items for which the file does not."""
        self._known = known
        self._bodies = bodies
        self._media: dict[BibId, Medium] = {}
        self._barcodes = Once("the barcode")

    async def judge(self, rows: Sequence[Row]) -> list[Verdict]:
        """A verdict for each row."""
        return [verdict(row, self._place) for row in rows]
