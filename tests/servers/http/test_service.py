"""The way of a request: what is answered, what is refused and how, and that each front keeps its bounds."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any

import pytest

from core.journal import Settled
from servers.http.refusals import WORDS, Refusal
from tests.servers.http.given import (
    AUTHORITY,
    PATIENCE,
    Reply,
    Scene,
    asked,
    everything,
    replies,
    reply,
    until,
)

Play = Callable[..., None]
Log = list[MutableMapping[str, Any]]
CHUNKED = "Transfer-Encoding: chunked"


def is_refusal(answer: Reply, refusal: Refusal) -> bool:
    """Whether it is this refusal, in our own words."""
    status, sentence = WORDS[refusal]
    said = (answer.status, answer.body.decode(), answer.headers["server"], answer.headers["content-type"])
    return said == (status, f"{sentence}\n", "circdesk", "text/plain; charset=utf-8")


class TestAnswers:
    def test_a_front_sees_the_whole_request(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            answer = await scene.ask("/echo?a=%20b&c", "X-One: 1", method="POST", body=b"hello")
            assert (answer.status, answer.body, answer.headers["peer"]) == (200, b"hello", "127.0.0.1")
            (request,) = scene.place.asked
            assert (request.method, request.path, request.query) == ("POST", "/echo", "a=%20b&c")
            assert (request.headers["x-ONE"], request.body, request.identity) == ("1", b"hello", None)

        play(act)

    def test_names_in_the_path_are_resolved(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            await scene.ask("/of/B%C3%BCcher")
            assert scene.place.asked[0].names == {"name": "Bücher"}

        play(act)

    def test_head_is_get_without_its_body(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            data = await scene.said(asked("/echo", method="HEAD"))
            assert data.startswith(b"HTTP/1.1 200 OK\r\n")
            assert data.endswith(b"\r\n\r\n")
            assert b"Content-Length: 7\r\n" in data
            assert scene.place.asked[0].method == "GET"

        play(act)

    @pytest.mark.parametrize(
        ("path", "allowed"), [("/echo", "GET, HEAD, OPTIONS, POST"), ("/xml", "OPTIONS, POST"), ("*", None)]
    )
    def test_options_names_the_methods(self, play: Play, path: str, allowed: str | None) -> None:
        async def act(scene: Scene) -> None:
            answer = await scene.ask(path, method="OPTIONS")
            assert (answer.status, answer.body) == (204, b"")
            assert answer.headers["allow"] == (allowed or "GET, HEAD, OPTIONS, POST")

        play(act)

    def test_http_1_0_is_answered_and_closed(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            data = await scene.said(b"GET /echo HTTP/1.0\r\n\r\n")
            assert data.startswith(b"HTTP/1.0 200 OK\r\n")
            assert data.endswith(b"\r\n\r\nnothing")

        play(act)

    def test_requests_sent_ahead_are_answered_in_order_on_one_connection(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            ahead = [asked("/echo", method="POST", body=b"%d" % n, close=False) for n in range(40)]
            data = await scene.said(b"".join(ahead) + asked("/echo"))
            assert [answer.body for answer in replies(data)] == [b"%d" % n for n in range(40)] + [b"nothing"]

        play(act)

    def test_a_body_in_chunks_is_a_body(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            head = asked("/echo", "Transfer-Encoding: chunked", method="POST")
            (answer,) = replies(await scene.said(head, b"3;a=b\r\nabc\r\n", b"2\r\nde\r\n", b"0\r\n\r\n"))
            assert answer.body == b"abcde"

        play(act)

    def test_whoever_asks_whether_the_body_is_welcome_is_told(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked("/echo", "Expect: 100-continue", "Content-Length: 5", method="POST"))
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"hello")
            assert (await reply(reader)).body == b"hello"

        play(act)

    def test_long_answers_are_compressed(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            for path in ("/echo", "/now"):
                answer = await scene.ask(path, "Accept-Encoding: gzip", method="POST", body=b"a" * 900)
                assert answer.headers["content-encoding"] == "gzip"
                assert gzip.decompress(answer.body) == b"a" * 900

        play(act, compress_from=256)

    def test_what_must_be_durable_is_answered_once_it_is(self, play: Play) -> None:
        """What was undone is tried again, and waits again."""

        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked("/promise", method="POST", body=b"hello", close=False))
            await scene.place.waiting.wait()
            first = scene.place.unit
            first.settle(Settled.UNDONE)
            await until(lambda: scene.place.unit is not first)
            assert scene.service.in_work, "the answer is still owed"
            scene.place.unit.settle(Settled.KEPT)
            assert (await reply(reader)).body == b"hello"
            writer.write(asked("/promise", method="POST", body=b"again", close=False))
            assert (await reply(reader)).body == b"again", "it was durable already"

        play(act)

    def test_so_it_is_if_it_is_long_and_then_compressed(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            scene.place.unit.settle(Settled.KEPT)
            answer = await scene.ask("/promise", "Accept-Encoding: gzip", method="POST", body=b"a" * 900)
            assert gzip.decompress(answer.body) == b"a" * 900

        play(act, compress_from=256)

    def test_a_mistake_of_ours_in_such_an_answer_is_told_as_any_other(self, play: Play, log: Log) -> None:
        async def act(scene: Scene) -> None:
            scene.place.unit.settle(Settled.UNKNOWN)
            assert is_refusal(await scene.ask("/promise", method="POST", body=b"a"), Refusal.FAILED)

        play(act)
        assert [line["event"] for line in log] == ["https-failed", "https-request"]

    def test_what_becomes_durable_too_late_has_been_answered(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            answer = await scene.ask("/promise", method="POST", body=b"a")
            assert is_refusal(answer, Refusal.SLOW_ANSWER)
            scene.place.unit.settle(Settled.KEPT)

        play(act, answer_deadline=0.01)

    def test_the_like_of_a_request_is_answered_as_the_first_one(self, play: Play) -> None:
        """Heads that are known are not read again; who may come in is asked all the same."""

        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            for path, status in (("/echo", 200), ("/xml", 415), ("/none", 404)):
                for number in range(3):
                    writer.write(asked(path, method="POST", body=b"%d" % number, close=False))
                    answer = await reply(reader)
                    assert answer.status == status
                    assert status != 200 or answer.body == b"%d" % number
            assert len(scene.service.heads) == 3
            scene.service.draining = True
            writer.write(asked("/echo", method="POST", body=b"4", close=False))
            assert is_refusal(await reply(reader), Refusal.DRAINING)

        play(act)

    def test_what_is_answered_at_once_leaves_in_order_and_only_one_in_a_turn_of_the_loop(
        self, play: Play
    ) -> None:
        async def act(scene: Scene) -> None:
            turns, loop = 0, asyncio.get_running_loop()

            def turn() -> None:
                nonlocal turns
                turns += 1
                if not answered.done():
                    loop.call_soon(turn)

            numbers = [str(number).encode() for number in range(1, 2000)]
            requests = [asked("/now", method="POST", body=number, close=False) for number in numbers]
            answered = loop.create_task(scene.said(*requests, asked("/now")))
            turn()
            assert [reply.body for reply in replies(await answered)] == [*numbers, b"now"]
            assert turns > len(numbers) / 2
            assert not scene.service.in_work

        play(act, compress_from=256)

    def test_the_certificate_of_who_asks_is_shown_to_the_front(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            AUTHORITY.issue_cert("broker.example", common_name="broker").configure_cert(scene.trusting)
            await scene.ask("/echo")
            identity = scene.place.asked[0].identity
            assert identity is not None
            assert (identity.common_name, identity.dns_names) == ("broker", ("broker.example",))

        play(act)


class TestRefusals:
    @pytest.mark.parametrize(
        ("request_bytes", "refusal"),
        [
            (asked("/none"), Refusal.NOTHING_HERE),
            (asked("/../../etc/passwd"), Refusal.NOTHING_HERE),
            (asked("/%2e%2e/etc/passwd"), Refusal.NOTHING_HERE),
            (asked("/echo", method="DELETE"), Refusal.METHOD),
            (asked("/xml"), Refusal.METHOD),
            (asked("/nobody"), Refusal.NOT_ALLOWED),
            (asked("/echo?" + "a" * 300), Refusal.LONG_ADDRESS),
            (asked("/echo", "A: " + "a" * 2000), Refusal.LONG_HEAD),
            (asked("/echo", *["A: a"] * 20), Refusal.LONG_HEAD),
            (asked("/echo", body=b"a" * 1), Refusal.LONG_BODY),
            (asked("/echo", method="POST", body=b"a" * 1001), Refusal.LONG_BODY),
            (asked("/echo", "Content-Encoding: gzip", method="POST", body=b"a"), Refusal.COMPRESSED),
            (asked("/xml", "Content-Type: text/plain", method="POST", body=b"a"), Refusal.MEDIA_TYPE),
            (asked("/xml", method="POST", body=b"a"), Refusal.MEDIA_TYPE),
            (asked("/echo", "Expect: miracles", method="POST", body=b"a"), Refusal.EXPECTATION),
        ],
    )
    def test_each_is_short_plain_text_of_our_own(
        self, play: Play, request_bytes: bytes, refusal: Refusal, log: Log
    ) -> None:
        async def act(scene: Scene) -> None:
            (answer,) = replies(await scene.said(request_bytes))
            assert is_refusal(answer, refusal)
            assert scene.place.asked == []

        play(act, line_limit=256, head_limit=1024, header_limit=10)
        assert [line["refused"] for line in log if line["event"] == "https-request"] == [refusal]

    def test_the_methods_and_types_that_would_do_are_named(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            assert (await scene.ask("/xml")).headers["allow"] == "OPTIONS, POST"
            answer = await scene.ask("/xml", "Content-Type: text/plain", method="POST", body=b"a")
            assert answer.headers["accept"] == "text/xml"

        play(act)

    def test_a_media_type_may_have_parameters(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            kind = 'Content-Type: TEXT/xml; charset="utf-8"'
            assert (await scene.ask("/xml", kind, method="POST", body=b"a")).status == 200

        play(act)

    def test_a_body_that_is_too_long_is_not_awaited_and_ends_the_connection(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            for head in ("Content-Length: 100000000", "Transfer-Encoding: chunked"):
                reader, writer = await scene.client()
                writer.write(asked("/echo", head, method="POST", close=False) + b"3e9\r\n" + b"a" * 1001)
                answer = await reply(reader)
                assert is_refusal(answer, Refusal.LONG_BODY)
                assert answer.headers["connection"] == "close"

        play(act)

    def test_a_body_that_is_not_what_its_head_says_is_told_at_once(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked("/echo", CHUNKED, method="POST", close=False))
            await until(lambda: any(one.is_asked for one in scene.service.conversations))
            writer.write(b"nonsense\r\n")
            assert is_refusal(await reply(reader), Refusal.NOT_HTTP)

        play(act)

    @pytest.mark.parametrize(("head", "body"), [("Content-Length: 5", b"a"), (CHUNKED, b"5\r\na")])
    def test_a_body_that_does_not_come_is_told_so(self, play: Play, head: str, body: bytes) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked("/echo", head, method="POST", close=False))
            await until(lambda: any(one.is_asked for one in scene.service.conversations))
            writer.write(body)
            answer = await reply(reader)
            assert is_refusal(answer, Refusal.SLOW_BODY)
            assert answer.headers["connection"] == "close"

        play(act, body_deadline=0.05)

    def test_a_client_that_leaves_in_the_middle_of_its_body_is_a_line_in_the_log(
        self, play: Play, log: Log
    ) -> None:
        async def act(scene: Scene) -> None:
            _, writer = await scene.client()
            writer.write(asked("/echo", "Content-Length: 5", method="POST") + b"a")
            await until(lambda: any(one.is_asked for one in scene.service.conversations))
            writer.transport.abort()
            await until(lambda: bool(log))

        play(act)
        assert [(line["event"], line["refused"]) for line in log] == [("https-request", Refusal.BROKEN_BODY)]

    def test_a_mistake_of_ours_is_logged_and_says_nothing(self, play: Play, log: Log) -> None:
        async def act(scene: Scene) -> None:
            for path in ("/fail", "/late", "/fail-now"):
                answer = await scene.ask(path, "Accept: text/html")
                assert is_refusal(answer, Refusal.FAILED)

        play(act)
        failed = [line for line in log if line["event"] == "https-failed"]
        assert [(line["log_level"], line["path"]) for line in failed] == [
            ("error", "/fail"),
            ("error", "/late"),
            ("error", "/fail-now"),
        ]
        assert isinstance(failed[0]["exc_info"], LookupError)

    def test_one_that_comes_late_ends_its_own_connection_and_who_told_it_goes_on(
        self, play: Play, log: Log
    ) -> None:
        async def act(scene: Scene) -> None:
            told: list[Settled] = []
            reader, writer = await scene.client()
            writer.write(asked("/odd", close=False))
            await scene.place.waiting.wait()
            scene.place.unit.then(told.append)
            scene.place.unit.settle(Settled.KEPT)
            assert told == [Settled.KEPT]
            with suppress(ConnectionError):
                assert await everything(reader) == b""
            assert not scene.service.in_work

        play(act)
        assert [line["event"] for line in log] == ["https-failed"]

    def test_an_answer_that_takes_too_long_is_given_up(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked("/wait", close=False))
            answer = await reply(reader)
            assert is_refusal(answer, Refusal.SLOW_ANSWER)
            assert (answer.headers["retry-after"], answer.headers["connection"]) == ("1", "close")
            assert await everything(reader) == b""
            assert not scene.service.in_work

        play(act, answer_deadline=0.01)

    def test_so_is_one_that_would_have_to_be_durable_first(self, play: Play) -> None:
        """What becomes of its unit of work afterwards is told to nobody."""

        async def act(scene: Scene) -> None:
            reader, writer = await scene.client()
            writer.write(asked("/promise", method="POST", body=b"a", close=False))
            assert is_refusal(await reply(reader), Refusal.SLOW_ANSWER)
            assert await everything(reader) == b""
            assert not scene.service.in_work
            assert (await scene.ask("/now")).status == 200, "its place at the gate is free again"
            scene.place.unit.settle(Settled.KEPT)

        play(act, answer_deadline=0.01, in_flight=1)

    @pytest.mark.parametrize("protocol", ["websocket", "h2c"])
    def test_another_protocol_is_not_begun(self, play: Play, protocol: str) -> None:
        """What is sent ahead of the answer might be of that protocol: it is not looked at."""

        async def act(scene: Scene) -> None:
            upgrade = ("Connection: Upgrade", f"Upgrade: {protocol}")
            (answer,) = replies(await scene.said(asked("/echo", *upgrade, close=False) + asked("/echo")))
            assert (answer.status, answer.headers["connection"]) == (200, "close")

        play(act)

    def test_nobody_is_connected_to_anywhere(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            (answer,) = replies(
                await scene.said(b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n" + asked("/echo"))
            )
            assert is_refusal(answer, Refusal.NOTHING_HERE)

        play(act)


class TestBounds:
    def test_one_source_does_not_take_all_the_places(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            _, writer = await scene.client("127.0.0.2")
            writer.write(asked("/wait"))
            await scene.place.waiting.wait()
            answer = await scene.ask("/echo", source="127.0.0.2")
            assert is_refusal(answer, Refusal.TOO_OFTEN)
            assert answer.headers["retry-after"] == "1"
            assert (await scene.ask("/echo")).status == 200

        play(act, in_flight_per_source=1)

    def test_when_all_places_are_taken_everybody_comes_again(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            _, writer = await scene.client("127.0.0.2")
            writer.write(asked("/wait"))
            await scene.place.waiting.wait()
            assert is_refusal(await scene.ask("/echo"), Refusal.BUSY)

        play(act, in_flight=1)

    @pytest.mark.parametrize("path", ["/echo", "/none"])
    def test_a_flood_is_told_to_wait(self, play: Play, path: str) -> None:
        """Whoever floods what is not there, too."""

        async def act(scene: Scene) -> None:
            ahead = b"".join(asked(path, close=False) for _ in range(9))
            statuses = [answer.status for answer in replies(await scene.said(ahead + asked(path)))]
            assert statuses[3:] == [429] * 7
            assert 429 not in statuses[:3]
            assert (await scene.ask(path, source="127.0.0.2")).status in (200, 404)

        play(act, rate_per_source=1, burst_per_source=2)


class TestDraining:
    def test_what_is_in_work_is_answered_and_whoever_asks_meanwhile_comes_again(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            busy, idle, spared = [await scene.client() for _ in range(3)]
            busy[1].write(asked("/wait", close=False))
            await scene.place.waiting.wait()
            draining = asyncio.get_running_loop().create_task(scene.front.drain(PATIENCE))
            await until(lambda: scene.service.draining)
            for client, path in ((idle, "/echo"), (spared, "/always")):
                client[1].write(asked(path, close=False))
            answer = await reply(idle[0])
            assert is_refusal(answer, Refusal.DRAINING)
            assert (answer.headers["connection"], answer.headers["retry-after"]) == ("close", "1")
            assert (await reply(spared[0])).status == 200
            scene.place.go.set()
            answer = await reply(busy[0])
            assert (answer.body, answer.headers["connection"]) == (b"at last\n", "close")
            await draining

        play(act)

    def test_what_is_not_there_is_not_there_later_either_but_nobody_says_so_now(self, play: Play) -> None:
        async def act(scene: Scene) -> None:
            client = await scene.client()
            await until(lambda: bool(scene.listener.lines))
            scene.service.draining = True
            client[1].write(asked("/none"))
            assert is_refusal(await reply(client[0]), Refusal.DRAINING)

        play(act)
