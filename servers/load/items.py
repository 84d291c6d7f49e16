"""Rows become items.

The rule it keeps: what an item is comes from the file; where it stands comes from the file only once,
then from the desk.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from core.model.records import Bib, BibId, Item, ItemId, ItemStatus, Medium
from core.ports import Change
from protocols.marc.iso2709 import unpack
from servers.load.bibs import Bodies
from servers.load.card import medium
from servers.load.known import Known
from servers.load.rows import Once, verdict
from servers.load.tables import Row
from servers.load.verdict import UNCHANGED, Outcome, Unusable, Verdict

NO_LOAN_YET = "on loan in the source: in process here until its loan is loaded or it is scanned in"
NO_HOLD_YET = "on the hold shelf in the source: in process here until its hold is loaded or it is scanned in"

_WAITING = {
    ItemStatus.ON_LOAN: NO_LOAN_YET,
    ItemStatus.CLAIMED_RETURNED: NO_LOAN_YET,
    ItemStatus.ON_HOLD_SHELF: NO_HOLD_YET,
}
"""States that only a loan or a hold can give. Until it comes, nobody may be told that the item is on
its shelf.
"""


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
        await self._learn_media(rows)
        return [verdict(row, self._place) for row in rows]

    async def _learn_media(self, rows: Sequence[Row]) -> None:
        numbers = {_control_number(row) for row in rows}
        bibs = [self._known.bibs[number] for number in numbers if number in self._known.bibs]
        bodies = await self._bodies([bib.id for bib in bibs if bib.id not in self._media])
        for bib, body in bodies.items():
            self._media[bib] = medium(unpack(body))

    def _place(self, row: Row) -> Verdict:
        bib = self._known.bibs.get(number := row.need("bib"))
        if bib is None:
            raise Unusable("no such bib", number)
        item = self._described(row, bib)
        item, warning = _standing(item, row)
        self._barcodes.claim(item.barcode, row.place)
        before = self._known.items.get(item.barcode)
        if before is not None:
            return self._replace(before, item)
        item = replace(item, id=ItemId(self._known.new_id()))
        self._known.items[item.barcode] = item
        return Verdict(Outcome.ADDED, changes=(Change(None, item),), warnings=(warning,) if warning else ())

    def _replace(self, before: Item, described: Item) -> Verdict:
        """As the file describes it, where the desk has it; what machines have added to its note stays."""
        item = replace(
            described,
            id=before.id,
            version=before.version,
            status=before.status,
            loan=before.loan,
            hold=before.hold,
            destination=before.destination,
            moved_at=before.moved_at,
            note=before.note if before.note.startswith(described.note) else described.note,
        )
        if item == before:
            return UNCHANGED
        item = replace(item, version=before.version + 1)
        self._known.items[item.barcode] = item
        return Verdict(Outcome.REPLACED, changes=(Change(before, item),))

    def _described(self, row: Row, bib: Bib) -> Item:
        """What the item is, without an id yet."""
        kind = row.code("medium", Medium)
        return Item(
            id=ItemId(0),
            version=1,
            barcode=row.need("barcode"),
            bib=bib.id,
            location=row.need("location"),
            policy=row.text("policy"),
            call_number=row.text("call_number"),
            description=row.text("description"),
            medium=self._media.get(bib.id, Medium.BOOK) if kind is None else kind,
            price=row.amount("price"),
            note=row.text("note"),
            permanent_location=_permanent(row),
        )


def _permanent(row: Row) -> str:
    """Where the item belongs, if it is somewhere else for a while."""
    permanent = row.text("permanent_location")
    return "" if permanent == row.text("location") else permanent


def _control_number(row: Row) -> str:
    try:
        return "" if row.refusal() else row.text("bib")
    except Unusable:
        return ""


def _standing(item: Item, row: Row) -> tuple[Item, str]:
    """The item where the file says it stands, and a warning or nothing."""
    status = row.code("status", ItemStatus) or ItemStatus.AVAILABLE
    if status in _WAITING:
        return replace(item, status=ItemStatus.IN_PROCESS), _WAITING[status]
    travelling = status is ItemStatus.IN_TRANSIT
    destination = row.text("destination") or item.location.partition("/")[0] if travelling else ""
    return replace(item, status=status, destination=destination), ""
