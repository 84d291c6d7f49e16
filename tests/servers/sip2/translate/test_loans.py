"""11/12 and 29/30 in SIP2's words: each way to yes, each family of no, and the same again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.records import BlockKind, ItemStatus
from core.refusals import Reason
from core.rules.facts import Pin
from servers.configuration.settings import Dialect
from servers.sip2.translate.wording import request_key
from servers.words.catalogue import Words
from servers.words.languages import Language
from tests.fakes.world import ANN, BOOK, COPY, EAST_KIOSK, EMMA, FILM, KIOSK, World
from tests.matrix import proves
from tests.servers.sip2.translating import MORE_RECORDS, RENTALS, YEN, Kiosk, fields

NO_DATE = " " * 18
DUE = "AH20260330    235900|"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest_asyncio.fixture
async def rentals() -> AsyncIterator[World]:
    """A library where every loan costs 1.00."""
    world = await World(RENTALS, MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


def out(patron: str = "P1", item: str = "I1", more: str = "", policy: str = "Y", date: str = "<d>") -> str:
    return f"11{policy}N{date}{NO_DATE}AOTOWN|AA{patron}|AB{item}|AC|{more}"


def again(patron: str = "P1", items: str = "ABI1|", more: str = "") -> str:
    return f"29NN<d>{NO_DATE}AOTOWN|AA{patron}|{items}{more}"


def refusal(code: str, patron: str, item: str, title: str, words: str) -> str:
    return f"{code}0NUN<d>AOTOWN|AA{patron}|AB{item}|AJ{title}|AH|AF{words}|"


# 11/12

LENT = [
    ("a book", "I1", f"121NNY<d>AOTOWN|AAP1|ABI1|AJEmma|{DUE}CK001|"),
    ("a disc", "I3", "121NNY<d>AOTOWN|AAP1|ABI3|AJMetropolis|AH20260316    235900|CK006|"),
    ("a tape", "I5", f"121NYY<d>AOTOWN|AAP1|ABI5|AJVertigo|{DUE}CK005|"),
    ("for use in the building", "I6", "121NNN<d>AOTOWN|AAP1|ABI6|AJVertigo|AH20260302    143000|CK001|"),
    ("without a title", "I7", f"121NNY<d>AOTOWN|AAP1|ABI7|AJ|{DUE}CK001|"),
    ("with blanks", " I1 ", f"121NNY<d>AOTOWN|AAP1|AB I1 |AJEmma|{DUE}CK001|"),
    ("in lower case", "i1", f"121NNY<d>AOTOWN|AAP1|ABi1|AJEmma|{DUE}CK001|"),
]


@pytest.mark.parametrize(("item", "said"), [row[1:] for row in LENT], ids=[row[0] for row in LENT])
async def test_what_is_lent_is_told_with_its_title_medium_and_due_date(
    kiosk: Kiosk, item: str, said: str
) -> None:
    assert kiosk.ask(out(item=item)) == said


NOT_LENT = [
    ("an unknown patron", "P9", "I1", "Emma", "This card is not known here."),
    ("no patron", "", "I1", "Emma", "This card is not known here."),
    ("an unknown item", "P1", "I9", "", "This item is not known here. Please ask at the desk."),
    ("no item", "P1", "", "", "This item is not known here. Please ask at the desk."),
    ("an expired card", "P4", "I1", "Emma", "This card has expired. Please ask at the desk."),
    ("an item for reference", "P1", "I4", "Atlas", "This item is for use in the library only."),
]


@pytest.mark.parametrize("row", NOT_LENT, ids=[row[0] for row in NOT_LENT])
async def test_a_refusal_has_the_title_if_it_is_known_and_a_due_date_that_is_empty(
    kiosk: Kiosk, row: tuple[str, str, str, str, str]
) -> None:
    _, patron, item, title, words = row
    assert kiosk.ask(out(patron, item)) == refusal("12", patron, item, title, words)


async def test_what_another_has_or_waits_for_is_not_lent(kiosk: Kiosk) -> None:
    kiosk.lend("P2", "I1")
    said = kiosk.ask(out())
    words = "This item is on loan to somebody else. Please ask at the desk."
    assert said == refusal("12", "P1", "I1", "Emma", words)
    kiosk.world.desk.place_hold(KIOSK, "P3", EMMA, "MAIN")
    kiosk.world.desk.check_in(KIOSK, "I1")
    words = "This item is held for somebody else. Please take it to the desk."
    assert kiosk.ask(out()) == refusal("12", "P1", "I1", "Emma", words)


async def test_a_blocked_patron_or_an_item_in_no_state_to_be_lent_is_refused(kiosk: Kiosk) -> None:
    kiosk.world.desk.block(KIOSK, "P2", BlockKind.STAFF)
    assert fields(kiosk.ask(out("P2")), "AF") == ["AFThis card is blocked. Please ask at the desk."]
    kiosk.world.library.install([replace(kiosk.world.library.items[COPY], status=ItemStatus.MISSING)])
    assert fields(kiosk.ask(out(item="I2")), "AF") == ["AFThis item was missing. Please take it to the desk."]


@pytest.mark.parametrize(
    ("line", "code", "item"),
    [(out(), "12", "I1"), (again(), "30", "I1"), (again(items="AJEmma|"), "30", "")],
)
async def test_a_wrong_pin_lends_and_renews_nothing_and_tells_no_money(
    kiosk: Kiosk, line: str, code: str, item: str
) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(minutes=1)
    kiosk.world.charge(ANN, "99.00")
    assert kiosk.ask(line, Pin.WRONG) == refusal(code, "P1", item, "Emma", "Card and PIN do not match.")
    assert kiosk.world.library.items[BOOK].version == 2


async def test_a_terminal_that_may_not_check_out_may_not_renew_either(world: World) -> None:
    kiosk = Kiosk(world, checkout=False)
    words = "This machine may not do that. Please ask at the desk."
    assert kiosk.ask(out()) == refusal("12", "P1", "I1", "Emma", words)
    assert kiosk.ask(again()) == refusal("30", "P1", "I1", "Emma", words)
    assert world.library.items[BOOK].version == 1


async def test_renewal_ok_tells_that_it_was_a_renewal(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=3)
    assert kiosk.ask(out()) == "121YNY<d>AOTOWN|AAP1|ABI1|AJEmma|AH20260402    235900|CK001|"


RENEWAL_WANTED = [("Y", True, "121Y"), ("Y", False, "120N"), ("N", True, "120N"), ("N", False, "120N")]


@proves("what one has already is renewed by a checkout")
@pytest.mark.parametrize(("policy", "allowed", "said"), RENEWAL_WANTED)
async def test_what_the_patron_has_is_renewed_only_if_both_sides_want_it(
    world: World, policy: str, allowed: bool, said: str
) -> None:
    kiosk = Kiosk(world, renewal_policy=allowed)
    kiosk.lend("P1", "I1")
    world.clock.advance(minutes=1)
    assert kiosk.ask(out(policy=policy))[:4] == said


@proves("a fee must be acknowledged before the loan")
async def test_a_fee_is_told_first_and_charged_once_it_is_acknowledged(rentals: World) -> None:
    kiosk = Kiosk(rentals)
    for more in ("", "BON|", "BO|"):
        said = kiosk.ask(out(more=more))
        assert said == (
            "120NUN<d>AOTOWN|AAP1|ABI1|AJEmma|AH|BT06|BHEUR|BV1.00|AFThis loan costs a fee: 1.00 EUR.|"
        )
    assert rentals.library.open_fees_of(ANN) == []
    said = kiosk.ask(out(more="BOY|"))
    (fee,) = rentals.library.open_fees_of(ANN)
    assert said == f"121NNY<d>AOTOWN|AAP1|ABI1|AJEmma|{DUE}BT06|BHEUR|BV1.00|CK001|BK{fee.id}|"


async def test_a_late_renewal_tells_the_sum_of_its_fees_and_no_one_number(rentals: World) -> None:
    kiosk = Kiosk(rentals)
    kiosk.ask(out(more="BOY|"))
    rentals.clock.advance(days=38)
    said = kiosk.ask(again(more="BOY|"))
    fine, rental = [fee.amount for fee in rentals.library.open_fees_of(ANN)][1:]
    assert fields(said, "BT", "BH", "BV", "BK") == ["BT01", "BHEUR", f"BV{fine + rental}"]


async def test_yen_have_no_decimals() -> None:
    world = await World(YEN).start()
    kiosk = Kiosk(world)
    refused = kiosk.ask(out())
    assert fields(refused, "BV", "AF") == ["BV500", "AFThis loan costs a fee: 500 JPY."]
    assert fields(kiosk.ask(out(more="BOY|")), "BH", "BV") == ["BHJPY", "BV500"]
    await world.stop()


# 29/30


async def test_a_loan_is_renewed_and_the_strip_left_alone(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I5")
    kiosk.world.clock.advance(days=3)
    said = kiosk.ask(again(items="ABI5|"))
    assert said == "301YYN<d>AOTOWN|AAP1|ABI5|AJVertigo|AH20260402    235900|CK005|"


@proves("a loan is found by its title")
@pytest.mark.parametrize("named", ["AJEmma|", "AJb1|", "AB|AJEmma|", "AB |AJ Emma |"])
async def test_without_a_barcode_the_loan_is_found_by_title_or_control_number(
    kiosk: Kiosk, named: str
) -> None:
    kiosk.lend("P1", "I3")
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=3)
    assert fields(kiosk.ask(again(items=named)), "AB", "AJ")[-1] == "AJEmma"
    assert kiosk.world.library.items[BOOK].version == 3
    assert kiosk.world.library.items[FILM].version == 2


NOT_RENEWED = [
    ("an unknown patron", "P9", "ABI1|", "I1", "Emma", "This card is not known here."),
    ("an unknown item", "P1", "ABI9|", "I9", "", "This item is not known here. Please ask at the desk."),
    ("somebody else's loan", "P2", "ABI1|", "I1", "Emma", "This item is not on loan to you."),
    ("what is on the shelf", "P1", "ABI3|", "I3", "Metropolis", "This item is not on loan."),
    ("neither item nor title", "P1", "", "", "", "This item is not known here. Please ask at the desk."),
    ("a title nobody named", "P1", "AJ|", "", "", "This item is not known here. Please ask at the desk."),
    ("a title not on loan", "P1", "AJMetropolis|", "", "Metropolis", "This item is not on loan to you."),
    ("a title lent twice", "P1", "AJEmma|", "", "Emma", "You have more than one item with this title."),
    ("a title, by an unknown patron", "P9", "AJEmma|", "", "Emma", "This card is not known here."),
]


@pytest.mark.parametrize("row", NOT_RENEWED, ids=[row[0] for row in NOT_RENEWED])
async def test_what_cannot_be_renewed_is_refused_in_the_words_of_30(
    kiosk: Kiosk, row: tuple[str, str, str, str, str, str]
) -> None:
    _, patron, named, item, title, words = row
    kiosk.lend("P1", "I1")
    kiosk.lend("P1", "I2")
    assert kiosk.ask(again(patron, named)) == refusal("30", patron, item, title, words)


async def test_what_was_renewed_too_often_or_is_wanted_is_refused(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I3")
    kiosk.world.desk.place_hold(KIOSK, "P2", kiosk.world.library.items[FILM].bib, "MAIN")
    words = "Somebody else is waiting for this item."
    assert kiosk.ask(again(items="ABI3|")) == refusal("30", "P1", "I3", "Metropolis", words)
    kiosk.lend("P1", "I1")
    for _ in range(3):
        kiosk.world.clock.advance(days=1)
        assert kiosk.ask(again())[:3] == "301"
    kiosk.world.clock.advance(days=1)
    assert fields(kiosk.ask(again()), "AF") == ["AFThis item cannot be renewed any more."]


async def test_a_terminal_without_renewals_refuses_them(world: World) -> None:
    kiosk = Kiosk(world, renewal_policy=False)
    kiosk.lend("P1", "I1")
    assert fields(kiosk.ask(again()), "AF") == ["AFThis machine may not do that. Please ask at the desk."]


@pytest.mark.parametrize("named", ["AJEmma|", "AJVertigo|"])
async def test_a_refusal_by_title_waits_for_the_loans_it_has_seen(kiosk: Kiosk, named: str) -> None:
    kiosk.lend("P1", "I1")
    lent = kiosk.world.desk.check_out(KIOSK, "P1", "I2")
    reply = kiosk.reply(again(items=named))
    assert (reply.unit, reply.mine) == (lent.unit, False)


# The same again


async def test_a_repeated_check_out_is_answered_alike_and_done_once(kiosk: Kiosk) -> None:
    date = kiosk.date
    first = kiosk.reply(out(date=date))
    said = kiosk.written(first.message)
    kiosk.world.clock.advance(minutes=2)
    assert kiosk.ask(out(date=date)) == said
    assert kiosk.ask(out(item=" i1", date=date)) == said.replace("ABI1", "AB i1")
    assert kiosk.reply(out(date=date)).unit is first.unit
    assert kiosk.world.library.items[BOOK].version == 2


async def test_a_repeated_renewal_is_too_by_either_message(rentals: World) -> None:
    kiosk = Kiosk(rentals)
    kiosk.ask(out(more="BOY|"))
    for line in (out(more="BOY|"), again(more="BOY|")):
        rentals.clock.advance(days=30)
        line = line.replace("<d>", kiosk.date)
        said = kiosk.ask(line)
        assert said[2:4] == "1Y"
        version, owed = rentals.library.items[BOOK].version, rentals.library.owed_by(ANN)
        rentals.clock.advance(minutes=2)
        assert kiosk.ask(line) == said
        assert (rentals.library.items[BOOK].version, rentals.library.owed_by(ANN)) == (version, owed)


async def test_a_wrong_pin_is_not_told_what_came_of_the_first_request(kiosk: Kiosk) -> None:
    assert kiosk.ask(out())[:3] == "121"
    assert kiosk.ask(out(), Pin.WRONG)[:3] == "120"


OTHERS = [
    ("another date", out(date="20260302    113001"), "121Y"),
    ("a date of another zone", out(date="20260302   Z103000"), "121Y"),
    ("no date", out(date=NO_DATE), "121Y"),
    ("another patron", out("P2"), "120N"),
    ("another item", out(item="I2"), "121N"),
]


@pytest.mark.parametrize(("line", "said"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
async def test_another_request_is_decided_by_itself(kiosk: Kiosk, line: str, said: str) -> None:
    """The first loan is no answer to it: it renews, is refused, or lends something else."""
    assert kiosk.ask(out())[:4] == "121N"
    assert kiosk.ask(line)[:4] == said


async def test_another_terminals_request_is_another(world: World) -> None:
    Kiosk(world).ask(out())
    assert Kiosk(world, "kiosk-2").ask(out())[:4] == "121Y"


async def test_values_that_hold_a_bar_are_not_taken_for_two(kiosk: Kiosk) -> None:
    """With another delimiter, `|` may be part of a barcode."""
    keys = [request_key(kiosk.station, Pin.RIGHT, *parts) for parts in (("a|b", "c"), ("a", "b|c"))]
    assert keys[0] != keys[1]


async def test_without_a_date_there_is_no_telling_what_is_a_repetition(kiosk: Kiosk) -> None:
    assert kiosk.ask(out(date=NO_DATE))[:4] == "121N"
    assert kiosk.ask(out(date=NO_DATE))[:4] == "121Y"


async def test_an_act_is_told_when_it_is_durable(kiosk: Kiosk) -> None:
    reply = kiosk.reply(out())
    assert reply.mine
    assert reply.unit is not None
    seen = kiosk.world.desk.check_out(EAST_KIOSK, "P2", "I2")
    refused = kiosk.reply(out(item="I2"))
    assert (refused.unit, refused.mine) == (seen.unit, False)


# What a profile makes of it


async def test_alma_renews_what_the_patron_has_whatever_the_machine_wants(world: World) -> None:
    """Its renewal policy should agree with the profile's, but has no effect."""
    kiosk = Kiosk(world, dialect=Dialect.ALMA)
    kiosk.lend("P1", "I1")
    world.clock.advance(days=3)
    assert kiosk.ask(out(policy="N"))[:4] == "121Y"
    barred = Kiosk(world, "k2", dialect=Dialect.ALMA, renewal_policy=False)
    assert barred.ask(out(policy="Y"))[:4] == "120N"


async def test_permissions_that_only_inform_are_not_enforced(world: World) -> None:
    kiosk = Kiosk(world, enforce=False, checkout=False, renewal_policy=False)
    assert kiosk.ask(out())[:3] == "121"
    world.clock.advance(days=3)
    assert kiosk.ask(again())[:4] == "301Y"
    world.clock.advance(days=3)
    assert kiosk.ask(out())[:4] == "121Y"


async def test_a_machine_may_be_told_to_ignore_its_strips(world: World) -> None:
    kiosk = Kiosk(world, security_inhibit=True)
    assert fields(kiosk.ask(out()), "CI") == ["CIY"]
    assert fields(kiosk.ask(out("P2")), "CI") == []


async def test_a_receipt_says_until_when_for_people(world: World) -> None:
    kiosk = Kiosk(world, print_lines=True)
    assert fields(kiosk.ask(out()), "AH", "AG") == [
        "AH20260330    235900",
        "AGEmma",
        "AGOn loan until 2026-03-30 23:59.",
    ]
    world.clock.advance(days=3)
    dotted = Kiosk(world, print_lines=True, due_date="%d.%m.")
    assert fields(dotted.ask(again()), "AH", "AG") == ["AH02.04.", "AGEmma", "AGRenewed until 02.04.."]
    assert fields(kiosk.ask(out("P2")), "AG") == []


@pytest.mark.parametrize("profile", [{}, {"print_lines": False, "print_width": 40}])
async def test_without_paper_there_is_no_receipt(world: World, profile: dict[str, Any]) -> None:
    assert fields(Kiosk(world, **profile).ask(out()), "AG") == []


async def test_a_refusal_is_in_the_terminals_language_or_the_profiles_own_words(world: World) -> None:
    german = Kiosk(world, language="003").ask(out("P4"))
    assert fields(german, "AF") == [f"AF{Words().refusal(Reason.PATRON_EXPIRED, Language.DE)}"]
    own = Kiosk(world, language="003", texts={"patron-expired": "Bitte zu Dora."}).ask(out("P4"))
    assert fields(own, "AF") == ["AFBitte zu Dora."]


async def test_the_log_is_told_why(kiosk: Kiosk) -> None:
    assert kiosk.reply(out("P4")).reason is Reason.PATRON_EXPIRED
    assert kiosk.reply(out()).reason is None
