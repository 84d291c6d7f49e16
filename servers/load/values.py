"""Text of a table's cell becomes a moment, a date, an amount, a yes or no.

The rule it keeps: a value that cannot be understood is never guessed; it makes the row unusable, and
says which field.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

from servers.load.verdict import Unusable

_YES = frozenset({"1", "y", "yes", "t", "true"})
_NO = frozenset({"0", "n", "no", "f", "false"})
_DAY_ENDS = time(23, 59, 59)


def moment(field: str, text: str, form: str, zone: tzinfo, *, at: time = time()) -> datetime:
    """A moment in UTC: ISO 8601, or ``form`` in the manner of strptime. Without an offset it is in
    ``zone``, a bare date means ``at``.
    """
    read = _read(field, text, form)
    if len(text) <= len("2020-10-27") and not (read.hour or read.minute or read.second):
        read = datetime.combine(read.date(), at, read.tzinfo)
    try:
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:  # the year 9999 has no tomorrow
        raise Unusable(f"{field} is out of range", text) from error


def due_moment(field: str, text: str, form: str, zone: tzinfo) -> datetime:
    """A moment, of which a bare date is the end of the day."""
    return moment(field, text, form, zone, at=_DAY_ENDS)


def day(field: str, text: str, form: str) -> date:
    """A date, as it is written; a time behind it does not matter."""
    return _read(field, text, form).date()


def _read(field: str, text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form) if form else datetime.fromisoformat(text)
    except ValueError as error:
        raise Unusable(f"{field} is not a date {form or 'of ISO 8601'}", text) from error


def amount(field: str, text: str) -> Decimal:
    """An amount of money, not negative."""
    try:
        read = Decimal(text)
    except InvalidOperation as error:
        raise Unusable(f"{field} is not an amount", text) from error
    if not read.is_finite() or read < 0:
        raise Unusable(f"{field} is not an amount", text)
    return read


def count(field: str, text: str) -> int:
    """A whole number, not negative."""
    if not (text.isascii() and text.isdigit()):
        raise Unusable(f"{field} is not a whole number", text)
    return int(text)


def flag(field: str, text: str) -> bool:
    """Yes or no, as databases and people write it."""
    word = text.lower()
    if word not in _YES | _NO:
        raise Unusable(f"{field} is neither yes nor no", text)
    return word in _YES
