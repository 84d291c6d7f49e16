"""A recorded request leaves sealed anew, at its time, and gets its own answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from protocols.sip2.codec import checksum
from servers.sip2.client import Sip2Client
from servers.sip2.replay.exchanges import Exchange
from servers.sip2.replay.playing import Manner, Played, dated, play, sealed
from servers.sip2.replay.secrets import Secrets
from tests.fakes.script import Script

NOW = datetime(2026, 3, 2, 10, 30)


@pytest.fixture
def script() -> Iterator[Callable[..., Script]]:
    """Starts peers, and sees to their end."""
    scripts: list[Script] = []

    def start(*answers: bytes) -> Script:
        scripts.append(Script(*answers))
        return scripts[-1]

    yield start
    for started in scripts:
        started.close()


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        (b"9900802.00AY1AZFCA0", b"9900802.00AY7AZ"),
        (b"9900802.00AZ****", b"9900802.00AZ"),
        (b"9900802.00", b"9900802.00"),
        (b"36Y|AY1", b"36Y|AY7"),
    ],
)
def test_a_request_gets_the_ay_and_az_that_it_had(recorded: bytes, sent: bytes) -> None:
    assert sealed(recorded, 7) == (sent + checksum(sent) if sent.endswith(b"AZ") else sent)


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        (b"3520260101    000000AO|", b"3520260302    103000AO|"),
        (
            b"09N20260101    00000020260101    000000AP|",
            b"09N20260302    10300020260302    103000AP|",
        ),
        (b"35not a date          AO|", b"35not a date          AO|"),
        (b"9900802.00", b"9900802.00"),
        (b"77", b"77"),
    ],
)
def test_dates_are_those_of_today_if_that_is_wanted(recorded: bytes, sent: bytes) -> None:
    assert dated(recorded, NOW) == sent


def played(peer: Script, *requests: bytes, **settings: float) -> list[Played]:
    """Play these requests to a peer."""
    exchanges = [Exchange(n, "kiosk", request, None) for n, request in enumerate(requests, 1)]

    def connect(terminal: str) -> Callable[[], Sip2Client]:
        return lambda: Sip2Client(peer.target, **settings)  # type: ignore[arg-type]  # timeout alone

    return list(play(exchanges, connect, Secrets({"*": "word"})))


def test_secrets_are_sent_and_not_shown(script: Callable[..., Script]) -> None:
    peer = script(b"941\r")
    (each,) = played(peer, b"9300CNkiosk|CO***|")
    assert peer.asked == [b"9300CNkiosk|COword|\r"]
    assert "word" not in repr(each)


def test_the_late_answer_to_what_was_given_up_is_passed_over(script: Callable[..., Script]) -> None:
    peer = script(b"", b"98YAY0AZ0000\r98NAY1AZ0000\r")
    first, second = played(peer, b"9900802.00AY1AZ0000", b"9900802.00AY2AZ0000", timeout=0.1)
    assert first.answer is None
    assert second.answer == b"98NAY1AZ0000"


def test_a_connection_that_was_lost_is_made_again_and_logged_in_again() -> None:
    peer = Script(b"941\r", connections=2)
    first, lost, again = played(peer, b"9300CNkiosk|CO***|", b"9900802.00", b"9900802.00")
    peer.close()
    assert first.answer == b"941"
    assert lost.answer is None
    assert lost.problem.startswith(("the server closed", "the server ended"))
    assert again.answer is None
    assert peer.asked.count(b"9300CNkiosk|COword|\r") == 2


def test_where_nobody_answers_every_exchange_says_so() -> None:
    peer = Script()
    peer.close()
    (each,) = played(peer, b"9900802.00")
    assert each.problem.startswith("nobody answers at 127.0.0.1:")


def test_the_pace_is_that_of_the_recording_as_many_times_faster(script: Callable[..., Script]) -> None:
    peer = script(b"98Y\r", b"98Y\r", b"98Y\r")
    start = datetime(2026, 3, 2, tzinfo=UTC)
    seconds = (0, 30, None, 20)
    exchanges = [
        Exchange(n, "kiosk", b"99", None if after is None else start + timedelta(seconds=after))
        for n, after in enumerate(seconds)
    ]
    waits: list[float] = []
    connect: Callable[[str], Callable[[], Sip2Client]] = lambda name: lambda: Sip2Client(peer.target)  # noqa: E731
    for _ in play(exchanges, connect, Secrets(), Manner(speed=10), waits.append):
        pass
    assert waits == [3.0, 0.0]
