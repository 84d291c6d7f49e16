"""Checking in: where an item goes, and what lateness costs."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import CheckedIn, FeeCharged
from core.model.policy import Calendar
from core.model.records import Fee, FeeId, FeeKind, Hold, HoldId, HoldStatus, Item, ItemStatus
from core.refusals import Reason, Refused
from core.rules.checkin import check_in
from core.rules.facts import Demand, ReturnFacts
from tests.core.rules.given import (
    ANN,
    BEN,
    BOOK,
    DAY,
    NOW,
    TERMS,
    before,
    book,
    done,
    hold_of,
    ids,
    lent_to,
    moment,
    paris,
)

AT_MAIN, AT_TOWN = hold_of(BEN, pickup="MAIN"), hold_of(BEN, pickup="TOWN")
A_WEEK, EARLIER = paris("2026-03-09 23:59"), paris("2026-03-05 23:59")
LATE = lent_to(ANN, due=paris("2026-02-25 23:59"))


def trapped(hold: Hold, status: HoldStatus, until: datetime | None = None) -> Demand:
    return Demand(replace(hold, status=status, trapped=BOOK.id, ready_until=until), (hold_of(ANN),), 0)


def facts(item: Item, here: str = "MAIN", **changes: Any) -> ReturnFacts:
    return replace(ReturnFacts(moment(agency=here), item, TERMS, "MAIN", "EUR"), **changes)


def found_hold(demand: Demand, hold: Hold) -> Hold:
    """The hold as it is in the demand."""
    return next(found for found in (demand.trapped, *demand.waiting) if found and found.id == hold.id)


def checked_in(facts: ReturnFacts) -> CheckedIn:
    decision = done(check_in(facts, ids()))
    assert isinstance(decision[0], CheckedIn)
    return decision[0]


NOBODY = Demand()


@pytest.mark.parametrize("here", ["MAIN", "TOWN"])
def test_what_lives_in_a_depot_is_on_its_way_until_the_depot_has_it(here: str) -> None:
    event = checked_in(facts(lent_to(ANN), here=here, remote=True))
    assert (event.destination, event.status) == ("MAIN", ItemStatus.IN_TRANSIT)


def test_what_lives_in_a_depot_waits_on_the_hold_shelf_like_anything_else() -> None:
    event = checked_in(facts(BOOK, remote=True, demand=Demand(waiting=(AT_MAIN,))))
    assert (event.destination, event.status) == ("", ItemStatus.ON_HOLD_SHELF)


SHELVED = book(status=ItemStatus.ON_HOLD_SHELF, hold=AT_MAIN.id)
TO_MAIN = book(status=ItemStatus.IN_TRANSIT, hold=AT_MAIN.id, destination="MAIN")
TO_TOWN = book(status=ItemStatus.IN_TRANSIT, hold=AT_TOWN.id, destination="TOWN")


@pytest.mark.parametrize(
    ("item", "here", "demand", "hold", "destination", "ready_until"),
    [
        # Nobody waits: onto the shelf at home, on the way home elsewhere.
        (lent_to(ANN), "MAIN", NOBODY, None, "", None),
        (lent_to(ANN), "TOWN", NOBODY, None, "MAIN", None),
        (book(), "MAIN", NOBODY, None, "", None),
        (book(status=ItemStatus.IN_TRANSIT, destination="MAIN"), "MAIN", NOBODY, None, "", None),
        (book(status=ItemStatus.IN_TRANSIT, destination="MAIN"), "TOWN", NOBODY, None, "MAIN", None),
        (book(status=ItemStatus.ON_HOLD_SHELF), "TOWN", NOBODY, None, "MAIN", None),
        # Somebody waits: the first in the queue that has not expired.
        (lent_to(ANN), "MAIN", Demand(waiting=(AT_MAIN,)), AT_MAIN, "", A_WEEK),
        (lent_to(ANN), "TOWN", Demand(waiting=(AT_MAIN,)), AT_MAIN, "MAIN", None),
        (lent_to(ANN), "MAIN", Demand(waiting=(AT_TOWN, hold_of(ANN))), AT_TOWN, "TOWN", None),
        (book(), "MAIN", Demand(waiting=(AT_MAIN,), on_shelf=1), AT_MAIN, "", A_WEEK),
        (
            lent_to(ANN),
            "MAIN",
            Demand(waiting=(replace(AT_TOWN, id=HoldId(7), expires=date(2026, 3, 1)), AT_MAIN)),
            AT_MAIN,
            "",
            A_WEEK,
        ),
        # Set aside already: it stays so, and is ready where it is fetched.
        (TO_MAIN, "MAIN", trapped(AT_MAIN, HoldStatus.IN_TRANSIT), AT_MAIN, "", A_WEEK),
        (TO_TOWN, "MAIN", trapped(AT_TOWN, HoldStatus.IN_TRANSIT), AT_TOWN, "TOWN", None),
        (SHELVED, "MAIN", trapped(AT_MAIN, HoldStatus.READY, EARLIER), AT_MAIN, "", EARLIER),
        (SHELVED, "TOWN", trapped(AT_MAIN, HoldStatus.READY, EARLIER), AT_MAIN, "MAIN", None),
    ],
)
def test_item_goes_where_it_is_needed(
    item: Item, here: str, demand: Demand, hold: Hold | None, destination: str, ready_until: datetime | None
) -> None:
    event = checked_in(facts(item, here, demand=demand))
    assert event == CheckedIn(
        BOOK.id,
        here,
        NOW,
        patron=item.loan.patron if item.loan else None,
        hold=hold.id if hold else None,
        hold_patron=hold.patron if hold else None,
        destination=destination,
        ready_until=ready_until,
        scanned_at=NOW,
        before=before(item, *([found_hold(demand, hold)] if hold else [])),
    )


@pytest.mark.parametrize(
    "status",
    [
        ItemStatus.AVAILABLE,
        ItemStatus.ON_ORDER,
        ItemStatus.IN_PROCESS,
        ItemStatus.LOST,
        ItemStatus.MISSING,
        ItemStatus.ON_HOLD_SHELF,
        ItemStatus.IN_TRANSIT,
    ],
)
def test_item_in_any_state_is_taken_back_without_a_loan(status: ItemStatus) -> None:
    item = book(status=status)
    back = CheckedIn(BOOK.id, "MAIN", NOW, scanned_at=NOW, before=before(item))
    assert check_in(facts(item), ids()) == (back,)


def test_withdrawn_item_is_refused() -> None:
    assert check_in(facts(book(status=ItemStatus.WITHDRAWN)), ids()) == Refused(Reason.ITEM_WITHDRAWN)


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (None, timedelta(0)),
        (-2 * DAY, -2 * DAY),  # two days in the book drop
        (3 * DAY, timedelta(0)),  # a clock that runs ahead
        (-400 * DAY, -14 * DAY),  # lent a fortnight ago
    ],
)
def test_item_came_back_neither_in_the_future_nor_before_it_was_lent(
    said: timedelta | None, taken: timedelta
) -> None:
    returned_at = None if said is None else NOW + said
    assert checked_in(facts(lent_to(ANN), returned_at=returned_at)).returned_at == NOW + taken


@pytest.mark.parametrize(
    ("item", "changes", "fine"),
    [
        (LATE, {}, "1.00"),  # five days
        (LATE, {"returned_at": paris("2026-02-27 12:00")}, "0.40"),
        (LATE, {"returned_at": paris("2026-02-26 12:00")}, None),  # the day of grace
        (LATE, {"returned_at": paris("2027-01-01 12:00")}, "1.00"),
        (LATE, {"returned_at": paris("2000-01-01 12:00")}, None),
        (LATE, {"moment": moment(calendar=Calendar(closed_weekdays=(6,)))}, "0.80"),
        (replace(LATE, status=ItemStatus.LOST), {}, "1.00"),
        (replace(LATE, status=ItemStatus.CLAIMED_RETURNED), {}, None),
        (lent_to(ANN), {}, None),
        (book(), {}, None),
    ],
)
def test_lateness_is_charged_to_whoever_had_it(item: Item, changes: dict[str, Any], fine: str | None) -> None:
    decision = done(check_in(facts(item, **changes), ids()))
    charged = [event.fee for event in decision if isinstance(event, FeeCharged)]
    assert charged == [
        Fee(FeeId(1000), 1, ANN.id, FeeKind.OVERDUE, Decimal(amount), "EUR", NOW, item=BOOK.id)
        for amount in [fine]
        if amount
    ]
