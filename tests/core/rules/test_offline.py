"""What machines did on their own: it is booked as of then, and what it broke is told, worst first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.events import CheckedIn, CheckedOut, DiscrepancyNoted, Event, FeeCharged, Renewed
from core.model.policy import Limits, LoanTerms
from core.model.records import (
    Block,
    BlockKind,
    Discrepancy,
    DiscrepancyId,
    Fee,
    FeeId,
    FeeKind,
    HoldStatus,
    Item,
    ItemStatus,
    Loan,
    LoanAct,
)
from core.refusals import Reason, Refused
from core.rules.facts import Demand, LoanFacts, Pin, ReturnFacts
from core.rules.offline import Booking, book_check_in, book_check_out, book_renewal, overtaken, told
from tests.core.rules.given import (
    ANN,
    BEN,
    BOOK,
    DAY,
    NOW,
    TERMS,
    before,
    book,
    borrower,
    hold_of,
    ids,
    lent_to,
    moment,
    paris,
)

AT = NOW - timedelta(hours=3)
MACHINES_DATE = paris("2026-03-20 23:59")
BY_POLICY = paris("2026-03-30 23:59")
RENTED = LoanTerms("media", rental=Decimal("1.50"))
BLOCKED = replace(ANN, blocks=(Block(BlockKind.STAFF, NOW, "desk"),))
BENS = replace(hold_of(BEN), status=HoldStatus.READY, trapped=BOOK.id)
SHELVED_FOR_BEN: dict[str, Any] = {
    "item": book(status=ItemStatus.ON_HOLD_SHELF, hold=BENS.id),
    "demand": Demand(trapped=BENS),
}


def facts(item: Item = BOOK, **changes: Any) -> LoanFacts:
    return replace(LoanFacts(moment(AT), borrower(), item, TERMS, "EUR"), **changes)


def returned(item: Item, at: datetime = AT, **changes: Any) -> ReturnFacts:
    return replace(ReturnFacts(moment(at), item, TERMS, "MAIN", "EUR"), **changes)


def check_out(facts: LoanFacts, until: datetime | None = None) -> Booking:
    return book_check_out(facts, until, returned(facts.item), ids())


def lent_at(when: datetime, until: datetime) -> Loan:
    return Loan(ANN.id, when, until, 0, "MAIN")


@pytest.mark.parametrize(
    ("given", "until", "reasons"),
    [
        (MACHINES_DATE, MACHINES_DATE, ()),
        (None, BY_POLICY, ()),
        (AT, BY_POLICY, (Reason.INVALID_DATE,)),
        (paris("1999-12-31 23:59"), BY_POLICY, (Reason.INVALID_DATE,)),
    ],
)
def test_loan_has_the_machines_times_and_a_blank_or_senseless_due_date_is_the_policys(
    given: datetime | None, until: datetime, reasons: tuple[Reason, ...]
) -> None:
    booking = check_out(facts(), given)
    assert booking.events == (CheckedOut(BOOK.id, lent_at(AT, until), before=before(BOOK)),)
    assert tuple(booking.reasons) == reasons


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"pin": Pin.WRONG}, [Reason.WRONG_PIN]),
        ({"borrower": borrower(BLOCKED)}, [Reason.PATRON_BLOCKED]),
        (
            {"borrower": borrower(limits=Limits(loans=1), loans=(lent_to(BEN, id=99),))},
            [Reason.TOO_MANY_LOANS],
        ),
        ({"served": False}, [Reason.NOT_SERVED_HERE]),
        ({"item": book(status=ItemStatus.LOST)}, [Reason.ITEM_LOST]),
        ({"item": book(status=ItemStatus.MISSING)}, [Reason.ITEM_MISSING]),
        ({"item": book(status=ItemStatus.WITHDRAWN)}, [Reason.ITEM_WITHDRAWN]),
        ({"item": book(status=ItemStatus.IN_PROCESS)}, [Reason.ITEM_NOT_READY]),
        ({"item": book(status=ItemStatus.IN_TRANSIT, destination="TOWN")}, [Reason.ITEM_IN_TRANSIT]),
        ({"terms": LoanTerms("reference", loanable=False)}, [Reason.NOT_FOR_LOAN]),
        (SHELVED_FOR_BEN, [Reason.HELD_FOR_ANOTHER]),
        ({"demand": Demand(waiting=(hold_of(BEN),), on_shelf=1)}, [Reason.HELD_FOR_ANOTHER]),
        ({"terms": RENTED}, [Reason.FEE_TO_ACKNOWLEDGE]),
        (
            {"terms": RENTED, "pin": Pin.WRONG, "borrower": borrower(BLOCKED), **SHELVED_FOR_BEN},
            [
                Reason.WRONG_PIN,
                Reason.PATRON_BLOCKED,
                Reason.HELD_FOR_ANOTHER,
                Reason.FEE_TO_ACKNOWLEDGE,
            ],
        ),
    ],
)
def test_what_forbids_a_loan_online_is_a_reason_for_the_work_list_and_stops_nothing(
    changes: dict[str, Any], reasons: list[Reason]
) -> None:
    booking = check_out(facts(**changes))
    assert [event.loan.patron for event in booking.events if isinstance(event, CheckedOut)] == [ANN.id]
    assert booking.reasons == reasons


def test_rental_is_charged_though_nobody_agreed_to_it() -> None:
    _, charged = check_out(facts(terms=RENTED)).events
    assert charged == FeeCharged(
        Fee(FeeId(1000), 1, ANN.id, FeeKind.RENTAL, Decimal("1.50"), "EUR", AT, item=BOOK.id)
    )


def test_hold_for_which_the_item_was_set_aside_waits_again() -> None:
    (lent,) = check_out(facts(**SHELVED_FOR_BEN)).events
    assert isinstance(lent, CheckedOut)
    assert (lent.hold, lent.displaced) == (None, BENS.id)
    assert lent.before == before(SHELVED_FOR_BEN["item"], BENS)


def test_patrons_own_hold_is_filled_while_anothers_is_displaced() -> None:
    anns = hold_of(ANN)
    (lent,) = check_out(facts(SHELVED_FOR_BEN["item"], demand=Demand(BENS, (anns,)))).events
    assert isinstance(lent, CheckedOut)
    assert (lent.hold, lent.displaced) == (anns.id, BENS.id)
    assert lent.before is not None
    assert lent.before.holds == (anns, BENS)


def test_item_on_loan_to_another_was_brought_back_before_and_costs_them_what_it_cost_then() -> None:
    item = lent_to(BEN, due=paris("2026-02-25 23:59"))
    booking = book_check_out(facts(item), None, returned(item, home="TOWN"), ids())
    assert booking.reasons == [Reason.LENT_TO_ANOTHER]
    back, fine, lent = booking.events
    assert isinstance(back, CheckedIn)
    assert (back.patron, back.returned_at, back.destination, back.hold) == (BEN.id, AT, "", None)
    assert fine == FeeCharged(
        Fee(FeeId(1000), 1, BEN.id, FeeKind.OVERDUE, Decimal("1.00"), "EUR", AT, item=BOOK.id)
    )
    assert lent == CheckedOut(BOOK.id, lent_at(AT, BY_POLICY), before=before(item))


def test_nobody_who_waits_gets_what_another_brought_back_and_this_patron_has() -> None:
    item, demand = lent_to(BEN), Demand(waiting=(hold_of(BEN),), on_shelf=1)
    booking = book_check_out(facts(item, demand=demand), None, returned(item, demand=demand), ids())
    assert booking.reasons == [Reason.LENT_TO_ANOTHER, Reason.HELD_FOR_ANOTHER]
    assert [type(event) for event in booking.events] == [CheckedIn, CheckedOut]
    assert [event.hold for event in booking.events if isinstance(event, CheckedIn)] == [None]


@pytest.mark.parametrize(
    ("left", "given", "until"),
    [
        (5 * DAY, MACHINES_DATE, MACHINES_DATE),
        (5 * DAY, None, BY_POLICY),
        (20 * DAY, MACHINES_DATE, NOW + 20 * DAY),  # never shorter
    ],
)
@pytest.mark.parametrize("act", [lambda facts, until: book_renewal(facts, until, ids()), check_out])
def test_patrons_own_loan_is_renewed_until_the_machines_date(
    act: Callable[[LoanFacts, datetime | None], Booking],
    left: timedelta,
    given: datetime | None,
    until: datetime,
) -> None:
    item = lent_to(ANN, due=NOW + left)
    booking = act(facts(item), given)
    assert item.loan is not None
    renewed = replace(item.loan, due=until, renewals=1)
    assert booking == Booking((Renewed(BOOK.id, renewed, item.loan.due, before(item)),), [])


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"pin": Pin.WRONG}, [Reason.WRONG_PIN]),
        ({"item": lent_to(ANN, renewals=3)}, [Reason.TOO_MANY_RENEWALS]),
        (
            {"borrower": borrower(BLOCKED), "demand": Demand(waiting=(hold_of(BEN),))},
            [Reason.PATRON_BLOCKED, Reason.WANTED_BY_ANOTHER],
        ),
        ({"renewal_wanted": False}, [Reason.RENEWAL_NOT_WANTED]),
        ({"item": lent_to(ANN, status=ItemStatus.LOST)}, [Reason.ITEM_LOST]),
    ],
)
def test_what_forbids_a_renewal_online_stops_nothing(changes: dict[str, Any], reasons: list[Reason]) -> None:
    booking = book_renewal(facts(**{"item": lent_to(ANN), **changes}), None, ids())
    assert [type(event) for event in booking.events] == [Renewed]
    assert booking.reasons == reasons


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"item": book()}, [Reason.NOT_ON_LOAN]),
        ({"item": lent_to(BEN)}, [Reason.NOT_LENT_TO_PATRON]),
        ({"item": book(), "pin": Pin.WRONG}, [Reason.NOT_ON_LOAN, Reason.WRONG_PIN]),
    ],
)
def test_renewal_without_a_loan_is_not_booked_and_that_is_the_worst_of_it(
    changes: dict[str, Any], reasons: list[Reason]
) -> None:
    assert book_renewal(facts(**changes), None, ids()) == Booking((), reasons)


def test_return_counts_from_when_it_happened_and_goes_where_it_is_needed_now() -> None:
    waiting = hold_of(BEN)
    item = lent_to(ANN, due=paris("2026-02-25 23:59"))
    at = paris("2026-02-28 12:00")
    back = returned(item, NOW, returned_at=at, demand=Demand(waiting=(waiting,)))
    checked_in, fine = book_check_in(back, at, ids()).events
    assert isinstance(checked_in, CheckedIn)
    assert (checked_in.patron, checked_in.returned_at, checked_in.scanned_at) == (ANN.id, at, at)
    assert (checked_in.hold, checked_in.ready_until) == (waiting.id, paris("2026-03-09 23:59"))
    assert isinstance(fine, FeeCharged)
    assert fine.fee.amount == Decimal("0.60")


def test_withdrawn_item_is_taken_back_and_that_is_told() -> None:
    booking = book_check_in(returned(book(status=ItemStatus.WITHDRAWN)), AT, ids())
    assert [type(event) for event in booking.events] == [CheckedIn]
    assert booking.reasons == (Reason.ITEM_WITHDRAWN,)


LATER, EARLIER = AT + timedelta(seconds=1), AT - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("item", "is_overtaken"),
    [
        (book(), False),
        (book(moved_at=EARLIER), False),
        (book(moved_at=AT), False),
        (book(moved_at=LATER), True),
        (lent_to(BEN, due=NOW), False),  # lent three weeks before
        (lent_to(BEN, due=NOW + 21 * DAY), True),  # lent now; whoever loaded the loan told nothing else
        (lent_to(ANN, due=NOW + 21 * DAY), True),
    ],
)
def test_what_is_older_than_the_last_thing_that_happened_to_the_item_changes_nothing(
    item: Item, is_overtaken: bool
) -> None:
    assert overtaken(item, AT) is is_overtaken
    for booking in (
        check_out(facts(item)),
        book_renewal(facts(item), None, ids()),
        book_check_in(returned(item, NOW, returned_at=AT), AT, ids()),
    ):
        assert (booking == Booking((), (Reason.SUPERSEDED,))) is is_overtaken


def noted(*reasons: str) -> DiscrepancyNoted:
    return DiscrepancyNoted(
        Discrepancy(DiscrepancyId(7), 1, LoanAct.CHECK_OUT, "kiosk", "MAIN", "P", "I", AT, NOW, reasons, True)
    )


LENT = CheckedOut(BOOK.id, lent_at(AT, BY_POLICY))
BACK = CheckedIn(BOOK.id, "MAIN", AT, patron=BEN.id)
FINE = FeeCharged(Fee(FeeId(1), 1, BEN.id, FeeKind.OVERDUE, Decimal(1), "EUR", AT))
RENTAL = FeeCharged(Fee(FeeId(2), 1, ANN.id, FeeKind.RENTAL, Decimal(1), "EUR", AT))
NOTED = noted("lent-to-another")


@pytest.mark.parametrize(
    ("recorded", "answer"),
    [
        ((LENT,), (LENT,)),
        ((LENT, RENTAL, NOTED), (LENT, RENTAL, NOTED)),
        ((BACK, FINE, LENT, RENTAL, NOTED), (LENT, RENTAL, NOTED)),
        ((BACK, FINE), (BACK, FINE)),
        ((noted("unknown-patron", "unknown-item"),), Refused(Reason.UNKNOWN_PATRON)),
    ],
)
def test_machine_is_told_of_its_own_act_and_not_what_another_owes(
    recorded: tuple[Event, ...], answer: tuple[Event, ...] | Refused
) -> None:
    assert told(recorded) == answer
