"""What would happen, in words: whose, what, where to and until when, as at the terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.events import NotRenewed
from servers.sip2.dry_run.happenings import happening
from tests.fakes.world import ANN, EMMA, KIOSK, World
from tests.servers.sip2.translating import Kiosk


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World().start()
    yield world
    await world.stop()


def told(kiosk: Kiosk, line: str) -> list[str]:
    """What happens, and has happened now, when a line is sent."""
    reply = kiosk.reply(line)
    assert reply.mine
    assert reply.unit is not None
    return [happening(event, kiosk.station) for event in reply.unit.events]


async def test_a_loan_and_a_renewal(world: World) -> None:
    kiosk = Kiosk(world)
    assert told(kiosk, f"11YN<d>{' ' * 18}AOTOWN|AAP1|ABI1|AC|") == [
        "I1 (Emma) is lent to P1 (Ann Ngata) until 2026-03-30 23:59."
    ]
    world.clock.advance(days=2)
    assert told(kiosk, f"29NN<d>{' ' * 18}AOTOWN|AAP1|ABI1|") == [
        "The loan of I1 (Emma) lasts until 2026-04-01 23:59 instead of 2026-03-30 23:59."
    ]


async def test_a_late_return_and_its_fee(world: World) -> None:
    kiosk = Kiosk(world)
    kiosk.lend("P1", "I1")
    world.clock.advance(days=40)
    back, fee = told(kiosk, "09N<d><d>AP|AOTOWN|ABI1|AC|")
    assert back == "I1 (Emma) comes back from P1 (Ann Ngata). It goes back to its shelf."
    assert fee.startswith("P1 (Ann Ngata) is charged ")
    assert fee.endswith(" EUR (overdue).")


async def test_an_item_that_somebody_waits_for(world: World) -> None:
    kiosk = Kiosk(world)
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    world.desk.place_hold(KIOSK, "P3", EMMA, "EAST")
    (shelf,) = told(kiosk, "09N<d><d>AP|AOTOWN|ABI1|AC|")
    assert shelf.startswith(
        "I1 (Emma) was not on loan. It waits on the hold shelf for P2 (Ben Sá) until 2026-"
    )
    assert told(kiosk, "09N<d><d>AP|AOTOWN|ABI2|AC|") == [
        "I2 (Emma) was not on loan. It travels to EAST for P3 (Cyd Ó Briain)."
    ]
    assert told(kiosk, f"11YN<d>{' ' * 18}AOTOWN|AAP2|ABI1|AC|") == [
        "I1 (Emma) is lent to P2 (Ben Sá) until 2026-03-30 23:59. It fills the patron's own hold."
    ]


async def test_an_item_of_elsewhere_travels_home(world: World) -> None:
    assert told(Kiosk(world), "09N<d><d>AP|AOTOWN|ABI3|AC|") == [
        "I3 (Metropolis) was not on loan. It travels to EAST."
    ]


async def test_a_loan_done_offline_of_what_was_set_aside_for_another(world: World) -> None:
    kiosk = Kiosk(world)
    world.clock.advance(hours=-2)
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    world.desk.check_in(KIOSK, "I1")
    world.clock.advance(hours=2)
    loan, noted = told(kiosk, f"11YY20260302    093000{' ' * 18}AOTOWN|AAP1|ABI1|AC|")
    assert loan.endswith("It was set aside for P2 (Ben Sá), whose hold waits again.")
    assert noted == "It goes to the reconciliation work list: held-for-another."


async def test_holds(world: World) -> None:
    kiosk = Kiosk(world)
    assert told(kiosk, "15+<d>BSEAST|AOTOWN|AAP1|ABI3|") == [
        "P1 (Ann Ngata) gets a hold on b2 (Metropolis), to be picked up at EAST."
    ]
    assert told(kiosk, "15*<d>BSMAIN|BW20260601    000000|AOTOWN|AAP1|ABI3|") == [
        "The hold of P1 (Ann Ngata) on b2 (Metropolis) is from now on for MAIN until 2026-06-01."
    ]
    assert told(kiosk, "15-<d>AOTOWN|AAP1|ABI3|") == ["The hold of P1 (Ann Ngata) on b2 (Metropolis) ends."]


async def test_what_none_of_these_acts_leads_to_is_a_mistake_of_ours(world: World) -> None:
    with pytest.raises(AssertionError, match="NotRenewed"):
        happening(NotRenewed(ANN, ()), Kiosk(world).station)
