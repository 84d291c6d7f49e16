"""Whole conversations, event by event: error detection, resending, order, limits; both sides."""

from datetime import datetime

import pytest

from protocols.secret import Secret
from protocols.sip2.codec import ErrorDetection, Wire, checksum
from protocols.sip2.connection import (
    NEED_DATA,
    Awaited,
    Closing,
    Connection,
    Event,
    Limits,
    Noticed,
    Replay,
    Request,
    Response,
    Role,
)
from protocols.sip2.errors import Defect, LocalError
from protocols.sip2.fields import ScStatusCode
from protocols.sip2.framing import Terminator
from protocols.sip2.messages import (
    EndPatronSession,
    EndSessionResponse,
    Login,
    LoginResponse,
    RequestAcsResend,
    RequestScResend,
    ScStatus,
)
from tests.matrix import proves

DATE = datetime(2025, 1, 31, 9, 30)


def checked(text: str) -> bytes:
    """The message with its checksum and a CR."""
    data = text.encode() + b"AZ"
    return data + checksum(data) + b"\r"


def end_session(patron: str, tail: str = "") -> str:
    return f"3520250131    093000AOMAIN|AA{patron}|{tail}"


def answer(patron: str) -> EndSessionResponse:
    return EndSessionResponse(True, DATE, "MAIN", patron)


def events(connection: Connection, data: bytes = b"") -> list[Event]:
    """All that happens when these bytes come."""
    connection.receive_data(data)
    happened: list[Event] = []
    while (event := connection.next_event()) is not NEED_DATA:
        happened.append(event)
    return happened


@pytest.fixture
def acs() -> Connection:
    return Connection(Role.ACS, Wire())


RESEND = Replay(b"96AZFEF6\r")
BARE_RESEND = Replay(b"96\r")


class TestAnswering:
    def test_a_request_is_answered_with_its_own_digit_and_checksum(self, acs: Connection) -> None:
        [event] = events(acs, checked(end_session("P1", "AY7")))
        assert isinstance(event, Request)
        assert (event.message, event.sequence) == (EndPatronSession(DATE, "MAIN", "P1"), "7")
        assert acs.send(answer("P1")) == checked("36Y20250131    093000AOMAIN|AAP1|AY7")

    def test_without_error_detection_the_answer_has_none(self, acs: Connection) -> None:
        events(acs, end_session("P1").encode() + b"\r")
        assert acs.send(answer("P1")) == b"36Y20250131    093000AOMAIN|AAP1|\r"

    def test_a_checksum_without_digit_is_answered_so(self, acs: Connection) -> None:
        events(acs, checked(end_session("P1")))
        assert acs.send(answer("P1")) == checked("36Y20250131    093000AOMAIN|AAP1|")

    def test_a_digit_without_checksum_is_answered_so_and_noticed(self, acs: Connection) -> None:
        noticed, request = events(acs, b"9300CNa|COb|AY3\r")
        assert noticed == Noticed(Defect.SEQUENCE_WITHOUT_CHECKSUM, "93")
        assert isinstance(request, Request)
        assert acs.send(LoginResponse(True)) == b"941AY3\r"

    def test_required_error_detection_refuses_requests_without(self) -> None:
        acs = Connection(Role.ACS, Wire(error_detection=ErrorDetection.REQUIRED))
        assert events(acs, b"9300CNa|COb|\r") == [Noticed(Defect.CHECKSUM_MISSING, "93"), RESEND]

    def test_error_detection_switched_off_is_ignored(self) -> None:
        acs = Connection(Role.ACS, Wire(error_detection=ErrorDetection.OFF))
        [request] = events(acs, b"9300CNa|COb|AY1AZ0000\r")
        assert isinstance(request, Request)
        assert acs.send(LoginResponse(True)) == b"941\r"
        assert events(acs, b"99\r") == [Noticed(Defect.TRUNCATED, "99"), BARE_RESEND]

    @pytest.mark.parametrize(
        ("terminator", "request_end", "written"),
        [
            (Terminator.CR, b"\r\n", b"941\r"),
            (Terminator.LF, b"\r", b"941\n"),
            (Terminator.CRLF, b"\r", b"941\r\n"),
            (Terminator.MIRROR, b"\r", b"941\r"),
            (Terminator.MIRROR, b"\n", b"941\n"),
            (Terminator.MIRROR, b"\r\n", b"941\r\n"),
        ],
    )
    def test_terminators(self, terminator: Terminator, request_end: bytes, written: bytes) -> None:
        acs = Connection(Role.ACS, Wire(terminator=terminator))
        events(acs, b"9300CNa|COb|" + request_end)
        assert acs.send(LoginResponse(True)) == written

    def test_settings_may_change_at_login(self, acs: Connection) -> None:
        events(acs, b"9300CNa|COb|\r")
        acs.set_wire(Wire(terminator=Terminator.CRLF, delimiter="^"))
        assert acs.send(LoginResponse(True)) == b"941\r\n"
        [request] = events(acs, end_session("P^").replace("|", "^").encode() + b"\r")
        assert isinstance(request, Request)
        assert isinstance(request.message, EndPatronSession)
        assert request.message.patron_identifier == "P"
        assert acs.wire.delimiter == "^"

    def test_nothing_to_answer_is_our_mistake(self, acs: Connection) -> None:
        with pytest.raises(LocalError):
            acs.send(LoginResponse(True))

    def test_a_request_is_no_answer(self, acs: Connection) -> None:
        events(acs, b"9300CNa|COb|\r")
        with pytest.raises(LocalError):
            acs.send(ScStatus(ScStatusCode.OK, 80, "2.00"))

    def test_an_answer_that_cannot_be_written_leaves_its_request_waiting(self, acs: Connection) -> None:
        events(acs, b"9300CNa|COb|\r")
        with pytest.raises(LocalError):
            acs.send(LoginResponse(True, extensions=(("A|", ""),)))
        assert acs.outstanding == 1

    def test_a_request_left_unanswered_is_none_to_answer_any_more(self, acs: Connection) -> None:
        events(acs, checked(end_session("P1", "AY1")) + checked(end_session("P2", "AY2")))
        acs.leave_unanswered()
        assert acs.outstanding == 1
        assert b"AAP2|" in acs.send(answer("P2"))
        with pytest.raises(LocalError):
            acs.leave_unanswered()

    def test_what_was_left_unanswered_is_a_new_request_when_it_comes_again(self, acs: Connection) -> None:
        events(acs, checked(end_session("P1", "AY1")))
        acs.leave_unanswered()
        *_, again = events(acs, checked(end_session("P1", "AY1")))
        assert isinstance(again, Request)

    def test_a_terminals_doings_are_not_ours(self, acs: Connection) -> None:
        with pytest.raises(LocalError):
            acs.repeat_request()
        with pytest.raises(LocalError):
            acs.resend_request()


class TestPipelining:
    def test_answers_leave_in_the_order_of_the_requests(self, acs: Connection) -> None:
        stream = b"".join(checked(end_session(f"P{n}", f"AY{n}")) for n in range(3))
        requests = [event for event in events(acs, stream) if isinstance(event, Request)]
        assert [request.sequence for request in requests] == ["0", "1", "2"]
        for n in range(3):
            assert f"AY{n}AZ".encode() in acs.send(answer(f"P{n}"))

    def test_no_more_than_eight_are_handed_out(self, acs: Connection) -> None:
        stream = b"".join(end_session(f"P{n}").encode() + b"\r" for n in range(10))
        assert len(events(acs, stream)) == acs.outstanding == 8
        assert acs.awaited is Awaited.ANSWERS
        acs.send(answer("P0"))
        assert acs.awaited is not Awaited.ANSWERS
        assert len(events(acs)) == 1
        assert events(acs) == []

    def test_a_96_does_not_overtake_an_answer(self, acs: Connection) -> None:
        first, second = checked(end_session("P1", "AY1")), checked(end_session("P2", "AY2"))
        stream = first + b"9300CNa|COb|AY2AZ0000\r" + second
        assert [type(event) for event in events(acs, stream)] == [Request, Noticed]
        acs.send(answer("P1"))
        assert [type(event) for event in events(acs)] == [Replay, Request]

    def test_closing_does_not_overtake_an_answer_either(self, acs: Connection) -> None:
        assert [type(event) for event in events(acs, b"9300CNa|COb|\r" + b"9" * 20_000)] == [Request]
        acs.send(LoginResponse(True))
        assert events(acs) == [Closing(Defect.TOO_LONG, b"")]


class TestRepeatedRequests:
    def test_the_same_bytes_get_the_same_answer_and_are_not_done_again(self, acs: Connection) -> None:
        request = checked(end_session("P1", "AY1"))
        events(acs, request)
        sent = acs.send(answer("P1"))
        for _ in range(3):
            assert events(acs, request) == [Noticed(Defect.REPEATED, "35"), Replay(sent)]

    def test_while_the_answer_is_being_made_nothing_more_is_sent(self, acs: Connection) -> None:
        request = checked(end_session("P1", "AY1"))
        events(acs, request)
        assert events(acs, request) == [Noticed(Defect.REPEATED, "35")]
        acs.send(answer("P1"))
        assert events(acs) == []

    def test_equal_digit_and_checksum_are_not_enough(self, acs: Connection) -> None:
        first, second = checked(end_session("300012", "AY1")), checked(end_session("300021", "AY1"))
        assert first[-5:] == second[-5:]
        events(acs, first)
        acs.send(answer("300012"))
        noticed, request = events(acs, second)
        assert noticed == Noticed(Defect.SEQUENCE_JUMP, "35", "1")
        assert isinstance(request, Request)

    def test_without_a_digit_it_is_a_new_request(self, acs: Connection) -> None:
        for _ in range(2):
            [request] = events(acs, checked(end_session("P1")))
            assert isinstance(request, Request)
            acs.send(answer("P1"))

    @pytest.mark.parametrize("text", ["9300CNa|COb|AY0", "9900802.00AY0"], ids=["login", "status"])
    def test_logins_and_heartbeats_are_done_again(self, acs: Connection, text: str) -> None:
        for n in range(3):
            happened = events(acs, checked(text))
            assert isinstance(happened[-1], Request), n
            acs.send(LoginResponse(True))

    def test_an_older_request_is_done_again(self, acs: Connection) -> None:
        first, second = checked(end_session("P1", "AY1")), checked(end_session("P2", "AY2"))
        for request in (first, second, first):
            assert isinstance(events(acs, request)[-1], Request)
            acs.send(answer("P"))

    def test_an_answered_request_is_done_again_while_a_newer_one_waits(self, acs: Connection) -> None:
        first, second = checked(end_session("P1", "AY1")), checked(end_session("P2", "AY2"))
        events(acs, first)
        acs.send(answer("P1"))
        events(acs, second)
        assert isinstance(events(acs, first)[-1], Request)

    def test_a_96_between_does_not_make_it_forgotten(self, acs: Connection) -> None:
        request = checked(end_session("P1", "AY1"))
        events(acs, request)
        sent = acs.send(answer("P1"))
        assert events(acs, b"9300CNa|COb|AY2AZ0000\r")[-1] == RESEND
        assert events(acs, request)[-1] == Replay(sent)

    def test_a_96_of_ours_is_not_the_answer_to_remember(self, acs: Connection) -> None:
        request = checked(end_session("P1", "AY1"))
        events(acs, request)
        assert acs.send(RequestScResend()) == RESEND.data
        assert isinstance(events(acs, request)[-1], Request)


class TestResend:
    def test_97_first_of_all_gets_96(self, acs: Connection) -> None:
        assert events(acs, b"97\r") == [BARE_RESEND]
        assert events(acs, b"97AZFEF5\r") == [BARE_RESEND]

    def test_with_a_checksum_it_gets_one(self, acs: Connection) -> None:
        assert events(acs, b"97AZFEF5\r") == [RESEND]

    def test_97_gets_the_latest_answer_byte_for_byte(self, acs: Connection) -> None:
        events(acs, checked(end_session("P1", "AY5")))
        sent = acs.send(answer("P1"))
        assert events(acs, b"97AZFEF5\r") == [Replay(sent)]
        assert events(acs, b"97AZFEF5\r97AZFEF5\r") == [Replay(sent), Replay(sent)]

    def test_even_when_that_was_a_96(self, acs: Connection) -> None:
        events(acs, checked(end_session("P1", "AY5")))
        acs.send(answer("P1"))
        events(acs, b"9300CNa|COb|AY2AZ0000\r")
        assert events(acs, b"97\r") == [RESEND]

    def test_while_an_answer_is_being_made_97_is_only_noticed(self, acs: Connection) -> None:
        events(acs, checked(end_session("P1", "AY5")))
        assert events(acs, b"97\r") == [Noticed(Defect.RESEND_UNANSWERED, "97")]

    def test_a_flood_of_97_is_closed(self, acs: Connection) -> None:
        happened = events(acs, b"97\r" * 30)
        assert happened == [BARE_RESEND] * 20 + [Closing(Defect.RESEND_TOO_OFTEN, b"")]

    def test_requests_between_make_it_no_flood(self, acs: Connection) -> None:
        for _ in range(30):
            assert len(events(acs, b"97\r9900802.00\r")) == 2
            acs.send(LoginResponse(True))


class TestDefects:
    def test_a_wrong_checksum_gets_96_and_nothing_is_done(self, acs: Connection) -> None:
        assert events(acs, b"9300CNa|COb|AY2AZ0000\r") == [Noticed(Defect.CHECKSUM_WRONG, "93"), RESEND]
        assert acs.outstanding == 0

    def test_the_tenth_in_a_row_closes(self, acs: Connection) -> None:
        happened = events(acs, b"9300CNa|COb|AY2AZ0000\r" * 12)
        assert happened.count(RESEND) == 9
        assert happened[-1] == Closing(Defect.CHECKSUM_WRONG, RESEND.data)
        assert acs.awaited is Awaited.NOTHING

    def test_a_good_one_between_begins_the_count_again(self, acs: Connection) -> None:
        for _ in range(3):
            events(acs, b"9300CNa|COb|AY2AZ0000\r" * 9 + b"9900802.00\r")
            acs.send(LoginResponse(True))
        assert acs.awaited is not Awaited.NOTHING

    def test_a_fixed_part_cut_short_gets_a_96_with_a_checksum_if_it_had_one(self, acs: Connection) -> None:
        assert events(acs, checked("11YNAY1")) == [Noticed(Defect.TRUNCATED, "11"), RESEND]
        assert events(acs, b"11YN\r") == [Noticed(Defect.TRUNCATED, "11"), BARE_RESEND]

    @proves("a sequence number that jumps is answered")
    @pytest.mark.parametrize("digits", ["13", "11", "10"])
    def test_a_sequence_jump_is_served_and_noticed(self, acs: Connection, digits: str) -> None:
        stream = b"".join(checked(end_session(f"P{n}", f"AY{digit}")) for n, digit in enumerate(digits))
        happened = events(acs, stream)
        assert [type(event) for event in happened] == [Request, Noticed, Request]
        assert happened[1] == Noticed(Defect.SEQUENCE_JUMP, "35", digits[1])

    def test_the_sequence_goes_from_nine_to_zero(self, acs: Connection) -> None:
        for n in range(12):
            assert len(events(acs, checked(end_session(f"P{n}", f"AY{n % 10}")))) == 1
            acs.send(answer("P"))

    def test_what_was_forgiven_comes_before_its_request(self, acs: Connection) -> None:
        happened = events(acs, b"3520250131    093000AAP1|AAP2|\r")
        assert happened[:2] == [
            Noticed(Defect.DUPLICATE_FIELD, "35", "AA"),
            Noticed(Defect.MISSING_FIELD, "35", "AO"),
        ]
        assert isinstance(happened[2], Request)

    @proves("unknown messages and fields are ignored")
    def test_unknown_messages_are_ignored_without_end(self, acs: Connection) -> None:
        assert events(acs, b"72foo\r" * 30) == [Noticed(Defect.UNKNOWN_CODE, "72")] * 30

    def test_messages_of_our_own_side_are_ignored(self, acs: Connection) -> None:
        assert events(acs, b"941\r96\r") == [
            Noticed(Defect.WRONG_DIRECTION, "94"),
            Noticed(Defect.WRONG_DIRECTION, "96"),
        ]

    def test_empty_messages_are_nothing(self, acs: Connection) -> None:
        assert events(acs, b"\r\n\r\r\n\n \r") == []

    def test_it_is_known_what_must_come_before_there_is_more(self) -> None:
        acs = Connection(Role.ACS, Wire(), Limits(outstanding=1))
        awaited = [acs.awaited]
        for data in (b"99008", b"02.00\r", b"99008"):
            events(acs, data)
            awaited.append(acs.awaited)
        acs.send(LoginResponse(True))
        for data in (b"", b"9" * 20_000):
            events(acs, data)
            awaited.append(acs.awaited)
        assert awaited == [
            Awaited.MESSAGE,
            Awaited.REST,
            Awaited.ANSWERS,
            Awaited.ANSWERS,
            Awaited.REST,
            Awaited.NOTHING,
        ]

    def test_it_is_known_whether_a_message_has_begun(self, acs: Connection) -> None:
        for data, begun in ((b"", False), (b"99008", True), (b"02.00\r", False), (b"\n", False)):
            events(acs, data)
            assert (acs.awaited is Awaited.REST) is begun

    def test_another_protocol_is_closed_without_a_word(self, acs: Connection) -> None:
        assert events(acs, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == [Closing(Defect.NOT_SIP2, b"")]
        assert events(acs, b"9300CNa|COb|\r") == []

    def test_noise_after_a_good_message_is_noticed_until_it_is_too_much(self, acs: Connection) -> None:
        events(acs, b"9900802.00\r")
        acs.send(LoginResponse(True))
        happened = events(acs, b"noise\r" * 12)
        assert happened == [Noticed(Defect.NOT_SIP2)] * 9 + [Closing(Defect.NOT_SIP2, b"")]

    def test_a_message_without_end_closes(self, acs: Connection) -> None:
        assert events(acs, b"9" * 16 * 1024) == []
        assert events(acs, b"9") == [Closing(Defect.TOO_LONG, b"")]

    def test_with_a_last_96_if_the_terminal_uses_checksums(self, acs: Connection) -> None:
        events(acs, checked("9900802.00"))
        acs.send(LoginResponse(True))
        assert events(acs, b"9" * 20_000) == [Closing(Defect.TOO_LONG, RESEND.data)]

    def test_what_is_sent_ahead_is_bounded(self) -> None:
        acs = Connection(Role.ACS, Wire(), Limits(buffered=100))
        acs.receive_data(b"97\r" * 40)
        assert events(acs) == [Closing(Defect.AHEAD, b"")]

    def test_after_closing_nothing_is_taken(self, acs: Connection) -> None:
        events(acs, b"9" * 20_000)
        assert acs.awaited is Awaited.NOTHING
        assert events(acs, b"9900802.00\r") == []


class TestPrintedEvents:
    def test_passwords_are_not_in_them(self, acs: Connection) -> None:
        happened = events(acs, b"9300CNkiosk|COtop|secret|\r")
        acs.send(LoginResponse(True))
        printed = f"{happened!r} {[list(event.__rich_repr__()) for event in happened]}"
        assert "kiosk" in printed
        assert "top" not in printed
        assert "cret" not in printed.replace("Secret", "")

    def test_bytes_to_be_written_are_only_counted(self) -> None:
        assert repr(Replay(b"9300CNa|COsecret|\r")) == "Replay(data=<18 bytes>)"
        assert list(Replay(b"93").__rich_repr__()) == [("bytes", 2)]


@pytest.fixture
def sc() -> Connection:
    return Connection(Role.SC, Wire())


LOGIN = Login("0", "0", "a", Secret("b"))


class TestTerminalSide:
    def test_requests_are_numbered_from_zero_to_nine_and_around(self, sc: Connection) -> None:
        for n in range(12):
            assert sc.send(LOGIN) == checked(f"9300CNa|COb|AY{n % 10}")

    def test_an_answer_with_its_digit_is_taken(self, sc: Connection) -> None:
        sc.send(LOGIN)
        [event] = events(sc, checked("941AY0"))
        assert isinstance(event, Response)
        assert (event.message, event.sequence) == (LoginResponse(True), "0")
        assert sc.outstanding == 0

    def test_an_answer_of_a_server_without_error_detection_is_taken(self, sc: Connection) -> None:
        sc.send(LOGIN)
        assert isinstance(events(sc, b"941\r")[0], Response)

    def test_an_answer_with_another_digit_is_thrown_away(self, sc: Connection) -> None:
        sc.send(LOGIN)
        assert events(sc, checked("941AY5")) == [Noticed(Defect.SEQUENCE_WRONG, "94", "5")]
        assert sc.outstanding == 1

    def test_an_answer_to_nothing_is_thrown_away(self, sc: Connection) -> None:
        assert events(sc, checked("941AY0")) == [Noticed(Defect.UNSOLICITED, "94")]
        assert events(sc, b"96\r") == [Noticed(Defect.UNSOLICITED, "96")]
        assert events(sc, b"96AZ0000\r") == [Noticed(Defect.CHECKSUM_WRONG, "96")]

    def test_a_damaged_answer_is_asked_for_three_times(self, sc: Connection) -> None:
        sc.send(LOGIN)
        for _ in range(3):
            assert events(sc, b"941AY0AZ0000\r")[-1] == Replay(b"97AZFEF5\r")
        assert events(sc, b"941AY0AZ0000\r")[-1] == Closing(Defect.CHECKSUM_WRONG, b"")

    def test_a_96_gets_the_same_request_three_times(self, sc: Connection) -> None:
        request = sc.send(LOGIN)
        for _ in range(3):
            assert events(sc, b"96AZFEF6\r") == [Replay(request)]
        assert events(sc, b"96AZFEF6\r") == [Closing(Defect.RESEND_REFUSED, b"")]

    def test_a_96_in_answer_to_97_ends_it(self, sc: Connection) -> None:
        sc.send(LOGIN)
        assert sc.resend_request() == b"97AZFEF5\r"
        assert events(sc, b"96AZFEF6\r") == [Closing(Defect.RESEND_REFUSED, b"")]

    def test_no_answer_in_time_means_the_same_bytes_again(self, sc: Connection) -> None:
        request = sc.send(LOGIN)
        assert sc.repeat_request() == request
        events(sc, checked("941AY0"))
        with pytest.raises(LocalError):
            sc.repeat_request()

    def test_messages_of_our_own_side_and_unknown_ones_are_ignored(self, sc: Connection) -> None:
        sc.send(LOGIN)
        assert events(sc, b"9300CNa|COb|\rlogin:\r") == [
            Noticed(Defect.WRONG_DIRECTION, "93"),
            Noticed(Defect.NOT_SIP2),
        ]

    def test_what_was_forgiven_comes_before_its_answer(self, sc: Connection) -> None:
        sc.send(LOGIN)
        assert [type(event) for event in events(sc, b"941AY0\r")] == [Noticed, Response]

    def test_error_detection_may_be_off(self) -> None:
        sc = Connection(Role.SC, Wire(error_detection=ErrorDetection.OFF))
        assert sc.send(LOGIN) == b"9300CNa|COb|\r"
        assert sc.resend_request() == b"97\r"

    def test_answers_and_resends_are_not_sent_as_requests(self, sc: Connection) -> None:
        for message in (LoginResponse(True), RequestAcsResend()):
            with pytest.raises(LocalError):
                sc.send(message)

    def test_requests_without_answer_are_bounded(self) -> None:
        sc = Connection(Role.SC, Wire(), Limits(outstanding=1))
        sc.send(LOGIN)
        assert sc.awaited is Awaited.MESSAGE
        with pytest.raises(LocalError):
            sc.send(LOGIN)

    def test_long_lists_are_taken(self, sc: Connection) -> None:
        sc.send(LOGIN)
        items = "".join(f"AUbarcode {n}|" for n in range(5000))
        fixed = "64" + " " * 14 + "00120250131    093000" + " " * 24
        [event] = events(sc, checked(f"{fixed}AO|AA|AE|{items}AY0"))
        assert isinstance(event, Response)
