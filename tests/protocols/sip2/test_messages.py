"""The declarations, against the standard's tables, and what follows from them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

import protocols.sip2
from protocols.secret import Secret
from protocols.sip2.fields import CATALOGUE, FeeType, PatronStatus
from protocols.sip2.messages import (
    DECLARATIONS,
    Direction,
    FeePaid,
    Login,
    LoginResponse,
    PatronStatusResponse,
    explain,
    table,
)


@pytest.mark.parametrize(
    ("code", "fixed_length"),
    [
        ("93", 4), ("94", 3), ("99", 10), ("98", 36), ("97", 2), ("96", 2), ("23", 23), ("24", 37),
        ("63", 33), ("64", 61), ("35", 20), ("36", 21), ("11", 40), ("12", 24), ("09", 39), ("10", 24),
        ("29", 40), ("30", 24), ("37", 27), ("38", 21), ("17", 20), ("18", 26),
        ("01", 21), ("15", 21), ("16", 22), ("19", 20), ("20", 21), ("25", 20), ("26", 37), ("65", 20),
        ("66", 29),
    ],
)  # fmt: skip
def test_fixed_parts_are_as_long_as_the_standard_has_them(code: str, fixed_length: int) -> None:
    assert DECLARATIONS[code].fixed_length == fixed_length


@pytest.mark.parametrize("code", DECLARATIONS)
def test_attributes_are_called_what_the_catalogue_calls_them(code: str) -> None:
    for slot in DECLARATIONS[code].slots:
        assert slot.attribute == slot.field.name.replace(" ", "_").replace("-", "_")
        assert slot.field is CATALOGUE[slot.field.id]


@pytest.mark.parametrize("code", DECLARATIONS)
def test_fields_stand_in_the_order_of_the_struct(code: str) -> None:
    declaration = DECLARATIONS[code]
    positions = [position.attribute for position in declaration.positions]
    slots = [slot.attribute for slot in declaration.slots]
    assert [*positions, *slots, "extensions"] == list(declaration.message.__struct_fields__)


def test_the_readme_shows_the_table_of_the_declarations() -> None:
    readme = Path(protocols.sip2.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert table() in readme


@pytest.mark.parametrize("code", DECLARATIONS)
def test_screen_messages_and_print_lines_are_the_last_fields_of_a_message(code: str) -> None:
    ids = [slot.field.id for slot in DECLARATIONS[code].slots]
    assert not {"AF", "AG"} & set(ids) or ids[-2:] == ["AF", "AG"]


def test_every_message_of_the_standard_is_declared() -> None:
    requests = "01 09 11 15 17 19 23 25 29 35 37 63 65 93 97 99"
    answers = "10 12 16 18 20 24 26 30 36 38 64 66 94 96 98"
    by_sender = {
        direction: {code for code, each in DECLARATIONS.items() if each.message.direction is direction}
        for direction in Direction
    }
    assert by_sender == {
        Direction.TO_ACS: set(requests.split()),
        Direction.TO_SC: set(answers.split()),
    }


def test_a_message_is_explained_field_by_field() -> None:
    message = PatronStatusResponse(
        patron_status=PatronStatus(charge_privileges_denied=True, excessive_outstanding_fines=True),
        language="001",
        transaction_date=datetime(2025, 1, 31, 12, 30, tzinfo=UTC),
        institution_id="MAIN",
        patron_identifier="P1",
        personal_name="",
        valid_patron=True,
        screen_message=("one", "two"),
        extensions=(("PB", "19700101"), ("CL", "7"), ("QQ", "x")),
    )
    assert explain(message) == [
        ("", "patron status", "charge privileges denied, excessive outstanding fines"),
        ("", "language", "001"),
        ("", "transaction date", "2025-01-31 12:30:00+00:00"),
        ("AO", "institution id", "MAIN"),
        ("AA", "patron identifier", "P1"),
        ("AE", "personal name", ""),
        ("BL", "valid patron", "Y"),
        ("AF", "screen message", "one"),
        ("AF", "screen message", "two"),
        ("PB", "birth date (EnvisionWare)", "19700101"),
        ("CL", "sort bin", "7"),
        ("QQ", "extension", "x"),
    ]


def test_codes_are_explained_with_their_names_and_unknown_counts_with_a_dash() -> None:
    paid = FeePaid(None, FeeType.OVERDUE, "17", "EUR", "1.00", "MAIN", "P1", terminal_password=Secret("1234"))
    assert explain(paid)[:4] == [
        ("", "transaction date", "-"),
        ("", "fee type", "04 overdue"),
        ("", "payment type", "17"),
        ("", "currency type", "EUR"),
    ]
    assert ("AC", "terminal password", "***") in explain(paid)


def test_secrets_and_unknown_fields_of_requests_are_stars() -> None:
    login = Login("0", "0", "kiosk", Secret("1234"), extensions=(("wo", "rd"),))
    assert explain(login)[-2:] == [("CO", "login password", "***"), ("wo", "extension", "***")]
    assert repr(login).endswith("Secret(***), location_code=None, extensions=(('wo', '***'),))")


def test_a_password_where_none_belongs_is_stars_too() -> None:
    answer = LoginResponse(True, extensions=(("AD", "1234"), ("QQ", "x")))
    assert explain(answer)[-2:] == [("AD", "patron password", "***"), ("QQ", "extension", "x")]
    assert "1234" not in repr(answer)
