"""What a server sends is said in a patron's words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from protocols.sip2.fields import AlertType, MediaFlag, PatronStatus
from protocols.sip2.messages import CheckinResponse
from servers.sip2.kiosk.wording import ALERTS, GROUNDS, aside, denied, due, money, said

BACK = CheckinResponse(
    ok=True,
    resensitize=True,
    magnetic_media=MediaFlag.NO,
    alert=False,
    transaction_date=None,
    institution_id="TOWN",
    item_identifier="I1",
    permanent_location="MAIN",
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("20260330    235900", "Mon 30 Mar 2026"),
        ("20260330    000000", "Mon 30 Mar 2026"),
        ("20260330    180000", "Mon 30 Mar 2026, 18:00"),
        ("2026-03-30 23:59", "2026-03-30 23:59"),
        ("  am  30. März ", "am 30. März"),
        ("", ""),
    ],
)
def test_a_due_date_is_said_as_people_say_it(text: str, words: str) -> None:
    assert due(text) == words


def test_every_alert_says_what_to_do() -> None:
    assert set(ALERTS) == set(AlertType)


@pytest.mark.parametrize(
    ("alert", "kind", "bin_", "words"),
    [
        (False, None, None, ""),
        (False, None, "3", "Please put it in bin 3."),
        (True, None, "3", ALERTS[AlertType.UNKNOWN]),
        (True, AlertType.TRANSIT, None, ALERTS[AlertType.TRANSIT]),
    ],
)
def test_an_item_is_put_aside_in_a_bin_or_nowhere(
    alert: bool, kind: AlertType | None, bin_: str | None, words: str
) -> None:
    assert aside(replace(BACK, alert=alert, alert_type=kind, sort_bin=bin_)) == words


def test_every_reason_flag_has_words() -> None:
    denials = {flag for flag in PatronStatus.__struct_fields__ if flag.endswith("_denied")}
    assert set(GROUNDS) == set(PatronStatus.__struct_fields__) - denials


def test_a_patron_who_cannot_borrow_is_told_why_once() -> None:
    assert denied(PatronStatus(card_reported_lost=True)) == ""
    owing = PatronStatus(
        charge_privileges_denied=True, excessive_outstanding_fines=True, excessive_outstanding_fees=True
    )
    assert denied(owing) == "You cannot borrow at the moment. You owe too much. Please pay first."


def test_the_server_has_the_first_word() -> None:
    assert said((" No. ", "", "Really."), "ours") == "No. Really."
    assert said(("", " "), "ours") == "ours"


def test_money_has_its_currency_if_that_is_known() -> None:
    assert (money(Decimal("2.50"), "EUR"), money("3", "")) == ("2.50 EUR", "3")
