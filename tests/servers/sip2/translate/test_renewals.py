"""65/66 in SIP2's words: all that may be renewed is, and the rest is told."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.refusals import Reason
from tests.fakes.world import ANN, BOOK, FILM, KIOSK, METROPOLIS, World
from tests.matrix import proves
from tests.servers.sip2.translating import MORE_RECORDS, RENTALS, Kiosk, fields

ASK = "65<d>AOTOWN|AAP1|"
NO_COUNTS = "00000000"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


async def test_what_is_renewed_and_what_is_not_is_listed_and_counted_in_four_digits(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.lend("P1", "I3")
    kiosk.world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
    kiosk.world.clock.advance(days=3)
    assert kiosk.ask(ASK) == (
        "66100010001<d>AOTOWN|BMI1|BNI3|AF1 item was renewed.|AF1 item could not be renewed.|"
        "AFSomebody else is waiting for this item.|"
    )


async def test_nothing_to_renew_is_ok(kiosk: Kiosk) -> None:
    assert kiosk.ask(ASK) == f"661{NO_COUNTS}<d>AOTOWN|"


async def test_nothing_renewed_of_what_there_is_is_not_ok_and_each_reason_is_told_once(kiosk: Kiosk) -> None:
    for item in ("I1", "I2"):
        kiosk.lend("P1", item)
    kiosk.world.charge(ANN, "99.00")
    assert kiosk.ask(ASK) == (
        "66000000002<d>AOTOWN|BNI1|BNI2|AF2 items could not be renewed.|"
        "AFYou owe too much to borrow. Please pay first.|"
    )


async def test_an_unknown_patron_has_nothing_renewed(kiosk: Kiosk) -> None:
    said = kiosk.ask("65<d>AOTOWN|AAP9|")
    assert said == f"660{NO_COUNTS}<d>AOTOWN|AFThis card is not known here.|"


@pytest.mark.parametrize("profile", [{"checkout": False}, {"renewal_policy": False}])
async def test_a_machine_that_may_not_renew_renews_nothing(world: World, profile: dict[str, bool]) -> None:
    kiosk = Kiosk(world)
    kiosk.lend("P1", "I1")
    barred = Kiosk(world, checkout=profile.get("checkout", True), renewal_policy=False)
    reply = barred.reply(ASK)
    assert reply.reason is Reason.NOT_ALLOWED_HERE
    assert barred.written(reply.message)[:11] == f"660{NO_COUNTS}"
    assert world.library.items[BOOK].version == 2


async def test_a_rental_is_charged_only_once_it_is_acknowledged() -> None:
    world = await World(RENTALS, MORE_RECORDS).start()
    kiosk = Kiosk(world)
    kiosk.ask("11YN<d><none>AOTOWN|AAP1|ABI1|AC|BOY|")
    world.clock.advance(days=3)
    assert kiosk.ask(ASK)[:11] == "66000000001"
    assert kiosk.ask(ASK + "BOY|")[:11] == "66100010000"
    await world.stop()


async def test_a_repeated_request_is_answered_alike_and_renews_once(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.lend("P1", "I3")
    kiosk.world.clock.advance(days=3)
    line = ASK.replace("<d>", kiosk.date)
    first = kiosk.reply(line)
    said = kiosk.written(first.message)
    assert fields(said, "BM") == ["BMI3", "BMI1"]
    versions = [kiosk.world.library.items[item].version for item in (BOOK, FILM)]
    kiosk.world.clock.advance(minutes=2)
    assert kiosk.ask(line) == said
    assert kiosk.reply(line).unit is first.unit
    assert [kiosk.world.library.items[item].version for item in (BOOK, FILM)] == versions


@proves("screen and print lines in the width of the terminal")
async def test_a_receipt_names_each_renewal(world: World) -> None:
    kiosk = Kiosk(world, print_lines=True, due_date="%d.%m.%Y")
    kiosk.lend("P1", "I1")
    world.clock.advance(days=3)
    assert fields(kiosk.ask(ASK), "AG") == ["AGEmma", "AGRenewed until 02.04.2026."]
