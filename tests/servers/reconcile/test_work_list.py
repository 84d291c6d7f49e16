"""A line of the work list: what the library knows of it, in the machine's own time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from core.explain import Act
from core.model.records import BlockKind, Discrepancy, LoanAct
from core.refusals import Reason
from core.rules.facts import Offline
from servers.reconcile.advice import ADVICE
from servers.reconcile.work_list import ACT, details, line
from tests.fakes.world import DAN, EAST_KIOSK, EMMA, KIOSK, NOW, World

HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World().start()
    yield world
    await world.stop()


def noted(world: World) -> Discrepancy:
    """The newest line."""
    return world.desk.discrepancies()[-1]


def test_every_act_can_be_listed() -> None:
    assert set(ACT) == set(LoanAct)


async def test_it_names_patron_and_item_and_says_what_to_do(world: World) -> None:
    world.desk.check_out(KIOSK, "P4", "I4", offline=Offline(NOW - HOUR, NOW + 24 * HOUR))
    told = line(noted(world), world.desk)
    assert (told.act, told.booked) == (Act.CHECK_OUT, True)
    assert (told.patron, told.name, told.item, told.title) == ("P4", "Dan Roe", "I4", "Atlas")
    assert [ground.reason for ground in told.grounds] == [Reason.PATRON_EXPIRED, Reason.NOT_FOR_LOAN]
    assert [ground.advice for ground in told.grounds] == [
        ADVICE[Reason.PATRON_EXPIRED],
        ADVICE[Reason.NOT_FOR_LOAN],
    ]
    assert told.grounds[0].words == "This card has expired. Please ask at the desk."


async def test_times_are_those_at_the_machine(world: World) -> None:
    world.desk.check_out(KIOSK, "P4", "I4", offline=Offline(NOW - HOUR, NOW + HOUR))
    told = line(noted(world), world.desk)
    assert f"{told.happened_at:%H:%M}" == "09:30", "08:30 in UTC"
    assert f"{told.noted_at:%H:%M}" == "10:30"
    assert told.due is not None
    assert f"{told.due:%H:%M}" == "11:30"


async def test_what_nobody_knows_is_as_the_machine_sent_it(world: World) -> None:
    world.desk.check_in(EAST_KIOSK, "I9", offline=Offline(NOW - HOUR))
    told = line(noted(world), world.desk)
    assert (told.terminal, told.agency) == ("kiosk-2", "EAST")
    assert (told.patron, told.name, told.item, told.title) == ("", "", "I9", "")
    assert not told.booked
    found = details(noted(world), world.desk, ())
    assert (found.item, found.patron) == ((), ())
    assert [(check.reason, check.holds) for check in found.checks] == [(Reason.UNKNOWN_ITEM, True)]


async def test_what_is_settled_says_when_by_whom_and_how(world: World) -> None:
    world.desk.check_in(KIOSK, "I9", offline=Offline(NOW - HOUR))
    world.desk.settle_discrepancy(KIOSK, noted(world).id, "found it")
    told = line(world.desk.discrepancies(open_only=False)[0], world.desk)
    assert (told.settled_by, told.note) == ("kiosk-1", "found it")
    assert told.settled_at is not None
    assert f"{told.settled_at:%H:%M}" == "10:30"


async def test_details_tell_the_loan_the_queue_and_the_patron_as_they_are_now(world: World) -> None:
    world.desk.block(KIOSK, "P4", BlockKind.CARD_RETAINED)
    world.charge(DAN, "2.50")
    world.desk.check_out(KIOSK, "P4", "I1", offline=Offline(NOW - HOUR))
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    found = details(noted(world), world.desk, ())
    assert found.item == (
        "on loan, of MAIN/STACKS",
        "lent to P4 Dan Roe since 2026-03-02 09:30, due 2026-03-30 23:59, renewals: 0",
        "holds on its title: 1",
    )
    assert found.patron == (
        "adult, of MAIN",
        "the card is good until 2025-12-31",
        "blocked (card retained) by kiosk-1",
        "loans: 1, holds: 0",
        "owes 2.50 EUR",
    )
    assert Reason.PATRON_EXPIRED in [check.reason for check in found.checks if check.holds]


async def test_details_tell_where_an_item_is_on_its_way_to_and_for_whom(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "EAST")
    world.desk.check_in(KIOSK, "I1")
    world.desk.check_out(KIOSK, "P9", "I1", offline=Offline(NOW + HOUR))
    found = details(noted(world), world.desk, ())
    assert found.item[:3] == (
        "in transit, of MAIN/STACKS",
        "travels to EAST",
        "set aside for P2 Ben Sá",
    )


async def test_what_the_terminal_serves_counts(world: World) -> None:
    world.desk.check_out(KIOSK, "P4", "I1", offline=Offline(NOW - HOUR))
    held = [check.reason for check in details(noted(world), world.desk, ("EAST/*",)).checks if check.holds]
    assert Reason.NOT_SERVED_HERE in held


async def test_a_card_without_an_end_has_none_told(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I4", offline=Offline(NOW - HOUR))
    assert details(noted(world), world.desk, ()).patron == (
        "adult, of MAIN",
        "loans: 1, holds: 0",
        "owes 0.00 EUR",
    )
