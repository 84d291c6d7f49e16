"""One SIP2 message between bytes and struct, as a terminal's settings (`Wire`) have it.

The checksum is taken over the bytes as they came, before anything is decoded. Reading forgives what real
terminals send and says so in `Reading.defects`; writing forgives nothing: whatever a value holds, the message
keeps its form.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, Final
from zlib import adler32

import msgspec

from protocols.sip2 import compiled
from protocols.sip2.errors import Defect, LocalError, Remedy, RemoteError
from protocols.sip2.framing import Terminator
from protocols.sip2.messages import DECLARATIONS, Declaration, Direction, Message, Slot

MOST_FIELDS: Final = 256
LONGEST_FIELD: Final = 4096


class ErrorDetection(StrEnum):
    """Whether messages carry AY and AZ: as the terminal does it, never, or always."""

    AUTO = "auto"
    OFF = "off"
    REQUIRED = "required"


class LimitUnit(StrEnum):
    """What the 255 of the standard counts. Bytes are safer for a multi-byte charset."""

    CHARACTERS = "characters"
    BYTES = "bytes"


# Charsets of Python that take plain ASCII for markup, or write control bytes.
_NO_CHARSETS: Final = frozenset(
    ("unicode_escape", "raw-unicode-escape", "raw_unicode_escape", "hz", "idna", "punycode")
)
_PRINTABLE_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))


class Wire(msgspec.Struct, frozen=True):
    """How one terminal writes SIP2. Settings that cannot work raise `LocalError`.

    Reading tries `charset`, then `fallback_charset`, then Latin-1, which never fails. `replacement` takes the
    place of a delimiter or control character inside a value. `screen_width` and `print_width` are how many
    characters a line of AF and of AG may have, 0 for as many as the field limit lets through.
    """

    charset: str = "cp850"
    fallback_charset: str = "cp1252"
    delimiter: str = "|"
    terminator: Terminator = Terminator.CR
    error_detection: ErrorDetection = ErrorDetection.AUTO
    field_limit: int = 255
    field_limit_unit: LimitUnit = LimitUnit.CHARACTERS
    replacement: str = " "
    screen_width: int = 0
    print_width: int = 0

    def __post_init__(self) -> None:
        for charset in (self.charset, self.fallback_charset):
            if not _is_ascii_compatible(charset):
                raise LocalError(f"charset {charset!r} cannot carry SIP2")
        if self.delimiter not in _PRINTABLE_ASCII[1:] or len(self.delimiter) != 1 or self.delimiter.isalnum():
            raise LocalError("the delimiter is one printable ASCII character, no blank, letter or digit")
        if (
            self.replacement not in _PRINTABLE_ASCII
            or len(self.replacement) != 1
            or self.replacement == self.delimiter
        ):
            raise LocalError("the replacement is one printable ASCII character other than the delimiter")
        if self.field_limit < 16:
            raise LocalError("the field limit is at least 16")
        if self.screen_width < 0 or self.print_width < 0:
            raise LocalError("a line is no shorter than 0 characters, which stands for any length")


def _is_ascii_compatible(charset: str) -> bool:
    try:
        if codecs.lookup(charset).name.startswith("iso2022") or codecs.lookup(charset).name in _NO_CHARSETS:
            return False
        return _PRINTABLE_ASCII.encode(charset).decode(charset).encode("ascii") == _PRINTABLE_ASCII.encode(
            charset
        )
    except (LookupError, ValueError):
        return False


class Reading(msgspec.Struct, frozen=True, gc=False):
    """A message with its AY digit, whether a right AZ followed, and what was forgiven."""

    message: Message
    sequence: str | None
    checked: bool
    defects: Sequence[tuple[Defect, str]]


# Reading ------------------------------------------------------------------------------------------


class _Reader(msgspec.Struct, frozen=True):
    """A declaration made ready for reading: places are those in the message's struct."""

    message: type[Message]
    positions: tuple[tuple[int, int, Callable[[str], Any] | None], ...]
    fixed_length: int
    slots: dict[str, tuple[int, Callable[[str], Any] | None, bool]]
    absent: tuple[Any, ...]
    required: tuple[tuple[int, str, Any], ...]
    is_request: bool


def _reader(declaration: Declaration) -> _Reader:
    slots = list(enumerate(declaration.slots, len(declaration.positions)))
    return _Reader(
        message=declaration.message,
        positions=tuple((p.start, p.stop, p.shape.read) for p in declaration.positions),
        fixed_length=declaration.fixed_length,
        slots={slot.field.id: (place, slot.field.shape.read, slot.field.repeatable) for place, slot in slots},
        absent=tuple(() if slot.field.repeatable else None for _, slot in slots),
        required=tuple((place, slot.field.id, _when_missing(slot)) for place, slot in slots if slot.required),
        is_request=declaration.message.direction is Direction.TO_ACS,
    )


def _when_missing(slot: Slot) -> Any:
    if slot.nullable:
        return None
    return slot.field.shape.read("") if slot.field.shape.read else ""


_READERS: Final = {code: _reader(declaration) for code, declaration in DECLARATIONS.items()}


@cache
def _exact_readers(delimiter: str) -> dict[str, compiled.Read]:
    """What reads requests, which come by the thousand, when there is nothing to forgive."""
    return {
        code: compiled.reader(declaration, delimiter)
        for code, declaration in DECLARATIONS.items()
        if declaration.message.direction is Direction.TO_ACS
    }


_OFF: Final = ErrorDetection.OFF  # at hand, for a member of an enum takes long to look up
_REQUIRED: Final = ErrorDetection.REQUIRED
_USUAL_TRAILERS: Final = {b"AY%dAZ" % digit: str(digit) for digit in range(10)}
_ADLER_IS_A_SUM: Final = 256


def checksum(data: bytes) -> bytes:
    """The four digits that follow `AZ`, for the bytes up to and including `AZ`."""
    # The lower half of Adler-32 is one more than the sum of the bytes, as long as that stays below 65521.
    if len(data) <= _ADLER_IS_A_SUM or (len(data) <= 2 * _ADLER_IS_A_SUM and data.isascii()):
        return b"%04X" % (1 - adler32(data) & 0xFFFF)
    pieces = range(0, len(data), _ADLER_IS_A_SUM)
    total = sum(adler32(data[start : start + _ADLER_IS_A_SUM]) - 1 for start in pieces)
    return b"%04X" % (-total & 0xFFFF)


def parse(body: bytes, wire: Wire) -> Message:
    """The message in these bytes, which hold no terminator; `RemoteError` if there is none."""
    return read(body, wire).message


def read(body: bytes, wire: Wire) -> Reading:
    """The message in these bytes with what came around it; `RemoteError` if there is none to be had."""
    defects: list[tuple[Defect, str]] = []
    sequence = _USUAL_TRAILERS.get(body[-9:-4])
    if sequence is not None:
        content, checked = body[:-9], True
        right = checksum(body[:-4]) == body[-4:].upper()
    elif b"AY" in body or b"AZ" in body:
        content, sequence, checked, right = trailer(body, wire.delimiter, defects)
    else:
        content, checked, right = body, False, True
    if wire.error_detection is _OFF:
        sequence, checked = None, False
        defects.clear()
    elif not right:
        raise RemoteError(Defect.CHECKSUM_WRONG, Remedy.RESEND, _code(body))
    elif not checked and wire.error_detection is _REQUIRED:
        raise RemoteError(Defect.CHECKSUM_MISSING, Remedy.RESEND, _code(body))
    text = content.decode() if content.isascii() else text_of(content, wire)
    exact = _exact_readers(wire.delimiter).get(text[:2])
    if exact and len(text) <= LONGEST_FIELD and (message := exact(text)) is not None:
        return Reading(message, sequence, checked, defects)
    reader = _READERS.get(text[:2])
    if reader is None:
        code = _code(body)
        raise RemoteError(Defect.UNKNOWN_CODE if code else Defect.NOT_SIP2, Remedy.IGNORE, code)
    try:
        message = _message(text, reader, wire.delimiter, defects)
    except RemoteError as error:
        error.checked = checked
        raise
    return Reading(message, sequence, checked, defects)


def _message(text: str, reader: _Reader, delimiter: str, defects: list[tuple[Defect, str]]) -> Message:
    slots, end = reader.slots, reader.fixed_length
    text = _mended(text, reader, delimiter)
    values = [read(text[start:stop]) if read else text[start:stop] for start, stop, read in reader.positions]
    if values and values[-1] is None and (last := reader.positions[-1][2]):
        values[-1] = last("")
    parts = text[end:].split(delimiter)
    if reader.is_request and (len(parts) > MOST_FIELDS or len(text) > LONGEST_FIELD):
        _check_limits(parts, reader.message.code)
    values += reader.absent
    extensions: list[tuple[str, str]] = []
    repeated: dict[int, list[str]] = {}
    for part in parts:
        slot = slots.get(part[:2])
        if slot is None:
            if part:
                _keep_unknown(part, extensions, defects)
            continue
        place, read, repeatable = slot
        if repeatable:
            repeated.setdefault(place, []).append(part[2:])
        elif values[place] is None:
            values[place] = read(part[2:]) if read else part[2:]
        else:
            defects.append((Defect.DUPLICATE_FIELD, part[:2]))
    for place, lines in repeated.items():
        values[place] = tuple(lines)
    for place, id_, missing in reader.required:
        if values[place] is None:
            values[place] = missing
            defects.append((Defect.MISSING_FIELD, id_))
    return reader.message(*values, extensions=tuple(extensions)) if extensions else reader.message(*values)


def _keep_unknown(part: str, extensions: list[tuple[str, str]], defects: list[tuple[Defect, str]]) -> None:
    if is_field_id(part[:2]):
        extensions.append((part[:2], part[2:]))
    else:
        defects.append((Defect.STRAY_TEXT, ""))


def is_field_id(id_: str) -> bool:
    """Whether a field may be called this: two ASCII letters or digits, and neither AY nor AZ."""
    return len(id_) == 2 and id_.isascii() and id_.isalnum() and id_ not in ("AY", "AZ")


def _check_limits(parts: list[str], code: str) -> None:
    if len(parts) > MOST_FIELDS:
        raise RemoteError(Defect.TOO_MANY_FIELDS, Remedy.RESEND, code)
    if max(map(len, parts)) > LONGEST_FIELD + 2:
        raise RemoteError(Defect.FIELD_TOO_LONG, Remedy.RESEND, code)


_ODD_SC_STATUS: Final = re.compile(r"99(.)([0-9]*)([0-9]\.[0-9].)")


def mended(text: str, code: str, delimiter: str) -> str:
    """The text of a message with a fixed part as long as its declaration has it.

    The last column takes what is missing or too much (a summary of any length, a due date that is not there),
    up to the first field that the message knows. In 99 it is the print width. Raises `RemoteError` if the
    fixed part is cut short.
    """
    return _mended(text, _READERS[code], delimiter)


def _mended(text: str, reader: _Reader, delimiter: str) -> str:
    if _is_well_cut(text, reader, delimiter):
        return text
    end = reader.fixed_length
    if odd := _ODD_SC_STATUS.match(text):
        status, width, version = odd.groups()
        return f"99{status}{width[-3:]:0>3}{version}{text[odd.end() :]}"
    if reader.positions:
        start, _, read = reader.positions[-1]
        column = text[start:end]
        head = text[end : end + 2]
        unreadable = read is not None and read(column) is None and column.strip(" 0")
        if not unreadable and is_field_id(head) and head[0].isupper() and head.strip("YN"):
            return text  # somebody's own field comes first
        for place in range(start, text.find(delimiter, start) if delimiter in text[start:] else len(text)):
            if text[place : place + 2] in reader.slots:
                if place == end:
                    return text  # of the right length, though unreadable
                column = text[start:place]
                if read is not None and read(column) is None:
                    column = ""
                return f"{text[:start]}{column[: end - start]:{end - start}}{text[place:]}"
    if len(text) < end:
        raise RemoteError(Defect.TRUNCATED, Remedy.RESEND, reader.message.code)
    return text


def _is_well_cut(text: str, reader: _Reader, delimiter: str) -> bool:
    """Whether fields, or nothing, stand behind the fixed part, and its last column can be read."""
    end = reader.fixed_length
    head = text[end : end + 2]
    if head not in reader.slots and (len(text) < end or head[:1] not in ("", delimiter)):
        return False
    if not reader.positions:
        return True
    start, stop, read = reader.positions[-1]
    return read is None or read(text[start:stop]) is not None or not text[start:stop].strip(" 0")


# AYn and AZhhhh in their odder forms: one without the other, several digits, no digit, too few or too many of
# them.
_TRAILER: Final = re.compile(rb"(?:AY([^A]{0,3}))?AZ(.*)\Z|AY([0-9]{1,3})\Z", re.DOTALL)


def trailer(
    body: bytes, delimiter: str, defects: list[tuple[Defect, str]]
) -> tuple[bytes, str | None, bool, bool]:
    """Content, sequence number, whether there is a checksum and whether nothing speaks against it."""
    stripped = body.rstrip(delimiter.encode() + b" ")
    start = stripped.rfind(delimiter.encode()) + 1
    found = _TRAILER.search(stripped, start)
    if not found or not _is_trailer(found, start, body, stripped):
        return body, None, False, True
    digits = found[3] if found[1] is None else found[1]
    sequence = None
    if digits is not None:
        sequence = digits.decode("ascii") if digits.isdigit() else None
        if len(digits) != 1 or sequence is None:
            defects.append((Defect.SEQUENCE_MALFORMED, ""))
    if found[2] is None:
        defects.append((Defect.SEQUENCE_WITHOUT_CHECKSUM, ""))
        return stripped[: found.start()], sequence, False, True
    right = checksum(stripped[: found.start(2)]) == found[2].upper()
    return stripped[: found.start()], sequence, True, right


def _is_trailer(found: re.Match[bytes], start: int, body: bytes, stripped: bytes) -> bool:
    """Whether these letters are AY and AZ, and no part of a value: of a barcode or a password."""
    reader = _READERS.get(_code(body))
    if found.start() == start or (reader and found.start() == reader.fixed_length):
        return True
    return body == stripped and (found[1] is not None or body[-6:-4] == b"AZ")  # no delimiter before it


def text_of(content: bytes, wire: Wire) -> str:
    """The bytes as text, in the first of the terminal's charsets that has them all, else in Latin-1."""
    for charset in (wire.charset, wire.fallback_charset):
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _code(body: bytes) -> str:
    return str(body[:2], "ascii") if len(body) > 1 and body[:2].isdigit() else ""


# Writing ------------------------------------------------------------------------------------------

_WRITERS: Final = {declaration.message: compiled.writer(declaration) for declaration in DECLARATIONS.values()}
_LINES: Final = ("AF", "AG")  # the last fields of every message that has them
_CONTROLS: Final = bytes(range(0x20)) + b"\x7f"
_BYTES: Final = LimitUnit.BYTES
_MOST_BYTES: Final = 4  # of a character in any charset
_UNSAFE: Final = {delimiter: _CONTROLS + delimiter.encode() for delimiter in _PRINTABLE_ASCII}


def serialise(
    message: Message, wire: Wire, sequence: str | None = None, error_detection: bool = False
) -> bytes:
    """The message's bytes without terminator, with AY if there is a sequence number, with AZ if asked for.

    Required fields without a value are written empty, optional ones left out, extensions stand before screen
    messages and print lines. Values are made safe for the wire: in NFC, in the charset or as near as ASCII
    comes, no delimiter or control character, at most the field limit; screen messages and print lines longer
    than that, or than the terminal's lines, are broken into several. Raises `LocalError` for an extension id
    that is none.
    """
    fixed, parts = _WRITERS[type(message)](message)
    if message.extensions:
        place = next((n for n, part in enumerate(parts) if part[:2] in _LINES), len(parts))
        parts[place:place] = map(_extension, message.extensions)
    parts.append("")
    data = _plain(fixed, parts, wire) or _made_safe(fixed, parts, wire)
    if sequence is not None:
        data += b"AY" + sequence.encode()
    if error_detection:
        data += b"AZ"
        data += checksum(data)
    return data


def _plain(fixed: str, parts: list[str], wire: Wire) -> bytes | None:
    """The message as it is, if there is nothing in it to be made safe, else None."""
    text, limit = fixed + wire.delimiter.join(parts), wire.field_limit
    if text.isascii():
        data = text.encode()
        if len(data) - len(data.translate(None, _UNSAFE[wire.delimiter])) != len(parts) - 1:
            return None
    else:
        if not (text.isprintable() and unicodedata.is_normalized("NFC", text)):
            return None
        if text.count(wire.delimiter) != len(parts) - 1:
            return None
        try:
            data = text.encode(wire.charset)
        except UnicodeEncodeError:
            return None
        if wire.field_limit_unit is _BYTES:
            limit //= _MOST_BYTES
    if len(data) > limit and max(map(len, parts)) > limit + 2:
        return None
    return data if not (wire.screen_width or wire.print_width) or _lines_fit(parts, wire) else None


def _lines_fit(parts: list[str], wire: Wire) -> bool:
    """Whether no line for screen or printer is too wide: they are the last parts, before an empty one."""
    for part in parts[-2::-1]:
        if part[:2] not in _LINES:
            break
        if len(part) > _width(part[:2], wire) + 2:
            return False
    return True


def _width(id_: str, wire: Wire) -> int:
    """How many characters a field of this id may have."""
    width = wire.screen_width if id_ == "AF" else wire.print_width if id_ == "AG" else 0
    return min(width or wire.field_limit, wire.field_limit)


def _made_safe(fixed: str, parts: list[str], wire: Wire) -> bytes:
    fixed = fixed.replace(wire.delimiter, wire.replacement)
    text = fixed + wire.delimiter.join(safe for part in parts for safe in _safe_parts(part, wire))
    return text.encode(wire.charset, _TRANSLITERATE)


def _extension(extension: tuple[str, str]) -> str:
    id_, value = extension
    if not is_field_id(id_):
        raise LocalError("a field id is two ASCII letters or digits, and neither AY nor AZ")
    return id_ + value


def _safe_parts(part: str, wire: Wire) -> Iterable[str]:
    """The field as one or, if it is a long AF or AG, several that may stand on this wire."""
    id_, value = part[:2], part[2:]
    width = _width(id_, wire)
    if len(value) <= width and part.isascii() and part.isprintable() and wire.delimiter not in part:
        return (part,)
    safe = safe_text(value, wire)
    if id_ in _LINES:
        return [id_ + line for line in fold(safe, wire, width)]
    return (id_ + cut(safe, wire),)


_JOINERS: Final = frozenset("\u200c\u200d")  # unprintable, and part of how some scripts are written


def safe_text(value: str, wire: Wire) -> str:
    """The value with nothing in it that this wire cannot carry, of any length."""
    if value.isascii() and value.isprintable():
        return value.replace(wire.delimiter, wire.replacement)
    value = unicodedata.normalize("NFC", value)
    if not value.isprintable():
        value = "".join(c if c.isprintable() or c in _JOINERS else _printable(c, wire) for c in value)
    value = value.encode(wire.charset, _TRANSLITERATE).decode(wire.charset)
    return value.replace(wire.delimiter, wire.replacement)


def _printable(character: str, wire: Wire) -> str:
    return " " if character.isspace() else wire.replacement


def cut(value: str, wire: Wire) -> str:
    """As much of a safe value as the field limit lets through."""
    return value[: _reach(value, wire, wire.field_limit)]


def fold(value: str, wire: Wire, width: int) -> list[str]:
    """A safe value as lines within this width and the field limit, broken at blanks where there are any."""
    lines = []
    while (reach := _reach(value, wire, width)) < len(value):
        blank = value.rfind(" ", 1, reach + 1)
        lines.append(value[:reach] if blank < 0 else value[:blank])
        value = value[reach:] if blank < 0 else value[blank + 1 :]
    return [*lines, value]


def _reach(value: str, wire: Wire, width: int) -> int:
    """How many characters width and field limit let through, a letter never parted from its marks."""
    kept = value[:width]
    if wire.field_limit_unit is LimitUnit.BYTES:
        kept = kept.encode(wire.charset, _TRANSLITERATE)[: wire.field_limit].decode(wire.charset, "ignore")
    reach = len(kept)
    while 0 < reach < len(value) and _belongs_to_last(value, reach):
        reach -= 1
    return reach or len(kept)


def _belongs_to_last(value: str, place: int) -> bool:
    character = value[place]
    return unicodedata.category(character)[0] == "M" or character in _JOINERS or value[place - 1] in _JOINERS


_TRANSLITERATE: Final = "sip2.transliterate"
_LIKE: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2039\u203a\u02b9\u02bb\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u02ba\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2044": "/",
        "\u00df": "ss",
        "\u1e9e": "SS",
        "\u00c6": "AE",
        "\u00e6": "ae",
        "\u0152": "OE",
        "\u0153": "oe",
        "\u00d8": "O",
        "\u00f8": "o",
        "\u0141": "L",
        "\u0142": "l",
        "\u0110": "D",
        "\u0111": "d",
        "\u00d0": "D",
        "\u00f0": "d",
        "\u00de": "Th",
        "\u00fe": "th",
        "\u0131": "i",
        "\u20ac": "EUR",
    }
)


def _transliterated(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that a charset lacks: their letters without marks, else a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = unicodedata.normalize("NFKD", error.object[error.start : error.end]).translate(_LIKE)
    kept = (c for c in letters if unicodedata.category(c)[0] != "M" and c not in _JOINERS)
    return "".join(c if " " <= c <= "~" else "?" for c in kept), error.end


codecs.register_error(_TRANSLITERATE, _transliterated)
