"""Patrons at the desk: registered, described anew, let go, charged outside the rules, and written to."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from core.actor import Actor
from core.enquiries import Enquiries
from core.events import FeeCharged, NoticeRecorded
from core.model.records import FeeId, FeeKind, Patron, Reference
from core.ports import Ids
from core.refusals import Charge, Reason, Refused
from core.register import Answer, Outcome, Register
from core.rules.fees import assess, waive
from core.rules.members import Person, Trait, change, enrol, let_go

_UNKNOWN_PATRON: Final = Refused(Reason.UNKNOWN_PATRON)
_UNKNOWN_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)
_ALREADY_EXISTS: Final = Refused(Reason.ALREADY_EXISTS)
_NOTHING_SAID: Final = Person()


class Members:
    """Every act that is about the record or the ledger of a patron, but paying."""

    def __init__(self, enquiries: Enquiries, register: Register, ids: Ids) -> None:
        self._enquiries = enquiries
        self._register = register
        self._ids = ids

    def create_patron(
        self, actor: Actor, person: Person, *, barcode: str = "", request: str = ""
    ) -> Answer[Outcome]:
        """Register a patron; without a barcode they get a number."""
        if again := self._register.again(request):
            return again
        decision = enrol(barcode, person, lambda key: self._is_taken(key, None), self._ids.next)
        return self._register.record(actor, self._enquiries.clock.now(), request, decision)

    def change_patron(
        self,
        actor: Actor,
        patron: str,
        *,
        clear: Set[Trait] = frozenset(),
        say: Person = _NOTHING_SAID,
        request: str = "",
    ) -> Answer[Outcome]:
        """Describe a patron anew: first what is to be cleared, then what is said. All of it, or nothing."""
        known = self._known(patron, request)
        if isinstance(known, Answer):
            return known
        decision = change(known, clear, say, lambda key: self._is_taken(key, known))
        return self._register.record(actor, self._enquiries.clock.now(), request, decision, known.id)

    def delete_patron(self, actor: Actor, patron: str, *, request: str = "") -> Answer[Outcome]:
        """End the record of a patron, and their holds."""
        known = self._known(patron, request)
        if isinstance(known, Answer):
            return known
        holds = self._enquiries.library.holds_of(known.id)
        decision = let_go(self._enquiries.borrower(known), holds)
        return self._register.record(actor, self._enquiries.clock.now(), request, decision, known.id)

    def assess(
        self,
        actor: Actor,
        patron: str,
        amount: Decimal,
        currency: str,
        kind: FeeKind = FeeKind.OTHER,
        *,
        item: str = "",
        note: str = "",
        reference: Reference | None = None,
        request: str = "",
    ) -> Answer[Outcome]:
        """Charge a patron a fee. What was charged under a ``reference`` is not charged twice."""
        known = self._known(patron, request)
        if isinstance(known, Answer):
            return known
        library, now = self._enquiries.library, self._enquiries.clock.now()
        about = library.item(item) if item else None
        if item and about is None:
            return self._register.seen(_UNKNOWN_ITEM, known.id)
        charged = None if reference is None else library.fee_for(reference)
        if charged is not None:
            same = (charged.patron, charged.amount, charged.currency) == (known.id, amount, currency)
            return self._register.seen((FeeCharged(charged),) if same else _ALREADY_EXISTS, charged.id)
        decision = assess(known.id, Charge(kind, amount, currency), self._currency, now, self._ids.next)
        if isinstance(decision, Refused):
            return self._register.seen(decision, known.id)
        (event,) = decision
        fee = replace(event.fee, item=None if about is None else about.id, note=note, reference=reference)
        return self._register.record(actor, now, request, (FeeCharged(fee),))

    def waive(
        self,
        actor: Actor,
        patron: str,
        fee: FeeId,
        amount: Decimal | None = None,
        *,
        note: str = "",
        request: str = "",
    ) -> Answer[Outcome]:
        """Let a fee of a patron go, or so much of it."""
        known = self._known(patron, request)
        if isinstance(known, Answer):
            return known
        charged = self._enquiries.library.fees.get(fee)
        if charged is None or charged.patron != known.id:
            return self._register.seen(Refused(Reason.UNKNOWN_FEE), known.id)
        now = self._enquiries.clock.now()
        return self._register.record(actor, now, request, waive(charged, amount, note), known.id, fee)

    def notice(
        self,
        actor: Actor,
        patron: str,
        text: str,
        *,
        item: str = "",
        send_at: datetime | None = None,
        request: str = "",
    ) -> Answer[Outcome]:
        """Take down what a patron is to be told. Whoever follows the log sends it."""
        known = self._known(patron, request)
        if isinstance(known, Answer):
            return known
        about = self._enquiries.library.item(item) if item else None
        if item and about is None:
            return self._register.seen(_UNKNOWN_ITEM, known.id)
        told = NoticeRecorded(known.id, text, None if about is None else about.id, send_at)
        decision: Outcome = (told,) if text.strip() else Refused(Reason.DETAIL_NEEDED)
        return self._register.record(actor, self._enquiries.clock.now(), request, decision, known.id)

    # How it is done

    @property
    def _currency(self) -> str:
        return self._enquiries.policy.policy.currency

    def _known(self, patron: str, request: str) -> Patron | Answer[Outcome]:
        if again := self._register.again(request):
            return again
        return self._enquiries.library.patron(patron) or Answer(_UNKNOWN_PATRON)

    def _is_taken(self, key: str, own: Patron | None) -> bool:
        known = self._enquiries.library.patron(key)
        return known is not None and (own is None or known.id != own.id)
