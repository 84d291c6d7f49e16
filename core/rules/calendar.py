"""When things fall due, and what being late costs.

Nothing falls due on a day the agency is closed, nor before it was lent, nor at a time of day that a change of
the clocks leaves out. A calendar that closes every day of the week is a mistake, which
`core.policy_table.problems` tells, and moves nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final

from core.model.money import ZERO, quantise
from core.model.policy import Calendar, LoanTerms, Unit
from core.rules.facts import Moment, Opening

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_EVERY_WEEKDAY = frozenset(range(7))
_DAYS: Final = Unit.DAYS  # by a name of its own: Python 3.11 is slow to find a member in its enum


def due(terms: LoanTerms, moment: Moment) -> datetime:
    """Return when a loan that begins now is due, in UTC.

    A loan in days ends with its last day, at 23:59:00 local time, or with the next open day. A loan in hours
    ends to the minute; on a closed day, at the same time of the next open day.
    """
    opening = moment.opening
    if terms.unit is _DAYS:
        return _end_after(moment.today, terms.length, opening)
    end = (moment.now + terms.length * _HOUR).replace(second=0, microsecond=0)
    local = end.astimezone(opening.zone)
    day = _open_day(local.date(), opening.calendar)
    return end if day == local.date() else _moment(day, local.time(), opening.zone)


def hold_shelf_end(terms: LoanTerms, moment: Moment) -> datetime:
    """Return until when a thing put on the hold shelf now can be fetched: the end of an open day, in UTC."""
    return _end_after(moment.today, terms.hold_shelf_days, moment.opening)


def recall_end(terms: LoanTerms, out_at: datetime, moment: Moment) -> datetime:
    """Return until when a loan lasts at least that is called back now: the end of an open day, in UTC."""
    opening = moment.opening
    lent = out_at.astimezone(opening.zone).date()
    return max(
        _end_after(lent, terms.recall_after, opening), _end_after(moment.today, terms.recall_days, opening)
    )


def overdue_fine(
    terms: LoanTerms, due: datetime, returned: datetime, opening: Opening, currency: str
) -> Decimal:
    """Return what bringing a loan back late costs; zero if it is not late, or late within the grace.

    Closed days do not count. Days are days of the calendar, so what is back on its due day is in time; of
    hours, each one begun counts. Up to ``grace`` units are forgiven wholly; beyond them all count, from the
    first to the cap.
    """
    if returned <= due or not terms.fine:
        return ZERO
    late = (
        _days_late(due, returned, opening) if terms.unit is Unit.DAYS else _hours_late(due, returned, opening)
    )
    if late <= terms.grace:
        return ZERO
    fine = late * terms.fine
    return quantise(min(fine, terms.fine_cap) if terms.fine_cap else fine, currency)


def is_open(calendar: Calendar, day: date) -> bool:
    """Whether the agency opens on the day."""
    return day.weekday() not in calendar.closed_weekdays and day not in calendar.closed_dates


def _open_day(day: date, calendar: Calendar) -> date:
    """The day, or the first open one after it: closed dates are finite and a weekday is open, so it ends."""
    if _EVERY_WEEKDAY.issubset(calendar.closed_weekdays):
        return day
    while not is_open(calendar, day):
        day += _DAY
    return day


def _day_start(day: date, zone: tzinfo) -> datetime:
    """When the local day begins, in UTC: at the first of two midnights, or with the leap over midnight."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


@lru_cache(1024)
def _end_after(today: date, days: int, opening: Opening) -> datetime:
    """The end of the day so many days from today, or of the next open one: the same all day long."""
    return _day_end(_open_day(today + days * _DAY, opening.calendar), opening.zone)


def _day_end(day: date, zone: tzinfo) -> datetime:
    """The last minute of the local day, in UTC; 22:59 where the clocks leap to midnight (Nuuk in spring)."""
    return _day_start(day + _DAY, zone) - _MINUTE


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    """The local time in UTC: the later one of a time that comes twice.

    A time that the clocks leave out is as much later as they leap, but not past the end of its day.
    """
    local = datetime.combine(day, at, zone)
    later = max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return min(later, _day_end(day, zone))


def _days_late(due: datetime, returned: datetime, opening: Opening) -> int:
    """The open days after the day it was due, up to the day it came back."""
    first, last = due.astimezone(opening.zone).date(), returned.astimezone(opening.zone).date()
    closed_weekdays = frozenset(opening.calendar.closed_weekdays)
    weeks, rest = divmod((last - first).days, 7)
    closed = weeks * len(closed_weekdays)
    closed += sum((last - n * _DAY).weekday() in closed_weekdays for n in range(rest))
    closed += sum(
        first < day <= last and day.weekday() not in closed_weekdays for day in opening.calendar.closed_dates
    )
    return (last - first).days - closed


def _hours_late(due: datetime, returned: datetime, opening: Opening) -> int:
    """The hours begun since it was due, but those of closed days. The minute it was due in is in time."""
    returned = returned.replace(second=0, microsecond=0)
    late = returned - due
    day, last = due.astimezone(opening.zone).date(), returned.astimezone(opening.zone).date()
    while day <= last:
        if not is_open(opening.calendar, day):
            start, end = _day_start(day, opening.zone), _day_start(day + _DAY, opening.zone)
            late -= min(end, returned) - max(start, due)
        day += _DAY
    return -(-late // _HOUR)
