"""Sending recorded requests again: one connection a terminal, in the recorded order, sealed anew.

The rule it keeps: a request leaves as it was recorded, but for its secrets, AY and AZ, and its dates if that
is wanted; the next one leaves when its answer is there, or will not come.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct

from protocols.sip2.codec import checksum
from protocols.sip2.fields import write_date
from protocols.sip2.messages import DECLARATIONS
from servers.calling import ClientProblem
from servers.sip2.client import Sip2Client
from servers.sip2.masking import masked, split_trailer
from servers.sip2.recording import written
from servers.sip2.replay.exchanges import Exchange
from servers.sip2.replay.secrets import Secrets, filled

LOGIN: Final = b"93"
_SEQUENCE: Final = re.compile(rb"AY([0-9])(?:AZ|\Z)")
_DATES: Final = {
    code.encode(): [
        (position.start, position.stop)
        for position in declaration.positions
        if position.attribute in ("transaction_date", "return_date")
    ]
    for code, declaration in DECLARATIONS.items()
}


class Played(Struct, frozen=True):
    """An exchange that was played again: what was sent, and what came back, or why nothing did."""

    exchange: Exchange
    sent: bytes
    answer: bytes | None
    problem: str = ""

    def __repr__(self) -> str:
        return f"Played({self.exchange!r}, {written(masked(self.answer or b''))})"


class Manner(Struct, frozen=True):
    """How requests are sent: with which dates (None: the recorded ones), and how many times as fast as then.

    Without ``speed`` they are sent as fast as answers come.
    """

    dated: datetime | None = None
    speed: float | None = None


class _Terminal:
    """One terminal's connection, made when it is needed, and made again when it was lost."""

    def __init__(self, connect: Callable[[], Sip2Client], secrets: Secrets) -> None:
        self._connect = connect
        self._secrets = secrets
        self._client: Sip2Client | None = None
        self._login: Exchange | None = None
        self._digit = 9

    def play(self, exchange: Exchange, manner: Manner) -> Played:
        """Send the request and wait for its answer."""
        sent = b""
        try:
            if self._client is None:
                self._client = self._connect()
                if self._login is not None:
                    self._send(self._client, self._login, manner)
            sent, answer = self._send(self._client, exchange, manner)
        except ClientProblem as problem:
            self.close()
            return Played(exchange, sent, None, str(problem))
        if exchange.request.startswith(LOGIN):
            self._login = exchange
        return Played(exchange, sent, answer or None)

    def close(self) -> None:
        """End the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _send(self, client: Sip2Client, exchange: Exchange, manner: Manner) -> tuple[bytes, bytes]:
        self._digit = (self._digit + 1) % 10
        request = filled(exchange.request, exchange.terminal, self._secrets)
        line = sealed(request if manner.dated is None else dated(request, manner.dated), self._digit)
        client.send_raw(line)
        while answer := client.next_raw():
            sequence = _SEQUENCE.search(split_trailer(answer)[1])
            if sequence is None or int(sequence[1]) == self._digit:
                break  # else it is the answer to what was given up
        return line, answer


def play(
    exchanges: Iterable[Exchange],
    connect: Callable[[str], Callable[[], Sip2Client]],
    secrets: Secrets,
    manner: Manner = Manner(),  # noqa: B008  it is frozen
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Played]:
    """Every exchange, as it is played. ``connect`` makes connections of the terminal that is named."""
    terminals: dict[str, _Terminal] = {}
    before: datetime | None = None
    try:
        for exchange in exchanges:
            if manner.speed and before and exchange.when:
                pause(max((exchange.when - before).total_seconds(), 0) / manner.speed)
            before = exchange.when or before
            if exchange.terminal not in terminals:
                terminals[exchange.terminal] = _Terminal(connect(exchange.terminal), secrets)
            yield terminals[exchange.terminal].play(exchange, manner)
    finally:
        for terminal in terminals.values():
            terminal.close()


def sealed(request: bytes, digit: int) -> bytes:
    """The request with this AY and its AZ, if it had them; what it had not, it does not get."""
    content, trailer = split_trailer(request)
    if trailer.startswith(b"AY"):
        content += b"AY%d" % digit
    if b"AZ" in trailer:
        content += b"AZ"
        content += checksum(content)
    return content


def dated(request: bytes, now: datetime) -> bytes:
    """The request with the dates of its fixed part set to now, where it has any that are whole."""
    for start, stop in _DATES.get(request[:2], ()):
        if request[start : start + 8].isdigit() and request[stop - 6 : stop].isdigit():
            request = request[:start] + write_date(now).encode() + request[stop:]
    return request
