"""The desk of a depot: what an automated or remote store tells of its items, and what it is asked for.

The depot is the actor: its agency is where its items are scanned in, and the places it serves are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from core.actor import Actor
from core.bookings import Bookings
from core.enquiries import Enquiries
from core.model.records import Bib, BibId, Hold, HoldId, Item, ItemStatus, LoanAct
from core.ports import Ids
from core.refusals import Reason, Refused
from core.register import Answer, Outcome, Register
from core.rules.depot import SearchFacts, ShelfFacts, asked_for, not_found, send_out, shelve
from core.rules.facts import Offline
from core.rules.holds import alive
from core.rules.offline import Booking, overtaken
from core.rules.service import covers, serves

_UNKNOWN_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)
_NOWHERE: Final = frozenset({ItemStatus.MISSING, ItemStatus.LOST, ItemStatus.WITHDRAWN})


class RetrievalRequest(Struct, frozen=True):
    """What a depot is asked to send: an item, for a hold. The number of the request is that of the hold."""

    hold: Hold
    item: Item
    bib: Bib | None


class Depot:
    """Every act of a depot."""

    def __init__(self, enquiries: Enquiries, register: Register, bookings: Bookings, ids: Ids) -> None:
        self._enquiries = enquiries
        self._register = register
        self._bookings = bookings
        self._ids = ids

    def shelve(
        self, actor: Actor, item: str, *, into: str = "", request: str = "", offline: Offline | None = None
    ) -> Answer[Outcome]:
        """The item was put on the depot's shelf. What lives elsewhere is moved ``into`` this place, if one is
        given. ``offline``: when it happened, if not now.
        """

        def decide(found: Item) -> Outcome:
            facts = ShelfFacts(
                back=self._enquiries.scan(self._enquiries.moment(actor), found, _when(offline)),
                stored=self._stores(actor, found),
                into=into,
            )
            return shelve(facts, self._ids.next)

        return self._told(actor, item, request, offline, decide)

    def send_out(
        self,
        actor: Actor,
        item: str,
        *,
        wanted: HoldId | None = None,
        request: str = "",
        offline: Offline | None = None,
    ) -> Answer[Outcome]:
        """The item was sent out of the depot to the desk of the actor, for the hold ``wanted`` if that is
        known: it is on its way, on the hold shelf or in place, as who waits for it demands.
        """

        def decide(found: Item) -> Outcome:
            facts = self._enquiries.scan(self._enquiries.moment(actor), found, _when(offline))
            return send_out(facts, wanted, self._ids.next)

        return self._told(actor, item, request, offline, decide)

    def not_found(
        self,
        actor: Actor,
        item: str,
        *,
        wanted: HoldId | None = None,
        request: str = "",
        offline: Offline | None = None,
    ) -> Answer[Outcome]:
        """The item was looked for, for the hold ``wanted``, and is not there. Without it the hold is meant
        that the depot was asked to fill with the item.
        """

        def decide(found: Item) -> Outcome:
            hold = self._enquiries.library.holds.get(wanted) if wanted is not None else self._wants(found)
            if hold is not None and not self._enquiries.may_fill(hold, found):
                hold = None
            others = self._enquiries.library.items_of(found.bib)
            elsewhere = hold is not None and any(
                other.id != found.id
                and other.status not in _NOWHERE
                and self._enquiries.may_fill(hold, other)
                for other in others
            )
            return not_found(SearchFacts(found, self._stores(actor, found), hold, elsewhere))

        return self._told(actor, item, request, offline, decide)

    def requests(self, places: Sequence[str]) -> Answer[tuple[RetrievalRequest, ...]]:
        """What the depot of these places is asked for now, the oldest hold first.

        It follows from the holds: each that waits is to get the first item of its bib that stands on a shelf
        and is not needed for those before it; if that shelf is one of the depot's, this is a request.
        """
        found: list[RetrievalRequest] = []
        for bib in self._enquiries.library.awaited():
            card = self._enquiries.library.bibs.get(bib)
            found += [
                RetrievalRequest(hold, item, card)
                for hold, item in self._wishes(bib)
                if item.location in self._enquiries.policy.remote
                and any(covers(place, item.location) for place in places)
            ]
        found.sort(key=lambda request: (request.hold.placed_at, request.hold.id))
        seen = [number for request in found for number in (request.hold.id, request.item.id)]
        return self._register.seen(tuple(found), *seen)

    # How it is done

    def _stores(self, actor: Actor, item: Item) -> bool:
        return item.location in self._enquiries.policy.remote and serves(actor.serves, item.location)

    def _wants(self, item: Item) -> Hold | None:
        """The hold that the item is to be sent for."""
        return next((hold for hold, other in self._wishes(item.bib) if other.id == item.id), None)

    def _wishes(self, bib: BibId) -> list[tuple[Hold, Item]]:
        enquiries, now = self._enquiries, self._enquiries.clock.now()
        queue = [
            hold
            for hold in enquiries.library.queue_of(bib)
            if alive((hold,), enquiries.policy.today(hold.pickup, now))
        ]
        shelf = [item for item in enquiries.library.items_of(bib) if item.status is ItemStatus.AVAILABLE]
        return list(asked_for(queue, shelf, enquiries.may_fill))

    def _told(
        self,
        actor: Actor,
        item: str,
        request: str,
        offline: Offline | None,
        decide: Callable[[Item], Outcome],
    ) -> Answer[Outcome]:
        """What the depot says, decided now; or booked as of when it happened."""
        if again := self._register.again(request):
            return again
        found = self._enquiries.library.item(item)
        if offline is None:
            if found is None:
                return Answer(_UNKNOWN_ITEM)
            now = self._enquiries.clock.now()
            return self._register.record(actor, now, request, decide(found), found.id, found.bib)
        if found is None:
            booking = Booking((), [Reason.UNKNOWN_ITEM])
        elif overtaken(found, offline.at):
            booking = Booking((), [Reason.SUPERSEDED])
        elif isinstance(decision := decide(found), Refused):
            booking = Booking((), [decision.reason])
        elif decision:
            booking = Booking(decision)
        else:
            return self._register.seen((), found.id, found.bib)
        return self._bookings.book(LoanAct.CHECK_IN, actor, "", item, offline, request, booking)


def _when(offline: Offline | None) -> datetime | None:
    return None if offline is None else offline.at
