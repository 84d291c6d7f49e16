"""What people are told of a pasted line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.secret import Secret
from protocols.sip2.codec import Wire, checksum, parse
from protocols.sip2.decoding import MASK, Decoded, Verdict, decode
from protocols.sip2.messages import Direction, FeePaid, Hold, Login, RequestAcsResend

WIRE = Wire()
CHECKOUT = b"11YN20250131    093000                  AOMAIN|AAP1|ABI1|ACpw|"


def rows(decoded: Decoded) -> list[tuple[str, str, str, str]]:
    return [(field.id, field.name, field.raw, field.meaning) for field in decoded.fields]


def test_a_request_is_taken_apart_in_the_order_of_the_wire() -> None:
    decoded = decode("3720250131    0930000400EURAAP1|BV1.50|AD1234|AOMAIN|CGF1|", WIRE)
    assert rows(decoded) == [
        ("", "transaction date", "20250131    093000", "2025-01-31 09:30:00"),
        ("", "fee type", "04", "04 overdue"),
        ("", "payment type", "00", "00 cash"),
        ("", "currency type", "EUR", ""),
        ("AA", "patron identifier", "P1", ""),
        ("BV", "fee amount", "1.50", ""),
        ("AD", "patron password", MASK, ""),
        ("AO", "institution id", "MAIN", ""),
        ("CG", "fee identifier", "F1", ""),
    ]
    assert (decoded.code, decoded.name, decoded.direction) == ("37", "FeePaid", Direction.TO_ACS)
    assert isinstance(decoded.message, FeePaid)
    assert decoded.message.patron_password == Secret("1234")
    assert (decoded.problem, decoded.defects) == (None, ())


def test_an_answer_is_taken_apart_with_its_repeated_fields_and_extensions() -> None:
    decoded = decode(
        b"24Y             00120250131    093000AOMAIN|AAP1|AEAnn|BLY|PB19800101|QQx|AFa|AFb|AY3AZ0000\r", WIRE
    )
    assert rows(decoded) == [
        ("", "patron status", "Y             ", "charge privileges denied"),
        ("", "language", "001", ""),
        ("", "transaction date", "20250131    093000", "2025-01-31 09:30:00"),
        ("AO", "institution id", "MAIN", ""),
        ("AA", "patron identifier", "P1", ""),
        ("AE", "personal name", "Ann", ""),
        ("BL", "valid patron", "Y", ""),
        ("PB", "birth date (EnvisionWare)", "19800101", ""),
        ("QQ", "extension", "x", ""),
        ("AF", "screen message", "a", ""),
        ("AF", "screen message", "b", ""),
    ]
    assert (decoded.direction, decoded.sequence) == (Direction.TO_SC, "3")


class TestChecksum:
    @pytest.mark.parametrize(
        ("line", "verdict", "expected", "sequence"),
        [
            ("97AZFEF5", Verdict.RIGHT, "FEF5", None),
            ("97AZfef5", Verdict.RIGHT, "FEF5", None),
            ("97AZFEF6", Verdict.WRONG, "FEF5", None),
            ("97", Verdict.ABSENT, "FEF5", None),
            ("941AY0AZFDFD", Verdict.RIGHT, "FDFD", "0"),
            ("941AY0AZFDFD||", Verdict.RIGHT, "FDFD", "0"),
            ("941AY0AZ", Verdict.WRONG, "FDFD", "0"),
            ("941AY0", Verdict.ABSENT, "FDFD", "0"),
            ("941AY0|", Verdict.ABSENT, "FDFD", "0"),
            ("9300CNuser_id|COpassw0rd|AY1AZF594", Verdict.RIGHT, "F594", "1"),
        ],
    )
    def test_it_is_judged_and_the_right_one_told(
        self, line: str, verdict: Verdict, expected: str, sequence: str | None
    ) -> None:
        decoded = decode(line, WIRE)
        assert (decoded.checksum, decoded.expected_checksum, decoded.sequence) == (
            verdict,
            expected,
            sequence,
        )
        assert decoded.message is not None

    def test_a_wrong_one_hides_nothing_else(self) -> None:
        decoded = decode("97AZFEF6", WIRE)
        assert decoded.message == RequestAcsResend()

    @pytest.mark.parametrize("charset", ["cp850", "latin-1", "utf-8"])
    def test_of_pasted_text_it_tells_the_charset(self, charset: str) -> None:
        body = "101YNN20250131    093000AOA|AB1|AQ|AJPi\u00e8ge|AZ".encode(charset)
        data = body + checksum(body)
        for line in (data.decode(charset), data):
            decoded = decode(line, Wire(charset=charset))
            assert (decoded.checksum, decoded.defects) == (Verdict.RIGHT, ())
            assert ("AJ", "title identifier", "Pi\u00e8ge", "") in rows(decoded)
        elsewhere = decode(data.decode(charset), Wire(charset="cp866", fallback_charset="cp866"))
        assert elsewhere.checksum is (Verdict.WRONG if charset == "cp850" else Verdict.RIGHT)
        if charset != "cp850":
            assert elsewhere.defects == (f"Checksum is that of {charset}, not of cp866.",)


@pytest.mark.parametrize(
    ("line", "defects"),
    [
        ("9300CNtest|", ["Required field missing: CO login password."]),
        ("9300CNa|CNb|COx|", ["Field given twice: CN login user id."]),
        ("9300CNa|COb|AY3", ["Sequence number without checksum."]),
        ("9300|CNa|COb|", ["Delimiter without a field before it."]),
        ("9300CNa||COb|", ["Delimiter without a field before it."]),
        ("9300CNa|COb", ["Last field without a delimiter behind it."]),
        ("990302.00", ["Fixed part is not of its length, and was made so."]),
        ("3520250131    093000AOA|AAP|@1foo|", ["Text that is no field."]),
    ],
)
def test_what_is_forgiven_is_told_in_sentences(line: str, defects: list[str]) -> None:
    decoded = decode(line, WIRE)
    assert decoded.message is not None
    assert list(decoded.defects) == defects


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "Not SIP2."),
        ("hello", "Not SIP2."),
        ("72foo|", "Message unknown: 72."),
        ("11YN2025", "Fixed part cut short: 11."),
        ("3520250131    093000AOA|" + "ZZ|" * 300, "Too many fields: 35."),
    ],
)
def test_what_cannot_be_read_has_its_reason_in_a_sentence(line: str, problem: str) -> None:
    decoded = decode(line, WIRE)
    assert (decoded.message, decoded.problem, decoded.fields) == (None, problem, ())


def test_a_fixed_part_of_another_length_is_shown_as_it_was_read() -> None:
    assert rows(decode("990302.00", WIRE))[1] == ("", "max print width", "030", "30")


def test_an_unreadable_code_is_shown_beside_its_dash() -> None:
    decoded = decode("15?20250131    093000AOMAIN|AAP1|", WIRE)
    assert isinstance(decoded.message, Hold)
    assert rows(decoded)[:2] == [
        ("", "hold mode", "?", "-"),
        ("", "transaction date", "20250131    093000", "2025-01-31 09:30:00"),
    ]


def test_an_odd_date_is_shown() -> None:
    decoded = decode("1720130915    185455XOMAIN|ABI1|", WIRE)
    assert ("", "transaction date", "20130915    185455", "2013-09-15 18:54:55") in rows(decoded)
    decoded = decode("1720131315    185455AOMAIN|ABI1|", WIRE)
    assert ("", "transaction date", "20131315    185455", "-") in rows(decoded)


def test_a_line_of_a_log_is_decoded_like_its_message() -> None:
    plain = decode(CHECKOUT, WIRE)
    assert plain.message == parse(CHECKOUT, WIRE)
    line = f"2026-01-31 09:30:11,097 INFO kiosk[9712] INPUT_MSG: '{CHECKOUT.decode()}'\n"
    assert decode(line, WIRE) == plain
    assert decode(line.encode(), WIRE) == plain


SECRET_LINES = [
    "9300CNkiosk|COsesame|",
    "9300CNkiosk|COse|same|CPx|",
    "9300CNkiosk|COopen|sesame",
    "9300CNkiosk|COopen|ANsesame|",
    "2300120250131    093000AOMAIN|AAP1|ACsesame|ADsesame|",
    "2300120250131    093000ADsesame",
    "2300120250131ADsesame|AOMAIN|",
    "23001ADsesame|AOMAIN|AAP1|ACx|",
    "11YN20250131    093000ADsesame|AAP1|",
    "11YNADsesame|AOMAIN|AAP1|ABI1|ACx|" + " " * 20,
    "72ADsesame|",
    "ADsesame|",
    "941ADsesame|",
]


@pytest.mark.parametrize("line", SECRET_LINES)
def test_secrets_are_stars_wherever_they_stand(line: str) -> None:
    decoded = decode(line, WIRE)
    printed = f"{decoded!r} {decoded} {rows(decoded)}"
    assert "sesame" not in printed
    assert "same|" not in printed


@given(st.text(max_size=120) | st.binary(max_size=120) | st.text("0129 37CNOADYZ|\r<>[]'\\:.-", max_size=120))
def test_no_line_makes_it_fail(line: str | bytes) -> None:
    decoded = decode(line, WIRE)
    assert (decoded.message is None) is (decoded.problem is not None)
    assert len(decoded.expected_checksum) == 4


def test_a_login_is_decoded_as_its_message() -> None:
    assert decode("9300CNa|COb|", WIRE).message == Login("0", "0", "a", Secret("b"))
