"""What other servers and clients got wrong on the wire, each named after its mistake. None of it is to happen
here.
"""

from datetime import datetime

import msgspec
import pytest

from protocols.secret import Secret
from protocols.sip2.codec import Wire, checksum, parse, serialise
from protocols.sip2.connection import NEED_DATA, Connection, Event, Noticed, Replay, Request, Role
from protocols.sip2.errors import Defect
from protocols.sip2.fields import MediaFlag, PatronStatus, SupportedMessages
from protocols.sip2.messages import (
    AcsStatus,
    CheckoutResponse,
    EndPatronSession,
    EndSessionResponse,
    Login,
    Message,
    PatronInformationResponse,
    PatronStatusResponse,
    RenewAllResponse,
)
from tests.matrix import proves

DATE = datetime(2025, 1, 31, 9, 30)
D = b"20250131    093000"
UTF8 = Wire(charset="utf-8")
PATRON = PatronStatusResponse(PatronStatus(), "001", DATE, "MAIN", "P1", "Ann")
LOAN = CheckoutResponse(True, False, MediaFlag.NO, MediaFlag.YES, DATE, "MAIN", "P1", "B1", "T", "")
LISTS = PatronInformationResponse(PatronStatus(), "001", DATE, 0, 0, 0, 0, 0, 0, "MAIN", "P1", "Ann")
PATRON_BYTES = b"24" + b" " * 14 + b"001" + D + b"AOMAIN|AAP1|AE"
LOAN_BYTES = b"121NNY" + D + b"AOMAIN|AAP1|ABB1|AJT|AH"
LISTS_BYTES = b"64" + b" " * 14 + b"001" + D + b"%s" + b"0000" * 5 + b"AOMAIN|AAP1|AEAnn|"


def changed(message: Message, **fields: object) -> Message:
    return msgspec.structs.replace(message, **fields)


WRITTEN: dict[str, tuple[Message, bytes]] = {
    "a line break in a screen message cuts it in two (Koha 41818)": (
        changed(PATRON, screen_message=("one\r\ntwo",)), PATRON_BYTES + b"Ann|AFone  two|",
    ),
    "a name with a delimiter makes a field of its own": (
        changed(PATRON, personal_name="Ann|AFfree"), PATRON_BYTES + b"Ann AFfree|",
    ),
    "a value of 0 is left out (Koha 31202)": (
        changed(PATRON, personal_name="0", fee_amount="0"), PATRON_BYTES + b"0|BV0|",
    ),
    "no due date is left out (Aleph)": (LOAN, LOAN_BYTES + b"|"),
    "a title of more than 255 characters": (
        changed(LOAN, title_identifier="x" * 300), LOAN_BYTES.replace(b"AJT", b"AJ" + b"x" * 255) + b"|",
    ),
    "an amount of a currency without fractions gets one": (
        changed(PATRON, currency_type="JPY", fee_amount="1500"), PATRON_BYTES + b"Ann|BHJPY|BV1500|",
    ),
    "a credit loses its sign": (changed(PATRON, fee_amount="-1.50"), PATRON_BYTES + b"Ann|BV-1.50|"),
    "an hour that the clocks skip is moved": (
        changed(PATRON, transaction_date=datetime(2025, 3, 30, 2, 30)),
        PATRON_BYTES.replace(D, b"20250330    023000") + b"Ann|",
    ),
    "a count above 9999 shifts the fixed part": (
        changed(LISTS, hold_items_count=12345), LISTS_BYTES % b"9999",
    ),
    "a count that nobody knows shifts it": (changed(LISTS, hold_items_count=None), LISTS_BYTES % b"    "),
    "a list of nothing holds a null (FOLIO SIP2-226)": (
        changed(LISTS, hold_items=(), charged_items=("",)), LISTS_BYTES % b"0000" + b"AU|",
    ),
    "counts of 66 of less than four digits": (
        RenewAllResponse(True, 1, 0, DATE, "MAIN", ("B1",)), b"66100010000" + D + b"AOMAIN|BMB1|",
    ),
    "BX of another length than 16": (
        AcsStatus(True, True, True, True, True, True, 600, 3, DATE, "2.00", "MAIN", SupportedMessages()),
        b"98YYYYYY600003" + D + b"2.00AOMAIN|BX" + b"N" * 16 + b"|",
    ),
    "a timeout of less than three digits": (
        AcsStatus(True, True, True, True, True, True, 1, 0, DATE, "2.00", "MAIN", None),
        b"98YYYYYY001000" + D + b"2.00AOMAIN|",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("message", "data"), WRITTEN.values(), ids=WRITTEN)
def test_a_message_is_written_without(message: Message, data: bytes) -> None:
    assert serialise(message, UTF8) == data


@pytest.mark.parametrize("charset", ["cp850", "latin-1", "utf-8", "gb18030"])
def test_a_sum_over_characters_instead_of_bytes(charset: str) -> None:
    """php-sip2 8, SIPServer LP 1463943."""
    data = serialise(changed(PATRON, personal_name="Zo\u00e9"), Wire(charset=charset), "1", True)
    assert (sum(data[:-4]) + int(data[-4:], 16)) % 0x10000 == 0


def test_a_small_checksum_of_less_than_four_digits() -> None:
    """invenio-sip2 prints no leading zeros."""
    assert checksum(b"\xff" * 257) == b"0001"


# Conversations --------------------------------------------------------------------------------------


def checked(body: bytes) -> bytes:
    body += b"AZ"
    return body + checksum(body) + b"\r"


def end(patron: str, digit: str) -> bytes:
    return checked(b"35" + D + f"AOMAIN|AA{patron}|AY{digit}".encode())


def ended(patron: str) -> EndSessionResponse:
    return EndSessionResponse(True, DATE, "MAIN", patron)


def events(connection: Connection, data: bytes) -> list[Event]:
    connection.receive_data(data)
    happened: list[Event] = []
    while (event := connection.next_event()) is not NEED_DATA:
        happened.append(event)
    return happened


@pytest.fixture
def acs() -> Connection:
    return Connection(Role.ACS, UTF8)


def test_sequence_number_0_is_a_number(acs: Connection) -> None:
    events(acs, end("P1", "0"))
    assert b"|AY0AZ" in acs.send(ended("P1"))


@proves("connections know nothing of each other")
def test_one_connection_knows_nothing_of_another(acs: Connection) -> None:
    """SIPServer LP 1227273; Koha 38810, 42847."""
    other = Connection(Role.ACS, Wire(delimiter="^"))
    events(acs, end("P1", "1"))
    assert events(other, b"97\r") == [Replay(b"96\r")]
    sent = acs.send(ended("P1"))
    [request] = events(other, b"35" + D + b"AOMAIN^AAP1^\r")
    assert isinstance(request, Request)
    assert events(acs, b"97\r") == [Replay(sent)]


def test_a_request_repeated_while_it_is_worked_on_is_answered_once(acs: Connection) -> None:
    assert [type(event) for event in events(acs, end("P1", "1") * 2)] == [Request, Noticed]
    acs.send(ended("P1"))
    assert acs.outstanding == 0
    assert events(acs, b"") == []


def test_97_after_96_is_answered_with_the_96(acs: Connection) -> None:
    events(acs, end("P1", "1"))
    acs.send(ended("P1"))
    events(acs, b"9300CNa|COb|AY2AZ0000\r")
    assert events(acs, checked(b"97")) == [Replay(checked(b"96"))]


def test_a_message_in_many_segments_and_many_messages_in_one(acs: Connection) -> None:
    """invenio-sip2 takes one read for one message."""
    stream = end("P1", "1") + end("P2", "2") + end("P3", "3")
    pieces = [stream[:7], stream[7:8], stream[8:-1], stream[-1:]]
    asked = [event for piece in pieces for event in events(acs, piece)]
    patrons = [event.message for event in asked if isinstance(event, Request)]
    assert patrons == [EndPatronSession(DATE, "MAIN", patron) for patron in ("P1", "P2", "P3")]


def test_a_stray_lf_begins_no_message(acs: Connection) -> None:
    assert [type(event) for event in events(acs, end("P1", "1"))] == [Request]
    acs.send(ended("P1"))
    assert [type(event) for event in events(acs, b"\n" + end("P2", "2") + b"\n")] == [Request]


def test_two_hundred_renewed_items_are_one_answer() -> None:
    items = tuple(f"3000700850{n:04}" for n in range(200))
    answer = RenewAllResponse(True, 200, 0, DATE, "MAIN", items)
    assert parse(serialise(answer, UTF8, "1", True), UTF8) == answer


@proves("CR, CR LF, LF and empty lines")
def test_an_empty_line_gets_no_answer(acs: Connection) -> None:
    """NYPL 833: a loop on empty lines."""
    assert events(acs, b"\r\n" * 1000) == []


@proves("a sequence number that jumps is answered")
def test_a_sequence_jump_locks_nobody_out(acs: Connection) -> None:
    """invenio-sip2 answers 96 to it."""
    events(acs, end("P1", "1"))
    acs.send(ended("P1"))
    noticed, request = events(acs, end("P2", "7"))
    assert noticed == Noticed(Defect.SEQUENCE_JUMP, "35", "7")
    assert isinstance(request, Request)


def test_passwords_are_in_nothing_that_a_log_could_print(acs: Connection) -> None:
    [event] = events(acs, checked(b"9300CNkiosk|COsesame|AY1"))
    assert isinstance(event, Request)
    assert event.message == Login("0", "0", "kiosk", Secret("sesame"))
    assert "sesame" not in f"{event} {event!r}"
