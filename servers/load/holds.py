"""Rows become open holds, some of them with an item set aside.

The rule it keeps: a hold and the item trapped for it are loaded together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum

from msgspec import Struct
from msgspec.structs import replace

from core.model.records import BibId, Hold, HoldId, HoldStatus, Item, ItemStatus, Patron
from core.ports import Change
from servers.load.known import Dealt, Known
from servers.load.rows import Once, verdict
from servers.load.tables import Row
from servers.load.verdict import UNCHANGED, Outcome, Unusable, Verdict, skipped

DEALT_WITH = "the desk has dealt with the patron's holds since"
VOLUME = "a hold on a volume: bound to one item of it"


class Level(IntEnum):
    """What a hold asks for: any item of a bib, one item, or any item of a volume (a call number)."""

    BIB = 0
    ITEM = 1
    VOLUME = 2


class _Wish(Struct, frozen=True):
    bib: BibId
    item: Item | None = None
    warnings: tuple[str, ...] = ()


class HoldJudge:
    """Decides about rows, given what is known, which it keeps up, and what the desk has dealt with."""

    def __init__(self, known: Known, dealt: Dealt, shelf_time: timedelta) -> None:
        """``shelf_time`` is how long an item waits on the hold shelf where the file does not say."""
        self._known = known
        self._dealt = dealt
        self._shelf_time = shelf_time
        self._wishes = Once("the hold of this patron on this")

    async def judge(self, rows: Sequence[Row]) -> list[Verdict]:
        """A verdict for each row."""
        return [verdict(row, self._place) for row in rows]

    def _place(self, row: Row) -> Verdict:
        patron = self._known.patrons.get(key := row.need("patron"))
        if patron is None:
            raise Unusable("no such patron", key)
        wish = self._wish(row, patron)
        hold = self._read(row, patron, wish)
        captured, shelved = row.moment("captured_at"), row.moment("shelved_at")
        self._wishes.claim((hold.patron, hold.bib, hold.item), row.place)
        if (hold.patron, hold.bib, hold.item) in self._known.holds:
            return UNCHANGED
        if hold.patron in self._dealt.holders:
            return skipped(DEALT_WITH)
        trapped = self._trapped(row, wish) if captured or shelved else None
        hold = replace(hold, id=HoldId(self._known.new_id()))
        if trapped is None:
            self._known.put_hold(hold)
            return Verdict(Outcome.ADDED, changes=(Change(None, hold),), warnings=wish.warnings)
        changes = self._set_aside(hold, trapped, shelved, row.moment("ready_until"))
        return Verdict(Outcome.ADDED, changes=changes, warnings=wish.warnings)

    def _read(self, row: Row, patron: Patron, wish: _Wish) -> Hold:
        """The hold as it waits, without an id yet."""
        placed_at = row.moment("placed_at")
        if placed_at is None:
            raise Unusable("no placed_at")
        return Hold(
            id=HoldId(0),
            version=1,
            patron=patron.id,
            bib=wish.bib,
            pickup=row.need("pickup"),
            placed_at=placed_at,
            item=None if wish.item is None else wish.item.id,
            expires=row.day("expires"),
            suspended=row.flag("suspended", otherwise=False),
        )

    def _wish(self, row: Row, patron: Patron) -> _Wish:
        level = row.code("level", Level)
        if level is None:
            level = Level.ITEM if row.text("item") else Level.BIB
        match level:
            case Level.BIB:
                bib = self._known.bibs.get(number := row.need("bib"))
                if bib is None:
                    raise Unusable("no such bib", number)
                return _Wish(bib.id)
            case Level.ITEM:
                item = self._item(row.need("item"))
                return _Wish(item.bib, item)
            case Level.VOLUME:
                item = self._of_volume(row, patron)
                return _Wish(item.bib, item, (VOLUME,))

    def _item(self, barcode: str) -> Item:
        item = self._known.items.get(barcode)
        if item is None:
            raise Unusable("no such item", barcode)
        return item

    def _of_volume(self, row: Row, patron: Patron) -> Item:
        """The item of the volume that is set aside, else one that this hold was bound to by an earlier load,
        else one on its shelf.
        """
        items = [self._known.items[code] for code in row.all("volume") if code in self._known.items]
        if not items:
            raise Unusable("no item of the volume is known")
        trapped = row.text("trapped")

        def rank(item: Item) -> tuple[bool, bool, bool]:
            wish = (patron.id, item.bib, item.id)
            bound = wish in self._known.holds and not self._wishes.claimed(wish)
            return item.barcode != trapped, not bound, item.status is not ItemStatus.AVAILABLE

        return min(items, key=rank)

    def _trapped(self, row: Row, wish: _Wish) -> Item:
        barcode = row.text("trapped")
        item = self._item(barcode) if barcode else wish.item
        if item is None:
            raise Unusable("set aside, but nothing says which item")
        if item.bib != wish.bib or (wish.item is not None and item.id != wish.item.id):
            raise Unusable("the item set aside is not what the hold asks for", item.barcode)
        if item.loan is not None or item.hold is not None:
            raise Unusable("the item set aside is on loan or set aside for another", item.barcode)
        return item

    def _set_aside(
        self, hold: Hold, item: Item, shelved: datetime | None, ready_until: datetime | None
    ) -> tuple[Change, ...]:
        """The item on the hold shelf, or on its way there, and the hold that says so."""
        if shelved is None:
            hold = replace(hold, status=HoldStatus.IN_TRANSIT, trapped=item.id)
            status, destination = ItemStatus.IN_TRANSIT, hold.pickup
        else:
            until = ready_until or shelved + self._shelf_time
            hold = replace(hold, status=HoldStatus.READY, trapped=item.id, ready_until=until)
            status, destination = ItemStatus.ON_HOLD_SHELF, ""
        kept = replace(item, version=item.version + 1, status=status, hold=hold.id, destination=destination)
        self._known.items[item.barcode] = kept
        self._known.put_hold(hold)
        return (Change(None, hold), Change(item, kept))
