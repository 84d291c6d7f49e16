"""23/24, 63/64 and 35/36 in SIP2's words: what is shown of a patron, to whom, and in which form."""

from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import pairwise

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.records import BlockKind, FeeKind, HoldId
from core.refusals import Reason
from core.rules.facts import Pin
from servers.configuration.settings import Dialect, PinCheck, StatusFlag
from servers.words.catalogue import Words
from servers.words.languages import Language
from tests.fakes.world import ANN, BEN, DAN, EAST_KIOSK, EMMA, KIOSK, METROPOLIS, POLICY, RECORDS, World
from tests.matrix import proves
from tests.servers.sip2.translating import CLEAR, DENIED, MORE_RECORDS, UNTITLED, VERTIGO, YEN, Kiosk, fields

NO_COUNTS = "0000" * 6
UNKNOWN = "AFThis card is not known here.|"
WRONG = "AFCard and PIN do not match.|"
EXPIRED = "AFThis card has expired. Please ask at the desk.|"
GERMAN = Words().refusal(Reason.PATRON_EXPIRED, Language.DE)
LIMITS = "BZ0015|CA0005|CB0030|"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


# 23/24

STATUS = [
    ("in good standing", "P1", f"24{CLEAR}001<d>AOTOWN|AAP1|AEAnn Ngata|BLY|BHEUR|BV0.00|"),
    ("unknown", "P9", f"24{DENIED}001<d>AOTOWN|AAP9|AE|BLN|{UNKNOWN}"),
    ("without a card", "", f"24{DENIED}001<d>AOTOWN|AA|AE|BLN|{UNKNOWN}"),
    ("with blanks around", " P1 ", f"24{CLEAR}001<d>AOTOWN|AA P1 |AEAnn Ngata|BLY|BHEUR|BV0.00|"),
    ("expired", "P4", f"24{DENIED}001<d>AOTOWN|AAP4|AEDan Roe|BLY|BHEUR|BV0.00|{EXPIRED}"),
]


@pytest.mark.parametrize(("patron", "said"), [row[1:] for row in STATUS], ids=[row[0] for row in STATUS])
async def test_a_patron_is_shown_as_they_stand(kiosk: Kiosk, patron: str, said: str) -> None:
    assert kiosk.ask(f"23001<d>AOTOWN|AA{patron}|AC|AD|") == said


async def test_whether_the_pin_was_right_is_told_only_when_it_was_checked(kiosk: Kiosk) -> None:
    line = "23001<d>AOTOWN|AAP1|AC|ADx|"
    assert fields(kiosk.ask(line, Pin.RIGHT), "BL", "CQ") == ["BLY", "CQY"]
    assert fields(kiosk.ask(line, Pin.NOT_GIVEN), "BL", "CQ") == ["BLY"]


@pytest.mark.parametrize("code", ["23001<d>", f"63001<d>{'Y' * 10}"])
async def test_a_wrong_pin_shows_neither_name_nor_money(kiosk: Kiosk, code: str) -> None:
    kiosk.world.charge(ANN, "3.50")
    kiosk.lend("P1", "I1")
    said = kiosk.ask(f"{code}AOTOWN|AAP1|AC|ADx|", Pin.WRONG)
    counts = NO_COUNTS if code.startswith("63") else ""
    assert said[2:] == f"{DENIED}001<d>{counts}AOTOWN|AAP1|AE|BLN|CQN|{WRONG}"


async def test_required_fields_are_there_even_when_they_came_empty_or_not_at_all(kiosk: Kiosk) -> None:
    assert kiosk.ask("23001<d>AAP9|") == f"24{DENIED}001<d>AO|AAP9|AE|BLN|{UNKNOWN}"


@pytest.mark.parametrize(
    ("asked", "answered"), [("eng", "eng"), ("000", "000"), ("019", "019"), ("   ", "003")]
)
async def test_the_language_is_echoed_and_the_terminals_own_where_none_was_named(
    world: World, asked: str, answered: str
) -> None:
    kiosk = Kiosk(world, language="003")
    for patron in ("P1", "P9"):
        said = kiosk.ask(f"23{asked}<d>AOTOWN|AA{patron}|AC|AD|")
        assert said[16:19] == answered
        assert kiosk.ask(f"63{asked}<d>{' ' * 10}AOTOWN|AA{patron}|")[16:19] == answered


@proves("flags of 24 are true only if the condition holds")
async def test_each_flag_stands_at_its_place_and_only_for_its_reason(kiosk: Kiosk) -> None:
    kiosk.world.charge(ANN, "10.01")
    said = kiosk.ask("23001<d>AOTOWN|AAP1|AC|AD|")
    assert said[2:16] == "YYYY      Y   "
    assert fields(said, "BV", "AF") == ["BV10.01", "AFYou owe too much to borrow. Please pay first."]
    rental = replace(kiosk.world.library.fees[kiosk.world.charge(BEN, "10.01", 901)], kind=FeeKind.RENTAL)
    kiosk.world.library.install([rental])
    assert kiosk.ask("23001<d>AOTOWN|AAP2|AC|AD|")[2:16] == "YYYY       Y  "
    kiosk.world.desk.block(KIOSK, "P3", BlockKind.CARD_LOST)
    said = kiosk.ask("23001<d>AOTOWN|AAP3|AC|AD|")
    assert said[2:16] == "YYYYY         "
    assert fields(said, "AF") == ["AFThis card was reported lost. Please ask at the desk."]


async def test_who_has_as_many_loans_as_allowed_may_still_renew_and_place_holds() -> None:
    limits = tuple(replace(limits, loans=1) for limits in POLICY.limits)
    world = await World(replace(POLICY, limits=limits)).start()
    kiosk = Kiosk(world)
    kiosk.lend("P1", "I1")
    assert kiosk.ask("23001<d>AOTOWN|AAP1|AC|AD|")[2:16] == "Y    Y        "
    await world.stop()


async def test_what_is_shown_waits_for_what_it_has_seen_and_a_wrong_pin_has_seen_nothing(
    kiosk: Kiosk,
) -> None:
    lent = kiosk.world.desk.check_out(KIOSK, "P1", "I1")
    for line in ("23001<d>AOTOWN|AAP1|AC|AD|", f"63001<d>{' ' * 10}AOTOWN|AAP1|"):
        reply = kiosk.reply(line)
        assert (reply.unit, reply.mine) == (lent.unit, False)
        assert kiosk.reply(line, Pin.WRONG).unit is None


# 63/64


def asking(place: int | None, patron: str = "P2", more: str = "") -> str:
    """A 63 that asks for the list at this place of the summary."""
    summary = "".join("Y" if place == column else " " for column in range(10))
    return f"63001<d>{summary}AOTOWN|AA{patron}|AC|AD|{more}"


@pytest_asyncio.fixture
async def ben(world: World) -> Kiosk:
    """Ben has a late loan and a new one, a hold on the shelf and one that waits, and two fees."""
    kiosk = Kiosk(world)
    world.desk.check_out(KIOSK, "P2", "I1")
    world.clock.advance(days=30)
    world.desk.check_out(KIOSK, "P2", "I7")
    world.desk.check_out(KIOSK, "P1", "I3")
    world.desk.place_hold(KIOSK, "P2", METROPOLIS, "EAST")
    world.desk.place_hold(KIOSK, "P2", VERTIGO, "MAIN", item="I5")
    world.desk.check_in(KIOSK, "I5")
    world.charge(BEN, "3.50")
    world.charge(BEN, "1.25", 901)
    return kiosk


async def test_counts_and_limits_are_told_though_no_list_was_asked_for(ben: Kiosk) -> None:
    assert ben.ask(asking(None)) == (
        f"64{CLEAR}001<d>000100010002000200000001AOTOWN|AAP2|AEBen Sá|{LIMITS}BLY|BHEUR|BV4.75|CC10.00|"
    )


LISTS = [
    (0, ["ASI5"]),
    (1, ["ATI1"]),
    (2, ["AUI1", "AUI7"]),
    (3, ["AV900 3.50 overdue", "AV901 1.25 overdue"]),
    (4, []),
    (5, ["CDMetropolis"]),
    (6, []),
    (9, []),
]


@pytest.mark.parametrize(("place", "entries"), LISTS)
async def test_each_list_has_its_place_in_the_summary_and_its_field(
    ben: Kiosk, place: int, entries: list[str]
) -> None:
    said = ben.ask(asking(place))
    assert fields(said, "AS", "AT", "AU", "AV", "BU", "CD") == entries
    assert said[22:46] == "000100010002000200000001"


@proves("63 answers several lists at once, in pages")
async def test_several_lists_may_be_asked_for_at_once(ben: Kiosk) -> None:
    said = ben.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP2|")
    assert fields(said, "AS", "AT", "AU", "AV", "BU", "CD") == [
        entry for _, entries in LISTS for entry in entries
    ]


async def test_loans_that_were_called_back_are_a_list_of_their_own(ben: Kiosk) -> None:
    ben.world.desk.recalls.recall(KIOSK, "I7")
    said = ben.ask(asking(4))
    assert (fields(said, "BU"), said[38:42]) == (["BUI7"], "0001")


PAGES = [
    ("", ["AUI1", "AUI7"]),
    ("BP1|BQ1|", ["AUI1"]),
    ("BP2|BQ2|", ["AUI7"]),
    ("BP00002|BQ00005|", ["AUI7"]),
    ("BP2|", ["AUI7"]),
    ("BQ1|", ["AUI1"]),
    ("BP2|BQ1|", []),
    ("BP3|BQ1|", []),
    ("BP3|BQ9|", []),
    ("BP0|BQ1|", ["AUI1"]),
    ("BP0|BQ0|", []),
    ("BPx|BQ|", ["AUI1", "AUI7"]),
]


@proves("63 answers several lists at once, in pages")
@pytest.mark.parametrize(("page", "entries"), PAGES)
async def test_a_page_is_cut_from_the_list_and_the_counts_are_of_all(
    ben: Kiosk, page: str, entries: list[str]
) -> None:
    said = ben.ask(asking(2, more=page))
    assert fields(said, "AU") == entries
    assert said[30:34] == "0002"


async def test_every_list_is_cut_alike(ben: Kiosk) -> None:
    said = ben.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP2|BP2|")
    assert fields(said, "AS", "AT", "AU", "AV", "CD") == ["AUI7", "AV901 1.25 overdue"]
    assert said[22:46] == "000100010002000200000001"


async def test_a_fee_paid_in_part_is_listed_with_what_is_left(ben: Kiosk) -> None:
    ben.world.desk.pay(KIOSK, "P2", Decimal("1.00"), "EUR")
    said = ben.ask(asking(3))
    assert fields(said, "BV", "AV") == ["BV3.75", "AV900 2.50 overdue", "AV901 1.25 overdue"]


@proves("what is owed is the same in 24, 64 and the list of fees")
async def test_what_is_owed_is_the_same_everywhere_and_the_sum_of_the_fees(ben: Kiosk) -> None:
    status, information = ben.ask("23001<d>AOTOWN|AAP2|AC|AD|"), ben.ask(asking(3))
    (owed,) = fields(status, "BV")
    assert fields(information, "BV") == [owed]
    assert sum(Decimal(fee.split()[1]) for fee in fields(information, "AV")) == Decimal(owed[2:])


@proves("list entries by the terminal's templates")
async def test_entries_are_written_as_the_terminals_templates_have_them(ben: Kiosk) -> None:
    kiosk = Kiosk(
        ben.world,
        hold_item="{title} ({barcode})",
        overdue_item="{due}: {title}",
        charged_item="{title} / {barcode}",
        fine_item="{amount} {currency} {title}",
        due_date="%d.%m.%Y",
    )
    said = kiosk.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP2|")
    assert fields(said, "AS", "AT", "AU", "AV", "CD") == [
        "ASVertigo (I5)",
        "AT30.03.2026: Emma",
        "AUEmma / I1",
        "AU/ I7",
        "AV3.50 EUR",
        "AV1.25 EUR",
        "CDMetropolis (Metropolis)",
    ]


async def test_an_entry_is_never_empty(world: World) -> None:
    """An item without a title, a hold on a bib without one, and a template that asks for nothing."""
    kiosk = Kiosk(world, charged_item="{title}", hold_item="{title}", fine_item="")
    kiosk.lend("P2", "I7")
    kiosk.world.desk.place_hold(KIOSK, "P1", UNTITLED, "MAIN")
    world.charge(BEN, "3.50")
    assert fields(kiosk.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP2|"), "AU", "AV") == ["AUI7", "AV900"]
    assert fields(kiosk.ask(asking(5, "P1")), "CD") == ["CDb5"]


async def test_a_fee_is_named_by_its_item_and_else_by_its_note(world: World) -> None:
    kiosk = Kiosk(world)
    kiosk.lend("P2", "I1")
    world.clock.advance(days=40)
    kiosk.take_back("I1")
    world.library.install([replace(world.library.fees[world.charge(BEN, "2.00")], note="Torn page")])
    assert fields(kiosk.ask(asking(3)), "AV")[-1] == "AV900 2.00 overdue Torn page"
    assert fields(kiosk.ask(asking(3)), "AV")[0].endswith(" overdue Emma")


async def test_a_hold_on_its_way_is_not_ready_and_known_by_its_item(world: World) -> None:
    kiosk = Kiosk(world)
    world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
    world.desk.check_in(EAST_KIOSK, "I3")
    said = kiosk.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP2|")
    assert fields(said, "AS", "CD") == ["CDI3"]
    world.desk.check_in(KIOSK, "I3")
    assert fields(kiosk.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP2|"), "AS", "CD") == ["ASI3"]


async def test_a_hold_on_one_item_is_known_by_it_before_it_is_set_aside(world: World) -> None:
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I2")
    assert fields(Kiosk(world).ask(asking(5)), "CD") == ["CDI2"]
    assert HoldId(1000) in world.library.holds


async def test_where_a_patron_can_be_reached_is_told_if_it_is_known() -> None:
    ann = next(record for record in RECORDS if record.id == ANN)
    reachable = replace(ann, email="ann@example.org", phone="0123", address="1 High Street")
    world = await World(records=(*(record for record in RECORDS if record is not ann), reachable)).start()
    said = Kiosk(world).ask(asking(None, "P1"))
    assert fields(said, "BD", "BE", "BF") == ["BD1 High Street", "BEann@example.org", "BF0123"]
    assert fields(Kiosk(world).ask(asking(None, "P2")), "BD", "BE", "BF") == []
    await world.stop()


async def test_an_unknown_patron_has_no_counts(kiosk: Kiosk) -> None:
    said = kiosk.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP9|BP1|BQ5|")
    assert said == f"64{DENIED}001<d>{NO_COUNTS}AOTOWN|AAP9|AE|BLN|{UNKNOWN}"


async def test_a_right_pin_is_told_in_64(kiosk: Kiosk) -> None:
    assert fields(kiosk.ask(asking(None, "P1"), Pin.RIGHT), "CQ") == ["CQY"]
    assert fields(kiosk.ask(asking(None, "P1")), "CQ") == []


@proves("amounts have the decimals of their currency")
async def test_yen_have_no_decimals() -> None:
    world = await World(YEN).start()
    world.charge(BEN, "1500")
    world.library.install([replace(fee, currency="JPY") for fee in world.library.fees.values()])
    kiosk = Kiosk(world)
    assert fields(kiosk.ask("23001<d>AOTOWN|AAP2|AC|AD|"), "BH", "BV") == ["BHJPY", "BV1500"]
    said = kiosk.ask(asking(3))
    assert fields(said, "BH", "BV", "CC", "AV") == ["BHJPY", "BV1500", "CC10", "AV900 1500 overdue"]
    await world.stop()


async def test_due_dates_in_lists_are_those_of_the_loan(world: World) -> None:
    kiosks = [Kiosk(world, charged_item="{due}", due_date=form) for form in ("sip", "iso", "%d.%m.")]
    lent = [kiosk.lend("P1", "I1") for kiosk in kiosks]
    said = [fields(kiosk.ask(asking(2, "P1")), "AU")[0][2:] for kiosk in kiosks]
    assert said == ["20260330    235900", "2026-03-30 23:59", "30.03."]
    assert [fields(line, "AH")[0][2:] for line in lent] == said
    assert all(one != other for one, other in pairwise(said))


# What a profile makes of it


@proves("lists, holds and pickup: ready is not waiting")
async def test_holds_that_wait_may_be_listed_as_ready_after_those_that_are(ben: Kiosk) -> None:
    """LP 1799272: some machines show nothing else."""
    kiosk = Kiosk(ben.world, waiting_holds_as_ready=True)
    said = kiosk.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP2|")
    assert fields(said, "AS", "CD") == ["ASI5", "ASMetropolis"]
    assert said[22:46] == "000200010002000200000000"


@pytest.mark.parametrize(
    ("limit", "page", "entries"),
    [
        (0, "", ["AUI1", "AUI7"]),
        (1, "", ["AUI1"]),
        (1, "BP2|", ["AUI7"]),
        (1, "BP1|BQ2|", ["AUI1"]),
        (2, "BP1|BQ1|", ["AUI1"]),
        (5, "", ["AUI1", "AUI7"]),
    ],
)
async def test_a_list_has_so_many_entries_at_most_and_counts_all(
    ben: Kiosk, limit: int, page: str, entries: list[str]
) -> None:
    said = Kiosk(ben.world, list_limit=limit).ask(asking(2, more=page))
    assert fields(said, "AU") == entries
    assert said[30:34] == "0002"


async def test_only_the_flags_of_the_profile_are_set(kiosk: Kiosk) -> None:
    kiosk.world.charge(ANN, "10.01")
    shown = Kiosk(kiosk.world, status_flags=(StatusFlag.CHARGE_PRIVILEGES_DENIED,))
    for line in ("23001<d>AOTOWN|AAP1|AC|AD|", "23001<d>AOTOWN|AAP9|AC|AD|"):
        assert shown.ask(line)[2:16] == f"Y{' ' * 13}"


async def test_alma_shows_its_own_flags_and_speaks_the_profiles_language(kiosk: Kiosk) -> None:
    kiosk.world.charge(ANN, "10.01")
    alma = Kiosk(kiosk.world, dialect=Dialect.ALMA, language="003")
    said = alma.ask("23001<d>AOTOWN|AAP1|AC|AD|")
    assert said[2:19] == "          Y   003"
    assert alma.ask("23001<d>AOTOWN|AAP4|AC|AD|")[2:19] == "Y  Y          003"
    assert alma.ask("23001<d>AOTOWN|AAP9|AC|AD|")[2:19] == "Y  Y          003"
    assert alma.ask(f"63001<d>{'Y' * 10}AOTOWN|AAP4|")[2:19] == "Y  Y          003"
    unsaid = Kiosk(kiosk.world, "k3", dialect=Dialect.ALMA)
    assert unsaid.ask("23001<d>AOTOWN|AAP1|AC|AD|")[16:19] == "001"


LANGUAGES = [
    # the message's, the patron's, the terminal's, what is spoken
    ("001", "de", "002", "This card has expired. Please ask at the desk."),
    ("003", "", "001", GERMAN),
    ("ger", "", "001", GERMAN),
    ("000", "de", "001", GERMAN),
    ("   ", "ger", "001", GERMAN),
    ("000", "", "003", GERMAN),
    ("000", "zu", "003", GERMAN),
    ("019", "fr", "003", GERMAN),
    ("019", "fr", "000", "This card has expired. Please ask at the desk."),
]


@proves("messages in the language asked for")
@pytest.mark.parametrize(("asked", "patrons", "terminals", "said"), LANGUAGES)
async def test_people_are_spoken_to_in_the_language_of_the_message_then_their_own_then_the_terminals(
    world: World, asked: str, patrons: str, terminals: str, said: str
) -> None:
    """Their own only where the message leaves it open; for a language without texts, the terminal's."""
    dan = world.library.patrons[DAN]
    world.library.install([replace(dan, language=patrons)])
    kiosk = Kiosk(world, language=terminals)
    assert fields(kiosk.ask(f"23{asked}<d>AOTOWN|AAP4|AC|AD|"), "AF") == [f"AF{said}"]
    assert fields(kiosk.ask(f"63{asked}<d>{' ' * 10}AOTOWN|AAP4|"), "AF") == [f"AF{said}"]


async def test_a_refusal_speaks_the_language_of_the_message_too(world: World) -> None:
    kiosk = Kiosk(world, language="001")
    said = kiosk.ask("23003<d>AOTOWN|AAP9|AC|AD|")
    assert fields(said, "AF") == [f"AF{Words().refusal(Reason.UNKNOWN_PATRON, Language.DE)}"]


async def test_a_profile_has_texts_of_its_own_or_none(world: World) -> None:
    kiosk = Kiosk(world, texts={"patron-expired": "Ask Dora.", "unknown-patron": ""})
    assert fields(kiosk.ask("23001<d>AOTOWN|AAP4|AC|AD|"), "AF") == ["AFAsk Dora."]
    assert fields(kiosk.ask("23001<d>AOTOWN|AAP9|AC|AD|"), "AF") == []


# 35/36


@pytest.mark.parametrize("pin", Pin)
@pytest.mark.parametrize("patron", ["P1", "P9", ""])
async def test_a_session_always_ends(kiosk: Kiosk, patron: str, pin: Pin) -> None:
    assert kiosk.ask(f"35<d>AOTOWN|AA{patron}|AC|ADx|", pin) == f"36Y<d>AOTOWN|AA{patron}|"
    assert kiosk.ask(f"35<d>AA{patron}|", pin) == f"36Y<d>AO|AA{patron}|"


async def test_where_every_pin_is_checked_a_wrong_one_ends_no_session(world: World) -> None:
    kiosk = Kiosk(world, pin=PinCheck.ALWAYS)
    said = kiosk.ask("35<d>AOTOWN|AAP1|AC|ADx|", Pin.WRONG)
    assert said == f"36N<d>AOTOWN|AAP1|{WRONG}"
    assert kiosk.ask("35<d>AOTOWN|AAP1|AC|AD1|", Pin.RIGHT)[:3] == "36Y"
    assert kiosk.reply("35<d>AOTOWN|AAP1|AC|ADx|", Pin.WRONG).reason is Reason.WRONG_PIN
