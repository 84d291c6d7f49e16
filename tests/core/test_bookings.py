"""Bookings: what a machine did on its own is kept in one unit of work with what is wrong about it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from core.bookings import Bookings
from core.enquiries import Enquiries
from core.events import CheckedIn, CheckedOut, DiscrepancyNoted
from core.journal import Journal
from core.model.records import LoanAct
from core.refusals import Reason, Refused
from core.register import Answer, Outcome, Register
from core.rules.facts import Offline, Pin
from tests.fakes.world import BOOK, KIOSK, NOW, CountedIds, World

AT = Offline(NOW - timedelta(hours=2), NOW + timedelta(days=9))


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library at nine on a Monday."""
    world = await World().start()
    yield world
    await world.stop()


def bookings_of(world: World, journal: Journal | None = None) -> Bookings:
    """The bookings of its desk."""
    register = Register(journal or world.journal, world.answered)
    return Bookings(Enquiries(world.library, world.policy, world.clock), register, CountedIds())


def lend(bookings: Bookings, patron: str, item: str, request: str = "") -> Answer[Outcome]:
    """Book a loan without further ado."""
    return bookings.loan(LoanAct.CHECK_OUT, KIOSK, patron, item, AT, request, Pin.RIGHT, False, True)


async def test_a_loan_by_the_rules_leaves_nothing_on_the_work_list(world: World) -> None:
    answer = lend(bookings_of(world), "P1", "I1")
    assert answer.unit is not None
    assert [type(event) for event in answer.unit.events] == [CheckedOut]
    assert not world.library.discrepancies


async def test_a_loan_against_the_rules_is_one_unit_of_work_with_its_discrepancy(world: World) -> None:
    answer = lend(bookings_of(world), "P4", "I1")
    assert answer.unit is not None
    assert [type(event) for event in answer.unit.events] == [CheckedOut, DiscrepancyNoted]
    (line,) = world.library.discrepancies.values()
    assert (line.reasons, line.booked, line.due) == (("patron-expired",), True, AT.due)


async def test_the_very_loan_sent_once_more_changes_nothing(world: World) -> None:
    bookings = bookings_of(world)
    first = lend(bookings, "P1", "I1", "k1")
    version = world.library.items[BOOK].version
    again = lend(bookings, "P1", "I1", "k2")
    assert isinstance(again.outcome, tuple)
    assert isinstance(first.outcome, tuple)
    assert [type(event) for event in again.outcome] == [CheckedOut]
    assert (again.unit, again.mine) == (first.unit, False)
    assert world.library.items[BOOK].version == version


async def test_a_request_sent_again_is_booked_once(world: World) -> None:
    bookings = bookings_of(world)
    assert lend(bookings, "P9", "I1", "k1") == lend(bookings, "P9", "I1", "k1")
    assert len(world.library.discrepancies) == 1
    back = bookings.scan(KIOSK, "I9", AT, "k2", None)
    assert bookings.scan(KIOSK, "I9", AT, "k2", None) == back
    assert len(world.library.discrepancies) == 2


@pytest.mark.parametrize(("days", "hours"), [(None, 2), (3, 72), (-1, 2)])
async def test_a_return_counts_from_when_the_machine_took_the_item_or_from_earlier(
    world: World, days: int | None, hours: int
) -> None:
    returned_at = None if days is None else NOW - timedelta(days=days)
    outcome = bookings_of(world).scan(KIOSK, "I1", AT, "", returned_at).outcome
    assert isinstance(outcome, tuple)
    assert isinstance(outcome[0], CheckedIn)
    assert (outcome[0].returned_at, outcome[0].scanned_at) == (NOW - timedelta(hours=hours), AT.at)


async def test_when_the_journal_is_full_nothing_is_booked_and_the_machine_tries_again(world: World) -> None:
    full = bookings_of(world, Journal(world.store, world.library, world.answered, limit=0))
    assert lend(full, "P9", "I9") == Answer(Refused(Reason.TOO_BUSY))
    assert full.scan(KIOSK, "I9", AT, "", None) == Answer(Refused(Reason.TOO_BUSY))
    assert not world.library.discrepancies
