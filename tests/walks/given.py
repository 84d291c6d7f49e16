"""A whole server in a process of its own, and those who talk to it: the town's library, its kiosks, sockets.

Rule: nothing waits without a deadline, and whatever was started is ended by its process id.
"""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import TracebackType

from certs.authority import ensure_authority
from certs.issue import ensure_server, issue_terminal
from conformance.target import Target
from conformance.wire.sip2 import Answer, Detection, read, seal
from core.events import Recorded
from core.model.records import Bib, BibId, Fee, FeeId, FeeKind, Item, ItemId, Medium, Patron, PatronId, Record
from core.ports import Batch, Change
from core.storage.sqlite import SqliteStore
from servers.credentials import Cost, ScryptCredentials

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds after which what should have happened has not. Nothing here takes a tenth of it."""

USER, PASSWORD, PIN = "kiosk", "CanaryWordOfTheKiosk", "CanaryPin4711"
CERTIFIED = "kiosk-2"
"""The terminal that is known by its certificate."""

PATRONS, ITEMS = 16, 60
DATE = "20260302    093000"


# Records


def records() -> tuple[Record, ...]:
    """Patrons P1 … who owe 200.00 in two fees each, items I1 … of one novel; V1 is a film, E1 elsewhere."""
    pin = hashed(PIN)
    charged = datetime(2026, 1, 5, tzinfo=UTC)
    made: list[Record] = [Bib(BibId(1), 1, "b1", "Emma", "Austen, Jane")]
    made += [Item(ItemId(1000 + n), 1, f"I{n}", BibId(1), "MAIN/STACKS", "book") for n in range(1, ITEMS + 1)]
    made += [
        Bib(BibId(2), 1, "b2", "Vertigo"),
        Item(ItemId(1901), 1, "V1", BibId(2), "MAIN/STACKS", "film", medium=Medium.VIDEO_TAPE),
        Bib(BibId(3), 1, "b3", "Bücher für Bäume"),
        Item(ItemId(1902), 1, "E1", BibId(3), "EAST/STACKS", "book"),
    ]
    for n in range(1, PATRONS + 1):
        patron = PatronId(2000 + n)
        made.append(Patron(patron, 1, f"P{n}", "Ngata", "Ann", "adult", "MAIN", (), pin))
        made += [
            Fee(FeeId(3000 + 2 * n + which), 1, patron, kind, Decimal("100.00"), "EUR", charged)
            for which, kind in enumerate((FeeKind.OVERDUE, FeeKind.REPLACEMENT))
        ]
    return tuple(made)


def settings(sip2: Mapping[str, object], terminals: str = "", https: str = "") -> str:
    """A configuration with two terminals and what is said of more; ``sip2`` are settings of the listener, and
    so is the text ``https`` of the other.
    """
    listener = "\n".join(f"{name} = {str(value).lower()}" for name, value in sip2.items())
    return f"""
[institution]
code = "TOWN"
name = "Town Library"
currency = "EUR"
time_zone = "Europe/Berlin"
[[agency]]
code = "MAIN"
name = "Central Library"
[[location]]
code = "MAIN/STACKS"
name = "Main stacks"
[[agency]]
code = "EAST"
name = "East Branch"
[[location]]
code = "EAST/STACKS"
name = "East stacks"
[[limits]]
patron_group = "*"
loans = 50
owed = "1000.00"
[[terminal]]
name = "kiosk-1"
user = "{USER}"
password = "{hashed(PASSWORD)}"
block_patrons = true
[[terminal]]
name = "{CERTIFIED}"
certificate = "{CERTIFIED}"
{terminals}
[log]
level = "debug"
identifiers = "plain"
[https]
host = "127.0.0.1"
port = 0
{https}
[sip2]
{listener}
"""


def terminal(name: str, *lines: str) -> str:
    """The table of one more terminal, which logs in by its name, with these lines in it."""
    table = ("[[terminal]]", f'name = "{name}"', f'user = "{name}"', f'password = "{hashed(PASSWORD)}"')
    return "\n".join((*table, *lines, ""))


@cache
def hashed(secret: str) -> str:
    """A hash that costs next to nothing."""
    hasher = ScryptCredentials(time.monotonic, cost=Cost(n=2, r=1))
    try:
        return hasher.hash(secret)
    finally:
        hasher.close()


def prepare(state: Path, terminals: str = "", https: str = "", **sip2: object) -> Path:
    """Make a state directory with records, certificates and a configuration (`settings`); returns it."""
    state.mkdir(parents=True)
    ensure_server(state)

    async def fill() -> None:
        store = SqliteStore.open(state / "circdesk.db")
        await store.commit(Batch([], [Change(None, record) for record in records()]))
        await store.close()

    asyncio.run(fill())
    (state / "circdesk.toml").write_text(settings(sip2, terminals, https), "utf-8")
    return state


def kept(state: Path) -> tuple[dict[int, Record], list[Recorded]]:
    """What a server that has stopped left in its store: records by id, and the log."""

    async def look() -> tuple[dict[int, Record], list[Recorded]]:
        store = SqliteStore.open(state / "circdesk.db")
        found: dict[int, Record] = {record.id: record for chunk in store.load() for record in chunk}
        log = list(store.recent(datetime(2026, 1, 1, tzinfo=UTC)))
        await store.close()
        return found, log

    return asyncio.run(look())


# The server


class Server:
    """`circdesk serve` on a state directory; it may be started and ended many times."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.host = "127.0.0.1"
        self.port = 0
        self.plain_port = 0
        self.https_port = 0
        self.authority = ensure_authority(state).path
        self.said = ""
        self._process: subprocess.Popen[str] | None = None
        (state / "stderr").touch()

    @property
    def is_running(self) -> bool:
        """Whether it was started and its end not yet waited for."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None, "running"
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it wrote to standard error, over all its starts."""
        return (self.state / "stderr").read_text("utf-8")

    @property
    def target(self) -> Target:
        """The server as the conformance kit's machines see it."""
        return Target(
            host=self.host,
            port=self.port,
            tls=True,
            ca=str(self.authority),
            user=USER,
            password=PASSWORD,
            institution="TOWN",
            pin=PIN,
        )

    def start(self, *options: str) -> Server:
        """Start it, and return when it listens."""
        self._process = self._spawn("127.0.0.1:0", *options)
        assert self._process.stdout is not None, "a pipe"
        told, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        line = self._process.stdout.readline() if told else ""
        self.said += line
        assert line.startswith("circdesk: SIP2 over TLS on 127.0.0.1:"), f"{line!r}\n{self.log}"
        ports = {name: int(port) for name, port in re.findall(r"(\w+) on 127\.0\.0\.1:([0-9]+)", line)}
        self.port, self.https_port = ports["TLS"], ports["HTTPS"]
        self.plain_port = ports.get("SIP2", 0)
        return self

    def refuses_to_start(self, at: str) -> tuple[int, str]:
        """Start another one where it cannot be; returns its exit status and what it said."""
        with self._spawn(at, errors=subprocess.PIPE) as process:
            try:
                _, said = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        return process.returncode, said

    def reload(self) -> None:
        """Let it read its files anew, as an operator does; return when it has, or has refused to."""
        before = self.log.count("reloaded") + self.log.count("reload-refused")
        os.kill(self.pid, signal.SIGHUP)
        wait_until(
            lambda: self.log.count("reloaded") + self.log.count("reload-refused") > before, "it is told"
        )

    def terminate(self) -> None:
        """Ask it to stop."""
        assert self._process is not None, "running"
        self._process.terminate()

    def stopped(self) -> int:
        """Wait for its end; returns the exit status."""
        assert self._process is not None, "running"
        with self._process as process:
            self._process = None
            try:
                status = process.wait(PATIENCE)
            finally:
                process.kill()
            assert process.stdout is not None, "a pipe"
            self.said += process.stdout.read()
            return status

    def stop(self) -> int:
        """Ask it to stop and wait until it has; returns the exit status."""
        self.terminate()
        return self.stopped()

    def kill(self) -> None:
        """End it at once, as a power cut would end it."""
        if self._process is not None:
            self._process.kill()
            self.stopped()

    def _spawn(self, at: str, *options: str, errors: int | None = None) -> subprocess.Popen[str]:
        command = str(Path(sys.executable).with_name("circdesk"))
        serve = [command, "serve", "--state", str(self.state), "--sip2", at]
        with (self.state / "stderr").open("ab") as log:
            return subprocess.Popen(
                [*serve, *options],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log if errors is None else errors,
                text=True,
            )

    # Ways in

    def context(self, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
        """TLS as a careful client speaks it."""
        context = ssl.create_default_context(cafile=str(self.authority))
        if certificate is not None:
            context.load_cert_chain(certificate, key)
        return context

    def certified(self, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """TLS with the certificate of `CERTIFIED`, in one version if it is named."""
        context = self.context(*issue_terminal(self.state, CERTIFIED))
        if version is not None:
            context.minimum_version = context.maximum_version = version
        return context

    def plain(self) -> socket.socket:
        """A TCP connection."""
        return socket.create_connection((self.host, self.port), PATIENCE)

    def call(self, context: ssl.SSLContext | None = None) -> Conversation:
        """A conversation over TLS, not logged in."""
        context = context or self.context()
        return Conversation(context.wrap_socket(self.plain(), server_hostname=self.host))

    def kiosk(self, user: str = USER) -> Conversation:
        """A conversation over TLS, logged in."""
        conversation = self.call()
        assert conversation.ask(login(user=user)).fixed["ok"] == "1", self.log
        return conversation


# The kiosk


class Conversation:
    """SIP2 over any socket, line by line. Every message is sealed with the next AY."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(PATIENCE)
        self._digit = 0
        self._buffer = b""

    def __enter__(self) -> Conversation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def sealed(self, text: str) -> bytes:
        """A message with AY, AZ and CR."""
        digit, self._digit = self._digit, (self._digit + 1) % 10
        return seal(text.encode(), digit, Detection.FULL) + b"\r"

    def send(self, text: str) -> bytes:
        """Send a message; returns its bytes."""
        line = self.sealed(text)
        self.socket.sendall(line)
        return line

    def ask(self, text: str) -> Answer:
        """Send a message; returns its answer, whose AY, AZ and layout are right."""
        digit = self._digit
        self.send(text)
        answer = self.answer()
        assert answer.sequence == str(digit), answer
        return answer

    def answer(self) -> Answer:
        """The next answer, whose layout is right."""
        line = self.line()
        body = line.rstrip(b"\r\n")
        answer = read(body, line[len(body) :])
        assert not answer.faults(), (answer, answer.faults())
        return answer

    def line(self) -> bytes:
        """The next answer as it came, with what ends it."""
        while b"\r" not in self._buffer:
            data = self.socket.recv(65536)
            assert data, "the server has closed the connection"
            self._buffer += data
        end = self._buffer.index(b"\r") + 1
        if self._buffer[end : end + 1] == b"\n":
            end += 1
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line

    def has_answer(self) -> bool:
        """Wait until bytes of an answer have come, and leave them unread."""
        return bool(select.select([self.socket], [], [], PATIENCE)[0])

    def is_over(self) -> bool:
        """Wait for the server to close; False if it says something instead."""
        try:
            return not self._buffer and self.socket.recv(65536) == b""
        except (ConnectionResetError, ssl.SSLEOFError):
            return True

    def cut(self) -> None:
        """End the connection with a TCP reset, as a switched-off machine's firewall does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


def login(password: str = PASSWORD, user: str = USER) -> str:
    """93."""
    return f"9300CN{user}|CO{password}|"


def who(patron: str, pin: str = PIN) -> str:
    """AO, AA, AC and AD of a request."""
    return f"AOTOWN|AA{patron}|AC|AD{pin}|"


def checkout(patron: str, item: str, date: str = DATE) -> str:
    """11."""
    return f"11YN{date}{' ' * 18}{who(patron)}AB{item}|BON|BIN|"


def checkin(item: str, date: str = DATE) -> str:
    """09."""
    now = time.strftime("%Y%m%d    %H%M%S")
    return f"09N{date}{now}APMAIN|AOTOWN|AB{item}|AC|BIN|"


def payment(patron: str, amount: str, mark: str = "", date: str = DATE) -> str:
    """37."""
    return f"37{date}0100EURBV{amount}|{who(patron)}" + (f"BK{mark}|" if mark else "")


def information(patron: str, summary: str = "  Y", pin: str = PIN) -> str:
    """63, by default with the list of loans."""
    return f"63001{DATE}{summary:10}{who(patron, pin)}"


def item_information(item: str) -> str:
    """17."""
    return f"17{DATE}AOTOWN|AB{item}|AC|"


STATUS = "9900802.00"
END_SESSION = f"35{DATE}{who('P1')}"


# Waiting


def ended(process: subprocess.Popen[bytes]) -> int:
    """End a process that a walk started; returns its status."""
    process.terminate()
    try:
        return process.wait(PATIENCE)
    finally:
        process.kill()


def wait_until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Return as soon as something holds; fail if it does not in time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"not within {seconds:g} s: {what}"
        select.select([], [], [], 0.01)


def free_port() -> int:
    """A port that nobody listens on, outside the range from which the system takes those of clients."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
    for number in range(1000):
        port = lowest - 1 - (os.getpid() * 7 + number) % 10_000
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")
