"""What a room of the translation hands back: a message to go once durable, or a refusal yet to be worded."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.desk import Answer
from core.journal import UnitOfWork
from core.refusals import Reason, Refused
from protocols.sip2 import messages as m


class Reply(NamedTuple):
    """A message for the terminal, and what must be durable before it may go. See `core.desk.Answer`."""

    message: m.FromAcs
    unit: UnitOfWork | None = None
    mine: bool = False


Said = Reply | Answer[Refused]
"""A refusal changed nothing: it may wait for the acts of others, and has none of its own."""

NOT_HERE: Final = Answer(Refused(Reason.NOT_ALLOWED_HERE))
"""What a terminal is told that asks for more than its profile allows."""
