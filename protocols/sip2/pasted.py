"""Where the message is in a line of a log: behind times and names, in brackets, before an end in letters."""

import re
from functools import cache
from itertools import islice
from typing import Final

import msgspec

from protocols.sip2 import fields as f
from protocols.sip2.codec import ErrorDetection, Wire, read
from protocols.sip2.errors import RemoteError
from protocols.sip2.messages import DECLARATIONS, Declaration

_CLOSED_BY: Final = {'"': '"', "'": "'", "[": "]", "(": ")", "<": ">", "{": "}", "`": "`"}
_LINE_END: Final = re.compile(r"[\r\n\0]|<(?:CR|LF|0D|0A)>", re.IGNORECASE)
_WRITTEN_LINE_END: Final = re.compile(r"(?:\\[rn]|\\x0[ad]|\\0|\^[MJ])+\Z", re.IGNORECASE)
_TIME: Final = re.compile(
    r"(?:\b[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}[T ]*)?\b[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?"
    r"(?: ?[+-][0-9]{2}:?[0-9]{2}\b|Z\b)?|\b[0-9]{2,4}[-/.][0-9]{2}[-/.][0-9]{2,4}\b"
)
# Behind a line end that is written out there is a letter.
_BEGINNING: Final = r"(?:(?<![0-9A-Za-z])|(?<=\\[rn]))"
_LOOSE: Final = re.compile(rf"{_BEGINNING}(?:{'|'.join(DECLARATIONS)})(?=\S|\Z)")
_DATE: Final = "(?:[0-9]{8}.{4}[0-9]{6}| {18}|0{18})"
_MOST_TRIED: Final = 32


def message_in(line: str, wire: Wire) -> str:
    """The message in this line, without its end; the whole line, if there seems to be none."""
    line = next(filter(str.strip, _LINE_END.split(line)), "")
    return _from(line, _start(line, wire))


def _from(line: str, start: int) -> str:
    """What begins here, up to what closes it."""
    message = line[start:]
    opened_by = _WRITTEN_LINE_END.sub("", line[:start])[-1:]
    closed_by = _CLOSED_BY.get(opened_by, "")
    if closed_by and closed_by in message:
        message = message[: message.rindex(closed_by)]
    return _WRITTEN_LINE_END.sub("", message)


def _start(line: str, wire: Wire) -> int:
    """Where a fixed part with its dates stands; else where what can best be read begins."""
    if found := _dated(wire.delimiter).search(line):
        return found.start()
    without_times = _TIME.sub(lambda time: " " * len(time[0]), line)
    starts = [found.start() for found in islice(_LOOSE.finditer(without_times), _MOST_TRIED)]
    if starts:
        return min(starts, key=lambda start: _oddness(_from(line, start), wire))
    return len(line) - len(line.lstrip())


@cache
def _dated(delimiter: str) -> re.Pattern[str]:
    forms = [_form(declaration, delimiter) for declaration in DECLARATIONS.values()]
    return re.compile(f"{_BEGINNING}(?:{'|'.join(form for form in forms if _DATE in form)})")


def _form(declaration: Declaration, delimiter: str) -> str:
    columns = "".join(
        _DATE if position.shape in (f.DATE, f.SYNC_DATE) else f".{{{position.shape.width}}}"
        for position in declaration.positions
    )
    return rf"{declaration.message.code}{columns}(?=[0-9A-Z]{{2}}|{re.escape(delimiter)}|\Z)"


def _oddness(message: str, wire: Wire) -> tuple[bool, bool, int, int]:
    """How little this is like a message: it cannot be read; it is but a code, as any number may be; how much
    there is to forgive; how short it is.
    """
    wire = msgspec.structs.replace(wire, error_detection=ErrorDetection.OFF)
    bare = len(message.strip()) <= len("97")
    try:
        defects = len(read(message.encode(wire.charset, "replace"), wire).defects)
    except RemoteError:
        return True, bare, 0, -len(message)
    return False, bare, defects, -len(message)
