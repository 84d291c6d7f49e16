"""A peer on loopback that gives each message the next answer of its script, then closes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from servers.sip2.client import Target


class Script:
    """Plays the same answers on each of its connections, and keeps what it was asked."""

    def __init__(self, *answers: bytes, connections: int = 1) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._answers = answers
        self._connections = connections
        self.asked: list[bytes] = []
        self.target = Target("127.0.0.1", self._listening.getsockname()[1], tls=False)
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def _play(self) -> None:
        with suppress(OSError):  # the play may be closed before it begins
            for _ in range(self._connections):
                self._answer(self._listening.accept()[0])

    def _answer(self, peer: socket.socket) -> None:
        with suppress(OSError), peer, peer.makefile("rwb") as stream:  # the client may be gone
            for answer in self._answers:
                self.asked.append(_until_cr(stream.read))
                stream.write(answer)
                stream.flush()

    def close(self) -> None:
        """Wait until the play is over."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes the thread, if nobody came
        self._listening.close()
        self._thread.join(10)
        assert not self._thread.is_alive()


def _until_cr(read: Callable[[int], bytes]) -> bytes:
    taken = b""
    while not taken.endswith(b"\r"):
        byte = read(1)
        if not byte:
            break
        taken += byte
    return taken
