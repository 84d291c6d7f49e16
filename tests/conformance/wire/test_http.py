"""HTTP answers are read as they are; what is none is told from what is not whole yet."""

import pytest

from conformance.wire.http import HttpAnswer, NotHttpError, length_of_answer, read, request

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 3\r\n\r\nabc"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n1;mood=good\r\nc\r\n0\r\n\r\n"
TO_THE_END = b"HTTP/1.0 404 Not Found\r\n\r\nabc"
NOTHING = b"HTTP/1.1 204 No Content\r\n\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN


def test_a_request_is_the_bytes_that_it_is_made_of() -> None:
    assert request("POST", "/ncip", {"Host": "h:1", "Content-Type": "", "X": "1"}, b"body") == (
        b"POST /ncip HTTP/1.1\r\nHost: h:1\r\nX: 1\r\n\r\nbody"
    )


@pytest.mark.parametrize(
    ("raw", "status", "body"),
    [
        (PLAIN, 200, b"abc"),
        (CHUNKED, 200, b"abc"),
        (INTERIM, 200, b"abc"),
        (NOTHING, 204, b""),
    ],
)
def test_an_answer_is_whole_when_its_last_byte_is_there(raw: bytes, status: int, body: bytes) -> None:
    for cut in range(len(raw)):
        assert length_of_answer(raw[:cut], ended=False) == 0
    assert length_of_answer(raw + b"HTTP/1.1 more", ended=False) == len(raw)
    assert (read(raw).status, read(raw).body) == (status, body)


def test_an_answer_without_a_length_goes_on_until_nothing_more_comes() -> None:
    assert length_of_answer(TO_THE_END, ended=False) == 0
    assert length_of_answer(TO_THE_END, ended=True) == len(TO_THE_END)
    assert read(TO_THE_END) == HttpAnswer(404, {}, b"abc")


def test_header_names_are_in_lower_case_and_several_of_one_name_are_joined() -> None:
    raw = b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSET-COOKIE:  b \r\nContent-Length: 0\r\n\r\n"
    assert read(raw).headers == {"set-cookie": "a, b", "content-length": "0"}


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>",
        b"\x16\x03\x01",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/3 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na",
        b"HTTP/1.1 200 OK\r\nContent-Length: one\r\n\r\na",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(NotHttpError):
        length_of_answer(raw, ended=True)


def test_an_answer_without_the_end_of_its_head_cannot_be_read() -> None:
    with pytest.raises(NotHttpError, match="no end"):
        read(b"HTTP/1.1 200 OK\r\n")
