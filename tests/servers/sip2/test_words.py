"""Every word of the library has one of SIP2's, and where SIP2 has as many, each is used."""

from collections.abc import Mapping
from enum import Enum

import pytest

from core.model.records import FeeKind, ItemStatus, Medium
from core.refusals import Reason
from protocols.sip2.fields import FeeType, MediaType, PatronStatus, PaymentType
from servers.sip2.words import (
    CIRCULATION_STATUS,
    CLEAR,
    DENIED,
    FEE_TYPE,
    MAGNETIC,
    MEDIA_TYPE,
    PAYMENT_KIND,
    SCREEN,
    patron_status,
)

TABLES = [
    (SCREEN, Reason),
    (CIRCULATION_STATUS, ItemStatus),
    (MEDIA_TYPE, Medium),
    (MAGNETIC, Medium),
    (FEE_TYPE, FeeKind),
    (PAYMENT_KIND, PaymentType),
]


@pytest.mark.parametrize(("table", "words"), TABLES)
def test_each_table_is_total(table: Mapping[Enum, object], words: type[Enum]) -> None:
    assert set(table) == set(words)


def test_no_two_words_become_one_where_sip2_can_tell_them_apart() -> None:
    assert set(MEDIA_TYPE.values()) == set(MediaType)
    assert set(FEE_TYPE.values()) == set(FeeType)
    assert len(set(SCREEN.values())) == len(SCREEN)


@pytest.mark.parametrize("reason", Reason)
def test_what_a_screen_shows_is_a_short_sentence(reason: Reason) -> None:
    words = SCREEN[reason]
    assert words.endswith(".")
    assert words.isascii()
    assert words.isprintable()
    assert len(words) <= 80


def test_only_what_holds_a_magnetic_carrier_is_magnetic() -> None:
    names = {medium.name for medium, flag in MAGNETIC.items() if flag.value == "Y"}
    assert names == {name for name in Medium.__members__ if "TAPE" in name or "DISKETTE" in name}


def flags(*grounds: Reason, renewals: bool = False, holds: bool = False, **owing: bool) -> set[str]:
    """The names of the flags that are set."""
    status = patron_status(grounds, renewals, holds, owing.get("fines", False), owing.get("fees", False))
    return {name for name in PatronStatus.__struct_fields__ if getattr(status, name)}


CHARGE, RENEWAL = "charge_privileges_denied", "renewal_privileges_denied"
RECALL, HOLD = "recall_privileges_denied", "hold_privileges_denied"


def test_every_flag_is_set_by_its_own_condition() -> None:
    assert flags() == set()
    assert flags(Reason.PATRON_EXPIRED) == {CHARGE}
    assert flags(Reason.PATRON_EXPIRED, renewals=True, holds=True) == {CHARGE, RENEWAL, RECALL, HOLD}
    assert flags(Reason.CARD_LOST) == {CHARGE, "card_reported_lost"}
    assert flags(Reason.TOO_MANY_LOANS) == {CHARGE, "too_many_items_charged"}
    assert flags(Reason.TOO_MANY_OVERDUES) == {CHARGE, "too_many_items_overdue"}
    assert flags(Reason.TOO_MUCH_OWED, fines=True) == {CHARGE, "excessive_outstanding_fines"}
    assert flags(Reason.TOO_MUCH_OWED, fees=True) == {CHARGE, "excessive_outstanding_fees"}
    assert flags(Reason.PATRON_BLOCKED, fines=True, fees=True) == {CHARGE}


def test_a_stranger_is_denied_everything_and_nobody_else_anything() -> None:
    denied = {name for name in PatronStatus.__struct_fields__ if getattr(DENIED, name)}
    assert denied == {CHARGE, RENEWAL, RECALL, HOLD}
    assert patron_status((), False, False, False, False) == CLEAR
