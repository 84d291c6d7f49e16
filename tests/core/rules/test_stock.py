"""Items described by staff and partners: all of it or nothing, and never who has them or waits for them."""

from typing import Any

import pytest
from msgspec.structs import replace

from core.events import Claimed, ItemAdded, ItemChanged, ItemEnded, NoLongerStored, StatusSet
from core.model.records import Bib, BibId, Claim, Guest, HoldId, Item, ItemId, ItemStatus, Reference
from core.refusals import Reason, Refused
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
from tests.core.rules.given import ANN, BEN, BOOK, book, ids, lent_to

EMMA = Bib(BOOK.bib, 1, "b5", "Emma", "Austen, Jane")
GUEST = Guest(Reference("BROKER", "7"))
NEW = Description(location="MAIN/STACKS", title="Emma", author="Austen, Jane", call_number="PR 1")
DEPOT = "MAIN/DEPOT"


def new(**changes: Any) -> NewItemFacts:
    """An item that nobody has seen."""
    return replace(NewItemFacts("I-NEW", False, NEW), **changes)


def known(item: Item = BOOK, **changes: Any) -> ItemFacts:
    """An item of the stock."""
    return replace(ItemFacts(item, EMMA, remote=False, wanted=False), **changes)


def gone(where: str = "") -> NoLongerStored:
    """What the depot is told."""
    return NoLongerStored(BOOK.id, BOOK.barcode, BOOK.bib, DEPOT, where)


def test_a_new_item_comes_with_a_bib_of_its_own() -> None:
    bib = Bib(BibId(1000), 1, "own-1000", "Emma", "Austen, Jane")
    item = Item(ItemId(1001), 1, "I-NEW", bib.id, "MAIN/STACKS", call_number="PR 1")
    assert create(new(), ids()) == (ItemAdded(item, bib),)


def test_or_as_a_copy_of_a_bib_or_as_a_guest() -> None:
    described = Description(location="MAIN/STACKS")
    item = Item(ItemId(1000), 1, "I-NEW", EMMA.id, "MAIN/STACKS", status=ItemStatus.ON_ORDER, guest=GUEST)
    facts = new(description=described, bib=EMMA, guest=GUEST, status=ItemStatus.ON_ORDER)
    assert create(facts, ids()) == (ItemAdded(item),)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"barcode": ""}, Reason.DETAIL_NEEDED),
        ({"description": replace(NEW, title=None)}, Reason.DETAIL_NEEDED),
        ({"description": replace(NEW, location=None)}, Reason.DETAIL_NEEDED),
        ({"description": replace(NEW, location="MAIN")}, Reason.DETAIL_NEEDED),
        ({"taken": True}, Reason.ALREADY_EXISTS),
        ({"status": ItemStatus.ON_LOAN}, Reason.INVALID_STATUS),
    ],
)
def test_a_new_item_is_refused(changes: dict[str, Any], reason: Reason) -> None:
    assert create(new(**changes), ids()) == Refused(reason)


def test_a_change_takes_away_before_it_puts_in() -> None:
    item = book(call_number="PR 1", note="torn", policy="book")
    said = Description(call_number="PR 2")
    expected = replace(item, version=2, call_number="PR 2", note="")
    assert change(known(item), {Detail.CALL_NUMBER, Detail.NOTE}, said) == (ItemChanged(expected),)
    assert change(known(item), frozenset(), Description(call_number="PR 1")) == ()


def test_who_has_it_and_waits_for_it_stays() -> None:
    item = lent_to(ANN)
    (event,) = change(known(item), frozenset(), Description(note="torn"))  # type: ignore[misc]  # not refused
    assert event == ItemChanged(replace(item, version=2, note="torn"))


def test_the_bib_is_described_with_a_guest_only() -> None:
    said = Description(title="Emma, vol. 1")
    assert change(known(), frozenset(), said) == Refused(Reason.NOT_ALLOWED_HERE)
    guest = book(guest=GUEST)
    bib = replace(EMMA, version=2, title="Emma, vol. 1", author="")
    assert change(known(guest), {Detail.AUTHOR}, said) == (ItemChanged(replace(guest, version=2), bib),)
    assert change(known(guest), {Detail.TITLE}, Description()) == Refused(Reason.DETAIL_NEEDED)


def test_if_one_part_cannot_be_done_none_is() -> None:
    said = Description(note="torn")
    assert change(known(), {Detail.LOCATION}, said) == Refused(Reason.DETAIL_NEEDED)


def test_an_item_without_a_bib_can_be_described() -> None:
    changed = change(known(bib=None), frozenset(), Description(note="torn", title="?"))
    assert changed == (ItemChanged(book(version=2, note="torn")),)


def test_what_moves_out_of_a_depot_is_told_there() -> None:
    item = book(location=DEPOT)
    moved = change(known(item, remote=True), frozenset(), Description(location="MAIN/STACKS"))
    assert moved == (ItemChanged(book(version=2)), gone("MAIN/STACKS"))


def test_what_nobody_has_or_needs_can_be_deleted() -> None:
    assert delete(known()) == (ItemEnded(BOOK),)
    guest = book(guest=GUEST)
    assert delete(known(guest)) == (ItemEnded(guest, EMMA.id),)
    item = book(location=DEPOT)
    assert delete(known(item, remote=True)) == (ItemEnded(item), gone())
    assert delete(known(lent_to(ANN))) == Refused(Reason.STILL_IN_USE)
    assert delete(known(wanted=True)) == Refused(Reason.STILL_IN_USE)


ACTS = (ItemStatus.ON_LOAN, ItemStatus.ON_HOLD_SHELF, ItemStatus.IN_TRANSIT, ItemStatus.CLAIMED_RETURNED)


@pytest.mark.parametrize("status", ItemStatus)
def test_what_nobody_has_can_be_said_to_be_what_no_act_makes_it(status: ItemStatus) -> None:
    item = book(status=ItemStatus.IN_TRANSIT)
    decision = set_status(known(item), status)
    if status is item.status:
        assert decision == ()
    elif status in ACTS:
        assert decision == Refused(Reason.INVALID_STATUS)
    else:
        assert decision == (StatusSet(BOOK.id, status, ItemStatus.IN_TRANSIT),)


@pytest.mark.parametrize("status", ItemStatus)
def test_what_is_on_loan_can_be_lost_or_found_with_who_has_it(status: ItemStatus) -> None:
    decision = set_status(known(lent_to(ANN, status=ItemStatus.LOST)), status)
    if status is ItemStatus.LOST:
        assert decision == ()
    elif status in (ItemStatus.ON_LOAN, ItemStatus.CLAIMED_RETURNED):
        assert decision == (StatusSet(BOOK.id, status, ItemStatus.LOST),)
    else:
        assert decision == Refused(Reason.INVALID_STATUS)


def test_what_is_needed_keeps_its_status() -> None:
    held = book(status=ItemStatus.ON_HOLD_SHELF, hold=HoldId(9))
    assert set_status(known(held), ItemStatus.MISSING) == Refused(Reason.STILL_IN_USE)
    assert set_status(known(wanted=True), ItemStatus.WITHDRAWN) == Refused(Reason.STILL_IN_USE)
    assert set_status(known(wanted=True), ItemStatus.MISSING) != Refused(Reason.STILL_IN_USE)


def test_what_is_withdrawn_from_a_depot_is_told_there() -> None:
    facts = known(book(location=DEPOT), remote=True)
    withdrawn = StatusSet(BOOK.id, ItemStatus.WITHDRAWN, ItemStatus.AVAILABLE)
    assert set_status(facts, ItemStatus.WITHDRAWN) == (withdrawn, gone())
    assert set_status(facts, ItemStatus.MISSING) == (
        StatusSet(BOOK.id, ItemStatus.MISSING, ItemStatus.AVAILABLE),
    )


RETURNED, LOST = ItemStatus.CLAIMED_RETURNED, ItemStatus.LOST


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (Claim.RETURNED, RETURNED),
        (Claim.NEVER_BORROWED, RETURNED),
        (Claim.LOST, LOST),
        (Claim.MISSING, LOST),
    ],
)
def test_who_has_it_says_what_became_of_it_and_once(said: Claim, status: ItemStatus) -> None:
    assert claim(lent_to(ANN), ANN.id, said) == (Claimed(BOOK.id, ANN.id, said, status),)
    assert claim(lent_to(ANN, status=status), ANN.id, said) == ()
    assert claim(lent_to(BEN), ANN.id, said) == Refused(Reason.NOT_LENT_TO_PATRON)


@pytest.mark.parametrize("said", Claim)
def test_of_what_nobody_has_anybody_says_only_that_it_is_not_there(said: Claim) -> None:
    if said is Claim.MISSING:
        missing = Claimed(BOOK.id, ANN.id, said, ItemStatus.MISSING)
        assert claim(book(), ANN.id, said) == (missing,)
        assert claim(book(status=ItemStatus.MISSING), ANN.id, said) == ()
        assert claim(book(status=ItemStatus.IN_TRANSIT), ANN.id, said) == Refused(Reason.INVALID_STATUS)
    else:
        assert claim(book(), ANN.id, said) == Refused(Reason.NOT_ON_LOAN)
