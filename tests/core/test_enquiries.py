"""What the desk finds out: who a patron is to the rules, on what terms, who waits, and when it is."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal

import pytest_asyncio
from msgspec.structs import replace

from core.desk import Actor
from core.enquiries import Enquiries
from core.events import HoldPlaced
from core.model.policy import Limits, LoanTerms, Policy
from core.model.records import Hold, HoldId, LoanAct, PatronId
from core.policy_table import PolicyTable
from core.rules.facts import NO_DEMAND, Borrower, Demand, Pin
from tests.fakes.world import ANN, BEN, BOOK, COPY, EAST_KIOSK, EMMA, FILM, KIOSK, METROPOLIS, NOW, World


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library at nine on a Monday."""
    world = await World().start()
    yield world
    await world.stop()


def enquiries_of(world: World) -> Enquiries:
    """The enquiries of its desk."""
    return Enquiries(world.library, world.policy, world.clock)


def wait(world: World, number: int, patron: PatronId) -> Hold:
    """Put a patron in the queue of Emma."""
    hold = Hold(HoldId(number), 1, patron, EMMA, "MAIN", NOW)
    world.library.apply(HoldPlaced(hold))
    return hold


async def test_the_moment_is_that_of_the_clock_where_the_actor_is(world: World) -> None:
    world.clock.advance(hours=14, minutes=45)
    moment = enquiries_of(world).moment(EAST_KIOSK)
    assert (moment.now, moment.today, moment.opening.agency) == (world.clock.now(), date(2026, 3, 3), "EAST")


async def test_a_borrower_comes_with_limits_loans_fees_and_holds(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.charge(ANN, "2.50")
    wait(world, 31, ANN)
    item = world.library.items[BOOK]
    ann = world.library.patrons[ANN]
    assert enquiries_of(world).borrower(ann) == Borrower(ann, Limits(), (item,), Decimal("2.50"), 1)
    assert enquiries_of(world).has_it(item) is ann
    assert enquiries_of(world).has_it(world.library.items[COPY]) is None


async def test_a_loan_is_told_the_terms_of_this_patron_and_whether_the_item_is_served(world: World) -> None:
    enquiries, film = enquiries_of(world), world.library.items[FILM]
    ann = enquiries.borrower(world.library.patrons[ANN])
    for actor, served in ((KIOSK, True), (Actor("kiosk-3", "MAIN", ("MAIN/*",)), False)):
        facts = enquiries.loan(actor, enquiries.moment(actor), ann, film, Pin.RIGHT, True, False)
        assert (facts.terms.name, facts.currency, facts.demand) == ("media", "EUR", NO_DEMAND)
        assert (facts.pin, facts.fee_acknowledged, facts.renewal_wanted) == (Pin.RIGHT, True, False)
        assert facts.served is served


async def test_a_scan_is_told_the_terms_of_whoever_has_the_item_and_where_it_lives(world: World) -> None:
    world.library.install([replace(world.library.patrons[BEN], group="staff")])
    world.desk.check_out(KIOSK, "P2", "I1")
    enquiries = enquiries_of(world)
    lent, there = (enquiries.scan(enquiries.moment(KIOSK), world.library.items[i]) for i in (BOOK, COPY))
    assert (lent.terms.name, there.terms.name) == ("long", "standard")
    assert (lent.home, lent.returned_at) == ("MAIN", None)


async def test_nobody_waits_for_an_item_unless_a_hold_could_be_filled_with_it(world: World) -> None:
    enquiries, items = enquiries_of(world), world.library.items
    assert enquiries.demand(items[BOOK]) is NO_DEMAND
    first, second = wait(world, 31, BEN), wait(world, 32, ANN)
    assert enquiries.demand(items[BOOK]) == Demand(None, (first, second), on_shelf=2)
    assert enquiries.demand(items[FILM]) is NO_DEMAND
    world.desk.check_in(KIOSK, "I1")
    trapped = world.library.holds[first.id]
    assert enquiries.demand(items[BOOK]) == Demand(trapped, (second,), on_shelf=1)


async def test_a_hold_that_no_item_can_fill_is_no_demand(world: World) -> None:
    world.library.apply(HoldPlaced(Hold(HoldId(31), 1, BEN, EMMA, "MAIN", NOW, suspended=True)))
    assert enquiries_of(world).demand(world.library.items[BOOK]) is NO_DEMAND


async def test_a_wish_knows_whether_it_is_held_borrowed_or_holdable_already(world: World) -> None:
    enquiries, ann = enquiries_of(world), world.library.patrons[ANN]

    def wish(pickup: str) -> tuple[bool, bool, bool, bool]:
        facts = enquiries.wish(KIOSK, ann, EMMA, pickup, None, "", None, Pin.RIGHT)
        return facts.held, facts.borrowed, facts.holdable, facts.pickup_known

    assert wish("EAST") == (False, False, True, True)
    world.desk.check_out(KIOSK, "P1", "I1")
    wait(world, 31, ANN)
    assert wish("MOON") == (True, True, True, False)


async def test_only_what_is_given_of_a_hold_is_changed(world: World) -> None:
    hold = wait(world, 31, ANN)
    facts = enquiries_of(world).change_of_wish(KIOSK, hold, "EAST", None, None)
    assert facts.changed == replace(hold, pickup="EAST")
    ends = date(2026, 4, 1)
    facts = enquiries_of(world).change_of_wish(KIOSK, hold, None, ends, "EAST")
    assert facts.changed == replace(hold, expires=ends, at="EAST")
    assert (facts.holdable, facts.pickup_known) == (False, True)  # no copy of Emma is at EAST


async def test_a_hold_is_found_by_its_bib_or_by_an_item_that_could_fill_it(world: World) -> None:
    enquiries, ann, items = enquiries_of(world), world.library.patrons[ANN], world.library.items
    hold = Hold(HoldId(31), 1, ANN, EMMA, "MAIN", NOW, item=COPY)
    world.library.apply(HoldPlaced(hold))
    assert enquiries.hold_of(ann, EMMA, None) == hold
    assert enquiries.hold_of(ann, EMMA, items[COPY]) == hold
    assert enquiries.hold_of(ann, EMMA, items[BOOK]) is None
    assert enquiries.hold_of(ann, METROPOLIS, None) is None
    assert enquiries.hold_of(world.library.patrons[BEN], EMMA, None) is None


async def test_undoing_is_told_the_window_and_the_last_act(world: World) -> None:
    lent = world.desk.check_out(KIOSK, "P1", "I1").outcome
    last = world.answered.latest(BOOK)
    assert last is not None
    world.clock.advance(minutes=1)
    facts = enquiries_of(world).undoing(EAST_KIOSK, LoanAct.CHECK_OUT, world.library.items[BOOK], None, last)
    assert (facts.now, facts.window) == (NOW + timedelta(minutes=1), timedelta(minutes=15))
    assert (facts.actor, facts.done_by, facts.done_at, facts.events) == ("kiosk-2", "kiosk-1", NOW, lent)


async def test_terms_are_told_with_the_rule_that_chose_them_and_a_new_policy_at_once(world: World) -> None:
    enquiries, film = enquiries_of(world), world.library.items[FILM]
    assert (enquiries.terms(None, film).name, enquiries.terms_found(None, film).rule) == ("media", 3)
    enquiries.policy = PolicyTable(Policy(terms=(LoanTerms("all"),), loan_rules=()))
    assert (enquiries.terms(None, film).name, enquiries.terms_found(None, film).rule) == ("all", 0)
