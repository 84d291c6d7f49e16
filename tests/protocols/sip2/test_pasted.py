"""A message is found in whatever line of a log it stands in."""

import pytest

from protocols.sip2.codec import Wire
from protocols.sip2.pasted import message_in

WIRE = Wire()
CHECKOUT = "11YN20250131    093000                  AOMAIN|AAP1|ABI1|AC|AY1AZF2D4"
LOGIN = "9300CNkiosk|COpw|"
STATUS = "990302.00"
UNSAID = "9900001.00"


@pytest.mark.parametrize("message", [CHECKOUT, LOGIN, STATUS, "97", "97AZFEF5", "11YN2025", "72foo|", ""])
@pytest.mark.parametrize(
    "end", ["", "\r", "\r\n", "\n", "<CR>", "<CR><LF>", "<cr>", "\\r", "\\r\\n", "\\x0d", "\\x0D\\x0A", "^M"]
)
def test_line_ends_are_dropped_even_when_they_are_written_out(message: str, end: str) -> None:
    assert message_in(message + end, WIRE) == message
    assert message_in("\n" + message + end, WIRE) == message


@pytest.mark.parametrize("message", [CHECKOUT, LOGIN, STATUS, UNSAID, "97AZFEF5"])
@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("INPUT_MSG: '", "'"),
        ("[2026/01/31 09:30:11] [INFO] INPUT MSG: '", "'"),
        ("14:05:00.000: <109> (063195) <--- [", "\\r](79)."),
        ("2026-01-31T09:30:00.123+01:00 ", ""),
        ("2026-01-31 09:30:11,997 INFO kiosk[1234]: ", ""),
        ("Jan 31 09:30:11 host circdesk[97]: >> ", "<CR>"),
        ("31.01.2026 ", ""),
        ("09:30:11 [97] INPUT_MSG: '", "'"),
        ("09:30:11 | DEBUG | sip:read:97 - ", ""),
        ("b'", "\\r\\n'"),
        ("b'\\n", "\\r'"),
        ('{"raw": "', '"}'),
        ("Send message (", ")"),
        ("\t> ", ""),
    ],
)
def test_what_a_log_puts_around_a_message_is_dropped(message: str, before: str, behind: str) -> None:
    assert message_in(before + message + behind, WIRE) == message


def test_only_the_first_of_several_messages_is_taken() -> None:
    assert message_in(LOGIN + "\r" + STATUS + "\r", WIRE) == LOGIN


def test_what_looks_like_a_line_end_inside_a_value_stays() -> None:
    paid = "3720250131    0930000100USDBV1|AOMAIN|AAP1|ORDOMAIN\\rudolf|"
    assert message_in(paid + "\\r", WIRE) == paid


def test_a_message_inside_a_value_is_no_message() -> None:
    assert message_in("11YN20250131    093000AOMAIN|AAP1|AB 941|AC|", WIRE).startswith("11YN")


def test_another_delimiter_is_known() -> None:
    assert message_in("> 3520250131    093000^AOMAIN^", Wire(delimiter="^")) == "3520250131    093000^AOMAIN^"


@pytest.mark.parametrize("line", ["hello", "  hello", "GET / HTTP/1.1", "2026-01-31 09:30:00"])
def test_a_line_without_a_message_is_left_as_it_is(line: str) -> None:
    assert message_in(line, WIRE) == line.strip()
