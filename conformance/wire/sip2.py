"""SIP2 2.00 lines as this kit writes and reads them; the rule: an answer is described, never repaired.

It shares no code with any server, because a codec must not mark its own work. Characters stand for bytes one
to one (Latin-1), so a wrong byte stays visible whatever character set the server speaks.
"""

import re
from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

DIGITS = 10
WIDEST_VALUE = 255
_YES_NO = "[YN]"
_DATE = r"\d{8}(?: {4}| {3}[A-IK-Z])\d{6}"  # J is no zone letter
_COUNT = r"\d{4}| {4}"


class Part(Struct, frozen=True):
    """One fixed field of an answer: its name, its length, and what may stand there."""

    name: str
    length: int
    pattern: str


class Shape(Struct, frozen=True):
    """What an answer must hold: its fixed fields in order, then the fields that may not be missing."""

    fixed: tuple[Part, ...] = ()
    required: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """How far the fixed part reaches, the two digits of the code included."""
        return 2 + sum(part.length for part in self.fixed)


_LOAN = (
    Part("ok", 1, "[01]"),
    Part("renewal ok", 1, _YES_NO),
    Part("magnetic media", 1, "[YNU]"),
    Part("desensitize", 1, "[YNU]"),
    Part("transaction date", 18, _DATE),
)
_PATRON = (
    Part("patron status", 14, "[Y ]{14}"),
    Part("language", 3, ".{3}"),
    Part("transaction date", 18, _DATE),
)
_COUNTS = ("hold", "overdue", "charged", "fine", "recall", "unavailable hold")

ANSWERS = {
    "10": Shape(
        (
            Part("ok", 1, "[01]"),
            Part("resensitize", 1, _YES_NO),
            Part("magnetic media", 1, "[YNU]"),
            Part("alert", 1, _YES_NO),
            Part("transaction date", 18, _DATE),
        ),
        ("AO", "AB", "AQ"),
    ),
    "12": Shape(_LOAN, ("AO", "AA", "AB", "AJ", "AH")),
    "16": Shape(
        (Part("ok", 1, "[01]"), Part("available", 1, _YES_NO), Part("transaction date", 18, _DATE)),
        ("AO", "AA"),
    ),
    "18": Shape(
        (
            Part("circulation status", 2, r"0[1-9]|1[0-3]"),
            Part("security marker", 2, r"0[0-3]"),
            Part("fee type", 2, r"0[1-9]|[1-9]\d"),
            Part("transaction date", 18, _DATE),
        ),
        ("AB", "AJ"),
    ),
    "20": Shape((Part("ok", 1, "[01]"), Part("transaction date", 18, _DATE)), ("AB",)),
    "24": Shape(_PATRON, ("AO", "AA", "AE")),
    "26": Shape(_PATRON, ("AO", "AA", "AE")),
    "30": Shape(_LOAN, ("AO", "AA", "AB", "AJ", "AH")),
    "36": Shape((Part("end session", 1, _YES_NO), Part("transaction date", 18, _DATE)), ("AO", "AA")),
    "38": Shape((Part("payment accepted", 1, _YES_NO), Part("transaction date", 18, _DATE)), ("AO", "AA")),
    "64": Shape((*_PATRON, *(Part(name, 4, _COUNT) for name in _COUNTS)), ("AO", "AA", "AE")),
    "66": Shape(
        (
            Part("ok", 1, "[01]"),
            Part("renewed", 4, r"\d{4}"),
            Part("unrenewed", 4, r"\d{4}"),
            Part("transaction date", 18, _DATE),
        ),
        ("AO",),
    ),
    "94": Shape((Part("ok", 1, "[01]"),)),
    "96": Shape(),
    "98": Shape(
        (
            Part("online", 1, _YES_NO),
            Part("checkin ok", 1, _YES_NO),
            Part("checkout ok", 1, _YES_NO),
            Part("renewal policy", 1, _YES_NO),
            Part("status update ok", 1, _YES_NO),
            Part("offline ok", 1, _YES_NO),
            Part("timeout", 3, r"\d{3}"),
            Part("retries", 3, r"\d{3}"),
            Part("date/time sync", 18, rf"{_DATE}|0{{18}}"),
            Part("protocol version", 4, r"\d\.\d\d"),
        ),
        ("AO", "BX"),
    ),
}

_ASKED_DATE = r"\d{8}(?: {4}| {3}[A-IK-Z]|0000)\d{6}"
_MOMENT = Part("transaction date", 18, _ASKED_DATE)
_NO_BLOCK = Part("no block", 1, _YES_NO)
_NB_DUE = Part("nb due date", 18, rf"{_ASKED_DATE}| {{18}}|0{{18}}")
_LANGUAGE = Part("language", 3, r"\d{3}")

REQUESTS = {
    "01": Shape((Part("card retained", 1, _YES_NO), _MOMENT), ("AO", "AL", "AA", "AC")),
    "09": Shape((_NO_BLOCK, _MOMENT, Part("return date", 18, _ASKED_DATE)), ("AP", "AO", "AB", "AC")),
    "11": Shape(
        (Part("SC renewal policy", 1, _YES_NO), _NO_BLOCK, _MOMENT, _NB_DUE), ("AO", "AA", "AB", "AC")
    ),
    "15": Shape((Part("hold mode", 1, "[-+*]"), _MOMENT), ("AO", "AA")),
    "17": Shape((_MOMENT,), ("AO", "AB")),
    "19": Shape((_MOMENT,), ("AO", "AB", "CH")),
    "23": Shape((_LANGUAGE, _MOMENT), ("AO", "AA", "AC", "AD")),
    "25": Shape((_MOMENT,), ("AO", "AA")),
    "29": Shape((Part("third party allowed", 1, _YES_NO), _NO_BLOCK, _MOMENT, _NB_DUE), ("AO", "AA")),
    "35": Shape((_MOMENT,), ("AO", "AA")),
    "37": Shape(
        (
            _MOMENT,
            Part("fee type", 2, r"0[1-9]|[1-9]\d"),
            Part("payment type", 2, r"\d\d"),
            Part("currency", 3, "[A-Z]{3}"),
        ),
        ("BV", "AO", "AA"),
    ),
    "63": Shape((_LANGUAGE, _MOMENT, Part("summary", 10, "[Y ]{10}")), ("AO", "AA")),
    "65": Shape((_MOMENT,), ("AO", "AA")),
    "93": Shape((Part("UID algorithm", 1, "."), Part("PWD algorithm", 1, ".")), ("CN", "CO")),
    "97": Shape(),
    "99": Shape(
        (
            Part("status", 1, "[012]"),
            Part("print width", 3, r"\d{3}"),
            Part("protocol version", 4, r"\d\.\d\d"),
        )
    ),
}

# The order of the flags in BX, by the request each of them stands for.
SUPPORTED_ORDER = (
    "23",
    "11",
    "09",
    "01",
    "99",
    "97",
    "93",
    "63",
    "35",
    "37",
    "17",
    "19",
    "25",
    "15",
    "29",
    "65",
)

_TRAILER = re.compile(r"(?:AY(?P<sequence>.))?(?:AZ(?P<checksum>[^|]{0,4}))?$", re.DOTALL)
_CONTROL = re.compile("[\x00-\x1f\x7f]")


class Detection(Enum):
    """Which of the two error detection fields a message carries."""

    FULL = "AY and AZ"
    SUM_ONLY = "AZ"
    DIGIT_ONLY = "AY"
    NONE = "neither"


class UnreadableError(ValueError):
    """An answer whose fixed part cannot be found; the text says why."""


class Answer(Struct, frozen=True):
    """One message as it came: `raw` without its terminator `ending`, and the rest cut out of `raw`.

    Answers are what this kit mostly reads; where it plays the server, a request is read the same way.
    """

    raw: bytes
    ending: bytes
    code: str
    fixed: dict[str, str]
    body: str
    sequence: str | None
    checksum: str | None

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Every identified field in the order sent."""
        return tuple((piece[:2], piece[2:]) for piece in self.body.split("|") if piece)

    def every(self, name: str) -> tuple[str, ...]:
        """Return the values of every field called `name`."""
        return tuple(value for field, value in self.fields if field == name)

    def first(self, name: str) -> str | None:
        """Return the value of the first field called `name`; None if there is none, "" if it is empty."""
        return next(iter(self.every(name)), None)

    @property
    def sum_is_right(self) -> bool:
        """Whether the bytes through AZ and the four digits after it add up to nothing (modulo 65536)."""
        if self.checksum is None or not re.fullmatch("[0-9A-Fa-f]{4}", self.checksum):
            return False
        return (sum(self.raw[:-4]) + int(self.checksum, 16)) & 0xFFFF == 0

    def faults(self) -> tuple[str, ...]:
        """Return everything in which this message departs from the layout of its code."""
        shape = ANSWERS.get(self.code) or REQUESTS[self.code]
        found = [
            f"{part.name} is {self.fixed[part.name]!r}"
            for part in shape.fixed
            if not re.fullmatch(part.pattern, self.fixed[part.name])
        ]
        names = {name for name, _ in self.fields}
        found += [f"{name} is missing" for name in shape.required if name not in names]
        found += [
            f"{name!r} is no field id" for name in sorted(names) if not re.fullmatch("[A-Z][A-Z0-9]", name)
        ]
        found += [
            f"{name} is {_characters(value)} characters long"
            for name, value in self.fields
            if _characters(value) > WIDEST_VALUE
        ]
        if self.body and not self.body.endswith("|"):
            found.append("the last field lacks its delimiter")
        if "||" in self.body or self.body.startswith("|"):
            found.append("a delimiter stands without a field")
        if self.sequence is not None and self.sequence not in "0123456789":
            found.append(f"AY is {self.sequence!r}")
        if self.checksum is not None and not (self.sum_is_right and self.checksum == self.checksum.upper()):
            found.append(f"AZ is {self.checksum!r}")
        if _CONTROL.search(self.raw.decode("latin-1")):
            found.append("a control character is inside")
        return tuple(found)


def checksum(through_az: bytes) -> bytes:
    """Return the four digits that belong after `through_az`, which ends with the letters AZ (3M 2.00, AZ)."""
    return b"%04X" % (-sum(through_az) & 0xFFFF)


def seal(body: bytes, sequence: int, detection: Detection = Detection.FULL) -> bytes:
    """Return `body` with the error detection fields that `detection` asks for, without a terminator."""
    if detection in (Detection.FULL, Detection.DIGIT_ONLY):
        body += b"AY%d" % sequence
    if detection in (Detection.FULL, Detection.SUM_ONLY):
        body += b"AZ"
        body += checksum(body)
    return body


def _characters(value: str) -> int:
    """How many characters a value has, whose bytes were read one by one: UTF-8 has fewer than bytes."""
    try:
        return len(value.encode("latin-1").decode("utf-8"))
    except UnicodeDecodeError:
        return len(value)


def read(raw: bytes, ending: bytes = b"\r") -> Answer:
    """Cut one answer into its parts.

    Raises UnreadableError if its code is no answer this kit asks for, or the fixed part is cut short.
    """
    return _cut(raw, ending, ANSWERS, "an answer")


def read_request(raw: bytes, ending: bytes = b"\r") -> Answer:
    """Cut one request into its parts, as `read` does an answer. Raises UnreadableError."""
    return _cut(raw, ending, REQUESTS, "a request")


def _cut(raw: bytes, ending: bytes, shapes: Mapping[str, Shape], kind: str) -> Answer:
    text = raw.decode("latin-1")
    code = text[:2]
    if code not in shapes:
        raise UnreadableError(f"{code!r} is not the code of {kind}")
    shape = shapes[code]
    if len(text) < shape.length:
        raise UnreadableError(
            f"{code} is {len(text)} characters long and its fixed part alone takes {shape.length}"
        )
    fixed, at = {}, 2
    for part in shape.fixed:
        fixed[part.name] = text[at : at + part.length]
        at += part.length
    rest = text[at:]
    trailer = _TRAILER.search(rest)
    cut = len(rest) if trailer is None else trailer.start()
    return Answer(
        raw=raw,
        ending=ending,
        code=code,
        fixed=fixed,
        body=rest[:cut],
        sequence=None if trailer is None else trailer["sequence"],
        checksum=None if trailer is None else trailer["checksum"],
    )
