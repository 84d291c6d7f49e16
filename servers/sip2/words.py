"""The tables between the library's words and SIP2's: each total over its enum, which a test proves.

What people read is `servers.words`; here is only what machines do.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from core.model.records import FeeKind, ItemStatus, Medium, PaymentKind
from protocols.sip2 import fields as sip2
from protocols.sip2.fields import (
    AlertType,
    CirculationStatus,
    FeeType,
    MediaFlag,
    MediaType,
    PaymentType,
)
from servers.configuration.settings import AlertCause, PaidBy
from servers.words.languages import Language, language

LANGUAGE: Final[Mapping[sip2.Language, Language | None]] = {
    sip2.Language.UNKNOWN: None,
    sip2.Language.ENGLISH: Language.EN,
    sip2.Language.FRENCH: Language.FR,
    sip2.Language.GERMAN: Language.DE,
    sip2.Language.ITALIAN: Language.IT,
    sip2.Language.DUTCH: Language.NL,
    sip2.Language.SWEDISH: None,
    sip2.Language.FINNISH: None,
    sip2.Language.SPANISH: Language.ES,
    sip2.Language.DANISH: None,
    sip2.Language.PORTUGUESE: None,
    sip2.Language.CANADIAN_FRENCH: Language.FR,
    sip2.Language.NORWEGIAN: None,
    sip2.Language.HEBREW: None,
    sip2.Language.JAPANESE: Language.JA,
    sip2.Language.RUSSIAN: None,
    sip2.Language.ARABIC: None,
    sip2.Language.POLISH: None,
    sip2.Language.GREEK: None,
    sip2.Language.CHINESE: None,
    sip2.Language.KOREAN: None,
    sip2.Language.NORTH_AMERICAN_SPANISH: Language.ES,
    sip2.Language.TAMIL: None,
    sip2.Language.MALAY: None,
    sip2.Language.UK_ENGLISH: Language.EN,
    sip2.Language.ICELANDIC: None,
    sip2.Language.BELGIAN: Language.NL,
    sip2.Language.TAIWANESE: None,
}
"""The languages of SIP2; None for one in which nobody has written our texts."""


@lru_cache(256)
def language_of(code: str) -> Language | None:
    """The language of a message's code, of letters such as `eng` too; None if it says none that we speak."""
    try:
        return LANGUAGE[sip2.Language(code)]
    except ValueError:
        return language(code)


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
"""By SIP2's codes; those of local use, 03 to 99, a profile tells of."""

PAID_BY: Final[Mapping[PaidBy, PaymentKind]] = {
    PaidBy.CASH: PaymentKind.CASH,
    PaidBy.CREDIT_CARD: PaymentKind.CREDIT_CARD,
    PaidBy.DEBIT_CARD: PaymentKind.DEBIT_CARD,
    PaidBy.OTHER: PaymentKind.OTHER,
}


def payment_kinds(own: Mapping[str, PaidBy]) -> Mapping[str, PaymentKind]:
    """What payment types mean to a terminal: the standard's, and those of its own."""
    return {**PAYMENT_KIND, **{code: PAID_BY[paid] for code, paid in own.items()}}


ALERT_TYPE: Final[Mapping[AlertCause, AlertType]] = {
    AlertCause.HOLD: AlertType.HOLD_HERE,
    AlertCause.HOLD_ELSEWHERE: AlertType.HOLD_ELSEWHERE,
    AlertCause.TRANSIT: AlertType.TRANSIT,
    AlertCause.UNKNOWN_ITEM: AlertType.UNKNOWN,
    AlertCause.REFUSED: AlertType.OTHER,
    AlertCause.NOTE: AlertType.OTHER,
}

SUPPORTED: Final[Mapping[str, str]] = {
    "23": "patron_status_request",
    "11": "checkout",
    "09": "checkin",
    "01": "block_patron",
    "99": "sc_acs_status",
    "97": "request_sc_acs_resend",
    "93": "login",
    "63": "patron_information",
    "35": "end_patron_session",
    "37": "fee_paid",
    "17": "item_information",
    "19": "item_status_update",
    "25": "patron_enable",
    "15": "hold",
    "29": "renew",
    "65": "renew_all",
}
"""The flag of each request in BX, in BX's order."""
