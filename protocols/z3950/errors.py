"""Who broke the standard, and where.

A `RemoteError` is the peer's doing; a `LocalError` is ours. Neither ever quotes what the peer sent, because
that may hold a password.
"""

from enum import StrEnum


class Defect(StrEnum):
    """What a peer can do wrong in its bytes."""

    BAD_IDENTIFIER = "identifier octets that BER does not have, or too many of them"
    BAD_LENGTH = "length that BER does not have here"
    BAD_VALUE = "contents that its type does not have"
    MISSING = "required element missing"
    NOT_AN_APDU = "not an APDU"
    NO_COMMON_VERSION = "no version in common"
    NOT_THE_END = "more after the end"
    OUT_OF_ORDER = "element out of order, or given twice"
    OUT_OF_PLACE = "not the APDU's time, or not the sender's to send"
    OVERRUN = "element longer than what holds it"
    TOO_DEEP = "nested too deeply"
    TOO_LONG = "APDU too long"
    TOO_MANY_ELEMENTS = "too many elements"
    TOO_MANY_OPERANDS = "too many operands"
    UNKNOWN_CHOICE = "alternative unknown"


class RemoteError(Exception):
    """The peer broke the standard: how, and in which field (`searchRequest.query.rpn`)."""

    def __init__(self, defect: Defect, place: str = "") -> None:
        super().__init__(defect, place)
        self.defect = defect
        self.place = place

    def within(self, place: str) -> "RemoteError":
        """The same, seen from further out."""
        self.place = f"{place}.{self.place}" if self.place else place
        return self

    def __str__(self) -> str:
        return f"{self.place}: {self.defect}" if self.place else self.defect.value


class LocalError(Exception):
    """We broke the standard, or were set up against it: a mistake in the calling code."""
