"""Where messages end, and what is dropped between them."""

import pytest

from protocols.sip2.errors import Defect, Remedy, RemoteError
from protocols.sip2.framing import Framer
from tests.matrix import proves


def framed(*pieces: bytes, limit: int = 1000) -> list[bytes]:
    framer = Framer(limit)
    messages = []
    for piece in pieces:
        framer.feed(piece)
        while (message := framer.next()) is not None:
            messages.append(message)
    return messages


@proves("CR, CR LF, LF and empty lines")
@pytest.mark.parametrize(
    "stream",
    [
        b"97\r99\r",
        b"97\r\n99\r\n",
        b"97\n99\n",
        b"97\r\r99\r\r",
        b"97\r\n\r\n99\r\n\r\n",
        b"\r\n \0 97\r\0\0\r \r99\r",
        b"\xff\xfd\x0d97\r\xff\xfb\x0a\xff\xfb\x0399\n",
        b"\xff\xfa\x18\x00\r\xff\xf0\xff\xf197\r\xff\xff\xff\xff99\r",
    ],
    ids=["CR", "CR LF", "LF", "CR CR", "CR LF twice", "junk between", "telnet options", "telnet commands"],
)
def test_messages_end_at_cr_lf_or_both_however_the_stream_is_cut(stream: bytes) -> None:
    assert framed(stream) == [b"97", b"99"]
    assert framed(*[stream[n : n + 1] for n in range(len(stream))]) == [b"97", b"99"]


@pytest.mark.parametrize("second", [b"99\r", b"\n99\r\n", b"\r\r99\n", b"9"])
def test_messages_that_come_before_they_are_asked_for_keep_their_order(second: bytes) -> None:
    framer = Framer(100)
    assert framer.feed(b"97\r") == 3
    assert framer.feed(second) == 3 + len(second)
    framer.feed(b"9\r")
    assert [framer.next(), framer.next()] == [b"97", b"99"]


def test_an_unfinished_message_waits() -> None:
    assert framed(b"9900802.00") == []


def test_an_unfinished_telnet_command_waits() -> None:
    assert framed(b"\xff") == []
    assert framed(b"\xff\xfa\r") == []


def test_a_high_byte_inside_a_message_is_text() -> None:
    assert framed(b"23\xff\xfd\x01\r") == [b"23\xff\xfd\x01"]


@pytest.mark.parametrize(
    ("pieces", "terminator"),
    [
        ([b"97\r"], b"\r"),
        ([b"97\r\n"], b"\r\n"),
        ([b"97\n"], b"\n"),
        ([b"97\r", b"\n99"], b"\r\n"),
        ([b"97\r\n99\r"], b"\r\n"),
        ([b"97\r\n99\r97\r"], b"\r"),
        ([b"97\r99\n", b"\n99"], b"\n"),
        ([b"97\r\n", b"97\r"], b"\r\n"),
    ],
)
def test_the_terminator_of_the_peer_is_remembered(pieces: list[bytes], terminator: bytes) -> None:
    framer = Framer(100)
    for piece in pieces:
        framer.feed(piece)
        while framer.next() is not None:
            pass
    assert framer.terminator == terminator


def test_cr_is_the_terminator_before_anything_came() -> None:
    assert Framer(100).terminator == b"\r"


def test_a_message_as_long_as_the_limit_is_taken() -> None:
    assert framed(b"9" * 10 + b"\r", limit=10) == [b"9" * 10]


@pytest.mark.parametrize(
    "stream", [b"9" * 11, b"9" * 11 + b"\r", b"\xff\xfa" + b"9" * 9], ids=["unfinished", "whole", "telnet"]
)
def test_a_longer_one_is_refused(stream: bytes) -> None:
    with pytest.raises(RemoteError) as caught:
        framed(stream, limit=10)
    assert caught.value.defect is Defect.TOO_LONG
    assert caught.value.remedy is Remedy.CLOSE


def test_nothing_is_kept_after_clearing() -> None:
    framer = Framer(100)
    framer.feed(b"99008")
    assert len(framer) == 5
    framer.clear()
    assert len(framer) == 0
    framer.feed(b"97\r")
    assert framer.next() == b"97"
