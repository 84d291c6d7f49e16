"""Items of other libraries, here for one patron: how they come, and how they end.

A guest has a record, and a bib of its own, only while it is here. It is lent like any other item, to whom it
came for; back at the desk it is put aside, and ends when it is sent back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from core.events import CheckedIn, Event, HoldCancelled, HoldPlaced, ItemAdded, ItemEnded
from core.model.policy import LoanTerms
from core.model.records import (
    Bib,
    BibId,
    Guest,
    Hold,
    HoldId,
    Item,
    ItemId,
    ItemStatus,
    Medium,
    Patron,
)
from core.refusals import Reason, Refused
from core.rules.calendar import hold_shelf_end
from core.rules.checkin import take_back
from core.rules.facts import NO_DEMAND, Moment, ReturnFacts
from core.rules.holds import cancel_hold


class Arrival(Struct, frozen=True):
    """What a partner tells of the item that it sent. ``barcode``: empty if it gave none. ``location`` is
    where the item is kept while nobody has it, ``policy`` decides the terms of its loan.
    """

    guest: Guest
    title: str
    author: str = ""
    year: str = ""
    barcode: str = ""
    location: str = ""
    policy: str = ""
    call_number: str = ""
    description: str = ""
    medium: Medium = Medium.BOOK
    note: str = ""


class ArrivalFacts(Struct, frozen=True):
    """What accepting a guest needs to know.

    ``asked`` is the open hold that was placed under its number; ``barcode`` the one that it gets, ``taken``
    whether another item has that; ``pickup`` is where its patron fetches it. ``known`` is its record, if it
    has one already.
    """

    moment: Moment
    arrival: Arrival
    holder: Patron
    pickup: str
    pickup_known: bool
    terms: LoanTerms
    barcode: str
    taken: bool
    asked: Hold | None = None
    known: Item | None = None


def accept(facts: ArrivalFacts, new_id: Callable[[], int]) -> Refused | tuple[Event, ...]:
    """Make a record of the guest, and set it aside for its patron: ready here, or on its way to the pickup.

    A hold under the same number of the same patron has found its item, and ends for the new one.
    """
    here, now, arrival = facts.moment.opening.agency, facts.moment.now, facts.arrival
    if not facts.pickup_known:
        return Refused(Reason.UNKNOWN_PICKUP)
    if not arrival.title and facts.known is None:
        return Refused(Reason.DETAIL_NEEDED)
    if facts.taken or (facts.asked is not None and facts.asked.patron != facts.holder.id):
        return Refused(Reason.ALREADY_EXISTS)
    item, added = facts.known, tuple[ItemAdded, ...]()
    if item is None:
        record = _record(facts, new_id)
        item, added = record.item, (record,)
    hold_id = HoldId(new_id())
    hold = Hold(
        hold_id, 1, facts.holder.id, item.bib, facts.pickup, now, item.id, reference=arrival.guest.reference
    )
    ready = facts.pickup == here
    back = CheckedIn(
        item=item.id,
        agency=here,
        returned_at=now,
        hold=hold_id,
        hold_patron=facts.holder.id,
        destination="" if ready else facts.pickup,
        ready_until=hold_shelf_end(facts.terms, facts.moment) if ready else None,
        scanned_at=now,
        guest=True,
    )
    ended = () if facts.asked is None else cancel_hold(facts.asked)
    return (*added, *ended, HoldPlaced(hold), back)


def _record(facts: ArrivalFacts, new_id: Callable[[], int]) -> ItemAdded:
    """The record of a guest, with a bib of its own."""
    arrival, bib_id = facts.arrival, BibId(new_id())
    # Its control number is nobody else's: ids are unique, and ours do not begin so.
    bib = Bib(bib_id, 1, f"guest-{bib_id}", arrival.title, arrival.author, arrival.year)
    item = Item(
        id=ItemId(new_id()),
        version=1,
        barcode=facts.barcode,
        bib=bib_id,
        location=arrival.location or f"{facts.moment.opening.agency}/GUESTS",
        policy=arrival.policy,
        call_number=arrival.call_number,
        description=arrival.description,
        status=ItemStatus.IN_PROCESS,
        medium=arrival.medium,
        note=arrival.note,
        guest=arrival.guest,
    )
    return ItemAdded(item, bib)


def send_back(
    facts: ReturnFacts, holds: tuple[Hold, ...], new_id: Callable[[], int]
) -> Refused | tuple[Event, ...]:
    """The guest leaves for its own library: a loan ends as by a return, the ``holds`` of its bib with it."""
    item = facts.item
    if item.guest is None:
        return Refused(Reason.NOT_ALLOWED_HERE)
    back: tuple[Event, ...] = ()
    if item.loan is not None:
        at = _no_later(facts.returned_at, facts.moment.now)
        alone = ReturnFacts(
            facts.moment, item, facts.terms, facts.home, facts.currency, NO_DEMAND, facts.returned_at
        )
        back = take_back(alone, at, new_id)
    cancelled: list[HoldCancelled] = [ended for hold in holds for ended in cancel_hold(hold)]
    return (*back, *cancelled, ItemEnded(item, item.bib))


def _no_later(when: datetime | None, now: datetime) -> datetime:
    return now if when is None else min(when, now)
