"""Fields beyond 2.00: each tells what it should, in its own answer, only where a profile names it."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.records import ItemStatus
from protocols.sip2 import messages as m
from servers.configuration.settings import EXTENSIONS, AlertCause, FieldPolicy
from servers.sip2.translate.extras import TOLD
from tests.fakes.world import ANN, BEN, BOOK, EMMA, FILM, KIOSK, METROPOLIS, World
from tests.matrix import proves
from tests.servers.sip2.translating import MORE_RECORDS, Kiosk, fields

NOBODY_KNOWS = {"PI"}
"""What no record holds: an internet profile."""

CHECKIN, ITEM, STATUS, INFORMATION = (
    "09N<d><d>AP|AOTOWN|AB{}|AC|",
    "17<d>AOTOWN|AB{}|",
    "23001<d>AOTOWN|AA{}|AC|AD|",
    "63001<d>          AOTOWN|AA{}|",
)


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """Ann can be reached, and waits for Emma; Ben has a film on loan. Emma is by Austen."""
    world = await World(records=MORE_RECORDS).start()
    ann = replace(
        world.library.patrons[ANN],
        address="1 High Street",
        email="ann@example.org",
        phone="0123 456",
        born=date(1970, 2, 3),
        expires=date(2027, 12, 31),
    )
    emma = replace(world.library.bibs[EMMA], standard_numbers=("9780141439587", "0141439580"))
    book = replace(world.library.items[BOOK], description="vol. 2")
    world.library.install([ann])
    world.library.install([emma])
    world.library.install([book])
    world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN", item="I1")
    world.desk.check_out(KIOSK, "P2", "I3")
    yield world
    await world.stop()


def test_every_extension_of_the_settings_tells_something_or_nobody_knows_it() -> None:
    assert set().union(*TOLD.values()) == set(EXTENSIONS) - NOBODY_KNOWS


SAID = [
    (CHECKIN, "I1", "CR", ["CRSTACKS"]),
    (CHECKIN, "I1", "CS", ["CSPR4034 .E5"]),
    (CHECKIN, "I1", "CV", ["CV01"]),
    (CHECKIN, "I1", "CY", ["CYP1"]),
    (CHECKIN, "I1", "DA", ["DAAnn Ngata"]),
    (CHECKIN, "I1", "BF", ["BF0123 456"]),
    (CHECKIN, "I1", "CM", ["CM20260309    235900"]),
    (CHECKIN, "I3", "CT", ["CTEAST"]),
    (CHECKIN, "I3", "CV", ["CV04"]),
    (CHECKIN, "I3", "CS", []),
    (CHECKIN, "I2", "CV", []),
    (CHECKIN, "I2", "CY", []),
    (CHECKIN, "I9", "CV", ["CV00"]),
    (CHECKIN, "I9", "CR", []),
    (ITEM, "I1", "CR", ["CRSTACKS"]),
    (ITEM, "I1", "CS", ["CSPR4034 .E5"]),
    (ITEM, "I1", "EA", ["EAAusten, Jane"]),
    (ITEM, "I1", "DE", ["DEvol. 2"]),
    (ITEM, "I1", "IN", ["IN9780141439587"]),
    (ITEM, "I1", "NB", ["NB11"]),
    (ITEM, "I1", "MA", ["MAb1"]),
    (ITEM, "I1", "MB", ["MB9780141439587"]),
    (ITEM, "I1", "CV", []),
    (ITEM, "I3", "EA", []),
    (ITEM, "I9", "EA", []),
    (STATUS, "P1", "BD", ["BD1 High Street"]),
    (STATUS, "P1", "BE", ["BEann@example.org"]),
    (STATUS, "P1", "BF", ["BF0123 456"]),
    (STATUS, "P2", "BF", []),
    (STATUS, "P9", "BF", []),
    (INFORMATION, "P1", "AQ", ["AQMAIN"]),
    (INFORMATION, "P1", "BC", ["BC19700203    000000"]),
    (INFORMATION, "P1", "PA", ["PA20271231"]),
    (INFORMATION, "P1", "PB", ["PB19700203"]),
    (INFORMATION, "P1", "PC", ["PCadult"]),
    (INFORMATION, "P1", "XI", ["XI21"]),
    (INFORMATION, "P1", "PI", []),
    (INFORMATION, "P2", "PB", []),
]


@pytest.mark.parametrize(("line", "of", "id_", "said"), SAID)
async def test_a_field_tells_what_the_records_hold(
    world: World, line: str, of: str, id_: str, said: list[str]
) -> None:
    kiosk = Kiosk(world, extensions=(id_,), checked_in_ok=True)
    assert fields(kiosk.ask(line.format(of)), id_) == said


@proves("extension fields only where switched on")
@pytest.mark.parametrize("line", [CHECKIN, ITEM, STATUS, INFORMATION])
async def test_a_terminal_is_sent_only_what_its_profile_names(world: World, line: str) -> None:
    plain, of = Kiosk(world), "P1" if "AA{}" in line else "I1"
    before = plain.ask(line.format(of))
    standard = {"AQ", "BF", "BD", "BE"}
    assert {field[:2] for field in fields(before, *EXTENSIONS)} <= standard
    world.clock.advance(minutes=1)
    with_all = Kiosk(world, extensions=EXTENSIONS).ask(line.format(of))
    assert set(before.split("|")[1:]) - {""} <= set(with_all.split("|")) | {"AFThis item is not on loan."}


async def test_a_looked_up_item_tells_whom_it_is_kept_for_and_where_it_goes(world: World) -> None:
    kiosk = Kiosk(world, extensions=("CT", "CV", "CY", "DA"))
    world.desk.check_in(KIOSK, "I1")
    assert fields(kiosk.ask(ITEM.format("I1")), "CV", "CY", "DA") == ["CV01", "CYP1", "DAAnn Ngata"]
    world.desk.place_hold(KIOSK, "P1", METROPOLIS, "EAST")
    world.desk.check_in(KIOSK, "I3")
    assert fields(kiosk.ask(ITEM.format("I3")), "CT", "CV", "CY") == ["CTEAST", "CV02", "CYP1"]
    world.library.install([replace(world.library.items[FILM], hold=None, status=ItemStatus.IN_TRANSIT)])
    assert fields(kiosk.ask(ITEM.format("I3")), "CT", "CV", "CY") == ["CTEAST", "CV04"]


async def test_extensions_stand_before_the_screen_message(world: World) -> None:
    world.charge(BEN, "99.00")
    said = Kiosk(world, extensions=("XI", "PC")).ask(INFORMATION.format("P2"))
    assert said.index("|XI22|PCadult|AF") > 0


# Alerts


CAUSES = [
    ("I1", AlertCause.HOLD, "01"),
    ("I3", AlertCause.TRANSIT, "04"),
    ("I9", AlertCause.UNKNOWN_ITEM, "00"),
    ("I5", AlertCause.NOTE, "99"),
    ("I7", AlertCause.REFUSED, "99"),
]


@proves("alert and its type by cause")
@pytest.mark.parametrize(("item", "cause", "code"), CAUSES)
async def test_an_alert_is_raised_for_the_causes_of_the_profile_only(
    world: World, item: str, cause: AlertCause, code: str
) -> None:
    world.library.install([replace(world.library.items[BOOK], note="see staff")])
    library = world.library
    library.install([replace(i, note="see staff") for i in library.items.values() if i.barcode == "I5"])
    library.install(
        [replace(i, status=ItemStatus.WITHDRAWN) for i in library.items.values() if i.barcode == "I7"]
    )
    line = CHECKIN.format(item)
    others = tuple(other for other in AlertCause if other not in (cause, AlertCause.NOTE))
    silent = Kiosk(world, "silent", extensions=("CV",), alerts=others).ask(line)
    assert (silent[5], fields(silent, "CV")) == ("N", [])
    world.clock.advance(minutes=1)
    said = Kiosk(world, "loud", extensions=("CV",), alerts=(cause,)).ask(line)
    assert (said[5], fields(said, "CV")) == ("Y", [f"CV{code}"])
    world.clock.advance(minutes=1)
    own = Kiosk(world, "own", extensions=("CV",), alerts=(cause,), alert_types={cause.value: "55"}).ask(line)
    assert fields(own, "CV") == ["CV55"]


async def test_a_hold_elsewhere_has_its_own_cause(world: World) -> None:
    world.desk.place_hold(KIOSK, "P1", METROPOLIS, "EAST")
    kiosk = Kiosk(world, extensions=("CV",), alerts=(AlertCause.HOLD_ELSEWHERE,))
    said = kiosk.ask(CHECKIN.format("I3"))
    assert (said[5], fields(said, "CV")) == ("Y", ["CV02"])


async def test_by_default_a_note_is_no_alert_and_another_cause_goes_before_it(world: World) -> None:
    world.library.install([replace(world.library.items[BOOK], note="see staff")])
    assert Kiosk(world).ask(CHECKIN.format("I1"))[5] == "Y"
    world.clock.advance(minutes=1)
    every = Kiosk(world, extensions=("CV",), alerts=tuple(AlertCause))
    assert fields(every.ask(CHECKIN.format("I1")), "CV") == ["CV01"]
    only = Kiosk(world, extensions=("CV",), alerts=(AlertCause.NOTE,))
    world.clock.advance(minutes=1)
    assert fields(only.ask(CHECKIN.format("I1")), "CV") == ["CV99"]


# Privacy


async def test_a_hidden_field_is_not_sent_though_the_profile_names_it(world: World) -> None:
    hidden = dict.fromkeys(("CY", "DA", "BF", "AA", "AE", "PB", "BV", "XI"), FieldPolicy.HIDE)
    kiosk = Kiosk(world, extensions=EXTENSIONS, fields=hidden)
    assert fields(kiosk.ask(CHECKIN.format("I1")), "AA", "CY", "DA", "BF") == []
    assert fields(kiosk.ask(CHECKIN.format("I3")), "AA") == []
    assert fields(kiosk.ask(STATUS.format("P1")), "AA", "AE", "BV", "BF") == ["AAP1", "AE"]
    said = kiosk.ask(INFORMATION.format("P1"))
    assert fields(said, "AE", "BV", "PB", "XI", "PA") == ["AE", "PA20271231"]


async def test_a_masked_field_shows_its_ends(world: World) -> None:
    """A date or an amount would be no date and no amount: those are hidden."""
    masks = dict.fromkeys(("AE", "BE", "BV", "PB"), FieldPolicy.MASK)
    said = Kiosk(world, extensions=("PB",), fields=masks).ask(INFORMATION.format("P1"))
    assert fields(said, "AE", "BE", "BV", "PB") == ["AEA*******a", "BEa*************g"]


def test_the_tables_are_of_answers_that_have_such_fields() -> None:
    assert set(TOLD) == {
        m.CheckinResponse,
        m.ItemInformationResponse,
        m.PatronStatusResponse,
        m.PatronInformationResponse,
    }
