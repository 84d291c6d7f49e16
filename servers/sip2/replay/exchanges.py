"""Requests and the answers that they had, out of recorded lines.

The rule it keeps: what a terminal sent twice, or asked for twice, is one request with one answer; 96 is the
answer only where no better one came.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from protocols.sip2.messages import Direction
from servers.sip2.masking import masked, split_trailer
from servers.sip2.recording import Entry, written

_RESEND_ANSWER, _RESEND_REQUEST = b"97", b"96"


class Exchange(Struct):
    """A request of one terminal, and its answer; None if it had none. ``number`` counts them from 1."""

    number: int
    terminal: str
    request: bytes
    when: datetime | None
    answer: bytes | None = None

    def __repr__(self) -> str:
        return f"Exchange({self.number} {self.terminal} {written(masked(self.request))})"


class _Line(Struct):
    """What is known of one terminal's conversation so far."""

    unanswered: list[Exchange] = []
    last: Exchange | None = None


def exchanges_of(entries: Iterable[Entry]) -> list[Exchange]:
    """All exchanges of all terminals, in the order of their requests."""
    exchanges: list[Exchange] = []
    lines: dict[str, _Line] = {}
    for entry in entries:
        line = lines.setdefault(entry.terminal, _Line())
        if entry.direction is Direction.TO_SC:
            _answered(line, entry.line)
        elif not (entry.line.startswith(_RESEND_ANSWER) or _is_repeated(line, entry.line)):
            exchange = Exchange(len(exchanges) + 1, entry.terminal, entry.line, entry.when)
            exchanges.append(exchange)
            line.unanswered.append(exchange)
    return exchanges


def _is_repeated(line: _Line, request: bytes) -> bool:
    """Whether the request waits for its answer already; some repeat it with another AY, or without."""
    content, _ = split_trailer(request)
    return any(split_trailer(exchange.request)[0] == content for exchange in line.unanswered)


def _answered(line: _Line, answer: bytes) -> None:
    if answer.startswith(_RESEND_REQUEST):
        if line.unanswered:
            line.unanswered[0].answer = answer
    elif line.unanswered:
        line.last = line.unanswered.pop(0)
        line.last.answer = answer
    elif line.last is not None:
        line.last.answer = answer  # it was asked for again
