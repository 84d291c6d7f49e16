"""The texts in English: the `msgid` of every catalogue, with the code as its `msgctxt`.

Each is a short sentence in ASCII, two lines of a kiosk's 40 columns at most. A name in braces is a place that
a value is put in. The tables are total over their enums, which a test proves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from core.refusals import Reason
from servers.words.notices import Notice


class Plural(NamedTuple):
    """A text that depends on the number in its place ``{count}``."""

    one: str
    more: str


def forms(text: str | Plural) -> tuple[str, ...]:
    """The text, or the text for one and the text for more."""
    return tuple(text) if isinstance(text, Plural) else (text,)


REFUSALS: Final[Mapping[Reason, str]] = {
    Reason.UNKNOWN_PATRON: "This card is not known here.",
    Reason.UNKNOWN_ITEM: "This item is not known here. Please ask at the desk.",
    Reason.UNKNOWN_BIB: "This title is not known here.",
    Reason.UNKNOWN_HOLD: "There is no such hold.",
    Reason.UNKNOWN_FEE: "There is no such open fee.",
    Reason.UNKNOWN_PICKUP: "Holds cannot be picked up there.",
    Reason.WRONG_PIN: "Card and PIN do not match.",
    Reason.PATRON_INACTIVE: "This card is not active. Please ask at the desk.",
    Reason.PATRON_EXPIRED: "This card has expired. Please ask at the desk.",
    Reason.PATRON_BLOCKED: "This card is blocked. Please ask at the desk.",
    Reason.CARD_LOST: "This card was reported lost. Please ask at the desk.",
    Reason.TOO_MANY_LOANS: "You have reached your limit of loans.",
    Reason.TOO_MANY_OVERDUES: "You have too many overdue loans.",
    Reason.TOO_MANY_HOLDS: "You have reached your limit of holds.",
    Reason.TOO_MUCH_OWED: "You owe too much to borrow. Please pay first.",
    Reason.NOT_FOR_LOAN: "This item is for use in the library only.",
    Reason.NOT_HOLDABLE: "Holds cannot be placed on this title.",
    Reason.LENT_TO_ANOTHER: "This item is on loan to somebody else. Please ask at the desk.",
    Reason.HELD_FOR_ANOTHER: "This item is held for somebody else. Please take it to the desk.",
    Reason.WANTED_BY_ANOTHER: "Somebody else is waiting for this item.",
    Reason.ITEM_IN_TRANSIT: "This item is on its way to another library. Please take it to the desk.",
    Reason.ITEM_NOT_READY: "This item is not ready to be lent yet. Please take it to the desk.",
    Reason.ITEM_LOST: "This item was reported lost. Please take it to the desk.",
    Reason.ITEM_MISSING: "This item was missing. Please take it to the desk.",
    Reason.ITEM_WITHDRAWN: "This item was withdrawn. Please take it to the desk.",
    Reason.NOT_ON_LOAN: "This item is not on loan.",
    Reason.NOT_LENT_TO_PATRON: "This item is not on loan to you.",
    Reason.AMBIGUOUS_TITLE: "You have more than one item with this title.",
    Reason.RENEWAL_NOT_WANTED: "You have this item already.",
    Reason.TOO_MANY_RENEWALS: "This item cannot be renewed any more.",
    Reason.ALREADY_HELD: "You have a hold on this title already.",
    Reason.ALREADY_BORROWED: "You have this title on loan.",
    Reason.FEE_TO_ACKNOWLEDGE: "This loan costs a fee.",
    Reason.NOTHING_OWED: "There is nothing to pay.",
    Reason.INVALID_AMOUNT: "This is not an amount that can be paid.",
    Reason.WRONG_CURRENCY: "This currency is not taken here.",
    Reason.OVERPAYMENT: "This is more than is owed.",
    Reason.UNKNOWN_PAYMENT_KIND: "This kind of payment is not taken here.",
    Reason.SUPERSEDED: "Something newer has been recorded already.",
    Reason.NOTHING_TO_UNDO: "There is nothing to undo.",
    Reason.INVALID_DATE: "This date cannot be used.",
    Reason.OFFLINE_NOT_TAKEN: "This machine may not send what it did offline.",
    Reason.ALREADY_EXISTS: "This exists already.",
    Reason.STILL_IN_USE: "This is still in use and cannot be deleted.",
    Reason.INVALID_STATUS: "The item cannot be given this status.",
    Reason.DETAIL_NEEDED: "Something that is needed was left out.",
    Reason.NOT_SERVED_HERE: "This item belongs elsewhere. Please take it to the desk.",
    Reason.NOT_ALLOWED_HERE: "This machine may not do that. Please ask at the desk.",
    Reason.NOT_LOGGED_IN: "This machine is not logged in.",
    Reason.TOO_BUSY: "The system is busy. Please try again.",
    Reason.STORE_UNAVAILABLE: "This could not be recorded. Please try again later.",
}

NOTICES: Final[Mapping[Notice, str | Plural]] = {
    Notice.REFUSAL_AMOUNT: "{refusal}: {amount} {currency}.",
    Notice.CHECKED_OUT: "On loan until {due}.",
    Notice.CHECKED_IN: "Returned. Thank you.",
    Notice.SEND_TO: "Please send to {place}.",
    Notice.PUT_ON_HOLD_SHELF: "Please put on the hold shelf.",
    Notice.RENEWED: "Renewed until {due}.",
    Notice.ITEMS_RENEWED: Plural("{count} item was renewed.", "{count} items were renewed."),
    Notice.ITEMS_NOT_RENEWED: Plural(
        "{count} item could not be renewed.", "{count} items could not be renewed."
    ),
    Notice.CHECKOUT_CANCELLED: "The loan was cancelled.",
    Notice.CHECKIN_CANCELLED: "The return was cancelled.",
    Notice.HOLD_PLACED: "Your hold was placed. You are number {position} in the queue.",
    Notice.HOLD_CHANGED: "Your hold was changed.",
    Notice.HOLD_CANCELLED: "Your hold was cancelled.",
    Notice.HOLD_READY: "Your hold is ready at {place}.",
    Notice.FEE_CHARGED: "A fee of {amount} {currency} was charged.",
    Notice.PAYMENT_TAKEN: "Payment of {amount} {currency} received. Thank you.",
    Notice.CARD_BLOCKED: "This card was blocked.",
    Notice.CARD_RETAINED: "This card was kept. Please ask at the desk.",
    Notice.CARD_ENABLED: "This card may be used again.",
    Notice.RECORDED_OFFLINE: "Recorded as done offline.",
    Notice.RECORDED_FOR_STAFF: "Recorded as done offline. Staff will look into it.",
}
