"""Waiting for what was seen to be durable (`core.journal`)."""

from __future__ import annotations

import asyncio

from core.journal import Settled, UnitOfWork


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
