"""Waiting for what was seen to be durable (`core.journal`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

from core.journal import Settled, UnitOfWork

Answer = TypeVar("Answer")
Wanted = TypeVar("Wanted")


class Pending(Struct, Generic[Answer], frozen=True):
    """An answer that may go once a unit of work is ``kept``; ``otherwise`` tells what to answer if it is not,
    by how it ended instead. That may be the answer to another attempt, which is pending again.
    """

    unit: UnitOfWork
    kept: Answer
    otherwise: Callable[[Settled], Answer | Pending[Answer]]

    def said(self, how: Settled) -> Answer | Pending[Answer]:
        """The answer, by how the unit ended."""
        return self.kept if how is Settled.KEPT else self.otherwise(how)

    def put(self, words: Callable[[Answer], Wanted]) -> Pending[Wanted]:
        """The same in other words."""

        def otherwise(how: Settled) -> Wanted | Pending[Wanted]:
            said = self.otherwise(how)
            return said.put(words) if isinstance(said, Pending) else words(said)

        return Pending(self.unit, words(self.kept), otherwise)


async def said(answer: Pending[Answer] | Answer) -> Answer:
    """The answer, once it may go. May be cancelled."""
    while isinstance(answer, Pending):
        answer = answer.said(await settled(answer.unit))
    return answer


async def settled(unit: UnitOfWork | None) -> Settled:
    """How the unit of work ended, once it has; None is kept. May be cancelled."""
    if unit is None:
        return Settled.KEPT
    future: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()

    def tell(how: Settled) -> None:
        if not future.done():  # whoever asked may be gone by then
            future.set_result(how)

    unit.then(tell)
    return await future
