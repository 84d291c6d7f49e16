"""AcceptItem: an item of another library comes, is lent, and goes back."""

from __future__ import annotations

import pytest

from core.model.records import ItemStatus
from tests.fakes.world import KIOSK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import Speaker, item, problem, request, user

TITLE = (
    "<ItemOptionalFields><BibliographicDescription><Author>Woolf, Virginia</Author><Title>The waves</Title>"
    "</BibliographicDescription></ItemOptionalFields>"
)


def accept(who: str = "P1", title: str = TITLE, barcode: str = "G1", number: str = "ILL-1") -> str:
    action = "<RequestedActionType>Hold For Pickup And Notify</RequestedActionType>"
    back = "<DateForReturn>2026-03-20</DateForReturn>"
    place = "<PickupLocation>Main</PickupLocation>"
    inside = f"{request(number)}{action}{user(who)}{item(barcode) if barcode else ''}{back}{title}{place}"
    return f"<AcceptItem>{inside}</AcceptItem>"


@proves("AcceptItem")
async def test_it_is_set_aside_for_its_patron_and_lent_until_its_library_wants_it(
    world: World, broker: Speaker
) -> None:
    assert await broker.ask(accept()) == (
        "{AcceptItemResponse {RequestId {RequestIdentifierValue ILL-1}}"
        "{ItemId {AgencyId TOWN}{ItemIdentifierValue G1}}}"
    )
    guest = world.library.item("G1")
    assert guest is not None
    assert guest.status is ItemStatus.ON_HOLD_SHELF
    assert world.library.title(guest) == "The waves"
    world.desk.check_out(KIOSK, "P1", "G1")
    lent = world.library.item("G1")
    assert lent is not None
    assert lent.loan is not None
    assert lent.loan.due.isoformat() <= "2026-03-20T23:59:59+01:00"


@pytest.mark.parametrize(
    "action",
    ["Circulate", "Circulate And Notify", "Hold For Pickup", "Hold For Pickup And Notify", "Whatever"],
)
async def test_whatever_action_is_asked_for_it_waits_for_its_patron(
    world: World, broker: Speaker, action: str
) -> None:
    await broker.ask(accept().replace("Hold For Pickup And Notify", action))
    guest = world.library.item("G1")
    assert guest is not None
    assert (guest.status, guest.loan) == (ItemStatus.ON_HOLD_SHELF, None)


async def test_told_again_it_makes_no_second_record(world: World, broker: Speaker) -> None:
    first = await broker.ask(accept())
    items = len(world.library.items)
    assert await broker.ask(accept()) == first
    assert len(world.library.items) == items


async def test_without_a_barcode_the_number_of_the_request_is_one(world: World, broker: Speaker) -> None:
    assert "{ItemIdentifierValue ILL-1}" in await broker.ask(accept(barcode=""))


async def test_checked_in_by_its_broker_it_has_gone_back(world: World, broker: Speaker) -> None:
    await broker.ask(accept())
    sent = f"<CheckInItem>{item('G1')}</CheckInItem>"
    answer = "{CheckInItemResponse {ItemId {AgencyId TOWN}{ItemIdentifierValue G1}}}"
    assert await broker.ask(sent) == answer
    assert world.library.item("G1") is None
    assert await broker.ask(sent) == answer


async def test_it_goes_back_under_its_number_as_well(world: World, broker: Speaker) -> None:
    await broker.ask(accept())
    sent = f"<CheckInItem>{item('ILL-1')}{request('ILL-1')}</CheckInItem>"
    assert "{ItemIdentifierValue G1}" in await broker.ask(sent)
    assert world.library.item("G1") is None


async def test_nothing_is_left_of_one_for_a_user_whom_nobody_knows(world: World, broker: Speaker) -> None:
    items = len(world.library.items)
    assert await broker.ask(accept("P9")) == problem(
        "AcceptItemResponse", "Unknown User", "Unknown patron", "//AcceptItem/UserId", "P9"
    )
    assert len(world.library.items) == items


async def test_one_without_a_title_lacks_what_is_needed(broker: Speaker) -> None:
    answer = await broker.ask(accept(title=""))
    assert "{ProblemType Needed Data Missing}" in answer
