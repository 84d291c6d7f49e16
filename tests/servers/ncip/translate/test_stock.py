"""What partners say of the record of an item."""

from __future__ import annotations

import pytest

from core.model.records import ItemStatus
from tests.fakes.world import BOOK, KIOSK, World
from tests.servers.ncip.speaking import Speaker, item, problem, user


def status(name: str, barcode: str = "I1") -> str:
    kind = f"<CirculationStatus>{name}</CirculationStatus>"
    return f"<UpdateCirculationStatus>{item(barcode)}{kind}</UpdateCirculationStatus>"


def report(flag: str) -> str:
    inside = f"{item('I1')}{user('P1')}{flag}"
    return f"<ReportCirculationStatusChange>{inside}</ReportCirculationStatusChange>"


async def test_a_deleted_item_is_no_more(world: World, broker: Speaker) -> None:
    assert await broker.ask(f"<DeleteItem>{item('I1')}</DeleteItem>") == (
        "{DeleteItemResponse {ItemId {ItemIdentifierValue I1}}}"
    )
    assert world.library.item("I1") is None


async def test_what_is_on_loan_is_not_deleted(world: World, broker: Speaker) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    answer = await broker.ask(f"<DeleteItem>{item('I1')}</DeleteItem>")
    assert "{ProblemDetail Still in use}" in answer
    assert world.library.item("I1") is not None


async def test_a_status_may_be_set(world: World, broker: Speaker) -> None:
    await broker.ask(status("Missing"))
    assert world.library.items[BOOK].status is ItemStatus.MISSING


@pytest.mark.parametrize("name", ["On Loan", "Sold"])
async def test_one_that_follows_from_acts_alone_may_not(broker: Speaker, name: str) -> None:
    kind = "Element Rule Violated"
    assert await broker.ask(status(name)) == problem(
        "UpdateCirculationStatusResponse", kind, kind, "//UpdateCirculationStatus/CirculationStatus", name
    )


@pytest.mark.parametrize(
    ("flag", "became"),
    [
        (
            "<ItemReportedReturned><DateReportedReturned>2026-03-01</DateReportedReturned>"
            "</ItemReportedReturned>",
            ItemStatus.CLAIMED_RETURNED,
        ),
        ("<ItemReportedNeverBorrowed/>", ItemStatus.CLAIMED_RETURNED),
        ("<ItemReportedLost/>", ItemStatus.LOST),
    ],
)
async def test_what_a_user_says_is_taken_down(
    world: World, broker: Speaker, flag: str, became: ItemStatus
) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    assert await broker.ask(report(flag)) == (
        "{ReportCirculationStatusChangeResponse {ItemId {ItemIdentifierValue I1}}"
        "{UserId {UserIdentifierValue P1}}}"
    )
    assert world.library.items[BOOK].status is became


async def test_what_they_do_not_have_they_can_say_nothing_of(broker: Speaker) -> None:
    answer = await broker.ask(report("<ItemReportedLost/>"))
    assert "{ProblemType Item Not Checked Out To This User}" in answer
