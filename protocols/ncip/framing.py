"""Where a message ends in a stream of bare XML: behind the end tag of its NCIPMessage, wherever it is cut.

The TCP binding has no length and no delimiter. Every byte is searched once. What comes behind an end tag
belongs to the next message; the standard lets only one be outstanding, so whoever reads should find nothing
there.
"""

import re
from typing import Final

from protocols.ncip.dialects import guessed_dialect
from protocols.ncip.errors import RemoteError
from protocols.ncip.problems import ProblemType
from protocols.xml.parsing import LIMITS

_BETWEEN: Final = b" \t\r\n\0"
_END: Final = re.compile(rb"(</(?:[^\s<>/:]{1,64}:)?NCIPMessage\s{0,64}>)[ \t\r\n\0]*")
_LONGEST_END: Final = 160
_BEGINS: Final = b"<\xef"
"""What a message begins with: a tag, or the mark of UTF-8."""


class Framer:
    """Takes bytes as they come, gives whole messages; `limit` bounds one. Its length is that of what has come
    of the next one.
    """

    __slots__ = ("_buffer", "_limit", "_searched")

    def __init__(self, limit: int = LIMITS.size) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._limit = limit

    def __len__(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Keep these bytes; not those between two messages."""
        self._buffer += data if self._buffer else data.lstrip(_BETWEEN)

    def next(self) -> bytes | None:
        """The next whole message, None while there is none.

        `RemoteError` if it is longer than the limit, or begins like no XML; then there is no going on.
        """
        buffer = self._buffer
        if buffer and buffer[0] not in _BEGINS:
            raise RemoteError(ProblemType.INVALID_MESSAGE_SYNTAX_ERROR, "this is no XML in UTF-8")
        found = _END.search(buffer, self._searched)
        if found is None:
            # An end tag that is cut begins at the last angle bracket, and is no longer than this.
            cut = buffer.rfind(b"<", max(0, len(buffer) - _LONGEST_END))
            self._searched = cut if cut >= 0 else len(buffer)
            self._check(len(buffer))
            return None
        self._check(found.end(1))
        message = bytes(buffer[: found.end(1)])
        del buffer[: found.end()]
        self._searched = 0
        return message

    def _check(self, length: int) -> None:
        if length > self._limit:
            error = RemoteError(ProblemType.INVALID_MESSAGE_SYNTAX_ERROR, "message too long")
            error.dialect = guessed_dialect(self._buffer)
            raise error
