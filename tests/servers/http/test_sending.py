"""Answers as they are sent: the headers that all have, and compression."""

from __future__ import annotations

import pytest

from servers.http.exchange import HttpAnswer, said
from servers.http.sending import response_of, takes_gzip


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


def test_every_answer_says_what_it_is_and_nothing_of_us() -> None:
    response = response_of(said("well"), "gzip", 2048)
    assert dict(response.headers) == {
        "Server": "circdesk",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Content-Type": "text/plain; charset=utf-8",
    }
    assert not response.compression


def test_a_front_may_say_otherwise() -> None:
    answer = HttpAnswer(b"<a/>", "text/xml", 201, {"Cache-Control": "max-age=60", "ETag": '"1"'})
    response = response_of(answer, "", 2048)
    assert response.status == 201
    assert (response.headers["Cache-Control"], response.headers["ETag"]) == ("max-age=60", '"1"')


@pytest.mark.parametrize(
    ("size", "accepted", "compressed", "varies"),
    [(2048, "gzip", True, True), (2047, "gzip", False, False), (2048, "", False, True)],
)
def test_long_answers_are_compressed_for_who_takes_it_and_caches_are_told(
    size: int, accepted: str, compressed: bool, varies: bool
) -> None:
    response = response_of(HttpAnswer(bytes(size)), accepted, 2048)
    assert (response.compression, "Vary" in response.headers) == (compressed, varies)


def test_what_a_front_has_compressed_is_left_alone() -> None:
    response = response_of(HttpAnswer(bytes(4096), headers={"Content-Encoding": "gzip"}), "gzip", 2048)
    assert not response.compression
