"""What is written down about a facility: how far the log has been told to it, and what it did not take.

The rule it keeps: these are memos of the store, so a step and what came of it are durable together, and none
is believed before it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from core.events import NoLongerStored
from core.ports import Store

PLACE: Final = "outgoing place\n"
LETTER: Final = "outgoing letter\n"
"""How the names of the memos begin. What follows is the profile, whose name has no line break either."""


class Letter(Struct, frozen=True):
    """A dead letter: a message that the facility refused for good, known by the number of its event.

    ``again``: somebody wants it to be tried once more.
    """

    seq: int
    event: NoLongerStored
    refused_at: datetime
    why: str
    detail: str = ""
    again: bool = False


_encode: Final = msgspec.msgpack.encode
_letter: Final = msgspec.msgpack.Decoder(Letter).decode


class Memory:
    """What is known of one facility. Every method may raise `StoreRefused` or `StoreBroken`."""

    def __init__(self, store: Store, profile: str) -> None:
        self._store = store
        self._place = f"{PLACE}{profile}\n"
        self._letters = f"{LETTER}{profile}\n"

    async def place(self) -> int:
        """The number of the last event that it need not be told of any more. What happened before it was
        first to hear from us is nothing for it.
        """
        found = (await self._store.memos(self._place)).get(self._place)
        if found is not None:
            return int(found)
        now = self._store.next_seq() - 1
        await self.keep(now)
        return now

    async def keep(self, place: int, letter: Letter | None = None) -> None:
        """It has come so far, with this letter left behind."""
        memos: dict[str, bytes | None] = {self._place: str(place).encode()}
        if letter is not None:
            memos[self._name(letter.seq)] = _encode(letter)
        await self._store.keep_memos(memos)

    async def letters(self) -> list[Letter]:
        """The letters that were left behind, the oldest first."""
        return [_letter(body) for body in (await self._store.memos(self._letters)).values()]

    async def put(self, *letters: Letter) -> None:
        """Write these letters anew."""
        await self._store.keep_memos({self._name(letter.seq): _encode(letter) for letter in letters})

    async def drop(self, *seqs: int) -> None:
        """These letters end."""
        await self._store.keep_memos({self._name(seq): None for seq in seqs})

    def _name(self, seq: int) -> str:
        """Names have the order of numbers."""
        return f"{self._letters}{seq:020}"
