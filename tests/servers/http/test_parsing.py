"""Requests out of bytes: what stands in a head, wherever the bytes are cut, and what is no request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from servers.http.parsing import KNOWN, MOST, SHORT, Event, Head, Heads, Mark, RequestReader
from servers.http.refusals import Refusal

POST = b"POST /a%20b?c=d HTTP/1.1\r\nHost: a\r\nContent-Type: x\r\nContent-Length: 5\r\n\r\nhello"
CHUNKS = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nTrailer: a\r\n\r\n"


def fed(*pieces: bytes) -> list[Event]:
    """Everything that is read of the pieces, those of bodies put together."""
    reader, found = RequestReader(Heads()), list[Event]()
    for event in (event for piece in pieces for event in reader.feed(piece)):
        if isinstance(event, bytes) and found and isinstance(found[-1], bytes):
            found[-1] += event
        else:
            found.append(event)
    return found


def head(data: bytes) -> Head:
    found = fed(data)[0]
    assert isinstance(found, Head)
    return found


@given(cuts=st.lists(st.integers(0, len(POST + CHUNKS)), max_size=6).map(sorted))
def test_cutting_changes_nothing(cuts: list[int]) -> None:
    stream = POST + CHUNKS
    pieces = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    first, body, end, second, chunk, last = fed(*pieces)
    assert (body, end, chunk, last) == (b"hello", Mark.END, b"ab", Mark.END)
    assert isinstance(first, Head)
    assert isinstance(second, Head)
    assert (first.method, first.path, first.name, first.query) == ("POST", "/a%20b", "/a b", "c=d")
    assert (first.length, second.length) == (5, None)
    assert dict(second.headers) == {"host": "a", "transfer-encoding": "chunked"}


def test_the_same_head_is_read_once_on_a_connection() -> None:
    reader = RequestReader(Heads())
    first, _, _, second, *_ = reader.feed(POST + POST)
    assert second is first
    other = reader.feed(POST.replace(b"/a%20b", b"/other"))[0]
    assert isinstance(other, Head)
    assert other.path == "/other"
    assert reader.feed(POST)[0] is first


def test_only_so_many_heads_are_remembered_and_no_long_ones() -> None:
    reader = RequestReader(Heads())
    first = reader.feed(POST)[0]
    for number in range(KNOWN):
        reader.feed(POST.replace(b"/a%20b", b"/%d" % number))
    assert reader.feed(POST)[0] is not first
    long = POST.replace(b"Content-Type: x", b"Content-Type: " + b"x" * SHORT)
    first, again = reader.feed(long)[0], reader.feed(long)[0]
    assert isinstance(first, Head)
    assert isinstance(again, Head)
    assert asdict(first) == asdict(again)
    assert first is not again


class TestHeads:
    @pytest.mark.parametrize("body", [b"hello", b"GET /", b"\r\n\r\n5"])
    def test_the_like_of_a_request_is_read_as_it_would_be_otherwise(self, body: bytes) -> None:
        heads = Heads()
        first, *_ = RequestReader(heads).feed(POST)
        like = POST[:-5] + body
        reader = RequestReader(heads)
        assert reader.whole(like) == (first, body)
        assert reader.whole(like) is not None, "the next one may follow"
        read, *rest = fed(like)
        assert isinstance(first, Head)
        assert isinstance(read, Head)
        assert (asdict(read), rest) == (asdict(first), [body, Mark.END])

    @pytest.mark.parametrize("cut", [1, len(POST) - 5, len(POST) - 1])
    def test_what_has_begun_otherwise_goes_on_otherwise(self, cut: int) -> None:
        heads = Heads()
        RequestReader(heads).feed(POST)
        reader = RequestReader(heads)
        assert reader.whole(POST[:cut]) is None
        reader.feed(POST[:cut])
        assert reader.whole(POST) is None, "it may be a part of what has begun"

    def test_what_is_more_or_less_than_one_request_is_none(self) -> None:
        heads = Heads()
        reader = RequestReader(heads)
        reader.feed(POST)
        for data in (b"", b"\r\n" + POST, POST + b"a", POST + POST, POST[:-1], POST.lower(), CHUNKS):
            assert reader.whole(data) is None, data

    @pytest.mark.parametrize(
        "header", ["Authorization: a", "Cookie: a", "Connection: close", f"A: {'a' * SHORT}"]
    )
    def test_what_is_private_long_or_the_last_is_not_kept(self, header: str) -> None:
        heads = Heads()
        data = POST.replace(b"Content-Type: x", header.encode())
        assert len(RequestReader(heads).feed(data)) == 3
        assert len(heads) == 0

    @pytest.mark.parametrize(
        "data", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", CHUNKS, POST + POST, b"\r\n\r\n" + POST]
    )
    def test_what_is_not_one_request_with_a_body_of_known_length_is_not_kept(self, data: bytes) -> None:
        heads = Heads()
        RequestReader(heads).feed(data)
        assert len(heads) == 0

    def test_only_so_many_are_known(self) -> None:
        heads = Heads()
        for number in range(MOST + 1):
            RequestReader(heads).feed(POST.replace(b"/a%20b", b"/%d" % number))
        assert len(heads) == MOST
        assert heads.whole(POST.replace(b"/a%20b", b"/0")) is None, "the oldest has gone"

    def test_behind_what_is_no_http_nothing_is_known(self) -> None:
        heads = Heads()
        reader = RequestReader(heads)
        reader.feed(POST)
        reader.feed(b"noise\r\n\r\n")
        assert reader.whole(POST) is None


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_noise_is_refused_or_waited_for_and_never_fails(pieces: list[bytes]) -> None:
    events = fed(*pieces)
    assert [event for event in events if isinstance(event, Refusal)] in ([], events[-1:])


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/", "/", ""),
        ("//a", "//a", ""),
        ("/a?b?c", "/a", "b?c"),
        ("http://a", "/", ""),
        ("HTTPS://a:1?b/c", "/", "b/c"),
        ("https://a/b?c", "/b", "c"),
        ("*", "*", ""),
    ],
)
def test_a_target_is_a_path_and_a_query(target: str, path: str, query: str) -> None:
    found = head(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert (found.path, found.query, found.target) == (path, query, target)


@pytest.mark.parametrize("target", ["a", "ftp://a/", "https://", "https:///a", "/a#b", "://a/"])
def test_what_is_no_target_is_no_http(target: str) -> None:
    assert fed(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()) == [Refusal.NOT_HTTP]


@pytest.mark.parametrize(
    ("version", "header", "stays"),
    [
        ("1.1", "A: a", True),
        ("1.1", "Connection: Close", False),
        ("1.0", "A: a", False),
        ("1.0", "Connection: Keep-Alive", True),
    ],
)
def test_a_connection_lasts_as_its_version_has_it_unless_it_says_otherwise(
    version: str, header: str, stays: bool
) -> None:
    assert head(f"GET / HTTP/{version}\r\nHost: a\r\n{header}\r\n\r\n".encode()).may_stay is stays


def test_a_header_is_found_in_any_case_and_one_that_comes_twice_is_a_list() -> None:
    headers = head(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: a\r\nACCEPT: b\r\n\r\n").headers
    assert (headers["aCCept"], len(headers), headers.get("None")) == ("a, b", 2, None)
    assert "a" not in repr(headers).partition("(")[2]


def test_how_much_of_a_head_has_come_is_known() -> None:
    reader = RequestReader(Heads())
    assert reader.pending == 0
    reader.feed(b"GET /" + b"a" * 100)
    assert reader.pending == 105
    reader.feed(b"a" * 100)
    assert reader.pending == 205
    reader.feed(b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert reader.pending == 0


def test_behind_another_protocol_nothing_is_read() -> None:
    reader = RequestReader(Heads())
    upgrade = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    first, end = reader.feed(upgrade + POST)
    assert isinstance(first, Head)
    assert (first.may_stay, end, reader.is_over) == (False, Mark.END, True)
    assert reader.feed(POST) == []
