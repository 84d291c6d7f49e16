"""The records of circulation: frozen structs, changed only by putting a newer version in their place.

Every record has an ``id``, unique across all kinds of records, and a ``version`` that grows by one with each
change. Times are aware (UTC); a due date is a moment, and the agency's zone turns it into a date for people.
Codes (agency, location, patron group, item policy) are the library's own words; what they mean is policy
(`core.model.policy`). A location's code is ``AGENCY/PLACE``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import NewType

from msgspec import Struct

BibId = NewType("BibId", int)
ItemId = NewType("ItemId", int)
PatronId = NewType("PatronId", int)
HoldId = NewType("HoldId", int)
FeeId = NewType("FeeId", int)
PaymentId = NewType("PaymentId", int)
DiscrepancyId = NewType("DiscrepancyId", int)
PortfolioId = NewType("PortfolioId", int)
RepresentationId = NewType("RepresentationId", int)


class ItemStatus(IntEnum):
    """Where an item stands. Exactly the items that are ``ON_LOAN``, ``CLAIMED_RETURNED`` or lost by a
    borrower have a loan.
    """

    AVAILABLE = 0
    ON_LOAN = 1
    ON_HOLD_SHELF = 2
    IN_TRANSIT = 3
    ON_ORDER = 4
    IN_PROCESS = 5
    CLAIMED_RETURNED = 6
    LOST = 7
    MISSING = 8
    WITHDRAWN = 9


class Medium(IntEnum):
    """The physical kind of a thing, as a machine that unlocks or desensitises it needs to know."""

    OTHER = 0
    BOOK = 1
    MAGAZINE = 2
    BOUND_JOURNAL = 3
    AUDIO_TAPE = 4
    VIDEO_TAPE = 5
    DISC = 6
    DISKETTE = 7
    BOOK_WITH_DISKETTE = 8
    BOOK_WITH_DISC = 9
    BOOK_WITH_AUDIO_TAPE = 10


class BlockKind(IntEnum):
    """Why a patron was blocked by hand or by a machine."""

    STAFF = 0
    CARD_LOST = 1
    CARD_RETAINED = 2
    SELF_CHECK = 3


class HoldStatus(IntEnum):
    """The stages of an open hold. A hold that was filled, cancelled or expired is no record any more, only
    events.
    """

    WAITING = 0
    IN_TRANSIT = 1
    READY = 2


class FeeKind(IntEnum):
    """What a fee is for."""

    OTHER = 0
    ADMINISTRATIVE = 1
    DAMAGE = 2
    OVERDUE = 3
    PROCESSING = 4
    RENTAL = 5
    REPLACEMENT = 6
    COMPUTER = 7
    HOLD = 8


class LoanAct(IntEnum):
    """What a machine does with an item in a patron's hands."""

    CHECK_OUT = 0
    CHECK_IN = 1
    RENEW = 2


class Claim(IntEnum):
    """What a patron says of an item that the records see otherwise."""

    RETURNED = 0
    NEVER_BORROWED = 1
    LOST = 2
    MISSING = 3


class PaymentKind(IntEnum):
    """How a fee was paid."""

    CASH = 0
    CREDIT_CARD = 1
    DEBIT_CARD = 2
    OTHER = 3


class Reference(Struct, frozen=True, array_like=True, gc=False):
    """The number that a partner has given a request: unique together with the partner's agency."""

    agency: str
    number: str


class Loan(Struct, frozen=True, array_like=True, gc=False):
    """An open loan, kept inside its item: an item has at most one by construction.

    ``recalled_at`` is when it was called back, and ``due_before`` when it had been due until then.
    """

    patron: PatronId
    out_at: datetime
    due: datetime
    renewals: int = 0
    agency: str = ""
    recalled_at: datetime | None = None
    due_before: datetime | None = None


class Guest(Struct, frozen=True, array_like=True, gc=False):
    """Why an item of another library is here for a while: for which request of a partner, the last moment
    that the partner waits for it, and whether the patron may renew it.
    """

    reference: Reference
    due: datetime | None = None
    renewable: bool = True


class Item(Struct, frozen=True, array_like=True, gc=False):
    """One thing that can be lent.

    ``hold`` is the hold it was trapped for (on the hold shelf or on its way there); ``destination`` the
    agency it travels to while in transit; ``description`` tells volumes and copies apart. ``moved_at`` is
    when it was last lent or scanned in; None if that was never done here. A ``guest`` is not our own. While
    ``location`` is a temporary one, ``permanent_location`` is where the item belongs.
    """

    id: ItemId
    version: int
    barcode: str
    bib: BibId
    location: str
    policy: str = ""
    call_number: str = ""
    description: str = ""
    status: ItemStatus = ItemStatus.AVAILABLE
    loan: Loan | None = None
    hold: HoldId | None = None
    destination: str = ""
    medium: Medium = Medium.BOOK
    price: Decimal | None = None
    note: str = ""
    moved_at: datetime | None = None
    guest: Guest | None = None
    permanent_location: str = ""


class Bib(Struct, frozen=True, array_like=True, gc=False):
    """The card of a bibliographic record; its MARC body stays in the store (`core.ports.Store.bibs`)."""

    id: BibId
    version: int
    control_number: str
    title: str
    author: str = ""
    year: str = ""
    standard_numbers: tuple[str, ...] = ()


class BibBody(Struct, frozen=True, array_like=True, gc=False):
    """The MARC body of a bib in ISO 2709, UTF-8. It goes to the store and is never kept in memory."""

    id: BibId
    version: int
    marc: bytes


class Block(Struct, frozen=True, array_like=True, gc=False):
    """A block on a patron, with who placed it and why."""

    kind: BlockKind
    placed_at: datetime
    placed_by: str
    note: str = ""


class Patron(Struct, frozen=True, array_like=True, gc=False):
    """A person who borrows. ``identifiers`` are further keys beside the barcode; ``pin`` is a slow hash or
    empty.
    """

    id: PatronId
    version: int
    barcode: str
    family: str
    given: str = ""
    group: str = ""
    agency: str = ""
    identifiers: tuple[str, ...] = ()
    pin: str = ""
    expires: date | None = None
    active: bool = True
    blocks: tuple[Block, ...] = ()
    language: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    born: date | None = None

    @property
    def name(self) -> str:
        """The name as people say it: given names, then family name."""
        return f"{self.given} {self.family}".strip()


class Hold(Struct, frozen=True, array_like=True, gc=False):
    """A patron's wish for a bib, or for one ``item`` of it. The queue of a bib is ordered by (``placed_at``,
    ``id``).

    ``pickup`` is an agency. ``trapped`` is the item set aside for it; ``ready_until`` the last moment on the
    shelf. ``at`` is the agency whose copies alone may fill it; empty: any. ``reference`` is the number under
    which a partner asked for it.
    """

    id: HoldId
    version: int
    patron: PatronId
    bib: BibId
    pickup: str
    placed_at: datetime
    item: ItemId | None = None
    status: HoldStatus = HoldStatus.WAITING
    trapped: ItemId | None = None
    ready_until: datetime | None = None
    expires: date | None = None
    suspended: bool = False
    at: str = ""
    reference: Reference | None = None


class Fee(Struct, frozen=True, array_like=True, gc=False):
    """An entry in a patron's ledger: an amount charged, how much of it is paid, and how much was let go. Open
    while anything is left. ``reference`` is the number of whoever had it charged.
    """

    id: FeeId
    version: int
    patron: PatronId
    kind: FeeKind
    amount: Decimal
    currency: str
    charged_at: datetime
    paid: Decimal = Decimal(0)
    item: ItemId | None = None
    note: str = ""
    waived: Decimal = Decimal(0)
    reference: Reference | None = None

    @property
    def left(self) -> Decimal:
        """What is still to be paid."""
        return self.amount - self.paid - self.waived


class Allocation(Struct, frozen=True, array_like=True, gc=False):
    """The part of a payment that goes to one fee."""

    fee: FeeId
    amount: Decimal


class Payment(Struct, frozen=True, array_like=True, gc=False):
    """An entry in a patron's ledger: money received, and the fees it went to. ``reference`` is the payer's
    own number.
    """

    id: PaymentId
    version: int
    patron: PatronId
    amount: Decimal
    currency: str
    kind: PaymentKind
    paid_at: datetime
    terminal: str
    allocations: tuple[Allocation, ...]
    reference: str = ""


class Discrepancy(Struct, frozen=True, array_like=True, gc=False):
    """A line of the reconciliation work list: an act that a machine did on its own, against the rules.

    ``patron`` and ``item`` are what the machine called them, ``due`` is the due date it gave. ``reasons`` are
    the codes of `core.refusals.Reason`, worst first. ``booked``: whether the records follow the act
    nevertheless. Open until ``settled_at``.
    """

    id: DiscrepancyId
    version: int
    act: LoanAct
    terminal: str
    agency: str
    patron: str
    item: str
    happened_at: datetime
    noted_at: datetime
    reasons: tuple[str, ...]
    booked: bool
    due: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = ""
    note: str = ""


class Portfolio(Struct, frozen=True, array_like=True, gc=False):
    """Access to what a bib describes in electronic form.

    ``pid`` is the number that catalogues know it by. ``agency`` is whose it is; empty: the institution's.
    ``from_marc``: it was read from the bib's own record, and ends when that no longer says so.
    """

    id: PortfolioId
    version: int
    bib: BibId
    pid: str
    url: str = ""
    collection: str = ""
    collection_name: str = ""
    interface: str = ""
    coverage: str = ""
    note: str = ""
    agency: str = ""
    available: bool = True
    from_marc: bool = False


class Representation(Struct, frozen=True, array_like=True, gc=False):
    """A digital form of what a bib describes, in a ``repository`` of its own if it is ``remote``.

    ``entity`` is the number of the intellectual entity that it belongs to.
    """

    id: RepresentationId
    version: int
    bib: BibId
    pid: str
    url: str = ""
    label: str = ""
    note: str = ""
    repository: str = ""
    remote: bool = False
    entity: str = ""


Record = Bib | BibBody | Item | Patron | Hold | Fee | Payment | Discrepancy | Portfolio | Representation
"""Whatever the store keeps."""
