"""Lines by hand, both ways: sums from the standard's arithmetic, answers cut into their parts."""

import pytest

from conformance.wire.sip2 import (
    ANSWERS,
    REQUESTS,
    SUPPORTED_ORDER,
    Detection,
    UnreadableError,
    checksum,
    read,
    read_request,
    seal,
)

DATE = "20260101    120000"


@pytest.mark.parametrize(
    ("through_az", "digits"),
    [
        (b"97AZ", b"FEF5"),
        (b"96AZ", b"FEF6"),
        (b"941AY0AZ", b"FDFD"),
        (b"940AY1AZ", b"FDFD"),  # the same as the line above: AZ alone tells no messages apart
        (b"9900401.00AY1AZ", b"FCA5"),
        (b"9300CNLoginUserID|COLoginPassword|CPLocationCode|AY5AZ", b"EC7B"),
        (
            "1804020120110630    110249AB30007008503046|AJLe Pi\u00e8ge de Bogota|CK001|AQOSUL|APOSUL|BGOSUL"
            "|AH2011-10-28 23:59:59|CSPB LP DAL|AY7AZ".encode(),
            b"DD3E",
        ),
        (b"\xff" * 300 + b"AZ", b"D491"),
    ],
)
def test_a_checksum_is_the_complement_of_the_sum_of_the_bytes(through_az: bytes, digits: bytes) -> None:
    assert checksum(through_az) == digits


@pytest.mark.parametrize(
    ("detection", "line"),
    [
        (Detection.FULL, b"9900802.00AY1AZFCA0"),
        (Detection.SUM_ONLY, b"9900802.00AZFD6B"),
        (Detection.DIGIT_ONLY, b"9900802.00AY1"),
        (Detection.NONE, b"9900802.00"),
    ],
)
def test_a_line_carries_the_error_detection_asked_for(detection: Detection, line: bytes) -> None:
    assert seal(b"9900802.00", 1, detection) == line


def test_an_answer_is_cut_into_fixed_fields_and_identified_fields() -> None:
    raw = f"121NNY{DATE}AOX|AAP1|ABI1|AJA title|AH|AFone|AFtwo|".encode()
    answer = read(seal(raw, 3), b"\r")
    assert answer.code == "12"
    assert answer.fixed == {
        "ok": "1",
        "renewal ok": "N",
        "magnetic media": "N",
        "desensitize": "Y",
        "transaction date": DATE,
    }
    assert answer.every("AF") == ("one", "two")
    assert answer.first("AH") == ""
    assert answer.first("BK") is None
    assert (answer.sequence, answer.sum_is_right) == ("3", True)
    assert answer.faults() == ()


@pytest.mark.parametrize(
    ("raw", "sequence", "given"),
    [
        (b"96", None, None),
        (b"96AZFEF6", None, "FEF6"),
        (b"941AY0", "0", None),
        (b"941AY0AZFDFD", "0", "FDFD"),
        (b"941AY0AZ12", "0", "12"),
    ],
)
def test_the_trailer_is_found_whatever_part_of_it_is_there(
    raw: bytes, sequence: str | None, given: str | None
) -> None:
    answer = read(raw)
    assert (answer.sequence, answer.checksum, answer.body) == (sequence, given, "")


def test_letters_that_look_like_a_trailer_inside_a_value_are_left_there() -> None:
    answer = read(f"36Y{DATE}AOX|AAPAY1AZ2|AFsee AZ|AY4AZ0000".encode())
    assert answer.first("AA") == "PAY1AZ2"
    assert (answer.sequence, answer.checksum) == ("4", "0000")


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (f"122NNY{DATE}AOX|AAP|ABI|AJT|AHD|", "ok is '2'"),
        (f"12 NNY{DATE}AOX|AAP|ABI|AJT|AHD|", "ok is ' '"),
        (f"120NUN{DATE}AOX|AAP|ABI|AJT|", "AH is missing"),
        ("120NUN2026010112:00:00   AOX|AAP|ABI|AJT|AH|", "transaction date is '2026010112:00:00  '"),
        ("36Y20260101   J120000AOX|AAP|", "transaction date is '20260101   J120000'"),
        (f"36Y{DATE}AOX|AAP", "the last field lacks its delimiter"),
        (f"36Y{DATE}|AOX|AAP|", "a delimiter stands without a field"),
        (f"36Y{DATE}AOX|AAP||", "a delimiter stands without a field"),
        (f"36Y{DATE}AOX|AAP|af|", "'af' is no field id"),
        (f"36Y{DATE}AOX|AAP|AF{'x' * 256}|", "AF is 256 characters long"),
        (f"36Y{DATE}AOX|AAP|AFa\x07b|", "a control character is inside"),
        (f"36Y{DATE}AOX|AAP|AYxAZ0000", "AY is 'x'"),
        (f"36Y{DATE}AOX|AAP|AY1AZ0000", "AZ is '0000'"),
        (f"161 {DATE}AOX|AAP|", "available is ' '"),
        (f"161N{DATE}AOX|", "AA is missing"),
        (f"20Y{DATE}ABI|", "ok is 'Y'"),
        (f"201{DATE}CHtorn|", "AB is missing"),
        (f"26{' ' * 14}001{DATE}AOX|AAP|", "AE is missing"),
        (f"661   1    {DATE}AOX|", "renewed is '   1'"),
        (f"66100010000{DATE}BMI|", "AO is missing"),
        ("941AY0AZfdfd", "AZ is 'fdfd'"),
        ("941AY0AZFFD", "AZ is 'FFD'"),
        (f"64{' ' * 14}001{DATE}{'0' * 23} AOX|AAP|AE|", "unavailable hold is '000 '"),
        (f"24{'N' * 14}001{DATE}AOX|AAP|AE|", "patron status is 'NNNNNNNNNNNNNN'"),
        (f"18000101{DATE}ABI|AJ|", "circulation status is '00'"),
        (f"98YYYNYN600003{DATE}2.0sAOX|BX|", "protocol version is '2.0s'"),
    ],
)
def test_each_departure_from_the_layout_is_named(raw: str, fault: str) -> None:
    assert fault in read(raw.encode()).faults()


@pytest.mark.parametrize(
    "raw",
    [
        f"101YNN{DATE}AOX|ABI|AQ|",
        f"18030101{DATE}ABI|AJ|",
        f"24{' ' * 14}000{DATE}AOX|AAP|AE|BLN|",
        f"24{'Y' * 14}eng20260101   Z120000AOX|AAP|AE|",
        f"301YNU{DATE}AOX|AAP|ABI|AJT|AHsoon|",
        f"36N{DATE}AOX|AA|",
        f"38Y{DATE}AOX|AAP|",
        f"160N{DATE}AOX|AA|",
        f"161Y{DATE}BW{DATE}|BR1|BSMAIN|AOX|AAP|ABI|AJT|",
        f"200{DATE}AB|",
        f"201{DATE}ABI|AJT|CHtorn|",
        f"26YYYY{' ' * 10}000{DATE}AOX|AA|AE|BLN|",
        f"66000000000{DATE}AOX|",
        f"66100010000{DATE}AOX|BMI|",
        f"64{' ' * 14}001{DATE}{' ' * 24}AOX|AAP|AE|",
        "940",
        "96",
        f"98NNNNNN000999{'0' * 18}2.00AOX|BXYYYYYYYYYYYYYYYY|",
    ],
)
def test_what_the_standard_allows_is_no_fault(raw: str) -> None:
    answer = read(raw.encode())
    assert answer.faults() == ()
    assert len(raw) >= ANSWERS[answer.code].length


@pytest.mark.parametrize("raw", [b"", b"9", b"11YN", b"HTTP/1.1 400", b"12", b"36Y2026", b"24" + b" " * 34])
def test_what_is_no_answer_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableError):
        read(raw)


def test_the_fixed_parts_are_as_long_as_the_standard_makes_them() -> None:
    lengths = {code: shape.length for code, shape in ANSWERS.items()}
    assert lengths == {
        "10": 24,
        "12": 24,
        "16": 22,
        "18": 26,
        "20": 21,
        "24": 37,
        "26": 37,
        "30": 24,
        "36": 21,
        "38": 21,
        "64": 61,
        "66": 29,
        "94": 3,
        "96": 2,
        "98": 36,
    }
    assert len(SUPPORTED_ORDER) == len(set(SUPPORTED_ORDER)) == 16


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_a_value_of_255_characters_is_not_too_long_in_any_charset(charset: str) -> None:
    fitting, longer = (f"36Y{DATE}AOX|AAP|AF{'é' * n}|".encode(charset) for n in (255, 256))
    assert not read(fitting).faults()
    assert read(longer).faults() == ("AF is 256 characters long",)


def test_the_fixed_parts_of_requests_are_as_long_as_the_standard_makes_them() -> None:
    lengths = {code: shape.length for code, shape in REQUESTS.items()}
    fields = {
        "01": 21,
        "15": 21,
        "17": 20,
        "19": 20,
        "23": 23,
        "25": 20,
        "35": 20,
        "37": 27,
        "63": 33,
        "65": 20,
    }
    assert lengths == {"09": 39, "11": 40, "29": 40, "93": 4, "97": 2, "99": 10, **fields}
    assert set(SUPPORTED_ORDER) == lengths.keys()


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (f"23eng{DATE}AOX|AA1|AC|AD|", "language is 'eng'"),
        (f"15?{DATE}AOX|AA1|", "hold mode is '?'"),
        (f"11YN{DATE}{'x' * 18}AOX|AA1|AB2|AC|", f"nb due date is '{'x' * 18}'"),
        (f"63001{DATE}  Y      xAOX|AA1|", "summary is '  Y      x'"),
        ("99308002.00", "status is '3'"),
        (f"01N{DATE}AOX|AA1|AC|", "AL is missing"),
    ],
)
def test_each_departure_of_a_request_is_named(raw: str, fault: str) -> None:
    assert fault in read_request(raw.encode()).faults()


@pytest.mark.parametrize(
    "raw",
    [
        f"11YN{DATE}{' ' * 18}AOX|AA1|AB2|AC|",
        "17201610210000142637AOX|AB2|",
        "9900802.00",
        "9300CNkiosk|COword|",
    ],
)
def test_a_request_as_the_standard_allows_it_has_no_fault(raw: str) -> None:
    assert read_request(raw.encode()).faults() == ()


def test_an_answer_is_no_request_and_the_other_way_round() -> None:
    with pytest.raises(UnreadableError, match="'24' is not the code of a request"):
        read_request(b"24")
    with pytest.raises(UnreadableError, match="'23' is not the code of an answer"):
        read(b"23")
