"""What happens to a line on its way, byte for byte."""

import pytest

from conformance.sip2 import shapes
from conformance.sip2.lines import STATUS, information_with, of, saying

LINE = b"9900802.00AY1AZFCA0"


@pytest.mark.parametrize(
    ("shape", "sent"),
    [
        (shapes.ended_by(b"\r\n"), LINE + b"\r\n"),
        (shapes.led_by(b"\n"), b"\n" + LINE + b"\r"),
        (shapes.with_wrong_sum, b"9900802.00AY1AZFCA1\r"),
        (shapes.with_flipped_byte, b"9900802.01AY1AZFCA0\r"),
        (shapes.with_short_sum, b"9900802.00AY1AZFC\r"),
        (shapes.with_letters_for_sum, b"9900802.00AY1AZWXYZ\r"),
        (shapes.with_lower_case_sum, b"9900802.00AY1AZfca0\r"),
        (shapes.broken_off, b"9900802.0"),
        (shapes.unterminated, LINE),
    ],
)
def test_a_shape_does_one_thing_to_a_line(shape: shapes.Shape, sent: bytes) -> None:
    assert shape(LINE) == sent


def test_a_wrong_sum_is_never_the_right_one() -> None:
    assert shapes.with_wrong_sum(b"941AY1AZFDFC") == b"941AY1AZFDF0\r"


def test_a_line_can_be_about_somebody_else_or_say_something_else() -> None:
    assert "AA{patron_blocked}|" in of(STATUS, patron="patron_blocked")
    assert "AAnobody|" in saying(STATUS, patron="nobody")
    assert information_with("  Y       ", "BP1|").startswith("63001{now}  Y       AO")
    assert information_with("  Y       ", "BP1|").endswith("|BP1|")
