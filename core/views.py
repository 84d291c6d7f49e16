"""How a patron, an item or a hold stands now: all that a machine may want to show."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from core.enquiries import Enquiries
from core.events import Event, NotRenewed, Renewed
from core.model.policy import LoanTerms
from core.model.records import Bib, Fee, Hold, Item, ItemStatus, Patron
from core.refusals import Reason, Refused
from core.rules.facts import Borrower, Moment, Pin
from core.rules.holds import is_at_hand
from core.rules.standing import standing


class PatronView(Struct, frozen=True):
    """All that a machine may want to show of a patron. ``grounds``: why they may not borrow, worst first."""

    borrower: Borrower
    grounds: tuple[Reason, ...]
    holds: tuple[Hold, ...]
    fees: tuple[Fee, ...]

    @property
    def patron(self) -> Patron:
        """The patron."""
        return self.borrower.patron


class RenewedAll(Struct, frozen=True):
    """What became of all loans of a patron: the items renewed, as they are now, and those refused."""

    renewed: tuple[Item, ...] = ()
    unrenewed: tuple[tuple[Item, Refused], ...] = ()


class ItemView(Struct, frozen=True):
    """Everything a machine may want to show of an item. ``queue_length`` counts the open holds of its bib."""

    item: Item
    bib: Bib | None
    terms: LoanTerms
    hold: Hold | None
    queue_length: int


class HoldView(Struct, frozen=True):
    """A hold as it stands now: its place in the queue (the first is 1), and whether an item for it is at
    hand: set aside for it, or on the shelf and not needed for those before it.
    """

    hold: Hold
    bib: Bib | None
    position: int
    at_hand: bool


def view_patron(enquiries: Enquiries, patron: Patron, moment: Moment, pin: Pin) -> PatronView:
    """The patron as they stand at the moment."""
    library, borrower = enquiries.library, enquiries.borrower(patron)
    return PatronView(
        borrower=borrower,
        grounds=standing(borrower, moment, pin),
        holds=tuple(library.holds_of(patron.id)) if borrower.holds else (),
        fees=tuple(library.open_fees_of(patron.id)) if borrower.owed else (),
    )


def view_renewed(enquiries: Enquiries, events: Sequence[Event]) -> RenewedAll:
    """The items that were to be renewed, from what happened then."""
    items = enquiries.library.items
    renewed = [items[event.item] for event in events if isinstance(event, Renewed)]
    refused = [pair for event in events if isinstance(event, NotRenewed) for pair in event.items]
    # Told again later, one that was not renewed may be no more.
    return RenewedAll(tuple(renewed), tuple([(items[item], why) for item, why in refused if item in items]))


def view_item(enquiries: Enquiries, item: Item) -> ItemView:
    """The item as it stands."""
    library = enquiries.library
    return ItemView(
        item=item,
        bib=library.bibs.get(item.bib),
        terms=enquiries.terms(enquiries.has_it(item), item),
        hold=library.holds[item.hold] if item.hold is not None else None,
        queue_length=library.queue_length(item.bib),
    )


def view_hold(enquiries: Enquiries, hold: Hold) -> HoldView:
    """The open hold as it stands today at its place of pickup."""
    library = enquiries.library
    shelf = [item for item in library.items_of(hold.bib) if _is_for(hold, item, enquiries)]
    position = library.position_of(hold)
    before = library.queue_of(hold.bib)[: position - 1]
    ahead = [other for other in before if any(enquiries.may_fill(other, item) for item in shelf)]
    today = enquiries.policy.today(hold.pickup, enquiries.clock.now())
    return HoldView(
        hold=hold,
        bib=library.bibs.get(hold.bib),
        position=position,
        at_hand=is_at_hand(hold, today, shelf, ahead),
    )


def _is_for(hold: Hold, item: Item, enquiries: Enquiries) -> bool:
    """Whether the item stands on the shelf and could fill the hold."""
    return item.status is ItemStatus.AVAILABLE and enquiries.may_fill(hold, item)
