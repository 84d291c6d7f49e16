"""What has happened at the desk. Records change only by applying these (`core.library`), and a log of them is
kept.

An event carries all that an answer needs, so that a repeated request can be answered from the log alone.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from core.model.records import (
    BibId,
    Block,
    Fee,
    Hold,
    HoldId,
    ItemId,
    Loan,
    PatronId,
    Payment,
)


class CheckedOut(Struct, frozen=True, array_like=True, tag="checked-out", gc=False):
    """An item was lent. ``hold`` is the patron's own hold that this loan filled."""

    item: ItemId
    loan: Loan
    hold: HoldId | None = None


class Renewed(Struct, frozen=True, array_like=True, tag="renewed", gc=False):
    """A loan was made longer for the same patron. ``loan`` is the loan from now on."""

    item: ItemId
    loan: Loan
    due_before: datetime


class CheckedIn(Struct, frozen=True, array_like=True, tag="checked-in", gc=False):
    """An item was scanned in at ``agency``; ``patron`` had it on loan until now, if anybody.

    It then waits on the hold shelf here (``hold`` and no ``destination``), travels to the agency
    ``destination`` (for ``hold``, or home), or is put back on the shelf. ``ready_until`` is the end of its
    time on the hold shelf.
    """

    item: ItemId
    agency: str
    returned_at: datetime
    patron: PatronId | None = None
    hold: HoldId | None = None
    hold_patron: PatronId | None = None
    destination: str = ""
    ready_until: datetime | None = None


class HoldPlaced(Struct, frozen=True, array_like=True, tag="hold-placed", gc=False):
    """A patron asked for a bib or an item."""

    hold: Hold


class HoldCancelled(Struct, frozen=True, array_like=True, tag="hold-cancelled", gc=False):
    """A hold ended without a loan. The item trapped for it is ``released``, to be scanned in again."""

    hold: HoldId
    patron: PatronId
    bib: BibId
    released: ItemId | None = None


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


class RecordsLoaded(Struct, frozen=True, array_like=True, tag="records-loaded", gc=False):
    """Records of one kind (the name of its struct) were brought in from outside, new or in place of older
    versions.
    """

    kind: str
    ids: tuple[int, ...]


Event = (
    CheckedOut
    | Renewed
    | CheckedIn
    | HoldPlaced
    | HoldCancelled
    | FeeCharged
    | FeePaid
    | PatronBlocked
    | RecordsLoaded
)


class Recorded(Struct, frozen=True, array_like=True, gc=False):
    """An event in the log: its number, when and by whom, and the request it answered (`core.answered`)."""

    seq: int
    at: datetime
    actor: str
    event: Event
    request: str = ""
