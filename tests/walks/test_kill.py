"""The end of a server, in good order or not: what was acknowledged is there when it starts again."""

import asyncio
import random
import time
from collections.abc import Callable

from conformance.kiosk import Kiosk
from conformance.target import tls_context
from conformance.wire.line import EndedError
from tests.matrix import proves
from tests.walks.given import PATIENCE, STATUS, Server, checkout, information

ITEMS_EACH = 5


@proves("what was acknowledged survives a kill")
def test_what_was_acknowledged_survives_a_kill(fresh_server: Callable[..., Server]) -> None:
    server = fresh_server().start()
    with server.kiosk() as kiosk:
        lent = {item: kiosk.ask(checkout("P1", item)).fixed["ok"] for item in ("I1", "I2", "I3")}
        server.kill()
        assert lent == {"I1": "1", "I2": "1", "I3": "1"}
    server.start()
    with server.kiosk() as kiosk:
        assert kiosk.ask(information("P1")).every("AU") == ("I1", "I2", "I3")


@proves("draining answers 98 offline")
def test_stopped_under_load_it_keeps_every_promise_and_ends_in_time(
    fresh_server: Callable[..., Server],
) -> None:
    """What is being answered is finished; what comes after is told that the library is off line (98)."""
    server = fresh_server().start()

    async def walk() -> None:
        kiosks = [
            Kiosk(
                f"P{n}",
                [f"I{ITEMS_EACH * n - k}" for k in range(ITEMS_EACH)],
                random.Random(n),
                PATIENCE,
            )
            for n in range(1, 11)
        ]
        for kiosk in kiosks:
            await kiosk.connect(server.target, tls_context(server.target))
            await kiosk.prepare()
        playing = [asyncio.create_task(kiosk.play(time.monotonic() + PATIENCE)) for kiosk in kiosks]
        while min(kiosk.acknowledged for kiosk in kiosks) < 20:
            await asyncio.wait(playing, timeout=0.01)
        server.terminate()
        asked = time.monotonic()
        ends = await asyncio.gather(*playing, return_exceptions=True)
        assert [type(end) for end in ends] == [EndedError] * len(kiosks)
        assert await asyncio.to_thread(server.stopped) == 0
        assert time.monotonic() - asked < 5
        assert "lines-cut-off" not in server.log
        server.start()
        for kiosk in kiosks:
            await kiosk.connect(server.target, tls_context(server.target))
            await kiosk.check()
            await kiosk.repeat()
            await kiosk.leave()

    asyncio.run(walk())


def test_what_is_in_work_is_answered_before_the_end(fresh_server: Callable[..., Server]) -> None:
    """The hash of a wrong login takes a while, and both messages arrive in one piece."""
    server = fresh_server().start()
    with server.call() as kiosk:
        kiosk.socket.sendall(kiosk.sealed(STATUS) + kiosk.sealed("9300CNnobody|COwrong|"))
        assert kiosk.answer().code == "98"
        server.terminate()
        assert kiosk.answer().fixed["ok"] == "0"
        assert kiosk.is_over()
    assert server.stopped() == 0


def test_idle_kiosks_do_not_hold_up_the_end(fresh_server: Callable[..., Server]) -> None:
    """Neither one that says nothing, nor one in the middle of a message, nor a stranger."""
    server = fresh_server(ssl_shutdown_timeout=1).start()
    with server.kiosk(), server.kiosk() as talking, server.call(), server.plain():
        talking.socket.sendall(b"9900")
        asked = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - asked < 5


def test_whoever_does_not_let_go_is_cut_off_when_the_time_is_up(fresh_server: Callable[..., Server]) -> None:
    """A peer that takes no more bytes cannot be told good-bye."""
    server = fresh_server(drain_seconds=1, ssl_shutdown_timeout=30).start()
    with server.kiosk() as deaf:
        for _ in range(3000):
            deaf.socket.setblocking(False)
            try:
                deaf.socket.sendall(deaf.sealed(STATUS))
            except OSError:
                break
        asked = time.monotonic()
        assert server.stop() == 0
        assert 1 <= time.monotonic() - asked < 8
    assert "lines-cut-off" in server.log


def test_stopped_while_idle_it_says_so_and_ends_with_0(fresh_server: Callable[..., Server]) -> None:
    server = fresh_server().start()
    assert server.stop() == 0
    assert "stopped" in server.log.splitlines()[-1]


def test_without_uvloop_it_serves_and_ends_the_same(fresh_server: Callable[..., Server]) -> None:
    server = fresh_server(ssl_shutdown_timeout=1).start("--loop", "asyncio")
    with server.kiosk() as kiosk:
        assert kiosk.ask(checkout("P1", "I1")).fixed["ok"] == "1"
        server.kill()
    server.start("--loop", "asyncio")
    with server.kiosk() as kiosk, server.plain() as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert plain.recv(65536)[:1] in (b"", b"\x15"), "nothing, or a TLS alert"
        assert kiosk.ask(information("P1")).every("AU") == ("I1",)
        assert server.stop() == 0
    assert "http-on-tls-port" in server.log
