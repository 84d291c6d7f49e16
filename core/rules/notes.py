"""Notes on an item, as a machine that handles it adds them. Nothing is taken out but the oldest, for room."""

from __future__ import annotations

from typing import Final

from core.events import ItemNoted
from core.model.records import Item

LONGEST_NOTE: Final = 1000
"""Characters of an item's note."""

SEPARATOR: Final = " / "


def add_note(item: Item, text: str) -> tuple[ItemNoted, ...]:
    """Add a line of text to the item's note; nothing happens where there is none.

    Control characters become blanks, so that what one machine sent cannot upset another one's screen.
    """
    line = " ".join("".join([sign if sign.isprintable() else " " for sign in text]).split())[:LONGEST_NOTE]
    if not line:
        return ()
    whole = f"{item.note}{SEPARATOR}{line}" if item.note else line
    return (ItemNoted(item.id, line, whole[-LONGEST_NOTE:]),)
