"""One HTTP connection: how long everything may take, what is no HTTP, and what stands in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, cast

import pytest

from servers.configuration.settings import HttpsSettings
from servers.http.application import Application
from servers.http.conversation import HttpConversation
from servers.http.exchange import HttpAnswer
from servers.http.refusals import WORDS, Refusal
from servers.http.service import HttpService
from servers.lines.line import Line
from tests.fakes.line import FakeLine
from tests.servers.http.given import Scene, asked, everything, replies, reply, until

Play = Callable[..., None]
Log = list[MutableMapping[str, Any]]

NEXT = b"GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"
"""What a smuggler hides behind a body."""


def posted(*headers: str, body: bytes = b"", version: str = "1.1") -> bytes:
    """A request with these headers, whatever they say."""
    lines = (f"POST /echo HTTP/{version}", "Host: a", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1") + body


CHUNKED, LAST = "Transfer-Encoding: chunked", b"0\r\n\r\n"

NOT_HTTP = {
    "length and chunks": posted("Content-Length: 5", CHUNKED, body=LAST),
    "chunks and length": posted(CHUNKED, "Content-Length: 5", body=LAST),
    "two lengths": posted("Content-Length: 4", "Content-Length: 5", body=b"abcd"),
    "two equal lengths": posted("Content-Length: 4", "Content-Length: 4", body=b"abcd"),
    "a list of lengths": posted("Content-Length: 4, 4", body=b"abcd"),
    "a length with a sign": posted("Content-Length: +4", body=b"abcd"),
    "a length below 0": posted("Content-Length: -4", body=b"abcd"),
    "a length in hexadecimal": posted("Content-Length: 0x4", body=b"abcd"),
    "a length with a blank": posted("Content-Length: 4 0", body=b"abcd"),
    "an empty length": posted("Content-Length:"),
    "a length beyond all numbers": posted("Content-Length: 99999999999999999999", body=b"abcd"),
    "chunks twice": posted(CHUNKED, CHUNKED, body=LAST),
    "a coding that is none": posted("Transfer-Encoding: xchunked", body=LAST),
    "chunks that are not last": posted("Transfer-Encoding: chunked, gzip", body=LAST),
    "identity": posted("Transfer-Encoding: identity", body=LAST),
    "a coding with a control character": posted("Transfer-Encoding: \x0bchunked", body=LAST),
    "a quoted coding": posted('Transfer-Encoding: "chunked"', body=LAST),
    "a blank before the colon": posted("Transfer-Encoding : chunked", body=LAST),
    "a blank before the name": posted(" Transfer-Encoding: chunked", body=LAST),
    "a folded header": posted("Transfer-Encoding:", " chunked", body=LAST),
    "chunks in HTTP/1.0": posted(CHUNKED, body=LAST, version="1.0"),
    "line feeds alone": b"POST /echo HTTP/1.1\nHost: a\nContent-Length: 4\n\nabcd",
    "a line feed alone": b"POST /echo HTTP/1.1\r\nHost: a\nContent-Length: 4\r\n\r\nabcd",
    "a carriage return in a value": posted("A: a\rContent-Length: 4", body=b"abcd"),
    "a NUL in a value": posted("A: a\0b"),
    "a name with a blank": posted("Content Length: 4", body=b"abcd"),
    "a chunk in two notations": posted(CHUNKED, body=b"0x4\r\nabcd\r\n" + LAST),
    "a chunk with a sign": posted(CHUNKED, body=b"+4\r\nabcd\r\n" + LAST),
    "a chunk beyond all numbers": posted(CHUNKED, body=b"fffffffffffffffff\r\nabcd\r\n" + LAST),
    "a chunk without its end": posted(CHUNKED, body=b"4\r\nabcdXX" + LAST),
    "chunks with line feeds alone": posted(CHUNKED, body=b"4\nabcd\n0\n\n"),
    "an extension with a line feed": posted(CHUNKED, body=b"4;a\nb\r\nabcd\r\n" + LAST),
    "a chunk with a blank": posted(CHUNKED, body=b"4 \r\nabcd\r\n" + LAST),
    "a chunk of nothing": posted(CHUNKED, body=b"\r\nabcd\r\n" + LAST),
    "two hosts": b"GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET /echo HTTP/1.1\r\n\r\n",
    "HTTP/0.9": b"GET /echo\r\n\r\n",
    "HTTP/1.2": b"GET /echo HTTP/1.2\r\nHost: a\r\n\r\n",
    "HTTP/2 by its name": b"GET /echo HTTP/2.0\r\nHost: a\r\n\r\n",
    "HTTP/2 by its preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a method that nobody knows": b"BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method in lower case": b"get /echo HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address with a blank": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address that is no ASCII": "GET /é HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
    "an address without a host": b"GET https:///echo HTTP/1.1\r\nHost: a\r\n\r\n",
    "SIP2": b"9300CNkiosk|COCanaryWord|\r",
    "TLS inside TLS": bytes.fromhex("16030100c8010000c40303") + b"\r\n\r\n",
    "noise": bytes(range(256)),
}


@pytest.mark.parametrize("name", NOT_HTTP)
def test_what_is_no_http_is_told_so_once_and_nothing_behind_it_is_looked_at(
    play: Play, log: Log, name: str
) -> None:
    """Nothing that was sent comes back, or stands in the log."""

    async def act(scene: Scene) -> None:
        data = await scene.said(NOT_HTTP[name] + NEXT)
        (answer,) = replies(data)
        status, sentence = WORDS[Refusal.NOT_HTTP]
        assert (answer.status, answer.body.decode()) == (status, f"{sentence}\n")
        assert (answer.headers["connection"], answer.headers["server"]) == ("close", "circdesk")
        assert scene.place.asked == []

    play(act)
    assert [line["refused"] for line in log] == [Refusal.NOT_HTTP]
    assert "CanaryWord" not in str(log)


@pytest.mark.parametrize("chunked", ["Transfer-Encoding: CHUNKED", "transfer-encoding: chunked"])
def test_what_is_http_is_not_mistaken_for_that(play: Play, chunked: str) -> None:
    async def act(scene: Scene) -> None:
        data = await scene.said(
            posted(chunked, body=b"4;a=b\r\nabcd\r\n0\r\nTrailer: a\r\n\r\n") + asked("/echo")
        )
        assert [answer.body for answer in replies(data)] == [b"abcd", b"nothing"]

    play(act)


class TestDeadlines:
    def test_a_head_that_drips_is_cut_off_by_its_first_byte(self, play: Play, log: Log) -> None:
        """Each further byte gives it no more time."""

        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(b"GET /echo HTTP/1.1\r\nA: ")
            answering = asyncio.get_running_loop().create_task(everything(reader))
            while not answering.done():
                writer.write(b"a")
                await asyncio.sleep(0)
            (answer,) = replies(await answering)
            assert (answer.status, answer.headers["connection"]) == (408, "close")

        play(act, head_deadline=0.05)
        assert [line["refused"] for line in log] == [Refusal.SLOW_HEAD]

    @pytest.mark.parametrize("said", [b"G", b"\r\n\r\n", b"\r\n\r\n\r\nGET /echo HTTP/1.1\r\n"])
    def test_so_is_one_that_stops(self, play: Play, said: bytes) -> None:
        async def act(scene: Scene) -> None:
            (answer,) = replies(await scene.said(said))
            assert answer.status == 408

        play(act, head_deadline=0.01)

    def test_a_connection_that_says_nothing_is_closed_without_a_word(self, play: Play, log: Log) -> None:
        async def act(scene: Scene) -> None:
            assert await scene.said() == b""

        play(act, head_deadline=0.01)
        assert log == []

    def test_so_is_one_that_falls_silent_between_two_requests(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            (answer,) = replies(await scene.said(asked("/echo", close=False)))
            assert answer.status == 200
            assert "connection" not in answer.headers

        play(act, idle_limit=0.01)

    def test_an_answer_that_is_being_made_is_not_silence(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked("/wait"))
            await scene.place.waiting.wait()
            silent = await scene.said()
            assert silent == b"", "somebody who came later was closed already"
            scene.place.go.set()
            assert (await reply(reader)).body == b"at last\n"

        play(act, head_deadline=0.01, idle_limit=0.01)

    def test_a_head_without_end_is_refused_where_it_becomes_too_long(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            for filler in (b"A: a\r\n", b"a"):
                data = await scene.said(b"GET /echo HTTP/1.1\r\n", *[filler * 200] * 8)
                (answer,) = replies(data)
                assert answer.status == 431

        play(act, head_limit=1024)

    def test_a_peer_that_does_not_read_is_cut_off(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            scene.listener.limits = scene.listener.limits.__class__(unread_seconds=0.01, answers_waiting=1024)
            _, writer = await scene.client()
            writer.transport.pause_reading()  # type: ignore[attr-defined] # it can be read, too
            ahead = b"".join(asked("/echo", method="POST", body=b"a" * 1000, close=False) for _ in range(500))
            for _ in range(200):
                if not scene.listener.lines:
                    break
                writer.write(ahead)
                await asyncio.sleep(0)
            await until(lambda: not scene.listener.lines)

        play(act)

    def test_a_connection_has_so_many_requests(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            data = await scene.said(b"".join(asked("/echo", close=False) for _ in range(5)))
            answers = replies(data)
            assert len(answers) == 3
            assert answers[-1].headers["connection"] == "close"

        play(act, requests_per_connection=3)


class TestTheEnd:
    def test_a_peer_that_leaves_in_the_middle_leaves_nothing_behind(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            for said in (b"GET", asked("/echo", "Content-Length: 9", method="POST") + b"a", asked("/wait")):
                _, writer = await scene.client()
                writer.write(said)
                await until(lambda: bool(scene.listener.lines))
                writer.transport.abort()
                scene.place.go.set()
                await until(lambda: not scene.listener.lines and not scene.service.in_work)

        play(act)

    def test_a_peer_that_ends_its_side_ends_the_connection_and_the_work_goes_on(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            _, writer = await scene.client()
            writer.write(asked("/wait"))
            await scene.place.waiting.wait()
            writer.transport.close()
            await until(lambda: not scene.listener.lines)
            (work,) = scene.service.in_work
            assert work.outcome is None
            scene.place.go.set()
            await until(lambda: isinstance(work.outcome, HttpAnswer))

        play(act)


class TestTheLog:
    def test_a_request_is_a_line_without_its_query(self, play: Play, log: Log) -> None:
        async def act(scene: Scene) -> None:
            await scene.ask("/of/a?pin=CanaryWord", "Authorization: CanaryWord")

        play(act)
        (line,) = log
        assert line.pop("ms") >= 0
        assert line.pop("bytes") > 0
        assert line == {
            "event": "https-request",
            "log_level": "info",
            "method": "GET",
            "path": "/of/a",
            "status": 200,
            "peer": "127.0.0.1",
        }

    def test_answers_are_counted_by_the_path_of_their_route(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            for path in ("/of/a", "/of/b", "/none", "/fail"):
                await scene.ask(path)
            assert scene.service.answers == {("/of/{name}", 200): 2, ("", 404): 1, ("/fail", 500): 1}

        play(act)


def test_a_balancer_vouches_for_who_is_behind_it() -> None:
    line = FakeLine(peer="192.0.2.7", vouched="broker")
    identity = conversation(line).identity
    assert identity is not None
    assert (identity.common_name, conversation(line).source) == ("broker", "192.0.2.7")


def test_nobody_has_a_certificate_without_tls() -> None:
    assert conversation(FakeLine()).identity is None


def conversation(line: FakeLine) -> HttpConversation:
    return HttpConversation(HttpService(HttpsSettings(), Application([])), cast("Line", line))
