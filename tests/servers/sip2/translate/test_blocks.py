"""01/24 and 25/26 in SIP2's words: a card is blocked and unblocked by a machine that may, and by no other."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.model.records import BlockKind
from core.refusals import Reason
from core.rules.facts import Pin
from servers.configuration.settings import Dialect, PinCheck
from tests.fakes.world import ANN, KIOSK, World
from tests.servers.sip2.translating import CLEAR, DENIED, Kiosk, fields

BLOCKED = "AFThis card is blocked. Please ask at the desk.|"
UNKNOWN = "AFThis card is not known here.|"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World().start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world, block_patrons=True)


def block(patron: str = "P1", retained: str = "N", why: str = "left in the machine") -> str:
    return f"01{retained}<d>AOTOWN|AL{why}|AA{patron}|AC|"


def enable(patron: str = "P1", more: str = "") -> str:
    return f"25<d>AOTOWN|AA{patron}|AC|{more}"


KINDS = [
    ("N", BlockKind.SELF_CHECK, "AFThis card was blocked.|"),
    ("Y", BlockKind.CARD_RETAINED, "AFThis card was kept. Please ask at the desk.|"),
]


@pytest.mark.parametrize(("retained", "kind", "said"), KINDS)
async def test_a_card_is_blocked_with_who_did_it_and_why(
    kiosk: Kiosk, retained: str, kind: BlockKind, said: str
) -> None:
    assert kiosk.ask(block(retained=retained)) == (
        f"24{DENIED}000<d>AOTOWN|AAP1|AEAnn Ngata|BLY|{said}{BLOCKED}"
    )
    (placed,) = kiosk.world.library.patrons[ANN].blocks
    assert (placed.kind, placed.placed_by, placed.note) == (kind, "kiosk-1", "left in the machine")


async def test_an_unknown_card_cannot_be_blocked_or_unblocked(kiosk: Kiosk) -> None:
    assert kiosk.ask(block("P9")) == f"24{DENIED}000<d>AOTOWN|AAP9|AE|BLN|{UNKNOWN}"
    assert kiosk.ask(enable("P9")) == f"26{DENIED}000<d>AOTOWN|AAP9|AE|BLN|{UNKNOWN}"


async def test_a_machine_that_may_not_block_is_told_how_the_patron_stands(world: World) -> None:
    kiosk = Kiosk(world)
    assert kiosk.ask(block()) == f"24{CLEAR}000<d>AOTOWN|AAP1|AEAnn Ngata|BLY|"
    assert world.library.patrons[ANN].blocks == ()
    reply = kiosk.reply(enable())
    assert reply.reason is Reason.NOT_ALLOWED_HERE
    assert kiosk.written(reply.message)[:16] == f"26{DENIED}"


async def test_a_machine_whose_list_has_no_such_message_is_refused(world: World) -> None:
    kiosk = Kiosk(world, block_patrons=True, messages=("23",))
    assert kiosk.ask(block()) == (
        f"24{DENIED}000<d>AOTOWN|AAP1|AE|BLN|AFThis machine may not do that. Please ask at the desk.|"
    )
    assert world.library.patrons[ANN].blocks == ()


async def test_where_a_pin_is_always_asked_for_a_block_shows_no_name(world: World) -> None:
    kiosk = Kiosk(world, block_patrons=True, pin=PinCheck.ALWAYS)
    assert fields(kiosk.ask(block()), "AE", "BL", "CQ", "BV") == ["AE", "BLY"]


async def test_what_a_machine_blocked_is_unblocked(kiosk: Kiosk) -> None:
    kiosk.ask(block())
    kiosk.world.clock.advance(minutes=1)
    assert kiosk.ask(enable()) == (
        f"26{CLEAR}000<d>AOTOWN|AAP1|AEAnn Ngata|BLY|AFThis card may be used again.|"
    )
    assert kiosk.world.library.patrons[ANN].blocks == ()


async def test_what_staff_blocked_and_what_is_owed_stays(kiosk: Kiosk) -> None:
    kiosk.world.desk.block(KIOSK, "P1", BlockKind.STAFF)
    kiosk.world.charge(ANN, "99.00")
    said = kiosk.ask(enable(more="AD1|"), Pin.RIGHT)
    assert said[:16] == "26YYYY      Y   "
    assert fields(said, "CQ", "AF") == [
        "CQY",
        "AFThis card is blocked. Please ask at the desk.",
        "AFYou owe too much to borrow. Please pay first.",
    ]
    assert len(kiosk.world.library.patrons[ANN].blocks) == 1


async def test_a_wrong_pin_unblocks_nothing(kiosk: Kiosk) -> None:
    kiosk.ask(block())
    said = kiosk.ask(enable(more="ADx|"), Pin.WRONG)
    assert said == f"26{DENIED}000<d>AOTOWN|AAP1|AE|BLN|CQN|AFCard and PIN do not match.|"
    assert len(kiosk.world.library.patrons[ANN].blocks) == 1


async def test_a_repeated_block_is_one_block_and_is_answered_alike(kiosk: Kiosk) -> None:
    line = block(retained="Y").replace("<d>", kiosk.date)
    first = kiosk.reply(line)
    said = kiosk.written(first.message)
    kiosk.world.clock.advance(minutes=2)
    again = kiosk.reply(line)
    assert kiosk.written(again.message) == said.replace("<d>", kiosk.date).replace(kiosk.date, "<d>")
    assert (again.unit, again.mine) == (first.unit, True)
    assert len(kiosk.world.library.patrons[ANN].blocks) == 1


async def test_a_repeated_unblocking_lifts_no_block_that_came_since(kiosk: Kiosk) -> None:
    kiosk.ask(block())
    line = enable().replace("<d>", kiosk.date)
    kiosk.ask(line)
    kiosk.world.clock.advance(minutes=1)
    kiosk.ask(block())
    kiosk.ask(line)
    assert len(kiosk.world.library.patrons[ANN].blocks) == 1


@pytest.mark.parametrize("line", [block(), enable(), "15+<d>AOTOWN|AAP1|ABI1|", "19<d>AOTOWN|ABI1|CHx|"])
async def test_alma_does_not_answer_what_it_does_not_know(world: World, line: str) -> None:
    kiosk = Kiosk(world, dialect=Dialect.ALMA, block_patrons=True, enforce=False)
    assert kiosk.reply(line) == (None, None, False, None)
    assert world.library.patrons[ANN].blocks == ()
