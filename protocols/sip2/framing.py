"""Where a SIP2 message ends in a stream of bytes: at the first CR, LF or CR LF, wherever the stream is cut.

The standard knows CR alone; terminals also send CR LF, LF, and empty messages. Every byte is searched once.
"""

import re
from enum import StrEnum

from protocols.sip2.errors import Defect, Remedy, RemoteError

_BETWEEN = re.compile(rb"[\r\n \0]+")
_LINE_FEED = 0x0A
_BETWEEN_BYTES = b"\r\n \0\xff"
_IAC, _SB, _WILL, _LOWEST_COMMAND = b"\xff", b"\xfa", b"\xfb", b"\xf0"
_END_OF_SUBNEGOTIATION = b"\xff\xf0"


class Terminator(StrEnum):
    """What ends a message that we write; MIRROR writes what the peer writes, and CR until that is known."""

    CR = "cr"
    CRLF = "crlf"
    LF = "lf"
    MIRROR = "mirror"


TERMINATOR_BYTES = {Terminator.CR: b"\r", Terminator.CRLF: b"\r\n", Terminator.LF: b"\n"}


class Framer:
    """Takes bytes as they come, gives messages without their terminator.

    Line ends, blanks, NULs and telnet commands before a message are dropped, empty messages with them.
    `limit` bounds a message. `terminator` is what the peer ended its latest message with. What is kept is in
    `line` if it came as one message and its CR, which is the rule, else in `buffer`.
    """

    __slots__ = ("_limit", "_open_cr", "_searched", "buffer", "line", "terminator")

    def __init__(self, limit: int) -> None:
        self.line = b""
        self.buffer = bytearray()
        self._searched = 0
        self._limit = limit
        self._open_cr = False
        self.terminator = b"\r"

    def __len__(self) -> int:
        return len(self.line) + len(self.buffer)

    def feed(self, data: bytes) -> int:
        """Keep these bytes. Returns how many are kept now."""
        if (
            0 < data.find(b"\r") == len(data) - 1 <= self._limit
            and not (self.buffer or self.line or data[0] in _BETWEEN_BYTES)
            and _LINE_FEED not in data
        ):
            self.line = data
            return len(data)
        self.buffer += self.line
        self.buffer += data
        self.line = b""
        return len(self.buffer)

    def clear(self) -> None:
        """Forget what is kept."""
        self.line = b""
        self.buffer.clear()
        self._searched = 0

    def next(self) -> bytes | None:
        """The next whole message, None while there is none; `RemoteError` if it is longer than the limit."""
        if line := self.line:
            self.line = b""
            self._open_cr = True
            if self.terminator != b"\r\n":
                self.terminator = b"\r"
            return line[:-1]
        buffer = self.buffer
        if not buffer:
            return None
        if not self._searched and buffer[0] in _BETWEEN_BYTES:
            self._drop_leading()
            if buffer[:1] == _IAC:
                self._check_length()
                return None
        most = self._limit + 1
        end = buffer.find(b"\r", self._searched, most)
        line_feed = buffer.find(b"\n", self._searched, most if end < 0 else end)
        if line_feed >= 0:
            end = line_feed
        if end < 0:
            self._searched = len(buffer)
            self._check_length()
            return None
        message = bytes(buffer[:end])
        stop = end + 1
        self._open_cr = False
        if line_feed >= 0:
            self.terminator = b"\n"
        elif buffer[stop : stop + 1] == b"\n":
            stop += 1
            self.terminator = b"\r\n"
        else:
            self._open_cr = stop == len(buffer)
            if not self._open_cr or self.terminator != b"\r\n":
                self.terminator = b"\r"
        del buffer[:stop]
        self._searched = 0
        return message

    def _check_length(self) -> None:
        if len(self.buffer) > self._limit:
            raise RemoteError(Defect.TOO_LONG, Remedy.CLOSE)

    def _drop_leading(self) -> None:
        buffer = self.buffer
        if self._open_cr and buffer[:1] == b"\n":
            self.terminator = b"\r\n"
        self._open_cr = False
        start = 0
        while start < len(buffer) and buffer[start] in _BETWEEN_BYTES:
            stop = self._junk_end(start)
            if stop is None:
                break
            start = stop
        del buffer[:start]

    def _junk_end(self, start: int) -> int | None:
        """Where the blanks or the telnet command (RFC 854) at `start` end; None if it is not whole."""
        buffer = self.buffer
        blanks = _BETWEEN.match(buffer, start)
        if blanks:
            return blanks.end()
        command = bytes(buffer[start + 1 : start + 2])
        if command == _SB:
            end = buffer.find(_END_OF_SUBNEGOTIATION, start + 2)
            return end + 2 if end >= 0 else None
        # A lone 0xFF, or a doubled one, begins no message either.
        length = 3 if _WILL <= command < _IAC else 2 if _LOWEST_COMMAND <= command < _IAC else 1
        return start + length if command and start + length <= len(buffer) else None
