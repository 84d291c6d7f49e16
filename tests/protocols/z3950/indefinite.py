"""APDUs as peers write them who do not know lengths beforehand."""

import random

from protocols.z3950 import ber


def indefinite(data: bytes, chance: random.Random, outermost: bool = True) -> bytes:
    """The same elements, some of the constructed ones with indefinite length, or with a long form of it.

    The outermost always has indefinite length. What is inside an EXTERNAL or an ANY stays as it is.
    """
    written, at = b"", 0
    while at < len(data):
        identifier, start, end = ber.measure(data, at)
        octets = ber.octets_of(identifier)
        inside = data[start:end]
        constructed = octets[0] & 0x20
        if constructed and identifier not in (0x28, 0xA0):
            inside = indefinite(inside, chance, outermost=False)
        if constructed and (outermost or chance.random() < 0.5):
            written += octets + b"\x80" + inside + b"\0\0"
        elif chance.random() < 0.3:
            written += octets + b"\x84" + len(inside).to_bytes(4) + inside
        else:
            written += ber.element(octets, inside)
        at = end
    return written


def definite(data: bytes) -> bytes:
    """The same elements, every one of them with the shortest definite length."""
    return _definite(data, 0, len(data))[0]


def _definite(data: bytes, at: int, stop: int) -> tuple[bytes, int]:
    """The elements from ``at`` to ``stop``, or to the end-of-contents; and where what follows begins."""
    written = b""
    while at < stop:
        identifier, start, end = ber.measure(data, at)
        if identifier == ber.END_OF_CONTENTS:
            return written, end
        octets = ber.octets_of(identifier)
        if octets[0] & 0x20:
            inside, at = _definite(data, start, len(data) if end == ber.INDEFINITE else end)
        else:
            inside, at = data[start:end], end
        written += ber.element(octets, inside)
    return written, at
