"""What a depot says: put on the shelf, sent out, not found; and which item each hold is to get."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import CheckedIn, FeeCharged, HoldCancelled, NoLongerStored, Shelved, StatusSet
from core.model.records import HoldId, HoldStatus, Item, ItemStatus
from core.refusals import Reason, Refused
from core.rules.depot import (
    SearchFacts,
    ShelfFacts,
    asked_for,
    left_behind,
    not_found,
    send_out,
    shelve,
)
from core.rules.facts import Demand, ReturnFacts
from tests.core.rules.given import (
    ANN,
    BEN,
    BOOK,
    DAY,
    HOUR,
    NOW,
    TERMS,
    book,
    done,
    hold_of,
    ids,
    lent_to,
    moment,
)

PLACE = "MAIN/DEPOT"
BENS, ANNS = hold_of(BEN), hold_of(ANN, pickup="TOWN")


def stored(item: Item = BOOK, **changes: Any) -> Item:
    """The item, living in the depot."""
    return replace(item, location=PLACE, **changes)


def back(item: Item, **changes: Any) -> ReturnFacts:
    """What is known of it when it is scanned in."""
    return replace(ReturnFacts(moment(), item, TERMS, "MAIN", "EUR", remote=True), **changes)


def shelf(item: Item, *, mine: bool = True, into: str = "", **changes: Any) -> ShelfFacts:
    """It is put on the shelf of its depot."""
    return ShelfFacts(back(item, **changes), mine, into)


# Put on the shelf


@pytest.mark.parametrize(
    "item",
    [
        stored(status=ItemStatus.IN_TRANSIT, destination="MAIN"),
        stored(status=ItemStatus.IN_PROCESS),
        stored(status=ItemStatus.MISSING),
        stored(status=ItemStatus.LOST),
        stored(status=ItemStatus.ON_HOLD_SHELF),
    ],
)
def test_what_is_put_on_the_shelf_has_ended_its_journey(item: Item) -> None:
    assert shelve(shelf(item), ids()) == (Shelved(BOOK.id, PLACE, NOW),)


def test_what_stands_there_already_stays_as_it_is() -> None:
    assert shelve(shelf(stored()), ids()) == ()


def test_a_loan_ends_with_the_fine_it_has_cost() -> None:
    late = stored(lent_to(ANN, due=NOW - 5 * DAY))
    shelved, fee = done(shelve(shelf(late), ids()))
    assert shelved == Shelved(BOOK.id, PLACE, NOW, patron=ANN.id)
    assert isinstance(fee, FeeCharged)
    assert (fee.fee.patron, fee.fee.amount) == (ANN.id, Decimal("1.00"))


def test_it_counts_from_when_it_was_put_there_but_not_before_it_was_lent() -> None:
    then = NOW - HOUR
    (shelved,) = done(shelve(shelf(stored(lent_to(ANN)), returned_at=then), ids()))
    assert isinstance(shelved, Shelved)
    assert shelved.at == then
    long_ago = shelf(stored(lent_to(ANN)), returned_at=NOW - 100 * DAY)
    (shelved,) = done(shelve(long_ago, ids()))
    assert isinstance(shelved, Shelved)
    assert shelved.at == NOW - 14 * DAY


def test_who_it_had_been_set_aside_for_waits_again() -> None:
    trapped = replace(BENS, status=HoldStatus.READY, trapped=BOOK.id)
    item = stored(status=ItemStatus.ON_HOLD_SHELF, hold=BENS.id)
    (shelved,) = done(shelve(shelf(item, demand=Demand(trapped)), ids()))
    assert shelved == Shelved(BOOK.id, PLACE, NOW, displaced=BENS.id)


def test_who_waits_is_not_served_by_putting_it_away() -> None:
    item = stored(status=ItemStatus.IN_TRANSIT, destination="MAIN")
    assert shelve(shelf(item, demand=Demand(waiting=(BENS,))), ids()) == (Shelved(BOOK.id, PLACE, NOW),)


def test_what_lives_elsewhere_is_refused_unless_it_is_moved_there() -> None:
    assert shelve(shelf(book(), mine=False), ids()) == Refused(Reason.NOT_SERVED_HERE)
    moved = shelve(shelf(book(), mine=False, into=PLACE, remote=False), ids())
    assert moved == (Shelved(BOOK.id, PLACE, NOW),)


def test_what_moves_from_depot_to_depot_is_told_to_the_first() -> None:
    events = done(shelve(shelf(stored(), mine=False, into="TOWN/DEPOT"), ids()))
    assert events == (
        Shelved(BOOK.id, "TOWN/DEPOT", NOW),
        NoLongerStored(BOOK.id, BOOK.barcode, BOOK.bib, PLACE, "TOWN/DEPOT"),
    )


def test_what_was_withdrawn_is_not_put_on_the_shelf() -> None:
    assert shelve(shelf(stored(status=ItemStatus.WITHDRAWN)), ids()) == Refused(Reason.ITEM_WITHDRAWN)


# Sent out


def sent(item: Item, wanted: HoldId | None = None, **changes: Any) -> CheckedIn:
    """Where it goes."""
    (event,) = send_out(back(item, **changes), wanted, ids())
    assert isinstance(event, CheckedIn)
    return event


def test_it_goes_to_the_first_who_waits() -> None:
    waiting = Demand(waiting=(BENS, ANNS))
    here = sent(stored(), demand=waiting)
    assert (here.hold, here.destination, here.status) == (BENS.id, "", ItemStatus.ON_HOLD_SHELF)


def test_or_to_the_one_it_was_sent_for() -> None:
    away = sent(stored(), ANNS.id, demand=Demand(waiting=(BENS, ANNS)))
    assert (away.hold, away.destination, away.status) == (ANNS.id, "TOWN", ItemStatus.IN_TRANSIT)


def test_if_that_one_waits_no_more_to_the_first() -> None:
    assert sent(stored(), HoldId(999), demand=Demand(waiting=(BENS,))).hold == BENS.id


def test_what_nobody_waits_for_is_on_its_way_back_until_it_is_put_on_the_shelf() -> None:
    event = sent(stored())
    assert (event.hold, event.destination, event.status) == (None, "MAIN", ItemStatus.IN_TRANSIT)


def test_what_lives_elsewhere_by_now_goes_there() -> None:
    assert sent(book(location="TOWN/STACKS"), home="TOWN", remote=False).destination == "TOWN"
    assert sent(book(), remote=False).status is ItemStatus.AVAILABLE


def test_it_left_when_the_depot_says_but_not_in_the_future() -> None:
    assert sent(stored(), returned_at=NOW - HOUR).scanned_at == NOW - HOUR
    assert sent(stored(), returned_at=NOW + HOUR).scanned_at == NOW


def test_what_travels_here_for_a_hold_has_arrived() -> None:
    trapped = replace(BENS, status=HoldStatus.IN_TRANSIT, trapped=BOOK.id)
    item = stored(status=ItemStatus.IN_TRANSIT, hold=BENS.id, destination="MAIN")
    assert sent(item, demand=Demand(trapped)).status is ItemStatus.ON_HOLD_SHELF


@pytest.mark.parametrize(
    "item",
    [
        stored(lent_to(ANN)),
        stored(status=ItemStatus.ON_HOLD_SHELF, hold=BENS.id),
        stored(status=ItemStatus.IN_TRANSIT, hold=BENS.id, destination="TOWN"),
        stored(status=ItemStatus.WITHDRAWN),
    ],
)
def test_nothing_happens_to_what_has_gone_out_before_or_was_withdrawn(item: Item) -> None:
    trapped = replace(BENS, status=HoldStatus.READY, trapped=BOOK.id)
    assert send_out(back(item, demand=Demand(trapped)), None, ids()) == ()


# Not found


def test_what_is_not_found_is_missing_and_its_hold_ends_with_the_reason() -> None:
    assert not_found(SearchFacts(stored(), True, BENS)) == (
        StatusSet(BOOK.id, ItemStatus.MISSING, ItemStatus.AVAILABLE),
        HoldCancelled(BENS.id, BENS.patron, BENS.bib, why=Reason.ITEM_MISSING),
    )


def test_another_copy_fills_the_hold() -> None:
    assert not_found(SearchFacts(stored(), True, BENS, elsewhere=True)) == (
        StatusSet(BOOK.id, ItemStatus.MISSING, ItemStatus.AVAILABLE),
    )


@pytest.mark.parametrize("status", [ItemStatus.MISSING, ItemStatus.LOST])
def test_what_is_missed_already_is_not_so_twice(status: ItemStatus) -> None:
    assert not_found(SearchFacts(stored(status=status), True)) == ()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (SearchFacts(book(), False), Reason.NOT_SERVED_HERE),
        (SearchFacts(stored(status=ItemStatus.WITHDRAWN), True), Reason.ITEM_WITHDRAWN),
        (SearchFacts(stored(lent_to(ANN)), True), Reason.SUPERSEDED),
        (SearchFacts(stored(status=ItemStatus.IN_TRANSIT), True), Reason.SUPERSEDED),
        (SearchFacts(stored(status=ItemStatus.ON_HOLD_SHELF), True), Reason.SUPERSEDED),
        (SearchFacts(stored(status=ItemStatus.CLAIMED_RETURNED), True), Reason.SUPERSEDED),
    ],
)
def test_what_need_not_be_there_is_not_missed(facts: SearchFacts, reason: Reason) -> None:
    assert not_found(facts) == Refused(reason)


# What is asked for, and what is let go of


def test_each_hold_gets_the_first_item_that_is_left_for_it() -> None:
    other = book(id=11, barcode="I-OTHER")
    only_other = hold_of(ANN, item=other.id)
    pairs = asked_for(
        [BENS, only_other, hold_of(ANN, id=HoldId(9), placed_at=NOW - timedelta(hours=1))],
        [book(), other],
        lambda hold, item: hold.item in (None, item.id),
    )
    assert [(hold.id, item.id) for hold, item in pairs] == [(BENS.id, BOOK.id), (only_other.id, other.id)]


@pytest.mark.parametrize(
    ("item", "location", "remote", "told"),
    [
        (stored(), "", True, True),
        (stored(), "MAIN/STACKS", True, True),
        (stored(), PLACE, True, False),
        (book(), "", False, False),
        (stored(status=ItemStatus.WITHDRAWN), "", True, False),
        (stored(status=ItemStatus.WITHDRAWN), "MAIN/STACKS", True, False),
    ],
)
def test_a_depot_lets_go_of_what_does_not_live_there_any_more(
    item: Item, location: str, remote: bool, told: bool
) -> None:
    expected = NoLongerStored(BOOK.id, BOOK.barcode, BOOK.bib, PLACE, location)
    assert left_behind(item, location, remote=remote) == ((expected,) if told else ())
