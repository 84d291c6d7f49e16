"""Booking what machines did on their own, while the line was down.

The rule it keeps: what has happened is never lost. Whatever is wrong with it goes to the reconciliation work
list in the same unit of work; where nothing could be booked, that is all, and the machine is refused.
"""

from __future__ import annotations

from datetime import datetime

from core.actor import Actor
from core.enquiries import Enquiries
from core.events import CheckedOut, DiscrepancyNoted
from core.model.records import Discrepancy, DiscrepancyId, LoanAct
from core.ports import Ids
from core.refusals import Reason
from core.register import Answer, Outcome, Register
from core.rules.facts import Offline, Pin
from core.rules.offline import Booking, book_check_in, book_check_out, book_renewal


class Bookings:
    """Books acts as of when they happened, by the policy as of then."""

    def __init__(self, enquiries: Enquiries, register: Register, ids: Ids) -> None:
        self._enquiries = enquiries
        self._register = register
        self._ids = ids

    def loan(
        self,
        act: LoanAct,
        actor: Actor,
        patron: str,
        item: str,
        offline: Offline,
        request: str,
        pin: Pin,
        fee_acknowledged: bool,
        renewal_wanted: bool,
    ) -> Answer[Outcome]:
        """A loan or a renewal. The very loan sent once more changes nothing."""
        if again := self._register.again(request):
            return again
        enquiries = self._enquiries
        borrower, found = enquiries.library.patron(patron), enquiries.library.item(item)
        if borrower is None or found is None:
            known = {Reason.UNKNOWN_PATRON: borrower, Reason.UNKNOWN_ITEM: found}
            unknown = Booking((), [reason for reason, record in known.items() if record is None])
            return self.book(act, actor, patron, item, offline, request, unknown)
        moment = enquiries.policy.moment(actor.agency, min(offline.at, enquiries.clock.now()))
        loan = found.loan
        if act is LoanAct.CHECK_OUT and loan and (loan.patron, loan.out_at) == (borrower.id, moment.now):
            return self._register.seen((CheckedOut(found.id, loan),), found.id)
        facts = enquiries.loan(
            actor, moment, enquiries.borrower(borrower), found, pin, fee_acknowledged, renewal_wanted
        )
        if act is LoanAct.RENEW:
            booking = book_renewal(facts, offline.due, self._ids.next)
        else:
            booking = book_check_out(facts, offline.due, enquiries.scan(moment, found), self._ids.next)
        return self.book(act, actor, patron, item, offline, request, booking)

    def scan(
        self, actor: Actor, item: str, offline: Offline, request: str, returned_at: datetime | None
    ) -> Answer[Outcome]:
        """A return. Where the item goes is decided by who needs it now."""
        if again := self._register.again(request):
            return again
        enquiries = self._enquiries
        found, now = enquiries.library.item(item), enquiries.clock.now()
        if found is None:
            booking = Booking((), [Reason.UNKNOWN_ITEM])
        else:
            at = min(offline.at, now)
            facts = enquiries.scan(
                enquiries.policy.moment(actor.agency, now), found, min(returned_at or at, at)
            )
            booking = book_check_in(facts, at, self._ids.next)
        return self.book(LoanAct.CHECK_IN, actor, "", item, offline, request, booking)

    def book(
        self,
        act: LoanAct,
        actor: Actor,
        patron: str,
        item: str,
        offline: Offline,
        request: str,
        booking: Booking,
    ) -> Answer[Outcome]:
        now, events = self._enquiries.clock.now(), booking.events
        if booking.reasons:
            line = Discrepancy(
                id=DiscrepancyId(self._ids.next()),
                version=1,
                act=act,
                terminal=actor.name,
                agency=actor.agency,
                patron=patron,
                item=item,
                happened_at=min(offline.at, now),
                noted_at=now,
                reasons=tuple([reason.value for reason in booking.reasons]),
                booked=bool(booking.events),
                due=offline.due,
            )
            events = (*events, DiscrepancyNoted(line))
        return self._register.book(actor, now, request, events)
