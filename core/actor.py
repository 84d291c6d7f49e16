"""Who acts at the desk: a terminal, another system, or a member of staff."""

from __future__ import annotations

from msgspec import Struct


class Actor(Struct, frozen=True):
    """Who acts, and at which agency.

    ``serves`` are the locations whose items they lend, as codes, ``AGENCY/*`` or ``*``; empty: all.
    """

    name: str
    agency: str
    serves: tuple[str, ...] = ()
