"""What is foretold of a request: the rule chain, the reason, the answer on the wire; and nothing is done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from core.model.policy import Calendar
from core.model.records import BlockKind
from core.policy_table import PolicyTable
from core.refusals import Reason
from core.storage.memory import MemoryStore
from protocols.sip2.codec import Wire
from servers.configuration.settings import BlankPin, Dialect, HoldsAtCheckin, PinCheck
from servers.sip2.dry_run.foretelling import (
    MASKED_PIN,
    NO_PIN,
    NOT_BY_RULE,
    NOTHING_NEW,
    OFFLINE,
    PAUSE,
    WRONG_PIN,
    NotExplained,
    foretold,
    request_in,
)
from servers.sip2.dry_run.foretold import Foretold
from tests.fakes.everything import everything
from tests.fakes.world import KIOSK, METROPOLIS, POLICY, World
from tests.matrix import proves
from tests.servers.sip2.translating import MORE_RECORDS, RENTALS, VERTIGO, Kiosk

CLOSED = replace(
    POLICY,
    agencies=tuple(
        replace(agency, calendar=Calendar(closed_dates=frozenset({date(2026, 3, 30), date(2026, 3, 31)})))
        for agency in POLICY.agencies
    ),
)
WIRE = Wire(charset="utf-8")
HOUR_AGO = "20260302    093000"

OUT = "11YN<d><none>AOTOWN|AAP1|ABI1|AC|"
BACK = "09N<d><d>AP|AOTOWN|ABI1|AC|"
AGAIN = "29NN<d><none>AOTOWN|AAP1|ABI1|"
HOLD = "15+<d>AOTOWN|AAP1|ABI3|"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    world = await World(records=MORE_RECORDS).start()
    yield world
    await world.stop()


async def told(kiosk: Kiosk, line: str) -> Foretold:
    """What is foretold of a line."""
    line = line.replace("<d>", kiosk.date).replace("<none>", " " * 18)
    return await foretold(request_in(line, WIRE), kiosk.station, MemoryStore())


LINES = {
    "loan": OUT,
    "loan in small letters": OUT.replace("I1", " i1 "),
    "loan of one's own": OUT.replace("I1", "I2"),
    "loan not for loan": OUT.replace("I1", "I4"),
    "loan of another's": OUT.replace("P1", "P2").replace("I1", "I2"),
    "loan of what waits for another": OUT.replace("I1", "I5"),
    "loan of what waits for the patron": OUT.replace("P1", "P2").replace("I1", "I5"),
    "loan to nobody": OUT.replace("P1", "P9"),
    "loan of nothing": OUT.replace("I1", "I9"),
    "loan, expired": OUT.replace("P1", "P4"),
    "loan done offline": f"11YY{HOUR_AGO}<none>AOTOWN|AAP4|ABI1|AC|",
    "loan to nobody done offline": f"11YY{HOUR_AGO}<none>AOTOWN|AAP9|ABI1|AC|",
    "return": BACK.replace("I1", "I2"),
    "return of what is not on loan": BACK,
    "return to the hold shelf": BACK.replace("I1", "I3"),
    "return of nothing": BACK.replace("I1", "I9"),
    "renewal": AGAIN.replace("I1", "I2"),
    "renewal by title": "29NN<d><none>AOTOWN|AAP1|AJEmma|",
    "renewal of what is not lent": AGAIN,
    "hold": HOLD,
    "hold by control number": "15+<d>BSMAIN|AOTOWN|AAP1|AJb3|",
    "hold of what one has": HOLD.replace("I3", "I2"),
    "hold elsewhere": HOLD.replace("AOTOWN", "BSMOON|AOTOWN"),
    "hold changed": "15*<d>BSEAST|AOTOWN|AAP2|ABI5|",
    "hold cancelled": "15-<d>AOTOWN|AAP3|ABI3|",
}


@proves("why: a dry run that shows the rules")
@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
@pytest.mark.parametrize("profile", [{}, {"language": "002", "due_date": "%d.%m.%Y", "checked_in_ok": True}])
async def test_what_is_foretold_is_what_is_then_answered(
    world: World, line: str, profile: dict[str, Any]
) -> None:
    """With reason and all; and until then nothing has happened."""
    kiosk = Kiosk(world, **profile)
    kiosk.lend("P1", "I2")
    kiosk.lend("P1", "I3")
    world.desk.place_hold(KIOSK, "P2", VERTIGO, "MAIN")
    world.desk.place_hold(KIOSK, "P3", METROPOLIS, "EAST")
    world.desk.check_in(KIOSK, "I5")
    world.clock.advance(hours=2)
    before = everything(world)
    foreseen = await told(kiosk, line)
    assert everything(world) == before
    reply = kiosk.reply(line)
    assert foreseen.answer.replace(kiosk.date, "<d>") == kiosk.written(reply.message)
    assert foreseen.reason == (reply.reason or "")
    recorded = reply.unit is not None and reply.mine
    assert bool(foreseen.happens) == recorded


class TestWhy:
    async def test_each_check_is_told_in_order_with_what_it_looked_at(self, world: World) -> None:
        world.desk.block(KIOSK, "P1", BlockKind.CARD_RETAINED)
        foreseen = await told(Kiosk(world), OUT.replace("I1", "I4"))
        held = [(check.reason, check.told) for check in foreseen.checks if check.holds]
        assert held == [
            (Reason.PATRON_BLOCKED, "card_retained by kiosk-1"),
            (Reason.NOT_FOR_LOAN, "not for loan"),
        ]
        assert (foreseen.ok, foreseen.reason) == (False, Reason.PATRON_BLOCKED)
        assert foreseen.why == "This card is blocked. Please ask at the desk."
        assert foreseen.remarks == ()

    async def test_terms_and_due_date_are_told_with_how_they_came_about(self, world: World) -> None:
        world.desk.policy = PolicyTable(CLOSED)
        foreseen = await told(Kiosk(world), OUT)
        assert foreseen.terms is not None
        assert foreseen.terms.name == "standard"
        assert "item policy" in foreseen.terms.told
        assert foreseen.due is not None
        assert foreseen.due.skipped == (date(2026, 3, 30), date(2026, 3, 31))
        assert foreseen.due.told.endswith("closed days skipped: 2: 2026-04-01 23:59")

    async def test_the_screen_speaks_the_terminals_language(self, world: World) -> None:
        foreseen = await told(Kiosk(world, language="003"), OUT.replace("I1", "I4"))
        assert foreseen.why == "This item is for use in the library only."
        (screen,) = foreseen.screen
        assert screen != foreseen.why
        assert f"AF{screen}|" in foreseen.answer

    async def test_a_fee_to_agree_to_stands_in_the_answer(self, world: World) -> None:
        world.desk.policy = PolicyTable(RENTALS)
        foreseen = await told(Kiosk(world), OUT)
        assert foreseen.reason == Reason.FEE_TO_ACKNOWLEDGE
        assert "BV1.00|" in foreseen.answer
        agreed = await told(Kiosk(world), f"{OUT}BOY|")
        assert agreed.ok
        assert "P1 (Ann Ngata) is charged 1.00 EUR (rental)." in agreed.happens

    async def test_what_no_rule_decides_is_said_to_be_so(self, world: World) -> None:
        foreseen = await told(Kiosk(world, checkout=False), OUT)
        assert (foreseen.reason, foreseen.checks, foreseen.remarks) == (
            Reason.NOT_ALLOWED_HERE,
            (),
            (NOT_BY_RULE,),
        )

    async def test_a_machine_that_refuses_what_others_wait_for(self, world: World) -> None:
        world.desk.place_hold(KIOSK, "P2", METROPOLIS, "MAIN")
        kiosk = Kiosk(world, holds_at_checkin=HoldsAtCheckin.REFUSE)
        foreseen = await told(kiosk, BACK.replace("I1", "I3"))
        assert (foreseen.reason, foreseen.remarks) == (Reason.HELD_FOR_ANOTHER, (NOT_BY_RULE,))

    async def test_a_request_that_the_dialect_does_not_know_gets_no_answer(self, world: World) -> None:
        foreseen = await told(Kiosk(world, dialect=Dialect.ALMA), HOLD)
        assert (foreseen.ok, foreseen.answer, foreseen.screen, foreseen.remarks) == (False, "", (), ())

    async def test_what_was_asked_before_is_answered_the_same(self, world: World) -> None:
        kiosk = Kiosk(world)
        first = kiosk.ask(OUT)
        foreseen = await told(kiosk, OUT)
        assert foreseen.answer.replace(kiosk.date, "<d>") == first
        assert (foreseen.happens, foreseen.remarks) == ((), (NOTHING_NEW,))

    async def test_what_was_done_offline_is_booked_and_goes_to_the_work_list(self, world: World) -> None:
        foreseen = await told(Kiosk(world), LINES["loan done offline"])
        assert foreseen.ok
        assert foreseen.remarks == (OFFLINE,)
        assert foreseen.happens[-1] == "It goes to the reconciliation work list: patron-expired."


class TestPins:
    async def test_a_right_one_is_right_and_a_wrong_one_is_not_counted(self, world: World) -> None:
        kiosk = Kiosk(world)
        for _ in range(10):
            foreseen = await told(kiosk, f"{OUT}ADwrong|")
            assert (foreseen.reason, foreseen.remarks) == (Reason.WRONG_PIN, (WRONG_PIN,))
        foreseen = await told(kiosk, f"{OUT}ADpin-of-P1|")
        assert foreseen.ok
        assert foreseen.checks[0].told == "the PIN is right"
        assert len(world.desk.pins) == 0

    async def test_none_is_asked_for_where_none_is_needed(self, world: World) -> None:
        assert (await told(Kiosk(world), OUT)).checks[0].told == "no PIN was checked"
        assert (await told(Kiosk(world, pin=PinCheck.NEVER), f"{OUT}ADwrong|")).ok

    async def test_where_one_is_demanded_that_is_told(self, world: World) -> None:
        assert (await told(Kiosk(world, pin=PinCheck.ALWAYS), OUT)).remarks == (NO_PIN,)
        assert (await told(Kiosk(world, blank_pin=BlankPin.WRONG), f"{OUT}AD|")).remarks == (NO_PIN,)

    async def test_a_terminal_that_pauses_is_told_of(self, world: World) -> None:
        for _ in range(5):
            await world.desk.check_pin(KIOSK, "P1", "wrong")
        foreseen = await told(Kiosk(world), f"{OUT}ADpin-of-P1|")
        assert (foreseen.reason, foreseen.remarks) == (Reason.WRONG_PIN, (WRONG_PIN, PAUSE))

    async def test_who_is_unknown_is_told_here_though_not_at_the_terminal(self, world: World) -> None:
        foreseen = await told(Kiosk(world), f"{OUT.replace('P1', 'P9')}ADwrong|")
        assert foreseen.reason == Reason.UNKNOWN_PATRON
        assert foreseen.screen == ("Card and PIN do not match.",)

    async def test_a_masked_one_is_no_pin(self, world: World) -> None:
        assert (await told(Kiosk(world), f"{OUT}AD***|")).remarks == (WRONG_PIN, MASKED_PIN)

    async def test_a_wrong_one_does_not_keep_what_was_done_offline_from_being_booked(
        self, world: World
    ) -> None:
        foreseen = await told(Kiosk(world), f"{LINES['loan done offline']}ADwrong|")
        assert foreseen.ok
        assert foreseen.remarks == (OFFLINE,)
        assert (foreseen.checks[0].reason, foreseen.checks[0].holds) == (Reason.WRONG_PIN, True)

    async def test_it_is_nowhere_in_what_is_told(self, world: World) -> None:
        for pin in ("pin-of-P1", "some-wrong-pin"):
            assert pin not in repr(await told(Kiosk(world), f"{OUT}AD{pin}|"))


class TestWhatCanBeExplained:
    def test_a_line_of_a_log_will_do(self) -> None:
        line = LINES["loan done offline"].replace("<none>", " " * 18)
        line = f"2026-03-02 09:30:00 received [{line}AY1AZ0000]"
        assert request_in(line, WIRE).item_identifier == "I1"

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("", "."),
            ("hello", "."),
            ("101YNN20260302    093000AOTOWN|ABI1|AQ|", "an answer"),
            ("9900802.00", "99 is not explained; 11, 09, 29 and 15 are."),
            (f"09N{HOUR_AGO}{HOUR_AGO}AP|AOTOWN|ABI1|AC|BIY|", "takes an act back"),
            (f"11YN{HOUR_AGO}{HOUR_AGO}AOTOWN|AAP1|ABI1|AC|BIY|", "takes an act back"),
        ],
    )
    def test_what_cannot_is_told_in_a_sentence(self, line: str, why: str) -> None:
        with pytest.raises(NotExplained, match=why) as refused:
            request_in(line, WIRE)
        assert str(refused.value).endswith(".")
