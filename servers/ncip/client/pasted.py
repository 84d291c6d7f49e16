"""NCIP in what somebody has pasted: the body of a request, a command with curl, a line of a log.

The rule it keeps: whatever stands around a message does not matter, nor how it was escaped to stand there.
It is read leniently, everything that is not as the standard has it being noted.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote_plus
from xml.parsers.expat import errors as expat

from msgspec import Struct

from protocols.ncip.codec import Received, ReceivedResponse, read, read_response
from protocols.ncip.dialects import Dialect
from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import Lookup, Message, Notification, Update
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import Mode, Repaired
from protocols.ncip.structures import InitiationHeader, ResponseHeader


class Passage(NamedTuple):
    """A message as it was pasted, and how it had been escaped, if it had."""

    text: str
    escaped: str = ""


class Pasted(Struct, frozen=True):
    """A message that could be read."""

    message: Message
    header: InitiationHeader | ResponseHeader | None
    dialect: Dialect
    repairs: tuple[Repaired, ...]


_ROOT: Final = re.compile(
    r"(?:<\?xml[^<>]*>\s*)?(?:<!DOCTYPE\s[^<>\[]*(?:\[[^\]]*\]\s*)?>\s*)?<(?:[\w.-]+:)?NCIPMessage\b"
)
_END: Final = re.compile(r"</(?:[\w.-]+:)?NCIPMessage\s*>")
_DECLARED: Final = re.compile(r"(?<=<\?xml)([^<>]*?)(\sencoding\s*=\s*(?:\"[^\"]*\"|'[^']*'))")
_JSON_ESCAPE: Final = re.compile(r'\\(?:u[0-9A-Fa-f]{4}|["\\/bfnrt])')


def _from_json(text: str) -> str:
    return _JSON_ESCAPE.sub(lambda found: str(json.loads(f'"{found[0]}"')), text)


_ESCAPES: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], str]]]] = {
    "in HTML or XML": (re.compile(r"&lt;(?:[\w.-]+:)?NCIPMessage\b"), html.unescape),
    "in a URL": (re.compile(r"%3C(?:[\w.-]+(?::|%3A))?NCIPMessage\b", re.IGNORECASE), unquote_plus),
    "in JSON": (
        re.compile(
            r'(?:\\u003c(?:[\w.-]+:)?NCIPMessage\b|<(?:[\w.-]+:)?NCIPMessage\b[^>]*?\\")', re.IGNORECASE
        ),
        _from_json,
    ),
    "for a shell": (
        re.compile(r"<(?:[\w.-]+:)?NCIPMessage\b.*?'(?:\\'|\"'\")'", re.DOTALL),
        lambda text: _unquoted(text),
    ),
}
"""How a message may have been escaped, how that is seen, and what undoes it."""


def passages(text: str) -> Iterator[Passage]:
    """The messages in a text; one that does not end goes to the end of the text."""
    escaped = ""
    for name, (sign, undo) in _ESCAPES.items():
        if sign.search(text):
            text, escaped = undo(text), name
            break
    start = _ROOT.search(text)
    while start is not None:
        end = _END.search(text, start.end())
        until = len(text) if end is None else end.end()
        yield Passage(text[start.start() : until], escaped)
        start = _ROOT.search(text, until)


def read_passage(passage: Passage) -> Pasted:
    """The message, of whichever side it is. Raises `RemoteError`.

    A charset that was declared is passed over: what was pasted is text, and no bytes any more.
    """
    undeclared = _DECLARED.sub(lambda found: found[1] + " " * len(found[2]), passage.text, count=1)
    data = undeclared.encode("utf-8", "replace")
    found: Received | ReceivedResponse
    try:
        found = read(data, mode=Mode.REPORT)
    except RemoteError as error:
        if _kind(error) not in (ProblemType.PROTOCOL_ERROR, ProblemType.UNKNOWN_SERVICE):
            raise
        try:
            found = read_response(data, mode=Mode.REPORT)
        except RemoteError as other:
            raise (error if _kind(other) is ProblemType.UNKNOWN_SERVICE else other) from None
    return Pasted(found.message, found.header, found.dialect, found.repairs)


def side_of(message: Message) -> str:
    """What kind of message it is, and which way it goes."""
    match message:
        case Lookup():
            return "partner to library: asks"
        case Update():
            return "partner to library: wants something done"
        case Notification():
            return "tells of something that has happened"
        case _:
            return "library to partner: answers"


_MALFORMED: Final[Mapping[str, str]] = {
    expat.XML_ERROR_TAG_MISMATCH: "an end tag closes another element than the one that is open",
    expat.XML_ERROR_INVALID_TOKEN: "a character stands there that may not, such as a bare < or &",
    expat.XML_ERROR_NO_ELEMENTS: "the message ends before its last element does",
    expat.XML_ERROR_UNCLOSED_TOKEN: "the message ends within a tag",
    expat.XML_ERROR_PARTIAL_CHAR: "the message ends within a character",
    expat.XML_ERROR_DUPLICATE_ATTRIBUTE: "an attribute is given twice in one tag",
    expat.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "something stands behind the end of the message",
    expat.XML_ERROR_UNDEFINED_ENTITY: "an entity is used that nobody has declared",
    expat.XML_ERROR_BAD_CHAR_REF: "a character is given by a number that none has",
    expat.XML_ERROR_UNCLOSED_CDATA_SECTION: "a CDATA section does not end",
    expat.XML_ERROR_XML_DECL: "the XML declaration is not as it must be",
}
_PLACE: Final = re.compile(r"not well-formed: (?P<what>.+), line (?P<line>\d+), column (?P<column>\d+)")


def why_not(error: RemoteError) -> str:
    """What is wrong with a message that cannot be read, in a sentence, with the place where it is known."""
    problem = error.problem
    detail = problem.problem_detail or ""
    placed = _PLACE.fullmatch(detail)
    if placed is not None:
        what = _MALFORMED.get(placed["what"], placed["what"])
        return f"No well-formed XML: line {placed['line']}, column {placed['column']}: {what}."
    where = f", at {problem.problem_element}" if problem.problem_element else ""
    return f"{_kind(error)}: {detail}{where}."


def _kind(error: RemoteError) -> str:
    kind = error.problem.problem_type
    return "" if kind is None else kind.value


def _unquoted(text: str) -> str:
    r"""A single quote within single quotes is '\'' to a shell, or '"'"'."""
    return re.sub(r"'(?:\\'|\"'\")'", "'", text)
