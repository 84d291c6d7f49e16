"""Shapes spoil what they should, and leave the rest."""

from xml.etree import ElementTree

import pytest

from conformance.ncip import shapes
from conformance.wire.http import request

MESSAGE = b"<a><b>text</b><c/></a>"
REQUEST = request("POST", "/", {"Host": "h", "Content-Length": "22"}, MESSAGE)


@pytest.mark.parametrize(
    ("shape", "spoilt"),
    [
        (shapes.led_by(b"x"), b"x" + MESSAGE),
        (shapes.followed_by(b"x"), MESSAGE + b"x"),
        (shapes.replacing(b"<c/>", b"<d/>"), b"<a><b>text</b><d/></a>"),
        (shapes.first_half, b"<a><b>text<"),
        (shapes.all_but_the_end, b"<a><b>text</b><c/>"),
        (shapes.again, MESSAGE * 2),
    ],
)
def test_a_message_is_spoilt_in_one_way(shape: shapes.Shape, spoilt: bytes) -> None:
    assert shape(MESSAGE) == spoilt


@pytest.mark.parametrize("shape", [shapes.indented, shapes.with_comments])
def test_what_means_nothing_changes_nothing(shape: shapes.Shape) -> None:
    assert shape(MESSAGE) != MESSAGE
    root = ElementTree.fromstring(shape(MESSAGE).decode())
    assert ([child.tag for child in root], root[0].text) == (["b", "c"], "text")


def test_a_body_in_chunks_has_no_length_and_all_of_its_bytes() -> None:
    head, _, body = shapes.in_chunks(REQUEST).partition(b"\r\n\r\n")
    assert b"Content-Length" not in head
    assert head.endswith(b"Transfer-Encoding: chunked")
    assert body == b"a\r\n<a><b>text\r\na\r\n</b><c/></\r\n2\r\na>\r\n0\r\n\r\n"


def test_two_readings_of_one_request_are_both_there() -> None:
    head, _, body = shapes.chunked_and_measured(REQUEST).partition(b"\r\n\r\n")
    assert b"Content-Length: 22" in head
    assert b"Transfer-Encoding: chunked" in head
    assert body == b"16\r\n" + MESSAGE + b"\r\n0\r\n\r\n"


def test_a_header_is_added_and_a_body_broken_off() -> None:
    assert shapes.with_header(b"X: 1")(REQUEST) == REQUEST.replace(b"\r\n\r\n", b"\r\nX: 1\r\n\r\n")
    assert shapes.broken_off(REQUEST) == REQUEST[:-11]
    assert b"\r\n\r\nzz\r\n" in shapes.with_broken_chunks(REQUEST)
