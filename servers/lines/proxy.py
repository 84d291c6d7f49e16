"""The PROXY protocol, versions 1 and 2 (HAProxy, "The PROXY protocol", revision of 2020): the header with
which a balancer says for whom it calls.

The rule it keeps: all or nothing. A header is read whole, within its length and to its last byte, or it is a
`ProxyProblem`; what it says of the peer is never guessed. Clauses below are that document's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from msgspec import Struct

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"  # 2.2
LONGEST_V1: Final = 107  # 2.1: "the worst case", with CR LF
LONGEST_V2: Final = 2048
"""A header may be 64 KiB long (2.2); addresses and what is known of TLS take a few hundred bytes."""

_SHORTEST_V1: Final = len(b"PROXY UNKNOWN\r\n")
_FIXED_V2: Final = 16
_UNSPEC: Final = 0x00
_LENGTHS: Final = {0x11: 12, 0x21: 36, 0x31: 216}
"""How long the addresses are of TCP over IPv4, over IPv6, and of a stream on one machine."""

_CRC32C: Final = 0x03
_SSL: Final = 0x20
_SSL_CN: Final = 0x22
_CLIENT_SSL, _CLIENT_CERT = 0x01, 0x02 | 0x04  # on this connection, or in the session it resumed


class ProxyFault(StrEnum):
    """What is wrong with a header."""

    NO_HEADER = "no header"
    TOO_LONG = "too long"
    NOT_VERSION_1 = "no line of version 1"
    UNKNOWN_VERSION = "unknown version or command"
    UNKNOWN_FAMILY = "unknown family or transport"
    ADDRESSES = "addresses cut short"
    TLV = "a value cut short"
    CHECKSUM = "wrong checksum"


class ProxyProblem(Exception):
    """These bytes are no header that we take."""

    def __init__(self, fault: ProxyFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Proxied(Struct, frozen=True):
    """For whom a balancer calls. ``host`` is empty if it calls for itself, or does not know.

    ``tls`` tells that the peer spoke TLS to it, ``common_name`` who that peer proved to be there, empty for
    nobody.
    """

    host: str = ""
    port: int = 0
    own: bool = False
    tls: bool = False
    common_name: str = ""


def header_length(data: bytes) -> int:
    """How long the header that begins so is at least: exactly so long, if as many bytes are given.

    With fewer bytes more of the header must be read, and this asked again. Raises `ProxyProblem`.
    """
    if data.startswith(SIGNATURE):
        length = int.from_bytes(data[14:_FIXED_V2]) if len(data) >= _FIXED_V2 else 0
        if _FIXED_V2 + length > LONGEST_V2:
            raise ProxyProblem(ProxyFault.TOO_LONG)
        return _FIXED_V2 + length
    if SIGNATURE.startswith(data) or b"PROXY ".startswith(data):
        return _SHORTEST_V1  # of either version
    if not data.startswith(b"PROXY "):
        raise ProxyProblem(ProxyFault.NO_HEADER)
    end = data.find(b"\r\n")
    if end >= 0:
        return end + 2
    if len(data) >= LONGEST_V1:
        raise ProxyProblem(ProxyFault.TOO_LONG)
    return max(_SHORTEST_V1, len(data) + 1)


def read_header(data: bytes) -> Proxied:
    """What a whole header says. Raises `ProxyProblem`."""
    return _version_2(data) if data.startswith(SIGNATURE) else _version_1(data)


def _version_1(line: bytes) -> Proxied:
    """2.1: ``PROXY``, the family, two addresses, two ports; of UNKNOWN the rest is not looked at."""
    text = line[:-2].decode("latin-1")
    if re.fullmatch(r"PROXY UNKNOWN(?: .*)?", text):
        return Proxied()
    number = "(0|[1-9][0-9]{0,4})"
    match = re.fullmatch(rf"PROXY TCP([46]) ([0-9a-fA-F:.]+) ([0-9a-fA-F:.]+) {number} {number}", text)
    if match is None or int(match[4]) > 65_535 or int(match[5]) > 65_535:
        raise ProxyProblem(ProxyFault.NOT_VERSION_1)
    address = IPv4Address if match[1] == "4" else IPv6Address
    try:
        host, _ = address(match[2]), address(match[3])
    except ValueError as error:
        raise ProxyProblem(ProxyFault.NOT_VERSION_1) from error
    return Proxied(str(host), int(match[4]))


def _version_2(data: bytes) -> Proxied:
    command, family = data[12], data[13]
    if command not in (0x20, 0x21):
        raise ProxyProblem(ProxyFault.UNKNOWN_VERSION)
    if command == 0x20:  # LOCAL, 2.2: "the receiver must ... use the real connection endpoints"
        return Proxied(own=True)
    host, port, rest = _addresses(family, data[_FIXED_V2:])
    tls, common_name = False, ""
    for kind, value, at in _values(rest):
        if kind == _CRC32C:
            _check(data, value, len(data) - len(rest) + at)
        elif kind == _SSL:
            tls, common_name = _of_tls(value)
    return Proxied(host, port, tls=tls, common_name=common_name)


def _addresses(family: int, data: bytes) -> tuple[str, int, bytes]:
    """The source's address and port, empty where there is none to be had, and what follows the addresses."""
    if family == _UNSPEC:
        return "", 0, b""  # 2.2: what follows is not to be looked at
    if family not in _LENGTHS:
        raise ProxyProblem(ProxyFault.UNKNOWN_FAMILY)
    addresses, rest = data[: _LENGTHS[family]], data[_LENGTHS[family] :]
    if len(addresses) < _LENGTHS[family]:
        raise ProxyProblem(ProxyFault.ADDRESSES)
    match family:
        case 0x11:
            return str(IPv4Address(addresses[:4])), int.from_bytes(addresses[8:10]), rest
        case 0x21:
            return str(IPv6Address(addresses[:16])), int.from_bytes(addresses[32:34]), rest
        case _:
            return "", 0, rest


def _values(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """The kind, the value, and where the value begins, of each TLV (2.2)."""
    at = 0
    while at < len(data):
        begin = at + 3
        at = begin + int.from_bytes(data[at + 1 : begin])
        if at > len(data):
            raise ProxyProblem(ProxyFault.TLV)
        yield data[begin - 3], data[begin:at], begin


def _check(header: bytes, value: bytes, at: int) -> None:
    """2.2.2: the checksum is taken over the whole header, with zeros in its own place."""
    zeroed = header[:at] + bytes(4) + header[at + 4 :]
    if len(value) != 4 or int.from_bytes(value) != crc32c(zeroed):
        raise ProxyProblem(ProxyFault.CHECKSUM)


def _of_tls(value: bytes) -> tuple[bool, str]:
    """2.2.5: whether the peer spoke TLS, and the common name of its certificate if that was verified."""
    if len(value) < 5:
        raise ProxyProblem(ProxyFault.TLV)
    client, verify = value[0], int.from_bytes(value[1:5])
    names = [name for kind, name, _ in _values(value[5:]) if kind == _SSL_CN]
    if not client & _CLIENT_SSL:
        return False, ""
    if not client & _CLIENT_CERT or verify != 0 or len(names) != 1:
        return True, ""
    try:
        return True, names[0].decode("utf-8")
    except UnicodeDecodeError:
        return True, ""


def _crc_table() -> Iterator[int]:
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        yield crc


_CRC_TABLE: Final = tuple(_crc_table())


def crc32c(data: bytes) -> int:
    """The CRC-32 of Castagnoli (RFC 9260, appendix A)."""
    crc = 0xFFFF_FFFF
    for byte in data:
        crc = _CRC_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFF_FFFF
