"""The log: one event a line on standard error, for people or as JSON.

The rule it keeps: a line tells what happened and never what must not be told. Values are shown only if their
type is known to be harmless, cut and escaped; secrets by type and by name are ``***``; patrons and items
appear as the settings ask. An exception shows where it happened, and its own words only if they are the
system's: other words may quote what a client sent. To show a message, mask it first and pass it as text.
Logging never raises, and a flood of one event is counted instead of written.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address
from math import isfinite
from pathlib import PurePath
from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger

from servers.configuration.settings import Identifiers, LogFormat, LogSettings

LONGEST_VALUE = 1024
MOST_EXCEPTIONS = 10
MOST_FRAMES = 40
MOST_ELEMENTS = 100
DEEPEST = 4
LINES_A_SECOND = 200
"""Lines of one event in one second; what comes above is counted."""

IDENTIFIER_FIELDS = frozenset({"patron", "item"})
SECRET_WORDS = ("password", "passwd", "secret", "token")
SECRET_FIELDS = frozenset({"pin", "ac", "ad", "co", "cn", "authorization", "cookie"})
"""Field names that hold a secret whatever their type: SIP2's AC, AD, CN and CO among them."""

MASK = "***"
COLOURS = {"warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}
PLAIN = "\x1b[0m"

_TOLD = (Decimal, date, time_of_day, timedelta, PurePath, IPv4Address, IPv6Address)
"""Types whose text is their value and nothing else."""

_JSON = json.JSONEncoder(separators=(",", ":"))
_JSON_FOR_PEOPLE = json.JSONEncoder(ensure_ascii=False)

_MISTAKABLE = re.compile(r'[ "=\\]')
"""What could end a value in a line for people."""

Fields = MutableMapping[str, Any]


def get_logger(name: str) -> FilteringBoundLogger:
    """The logger of a module. May be called before `set_up`."""
    logger: FilteringBoundLogger = structlog.get_logger(component=name)
    return logger


def set_up(settings: LogSettings, stream: TextIO | None = None, key: bytes = b"") -> None:
    """Write the log of this process to ``stream``, standard error if None; what libraries log goes there too.

    ``key`` makes the digests of identifiers the same from one start to the next; without it they last as long
    as the process. Called once: loggers that have been used keep the settings they were first used with.
    """
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    writer = Writer(sys.stderr if stream is None else stream)
    render = Renderer(settings, key or os.urandom(32), colour=writer.is_terminal)
    structlog.configure(
        processors=[structlog.stdlib.add_log_level, Limiter(render, time.monotonic), render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: writer,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[LibraryHandler()], level=max(level, logging.INFO), force=True)


def is_held_back(event: str) -> bool:
    """Whether the next line of this event would be counted and not written. It is counted then, so whoever
    asks need not make it.
    """
    for processor in structlog.get_config()["processors"]:
        if isinstance(processor, Limiter):
            return processor.counts(event)
    return False


class Writer:
    """Writes lines to a stream, and gives up silently when nobody is there to read them."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.is_terminal = stream.isatty()

    def write(self, line: str) -> None:
        """Write one line. A log that cannot be written must not stop a loan."""
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except (OSError, ValueError):  # a broken pipe, a full disk; a closed stream
            return

    debug = info = warning = error = critical = write


class Limiter:
    """A processor that lets an event through so often in a second, and later tells how many it held back."""

    def __init__(self, render: Renderer, monotonic: Callable[[], float]) -> None:
        self._render = render
        self._monotonic = monotonic
        self._second = 0
        self._seen: Counter[str] = Counter()

    def __call__(self, logger: Writer, method: str, fields: Fields) -> Fields:
        """The fields as they are. Raises structlog.DropEvent where there are too many."""
        second = int(self._monotonic())
        if second != self._second:
            self._second, seen, self._seen = second, self._seen, Counter()
            for event, count in seen.items():
                if count > LINES_A_SECOND:
                    held_back = {"event": event, "level": "warning", "suppressed": count - LINES_A_SECOND}
                    logger.write(self._render(logger, method, held_back))
        event = str(fields.get("event"))
        self._seen[event] += 1
        if self._seen[event] > LINES_A_SECOND:
            raise structlog.DropEvent
        return fields

    def counts(self, event: str) -> bool:
        """Whether a line of this event would be held back now; then it is counted."""
        if int(self._monotonic()) != self._second or self._seen[event] < LINES_A_SECOND:
            return False
        self._seen[event] += 1
        return True


class Renderer:
    """The last processor: fields become a line."""

    def __init__(
        self,
        settings: LogSettings,
        key: bytes,
        *,
        colour: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._identifiers = settings.identifiers
        self._key = key[:64]
        self._write = _as_json if settings.format is LogFormat.JSON else _in_colour if colour else _for_people
        self._now = now

    def __call__(self, logger: object, method: str, fields: Fields) -> str:
        """One line without its end; with a trace, in the form for people, further lines that are indented."""
        error = _error(fields.pop("exc_info", None))
        head = {
            "time": self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": str(fields.get("level", method)),
            "event": _text(str(fields.get("event", "")), LONGEST_VALUE),
        }
        line: dict[str, Any] = head | self._fields(fields, DEEPEST) | head
        if error is not None:
            line["trace"] = [_text(frame, LONGEST_VALUE) for frame in _trace(error)]
        return self._write(line)

    def _fields(self, fields: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        shown = {}
        for key, value in list(fields.items())[:MOST_ELEMENTS]:
            name = _text(key if isinstance(key, str) else f"<{type(key).__name__}>", LONGEST_VALUE)
            if _is_secret_name(name):
                shown[name] = MASK
            elif name not in IDENTIFIER_FIELDS:
                shown[name] = self._value(value, depth)
            elif self._identifiers is not Identifiers.OFF:
                shown[name] = self._identifier(value)
        return shown

    def _identifier(self, value: object) -> Any:
        told = self._value(value, 0)
        if self._identifiers is Identifiers.PLAIN or told in (None, "", MASK):
            return told
        return blake2b(str(told).encode(), key=self._key, digest_size=6).hexdigest()

    def _value(self, value: object, depth: int) -> Any:
        """The value as JSON has it, or what may be told of it."""
        match value:
            case None | bool():
                return value
            case Enum():
                return value.value if isinstance(value.value, str) else value.name.lower()
            case _ if "secret" in type(value).__name__.lower():
                return MASK
            case str():
                return _text(value, LONGEST_VALUE)
            case int():
                return int(value) if value.bit_length() <= 64 else f"<{value.bit_length()} bits>"
            case float():
                return value if isfinite(value) else str(value)
            case bytes() | bytearray():
                return f"<{len(value)} bytes>"
            case BaseException():
                return _text(_words_of(value), LONGEST_VALUE)
            case dict() if depth:
                return self._fields(value, depth - 1)
            case list() | tuple() | set() | frozenset() if depth:
                return [self._value(element, depth - 1) for element in list(value)[:MOST_ELEMENTS]]
            case _ if isinstance(value, _TOLD):
                return _text(str(value), LONGEST_VALUE)
            case _:
                return f"<{type(value).__name__}>"


class LibraryHandler(logging.Handler):
    """Takes what libraries log, up to where values begin: asyncio shows the arguments of callbacks."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record as an event ``library``."""
        message = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        name = "error" if record.levelno >= logging.ERROR else "warning"
        log = getattr(get_logger(record.name), name if record.levelno >= logging.WARNING else "info")
        log("library", message=re.split(r"[(\n]", message, maxsplit=1)[0], exc_info=record.exc_info)


@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    lower = name.lower()
    return any(word in lower for word in SECRET_WORDS) or not SECRET_FIELDS.isdisjoint(
        re.split("[_.-]", lower)
    )


def _text(text: str, longest: int) -> str:
    """The text, cut if it is long, with control characters, direction marks and half characters escaped."""
    cut = text[: longest + 1]
    if not cut.isprintable():
        cut = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in cut)
    return cut if len(cut) <= longest else f"{cut[:longest]}…"


def _as_json(line: Mapping[str, Any]) -> str:
    return _JSON.encode(line)


def _for_people(line: Mapping[str, Any], before: str = "", after: str = "") -> str:
    """``time level event name=value …``; a value that could be mistaken is in JSON's quotes."""
    fields = dict(line)
    trace = fields.pop("trace", [])
    stamp, level, event = fields.pop("time"), fields.pop("level"), fields.pop("event")
    told = "".join(f" {name}={_quoted(value)}" for name, value in fields.items())
    frames = "".join(f"\n    {frame}" for frame in trace)
    return f"{stamp} {before}{level:<8}{after} {event}{told}{frames}"


def _in_colour(line: Mapping[str, Any]) -> str:
    before = COLOURS.get(line["level"], "")
    return _for_people(line, before, PLAIN if before else "")


def _quoted(value: object) -> str:
    if isinstance(value, str) and value and _MISTAKABLE.search(value) is None:
        return value
    return _JSON_FOR_PEOPLE.encode(value)


def _error(exc_info: object) -> BaseException | None:
    """What ``exc_info`` stands for: an exception, its triple, or True for the one being handled."""
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case None | False | (None, None, None):
            return None
        case _:
            return sys.exception()


def _trace(error: BaseException) -> Iterator[str]:
    """The frames of an exception, the innermost last, then those of its causes and of a group's members."""
    waiting = [error]
    met: set[int] = set()
    while waiting and len(met) < MOST_EXCEPTIONS:
        error = waiting.pop()
        if id(error) in met:
            continue
        met.add(id(error))
        for frame, line in deque(traceback.walk_tb(error.__traceback__), MOST_FRAMES):
            yield f"{frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}"
        yield _words_of(error)
        if isinstance(error, BaseExceptionGroup):
            waiting.extend(reversed(error.exceptions))
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is not None:
            waiting.append(cause)


def _words_of(error: BaseException) -> str:
    name = type(error).__qualname__
    return f"{name}: {error.strerror}" if isinstance(error, OSError) and error.strerror else name
