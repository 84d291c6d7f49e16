"""What is asked about the work list: what is answered is durable, and what is no request is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from core.model.records import DiscrepancyId
from core.rules.facts import Offline
from servers.configuration.settings import Terminal
from servers.control.socket import VerbRefused
from servers.reconcile.lines import Details
from servers.reconcile.verbs import verbs
from tests.fakes.world import KIOSK, NOW, World

TERMINALS = (Terminal(name="kiosk-1", serves=("EAST/*",)),)


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """With three lines in its work list."""
    world = await World().start()
    for hours, item in ((3, "I7"), (2, "I8"), (1, "I9")):
        world.desk.check_in(KIOSK, item, offline=Offline(NOW - timedelta(hours=hours)))
    yield world
    await world.stop()


def numbers(world: World, open_only: bool = True) -> list[DiscrepancyId]:
    """The numbers of the lines."""
    return [noted.id for noted in world.desk.discrepancies(open_only)]


async def asked(world: World, verb: str, **arguments: Any) -> Any:
    """What the verb answers."""
    return await verbs(world.desk, lambda: TERMINALS)[verb](arguments)


async def test_the_list_is_what_is_open_or_everything(world: World) -> None:
    first, *rest = numbers(world)
    await asked(world, "settle", numbers=[first], note="done", by="Eve")
    assert [line.number for line in (await asked(world, "discrepancies"))["lines"]] == rest
    lines = (await asked(world, "discrepancies", all=True))["lines"]
    assert [(line.number, line.settled_by) for line in lines] == [(first, "Eve"), *((n, "") for n in rest)]


async def test_one_line_is_told_with_the_rules_of_its_terminal(world: World) -> None:
    world.desk.check_out(KIOSK, "P4", "I1", offline=Offline(NOW - timedelta(hours=1)))
    found = (await asked(world, "discrepancy", number=numbers(world)[-1]))["found"]
    assert isinstance(found, Details)
    assert found.line.item == "I1"
    assert "not-served-here" in [check.reason for check in found.checks if check.holds]


async def test_what_is_settled_is_durable_when_it_is_said(world: World) -> None:
    some = numbers(world)[:2]
    assert await asked(world, "settle", numbers=some, note="done", by="Eve") == {
        "settled": some,
        "before": [],
    }
    assert world.desk.library.discrepancies[some[0]].note == "done"
    reborn = await world.restart()
    assert numbers(reborn) == numbers(world)
    await reborn.stop()


async def test_what_was_settled_before_stays_as_it_was(world: World) -> None:
    first, second, _ = numbers(world)
    await asked(world, "settle", numbers=[first], note="mine", by="Eve")
    answer = await asked(world, "settle", numbers=[first, second], note="yours", by="Bob")
    assert answer == {"settled": [second], "before": [first]}
    assert world.desk.library.discrepancies[first].note == "mine"


async def test_a_number_that_is_not_in_the_list_settles_nothing(world: World) -> None:
    with pytest.raises(VerbRefused, match="no number 77"):
        await asked(world, "settle", numbers=[*numbers(world), 77], note="done", by="Eve")
    assert len(numbers(world)) == 3
    with pytest.raises(VerbRefused, match="no number 77"):
        await asked(world, "discrepancy", number=77)


async def test_what_the_store_refuses_is_not_said_to_be_settled(world: World) -> None:
    await asked(
        world, "settle", numbers=numbers(world)[:1], note="the first waits for what is before it", by=""
    )
    some = numbers(world)
    world.store.refuse_next()
    with pytest.raises(VerbRefused, match="did not keep it"):
        await asked(world, "settle", numbers=some, note="done", by="Eve")
    assert numbers(world) == some


async def test_a_journal_that_takes_nothing_is_told(world: World) -> None:
    some = numbers(world)
    world.journal.broken.set()
    with pytest.raises(VerbRefused, match="busy"):
        await asked(world, "settle", numbers=some, note="done", by="Eve")


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("discrepancies", {"some": True}),
        ("discrepancies", {"all": "yes"}),
        ("discrepancy", {}),
        ("discrepancy", {"number": "7"}),
        ("settle", {"numbers": [7]}),
        ("settle", {"numbers": 7, "note": "", "by": ""}),
    ],
)
async def test_what_is_no_request_is_refused(world: World, verb: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(VerbRefused, match=r"^(Object|Expected)"):
        await asked(world, verb, **arguments)
