"""A kiosk asks until it has an answer, over a new connection too, and knows when there is none."""

from __future__ import annotations

import pytest

from protocols.sip2 import messages as m
from protocols.sip2.codec import checksum
from servers.calling import ClientProblem
from servers.sip2.client import Sip2Client
from servers.sip2.kiosk.conversation import Conversation, Offline
from tests.fakes.script import Script

END = m.EndPatronSession(transaction_date=None, institution_id="TOWN", patron_identifier="P1")


def checked(text: str) -> bytes:
    """The message as the answer to the first request of a connection."""
    counted = f"{text}AY0AZ".encode()
    return counted + checksum(counted) + b"\r"


ENDED = checked("36Y20260302    103000AOTOWN|AAP1|")
OFFLINE = checked("98NNNNNN00000320260302    1030002.00AOTOWN|BXNNNNNNNNNNNNNNNN|")


def asked(peer: Script) -> m.EndSessionResponse:
    """What comes of asking the peer."""
    try:
        with Conversation(lambda: Sip2Client(peer.target, timeout=0.2, tries=1)) as line:
            return line.ask(END, m.EndSessionResponse)
    finally:
        peer.close()


def test_an_answer_is_an_answer() -> None:
    assert asked(Script(ENDED)).end_session


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (OFFLINE, "it answers with its status only"),
        (checked("98NNNNNN00000320260302    1030002.00AOTOWN|BX|AFBack at 10.|"), "Back at 10."),
        (checked("941"), "it answered with message 94, which was not asked for"),
    ],
)
def test_what_is_no_answer_is_offline(answer: bytes, sentence: str) -> None:
    with pytest.raises(Offline, match=sentence):
        asked(Script(answer))


def test_after_a_lost_connection_the_same_request_is_asked_again_over_a_new_one() -> None:
    """With the same date, so that the server knows it again."""
    peers = [Script(b""), Script(ENDED)]
    clients = iter(peers)
    with Conversation(lambda: Sip2Client(next(clients).target, timeout=0.2, tries=1)) as line:
        assert line.ask(END, m.EndSessionResponse).end_session
    for peer in peers:
        peer.close()
    assert peers[0].asked == peers[1].asked


def test_when_that_does_not_help_either_the_library_is_offline() -> None:
    with pytest.raises(Offline, match=r"no answer after 1 tries|the server (closed|ended)"):
        asked(Script(b"", connections=2))


def test_who_cannot_be_reached_at_first_has_no_conversation() -> None:
    peer = Script()
    peer.close()
    with pytest.raises(ClientProblem, match="nobody answers"):
        Conversation(lambda: Sip2Client(peer.target))
