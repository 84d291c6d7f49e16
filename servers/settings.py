"""The settings of a server: what each key of the configuration may hold, its default, and what it means.

The rule it keeps: one declaration per key. Reading (`servers.config`), the reference, and the example
configuration (`servers.config_text`) all follow from it. Loan policy is the core's own structs; `POLICY_KEYS`
adds what they do not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from core.model.policy import Agency, Calendar, Limits, LoanRule, LoanTerms, Location, Policy
from servers.credentials import read_hash


class SecretHash(str):
    """The slow hash of a secret, as `circdesk hash` prints it; empty: no secret will do. Never shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "SecretHash(***)"


class Terminator(StrEnum):
    """What ends a SIP2 message that we send."""

    MIRROR = "mirror"
    CR = "cr"
    CRLF = "crlf"
    LF = "lf"


class ErrorDetection(StrEnum):
    """Whether sequence numbers and checksums are in use (3M SIP2, error detection)."""

    AUTO = "auto"
    OFF = "off"
    REQUIRED = "required"


class PinCheck(StrEnum):
    """When a patron's PIN is checked."""

    IF_SENT = "if-sent"
    ALWAYS = "always"
    NEVER = "never"


class StoreKind(StrEnum):
    """Where records are kept."""

    SQLITE = "sqlite"
    MEMORY = "memory"


class LogLevel(StrEnum):
    """The least important lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a line of the log is written."""

    CONSOLE = "console"
    JSON = "json"


class Identifiers(StrEnum):
    """How patrons and items appear in the log."""

    HASHED = "hashed"
    PLAIN = "plain"
    OFF = "off"


class Demand(Struct, frozen=True):
    """What a value must be beyond its type: words that follow "must be", and a test of the typed value."""

    words: str
    holds: Callable[[Any], object]


def key(meaning: str, demand: Demand | None = None) -> Meta:
    """What is said of a key beside its type and default."""
    return Meta(description=meaning, extra={"demand": demand})


def whole(low: int, high: int) -> Demand:
    """A whole number from ``low`` to ``high``."""
    return Demand(f"a whole number from {low} to {high}", lambda value: low <= value <= high)


DAY = 86_400
CENTURY_DAYS = 36_525
CENTURY_HOURS = CENTURY_DAYS * 24
LONGEST_NAME = 64
SECONDS = Demand(f"seconds, more than 0 and up to {DAY}", lambda value: 0 < value <= DAY)
SECONDS_OR_0 = Demand(f"seconds, 0 to {DAY}", lambda value: 0 <= value <= DAY)
LOAN_PLACES = ("barcode", "title", "due")
HOLD_PLACES = ("barcode", "title")
FEE_PLACES = ("id", "amount", "currency", "kind", "title")
"""What the templates of list entries may ask for; whoever fills them in has a value for each."""


def _is_text(value: str) -> bool:
    return value.isprintable()


def _is_name(value: str) -> bool:
    return value.isprintable() and 0 < len(value.strip()) == len(value) <= LONGEST_NAME


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


def _template(places: tuple[str, ...]) -> Demand:
    pattern = re.compile(r"(?:[^{}]|\{(?:" + "|".join(places) + r")\})*")
    named = ", ".join(f"{{{place}}}" for place in places)
    return Demand(
        f"text, in which {named} stand for values",
        lambda value: value.isprintable() and pattern.fullmatch(value) is not None,
    )


TEXT = Demand("text on one line", _is_text)
FILLED_TEXT = Demand("text on one line, not empty", lambda value: bool(value.strip()) and value.isprintable())
NAME = Demand(f"a name of 1 to {LONGEST_NAME} characters", _is_name)
ZONE = Demand("the name of a time zone, such as Europe/Berlin", _is_zone)
ZONE_OR_NONE = Demand(f"{ZONE.words}, or empty", lambda value: not value or _is_zone(value))
CURRENCY = Demand("three letters of ISO 4217, such as EUR", re.compile("[A-Z]{3}").fullmatch)
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

POLICY_KEYS: Mapping[type[Struct], Mapping[str, Meta]] = {
    LoanTerms: {
        "name": key("What loan rules call these terms.", NAME),
        "loanable": key("Whether the item may be lent at all."),
        "unit": key("What `length`, `fine` and `grace` count."),
        "length": key("How long a loan is. One in days ends with the day.", whole(1, CENTURY_HOURS)),
        "renewals": key("How often a loan may be renewed.", whole(0, 10_000)),
        "holdable": key("Whether holds may be placed."),
        "fine": key("The fine for each overdue unit.", AMOUNT),
        "fine_cap": key("The highest fine of one loan; 0: no cap.", AMOUNT),
        "grace": key("Overdue units without a fine.", whole(0, 10_000)),
        "rental": key("What borrowing costs.", AMOUNT),
        "hold_shelf_days": key("How many days a hold waits to be picked up.", whole(0, CENTURY_DAYS)),
        "leaves_building": key("Whether the item may be taken out, which unlocks its security strip."),
    },
    LoanRule: {
        "terms": key("The terms that apply. The first rule that matches decides.", NAME),
        "patron_group": key("The group of patrons it is for; `*`: any.", NAME),
        "item_policy": key("The item policy it is for; `*`: any.", NAME),
        "location": key("The location it is for; `AGENCY/*`: any of an agency, `*`: any.", NAME),
    },
    Limits: {
        "patron_group": key("The group of patrons; `*`: any. The first that matches decides.", NAME),
        "loans": key("Loans at a time.", whole(0, 100_000)),
        "overdues": key("Overdue loans at which borrowing stops.", whole(0, 100_000)),
        "owed": key("Owing more than this stops borrowing.", AMOUNT),
        "holds": key("Holds at a time.", whole(0, 100_000)),
    },
    Calendar: {
        "closed_weekdays": key("Weekdays on which nothing falls due.", WEEKDAYS),
        "closed_dates": key("Dates on which nothing falls due.", DATES),
    },
    Agency: {
        "code": key("The agency's code, as locations and terminals name it.", NAME),
        "name": key("What people call it.", TEXT),
        "time_zone": key("Its time zone; empty: the institution's.", ZONE_OR_NONE),
        "calendar": key("The days it is closed."),
    },
    Location: {
        "code": key("The location's code, `AGENCY/PLACE`.", NAME),
        "name": key("What people call it.", TEXT),
        "remote": key("Whether it is an automated store that delivers on request only."),
    },
}
"""What the configuration says of the keys of the core's policy structs."""

_POLICY = Policy()


class Institution(Struct, frozen=True):
    """The institution that the server stands for."""

    code: Annotated[str, key("The institution's code (AO in SIP2).", NAME)] = _POLICY.institution
    name: Annotated[str, key("What people call it (AM in SIP2).", TEXT)] = _POLICY.name
    currency: Annotated[str, key("The currency of every amount.", CURRENCY)] = _POLICY.currency
    time_zone: Annotated[str, key("The time zone of dates.", ZONE)] = _POLICY.time_zone


class Sip2Settings(Struct, frozen=True):
    """The SIP2 listener, and what it bears."""

    host: Annotated[str, key("The address to listen on; `0.0.0.0`: all of IPv4, `::`: all.", FILLED_TEXT)] = (
        "0.0.0.0"
    )
    port: Annotated[int, key("The port; 0: any free one.", whole(0, 65_535))] = 6443
    tls_certificate: Annotated[
        str, key("PEM file of the server's certificate chain; empty: one made in the state directory.", TEXT)
    ] = ""
    tls_key: Annotated[str, key("PEM file of the certificate's key.", TEXT)] = ""
    tls_client_ca: Annotated[
        str,
        key(
            "PEM file of who issues terminals' certificates; empty: one made in the state directory.",
            TEXT,
        ),
    ] = ""
    login_deadline: Annotated[float, key("The time in which a new connection must log in.", SECONDS)] = 30.0
    login_messages: Annotated[
        int, key("Messages a connection may send before its login.", whole(1, 1000))
    ] = 4
    login_tries: Annotated[int, key("Wrong logins after which the connection is closed.", whole(1, 1000))] = 3
    status_before_login: Annotated[
        bool, key("Whether a status message (99) before the login gets a full answer.")
    ] = True
    message_deadline: Annotated[
        float, key("The time in which a message must be whole, from its first byte.", SECONDS)
    ] = 60.0
    idle_limit: Annotated[
        float, key("How long a terminal that has logged in may be silent; 0: for ever.", SECONDS_OR_0)
    ] = 0.0
    handshake_timeout: Annotated[float, key("The time for the TLS handshake.", SECONDS)] = 10.0
    ssl_shutdown_timeout: Annotated[float, key("The time for the end of TLS.", SECONDS)] = 5.0
    line_limit: Annotated[int, key("Bytes of the longest message taken.", whole(256, 1_048_576))] = 16_384
    answers_waiting: Annotated[
        int, key("Bytes of unread answers at which we stop reading.", whole(1024, 16_777_216))
    ] = 65_536
    in_flight: Annotated[
        int, key("Messages of one connection in work at a time; then we stop reading.", whole(1, 1000))
    ] = 8
    connections: Annotated[int, key("Connections in all.", whole(1, 1_000_000))] = 12_000
    connections_per_source: Annotated[int, key("Connections from one address.", whole(1, 1_000_000))] = 256
    keepalive: Annotated[
        tuple[int, int, int], key("TCP keepalive, which finds peers that are gone without a word.", KEEPALIVE)
    ] = (120, 10, 3)
    drain_seconds: Annotated[
        float, key("The time that work in flight has when the server stops.", SECONDS_OR_0)
    ] = 10.0


class Terminal(Struct, frozen=True):
    """A machine that speaks SIP2: a self-check, a sorter. Known by its certificate, or user and password."""

    name: Annotated[str, key("What logs and events call it.", NAME)]
    user: Annotated[str, key("The login user (CN in SIP2); empty: it cannot log in by password.", TEXT)] = ""
    password: Annotated[SecretHash, key("The hash of the login password (CO in SIP2).", HASH)] = SecretHash()
    certificate: Annotated[
        str, key("The common name of its certificate, or its SHA-256 fingerprint; empty: none.", TEXT)
    ] = ""
    agency: Annotated[str, key("The agency it stands in; empty: the first one.", TEXT)] = ""
    desk: Annotated[str, key("The desk it stands at (AN in SIP2).", TEXT)] = ""
    charset: Annotated[str, key("The charset it speaks.", CHARSET)] = "utf-8"
    fallback: Annotated[str, key("The charset of messages that are not in `charset`.", CHARSET)] = "latin-1"
    delimiter: Annotated[str, key("What ends a field.", DELIMITER)] = "|"
    terminator: Annotated[Terminator, key("What ends our messages; `mirror`: what ends its own.")] = (
        Terminator.MIRROR
    )
    error_detection: Annotated[ErrorDetection, key("Checksums (AY, AZ); `auto`: if it sends them.")] = (
        ErrorDetection.AUTO
    )
    language: Annotated[
        str, key("Its language where a message names none, as in 001: English.", LANGUAGE)
    ] = "001"
    print_width: Annotated[
        int, key("Characters of a printed line (AG); 0: as its status message (99) says.", whole(0, 999))
    ] = 0
    time_zone: Annotated[str, key("The zone of its dates; empty: its agency's.", ZONE_OR_NONE)] = ""
    checkout: Annotated[bool, key("Whether it may check out and renew.")] = True
    checkin: Annotated[bool, key("Whether it may check in.")] = True
    fees: Annotated[bool, key("Whether it may take payments.")] = True
    renewal_policy: Annotated[
        bool, key("Whether it may renew, by checking out what the patron has on loan as well.")
    ] = True
    checked_in_ok: Annotated[
        bool, key("Whether checking in what is not on loan is answered with ok, as sorters need.")
    ] = False
    pin: Annotated[PinCheck, key("When the patron's PIN is checked.")] = PinCheck.IF_SENT
    due_date: Annotated[str, key("How due dates (AH) are written.", DUE_DATE)] = "sip"
    hold_item: Annotated[str, key("A hold in a list (AS, CD).", _template(HOLD_PLACES))] = "{barcode}"
    overdue_item: Annotated[str, key("An overdue loan in a list (AT).", _template(LOAN_PLACES))] = "{barcode}"
    charged_item: Annotated[str, key("A loan in a list (AU).", _template(LOAN_PLACES))] = "{barcode}"
    fine_item: Annotated[str, key("A fee in a list (AV).", _template(FEE_PLACES))] = (
        "{id} {amount} {kind} {title}"
    )
    timeout: Annotated[
        int, key("Tenths of a second it is told to wait for an answer; 999: unknown.", whole(1, 999))
    ] = 100
    retries: Annotated[int, key("How often it is told to ask again; 999: unknown.", whole(0, 999))] = 3


class StoreSettings(Struct, frozen=True):
    """Where records are kept."""

    kind: Annotated[StoreKind, key("`memory` keeps nothing beyond the process.")] = StoreKind.SQLITE
    file: Annotated[str, key("The file of the records, in the state directory.", FILLED_TEXT)] = "circdesk.db"


class LogSettings(Struct, frozen=True):
    """The log, on standard error."""

    level: Annotated[LogLevel, key("The least important lines that are written.")] = LogLevel.INFO
    format: Annotated[LogFormat, key("For people, or a JSON object a line.")] = LogFormat.CONSOLE
    identifiers: Annotated[Identifiers, key("Patrons and items: as digests, as they are, or not at all.")] = (
        Identifiers.HASHED
    )


class Settings(Struct, frozen=True):
    """The whole configuration. A table that is absent has its defaults."""

    institution: Annotated[Institution, key("The institution that the server stands for.")] = Institution()
    agency: Annotated[tuple[Agency, ...], key("The libraries of the institution.")] = _POLICY.agencies
    location: Annotated[tuple[Location, ...], key("Where items live.")] = _POLICY.locations
    terms: Annotated[
        tuple[LoanTerms, ...], key("What may be done with items. One given replaces all of these.")
    ] = _POLICY.terms
    loan_rule: Annotated[tuple[LoanRule, ...], key("Which terms apply: the first that matches.")] = (
        _POLICY.loan_rules
    )
    limits: Annotated[tuple[Limits, ...], key("How far patrons may go: the first that matches.")] = (
        _POLICY.limits
    )
    sip2: Annotated[Sip2Settings, key("The SIP2 listener, and what it bears.")] = Sip2Settings()
    terminal: Annotated[tuple[Terminal, ...], key("The machines that may speak SIP2.")] = ()
    store: Annotated[StoreSettings, key("Where records are kept.")] = StoreSettings()
    log: Annotated[LogSettings, key("The log, on standard error.")] = LogSettings()


def policy_of(settings: Settings) -> Policy:
    """The circulation policy that the settings amount to."""
    institution = settings.institution
    return Policy(
        institution=institution.code,
        name=institution.name,
        currency=institution.currency,
        time_zone=institution.time_zone,
        terms=settings.terms,
        loan_rules=settings.loan_rule,
        limits=settings.limits,
        agencies=settings.agency,
        locations=settings.location,
    )


def certificate_id(certificate: str) -> str:
    """What `Terminal.certificate` names: a common name as it is, a fingerprint in 64 lower-case digits."""
    return fingerprint(certificate) or certificate


def fingerprint(certificate: str) -> str:
    """The SHA-256 fingerprint that `Terminal.certificate` is, as 64 lower-case digits; empty for a name."""
    digits = certificate.replace(":", "").lower()
    return digits if re.fullmatch("[0-9a-f]{64}", digits) else ""
