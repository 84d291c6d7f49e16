"""Addresses of peers: whose they are, and whether a list of networks holds them.

The rule it keeps: one machine is one source. An IPv4 address inside an IPv6 one is the IPv4 address, and all
addresses of an IPv6 network of 64 bits, which any host there may take, are one source.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Network = IPv4Network | IPv6Network


class Address(NamedTuple):
    """Where a listener listens."""

    host: str
    port: int


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """The networks that texts such as 10.0.0.0/8 or ::1 stand for. Raises ValueError."""
    return tuple(ip_network(text) for text in texts)


def is_network(text: str) -> bool:
    """Whether the text stands for a network, without bits beyond its mask."""
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def plain_address(host: str) -> str:
    """An address as it is written: IPv4 inside IPv6 unpacked, no zone. Anything else as it is."""
    address = _address(host)
    return host if address is None else str(address)


def source(host: str) -> str:
    """Who the limits of one source are about: the address, or the IPv6 network of 64 bits it is of."""
    match _address(host):
        case IPv6Address() as address:
            return str(ip_network((int(address) >> 64 << 64, 64)))
        case _:
            return host


def holds(listed: Iterable[Network], host: str) -> bool:
    """Whether one of the networks holds the address; none holds what is no address."""
    address = _address(host)
    return address is not None and any(address in network for network in listed)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on the host."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


@lru_cache(maxsize=4096)
def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
