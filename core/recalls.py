"""Calling loans back, at the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.actor import Actor
from core.enquiries import Enquiries
from core.refusals import Reason, Refused
from core.register import Answer, Outcome, Register
from core.rules.recall import RecallFacts, cancel_recall, recall

_UNKNOWN_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)


class Recalls:
    """Recalls of loans, and their end."""

    def __init__(self, enquiries: Enquiries, register: Register) -> None:
        self._enquiries = enquiries
        self._register = register

    def recall(
        self, actor: Actor, item: str, *, wanted: datetime | None = None, request: str = ""
    ) -> Answer[Outcome]:
        """Call a loan back, for the moment when the item is ``wanted``, or as soon as may be."""
        if again := self._register.again(request):
            return again
        found = self._enquiries.library.item(item)
        if found is None:
            return Answer(_UNKNOWN_ITEM)
        moment = self._enquiries.moment(actor)
        terms = self._enquiries.terms(self._enquiries.has_it(found), found)
        decision = recall(RecallFacts(moment, found, terms, wanted))
        return self._register.record(actor, moment.now, request, decision, found.id)

    def cancel(self, actor: Actor, item: str, *, request: str = "") -> Answer[Outcome]:
        """Call a loan back no more."""
        if again := self._register.again(request):
            return again
        found = self._enquiries.library.item(item)
        if found is None:
            return Answer(_UNKNOWN_ITEM)
        now = self._enquiries.clock.now()
        return self._register.record(actor, now, request, cancel_recall(found), found.id)
