"""What a depot says of its items: put on the shelf, sent out, or not found; and what it is asked for.

A depot is a location that delivers on request only (an automated store, a remote one). It tells what has
happened, so what it says once more changes nothing, and what it is asked for follows from the holds alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.events import (
    CheckedIn,
    FeeCharged,
    HoldCancelled,
    NoLongerStored,
    Shelved,
    StatusSet,
)
from core.model.records import Hold, HoldId, Item, ItemId, ItemStatus
from core.refusals import Reason, Refused
from core.rules.checkin import take_back
from core.rules.facts import NO_DEMAND, ReturnFacts

_GONE_ALREADY: Final = frozenset(
    {ItemStatus.ON_LOAN, ItemStatus.ON_HOLD_SHELF, ItemStatus.IN_TRANSIT, ItemStatus.CLAIMED_RETURNED}
)
"""Where an item stands that the depot has sent out: it need not be on its shelf."""


class ShelfFacts(Struct, frozen=True, gc=False):
    """What putting on the shelf needs to know: the facts of a return, whether the item lives in a place of
    this depot, and the place ``into`` which anything else is taken; empty if that is not done.
    """

    back: ReturnFacts
    stored: bool
    into: str = ""


class SearchFacts(Struct, frozen=True, gc=False):
    """What not finding an item needs to know.

    ``stored``: it lives in a place of this depot. ``wanted`` is the hold it was asked for, if that waits
    still; ``elsewhere``: there is another copy that could fill it.
    """

    item: Item
    stored: bool
    wanted: Hold | None = None
    elsewhere: bool = False


def shelve(
    facts: ShelfFacts, new_id: Callable[[], int]
) -> Refused | tuple[Shelved | NoLongerStored | FeeCharged, ...]:
    """Put the item on the depot's shelf. Its loan ends, with the fine if it was overdue; its journey too."""
    item = facts.back.item
    location = item.location if facts.stored else facts.into
    if item.status is ItemStatus.WITHDRAWN:
        return Refused(Reason.ITEM_WITHDRAWN)
    if not location:
        return Refused(Reason.NOT_SERVED_HERE)
    if (item.status, item.loan, item.location) == (ItemStatus.AVAILABLE, None, location):
        return ()
    back, *fines = take_back(replace(facts.back, demand=NO_DEMAND), facts.back.moment.now, new_id)
    assert isinstance(back, CheckedIn), "a return begins with the item"
    shelved = Shelved(item.id, location, back.returned_at, back.patron, item.hold)
    fees = [fine for fine in fines if isinstance(fine, FeeCharged)]
    return (shelved, *left_behind(item, location, remote=facts.back.remote), *fees)


def send_out(
    facts: ReturnFacts, wanted: HoldId | None, new_id: Callable[[], int]
) -> tuple[CheckedIn | FeeCharged, ...]:
    """Scan an item in that a depot has sent to the desk: it goes where it is needed, as after a return.

    It was sent for the hold ``wanted``, if that waits still; else for the first that does. Nothing happens to
    what has gone out before, or was withdrawn.
    """
    item, here = facts.item, facts.moment.opening.agency
    arrives = item.status is ItemStatus.IN_TRANSIT and item.destination == here
    if item.status is ItemStatus.WITHDRAWN or item.loan is not None:
        return ()
    if item.hold is not None and not arrives:
        return ()
    first = [hold for hold in facts.demand.waiting if hold.id == wanted]
    if first:
        rest = [hold for hold in facts.demand.waiting if hold.id != wanted]
        facts = replace(facts, demand=replace(facts.demand, waiting=(*first, *rest)))
    now = facts.moment.now
    return take_back(facts, min(facts.returned_at or now, now), new_id)


def not_found(facts: SearchFacts) -> Refused | tuple[StatusSet | HoldCancelled, ...]:
    """The item is not on the depot's shelf: it is missing, and what it was wanted for is filled by another
    copy, or ends.
    """
    item, wanted = facts.item, facts.wanted
    if not facts.stored:
        return Refused(Reason.NOT_SERVED_HERE)
    if item.status is ItemStatus.WITHDRAWN:
        return Refused(Reason.ITEM_WITHDRAWN)
    if item.status in _GONE_ALREADY:
        return Refused(Reason.SUPERSEDED)
    events: tuple[StatusSet | HoldCancelled, ...] = ()
    if item.status not in (ItemStatus.MISSING, ItemStatus.LOST):
        events = (StatusSet(item.id, ItemStatus.MISSING, item.status),)
    if wanted is None or facts.elsewhere:
        return events
    return (*events, HoldCancelled(wanted.id, wanted.patron, wanted.bib, why=Reason.ITEM_MISSING))


def left_behind(item: Item, location: str, *, remote: bool) -> tuple[NoLongerStored, ...]:
    """The depot that the item lived in (``remote``) lets go of it, as it lives at ``location`` from now on;
    nowhere if empty. Nothing happens where it goes on living there, did not live in one, or was let go of
    when it was withdrawn.
    """
    if not remote or item.location == location or item.status is ItemStatus.WITHDRAWN:
        return ()
    return (NoLongerStored(item.id, item.barcode, item.bib, item.location, location),)


def asked_for(
    queue: Sequence[Hold], shelf: Iterable[Item], may_fill: Callable[[Hold, Item], bool]
) -> Iterator[tuple[Hold, Item]]:
    """Which item on the ``shelf`` each hold of a bib's queue is to get: the first that is left for it."""
    left: Mapping[ItemId, Item] = {item.id: item for item in shelf}
    for hold in queue:
        item = next((item for item in left.values() if may_fill(hold, item)), None)
        if item is not None:
            left = {number: other for number, other in left.items() if number != item.id}
            yield hold, item
