"""The library in memory: records by id, the look-ups derived from them, and the one way to change them.

Reads are plain synchronous calls. Records change only by `Library.apply`, which takes an event and returns
the changes it made; `Library.undo` takes changes back. Look-ups always agree with the records
(`tests/core/test_library.py` proves it by rebuilding them). Rule: this file knows what an event does to
records, never whether it may happen.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeVar, assert_never

from msgspec.structs import replace

from core.electronic import ByBib
from core.events import (
    CheckedIn,
    CheckedOut,
    Claimed,
    DiscrepancyNoted,
    DiscrepancySettled,
    Event,
    FeeCharged,
    FeePaid,
    FeeWaived,
    HoldCancelled,
    HoldChanged,
    HoldPlaced,
    ItemAdded,
    ItemChanged,
    ItemEnded,
    ItemNoted,
    NoLongerStored,
    NoticeRecorded,
    NotRenewed,
    PartnerTold,
    PatronAdded,
    PatronBlocked,
    PatronChanged,
    PatronEnabled,
    PatronEnded,
    RecallCancelled,
    Recalled,
    RecordsLoaded,
    Renewed,
    Shelved,
    StatusSet,
    Undone,
)
from core.model.records import (
    Bib,
    BibBody,
    BibId,
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    Hold,
    HoldId,
    HoldStatus,
    Item,
    ItemId,
    ItemStatus,
    Patron,
    PatronId,
    Payment,
    PaymentId,
    Portfolio,
    Record,
    Reference,
    Representation,
)
from core.ports import Change

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

QueueEntry = tuple[datetime, HoldId]

_ON_LOAN: Final = ItemStatus.ON_LOAN  # by a name of its own: see core.rules.standing


class Library:
    """Records by id, and look-ups. The dictionaries are for reading; only this class writes them."""

    def __init__(self) -> None:
        self.bibs: dict[BibId, Bib] = {}
        self.items: dict[ItemId, Item] = {}
        self.patrons: dict[PatronId, Patron] = {}
        self.holds: dict[HoldId, Hold] = {}
        self.fees: dict[FeeId, Fee] = {}
        self.payments: dict[PaymentId, Payment] = {}
        self.discrepancies: dict[DiscrepancyId, Discrepancy] = {}
        self.portfolios: ByBib[Portfolio] = ByBib()
        self.representations: ByBib[Representation] = ByBib()
        self._item_by_barcode: dict[str, ItemId] = {}
        self._bib_by_control_number: dict[str, BibId] = {}
        self._patron_by_identifier: dict[str, PatronId] = {}
        self._items_of_bib: dict[BibId, tuple[ItemId, ...]] = {}
        self._loans_of: dict[PatronId, dict[ItemId, Item]] = {}
        self._queue_of: dict[BibId, list[QueueEntry]] = {}
        self._holds_of: dict[PatronId, dict[HoldId, None]] = {}
        self._open_fees_of: dict[PatronId, dict[FeeId, Decimal]] = {}
        self._owed_by: dict[PatronId, Decimal] = {}
        self._hold_by_reference: dict[Reference, HoldId] = {}
        self._guest_by_reference: dict[Reference, ItemId] = {}
        self._fee_by_reference: dict[Reference, FeeId] = {}

    # Look-ups

    def item(self, barcode: str) -> Item | None:
        """The item with this barcode."""
        item_id = self._item_by_barcode.get(barcode)
        return None if item_id is None else self.items[item_id]

    def patron(self, identifier: str) -> Patron | None:
        """The patron with this barcode, or with it among the further identifiers."""
        patron_id = self._patron_by_identifier.get(identifier)
        return None if patron_id is None else self.patrons[patron_id]

    def bib(self, control_number: str) -> Bib | None:
        """The bib with this control number (001)."""
        bib_id = self._bib_by_control_number.get(control_number)
        return None if bib_id is None else self.bibs[bib_id]

    def title(self, item: Item) -> str:
        """The title to show for an item."""
        bib = self.bibs.get(item.bib)
        return bib.title if bib is not None else ""

    def items_of(self, bib: BibId) -> list[Item]:
        """The items of a bib, in the order they were added."""
        return [self.items[item_id] for item_id in self._items_of_bib.get(bib, ())]

    def loans_of(self, patron: PatronId) -> tuple[Item, ...]:
        """The items on loan to a patron, in the order they were lent."""
        loans = self._loans_of.get(patron)
        return tuple(loans.values()) if loans else ()

    def queue_of(self, bib: BibId) -> list[Hold]:
        """The open holds of a bib in queue order: oldest first."""
        return [self.holds[hold_id] for _, hold_id in self._queue_of.get(bib, ())]

    def position_of(self, hold: Hold) -> int:
        """The place of an open hold in the queue of its bib; the first is 1."""
        return self._queue_of[hold.bib].index((hold.placed_at, hold.id)) + 1

    def hold_for(self, reference: Reference) -> Hold | None:
        """The open hold that a partner has placed under this number."""
        hold_id = self._hold_by_reference.get(reference)
        return None if hold_id is None else self.holds[hold_id]

    def guest(self, reference: Reference) -> Item | None:
        """The item of another library that is here for a partner's request of this number."""
        item_id = self._guest_by_reference.get(reference)
        return None if item_id is None else self.items[item_id]

    def fee_for(self, reference: Reference) -> Fee | None:
        """The fee that was charged under this number."""
        fee_id = self._fee_by_reference.get(reference)
        return None if fee_id is None else self.fees[fee_id]

    def awaited(self) -> Iterator[BibId]:
        """The bibs that have open holds."""
        return iter(self._queue_of)

    def is_awaited(self, bib: BibId) -> bool:
        """Whether a bib has open holds."""
        return bib in self._queue_of

    def holds_of(self, patron: PatronId) -> list[Hold]:
        """The open holds of a patron, oldest first as they were placed."""
        return [self.holds[hold_id] for hold_id in self._holds_of.get(patron, ())]

    def hold_count(self, patron: PatronId) -> int:
        """How many open holds a patron has."""
        return len(self._holds_of.get(patron, ()))

    def queue_length(self, bib: BibId) -> int:
        """How many open holds a bib has."""
        return len(self._queue_of.get(bib, ()))

    def open_fees_of(self, patron: PatronId) -> list[Fee]:
        """The fees of a patron on which something is left to pay, oldest first."""
        return [self.fees[fee_id] for fee_id in self._open_fees_of.get(patron, ())]

    def owed_by(self, patron: PatronId) -> Decimal:
        """The sum left on a patron's open fees."""
        return self._owed_by.get(patron, _NOTHING)

    # Changing

    def apply(self, event: Event) -> tuple[Change, ...]:
        """Let the records follow an event, and tell what changed, in order."""
        changes = self._changes(event)
        for change in changes:
            self._put(change.before, change.after)
        return changes

    def undo(self, changes: Sequence[Change]) -> None:
        """Take changes back, the newest first. They must be the last that were made to their records."""
        for change in reversed(changes):
            self._put(change.after, change.before)

    def install(self, records: Iterable[Record]) -> None:
        """Take in records of one kind as the store has them. Bibs come before items, so that look-ups are
        whole.
        """
        items, barcodes, of_bib = self.items, self._item_by_barcode, self._items_of_bib
        bibs, control_numbers = self.bibs, self._bib_by_control_number
        # A start does this a million times, so new items and bibs are put in their places right here.
        for record in records:
            if (
                type(record) is Item
                and record.loan is None
                and record.guest is None
                and record.id not in items
            ):
                item_id, bib = record.id, record.bib
                items[item_id] = record
                barcodes[record.barcode] = item_id
                known = of_bib.get(bib)
                of_bib[bib] = (item_id,) if known is None else (*known, item_id)
            elif type(record) is Bib and record.id not in bibs:
                bibs[record.id] = record
                control_numbers[record.control_number] = record.id
            else:
                self._put(None, record)

    def _changes(self, event: Event) -> tuple[Change, ...]:
        match event:
            case CheckedOut():
                return self._checked_out(event)
            case CheckedIn():
                return self._checked_in(event)
            case Renewed():
                item = self.items[event.item]
                return (Change(item, replace(item, version=item.version + 1, loan=event.loan)),)
            case Undone():
                return self._undone(event)
            case DiscrepancyNoted():
                return (Change(None, event.discrepancy),)
            case DiscrepancySettled():
                return self._discrepancy_settled(event)
            case HoldPlaced():
                return (Change(None, event.hold),)
            case HoldChanged():
                hold = self.holds[event.hold]
                changed = replace(
                    hold, version=hold.version + 1, pickup=event.pickup, expires=event.expires, at=event.at
                )
                return (Change(hold, changed),)
            case HoldCancelled():
                return self._hold_cancelled(event)
            case FeeCharged():
                return (Change(None, event.fee),)
            case FeePaid():
                return self._fee_paid(event.payment)
            case PatronBlocked():
                patron = self.patrons[event.patron]
                blocks = (*patron.blocks, event.block)
                return (Change(patron, replace(patron, version=patron.version + 1, blocks=blocks)),)
            case PatronEnabled():
                patron = self.patrons[event.patron]
                blocks = tuple([block for block in patron.blocks if block not in event.lifted])
                return (Change(patron, replace(patron, version=patron.version + 1, blocks=blocks)),)
            case ItemNoted():
                item = self.items[event.item]
                return (Change(item, replace(item, version=item.version + 1, note=event.note)),)
            case StatusSet() | Claimed():
                item = self.items[event.item]
                stands = replace(item, version=item.version + 1, status=event.status, destination="")
                return (Change(item, stands),)
            case Shelved():
                return self._shelved(event)
            case Recalled() | RecallCancelled():
                item = self.items[event.item]
                return (Change(item, replace(item, version=item.version + 1, loan=event.loan)),)
            case FeeWaived():
                fee = self.fees[event.fee]
                waived = fee.waived + event.amount
                return (Change(fee, replace(fee, version=fee.version + 1, waived=waived)),)
            case ItemAdded() | ItemChanged() | ItemEnded():
                return self._described(event)
            case PatronAdded():
                return (Change(None, event.patron),)
            case PatronChanged():
                return (Change(self.patrons[event.patron.id], event.patron),)
            case PatronEnded():
                return (Change(self.patrons[event.patron], None),)
            case RecordsLoaded() | NotRenewed() | NoLongerStored() | NoticeRecorded() | PartnerTold():
                return ()
            case _:
                assert_never(event)

    def _checked_out(self, event: CheckedOut) -> tuple[Change, ...]:
        item = self.items[event.item]
        lent = replace(
            item,
            version=item.version + 1,
            status=_ON_LOAN,
            loan=event.loan,
            hold=None,
            destination="",
            moved_at=event.loan.out_at,
        )
        changes: tuple[Change, ...] = (Change(item, lent),)
        if event.hold is not None:
            hold = self.holds[event.hold]
            changes += (Change(hold, None), *self._released(hold.trapped, unless=item.id))
        if event.displaced is not None:
            changes += (self._displaced(self.holds[event.displaced]),)
        return changes

    def _displaced(self, hold: Hold) -> Change:
        """The hold waits again: somebody else has its item."""
        return Change(
            hold,
            replace(
                hold, version=hold.version + 1, status=HoldStatus.WAITING, trapped=None, ready_until=None
            ),
        )

    def _checked_in(self, event: CheckedIn) -> tuple[Change, ...]:
        item = self.items[event.item]
        back = replace(
            item,
            version=item.version + 1,
            status=event.status,
            loan=None,
            hold=event.hold,
            destination=event.destination,
            moved_at=event.scanned_at or event.returned_at,
        )
        if event.hold is None:
            return (Change(item, back),)
        hold = self.holds[event.hold]
        trapped = replace(
            hold,
            version=hold.version + 1,
            status=HoldStatus.IN_TRANSIT if event.destination else HoldStatus.READY,
            trapped=item.id,
            ready_until=event.ready_until,
        )
        return (Change(item, back), Change(hold, trapped))

    def _shelved(self, event: Shelved) -> tuple[Change, ...]:
        item = self.items[event.item]
        stands = replace(
            item,
            version=item.version + 1,
            location=event.location,
            status=ItemStatus.AVAILABLE,
            loan=None,
            hold=None,
            destination="",
            moved_at=event.at,
        )
        if event.displaced is None:
            return (Change(item, stands),)
        return (Change(item, stands), self._displaced(self.holds[event.displaced]))

    def _described(self, event: ItemAdded | ItemChanged | ItemEnded) -> tuple[Change, ...]:
        """A bib comes before its first item, and ends after its last."""
        match event:
            case ItemAdded(item, bib):
                return (*(() if bib is None else (Change(None, bib),)), Change(None, item))
            case ItemChanged(item, bib):
                known = () if bib is None else (Change(self.bibs[bib.id], bib),)
                return (*known, Change(self.items[item.id], item))
            case ItemEnded(item, ended):
                gone = () if ended is None else (Change(self.bibs[ended], None),)
                return (Change(self.items[item.id], None), *gone)

    def _undone(self, event: Undone) -> tuple[Change, ...]:
        """Versions grow on: what was is there again, but something has happened."""
        item, before = self.items[event.item], event.before
        stands = replace(
            item,
            version=item.version + 1,
            status=before.status,
            loan=before.loan,
            hold=before.hold,
            destination=before.destination,
            moved_at=before.moved_at,
        )
        changes = [Change(item, stands)]
        for hold in before.holds:
            changes += self._restored(hold, item.id)
        for fee in (self.fees[fee_id] for fee_id in event.fees):
            paid = replace(fee, version=fee.version + 1, amount=fee.paid, waived=_NOTHING)
            changes.append(Change(fee, paid if fee.paid else None))
        changes += [Change(self.discrepancies[noted], None) for noted in event.discrepancies]
        return tuple(changes)

    def _restored(self, hold: Hold, undone: ItemId) -> Iterator[Change]:
        """The hold as it was, and set aside for it again what it had released."""
        now = self.holds.get(hold.id)
        yield Change(now, replace(hold, version=(now or hold).version + 1))
        if hold.trapped is not None and hold.trapped != undone:
            item = self.items[hold.trapped]
            yield Change(item, replace(item, version=item.version + 1, hold=hold.id))

    def _discrepancy_settled(self, event: DiscrepancySettled) -> tuple[Change, ...]:
        noted = self.discrepancies[event.discrepancy]
        settled = replace(
            noted, version=noted.version + 1, settled_at=event.at, settled_by=event.by, note=event.note
        )
        return (Change(noted, settled),)

    def _hold_cancelled(self, event: HoldCancelled) -> tuple[Change, ...]:
        hold = self.holds[event.hold]
        return (Change(hold, None), *self._released(event.released))

    def _released(self, trapped: ItemId | None, unless: ItemId | None = None) -> tuple[Change, ...]:
        """An item that its hold no longer needs stays where it is until it is scanned in."""
        if trapped is None or trapped == unless:
            return ()
        item = self.items[trapped]
        return (Change(item, replace(item, version=item.version + 1, hold=None)),)

    def _fee_paid(self, payment: Payment) -> tuple[Change, ...]:
        changes = [Change(None, payment)]
        for allocation in payment.allocations:
            fee = self.fees[allocation.fee]
            paid = replace(fee, version=fee.version + 1, paid=fee.paid + allocation.amount)
            changes.append(Change(fee, paid))
        return tuple(changes)

    # Keeping the look-ups true

    def _put(self, before: Record | None, after: Record | None) -> None:
        record = before if after is None else after
        match record:
            case Item():
                self._put_item(before, after)  # type: ignore[arg-type]  # a change never crosses kinds
            case Fee():
                self._put_fee(record, after is not None)
            case Hold():
                self._put_hold(record, after is not None)
            case Patron():
                self._put_patron(before, after)  # type: ignore[arg-type]  # a change never crosses kinds
            case Bib():
                self._put_bib(before, after)  # type: ignore[arg-type]  # a change never crosses kinds
            case Payment():
                _set(self.payments, record.id, record if after is not None else None)
            case Discrepancy():
                _set(self.discrepancies, record.id, record if after is not None else None)
            case Portfolio():
                self.portfolios.put(before, after)  # type: ignore[arg-type]  # a change never crosses kinds
            case Representation():
                self.representations.put(before, after)  # type: ignore[arg-type]  # nor does this
            case BibBody() | None:
                pass
            case _:
                assert_never(record)

    def _put_item(self, before: Item | None, after: Item | None) -> None:
        if before is None or after is None or before.barcode != after.barcode or before.bib != after.bib:
            self._catalogue(before, after)
        if after is not None:
            self.items[after.id] = after
        borrower = before.loan.patron if before is not None and before.loan is not None else None
        borrower_now = after.loan.patron if after is not None and after.loan is not None else None
        if before is not None and borrower is not None and borrower != borrower_now:
            _remove(self._loans_of, borrower, before.id)
        if after is not None and borrower_now is not None:
            self._loans_of.setdefault(borrower_now, {})[after.id] = after

    def _catalogue(self, before: Item | None, after: Item | None) -> None:
        """An item that is new or gone, or has another barcode or bib."""
        if after is not None:
            if before is None or before.barcode != after.barcode:
                self._item_by_barcode[after.barcode] = after.id
            if before is None or before.bib != after.bib:
                of_bib = self._items_of_bib.get(after.bib)
                self._items_of_bib[after.bib] = (after.id,) if of_bib is None else (*of_bib, after.id)
        if before is not None:
            if after is None:
                del self.items[before.id]
            if after is None or before.barcode != after.barcode:
                _forget(self._item_by_barcode, before.barcode, before.id)
            if after is None or before.bib != after.bib:
                rest = tuple(i for i in self._items_of_bib[before.bib] if i != before.id)
                _set(self._items_of_bib, before.bib, rest or None)
        if before is not None and before.guest is not None:
            _forget(self._guest_by_reference, before.guest.reference, before.id)
        if after is not None and after.guest is not None:
            self._guest_by_reference[after.guest.reference] = after.id

    def _put_fee(self, fee: Fee, exists: bool) -> None:
        _set(self.fees, fee.id, fee if exists else None)
        patron, left = fee.patron, fee.left
        owed = self.owed_by(patron) - self._open_fees_of.get(patron, {}).get(fee.id, _NOTHING)
        if exists and left > 0:
            self._open_fees_of.setdefault(patron, {})[fee.id] = left
            owed += left
        else:
            _remove(self._open_fees_of, patron, fee.id)
        _set(self._owed_by, patron, owed or None)
        if fee.reference is not None:
            _set(self._fee_by_reference, fee.reference, fee.id if exists else None)

    def _put_hold(self, hold: Hold, exists: bool) -> None:
        entry = (hold.placed_at, hold.id)
        if hold.reference is not None:
            _set(self._hold_by_reference, hold.reference, hold.id if exists else None)
        if not exists:
            del self.holds[hold.id]
            queue = self._queue_of[hold.bib]
            queue.remove(entry)
            if not queue:
                del self._queue_of[hold.bib]
            _remove(self._holds_of, hold.patron, hold.id)
            return
        if hold.id not in self.holds:
            insort(self._queue_of.setdefault(hold.bib, []), entry)
            self._holds_of.setdefault(hold.patron, {})[hold.id] = None
        self.holds[hold.id] = hold

    def _put_patron(self, before: Patron | None, after: Patron | None) -> None:
        if before is not None:
            for key in (*before.identifiers, before.barcode):
                _forget(self._patron_by_identifier, key, before.id)
            del self.patrons[before.id]
        if after is not None:
            for key in (*after.identifiers, after.barcode):
                self._patron_by_identifier[key] = after.id
            self.patrons[after.id] = after

    def _put_bib(self, before: Bib | None, after: Bib | None) -> None:
        if before is not None:
            _forget(self._bib_by_control_number, before.control_number, before.id)
            del self.bibs[before.id]
        if after is not None:
            self._bib_by_control_number[after.control_number] = after.id
            self.bibs[after.id] = after


_NOTHING = Decimal(0)


def touched(changes: Iterable[Change]) -> list[int]:
    """The ids of all records whose picture the changes alter: the records, their patrons, their bibs. Some
    come twice.
    """
    ids: list[int] = []
    for change in changes:
        before, after = change.before, change.after
        record = before if after is None else after
        match record:
            case Item():
                ids += (record.id, record.bib)
                if after is record and record.loan is not None:
                    ids.append(record.loan.patron)
                if isinstance(before, Item) and before.loan is not None:
                    ids.append(before.loan.patron)
            case Hold():
                ids += (record.id, record.bib, record.patron)
            case Fee() | Payment():
                ids += (record.id, record.patron)
            case Portfolio() | Representation():
                ids += (record.id, record.bib)
            case Bib() | BibBody() | Patron() | Discrepancy():
                ids.append(record.id)
            case None:
                pass
            case _:
                assert_never(record)
    return ids


def _set(table: dict[K, V], key: K, value: V | None) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def _forget(table: dict[K, V], key: K, value: V) -> None:
    if table.get(key) == value:
        del table[key]


def _remove(table: dict[K, dict[V, T]], key: K, member: V) -> None:
    members = table.get(key)
    if members is None:
        return
    members.pop(member, None)
    if not members:
        del table[key]
