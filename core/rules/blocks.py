"""Blocking a patron, by staff or by a machine that kept the card. The same block again is no second block."""

from __future__ import annotations

from datetime import datetime

from core.events import PatronBlocked
from core.model.records import Block, BlockKind, Patron


def block(patron: Patron, kind: BlockKind, note: str, by: str, now: datetime) -> tuple[PatronBlocked, ...]:
    """Place a block; where the same actor placed one of this kind already, that one stays as it is."""
    if any(placed.kind is kind and placed.placed_by == by for placed in patron.blocks):
        return ()
    return (PatronBlocked(patron.id, Block(kind, now, by, note)),)
