"""Which requests to a facility have been in a file, so that each is in one only.

The rule it keeps: this is a memo of the store, and holds no more than what is still asked for; what was asked
for, sent, and is asked for anew is a request of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from core.depot import RetrievalRequest
from core.ports import Store

MEMO: Final = "requests\n"
"""How the names of the memos begin. What follows is the profile."""

_marks: Final = msgspec.msgpack.Decoder(list[str]).decode


def mark_of(request: RetrievalRequest) -> str:
    """What tells this request from any other."""
    moved = request.item.moved_at
    return f"{request.hold.id}/{request.item.id}/{'' if moved is None else moved.isoformat()}"


class Exported:
    """The marks by facility. Every method may raise `StoreRefused` or `StoreBroken`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def marks(self, profile: str) -> frozenset[str]:
        """The marks of those that were in a file."""
        name = MEMO + profile
        memo = (await self._store.memos(name)).get(name)
        return frozenset() if memo is None else frozenset(_marks(memo))

    async def keep(self, profile: str, marks: Iterable[str]) -> None:
        """These, and no others, were in a file."""
        await self._store.keep_memos({MEMO + profile: msgspec.msgpack.encode(sorted(marks))})
