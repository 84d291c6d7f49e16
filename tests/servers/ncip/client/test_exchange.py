"""A question and its answer over a real line: whatever goes wrong there is a sentence."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from protocols.xml.parsing import LIMITS
from servers.calling import ClientProblem
from servers.ncip.client.destination import Carrier, Target
from servers.ncip.client.exchange import exchange

ASKED = b"<NCIPMessage><LookupVersion/></NCIPMessage>"
ANSWER = b"<NCIPMessage><LookupVersionResponse/></NCIPMessage>"


class Peer:
    """A server on loopback that takes one message and gives its answer, a piece at a time."""

    def __init__(self, *pieces: bytes, quiet: bool = False) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._pieces = pieces
        self._quiet = quiet
        self.asked = b""
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self) -> None:
        with suppress(OSError):
            peer, _ = self._listening.accept()
            with peer:
                peer.settimeout(5)
                while not self.asked.endswith(b"</NCIPMessage>") and (data := peer.recv(65_536)):
                    self.asked += data
                for piece in self._pieces:
                    peer.sendall(piece)
                if self._quiet:
                    peer.recv(1)  # until the client has had enough

    def close(self) -> None:
        """Wait until the play is over."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)
        assert not self._thread.is_alive()


Play = Callable[..., Peer]


@pytest.fixture
def play() -> Iterator[Play]:
    """Starts peers, and sees to their end."""
    peers: list[Peer] = []

    def start(*pieces: bytes, quiet: bool = False) -> Peer:
        peers.append(Peer(*pieces, quiet=quiet))
        return peers[-1]

    yield start
    for peer in peers:
        peer.close()


def http(status: str, body: bytes, kind: str = "text/xml; charset=utf-8") -> bytes:
    """An answer as a web server gives it."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def asked(peer: Peer, carrier: Carrier, timeout: float = 10.0) -> tuple[bytes, str | None]:
    """What the peer answers."""
    return exchange(Target(carrier, "127.0.0.1", peer.port), ASKED, timeout)


def test_over_http_the_message_is_the_body_of_a_post(play: Play) -> None:
    peer = play(http("200 OK", ANSWER))
    assert asked(peer, Carrier.HTTP) == (ANSWER, "utf-8")
    head, _, body = peer.asked.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /view/NCIPServlet HTTP/1.1\r\n")
    assert b'Content-Type: application/xml; charset="utf-8"' in head
    assert body == ASKED


def test_a_problem_may_come_with_any_status(play: Play) -> None:
    assert asked(play(http("400 Bad Request", ANSWER)), Carrier.HTTP)[0] == ANSWER


def test_what_is_no_ncip_and_no_success_is_told_with_its_status(play: Play) -> None:
    with pytest.raises(ClientProblem, match=r"answers with HTTP 404 Not Found and no NCIP: nothing here$"):
        asked(play(http("404 Not Found", b"nothing\n here")), Carrier.HTTP)


def test_straight_over_tcp_an_answer_ends_with_its_message(play: Play) -> None:
    peer = play(ANSWER[:20], ANSWER[20:], b"\n")
    assert asked(peer, Carrier.TCP) == (ANSWER, None)
    assert peer.asked == ASKED


def test_an_answer_that_is_not_whole_is_none(play: Play) -> None:
    with pytest.raises(ClientProblem, match="without a whole answer"):
        asked(play(ANSWER[:20]), Carrier.TCP)


def test_an_answer_without_end_is_not_waited_for(play: Play) -> None:
    with pytest.raises(ClientProblem, match="longer than any should be"):
        asked(play(b"<a>" * (LIMITS.size // 2)), Carrier.TCP)


@pytest.mark.parametrize("carrier", [Carrier.HTTP, Carrier.TCP])
def test_who_does_not_answer_is_a_sentence(play: Play, carrier: Carrier) -> None:
    with pytest.raises(ClientProblem, match=r"no answer from (http|tcp)://127.0.0.1:\d+\S* within 0 seconds"):
        asked(play(quiet=True), carrier, timeout=0.1)


def test_a_web_server_that_just_closes_is_a_sentence(play: Play) -> None:
    with pytest.raises(ClientProblem, match="ended the conversation"):
        asked(play(), Carrier.HTTP)


def test_nobody_at_home_is_a_sentence() -> None:
    with pytest.raises(ClientProblem, match=r"nobody answers at 127\.0\.0\.1:1 "):
        exchange(Target(Carrier.HTTPS, "127.0.0.1", 1), ASKED, 5.0)


def test_tls_with_who_speaks_none_is_a_sentence(play: Play) -> None:
    peer = play()
    with pytest.raises(ClientProblem, match="no TLS with"):
        asked(peer, Carrier.TLS, timeout=0.2)
