"""Why the desk says yes or no: the same checks, in the same order, as the rules make them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.events import CheckedIn, CheckedOut, HoldPlaced, Renewed
from core.explain import (
    HOLD,
    LENDING,
    RENEWAL,
    Act,
    Check,
    Explanation,
    FallsDue,
    TermsFound,
    explain_hold,
    explain_loan,
    explain_return,
    explain_unknown,
    terms_found,
)
from core.model.policy import Calendar, Limits, LoanRule, LoanTerms, Unit
from core.model.records import Block, BlockKind, Guest, HoldStatus, Item, ItemStatus, Loan, Patron, Reference
from core.refusals import Reason, Refused
from core.rules.checkout import check_out, grounds_against_loan
from core.rules.facts import Demand, HoldFacts, LoanFacts, Pin, ReturnFacts
from core.rules.holds import grounds_against_hold, place_hold
from core.rules.renewal import grounds_against_renewal, renew
from tests.core.rules.given import (
    ANN,
    BEN,
    BOOK,
    DAY,
    NOW,
    TERMS,
    TODAY,
    book,
    borrower,
    hold_of,
    lent_to,
    moment,
    paris,
)

GUEST = Guest(Reference("BROKER", "7"), NOW + 9 * DAY)
FOUND = TermsFound("standard", 7, "patron group *, item policy *, location *")
BLOCKS = (
    Block(BlockKind.CARD_LOST, NOW, "staff"),
    Block(BlockKind.STAFF, NOW, "staff"),
    Block(BlockKind.SELF_CHECK, NOW, "kiosk-1"),
)


def facts(**changes: Any) -> LoanFacts:
    return replace(LoanFacts(moment(), borrower(), book(), TERMS, "EUR"), **changes)


def wish(**changes: Any) -> HoldFacts:
    may = HoldFacts(
        moment(), borrower(), hold_of(ANN), held=False, borrowed=False, holdable=True, pickup_known=True
    )
    return replace(may, **changes)


def no_id() -> int:
    return 0


def told(explained: Explanation, reason: Reason) -> str:
    """The words of a check."""
    (words,) = [check.told for check in explained.checks if check.reason is reason]
    return words


def holding(explained: Explanation) -> list[Reason]:
    """The grounds that hold, in order."""
    return [check.reason for check in explained.checks if check.holds]


# Never other than the rules


def borrowers() -> st.SearchStrategy[Any]:
    patrons: st.SearchStrategy[Patron] = st.builds(
        lambda active, expires, blocks: replace(ANN, active=active, expires=expires, blocks=tuple(blocks)),
        st.booleans(),
        st.sampled_from([None, TODAY, TODAY - DAY]),
        st.lists(st.sampled_from(BLOCKS), max_size=2),
    )
    return st.builds(
        lambda patron, overdue, owed, holds: borrower(
            patron,
            Limits(loans=3, overdues=1, owed=Decimal(1), holds=2),
            loans=(lent_to(ANN, NOW - DAY),) * overdue,
            owed=Decimal(owed),
            holds=holds,
        ),
        patrons,
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 2),
    )


TERMS_OF_ALL_KINDS = st.builds(
    LoanTerms,
    st.just("any"),
    loanable=st.booleans(),
    renewals=st.integers(0, 1),
    rental=st.sampled_from([Decimal(0), Decimal(1)]),
)
DEMANDS = st.builds(
    Demand,
    st.sampled_from([None, hold_of(ANN), hold_of(BEN)]),
    st.lists(st.sampled_from([hold_of(ANN), hold_of(BEN)]), max_size=2).map(tuple),
    st.integers(0, 2),
)


@st.composite
def items(draw: st.DrawFn) -> Item:
    patron, status = draw(st.sampled_from([None, ANN, BEN])), draw(st.sampled_from(ItemStatus))
    item = book() if patron is None else lent_to(patron, renewals=draw(st.integers(0, 1)))
    return replace(item, status=status, destination=draw(st.sampled_from(["", "MAIN", "TOWN"])))


LOANS = st.builds(
    LoanFacts,
    st.just(moment()),
    borrowers(),
    items(),
    TERMS_OF_ALL_KINDS,
    st.just("EUR"),
    DEMANDS,
    st.sampled_from(Pin),
    st.booleans(),
    st.booleans(),
    served=st.booleans(),
)


def in_order(grounds: list[Reason], order: tuple[Reason, ...]) -> bool:
    """Whether the grounds stand in the table, in its order."""
    return grounds == [reason for reason in order if reason in grounds]


@given(LOANS)
def test_checks_of_a_check_out_are_those_of_the_rule(facts: LoanFacts) -> None:
    explained = explain_loan(Act.CHECK_OUT, facts, FOUND)
    loan = facts.item.loan
    own = loan is not None and loan.patron == ANN.id
    grounds = grounds_against_renewal(facts) if own else grounds_against_loan(facts)
    assert in_order(grounds, RENEWAL if own else LENDING)
    assert holding(explained) == grounds
    decision = check_out(facts, no_id)
    assert (explained.refused or explained.events) == decision
    if isinstance(decision, Refused):
        assert decision.reason is holding(explained)[0]
    else:
        assert holding(explained) == []


@given(LOANS)
def test_checks_of_a_renewal_are_those_of_the_rule(facts: LoanFacts) -> None:
    explained = explain_loan(Act.RENEW, facts, FOUND)
    assert in_order(grounds_against_renewal(facts), RENEWAL)
    assert holding(explained) == grounds_against_renewal(facts)
    assert (explained.refused or explained.events) == renew(facts, no_id)


@given(
    st.builds(
        HoldFacts,
        st.just(moment()),
        borrowers(),
        st.sampled_from([hold_of(ANN), hold_of(ANN, expires=TODAY - DAY)]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(Pin),
    )
)
def test_checks_of_a_hold_are_those_of_the_rule(facts: HoldFacts) -> None:
    explained = explain_hold(facts)
    assert in_order(grounds_against_hold(facts), HOLD)
    assert holding(explained) == grounds_against_hold(facts)
    assert (explained.refused or explained.events) == place_hold(facts, no_id)


@given(LOANS, st.sampled_from([Act.CHECK_OUT, Act.RENEW]))
def test_explanation_is_plain_data_too(facts: LoanFacts, act: Act) -> None:
    explained = explain_loan(act, facts, FOUND)
    assert msgspec.convert(msgspec.to_builtins(explained), Explanation) == explained


# In words


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({}, Reason.WRONG_PIN, "no PIN was checked"),
        ({"pin": Pin.RIGHT}, Reason.WRONG_PIN, "the PIN is right"),
        ({"pin": Pin.WRONG}, Reason.WRONG_PIN, "the PIN is wrong"),
        ({}, Reason.PATRON_INACTIVE, "active"),
        ({"borrower": borrower(replace(ANN, active=False))}, Reason.PATRON_INACTIVE, "switched off"),
        ({}, Reason.PATRON_EXPIRED, "no end"),
        (
            {"borrower": borrower(replace(ANN, expires=date(2026, 3, 1)))},
            Reason.PATRON_EXPIRED,
            "the card is good until 2026-03-01, today is 2026-03-02",
        ),
        ({}, Reason.CARD_LOST, "none"),
        ({"borrower": borrower(replace(ANN, blocks=BLOCKS))}, Reason.CARD_LOST, "card_lost by staff"),
        (
            {"borrower": borrower(replace(ANN, blocks=BLOCKS))},
            Reason.PATRON_BLOCKED,
            "staff by staff, self_check by kiosk-1",
        ),
        ({"borrower": borrower(owed=Decimal("3.50"))}, Reason.TOO_MUCH_OWED, "limit 10.00, owes 3.50"),
        ({"borrower": borrower(loans=(lent_to(ANN),) * 12)}, Reason.TOO_MANY_LOANS, "limit 30, has 12"),
        (
            {"borrower": borrower(loans=(lent_to(ANN, NOW - DAY),) * 2)},
            Reason.TOO_MANY_OVERDUES,
            "limit 5, has 2",
        ),
        ({}, Reason.NOT_SERVED_HERE, "MAIN/STACKS is served here"),
        ({"served": False}, Reason.NOT_SERVED_HERE, "MAIN/STACKS is not served here"),
        ({"item": book(status=ItemStatus.IN_PROCESS)}, Reason.ITEM_NOT_READY, "in process"),
        (
            {"item": book(status=ItemStatus.IN_TRANSIT, destination="TOWN")},
            Reason.ITEM_IN_TRANSIT,
            "in transit to TOWN",
        ),
        ({}, Reason.NOT_FOR_LOAN, "for loan"),
        ({"terms": LoanTerms("reference", loanable=False)}, Reason.NOT_FOR_LOAN, "not for loan"),
        ({}, Reason.LENT_TO_ANOTHER, "not on loan"),
        ({"item": lent_to(BEN)}, Reason.LENT_TO_ANOTHER, "on loan to another patron"),
        (
            {"demand": Demand(hold_of(ANN), (hold_of(BEN),), 2)},
            Reason.HELD_FOR_ANOTHER,
            "set aside for this patron; others who wait: 1, copies on the shelf for them: 2",
        ),
        (
            {"demand": Demand(hold_of(BEN))},
            Reason.HELD_FOR_ANOTHER,
            "set aside for another patron; others who wait: 0, copies on the shelf for them: 0",
        ),
        ({}, Reason.FEE_TO_ACKNOWLEDGE, "costs nothing"),
        (
            {"terms": LoanTerms("media", rental=Decimal("1.50"))},
            Reason.FEE_TO_ACKNOWLEDGE,
            "costs 1.50 EUR, not agreed to",
        ),
        (
            {"terms": LoanTerms("media", rental=Decimal("1.50")), "fee_acknowledged": True},
            Reason.FEE_TO_ACKNOWLEDGE,
            "costs 1.50 EUR, agreed to",
        ),
        ({"item": lent_to(ANN)}, Reason.RENEWAL_NOT_WANTED, "wanted"),
        ({"item": lent_to(ANN), "renewal_wanted": False}, Reason.RENEWAL_NOT_WANTED, "not wanted"),
        ({"item": lent_to(ANN)}, Reason.NOT_LENT_TO_PATRON, "on loan to this patron"),
        ({"item": lent_to(ANN, renewals=2)}, Reason.TOO_MANY_RENEWALS, "limit 3, has 2"),
        (
            {"item": lent_to(ANN, guest=GUEST)},
            Reason.TOO_MANY_RENEWALS,
            "limit 3, has 0; its library decides how long it stays",
        ),
        (
            {"item": lent_to(ANN, loan=Loan(ANN.id, NOW, NOW + DAY, recalled_at=NOW))},
            Reason.WANTED_BY_ANOTHER,
            "called back; others who wait: 0, copies on the shelf for them: 0",
        ),
        (
            {"item": lent_to(ANN), "demand": Demand(None, (hold_of(BEN, expires=TODAY - DAY),), 1)},
            Reason.WANTED_BY_ANOTHER,
            "others who wait: 0, copies on the shelf for them: 1",
        ),
    ],
)
def test_check_says_what_it_looked_at(changes: dict[str, Any], reason: Reason, words: str) -> None:
    assert told(explain_loan(Act.CHECK_OUT, facts(**changes), FOUND), reason) == words


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({}, Reason.UNKNOWN_PICKUP, '"MAIN" is an agency'),
        ({"pickup_known": False}, Reason.UNKNOWN_PICKUP, '"MAIN" is no agency'),
        ({}, Reason.INVALID_DATE, "ends never, today is 2026-03-02"),
        ({}, Reason.ALREADY_HELD, "has no hold on it"),
        ({"held": True}, Reason.ALREADY_HELD, "has a hold on it"),
        ({}, Reason.ALREADY_BORROWED, "does not have it on loan"),
        ({"borrowed": True}, Reason.ALREADY_BORROWED, "has it on loan"),
        ({}, Reason.NOT_HOLDABLE, "an item of it can be held"),
        ({"holdable": False}, Reason.NOT_HOLDABLE, "no item of it can be held"),
        ({"borrower": borrower(holds=3)}, Reason.TOO_MANY_HOLDS, "limit 15, has 3"),
    ],
)
def test_check_of_a_hold_says_what_it_looked_at(changes: dict[str, Any], reason: Reason, words: str) -> None:
    assert told(explain_hold(wish(**changes)), reason) == words


def test_other_patrons_are_not_named() -> None:
    taken = facts(item=lent_to(BEN), demand=Demand(hold_of(BEN)))
    words = " ".join(check.told for check in explain_loan(Act.CHECK_OUT, taken, FOUND).checks)
    assert not {str(BEN.id), BEN.barcode, BEN.family, BEN.given} & set(words.split())


def test_events_that_would_follow_are_those_of_the_rule() -> None:
    (lent,) = explain_loan(Act.CHECK_OUT, facts(), FOUND).events
    assert isinstance(lent, CheckedOut)
    (renewed,) = explain_loan(Act.CHECK_OUT, facts(item=lent_to(ANN)), FOUND).events
    assert isinstance(renewed, Renewed)
    (held,) = explain_hold(wish()).events
    assert isinstance(held, HoldPlaced)
    assert held.hold.status is HoldStatus.WAITING


def test_no_check_is_made_on_a_loan_that_is_not_there() -> None:
    explained = explain_loan(Act.RENEW, facts(), FOUND)
    assert explained.checks[-1] == Check(Reason.NOT_ON_LOAN, True, "not on loan")


@pytest.mark.parametrize(
    ("item", "refused"),
    [(BOOK, None), (book(status=ItemStatus.WITHDRAWN), Refused(Reason.ITEM_WITHDRAWN))],
)
def test_return_is_explained_by_where_the_item_goes(item: Item, refused: Refused | None) -> None:
    explained = explain_return(ReturnFacts(moment(), item, TERMS, "TOWN", "EUR"), FOUND)
    assert explained.refused == refused
    assert holding(explained) == ([] if refused is None else [Reason.ITEM_WITHDRAWN])
    assert [isinstance(event, CheckedIn) and event.destination for event in explained.events] == (
        ["TOWN"] if refused is None else []
    )


def test_what_is_not_known_is_all_there_is_to_say() -> None:
    explained = explain_unknown(Act.RENEW, Reason.UNKNOWN_PATRON, Refused(Reason.WRONG_PIN))
    assert explained.checks == (Check(Reason.UNKNOWN_PATRON, True, "not found"),)
    assert explained.refused == Refused(Reason.WRONG_PIN)


def test_terms_are_told_with_the_rule_that_chose_them() -> None:
    rules = (LoanRule("long", "staff"), LoanRule("standard", "adult", "book", "MAIN/*"))
    assert terms_found(TERMS, 2, rules) == TermsFound(
        "standard", 2, "patron group adult, item policy book, location MAIN/*"
    )
    assert terms_found(TERMS, 0, rules) == TermsFound(
        "standard", 0, "no loan rule matches; the first terms apply"
    )


@pytest.mark.parametrize(
    ("terms", "calendar", "item", "falls_due"),
    [
        (
            TERMS,
            Calendar(),
            BOOK,
            FallsDue(paris("2026-03-30 23:59"), "28 days from 2026-03-02 10:30: 2026-03-30 23:59"),
        ),
        (
            LoanTerms("short", length=5),
            Calendar((5, 6)),
            BOOK,
            FallsDue(
                paris("2026-03-09 23:59"),
                "5 days from 2026-03-02 10:30, closed days skipped: 2: 2026-03-09 23:59",
                (date(2026, 3, 7), date(2026, 3, 8)),
            ),
        ),
        (
            LoanTerms("reserve", unit=Unit.HOURS, length=20),
            Calendar((), frozenset({date(2026, 3, 3)})),
            BOOK,
            FallsDue(
                paris("2026-03-04 06:30"),
                "20 hours from 2026-03-02 10:30, closed days skipped: 1: 2026-03-04 06:30",
                (date(2026, 3, 3),),
            ),
        ),
        (
            TERMS,
            Calendar(),
            lent_to(ANN, due=NOW + 60 * DAY),
            FallsDue(
                NOW + 60 * DAY,
                "28 days from 2026-03-02 10:30, but not before it is due now: 2026-05-01 11:30",
            ),
        ),
        (
            TERMS,
            Calendar(),
            book(guest=GUEST),
            FallsDue(
                NOW + 9 * DAY,
                "28 days from 2026-03-02 10:30, but its library waits for it: 2026-03-11 10:30",
            ),
        ),
    ],
)
def test_due_date_is_told_with_how_it_came_about(
    terms: LoanTerms, calendar: Calendar, item: Item, falls_due: FallsDue
) -> None:
    explained = explain_loan(
        Act.CHECK_OUT, facts(terms=terms, moment=moment(calendar=calendar), item=item), FOUND
    )
    assert explained.due == falls_due


@given(
    st.builds(
        LoanTerms,
        st.just("any"),
        unit=st.sampled_from(Unit),
        length=st.integers(1, 60),
    ),
    st.lists(st.integers(0, 6), max_size=6),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_due_date_told_is_the_one_of_the_loan(terms: LoanTerms, closed: list[int], later: timedelta) -> None:
    now: datetime = NOW + later
    explained = explain_loan(
        Act.CHECK_OUT, facts(terms=terms, moment=moment(now, calendar=Calendar(tuple(closed)))), FOUND
    )
    (lent,) = explained.events
    assert isinstance(lent, CheckedOut)
    assert explained.due is not None
    assert explained.due.at == lent.loan.due
    assert all(day.weekday() in closed for day in explained.due.skipped)
