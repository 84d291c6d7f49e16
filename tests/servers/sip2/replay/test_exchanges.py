"""Each request finds its answer, whatever was sent twice or asked for twice."""

from __future__ import annotations

import pytest

from protocols.sip2.messages import Direction
from servers.sip2.recording import Entry, read_recording
from servers.sip2.replay.exchanges import exchanges_of

STATUS, END = "9900802.00", "3520260302    093000AOTOWN|AAP1|"
ONLINE, ENDED = "98Y", "36Y"


def pairs(*lines: str) -> list[tuple[str, str | None]]:
    """Requests and answers out of these lines."""
    found = exchanges_of(read_recording("\n".join(lines).encode()))
    return [(each.request.decode(), None if each.answer is None else each.answer.decode()) for each in found]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((STATUS, ONLINE, END, ENDED), [(STATUS, ONLINE), (END, ENDED)]),
        ((STATUS, END, ONLINE, ENDED), [(STATUS, ONLINE), (END, ENDED)]),  # sent ahead
        ((STATUS, STATUS, ONLINE), [(STATUS, ONLINE)]),  # repeated, for no answer came
        ((STATUS + "AY1AZFCA0", STATUS, ONLINE), [(STATUS + "AY1AZFCA0", ONLINE)]),  # without AY
        ((STATUS, ONLINE, STATUS, ONLINE), [(STATUS, ONLINE), (STATUS, ONLINE)]),  # asked again
        ((STATUS, "96AZFEF6", STATUS, ONLINE), [(STATUS, ONLINE)]),
        ((STATUS, "96AZFEF6"), [(STATUS, "96AZFEF6")]),
        ((STATUS, "98damaged", "97AZFEF5", ONLINE, END, ENDED), [(STATUS, ONLINE), (END, ENDED)]),
        ((STATUS,), [(STATUS, None)]),
        ((ONLINE, "96", STATUS, ONLINE), [(STATUS, ONLINE)]),  # the log begins in between
        (("97AZFEF5",), []),
    ],
)
def test_requests_find_their_answers(lines: tuple[str, ...], found: list[tuple[str, str | None]]) -> None:
    assert pairs(*lines) == found


def test_terminals_do_not_get_into_each_others_way() -> None:
    asked, answered = Direction.TO_ACS, Direction.TO_SC
    entries = [
        Entry(asked, "a", b"99 of a"),
        Entry(asked, "b", b"99 of b"),
        Entry(answered, "b", b"98 for b"),
        Entry(answered, "a", b"98 for a"),
    ]
    assert [(each.number, each.terminal, each.answer) for each in exchanges_of(entries)] == [
        (1, "a", b"98 for a"),
        (2, "b", b"98 for b"),
    ]


def test_an_exchange_does_not_print_its_secrets() -> None:
    (exchange,) = exchanges_of([Entry(Direction.TO_ACS, "a", b"9300CNkiosk|COword|")])
    assert "word" not in repr(exchange)
