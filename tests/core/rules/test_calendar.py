"""Due dates, the hold shelf and fines: closed days, time zones, and the nights on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.policy import Calendar, LoanTerms, Unit
from core.rules.calendar import due, hold_shelf_end, is_open, overdue_fine
from tests.core.rules.given import DAY, HOUR, NOW, OPEN_DAILY, moment, paris

SUNDAYS_CLOSED = Calendar(closed_weekdays=(6,))
WEEKENDS_CLOSED = Calendar(closed_weekdays=(5, 6))
EASTER = Calendar((6,), frozenset({date(2026, 4, 3), date(2026, 4, 4), date(2026, 4, 6)}))
NEVER_OPEN = Calendar(closed_weekdays=tuple(range(7)))

MINUTE = timedelta(minutes=1)


def days(length: int, **terms: Any) -> LoanTerms:
    return LoanTerms("days", unit=Unit.DAYS, length=length, **terms)


def hours(length: int, **terms: Any) -> LoanTerms:
    return LoanTerms("hours", unit=Unit.HOURS, length=length, **terms)


@pytest.mark.parametrize(
    ("terms", "lent", "calendar", "expected"),
    [
        (days(28), "2026-03-02 10:30", OPEN_DAILY, "2026-03-30 23:59"),
        (days(1), "2026-03-02 00:00", OPEN_DAILY, "2026-03-03 23:59"),
        (days(1), "2026-03-02 23:59", OPEN_DAILY, "2026-03-03 23:59"),
        (days(6), "2026-03-02 10:30", SUNDAYS_CLOSED, "2026-03-09 23:59"),
        (days(5), "2026-03-02 10:30", WEEKENDS_CLOSED, "2026-03-09 23:59"),
        (days(32), "2026-03-02 10:30", EASTER, "2026-04-07 23:59"),  # Good Friday to Easter Monday
        (days(28), "2026-03-02 10:30", NEVER_OPEN, "2026-03-30 23:59"),
        (hours(4), "2026-03-02 10:30:59", OPEN_DAILY, "2026-03-02 14:30"),
        (hours(4), "2026-03-07 22:15", SUNDAYS_CLOSED, "2026-03-09 02:15"),
        (hours(4), "2026-03-06 22:15", WEEKENDS_CLOSED, "2026-03-09 02:15"),
        (hours(4), "2026-03-06 22:15", NEVER_OPEN, "2026-03-07 02:15"),
        (hours(4), "2026-03-29 00:30", OPEN_DAILY, "2026-03-29 05:30"),  # four hours on the clock that leapt
        (hours(4), "2026-10-25 00:30", OPEN_DAILY, "2026-10-25 03:30"),
    ],
)
def test_loan_falls_due(terms: LoanTerms, lent: str, calendar: Calendar, expected: str) -> None:
    assert due(terms, moment(paris(lent), calendar=calendar)) == paris(expected)


SPRING_NIGHT, AUTUMN_NIGHT = (
    Calendar((), frozenset({date(2026, 3, 28)})),
    Calendar((), frozenset({date(2026, 10, 24)})),
)


@pytest.mark.parametrize(
    ("lent", "calendar", "expected"),
    [
        (
            "2026-03-27 22:30",
            SPRING_NIGHT,
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),  # 02:30 is left out: 03:30
        ("2026-10-23 22:30", AUTUMN_NIGHT, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # the second 02:30
    ],
)
def test_hour_loan_moved_into_a_clock_change_gets_the_later_time(
    lent: str, calendar: Calendar, expected: datetime
) -> None:
    assert due(hours(4), moment(paris(lent), calendar=calendar)) == expected


@pytest.mark.parametrize(
    ("zone", "lent", "expected"),
    [
        # Clocks leap from 23:00 to midnight: the day ends an hour early.
        ("America/Nuuk", datetime(2026, 3, 27, 15, tzinfo=UTC), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        # Clocks go back from midnight to 23:00: the second 23:59 is the last.
        ("America/Nuuk", datetime(2026, 10, 23, 15, tzinfo=UTC), datetime(2026, 10, 25, 1, 59, tzinfo=UTC)),
        # Clocks leap over midnight itself.
        ("Asia/Beirut", datetime(2026, 3, 27, 9, tzinfo=UTC), datetime(2026, 3, 28, 21, 59, tzinfo=UTC)),
        # Midnight comes twice: the day ended before the first.
        ("America/Havana", datetime(2026, 10, 30, 15, tzinfo=UTC), datetime(2026, 11, 1, 3, 59, tzinfo=UTC)),
    ],
)
def test_day_ends_with_its_last_minute_where_clocks_change_at_midnight(
    zone: str, lent: datetime, expected: datetime
) -> None:
    assert due(days(1), moment(lent, zone)) == expected


def test_hour_loan_moved_into_a_leap_to_midnight_stays_on_the_open_day() -> None:
    """In Nuuk 23:30 does not exist on Saturday, 28 March 2026, and Sunday is closed."""
    closed = Calendar((6,), frozenset({date(2026, 3, 27)}))
    lent = datetime(2026, 3, 27, 21, 30, tzinfo=UTC)
    assert due(hours(4), moment(lent, "America/Nuuk", calendar=closed)) == datetime(
        2026, 3, 29, 0, 59, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("shelf_days", "calendar", "expected"),
    [
        (7, OPEN_DAILY, "2026-03-09 23:59"),
        (0, OPEN_DAILY, "2026-03-02 23:59"),
        (6, SUNDAYS_CLOSED, "2026-03-09 23:59"),
    ],
)
def test_hold_shelf_ends_with_an_open_day(shelf_days: int, calendar: Calendar, expected: str) -> None:
    assert hold_shelf_end(days(28, hold_shelf_days=shelf_days), moment(calendar=calendar)) == paris(expected)


DAILY = days(28, fine=Decimal("0.20"), fine_cap=Decimal("10.00"), grace=1)
HOURLY = hours(4, fine=Decimal("1.00"), fine_cap=Decimal("10.00"), grace=0)
FRIDAY_END, FRIDAY_FOUR = "2026-03-06 23:59", "2026-03-06 16:00"


@pytest.mark.parametrize(
    ("terms", "was_due", "returned", "calendar", "fine"),
    [
        (DAILY, FRIDAY_END, "2026-03-06 12:00", OPEN_DAILY, "0"),
        (DAILY, FRIDAY_END, "2026-03-06 23:59", OPEN_DAILY, "0"),
        (DAILY, FRIDAY_END, "2026-03-06 23:59:30", OPEN_DAILY, "0"),  # still the day it was due
        (DAILY, FRIDAY_END, "2026-03-07 23:50", OPEN_DAILY, "0"),  # a day of grace
        (DAILY, FRIDAY_END, "2026-03-08 00:10", OPEN_DAILY, "0.40"),  # beyond it every day counts
        (DAILY, FRIDAY_END, "2026-03-08 12:00", SUNDAYS_CLOSED, "0"),  # found in the drop on a closed day
        (DAILY, FRIDAY_END, "2026-03-09 12:00", SUNDAYS_CLOSED, "0.40"),
        (DAILY, FRIDAY_END, "2026-03-09 12:00", WEEKENDS_CLOSED, "0"),
        # A holiday on a Sunday that is closed anyway.
        (DAILY, FRIDAY_END, "2026-03-09 12:00", Calendar((6,), frozenset({date(2026, 3, 8)})), "0.40"),
        (DAILY, FRIDAY_END, "2026-04-08 12:00", EASTER, "5.00"),  # 33 days; 5 Sundays and 3 holidays closed
        (DAILY, FRIDAY_END, "2026-04-25 12:00", OPEN_DAILY, "10.00"),
        (DAILY, FRIDAY_END, "2046-04-25 12:00", OPEN_DAILY, "10.00"),
        (DAILY, FRIDAY_END, "2026-04-25 12:00", NEVER_OPEN, "0"),
        (
            days(28, fine=Decimal("0.20"), fine_cap=Decimal(0)),
            FRIDAY_END,
            "2027-03-06 12:00",
            OPEN_DAILY,
            "73.00",
        ),
        (days(28, fine=Decimal(0)), FRIDAY_END, "2027-03-06 12:00", OPEN_DAILY, "0"),
        (HOURLY, FRIDAY_FOUR, "2026-03-06 16:00:59", OPEN_DAILY, "0"),  # the minute it was due in
        (HOURLY, FRIDAY_FOUR, "2026-03-06 16:01", OPEN_DAILY, "1.00"),  # an hour begun
        (HOURLY, FRIDAY_FOUR, "2026-03-06 17:00", OPEN_DAILY, "1.00"),
        (HOURLY, FRIDAY_FOUR, "2026-03-06 17:01", OPEN_DAILY, "2.00"),
        (HOURLY, FRIDAY_FOUR, "2026-03-07 12:00", OPEN_DAILY, "10.00"),
        (hours(4, fine=Decimal("0.10"), grace=2), FRIDAY_FOUR, "2026-03-06 18:00", OPEN_DAILY, "0"),
        (hours(4, fine=Decimal("0.10"), grace=2), FRIDAY_FOUR, "2026-03-06 18:01", OPEN_DAILY, "0.30"),
        # Saturday and Sunday closed: eight hours of Friday, nine and a half of Monday.
        (hours(4, fine=Decimal("0.10"), grace=0), FRIDAY_FOUR, "2026-03-09 09:30", WEEKENDS_CLOSED, "1.80"),
        (hours(4, fine=Decimal("0.10"), grace=0), FRIDAY_FOUR, "2026-03-08 15:00", WEEKENDS_CLOSED, "0.80"),
        # The Sunday of 23 hours is closed: eight hours of Saturday, one of Monday.
        (
            hours(4, fine=Decimal("0.10"), grace=0),
            "2026-03-28 16:00",
            "2026-03-30 01:00",
            SUNDAYS_CLOSED,
            "0.90",
        ),
        # Due on a day that became a closed one later on.
        (DAILY, FRIDAY_END, "2026-03-08 12:00", Calendar((), frozenset({date(2026, 3, 6)})), "0.40"),
        (
            hours(4, fine=Decimal("0.10"), grace=0),
            "2026-03-08 16:00",
            "2026-03-09 01:00",
            SUNDAYS_CLOSED,
            "0.10",
        ),
    ],
)
def test_lateness_costs(terms: LoanTerms, was_due: str, returned: str, calendar: Calendar, fine: str) -> None:
    opening = moment(calendar=calendar).opening
    assert str(overdue_fine(terms, paris(was_due), paris(returned), opening, "EUR")) == fine


def test_fine_has_the_decimals_of_its_currency() -> None:
    opening = moment().opening
    terms = days(28, fine=Decimal("12.5"), fine_cap=Decimal(0), grace=0)
    assert str(overdue_fine(terms, NOW, NOW + DAY, opening, "JPY")) == "13"


# Laws. A night is a moment at which the clocks of a zone change.

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)


@cache
def nights() -> list[tuple[str, datetime]]:
    """Every change of the clocks in any zone, 2024 to 2030, to the minute; one moment for a zone without."""
    return [night for zone in sorted(available_timezones()) for night in nights_of(zone)]


def nights_of(name: str) -> list[tuple[str, datetime]]:
    zone, found, at = ZoneInfo(name), [], FIRST
    while at < LAST:
        later = at + 7 * DAY
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            before, after = at, later
            while after - before > MINUTE:
                middle = before + (after - before) // 2
                same = middle.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                before, after = (middle, after) if same else (before, middle)
            found.append((name, after.replace(second=0, microsecond=0)))
        at = later
    return found or [(name, NOW)]


def assert_lawful(terms: LoanTerms, lent: datetime, zone: str, calendar: Calendar) -> None:
    """What holds of every due date: after now, on an open day, to the minute; in days, the last minute."""
    end = due(terms, moment(lent, zone, calendar=calendar))
    local = end.astimezone(ZoneInfo(zone))
    assert end > lent
    assert end.tzinfo is UTC
    assert is_open(calendar, local.date())
    assert (end.second, end.microsecond) == (0, 0)
    if terms.unit is Unit.DAYS:
        assert (end + MINUTE).astimezone(ZoneInfo(zone)).date() == local.date() + DAY
        assert local.date() >= lent.astimezone(ZoneInfo(zone)).date() + terms.length * DAY
    else:
        assert end > lent + terms.length * HOUR - MINUTE


def test_due_dates_are_lawful_around_every_change_of_clocks_there_is() -> None:
    assert len(nights()) > 2000
    for zone, night in nights():
        for terms in (days(1), hours(1), hours(24)):
            for hours_before in (49, 25, 24, 2, 1, 0):
                assert_lawful(terms, night - hours_before * HOUR, zone, OPEN_DAILY)


openings = st.builds(
    Calendar,
    st.lists(st.integers(0, 6), max_size=6).map(tuple),
    st.frozensets(st.dates(date(2024, 1, 1), date(2031, 12, 31)), max_size=10),
)
loans = st.one_of(st.integers(1, 100).map(days), st.integers(1, 300).map(hours))


@given(st.data(), loans, st.timedeltas(-90 * DAY, 90 * DAY), openings, st.integers(0, 20))
def test_due_dates_are_lawful_under_every_calendar(
    data: st.DataObject, terms: LoanTerms, away: timedelta, calendar: Calendar, closed_days: int
) -> None:
    zone, night = data.draw(st.sampled_from(nights()))
    holidays = frozenset(night.date() + n * DAY for n in range(-2, closed_days))
    calendar = Calendar(calendar.closed_weekdays, calendar.closed_dates | holidays)
    assert_lawful(terms, night + away, zone, calendar)


amounts = st.decimals(0, 50, places=2)
fined = st.builds(
    LoanTerms,
    st.just("fined"),
    unit=st.sampled_from(Unit),
    fine=amounts,
    fine_cap=amounts,
    grace=st.integers(0, 5),
)
lateness = st.timedeltas(-3 * DAY, 60 * DAY)


@given(st.data(), fined, lateness, lateness, openings)
def test_fine_is_never_negative_never_above_its_cap_and_never_less_for_coming_later(
    data: st.DataObject, terms: LoanTerms, one: timedelta, other: timedelta, calendar: Calendar
) -> None:
    zone, night = data.draw(st.sampled_from(nights()))
    opening = moment(zone=zone, calendar=calendar).opening
    sooner, later = (
        overdue_fine(terms, night, night + late, opening, "EUR") for late in sorted((one, other))
    )
    assert 0 <= sooner <= later
    assert not terms.fine_cap or later <= terms.fine_cap
