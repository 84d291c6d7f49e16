"""Recorded SIP2 traffic: a text file that one can read and edit, without secrets; and other people's logs.

    # SIP2 recording, version 1
    2026-03-02T10:30:00.120+01:00 kiosk-1 > 9300CNkiosk|CO***|AY0AZ****
    2026-03-02T10:30:00.124+01:00 kiosk-1 < 941AY0AZFDFD

A line is a message: when, which terminal, `>` to the server or `<` from it, the message as it was. Secrets
are masked (`servers.sip2.masking`), a backslash is doubled, and what is no printable text is `\\xNN`.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

from protocols.sip2.messages import DECLARATIONS, Direction
from servers.sip2.masking import masked

VERSION: Final = 1
_HEADER: Final = "# SIP2 recording, version {version}"
_ANY_HEADER: Final = re.compile(rb"# SIP2 recording, version (\S+)")
_ENTRY: Final = re.compile(rb"(\d{4}-\d\d-\d\dT\S+) (\S+) ([<>]) (.*)")
_MARKS: Final = {Direction.TO_ACS: ">", Direction.TO_SC: "<"}
_ESCAPED: Final = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")

# Logs of others. SIPServer, Evergreen's and Koha's write `INPUT MSG: '…'`, with their process id in brackets.
_LOGGED: Final = re.compile(rb"(.*)\b(?:INPUT|OUTPUT) MSG: '(.*)'")
_PROCESS: Final = re.compile(rb"\[(\d+)\]")
_ARROW: Final = re.compile(rb"(?:>>|<<|->|<-|[<>])[ \t]*(?=\d\d)")
_MESSAGE: Final = re.compile(rb"\d\d")
_TYPED_END: Final = re.compile(rb"(?:\\r|\\n|<CR>|<LF>|\^M)+\Z")

_NOBODY: Final = "terminal"


class RecordingProblem(Exception):
    """The file is no recording that can be read; the sentence says why."""


class Entry(Struct, frozen=True):
    """A message that was seen. ``when`` is None where the log does not tell it in our way."""

    direction: Direction
    terminal: str
    line: bytes
    when: datetime | None = None

    def __repr__(self) -> str:
        return f"Entry({self.terminal} {_MARKS[self.direction]} {written(masked(self.line))})"


class Recorder:
    """Writes down one terminal's conversation, a line a message, each at once."""

    def __init__(
        self, file: BinaryIO, terminal: str, now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    ) -> None:
        self._file = file
        self._terminal = re.sub(r"\s+", "-", terminal) or _NOBODY
        self._now = now
        self._rest = b""

    def sent(self, data: bytes) -> None:
        """A message goes to the server."""
        self._write(Direction.TO_ACS, data.strip(b"\r\n"))

    def received(self, data: bytes) -> None:
        """Bytes come from the server: half a message, or several."""
        *lines, self._rest = re.split(rb"[\r\n]+", self._rest + data)
        for line in filter(None, lines):
            self._write(Direction.TO_SC, line)

    def _write(self, direction: Direction, line: bytes) -> None:
        self._file.write(entry_text(Entry(direction, self._terminal, line, self._now())).encode() + b"\n")
        self._file.flush()


@contextmanager
def recording(path: Path | None, terminal: str) -> Iterator[Recorder | None]:
    """A recorder that adds to the file, which is its owner's alone; None where no recording is wanted."""
    if path is None:
        yield None
        return
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        if not file.tell():
            file.write(header().encode() + b"\n")
        yield Recorder(file, terminal)


def add_recording_argument(parser: argparse.ArgumentParser) -> None:
    """`--record`."""
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="write down every message, passwords and PINs masked, for circdesk replay (adds to the file)",
    )


def header() -> str:
    """The first line of a recording."""
    return _HEADER.format(version=VERSION)


def entry_text(entry: Entry) -> str:
    """An entry as its line, secrets masked."""
    when = "-" if entry.when is None else entry.when.isoformat(timespec="milliseconds")
    return f"{when} {entry.terminal} {_MARKS[entry.direction]} {written(masked(entry.line))}"


def written(line: bytes) -> str:
    """A message as printable text, from which `_bytes` gets it back."""
    text = line.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in text)


def read_recording(data: bytes) -> list[Entry]:
    """The messages of a recording, or of a log of SIPServer or Koha, or of lines with or without arrows.

    In logs that are not ours the message itself tells who sent it. Raises `RecordingProblem` for a version
    that is not ours, and where there is no message at all.
    """
    entries = []
    for line in data.split(b"\n"):
        if header_of := _ANY_HEADER.match(line):
            if header_of[1].strip() != str(VERSION).encode():
                raise RecordingProblem(f"this program reads recordings of version {VERSION}, not this one")
        elif entry := entry_of(line):
            entries.append(entry)
    if not entries:
        raise RecordingProblem("there is no SIP2 message in it")
    return entries


def entry_of(line: bytes) -> Entry | None:
    """The message in one line of a recording or log; None if there is none, as in a comment."""
    if ours := _ENTRY.fullmatch(line.rstrip(b"\r")):
        when, terminal, mark, text = ours.groups()
        direction = Direction.TO_ACS if mark == b">" else Direction.TO_SC
        return Entry(direction, terminal.decode("utf-8", "replace"), _bytes(text), _time(when))
    line, terminal = line.strip(), _NOBODY.encode()
    if logged := _LOGGED.search(line):
        if process := _PROCESS.search(logged[1]):
            terminal = process[1]
        line = logged[2]
    line = _TYPED_END.sub(b"", _ARROW.sub(b"", line, count=1) if _ARROW.match(line) else line).strip()
    if not _MESSAGE.match(line):
        return None
    declaration = DECLARATIONS.get(line[:2].decode())
    direction = Direction.TO_ACS if declaration is None else declaration.message.direction
    return Entry(direction, terminal.decode(), line)


def _bytes(text: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"\\", text)


def _time(text: bytes) -> datetime | None:
    try:
        return datetime.fromisoformat(text.decode())
    except ValueError:
        return None
