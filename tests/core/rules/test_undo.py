"""Taking an act back: only one's own, only lately, only the last; and then all is as it was before."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import CheckedIn, CheckedOut, DiscrepancyNoted, Event, FeeCharged, Renewed, Undone
from core.model.records import (
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    FeeKind,
    Hold,
    HoldStatus,
    Item,
    ItemId,
    ItemStatus,
    Loan,
    LoanAct,
)
from core.refusals import Reason, Refused
from core.rules.facts import UndoFacts
from core.rules.undo import undo, undone_before
from tests.core.rules.given import ANN, BEN, BOOK, DAY, NOW, before, book, done, hold_of, lent_to

WINDOW = timedelta(minutes=15)
LOAN = Loan(ANN.id, NOW, NOW + 28 * DAY, 0, "MAIN")
LENT = book(status=ItemStatus.ON_LOAN, loan=LOAN)
CHECKED_OUT = CheckedOut(BOOK.id, LOAN, before=before(BOOK))
AT_HOME = lent_to(ANN)
CHECKED_IN = CheckedIn(BOOK.id, "MAIN", NOW, patron=ANN.id, before=before(AT_HOME))
OTHER = replace(BOOK, id=ItemId(11), barcode="I-OTHER")
ANNS = hold_of(ANN)
READY = replace(ANNS, status=HoldStatus.READY, trapped=BOOK.id, ready_until=NOW + DAY)
REFUSED = Refused(Reason.NOTHING_TO_UNDO)


def facts(act: LoanAct, item: Item, /, *events: Event, **changes: Any) -> UndoFacts:
    """The kiosk that has just done it wants it undone; nothing else is known."""
    known = UndoFacts(
        now=NOW + timedelta(minutes=1),
        window=WINDOW,
        actor="kiosk",
        act=act,
        item=item,
        patron=None,
        done_at=NOW,
        done_by="kiosk",
        events=events,
        holds={},
        items={item.id: item},
        fees={},
        discrepancies={},
    )
    return replace(known, **changes)


def of_loan(*further: Event, **changes: Any) -> UndoFacts:
    return facts(LoanAct.CHECK_OUT, LENT, CHECKED_OUT, *further, **changes)


def of_return(*further: Event, **changes: Any) -> UndoFacts:
    return facts(LoanAct.CHECK_IN, BOOK, CHECKED_IN, *further, **{"patron": ANN.id, **changes})


def undone(facts: UndoFacts) -> Undone:
    (event,) = done(undo(facts))
    return event


def test_loan_is_taken_back() -> None:
    assert undone(of_loan()) == Undone(LoanAct.CHECK_OUT, BOOK.id, ANN.id, before(BOOK))


def test_renewal_is_taken_back_and_the_former_loan_is_there_again() -> None:
    longer = replace(LOAN, due=NOW + 56 * DAY, renewals=1)
    event = undone(
        facts(
            LoanAct.CHECK_OUT,
            replace(LENT, loan=longer),
            Renewed(BOOK.id, longer, LOAN.due, before(LENT)),
        )
    )
    assert (event.patron, event.before.loan) == (ANN.id, LOAN)


def test_return_is_taken_back_and_the_patron_has_the_loan_again() -> None:
    assert undone(of_return()) == Undone(LoanAct.CHECK_IN, BOOK.id, ANN.id, before(AT_HOME))


def test_return_of_what_nobody_had_can_be_taken_back_if_no_patron_is_named() -> None:
    came_home = CheckedIn(BOOK.id, "MAIN", NOW, before=before(book(status=ItemStatus.MISSING)))
    event = undone(facts(LoanAct.CHECK_IN, BOOK, came_home))
    assert (event.patron, event.before.status) == (None, ItemStatus.MISSING)


@pytest.mark.parametrize(
    "nothing",
    [
        of_loan(actor="another kiosk"),
        of_loan(now=NOW + WINDOW + timedelta(seconds=1)),
        of_loan(window=timedelta(0)),
        of_loan(act=LoanAct.CHECK_IN, patron=ANN.id),
        of_loan(item=BOOK),
        of_loan(item=replace(LENT, loan=replace(LOAN, renewals=1))),
        of_loan(item=OTHER),
        of_loan(item=replace(LENT, status=ItemStatus.LOST)),
        of_return(item=book(status=ItemStatus.MISSING)),
        facts(LoanAct.CHECK_OUT, LENT, replace(CHECKED_OUT, before=None)),  # from an older log
        facts(LoanAct.CHECK_OUT, LENT, Renewed(BOOK.id, replace(LOAN, renewals=1), LOAN.due, before(LENT))),
        of_return(act=LoanAct.CHECK_OUT),
        of_return(patron=BEN.id),
        of_return(patron=None),
        of_return(item=LENT),
        of_return(item=book(hold=ANNS.id)),
        of_return(item=book(destination="TOWN")),
        facts(LoanAct.CHECK_OUT, BOOK, Undone(LoanAct.CHECK_OUT, BOOK.id, ANN.id, before(BOOK))),
    ],
)
def test_otherwise_there_is_nothing_to_undo(nothing: UndoFacts) -> None:
    assert undo(nothing) == REFUSED


def test_window_ends_with_its_last_moment() -> None:
    assert undone(of_loan(now=NOW + WINDOW)).item == BOOK.id


# Holds


def test_hold_that_the_loan_filled_exists_again_with_its_item_set_aside() -> None:
    shelved = book(status=ItemStatus.ON_HOLD_SHELF, hold=READY.id)
    lent = CheckedOut(BOOK.id, LOAN, READY.id, before=before(shelved, READY))
    assert undone(facts(LoanAct.CHECK_OUT, LENT, lent)).before == before(shelved, READY)


TRAPPED_OTHER = replace(READY, trapped=OTHER.id)
ON_ITS_WAY = replace(TRAPPED_OTHER, status=HoldStatus.IN_TRANSIT, ready_until=None)
TO_TOWN_NOW = replace(ON_ITS_WAY, pickup="TOWN")  # changed while it travelled
WAITING = replace(READY, status=HoldStatus.WAITING, trapped=None, ready_until=None)


@pytest.mark.parametrize(
    ("filled", "other", "again"),
    [
        (TRAPPED_OTHER, {"status": ItemStatus.ON_HOLD_SHELF}, TRAPPED_OTHER),
        (ON_ITS_WAY, {"status": ItemStatus.IN_TRANSIT, "destination": "MAIN"}, ON_ITS_WAY),
        (TO_TOWN_NOW, {"status": ItemStatus.IN_TRANSIT, "destination": "MAIN"}, TO_TOWN_NOW),
        # It was scanned in meanwhile, and is at home or somebody else's now.
        (TRAPPED_OTHER, {"status": ItemStatus.AVAILABLE}, WAITING),
        (ON_ITS_WAY, {"status": ItemStatus.ON_HOLD_SHELF}, WAITING),
        (TRAPPED_OTHER, {"status": ItemStatus.ON_HOLD_SHELF, "hold": hold_of(BEN).id}, WAITING),
    ],
)
def test_item_that_the_filled_hold_released_is_its_again_if_it_is_still_there(
    filled: Hold, other: dict[str, Any], again: Hold
) -> None:
    lent = CheckedOut(BOOK.id, LOAN, filled.id, before=before(BOOK, filled))
    items = {LENT.id: LENT, OTHER.id: replace(OTHER, **other)}
    assert undone(facts(LoanAct.CHECK_OUT, LENT, lent, items=items)).before == before(BOOK, again)


def test_hold_that_the_return_trapped_waits_again_as_it_did() -> None:
    waiting = hold_of(BEN)
    back = replace(CHECKED_IN, hold=waiting.id, before=before(AT_HOME, waiting))
    item = book(status=ItemStatus.ON_HOLD_SHELF, hold=waiting.id)
    ready = replace(waiting, version=2, status=HoldStatus.READY, trapped=BOOK.id, ready_until=NOW + DAY)
    event = undone(facts(LoanAct.CHECK_IN, item, back, patron=ANN.id, holds={waiting.id: ready}))
    assert event.before == before(AT_HOME, replace(waiting, version=2))


def test_what_was_changed_about_the_hold_since_stays_changed() -> None:
    waiting = hold_of(BEN)
    back = replace(CHECKED_IN, hold=waiting.id, before=before(AT_HOME, waiting))
    item = book(status=ItemStatus.ON_HOLD_SHELF, hold=waiting.id)
    moved = replace(waiting, status=HoldStatus.READY, trapped=BOOK.id, pickup="TOWN")
    event = undone(facts(LoanAct.CHECK_IN, item, back, patron=ANN.id, holds={waiting.id: moved}))
    assert event.before.holds == (replace(waiting, pickup="TOWN"),)


BENS = replace(hold_of(BEN), status=HoldStatus.READY, trapped=BOOK.id)
DISPLACED = replace(BENS, status=HoldStatus.WAITING, trapped=None)
SHELVED = book(status=ItemStatus.ON_HOLD_SHELF, hold=BENS.id)


@pytest.mark.parametrize(
    ("now", "again"),
    [
        ({BENS.id: DISPLACED}, before(SHELVED, BENS)),
        ({BENS.id: replace(BENS, trapped=OTHER.id)}, before(replace(SHELVED, hold=None))),
        ({}, before(replace(SHELVED, hold=None))),  # cancelled
    ],
)
def test_displaced_hold_has_its_item_again_unless_it_got_another_or_ended(now: Any, again: Any) -> None:
    lent = CheckedOut(BOOK.id, LOAN, displaced=BENS.id, before=before(SHELVED, BENS))
    assert undone(facts(LoanAct.CHECK_OUT, LENT, lent, holds=now)).before == again


# What came with the act


def charged(number: int, item: Item | None = BOOK) -> Fee:
    return Fee(
        FeeId(number),
        1,
        ANN.id,
        FeeKind.RENTAL,
        Decimal(1),
        "EUR",
        NOW,
        item=None if item is None else item.id,
    )


def test_fees_of_the_act_end_with_it_and_no_others() -> None:
    fees = [charged(1), charged(2, OTHER), charged(3)]
    known = {fee.id: fee for fee in fees[:2]} | {FeeId(4): charged(4)}
    assert undone(of_loan(*map(FeeCharged, fees), fees=known)).fees == (1,)


@pytest.mark.parametrize(("settled_at", "ended"), [(None, (7,)), (NOW, ())])
def test_open_discrepancy_of_the_act_ends_with_it(
    settled_at: datetime | None, ended: tuple[int, ...]
) -> None:
    line = Discrepancy(
        DiscrepancyId(7), 1, LoanAct.CHECK_OUT, "kiosk", "MAIN", "P", "I", NOW, NOW, ("wrong-pin",), True
    )
    now = {line.id: replace(line, settled_at=settled_at)}
    assert undone(of_loan(DiscrepancyNoted(line), discrepancies=now)).discrepancies == ended


def test_loan_that_ended_anothers_gives_it_back_with_all_its_fees() -> None:
    """A machine on its own lent what was on loan to Ben."""
    bens = lent_to(BEN)
    fine = replace(charged(1), patron=BEN.id)
    back = CheckedIn(BOOK.id, "MAIN", NOW, patron=BEN.id, before=before(bens))
    lent = CheckedOut(BOOK.id, LOAN, before=before(bens))
    event = undone(
        facts(
            LoanAct.CHECK_OUT,
            LENT,
            *(back, FeeCharged(fine), lent, FeeCharged(charged(2))),
            fees={fine.id: fine, FeeId(2): charged(2)},
        )
    )
    assert (event.before.loan, event.fees) == (bens.loan, (1, 2))


# Asked again


UNDONE = Undone(LoanAct.CHECK_IN, BOOK.id, ANN.id, before(AT_HOME))


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"now": NOW + DAY}, True),
        ({"actor": "another kiosk"}, False),
        ({"act": LoanAct.CHECK_OUT}, False),
        ({"patron": BEN.id}, False),
        ({"events": (CHECKED_IN,)}, False),
    ],
)
def test_the_same_undoing_again_is_known(changes: dict[str, Any], same: bool) -> None:
    known = undone_before(facts(LoanAct.CHECK_IN, AT_HOME, UNDONE, **{"patron": ANN.id, **changes}))
    assert known == (UNDONE if same else None)


def test_for_a_loan_the_patron_is_not_asked() -> None:
    taken_back = replace(UNDONE, act=LoanAct.CHECK_OUT)
    assert undone_before(facts(LoanAct.CHECK_OUT, BOOK, taken_back)) == taken_back
