"""Blocking a patron, by staff or by a machine that kept the card, and lifting what machines have placed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.events import PatronBlocked, PatronEnabled
from core.model.records import Block, BlockKind, Patron

LIFTED_BY_MACHINES: Final = frozenset({BlockKind.SELF_CHECK, BlockKind.CARD_RETAINED})
"""The kinds of block that a machine may lift: those that only machines place."""


def block(patron: Patron, kind: BlockKind, note: str, by: str, now: datetime) -> tuple[PatronBlocked, ...]:
    """Place a block; where the same actor placed one of this kind already, that one stays as it is."""
    if any(placed.kind is kind and placed.placed_by == by for placed in patron.blocks):
        return ()
    return (PatronBlocked(patron.id, Block(kind, now, by, note)),)


def enable(patron: Patron) -> tuple[PatronEnabled, ...]:
    """Lift every block that a machine placed, whichever it was; nothing happens where there is none."""
    lifted = tuple([placed for placed in patron.blocks if placed.kind in LIFTED_BY_MACHINES])
    return (PatronEnabled(patron.id, lifted),) if lifted else ()
