"""A terminal at work: its clock, and the forms of its dates."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import pytest_asyncio

from core.desk import Actor
from protocols.sip2.codec import Wire
from servers.configuration.settings import Terminal
from servers.sip2.station import Station, printing, words_of
from servers.words.languages import Language
from tests.fakes.world import World
from tests.servers.sip2.translating import YEN, ZONE, Kiosk


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


async def test_what_serves_and_where_it_stands_is_who_acts(world: World) -> None:
    station = Kiosk(world, serves=("MAIN/*",)).station
    assert station.actor == Actor("kiosk-1", "MAIN", ("MAIN/*",))
    assert station.actor_at("EAST") is station.actor
    roaming = Kiosk(world, current_location=True).station
    assert roaming.actor_at("EAST/FILMS") == Actor("kiosk-1", "EAST")
    assert roaming.actor_at("MOON") is roaming.actor


@pytest.mark.parametrize(
    ("terminals", "home", "asked", "spoken"),
    [
        ("003", Language.FR, "001", Language.EN),
        ("003", Language.FR, "000", Language.DE),
        ("003", Language.FR, "", Language.DE),
        ("000", Language.FR, "000", Language.FR),
        ("006", Language.FR, "019", Language.FR),
    ],
)
async def test_the_language_is_that_of_the_message_the_terminal_or_the_library(
    world: World, terminals: str, home: Language, asked: str, spoken: Language
) -> None:
    station = Station(Terminal("kiosk-1", language=terminals), "MAIN", world.desk, ZONE, home)
    assert station.spoken(asked) is spoken


async def test_terminals_with_the_same_texts_share_them(world: World) -> None:
    one, other = (Kiosk(world, name, texts={"wrong-pin": "No."}).station for name in ("k1", "k2"))
    assert one.words is other.words
    assert one.words is not Kiosk(world).station.words
    assert Kiosk(world).station.words is words_of(frozenset())


@pytest.mark.parametrize(
    ("form", "shown"), [("sip", "2026-03-30 23:59"), ("iso", "2026-03-30 23:59"), ("%d.%m.", "30.03.")]
)
async def test_people_read_no_dates_that_are_for_machines(world: World, form: str, shown: str) -> None:
    when = datetime(2026, 3, 30, 21, 59, tzinfo=UTC)
    assert Kiosk(world, due_date=form).station.readable(when) == shown


@pytest.mark.parametrize(
    ("profiles", "told", "width"), [(0, 40, 40), (0, 0, 0), (0, None, 0), (32, 40, 32), (32, None, 32)]
)
def test_the_width_of_the_paper_is_the_profiles_or_what_the_machine_tells(
    profiles: int, told: int | None, width: int
) -> None:
    wire = Wire(print_width=profiles)
    assert printing(wire, told) == Wire(print_width=width)
