"""LookupItem: what a partner is told of an item."""

from __future__ import annotations

import pytest

from tests.fakes.world import KIOSK, World
from tests.matrix import proves
from tests.servers.ncip.speaking import Speaker, item, problem, request

ID = "{ItemId {AgencyId TOWN}{ItemIdentifierValue I1}}"


def lookup(what: str, *elements: str, also: str = "") -> str:
    kinds = "".join(f"<ItemElementType>{element}</ItemElementType>" for element in elements)
    return f"<LookupItem>{what}{kinds}{also}</LookupItem>"


async def test_only_the_id_is_told_where_nothing_else_is_asked_for(broker: Speaker) -> None:
    assert await broker.ask(lookup(item("I1"))) == f"{{LookupItemResponse {ID}}}"


async def test_a_barcode_may_be_in_small_letters_and_have_blanks(broker: Speaker) -> None:
    assert await broker.ask(lookup(item(" i1 "))) == f"{{LookupItemResponse {ID}}}"


async def test_what_is_not_known_is_an_unknown_item(broker: Speaker) -> None:
    assert await broker.ask(lookup(item("I9"))) == problem(
        "LookupItemResponse", "Unknown Item", "Unknown item", "//LookupItem/ItemId", "I9"
    )


@proves("LookupItem")
@pytest.mark.parametrize(
    ("element", "told"),
    [
        (
            "Bibliographic Description",
            "{BibliographicDescription {Author Austen, Jane}{BibliographicRecordId "
            "{BibliographicRecordIdentifier b1}{AgencyId TOWN}}{Title Emma}{MediumType Book}}",
        ),
        ("Circulation Status", "{CirculationStatus On Loan}"),
        ("Hold Queue Length", "{HoldQueueLength 0}"),
        ("Item Description", "{ItemDescription {CallNumber PR4034 .E5}}"),
        (
            "Location",
            "{Location {LocationType Permanent Location}{LocationName "
            "{LocationNameInstance {LocationNameLevel 1}{LocationNameValue Central Library}}"
            "{LocationNameInstance {LocationNameLevel 2}{LocationNameValue Main stacks}}}}",
        ),
        ("Date Due", "{DateDue 2026-03-30T21:59:00Z}"),
    ],
)
async def test_an_element_that_is_asked_for_is_told(
    world: World, broker: Speaker, element: str, told: str
) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    expected = f"{{LookupItemResponse {ID}{{ItemOptionalFields {told}}}}}"
    assert await broker.ask(lookup(item("I1"), element)) == expected


async def test_what_may_not_be_lent_is_told_so(broker: Speaker) -> None:
    answer = await broker.ask(lookup(item("I4"), "Item Use Restriction Type"))
    assert "{ItemUseRestrictionType Not For Loan}" in answer


async def test_who_has_an_item_is_not_told_even_where_it_is_desired(world: World, broker: Speaker) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    desired = "<CurrentBorrowerDesired/><CurrentRequestersDesired/>"
    assert await broker.ask(lookup(item("I1"), also=desired)) == f"{{LookupItemResponse {ID}}}"


async def test_a_recalled_loan_says_so(world: World, broker: Speaker) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.recalls.recall(KIOSK, "I1")
    answer = await broker.ask(lookup(item("I1"), "Circulation Status"))
    assert "{DateRecalled 2026-03-02T09:30:00Z}" in answer
    assert "{CirculationStatus Recalled}" in answer


async def test_a_request_leads_to_its_item_once_it_has_one(world: World, broker: Speaker) -> None:
    number = "<RequestType>Hold</RequestType><RequestScopeType>Bibliographic Item</RequestScopeType>"
    title = (
        "<BibliographicId><BibliographicRecordId><BibliographicRecordIdentifier>b1"
        "</BibliographicRecordIdentifier><AgencyId>TOWN</AgencyId></BibliographicRecordId></BibliographicId>"
    )
    await broker.ask(f"<RequestItem>{title}{request('R1')}{number}</RequestItem>")
    assert await broker.ask(lookup(request("R1"))) == (
        "{LookupItemResponse {RequestId {RequestIdentifierValue R1}}}"
    )
    world.desk.check_in(KIOSK, "I1")
    answer = await broker.ask(lookup(request("R1")))
    assert ID in answer
    assert "{HoldPickupDate " in answer


async def test_a_request_that_nobody_made_leads_to_no_item(broker: Speaker) -> None:
    assert await broker.ask(lookup(request("R9"))) == problem(
        "LookupItemResponse", "Unknown Item", "Unknown hold", "//LookupItem/RequestId", "R9"
    )
