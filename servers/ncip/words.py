"""The tables between the library's words and NCIP's: each total over its enum, which a test proves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.model.records import FeeKind, HoldStatus, ItemStatus, Medium, PaymentKind
from core.refusals import Reason
from protocols.ncip.schemes import (
    BlockOrTrapType,
    CirculationStatus,
    FiscalTransactionType,
    MediumType,
    PaymentMethodType,
    RequestStatusType,
)

CIRCULATION_STATUS: Final[Mapping[ItemStatus, CirculationStatus]] = {
    ItemStatus.AVAILABLE: CirculationStatus.AVAILABLE_ON_SHELF,
    ItemStatus.ON_LOAN: CirculationStatus.ON_LOAN,
    ItemStatus.ON_HOLD_SHELF: CirculationStatus.AVAILABLE_FOR_PICKUP,
    ItemStatus.IN_TRANSIT: CirculationStatus.IN_TRANSIT_BETWEEN_LIBRARY_LOCATIONS,
    ItemStatus.ON_ORDER: CirculationStatus.ON_ORDER,
    ItemStatus.IN_PROCESS: CirculationStatus.IN_PROCESS,
    ItemStatus.CLAIMED_RETURNED: CirculationStatus.CLAIMED_RETURNED_OR_NEVER_BORROWED,
    ItemStatus.LOST: CirculationStatus.LOST,
    ItemStatus.MISSING: CirculationStatus.MISSING,
    ItemStatus.WITHDRAWN: CirculationStatus.NOT_AVAILABLE,
}

MEDIUM_TYPE: Final[Mapping[Medium, MediumType | None]] = {
    Medium.OTHER: None,
    Medium.BOOK: MediumType.BOOK,
    Medium.MAGAZINE: MediumType.MAGAZINE,
    Medium.BOUND_JOURNAL: MediumType.BOUND_JOURNAL,
    Medium.AUDIO_TAPE: MediumType.AUDIO_TAPE,
    Medium.VIDEO_TAPE: MediumType.VIDEO_TAPE,
    Medium.DISC: MediumType.COMPACT_DISC,
    Medium.DISKETTE: MediumType.DISKETTE,
    Medium.BOOK_WITH_DISKETTE: MediumType.BOOK_WITH_DISKETTE,
    Medium.BOOK_WITH_DISC: MediumType.BOOK_WITH_COMPACT_DISC,
    Medium.BOOK_WITH_AUDIO_TAPE: MediumType.BOOK_WITH_AUDIO_TAPE,
}
"""None where the standard has no word for it."""

MEDIUM: Final[Mapping[MediumType, Medium]] = {
    **{kind: medium for medium, kind in MEDIUM_TYPE.items() if kind is not None},
    MediumType.CD_ROM: Medium.DISC,
    MediumType.MICROFORM: Medium.OTHER,
}

REQUEST_STATUS: Final[Mapping[HoldStatus, RequestStatusType]] = {
    HoldStatus.WAITING: RequestStatusType.IN_PROCESS,
    HoldStatus.IN_TRANSIT: RequestStatusType.IN_PROCESS,
    HoldStatus.READY: RequestStatusType.AVAILABLE_FOR_PICKUP,
}

FISCAL_TYPE: Final[Mapping[FeeKind, FiscalTransactionType]] = {
    FeeKind.OTHER: FiscalTransactionType.SERVICE_CHARGE,
    FeeKind.ADMINISTRATIVE: FiscalTransactionType.SERVICE_CHARGE,
    FeeKind.DAMAGE: FiscalTransactionType.SERVICE_CHARGE,
    FeeKind.OVERDUE: FiscalTransactionType.FINE,
    FeeKind.PROCESSING: FiscalTransactionType.SERVICE_CHARGE,
    FeeKind.RENTAL: FiscalTransactionType.RENTAL,
    FeeKind.REPLACEMENT: FiscalTransactionType.BOOK_REPLACEMENT_CHARGE,
    FeeKind.COMPUTER: FiscalTransactionType.SERVICE_CHARGE,
    FeeKind.HOLD: FiscalTransactionType.RESERVATION_CHARGE,
}

FEE_KIND: Final[Mapping[FiscalTransactionType, FeeKind]] = {
    **dict.fromkeys(FiscalTransactionType, FeeKind.OTHER),
    FiscalTransactionType.BOOK_REPLACEMENT_CHARGE: FeeKind.REPLACEMENT,
    FiscalTransactionType.CARD_REPLACEMENT_CHARGE: FeeKind.ADMINISTRATIVE,
    FiscalTransactionType.FINE: FeeKind.OVERDUE,
    FiscalTransactionType.INTERLIBRARY_LOAN_FEE: FeeKind.PROCESSING,
    FiscalTransactionType.REMINDER_CHARGE: FeeKind.ADMINISTRATIVE,
    FiscalTransactionType.RENTAL: FeeKind.RENTAL,
    FiscalTransactionType.RESERVATION_CHARGE: FeeKind.HOLD,
}

PAYMENT_KIND: Final[Mapping[PaymentMethodType, PaymentKind]] = {
    **dict.fromkeys(PaymentMethodType, PaymentKind.OTHER),
    PaymentMethodType.CASH: PaymentKind.CASH,
    PaymentMethodType.CREDIT_CARD: PaymentKind.CREDIT_CARD,
    PaymentMethodType.DEBIT_CARD: PaymentKind.DEBIT_CARD,
}

STANDING: Final[Mapping[Reason, str]] = {
    **dict.fromkeys(Reason, "BARRED"),
    Reason.PATRON_EXPIRED: "EXPIRED",
    Reason.TOO_MANY_LOANS: "ACTIVE",
}
"""How a patron stands whose worst ground is this; the standard has no list, clients look for these words."""

ACTIVE: Final = "ACTIVE"

BLOCKS: Final = (
    BlockOrTrapType.BLOCK_CHECK_OUT,
    BlockOrTrapType.BLOCK_RENEWAL,
    BlockOrTrapType.BLOCK_HOLD,
    BlockOrTrapType.BLOCK_REQUEST_ITEM,
)
"""What a patron may not do who may not borrow."""

STATUS: Final[Mapping[CirculationStatus, ItemStatus]] = {
    CirculationStatus.AVAILABLE_ON_SHELF: ItemStatus.AVAILABLE,
    CirculationStatus.IN_PROCESS: ItemStatus.IN_PROCESS,
    CirculationStatus.LOST: ItemStatus.LOST,
    CirculationStatus.MISSING: ItemStatus.MISSING,
    CirculationStatus.NOT_AVAILABLE: ItemStatus.WITHDRAWN,
    CirculationStatus.ON_ORDER: ItemStatus.ON_ORDER,
    CirculationStatus.WAITING_TO_BE_RESHELVED: ItemStatus.AVAILABLE,
}
"""What an item may be said to be (UpdateCirculationStatus); anything else follows from acts alone."""
