"""The PROXY protocol: headers as the specification writes them, and everything that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.lines.proxy import (
    LONGEST_V2,
    SIGNATURE,
    Proxied,
    ProxyFault,
    ProxyProblem,
    crc32c,
    header_length,
    read_header,
)

IPV4 = bytes.fromhex("c0000207 c0000201 0400 192b")  # 192.0.2.7 to 192.0.2.1, 1024 to 6443
IPV6 = bytes.fromhex("20010db8000000000000000000000007 20010db8000000000000000000000001 0400 192b")


def version_2(command: int, family: int, rest: bytes) -> bytes:
    """A header of version 2 around what follows its length."""
    return SIGNATURE + bytes([command, family]) + len(rest).to_bytes(2) + rest


def value(kind: int, data: bytes) -> bytes:
    """A TLV."""
    return bytes([kind]) + len(data).to_bytes(2) + data


def of_tls(client: int, verify: int, *inside: bytes) -> bytes:
    """A PP2_TYPE_SSL."""
    return value(0x20, bytes([client]) + verify.to_bytes(4) + b"".join(inside))


def with_checksum(header: bytes) -> bytes:
    """The header with a PP2_TYPE_CRC32C at its end."""
    longer = version_2(header[12], header[13], header[16:] + value(0x03, bytes(4)))
    return longer[:-4] + crc32c(longer).to_bytes(4)


LAST_IPV6 = b"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
CN = value(0x22, b"kiosk-2")
VERSION = value(0x21, b"TLSv1.3")

CHECKED = with_checksum(version_2(0x21, 0x11, IPV4))

GOOD = [
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 1024 6443\r\n", Proxied("192.0.2.7", 1024)),
    (b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", Proxied("255.255.255.255", 65535)),
    (b"PROXY TCP6 2001:db8::7 2001:DB8::1 1024 6443\r\n", Proxied("2001:db8::7", 1024)),
    (
        b"PROXY TCP6 " + b" ".join([LAST_IPV6, LAST_IPV6, b"65535", b"65535"]) + b"\r\n",
        Proxied(LAST_IPV6.decode(), 65535),
    ),
    (b"PROXY UNKNOWN\r\n", Proxied()),
    (b"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", Proxied()),
    (version_2(0x21, 0x11, IPV4), Proxied("192.0.2.7", 1024)),
    (version_2(0x21, 0x21, IPV6), Proxied("2001:db8::7", 1024)),
    (version_2(0x21, 0x00, b""), Proxied()),
    (version_2(0x21, 0x00, b"not to be looked at"), Proxied()),
    (version_2(0x21, 0x31, b"/run/a".ljust(108, b"\0") * 2), Proxied()),
    (version_2(0x20, 0x00, b""), Proxied(own=True)),
    (version_2(0x20, 0x11, IPV4), Proxied(own=True)),
    (version_2(0x21, 0x11, IPV4 + value(0x04, b"\0" * 9) + value(0xE2, b"x")), Proxied("192.0.2.7", 1024)),
    (CHECKED, Proxied("192.0.2.7", 1024)),
    (version_2(0x21, 0x11, IPV4 + of_tls(0x01, 1, VERSION)), Proxied("192.0.2.7", 1024, tls=True)),
    (
        version_2(0x21, 0x11, IPV4 + of_tls(0x05, 0, VERSION, CN)),
        Proxied("192.0.2.7", 1024, tls=True, common_name="kiosk-2"),
    ),
    (
        version_2(0x21, 0x11, IPV4 + of_tls(0x03, 0, CN)),
        Proxied("192.0.2.7", 1024, tls=True, common_name="kiosk-2"),
    ),
    (version_2(0x21, 0x11, IPV4 + of_tls(0x07, 1, CN)), Proxied("192.0.2.7", 1024, tls=True)),
    (version_2(0x21, 0x11, IPV4 + of_tls(0x01, 0, CN)), Proxied("192.0.2.7", 1024, tls=True)),
    (version_2(0x21, 0x11, IPV4 + of_tls(0x07, 0, CN, CN)), Proxied("192.0.2.7", 1024, tls=True)),
    (
        version_2(0x21, 0x11, IPV4 + of_tls(0x07, 0, value(0x22, b"\xff"))),
        Proxied("192.0.2.7", 1024, tls=True),
    ),
    (version_2(0x21, 0x11, IPV4 + of_tls(0x00, 0, CN)), Proxied("192.0.2.7", 1024)),
]

BAD = [
    (b"9900802.00\r", ProxyFault.NO_HEADER),
    (b"\x16\x03\x01\x00\xc8", ProxyFault.NO_HEADER),
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 1024 6443 \r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 01024 6443\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 65536 6443\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 1024 65536\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 -1 6443\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY TCP4 2001:db8::7 2001:db8::1 1024 6443\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY TCP6 192.0.2.7 192.0.2.1 1024 6443\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY TCP4 192.0.2.7 192.0.2.1 1024\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY UDP4 192.0.2.7 192.0.2.1 1024 6443\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY UNKNOWNS\r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY \r\n", ProxyFault.NOT_VERSION_1),
    (b"PROXY " + b"1" * 101, ProxyFault.TOO_LONG),
    (version_2(0x11, 0x11, IPV4), ProxyFault.UNKNOWN_VERSION),
    (version_2(0x22, 0x11, IPV4), ProxyFault.UNKNOWN_VERSION),
    (version_2(0x21, 0x12, IPV4), ProxyFault.UNKNOWN_FAMILY),
    (version_2(0x21, 0x41, IPV4), ProxyFault.UNKNOWN_FAMILY),
    (version_2(0x21, 0x11, IPV4[:-1]), ProxyFault.ADDRESSES),
    (version_2(0x21, 0x21, IPV4), ProxyFault.ADDRESSES),
    (version_2(0x21, 0x31, IPV6), ProxyFault.ADDRESSES),
    (version_2(0x21, 0x11, IPV4 + b"\x04"), ProxyFault.TLV),
    (version_2(0x21, 0x11, IPV4 + b"\x04\x00\x02x"), ProxyFault.TLV),
    (version_2(0x21, 0x11, IPV4 + value(0x20, b"\x01\x00")), ProxyFault.TLV),
    (version_2(0x21, 0x11, IPV4 + of_tls(0x07, 0, CN[:-1])), ProxyFault.TLV),
    (version_2(0x21, 0x11, IPV4 + value(0x03, bytes(4))), ProxyFault.CHECKSUM),
    (version_2(0x21, 0x11, IPV4 + value(0x03, bytes(3))), ProxyFault.CHECKSUM),
    (version_2(0x21, 0x11, IPV4 + value(0x04, bytes(LONGEST_V2))), ProxyFault.TOO_LONG),
]


def taken(stream: bytes) -> tuple[Proxied, bytes]:
    """Read a header off a stream as the server does: never a byte too far. Also what is left."""
    read = 0
    while read < (length := header_length(stream[:read])):
        if read >= len(stream):
            raise EOFError
        read = min(length, len(stream))
    return read_header(stream[:read]), stream[read:]


@pytest.mark.parametrize(("header", "says"), GOOD)
def test_a_header_says_for_whom_the_balancer_calls_and_what_follows_is_left(
    header: bytes, says: Proxied
) -> None:
    follows = b"\x16\x03\x01\x00\xc8"
    assert taken(header + follows) == (says, follows)


@pytest.mark.parametrize(("header", "fault"), BAD)
def test_anything_else_is_refused_with_what_is_wrong(header: bytes, fault: ProxyFault) -> None:
    with pytest.raises(ProxyProblem) as refused:
        taken(header + b"9900802.00\r\n")
    assert refused.value.fault is fault


@pytest.mark.parametrize(("header", "says"), GOOD)
def test_a_header_may_come_in_any_pieces(header: bytes, says: Proxied) -> None:
    for end in range(len(header)):
        assert header_length(header[:end]) > end, "more must come"
    assert header_length(header) == len(header)


@pytest.mark.parametrize("at", sorted({*range(len(CHECKED))} - {28}))
def test_no_damaged_byte_passes_the_checksum(at: int) -> None:
    """But for the one that says that there is a checksum."""
    header = bytearray(CHECKED)
    header[at] ^= 0x40
    with pytest.raises((ProxyProblem, EOFError)):
        taken(bytes(header))


def test_the_checksum_is_castagnoli_s() -> None:
    """The check value of the polynomial, and zeros (RFC 3720, B.4)."""
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA


@given(st.binary() | st.binary().map(SIGNATURE.__add__) | st.binary().map(b"PROXY ".__add__))
def test_noise_is_a_header_or_a_problem_and_never_anything_else(noise: bytes) -> None:
    try:
        says, left = taken(noise + b"\r\n")
    except (ProxyProblem, EOFError):
        return
    assert len(left) < len(noise) + 2
    assert says.port < 65536


@given(
    st.sampled_from([0x20, 0x21]),
    st.sampled_from([0x00, 0x11, 0x21, 0x31]),
    st.binary(max_size=300),
)
def test_what_follows_the_length_never_breaks_the_reader(command: int, family: int, rest: bytes) -> None:
    fault: ProxyFault | None = None
    try:
        says, _ = taken(version_2(command, family, rest))
    except ProxyProblem as problem:
        says, fault = Proxied(), problem.fault
    assert fault in (None, ProxyFault.ADDRESSES, ProxyFault.TLV, ProxyFault.CHECKSUM)
    assert fault or bool(says.host) == (command == 0x21 and family in (0x11, 0x21))
