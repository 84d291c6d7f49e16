"""The settings of a server: what each key of the configuration may hold, its default, and what it means.

The rule it keeps: one declaration per key. Reading, the reference, and the example configuration all follow
from it. Loan policy is the core's own structs; `POLICY_KEYS` adds what they do not say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from core.model.policy import ANY, Agency, Calendar, Limits, LoanRule, LoanTerms, Location, Policy
from servers.configuration.demands import (
    AMOUNT,
    CENTURY_DAYS,
    CENTURY_HOURS,
    CHARSET,
    CURRENCY,
    CURRENCY_OR_NONE,
    DATABASE,
    DATES,
    DELIMITER,
    DESKS,
    DUE_DATE,
    FILE_NAME,
    FILLED_TEXT,
    HASH,
    KEEPALIVE,
    LANGUAGE,
    LANGUAGE_TAG,
    MEDIUM,
    NAME,
    NAME_WITHOUT_SLASH,
    NAMES,
    NETWORKS,
    RESPONDER,
    SECONDS,
    SECONDS_OR_0,
    STYLESHEETS,
    TEXT,
    TWO_DIGITS,
    WEEKDAYS,
    XML_NAME,
    ZONE,
    ZONE_OR_NONE,
    Demand,
    key,
    one_of,
    some_of,
    template,
    whole,
)


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


class BlankPin(StrEnum):
    """What an empty PIN (AD) is."""

    NONE = "none"
    WRONG = "wrong"


class LimitUnit(StrEnum):
    """What the 255 of a field (SPEC 2.00, variable-length fields) count."""

    CHARACTERS = "characters"
    BYTES = "bytes"


class Dialect(StrEnum):
    """Whose reading of SIP2 is spoken: the whole standard, or what Ex Libris Alma makes of it."""

    FULL = "full"
    ALMA = "alma"


class NoBlock(StrEnum):
    """When a machine's "no block" is believed: never, of what it did long enough ago, always."""

    NEVER = "never"
    LATE = "late"
    ALWAYS = "always"


class HoldsAtCheckin(StrEnum):
    """What becomes of an item that somebody waits for: it is kept for them, or not taken at all."""

    TRAP = "trap"
    REFUSE = "refuse"


class FieldPolicy(StrEnum):
    """How a personal field is sent: as it is, all but its ends covered, or empty or not at all."""

    FULL = "full"
    MASK = "mask"
    HIDE = "hide"


class PaidBy(StrEnum):
    """How a payment was made. Each has the name of a `core.model.records.PaymentKind`."""

    CASH = "cash"
    CREDIT_CARD = "credit-card"
    DEBIT_CARD = "debit-card"
    OTHER = "other"


class AlertCause(StrEnum):
    """Why a checkin response asks for somebody to look (alert in 10)."""

    HOLD = "hold"
    HOLD_ELSEWHERE = "hold-elsewhere"
    TRANSIT = "transit"
    UNKNOWN_ITEM = "unknown-item"
    REFUSED = "refused"
    NOTE = "note"


class StatusFlag(StrEnum):
    """The flags of a patron status. Each has the name of a field of `protocols.sip2.fields.PatronStatus`."""

    CHARGE_PRIVILEGES_DENIED = "charge-privileges-denied"
    RENEWAL_PRIVILEGES_DENIED = "renewal-privileges-denied"
    RECALL_PRIVILEGES_DENIED = "recall-privileges-denied"
    HOLD_PRIVILEGES_DENIED = "hold-privileges-denied"
    CARD_REPORTED_LOST = "card-reported-lost"
    TOO_MANY_ITEMS_CHARGED = "too-many-items-charged"
    TOO_MANY_ITEMS_OVERDUE = "too-many-items-overdue"
    TOO_MANY_RENEWALS = "too-many-renewals"
    TOO_MANY_CLAIMS_OF_ITEMS_RETURNED = "too-many-claims-of-items-returned"
    TOO_MANY_ITEMS_LOST = "too-many-items-lost"
    EXCESSIVE_OUTSTANDING_FINES = "excessive-outstanding-fines"
    EXCESSIVE_OUTSTANDING_FEES = "excessive-outstanding-fees"
    RECALL_OVERDUE = "recall-overdue"
    TOO_MANY_ITEMS_BILLED = "too-many-items-billed"


class Whether(StrEnum):
    """Whether something must be so for a rule to match."""

    ANY = "any"
    YES = "yes"
    NO = "no"


class NcipMode(StrEnum):
    """What becomes of an NCIP message that is not as the standard has it: it is refused, repaired and all of
    it told, or repaired. Each is a `protocols.ncip.repairs.Mode`.
    """

    STRICT = "strict"
    REPORT = "report"
    LENIENT = "lenient"


class FacilityVersion(StrEnum):
    """The version of NCIP that a storage facility is spoken to in: those that have DeleteItem. Each is a
    `protocols.ncip.dialects.Version`.
    """

    V2_0 = "2.0"
    V2_01 = "2.01"
    V2_02 = "2.02"


class SruStyle(StrEnum):
    """How SRU is answered: as Alma answers it, or with all that the standard has. What that comes to is in
    `servers.sru.profiles`.
    """

    ALMA = "alma"
    OPEN = "open"


class Quirk(StrEnum):
    """Whether something is done in which servers differ: as the style has it, or in any case, or in none."""

    STYLE = "style"
    ON = "on"
    OFF = "off"


class RecordCharset(StrEnum):
    """What MARC records over Z39.50 are in where the origin and we have agreed on nothing."""

    UTF_8 = "utf-8"
    MARC_8 = "marc-8"


class UnknownParameters(StrEnum):
    """What becomes of parameters that SRU does not have; all but the first are of `protocols.sru.request`."""

    STYLE = "style"
    REFUSED = "refused"
    WARNED = "warned"
    IGNORED = "ignored"


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
        "recall_days": key("How many days a loan lasts from when it is called back.", whole(0, CENTURY_DAYS)),
        "recall_after": key("How many days a loan lasts even if it is called back.", whole(0, CENTURY_DAYS)),
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
        "campus": key("The code of the campus it belongs to, if there are campuses.", TEXT),
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
    language: Annotated[str, key("The language of people who name none.", LANGUAGE_TAG)] = "en"
    undo_minutes: Annotated[
        int, key("Minutes in which a machine may take back what it did (BI in SIP2).", whole(0, 1440))
    ] = _POLICY.undo_minutes


Connections = Annotated[int, key("Connections in all.", whole(1, 1_000_000))]
ConnectionsPerSource = Annotated[
    int, key("Connections from one address, in IPv6 from one network of 64 bits.", whole(1, 1_000_000))
]


class ListenerSettings(Struct, frozen=True, kw_only=True):
    """What every listener says of those who come: balancers before them, and TLS handshakes. How many may
    come differs by listener: `Connections`, `ConnectionsPerSource`.
    """

    proxy_from: Annotated[
        tuple[str, ...],
        key("Balancers: a connection from there must begin with a PROXY header.", NETWORKS),
    ] = ()
    handshakes: Annotated[
        int, key("TLS handshakes under way at a time; others wait for their turn.", whole(1, 100_000))
    ] = 64
    handshakes_per_source: Annotated[
        int, key("Those of one address at a time; others wait for their turn.", whole(1, 100_000))
    ] = 16
    handshake_timeout: Annotated[
        float, key("The time until a connection shows what it is, and that for its TLS handshake.", SECONDS)
    ] = 10.0


class LoginSettings(ListenerSettings, frozen=True, kw_only=True):
    """What a listener says of wrong logins where there are users and passwords."""

    login_failure_delay: Annotated[
        float, key("How long a wrong login waits for its answer.", SECONDS_OR_0)
    ] = 0.5
    login_failures_per_source: Annotated[
        int,
        key(
            "Wrong logins from one address, after which its users that failed wait out the window.",
            whole(1, 1_000_000),
        ),
    ] = 10
    login_failure_window: Annotated[float, key("How long a wrong login is held against it.", SECONDS)] = 60.0


class PlainSettings(Struct, frozen=True):
    """A listener without TLS beside the one with it."""

    host: Annotated[
        str, key("Where it listens without TLS; beyond this machine `allow` must be set.", FILLED_TEXT)
    ] = "127.0.0.1"
    port: Annotated[int, key("Its port; 0: there is no such listener.", whole(0, 65_535))] = 0
    allow: Annotated[
        tuple[str, ...], key("Who may come in there; none: all who reach the address.", NETWORKS)
    ] = ()


class Sip2Settings(LoginSettings, frozen=True):
    """The SIP2 listener, and what it bears."""

    host: Annotated[str, key("The address to listen on; `0.0.0.0`: all of IPv4, `::`: all.", FILLED_TEXT)] = (
        "0.0.0.0"
    )
    port: Annotated[int, key("The port; 0: any free one.", whole(0, 65_535))] = 6443
    plain: Annotated[PlainSettings, key("A second listener, for SIP2 without TLS.")] = PlainSettings()
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
    address_login: Annotated[
        bool, key("Whether its address alone lets in a terminal without user and certificate.")
    ] = False
    pin_tries: Annotated[
        int, key("Wrong PINs of a patron at one terminal until it pauses.", whole(1, 1000))
    ] = 5
    pin_pause_minutes: Annotated[
        int,
        key("Minutes in which that terminal takes no PIN of that patron, right or wrong.", whole(1, 1440)),
    ] = 30
    pin_tries_a_day: Annotated[
        int, key("Wrong PINs of a patron in a day, at all terminals together.", whole(1, 100_000))
    ] = 240
    message_deadline: Annotated[
        float, key("The time in which a message must be whole, from its first byte.", SECONDS)
    ] = 60.0
    idle_limit: Annotated[
        float, key("How long a terminal that has logged in may be silent; 0: for ever.", SECONDS_OR_0)
    ] = 0.0
    ssl_shutdown_timeout: Annotated[float, key("The time for the end of TLS.", SECONDS)] = 5.0
    line_limit: Annotated[int, key("Bytes of the longest message taken.", whole(256, 1_048_576))] = 16_384
    answers_waiting: Annotated[
        int, key("Bytes of unread answers at which we stop reading.", whole(1024, 16_777_216))
    ] = 65_536
    in_flight: Annotated[
        int, key("Messages of one connection in work at a time; then we stop reading.", whole(1, 1000))
    ] = 8
    connections: Connections = 12_000
    connections_per_source: ConnectionsPerSource = 256
    keepalive: Annotated[
        tuple[int, int, int], key("TCP keepalive, which finds peers that are gone without a word.", KEEPALIVE)
    ] = (120, 10, 3)
    watch_certificates: Annotated[
        float,
        key("Seconds between two looks whether certificate files have changed; 0: never.", SECONDS_OR_0),
    ] = 60.0
    drain_seconds: Annotated[
        float, key("The time that work in flight has when the server stops.", SECONDS_OR_0)
    ] = 10.0


class HttpsSettings(ListenerSettings, frozen=True):
    """The HTTPS listener, and what it bears."""

    enabled: Annotated[bool, key("Whether there is such a listener, with TLS.")] = True
    host: Annotated[str, key("The address to listen on; `0.0.0.0`: all of IPv4, `::`: all.", FILLED_TEXT)] = (
        "0.0.0.0"
    )
    port: Annotated[int, key("The port; 0: any free one.", whole(0, 65_535))] = 8443
    plain: Annotated[PlainSettings, key("A listener for the same without TLS.")] = PlainSettings()
    tls_certificate: Annotated[
        str, key("PEM file of the server's certificate chain; empty: that of `sip2`.", TEXT)
    ] = ""
    tls_key: Annotated[str, key("PEM file of the certificate's key.", TEXT)] = ""
    tls_client_ca: Annotated[
        str, key("PEM file of who issues clients' certificates; empty: that of `sip2`.", TEXT)
    ] = ""
    metrics_from: Annotated[
        tuple[str, ...], key("Who may read `/metrics`; none listed: nobody.", NETWORKS)
    ] = ("127.0.0.0/8", "::1")
    connections: Connections = 2_000
    connections_per_source: ConnectionsPerSource = 128
    head_deadline: Annotated[
        float, key("The time in which the head of a request must be whole, from its first byte.", SECONDS)
    ] = 10.0
    body_deadline: Annotated[
        float, key("The time in which the body of a request must be whole.", SECONDS)
    ] = 30.0
    answer_deadline: Annotated[
        float, key("The time that an answer may take us; then it is 503.", SECONDS)
    ] = 30.0
    idle_limit: Annotated[
        float, key("How long a connection may be silent between two requests.", SECONDS)
    ] = 60.0
    requests_per_connection: Annotated[
        int, key("Requests after which a connection is closed.", whole(1, 1_000_000_000))
    ] = 10_000
    line_limit: Annotated[int, key("Bytes of the longest address of a request.", whole(256, 65_536))] = 8_192
    head_limit: Annotated[int, key("Bytes of the longest head.", whole(1024, 65_536))] = 32_768
    header_limit: Annotated[int, key("Headers of a request.", whole(10, 1000))] = 100
    body_limit: Annotated[int, key("Bytes of the longest body taken.", whole(1024, 268_435_456))] = 1_048_576
    in_flight: Annotated[
        int, key("Requests in work at a time; others are told to come again (503).", whole(1, 100_000))
    ] = 256
    in_flight_per_source: Annotated[
        int, key("Those of one address; others are told to come again (429).", whole(1, 100_000))
    ] = 32
    rate_per_source: Annotated[
        int, key("Requests a second from one address; 0: any number.", whole(0, 1_000_000))
    ] = 200
    burst_per_source: Annotated[
        int, key("How many more it may send at once after a silence.", whole(0, 1_000_000))
    ] = 400
    compress_from: Annotated[
        int,
        key("Bytes from which an answer is compressed if the client can read it.", whole(256, 1_073_741_824)),
    ] = 2_048
    drain_seconds: Annotated[
        float, key("The time that work in flight has when the server stops.", SECONDS_OR_0)
    ] = 10.0


class NcipSettings(Struct, frozen=True):
    """NCIP, however it comes in."""

    secret_failure_delay: Annotated[
        float, key("How long a partner that is not proven waits for its answer.", SECONDS_OR_0)
    ] = 0.5
    secret_failures_per_source: Annotated[
        int,
        key(
            "Wrong secrets from one address, after which its partners that failed wait out the window.",
            whole(1, 1_000_000),
        ),
    ] = 10
    secret_failure_window: Annotated[float, key("How long a wrong secret is held against it.", SECONDS)] = (
        60.0
    )
    repeat_window: Annotated[
        float, key("How long a renewal or return told again without a number is the same one.", SECONDS)
    ] = 900.0


class NcipTcpSettings(ListenerSettings, frozen=True):
    """The listener for NCIP without HTTP, and what it bears. Its certificates are those of `https`."""

    enabled: Annotated[bool, key("Whether there is such a listener, with TLS.")] = False
    host: Annotated[str, key("The address to listen on; `0.0.0.0`: all of IPv4, `::`: all.", FILLED_TEXT)] = (
        "0.0.0.0"
    )
    port: Annotated[int, key("The port; 0: any free one.", whole(0, 65_535))] = 7443
    plain: Annotated[PlainSettings, key("A listener for the same without TLS.")] = PlainSettings()
    message_deadline: Annotated[
        float, key("The time in which a message must be whole, from its first byte.", SECONDS)
    ] = 30.0
    answer_deadline: Annotated[
        float, key("The time that an answer may take us; then it may be tried again.", SECONDS)
    ] = 30.0
    idle_limit: Annotated[
        float, key("How long a connection may be silent between two messages.", SECONDS)
    ] = 60.0
    message_limit: Annotated[int, key("Bytes of the longest message taken.", whole(1024, 268_435_456))] = (
        1_048_576
    )
    unwelcome_messages: Annotated[
        int,
        key("Messages in a row that nobody can read or may ask; then it is closed.", whole(1, 1000)),
    ] = 3
    answers_waiting: Annotated[
        int, key("Bytes of unread answers at which we stop reading.", whole(1024, 16_777_216))
    ] = 65_536
    connections: Connections = 1_000
    connections_per_source: ConnectionsPerSource = 64
    drain_seconds: Annotated[
        float, key("The time that work in flight has when the server stops.", SECONDS_OR_0)
    ] = 10.0


REQUESTS = ("93", "99", "97", "23", "63", "35", "17", "11", "09", "29", "65", "37", "15", "01", "25", "19")
"""The requests that terminals make (SIP2 2.00)."""

EXTENSIONS = (
    *("CR", "CS", "CT", "CV", "CY", "DA", "CM", "BF"),  # 10, 18: the sheet of 2005, and what followed it
    *("PA", "PB", "PC", "PI", "XI", "AQ", "BC", "BD", "BE"),  # 24, 64
    *("EA", "DE", "IN", "NB", "MA", "MB"),  # 18
)
"""The fields beyond 2.00 that answers can hold."""

PERSONAL = (
    *("AA", "AE", "AQ", "BC", "BD", "BE", "BF", "CY", "DA", "PA", "PB", "PC", "PI", "XI"),
    *("AS", "AT", "AU", "AV", "BU", "CD", "BV"),
)
"""The fields that tell of a person; AA is what a checkin response says of who had the item."""

_EXTENSIONS = some_of(EXTENSIONS, "fields")
_PERSONAL = one_of(PERSONAL, "a personal field")
_REQUESTS = some_of(REQUESTS, "requests")
_CAUSE = one_of(AlertCause, "a cause")
_REASON = Demand(
    "the code of a refusal or notice, such as wrong-pin", re.compile("[a-z]+(?:-[a-z]+)*").fullmatch
)
LOAN_PLACES = ("barcode", "title", "due")
HOLD_PLACES = ("barcode", "title")
FEE_PLACES = ("id", "amount", "currency", "kind", "title")
"""What the templates of list entries may ask for; whoever fills them in has a value for each."""


class SortBin(Struct, frozen=True):
    """One rule of where a checked-in item goes (CL). What is not named, matches."""

    bin: Annotated[str, key("The bin, as the machine calls it (CL).", NAME)]
    location: Annotated[str, key("The item's location; `AGENCY/*`: any of an agency, `*`: any.", NAME)] = ANY
    destination: Annotated[str, key("The agency it goes to from here; `*`: any.", NAME)] = ANY
    item_policy: Annotated[str, key("The item policy; `*`: any.", NAME)] = ANY
    medium: Annotated[str, key("The media type (CK); `*`: any.", MEDIUM)] = ANY
    hold: Annotated[Whether, key("Whether somebody waits for it.")] = Whether.ANY
    ok: Annotated[Whether, key("Whether it has been checked in.")] = Whether.ANY


class Desensitise(Struct, frozen=True):
    """One rule of whether a lent item's security strip is unlocked. What is not named, matches."""

    desensitise: Annotated[bool, key("Whether the strip is unlocked, and locked at checkin.")]
    location: Annotated[str, key("The item's location; `AGENCY/*`: any of an agency, `*`: any.", NAME)] = ANY
    item_policy: Annotated[str, key("The item policy; `*`: any.", NAME)] = ANY
    medium: Annotated[str, key("The media type (CK); `*`: any.", MEDIUM)] = ANY


class Profile(Struct, frozen=True, kw_only=True):
    """How a terminal behaves and is spoken to. Every key has a default."""

    # the wire
    dialect: Annotated[Dialect, key("`full`: all of SIP2 2.00; `alma`: as Alma understands it.")] = (
        Dialect.FULL
    )
    charset: Annotated[str, key("The charset it speaks.", CHARSET)] = "utf-8"
    fallback: Annotated[str, key("The charset of messages that are not in `charset`.", CHARSET)] = "latin-1"
    delimiter: Annotated[str, key("What ends a field.", DELIMITER)] = "|"
    terminator: Annotated[Terminator, key("What ends our messages; `mirror`: what ends its own.")] = (
        Terminator.MIRROR
    )
    error_detection: Annotated[ErrorDetection, key("Checksums (AY, AZ); `auto`: if it sends them.")] = (
        ErrorDetection.AUTO
    )
    field_limit_unit: Annotated[LimitUnit, key("What the 255 of the longest field count.")] = (
        LimitUnit.CHARACTERS
    )
    screen_width: Annotated[
        int, key("Characters of a line of its screen (AF); 0: not known.", whole(0, 999))
    ] = 0
    print_width: Annotated[
        int, key("Characters of a printed line (AG); 0: as its status message (99) says.", whole(0, 999))
    ] = 0
    print_lines: Annotated[
        bool, key("Whether it is sent receipts to print (AG); most machines write their own.")
    ] = False
    timeout: Annotated[
        int, key("Tenths of a second it is told to wait for an answer; 999: unknown.", whole(1, 999))
    ] = 100
    retries: Annotated[int, key("How often it is told to ask again; 999: unknown.", whole(0, 999))] = 3
    idle_limit: Annotated[float, key("How long it may be silent; 0: as the listener says.", SECONDS_OR_0)] = (
        0.0
    )
    # people
    language: Annotated[
        str, key("Its language where a message names none, as in 003: German; 000: the library's.", LANGUAGE)
    ] = "000"
    time_zone: Annotated[str, key("The zone of its dates; empty: its agency's.", ZONE_OR_NONE)] = ""
    due_date: Annotated[str, key("How due dates (AH) are written.", DUE_DATE)] = "sip"
    hold_item: Annotated[str, key("A hold in a list (AS, CD).", template(HOLD_PLACES))] = "{barcode}"
    overdue_item: Annotated[str, key("An overdue loan in a list (AT).", template(LOAN_PLACES))] = "{barcode}"
    charged_item: Annotated[str, key("A loan in a list (AU).", template(LOAN_PLACES))] = "{barcode}"
    fine_item: Annotated[str, key("A fee in a list (AV).", template(FEE_PLACES))] = (
        "{id} {amount} {kind} {title}"
    )
    waiting_holds_as_ready: Annotated[
        bool, key("Whether holds that still wait are listed as ready (AS), not as unavailable (CD).")
    ] = False
    list_limit: Annotated[int, key("Entries of a list at most; 0: all.", whole(0, 9999))] = 0
    texts: Annotated[
        Mapping[str, str],
        key("Its own words for refusals and notices (AF), by code; empty: none.", TEXT, _REASON),
    ] = {}
    # what it may do
    messages: Annotated[tuple[str, ...], key("The requests it may make; none listed: all.", _REQUESTS)] = ()
    checkout: Annotated[bool, key("Whether it may check out and renew.")] = True
    checkin: Annotated[bool, key("Whether it may check in.")] = True
    renewal_policy: Annotated[
        bool, key("Whether it may renew, by checking out what the patron has on loan as well.")
    ] = True
    fees: Annotated[bool, key("Whether it may take payments.")] = True
    holds: Annotated[bool, key("Whether it may place, change and cancel holds (15).")] = True
    block_patrons: Annotated[
        bool, key("Whether it may block patrons, unblock them and note items (01, 25, 19).")
    ] = False
    enforce: Annotated[
        bool, key("Whether what it may not do is refused; else its status (98) only tells it.")
    ] = True
    # what happened without us
    no_block: Annotated[NoBlock, key('When "no block" is believed: what it did offline is booked.')] = (
        NoBlock.LATE
    )
    no_block_after: Annotated[
        int, key("Minutes after which `late` takes an act for one done offline.", whole(0, 10_080))
    ] = 5
    undo: Annotated[bool, key("Whether it may take back its own checkouts and checkins (BI).")] = True
    # PINs
    pin: Annotated[PinCheck, key("When the patron's PIN is checked.")] = PinCheck.IF_SENT
    blank_pin: Annotated[BlankPin, key("What an empty PIN is: none at all, or a wrong one.")] = BlankPin.NONE
    # checking in
    checked_in_ok: Annotated[
        bool, key("Whether checking in what is not on loan is answered with ok, as sorters need.")
    ] = False
    holds_at_checkin: Annotated[HoldsAtCheckin, key("What becomes of an item that somebody waits for.")] = (
        HoldsAtCheckin.TRAP
    )
    current_location: Annotated[
        bool, key("Whether its current location (AP) says at which agency it checks in.")
    ] = False
    alerts: Annotated[tuple[AlertCause, ...], key("What makes a checkin response an alert.")] = (
        AlertCause.HOLD,
        AlertCause.HOLD_ELSEWHERE,
        AlertCause.TRANSIT,
        AlertCause.UNKNOWN_ITEM,
        AlertCause.REFUSED,
    )
    alert_types: Annotated[
        Mapping[str, str], key("Its own alert types (CV), by cause.", TWO_DIGITS, _CAUSE)
    ] = {}
    sort_bin: Annotated[tuple[SortBin, ...], key("Where items go (CL): the first that matches.")] = ()
    # media
    desensitise: Annotated[
        tuple[Desensitise, ...], key("Which strips it unlocks: the first that matches, else as lent.")
    ] = ()
    security_inhibit: Annotated[bool, key("Whether it is to ignore security strips (CI).")] = False
    # what is told
    extensions: Annotated[tuple[str, ...], key("The fields beyond SIP2 2.00 it is sent.", _EXTENSIONS)] = ()
    fields: Annotated[
        Mapping[str, FieldPolicy], key("How personal fields are sent, by field.", names=_PERSONAL)
    ] = {}
    status_flags: Annotated[
        tuple[StatusFlag, ...], key("The flags of a patron that may be Y; none listed: all.")
    ] = ()
    # money
    payment_types: Annotated[
        Mapping[str, PaidBy],
        key("What its payment types (37) mean, beside the standard's.", names=TWO_DIGITS),
    ] = {}
    payment_types_strict: Annotated[
        bool, key("Whether payment types that nobody has told of are refused.")
    ] = False
    fee_currency: Annotated[
        str, key("The currency it takes, whatever its payments say; empty: as they say.", CURRENCY_OR_NONE)
    ] = ""
    comma_amounts: Annotated[bool, key("Whether its amounts may have a comma for the point.")] = False


class NamedProfile(Profile, frozen=True):
    """A profile that terminals, and other profiles, name."""

    name: Annotated[str, key("What terminals call it. One of a shipped name replaces that.", NAME)]
    inherits: Annotated[str, key("The profile that holds what this one leaves out.", TEXT)] = ""


class Terminal(Profile, frozen=True):
    """A machine that speaks SIP2: a self-check, a sorter. Known by its certificate, its address, or user and
    password.
    """

    name: Annotated[str, key("What logs and events call it.", NAME)]
    user: Annotated[str, key("The login user (CN in SIP2); empty: it cannot log in by password.", TEXT)] = ""
    password: Annotated[SecretHash, key("The hash of the login password (CO in SIP2).", HASH)] = SecretHash()
    certificate: Annotated[
        str, key("The name in its certificate, or its SHA-256 fingerprint; may be shared.", TEXT)
    ] = ""
    agency: Annotated[str, key("The agency it stands in; empty: the first one.", TEXT)] = ""
    desk: Annotated[str, key("The desk it stands at (AN in SIP2).", TEXT)] = ""
    profile: Annotated[str, key("The profile that holds what is left out here.", TEXT)] = ""
    addresses: Annotated[
        tuple[str, ...], key("Where it comes from, and from nowhere else; none: anywhere.", NETWORKS)
    ] = ()
    locations: Annotated[
        tuple[str, ...], key("The locations it may name at its login (CP); none: any.", NAMES)
    ] = ()
    serves: Annotated[
        tuple[str, ...], key("The locations whose items it serves, `AGENCY/*`: all of one; none: all.", NAMES)
    ] = ()


NCIP_SERVICES = (
    *("LookupAgency", "LookupItem", "LookupItemSet", "LookupRequest", "LookupUser", "LookupVersion"),
    *("AcceptItem", "CancelRecallItem", "CancelRequestItem", "CheckInItem", "CheckOutItem", "CreateAgency"),
    *("CreateItem", "CreateUser", "CreateUserFiscalTransaction", "DeleteItem", "DeleteUser", "RecallItem"),
    *("RenewItem", "ReportCirculationStatusChange", "RequestItem", "SendUserNotice", "UndoCheckOutItem"),
    *("UpdateAgency", "UpdateCirculationStatus", "UpdateItem", "UpdateRequestItem", "UpdateUser"),
    *("AgencyCreated", "AgencyUpdated", "CirculationStatusChangeReported", "CirculationStatusUpdated"),
    *("ItemCheckedIn", "ItemCheckedOut", "ItemCreated", "ItemRecallCancelled", "ItemRecalled"),
    *("ItemReceived", "ItemRenewed", "ItemRequestCancelled", "ItemRequestUpdated", "ItemRequested"),
    *("ItemShipped", "ItemUpdated", "UserCreated", "UserFiscalTransactionCreated", "UserNoticeSent"),
    "UserUpdated",
)
"""The services of NCIP (Z39.83-1-2012)."""

_SERVICES = some_of(NCIP_SERVICES, "services")


class NcipAgency(Struct, frozen=True):
    """A partner that may speak NCIP: a broker, a discovery system, a storage system. Known by the agency that
    it names, and by its certificate, its address or its secret.
    """

    code: Annotated[str, key("The agency it says it is (FromAgencyId), and what logs call it.", NAME)]
    aliases: Annotated[tuple[str, ...], key("Other agencies that it says it is.", NAMES)] = ()
    profiles: Annotated[
        tuple[str, ...],
        key("The profiles that it names (ApplicationProfileType); none: they do not matter.", NAMES),
    ] = ()
    our_names: Annotated[
        tuple[str, ...],
        key("What else it calls us (ToAgencyId), beside the institution and its agencies.", NAMES),
    ] = ()
    systems: Annotated[
        tuple[str, ...], key("The systems that it speaks from (FromSystemId); none: any.", NAMES)
    ] = ()
    secret: Annotated[SecretHash, key("The hash of its secret (FromAgencyAuthentication).", HASH)] = (
        SecretHash()
    )
    certificate: Annotated[
        str, key("The name in its certificate, or its SHA-256 fingerprint; may be shared.", TEXT)
    ] = ""
    addresses: Annotated[
        tuple[str, ...], key("Where it comes from, and from nowhere else; none: anywhere.", NETWORKS)
    ] = ()
    services: Annotated[
        tuple[str, ...], key("The services it may ask for; none listed: all.", _SERVICES)
    ] = ()
    mode: Annotated[NcipMode, key("What becomes of messages that are not as the standard has them.")] = (
        NcipMode.LENIENT
    )
    desk: Annotated[str, key("The agency it acts at, or `AGENCY.DESK`; empty: the first agency.", TEXT)] = ""
    borrower: Annotated[
        str, key("The patron who has what is lent to it for users that are not ours; empty: nobody.", TEXT)
    ] = ""
    pin: Annotated[PinCheck, key("When a user's PIN is checked; `always`: no LookupUser without one.")] = (
        PinCheck.IF_SENT
    )
    pickups: Annotated[
        Mapping[str, str], key("What it calls our agencies as places of pickup.", NAME, NAME)
    ] = {}
    guest_location: Annotated[
        str, key("Where its items are kept while they are here; empty: `AGENCY/GUESTS`.", TEXT)
    ] = ""
    guest_policy: Annotated[str, key("The item policy of its items while they are here.", TEXT)] = ""


class FacilityResponder(Struct, frozen=True):
    """Where the system of a store hears which items it need not keep any more (DeleteItem)."""

    url: Annotated[str, key("Where it hears what it need not keep; empty: it is not told.", RESPONDER)] = ""
    version: Annotated[FacilityVersion, key("The version of NCIP that it understands.")] = (
        FacilityVersion.V2_0
    )
    from_agency: Annotated[
        str, key("The agency that we say we are (FromAgencyId); empty: the institution.", TEXT)
    ] = ""
    to_agency: Annotated[
        str, key("The agency that it is (ToAgencyId); empty: the institution, as Alma has it.", TEXT)
    ] = ""
    from_system: Annotated[
        str, key("The system that we say we are (FromSystemId); empty: none is named.", TEXT)
    ] = ""
    secret_file: Annotated[
        str, key("File of the secret that we show (FromAgencyAuthentication); empty: none.", TEXT)
    ] = ""
    tls_ca: Annotated[
        str, key("PEM file of who issues its certificate; empty: whom this machine trusts.", TEXT)
    ] = ""
    tls_certificate: Annotated[str, key("PEM file of a certificate that we show it; empty: none.", TEXT)] = ""
    tls_key: Annotated[str, key("PEM file of the certificate's key.", TEXT)] = ""
    timeout: Annotated[float, key("The time for its answer; then it is asked again.", SECONDS)] = 30.0


class RequestFile(Struct, frozen=True):
    """The file in which a store's system finds what it is to send: the form of Alma's export."""

    name: Annotated[str, key("How the file is called.", FILE_NAME)] = "{profile}-{time}.xml"
    root: Annotated[str, key("Its root element, without the prefix `xb`.", XML_NAME)] = "exportRequests"
    element: Annotated[str, key("The element of each request, without the prefix.", XML_NAME)] = "rsExport"
    namespace: Annotated[str, key("The namespace of all its elements.", FILLED_TEXT)] = (
        "urn:circdesk:remote-storage-requests"
    )


class RemoteStorage(Struct, frozen=True):
    """An automated store, or a remote one, whose system tells by NCIP what comes and goes."""

    profile: Annotated[
        str, key("What its messages name (ApplicationProfileType); its partner must list it.", NAME)
    ]
    locations: Annotated[tuple[str, ...], key("The locations that it holds, `AGENCY/*`: all of one.", NAMES)]
    desks: Annotated[
        tuple[str, ...],
        key("Desks where its items come out (OnBehalfOfAgency); it means the first if it names none.", DESKS),
    ]
    shelve_into: Annotated[
        str, key("The location that items from elsewhere get when it takes them; empty: it takes none.", TEXT)
    ] = ""
    responder: Annotated[FacilityResponder, key("Where its system hears from us.")] = FacilityResponder()
    requests: Annotated[RequestFile, key("The file of what it is to send.")] = RequestFile()


SRU_SCHEMAS = ("marcxml", "dc", "mods", "isohold", "avail")
"""The schemas in which SRU gives records, by their short names."""


class SruProfile(Struct, frozen=True):
    """The catalogue at `/view/sru/CODE`, as discovery tools ask it."""

    database: Annotated[
        str, key("The code in its path and explain record; empty: the institution's.", DATABASE)
    ] = ""
    title: Annotated[str, key("What explain calls it; empty: the institution's name.", TEXT)] = ""
    style: Annotated[SruStyle, key("How it answers: as Alma does, or with all that SRU has.")] = SruStyle.ALMA
    availability: Annotated[bool, key("Whether MARC records tell availability (AVA, AVE, AVD).")] = True
    temporary_holdings: Annotated[
        bool, key("Whether an AVA of a temporary location has a number too ($9), as Alma's have none.")
    ] = False
    schema: Annotated[
        str, key("The schema of records for who names none.", one_of(SRU_SCHEMAS, "a schema"))
    ] = "marcxml"
    records: Annotated[
        int, key("Records of a page for who names no number; 0: as the style has it.", whole(0, 1000))
    ] = 0
    records_limit: Annotated[
        int, key("The most records of a page; 0: as the style has it (50, 500).", whole(0, 10_000))
    ] = 0
    depth: Annotated[
        int,
        key("The record at which no page begins any more; 0: as the style has it.", whole(0, 1_000_000_000)),
    ] = 0
    stylesheets: Annotated[
        tuple[str, ...], key("The stylesheets that answers may name, by their paths or URLs.", STYLESHEETS)
    ] = ()
    bare_words: Annotated[
        bool, key("Whether words in a row without quotes, which CQL refuses, are read as one term.")
    ] = False
    unknown_parameters: Annotated[
        UnknownParameters, key("What becomes of parameters that SRU does not have.")
    ] = UnknownParameters.STYLE
    version_needed: Annotated[Quirk, key("Whether `operation` and `version` must be there.")] = Quirk.STYLE
    alma_numbers: Annotated[
        Quirk, key("Whether a missing parameter has Alma's own number, 200832, in its details.")
    ] = Quirk.STYLE
    short_schema_names: Annotated[Quirk, key("Whether `recordSchema` is a short name, not a URI.")] = (
        Quirk.STYLE
    )
    empty_records: Annotated[Quirk, key("Whether an answer without records has an empty `records`.")] = (
        Quirk.STYLE
    )
    count_failures: Annotated[
        Quirk, key("Whether a search that failed has a `numberOfRecords`, which is 0.")
    ] = Quirk.STYLE
    beyond_the_end: Annotated[
        Quirk, key("Whether a page behind the last record is an empty one, and no diagnostic (61).")
    ] = Quirk.STYLE
    echo: Annotated[Quirk, key("Whether answers repeat their question.")] = Quirk.STYLE
    cors: Annotated[Quirk, key("Whether pages of other origins may read answers (CORS).")] = Quirk.STYLE
    in_flight: Annotated[
        int, key("Requests in work at a time; others are told to come again (503).", whole(1, 100_000))
    ] = 256
    in_flight_per_source: Annotated[
        int, key("Those of one address; others are told to come again (429).", whole(1, 100_000))
    ] = 32
    rate_per_source: Annotated[
        int, key("Requests a second from one address; 0: any number.", whole(0, 1_000_000))
    ] = 200
    burst_per_source: Annotated[
        int, key("How many more it may send at once after a silence.", whole(0, 1_000_000))
    ] = 400
    answer_deadline: Annotated[
        float, key("The time that an answer may take us; then it is 503.", SECONDS)
    ] = 10.0


class Z3950TlsSettings(Struct, frozen=True):
    """A door of Z39.50 with TLS from the first byte."""

    enabled: Annotated[bool, key("Whether there is one; its certificate is that of `https`.")] = False
    host: Annotated[str, key("The address to listen on; `0.0.0.0`: all of IPv4, `::`: all.", FILLED_TEXT)] = (
        "0.0.0.0"
    )
    port: Annotated[int, key("The port; 0: any free one.", whole(0, 65_535))] = 2101


class Z3950Settings(LoginSettings, frozen=True):
    """The catalogue over Z39.50. The database is the institution's code, or that with `/CAMPUS` or
    `/LIBRARY` behind it.
    """

    enabled: Annotated[bool, key("Whether the catalogue is there over Z39.50.")] = False
    host: Annotated[str, key("The address to listen on; `0.0.0.0`: all of IPv4, `::`: all.", FILLED_TEXT)] = (
        "0.0.0.0"
    )
    port: Annotated[int, key("The port; 0: any free one. Searching is public: no TLS.", whole(0, 65_535))] = (
        2100
    )
    tls: Annotated[Z3950TlsSettings, key("A door for the same with TLS.")] = Z3950TlsSettings()
    availability: Annotated[bool, key("Whether MARCXML tells availability (AVA, AVE, AVD).")] = True
    record_charset: Annotated[RecordCharset, key("What MARC records are in where nothing is agreed on.")] = (
        RecordCharset.UTF_8
    )
    term_charset: Annotated[
        str, key("What terms are in that are not UTF-8 where nothing is agreed on.", CHARSET)
    ] = "latin-1"
    result_sets: Annotated[int, key("Result sets of an association.", whole(1, 10_000))] = 32
    result_set_records: Annotated[
        int, key("Record numbers kept of all of them; others are searched for again.", whole(100, 10_000_000))
    ] = 50_000
    depth: Annotated[int, key("The last record of a result set that can be had.", whole(100, 1_000_000))] = (
        10_000
    )
    records_limit: Annotated[int, key("Records of an answer.", whole(1, 10_000))] = 250
    terms_limit: Annotated[int, key("Terms of a scan.", whole(1, 1_000))] = 1_000
    message_size: Annotated[
        int, key("Bytes of the records of an answer, if the origin does not want less.", whole(10_000, 2**26))
    ] = 2**20
    record_size: Annotated[int, key("Bytes of a record that is asked for alone.", whole(10_000, 2**26))] = (
        2**24
    )
    request_limit: Annotated[int, key("Bytes of the longest request taken.", whole(1024, 2**26))] = 2**20
    message_deadline: Annotated[
        float, key("The time in which a request must be whole, and the first one there.", SECONDS)
    ] = 30.0
    answer_deadline: Annotated[
        float, key("The time that an answer may take us; then the association ends.", SECONDS)
    ] = 60.0
    idle_limit: Annotated[
        float, key("How long an association may be silent; then it ends (lackOfActivity).", SECONDS)
    ] = 1_800.0
    rate_per_source: Annotated[
        int, key("Requests a second from one address; more have to wait. 0: any.", whole(0, 1_000_000))
    ] = 200
    burst_per_source: Annotated[
        int, key("How many more it may send at once after a silence.", whole(0, 1_000_000))
    ] = 400
    answers_waiting: Annotated[
        int, key("Bytes of unread answers at which we stop reading.", whole(1024, 16_777_216))
    ] = 65_536
    connections: Connections = 1_000
    connections_per_source: ConnectionsPerSource = 64
    drain_seconds: Annotated[
        float, key("The time that associations have to end when the server stops.", SECONDS_OR_0)
    ] = 5.0


class Z3950User(Struct, frozen=True):
    """Who may come in over Z39.50. Without any, everybody may; with one, nobody else. Known by user and
    password, or by the address alone.
    """

    user: Annotated[str, key("The user it logs in as, and what logs call it.", NAME_WITHOUT_SLASH)]
    password: Annotated[
        SecretHash, key("The hash of its password; empty: its address alone lets it in.", HASH)
    ] = SecretHash()
    group: Annotated[str, key("The group that it must name (groupId); empty: it may name any.", TEXT)] = ""
    addresses: Annotated[
        tuple[str, ...], key("Where it comes from, and from nowhere else; none: anywhere.", NETWORKS)
    ] = ()


class SearchPageSettings(Struct, frozen=True):
    """The page at `/`, on which people search the catalogue."""

    enabled: Annotated[bool, key("Whether there is such a page. It shows no patrons.")] = True


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
    https: Annotated[HttpsSettings, key("The HTTPS listener, and what it bears.")] = HttpsSettings()
    ncip: Annotated[NcipSettings, key("NCIP, however it comes in.")] = NcipSettings()
    ncip_tcp: Annotated[NcipTcpSettings, key("The listener for NCIP without HTTP, and what it bears.")] = (
        NcipTcpSettings()
    )
    profile: Annotated[
        tuple[NamedProfile, ...], key("Ways to behave and be spoken to, which terminals name.")
    ] = ()
    terminal: Annotated[tuple[Terminal, ...], key("The machines that may speak SIP2.")] = ()
    ncip_agency: Annotated[tuple[NcipAgency, ...], key("The partners that may speak NCIP.")] = ()
    remote_storage: Annotated[
        tuple[RemoteStorage, ...], key("Stores whose systems tell by NCIP what comes and goes.")
    ] = ()
    sru: Annotated[
        tuple[SruProfile, ...], key("The catalogue over SRU. One given replaces all of these.")
    ] = (SruProfile(),)
    z3950: Annotated[Z3950Settings, key("The catalogue over Z39.50: its listener, and what it bears.")] = (
        Z3950Settings()
    )
    z3950_user: Annotated[
        tuple[Z3950User, ...], key("Who may search over Z39.50. None listed: everybody.")
    ] = ()
    search_page: Annotated[SearchPageSettings, key("The page on which people search the catalogue.")] = (
        SearchPageSettings()
    )
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
        undo_minutes=institution.undo_minutes,
    )


def certificate_id(certificate: str) -> str:
    """What `Terminal.certificate` names: a common name as it is, a fingerprint in 64 lower-case digits."""
    return fingerprint(certificate) or certificate


def fingerprint(certificate: str) -> str:
    """The SHA-256 fingerprint that `Terminal.certificate` is, as 64 lower-case digits; empty for a name."""
    digits = certificate.replace(":", "").lower()
    return digits if re.fullmatch("[0-9a-f]{64}", digits) else ""
