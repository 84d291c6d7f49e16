"""15/16 in SIP2's words: placed, changed, cancelled; for any copy, this copy, or the copies of one place."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio

from core.model.records import HoldStatus
from core.refusals import Reason
from tests.fakes.world import ANN, ATLAS, BOOK, EMMA, KIOSK, METROPOLIS, World
from tests.servers.sip2.translating import MORE_RECORDS, VERTIGO, Kiosk, fields

QUEUED = "AFYour hold was placed. You are number {} in the queue.|"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


def ask(mode: str, named: str, patron: str = "P1", before: str = "") -> str:
    return f"15{mode}<d>{before}AOTOWN|AA{patron}|{named}"


def hold_of(kiosk: Kiosk) -> tuple[object, ...]:
    """What Ann's one hold says."""
    (hold,) = kiosk.world.library.holds_of(ANN)
    return hold.bib, hold.item, hold.pickup, hold.at, hold.expires


PLACED = [
    ("by an item", "ABI1|", "", "ABI1|AJEmma|", (EMMA, None, "MAIN", "", None)),
    ("by an item, in lower case", "AB i1 |", "", "AB i1 |AJEmma|", (EMMA, None, "MAIN", "", None)),
    ("by control number", "AJb2|", "", "AJMetropolis|", (METROPOLIS, None, "MAIN", "", None)),
    ("any copy", "ABI1|", "BY2|", "ABI1|AJEmma|", (EMMA, None, "MAIN", "", None)),
    ("this copy", "ABI1|", "BY3|", "ABI1|AJEmma|", (EMMA, BOOK, "MAIN", "", None)),
    ("of another kind", "ABI1|", "BY7|", "ABI1|AJEmma|", (EMMA, None, "MAIN", "", None)),
    ("at this place", "ABI1|", "BY4|", "ABI1|AJEmma|", (EMMA, None, "MAIN", "MAIN", None)),
]


@pytest.mark.parametrize("row", PLACED, ids=[row[0] for row in PLACED])
async def test_a_hold_is_placed_on_what_was_named(
    kiosk: Kiosk, row: tuple[str, str, str, str, tuple[object, ...]]
) -> None:
    _, named, before, told, placed = row
    assert kiosk.ask(ask("+", named, before=before)) == (
        f"161Y<d>AOTOWN|AAP1|BR1|BSMAIN|{told}{QUEUED.format(1)}"
    )
    assert hold_of(kiosk) == placed


@pytest.mark.parametrize(
    ("place", "pickup", "told"),
    [
        ("EAST", "EAST", "EAST"),
        ("East Branch", "EAST", "East Branch"),
        (" east branch ", "EAST", " east branch "),
        ("", "MAIN", "MAIN"),
        ("  ", "MAIN", "MAIN"),
    ],
)
async def test_the_place_of_pickup_is_named_by_code_or_as_people_call_it_and_else_this_one(
    kiosk: Kiosk, place: str, pickup: str, told: str
) -> None:
    said = kiosk.ask(ask("+", "ABI1|", before=f"BS{place}|"))
    assert fields(said, "BS") == [f"BS{told}"]
    assert hold_of(kiosk)[2] == pickup


async def test_its_last_day_is_told_and_kept(kiosk: Kiosk) -> None:
    said = kiosk.ask(ask("+", "ABI1|", before="BW20260401    120000|"))
    assert fields(said, "BW") == ["BW20260401    235900"]
    assert hold_of(kiosk)[4] == date(2026, 4, 1)


async def test_it_is_available_only_while_a_copy_stands_on_the_shelf_for_it(kiosk: Kiosk) -> None:
    """Two copies of Emma, and three who want one."""
    said = [kiosk.ask(ask("+", "AJb1|", patron)) for patron in ("P1", "P2", "P3")]
    assert [line[3] for line in said] == ["Y", "Y", "N"]
    assert [fields(line, "BR") for line in said] == [["BR1"], ["BR2"], ["BR3"]]


NOT_PLACED = [
    ("an unknown patron", "ABI1|", "P9", "", "This card is not known here."),
    ("an expired card", "ABI1|", "P4", "", "This card has expired. Please ask at the desk."),
    ("an unknown item", "ABI9|", "P1", "", "This item is not known here. Please ask at the desk."),
    ("an unknown title", "AJb9|", "P1", "", "This title is not known here."),
    ("a title by its words", "AJEmma|", "P1", "", "This title is not known here."),
    ("nothing named", "", "P1", "", "This title is not known here."),
    ("nobody knows where", "ABI1|", "P1", "BSMOON|", "Holds cannot be picked up there."),
    ("a day that has passed", "ABI1|", "P1", "BW20260301    120000|", "This date cannot be used."),
    ("for reference only", "ABI4|", "P1", "", "Holds cannot be placed on this title."),
]


@pytest.mark.parametrize("row", NOT_PLACED, ids=[row[0] for row in NOT_PLACED])
async def test_what_cannot_be_held_is_refused_in_the_words_of_16(
    kiosk: Kiosk, row: tuple[str, str, str, str, str]
) -> None:
    _, named, patron, before, words = row
    assert kiosk.ask(ask("+", named, patron, before)) == f"160N<d>AOTOWN|AA{patron}|{named}AF{words}|"
    assert not kiosk.world.library.holds


async def test_what_is_held_or_lent_already_is_refused(kiosk: Kiosk) -> None:
    kiosk.ask(ask("+", "ABI1|"))
    kiosk.world.clock.advance(minutes=1)
    assert fields(kiosk.ask(ask("+", "ABI2|")), "AF") == ["AFYou have a hold on this title already."]
    kiosk.lend("P2", "I3")
    assert fields(kiosk.ask(ask("+", "ABI3|", "P2")), "AF") == ["AFYou have this title on loan."]


async def test_an_unknown_mode_does_nothing(kiosk: Kiosk) -> None:
    reply = kiosk.reply(ask("?", "ABI1|"))
    assert reply.reason is Reason.NOT_ALLOWED_HERE
    assert kiosk.written(reply.message)[:4] == "160N"


async def test_an_item_without_a_bib_has_no_queue(kiosk: Kiosk) -> None:
    del kiosk.world.library.bibs[ATLAS]
    assert fields(kiosk.ask(ask("+", "ABI4|")), "AF") == ["AFThis title is not known here."]


@pytest.mark.parametrize("named", ["ABI1|", "ABI2|", "AJb1|", "AJEmma|"])
async def test_a_hold_is_cancelled_by_what_it_is_on(kiosk: Kiosk, named: str) -> None:
    kiosk.ask(ask("+", "AJb1|"))
    kiosk.world.clock.advance(minutes=1)
    item = named if named.startswith("AB") else ""
    assert kiosk.ask(ask("-", named)) == f"161N<d>AOTOWN|AAP1|{item}AJEmma|AFYour hold was cancelled.|"
    assert not kiosk.world.library.holds


@pytest.mark.parametrize("mode", ["-", "*"])
@pytest.mark.parametrize("named", ["ABI3|", "AJb2|", "AJMetropolis|", "AJ|", ""])
async def test_what_is_not_held_is_neither_cancelled_nor_changed(kiosk: Kiosk, mode: str, named: str) -> None:
    kiosk.ask(ask("+", "AJb1|"))
    said = kiosk.ask(ask(mode, named))
    assert said == f"160N<d>AOTOWN|AAP1|{named}AFThere is no such hold.|"
    assert fields(kiosk.ask(ask(mode, "AJb1|", "P9")), "AF") == ["AFThis card is not known here."]


async def test_a_title_that_is_held_twice_says_not_which(kiosk: Kiosk) -> None:
    library = kiosk.world.library
    library.bibs[VERTIGO] = type(library.bibs[EMMA])(VERTIGO, 2, "b4", "Emma")
    for number in ("b1", "b4"):
        kiosk.ask(ask("+", f"AJ{number}|"))
    said = kiosk.ask(ask("-", "AJEmma|"))
    assert fields(said, "AF") == ["AFYou have more than one item with this title."]


CHANGED = [
    ("the place of pickup", "BSEAST|", (EMMA, None, "EAST", "", None)),
    ("the last day", "BW20260401    120000|", (EMMA, None, "MAIN", "", date(2026, 4, 1))),
    ("whose copies", "BY4|", (EMMA, None, "MAIN", "MAIN", None)),
]


@pytest.mark.parametrize("row", CHANGED, ids=[row[0] for row in CHANGED])
async def test_a_change_changes_what_is_named_and_keeps_the_place_in_the_queue(
    kiosk: Kiosk, row: tuple[str, str, tuple[object, ...]]
) -> None:
    _, before, changed = row
    kiosk.ask(ask("+", "AJb1|"))
    kiosk.world.clock.advance(minutes=1)
    kiosk.ask(ask("+", "AJb1|", "P2"))
    said = kiosk.ask(ask("*", "AJb1|", before=before))
    assert said[:4] == "161Y"
    assert fields(said, "BR", "AF") == ["BR1", "AFYour hold was changed."]
    assert hold_of(kiosk) == changed


async def test_any_copy_again_takes_the_place_back(kiosk: Kiosk) -> None:
    kiosk.ask(ask("+", "AJb1|", before="BY4|"))
    kiosk.world.clock.advance(minutes=1)
    kiosk.ask(ask("*", "AJb1|", before="BY2|"))
    assert hold_of(kiosk)[3] == ""


async def test_a_change_of_nothing_is_ok(kiosk: Kiosk) -> None:
    kiosk.ask(ask("+", "AJb1|"))
    kiosk.world.clock.advance(minutes=1)
    said = kiosk.ask(ask("*", "ABI1|", before="BSMAIN|"))
    assert said == "161Y<d>AOTOWN|AAP1|BR1|BSMAIN|ABI1|AJEmma|AFYour hold was changed.|"


async def test_a_hold_that_is_ready_says_where(kiosk: Kiosk) -> None:
    kiosk.ask(ask("+", "AJb1|"))
    kiosk.world.desk.check_in(KIOSK, "I1")
    (hold,) = kiosk.world.library.holds_of(ANN)
    assert hold.status is HoldStatus.READY
    said = kiosk.ask(ask("*", "AJb1|", before="BW20260401    120000|"))
    assert fields(said, "AF") == ["AFYour hold is ready at Central Library."]


@pytest.mark.parametrize("mode", ["+", "-", "*"])
async def test_a_machine_without_holds_does_nothing_with_them(world: World, mode: str) -> None:
    Kiosk(world).ask(ask("+", "AJb1|", "P2"))
    reply = Kiosk(world, "bare", holds=False).reply(ask(mode, "AJb1|", "P2"))
    assert reply.reason is Reason.NOT_ALLOWED_HERE
    assert len(world.library.holds) == 1


async def test_a_repeated_request_is_answered_alike_and_done_once(kiosk: Kiosk) -> None:
    placed = ask("+", "AJb1|").replace("<d>", kiosk.date)
    first = kiosk.reply(placed)
    said = kiosk.written(first.message)
    kiosk.world.clock.advance(minutes=2)
    again = kiosk.reply(placed)
    assert kiosk.written(again.message) == said
    assert (again.unit, again.mine) == (first.unit, True)
    cancelled = ask("-", "AJb1|").replace("<d>", kiosk.date)
    said = kiosk.ask(cancelled)
    assert said[:3] == "161"
    kiosk.world.clock.advance(minutes=2)
    assert kiosk.ask(cancelled) == said


async def test_a_hold_that_was_filled_since_is_told_as_placed(kiosk: Kiosk) -> None:
    placed = ask("+", "AJb1|").replace("<d>", kiosk.date)
    kiosk.ask(placed)
    kiosk.lend("P1", "I1")
    said = kiosk.ask(placed)
    assert said == "161N<d>AOTOWN|AAP1|AJEmma|"
    assert not kiosk.world.library.holds
