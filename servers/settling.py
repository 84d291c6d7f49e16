"""Waiting for what was seen to be durable (`core.journal`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from core.journal import Settled, UnitOfWork

Answer = TypeVar("Answer")
Wanted = TypeVar("Wanted")


class Pending(NamedTuple, Generic[Answer]):
    """An answer that may go once a unit of work has ended: ``say`` tells what it is, by how that ended. That
    may be the answer to another attempt, which is pending again.
    """

    unit: UnitOfWork
    say: Callable[[Settled], Answer | Pending[Answer]]

    def put(self, words: Callable[[Answer], Wanted]) -> Pending[Wanted]:
        """The same in other words."""

        def say(how: Settled) -> Wanted | Pending[Wanted]:
            said = self.say(how)
            return said.put(words) if isinstance(said, Pending) else words(said)

        return Pending(self.unit, say)


async def said(answer: Pending[Answer] | Answer) -> Answer:
    """The answer, once it may go. May be cancelled."""
    while isinstance(answer, Pending):
        answer = answer.say(await settled(answer.unit))
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
