"""The register: what happens is written once, told once durable, and told the same when asked again."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from core.events import CheckedIn, CheckedOut, DiscrepancyNoted, Event
from core.journal import Journal
from core.model.records import Discrepancy, DiscrepancyId, ItemStatus, Loan, LoanAct
from core.refusals import Reason, Refused
from core.register import Answer, Register
from tests.fakes.world import ANN, BEN, BOOK, COPY, KIOSK, NOW, World

LENT = CheckedOut(BOOK, Loan(ANN, NOW, NOW + timedelta(days=28)))
BACK = CheckedIn(BOOK, "MAIN", NOW, patron=BEN)
NOTED = DiscrepancyNoted(
    Discrepancy(
        DiscrepancyId(71),
        1,
        LoanAct.CHECK_IN,
        "kiosk-1",
        "MAIN",
        "",
        "I9",
        NOW,
        NOW,
        ("unknown-item",),
        False,
    )
)


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library at nine on a Monday."""
    world = await World().start()
    yield world
    await world.stop()


async def test_what_was_decided_happens_and_the_answer_waits_for_its_own_unit(world: World) -> None:
    register = Register(world.journal, world.answered)
    answer = register.record(KIOSK, NOW, "k1", (LENT,))
    assert (answer.outcome, answer.mine) == ((LENT,), True)
    assert answer.unit is world.journal.pending(BOOK)
    assert world.library.items[BOOK].status is ItemStatus.ON_LOAN


@pytest.mark.parametrize("decision", [Refused(Reason.LENT_TO_ANOTHER), ()])
async def test_of_a_refusal_nothing_is_written_but_it_waits_for_what_it_has_seen(
    world: World, decision: Refused | tuple[Event, ...]
) -> None:
    register = Register(world.journal, world.answered)
    lent = register.record(KIOSK, NOW, "", (LENT,))
    assert register.record(KIOSK, NOW, "k2", decision, BOOK) == Answer(decision, lent.unit)
    assert register.record(KIOSK, NOW, "k2", decision, COPY) == Answer(decision)
    assert register.seen("shown", BOOK) == Answer("shown", lent.unit)
    assert register.again("k2") is None


async def test_who_asks_again_is_told_the_first_outcome_and_waits_while_it_is_not_durable(
    world: World,
) -> None:
    register = Register(world.journal, world.answered)
    first = register.record(KIOSK, NOW, "k1", (LENT,))
    assert register.again("k1") == first
    await world.journal.close()
    assert register.again("k1") == Answer((LENT,), None, mine=True)
    assert (register.again("k2"), register.again("")) == (None, None)


async def test_of_what_was_booked_the_machine_is_told_its_own_act(world: World) -> None:
    register = Register(world.journal, world.answered)
    booked = register.book(KIOSK, NOW, "k1", (BACK, LENT))
    assert booked.outcome == (LENT,)
    assert register.again("k1") == booked
    assert register.book(KIOSK, NOW, "k2", (NOTED,)).outcome == Refused(Reason.UNKNOWN_ITEM)


async def test_a_full_journal_takes_nothing(world: World) -> None:
    register = Register(Journal(world.store, world.library, world.answered, limit=0), world.answered)
    too_busy = Answer(Refused(Reason.TOO_BUSY))
    assert register.record(KIOSK, NOW, "k1", (LENT,)) == too_busy
    assert register.book(KIOSK, NOW, "k1", (LENT,)) == too_busy
    assert world.library.items[BOOK].loan is None
