"""Every ground on which the desk says no. A refusal is a value; each protocol has a total table from reason
to words.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from core.model.records import FeeKind


class Reason(StrEnum):
    """Why the desk said no. The value is the stable code that logs and work lists show."""

    UNKNOWN_PATRON = "unknown-patron"
    UNKNOWN_ITEM = "unknown-item"
    UNKNOWN_BIB = "unknown-bib"
    UNKNOWN_HOLD = "unknown-hold"
    UNKNOWN_FEE = "unknown-fee"
    UNKNOWN_PICKUP = "unknown-pickup"
    WRONG_PIN = "wrong-pin"
    PATRON_INACTIVE = "patron-inactive"
    PATRON_EXPIRED = "patron-expired"
    PATRON_BLOCKED = "patron-blocked"
    CARD_LOST = "card-lost"
    TOO_MANY_LOANS = "too-many-loans"
    TOO_MANY_OVERDUES = "too-many-overdues"
    TOO_MANY_HOLDS = "too-many-holds"
    TOO_MUCH_OWED = "too-much-owed"
    NOT_FOR_LOAN = "not-for-loan"
    NOT_HOLDABLE = "not-holdable"
    LENT_TO_ANOTHER = "lent-to-another"
    HELD_FOR_ANOTHER = "held-for-another"
    WANTED_BY_ANOTHER = "wanted-by-another"
    ITEM_IN_TRANSIT = "item-in-transit"
    ITEM_NOT_READY = "item-not-ready"
    ITEM_LOST = "item-lost"
    ITEM_MISSING = "item-missing"
    ITEM_WITHDRAWN = "item-withdrawn"
    NOT_ON_LOAN = "not-on-loan"
    NOT_LENT_TO_PATRON = "not-lent-to-patron"
    AMBIGUOUS_TITLE = "ambiguous-title"
    RENEWAL_NOT_WANTED = "renewal-not-wanted"
    TOO_MANY_RENEWALS = "too-many-renewals"
    ALREADY_HELD = "already-held"
    ALREADY_BORROWED = "already-borrowed"
    FEE_TO_ACKNOWLEDGE = "fee-to-acknowledge"
    NOTHING_OWED = "nothing-owed"
    INVALID_AMOUNT = "invalid-amount"
    WRONG_CURRENCY = "wrong-currency"
    OVERPAYMENT = "overpayment"
    UNKNOWN_PAYMENT_KIND = "unknown-payment-kind"
    SUPERSEDED = "superseded"
    NOTHING_TO_UNDO = "nothing-to-undo"
    INVALID_DATE = "invalid-date"
    OFFLINE_NOT_TAKEN = "offline-not-taken"
    ALREADY_EXISTS = "already-exists"
    STILL_IN_USE = "still-in-use"
    INVALID_STATUS = "invalid-status"
    DETAIL_NEEDED = "detail-needed"
    NOT_SERVED_HERE = "not-served-here"
    NOT_ALLOWED_HERE = "not-allowed-here"
    NOT_LOGGED_IN = "not-logged-in"
    TOO_BUSY = "too-busy"
    STORE_UNAVAILABLE = "store-unavailable"


class Charge(Struct, frozen=True):
    """An amount somebody would have to agree to, or owes: what for, how much, in which ISO 4217 currency."""

    kind: FeeKind
    amount: Decimal
    currency: str


class Refused(Struct, frozen=True):
    """The desk says no. Nothing was changed. ``charge`` is the amount that the reason speaks of."""

    reason: Reason
    charge: Charge | None = None
