"""What has happened at the desk. Records change only by applying these (`core.library`), and a log of them is
kept.

An event carries all that an answer needs, so that a repeated request can be answered from the log alone.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from msgspec import Struct

from core.model.records import (
    Bib,
    BibId,
    Block,
    Claim,
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    Hold,
    HoldId,
    Item,
    ItemId,
    ItemStatus,
    Loan,
    LoanAct,
    Patron,
    PatronId,
    Payment,
    Reference,
)
from core.refusals import Reason, Refused

_AVAILABLE: Final = ItemStatus.AVAILABLE  # by a name of its own: see core.rules.standing


class Before(Struct, frozen=True, array_like=True, gc=False):
    """What an act changed, as it was before, so that it can be undone: how the item stood, and the holds that
    the act filled, trapped or displaced. Events in older logs have none.
    """

    status: ItemStatus
    loan: Loan | None = None
    hold: HoldId | None = None
    destination: str = ""
    moved_at: datetime | None = None
    holds: tuple[Hold, ...] = ()


class CheckedOut(Struct, frozen=True, array_like=True, tag="checked-out", gc=False):
    """An item was lent. ``hold`` is the patron's own hold that this loan filled; ``displaced`` that of
    another, for which the item had been set aside: it waits again, in its old place.
    """

    item: ItemId
    loan: Loan
    hold: HoldId | None = None
    displaced: HoldId | None = None
    before: Before | None = None


class Renewed(Struct, frozen=True, array_like=True, tag="renewed", gc=False):
    """A loan was made longer for the same patron. ``loan`` is the loan from now on."""

    item: ItemId
    loan: Loan
    due_before: datetime
    before: Before | None = None


class CheckedIn(Struct, frozen=True, array_like=True, tag="checked-in", gc=False):
    """An item was scanned in at ``agency``; ``patron`` had it on loan until now, if anybody.

    It then waits on the hold shelf here (``hold`` and no ``destination``), travels to the agency
    ``destination`` (for ``hold``, or home), or is put back on the shelf; a ``guest`` is put aside, to be sent
    back. ``ready_until`` is the end of its time on the hold shelf. ``scanned_at`` is when it was scanned,
    which may be later than when it came back.
    """

    item: ItemId
    agency: str
    returned_at: datetime
    patron: PatronId | None = None
    hold: HoldId | None = None
    hold_patron: PatronId | None = None
    destination: str = ""
    ready_until: datetime | None = None
    scanned_at: datetime | None = None
    before: Before | None = None
    guest: bool = False

    @property
    def status(self) -> ItemStatus:
        """The item's from now on."""
        if self.destination:
            return ItemStatus.IN_TRANSIT
        if self.hold is not None:
            return ItemStatus.ON_HOLD_SHELF
        return ItemStatus.IN_PROCESS if self.guest else _AVAILABLE


class Undone(Struct, frozen=True, array_like=True, tag="undone", gc=False):
    """An act was taken back by the machine that did it, as if it had never been.

    ``patron`` is whose loan it was (nobody's: None). Item and holds are as in ``before`` again, and a hold
    that was filled exists again. ``fees`` and ``discrepancies`` are those of the act, and end with it; of a
    fee on which something was paid, what was paid stays.
    """

    act: LoanAct
    item: ItemId
    patron: PatronId | None
    before: Before
    fees: tuple[FeeId, ...] = ()
    discrepancies: tuple[DiscrepancyId, ...] = ()


class DiscrepancyNoted(Struct, frozen=True, array_like=True, tag="discrepancy-noted", gc=False):
    """A machine did something on its own that the rules forbid. Where it could not be ``booked``, this is all
    that happened.
    """

    discrepancy: Discrepancy


class DiscrepancySettled(Struct, frozen=True, array_like=True, tag="discrepancy-settled", gc=False):
    """Somebody has dealt with a discrepancy."""

    discrepancy: DiscrepancyId
    by: str
    note: str
    at: datetime


class HoldPlaced(Struct, frozen=True, array_like=True, tag="hold-placed", gc=False):
    """A patron asked for a bib or an item."""

    hold: Hold


class HoldChanged(Struct, frozen=True, array_like=True, tag="hold-changed", gc=False):
    """A hold is from now on to be picked up at ``pickup``, ends with the day ``expires``, and is filled by
    copies of the agency ``at`` only (empty: of any).
    """

    hold: HoldId
    patron: PatronId
    bib: BibId
    pickup: str
    expires: date | None = None
    at: str = ""


class HoldCancelled(Struct, frozen=True, array_like=True, tag="hold-cancelled", gc=False):
    """A hold ended without a loan. The item trapped for it is ``released``, to be scanned in again.
    ``why`` it could not be filled; None if it was not wanted any more.
    """

    hold: HoldId
    patron: PatronId
    bib: BibId
    released: ItemId | None = None
    why: Reason | None = None


class FeeCharged(Struct, frozen=True, array_like=True, tag="fee-charged", gc=False):
    """A fee was put in a patron's ledger."""

    fee: Fee


class FeePaid(Struct, frozen=True, array_like=True, tag="fee-paid", gc=False):
    """Money was received for fees of one patron."""

    payment: Payment


class PatronBlocked(Struct, frozen=True, array_like=True, tag="patron-blocked", gc=False):
    """A block was placed on a patron."""

    patron: PatronId
    block: Block


class PatronEnabled(Struct, frozen=True, array_like=True, tag="patron-enabled", gc=False):
    """Blocks that machines had placed on a patron were lifted."""

    patron: PatronId
    lifted: tuple[Block, ...]


class ItemNoted(Struct, frozen=True, array_like=True, tag="item-noted", gc=False):
    """Something was added to the note on an item, which is ``note`` from now on."""

    item: ItemId
    added: str
    note: str


class NotRenewed(Struct, frozen=True, array_like=True, tag="not-renewed", gc=False):
    """Of all loans of a patron that were to be renewed, those that were not, and why."""

    patron: PatronId
    items: tuple[tuple[ItemId, Refused], ...]


class Shelved(Struct, frozen=True, array_like=True, tag="shelved", gc=False):
    """A depot put the item on its shelf, at ``location`` from now on. ``patron`` had it on loan until then,
    if anybody; the hold ``displaced``, for which it had been set aside, waits again in its old place.
    """

    item: ItemId
    location: str
    at: datetime
    patron: PatronId | None = None
    displaced: HoldId | None = None


class NoLongerStored(Struct, frozen=True, array_like=True, tag="no-longer-stored", gc=False):
    """The depot at ``location`` is to let go of an item that lives there no more: it lives ``now_at`` another
    place, or nowhere (empty). Told beside what happened to the item.
    """

    item: ItemId
    barcode: str
    bib: BibId
    location: str
    now_at: str = ""


class StatusSet(Struct, frozen=True, array_like=True, tag="status-set", gc=False):
    """An item is of another status, because somebody said so: it was neither lent nor scanned in."""

    item: ItemId
    status: ItemStatus
    status_before: ItemStatus


class Claimed(Struct, frozen=True, array_like=True, tag="claimed", gc=False):
    """A patron said what became of an item, which is of this ``status`` from now on. A loan stays open."""

    item: ItemId
    patron: PatronId
    claim: Claim
    status: ItemStatus


class Recalled(Struct, frozen=True, array_like=True, tag="recalled", gc=False):
    """A loan was called back. ``loan`` is the loan from now on, due no later than before."""

    item: ItemId
    loan: Loan


class RecallCancelled(Struct, frozen=True, array_like=True, tag="recall-cancelled", gc=False):
    """A loan is not called back any more. ``loan`` is the loan from now on, due as it had been."""

    item: ItemId
    loan: Loan


class ItemAdded(Struct, frozen=True, array_like=True, tag="item-added", gc=False):
    """An item came to the stock, or as a guest; with its ``bib``, if that is new too."""

    item: Item
    bib: Bib | None = None


class ItemChanged(Struct, frozen=True, array_like=True, tag="item-changed", gc=False):
    """An item, or its ``bib`` where that changed too, is described anew. ``item`` is as it is from now on."""

    item: Item
    bib: Bib | None = None


class ItemEnded(Struct, frozen=True, array_like=True, tag="item-ended", gc=False):
    """The record of an item ended, and with it the card of its bib, if ``bib`` is that: it was the last.
    ``item`` is as it was before the act.
    """

    item: Item
    bib: BibId | None = None


class PatronAdded(Struct, frozen=True, array_like=True, tag="patron-added", gc=False):
    """A patron was registered."""

    patron: Patron


class PatronChanged(Struct, frozen=True, array_like=True, tag="patron-changed", gc=False):
    """What is known of a patron changed. ``patron`` is as it is from now on."""

    patron: Patron


class PatronEnded(Struct, frozen=True, array_like=True, tag="patron-ended", gc=False):
    """The record of a patron ended."""

    patron: PatronId


class FeeWaived(Struct, frozen=True, array_like=True, tag="fee-waived", gc=False):
    """So much of a patron's fee was let go."""

    fee: FeeId
    patron: PatronId
    amount: Decimal
    note: str = ""


class NoticeRecorded(Struct, frozen=True, array_like=True, tag="notice-recorded", gc=False):
    """A patron is to be told something, at once or not before ``send_at``."""

    patron: PatronId
    text: str
    item: ItemId | None = None
    send_at: datetime | None = None


class PartnerTold(Struct, frozen=True, array_like=True, tag="partner-told", gc=False):
    """A partner told what it had done, in a word of its own (shipped, received). It changes nothing here."""

    agency: str
    what: str
    at: datetime
    reference: Reference | None = None
    item: str = ""
    patron: str = ""
    note: str = ""


class RecordsLoaded(Struct, frozen=True, array_like=True, tag="records-loaded", gc=False):
    """Records of one kind (the name of its struct) were brought in from outside, new or in place of older
    versions. ``left`` are the bibs that some were part of before, and are no more.
    """

    kind: str
    ids: tuple[int, ...]
    left: tuple[BibId, ...] = ()


Event = (
    CheckedOut
    | Renewed
    | NotRenewed
    | CheckedIn
    | Undone
    | DiscrepancyNoted
    | DiscrepancySettled
    | HoldPlaced
    | HoldChanged
    | HoldCancelled
    | FeeCharged
    | FeePaid
    | PatronBlocked
    | PatronEnabled
    | ItemNoted
    | Shelved
    | NoLongerStored
    | StatusSet
    | Claimed
    | Recalled
    | RecallCancelled
    | ItemAdded
    | ItemChanged
    | ItemEnded
    | PatronAdded
    | PatronChanged
    | PatronEnded
    | FeeWaived
    | NoticeRecorded
    | PartnerTold
    | RecordsLoaded
)


class Recorded(Struct, frozen=True, array_like=True, gc=False):
    """An event in the log: its number, when and by whom, and the request it answered (`core.answered`)."""

    seq: int
    at: datetime
    actor: str
    event: Event
    request: str = ""
