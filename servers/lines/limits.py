"""What a listener bears: every limit that a peer could strain, with its default."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True):
    """Connections and handshakes at a time, seconds, and bytes. `keepalive` is idle seconds, seconds between
    probes, and probes.
    """

    connections: int = 12_000
    connections_per_source: int = 256
    handshakes: int = 64
    handshakes_per_source: int = 16
    handshake_timeout: float = 10.0
    shutdown_timeout: float = 5.0
    answers_waiting: int = 65_536
    unread_seconds: float = 60.0
    keepalive: tuple[int, int, int] = (120, 10, 3)
    backlog: int = 4096
