"""A self-check's side of SIP2 over a real socket: for the command line, for checks, and for trying a server
out.

It keeps the terminal's rules of the standard: one request at a time, a deadline, 97 when an answer is
damaged, the same request again when none comes. What travels can be written down (`servers.sip2.recording`).
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from msgspec import Struct

from protocols.secret import Secret
from protocols.sip2 import messages as m
from protocols.sip2.codec import Wire
from protocols.sip2.connection import SC_LIMITS, Closing, Connection, Noticed, Replay, Response, Role
from protocols.sip2.errors import LocalError, RemoteError
from protocols.sip2.framing import Framer
from servers.calling import ClientProblem, connected, secured, trusting
from servers.sip2.recording import Recorder


class Target(Struct, frozen=True):
    """Where a server is and how to get in. ``authority`` is the PEM file that its certificate is checked
    against.
    """

    host: str
    port: int
    tls: bool = True
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    institution: str = ""
    user: str = ""
    password: str = ""
    location: str = ""
    charset: str = "utf-8"

    @property
    def name(self) -> str:
        """What the terminal is called in a recording: by its user, else by its certificate."""
        return self.user or (self.certificate.stem if self.certificate else "") or "terminal"


class Sip2Client:
    """One conversation. A context manager; every answer comes back as a message, raw lines as bytes."""

    def __init__(
        self, target: Target, *, timeout: float = 10.0, tries: int = 3, recorder: Recorder | None = None
    ) -> None:
        self._target = target
        self._tries = tries
        self._recorder = recorder
        self._connection = Connection(Role.SC, _wire(target))
        self._lines = Framer(SC_LIMITS.message)
        context = trusting(target.authority, target.certificate, target.key) if target.tls else None
        plain = connected(target.host, target.port, timeout)
        self._socket = plain if context is None else secured(plain, context, target.host, target.port)

    def __enter__(self) -> Sip2Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the conversation."""
        self._socket.close()

    def ask(self, request: m.FromSc) -> m.Message:
        """Send a request and return its answer. Raises `ClientProblem` when there is none to be had."""
        self._send(self._connection.send(request))
        tries = 1
        while True:
            match self._connection.next_event():
                case Response() as event:
                    return event.message
                case Replay() as event:
                    self._send(event.data)
                case Noticed():
                    continue
                case Closing() as event:
                    raise ClientProblem(f"the conversation has failed: {event.reason}")
                case _:
                    if data := self._received():
                        self._connection.receive_data(data)
                    elif tries == self._tries:
                        raise ClientProblem(f"no answer after {tries} tries")
                    else:
                        tries += 1
                        self._send(self._connection.repeat_request())

    def ask_raw(self, line: bytes) -> bytes:
        """Send a line as it is and return what comes back up to its end; nothing if nothing comes in time."""
        self.send_raw(line)
        return self.next_raw()

    def send_raw(self, line: bytes) -> None:
        """Send a line as it is."""
        self._send(line.rstrip(b"\r\n") + b"\r")

    def next_raw(self) -> bytes:
        """The next line that comes, as it is; what there is of it if it does not come in time."""
        try:
            while (line := self._lines.next()) is None:
                data = self._received()
                if not data:
                    rest = bytes(self._lines.line or self._lines.buffer)
                    self._lines.clear()
                    return rest
                self._lines.feed(data)
        except RemoteError as error:
            raise ClientProblem(f"the conversation has failed: {error.defect}") from error
        return line

    def log_in(self) -> bool:
        """Log in with the target's user; True without one, since a certificate or nothing is then enough."""
        target = self._target
        if not target.user:
            return True
        request = m.Login(
            uid_algorithm="0",
            pwd_algorithm="0",
            login_user_id=target.user,
            login_password=Secret(target.password),
            location_code=target.location or None,
        )
        answer = self.ask(request)
        return isinstance(answer, m.LoginResponse) and answer.ok

    def _send(self, data: bytes) -> None:
        if self._recorder is not None:
            self._recorder.sent(data)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise ClientProblem(f"the server ended the conversation ({error.strerror or error})") from error

    def _received(self) -> bytes:
        """What comes next; nothing if nothing does in time."""
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return b""
        except OSError as error:
            raise ClientProblem(f"the server ended the conversation ({error.strerror or error})") from error
        if not data:
            raise ClientProblem("the server closed the connection")
        if self._recorder is not None:
            self._recorder.received(data)
        return data


def _wire(target: Target) -> Wire:
    try:
        return Wire(charset=target.charset)
    except LocalError as error:
        raise ClientProblem(f"{error}; name another one with --charset") from error
