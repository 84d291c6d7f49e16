"""YAZ's servers and clients as processes, and what stands between them: sockets of the machine, no ports."""

import selectors
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from protocols.z3950.ber import Limits
from protocols.z3950.framing import Framer
from tests.protocols.z3950.catalogue import Catalogue

PATIENCE = 20
LARGE = Limits(size=64 * 1024 * 1024, elements=1_000_000)


@contextmanager
def served(command: list[str], folder: Path) -> Iterator[socket.socket]:
    """A connection to a server of YAZ's, which has the other end as its standard input, as inetd does it."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    with ours:
        with theirs:
            process = subprocess.Popen(
                [*command, "-i"],
                cwd=folder,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        try:
            yield ours
        finally:
            ours.close()
            process.terminate()
            process.wait(PATIENCE)


def zebra(folder: Path) -> list[str]:
    """Zebra, with three records in its index."""
    (folder / "records").mkdir()
    (folder / "register").mkdir()
    for number in (1, 2, 3):
        (folder / "records" / f"{number}.txt").write_text(f"computer science book {number}\n")
    (folder / "zebra.cfg").write_text(
        "profilePath: /usr/share/idzebra-2.0/tab\n"
        "attset: bib1.att\n"
        "recordType: text\n"
        f"register: {folder}/register:20M\n"
        "database: Default\n"
    )
    subprocess.run(
        ["zebraidx", "-c", "zebra.cfg", "update", "records"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return ["zebrasrv", "-c", "zebra.cfg"]


class Between(threading.Thread):
    """Carries bytes between one client and a server, and keeps them."""

    def __init__(self, path: Path, server: socket.socket) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._listener.settimeout(PATIENCE)
        self.asked = b""
        self.answered = b""

    def run(self) -> None:
        client, _ = self._listener.accept()
        server = self._server
        with client, self._listener, selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in selector.select(PATIENCE):
                    assert isinstance(key.fileobj, socket.socket)
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    if key.fileobj is client:
                        self.asked += data
                    else:
                        self.answered += data
                    key.data.sendall(data)


class Target(threading.Thread):
    """Our own target on a socket, for one client."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        super().__init__(daemon=True)
        self._catalogue = catalogue
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._listener.settimeout(PATIENCE)

    def run(self) -> None:
        client, _ = self._listener.accept()
        with client, self._listener:
            client.settimeout(PATIENCE)
            while not self._catalogue.over and (data := client.recv(65536)):
                client.sendall(self._catalogue.talk(data))


def yaz_client(script: str) -> str:
    """What yaz-client shows of these commands."""
    done = subprocess.run(
        ["yaz-client"],
        input=f"{script}\nquit\n",
        capture_output=True,
        text=True,
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout


def framed(data: bytes) -> list[bytes]:
    """All APDUs of a stream."""
    framer = Framer(LARGE)
    framer.feed(data)
    found = []
    while (apdu := framer.next()) is not None:
        found.append(apdu)
    assert not framer.buffer
    return found
