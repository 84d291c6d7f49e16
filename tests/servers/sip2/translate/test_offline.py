"""No block on 11, 09 and 29: when it is believed, what is booked of it, and what the machine is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.records import BlockKind, ItemId, ItemStatus
from core.refusals import Reason
from core.rules.facts import Offline, Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import write_date
from servers.configuration.settings import NoBlock
from servers.sip2.translate.offline import offline
from tests.fakes.world import BOOK, COPY, KIOSK, World
from tests.matrix import proves
from tests.servers.sip2.translating import MORE_RECORDS, Kiosk, fields

PAST = "AFRecorded as done offline."
FOR_STAFF = "AFRecorded as done offline. Staff will look into it."
HOUR_AGO = "20260302    093000"
DUE = "20260315    120000"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


def out(patron: str = "P1", item: str = "I1", date: str = HOUR_AGO, due: str = DUE) -> str:
    return f"11YY{date}{due}AOTOWN|AA{patron}|AB{item}|AC|"


def back(item: str = "I1", date: str = HOUR_AGO) -> str:
    return f"09Y{date}{date}AP|AOTOWN|AB{item}|AC|"


def again(patron: str = "P1", item: str = "I1", date: str = HOUR_AGO, due: str = DUE) -> str:
    return f"29NY{date}{due}AOTOWN|AA{patron}|AB{item}|"


BELIEVED = [
    # policy, minutes of `no_block_after`, age of the act in minutes, whether it is taken for done offline
    (NoBlock.NEVER, 5, 60, False),
    (NoBlock.LATE, 5, 60, True),
    (NoBlock.LATE, 5, 6, True),
    (NoBlock.LATE, 5, 5, False),
    (NoBlock.LATE, 5, 0, False),
    (NoBlock.LATE, 5, -60, False),
    (NoBlock.LATE, 0, 1, True),
    (NoBlock.LATE, 90, 60, False),
    (NoBlock.ALWAYS, 5, 0, True),
    (NoBlock.ALWAYS, 5, 60, True),
]


@proves("offline transactions are booked as the machine did them")
@pytest.mark.parametrize(("policy", "after", "age", "believed"), BELIEVED)
@pytest.mark.parametrize("make", [out, back, again])
async def test_a_profile_says_when_no_block_is_believed(
    world: World, make: object, policy: NoBlock, after: int, age: int, believed: bool
) -> None:
    kiosk = Kiosk(world, no_block=policy, no_block_after=after)
    then = kiosk.station.local_now() - timedelta(minutes=age)
    assert callable(make)
    request = kiosk.request(make(date=write_date(then)))
    assert isinstance(request, m.Checkout | m.Checkin | m.Renew)
    due = None if isinstance(request, m.Checkin) else datetime(2026, 3, 15, 11, tzinfo=UTC)
    at = world.clock.now() - timedelta(minutes=age)
    assert offline(request, kiosk.station) == (Offline(at, due) if believed else None)
    assert offline(replace(request, no_block=False), kiosk.station) is None


@pytest.mark.parametrize("due", [" " * 18, "0" * 18, "x" * 18])
async def test_no_due_date_is_none_and_no_date_is_now(world: World, due: str) -> None:
    kiosk = Kiosk(world, no_block=NoBlock.ALWAYS)
    request = kiosk.request(out(date=" " * 18, due=due))
    assert isinstance(request, m.Checkout)
    assert offline(request, kiosk.station) == Offline(world.clock.now())
    assert offline(request, Kiosk(world).station) is None


@proves("offline transactions are booked as the machine did them")
async def test_a_loan_is_booked_with_the_machines_time_and_due_date(kiosk: Kiosk) -> None:
    said = kiosk.ask(out())
    assert said == f"121NNY<d>AOTOWN|AAP1|ABI1|AJEmma|AH{DUE}|CK001|{PAST}|"
    loan = kiosk.world.library.items[BOOK].loan
    assert loan is not None
    assert (loan.out_at, loan.due) == (
        datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
        datetime(2026, 3, 15, 11, tzinfo=UTC),
    )
    assert kiosk.world.desk.discrepancies() == ()


@proves("rules an offline transaction broke go to a work list")
async def test_a_rule_that_was_broken_stops_nothing_and_staff_are_told(kiosk: Kiosk) -> None:
    kiosk.world.desk.block(KIOSK, "P1", BlockKind.STAFF)
    said = kiosk.ask(out())
    assert said[:3] == "121"
    assert fields(said, "AF") == [FOR_STAFF]
    (noted,) = kiosk.world.desk.discrepancies()
    assert (noted.reasons, noted.booked, noted.terminal) == ((Reason.PATRON_BLOCKED,), True, "kiosk-1")


async def test_a_return_and_a_renewal_are_booked_too(kiosk: Kiosk) -> None:
    kiosk.ask(out(date="20260301    093000", due="20260308    120000"))
    assert fields(kiosk.ask(again()), "AH", "AF") == [f"AH{DUE}", PAST]
    said = kiosk.ask(back(date="20260302    094500"))
    assert said[:3] == "101"
    assert fields(said, "AA", "AF") == ["AAP1", PAST]
    assert kiosk.world.library.items[BOOK].loan is None


UNBOOKED = [
    ("an unknown item", out(item="I9"), "12", "This item is not known here. Please ask at the desk."),
    ("an unknown patron", out("P9"), "12", "This card is not known here."),
    ("an unknown item back", back("I9"), "10", "This item is not known here. Please ask at the desk."),
    ("what is not on loan", again(), "30", "This item is not on loan."),
]


@pytest.mark.parametrize("row", UNBOOKED, ids=[row[0] for row in UNBOOKED])
async def test_what_cannot_be_booked_is_refused_and_on_the_work_list(
    kiosk: Kiosk, row: tuple[str, str, str, str]
) -> None:
    _, line, code, words = row
    reply = kiosk.reply(line)
    said = kiosk.written(reply.message)
    assert said[:3] == f"{code}0"
    assert fields(said, "AF") == [f"AF{words}", FOR_STAFF]
    assert (reply.unit is not None, reply.mine) == (True, True)
    assert len(kiosk.world.desk.discrepancies()) == 1


@pytest.mark.parametrize("make", [out, again])
async def test_a_wrong_pin_does_not_undo_what_has_happened(kiosk: Kiosk, make: object) -> None:
    assert callable(make)
    if make is again:
        kiosk.ask(out(date="20260301    093000", due="20260308    120000"))
    said = kiosk.ask(make(), Pin.WRONG)
    assert said[2] == "1"
    assert fields(said, "AF") == [FOR_STAFF]


@proves("no block is not believed of what was done just now")
async def test_an_act_that_is_not_believed_to_be_past_is_checked(world: World) -> None:
    kiosk = Kiosk(world, no_block=NoBlock.NEVER)
    world.desk.block(KIOSK, "P1", BlockKind.STAFF)
    assert fields(kiosk.ask(out()), "AF") == ["AFThis card is blocked. Please ask at the desk."]
    assert kiosk.ask(out(), Pin.WRONG)[:3] == "120"
    assert world.desk.discrepancies() == ()


@pytest.mark.parametrize("line", [out(), back()])
async def test_what_is_sent_twice_is_booked_once_and_answered_alike(kiosk: Kiosk, line: str) -> None:
    if line.startswith("09"):
        kiosk.ask(out(date="20260301    093000"))
    first = kiosk.reply(line)
    said = kiosk.written(first.message)
    kiosk.world.clock.advance(minutes=2)
    assert kiosk.ask(line) == said
    assert kiosk.reply(line).unit is first.unit


async def test_the_flag_is_part_of_what_a_request_is_known_by(kiosk: Kiosk) -> None:
    """A kiosk that sends as done offline what was lent since is not told of that loan, but that it is old."""
    assert kiosk.ask(out().replace("11YY", "11YN"))[:3] == "121"
    assert kiosk.reply(out()).reason is Reason.SUPERSEDED


async def test_of_an_unknown_item_that_came_back_offline_nothing_else_changes(kiosk: Kiosk) -> None:
    kiosk.ask(back("I9"))
    assert kiosk.world.library.items[COPY].status is ItemStatus.AVAILABLE
    assert ItemId(99) not in kiosk.world.library.items
