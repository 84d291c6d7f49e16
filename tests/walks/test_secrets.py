"""No secret is written down: not in the log at any level, on standard output, at the control socket, on disk.

A property over all messages. Every password and PIN that is sent is a canary of its own, whatever becomes of
the message that carries it; at the end the server's whole state directory is searched for them.
"""

from __future__ import annotations

import itertools
import json
import re
import socket
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from conformance.wire.sip2 import Detection, seal
from servers.control.client import ask
from tests.matrix import proves
from tests.walks.given import DATE, PASSWORD, PATIENCE, PIN, STATUS, Server, login

CANARY: Final = "Canary"
"""How every secret here begins, the right ones too."""

HERE: Final = "§"
"""Stands for a canary that is not known yet; each time that it is sent it is another one."""

BLANK: Final = " " * 18
FIXED: Final[Mapping[str, str]] = {
    "01": f"Y{DATE}",
    "09": f"N{DATE}{DATE}",
    "11": f"YN{DATE}{BLANK}",
    "15": f"+{DATE}",
    "17": DATE,
    "19": DATE,
    "23": f"001{DATE}",
    "25": DATE,
    "29": f"NN{DATE}{BLANK}",
    "35": DATE,
    "37": f"{DATE}0100EUR",
    "63": f"001{DATE}YYYYYYYYYY",
    "65": DATE,
    "93": "00",
    "97": "",
    "99": "00802.00",
    # what only a server says, and what nobody does
    "10": f"1YNN{DATE}",
    "24": f"{' ' * 14}001{DATE}",
    "64": f"{' ' * 14}001{DATE}{'0000' * 6}",
    "94": "1",
    "96": "",
    "98": f"YYYYYY100003{DATE}2.00",
    "ZZ": "",
}
"""The fixed part of every message there is."""

KNOWN = ("AOTOWN", "AAP1", "AAP2", "AAnobody", "ABI1", "ABI2", "AJEmma", "BV1.00", "BON", "BIN", "CHshelf")
SECRETS = ("AC", "AD", "CO", "CN")
STRANGERS = ("ZZ", "XA", "OR", "RN", "CP")
"""Fields that are no secrets of the standard, but stand behind one and may be its rest."""

VALUES = (
    HERE,
    f"{HERE}|{HERE}",
    f"|{HERE}",
    f"{HERE}^{HERE}",
    f"{HERE} é\\{HERE}",
    f"{HERE}AY1AZ0000",
    f"AZ{HERE}",
    "",
    PIN,
    f"{PIN}0",
    PASSWORD,
)


class Place(Enum):
    """Who sends."""

    STRANGER = "over TLS, not logged in"
    KIOSK = "over TLS, logged in"
    CERTIFIED = "over TLS, known by a certificate"
    PLAIN = "on the port for TLS, without TLS"


class Sent(Struct, frozen=True):
    """A message, and what becomes of it on its way."""

    code: str
    fields: tuple[str, ...]
    damage: str = "none"
    cut: int = 0

    def line(self, number: int) -> bytes:
        """Its bytes, as the ``number``-th of a connection."""
        text = self.code + FIXED[self.code] + "".join(f"{field}|" for field in self.fields)
        text = re.sub(HERE, lambda _: f"{CANARY}{next(FRESH):06}", text)
        return DAMAGES[self.damage](text, number % 9, self.cut) + b"\r"


FRESH = itertools.count()
TOO_LONG: Final = "too long"
"""The damage that ends a connection; it is done once, behind all others."""


def sealed(text: str, digit: int) -> bytes:
    """With AY and AZ."""
    return seal(text.encode(), digit, Detection.FULL)


DAMAGES: Final[Mapping[str, Callable[[str, int, int], bytes]]] = {
    "none": lambda text, digit, _: sealed(text, digit),
    "no checksum": lambda text, *_: text.encode(),
    "wrong checksum": lambda text, digit, _: text.encode() + b"AY%dAZ0000" % digit,
    "cut": lambda text, _, cut: text.encode()[:-cut],
    "cut, with a checksum": lambda text, digit, cut: sealed(text[:-cut], digit),
    "begun too late": lambda text, digit, cut: sealed(text[:2] + text[2 + cut :], digit),
    "no last delimiter": lambda text, digit, _: sealed(text.rstrip("|"), digit),
    "no delimiters": lambda text, digit, _: sealed(text.replace("|", ""), digit),
    "two in one": lambda text, digit, _: sealed(text + text, digit),
    "twice": lambda text, digit, _: sealed(text, digit) + b"\r\n" + sealed(text, digit),
    "asked for again": lambda text, digit, _: sealed(text, digit) + b"\r97AZFEF5",
    TOO_LONG: lambda text, *_: (text * 400).encode(),
}

SECRET_FIELDS = st.builds(str.__add__, st.sampled_from(SECRETS + STRANGERS), st.sampled_from(VALUES))
FIELDS = st.lists(st.sampled_from(KNOWN) | SECRET_FIELDS | SECRET_FIELDS, min_size=2, max_size=9).map(tuple)
MESSAGES = st.builds(
    Sent,
    st.sampled_from(sorted(FIXED)),
    FIELDS,
    st.sampled_from(sorted(DAMAGES.keys() - {TOO_LONG})),
    st.integers(1, 60),
)
WRONG_PIN = Sent("23", ("AOTOWN", "AAP3", "AC", f"AD{HERE}"))
LOGIN = Sent("93", (f"CN{HERE}", f"CO{HERE}|{HERE}", f"CP{HERE}"))


class Peer:
    """A connection from one of these places."""

    def __init__(self, server: Server, place: Place) -> None:
        self.place = place
        match place:
            case Place.STRANGER:
                self.socket: socket.socket = server.call().socket
            case Place.KIOSK:
                self.socket = server.kiosk().socket
            case Place.CERTIFIED:
                self.socket = server.call(server.certified()).socket
            case Place.PLAIN:
                self.socket = server.plain()
                self.socket.settimeout(PATIENCE)

    def send(self, data: bytes) -> None:
        """Send this and a last question, and read until that is answered or the server has closed."""
        last, received = seal(STATUS.encode(), 9), b""
        try:
            self.socket.sendall(data + last + b"\r")
            while not re.search(rb"98[^\r]*AY9AZ....\r", received):
                more = self.socket.recv(65_536)
                if not more:
                    break
                received += more
        except ConnectionError:
            pass
        finally:
            self.socket.close()


@proves("no secret in any log")
def test_no_secret_is_written_down_whatever_carries_it(fresh_server: Callable[..., Server]) -> None:
    """At level debug, with patrons and items as they are."""
    server = fresh_server(
        login_failure_delay=0,
        login_failures_per_source=1_000_000,
        login_messages=1000,
        login_tries=1000,
    ).start()
    read = 0

    @settings(max_examples=100)
    @given(st.sampled_from(Place), st.lists(MESSAGES, min_size=4, max_size=12))
    @example(Place.KIOSK, [WRONG_PIN] * 6)
    @example(Place.KIOSK, [Sent("63", ("AAP1", f"AD{HERE}"), damage) for damage in DAMAGES])
    @example(Place.STRANGER, [LOGIN, WRONG_PIN])
    @example(Place.PLAIN, [LOGIN])
    def send(place: Place, messages: list[Sent]) -> None:
        nonlocal read
        Peer(server, place).send(b"".join(sent.line(number) for number, sent in enumerate(messages)))
        log = server.log
        assert CANARY not in log[read:]
        read = len(log)

    send()
    with server.kiosk() as kiosk:
        assert kiosk.ask(login(f"{CANARY}-of-the-day")).fixed["ok"] == "0"
        assert CANARY not in json.dumps(ask(server.state, "terminals"))
        assert_no_canary(server)
    assert server.stop() == 0
    assert_no_canary(server)
    for event in (
        "sip2-noticed",
        "sip2-closing",
        "sip2-login-failed",
        "pin-throttled",
        "sip2-plain-on-tls-port",
    ):
        assert event in server.log


def assert_no_canary(server: Server) -> None:
    """Neither in what the server said nor in any file of its state directory, write-ahead log included."""
    assert CANARY not in server.said
    for path in server.state.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path
