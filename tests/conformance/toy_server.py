"""The tiny library as a server of its own, which keeps its books in a file: well, or in one way badly.

python -m tests.conformance.toy_server PORT FILE [FAULT]
"""

import asyncio
import pickle
import sys
import time
from pathlib import Path

from tests.conformance.tiny import TinyConnection, TinyLibrary, TinyProtocol


class BookKeeper(TinyLibrary):
    """A tiny library that writes everything down before it answers, if no fault keeps it from that."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__()
        self.path = path
        self.keeping = fault
        self.written = time.monotonic()
        if path.exists():
            self.loans, self.owes, self.done = pickle.loads(path.read_bytes())

    def write_down(self) -> None:
        if self.keeping == "now and then" and time.monotonic() - self.written < 0.2:
            return
        self.written = time.monotonic()
        loans = {} if self.keeping == "money only" else self.loans
        done = {} if self.keeping == "no requests" else self.done
        draft = self.path.with_suffix(".new")
        draft.write_bytes(pickle.dumps((loans, self.owes, done)))
        draft.replace(self.path)


class CarefulConnection(TinyConnection):
    """Writes down first, answers then."""

    def __init__(self, library: BookKeeper) -> None:
        super().__init__(library)
        self.books = library

    def receive(self, data: bytes) -> bytes | None:
        before = len(self.books.done)
        answer = super().receive(data)
        if len(self.books.done) != before or (answer or b"")[:2] in (b"10", b"12", b"38"):
            self.books.write_down()
        return answer


async def serve(port: int, library: BookKeeper) -> None:
    transports: set[asyncio.Transport] = set()

    def protocol() -> TinyProtocol:
        made = TinyProtocol(library, transports)
        made.connection = CarefulConnection(library)
        return made

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    port, path, fault = (*sys.argv[1:], "")[:3]
    asyncio.run(serve(int(port), BookKeeper(Path(path), fault)))
