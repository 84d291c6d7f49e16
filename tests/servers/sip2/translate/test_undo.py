"""BI on 09 and 11: the act that failed at the machine is taken back, as if it had never been."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from core.model.records import ItemStatus
from core.refusals import Reason
from tests.fakes.world import ANN, BOOK, EMMA, KIOSK, World
from tests.matrix import proves
from tests.servers.sip2.translating import MORE_RECORDS, RENTALS, Kiosk, fields

LOAN_CANCELLED = "AFThe loan was cancelled.|"
RETURN_CANCELLED = "AFThe return was cancelled.|"
NOTHING = "AFThere is nothing to undo."
DUE = "AH20260330    235900"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


@pytest.fixture
def kiosk(world: World) -> Kiosk:
    return Kiosk(world)


def unlend(item: str = "I1") -> str:
    return f"09N<d><d>AP|AOTOWN|AB{item}|AC|BIY|"


def unreturn(patron: str = "P1", item: str = "I1") -> str:
    return f"11YN<d><none>AOTOWN|AA{patron}|AB{item}|AC|BIY|"


async def test_a_loan_is_taken_back_and_the_item_is_on_the_shelf_again(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    assert kiosk.ask(unlend()) == f"101YNN<d>AOTOWN|ABI1|AQMain stacks|AJEmma|AAP1|CK001|{LOAN_CANCELLED}"
    assert kiosk.world.library.items[BOOK].status is ItemStatus.AVAILABLE


async def test_a_hold_is_not_trapped_by_a_loan_that_is_taken_back(kiosk: Kiosk) -> None:
    """The item is in the patron's hands: LP 1503903."""
    kiosk.lend("P1", "I1")
    kiosk.world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I1")
    said = kiosk.ask(unlend())
    assert said[:6] == "101YNN"
    (hold,) = kiosk.world.library.holds.values()
    assert hold.trapped is None


async def test_the_patrons_own_hold_waits_on_the_shelf_again(kiosk: Kiosk) -> None:
    kiosk.world.desk.place_hold(KIOSK, "P1", EMMA, "MAIN")
    kiosk.world.desk.check_in(KIOSK, "I1")
    kiosk.lend("P1", "I1")
    assert kiosk.ask(unlend())[:3] == "101"
    (hold,) = kiosk.world.library.holds.values()
    assert hold.trapped == BOOK
    assert kiosk.world.library.items[BOOK].status is ItemStatus.ON_HOLD_SHELF


@proves("a cancelled checkout leaves everything as it was")
async def test_a_renewal_is_taken_back_to_its_due_date(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=3)
    kiosk.ask("11YN<d><none>AOTOWN|AAP1|ABI1|AC|")
    assert kiosk.ask(unlend())[:3] == "101"
    loan = kiosk.world.library.items[BOOK].loan
    assert loan is not None
    assert f"AH{kiosk.station.due(loan.due)}" == DUE


async def test_the_fee_of_a_loan_ends_with_it() -> None:
    world = await World(RENTALS).start()
    kiosk = Kiosk(world)
    kiosk.ask("11YN<d><none>AOTOWN|AAP1|ABI1|AC|BOY|")
    assert world.library.owed_by(ANN) == 1
    kiosk.ask(unlend())
    assert world.library.owed_by(ANN) == 0
    await world.stop()


@proves("a cancelled checkin leaves everything as it was")
async def test_a_return_is_taken_back_and_the_loan_goes_on(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=3)
    kiosk.take_back("I1")
    assert kiosk.ask(unreturn()) == (f"121NNY<d>AOTOWN|AAP1|ABI1|AJEmma|{DUE}|CK001|{RETURN_CANCELLED}")
    loan = kiosk.world.library.items[BOOK].loan
    assert loan is not None
    assert (loan.patron, loan.renewals) == (ANN, 0)


async def test_a_return_of_what_was_not_on_loan_is_taken_back_too(world: World) -> None:
    kiosk = Kiosk(world, "sorter", checked_in_ok=True)
    kiosk.take_back("I3")
    said = kiosk.ask(unreturn("", "I3"))
    assert said[:3] == "121"
    assert fields(said, "AH", "AF") == ["AH", RETURN_CANCELLED[:-1]]


# Sent twice, or of nothing


@pytest.mark.parametrize("line", [unlend(), unreturn()])
async def test_sent_twice_it_is_done_once_and_answered_alike(kiosk: Kiosk, line: str) -> None:
    kiosk.lend("P1", "I1")
    if line.startswith("11"):
        kiosk.take_back("I1")
    line = line.replace("<d>", kiosk.date)
    first = kiosk.reply(line)
    said = kiosk.written(first.message)
    version = kiosk.world.library.items[BOOK].version
    kiosk.world.clock.advance(minutes=2)
    again = kiosk.reply(line)
    assert kiosk.written(again.message) == said
    assert (again.unit, again.mine) == (first.unit, True)
    assert kiosk.world.library.items[BOOK].version == version


async def test_a_loan_that_never_was_is_cancelled_already(kiosk: Kiosk) -> None:
    """The check out was lost on its way: nothing is lent, nothing is trapped, and the machine may go on."""
    kiosk.world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    reply = kiosk.reply(unlend())
    assert kiosk.written(reply.message) == "101YNN<d>AOTOWN|ABI1|AQMain stacks|AJEmma|CK001|"
    assert (reply.mine, reply.reason) == (False, None)
    assert kiosk.world.library.items[BOOK].hold is None


OTHERS = ["another machine", "too late"]


@pytest.mark.parametrize("other", OTHERS)
async def test_a_loan_of_another_machine_or_time_is_never_ended_by_a_cancel(kiosk: Kiosk, other: str) -> None:
    kiosk.lend("P1", "I1")
    if other == "too late":
        kiosk.world.clock.advance(minutes=16)
    at = Kiosk(kiosk.world, "kiosk-2" if other == "another machine" else "kiosk-1")
    reply = at.reply(unlend())
    said = at.written(reply.message)
    assert (said[:6], reply.reason) == ("100NUY", Reason.NOTHING_TO_UNDO)
    assert fields(said, "AF") == [NOTHING]
    assert kiosk.world.library.items[BOOK].loan is not None


async def test_a_return_that_never_was_leaves_the_loan_as_it_is(kiosk: Kiosk) -> None:
    kiosk.lend("P1", "I1")
    kiosk.world.clock.advance(days=3)
    version = kiosk.world.library.items[BOOK].version
    assert kiosk.ask(unreturn()) == f"121NNY<d>AOTOWN|AAP1|ABI1|AJEmma|{DUE}|CK001|"
    assert kiosk.world.library.items[BOOK].version == version


@pytest.mark.parametrize("other", OTHERS)
async def test_where_there_is_no_return_to_take_back_what_is_in_the_patrons_hands_is_lent(
    kiosk: Kiosk, other: str
) -> None:
    kiosk.lend("P1", "I1")
    kiosk.take_back("I1")
    if other == "too late":
        kiosk.world.clock.advance(minutes=16)
    at = Kiosk(kiosk.world, "kiosk-2" if other == "another machine" else "kiosk-1")
    line = unreturn().replace("<d>", at.date)
    said = at.ask(line)
    assert said[:4] == "121N"
    assert fields(said, "AF") == []
    kiosk.world.clock.advance(minutes=1)
    assert at.ask(line) == said
    loan = kiosk.world.library.items[BOOK].loan
    assert loan is not None
    assert loan.renewals == 0


async def test_that_loan_has_every_check(kiosk: Kiosk) -> None:
    for patron, item, words in [
        ("P4", "I1", "This card has expired. Please ask at the desk."),
        ("P1", "I4", "This item is for use in the library only."),
        ("P9", "I1", "This card is not known here."),
        ("P1", "I9", "This item is not known here. Please ask at the desk."),
    ]:
        assert fields(kiosk.ask(unreturn(patron, item)), "AF") == [f"AF{words}"]
    kiosk.lend("P2", "I1")
    assert kiosk.ask(unreturn())[:3] == "120"


async def test_an_unknown_item_was_not_lent(kiosk: Kiosk) -> None:
    said = kiosk.ask(unlend("I9"))
    assert said == "100NUY<d>AOTOWN|ABI9|AQ|AFThis item is not known here. Please ask at the desk.|"


async def test_a_machine_that_may_take_nothing_back_is_refused(world: World) -> None:
    kiosk = Kiosk(world, undo=False)
    kiosk.lend("P1", "I1")
    assert kiosk.reply(unlend()).reason is Reason.NOT_ALLOWED_HERE
    assert kiosk.reply(unreturn()).reason is Reason.NOT_ALLOWED_HERE
    assert world.library.items[BOOK].loan is not None


async def test_a_cancel_is_another_request_than_what_it_cancels(kiosk: Kiosk) -> None:
    """A kiosk may send both in one second."""
    date = kiosk.date
    out = unreturn().replace("BIY|", "").replace("<d>", date)
    assert kiosk.ask(out)[:3] == "121"
    assert kiosk.ask(unlend().replace("<d>", date))[:3] == "101"
    assert kiosk.world.library.items[BOOK].loan is None


@pytest.mark.parametrize("flag", ["BIN|", "BI|", ""])
async def test_without_a_yes_nothing_is_cancelled(kiosk: Kiosk, flag: str) -> None:
    kiosk.lend("P1", "I1")
    said = kiosk.ask(unlend().replace("BIY|", flag))
    assert fields(said, "AF") == []
