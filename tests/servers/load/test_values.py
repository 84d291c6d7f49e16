"""Cells become values; what cannot be understood is never guessed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from servers.load.values import amount, count, day, due_moment, flag, moment
from servers.load.verdict import Unusable

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2020-10-27 10:26:51.426709-04", "", datetime(2020, 10, 27, 14, 26, 51, 426709, UTC)),
        ("2022-06-17 11:45:51.72198-04", "", datetime(2022, 6, 17, 15, 45, 51, 721980, UTC)),
        ("2020-10-27T10:26:51Z", "", datetime(2020, 10, 27, 10, 26, 51, tzinfo=UTC)),
        ("2020-07-27 10:26", "", datetime(2020, 7, 27, 8, 26, tzinfo=UTC)),
        ("2020-01-27", "", datetime(2020, 1, 26, 23, 0, tzinfo=UTC)),
        ("27.7.2020", "%d.%m.%Y", datetime(2020, 7, 26, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_without_an_offset_is_local(text: str, form: str, expected: datetime) -> None:
    assert moment("out_at", text, form, PARIS) == expected


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2020-07-27", "", datetime(2020, 7, 27, 21, 59, 59, tzinfo=UTC)),
        ("7/27/2020", "%m/%d/%Y", datetime(2020, 7, 27, 21, 59, 59, tzinfo=UTC)),
        ("2020-07-27 10:00", "", datetime(2020, 7, 27, 8, 0, tzinfo=UTC)),
        ("2020-07-27 00:00:00", "", datetime(2020, 7, 26, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_bare_due_date_lasts_until_the_day_ends(text: str, form: str, expected: datetime) -> None:
    assert due_moment("due", text, form, PARIS) == expected


def test_a_date_is_the_one_that_is_written() -> None:
    assert day("expires", "2008-01-01 23:00:00-05", "") == date(2008, 1, 1)


@pytest.mark.parametrize("text", ["soon", "2020-13-01", "27.10.2020", "0001-01-01 00:00+23:00"])
def test_what_is_no_date_makes_the_row_unusable(text: str) -> None:
    with pytest.raises(Unusable, match="due"):
        due_moment("due", text, "", PARIS)


def test_amounts() -> None:
    assert amount("price", "24.99") == Decimal("24.99")
    for text in ("-1", "NaN", "Infinity", "12,50", "$5"):
        with pytest.raises(Unusable, match="price is not an amount"):
            amount("price", text)


def test_counts() -> None:
    assert count("renewals", "12") == 12
    for text in ("-1", "1.5", "²", "two"):
        with pytest.raises(Unusable, match="renewals is not a whole number"):
            count("renewals", text)


def test_flags() -> None:
    assert [flag("active", text) for text in ("1", "t", "Yes", "TRUE")] == [True] * 4
    assert [flag("active", text) for text in ("0", "f", "No", "false")] == [False] * 4
    with pytest.raises(Unusable, match="active is neither yes nor no"):
        flag("active", "maybe")
