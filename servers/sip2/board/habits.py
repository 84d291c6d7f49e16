"""What a machine does in its own way, learned from what it sends, and what its profile could say of it.

The rule it keeps: nothing that is sent is kept, only counted. The first messages are all looked at, of later
ones every sixteenth: habits are few and soon seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct

from protocols.sip2 import messages as m
from protocols.sip2.connection import Request
from protocols.sip2.errors import Defect
from servers.configuration.settings import ErrorDetection, NoBlock, Terminator

LOOKED_AT_ALL: Final = 64
THEN_EVERY: Final = 16
ENOUGH: Final = 10
"""How often something is seen before it is called a habit."""

SKEWED: Final = 60.0
HALF_AN_HOUR: Final = 1800.0
"""Seconds by which a clock is wrong, and by which a time zone may be."""

_ENDS: Final = ((b"\r\n", Terminator.CRLF), (b"\r", Terminator.CR), (b"\n", Terminator.LF))
_SHOWN: Final = {Terminator.CRLF: "CR LF", Terminator.CR: "CR", Terminator.LF: "LF"}
_SUMMARY: Final = slice(23, 33)
_RESERVED: Final = slice(29, 33)
"""Where in a 63 the ten signs stand that ask for lists, and where those that ask for nothing (3M SIP2)."""


class Quirk(Struct, frozen=True):
    """A habit in words, and the key of a profile that provides for it, with its value; empty: none does."""

    words: str
    key: str = ""
    value: str = ""


class Habits:
    """What was seen of one terminal. ``skew`` is how many seconds its clock was ahead at last."""

    __slots__ = (
        "_checked",
        "_eight_bit",
        "_ends",
        "_lists_at_once",
        "_looked",
        "_may_block",
        "_no_block",
        "_no_lists",
        "_undelimited",
        "_utc",
        "_utf8",
        "defects",
        "skew",
        "status_first",
    )

    def __init__(self) -> None:
        self.defects: Counter[Defect] = Counter()
        self.skew: float | None = None
        self.status_first = 0
        self._looked = self._checked = 0
        self._utf8 = self._eight_bit = 0
        self._undelimited = self._utc = 0
        self._lists_at_once = self._no_lists = 0
        self._may_block = self._no_block = 0
        self._ends: Counter[Terminator] = Counter()

    def ended(self, data: bytes) -> None:
        """Note what ends the bytes that came, if a message ends there."""
        for end, terminator in _ENDS:
            if data.endswith(end):
                self._ends[terminator] += 1
                return

    def look(self, request: Request, delimiter: bytes, local_now: datetime) -> None:
        """Note how a request is written; ``local_now`` is what a right clock shows there, without a zone."""
        raw, message = request.raw, request.message
        self._looked += 1
        self._checked += request.checked
        if not raw.isascii():
            self._note_charset(raw)
        body = raw[: raw.rfind(b"AY")] if request.sequence is not None else raw
        self._undelimited += delimiter in body and not body.endswith(delimiter)
        no_block = getattr(message, "no_block", None)
        if no_block is not None:
            self._may_block += 1
            self._no_block += no_block
        date = getattr(message, "transaction_date", None)
        if isinstance(date, datetime) and not no_block:
            self._note_date(date, local_now)
        if isinstance(message, m.PatronInformation):
            self._lists_at_once += raw[_SUMMARY].count(b"Y") > 1
            self._no_lists += b"Y" in raw[_RESERVED]

    def quirks(self) -> Iterator[Quirk]:
        """What is out of the ordinary."""
        yield from self._of_ends()
        yield from self._of_checksums()
        yield from self._of_charset()
        yield from self._of_clock()
        if self._undelimited >= ENOUGH:
            yield Quirk("leaves out the delimiter after the last field")
        if self.status_first:
            yield Quirk("sends a status message (99) before it logs in")
        if self._lists_at_once:
            yield Quirk("asks for several lists at once (63)")
        if self._no_lists:
            yield Quirk("asks for lists that SIP2 does not have (63)")
        if self._may_block >= ENOUGH and self._no_block == self._may_block:
            yield Quirk('says "no block" with everything it does', "no_block", NoBlock.LATE)
        for defect, count in sorted(self.defects.items()):
            if count >= ENOUGH:
                yield Quirk(f"{count} times: {defect.value}")

    def _note_charset(self, raw: bytes) -> None:
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            self._eight_bit += 1
        else:
            self._utf8 += 1

    def _note_date(self, date: datetime, local_now: datetime) -> None:
        if date.tzinfo is None:
            self.skew = (date - local_now).total_seconds()
        else:
            self._utc += 1

    def _of_ends(self) -> Iterator[Quirk]:
        if len(self._ends) > 1:
            ends = " and ".join(_SHOWN[end] for end in sorted(self._ends))
            yield Quirk(f"ends its messages with {ends} by turns", "terminator", Terminator.MIRROR)
        elif self._ends and Terminator.CR not in self._ends:
            (end,) = self._ends
            yield Quirk(f"ends its messages with {_SHOWN[end]}", "terminator", end)

    def _of_checksums(self) -> Iterator[Quirk]:
        wrong = self.defects[Defect.CHECKSUM_WRONG]
        if wrong >= ENOUGH and wrong * 2 > self._looked:
            yield Quirk("sends wrong checksums", "error_detection", ErrorDetection.OFF)
        elif self._looked >= ENOUGH and not self._checked:
            yield Quirk("sends no checksums", "error_detection", ErrorDetection.AUTO)
        elif 0 < self._checked < self._looked:
            yield Quirk("sends checksums with some messages", "error_detection", ErrorDetection.AUTO)

    def _of_charset(self) -> Iterator[Quirk]:
        if self._utf8 and self._eight_bit:
            yield Quirk("writes UTF-8 and something else by turns", "charset", "utf-8")
        elif self._eight_bit:
            yield Quirk("does not write UTF-8, but Latin-1 or a code page", "charset", "latin-1")
        elif self._utf8:
            yield Quirk("writes UTF-8", "charset", "utf-8")

    def _of_clock(self) -> Iterator[Quirk]:
        if self._utc:
            yield Quirk("dates its messages in UTC")
        if self.skew is None or abs(self.skew) < SKEWED:
            return
        how = "ahead" if self.skew > 0 else "behind"
        off = abs(self.skew) % HALF_AN_HOUR
        zone = abs(self.skew) > HALF_AN_HOUR - SKEWED and min(off, HALF_AN_HOUR - off) < SKEWED
        whose = ", as if it stood in another time zone" if zone else ""
        yield Quirk(f"has a clock that is {abs(self.skew):.0f} s {how}{whose}")
