"""Where an APDU ends in a stream of bytes, wherever the stream is cut: at the end of its outermost element.

The rule it keeps: nothing is looked at twice. With a definite length the end is known at once; with an
indefinite one the elements within are stepped over, and the next bytes are gone on with where it stopped.
"""

from protocols.z3950 import ber
from protocols.z3950.ber import Limits
from protocols.z3950.errors import Defect, RemoteError

_APDUS = range(0xA0, 0xC0)  # class context-specific, constructed


class Framer:
    """Takes bytes as they come, gives APDUs."""

    __slots__ = ("_at", "_limits", "_open", "_seen", "buffer")

    def __init__(self, limits: Limits) -> None:
        self.buffer = bytearray()
        self._limits = limits
        self._at = 0  # up to where it has been looked at; may lie beyond the buffer
        self._open = 0  # elements of indefinite length that have not ended there
        self._seen = 0  # elements of this APDU

    def feed(self, data: bytes) -> int:
        """Keep these bytes. Returns how many are kept now."""
        self.buffer += data
        return len(self.buffer)

    def clear(self) -> None:
        """Forget what is kept."""
        self.buffer.clear()
        self._at = self._open = self._seen = 0

    def next(self) -> bytes | None:
        """The next whole APDU, None while there is none.

        Raises `RemoteError` for what begins no APDU, and for more than the limits let, as soon as that is
        known; there is nothing after it that could be read.
        """
        if not self.buffer:
            return None
        while not self._at or self._open:
            try:
                identifier, start, end = ber.measure(self.buffer, self._at)
            except IndexError:
                if self.buffer[0] not in _APDUS:
                    raise RemoteError(Defect.NOT_AN_APDU) from None
                return None
            self._step(identifier, start, end)
        if len(self.buffer) < self._at:
            return None
        apdu = bytes(self.buffer[: self._at])
        del self.buffer[: self._at]
        self._at = self._seen = 0
        return apdu

    def _step(self, identifier: int, start: int, end: int) -> None:
        if not self._at and self.buffer[0] not in _APDUS:
            raise RemoteError(Defect.NOT_AN_APDU)
        self._seen += 1
        if end == ber.INDEFINITE:
            self._open += 1
            end = start
        elif identifier == ber.END_OF_CONTENTS:
            self._open -= 1
        if end > self._limits.size:
            raise RemoteError(Defect.TOO_LONG)
        if self._open > self._limits.depth:
            raise RemoteError(Defect.TOO_DEEP)
        if self._seen > self._limits.elements:
            raise RemoteError(Defect.TOO_MANY_ELEMENTS)
        self._at = end
