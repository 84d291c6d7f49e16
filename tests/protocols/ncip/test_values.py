"""Dates in every form that clients send, numbers, and secrets that cannot be printed."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest

from protocols.ncip.values import (
    Date,
    Element,
    denies,
    is_exact_date,
    read_date,
    read_integer,
    written_date,
)
from protocols.secret import Secret

EAST, WEST = timezone(timedelta(hours=1)), timezone(-timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("text", "value", "exact"),
    [
        ("2027-01-31T23:59:00Z", datetime(2027, 1, 31, 23, 59, tzinfo=UTC), True),
        ("2027-01-31T23:59:00.000Z", datetime(2027, 1, 31, 23, 59, tzinfo=UTC), True),
        ("2027-01-31T23:59:00.1234567Z", datetime(2027, 1, 31, 23, 59, 0, 123456, tzinfo=UTC), True),
        ("2027-01-31T23:59:00+01:00", datetime(2027, 1, 31, 23, 59, tzinfo=EAST), True),
        ("2027-01-31T23:59:00+0100", datetime(2027, 1, 31, 23, 59, tzinfo=EAST), False),
        ("2027-01-31T23:59:00+01", datetime(2027, 1, 31, 23, 59, tzinfo=EAST), False),
        ("2027-01-31T23:59:00-05:30", datetime(2027, 1, 31, 23, 59, tzinfo=WEST), True),
        ("2027-01-31T23:59:00", datetime(2027, 1, 31, 23, 59), True),
        ("2027-01-31T23:59", datetime(2027, 1, 31, 23, 59), False),
        ("2027-01-31 23:59:00", datetime(2027, 1, 31, 23, 59), False),
        ("2027-01-31 23:59:00 UTC", datetime(2027, 1, 31, 23, 59, tzinfo=UTC), False),
        ("20270131T235900Z", datetime(2027, 1, 31, 23, 59, tzinfo=UTC), False),
        ("2027-01-31T24:00:00Z", datetime(2027, 2, 1, tzinfo=UTC), True),
        ("2027-01-31", date(2027, 1, 31), False),
        ("20270131", date(2027, 1, 31), False),
        ("2027-01-31Z", date(2027, 1, 31), False),
    ],
)  # fmt: skip
def test_a_date_is_read_in_any_form(text: str, value: Date, exact: bool) -> None:
    read = read_date(text)
    assert read == value
    assert type(read) is type(value)
    assert is_exact_date(text) is exact


@pytest.mark.parametrize(
    "text",
    [
        "", "tomorrow", "31.01.2027", "01/31/2027", "2027-02-30", "2027-13-01T00:00:00Z",
        "2027-01-31T25:00:00Z", "2027-01-31T24:00:01Z", "2027-01-31T23:59:61Z", "2027-01-31T23:59:00+15:00",
        "2027-01-31T23:59:00+01:75", "0000-01-01", "9999-12-31T24:00:00Z", "2027-01-31T23:59:00Z" + "0" * 40,
        "\u0662\u0660\u0662\u0667-01-31",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2027, 1, 31, 23, 59, tzinfo=UTC), "2027-01-31T23:59:00Z"),
        (datetime(2027, 1, 31, 23, 59, 1, 500, tzinfo=EAST), "2027-01-31T23:59:01.000500+01:00"),
        (
            datetime(2027, 1, 31, tzinfo=timezone(-timedelta(hours=3, minutes=30))),
            "2027-01-31T00:00:00-03:30",
        ),
        (datetime(1890, 1, 1, tzinfo=timezone(timedelta(seconds=1172))), "1889-12-31T23:40:28Z"),
        (datetime(2027, 1, 31, 23, 59), "2027-01-31T23:59:00"),
        (date(2027, 1, 31), "2027-01-31T00:00:00"),
    ],
)
def test_a_date_is_written_as_the_schema_wants_it(value: Date, text: str) -> None:
    assert written_date(value) == text
    assert is_exact_date(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("-5", -5), ("+7", 7), ("007", 7),
        ("1.50", None), ("", None), ("1e3", None), ("9" * 19, None), ("\u0663", None),
    ],
)  # fmt: skip
def test_a_number_has_digits_and_not_too_many(text: str, number: int | None) -> None:
    assert read_integer(text) == number


def test_a_flag_is_taken_back_by_a_no() -> None:
    assert all(map(denies, ("false", "FALSE", "no", "N", "0")))
    assert not any(map(denies, ("", "true", "yes", "1")))


def test_a_secret_is_compared_and_revealed_and_not_shown() -> None:
    secret = Secret("hush")
    assert (secret.reveal(), bool(secret), bool(Secret(""))) == ("hush", True, False)
    assert secret == Secret("hush") != Secret("other")
    assert secret != "hush"
    assert len({secret, Secret("hush")}) == 1
    assert "hush" not in f"{secret!r} {secret} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)


def test_an_element_is_shown_by_its_name_alone() -> None:
    assert repr(Element(name="Note", text="hush", attributes=(("a", "hush"),))) == "Element(Note)"
