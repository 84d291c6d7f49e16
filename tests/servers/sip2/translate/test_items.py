"""17/18 in SIP2's words: each state of an item, and nobody's name."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.records import ItemId, ItemStatus
from core.refusals import Reason
from core.rules.facts import Pin
from servers.sip2.words import CIRCULATION_STATUS
from tests.fakes.world import BOOK, EMMA, KIOSK, METROPOLIS, World
from tests.servers.sip2.translating import MORE_RECORDS, RENTALS, Kiosk, fields

EMMAS_PLACE = "BGMAIN|CK001|AQMain stacks|APMain stacks|"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


def about(item: str) -> str:
    return f"17<d>AOTOWN|AB{item}|AC|"


SHOWN = [
    ("on the shelf", "I1", f"18030001<d>ABI1|AJEmma|CF0|{EMMAS_PLACE}"),
    ("with blanks, in lower case", " i1", f"18030001<d>AB i1|AJEmma|CF0|{EMMAS_PLACE}"),
    ("a disc", "I3", "18030001<d>ABI3|AJMetropolis|CF0|BGEAST|CK006|AQFilms|APFilms|"),
    ("hardly known", "I7", "18030001<d>ABI7|AJ|CF0|BGNOWHERE|CK001|AQNOWHERE/SHELF|APNOWHERE/SHELF|"),
]


@pytest.mark.parametrize(("item", "said"), [row[1:] for row in SHOWN], ids=[row[0] for row in SHOWN])
async def test_an_item_is_shown_with_its_places(kiosk: Kiosk, item: str, said: str) -> None:
    assert kiosk.ask(about(item)) == said


async def test_a_barcode_that_is_known_as_it_was_sent_is_that_items(kiosk: Kiosk) -> None:
    library = kiosk.world.library
    library.install([replace(library.items[BOOK], id=ItemId(99), barcode="i3")])
    assert fields(kiosk.ask(about("i3")), "AJ") == ["AJEmma"]
    assert fields(kiosk.ask(about("I3")), "AJ") == ["AJMetropolis"]


@pytest.mark.parametrize("item", ["I9", ""])
async def test_of_an_unknown_item_nothing_is_known(kiosk: Kiosk, item: str) -> None:
    words = "This item is not known here. Please ask at the desk."
    assert kiosk.ask(about(item)) == f"18010001<d>AB{item}|AJ|AF{words}|"


@pytest.mark.parametrize("status", ItemStatus)
async def test_each_state_has_its_code(kiosk: Kiosk, status: ItemStatus) -> None:
    kiosk.world.library.install([replace(kiosk.world.library.items[BOOK], status=status)])
    assert kiosk.ask(about("I1"))[2:4] == CIRCULATION_STATUS[status].value


@pytest.mark.parametrize("form", ["sip", "iso", "%d.%m.%Y"])
async def test_the_due_date_of_a_loan_is_told_as_it_was_at_check_out(world: World, form: str) -> None:
    kiosk = Kiosk(world, due_date=form)
    lent = kiosk.lend("P1", "I1")
    said = kiosk.ask(about("I1"))
    assert said[2:4] == "04"
    assert fields(said, "AH") == fields(lent, "AH")
    assert fields(said, "AA", "CY", "DA") == []


async def test_an_item_that_was_called_back_says_so_until_it_is_not_any_more(kiosk: Kiosk) -> None:
    kiosk.world.desk.check_out(KIOSK, "P1", "I1")
    kiosk.world.clock.advance(days=2)
    assert kiosk.ask(about("I1"))[2:4] == "04"
    kiosk.world.desk.recalls.recall(KIOSK, "I1")
    said = kiosk.ask(about("I1"))
    assert (said[2:4], fields(said, "CJ")) == ("07", ["CJ<d>"])
    kiosk.world.desk.recalls.cancel(KIOSK, "I1")
    assert kiosk.ask(about("I1"))[2:4] == "04"


async def test_how_many_wait_and_until_when_it_is_kept(kiosk: Kiosk) -> None:
    for patron in ("P1", "P2"):
        kiosk.world.desk.place_hold(KIOSK, patron, EMMA, "MAIN")
    kiosk.world.desk.check_in(KIOSK, "I1")
    said = kiosk.ask(about("I1"))
    assert said == f"18080001<d>ABI1|AJEmma|CF2|CM20260309    235900|{EMMAS_PLACE}"


async def test_what_travels_is_told_with_where_it_goes(kiosk: Kiosk) -> None:
    kiosk.world.desk.place_hold(KIOSK, "P1", METROPOLIS, "MAIN")
    kiosk.world.desk.check_in(replace(KIOSK, agency="EAST"), "I3")
    said = kiosk.ask(about("I3"))
    assert said == "18100001<d>ABI3|AJMetropolis|CF1|BGEAST|CK006|AQFilms|APCentral Library|"


async def test_what_borrowing_costs_is_told() -> None:
    world = await World(RENTALS).start()
    said = Kiosk(world).ask(about("I1"))
    assert said[6:8] == "06"
    assert fields(said, "BH", "BV") == ["BHEUR", "BV1.00"]
    await world.stop()


async def test_an_item_without_a_bib_or_a_place_is_shown_all_the_same(kiosk: Kiosk) -> None:
    library = kiosk.world.library
    library.install([replace(library.items[BOOK], location="")])
    assert fields(kiosk.ask(about("I1")), "BG", "AQ", "AP") == []
    del library.bibs[EMMA]
    assert fields(kiosk.ask(about("I1")), "AJ") == ["AJ"]


async def test_what_is_shown_waits_for_what_it_has_seen(kiosk: Kiosk) -> None:
    lent = kiosk.world.desk.check_out(KIOSK, "P1", "I1")
    reply = kiosk.reply(about("I1"), Pin.RIGHT)
    assert (reply.unit, reply.mine) == (lent.unit, False)
    assert kiosk.reply(about("I9")).unit is None


# 19/20


def note(item: str, text: str = "torn page 3") -> str:
    return f"19<d>AOTOWN|AB{item}|CH{text}|"


@pytest.fixture
def staffed(world: World) -> Kiosk:
    """A machine that may note items."""
    return Kiosk(world, block_patrons=True)


async def test_what_a_machine_notes_is_kept_with_the_item_and_told_back(staffed: Kiosk) -> None:
    assert staffed.ask(note("i1")) == "201<d>ABi1|AJEmma|CHtorn page 3|"
    staffed.world.clock.advance(minutes=1)
    staffed.ask(note("I1", "wet"))
    assert staffed.world.library.items[BOOK].note == "torn page 3 / wet"


async def test_an_empty_note_is_none(staffed: Kiosk) -> None:
    assert staffed.ask(note("I1", "")) == "201<d>ABI1|AJEmma|"
    assert staffed.world.library.items[BOOK].note == ""


async def test_of_an_unknown_item_nothing_is_noted(staffed: Kiosk) -> None:
    said = staffed.ask(note("I9"))
    assert said == "200<d>ABI9|CHtorn page 3|AFThis item is not known here. Please ask at the desk.|"


async def test_a_machine_that_may_not_note_items_is_refused(kiosk: Kiosk) -> None:
    reply = kiosk.reply(note("I1"))
    assert reply.reason is Reason.NOT_ALLOWED_HERE
    assert kiosk.written(reply.message)[:3] == "200"
    assert kiosk.world.library.items[BOOK].note == ""


async def test_a_note_sent_twice_is_noted_once(staffed: Kiosk) -> None:
    line = note("I1").replace("<d>", staffed.date)
    first = staffed.reply(line)
    said = staffed.written(first.message)
    staffed.world.clock.advance(minutes=1)
    assert staffed.ask(line) == said
    assert staffed.reply(line).unit is first.unit
    assert staffed.world.library.items[BOOK].note == "torn page 3"
