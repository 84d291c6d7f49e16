"""What staff would do about an act that broke a rule while the line was down: a sentence for every reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.refusals import Reason

_NEVER_OFFLINE: Final = "No machine should have come to this offline: ask who looks after it."

ADVICE: Final[Mapping[Reason, str]] = {
    Reason.UNKNOWN_PATRON: "Correct the card number and book it by hand.",
    Reason.UNKNOWN_ITEM: "Find the item, correct its barcode and book it by hand.",
    Reason.WRONG_PIN: "Ask the patron whether it was they; if not, block the card and call the item back.",
    Reason.PATRON_INACTIVE: "See whether the card may be active again; if not, call the item back.",
    Reason.PATRON_EXPIRED: "Renew the card at the next visit, or call the item back.",
    Reason.PATRON_BLOCKED: "See why the card is blocked; call the item back if it must stay so.",
    Reason.CARD_LOST: "Call the card's owner: somebody else may have used it.",
    Reason.TOO_MANY_LOANS: "Let it be, or ask for something back.",
    Reason.TOO_MANY_OVERDUES: "Remind the patron of what is overdue.",
    Reason.TOO_MUCH_OWED: "Remind the patron of what is owed.",
    Reason.NOT_FOR_LOAN: "Call the item back.",
    Reason.LENT_TO_ANOTHER: "See that the loan before was returned: its end was booked, perhaps with a fee.",
    Reason.HELD_FOR_ANOTHER: "Call the item back, or find another copy for who waits.",
    Reason.WANTED_BY_ANOTHER: "Call the item back when it is due, or find another copy for who waits.",
    Reason.ITEM_IN_TRANSIT: "It has turned up on the way: see where it is, and tell where it was expected.",
    Reason.ITEM_NOT_READY: "See whether the item had been made ready; if not, call it back.",
    Reason.ITEM_LOST: "It has turned up: see to what was charged for it.",
    Reason.ITEM_MISSING: "It has turned up: end the search for it.",
    Reason.ITEM_WITHDRAWN: "Decide whether the item belongs to the stock again.",
    Reason.NOT_ON_LOAN: "See where the item is; if the patron has it, lend it by hand.",
    Reason.NOT_LENT_TO_PATRON: "See who has the item, and renew by hand for that patron.",
    Reason.TOO_MANY_RENEWALS: "Let it be, or set the due date back and tell the patron.",
    Reason.RENEWAL_NOT_WANTED: "Let it be, or set the due date back and tell the patron.",
    Reason.FEE_TO_ACKNOWLEDGE: "Waive the fee, or charge it and tell the patron.",
    Reason.SUPERSEDED: "Nothing, unless the item is not where the records say.",
    Reason.INVALID_DATE: "Check the due date, and the clock of the machine.",
    Reason.NOT_SERVED_HERE: "See that the item comes home, and that the machine knows what it serves.",
    **dict.fromkeys(
        (
            Reason.UNKNOWN_BIB,
            Reason.UNKNOWN_HOLD,
            Reason.UNKNOWN_FEE,
            Reason.UNKNOWN_PICKUP,
            Reason.TOO_MANY_HOLDS,
            Reason.NOT_HOLDABLE,
            Reason.AMBIGUOUS_TITLE,
            Reason.ALREADY_HELD,
            Reason.ALREADY_BORROWED,
            Reason.NOTHING_OWED,
            Reason.INVALID_AMOUNT,
            Reason.WRONG_CURRENCY,
            Reason.OVERPAYMENT,
            Reason.UNKNOWN_PAYMENT_KIND,
            Reason.NOTHING_TO_UNDO,
            Reason.ALREADY_EXISTS,
            Reason.STILL_IN_USE,
            Reason.INVALID_STATUS,
            Reason.DETAIL_NEEDED,
            Reason.OFFLINE_NOT_TAKEN,
            Reason.NOT_ALLOWED_HERE,
            Reason.NOT_LOGGED_IN,
            Reason.TOO_BUSY,
            Reason.STORE_UNAVAILABLE,
        ),
        _NEVER_OFFLINE,
    ),
}
"""Reason → what to do. Only acts with loans are done offline, so some reasons are none of theirs."""
