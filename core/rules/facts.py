"""What a rule is told. The desk gathers these from memory; a rule sees nothing else.

Local dates are those of the agency where the act happens, so no rule asks what day it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum

from msgspec import Struct

from core.events import Event
from core.model.policy import Calendar, Limits, LoanTerms
from core.model.records import (
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    Hold,
    HoldId,
    Item,
    ItemId,
    LoanAct,
    Patron,
    PatronId,
    PaymentKind,
)


class Pin(Enum):
    """What is known of the PIN that came with a request."""

    NOT_GIVEN = 0
    RIGHT = 1
    WRONG = 2


class Opening(Struct, frozen=True, gc=False):
    """When an agency is open: its code, its zone and its calendar."""

    agency: str
    zone: tzinfo
    calendar: Calendar


class Borrower(Struct, frozen=True, gc=False):
    """A patron with everything that decides what they may do: limits, and how far they have gone.

    ``loans`` are the items on loan to them, ``owed`` the sum left on open fees, ``holds`` their number.
    """

    patron: Patron
    limits: Limits
    loans: tuple[Item, ...] = ()
    owed: Decimal = Decimal(0)
    holds: int = 0


class Moment(Struct, frozen=True, gc=False):
    """When and where the act happens: ``now`` is aware, ``today`` the local date at ``opening.agency``."""

    now: datetime
    today: date
    opening: Opening


class Offline(Struct, frozen=True, gc=False):
    """What a machine did on its own: when (aware, in UTC), and the due date it gave, if it gave one."""

    at: datetime
    due: datetime | None = None


class Demand(Struct, frozen=True, gc=False):
    """Who wants an item. ``trapped`` is the hold it is set aside for, ``waiting`` the open, not suspended
    holds of the bib that it could fill (`core.rules.holds.can_fill`), in queue order, the patron's own among
    them. ``on_shelf`` is how many available items could fill them, this one included.
    """

    trapped: Hold | None = None
    waiting: tuple[Hold, ...] = ()
    on_shelf: int = 0


NO_DEMAND = Demand()


class LoanFacts(Struct, frozen=True, gc=False):
    """What checking out and renewing need to know.

    ``fee_acknowledged``: the patron agreed to the fee the loan costs. ``renewal_wanted``: the terminal lets
    an item that is already with the patron be renewed by a check out. ``currency`` is the institution's.
    ``served``: the item is of a location that the terminal serves.
    """

    moment: Moment
    borrower: Borrower
    item: Item
    terms: LoanTerms
    currency: str
    demand: Demand = NO_DEMAND
    pin: Pin = Pin.NOT_GIVEN
    fee_acknowledged: bool = False
    renewal_wanted: bool = True
    served: bool = True


class ReturnFacts(Struct, frozen=True, gc=False):
    """What checking in needs to know.

    ``terms`` are those of the loan that ends (or of the item, without a loan); ``home`` is the agency of the
    item's location. ``returned_at`` is when the item really came back (a book drop), at the latest now; None
    means now. ``remote``: it lives in a depot.
    """

    moment: Moment
    item: Item
    terms: LoanTerms
    home: str
    currency: str
    demand: Demand = NO_DEMAND
    returned_at: datetime | None = None
    remote: bool = False


class UndoFacts(Struct, frozen=True, gc=False):
    """What taking an act back needs to know.

    ``actor`` wants to undo an ``act`` on ``item``; ``patron`` is whose return it was, where that is known.
    ``events`` are those of the last act on the item, done at ``done_at`` by ``done_by``. ``holds``,
    ``items``, ``fees`` and ``discrepancies`` are as they are now.
    """

    now: datetime
    window: timedelta
    actor: str
    act: LoanAct
    item: Item
    patron: PatronId | None
    done_at: datetime
    done_by: str
    events: tuple[Event, ...]
    holds: Mapping[HoldId, Hold]
    items: Mapping[ItemId, Item]
    fees: Mapping[FeeId, Fee]
    discrepancies: Mapping[DiscrepancyId, Discrepancy]


class HoldFacts(Struct, frozen=True, gc=False):
    """What placing a hold needs to know. ``hold`` is the one wanted, without an id yet.

    ``held`` and ``borrowed``: the patron has a hold, or a loan, on it already; ``holdable`` and
    ``pickup_known``: at least one item may be held, and the pickup agency exists.
    """

    moment: Moment
    borrower: Borrower
    hold: Hold
    held: bool
    borrowed: bool
    holdable: bool
    pickup_known: bool
    pin: Pin = Pin.NOT_GIVEN


class HoldChangeFacts(Struct, frozen=True, gc=False):
    """What changing a hold needs to know: the hold as it is, and what it is to be ``changed`` to.

    ``holdable`` and ``pickup_known`` as for placing it anew.
    """

    moment: Moment
    hold: Hold
    changed: Hold
    holdable: bool
    pickup_known: bool


class PaymentFacts(Struct, frozen=True, gc=False):
    """What taking a payment needs to know.

    ``open_fees`` are all of the patron's, oldest first; ``fee`` is the one to be paid, None for the oldest.
    ``currency`` is that of the money offered. ``reference`` is the payer's own number.
    """

    moment: Moment
    patron: Patron
    open_fees: tuple[Fee, ...]
    amount: Decimal
    currency: str
    institution_currency: str
    kind: PaymentKind
    terminal: str
    fee: FeeId | None = None
    reference: str = ""
    pin: Pin = Pin.NOT_GIVEN
