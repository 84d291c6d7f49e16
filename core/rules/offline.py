"""What a machine did on its own while the line was down. It has happened, so nothing forbids it any more.

It is booked at the machine's own time, and every rule that it breaks becomes a reason for somebody to look at
it. Not booked is what there is nothing to book on, and what something newer has overtaken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from core.events import CheckedIn, CheckedOut, DiscrepancyNoted, Event
from core.model.records import Item
from core.refusals import Reason, Refused
from core.rules.checkin import ground_against_return, take_back
from core.rules.checkout import grounds_against_loan, lend
from core.rules.facts import NO_DEMAND, LoanFacts, ReturnFacts
from core.rules.renewal import extend, grounds_against_renewal, loan_end


class Booking(NamedTuple):
    """What is booked, nothing if that cannot be, and every rule that was broken, worst first."""

    events: tuple[Event, ...]
    reasons: Sequence[Reason] = ()


_OVERTAKEN = Booking((), (Reason.SUPERSEDED,))


def book_check_out(
    facts: LoanFacts, until: datetime | None, back: ReturnFacts, new_id: Callable[[], int]
) -> Booking:
    """Lend the item until the machine's due date; what the patron has on loan already is renewed.

    ``facts`` are those of the moment when it happened, ``back`` those of a return at that moment: where
    another had the item on loan, it was evidently brought back before.
    """
    loan = facts.item.loan
    if loan is not None and loan.patron == facts.borrower.patron.id:
        return book_renewal(facts, until, new_id)
    if overtaken(facts.item, facts.moment.now):
        return _OVERTAKEN
    grounds = grounds_against_loan(facts) + _ground_against_date(facts, until)
    lent = lend(facts, _until(facts, until), new_id)
    if loan is None:
        return Booking(lent, grounds)
    not_put_away = replace(back, home=facts.moment.opening.agency, demand=NO_DEMAND)
    return Booking((*take_back(not_put_away, facts.moment.now, new_id), *lent), grounds)


def book_renewal(facts: LoanFacts, until: datetime | None, new_id: Callable[[], int]) -> Booking:
    """Make the patron's loan last until the machine's due date, but never shorter. It needs a loan."""
    if overtaken(facts.item, facts.moment.now):
        return _OVERTAKEN
    grounds = grounds_against_renewal(facts) + _ground_against_date(facts, until)
    nothing = [ground for ground in grounds if ground in (Reason.NOT_ON_LOAN, Reason.NOT_LENT_TO_PATRON)]
    if nothing:
        return Booking((), nothing + [ground for ground in grounds if ground not in nothing])
    return Booking(extend(facts, _until(facts, until), new_id), grounds)


def book_check_in(facts: ReturnFacts, at: datetime, new_id: Callable[[], int]) -> Booking:
    """Take the item back as of ``at``. Where it goes is decided by who needs it now."""
    if overtaken(facts.item, at):
        return _OVERTAKEN
    ground = ground_against_return(facts.item)
    return Booking(take_back(facts, at, new_id), () if ground is None else (ground,))


def overtaken(item: Item, at: datetime) -> bool:
    """Whether the item was lent or scanned in after ``at``: what happened then is no news any more."""
    return (item.moved_at is not None and item.moved_at > at) or (
        item.loan is not None and item.loan.out_at > at
    )


def told(events: tuple[Event, ...]) -> tuple[Event, ...] | Refused:
    """What the machine is told of that which was recorded: its own act, or why it could not be booked.

    A return of another's loan that came before the act is nobody's business at that machine.
    """
    if isinstance(events[0], DiscrepancyNoted):
        return Refused(Reason(events[0].discrepancy.reasons[0]))
    if isinstance(events[0], CheckedIn):
        for number, event in enumerate(events):
            if isinstance(event, CheckedOut):
                return events[number:]
    return events


def _until(facts: LoanFacts, until: datetime | None) -> datetime:
    """The machine's due date; by the terms where it gave none, or one that had passed already."""
    return loan_end(facts) if until is None or until <= facts.moment.now else until


def _ground_against_date(facts: LoanFacts, until: datetime | None) -> list[Reason]:
    return [Reason.INVALID_DATE] if until is not None and until <= facts.moment.now else []
