"""98: what it promises is what the other requests are answered, for every profile of a terminal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import product

import pytest
import pytest_asyncio
from msgspec.structs import fields as attributes
from msgspec.structs import replace

from core.refusals import Reason
from protocols.sip2.codec import serialise
from protocols.sip2.fields import SupportedMessages
from protocols.sip2.messages import FromSc
from servers.sip2.translate import _ANSWERS, acs_status, offline, refused
from servers.sip2.words import SCREEN
from tests.fakes.world import POLICY, World
from tests.servers.sip2.translating import WIRE, Kiosk, fields

NO_DATE = " " * 18
LINES = {
    "11": f"11YN<d>{NO_DATE}AOTOWN|AAP1|ABI1|AC|",
    "09": "09N<d><d>AP|AOTOWN|ABI1|AC|",
    "29": f"29NN<d>{NO_DATE}AOTOWN|AAP1|ABI1|",
    "37": "37<d>0100EURBV1.00|AOTOWN|AAP1|",
    "23": "23001<d>AOTOWN|AAP1|AC|AD|",
    "63": f"63001<d>{' ' * 10}AOTOWN|AAP1|",
    "35": "35<d>AOTOWN|AAP1|",
    "17": "17<d>AOTOWN|ABI1|",
}
BX = ("23", "11", "09", "01", "99", "97", "93", "63", "35", "37", "17", "19", "25", "15", "29", "65")
"""The requests in the order of BX."""

NOT_ALLOWED = f"AF{SCREEN[Reason.NOT_ALLOWED_HERE]}"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World().start()
    yield world
    await world.stop()


async def test_a_terminal_that_may_do_everything_is_told_so(world: World) -> None:
    kiosk = Kiosk(world, desk="Entrance")
    assert kiosk.written(acs_status(kiosk.station)) == (
        "98YYYYNN100003<d>2.00AOTOWN|BXYYYNYYYYYYYNNNYN|AMTown Library|ANEntrance|"
    )


async def test_what_has_no_name_is_left_out() -> None:
    world = await World(replace(POLICY, name="")).start()
    kiosk = Kiosk(world, timeout=999, retries=0)
    assert kiosk.written(acs_status(kiosk.station)) == "98YYYYNN999000<d>2.00AOTOWN|BXYYYNYYYYYYYNNNYN|"
    await world.stop()


async def test_bx_has_a_place_for_each_request(world: World) -> None:
    assert len(BX) == len(attributes(SupportedMessages)) == 16
    assert set(LINES) == {request.code for request in _ANSWERS}


@pytest.mark.parametrize("allowed", list(product((True, False), repeat=4)))
async def test_it_promises_exactly_what_is_answered(
    world: World, allowed: tuple[bool, bool, bool, bool]
) -> None:
    checkout, checkin, fees, renewal_policy = allowed
    kiosk = Kiosk(world, checkout=checkout, checkin=checkin, fees=fees, renewal_policy=renewal_policy)
    status = kiosk.written(acs_status(kiosk.station))
    (row,) = fields(status, "BX")
    promised = {code for code, flag in zip(BX, row[2:], strict=True) if flag == "Y"}
    done = {code for code, line in LINES.items() if NOT_ALLOWED not in fields(kiosk.ask(line), "AF")}
    assert promised == done | {"93", "97", "99"}
    assert [flag == "Y" for flag in status[2:8]] == [
        True,
        "09" in done,
        "11" in done,
        "29" in done,
        False,
        False,
    ]


async def test_whoever_is_offline_is_told_to_come_back() -> None:
    said = serialise(offline(datetime(2026, 3, 2, 10, 30), "TOWN"), WIRE).decode()
    assert said == "98NNNNNN00099920260302    1030002.00AOTOWN|BXNNNNYYYNNNNNNNNN|"


async def test_a_status_that_is_refused_says_offline(world: World) -> None:
    kiosk = Kiosk(world)
    request: FromSc = kiosk.request("9900802.00")
    now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    before = serialise(refused(request, None, now, Reason.NOT_LOGGED_IN), WIRE).decode()
    assert before == "98NNNNNN00099920260302   Z0930002.00AO|BXNNNNYYYNNNNNNNNN|"
    after = kiosk.written(refused(request, kiosk.station, kiosk.station.local_now(), Reason.TOO_BUSY))
    assert after == "98NNNNNN000999<d>2.00AOTOWN|BXNNNNYYYNNNNNNNNN|"
