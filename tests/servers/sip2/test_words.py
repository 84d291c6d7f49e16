"""Every word of the library has one of SIP2's, and where SIP2 has as many, each is used."""

from collections.abc import Mapping
from enum import Enum

import pytest

from core.model.records import FeeKind, ItemStatus, Medium, PaymentKind
from protocols.sip2 import fields as sip2
from protocols.sip2.fields import FeeType, MediaType, PaymentType
from servers.configuration.settings import AlertCause, PaidBy
from servers.sip2.words import (
    ALERT_TYPE,
    CIRCULATION_STATUS,
    FEE_TYPE,
    LANGUAGE,
    MAGNETIC,
    MEDIA_TYPE,
    PAID_BY,
    PAYMENT_KIND,
    language_of,
    payment_kinds,
)
from servers.words.languages import Language

TABLES = [
    (CIRCULATION_STATUS, ItemStatus),
    (MEDIA_TYPE, Medium),
    (MAGNETIC, Medium),
    (FEE_TYPE, FeeKind),
    (PAYMENT_KIND, PaymentType),
    (PAID_BY, PaidBy),
    (ALERT_TYPE, AlertCause),
    (LANGUAGE, sip2.Language),
]


@pytest.mark.parametrize(("table", "words"), TABLES)
def test_each_table_is_total(table: Mapping[Enum, object], words: type[Enum]) -> None:
    assert set(table) == set(words)


def test_no_two_words_become_one_where_sip2_can_tell_them_apart() -> None:
    assert set(MEDIA_TYPE.values()) == set(MediaType)
    assert set(FEE_TYPE.values()) == set(FeeType)
    assert set(PAID_BY.values()) == set(PaymentKind)


def test_only_what_holds_a_magnetic_carrier_is_magnetic() -> None:
    names = {medium.name for medium, flag in MAGNETIC.items() if flag.value == "Y"}
    assert names == {name for name in Medium.__members__ if "TAPE" in name or "DISKETTE" in name}


def test_every_language_that_we_speak_has_a_code() -> None:
    assert set(LANGUAGE.values()) == {None, *Language}


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("001", Language.EN),
        ("024", Language.EN),
        ("002", Language.FR),
        ("011", Language.FR),
        ("003", Language.DE),
        ("026", Language.NL),
        ("014", Language.JA),
        ("eng", Language.EN),
        ("ger", Language.DE),
        ("000", None),
        ("019", None),
        ("   ", None),
        ("999", None),
        ("xyz", None),
    ],
)
def test_a_language_is_known_by_its_code_or_by_letters(code: str, language: Language | None) -> None:
    assert language_of(code) is language


def test_a_profile_adds_to_the_payment_types_of_the_standard() -> None:
    kinds = payment_kinds({"03": PaidBy.DEBIT_CARD, "00": PaidBy.OTHER})
    assert [kinds.get(code) for code in ("00", "01", "02", "03", "04")] == [
        PaymentKind.OTHER,
        PaymentKind.CREDIT_CARD,
        PaymentKind.CREDIT_CARD,
        PaymentKind.DEBIT_CARD,
        None,
    ]
