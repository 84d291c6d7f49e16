"""The tables between the library's words and SIP2's: each total over its enum, which a test proves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from core.model.records import FeeKind, ItemStatus, Medium, PaymentKind
from core.refusals import Reason
from protocols.sip2.fields import (
    CirculationStatus,
    FeeType,
    MediaFlag,
    MediaType,
    PatronStatus,
    PaymentType,
)

SCREEN: Final[Mapping[Reason, str]] = {
    Reason.UNKNOWN_PATRON: "This card is not known here.",
    Reason.UNKNOWN_ITEM: "This item is not known here. Please ask at the desk.",
    Reason.UNKNOWN_BIB: "This title is not known here.",
    Reason.UNKNOWN_HOLD: "There is no such hold.",
    Reason.UNKNOWN_FEE: "There is no such open fee.",
    Reason.UNKNOWN_PICKUP: "This is no place to pick holds up.",
    Reason.WRONG_PIN: "Card and PIN do not match.",
    Reason.PATRON_INACTIVE: "This card is not active. Please ask at the desk.",
    Reason.PATRON_EXPIRED: "This card has expired. Please ask at the desk.",
    Reason.PATRON_BLOCKED: "This card is blocked. Please ask at the desk.",
    Reason.CARD_LOST: "This card was reported lost. Please ask at the desk.",
    Reason.TOO_MANY_LOANS: "You have as many loans as you may have.",
    Reason.TOO_MANY_OVERDUES: "You have too many overdue loans.",
    Reason.TOO_MANY_HOLDS: "You have as many holds as you may have.",
    Reason.TOO_MUCH_OWED: "You owe too much to borrow. Please pay first.",
    Reason.NOT_FOR_LOAN: "This item is for use in the library only.",
    Reason.NOT_HOLDABLE: "Holds cannot be placed on this title.",
    Reason.LENT_TO_ANOTHER: "This item is on loan to somebody else. Please ask at the desk.",
    Reason.HELD_FOR_ANOTHER: "This item is held for somebody else. Please take it to the desk.",
    Reason.WANTED_BY_ANOTHER: "Somebody is waiting for this item.",
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
    Reason.NOTHING_TO_UNDO: "There is nothing to take back.",
    Reason.INVALID_DATE: "This date cannot be used.",
    Reason.OFFLINE_NOT_TAKEN: "This machine may not send what it did offline.",
    Reason.NOT_SERVED_HERE: "This item belongs elsewhere. Please take it to the desk.",
    Reason.NOT_ALLOWED_HERE: "This machine may not do that. Please ask at the desk.",
    Reason.NOT_LOGGED_IN: "This machine is not logged in.",
    Reason.TOO_BUSY: "The library is busy. Please try again.",
    Reason.STORE_UNAVAILABLE: "This could not be recorded. Please try again later.",
}

CIRCULATION_STATUS: Final[Mapping[ItemStatus, CirculationStatus]] = {
    ItemStatus.AVAILABLE: CirculationStatus.AVAILABLE,
    ItemStatus.ON_LOAN: CirculationStatus.CHARGED,
    ItemStatus.ON_HOLD_SHELF: CirculationStatus.WAITING_ON_HOLD_SHELF,
    ItemStatus.IN_TRANSIT: CirculationStatus.IN_TRANSIT,
    ItemStatus.ON_ORDER: CirculationStatus.ON_ORDER,
    ItemStatus.IN_PROCESS: CirculationStatus.IN_PROCESS,
    ItemStatus.CLAIMED_RETURNED: CirculationStatus.CLAIMED_RETURNED,
    ItemStatus.LOST: CirculationStatus.LOST,
    ItemStatus.MISSING: CirculationStatus.MISSING,
    ItemStatus.WITHDRAWN: CirculationStatus.OTHER,
}

MEDIA_TYPE: Final[Mapping[Medium, MediaType]] = {
    Medium.OTHER: MediaType.OTHER,
    Medium.BOOK: MediaType.BOOK,
    Medium.MAGAZINE: MediaType.MAGAZINE,
    Medium.BOUND_JOURNAL: MediaType.BOUND_JOURNAL,
    Medium.AUDIO_TAPE: MediaType.AUDIO_TAPE,
    Medium.VIDEO_TAPE: MediaType.VIDEO_TAPE,
    Medium.DISC: MediaType.CD,
    Medium.DISKETTE: MediaType.DISKETTE,
    Medium.BOOK_WITH_DISKETTE: MediaType.BOOK_WITH_DISKETTE,
    Medium.BOOK_WITH_DISC: MediaType.BOOK_WITH_CD,
    Medium.BOOK_WITH_AUDIO_TAPE: MediaType.BOOK_WITH_AUDIO_TAPE,
}

MAGNETIC: Final[Mapping[Medium, MediaFlag]] = {
    Medium.OTHER: MediaFlag.NO,
    Medium.BOOK: MediaFlag.NO,
    Medium.MAGAZINE: MediaFlag.NO,
    Medium.BOUND_JOURNAL: MediaFlag.NO,
    Medium.AUDIO_TAPE: MediaFlag.YES,
    Medium.VIDEO_TAPE: MediaFlag.YES,
    Medium.DISC: MediaFlag.NO,
    Medium.DISKETTE: MediaFlag.YES,
    Medium.BOOK_WITH_DISKETTE: MediaFlag.YES,
    Medium.BOOK_WITH_DISC: MediaFlag.NO,
    Medium.BOOK_WITH_AUDIO_TAPE: MediaFlag.YES,
}
"""What a desensitiser for security strips would erase."""

FEE_TYPE: Final[Mapping[FeeKind, FeeType]] = {
    FeeKind.OTHER: FeeType.OTHER,
    FeeKind.ADMINISTRATIVE: FeeType.ADMINISTRATIVE,
    FeeKind.DAMAGE: FeeType.DAMAGE,
    FeeKind.OVERDUE: FeeType.OVERDUE,
    FeeKind.PROCESSING: FeeType.PROCESSING,
    FeeKind.RENTAL: FeeType.RENTAL,
    FeeKind.REPLACEMENT: FeeType.REPLACEMENT,
    FeeKind.COMPUTER: FeeType.COMPUTER_ACCESS,
    FeeKind.HOLD: FeeType.HOLD,
}

PAYMENT_KIND: Final[Mapping[str, PaymentKind]] = {
    PaymentType.CASH: PaymentKind.CASH,
    PaymentType.VISA: PaymentKind.CREDIT_CARD,
    PaymentType.CREDIT_CARD: PaymentKind.CREDIT_CARD,
}
"""By SIP2's codes; those of local use, 03 to 99, are not in it."""

CLEAR: Final = PatronStatus()
"""What is said of a patron with nothing against them."""

DENIED: Final = PatronStatus(
    charge_privileges_denied=True,
    renewal_privileges_denied=True,
    recall_privileges_denied=True,
    hold_privileges_denied=True,
)
"""What is said of a patron who is unknown, or whose PIN is wrong."""


@lru_cache(256)
def patron_status(
    grounds: tuple[Reason, ...], stop_renewals: bool, stop_holds: bool, owes_fines: bool, owes_fees: bool
) -> PatronStatus:
    """The 14 flags: denials first, then reasons, each true only if the condition holds (code table of 24)."""
    too_much = Reason.TOO_MUCH_OWED in grounds
    return PatronStatus(
        charge_privileges_denied=bool(grounds),
        renewal_privileges_denied=stop_renewals,
        recall_privileges_denied=stop_holds,
        hold_privileges_denied=stop_holds,
        card_reported_lost=Reason.CARD_LOST in grounds,
        too_many_items_charged=Reason.TOO_MANY_LOANS in grounds,
        too_many_items_overdue=Reason.TOO_MANY_OVERDUES in grounds,
        excessive_outstanding_fines=too_much and owes_fines,
        excessive_outstanding_fees=too_much and owes_fees,
    )
