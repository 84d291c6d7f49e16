"""Messages in a stream of bare XML come out whole, wherever it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.ncip.dialects import Version
from protocols.ncip.errors import RemoteError
from protocols.ncip.framing import Framer

ONE = b'<?xml version="1.0"?><ns1:NCIPMessage xmlns:ns1="x"><a>Fu\xc3\x9f &lt; </a></ns1:NCIPMessage>'
TWO = b"<NCIPMessage>\n<a/></NCIPMessage\n >"


def fed(*pieces: bytes, limit: int = 1 << 20) -> list[bytes]:
    framer, out = Framer(limit), []
    for piece in pieces:
        framer.feed(piece)
        while (message := framer.next()) is not None:
            out.append(message)
    return out


@given(cuts=st.lists(st.integers(0, len(ONE) + len(TWO) + 4), max_size=6).map(sorted))
def test_cutting_changes_nothing(cuts: list[int]) -> None:
    stream = b"\r\n" + ONE + b"\n" + TWO + b"\0"
    pieces = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert fed(*pieces) == [ONE, TWO]


def test_one_byte_at_a_time_is_enough() -> None:
    assert fed(*(bytes([byte]) for byte in ONE + TWO)) == [ONE, TWO]


@pytest.mark.parametrize(
    "piece",
    [
        b"",
        b" \r\n",
        b"<NCIPMessage>",
        b"<NCIPMessage></NCIPMess",
        b"</NCIPMessages>",
        b"<a></a>",
    ],
)
def test_what_has_no_end_is_no_message(piece: bytes) -> None:
    assert fed(piece) == []


@pytest.mark.parametrize("before", [b"", ONE])
def test_blanks_between_messages_are_not_kept(before: bytes) -> None:
    framer = Framer()
    framer.feed(before + b" \n" * 1000)
    assert framer.next() == (before or None)
    framer.feed(b"\r\n")
    assert len(framer) == 0


@pytest.mark.parametrize(
    "data",
    [b"no XML", b"POST / HTTP/1.1", b"\x16\x03\x01", "\ufeff<NCIPMessage>".encode("utf-16"), b"\n9900302.00"],
)
def test_what_begins_like_no_xml_is_refused_at_its_first_byte(data: bytes) -> None:
    with pytest.raises(RemoteError, match="no XML"):
        fed(data[:2])


def test_the_mark_of_utf_8_is_a_beginning() -> None:
    assert fed(b"\xef\xbb\xbf" + ONE) == [b"\xef\xbb\xbf" + ONE]


@pytest.mark.parametrize(
    "data", [b"<" * 101, b"<" + b"x" * 100, b"<NCIPMessage>" + b"x" * 80 + b"</NCIPMessage>"]
)
@pytest.mark.parametrize("step", [1, 1000])
def test_a_message_over_the_limit_is_refused(data: bytes, step: int) -> None:
    with pytest.raises(RemoteError, match="too long"):
        fed(*(data[start : start + step] for start in range(0, len(data), step)), limit=100)


def test_a_message_over_the_limit_is_answered_in_its_own_dialect() -> None:
    with pytest.raises(RemoteError) as refused:
        fed(b'<a:NCIPMessage xmlns:a="x" a:version="2.01">' + b"x" * 80, limit=100)
    assert (refused.value.dialect.version, refused.value.dialect.prefix) == (Version.V2_01, "a")


def test_a_message_of_the_limit_passes() -> None:
    assert fed(ONE + TWO, limit=len(ONE)) == [ONE, TWO]


def test_a_long_message_in_small_pieces_is_searched_once() -> None:
    """A hundred thousand pieces are soon done: what was searched is not searched again."""
    body = b"<NCIPMessage><a>" + b"x" * 300_000
    pieces = [body[start : start + 3] for start in range(0, len(body), 3)]
    assert fed(*pieces, b"</a></NCIPMessage>") == [body + b"</a></NCIPMessage>"]
