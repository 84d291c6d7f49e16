"""One pasted line taken apart for human eyes, of whichever side.

Nothing is refused: what cannot be read is told in a sentence, beside whatever could be. Secrets are stars,
and so is what may be part of one.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from protocols.sip2 import fields as f
from protocols.sip2.codec import ErrorDetection, Wire, checksum, is_field_id, mended, read, text_of, trailer
from protocols.sip2.errors import Defect, RemoteError
from protocols.sip2.messages import DECLARATIONS, Declaration, Direction, Message, shown
from protocols.sip2.pasted import message_in

MASK: Final = "***"


class Verdict(StrEnum):
    """What is to be said of a line's checksum."""

    ABSENT = "absent"
    RIGHT = "right"
    WRONG = "wrong"


class DecodedField(msgspec.Struct, frozen=True):
    """A field as it stands on the wire: its id (none in the fixed part), its text, what more that means."""

    id: str
    name: str
    raw: str
    meaning: str


class Decoded(msgspec.Struct, frozen=True):
    """What is in a line.

    `message` is None if there is none to be had, and `problem` is the sentence that says why. The fields are
    in the order of the wire. `expected_checksum` is what stands, or should stand, behind AZ. `defects` are
    sentences.
    """

    code: str
    name: str
    direction: Direction | None
    message: Message | None
    sequence: str | None
    checksum: Verdict
    expected_checksum: str
    fields: tuple[DecodedField, ...]
    defects: tuple[str, ...]
    problem: str | None


def decode(line: str | bytes, wire: Wire) -> Decoded:
    """What is in this line, whatever a log has put before and behind the message. Raises nothing.

    Text, unlike bytes, has lost its charset: it is taken for the terminal's, unless its checksum tells of
    another.
    """
    body, charset = _body(line, wire)
    noticed: list[tuple[Defect, str]] = []
    content, sequence, checked, right = trailer(body, wire.delimiter, noticed)
    remarks = [] if charset == wire.charset else [f"Checksum is that of {charset}, not of {wire.charset}."]
    wire = msgspec.structs.replace(wire, charset=charset, error_detection=ErrorDetection.OFF)
    text = text_of(content, wire)
    kind = DECLARATIONS[text[:2]].message if text[:2] in DECLARATIONS else None
    message, problem = None, None
    fields: tuple[DecodedField, ...] = ()
    try:
        reading = read(content, wire)
    except RemoteError as error:
        problem = _sentence(error.defect, error.code)
    else:
        message = reading.message
        noticed += reading.defects
        declaration = DECLARATIONS[message.code]
        whole = mended(text, message.code, wire.delimiter)
        remarks += _remarks(text, whole, declaration, wire.delimiter)
        fields = (*_columns(whole, declaration), *_identified(whole, declaration, wire.delimiter))
    return Decoded(
        code=kind.code if kind else "",
        name=kind.__name__ if kind else "",
        direction=kind.direction if kind else None,
        message=message,
        sequence=sequence,
        checksum=(Verdict.RIGHT if right else Verdict.WRONG) if checked else Verdict.ABSENT,
        expected_checksum=_expected(body, content, wire.delimiter),
        fields=fields,
        defects=(*(_sentence(defect, field) for defect, field in noticed), *remarks),
        problem=problem,
    )


def _body(line: str | bytes, wire: Wire) -> tuple[bytes, str]:
    """The message's bytes, and the charset in which they are, or make their checksum right."""
    if isinstance(line, bytes):
        return message_in(line.decode("latin-1"), wire).encode("latin-1"), wire.charset
    text = message_in(line, wire)
    for charset in (wire.charset, wire.fallback_charset, "utf-8", "latin-1"):
        body = text.encode(charset, "replace")
        _, _, checked, right = trailer(body, wire.delimiter, [])
        if checked and right:
            return body, charset
    return text.encode(wire.charset, "replace"), wire.charset


def _expected(body: bytes, content: bytes, delimiter: str) -> str:
    behind = body[len(content) :].rstrip(delimiter.encode() + b" ")
    return checksum(content + behind.partition(b"AZ")[0] + b"AZ").decode()


def _sentence(defect: Defect, what: str) -> str:
    name = f"{what} {f.CATALOGUE[what].name}" if what in f.CATALOGUE else what
    return f"{defect.value[:1].upper()}{defect.value[1:]}{': ' if name else ''}{name}."


def _remarks(text: str, whole: str, declaration: Declaration, delimiter: str) -> Iterator[str]:
    """What the codec forgives without a word."""
    fields = whole[declaration.fixed_length :]
    if whole != text:
        yield "Fixed part is not of its length, and was made so."
    if fields.startswith(delimiter) or 2 * delimiter in fields:
        yield "Delimiter without a field before it."
    if fields and not fields.endswith(delimiter):
        yield "Last field without a delimiter behind it."


# A column that cannot be read, but holds what might have been a date or a number, and no part of a field.
_HARMLESS: Final = re.compile(r"[0-9 ]*[A-Z]?[0-9 ]*")


def _columns(text: str, declaration: Declaration) -> Iterator[DecodedField]:
    """The fixed part; from a column on that has nothing of its kind in it, all may be part of a secret."""
    masked = False
    for position in declaration.positions:
        raw, read_column = text[position.start : position.stop], position.shape.read
        value = read_column(raw) if read_column else raw
        masked = masked or (value is None and len(raw) > 1 and not _HARMLESS.fullmatch(raw))
        name = position.attribute.replace("_", " ")
        yield DecodedField("", name, MASK, "") if masked else _field("", name, raw, shown(value))


def _identified(text: str, declaration: Declaration, delimiter: str) -> Iterator[DecodedField]:
    """The fields behind the fixed part; a value that holds a delimiter goes on in what looks like a field."""
    declared = {slot.field.id: slot.field for slot in declaration.slots}
    secret = False
    for part in text[declaration.fixed_length :].split(delimiter):
        id_, raw = part[:2], part[2:]
        known = declared.get(id_) or f.CATALOGUE.get(id_)
        secret = (known is not None and known.shape is f.SECRET) or (secret and id_ not in declared)
        if not part:
            continue
        if known is not None:
            meaning = shown(known.shape.read(raw)) if known.shape.read else raw
            yield DecodedField(id_, known.name, MASK, "") if secret else _field(id_, known.name, raw, meaning)
        elif secret:
            yield DecodedField("", "what may belong to the secret before it", MASK, "")
        elif is_field_id(id_):
            yield DecodedField(id_, "extension", raw, "")
        else:
            yield DecodedField("", "text that is no field", part, "")


def _field(id_: str, name: str, raw: str, meaning: str) -> DecodedField:
    return DecodedField(id_, name, raw, "" if meaning == raw else meaning)
