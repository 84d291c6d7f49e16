"""What terminals really send, row by row, each named after who sends it, and what it is read as.

`LENIENCIES` is also what the README tells of them.
"""

from datetime import datetime

import msgspec
import pytest

from protocols.secret import Secret
from protocols.sip2.codec import ErrorDetection, Wire, checksum
from protocols.sip2.connection import NEED_DATA, Connection, Noticed, Request, Role
from protocols.sip2.errors import Defect
from protocols.sip2.fields import FeeType, HoldMode, PaymentType, ScStatusCode, Summary
from protocols.sip2.messages import (
    BlockPatron,
    Checkin,
    Checkout,
    EndPatronSession,
    FeePaid,
    Hold,
    ItemInformation,
    ItemStatusUpdate,
    Login,
    LoginResponse,
    Message,
    PatronEnable,
    PatronInformation,
    PatronStatusRequest,
    Renew,
    RenewAll,
    ScStatus,
)
from tests.matrix import proves


class Leniency(msgspec.Struct, frozen=True):
    """One thing that somebody does otherwise than the standard: the bytes, what is read, what is noticed."""

    who: str
    sends: str
    raw: bytes
    reads_as: tuple[Message, ...]
    noticed: tuple[Defect, ...] = ()
    wire: Wire = Wire()


def checked(body: bytes) -> bytes:
    return body + b"AZ" + checksum(body + b"AZ")


DATE = datetime(2025, 1, 31, 9, 30)
D = b"20250131    093000"
BLANK = b" " * 18
LOGIN = Login("0", "0", "test", Secret("123"))
STATUS = ScStatus(ScStatusCode.OK, 80, "2.00")
ITEM = ItemInformation(DATE, "MAIN", "B1")
END = EndPatronSession(DATE, "MAIN", "P1")
CHECKOUT = Checkout(True, False, DATE, None, "MAIN", "P1", "B1", Secret(""))
UTF8 = Wire(charset="utf-8")

LENIENCIES: tuple[Leniency, ...] = (
    # Delimiters
    Leniency("many clients", "delimiters after the last field", b"9300CNtest|CO123|||\r", (LOGIN,)),
    Leniency("many clients", "a doubled delimiter", b"9300CNtest||CO123|\r", (LOGIN,)),
    Leniency("FSIP2's tests", "a delimiter after the fixed part", b"9300|CNtest|CO123\r", (LOGIN,)),
    Leniency(
        "invenio-sip2's tests", "a delimiter after the fixed part of a hold",
        checked(b"15+" + D + b"|AOMAIN|AAP1|ABB1|ACpw|AY0") + b"\r",
        (Hold(HoldMode.ADD, DATE, "MAIN", "P1", item_identifier="B1", terminal_password=Secret("pw")),),
    ),
    Leniency(
        "jsip2", "a delimiter after a message without fields", b"9900002.00|AY0AZFC2D\r",
        (ScStatus(ScStatusCode.OK, None, "2.00"),),
    ),
    Leniency(
        "invenio-sip2's tests", "no delimiter after the last field", b"25" + D + b"AOMAIN|AAP1|AC|ADpwd\r",
        (PatronEnable(DATE, "MAIN", "P1", Secret(""), Secret("pwd")),),
    ),
    Leniency("Palace", "no delimiter after the password", b"9300CNtest|CO123\r", (LOGIN,)),
    Leniency(
        "an Android kiosk", "no delimiter before AY", checked(b"17" + D + b"AOMAIN|ABB1AY2") + b"\r",
        (ITEM,),
    ),
    Leniency(
        "FOLIO's tests", "another delimiter",
        b"17" + D + b"AOMAIN^ABB1^\r", (ITEM,), wire=Wire(delimiter="^")
    ),
    # Order, absence, doubles, strangers
    Leniency("many clients", "fields in another order", b"9300CO123|CNtest|\r", (LOGIN,)),
    Leniency(
        "Palace", "no password", b"9300CNtest|\r", (Login("0", "0", "test", Secret("")),),
        (Defect.MISSING_FIELD,),
    ),
    Leniency(
        "many clients", "23 without AD", b"23001" + D + b"AOMAIN|AAP1|AC|\r",
        (PatronStatusRequest("001", DATE, "MAIN", "P1", Secret(""), None),), (Defect.MISSING_FIELD,),
    ),
    Leniency(
        "many clients", "23 without AC and AD", b"23001" + D + b"AOMAIN|AAP1|\r",
        (PatronStatusRequest("001", DATE, "MAIN", "P1", Secret(""), None),),
        (Defect.MISSING_FIELD, Defect.MISSING_FIELD),
    ),
    Leniency(
        "Koha's tests", "an empty patron", b"11YN" + D + BLANK + b"AOMAIN|AA|ABB1|AC|\r",
        (msgspec.structs.replace(CHECKOUT, patron_identifier=""),),
    ),
    Leniency(
        "Koha's tests", "an empty item", b"09N" + D + D + b"AP|AOMAIN|AB|AC|\r",
        (Checkin(False, DATE, DATE, "", "MAIN", "", Secret("")),),
    ),
    Leniency(
        "Koha's tests", "a hold without item or title", b"15-" + D + b"AOMAIN|AAP1|\r",
        (Hold(HoldMode.DELETE, DATE, "MAIN", "P1"),),
    ),
    Leniency(
        "many clients", "a hold of no mode", b"15?" + D + b"AOMAIN|AAP1|ABB1|\r",
        (Hold(None, DATE, "MAIN", "P1", item_identifier="B1"),),
    ),
    Leniency(
        "many clients", "a block without message and password", b"01Y" + D + b"AOMAIN|AAP1|\r",
        (BlockPatron(True, DATE, "MAIN", "", "P1", Secret("")),),
        (Defect.MISSING_FIELD, Defect.MISSING_FIELD),
    ),
    Leniency(
        "many clients", "a status update without properties", b"19" + D + b"AOMAIN|ABB1|\r",
        (ItemStatusUpdate(DATE, "MAIN", "B1", ""),), (Defect.MISSING_FIELD,),
    ),
    Leniency(
        "many clients", "a field twice", b"35" + D + b"AOMAIN|AAP1|AAP2|\r", (END,), (Defect.DUPLICATE_FIELD,)
    ),
    Leniency(
        "jsip2", "the bib id in a field of Voyager", b"15+" + D + b"AOMAIN|AAP1|MA42|\r",
        (Hold(HoldMode.ADD, DATE, "MAIN", "P1", extensions=(("MA", "42"),)),),
    ),
    Leniency(
        "GigaFlair's tests", "private fields", b"35" + D + b"AOMAIN|AAP1|XA1|XB2|XC3|\r",
        (msgspec.structs.replace(END, extensions=(("XA", "1"), ("XB", "2"), ("XC", "3"))),),
    ),
    Leniency(
        "EnvisionWare", "a till's login with a backslash, and a check number",
        b"37" + D + b"0100USDBV1.00|AOMAIN|AAP1|ORTOWN\\till|RN7|\r",
        (
            FeePaid(
                DATE, FeeType.OTHER, PaymentType.CASH, "USD", "1.00", "MAIN", "P1",
                register_login="TOWN\\till", check_number="7",
            ),
        ),
    ),
    Leniency(
        "many clients", "the delimiter inside a password", b"9300CNtest|CO12|3|\r",
        (Login("0", "0", "test", Secret("12")),), (Defect.STRAY_TEXT,),
    ),
    # Dates
    Leniency(
        "Sierra, Palace", "the zone as zeros", b"65202501310000093000AOMAIN|AAP1|\r",
        (RenewAll(DATE, "MAIN", "P1"),),
    ),
    Leniency(
        "an Android kiosk", "a date without a zone", b"6300120250131093000Y        AOMAIN|AAP1|\r",
        (PatronInformation("001", None, Summary(), "MAIN", "P1"),),
    ),
    Leniency(
        "many clients", "a day that no calendar has", b"1720250230    093000AOMAIN|ABB1|\r",
        (msgspec.structs.replace(ITEM, transaction_date=None),),
    ),
    Leniency(
        "many clients", "a blank no-block due date",
        b"11YN" + D + BLANK + b"AOMAIN|AAP1|ABB1|AC|\r", (CHECKOUT,)
    ),
    Leniency(
        "many clients", "a no-block due date of zeros", b"11YN" + D + b"0" * 18 + b"AOMAIN|AAP1|ABB1|AC|\r",
        (CHECKOUT,),
    ),
    Leniency(
        "many clients", "a no-block due date too short", b"29YN" + D + b"        AOMAIN|AAP1|ABB1|\r",
        (Renew(True, False, DATE, None, "MAIN", "P1", item_identifier="B1"),),
    ),
    Leniency(
        "jsip2", "a no-block due date with a digit too many",
        b"11YN" + D + b"20130915    1854553AOMAIN|AAP1|ABB1|AC|\r", (CHECKOUT,),
    ),
    # Codes and numbers
    Leniency(
        "many clients", "the language as letters", b"23eng" + D + b"AOMAIN|AAP1|AC|AD|\r",
        (PatronStatusRequest("eng", DATE, "MAIN", "P1", Secret(""), Secret("")),),
    ),
    Leniency(
        "FSIP2's tests", "a print width of two digits", b"990302.00\r",
        (ScStatus(ScStatusCode.OK, 30, "2.00"),),
    ),
    Leniency(
        "clients of 1.00", "a print width of two digits, and a delimiter", b"990401.00|AY1AZFC59\r",
        (ScStatus(ScStatusCode.OK, 40, "1.00"),),
    ),
    Leniency(
        "many clients", "2.0S as the version", b"9900802.0S\r", (ScStatus(ScStatusCode.OK, 80, "2.0S"),)
    ),
    Leniency(
        "node-sip2, dp2", "start and end items of five digits",
        b"6300119980723    091905Y         AOInstitutionID|AAPatronID|BP00001|BQ00005|AY1AZEA83\r",
        (
            PatronInformation(
                "001", datetime(1998, 7, 23, 9, 19, 5), Summary(hold_items=True), "InstitutionID", "PatronID",
                start_item=1, end_item=5,
            ),
        ),
    ),
    Leniency(
        "many clients", "several lists asked for at once", b"63000" + D + b"YYYYYYYYYYAOMAIN|AAP1|\r",
        (PatronInformation("000", DATE, Summary(True, True, True, True, True, True), "MAIN", "P1"),),
    ),
    Leniency(
        "Koha bug 25903", "a Y at a reserved place of the summary",
        b"63000" + D + b"       Y  AOMAIN|AAP1|\r",
        (PatronInformation("000", DATE, Summary(), "MAIN", "P1"),),
    ),
    Leniency(
        "FSIP2's tests", "a summary of another length", b"63000" + D + b"  YAOMAIN|AAP1|\r",
        (PatronInformation("000", DATE, Summary(charged_items=True), "MAIN", "P1"),),
    ),
    # Barcodes
    Leniency(
        "FOLIO SIP2-98", "blanks around a barcode", b"17" + D + b"AOMAIN|AB B1 |\r",
        (msgspec.structs.replace(ITEM, item_identifier=" B1 "),),
    ),
    Leniency(
        "FOLIO SIP2-249, 252", "quotes, slashes and wildcards in a barcode",
        b"17" + D + b"AOMAIN|ABb/1\\\"'*?%_|\r",
        (msgspec.structs.replace(ITEM, item_identifier="b/1\\\"'*?%_"),),
    ),
    # Error detection
    Leniency("GigaFlair", "a checksum in lower case", b"97AZfef5\r9900802.00AY0AZfca1\r", (STATUS,)),
    Leniency(
        "Palace", "AZ without AY, once a 96 has come", checked(b"35" + D + b"AOMAIN|AAP1|") + b"\r", (END,)
    ),
    Leniency(
        "many clients", "AY without AZ", b"35" + D + b"AOMAIN|AAP1|AY3\r", (END,),
        (Defect.SEQUENCE_WITHOUT_CHECKSUM,),
    ),
    Leniency(
        "SIP2.NET", "sequence numbers past nine", checked(b"35" + D + b"AOMAIN|AAP1|AY10") + b"\r", (END,),
        (Defect.SEQUENCE_MALFORMED,),
    ),
    Leniency(
        "many clients", "AY always 0", checked(b"35" + D + b"AOMAIN|AAP1|AY0") + b"\r"
        + checked(b"17" + D + b"AOMAIN|ABB1|AY0") + b"\r", (END, ITEM), (Defect.SEQUENCE_JUMP,),
    ),
    Leniency(
        "restarted clients", "AY beginning at 0 again", checked(b"35" + D + b"AOMAIN|AAP1|AY7") + b"\r"
        + checked(b"17" + D + b"AOMAIN|ABB1|AY0") + b"\r", (END, ITEM), (Defect.SEQUENCE_JUMP,),
    ),
    Leniency(
        "clients that guess", "AY and AZ that are wrong",
        b"35" + D + b"AOMAIN|AAP1|AY1AZ0000\r", (END,),
        wire=Wire(error_detection=ErrorDetection.OFF),
    ),
    # Order of messages
    Leniency("Relais", "99 before 93", b"9900802.00\r9300CNtest|CO123|\r", (STATUS, LOGIN)),
    Leniency("clients known by address", "no 93 at all", b"17" + D + b"AOMAIN|ABB1|\r", (ITEM,)),
    Leniency(
        "restarted clients", "93 again, byte for byte", 2 * (checked(b"9300CNtest|CO123|AY0") + b"\r"),
        (LOGIN, LOGIN), (Defect.SEQUENCE_JUMP,),
    ),
    Leniency(
        "clients with a heartbeat", "99 again, byte for byte",
        2 * (checked(b"9900802.00AY0") + b"\r"), (STATUS, STATUS),
        (Defect.SEQUENCE_JUMP,),
    ),
    # Line ends and what is between messages
    Leniency(
        "php-sip2, node-sip2, Cen-Tec", "CR LF", b"9900802.00\r\n17" + D + b"AOMAIN|ABB1|\r\n", (STATUS, ITEM)
    ),
    Leniency("Libki", "LF alone", b"9900802.00\n17" + D + b"AOMAIN|ABB1|\n", (STATUS, ITEM)),
    Leniency("Libki", "its terminator twice", b"9900802.00\r\r17" + D + b"AOMAIN|ABB1|\r\r", (STATUS, ITEM)),
    Leniency("many clients", "NULs and blanks before a message", b"\0\0 9900802.00\r", (STATUS,)),
    Leniency(
        "telnet clients", "options of telnet", b"\xff\xfd\x03\xff\xfb\x189900802.00\r", (STATUS,)
    ),
    # Charsets
    Leniency(
        "European kiosks", "Windows-1252 where cp850 is agreed upon",
        b"17" + D + "AOMAIN|ABB\u0153|\r".encode("cp1252"),
        (msgspec.structs.replace(ITEM, item_identifier="B\u00a3"),),
    ),
    Leniency(
        "European kiosks", "Windows-1252 where UTF-8 is agreed upon",
        b"17" + D + "AOMAIN|ABB\u0153|\r".encode("cp1252"),
        (msgspec.structs.replace(ITEM, item_identifier="B\u0153"),), wire=UTF8,
    ),
)  # fmt: skip


def heard(stream: list[bytes], wire: Wire) -> tuple[tuple[Message, ...], tuple[Defect, ...]]:
    """The requests and defects in a stream, each request being answered as soon as it comes."""
    connection = Connection(Role.ACS, wire)
    requests, defects = [], []
    for piece in stream:
        connection.receive_data(piece)
        while (event := connection.next_event()) is not NEED_DATA:
            match event:
                case Request(message=message):
                    requests.append(message)
                    connection.send(LoginResponse(True))
                case Noticed(what=what):
                    defects.append(what)
    return tuple(requests), tuple(defects)


@proves("everything on the list of what is forgiven")
@pytest.mark.parametrize("row", LENIENCIES, ids=[f"{row.who}: {row.sends}" for row in LENIENCIES])
class TestLeniency:
    def test_it_is_read_as_what_was_meant(self, row: Leniency) -> None:
        assert heard([row.raw], row.wire) == (row.reads_as, row.noticed)

    def test_however_the_stream_is_cut(self, row: Leniency) -> None:
        pieces = [row.raw[place : place + 1] for place in range(len(row.raw))]
        assert heard(pieces, row.wire) == (row.reads_as, row.noticed)


def test_no_two_rows_are_the_same() -> None:
    assert len({(row.who, row.sends) for row in LENIENCIES}) == len(LENIENCIES)
    assert len({(row.raw, row.wire) for row in LENIENCIES}) == len(LENIENCIES)
