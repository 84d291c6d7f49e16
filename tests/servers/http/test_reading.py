"""How large a request may be: exactly so large, and not a byte more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.servers.http.given import Scene, asked, reply

Play = Callable[..., None]

LIMITS = {"line_limit": 256, "head_limit": 1024, "header_limit": 10}


def line(size: int) -> bytes:
    """A request whose address is as long."""
    return asked("/echo?" + "a" * (size - len("/echo?")))


def head(size: int) -> bytes:
    """A request whose headers are as long, with what parts them."""
    others = len(b"Host: localhost\r\n" + b"Connection: close\r\n")
    return asked("/echo", "A: " + "a" * (size - others - len("A: \r\n")))


def headers(count: int) -> bytes:
    """A request with as many headers."""
    return asked("/echo", *["A: a"] * (count - 2))


def body(size: int) -> bytes:
    """A request whose body is as long."""
    return asked("/echo", method="POST", body=b"a" * size)


def chunks(size: int) -> bytes:
    """A request whose body is as long, and does not say so beforehand."""
    coded = b"".join(b"1\r\na\r\n" for _ in range(size)) + b"0\r\n\r\n"
    return asked("/echo", "Transfer-Encoding: chunked", method="POST") + coded


@pytest.mark.parametrize(
    ("sized", "limit", "status"),
    [(line, 256, 414), (head, 1024, 431), (headers, 10, 431), (body, 1000, 413), (chunks, 1000, 413)],
)
def test_the_limit_itself_is_taken_and_one_more_is_not(
    play: Play, sized: Callable[[int], bytes], limit: int, status: int
) -> None:
    async def act(scene: Scene) -> None:
        for size, expected in ((limit, 200), (limit + 1, status)):
            reader, writer = await scene.client()
            writer.write(sized(size))
            assert (await reply(reader)).status == expected

    play(act, **LIMITS)


def test_a_body_is_asked_for_only_where_it_may_come(play: Play) -> None:
    """Whoever waits to hear whether it is welcome is told at once that it is not."""

    async def act(scene: Scene) -> None:
        reader, writer = await scene.client()
        writer.write(asked("/echo", "Expect: 100-continue", "Content-Length: 1001", method="POST"))
        assert (await reply(reader)).status == 413

    play(act)
