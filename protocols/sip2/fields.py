"""The field catalogue and code tables of SIP2, and how each kind of value stands on the wire.

An identified field is declared once, as the type that a message uses for it (`patron_identifier: AA`). A
`Shape` turns its text into a value and back. A shape never raises while reading: what it cannot read is None,
or the table's "other" member, so that a client's odd code never loses its message.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from string import ascii_uppercase
from typing import Annotated, Any, Final, TypeVar, cast

import msgspec

from protocols.secret import Secret


class Shape(msgspec.Struct, frozen=True, eq=False):
    """How one kind of value stands on the wire; `width` is 0 for what has no fixed length.

    `read` and `write` are None for plain text, which passes as it is.
    """

    width: int = 0
    read: Callable[[str], Any] | None = None
    write: Callable[[Any], str] | None = None


class Field(msgspec.Struct, frozen=True, eq=False):
    """An identified field: two characters, a value, a delimiter."""

    id: str
    name: str
    shape: Shape = Shape()
    repeatable: bool = False
    extension: bool = False


# Code tables --------------------------------------------------------------------------------------


class MediaFlag(StrEnum):
    """Magnetic media and desensitize: yes, no, unknown."""

    YES = "Y"
    NO = "N"
    UNKNOWN = "U"


class ScStatusCode(StrEnum):
    """What a terminal says of itself in 99."""

    OK = "0"
    OUT_OF_PAPER = "1"
    SHUTTING_DOWN = "2"


class CirculationStatus(StrEnum):
    OTHER = "01"
    ON_ORDER = "02"
    AVAILABLE = "03"
    CHARGED = "04"
    CHARGED_NOT_RECALLABLE = "05"
    IN_PROCESS = "06"
    RECALLED = "07"
    WAITING_ON_HOLD_SHELF = "08"
    WAITING_TO_BE_RESHELVED = "09"
    IN_TRANSIT = "10"
    CLAIMED_RETURNED = "11"
    LOST = "12"
    MISSING = "13"


class SecurityMarker(StrEnum):
    OTHER = "00"
    NONE = "01"
    TATTLE_TAPE = "02"
    WHISPER_TAPE = "03"


class FeeType(StrEnum):
    """10 to 99 are for local use and read as other."""

    OTHER = "01"
    ADMINISTRATIVE = "02"
    DAMAGE = "03"
    OVERDUE = "04"
    PROCESSING = "05"
    RENTAL = "06"
    REPLACEMENT = "07"
    COMPUTER_ACCESS = "08"
    HOLD = "09"


class PaymentType(StrEnum):
    """03 to 99 are for local use and stay the text they are."""

    CASH = "00"
    VISA = "01"
    CREDIT_CARD = "02"


class MediaType(StrEnum):
    OTHER = "000"
    BOOK = "001"
    MAGAZINE = "002"
    BOUND_JOURNAL = "003"
    AUDIO_TAPE = "004"
    VIDEO_TAPE = "005"
    CD = "006"
    DISKETTE = "007"
    BOOK_WITH_DISKETTE = "008"
    BOOK_WITH_CD = "009"
    BOOK_WITH_AUDIO_TAPE = "010"


class HoldMode(StrEnum):
    """What 15 asks for. Another sign is none of them, and reads as None."""

    ADD = "+"
    DELETE = "-"
    CHANGE = "*"


class HoldType(StrEnum):
    """5 to 9 are reserved and read as other."""

    OTHER = "1"
    ANY_COPY_OF_TITLE = "2"
    THIS_COPY = "3"
    ANY_COPY_AT_ONE_LOCATION = "4"


class AlertType(StrEnum):
    """CV of the 2005 extensions: why an item is to be put aside."""

    UNKNOWN = "00"
    HOLD_HERE = "01"
    HOLD_ELSEWHERE = "02"
    INTERLIBRARY_LOAN = "03"
    TRANSIT = "04"
    OTHER = "99"


class Language(StrEnum):
    """Languages with a code. A message keeps whatever three characters came, `eng` too."""

    UNKNOWN = "000"
    ENGLISH = "001"
    FRENCH = "002"
    GERMAN = "003"
    ITALIAN = "004"
    DUTCH = "005"
    SWEDISH = "006"
    FINNISH = "007"
    SPANISH = "008"
    DANISH = "009"
    PORTUGUESE = "010"
    CANADIAN_FRENCH = "011"
    NORWEGIAN = "012"
    HEBREW = "013"
    JAPANESE = "014"
    RUSSIAN = "015"
    ARABIC = "016"
    POLISH = "017"
    GREEK = "018"
    CHINESE = "019"
    KOREAN = "020"
    NORTH_AMERICAN_SPANISH = "021"
    TAMIL = "022"
    MALAY = "023"
    UK_ENGLISH = "024"
    ICELANDIC = "025"
    BELGIAN = "026"
    TAIWANESE = "027"


class PatronStatus(msgspec.Struct, frozen=True, gc=False):
    """The 14 flags of a patron. The first four are denials; many clients read any flag as "blocked"."""

    charge_privileges_denied: bool = False
    renewal_privileges_denied: bool = False
    recall_privileges_denied: bool = False
    hold_privileges_denied: bool = False
    card_reported_lost: bool = False
    too_many_items_charged: bool = False
    too_many_items_overdue: bool = False
    too_many_renewals: bool = False
    too_many_claims_of_items_returned: bool = False
    too_many_items_lost: bool = False
    excessive_outstanding_fines: bool = False
    excessive_outstanding_fees: bool = False
    recall_overdue: bool = False
    too_many_items_billed: bool = False


class Summary(msgspec.Struct, frozen=True, gc=False):
    """The lists asked for in 63: the standard foresees one, clients ask for several."""

    hold_items: bool = False
    overdue_items: bool = False
    charged_items: bool = False
    fine_items: bool = False
    recall_items: bool = False
    unavailable_holds: bool = False


class SupportedMessages(msgspec.Struct, frozen=True, gc=False):
    """BX: the requests that this terminal may make, in the standard's order."""

    patron_status_request: bool = False
    checkout: bool = False
    checkin: bool = False
    block_patron: bool = False
    sc_acs_status: bool = False
    request_sc_acs_resend: bool = False
    login: bool = False
    patron_information: bool = False
    end_patron_session: bool = False
    fee_paid: bool = False
    item_information: bool = False
    item_status_update: bool = False
    patron_enable: bool = False
    hold: bool = False
    renew: bool = False
    renew_all: bool = False


# Shapes -------------------------------------------------------------------------------------------

_YES: Final = {"Y": True, "y": True, "1": True}
_YES_OR_NO: Final = {**_YES, "N": False, "n": False, "0": False}
_WRITTEN_FLAG: Final = {True: "Y", False: "N"}
_WRITTEN_OK: Final = {True: "1", False: "0"}


def _number(width: int, unknown: str) -> Shape:
    """Digits of a fixed width, capped rather than overflowing; `unknown` is what stands for None."""
    highest = 10**width - (2 if unknown.isdigit() and int(unknown) else 1)

    def read(text: str) -> int | None:
        digits = text.strip()
        return int(digits) if text != unknown and digits.isascii() and digits.isdigit() else None

    @lru_cache(1024)
    def write(value: int | None) -> str:
        return unknown if value is None else f"{min(max(value, 0), highest):0{width}}"

    return Shape(width, read, write)


def _read_ordinal(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if len(digits) <= 9 and digits.isascii() and digits.isdigit() else None


def _text(width: int) -> Shape:
    """Text of a fixed width, kept as it came and written blank-padded or cut, in ASCII."""

    @lru_cache(1024)
    def write(value: str) -> str:
        if len(value) != width or not (value.isascii() and value.isprintable()):
            value = "".join(c if " " <= c <= "~" else "?" for c in value[:width]).ljust(width)
        return value

    return Shape(width, None, write)


def _read_version(text: str) -> str | None:
    return text if text[1:2] in (".", "") else None


E_ = TypeVar("E_", bound=StrEnum)


def _code(table: type[E_], other: E_) -> Shape:
    """A closed table: a code outside it reads as its "other" member."""
    members = {member.value: member for member in table}
    return Shape(len(other), lambda text: members.get(text, other))


def _optional_code(table: type[StrEnum]) -> Shape:
    """A closed table of single characters without an "other" member: a code outside it reads as None."""
    members: Mapping[str, str] = {member.value: member for member in table}
    return Shape(1, members.get, lambda value: value or " ")


def _open_code(table: type[StrEnum], width: int) -> Shape:
    """A table with room for local codes: those stay the text they are."""
    members: Mapping[str, str] = {member.value: member for member in table}
    return Shape(width, lambda text: members.get(text, text), _text(width).write)


def _row(flags: type[msgspec.Struct], width: int, no: str) -> Shape:
    """A row of flags, one character each: set by `Y`, else written as `no`."""
    count = len(flags.__struct_fields__)

    @lru_cache(1024)
    def read(text: str) -> msgspec.Struct:
        return flags(*[character in _YES for character in text[:count]])

    @lru_cache(1024)
    def write(value: msgspec.Struct) -> str:
        return "".join("Y" if flag else no for flag in msgspec.structs.astuple(value)).ljust(width)

    return Shape(width, read, write)


def _summary() -> Shape:
    """The last column of 63, which clients make too long or short: unreadable if a field begins in it."""
    row = _row(Summary, 10, " ")
    read_row = cast("Callable[[str], Summary]", row.read)

    @lru_cache(1024)
    def read(text: str) -> Summary | None:
        return None if text.strip("YyNn ") else read_row(text)

    return Shape(10, read, row.write)


# Military letters: A to I and K to M are east of Greenwich, N to Y west; J is nobody's.
_HOURS: Final = dict(zip("ABCDEFGHIKLMNOPQRSTUVWXYZ", (*range(1, 13), *range(-1, -13, -1), 0), strict=True))
_ZONES: Final = {letter: timezone(timedelta(hours=hours)) for letter, hours in _HOURS.items()} | {"Z": UTC}
_LOCAL: Final = frozenset(("    ", "0000"))
NO_DATE: Final = " " * 18


@lru_cache(4096)
def read_date(text: str) -> datetime | None:
    """`YYYYMMDDZZZZHHMMSS`: naive for the terminal's own time, aware with a zone letter.

    None for what is no date.
    """
    digits = text[:8] + text[12:]
    if len(text) != 18 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        date = datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}")
    except ValueError:
        return None
    zone = text[8:12]
    if zone in _LOCAL:
        return date
    offset = _ZONES.get(zone.strip())
    return None if offset is None else date.replace(tzinfo=offset)


@lru_cache(4096)
def write_date(value: datetime | None) -> str:
    """The 18 characters of a date: four blanks as zone when naive, else UTC; 18 blanks for none."""
    if value is None:
        return NO_DATE
    zone = "    "
    if value.tzinfo is not None:
        zone = "   Z"
        try:
            value = value.astimezone(UTC)
        except OverflowError:  # within hours of year 1 or 9999
            return NO_DATE
    text = value.isoformat()
    return text[:10].replace("-", "") + zone + text[11:19].replace(":", "")


TEXT: Final = Shape()
FLAG: Final = Shape(1, _YES.__contains__, _WRITTEN_FLAG.__getitem__)
OK_FLAG: Final = Shape(1, _YES.__contains__, _WRITTEN_OK.__getitem__)
CHOICE: Final = Shape(1, _YES_OR_NO.get, _WRITTEN_FLAG.__getitem__)
MEDIA_FLAG: Final = _code(MediaFlag, MediaFlag.UNKNOWN)
DATE: Final = Shape(18, read_date, write_date)
SYNC_DATE: Final = Shape(18, read_date, lambda value: "0" * 18 if value is None else write_date(value))
COUNT: Final = _number(4, "    ")
PERIOD: Final = _number(3, "999")
PRINT_WIDTH: Final = _number(3, "000")
ORDINAL: Final = Shape(0, _read_ordinal, str)
SECRET: Final = Shape(0, Secret, Secret.reveal)
CHARACTER: Final = _text(1)
LANGUAGE: Final = _text(3)
CURRENCY: Final = _text(3)
VERSION: Final = Shape(4, _read_version, _text(4).write)
SC_STATUS: Final = _code(ScStatusCode, ScStatusCode.OK)
CIRCULATION_STATUS: Final = _code(CirculationStatus, CirculationStatus.OTHER)
SECURITY_MARKER: Final = _code(SecurityMarker, SecurityMarker.OTHER)
FEE_TYPE: Final = _code(FeeType, FeeType.OTHER)
PAYMENT_TYPE: Final = _open_code(PaymentType, 2)
MEDIA_TYPE: Final = _code(MediaType, MediaType.OTHER)
HOLD_MODE: Final = _optional_code(HoldMode)
HOLD_TYPE: Final = _code(HoldType, HoldType.OTHER)
ALERT_TYPE: Final = _code(AlertType, AlertType.OTHER)
PATRON_STATUS: Final = _row(PatronStatus, 14, " ")
SUMMARY: Final = _summary()
SUPPORTED_MESSAGES: Final = _row(SupportedMessages, 16, "N")

# Identified fields --------------------------------------------------------------------------------

Texts = tuple[str, ...]

AA = Annotated[str, Field("AA", "patron identifier")]
AB = Annotated[str, Field("AB", "item identifier")]
AC = Annotated[Secret, Field("AC", "terminal password", SECRET)]
AD = Annotated[Secret, Field("AD", "patron password", SECRET)]
AE = Annotated[str, Field("AE", "personal name")]
AF = Annotated[Texts, Field("AF", "screen message", repeatable=True)]
AG = Annotated[Texts, Field("AG", "print line", repeatable=True)]
AH = Annotated[str, Field("AH", "due date")]
AJ = Annotated[str, Field("AJ", "title identifier")]
AL = Annotated[str, Field("AL", "blocked card message")]
AM = Annotated[str, Field("AM", "library name")]
AN = Annotated[str, Field("AN", "terminal location")]
AO = Annotated[str, Field("AO", "institution id")]
AP = Annotated[str, Field("AP", "current location")]
AQ = Annotated[str, Field("AQ", "permanent location")]
AS = Annotated[Texts, Field("AS", "hold items", repeatable=True)]
AT = Annotated[Texts, Field("AT", "overdue items", repeatable=True)]
AU = Annotated[Texts, Field("AU", "charged items", repeatable=True)]
AV = Annotated[Texts, Field("AV", "fine items", repeatable=True)]
BD = Annotated[str, Field("BD", "home address")]
BE = Annotated[str, Field("BE", "e-mail address")]
BF = Annotated[str, Field("BF", "home phone number")]
BG = Annotated[str, Field("BG", "owner")]
BH = Annotated[str, Field("BH", "currency type", CURRENCY)]
BI = Annotated[bool, Field("BI", "cancel", CHOICE)]
BK = Annotated[str, Field("BK", "transaction id")]
BL = Annotated[bool, Field("BL", "valid patron", CHOICE)]
BM = Annotated[Texts, Field("BM", "renewed items", repeatable=True)]
BN = Annotated[Texts, Field("BN", "unrenewed items", repeatable=True)]
BO = Annotated[bool, Field("BO", "fee acknowledged", CHOICE)]
BP = Annotated[int, Field("BP", "start item", ORDINAL)]
BQ = Annotated[int, Field("BQ", "end item", ORDINAL)]
BR = Annotated[int, Field("BR", "queue position", ORDINAL)]
BS = Annotated[str, Field("BS", "pickup location")]
BT = Annotated[FeeType, Field("BT", "fee type", FEE_TYPE)]
BU = Annotated[Texts, Field("BU", "recall items", repeatable=True)]
BV = Annotated[str, Field("BV", "fee amount")]
BW = Annotated[datetime, Field("BW", "expiration date", DATE)]
BX = Annotated[SupportedMessages, Field("BX", "supported messages", SUPPORTED_MESSAGES)]
BY = Annotated[HoldType, Field("BY", "hold type", HOLD_TYPE)]
BZ = Annotated[int, Field("BZ", "hold items limit", COUNT)]
CA = Annotated[int, Field("CA", "overdue items limit", COUNT)]
CB = Annotated[int, Field("CB", "charged items limit", COUNT)]
CC = Annotated[str, Field("CC", "fee limit")]
CD = Annotated[Texts, Field("CD", "unavailable hold items", repeatable=True)]
CF = Annotated[int, Field("CF", "hold queue length", ORDINAL)]
CG = Annotated[str, Field("CG", "fee identifier")]
CH = Annotated[str, Field("CH", "item properties")]
CI = Annotated[bool, Field("CI", "security inhibit", CHOICE)]
CJ = Annotated[datetime, Field("CJ", "recall date", DATE)]
CK = Annotated[MediaType, Field("CK", "media type", MEDIA_TYPE)]
CL = Annotated[str, Field("CL", "sort bin")]
CM = Annotated[datetime, Field("CM", "hold pickup date", DATE)]
CN = Annotated[str, Field("CN", "login user id")]
CO = Annotated[Secret, Field("CO", "login password", SECRET)]
CP = Annotated[str, Field("CP", "location code")]
CQ = Annotated[bool, Field("CQ", "valid patron password", CHOICE)]

# The extensions of February 2005, sent only to terminals that are set up for them.
CR = Annotated[str, Field("CR", "collection code", extension=True)]
CS = Annotated[str, Field("CS", "call number", extension=True)]
CT = Annotated[str, Field("CT", "destination location", extension=True)]
CV = Annotated[AlertType, Field("CV", "alert type", ALERT_TYPE, extension=True)]
CY = Annotated[str, Field("CY", "hold patron id", extension=True)]
DA = Annotated[str, Field("DA", "hold patron name", extension=True)]

# EnvisionWare's cash registers. A login may hold a backslash.
OR = Annotated[str, Field("OR", "register login", extension=True)]
RN = Annotated[str, Field("RN", "check number", extension=True)]

# Extensions that no message declares: whoever sends them puts them into `extensions`, as text. One id may
# mean different things to different vendors; its name then says to whom.
_UNDECLARED: Final = {
    "BC": "birth date (Polaris)",
    "DE": "description (FSIP2)",
    "EA": "main contributor (FSIP2)",
    "FA": "amount (Polaris), fee remaining (FOLIO)",
    "FB": "fee item barcode (FOLIO)",
    "FC": "fee date (FOLIO)",
    "FD": "fee title (FOLIO)",
    "FE": "fee id (FOLIO)",
    "FF": "fee type (FOLIO)",
    "FG": "fee amount paid (FOLIO)",
    "FU": "patron group code (FOLIO)",
    "FV": "patron group description (FOLIO)",
    "IN": "ISBN (FSIP2)",
    "MA": "bib id (Voyager)",
    "MB": "ISBN (Voyager)",
    "MC": "LCCN (Voyager)",
    "NB": "other item id (FSIP2)",
    "PA": "expiry date (EnvisionWare), patron code (Polaris)",
    "PB": "birth date (EnvisionWare)",
    "PC": "patron class (EnvisionWare)",
    "PE": "patron code (Polaris)",
    "PI": "internet profile (EnvisionWare)",
    "PS": "patron code (Polaris)",
    "PX": "expiry date (Polaris)",
    "PY": "patron flag (Polaris)",
    "PZ": "postal code (Polaris)",
    **{f"S{letter}": f"custom patron field {letter} (FSIP2)" for letter in ascii_uppercase},
    **{f"U{digit}": f"user-defined field {digit} (Polaris)" for digit in range(1, 6)},
    "XA": "private field A (Symphony)",
    "XB": "private field B (Symphony)",
    "XC": "private field C (Symphony)",
    "XI": "internal patron id (Evergreen)",
}

CATALOGUE: Final[Mapping[str, Field]] = {
    mark.id: mark
    for declared in list(vars().values())
    for mark in getattr(declared, "__metadata__", ())
    if isinstance(mark, Field)
} | {id_: Field(id_, name, extension=True) for id_, name in _UNDECLARED.items()}
