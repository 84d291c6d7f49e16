"""A desk to try an act at: it decides as the real one does, and the real one is as it was before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from core.desk import Answer, CirculationDesk, Outcome
from core.events import CheckedIn, CheckedOut, DiscrepancyNoted, FeeCharged, HoldPlaced, Renewed
from core.explain import Act
from core.refusals import Reason, Refused
from core.rules.facts import Offline, Pin
from core.storage.memory import MemoryStore
from servers.sip2.dry_run.rehearsal import RehearsalDesk, excerpt
from tests.fakes.everything import everything
from tests.fakes.world import ANN, ATLAS, BEN, EAST_KIOSK, EMMA, KIOSK, METROPOLIS, NOW, World

Do = Callable[[CirculationDesk], Answer[Outcome]]


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """Ann has a book and owes for a film, Ben waits for Emma and has the other copy set aside."""
    world = await World().start()
    world.desk.check_out(KIOSK, "P1", "I3", request="film")
    world.clock.advance(days=40)
    world.desk.check_in(EAST_KIOSK, "I3")
    world.desk.check_out(KIOSK, "P1", "I1", request="book")
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    world.desk.check_in(KIOSK, "I2")
    world.clock.advance(hours=1)
    yield world
    await world.stop()


def rehearsal(world: World, patron: str = "P1") -> RehearsalDesk:
    """For one act with any of the three titles."""
    return RehearsalDesk(world.desk, MemoryStore(), patron, (EMMA, METROPOLIS, ATLAS))


ACTS: dict[str, tuple[str, Do, type]] = {
    "a loan": ("P1", lambda desk: desk.check_out(KIOSK, "P1", "I3", request="r"), CheckedOut),
    "a loan that fills a hold": ("P2", lambda desk: desk.check_out(KIOSK, "P2", "I2"), CheckedOut),
    "a renewal": ("P1", lambda desk: desk.renew(KIOSK, "P1", "I1", request="r"), Renewed),
    "a return": ("", lambda desk: desk.check_in(EAST_KIOSK, "I1", request="r"), CheckedIn),
    "a hold": ("P1", lambda desk: desk.place_hold(KIOSK, "P1", METROPOLIS, "EAST", request="r"), HoldPlaced),
    "a loan done offline": (
        "P4",
        lambda desk: desk.check_out(KIOSK, "P4", "I4", offline=Offline(NOW), request="r"),
        CheckedOut,
    ),
    "what is not known": (
        "P1",
        lambda desk: desk.check_out(KIOSK, "P1", "I9", offline=Offline(NOW)),
        Refused,
    ),
    "a refusal": ("P1", lambda desk: desk.check_out(KIOSK, "P1", "I4", request="r"), Refused),
}


@pytest.mark.parametrize(("patron", "act", "first"), ACTS.values(), ids=ACTS.keys())
async def test_nothing_is_changed_and_the_real_desk_then_does_the_same(
    world: World, patron: str, act: Do, first: type
) -> None:
    before = everything(world)
    tried = act(rehearsal(world, patron)).outcome
    assert everything(world) == before
    assert isinstance(tried if isinstance(tried, Refused) else tried[0], first)
    assert kinds(act(world.desk).outcome) == kinds(tried)


def kinds(outcome: Outcome) -> object:
    """What an outcome amounts to, whatever numbers new records got."""
    return outcome if isinstance(outcome, Refused) else [(type(event), _about(event)) for event in outcome]


def _about(event: object) -> object:
    match event:
        case CheckedOut() | Renewed() | CheckedIn():
            return event
        case FeeCharged(fee):
            return (fee.patron, fee.kind, fee.amount)
        case HoldPlaced(hold):
            return (hold.patron, hold.bib, hold.pickup)
        case DiscrepancyNoted(noted):
            return (noted.patron, noted.item, noted.reasons)
        case _:
            raise AssertionError(event)


class TestWhy:
    """Before it acts it notes why, of the very facts it was given."""

    async def test_of_a_loan(self, world: World) -> None:
        desk = rehearsal(world)
        desk.check_out(KIOSK, "P1", "I1", renewal_wanted=False)
        assert desk.explanation is not None
        assert desk.explanation.act is Act.CHECK_OUT
        assert desk.explanation.refused == Refused(Reason.RENEWAL_NOT_WANTED)

    async def test_of_a_renewal(self, world: World) -> None:
        desk = rehearsal(world)
        desk.renew(KIOSK, "P1", "I1", pin=Pin.RIGHT)
        assert desk.explanation is not None
        assert desk.explanation.act is Act.RENEW
        assert desk.explanation.checks[0].told == "the PIN is right"

    async def test_of_a_return(self, world: World) -> None:
        desk = rehearsal(world)
        desk.check_in(EAST_KIOSK, "I1")
        assert desk.explanation is not None
        assert desk.explanation.act is Act.CHECK_IN

    async def test_of_a_hold_at_its_own_pickup(self, world: World) -> None:
        desk = rehearsal(world)
        desk.place_hold(KIOSK, "P1", METROPOLIS, "MOON")
        assert desk.explanation is not None
        assert desk.explanation.refused == Refused(Reason.UNKNOWN_PICKUP)
        assert '"MOON" is no agency' in [check.told for check in desk.explanation.checks]

    async def test_there_is_none_where_no_rule_is_asked(self, world: World) -> None:
        desk = rehearsal(world)
        desk.place_hold(KIOSK, "P9", METROPOLIS, "MAIN")
        desk.place_hold(KIOSK, "P1", METROPOLIS, "MAIN", item="I1")
        assert desk.explanation is None


class TestWhatItKnows:
    async def test_a_request_that_was_answered_is_answered_the_same(self, world: World) -> None:
        first = world.desk.check_out(KIOSK, "P1", "I1", request="book")
        again = rehearsal(world).check_out(KIOSK, "P1", "I1", request="book")
        assert (again.outcome, again.mine) == (first.outcome, True)
        assert again.unit is None

    async def test_the_last_act_on_an_item_can_be_undone(self, world: World) -> None:
        world.desk.check_out(KIOSK, "P1", "I3")
        undone = rehearsal(world).undo_check_out(KIOSK, "I3")
        assert not isinstance(undone.outcome, Refused)

    async def test_all_that_the_patron_has_and_owes_and_who_waits_is_copied(self, world: World) -> None:
        copy, library = excerpt(world.library, world.library.patron("P1"), ()), world.library
        assert copy.loans_of(ANN) == library.loans_of(ANN)
        assert copy.owed_by(ANN) == library.owed_by(ANN) > 0
        assert copy.queue_of(EMMA) == library.queue_of(EMMA)
        assert copy.items_of(EMMA) == library.items_of(EMMA)
        assert copy.patrons[BEN] == library.patrons[BEN]
        assert METROPOLIS not in copy.bibs

    async def test_what_is_not_named_is_not_copied(self, world: World) -> None:
        copy = excerpt(world.library, None, (ATLAS,))
        assert [*copy.bibs] == [ATLAS]
        assert (copy.patrons, copy.holds, copy.fees) == ({}, {}, {})


class TestPins:
    async def test_no_wrong_one_is_counted(self, world: World) -> None:
        for _ in range(10):
            assert await rehearsal(world).check_pin(KIOSK, "P1", "wrong") is Pin.WRONG
        assert len(world.desk.pins) == 0
        assert await rehearsal(world).check_pin(KIOSK, "P1", "pin-of-P1") is Pin.RIGHT

    async def test_a_terminal_that_pauses_is_told_no(self, world: World) -> None:
        for _ in range(5):
            await world.desk.check_pin(KIOSK, "P1", "wrong")
        assert await rehearsal(world).check_pin(KIOSK, "P1", "pin-of-P1") is Pin.WRONG
        assert await rehearsal(world).check_pin(EAST_KIOSK, "P1", "pin-of-P1") is Pin.RIGHT
        world.clock.advance(minutes=30)
        assert await rehearsal(world).check_pin(KIOSK, "P1", "pin-of-P1") is Pin.RIGHT
