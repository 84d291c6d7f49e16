"""What values of the configuration must be, in words and as tests.

The rule it keeps: the words follow "must be" in every message and in the reference, and nothing passes the
test that the words do not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from servers.credentials import read_hash
from servers.lines.addresses import is_loopback, is_network
from servers.words.languages import Language, language


class Demand(Struct, frozen=True):
    """What a value must be beyond its type: words that follow "must be", and a test of the typed value."""

    words: str
    holds: Callable[[Any], object]


def key(meaning: str, demand: Demand | None = None, names: Demand | None = None) -> Meta:
    """What is said of a key beside its type and default.

    A key that holds a table of free names says in ``names`` what they must be, and in ``demand`` what each of
    their values must be.
    """
    return Meta(description=meaning, extra={"demand": demand, "names": names})


def whole(low: int, high: int) -> Demand:
    """A whole number from ``low`` to ``high``."""
    return Demand(f"a whole number from {low} to {high}", lambda value: low <= value <= high)


DAY = 86_400
CENTURY_DAYS = 36_525
CENTURY_HOURS = CENTURY_DAYS * 24
LONGEST_NAME = 64
SECONDS = Demand(f"seconds, more than 0 and up to {DAY}", lambda value: 0 < value <= DAY)
SECONDS_OR_0 = Demand(f"seconds, 0 to {DAY}", lambda value: 0 <= value <= DAY)


def _is_text(value: str) -> bool:
    return value.isprintable()


def _is_name(value: str) -> bool:
    return value.isprintable() and 0 < len(value.strip()) == len(value) <= LONGEST_NAME


def _is_responder(value: str) -> bool:
    """Without TLS a secret would be heard, so that is for this machine alone; and an address is no secret."""
    if not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        address = urlsplit(value)
        known = address.port is None or address.port > 0
    except ValueError:  # brackets without a partner, a port that is no number
        return False
    if not address.hostname or address.username is not None or address.fragment or not known:
        return False
    return address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname))


def _is_file_name(value: str) -> bool:
    named = re.fullmatch(r"(?:[^{}]|\{profile\}|\{time\})*", value)
    return bool(named) and value.isprintable() and "/" not in value and "{time}" in value and value[0] != "."


def _is_zone(value: str) -> bool:
    try:
        return bool(ZoneInfo(value))
    except (KeyError, ValueError, OSError):  # unknown, not a name, a folder of names
        return False


def _is_charset(value: str) -> bool:
    """SIP2's own characters must keep their ASCII bytes, or a message would have no end."""
    own = "".join(map(chr, range(0x20, 0x7F))) + "\r\n"
    try:
        return own.encode(value) == own.encode("ascii")
    except (LookupError, ValueError):  # unknown or no charset, no name of anything
        return False


def _is_due_date(value: str) -> bool:
    if value in ("sip", "iso"):
        return True
    pattern = r"(?:[^%]|%[aAbBdeFHIjmMpRSTyY%])*%[aAbBdeFHIjmMpRSTyY](?:[^%]|%[aAbBdeFHIjmMpRSTyY%])*"
    return len(value) <= LONGEST_NAME and value.isprintable() and re.fullmatch(pattern, value) is not None


def template(places: tuple[str, ...]) -> Demand:
    """Text with places in braces."""
    pattern = re.compile(r"(?:[^{}]|\{(?:" + "|".join(places) + r")\})*")
    named = ", ".join(f"{{{place}}}" for place in places)
    return Demand(
        f"text, in which {named} stand for values",
        lambda value: value.isprintable() and pattern.fullmatch(value) is not None,
    )


TEXT = Demand("text on one line", _is_text)
FILLED_TEXT = Demand("text on one line, not empty", lambda value: bool(value.strip()) and value.isprintable())
NAME = Demand(f"a name of 1 to {LONGEST_NAME} characters", _is_name)
NAME_WITHOUT_SLASH = Demand(
    f"{NAME.words}, none of them a slash", lambda value: _is_name(value) and "/" not in value
)
ZONE = Demand("the name of a time zone, such as Europe/Berlin", _is_zone)
ZONE_OR_NONE = Demand(f"{ZONE.words}, or empty", lambda value: not value or _is_zone(value))
CURRENCY = Demand("three letters of ISO 4217, such as EUR", re.compile("[A-Z]{3}").fullmatch)
CURRENCY_OR_NONE = Demand(f"{CURRENCY.words}, or empty", re.compile("(?:[A-Z]{3})?").fullmatch)
CHARSET = Demand("a charset that keeps ASCII as it is, such as utf-8, latin-1 or cp850", _is_charset)
DELIMITER = Demand("one ASCII sign, neither letter nor digit", re.compile(r"[!-/:-@\[-`{-~]").fullmatch)
LANGUAGE = Demand("three digits of SIP2's table of languages", re.compile("[0-9]{3}").fullmatch)
DUE_DATE = Demand('"sip", "iso", or a pattern such as %d.%m.%Y', _is_due_date)
AMOUNT = Demand(
    "an amount of 0 or more, such as 0.20",
    lambda value: value.is_finite() and 0 <= value < 1_000_000 and -value.as_tuple().exponent <= 3,
)
WEEKDAYS = Demand(
    "a list of weekdays, 0 (Monday) to 6", lambda value: all(0 <= weekday <= 6 for weekday in value)
)
DATES = Demand("a list of dates, such as 2026-12-25", lambda _: True)
KEEPALIVE = Demand(
    "three whole numbers from 1 to 32767: idle seconds, seconds between probes, probes",
    lambda value: all(0 < number <= 32_767 for number in value),
)
HASH = Demand(
    "a hash; type `circdesk hash` to make one of the password, and write what it prints here",
    lambda value: not value or read_hash(value) is not None,
)


def listed(words: str, holds: Callable[[str], object]) -> Demand:
    """A list of texts, each of which must hold; none twice."""
    return Demand(words, lambda values: len(set(values)) == len(values) and all(map(holds, values)))


def one_of(names: Iterable[str], what: str) -> Demand:
    """One of a few names that are no enum of ours."""
    known = tuple(names)
    return Demand(f"{what}: {', '.join(known)}", known.__contains__)


def some_of(names: Iterable[str], what: str) -> Demand:
    """A list of some of a few names."""
    known = tuple(names)
    return listed(f"a list of {what}: {', '.join(known)}", known.__contains__)


NAMES = listed(f"a list of names of 1 to {LONGEST_NAME} characters", _is_name)
DESKS = Demand(
    "a list of desks, AGENCY.DESK, at least one",
    lambda values: (
        values
        and len(set(values)) == len(values)
        and all(_is_name(value) and all(value.partition(".")[::2]) for value in values)
    ),
)
NETWORKS = listed("a list of addresses or networks, such as 192.0.2.0/28 or 2001:db8::/64", is_network)
TWO_DIGITS = Demand("two digits", re.compile("[0-9]{2}").fullmatch)
RESPONDER = Demand(
    "an address, https://HOST/PATH (http:// on this machine only), or empty",
    lambda value: not value or _is_responder(value),
)
FILE_NAME = Demand("a file name with {time} in it, and {profile} if you like", _is_file_name)
XML_NAME = Demand("an XML name without a prefix", re.compile("[A-Za-z_][A-Za-z0-9_.-]{0,63}").fullmatch)
DATABASE = Demand(
    "a code of letters, digits, dots, hyphens and underscores, or empty",
    re.compile("(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63})?").fullmatch,
)
STYLESHEETS = listed(
    "a list of paths or https:// addresses of stylesheets",
    re.compile(r"(?:/|https://)[!-~]{1,500}").fullmatch,
)
MEDIUM = Demand("three digits of SIP2's table of media, or *", re.compile(r"[0-9]{3}|\*").fullmatch)
LANGUAGE_TAG = Demand(
    f"a language tag (BCP 47), such as de-AT, of one of {', '.join(Language)}",
    lambda value: re.fullmatch("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", value) and language(value),
)
