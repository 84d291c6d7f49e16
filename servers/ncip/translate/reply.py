"""What a room of the translation hands back: a message to go once durable, or a refusal yet to be worded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from core.desk import Answer, Outcome
from core.events import Event
from core.journal import UnitOfWork
from core.refusals import Reason, Refused
from protocols.ncip.messages import Response


class Reply(Struct, frozen=True):
    """A response, and what must be durable before it may go. See `core.desk.Answer`. ``reason`` is why it
    refuses, for the log.
    """

    message: Response
    unit: UnitOfWork | None = None
    mine: bool = False
    reason: Reason | None = None


Said = Reply | Answer[Refused]
"""What was done or found, or why not."""


def said(done: Answer[Outcome], tell: Callable[[Sequence[Event]], Response]) -> Said:
    """What to say of an act: ``tell`` makes the response from what happened."""
    if isinstance(done.outcome, tuple):
        return Reply(tell(done.outcome), done.unit, done.mine)
    return Answer(done.outcome, done.unit, done.mine)
