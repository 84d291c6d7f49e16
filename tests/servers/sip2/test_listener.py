"""The conversation with a terminal: who may speak, what waits for what, and how it ends. No sockets.

Messages are written as terminals write them, without error detection unless a test is about it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, MutableMapping
from typing import Any, cast

import pytest
import pytest_asyncio
import structlog
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from core.model.records import ItemStatus
from protocols.sip2.codec import checksum
from servers.settings import PinCheck, SecretHash, Sip2Settings, Terminal
from servers.sip2.listener import Sip2Service
from servers.sip2.terminals import Terminals
from tests.fakes.line import FakeLine
from tests.fakes.world import ANN, BEN, BOOK, COPY, FILM, PlainCredentials, World

MAIN = Terminal("kiosk-1", "user-1", SecretHash("word-1"), "kiosk-1", "MAIN")
EAST = Terminal("kiosk-2", "user-2", SecretHash("word-2"), "kiosk-2", "EAST", delimiter="^")
STATUS = b"9900802.00"
LOGIN, LOGIN_EAST = b"9300CNuser-1|COword-1|", b"9300CNuser-2|COword-2|"
WRONG_LOGIN = b"9300CNuser-1|COanother|"
IN = b"941"
OUT = b"940"
OFFLINE = b"98NNNNNN000999"
NOT_RECORDED = b"could not be recorded"


def checkout(patron: str, item: str, pin: str = "", at: str = "20260302    103000") -> bytes:
    """11: a check-out."""
    return f"11YN{at}{at}AOTOWN|AA{patron}|AB{item}|AC|AD{pin}|".encode()


def checkin(item: str, at: str = "20260302    103000") -> bytes:
    """09: a check-in."""
    return f"09N{at}{at}APdesk|AOTOWN|AB{item}|AC|".encode()


def item_information(item: str) -> bytes:
    """17: where is the item?"""
    return f"1720260302    103000AOTOWN|AB{item}|".encode()


def patron_status(patron: str, pin: str = "") -> bytes:
    """23: may the patron borrow?"""
    return f"2300120260302    103000AOTOWN|AA{patron}|AC|AD{pin}|".encode()


def with_checksum(text: bytes, digit: int) -> bytes:
    """The message with sequence number and checksum."""
    counted = text + b"AY%dAZ" % digit
    return counted + checksum(counted)


class SlowCredentials(PlainCredentials):
    """Checks that last until `finish`."""

    def __init__(self) -> None:
        super().__init__()
        self._finished = asyncio.Event()
        self.under_way = asyncio.Event()

    async def verify(self, secret: str, hashed: str) -> bool:
        """Compare, when the test lets it."""
        self.under_way.set()
        await self._finished.wait()
        return await super().verify(secret, hashed)

    def finish(self) -> None:
        """Let every check end."""
        self._finished.set()


class BrokenCredentials(PlainCredentials):
    """Cannot check anything."""

    async def verify(self, secret: str, hashed: str) -> bool:
        """Fail in a way that nobody has foreseen."""
        raise RuntimeError("broken by the test")


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """The small library, its desk open."""
    world = await World().start()
    yield world
    world.store.release()
    await world.stop()


def service(world: World, *terminals: Terminal, **settings: Any) -> Sip2Service:
    """The conversations of a server of the small library."""
    known = Terminals(terminals or (MAIN, EAST), world.desk, world.credentials)
    return Sip2Service(Sip2Settings(**settings), known, world.desk)


async def logged_in(sip2: Sip2Service, login: bytes = LOGIN) -> FakeLine:
    """A line whose terminal has logged in."""
    line = FakeLine().connect(sip2.converse)
    line.say(login)
    assert await line.hears() == [IN]
    return line


def fields(answer: bytes) -> list[bytes]:
    """An answer's fixed part with its first field, and its other fields."""
    return answer.split(b"|")


Log = list[MutableMapping[str, Any]]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Log]:
    """What is logged from now on, at every level and before anything is masked: the entries of one event."""
    monkeypatch.setattr("servers.sip2.listener.log", structlog.get_logger())
    capturing = capture_logs()
    entries = capturing.__enter__()

    def of(event: str = "") -> Log:
        return [entry for entry in entries if event in ("", entry["event"])]

    monkeypatch.setattr(monkeypatch, "_unused", capturing, raising=False)
    return of
