"""09/10 in SIP2's words: what came back, from whom, and where it goes next."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.events import CheckedIn
from core.model.records import ItemStatus
from core.refusals import Reason
from core.rules.facts import Pin
from servers.configuration.settings import Desensitise, HoldsAtCheckin, SortBin, Whether
from servers.sip2.translate.wording import request_key
from servers.words.catalogue import Words
from servers.words.languages import Language
from servers.words.notices import Notice
from tests.fakes.world import ANN, ATLAS, BOOK, EAST_KIOSK, EMMA, KIOSK, METROPOLIS, POLICY, World
from tests.matrix import proves
from tests.servers.sip2.translating import MORE_RECORDS, YEN, Kiosk, fields

NOT_HERE = "AFThis machine may not do that. Please ask at the desk.|"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


def back(item: str, returned: str = "<d>", date: str = "<d>") -> str:
    return f"09N{date}{returned}APsomewhere|AOTOWN|AB{item}|AC|"


RETURNED = [
    ("a book", "I1", "101YNN<d>AOTOWN|ABI1|AQMain stacks|AJEmma|AAP1|CK001|"),
    ("a tape", "I5", "101YYN<d>AOTOWN|ABI5|AQMain stacks|AJVertigo|AAP1|CK005|"),
    ("for use in the building", "I6", "101NNN<d>AOTOWN|ABI6|AQMain stacks|AJVertigo|AAP1|CK001|"),
]


@pytest.mark.parametrize(("item", "said"), [row[1:] for row in RETURNED], ids=[row[0] for row in RETURNED])
async def test_what_is_back_is_told_with_its_place_and_who_had_it(kiosk: Kiosk, item: str, said: str) -> None:
    kiosk.lend("P1", item)
    assert kiosk.take_back(item) == said


@proves("a barcode may have blanks around it or be in lower case")
async def test_a_barcode_may_have_blanks_or_be_in_lower_case(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    assert kiosk.take_back(" i1 ") == "101YNN<d>AOTOWN|AB i1 |AQMain stacks|AJEmma|AAP1|CK001|"


@proves("items already in are taken in again by sorters")
async def test_what_was_not_on_loan_is_not_ok_at_a_self_check_and_ok_at_a_sorter(world: World) -> None:
    said = Kiosk(world).take_back("I1")
    assert said == "100NNN<d>AOTOWN|ABI1|AQMain stacks|AJEmma|CK001|AFThis item is not on loan.|"
    said = Kiosk(world, "sorter", checked_in_ok=True).take_back("I1")
    assert said == "101YNN<d>AOTOWN|ABI1|AQMain stacks|AJEmma|CK001|"


async def test_what_belongs_elsewhere_raises_an_alert_and_says_where_to(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I3")
    said = kiosk.take_back("I3")
    assert said == "101YNY<d>AOTOWN|ABI3|AQFilms|AJMetropolis|AAP1|CK006|AFPlease send to East Branch.|"


async def test_a_place_the_policy_does_not_know_is_called_by_its_code(kiosk: Kiosk) -> None:
    said = Kiosk(kiosk.world, "sorter", checked_in_ok=True).take_back("I7")
    assert said == "101YNY<d>AOTOWN|ABI7|AQNOWHERE/SHELF|CK001|AFPlease send to NOWHERE.|"


async def test_places_without_names_are_called_by_their_codes() -> None:
    policy = replace(
        POLICY,
        agencies=tuple(replace(agency, name="") for agency in POLICY.agencies),
        locations=tuple(replace(location, name="") for location in POLICY.locations),
    )
    world = await World(policy).start()
    assert fields(Kiosk(world).take_back("I3"), "AQ", "AF")[::2] == ["AQEAST/FILMS", "AFPlease send to EAST."]
    await world.stop()


@proves("alert and its type by cause")
async def test_a_hold_raises_an_alert_and_says_what_to_do(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    said = kiosk.take_back("I1")
    assert said[:6] == "101YNY"
    assert fields(said, "AF") == ["AFPlease put on the hold shelf."]
    kiosk.lend("P1", "I3")
    kiosk.world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
    said = Kiosk(kiosk.world, "east", "EAST").take_back("I3")
    assert said[:6] == "101YNY"
    assert fields(said, "AF") == ["AFPlease send to Central Library."]


async def test_a_fine_is_told(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=33)
    assert fields(kiosk.take_back("I1"), "AF") == ["AFA fee of 1.00 EUR was charged."]


async def test_yen_have_no_decimals() -> None:
    world = await World(YEN).start()
    world.desk.check_out(KIOSK, "P1", "I1", fee_acknowledged=True)
    world.clock.advance(days=33)
    assert fields(Kiosk(world).take_back("I1"), "AF") == ["AFA fee of 100 JPY was charged."]
    await world.stop()


@proves("a return counts from when it was made")
@pytest.mark.parametrize(
    ("returned", "at"),
    [
        ("20260310    120000", datetime(2026, 3, 10, 11, tzinfo=UTC)),
        ("20260330    120000", datetime(2026, 3, 30, 10, tzinfo=UTC)),
        ("202603100000120000", datetime(2026, 3, 10, 11, tzinfo=UTC)),
        ("20260310   Z120000", datetime(2026, 3, 10, 12, tzinfo=UTC)),
        ("20260310   A120000", datetime(2026, 3, 10, 11, tzinfo=UTC)),
    ],
)
async def test_a_return_counts_from_when_it_was_made_in_the_terminals_zone_unless_another_is_named(
    kiosk: Kiosk, returned: str, at: datetime
) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=40)
    said = kiosk.ask(back("I1", returned))
    assert fields(said, "AF") == []
    date = kiosk.station.local_now().isoformat()
    (event,) = kiosk.world.answered.recall(request_key(kiosk.station, Pin.NOT_GIVEN, "09", date, "I1")) or ()
    assert isinstance(event, CheckedIn)
    assert event.returned_at == at


@pytest.mark.parametrize("returned", [" " * 18, "00010101    000000", "99991231    235959", "x" * 18])
async def test_a_return_date_that_is_none_means_now(kiosk: Kiosk, returned: str) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=33)
    assert fields(kiosk.ask(back("I1", returned)), "AF") == ["AFA fee of 1.00 EUR was charged."]


async def test_an_unknown_item_is_put_aside(kiosk: Kiosk) -> None:
    words = "AFThis item is not known here. Please ask at the desk.|"
    for item in ("I9", ""):
        assert kiosk.take_back(item) == f"100NUY<d>AOTOWN|AB{item}|AQ|{words}"


async def test_a_withdrawn_item_is_put_aside_with_what_is_known_of_it(kiosk: Kiosk) -> None:
    kiosk.world.library.install([replace(kiosk.world.library.items[BOOK], status=ItemStatus.WITHDRAWN)])
    assert kiosk.take_back("I1") == (
        "100NUY<d>AOTOWN|ABI1|AQMain stacks|AJEmma|AFThis item was withdrawn. Please take it to the desk.|"
    )


async def test_a_terminal_that_may_not_check_in_takes_nothing_back(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I7")
    said = Kiosk(kiosk.world, checkin=False).take_back("I7")
    assert said == f"100NUY<d>AOTOWN|ABI7|AQNOWHERE/SHELF|{NOT_HERE}"
    assert kiosk.world.library.items[kiosk.world.library.loans_of(ANN)[0].id].loan is not None


async def test_a_pin_has_no_part_in_it(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(minutes=1)
    assert kiosk.ask(back("I1"), Pin.RIGHT)[:3] == "101"


async def test_a_repeated_return_is_answered_alike_and_done_once(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=33)
    line = back("I1").replace("<d>", kiosk.date)
    first = kiosk.reply(line)
    said = kiosk.written(first.message)
    kiosk.world.clock.advance(minutes=2)
    assert kiosk.ask(line) == said
    assert kiosk.reply(line).unit is first.unit
    assert first.mine
    assert len(kiosk.world.library.open_fees_of(ANN)) == 1


@pytest.mark.parametrize("other", ["another terminal", "another date", "no date"])
async def test_another_return_is_decided_by_itself(kiosk: Kiosk, other: str) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(minutes=1)
    assert kiosk.ask(back("I1"))[:3] == "101"
    name = "kiosk-2" if other == "another terminal" else "kiosk-1"
    date = {"another date": "20260302    080000", "no date": " " * 18}.get(other, "<d>")
    assert Kiosk(kiosk.world, name).ask(back("I1", date=date))[:3] == "100"


async def test_a_refusal_waits_for_nothing_it_has_not_seen(kiosk: Kiosk) -> None:
    kiosk.world.desk.place_hold(EAST_KIOSK, "P2", ATLAS, "MAIN")
    reply = kiosk.reply(back("I9"))
    assert (reply.unit, reply.mine) == (None, False)


# What a profile makes of it


BINS = (
    SortBin("1", hold=Whether.YES),
    SortBin("2", destination="EAST"),
    SortBin("3", item_policy="tape"),
    SortBin("9", ok=Whether.NO),
)


@pytest.mark.parametrize(
    ("item", "bin_"), [("I1", ["CL1"]), ("I3", ["CL2"]), ("I5", ["CL3"]), ("I9", ["CL9"]), ("I2", [])]
)
async def test_a_sorter_is_told_the_bin_of_its_first_rule_that_matches(
    world: World, item: str, bin_: list[str]
) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    kiosk = Kiosk(world, "sorter", checked_in_ok=True, sort_bin=BINS)
    assert fields(kiosk.take_back(item), "CL") == bin_


async def test_a_refused_item_is_sorted_by_what_is_known_of_it(world: World) -> None:
    world.library.install([replace(world.library.items[BOOK], status=ItemStatus.WITHDRAWN)])
    rules = (SortBin("4", location="MAIN/*", ok=Whether.NO), *BINS)
    said = Kiosk(world, "sorter", sort_bin=rules).take_back("I1")
    assert (said[:3], fields(said, "CL")) == ("100", ["CL4"])


@pytest.mark.parametrize(("unlocked", "flag"), [(True, "Y"), (False, "N")])
async def test_a_rule_on_strips_goes_before_the_terms_of_the_loan(
    world: World, unlocked: bool, flag: str
) -> None:
    kiosk = Kiosk(world, desensitise=(Desensitise(unlocked, medium="001"),))
    for item in ("I1", "I6"):
        assert kiosk.lend("P1", item)[5] == flag
        assert kiosk.take_back(item)[3] == flag
    assert kiosk.lend("P1", "I5")[5] == "Y"


async def test_what_somebody_waits_for_may_be_left_to_staff(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    refusing = Kiosk(kiosk.world, "k2", holds_at_checkin=HoldsAtCheckin.REFUSE)
    reply = refusing.reply(back("I1"))
    assert reply.reason is Reason.HELD_FOR_ANOTHER
    assert refusing.written(reply.message) == (
        "100NUY<d>AOTOWN|ABI1|AQMain stacks|AJEmma|"
        "AFThis item is held for somebody else. Please take it to the desk.|"
    )
    assert kiosk.world.library.items[BOOK].loan is not None
    assert reply.unit is not None
    assert refusing.take_back("I2")[:3] == "100"
    late = back("I1", date="20260302    090000").replace("09N", "09Y")
    assert refusing.ask(late)[:3] == "100"


async def test_what_was_done_offline_is_taken_whoever_waits_for_it(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    kiosk = Kiosk(world, "k2", holds_at_checkin=HoldsAtCheckin.REFUSE, checked_in_ok=True)
    said = kiosk.ask(back("I1", date="20260302    090000").replace("09N", "09Y"))
    assert said[:3] == "101"
    assert world.library.items[BOOK].hold is not None


@pytest.mark.parametrize(
    ("place", "allowed", "destination"),
    [
        ("EAST", True, []),
        ("EAST/FILMS", True, []),
        (" EAST ", True, []),
        ("MOON", True, ["AFPlease send to East Branch."]),
        ("", True, ["AFPlease send to East Branch."]),
        ("EAST", False, ["AFPlease send to East Branch."]),
    ],
)
async def test_a_machine_of_many_places_says_at_which_it_is(
    world: World, place: str, allowed: bool, destination: list[str]
) -> None:
    kiosk = Kiosk(world, current_location=allowed)
    kiosk.lend("P1", "I3")
    line = back("I3").replace("APsomewhere|", f"AP{place}|")
    assert fields(kiosk.ask(line), "AF") == destination


async def test_a_receipt_says_what_came_back_and_what_it_cost(kiosk: Kiosk) -> None:
    printing = Kiosk(kiosk.world, "k2", print_lines=True)
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=33)
    assert fields(printing.take_back("I1"), "AG") == [
        "AGEmma",
        "AGReturned. Thank you.",
        "AGA fee of 1.00 EUR was charged.",
    ]
    assert fields(printing.take_back("I1"), "AG") == []


async def test_notices_are_in_the_terminals_language_and_may_be_silenced(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I3")
    german = Kiosk(kiosk.world, "k2", language="003")
    words = Words().notice(Notice.SEND_TO, Language.DE, place="East Branch")
    assert fields(german.take_back("I3"), "AF") == [f"AF{words}"]
    silent = Kiosk(kiosk.world, "k3", texts={"send-to": "", "not-on-loan": ""})
    assert fields(silent.take_back("I3"), "AF") == []
