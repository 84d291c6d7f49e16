"""The log: a line an event, never a secret, never a forged line; and nothing about it stops the server."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from structlog.typing import FilteringBoundLogger

from core.model.policy import Unit
from protocols.secret import Secret
from servers.configuration.settings import Identifiers, LogFormat, LogLevel, LogSettings, SecretHash
from servers.log import (
    LINES_A_SECOND,
    LONGEST_VALUE,
    Limiter,
    Renderer,
    Writer,
    get_logger,
    is_held_back,
    set_up,
)
from tests.matrix import proves

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
CANARY = "canary-5309"
JSON = LogSettings(LogLevel.DEBUG, LogFormat.JSON)
CONSOLE = LogSettings(LogLevel.DEBUG, LogFormat.CONSOLE)
FORMATS = pytest.mark.parametrize("settings", [JSON, CONSOLE], ids=["json", "console"])


def line(settings: LogSettings, /, event: str = "happened", **fields: Any) -> str:
    """The line that an event becomes."""
    return Renderer(settings, b"k", now=lambda: NOON)(None, "info", {"event": event, **fields})


def told(**fields: Any) -> dict[str, Any]:
    """The fields of the line in JSON, without time, level and event."""
    read: dict[str, Any] = json.loads(line(JSON, **fields))
    return {name: value for name, value in read.items() if name not in ("time", "level", "event")}


@pytest.fixture
def written() -> Iterator[Callable[[LogSettings], io.StringIO]]:
    """Sets the log up for a test, and everything back after it."""
    handlers, level = logging.root.handlers[:], logging.root.level

    def set_up_with(settings: LogSettings) -> io.StringIO:
        stream = io.StringIO()
        set_up(settings, stream)
        return stream

    yield set_up_with
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_a_line_in_json_is_an_object_with_time_level_and_event_first() -> None:
    assert line(JSON, "logged-in", terminal="kiosk-1", count=3) == (
        '{"time":"2026-03-01T12:00:00.123Z","level":"info","event":"logged-in","terminal":"kiosk-1","count":3}'
    )


def test_a_line_for_people_has_the_same_and_no_colour() -> None:
    assert line(CONSOLE, "logged-in", terminal="kiosk-1", count=3, at="a b", none=None) == (
        '2026-03-01T12:00:00.123Z info     logged-in terminal=kiosk-1 count=3 at="a b" none=null'
    )


def test_colour_marks_what_needs_a_look() -> None:
    render = Renderer(CONSOLE, b"k", colour=True, now=lambda: NOON)
    assert render(None, "error", {"event": "e"}) == "2026-03-01T12:00:00.123Z \x1b[31merror   \x1b[0m e"
    assert render(None, "info", {"event": "e"}) == "2026-03-01T12:00:00.123Z info     e"


class Colour(Enum):
    RED = 1


class Odd:
    """Would fail, or tell, if it were asked."""

    def __repr__(self) -> str:
        raise AssertionError(CANARY)

    __str__ = __repr__


VALUES: list[tuple[Any, Any]] = [
    (None, None),
    (True, True),
    (2**63, 2**63),
    (2**20_000, "<20001 bits>"),
    (0.5, 0.5),
    (float("nan"), "nan"),
    ("Zürich", "Zürich"),
    ("a\r\nb\x1b\0\u202e\u2028\ud800", "a\\r\\nb\\x1b\\x00\\u202e\\u2028\\ud800"),
    ("x" * LONGEST_VALUE, "x" * LONGEST_VALUE),
    ("x" * (LONGEST_VALUE + 1), "x" * LONGEST_VALUE + "…"),
    ("\n" * 10**6, "\\n" * (LONGEST_VALUE // 2) + "…"),
    (b"9300CN" + CANARY.encode(), "<17 bytes>"),
    (bytearray(3), "<3 bytes>"),
    (Unit.HOURS, "hours"),
    (Colour.RED, "red"),
    (Decimal("0.20"), "0.20"),
    (date(2026, 3, 1), "2026-03-01"),
    (Path("/srv/circdesk.db"), "/srv/circdesk.db"),
    (ip_address("::1"), "::1"),
    ([1, "a", b"b"], [1, "a", "<1 bytes>"]),
    (list(range(1000)), list(range(100))),
    ({"a": {"b": 1}, 3: 4}, {"a": {"b": 1}, "<int>": 4}),
    ([[[[[[1]]]]]], [[[["<list>"]]]]),
    (Odd(), "<Odd>"),
    (KeyError(CANARY), "KeyError"),
    (
        FileNotFoundError(2, "No such file or directory", CANARY),
        "FileNotFoundError: No such file or directory",
    ),
]


@pytest.mark.parametrize(("value", "shown"), VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_shown_as_far_as_its_type_is_known_to_be_harmless(value: Any, shown: Any) -> None:
    assert told(value=value) == {"value": shown}


class PatronSecretText(str):
    """A secret that is text."""

    __slots__ = ()


SECRETS: list[dict[str, Any]] = [
    {"value": Secret(CANARY)},
    {"value": SecretHash(CANARY)},
    {"value": PatronSecretText(CANARY)},
    {"value": [Secret(CANARY), {"a": SecretHash(CANARY)}]},
    {"patron": Secret(CANARY)},
    {"pin": CANARY},
    {"patron_pin": CANARY},
    {"AD": CANARY},
    {"password": CANARY},
    {"login_password": CANARY},
    {"Authorization": CANARY},
    {"settings": {"Terminal-Password": CANARY}},
    {"access_token": CANARY},
    {"message": b"63001" + CANARY.encode()},
    {"error": ValueError(CANARY)},
    {"exc_info": ValueError(CANARY)},
]


@proves("no secret in any log")
@pytest.mark.parametrize("level", LogLevel)
@pytest.mark.parametrize("format_", LogFormat)
@pytest.mark.parametrize("identifiers", Identifiers)
def test_no_secret_is_in_the_log_at_any_level_in_any_format(
    written: Callable[[LogSettings], io.StringIO],
    level: LogLevel,
    format_: LogFormat,
    identifiers: Identifiers,
) -> None:
    stream = written(LogSettings(level, format_, identifiers))
    logger = get_logger("tests")
    for fields in SECRETS:
        for log in (logger.debug, logger.info, logger.warning, logger.error, logger.critical):
            log("happened", **fields)
        logger.bind(**fields).error("bound")
    try:
        raise KeyError(CANARY) from LookupError(CANARY)
    except KeyError:
        logger.exception("failed")
        logging.getLogger("library").exception("failed")
    assert stream.getvalue().count("happened") >= 2 * len(SECRETS)
    assert "KeyError" in stream.getvalue()
    assert CANARY not in stream.getvalue()


def test_identifiers_are_digests_that_tell_same_from_other() -> None:
    first, again, other = (told(patron=patron) for patron in ("P1", "P1", "P2"))
    assert first == again != other
    assert "P1" not in str(first)
    assert told(item="P1")["item"] == first["patron"]
    assert told(patron=17) == told(patron="17")


def test_the_key_makes_the_digest() -> None:
    one, other = (Renderer(JSON, key, now=lambda: NOON) for key in (b"a", b"b"))
    assert one(None, "info", {"patron": "P1"}) != other(None, "info", {"patron": "P1"})


def test_identifiers_inside_other_values_are_digests_too() -> None:
    assert told(loan={"patron": "P1"}) == {"loan": told(patron="P1")}


def test_a_missing_identifier_is_shown_as_missing() -> None:
    assert told(patron=None, item="") == {"patron": None, "item": ""}


def test_identifiers_are_plain_or_left_out_where_the_settings_ask() -> None:
    plain = LogSettings(format=LogFormat.JSON, identifiers=Identifiers.PLAIN)
    off = LogSettings(format=LogFormat.JSON, identifiers=Identifiers.OFF)
    fields = {"patron": "P1", "item": "I1", "desk": "D"}
    assert json.loads(line(plain, **fields)).items() >= fields.items()
    assert not json.loads(line(off, **fields)).keys() & {"patron", "item"}
    assert json.loads(line(off, **fields))["desk"] == "D"


@FORMATS
@given(text=st.text(), name=st.from_regex(r"[a-z]{1,8}", fullmatch=True))
def test_no_value_can_forge_a_line_or_a_field(settings: LogSettings, text: str, name: str) -> None:
    shown = line(settings, event="e", value=text)
    assert shown.isprintable()
    if settings is JSON:
        assert json.loads(shown).keys() == {"time", "level", "event", "value"}
    else:
        _, _, rest = shown.partition(" value=")
        assert json.loads(rest) == shown_text(text) if rest.startswith('"') else rest == shown_text(text)


def shown_text(text: str) -> str:
    """The text as a value shows it."""
    shown: str = told(value=text)["value"]
    return shown


def test_a_field_cannot_take_the_place_of_time_level_or_event() -> None:
    shown = json.loads(line(JSON, time="never", trace="x"))
    assert shown["time"] == "2026-03-01T12:00:00.123Z"


def test_an_exception_shows_where_it_happened_and_what_led_to_it() -> None:
    def fail() -> None:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise RuntimeError(CANARY) from error

    with pytest.raises(RuntimeError) as raised:
        fail()
    trace = told(exc_info=raised.value)["trace"]
    text = line(CONSOLE, exc_info=raised.value)
    assert [entry.rpartition(" ")[2] if ".py:" in entry else entry for entry in trace] == [
        "test_an_exception_shows_where_it_happened_and_what_led_to_it",
        "test_an_exception_shows_where_it_happened_and_what_led_to_it.<locals>.fail",
        "RuntimeError",
        "test_an_exception_shows_where_it_happened_and_what_led_to_it.<locals>.fail",
        "OSError: No space left on device",
    ]
    first, *indented = text.split("\n")
    assert first.endswith("happened")
    assert [frame.strip() for frame in indented] == trace
    assert all(frame.startswith("    ") for frame in indented)


def test_the_members_of_a_group_are_shown_each() -> None:
    group = ExceptionGroup("g", [ValueError(CANARY), TimeoutError(110, "Connection timed out")])
    assert told(exc_info=group)["trace"] == [
        "ExceptionGroup",
        "ValueError",
        "TimeoutError: Connection timed out",
    ]


def test_exceptions_in_a_ring_and_deep_ones_are_shown_in_part() -> None:
    def deeper() -> None:
        deeper()

    with pytest.raises(RecursionError) as raised:
        deeper()
    raised.value.__cause__ = ValueError()
    raised.value.__cause__.__cause__ = raised.value
    trace = told(exc_info=raised.value)["trace"]
    assert trace[-2:] == ["RecursionError", "ValueError"]
    assert len(trace) < 100


def limited() -> tuple[FilteringBoundLogger, list[float], Callable[[], list[dict[str, Any]]]]:
    """A logger with a limit, its clock, and what it has written."""
    clock = [0.0]
    stream = io.StringIO()
    render = Renderer(JSON, b"k", now=lambda: NOON)
    logger: FilteringBoundLogger = structlog.wrap_logger(
        Writer(stream),
        processors=[Limiter(render, lambda: clock[0]), render],
        wrapper_class=structlog.make_filtering_bound_logger("debug"),
    )
    return logger, clock, lambda: [json.loads(written) for written in stream.getvalue().splitlines()]


def test_a_flood_of_one_event_is_counted_and_told_once() -> None:
    logger, clock, lines = limited()
    for _ in range(LINES_A_SECOND + 41):
        logger.info("flood")
    logger.info("other")
    assert [entry["event"] for entry in lines()] == ["flood"] * LINES_A_SECOND + ["other"]
    clock[0] = 1.0
    logger.info("later")
    logger.info("flood")
    assert [(entry["event"], entry["level"], entry.get("suppressed")) for entry in lines()[-3:]] == [
        ("flood", "warning", 41),
        ("later", "info", None),
        ("flood", "info", None),
    ]
    clock[0] = 2.0
    logger.info("later")
    assert sum("suppressed" in entry for entry in lines()) == 1


def test_who_asks_before_need_not_make_what_would_be_held_back(
    written: Callable[[LogSettings], io.StringIO],
) -> None:
    stream = written(LogSettings(LogLevel.INFO, LogFormat.JSON))
    (limiter,) = (one for one in structlog.get_config()["processors"] if isinstance(one, Limiter))
    clock = [7.0]
    limiter._monotonic = lambda: clock[0]
    logger = get_logger("servers.somewhere")
    asked = 0
    for _ in range(LINES_A_SECOND + 41):
        if not is_held_back("flood"):
            logger.info("flood")
            asked += 1
    assert asked == LINES_A_SECOND
    assert not is_held_back("other")
    clock[0] = 8.0
    assert not is_held_back("flood")
    logger.info("flood")
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["suppressed"] for line in told if "suppressed" in line] == [41]


def test_without_a_limit_nothing_is_held_back() -> None:
    with capture_logs():
        assert not any(is_held_back("flood") for _ in range(2 * LINES_A_SECOND))


def test_what_stays_within_the_limit_is_written_whole() -> None:
    logger, clock, lines = limited()
    for second in range(3):
        clock[0] = float(second)
        for _ in range(LINES_A_SECOND):
            logger.info("busy")
    assert [entry["event"] for entry in lines()] == ["busy"] * 3 * LINES_A_SECOND


def test_levels_below_the_one_set_are_not_written(written: Callable[[LogSettings], io.StringIO]) -> None:
    stream = written(LogSettings(LogLevel.WARNING, LogFormat.JSON))
    logger = get_logger("servers.somewhere")
    logger.debug("no")
    logger.info("no")
    logger.warning("yes")
    (shown,) = map(json.loads, stream.getvalue().splitlines())
    assert (shown["level"], shown["event"], shown["component"]) == ("warning", "yes", "servers.somewhere")


def test_a_level_that_is_off_builds_no_line(written: Callable[[LogSettings], io.StringIO]) -> None:
    written(LogSettings(LogLevel.WARNING))
    logger = get_logger("tests").bind(terminal="kiosk-1")
    assert logger.debug("no", value=Odd()) is None
    assert type(logger).debug.__name__ == "_nop"


def test_what_libraries_log_is_an_event_without_the_values_in_it(
    written: Callable[[LogSettings], io.StringIO],
) -> None:
    stream = written(JSON)
    logging.getLogger("some.library").error("no answer from %s", CANARY)
    logging.getLogger("some.library").info("told")
    logging.getLogger("some.library").debug("not told")
    shown = [json.loads(entry) for entry in stream.getvalue().splitlines()]
    assert [(entry["level"], entry["component"], entry["message"]) for entry in shown] == [
        ("error", "some.library", "no answer from %s"),
        ("info", "some.library", "told"),
    ]


def test_what_asyncio_says_of_a_failed_callback_does_not_repeat_its_arguments(
    written: Callable[[LogSettings], io.StringIO],
) -> None:
    def callback(secret: str) -> None:
        raise ValueError(secret)

    async def main() -> None:
        asyncio.get_running_loop().call_soon(callback, CANARY)
        await asyncio.sleep(0)

    stream = written(JSON)
    asyncio.run(main())
    (shown,) = map(json.loads, stream.getvalue().splitlines())
    assert shown["component"] == "asyncio"
    assert shown["message"].startswith("Exception in callback test_")
    assert shown["trace"][-1] == "ValueError"
    assert CANARY not in str(shown)


def test_nobody_reading_the_log_does_not_stop_the_server() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", buffering=1) as stream:
        writer = Writer(stream)
        for _ in range(3):
            writer.write("x")
        os.dup2(os.open(os.devnull, os.O_WRONLY), write)  # so that closing has somewhere to write
    writer.write("after the end of the stream")


def test_the_log_goes_to_standard_error_of_the_process() -> None:
    program = """\
        from servers.log import get_logger, set_up
        from servers.configuration.settings import LogSettings
        set_up(LogSettings())
        get_logger("tests").warning("started", title="\\u00dcber \\ud800")
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "ascii:strict"},
    )
    assert done.stdout == b""
    assert b" warning  started " in done.stderr
