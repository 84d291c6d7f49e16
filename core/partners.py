"""Partners at the desk: other libraries and brokers, who ask under numbers of their own.

The rule it keeps: a number (`Reference`) stands for one request. Whoever sends it again is told what came of
it, and nobody else can have it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from core.actor import Actor
from core.enquiries import Enquiries
from core.events import HoldPlaced, ItemAdded, PartnerTold
from core.model.records import BibId, Hold, HoldId, Item, ItemStatus, Patron, Reference
from core.ports import Ids
from core.refusals import Reason, Refused
from core.register import Answer, Outcome, Register
from core.rules.facts import Pin
from core.rules.guests import Arrival, ArrivalFacts, accept, send_back
from core.rules.holds import cancel_hold, change_hold, place_hold

_UNKNOWN_PATRON: Final = Refused(Reason.UNKNOWN_PATRON)
_UNKNOWN_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)
_UNKNOWN_BIB: Final = Refused(Reason.UNKNOWN_BIB)
_UNKNOWN_HOLD: Final = Refused(Reason.UNKNOWN_HOLD)
_ALREADY_EXISTS: Final = Refused(Reason.ALREADY_EXISTS)


class Partners:
    """Every act that a partner asks for under a number of its own."""

    def __init__(self, enquiries: Enquiries, register: Register, ids: Ids) -> None:
        self._enquiries = enquiries
        self._register = register
        self._ids = ids

    # Items of other libraries

    def accept(
        self, actor: Actor, patron: str, pickup: str, arrival: Arrival, *, request: str = ""
    ) -> Answer[Outcome]:
        """An item of another library came for a patron: it gets a record, and is set aside at ``pickup``.

        Told again under its number, the first record is meant, whatever else is said. One that nobody waited
        for yet, on the shelf since it was taken in, is set aside now.
        """
        if again := self._register.again(request):
            return again
        library, reference = self._enquiries.library, arrival.guest.reference
        here = library.guest(reference)
        if here is not None and here.status is not ItemStatus.AVAILABLE:
            return self._register.seen((ItemAdded(here, library.bibs[here.bib]),), here.id, here.bib)
        holder = library.patron(patron)
        if holder is None:
            return Answer(_UNKNOWN_PATRON)
        barcode = arrival.barcode or self._barcode(reference)
        taken = library.item(barcode)
        moment, policy = self._enquiries.moment(actor), self._enquiries.policy
        facts = ArrivalFacts(
            moment=moment,
            arrival=arrival,
            holder=holder,
            pickup=pickup,
            pickup_known=policy.is_agency(pickup),
            terms=policy.terms_for(holder.group, arrival.policy, arrival.location),
            barcode=barcode,
            taken=taken not in (None, here),
            asked=library.hold_for(reference),
            known=here,
        )
        seen = (holder.id,) if taken is None else (holder.id, taken.id)
        return self._register.record(actor, moment.now, request, accept(facts, self._ids.next), *seen)

    def send_back(
        self, actor: Actor, item: str, *, returned_at: datetime | None = None, request: str = ""
    ) -> Answer[Outcome]:
        """A guest is sent back to its library. Its record ends, and its loan if there is one yet."""
        if again := self._register.again(request):
            return again
        found = self._enquiries.library.item(item)
        if found is None:
            return Answer(_UNKNOWN_ITEM)
        moment = self._enquiries.moment(actor)
        facts = self._enquiries.scan(moment, found, returned_at)
        holds = tuple(self._enquiries.library.queue_of(found.bib))
        decision = send_back(facts, holds, self._ids.next)
        return self._register.record(actor, moment.now, request, decision, found.id, found.bib)

    # Holds under a number

    def place_hold(
        self,
        actor: Actor,
        reference: Reference,
        patron: str,
        bib: BibId,
        pickup: str,
        *,
        item: str = "",
        at: str = "",
        expires: date | None = None,
        request: str = "",
        pin: Pin = Pin.NOT_GIVEN,
    ) -> Answer[Outcome]:
        """As `core.desk.CirculationDesk.place_hold`, under a number of a partner.

        A patron may stand for a whole library: its holds under other numbers are no reason to refuse one.
        """
        if pin is Pin.WRONG:
            return Answer(Refused(Reason.WRONG_PIN))
        if again := self._register.again(request):
            return again
        library = self._enquiries.library
        holder, wanted = library.patron(patron), library.item(item) if item else None
        if holder is None:
            return Answer(_UNKNOWN_PATRON)
        if item and (wanted is None or wanted.bib != bib):
            return self._register.seen(_UNKNOWN_ITEM, holder.id)
        if bib not in library.bibs:
            return self._register.seen(_UNKNOWN_BIB, holder.id)
        placed = library.hold_for(reference)
        if placed is not None:
            same = (placed.patron, placed.bib) == (holder.id, bib)
            return self._register.seen((HoldPlaced(placed),) if same else _ALREADY_EXISTS, placed.id)
        if library.guest(reference) is not None:
            return self._register.seen(_ALREADY_EXISTS, holder.id)
        wish = self._enquiries.wish(actor, holder, bib, pickup, wanted, at, expires, pin)
        facts = replace(wish, hold=replace(wish.hold, reference=reference), held=self._has_own(holder, bib))
        return self._register.record(
            actor, facts.moment.now, request, place_hold(facts, self._ids.next), holder.id, bib
        )

    def change_hold(
        self,
        actor: Actor,
        hold: HoldId,
        *,
        pickup: str | None = None,
        expires: date | UnsetType | None = UNSET,
        at: str | None = None,
        request: str = "",
    ) -> Answer[Outcome]:
        """Change what is given of an open hold; as None, its last day is taken away."""
        found = self._open(hold, request)
        if isinstance(found, Answer):
            return found
        facts = self._enquiries.change_of_wish(actor, found, pickup, expires, at)
        return self._register.record(
            actor, facts.moment.now, request, change_hold(facts), found.id, found.bib
        )

    def cancel_hold(
        self, actor: Actor, hold: HoldId, *, why: Reason | None = None, request: str = ""
    ) -> Answer[Outcome]:
        """End an open hold; ``why``, if not because nobody wants it any more. Asked again about one that is
        open, it is another than was meant before.
        """
        found = self._enquiries.library.holds.get(hold)
        if found is None:
            return self._register.again(request) or self._register.seen(_UNKNOWN_HOLD, hold)
        (ended,) = cancel_hold(found)
        now = self._enquiries.clock.now()
        return self._register.record(actor, now, request, (replace(ended, why=why),))

    def tell(
        self,
        actor: Actor,
        what: str,
        *,
        reference: Reference | None = None,
        item: str = "",
        patron: str = "",
        note: str = "",
        at: datetime | None = None,
        request: str = "",
    ) -> Answer[Outcome]:
        """A partner tells what it has done. It is written down, and changes nothing."""
        if again := self._register.again(request):
            return again
        now = self._enquiries.clock.now()
        told = PartnerTold(actor.name, what, at or now, reference, item, patron, note)
        return self._register.record(actor, now, request, (told,))

    # Looking

    def hold(self, reference: Reference) -> Answer[Hold | None]:
        """The open hold under this number."""
        found = self._enquiries.library.hold_for(reference)
        return Answer(None) if found is None else self._register.seen(found, found.id, found.bib)

    def guest(self, reference: Reference) -> Answer[Item | None]:
        """The item of another library that is here under this number."""
        found = self._enquiries.library.guest(reference)
        return Answer(None) if found is None else self._register.seen(found, found.id, found.bib)

    # How it is done

    def _open(self, hold: HoldId, request: str) -> Hold | Answer[Outcome]:
        if again := self._register.again(request):
            return again
        return self._enquiries.library.holds.get(hold) or self._register.seen(_UNKNOWN_HOLD, hold)

    def _has_own(self, holder: Patron, bib: BibId) -> bool:
        """Whether the patron has a hold of their own on the bib."""
        holds = self._enquiries.library.holds_of(holder.id)
        return any(hold.bib == bib and hold.reference is None for hold in holds)

    def _barcode(self, reference: Reference) -> str:
        """What a guest without a barcode is known by: its number, with the partner's agency if that is
        another item's.
        """
        number = reference.number
        return number if self._enquiries.library.item(number) is None else f"{reference.agency}-{number}"
