"""Answers as they are sent: the headers that all have, and compression."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

import pytest

from servers.http.exchange import HttpAnswer, said
from servers.http.parsing import Head, Heads, RequestReader
from servers.http.sending import LONG, compressed, response, takes_gzip


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("GZip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("gzip; q=0.001", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("*, gzip;q=0", False),
        ("xgzip", False),
        (";;;,,,q=", False),
    ],
)
def test_gzip_is_sent_to_whoever_takes_it(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) == takes


def sent(answer: HttpAnswer, method: str = "GET", version: str = "1.1", *, closes: bool = False) -> list[str]:
    """The lines of the answer's head, but its date."""
    request = f"{method} / HTTP/{version}\r\nHost: a\r\n\r\n".encode()
    head, _ = RequestReader(Heads()).feed(request)
    assert isinstance(head, Head)
    lines = response(answer, head, closes=closes).decode().split("\r\n\r\n")[0].split("\r\n")
    return [line for line in lines if not line.startswith("Date: ")]


def test_every_answer_says_what_it_is_and_nothing_of_us() -> None:
    assert sent(said("well")) == [
        "HTTP/1.1 200 OK",
        "Server: circdesk",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Length: 5",
    ]


def test_an_answer_has_its_date() -> None:
    head, _ = RequestReader(Heads()).feed(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert isinstance(head, Head)
    told = BytesParser().parsebytes(response(said("well"), head, closes=False).partition(b"\r\n")[2])
    assert abs(parsedate_to_datetime(told["Date"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_front_may_say_otherwise() -> None:
    answer = HttpAnswer(b"<a/>", "text/xml", 201, {"Cache-Control": "max-age=60", "ETag": '"1"'})
    lines = sent(answer)
    assert lines[0] == "HTTP/1.1 201 Created"
    assert {"Cache-Control: max-age=60", 'ETag: "1"', "Content-Type: text/xml"} < set(lines)


def test_no_content_has_neither_length_nor_type() -> None:
    assert not [line for line in sent(HttpAnswer(b"", status=204)) if line.startswith("Content-")]


@pytest.mark.parametrize(
    ("version", "closes", "told"),
    [("1.1", False, []), ("1.0", False, ["keep-alive"]), ("1.1", True, ["close"]), ("1.0", True, ["close"])],
)
def test_whether_the_connection_lasts_is_said_where_it_is_not_clear(
    version: str, closes: bool, told: list[str]
) -> None:
    lines = sent(said("well"), version=version, closes=closes)
    assert [line.removeprefix("Connection: ") for line in lines if line.startswith("Connection")] == told


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: a", "a\nb", "a\0b"])
def test_no_header_can_become_two(value: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        HttpAnswer(b"", headers={"Location": value})


@pytest.mark.parametrize("size", [100, LONG])
async def test_long_answers_are_compressed_for_who_takes_it_and_caches_are_told(size: int) -> None:
    shorter = compressed(HttpAnswer(bytes(size), headers={"ETag": "1"}), "gzip")
    assert isinstance(shorter, HttpAnswer) == (size < LONG), "what takes long is done beside the loop"
    answer = shorter if isinstance(shorter, HttpAnswer) else await shorter
    assert gzip.decompress(answer.body) == bytes(size)
    assert answer.headers == {"ETag": "1", "Vary": "Accept-Encoding", "Content-Encoding": "gzip"}
    plain = compressed(HttpAnswer(bytes(size)), "br")
    assert isinstance(plain, HttpAnswer), "there is nothing to be done"
    assert (plain.body, plain.headers) == (bytes(size), {"Vary": "Accept-Encoding"})


def test_what_a_front_has_compressed_is_left_alone() -> None:
    answer = HttpAnswer(bytes(4096), headers={"Content-Encoding": "gzip"})
    assert compressed(answer, "gzip") is answer
