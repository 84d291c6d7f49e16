"""What came of an act or a question through the control socket, once all that it tells is durable."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from core.events import Event
from core.journal import Settled
from core.refusals import Refused
from core.register import Answer, Outcome
from servers.control.socket import VerbRefused
from servers.words.english import REFUSALS

T = TypeVar("T")


async def done(answer: Answer[Outcome]) -> tuple[Event, ...]:
    """What has happened; nothing, if it had before. Raises `VerbRefused`."""
    if isinstance(answer.outcome, Refused):
        raise VerbRefused(REFUSALS[answer.outcome.reason])
    await durable(answer)
    return answer.outcome


async def durable(answer: Answer[T]) -> T:
    """The outcome. Raises `VerbRefused` if the store did not keep what it tells."""
    if (unit := answer.unit) is not None:
        settled = asyncio.Event()
        unit.then(lambda _: settled.set())
        await settled.wait()
        if unit.settled is not Settled.KEPT:
            raise VerbRefused("The store did not keep it: see the log, and ask again.")
    return answer.outcome
