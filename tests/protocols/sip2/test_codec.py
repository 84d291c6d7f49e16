"""Messages against their bytes, by hand: the standard's form both ways, what terminals really send,
checksums, safety.
"""

from datetime import datetime

import pytest

from protocols.secret import Secret
from protocols.sip2.codec import (
    LONGEST_FIELD,
    MOST_FIELDS,
    ErrorDetection,
    LimitUnit,
    Wire,
    checksum,
    parse,
    read,
    serialise,
)
from protocols.sip2.errors import Defect, LocalError, Remedy, RemoteError
from protocols.sip2.fields import (
    AlertType,
    CirculationStatus,
    FeeType,
    HoldMode,
    HoldType,
    MediaFlag,
    MediaType,
    PatronStatus,
    PaymentType,
    ScStatusCode,
    SecurityMarker,
    Summary,
    SupportedMessages,
)
from protocols.sip2.messages import (
    DECLARATIONS,
    AcsStatus,
    BlockPatron,
    Checkin,
    CheckinResponse,
    Checkout,
    CheckoutResponse,
    EndPatronSession,
    EndSessionResponse,
    FeePaid,
    FeePaidResponse,
    Hold,
    HoldResponse,
    ItemInformation,
    ItemInformationResponse,
    ItemStatusUpdate,
    ItemStatusUpdateResponse,
    Login,
    LoginResponse,
    Message,
    PatronEnable,
    PatronEnableResponse,
    PatronInformation,
    PatronInformationResponse,
    PatronStatusRequest,
    PatronStatusResponse,
    Renew,
    RenewAll,
    RenewAllResponse,
    RenewResponse,
    RequestAcsResend,
    RequestScResend,
    ScStatus,
)
from tests.matrix import proves

WIRE = Wire()
UTF8 = Wire(charset="utf-8")
DATE = datetime(2025, 1, 31, 9, 30)
LATER = datetime(2025, 2, 28, 23, 59, 59)
NO = PatronStatus()

BOTH_WAYS: list[tuple[bytes, Message]] = [
    (b"9300CNkiosk|COsecret|CPBR1|", Login("0", "0", "kiosk", Secret("secret"), "BR1")),
    (b"9300CN|CO|", Login("0", "0", "", Secret(""))),
    (b"941", LoginResponse(True)),
    (b"940", LoginResponse(False)),
    (b"9900802.00", ScStatus(ScStatusCode.OK, 80, "2.00")),
    (b"9910001.00", ScStatus(ScStatusCode.OUT_OF_PAPER, None, "1.00")),
    (
        b"98YYYNYN60000320250131    0930002.00AOMAIN|BXYYYNYYYYYYYNNNYN|AMMain Library|ANDesk 1|AFHello|"
        b"AGBye|",
        AcsStatus(
            True, True, True, False, True, False, 600, 3, DATE, "2.00", "MAIN",
            SupportedMessages(
                patron_status_request=True, checkout=True, checkin=True, sc_acs_status=True,
                request_sc_acs_resend=True, login=True, patron_information=True, end_patron_session=True,
                fee_paid=True, item_information=True, renew=True,
            ),
            "Main Library", "Desk 1", ("Hello",), ("Bye",),
        ),
    ),
    (
        b"98NNNNNN0009990000000000000000002.00AO|",
        AcsStatus(False, False, False, False, False, False, 0, None, None, "2.00", "", None),
    ),
    (
        b"98YYYNYN01000319960214    1447001.00AOID_21|AMCentral Library|ANtty30|",
        AcsStatus(
            True, True, True, False, True, False, 10, 3, datetime(1996, 2, 14, 14, 47), "1.00", "ID_21", None,
            "Central Library", "tty30",
        ),
    ),
    (b"97", RequestAcsResend()),
    (b"96", RequestScResend()),
    (
        b"2300120250131    093000AOMAIN|AAP1|AC|AD1234|",
        PatronStatusRequest("001", DATE, "MAIN", "P1", Secret(""), Secret("1234")),
    ),
    (
        b"23eng20250131    093000AOMAIN|AAP1|AC|",
        PatronStatusRequest("eng", DATE, "MAIN", "P1", Secret(""), None),
    ),
    (
        b"24Y         Y   00120250131    093000AOMAIN|AAP1|AEMiller, Ann|BLY|CQN|BHEUR|BV0.00|AFa|AFb|AGc|",
        PatronStatusResponse(
            PatronStatus(charge_privileges_denied=True, excessive_outstanding_fines=True), "001", DATE,
            "MAIN", "P1", "Miller, Ann", True, False, "EUR", "0.00", ("a", "b"), ("c",),
        ),
    ),
    (
        b"6300020250131    093000Y         AOMAIN|AAP1|AC|AD|BP1|BQ10|",
        PatronInformation("000", DATE, Summary(hold_items=True), "MAIN", "P1", Secret(""), Secret(""), 1, 10),
    ),
    (
        b"64              00120250131    0930000001000200030000    0005AOMAIN|AAP1|AEAnn|BZ0010|CA0000|"
        b"CB9999|BLY|CQY|BHEUR|BV1.50|CC20.00|ASI1|ASI2|ATI3|AUI4|AVF1|BUI5|CDI6|BDStreet 1|BEa@b.c|BF12|"
        b"AFx|AGy|",
        PatronInformationResponse(
            NO, "001", DATE, 1, 2, 3, 0, None, 5, "MAIN", "P1", "Ann", 10, 0, 9999, True, True, "EUR", "1.50",
            "20.00", ("I1", "I2"), ("I3",), ("I4",), ("F1",), ("I5",), ("I6",), "Street 1", "a@b.c", "12",
            ("x",), ("y",),
        ),
    ),
    (b"3520250131    093000AOMAIN|AAP1|", EndPatronSession(DATE, "MAIN", "P1")),
    (b"36Y20250131    093000AOMAIN|AAP1|AFBye|", EndSessionResponse(True, DATE, "MAIN", "P1", ("Bye",))),
    (
        b"11YN20250131    09300020250228    235959AOMAIN|AAP1|ABI1|ACpw|CHnote|AD1|BOY|BIN|",
        Checkout(True, False, DATE, LATER, "MAIN", "P1", "I1", Secret("pw"), "note", Secret("1"), True,
        False),
    ),
    (
        b"11NY20250131    093000                  AOMAIN|AAP1|ABI1|AC|",
        Checkout(False, True, DATE, None, "MAIN", "P1", "I1", Secret("")),
    ),
    (
        b"121NNY20250131    093000AOMAIN|AAP1|ABI1|AJTitle|AH2025-02-28|BT06|CIN|BHEUR|BV0|CK001|CHp|BKT1|"
        b"AFok|AGl|",
        CheckoutResponse(
            True, False, MediaFlag.NO, MediaFlag.YES, DATE, "MAIN", "P1", "I1", "Title", "2025-02-28",
            FeeType.RENTAL, False, "EUR", "0", MediaType.BOOK, "p", "T1", ("ok",), ("l",),
        ),
    ),
    (
        b"120NUN20250131    093000AOMAIN|AAP1|ABI1|AJ|AH|AFno|",
        CheckoutResponse(
            False, False, MediaFlag.UNKNOWN, MediaFlag.NO, DATE, "MAIN", "P1", "I1", "", "",
            screen_message=("no",)
        ),
    ),
    (
        b"09N20250131    09300020250228    235959APhere|AOMAIN|ABI1|AC|CHp|BIY|",
        Checkin(False, DATE, LATER, "here", "MAIN", "I1", Secret(""), "p", True),
    ),
    (
        b"101YNY20250131    093000AOMAIN|ABI1|AQStacks|AJT|CL1|AAP1|CK006|CHp|CRc|CSQA 76|CTB2|CV02|CYP2|"
        b"DABo|BF12|CM20250228    235959|AFs|AGp|",
        CheckinResponse(
            True, True, MediaFlag.NO, True, DATE, "MAIN", "I1", "Stacks", "T", "1", "P1", MediaType.CD, "p",
            "c", "QA 76", "B2", AlertType.HOLD_ELSEWHERE, "P2", "Bo", "12", LATER, ("s",), ("p",),
        ),
    ),
    (
        b"100NUY20250131    093000AOMAIN|ABI1|AQ|",
        CheckinResponse(False, False, MediaFlag.UNKNOWN, True, DATE, "MAIN", "I1", ""),
    ),
    (
        b"29YN20250131    093000                  AOMAIN|AAP1|AD1|ABI1|AJT|AC|CHp|BON|",
        Renew(True, False, DATE, None, "MAIN", "P1", Secret("1"), "I1", "T", Secret(""), "p", False),
    ),
    (
        b"301YUU20250131    093000AOMAIN|AAP1|ABI1|AJT|AHsoon|",
        RenewResponse(True, True, MediaFlag.UNKNOWN, MediaFlag.UNKNOWN, DATE, "MAIN", "P1", "I1", "T",
        "soon"),
    ),
    (
        b"3720250131    0930000400EURBV1.50|AOMAIN|AAP1|AC|AD1|CGF1|BKK1|",
        FeePaid(
            DATE, FeeType.OVERDUE, PaymentType.CASH, "EUR", "1.50", "MAIN", "P1", Secret(""), Secret("1"),
            "F1", "K1"
        ),
    ),
    (
        b"3720250131    0930000100USDBV20.00|AOMAIN|AAP1|ORLIBRARY\\till|RN12|",
        FeePaid(
            DATE, FeeType.OTHER, PaymentType.CASH, "USD", "20.00", "MAIN", "P1",
            register_login="LIBRARY\\till", check_number="12",
        ),
    ),
    (b"38Y20250131    093000AOMAIN|AAP1|BKL1|", FeePaidResponse(True, DATE, "MAIN", "P1", "L1")),
    (b"1720250131    093000AOMAIN|ABI1|AC|", ItemInformation(DATE, "MAIN", "I1", Secret(""))),
    (
        b"1804000120250131    093000ABI1|AJT|CF0|AHsoon|CJ20250228    235959|CM20250131    093000|BGMAIN|"
        b"BHEUR|BV1|CK001|AQS|APD|CHp|CRc|CSn|CTl|CV01|CYp|DAn|AFs|AGp|",
        ItemInformationResponse(
            CirculationStatus.CHARGED, SecurityMarker.OTHER, FeeType.OTHER, DATE, "I1", "T", 0, "soon", LATER,
            DATE, "MAIN", "EUR", "1", MediaType.BOOK, "S", "D", "p", "c", "n", "l", AlertType.HOLD_HERE, "p",
            "n", ("s",), ("p",),
        ),
    ),
    (
        b"01Y20250131    093000AOMAIN|ALcard left behind|AAP1|ACpw|",
        BlockPatron(True, DATE, "MAIN", "card left behind", "P1", Secret("pw")),
    ),
    (
        b"01N20250131    093000AOMAIN|AL|AAP1|AC|",
        BlockPatron(False, DATE, "MAIN", "", "P1", Secret("")),
    ),
    (b"2520250131    093000AOMAIN|AAP1|", PatronEnable(DATE, "MAIN", "P1")),
    (
        b"2520250131    093000AOMAIN|AAP1|ACpw|AD1234|",
        PatronEnable(DATE, "MAIN", "P1", Secret("pw"), Secret("1234")),
    ),
    (
        b"26              00120250131    093000AOMAIN|AAP1|AEMiller, Ann|BLY|CQY|AFWelcome|AGback|",
        PatronEnableResponse(NO, "001", DATE, "MAIN", "P1", "Miller, Ann", True, True, ("Welcome",),
        ("back",)),
    ),
    (
        b"26YYYY          00020250131    093000AOMAIN|AAP9|AE|BLN|",
        PatronEnableResponse(
            PatronStatus(True, True, True, True), "000", DATE, "MAIN", "P9", "", valid_patron=False
        ),
    ),
    (
        b"15+20250131    093000AOMAIN|AAP1|BW20250228    235959|BSBR1|BY3|AD1234|ABI1|AJT|ACpw|BOY|",
        Hold(
            HoldMode.ADD, DATE, "MAIN", "P1", LATER, "BR1", HoldType.THIS_COPY, Secret("1234"), "I1", "T",
            Secret("pw"), True,
        ),
    ),
    (
        b"15-20250131    093000AOMAIN|AAP1|ABI1|",
        Hold(HoldMode.DELETE, DATE, "MAIN", "P1", item_identifier="I1"),
    ),
    (
        b"15*20250131    093000AOMAIN|AAP1|BSBR2|AJT|",
        Hold(HoldMode.CHANGE, DATE, "MAIN", "P1", pickup_location="BR2", title_identifier="T"),
    ),
    (
        b"161N20250131    093000AOMAIN|AAP1|BW20250228    235959|BR2|BSBR1|ABI1|AJT|AFx|AGy|",
        HoldResponse(True, False, DATE, "MAIN", "P1", LATER, 2, "BR1", "I1", "T", ("x",), ("y",)),
    ),
    (b"160N20250131    093000AOMAIN|AAP1|", HoldResponse(False, False, DATE, "MAIN", "P1")),
    (b"1920250131    093000AOMAIN|ABI1|CHtorn|", ItemStatusUpdate(DATE, "MAIN", "I1", "torn")),
    (
        b"1920250131    093000AOMAIN|ABI1|CH|ACpw|",
        ItemStatusUpdate(DATE, "MAIN", "I1", "", Secret("pw")),
    ),
    (
        b"20120250131    093000ABI1|AJT|CHtorn|AFx|AGy|",
        ItemStatusUpdateResponse(True, DATE, "I1", "T", "torn", ("x",), ("y",)),
    ),
    (b"20020250131    093000ABI9|", ItemStatusUpdateResponse(False, DATE, "I9")),
    (b"6520250131    093000AOMAIN|AAP1|", RenewAll(DATE, "MAIN", "P1")),
    (
        b"6520250131    093000AOMAIN|AAP1|AD1234|ACpw|BON|",
        RenewAll(DATE, "MAIN", "P1", Secret("1234"), Secret("pw"), False),
    ),
    (
        b"6610002000120250131    093000AOMAIN|BMI1|BMI2|BNI3 on hold|AFx|AGy|",
        RenewAllResponse(
            True, 2, 1, DATE, "MAIN", ("I1", "I2"), ("I3 on hold",), ("x",), ("y",)
        ),
    ),
    (b"6600000000020250131    093000AOMAIN|", RenewAllResponse(False, 0, 0, DATE, "MAIN")),
    (
        b"24              00120250131    093000AOMAIN|AAP1|AEAnn|BLY|BFunlisted|PB19800101|AFx|AFy|AGz|",
        PatronStatusResponse(
            NO, "001", DATE, "MAIN", "P1", "Ann", True, screen_message=("x", "y"), print_line=("z",),
            extensions=(("BF", "unlisted"), ("PB", "19800101")),
        ),
    ),
    (
        b"64              00120250131    093000000000000000000000000000AOMAIN|AAP1|AEAnn|AQBR1|PCstaff|AGz|",
        PatronInformationResponse(
            NO, "001", DATE, 0, 0, 0, 0, 0, 0, "MAIN", "P1", "Ann", print_line=("z",),
            extensions=(("AQ", "BR1"), ("PC", "staff")),
        ),
    ),
    (b"941ZZtop|", LoginResponse(True, extensions=(("ZZ", "top"),))),
]  # fmt: skip


NAMES = [f"{type(message).__name__} {body[:24].decode()}" for body, message in BOTH_WAYS]


def test_every_message_has_its_bytes_in_the_table() -> None:
    assert {message.code for _, message in BOTH_WAYS} == set(DECLARATIONS)


@pytest.mark.parametrize(("body", "message"), BOTH_WAYS, ids=NAMES)
class TestBothWays:
    def test_bytes_are_read_as_the_message(self, body: bytes, message: Message) -> None:
        reading = read(body, WIRE)
        assert reading.message == message
        assert not reading.checked
        assert reading.sequence is None

    def test_the_message_is_written_as_the_bytes(self, body: bytes, message: Message) -> None:
        assert serialise(message, WIRE) == body

    def test_error_detection_is_added_behind(self, body: bytes, message: Message) -> None:
        data = serialise(message, WIRE, "0", True)
        assert data.startswith(body + b"AY0AZ")
        reading = read(data, WIRE)
        assert (reading.message, reading.sequence, reading.checked) == (message, "0", True)


TITLE = (
    "1804020120110630    110249AB30007008503046|AJLe Pi{}ge de Bogota|CK001|AQOSUL|APOSUL|BGOSUL|"
    "AH2011-10-28 23:59:59|CSPB LP DAL|AY7AZ"
)

WORKED = [
    (b"97AZ", b"FEF5"),
    (b"96AZ", b"FEF6"),
    (b"941AY0AZ", b"FDFD"),
    (b"941AY1AZ", b"FDFC"),
    (b"940AY0AZ", b"FDFE"),
    (b"940AY1AZ", b"FDFD"),
    (b"941AY3AZ", b"FDFA"),
    (b"9900401.00AY1AZ", b"FCA5"),
    (b"9900802.00AY1AZ", b"FCA0"),
    (b"9300AZ", b"FE99"),
    (b"9300CNuser_id|COpassw0rd|AY1AZ", b"F594"),
    (b"9300CNLoginUserID|COLoginPassword|CPLocationCode|AY5AZ", b"EC7B"),
    (b"9300CNlibrarian@test.com|CO123456|CPselfcheck_location|AY1AZ", b"EAEE"),
    (b"6520190501   Z103015AApatron_id|AC|AD1234|AOuniversity_id|BON|AY1AZ", b"EB3B"),
    (TITLE.format("\u00e8").encode(), b"DD3E"),
    (TITLE.format("e\u0300").encode(), b"DCF8"),
    (TITLE.format("\u00e8").encode("latin-1"), b"DDC1"),
    (TITLE.format("\u00e8").encode("cp850"), b"DE1F"),
    (TITLE.format("e").encode(), b"DE44"),
]


class TestChecksum:
    @pytest.mark.parametrize(("message", "digits"), WORKED)
    def test_worked_examples(self, message: bytes, digits: bytes) -> None:
        assert checksum(message) == digits

    @pytest.mark.parametrize("length", [255, 256, 257, 300, 100_000])
    def test_of_many_high_bytes(self, length: int) -> None:
        total = sum(b"\xff" * length)
        assert (total + int(checksum(b"\xff" * length), 16)) % 65536 == 0

    @pytest.mark.parametrize("body", [b"97AZ", b"941AY0AZ", b"9300CNa|COb|AY1AZ", b"9300CNa|COb|AZ"])
    @pytest.mark.parametrize("after", [b"", b"|", b"||", b"  "])
    def test_right_ones_are_found_in_either_case_and_before_stray_delimiters(
        self, body: bytes, after: bytes
    ) -> None:
        assert read(body + checksum(body) + after, WIRE).checked
        assert read(body + checksum(body).lower() + after, WIRE).checked

    @pytest.mark.parametrize(
        "body",
        [
            b"941AY0AZFDFE",
            b"941AY0AZ0000",
            b"941AY0AZFDF",
            b"941AY0AZFDFD0",
            b"941AY0AZ",
            b"941AY0AZGGGG",
            b"941AY0AZ+DFD",
            b"97AZ",
            b"97AZFEF6",
            b"9300CNa|COb|AZ1",
            b"9300CNa|COb|AY1AZ",
            b"9300CNa|CObAY1AZ12",
            b"9300CNa|CObAY1AZ0000",
        ],
    )
    def test_wrong_short_long_and_unreadable_ones_are_refused(self, body: bytes) -> None:
        with pytest.raises(RemoteError) as caught:
            read(body, WIRE)
        assert caught.value.defect is Defect.CHECKSUM_WRONG
        assert caught.value.remedy is Remedy.RESEND
        assert caught.value.checked

    @proves("checksum over the bytes as they came")
    def test_it_is_taken_over_the_bytes_as_they_came(self) -> None:
        body = TITLE.format("e\u0300").encode() + b"DCF8"
        message = read(body, UTF8).message
        assert isinstance(message, ItemInformationResponse)
        assert message.title_identifier == "Le Pie\u0300ge de Bogota"

    @pytest.mark.parametrize("body", [b"9300CNa|CObAZ", b"9300CNa|CObAY1AZ", b"990401.00AY1AZ"])
    def test_right_ones_are_found_without_a_delimiter_before_them(self, body: bytes) -> None:
        assert read(body + checksum(body), WIRE).checked

    @pytest.mark.parametrize("barcode", [b"AZ1234", b"XAZ1234", b"AY1", b"AY1AZFFFF"])
    def test_a_barcode_may_look_like_one(self, barcode: bytes) -> None:
        message = parse(b"1720250131    093000AOMAIN|AB" + barcode + b"|", WIRE)
        assert isinstance(message, ItemInformation)
        assert message.item_identifier == barcode.decode()

    def test_letters_inside_a_field_are_no_checksum(self) -> None:
        reading = read(b"9300CNAZURE|COAY1AZ0000x|CPlAZ1|", WIRE)
        assert reading.message == Login("0", "0", "AZURE", Secret("AY1AZ0000x"), "lAZ1")
        assert not reading.checked

    def test_required_and_missing_it_is_refused(self) -> None:
        with pytest.raises(RemoteError) as caught:
            read(b"9300CNa|COb|AY1", Wire(error_detection=ErrorDetection.REQUIRED))
        assert caught.value.defect is Defect.CHECKSUM_MISSING
        assert caught.value.checked

    def test_switched_off_it_is_ignored(self) -> None:
        reading = read(b"9300CNa|COb|AY1AZ0000", Wire(error_detection=ErrorDetection.OFF))
        assert reading.message == Login("0", "0", "a", Secret("b"))
        assert (reading.sequence, reading.checked, list(reading.defects)) == (None, False, [])


class TestSequenceNumber:
    def test_zero_is_a_number(self) -> None:
        assert read(b"941AY0AZFDFD", WIRE).sequence == "0"

    def test_alone_it_is_kept_and_noticed(self) -> None:
        reading = read(b"9300CNa|COb|AY1", WIRE)
        assert (reading.sequence, reading.checked) == ("1", False)
        assert reading.defects == [(Defect.SEQUENCE_WITHOUT_CHECKSUM, "")]

    def test_a_checksum_needs_none(self) -> None:
        reading = read(b"97AZFEF5", WIRE)
        assert (reading.sequence, reading.checked, reading.defects) == (None, True, [])

    @pytest.mark.parametrize(("digits", "sequence"), [(b"10", "10"), (b"x", None), (b"", None)])
    def test_a_client_that_counts_past_nine_or_not_at_all_is_served(
        self, digits: bytes, sequence: str | None
    ) -> None:
        body = b"9300CNa|COb|AY" + digits + b"AZ"
        reading = read(body + checksum(body), WIRE)
        assert reading.message == Login("0", "0", "a", Secret("b"))
        assert reading.sequence == sequence
        assert reading.checked
        assert reading.defects == [(Defect.SEQUENCE_MALFORMED, "")]


class TestLeniency:
    """How far forgiving goes, beyond the rows of test_leniency.py."""

    @pytest.mark.parametrize(
        ("body", "width", "version"),
        [
            (b"990302.00", 30, "2.00"),
            (b"990401.00|AY1AZFC59", 40, "1.00"),
            (b"9902.00", None, "2.00"),
            (b"99000802.00", 80, "2.00"),
            (b"9900802.0S", 80, "2.0S"),
        ],
    )
    def test_print_width_of_any_number_of_digits(self, body: bytes, width: int | None, version: str) -> None:
        assert parse(body, WIRE) == ScStatus(ScStatusCode.OK, width, version)

    @pytest.mark.parametrize(
        "between",
        [b" " * 18, b"0" * 18, b"", b" " * 5, b" " * 25, b"20130915    1854553", b"20130915"],
        ids=["blank", "zeros", "absent", "too few blanks", "too many", "one digit too many", "half a date"],
    )
    def test_no_block_due_date_that_is_none(self, between: bytes) -> None:
        body = b"11YN20250131    093000" + between + b"AOMAIN|AAP1|ABI1|AC|"
        assert parse(body, WIRE) == Checkout(True, False, DATE, None, "MAIN", "P1", "I1", Secret(""))

    @pytest.mark.parametrize("summary", [b"Y", b"Y Y", b"Y  YYYYYYY", b"Y         YYY", b"", b"YNNNNNNNNN"])
    def test_summary_of_any_length_with_any_number_of_flags(self, summary: bytes) -> None:
        message = parse(b"6300020250131    093000" + summary + b"AOMAIN|AAP1|", WIRE)
        assert isinstance(message, PatronInformation)
        assert (message.institution_id, message.patron_identifier) == ("MAIN", "P1")
        assert message.summary.hold_items is (summary != b"")

    def test_short_summary_before_a_value_that_looks_like_a_field(self) -> None:
        message = parse(b"6300020250131    093000Y      AOxAAB|AA123|", WIRE)
        assert isinstance(message, PatronInformation)
        assert (message.institution_id, message.patron_identifier) == ("xAAB", "123")

    def test_summary_that_is_none_asks_for_nothing(self) -> None:
        message = parse(b"6300020250131    093000??????????|AAP1|", WIRE)
        assert isinstance(message, PatronInformation)
        assert message.summary == Summary()

    def test_empty_and_missing_identifiers_are_no_crash(self) -> None:
        reading = read(b"11YN20250131    093000                  AA|", WIRE)
        assert reading.message == Checkout(True, False, DATE, None, "", "", "", Secret(""))
        assert reading.defects == [(Defect.MISSING_FIELD, id_) for id_ in ("AO", "AB", "AC")]

    def test_the_first_of_two_fields_wins(self) -> None:
        reading = read(b"3520250131    093000AOMAIN|AAP1|AAP2|AD|AD1234|", WIRE)
        assert reading.message == EndPatronSession(DATE, "MAIN", "P1", None, Secret(""))
        assert reading.defects == [(Defect.DUPLICATE_FIELD, "AA"), (Defect.DUPLICATE_FIELD, "AD")]

    @proves("unknown messages and fields are ignored")
    def test_unknown_fields_are_kept_aside(self) -> None:
        message = parse(b"1720250131    093000AOMAIN|ABI1|MA42|ZZ|", WIRE)
        assert message.extensions == (("MA", "42"), ("ZZ", ""))

    def test_an_unknown_field_may_come_first(self) -> None:
        message = parse(b"11YN20250131    09300020250228    235959ZZAOx|AOMAIN|AAP1|ABI1|AC|", WIRE)
        assert isinstance(message, Checkout)
        assert (message.nb_due_date, message.institution_id) == (LATER, "MAIN")
        assert message.extensions == (("ZZ", "AOx"),)

    @pytest.mark.parametrize("junk", [b"x", b"@1foo", b"AY", b"AZ12|AO", b"\xc3"])
    def test_text_that_is_no_field_is_noticed(self, junk: bytes) -> None:
        reading = read(b"3520250131    093000AOMAIN|AAP1|" + junk + b"|ACx|", WIRE)
        assert isinstance(reading.message, EndPatronSession)
        assert reading.message.terminal_password == Secret("x")
        assert reading.message.extensions == ()
        assert (Defect.STRAY_TEXT, "") in reading.defects

    def test_palace_cuts_a_value_at_its_delimiter(self) -> None:
        body = b"64              00120250131    093000" + b" " * 24 + b"AO|AA1|AE|BEleona|rdr@|bar.com|"
        message = parse(body, WIRE)
        assert isinstance(message, PatronInformationResponse)
        assert message.e_mail_address == "leona"

    def test_values_keep_blanks_and_case(self) -> None:
        message = parse(b"1720250131    093000AOMAIN|AB ab/1'*\" |", WIRE)
        assert message == ItemInformation(DATE, "MAIN", " ab/1'*\" ")


class TestRefusals:
    @pytest.mark.parametrize(
        "body", [b"11", b"11YN2025", b"23", b"94", b"990", b"6300020250131    0930", b"09N"]
    )
    def test_a_fixed_part_cut_short_is_asked_for_again(self, body: bytes) -> None:
        with pytest.raises(RemoteError) as caught:
            parse(body, WIRE)
        assert (caught.value.defect, caught.value.remedy) == (Defect.TRUNCATED, Remedy.RESEND)

    @pytest.mark.parametrize(
        ("body", "defect", "code"),
        [
            (b"72foo|", Defect.UNKNOWN_CODE, "72"),
            (b"GET / HTTP/1.1", Defect.NOT_SIP2, ""),
            (b"9", Defect.NOT_SIP2, ""),
            (b"", Defect.NOT_SIP2, ""),
            (b"\x16\x03\x01", Defect.NOT_SIP2, ""),
        ],
    )
    def test_what_is_unknown_is_ignored(self, body: bytes, defect: Defect, code: str) -> None:
        with pytest.raises(RemoteError) as caught:
            parse(body, WIRE)
        assert (caught.value.defect, caught.value.remedy, caught.value.code) == (defect, Remedy.IGNORE, code)

    @pytest.mark.parametrize(
        ("tail", "defect"),
        [
            (b"|" * MOST_FIELDS, Defect.TOO_MANY_FIELDS),
            (b"AD1|" * MOST_FIELDS, Defect.TOO_MANY_FIELDS),
            (b"CH" + b"x" * (LONGEST_FIELD + 1), Defect.FIELD_TOO_LONG),
        ],
    )
    def test_field_bombs(self, tail: bytes, defect: Defect) -> None:
        with pytest.raises(RemoteError) as caught:
            parse(b"09N20250131    09300020250228    235959AP|AO|AB|AC|" + tail, WIRE)
        assert (caught.value.defect, caught.value.remedy) == (defect, Remedy.RESEND)

    def test_a_long_message_of_short_fields_is_taken(self) -> None:
        message = parse(b"3520250131    093000AOMAIN|AAP1|" + b"ZZ" * 2000 + b"|" + b"ZZ" * 1000, WIRE)
        assert len(message.extensions) == 2

    def test_an_error_does_not_tell_what_was_sent(self) -> None:
        with pytest.raises(RemoteError) as caught:
            parse(b"9300CNa|COtopsecret|AY1AZ0000", WIRE)
        assert "topsecret" not in f"{caught.value!r} {caught.value} {caught.value.args}"


class TestCharsets:
    @proves("charset by terminal, with a fallback")
    @pytest.mark.parametrize(
        ("wire", "data", "text"),
        [
            (WIRE, b"\x82", "é"),
            (Wire(charset="latin-1"), b"\xe9", "é"),
            (UTF8, "é漢".encode(), "é漢"),
            (UTF8, b"\xe9", "é"),
            (UTF8, b"\x81", "\x81"),
            (Wire(charset="big5"), "許".encode("big5"), "許"),
        ],
        ids=["cp850", "Latin-1", "UTF-8", "the fallback", "neither", "a delimiter byte inside a character"],
    )
    def test_reading_never_fails(self, wire: Wire, data: bytes, text: str) -> None:
        message = parse(b"1720250131    093000AOMAIN|AB" + data + b"|", wire)
        assert isinstance(message, ItemInformation)
        assert message.item_identifier == text

    @pytest.mark.parametrize(
        ("wire", "text", "data"),
        [
            (WIRE, "Pi\u00e8ge", b"Pi\x8age"),
            (WIRE, "Pie\u0300ge", b"Pi\x8age"),
            (UTF8, "Pie\u0300ge", b"Pi\xc3\xa8ge"),
            (Wire(charset="ascii"), "Stra\u00dfe \u0141\u00f3d\u017a", b"Strasse Lodz"),
            (Wire(charset="ascii"), "\u2013 \u201equ\u201c\u2026", b'- "qu"...'),
            (Wire(charset="latin-1"), "x\u0302 \u6f22\u200d", b"x ?"),
            (WIRE, "\u6f22", b"?"),
            (UTF8, "a\u3000b\u00a0c", b"a b c"),
            (UTF8, "\u202eevil\u2028\x85\ud800", b" evil   "),
            (UTF8, "\u0646\u200c\u0645", "\u0646\u200c\u0645".encode()),
            (Wire(charset="ascii"), "a\uff5cb\u0122", b"a bG"),
        ],
    )  # fmt: skip
    def test_writing_comes_as_near_as_the_charset_lets(self, wire: Wire, text: str, data: bytes) -> None:
        assert serialise(_with_title(text), wire) == b"1801000120250131    093000AB1|AJ" + data + b"|"


CHARSETS = [
    ("gb18030", "\u56fe\u4e66\u9986", b"\xcd\xbc\xca\xe9\xb9\xdd"),
    ("gb18030", "\u00ff\U00020000", b"\x810\x8b7\x952\x826"),
    ("big5", "\u5716\u8a31", b"\xb9\xcf\xb3\x5c"),
    ("cp850", "\u00e9\u00df\u00d8\u00f1", b"\x82\xe1\x9d\xa4"),
    ("latin-1", "\u00e9\u00df\u00d8\u00f1", b"\xe9\xdf\xd8\xf1"),
    ("iso8859-15", "\u20ac\u0160\u0153", b"\xa4\xa6\xbd"),
    ("utf-8", "\u20ac\u00e9\u56fe\U00020000", b"\xe2\x82\xac\xc3\xa9\xe5\x9b\xbe\xf0\xa0\x80\x80"),
    ("cp1256", "\u0645\u0643\u062a\u0628\u0629", b"\xe3\xdf\xca\xc8\xc9"),
]


@pytest.mark.parametrize(
    ("charset", "text", "data"), CHARSETS, ids=[f"{row[0]}-{row[1]}" for row in CHARSETS]
)
class TestCharsetsBothWays:
    def test_bytes_are_read_as_the_text(self, charset: str, text: str, data: bytes) -> None:
        body = b"1801000120250131    093000AB1|AJ" + data + b"|"
        assert parse(body, Wire(charset=charset)) == _with_title(text)

    def test_the_text_is_written_as_the_bytes(self, charset: str, text: str, data: bytes) -> None:
        written = serialise(_with_title(text), Wire(charset=charset), "1", True)
        assert written[:-9] == b"1801000120250131    093000AB1|AJ" + data + b"|"
        assert written[-4:] == checksum(written[:-4])

    @pytest.mark.parametrize("limit", range(16, 25))
    def test_a_limit_of_bytes_parts_no_character(
        self, charset: str, text: str, data: bytes, limit: int
    ) -> None:
        wire = Wire(charset=charset, field_limit=limit, field_limit_unit=LimitUnit.BYTES)
        message = parse(serialise(_with_title(text * 10), wire), wire)
        assert isinstance(message, ItemInformationResponse)
        title = message.title_identifier
        assert (text * 10).startswith(title)
        following = (text * 10)[len(title)]
        assert len(title.encode(charset)) <= limit < len((title + following).encode(charset))


def _with_title(title: str) -> ItemInformationResponse:
    return ItemInformationResponse(
        CirculationStatus.OTHER, SecurityMarker.OTHER, FeeType.OTHER, DATE, "1", title
    )


class TestSafety:
    @proves("delimiter by terminal; values never hold it", "control characters never leave in a value")
    @pytest.mark.parametrize(
        ("text", "data"),
        [
            ("a|b", b"a b"),
            ("a\rb\nc\0d\x1be\x7ff", b"a b c d e f"),
            ("a\r\nb", b"a  b"),
            ("\u00e9|\r", b"\x82  "),
            ("0", b"0"),
        ],
    )
    def test_nothing_in_a_value_breaks_the_message(self, text: str, data: bytes) -> None:
        assert serialise(_with_title(text), WIRE) == b"1801000120250131    093000AB1|AJ" + data + b"|"

    def test_the_replacement_is_the_terminals(self) -> None:
        data = serialise(_with_title("a^b|c\0"), Wire(delimiter="^", replacement="_"))
        assert data == b"1801000120250131    093000AB1^AJa_b|c_^"

    def test_a_delimiter_in_the_fixed_part_is_replaced_in_place(self) -> None:
        data = serialise(PatronStatusRequest("|\r|", DATE, "A", "P", Secret(""), None), WIRE)
        assert data == b"23 ? 20250131    093000AOA|AAP|AC|"

    def test_an_extension_of_an_answer_is_made_safe_like_every_value(self) -> None:
        message = LoginResponse(True, extensions=(("ZZ", "a|b\rc\u00e9"), ("QQ", "x" * 300)))
        assert serialise(message, WIRE) == b"941ZZa b c\x82|QQ" + b"x" * 255 + b"|"

    @pytest.mark.parametrize("id_", ["A", "ABC", "A|", "é1", "AY", "AZ", ""])
    def test_an_extension_needs_a_field_id(self, id_: str) -> None:
        with pytest.raises(LocalError):
            serialise(LoginResponse(True, extensions=((id_, "x"),)), WIRE)

    @proves("no value longer than 255, cut between characters")
    def test_255_characters_stay_and_the_256th_goes(self) -> None:
        assert serialise(_with_title("x" * 255), WIRE).endswith(b"AJ" + b"x" * 255 + b"|")
        assert serialise(_with_title("x" * 256), WIRE).endswith(b"AJ" + b"x" * 255 + b"|")

    @proves("no value longer than 255, cut between characters")
    def test_a_cut_does_not_part_a_letter_from_its_marks(self) -> None:
        title = "x" * 254 + "q\u0323\u0307"
        assert serialise(_with_title(title), UTF8).endswith(b"x|")

    def test_a_cut_does_not_part_joined_characters(self) -> None:
        title = "x" * 253 + "\u0915\u200d\u0916"
        assert serialise(_with_title(title), UTF8).endswith(b"x|")

    def test_marks_without_end_are_cut_all_the_same(self) -> None:
        data = serialise(_with_title("q" + "\u0323" * 20_000), UTF8)
        assert len(data) < 600

    def test_bytes_are_counted_where_the_terminal_counts_bytes(self) -> None:
        wire = Wire(charset="utf-8", field_limit_unit=LimitUnit.BYTES)
        assert serialise(_with_title("é" * 200), wire).endswith(b"AJ" + "é".encode() * 127 + b"|")

    def test_a_long_screen_message_becomes_several(self) -> None:
        words = "word " * 100 + "x" * 300
        data = serialise(PatronStatusResponse(NO, "000", DATE, "A", "P", "", screen_message=(words,)), WIRE)
        message = parse(data, WIRE)
        assert isinstance(message, PatronStatusResponse)
        assert [len(line) for line in message.screen_message] == [254, 244, 255, 45]
        assert " ".join(message.screen_message[:2]) == ("word " * 100).strip()

    def test_a_long_barcode_does_not(self) -> None:
        data = serialise(EndPatronSession(DATE, "A", "1" * 300), WIRE)
        assert parse(data, WIRE) == EndPatronSession(DATE, "A", "1" * 255)


def _with_lines(screen: str, printed: str) -> FeePaidResponse:
    return FeePaidResponse(True, DATE, "A", "P", None, (screen,), (printed,))


class TestLines:
    """AF and AG no wider than the terminal's screen and printer."""

    FIXED = b"38Y20250131    093000AOA|AAP|"
    NARROW = Wire(screen_width=10, print_width=6)

    @pytest.mark.parametrize(
        ("screen", "printed", "data"),
        [
            ("ten chars!", "sixsix", b"AFten chars!|AGsixsix|"),
            ("ten chars!!", "sixsixs", b"AFten|AFchars!!|AGsixsix|AGs|"),
            ("one two three four", "Due 28", b"AFone two|AFthree four|AGDue 28|"),
            ("elevenchars", "a bb ccc", b"AFelevenchar|AFs|AGa bb|AGccc|"),
            ("", "", b"AF|AG|"),
            ("a|b c|d e|f", "x\ry", b"AFa b c d e|AFf|AGx y|"),
            ("h\u00e9 h\u00e9 h\u00e9 h\u00e9", "", b"AFh\x82 h\x82 h\x82|AFh\x82|AG|"),
        ],
    )
    def test_they_are_broken_at_blanks_or_where_they_must(
        self, screen: str, printed: str, data: bytes
    ) -> None:
        assert serialise(_with_lines(screen, printed), self.NARROW) == self.FIXED + data

    def test_a_line_that_fits_does_not_save_one_that_does_not(self) -> None:
        message = FeePaidResponse(True, DATE, "A", "P", None, ("short", "a longer line", "short"))
        assert serialise(message, self.NARROW) == self.FIXED + b"AFshort|AFa longer|AFline|AFshort|"

    @proves("screen and print lines in the width of the terminal")
    @pytest.mark.parametrize(
        ("wire", "data"),
        [
            (Wire(), b"AFone two three|AGfour five six|"),
            (Wire(screen_width=8), b"AFone two|AFthree|AGfour five six|"),
            (Wire(print_width=8), b"AFone two three|AGfour|AGfive six|"),
        ],
        ids=["neither", "screen", "printer"],
    )
    def test_each_has_its_own_width(self, wire: Wire, data: bytes) -> None:
        assert serialise(_with_lines("one two three", "four five six"), wire) == self.FIXED + data

    def test_no_other_field_is_broken(self) -> None:
        name = "a name that is longer than any line"
        message = PatronStatusResponse(NO, "000", DATE, "A", "P", name)
        assert f"AE{name}|".encode() in serialise(message, self.NARROW)

    def test_the_field_limit_holds_for_wider_lines_too(self) -> None:
        data = serialise(_with_lines("x" * 300, ""), Wire(screen_width=999))
        assert data == self.FIXED + b"AF" + b"x" * 255 + b"|AF" + b"x" * 45 + b"|AG|"

    def test_a_letter_and_its_marks_stay_on_one_line(self) -> None:
        wire = Wire(charset="utf-8", screen_width=4)
        assert serialise(_with_lines("xxxq\u0323\u0307x", ""), wire) == (
            self.FIXED + "AFxxx|AFq\u0323\u0307x|AG|".encode()
        )


class TestWire:
    @pytest.mark.parametrize(
        "settings",
        [
            {"charset": "no such charset"},
            {"charset": "utf-16"},
            {"charset": "utf-7"},
            {"charset": "cp037"},
            {"charset": "iso2022_jp"},
            {"charset": "raw_unicode_escape"},
            {"charset": "hex"},
            {"charset": "undefined"},
            {"fallback_charset": "unicode_escape"},
            {"delimiter": ""},
            {"delimiter": "||"},
            {"delimiter": "A"},
            {"delimiter": " "},
            {"delimiter": "¦"},
            {"replacement": "|"},
            {"replacement": ""},
            {"replacement": "\r"},
            {"field_limit": 0},
            {"screen_width": -1},
            {"print_width": -1},
        ],
    )
    def test_settings_that_cannot_work_are_refused(self, settings: dict[str, str]) -> None:
        with pytest.raises(LocalError):
            Wire(**settings)  # type: ignore[arg-type] # one of them is no text

    @pytest.mark.parametrize(
        "charset", ["cp850", "utf-8", "cp1252", "gb18030", "big5", "koi8-r", "cp1256", "euc-kr"]
    )
    def test_the_charsets_of_libraries_are_taken(self, charset: str) -> None:
        assert Wire(charset=charset).charset == charset
