"""Who broke the standard, and what is to be done about it.

A `RemoteError` is the peer's doing and carries its remedy; a `LocalError` is ours. Neither ever quotes what
the peer sent, because that may hold a password.
"""

from enum import StrEnum


class Defect(StrEnum):
    """What a peer can do wrong and still be served, or be told to send again, or be left."""

    AHEAD = "more sent ahead than is buffered"
    CHECKSUM_MISSING = "checksum required and missing"
    CHECKSUM_WRONG = "checksum wrong"
    DUPLICATE_FIELD = "field given twice"
    FIELD_TOO_LONG = "field too long"
    MISSING_FIELD = "required field missing"
    NOT_SIP2 = "not SIP2"
    REPEATED = "request repeated"
    RESEND_REFUSED = "96 in answer to 97, or once too often"
    RESEND_TOO_OFTEN = "resend asked for too often"
    RESEND_UNANSWERED = "resend asked for while the answer is being made"
    SEQUENCE_JUMP = "sequence number is not the next"
    SEQUENCE_MALFORMED = "sequence number is not one digit"
    SEQUENCE_WITHOUT_CHECKSUM = "sequence number without checksum"
    SEQUENCE_WRONG = "answer to another sequence number"
    STRAY_TEXT = "text that is no field"
    TOO_LONG = "message too long"
    TOO_MANY_FIELDS = "too many fields"
    TRUNCATED = "fixed part cut short"
    UNKNOWN_CODE = "message unknown"
    UNSOLICITED = "answer to no request"
    WRONG_DIRECTION = "message of the other side"


class Remedy(StrEnum):
    """What the standard, or the default budget, has in store for a message that cannot be taken."""

    RESEND = "ask for it again"
    IGNORE = "say nothing"
    CLOSE = "close"


class RemoteError(Exception):
    """The peer broke the standard: how, and what to do.

    `code` is the message's, if it has one; `checked` tells whether an answer should carry a checksum.
    """

    def __init__(self, defect: Defect, remedy: Remedy, code: str = "") -> None:
        super().__init__(defect.value)
        self.defect = defect
        self.remedy = remedy
        self.code = code
        self.checked = defect in (Defect.CHECKSUM_WRONG, Defect.CHECKSUM_MISSING)


class LocalError(Exception):
    """We broke the standard, or were set up against it: a mistake in the calling code or in the settings."""
