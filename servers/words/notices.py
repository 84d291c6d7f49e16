"""Everything that people are told and that is no refusal."""

from __future__ import annotations

from enum import StrEnum


class Notice(StrEnum):
    """What a text says. The value is its code; no reason of `core.refusals` has the same."""

    REFUSAL_AMOUNT = "refusal-amount"
    """A refusal with the amount that it speaks of."""

    CHECKED_OUT = "checked-out"
    CHECKED_IN = "checked-in"
    SEND_TO = "send-to"
    PUT_ON_HOLD_SHELF = "put-on-hold-shelf"
    RENEWED = "renewed"
    ITEMS_RENEWED = "items-renewed"
    ITEMS_NOT_RENEWED = "items-not-renewed"
    CHECKOUT_CANCELLED = "checkout-cancelled"
    CHECKIN_CANCELLED = "checkin-cancelled"

    HOLD_PLACED = "hold-placed"
    HOLD_CHANGED = "hold-changed"
    HOLD_CANCELLED = "hold-cancelled"
    HOLD_READY = "hold-ready"

    FEE_CHARGED = "fee-charged"
    PAYMENT_TAKEN = "payment-taken"

    CARD_BLOCKED = "card-blocked"
    CARD_RETAINED = "card-retained"
    CARD_ENABLED = "card-enabled"

    RECORDED_OFFLINE = "recorded-offline"
    RECORDED_FOR_STAFF = "recorded-for-staff"
    """Recorded as done offline, against a rule: it is on the staff's work list."""
