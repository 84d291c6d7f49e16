"""The stock, as staff and partners describe it: items that come, change and end, and what is said of them.

All of a change happens, or none of it. Who has an item, and who waits for it, is never changed here.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from core.events import Claimed, ItemAdded, ItemChanged, ItemEnded, NoLongerStored, StatusSet
from core.model.records import Bib, BibId, Claim, Guest, Item, ItemId, ItemStatus, Medium, PatronId
from core.refusals import Reason, Refused
from core.rules.depot import left_behind

WITHOUT_LOAN: Final = frozenset(
    {
        ItemStatus.AVAILABLE,
        ItemStatus.ON_ORDER,
        ItemStatus.IN_PROCESS,
        ItemStatus.LOST,
        ItemStatus.MISSING,
        ItemStatus.WITHDRAWN,
    }
)
"""What an item may be said to be that nobody has on loan. The rest are acts of their own."""

WITH_LOAN: Final = frozenset({ItemStatus.ON_LOAN, ItemStatus.CLAIMED_RETURNED, ItemStatus.LOST})
"""What an item may be said to be that is on loan: the loan stays."""


class Detail(StrEnum):
    """What of an item's description can be taken away: the names of its fields, and those of its bib."""

    LOCATION = "location"
    POLICY = "policy"
    CALL_NUMBER = "call_number"
    DESCRIPTION = "description"
    NOTE = "note"
    TITLE = "title"
    AUTHOR = "author"
    YEAR = "year"


class Description(Struct, frozen=True):
    """What is said of an item, and of its bib; None: nothing."""

    location: str | None = None
    policy: str | None = None
    call_number: str | None = None
    description: str | None = None
    note: str | None = None
    medium: Medium | None = None
    title: str | None = None
    author: str | None = None
    year: str | None = None


class NewItemFacts(Struct, frozen=True):
    """What a new item needs to know. ``taken``: another item has its barcode. Without a ``bib`` it gets one
    of its own.
    """

    barcode: str
    taken: bool
    description: Description
    bib: Bib | None = None
    guest: Guest | None = None
    status: ItemStatus = ItemStatus.AVAILABLE


class ItemFacts(Struct, frozen=True):
    """What a change of an item needs to know. ``remote``: it lives in a depot. ``wanted``: a hold needs it,
    because it is set aside, or no other copy could fill the hold.
    """

    item: Item
    bib: Bib | None
    remote: bool
    wanted: bool


def create(facts: NewItemFacts, new_id: Callable[[], int]) -> Refused | tuple[ItemAdded]:
    """Take an item into the stock, or as a guest."""
    said, bib = facts.description, facts.bib
    if not facts.barcode or not _is_place(said.location or "") or (bib is None and not said.title):
        return Refused(Reason.DETAIL_NEEDED)
    if facts.taken:
        return Refused(Reason.ALREADY_EXISTS)
    if facts.status not in WITHOUT_LOAN:
        return Refused(Reason.INVALID_STATUS)
    card = bib or replace(_card(BibId(new_id())), **_said(said, Bib))
    item = Item(ItemId(new_id()), 1, facts.barcode, card.id, "", status=facts.status, guest=facts.guest)
    return (ItemAdded(replace(item, **_said(said, Item)), card if bib is None else None),)


def change(
    facts: ItemFacts, clear: Set[Detail], said: Description
) -> Refused | tuple[ItemChanged | NoLongerStored, ...]:
    """Describe an item anew: what is to be cleared is taken away first, then what is ``said`` is put in.

    The bib is the item's own only if it is a guest; that of other items is the catalogue's.
    """
    item, bib = facts.item, facts.bib
    described = replace(item, **{**_cleared(clear, Item), **_said(said, Item)})
    card = None if bib is None else replace(bib, **{**_cleared(clear, Bib), **_said(said, Bib)})
    if card != bib and item.guest is None:
        return Refused(Reason.NOT_ALLOWED_HERE)
    if not _is_place(described.location) or (card is not None and not card.title):
        return Refused(Reason.DETAIL_NEEDED)
    if (described, card) == (item, bib):
        return ()
    anew = None if card is None or card == bib else replace(card, version=card.version + 1)
    changed = ItemChanged(replace(described, version=item.version + 1), anew)
    return (changed, *left_behind(item, described.location, remote=facts.remote))


def delete(facts: ItemFacts) -> Refused | tuple[ItemEnded | NoLongerStored, ...]:
    """End the record of an item that nobody has or needs. Of a guest, its bib ends too."""
    item = facts.item
    if item.loan is not None or facts.wanted:
        return Refused(Reason.STILL_IN_USE)
    ended = ItemEnded(item, None if item.guest is None else item.bib)
    return (ended, *left_behind(item, "", remote=facts.remote))


def set_status(facts: ItemFacts, status: ItemStatus) -> Refused | tuple[StatusSet | NoLongerStored, ...]:
    """Say what an item is. Lending, scanning in and setting aside are no words, but acts of their own."""
    item = facts.item
    if item.status is status:
        return ()
    if status not in (WITHOUT_LOAN if item.loan is None else WITH_LOAN):
        return Refused(Reason.INVALID_STATUS)
    if item.hold is not None or (status is ItemStatus.WITHDRAWN and facts.wanted):
        return Refused(Reason.STILL_IN_USE)
    gone = left_behind(item, "", remote=facts.remote) if status is ItemStatus.WITHDRAWN else ()
    return (StatusSet(item.id, status, item.status), *gone)


def claim(item: Item, patron: PatronId, said: Claim) -> Refused | tuple[Claimed, ...]:
    """Take down what a patron says of an item. Said again it changes nothing.

    Of what they have on loan they may say that it came back, that they never had it, or that it is lost; of
    what nobody has, that it is not where it should be.
    """
    if item.loan is None:
        if said is not Claim.MISSING:
            return Refused(Reason.NOT_ON_LOAN)
        if item.status is ItemStatus.MISSING:
            return ()
        if item.status is not ItemStatus.AVAILABLE:
            return Refused(Reason.INVALID_STATUS)
        return (Claimed(item.id, patron, said, ItemStatus.MISSING),)
    if item.loan.patron != patron:
        return Refused(Reason.NOT_LENT_TO_PATRON)
    lost = said in (Claim.LOST, Claim.MISSING)
    status = ItemStatus.LOST if lost else ItemStatus.CLAIMED_RETURNED
    return () if item.status is status else (Claimed(item.id, patron, said, status),)


def _card(number: BibId) -> Bib:
    """A bib that nothing is known of yet; its control number is one that no catalogue gives."""
    return Bib(number, 1, f"own-{number}", "")


def _said(said: Description, kind: type[Struct]) -> dict[str, Any]:
    """What is said that this kind of record has a field for."""
    fields = kind.__struct_fields__
    return {name: value for name, value in asdict(said).items() if value is not None and name in fields}


def _cleared(clear: Set[Detail], kind: type[Struct]) -> dict[str, Any]:
    return {detail.value: "" for detail in clear if detail.value in kind.__struct_fields__}


def _is_place(code: str) -> bool:
    agency, _, place = code.partition("/")
    return bool(agency and place)
