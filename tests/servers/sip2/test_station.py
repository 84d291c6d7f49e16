"""A terminal at work: its clock, and the forms of its dates."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import pytest_asyncio

from tests.fakes.world import World
from tests.servers.sip2.translating import YEN, Kiosk


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World().start()
    yield world
    await world.stop()


async def test_the_clock_shows_the_terminals_time_to_the_second(world: World) -> None:
    station = Kiosk(world).station
    shown = []
    for seconds in (0.25, 0.5, 0.3, 0.95, -2, 86_400 * 31):
        world.clock.advance(seconds=seconds)
        shown.append(station.local_now())
    half_past_ten = datetime(2026, 3, 2, 10, 30)
    assert shown == [
        half_past_ten,
        half_past_ten,
        half_past_ten + timedelta(seconds=1),
        half_past_ten + timedelta(seconds=2),
        half_past_ten,
        datetime(2026, 4, 2, 11, 30),
    ]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("sip", "20260330    235900"),
        ("iso", "2026-03-30 23:59"),
        ("%d.%m.%Y %H:%M", "30.03.2026 23:59"),
    ],
)
async def test_a_due_date_has_the_form_of_the_profile(world: World, form: str, shown: str) -> None:
    assert Kiosk(world, due_date=form).station.due(datetime(2026, 3, 30, 21, 59, tzinfo=UTC)) == shown


async def test_a_loan_for_ever_has_a_due_date_too(world: World) -> None:
    assert Kiosk(world).station.due(datetime(9999, 12, 31, 23, 59, tzinfo=UTC)) == "99991231    235900"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (datetime(2026, 3, 2, 10, 30), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        (datetime(2026, 7, 2, 10, 30), datetime(2026, 7, 2, 8, 30, tzinfo=UTC)),
        (datetime(2026, 3, 2, 10, 30, tzinfo=UTC), datetime(2026, 3, 2, 10, 30, tzinfo=UTC)),
        (
            datetime(2026, 3, 2, 10, 30, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2026, 3, 2, 15, 30, tzinfo=UTC),
        ),
        (datetime(1, 1, 1), None),
        (None, None),
    ],
)
async def test_a_date_without_a_zone_is_the_terminals(
    world: World, sent: datetime | None, meant: datetime | None
) -> None:
    moment = Kiosk(world).station.moment(sent)
    assert moment == meant
    assert moment is None or moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("checkout", "policy", "renews"), [(True, True, True), (True, False, False), (False, True, False)]
)
async def test_who_may_not_check_out_does_not_renew(
    world: World, checkout: bool, policy: bool, renews: bool
) -> None:
    station = Kiosk(world, checkout=checkout, renewal_policy=policy).station
    assert (station.renews, station.actor.name, station.actor.agency) == (renews, "kiosk-1", "MAIN")


async def test_its_currency_is_the_institutions() -> None:
    world = await World(YEN).start()
    assert Kiosk(world).station.currency == "JPY"
    await world.stop()
