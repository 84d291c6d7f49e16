"""98: what it promises is what the other requests are answered, for every profile of a terminal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import fields as attributes
from msgspec.structs import replace

from core.refusals import Reason
from protocols.sip2.codec import serialise
from protocols.sip2.fields import SupportedMessages
from protocols.sip2.messages import FromSc
from servers.configuration.settings import Dialect, NoBlock
from servers.sip2.translate import _ANSWERS, acs_status, offline, refused
from servers.sip2.words import SUPPORTED
from servers.words.english import REFUSALS
from tests.fakes.world import POLICY, World
from tests.matrix import proves
from tests.servers.sip2.translating import WIRE, Kiosk, fields

LINES = {
    "11": "11YN<d><none>AOTOWN|AAP1|ABI1|AC|",
    "09": "09N<d><d>AP|AOTOWN|ABI1|AC|",
    "29": "29NN<d><none>AOTOWN|AAP1|ABI1|",
    "65": "65<d>AOTOWN|AAP1|",
    "15": "15+<d>AOTOWN|AAP1|ABI1|",
    "01": "01N<d>AOTOWN|ALleft|AAP1|AC|",
    "25": "25<d>AOTOWN|AAP1|",
    "19": "19<d>AOTOWN|ABI1|CHtorn|",
    "37": "37<d>0100EURBV1.00|AOTOWN|AAP1|",
    "23": "23001<d>AOTOWN|AAP1|AC|AD|",
    "63": f"63001<d>{' ' * 10}AOTOWN|AAP1|",
    "35": "35<d>AOTOWN|AAP1|",
    "17": "17<d>AOTOWN|ABI1|",
}
BX = ("23", "11", "09", "01", "99", "97", "93", "63", "35", "37", "17", "19", "25", "15", "29", "65")
"""The requests in the order of BX."""

LINK = {"93", "97", "99"}
SWITCHES = ("checkout", "checkin", "renewal_policy", "fees", "holds", "block_patrons")
NOT_ALLOWED = f"AF{REFUSALS[Reason.NOT_ALLOWED_HERE]}"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World().start()
    yield world
    await world.stop()


async def test_a_terminal_that_may_do_everything_is_told_so(world: World) -> None:
    kiosk = Kiosk(world, desk="Entrance", block_patrons=True)
    assert kiosk.written(acs_status(kiosk.station)) == (
        "98YYYYYY100003<d>2.00AOTOWN|BXYYYYYYYYYYYYYYYY|AMTown Library|ANEntrance|"
    )


async def test_by_default_it_may_do_all_but_change_patrons_and_items(world: World) -> None:
    kiosk = Kiosk(world)
    assert kiosk.written(acs_status(kiosk.station)) == (
        "98YYYYNY100003<d>2.00AOTOWN|BXYYYNYYYYYYYNNYYY|AMTown Library|"
    )


async def test_what_has_no_name_is_left_out() -> None:
    world = await World(replace(POLICY, name="")).start()
    kiosk = Kiosk(world, timeout=999, retries=0)
    assert kiosk.written(acs_status(kiosk.station)) == "98YYYYNY999000<d>2.00AOTOWN|BXYYYNYYYYYYYNNYYY|"
    await world.stop()


async def test_alma_has_its_own_row(world: World) -> None:
    kiosk = Kiosk(world, dialect=Dialect.ALMA, enforce=False)
    assert fields(kiosk.written(acs_status(kiosk.station)), "BX") == ["BXYYYNYYYYYYYNNNYY"]


async def test_a_terminal_of_1_00_is_told_no_more_than_it_knows(world: World) -> None:
    kiosk = Kiosk(world)
    said = kiosk.written(acs_status(kiosk.station, "1.00"))
    assert said == "98YYYYNY100003<d>1.00AOTOWN|AMTown Library|"
    for other in ("2.00", "2.0S", "    ", "1.0 "):
        assert "|BX" in kiosk.written(acs_status(kiosk.station, other))


OFFLINE = [
    ({}, "Y"),
    ({"no_block": NoBlock.ALWAYS}, "Y"),
    ({"no_block": NoBlock.NEVER}, "N"),
    ({"checkout": False}, "Y"),
    ({"checkin": False}, "Y"),
    ({"checkout": False, "checkin": False}, "N"),
    ({"checkout": False, "checkin": False, "enforce": False}, "Y"),
    ({"messages": ("23", "63")}, "N"),
]


@pytest.mark.parametrize(("profile", "flag"), OFFLINE)
async def test_offline_is_ok_where_something_done_offline_would_be_booked(
    world: World, profile: dict[str, Any], flag: str
) -> None:
    assert Kiosk(world, **profile).written(acs_status(Kiosk(world, **profile).station))[7] == flag


async def test_bx_has_a_place_for_each_request(world: World) -> None:
    assert len(BX) == len(attributes(SupportedMessages)) == 16
    assert tuple(SUPPORTED) == BX
    assert tuple(SUPPORTED.values()) == tuple(field.name for field in attributes(SupportedMessages))
    assert set(LINES) == {request.code for request in _ANSWERS}


def promised(kiosk: Kiosk) -> set[str]:
    """The requests that BX says may be made."""
    (row,) = fields(kiosk.written(acs_status(kiosk.station)), "BX")
    return {code for code, flag in zip(BX, row[2:], strict=True) if flag == "Y"}


def done(kiosk: Kiosk) -> set[str]:
    """The requests that are not refused because of who makes them."""
    return {code for code, line in LINES.items() if NOT_ALLOWED not in fields(kiosk.ask(line), "AF")}


@proves("98 and BX say what the terminal may do now")
@pytest.mark.parametrize("allowed", list(product((True, False), repeat=len(SWITCHES))))
async def test_it_promises_exactly_what_is_answered(world: World, allowed: tuple[bool, ...]) -> None:
    """Only 01 has an answer that is no refusal: the patron as they stand (24)."""
    profile: dict[str, Any] = dict(zip(SWITCHES, allowed, strict=True))
    kiosk = Kiosk(world, **profile)
    status = kiosk.written(acs_status(kiosk.station))
    assert promised(kiosk) - {"01"} == done(kiosk) - {"01"} | LINK
    assert ("01" in promised(kiosk)) is kiosk.station.terminal.block_patrons
    assert [flag == "Y" for flag in status[2:7]] == [
        True,
        "09" in promised(kiosk),
        "11" in promised(kiosk),
        "29" in promised(kiosk),
        "01" in promised(kiosk),
    ]


@pytest.mark.parametrize("code", sorted(LINES))
async def test_only_the_messages_of_its_list_are_promised_and_answered(world: World, code: str) -> None:
    for enforce in (True, False):
        kiosk = Kiosk(world, messages=(code,), block_patrons=True, enforce=enforce)
        assert promised(kiosk) == {code} | LINK
        assert done(kiosk) == {code}


async def test_permissions_that_only_inform_are_told_and_not_enforced(world: World) -> None:
    kiosk = Kiosk(world, enforce=False, checkout=False, checkin=False, fees=False, holds=False)
    assert promised(kiosk) == {"23", "63", "35", "17"} | LINK
    assert done(kiosk) == set(LINES)


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
