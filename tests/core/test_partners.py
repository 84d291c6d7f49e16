"""Partners at the desk: their numbers stand for one request, and their items are here for a while."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest_asyncio

from core.desk import Answer, Outcome
from core.events import CheckedIn, HoldCancelled, HoldChanged, HoldPlaced, ItemAdded, ItemEnded, PartnerTold
from core.model.records import Guest, Hold, HoldId, HoldStatus, Item, ItemStatus, Reference
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from core.rules.guests import Arrival
from core.rules.stock import Description
from tests.fakes.world import ANN, BEN, EAST_KIOSK, EMMA, KIOSK, METROPOLIS, World

ILL, OTHER = Reference("BROKER", "ILL-7"), Reference("BROKER", "ILL-8")
WAVES = Arrival(Guest(ILL), "The waves", "Woolf, Virginia")


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library at nine on a Monday."""
    world = await World().start()
    yield world
    await world.stop()


def reason(answer: Answer[Outcome]) -> Reason:
    """Why the desk said no."""
    assert isinstance(answer.outcome, Refused)
    return answer.outcome.reason


def events(answer: Answer[Outcome]) -> list[type]:
    """What kinds of events an act led to."""
    assert not isinstance(answer.outcome, Refused)
    return [type(event) for event in answer.outcome]


def guest(world: World) -> Item:
    """The Waves, as it is now."""
    found = world.desk.partners.guest(ILL).outcome
    assert found is not None
    return found


async def test_a_guest_comes_is_lent_returned_and_sent_back(world: World) -> None:
    desk = world.desk
    assert events(desk.partners.accept(KIOSK, "P1", "EAST", WAVES)) == [ItemAdded, HoldPlaced, CheckedIn]
    assert (guest(world).barcode, guest(world).status) == ("ILL-7", ItemStatus.IN_TRANSIT)
    desk.check_in(EAST_KIOSK, "ILL-7")
    assert reason(desk.check_out(EAST_KIOSK, "P2", "ILL-7")) is Reason.HELD_FOR_ANOTHER
    desk.check_out(EAST_KIOSK, "P1", "ILL-7")
    assert desk.partners.hold(ILL).outcome is None
    desk.check_in(EAST_KIOSK, "ILL-7")
    assert (guest(world).status, guest(world).destination) == (ItemStatus.IN_TRANSIT, "MAIN")
    desk.check_in(KIOSK, "ILL-7")
    assert guest(world).status is ItemStatus.IN_PROCESS
    assert reason(desk.check_out(KIOSK, "P2", "ILL-7")) is Reason.ITEM_NOT_READY
    bib = guest(world).bib
    assert events(desk.partners.send_back(KIOSK, "ILL-7")) == [ItemEnded]
    assert desk.partners.guest(ILL).outcome is None
    assert world.library.item("ILL-7") is None
    assert bib not in world.library.bibs
    world = await world.restart()
    assert world.library.item("ILL-7") is None
    assert world.library.items_of(bib) == []
    await world.stop()


async def test_told_again_the_same_guest_is_meant_and_nothing_happens(world: World) -> None:
    first = world.desk.partners.accept(KIOSK, "P1", "MAIN", WAVES, request="accept")
    assert world.desk.partners.accept(KIOSK, "P1", "MAIN", WAVES, request="accept").outcome == first.outcome
    world.desk.check_out(KIOSK, "P1", "ILL-7")
    known = len(world.library.items)
    world = await world.restart()
    again = world.desk.partners.accept(KIOSK, "P1", "MAIN", WAVES, request="accept")
    assert events(again) == [ItemAdded]
    assert len(world.library.items) == known
    await world.stop()


async def test_a_guest_that_was_taken_in_before_is_set_aside_with_the_record_it_has(world: World) -> None:
    world.desk.stock.create_item(
        KIOSK, "ILL-7", Description(location="MAIN/GUESTS", title="The waves"), guest=Guest(ILL)
    )
    known, untitled = guest(world), Arrival(Guest(ILL), "")
    answer = world.desk.partners.accept(KIOSK, "P1", "MAIN", untitled)
    assert events(answer) == [HoldPlaced, CheckedIn]
    assert (guest(world).id, guest(world).status) == (known.id, ItemStatus.ON_HOLD_SHELF)
    assert events(world.desk.partners.accept(KIOSK, "P1", "MAIN", untitled)) == [ItemAdded]
    assert hold(world).trapped == known.id


async def test_a_guest_never_takes_the_barcode_of_another_item(world: World) -> None:
    ours = Arrival(Guest(ILL), "The waves", barcode="I1")
    assert reason(world.desk.partners.accept(KIOSK, "P1", "MAIN", ours)) is Reason.ALREADY_EXISTS
    unlucky = Arrival(Guest(Reference("BROKER", "I1")), "The waves")
    world.desk.partners.accept(KIOSK, "P1", "MAIN", unlucky)
    assert world.library.item("BROKER-I1") is not None
    assert reason(world.desk.partners.accept(KIOSK, "P9", "MAIN", WAVES)) is Reason.UNKNOWN_PATRON
    assert reason(world.desk.partners.accept(KIOSK, "P1", "NOWHERE", WAVES)) is Reason.UNKNOWN_PICKUP


async def test_a_guest_that_nobody_fetched_is_sent_back_with_its_hold(world: World) -> None:
    world.desk.partners.accept(KIOSK, "P1", "MAIN", WAVES)
    assert world.library.holds_of(ANN)[0].status is HoldStatus.READY
    answer = world.desk.partners.send_back(KIOSK, "ILL-7", request="back")
    assert events(answer) == [HoldCancelled, ItemEnded]
    assert world.library.holds_of(ANN) == []
    assert world.desk.partners.send_back(KIOSK, "ILL-7", request="back").outcome == answer.outcome
    assert reason(world.desk.partners.send_back(KIOSK, "ILL-7")) is Reason.UNKNOWN_ITEM
    assert reason(world.desk.partners.send_back(KIOSK, "I1")) is Reason.NOT_ALLOWED_HERE


async def test_a_guest_on_loan_that_is_sent_back_is_nobodys_loan_any_more(world: World) -> None:
    world.desk.partners.accept(KIOSK, "P1", "MAIN", WAVES)
    world.desk.check_out(KIOSK, "P1", "ILL-7")
    world.clock.advance(hours=1)
    then = world.clock.time - timedelta(minutes=30)
    assert events(world.desk.partners.send_back(KIOSK, "ILL-7", returned_at=then)) == [CheckedIn, ItemEnded]
    assert world.library.loans_of(ANN) == ()


async def test_when_the_store_refuses_there_is_no_guest(world: World) -> None:
    world.store.refuse_next()
    world.desk.partners.accept(KIOSK, "P1", "MAIN", WAVES, request="accept")
    await world.stop()
    assert world.desk.partners.guest(ILL).outcome is None
    assert world.library.holds_of(ANN) == []
    assert len(world.library.bibs) == 3
    world.journal.start()
    assert events(world.desk.partners.accept(KIOSK, "P1", "MAIN", WAVES, request="accept")) == [
        ItemAdded,
        HoldPlaced,
        CheckedIn,
    ]


# Holds under a number


def ask(world: World, reference: Reference = ILL, patron: str = "P1", item: str = "") -> Answer[Outcome]:
    """A hold on Emma."""
    return world.desk.partners.place_hold(KIOSK, reference, patron, EMMA, "MAIN", item=item)


def hold(world: World, reference: Reference = ILL) -> Hold:
    """The open one under the number."""
    found = world.desk.partners.hold(reference).outcome
    assert found is not None
    return found


async def test_a_hold_is_found_changed_and_cancelled_by_its_number(world: World) -> None:
    partners = world.desk.partners
    answer = ask(world)
    assert events(answer) == [HoldPlaced]
    assert partners.hold(ILL).unit is answer.unit
    assert (hold(world).patron, hold(world).reference) == (ANN, ILL)
    assert events(partners.change_hold(KIOSK, hold(world).id, pickup="EAST")) == [HoldChanged]
    assert hold(world).pickup == "EAST"
    last = date(2026, 4, 1)
    assert events(partners.change_hold(KIOSK, hold(world).id, expires=last)) == [HoldChanged]
    assert (hold(world).pickup, hold(world).expires) == ("EAST", last)
    assert events(partners.change_hold(KIOSK, hold(world).id, pickup="EAST")) == []
    assert events(partners.change_hold(KIOSK, hold(world).id, expires=None)) == [HoldChanged]
    assert hold(world).expires is None
    number = hold(world).id
    cancelled = partners.cancel_hold(KIOSK, number, why=Reason.NOT_FOR_LOAN, request="cancel")
    assert cancelled.outcome == (HoldCancelled(number, ANN, EMMA, why=Reason.NOT_FOR_LOAN),)
    assert partners.hold(ILL).outcome is None
    assert partners.cancel_hold(KIOSK, number, request="cancel").outcome == cancelled.outcome
    assert reason(partners.cancel_hold(KIOSK, number)) is Reason.UNKNOWN_HOLD
    assert reason(partners.change_hold(KIOSK, HoldId(9))) is Reason.UNKNOWN_HOLD


async def test_a_number_stands_for_one_request(world: World) -> None:
    first = ask(world, item="I1")
    assert hold(world).item is not None
    assert ask(world).outcome == first.outcome
    assert reason(ask(world, patron="P2")) is Reason.ALREADY_EXISTS
    other = world.desk.partners.place_hold(KIOSK, ILL, "P1", METROPOLIS, "MAIN")
    assert reason(other) is Reason.ALREADY_EXISTS
    world = await world.restart()
    assert ask(world).outcome == first.outcome
    await world.stop()


async def test_a_patron_may_stand_for_a_library_but_asks_for_themselves_once(world: World) -> None:
    ask(world)
    assert events(ask(world, OTHER)) == [HoldPlaced]
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN")
    assert reason(ask(world, Reference("BROKER", "9"), "P2")) is Reason.ALREADY_HELD
    assert len(world.library.holds_of(ANN)) == 2
    assert len(world.library.holds_of(BEN)) == 1


async def test_what_cannot_be_asked_for_is_refused(world: World) -> None:
    assert reason(ask(world, patron="P9")) is Reason.UNKNOWN_PATRON
    assert reason(ask(world, item="I3")) is Reason.UNKNOWN_ITEM
    assert reason(ask(world, patron="P4")) is Reason.PATRON_EXPIRED
    wrong = world.desk.partners.place_hold(KIOSK, ILL, "P9", EMMA, "MAIN", pin=Pin.WRONG)
    assert reason(wrong) is Reason.WRONG_PIN


async def test_a_guest_comes_for_what_was_asked_under_its_number(world: World) -> None:
    ask(world)
    world.desk.partners.accept(KIOSK, "P1", "MAIN", WAVES)
    assert hold(world).trapped == guest(world).id
    assert len(world.library.holds_of(ANN)) == 1
    assert reason(ask(world, item="I1")) is Reason.ALREADY_EXISTS
    world.desk.check_out(KIOSK, "P1", "ILL-7")
    assert reason(ask(world)) is Reason.ALREADY_EXISTS


async def test_what_a_partner_tells_is_in_the_log_and_changes_nothing(world: World) -> None:
    before = dict(world.library.items)
    told = world.desk.partners.tell(KIOSK, "shipped", reference=ILL, item="I1", note="by van", request="t")
    assert told.outcome == (PartnerTold("kiosk-1", "shipped", world.clock.time, ILL, "I1", "", "by van"),)
    assert world.desk.partners.tell(KIOSK, "shipped", request="t").outcome == told.outcome
    assert world.library.items == before
