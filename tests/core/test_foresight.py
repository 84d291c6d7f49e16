"""Foresight: what is foretold of an act is what the desk then does, and nothing is done by telling."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.enquiries import Enquiries
from core.events import CheckedIn, CheckedOut, HoldPlaced, Renewed
from core.explain import Act, Explanation
from core.foresight import foresee
from core.model.records import BibId
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from tests.fakes.world import COPY, KIOSK, World


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library at nine on a Monday, where Ann has one copy of Emma."""
    world = await World().start()
    world.desk.check_out(KIOSK, "P1", "I1")
    yield world
    await world.stop()


def foretold(world: World, act: Act, patron: str, item: str, pin: Pin = Pin.NOT_GIVEN) -> Explanation:
    """What is foretold of an act at the kiosk that wants no renewals."""
    enquiries = Enquiries(world.library, world.policy, world.clock)
    return foresee(enquiries, act, KIOSK, patron, item, pin, False, False)


@pytest.mark.parametrize(
    ("act", "patron", "item", "event"),
    [
        (Act.CHECK_OUT, "P2", "I2", CheckedOut),
        (Act.RENEW, "P1", "I1", Renewed),  # who asks for a renewal wants one
        (Act.CHECK_IN, "", "I1", CheckedIn),
        (Act.PLACE_HOLD, "P2", "I1", HoldPlaced),
    ],
)
async def test_every_act_is_foretold_with_its_events(
    world: World, act: Act, patron: str, item: str, event: type
) -> None:
    before = (dict(world.library.items), dict(world.library.holds))
    told = foretold(world, act, patron, item)
    assert (told.act, told.refused, [type(happens) for happens in told.events]) == (act, None, [event])
    assert (world.library.items, world.library.holds) == before


@pytest.mark.parametrize(
    ("act", "patron", "item", "pin", "reason"),
    [
        (Act.CHECK_OUT, "P1", "I1", Pin.NOT_GIVEN, Reason.RENEWAL_NOT_WANTED),
        (Act.CHECK_OUT, "P2", "I1", Pin.NOT_GIVEN, Reason.LENT_TO_ANOTHER),
        (Act.CHECK_OUT, "P9", "I1", Pin.NOT_GIVEN, Reason.UNKNOWN_PATRON),
        (Act.CHECK_OUT, "P1", "I9", Pin.NOT_GIVEN, Reason.UNKNOWN_ITEM),
        (Act.CHECK_OUT, "P9", "I1", Pin.WRONG, Reason.WRONG_PIN),
        (Act.RENEW, "P1", "I9", Pin.WRONG, Reason.WRONG_PIN),
        (Act.CHECK_IN, "", "I9", Pin.WRONG, Reason.UNKNOWN_ITEM),  # a return asks for no patron
        (Act.PLACE_HOLD, "P1", "I1", Pin.NOT_GIVEN, Reason.ALREADY_BORROWED),
    ],
)
async def test_every_refusal_is_foretold_with_its_reason(
    world: World, act: Act, patron: str, item: str, pin: Pin, reason: Reason
) -> None:
    told = foretold(world, act, patron, item, pin)
    assert (told.refused, told.events) == (Refused(reason), ())


async def test_no_hold_is_foretold_on_an_item_of_no_bib(world: World) -> None:
    world.library.install([replace(world.library.items[COPY], bib=BibId(9))])
    assert foretold(world, Act.PLACE_HOLD, "P2", "I2").refused == Refused(Reason.UNKNOWN_BIB)
