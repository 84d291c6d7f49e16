"""The tables between the library's words and NCIP's are total."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import pytest

from core.model.records import FeeKind, HoldStatus, ItemStatus, Medium
from core.refusals import Reason
from protocols.ncip.schemes import FiscalTransactionType, MediumType, PaymentMethodType
from servers.ncip.words import (
    CIRCULATION_STATUS,
    FEE_KIND,
    FISCAL_TYPE,
    MEDIUM,
    MEDIUM_TYPE,
    PAYMENT_KIND,
    REQUEST_STATUS,
    STANDING,
)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (CIRCULATION_STATUS, ItemStatus),
        (MEDIUM_TYPE, Medium),
        (REQUEST_STATUS, HoldStatus),
        (FISCAL_TYPE, FeeKind),
        (STANDING, Reason),
        (MEDIUM, MediumType),
        (FEE_KIND, FiscalTransactionType),
        (PAYMENT_KIND, PaymentMethodType),
    ],
    ids=[
        *("circulation status", "medium", "request status", "fiscal type", "standing"),
        *("medium as said", "fee as said", "payment as said"),
    ],
)
def test_every_word_has_one(table: Mapping[Enum, object], words: type[Enum]) -> None:
    assert table.keys() == set(words)
