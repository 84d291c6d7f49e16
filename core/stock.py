"""The stock at the desk: items taken in, described anew, deleted, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Final

from core.actor import Actor
from core.enquiries import Enquiries
from core.model.records import BibId, Claim, Guest, Item, ItemStatus
from core.ports import Ids
from core.refusals import Reason, Refused
from core.register import Answer, Outcome, Register
from core.rules.stock import (
    Description,
    Detail,
    ItemFacts,
    NewItemFacts,
    change,
    claim,
    create,
    delete,
    set_status,
)
from core.views import ItemView, view_item

_UNKNOWN_ITEM: Final = Refused(Reason.UNKNOWN_ITEM)
_UNKNOWN_PATRON: Final = Refused(Reason.UNKNOWN_PATRON)
_NOTHING_SAID: Final = Description()


class Stock:
    """Every act that is about the record of an item."""

    def __init__(self, enquiries: Enquiries, register: Register, ids: Ids) -> None:
        self._enquiries = enquiries
        self._register = register
        self._ids = ids

    def create_item(
        self,
        actor: Actor,
        barcode: str,
        description: Description,
        *,
        bib: BibId | None = None,
        guest: Guest | None = None,
        status: ItemStatus = ItemStatus.AVAILABLE,
        request: str = "",
    ) -> Answer[Outcome]:
        """Take an item in: a copy of a bib, or with a bib of its own. Without a barcode it gets a number of
        ours.
        """
        if again := self._register.again(request):
            return again
        library = self._enquiries.library
        barcode = barcode or f"own-{self._ids.next()}"
        card = None if bib is None else library.bibs.get(bib)
        if bib is not None and card is None:
            return Answer(Refused(Reason.UNKNOWN_BIB))
        taken = library.item(barcode)
        known = None if guest is None else library.guest(guest.reference)
        facts = NewItemFacts(barcode, bool(taken or known), description, card, guest, status)
        seen = () if taken is None else (taken.id,)
        now = self._enquiries.clock.now()
        return self._register.record(actor, now, request, create(facts, self._ids.next), *seen)

    def change_item(
        self,
        actor: Actor,
        item: str,
        *,
        clear: Set[Detail] = frozenset(),
        say: Description = _NOTHING_SAID,
        request: str = "",
    ) -> Answer[Outcome]:
        """Describe an item anew: first what is to be cleared, then what is said. All of it, or nothing."""
        return self._about(actor, item, request, lambda facts: change(facts, clear, say))

    def delete_item(self, actor: Actor, item: str, *, request: str = "") -> Answer[Outcome]:
        """End the record of an item. To keep it, say that it is withdrawn (`set_status`)."""
        return self._about(actor, item, request, delete)

    def set_status(
        self, actor: Actor, item: str, status: ItemStatus, *, request: str = ""
    ) -> Answer[Outcome]:
        """Say what an item is: missing, in process, withdrawn …"""
        return self._about(actor, item, request, lambda facts: set_status(facts, status))

    def claim(
        self, actor: Actor, patron: str, item: str, said: Claim, *, request: str = ""
    ) -> Answer[Outcome]:
        """Take down what a patron says of an item."""
        if again := self._register.again(request):
            return again
        who, found = self._enquiries.library.patron(patron), self._enquiries.library.item(item)
        if who is None:
            return Answer(_UNKNOWN_PATRON)
        if found is None:
            return self._register.seen(_UNKNOWN_ITEM, who.id)
        now = self._enquiries.clock.now()
        return self._register.record(actor, now, request, claim(found, who.id, said), who.id, found.id)

    # Looking

    def items_of(self, bib: BibId) -> Answer[tuple[ItemView, ...]]:
        """The items of a bib as they stand now, in the order in which they were added."""
        return self.look(self._enquiries.library.items_of(bib), bib)

    def look(self, items: Iterable[Item], *bibs: BibId) -> Answer[tuple[ItemView, ...]]:
        """These items as they stand now, found among those of the bibs."""
        views = tuple([view_item(self._enquiries, item) for item in items])
        return self._register.seen(views, *bibs, *[view.item.id for view in views])

    # How it is done

    def _about(
        self, actor: Actor, item: str, request: str, decide: Callable[[ItemFacts], Outcome]
    ) -> Answer[Outcome]:
        if again := self._register.again(request):
            return again
        found = self._enquiries.library.item(item)
        if found is None:
            return Answer(_UNKNOWN_ITEM)
        facts = ItemFacts(
            item=found,
            bib=self._enquiries.library.bibs.get(found.bib),
            remote=found.location in self._enquiries.policy.remote,
            wanted=self._is_wanted(found),
        )
        now = self._enquiries.clock.now()
        return self._register.record(actor, now, request, decide(facts), found.id, found.bib)

    def _is_wanted(self, item: Item) -> bool:
        """Whether a hold needs this item: it is set aside for it or named by it, or no other copy could fill
        it. With a guest its bib would end, so any hold needs it.
        """
        if item.hold is not None:
            return True
        enquiries = self._enquiries
        others = [
            other
            for other in enquiries.library.items_of(item.bib)
            if other.id != item.id and other.status is not ItemStatus.WITHDRAWN
        ]
        return any(
            hold.item == item.id
            or item.guest is not None
            or (
                enquiries.may_fill(hold, item)
                and not any(enquiries.may_fill(hold, other) for other in others)
            )
            for hold in enquiries.library.queue_of(item.bib)
        )
