"""The simple values of NCIP, how each is read from text: code values, dates, numbers, extensions.

A reader gives None for what it cannot make sense of; whether that is forgiven is the business of `reading`.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

import msgspec

Date = datetime | date
"""A moment, or a day where the peer sent no time.

A moment may lack its zone, which only its library knows.
"""


class SchemeValuePair(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A value, and the URI of the list it is from where the peer names one.

    In an element with a code list the value is a member of its enum if the list has it, else what was sent:
    the lists are open.
    """

    value: str
    scheme: str | None = None


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in an Ext.

    Any element, its `namespace` empty if it has none. Its printed form is its name.
    """

    name: str
    namespace: str = ""
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple["Element", ...] = ()

    def __repr__(self) -> str:
        return f"Element({self.name})"


# Dates --------------------------------------------------------------------------------------------

# xs:dateTime within the years that Python has.
_EXACT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_LOOSE: Final = re.compile(
    r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})"
    r"(?:[Tt ]\s?([0-9]{2}):?([0-9]{2})(?::?([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?)?"
    r"\s?(Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_LONGEST_DATE: Final = 40
_WIDEST_OFFSET: Final = timedelta(hours=14)  # XML Schema Part 2, 3.2.7.3
_MINUTE: Final = timedelta(minutes=1)


def is_exact_date(text: str) -> bool:
    """Whether this is written as the schema wants it."""
    return _EXACT.fullmatch(text) is not None


def read_date(text: str) -> Date | None:
    """A date in any form that clients send.

    With a zone or without, with a colon in it or without, day alone.
    """
    found = _LOOSE.fullmatch(text) if len(text) <= _LONGEST_DATE else None
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        whole = date(int(year), int(month), int(day))
        if hour is None:
            return whole
        days = 0
        if hour == "24" and not int(minute + (second or "0") + (fraction or "0")):
            hour, days = "00", 1
        moment = datetime(
            whole.year, whole.month, whole.day, int(hour), int(minute), int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")), _zone(zone),
        )  # fmt: skip
        return moment + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]) if len(text) > 3 else 0)
    if offset > _WIDEST_OFFSET or (len(text) > 3 and int(text[-2:]) > 59):
        raise ValueError
    return timezone(-offset if text[0] == "-" else offset)


def written_date(value: Date) -> str:
    """The date as xs:dateTime; a day alone is its beginning, without a zone."""
    if not isinstance(value, datetime):
        return f"{value.isoformat()}T00:00:00"
    offset = value.utcoffset()
    if offset and offset % _MINUTE:  # from before there were zones, with seconds; XML has none of these
        value = value.astimezone(UTC)
    text: str = msgspec.to_builtins(value)
    return text


# Numbers ------------------------------------------------------------------------------------------

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")


def read_integer(text: str) -> int | None:
    """A number of at most eighteen digits, as every database has them."""
    return int(text) if _INTEGER.fullmatch(text) else None


_NO: Final = frozenset(("false", "no", "n", "0"))


def denies(text: str) -> bool:
    """Whether the content of a flag, which should have none, takes the flag back."""
    return text.casefold() in _NO
