"""SIP2 as it travels over TLS: in pieces, several at once, damaged, repeated; and whom TLS lets in."""

import ssl

import pytest

from conformance.wire.sip2 import Detection, read, seal
from tests.matrix import proves
from tests.walks.given import (
    CERTIFIED,
    DATE,
    END_SESSION,
    STATUS,
    Server,
    checkin,
    checkout,
    information,
    item_information,
    login,
    payment,
    who,
)


def test_a_visit_goes_from_login_to_the_end_of_the_session(server: Server) -> None:
    with server.kiosk() as kiosk:
        assert kiosk.ask(STATUS).first("AM") == "Town Library"
        assert kiosk.ask(information("P1")).fixed["charged"] == "0000"
        lent = kiosk.ask(checkout("P1", "I1"))
        assert lent.fixed["ok"] == "1"
        assert lent.first("AJ") == "Emma"
        assert kiosk.ask(information("P1")).every("AU") == ("I1",)
        assert kiosk.ask(item_information("I1")).first("AH") == lent.first("AH")
        assert kiosk.ask(checkin("I1")).first("AA") == "P1"
        assert kiosk.ask(payment("P1", "12.50")).fixed["payment accepted"] == "Y"
        assert kiosk.ask(information("P1")).first("BV") == "187.50"
        assert kiosk.ask(END_SESSION).fixed["end session"] == "Y"


@proves("messages in pieces, and several at once")
def test_a_message_that_arrives_byte_by_byte_is_one_message(server: Server) -> None:
    with server.kiosk() as kiosk:
        for byte in kiosk.sealed(item_information("I2")):
            kiosk.socket.sendall(bytes([byte]))
        assert kiosk.answer().first("AB") == "I2"


@proves("messages in pieces, and several at once")
def test_messages_of_one_segment_are_answered_in_their_order(server: Server) -> None:
    """Acts that wait for the disk, questions and a slow PIN among them: no answer overtakes another."""
    with server.kiosk() as kiosk:
        asked = [
            (checkout("P2", "I3"), "12"),
            (STATUS, "98"),
            (information("P2"), "64"),
            (item_information("I3"), "18"),
            (information("P3", pin="1234"), "64"),
            (checkin("I3"), "10"),
            (information("P2"), "64"),
        ]
        kiosk.socket.sendall(b"".join(kiosk.sealed(text) for text, _ in asked))
        answers = [kiosk.answer() for _ in asked]
        assert [answer.code for answer in answers] == [code for _, code in asked]
        assert [answer.sequence for answer in answers] == [str(n) for n in range(1, 8)]
        assert answers[2].every("AU") == ("I3",)
        assert answers[4].first("CQ") == "N"
        assert answers[6].every("AU") == ()


def test_many_more_messages_than_are_worked_on_at_once_are_all_answered(server: Server) -> None:
    with server.kiosk() as kiosk:
        asked = [item_information(f"I{4 + n % 5}") for n in range(100)]
        kiosk.socket.sendall(b"".join(kiosk.sealed(text) for text in asked))
        assert [kiosk.answer().first("AB") for _ in asked] == [f"I{4 + n % 5}" for n in range(100)]


@proves("CR, CR LF, LF and empty lines")
@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n"])
def test_answers_end_as_the_questions_do(server: Server, ending: bytes) -> None:
    with server.kiosk() as kiosk:
        for _ in range(2):
            kiosk.socket.sendall(kiosk.sealed(STATUS).rstrip(b"\r") + ending)
            received = b""
            while not received.endswith(ending):
                received += kiosk.socket.recv(65536)
            assert read(received.removesuffix(ending), ending).faults() == ()


@proves("96/97 resend", "checksum over the bytes as they came")
def test_a_damaged_message_is_asked_for_again_and_its_repetition_is_done(server: Server) -> None:
    """2.00, Request SC Resend 96: sent again with the same AY."""
    with server.kiosk() as kiosk:
        good = kiosk.sealed(checkout("P4", "I9"))
        kiosk.socket.sendall(good.replace(b"AAP4", b"AAP5"))
        assert kiosk.line() == seal(b"96", 0, Detection.SUM_ONLY) + b"\r"
        kiosk.socket.sendall(good)
        assert kiosk.answer().fixed["ok"] == "1"
        assert kiosk.ask(information("P4")).every("AU") == ("I9",)
        assert kiosk.ask(information("P5")).every("AU") == ()


@proves(
    "96/97 resend",
    "97 replays the last answer byte for byte",
    "a repeated request is answered again, not done again",
)
def test_the_last_answer_comes_again_byte_for_byte(server: Server) -> None:
    """2.00, Request ACS Resend 97, and the same message again with the same AY and AZ."""
    with server.kiosk() as kiosk:
        asked = kiosk.send(checkout("P6", "I10"))
        first = kiosk.line()
        kiosk.socket.sendall(seal(b"97", 0, Detection.SUM_ONLY) + b"\r")
        assert kiosk.line() == first
        kiosk.socket.sendall(asked)
        assert kiosk.line() == first
        assert kiosk.ask(information("P6")).every("AU") == ("I10",)


@proves("TLS 1.2 and 1.3 in the process", "a client certificate names the terminal")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_terminal_is_known_by_its_certificate_and_needs_no_login(
    server: Server, version: ssl.TLSVersion
) -> None:
    with server.call(server.certified(version)) as kiosk:
        assert kiosk.ask(information("P7")).first("AA") == "P7"
        assert f"terminal={CERTIFIED}" in server.log


def test_a_certificate_does_not_let_in_as_another_terminal(server: Server) -> None:
    with server.call(server.certified()) as kiosk:
        assert kiosk.ask(login()).fixed["ok"] == "0"
        assert kiosk.ask(information("P7")).first("AE") == ""


def test_before_the_login_nothing_is_told_and_nothing_done(server: Server) -> None:
    with server.call() as stranger:
        assert stranger.ask(checkout("P8", "I11")).fixed["ok"] == "0"
        assert stranger.ask(f"23001{DATE}{who('P8')}").first("AE") == ""
    with server.kiosk() as kiosk:
        assert kiosk.ask(information("P8")).every("AU") == ()


def test_old_versions_of_tls_are_refused(server: Server) -> None:
    context = server.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match=r"EOF|alert protocol version"):
        server.call(context)
