"""What the system of a depot tells, and what becomes of the item."""

from __future__ import annotations

import pytest

from core.model.records import HoldStatus, ItemStatus
from tests.fakes.world import ANN, KIOSK, STORED, WALDEN, World
from tests.servers.ncip.speaking import Speaker, item, problem, request, user

DESK = "MAIN.DEPOT_DESK"


def checked_in(barcode: str) -> str:
    return f"<CheckInItem>{item(barcode)}</CheckInItem>"


def checked_out(barcode: str, number: str = "") -> str:
    return f"<CheckOutItem>{user('STOP')}{item(barcode)}{request(number) if number else ''}</CheckOutItem>"


def cancelled(inside: str) -> str:
    return f"<CancelRequestItem>{user('STOP')}{inside}<RequestType>Hold</RequestType></CancelRequestItem>"


def asked_for(world: World, pickup: str = "MAIN") -> str:
    """Ann asks for Walden; the number under which the depot is asked for it."""
    world.desk.place_hold(KIOSK, "P1", WALDEN, pickup)
    (wanted,) = world.desk.depot.requests(("MAIN/DEPOT",)).outcome
    return str(wanted.hold.id)


class TestCheckInItem:
    async def test_an_item_that_was_lent_is_on_the_shelf_again_and_its_loan_has_ended(
        self, world: World, store: Speaker
    ) -> None:
        world.desk.check_out(KIOSK, "P1", "D1")
        assert await store.ask(checked_in("D1"), DESK) == (
            "{CheckInItemResponse {ItemId {ItemIdentifierValue D1}}}"
        )
        stored = world.library.items[STORED]
        assert (stored.status, stored.loan, stored.location) == (ItemStatus.AVAILABLE, None, "MAIN/DEPOT")

    async def test_an_item_that_is_there_already_stays_there(self, world: World, store: Speaker) -> None:
        answer = "{CheckInItemResponse {ItemId {ItemIdentifierValue D1}}}"
        assert await store.ask(checked_in("D1"), DESK) == answer
        assert await store.ask(checked_in("D1"), DESK) == answer

    async def test_an_item_from_elsewhere_lives_there_from_now_on(self, world: World, store: Speaker) -> None:
        await store.ask(checked_in("I1"), DESK)
        moved = world.library.item("I1")
        assert moved is not None
        assert moved.location == "MAIN/DEPOT"

    async def test_what_nobody_knows_is_an_unknown_item(self, store: Speaker) -> None:
        assert await store.ask(checked_in("D9"), DESK) == problem(
            "CheckInItemResponse", "Unknown Item", "Unknown item", "//CheckInItem/ItemId", "D9"
        )

    async def test_a_desk_that_is_not_the_stores_is_refused(self, store: Speaker) -> None:
        kind = "Unauthorized Combination Of Element Values For Agency"
        assert await store.ask(checked_in("D1"), "MAIN.OTHER") == problem(
            "CheckInItemResponse",
            kind,
            kind,
            "//CheckInItem/InitiationHeader/OnBehalfOfAgency/AgencyId",
            "MAIN.OTHER",
        )

    async def test_without_a_desk_the_first_is_meant(self, world: World, store: Speaker) -> None:
        asked_for(world)
        await store.ask(checked_out("D1"))
        assert world.library.items[STORED].status is ItemStatus.ON_HOLD_SHELF


class TestCheckOutItem:
    @pytest.mark.parametrize(
        ("desk", "status"),
        [(DESK, ItemStatus.ON_HOLD_SHELF), ("EAST.DESK", ItemStatus.IN_TRANSIT)],
        ids=["where it is picked up", "elsewhere"],
    )
    async def test_it_goes_where_it_is_needed(
        self, world: World, store: Speaker, desk: str, status: ItemStatus
    ) -> None:
        number = asked_for(world)
        assert await store.ask(checked_out("D1", number), desk) == (
            "{CheckOutItemResponse {ItemId {ItemIdentifierValue D1}}{UserId {UserIdentifierValue STOP}}"
            "{IndeterminateLoanPeriodFlag}}"
        )
        assert world.library.items[STORED].status is status

    async def test_a_repeated_message_changes_nothing(self, world: World, store: Speaker) -> None:
        number = asked_for(world)
        first = await store.ask(checked_out("D1", number), DESK)
        version = world.library.items[STORED].version
        assert await store.ask(checked_out("D1", number), DESK) == first
        assert world.library.items[STORED].version == version


class TestCancelRequestItem:
    @pytest.mark.parametrize("by", ["item", "request", "both"])
    async def test_the_item_is_missing_and_its_only_request_ends(
        self, world: World, store: Speaker, by: str
    ) -> None:
        number = asked_for(world)
        inside = {"item": item("D1"), "request": request(number), "both": request(number) + item("D1")}[by]
        answer = await store.ask(cancelled(inside), DESK)
        assert answer.startswith("{CancelRequestItemResponse {")
        assert "Problem" not in answer
        assert world.library.items[STORED].status is ItemStatus.MISSING
        assert list(world.library.holds_of(ANN)) == []

    async def test_what_has_come_out_cannot_be_missing(self, world: World, store: Speaker) -> None:
        number = asked_for(world)
        await store.ask(checked_out("D1", number), DESK)
        assert await store.ask(cancelled(request(number) + item("D1")), DESK) == problem(
            "CancelRequestItemResponse",
            "Request Already Processed",
            "Superseded",
            "//CancelRequestItem/ItemId",
            "D1",
        )
        (hold,) = world.library.holds_of(ANN)
        assert hold.status is HoldStatus.READY

    async def test_an_item_of_another_place_is_none_of_its_business(self, store: Speaker) -> None:
        kind = "Unauthorized Combination Of Element Values For Agency"
        assert await store.ask(cancelled(item("I1")), DESK) == problem(
            "CancelRequestItemResponse", kind, "Not served here", "//CancelRequestItem/ItemId", "I1"
        )


async def test_what_was_done_while_we_were_away_is_booked_as_of_then(world: World, store: Speaker) -> None:
    """MandatedAction: it has happened, and is recorded whatever the rules say (Z39.83-1, MandatedAction)."""
    world.desk.check_out(KIOSK, "P1", "D1")
    world.clock.advance(hours=2)
    when = "<MandatedAction><DateEventOccurred>2026-03-02T11:00:00Z</DateEventOccurred></MandatedAction>"
    await store.ask(f"<CheckInItem>{when}{item('D1')}</CheckInItem>", DESK)
    assert world.library.items[STORED].status is ItemStatus.AVAILABLE


async def test_a_service_that_a_store_does_not_need_is_unsupported(store: Speaker) -> None:
    kind = "Unsupported Service"
    assert await store.ask(f"<LookupUser>{user('P1')}</LookupUser>") == problem(
        "LookupUserResponse", kind, kind
    )
