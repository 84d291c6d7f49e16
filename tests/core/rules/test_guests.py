"""Items of other libraries: how they come, how long they are lent, and that they leave nothing behind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import (
    CheckedIn,
    CheckedOut,
    FeeCharged,
    HoldCancelled,
    HoldPlaced,
    ItemAdded,
    ItemEnded,
)
from core.model.records import Bib, BibId, Guest, Hold, HoldId, Item, ItemId, ItemStatus, Reference
from core.refusals import Reason, Refused
from core.rules.checkin import check_in
from core.rules.checkout import check_out
from core.rules.facts import LoanFacts, ReturnFacts
from core.rules.guests import Arrival, ArrivalFacts, accept, send_back
from core.rules.holds import can_fill
from core.rules.renewal import renew
from tests.core.rules.given import (
    ANN,
    BEN,
    DAY,
    NOW,
    TERMS,
    book,
    borrower,
    done,
    hold_of,
    ids,
    lent_to,
    moment,
    paris,
)

ILL = Reference("BROKER", "ILL-7")
GUEST = Guest(ILL)
WAVES = Arrival(GUEST, "The waves", "Woolf, Virginia", "1931", policy="ill")
READY = paris("2026-03-09 23:59")


def arrival(**changes: Any) -> ArrivalFacts:
    """The Waves came to MAIN for Ann."""
    facts = ArrivalFacts(moment(), WAVES, ANN, "MAIN", True, TERMS, "ILL-7", taken=False)
    return replace(facts, **changes)


def test_a_guest_gets_a_record_a_bib_and_a_place_on_the_hold_shelf() -> None:
    added, placed, back = done(accept(arrival(), ids()))
    bib = Bib(BibId(1000), 1, "guest-1000", "The waves", "Woolf, Virginia", "1931")
    item = Item(
        ItemId(1001), 1, "ILL-7", bib.id, "MAIN/GUESTS", "ill", status=ItemStatus.IN_PROCESS, guest=GUEST
    )
    hold = Hold(HoldId(1002), 1, ANN.id, bib.id, "MAIN", NOW, item.id, reference=ILL)
    assert added == ItemAdded(item, bib)
    assert placed == HoldPlaced(hold)
    assert back == CheckedIn(
        item.id,
        "MAIN",
        NOW,
        hold=hold.id,
        hold_patron=ANN.id,
        ready_until=READY,
        scanned_at=NOW,
        guest=True,
    )


def test_one_that_is_fetched_elsewhere_travels_there() -> None:
    *_, back = done(accept(arrival(pickup="TOWN"), ids()))
    assert isinstance(back, CheckedIn)
    assert (back.destination, back.ready_until, back.status) == ("TOWN", None, ItemStatus.IN_TRANSIT)


def test_what_its_patron_had_asked_for_under_its_number_has_found_its_item() -> None:
    asked = hold_of(ANN, reference=ILL)
    added, ended, placed, _ = done(accept(arrival(asked=asked), ids()))
    assert isinstance(added, ItemAdded)
    assert ended == HoldCancelled(asked.id, ANN.id, asked.bib)
    assert isinstance(placed, HoldPlaced)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pickup_known": False}, Reason.UNKNOWN_PICKUP),
        ({"arrival": replace(WAVES, title="")}, Reason.DETAIL_NEEDED),
        ({"taken": True}, Reason.ALREADY_EXISTS),
        ({"asked": hold_of(BEN, reference=ILL)}, Reason.ALREADY_EXISTS),
    ],
)
def test_a_guest_is_refused(changes: dict[str, Any], reason: Reason) -> None:
    assert accept(arrival(**changes), ids()) == Refused(reason)


# Lent


def lent(item: Item) -> LoanFacts:
    """Ann takes it."""
    return LoanFacts(moment(), borrower(), item, TERMS, "EUR")


@pytest.mark.parametrize(
    ("due", "until"),
    [
        (None, paris("2026-03-30 23:59")),
        (paris("2026-03-20 12:00"), paris("2026-03-20 12:00")),
        (paris("2026-06-20 12:00"), paris("2026-03-30 23:59")),
        (NOW - DAY, NOW),
    ],
)
def test_it_is_due_when_its_library_waits_for_it(due: Any, until: Any) -> None:
    (event,) = done(check_out(lent(book(guest=Guest(ILL, due))), ids()))
    assert isinstance(event, CheckedOut)
    assert event.loan.due == until


@pytest.mark.parametrize(
    ("guest", "renewed"),
    [
        (Guest(ILL), True),
        (Guest(ILL, NOW + 20 * DAY), True),
        (Guest(ILL, NOW + 7 * DAY), False),
        (Guest(ILL, renewable=False), False),
    ],
)
def test_it_is_renewed_as_long_as_its_library_lets_it_stay(guest: Guest, renewed: bool) -> None:
    decision = renew(lent(lent_to(ANN, guest=guest)), ids())
    assert (decision != Refused(Reason.TOO_MANY_RENEWALS)) == renewed


def test_it_is_here_for_one_request_only() -> None:
    guest = book(guest=GUEST)
    assert not can_fill(hold_of(BEN), guest, TERMS)
    assert can_fill(hold_of(ANN, reference=ILL), guest, TERMS)


def test_back_at_the_desk_it_is_put_aside() -> None:
    facts = ReturnFacts(moment(), lent_to(ANN, guest=GUEST), TERMS, "MAIN", "EUR")
    (back,) = done(check_in(facts, ids()))
    assert isinstance(back, CheckedIn)
    assert back.status is ItemStatus.IN_PROCESS


# Sent back


def leaving(item: Item, **changes: Any) -> ReturnFacts:
    """It goes home."""
    return replace(ReturnFacts(moment(), item, TERMS, "MAIN", "EUR"), **changes)


def test_sent_back_it_ends_with_its_bib_and_holds() -> None:
    item, hold = book(guest=GUEST), hold_of(ANN, reference=ILL)
    assert send_back(leaving(item), (hold,), ids()) == (
        HoldCancelled(hold.id, ANN.id, hold.bib),
        ItemEnded(item, item.bib),
    )


def test_a_loan_of_it_ends_before_with_its_fine() -> None:
    late = lent_to(ANN, due=NOW - 5 * DAY, guest=GUEST)
    back, fee, ended = done(send_back(leaving(late), (), ids()))
    assert isinstance(back, CheckedIn)
    assert (back.patron, back.hold) == (ANN.id, None)
    assert isinstance(fee, FeeCharged)
    assert fee.fee.amount == Decimal("1.00")
    assert ended == ItemEnded(late, late.bib)


@pytest.mark.parametrize(
    ("returned", "at"), [(NOW - timedelta(hours=1), NOW - timedelta(hours=1)), (NOW + DAY, NOW)]
)
def test_it_counts_from_when_it_left_but_not_from_the_future(returned: Any, at: Any) -> None:
    back, _ = done(send_back(leaving(lent_to(ANN, guest=GUEST), returned_at=returned), (), ids()))
    assert isinstance(back, CheckedIn)
    assert (back.returned_at, back.scanned_at) == (at, at)


def test_what_is_our_own_is_not_sent_back() -> None:
    assert send_back(leaving(book()), (), ids()) == Refused(Reason.NOT_ALLOWED_HERE)
