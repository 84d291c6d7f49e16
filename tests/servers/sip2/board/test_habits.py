"""Habits: what machines of the field do in their own way is learned from their messages as they come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from protocols.sip2.codec import Wire, checksum
from protocols.sip2.connection import NEED_DATA, Connection, Request, Role
from protocols.sip2.errors import Defect
from servers.sip2.board.habits import ENOUGH, Habits, Quirk
from tests.matrix import proves

NOW = datetime(2026, 3, 2, 9, 30)
DATE = b"20260302    093000"


def request(message: bytes) -> Request:
    """The message as the connection hands it out."""
    connection = Connection(Role.ACS, Wire(charset="utf-8"))
    connection.receive_data(message + b"\r")
    event = connection.next_event()
    while not isinstance(event, Request):
        assert event is not NEED_DATA, message
        event = connection.next_event()
    return event


def sealed(text: bytes, digit: int = 0) -> bytes:
    """The message with sequence number and checksum."""
    counted = text + b"AY%dAZ" % digit
    return counted + checksum(counted)


def learned(messages: Iterable[bytes]) -> list[Quirk]:
    """The quirks of a machine that sends these."""
    habits = Habits()
    for message in messages:
        habits.look(request(message), b"|", NOW)
    return list(habits.quirks())


def checkout(no_block: bytes = b"N", date: bytes = DATE, title: bytes = b"I1", end: bytes = b"|") -> bytes:
    """11."""
    return b"11Y" + no_block + date + b" " * 18 + b"AOTOWN|AAP1|AB" + title + b"|AC" + end


def information(summary: bytes) -> bytes:
    """63."""
    return b"63001" + DATE + summary + b"AOTOWN|AAP1|"


ORDINARY = sealed(checkout())


def words(quirks: Iterable[Quirk]) -> list[str]:
    """What is said of them."""
    return [quirk.words for quirk in quirks]


def test_a_machine_that_does_as_the_standard_says_has_none() -> None:
    habits = Habits()
    for _ in range(100):
        habits.ended(b"anything\r")
        habits.look(request(ORDINARY), b"|", NOW)
    assert list(habits.quirks()) == []


@proves("a profile suggested from what a machine sends")
@pytest.mark.parametrize(
    ("message", "times", "quirk"),
    [
        (checkout(), ENOUGH, Quirk("sends no checksums", "error_detection", "auto")),
        (
            sealed(checkout(title="Ä1".encode("latin-1"))),
            1,
            Quirk("does not write UTF-8, but Latin-1 or a code page", "charset", "latin-1"),
        ),
        (sealed(checkout(title="Ä1".encode())), 1, Quirk("writes UTF-8", "charset", "utf-8")),
        (
            sealed(checkout(no_block=b"Y")),
            ENOUGH,
            Quirk('says "no block" with everything it does', "no_block", "late"),
        ),
        (sealed(checkout(end=b"")), ENOUGH, Quirk("leaves out the delimiter after the last field")),
        (sealed(checkout(date=b"20260302   Z083000")), 1, Quirk("dates its messages in UTC")),
        (sealed(checkout(date=b"20260302    093130")), 1, Quirk("has a clock that is 90 s ahead")),
        (
            sealed(checkout(date=b"20260302    082955")),
            1,
            Quirk("has a clock that is 3605 s behind, as if it stood in another time zone"),
        ),
        (sealed(information(b"YYYYY     ")), 1, Quirk("asks for several lists at once (63)")),
        (sealed(information(b"        Y ")), 1, Quirk("asks for lists that SIP2 does not have (63)")),
    ],
)
def test_a_habit_is_told_with_the_key_that_provides_for_it(message: bytes, times: int, quirk: Quirk) -> None:
    assert learned([message] * times) == [quirk]
    if times > 1:
        assert learned([message] * (times - 1)) == []


def test_checksums_now_and_then_and_charsets_by_turns_are_told() -> None:
    mixed = [ORDINARY, checkout(title="Ä1".encode()), checkout(title="Ä1".encode("latin-1"))]
    assert words(learned(mixed)) == [
        "sends checksums with some messages",
        "writes UTF-8 and something else by turns",
    ]


def test_one_act_that_may_be_blocked_is_enough_against_always() -> None:
    messages = [sealed(checkout(no_block=b"Y"))] * ENOUGH + [ORDINARY]
    assert learned(messages) == []


def test_what_it_did_offline_says_nothing_of_its_clock() -> None:
    assert learned([sealed(checkout(b"Y", b"20260301    120000"))]) == []


@pytest.mark.parametrize(
    ("ends", "quirk"),
    [
        ([b"99\r\n", b"99\r\n"], Quirk("ends its messages with CR LF", "terminator", "crlf")),
        ([b"99\n"], Quirk("ends its messages with LF", "terminator", "lf")),
        ([b"99\r", b"9"], None),
        ([b"99\r", b"99\n"], Quirk("ends its messages with CR and LF by turns", "terminator", "mirror")),
    ],
)
def test_what_ends_its_messages_is_told_unless_it_is_cr(ends: list[bytes], quirk: Quirk | None) -> None:
    habits = Habits()
    for data in ends:
        habits.ended(data)
    assert list(habits.quirks()) == ([] if quirk is None else [quirk])


def test_a_status_message_before_the_login_is_told() -> None:
    habits = Habits()
    habits.status_first = 1
    assert words(habits.quirks()) == ["sends a status message (99) before it logs in"]


def test_defects_are_told_once_they_are_a_habit_and_wrong_checksums_with_what_to_do() -> None:
    habits = Habits()
    habits.defects[Defect.REPEATED] = ENOUGH
    habits.defects[Defect.SEQUENCE_JUMP] = ENOUGH - 1
    habits.defects[Defect.CHECKSUM_WRONG] = ENOUGH
    assert list(habits.quirks()) == [
        Quirk("sends wrong checksums", "error_detection", "off"),
        Quirk("10 times: checksum wrong"),
        Quirk("10 times: request repeated"),
    ]


@pytest.mark.parametrize("hours", [-5, -1, 1, 2, 5.5])
def test_a_clock_that_is_off_by_a_time_zone_is_told_so(hours: float) -> None:
    shown = NOW + timedelta(hours=hours)
    (quirk,) = learned([sealed(checkout(date=shown.strftime("%Y%m%d    %H%M%S").encode()))])
    assert quirk.words.endswith(", as if it stood in another time zone")
