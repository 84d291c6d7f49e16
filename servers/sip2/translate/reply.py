"""What a room of the translation hands back: a message to go once durable, or a refusal yet to be worded."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.desk import Answer
from core.journal import UnitOfWork
from core.refusals import Reason, Refused
from protocols.sip2 import messages as m


class Reply(NamedTuple):
    """A message for the terminal, and what must be durable before it may go. See `core.desk.Answer`.

    No ``message``: nothing is said, for the terminal's dialect does not know the request. ``reason`` is why
    it was refused, for the log: it may tell more than the message does.
    """

    message: m.FromAcs | None
    unit: UnitOfWork | None = None
    mine: bool = False
    reason: Reason | None = None


Said = Reply | Answer[Refused]
"""A refusal changed nothing, but for a discrepancy of its own (``mine``) that staff will look into."""

NOT_HERE: Final = Answer(Refused(Reason.NOT_ALLOWED_HERE))
"""What a terminal is told that asks for more than its profile allows."""

SILENCE: Final = Reply(None)
"""What is said to a request of which the terminal's dialect knows nothing."""
