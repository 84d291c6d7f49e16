"""Notifications: written down, but for those that tell of a change of ours."""

from __future__ import annotations

from core.events import PartnerTold
from core.model.records import Reference
from servers.ncip.servlet import FIRST_PATH
from tests.fakes.world import BEN, NOW, World
from tests.matrix import proves
from tests.servers.ncip.speaking import FIRST_VERSION, Speaker, item, problem, request, user
from tests.servers.ncip.translate.test_guests import accept

TYPES = "<RequestType>Hold</RequestType><RequestScopeType>Item</RequestScopeType>"


def told(world: World) -> list[PartnerTold]:
    """What partners have told."""
    events = [recorded.event for batch in world.store.batches for recorded in batch.events]
    return [event for event in events if isinstance(event, PartnerTold)]


@proves("notifications are taken down, and some act")
async def test_what_a_partner_tells_is_written_down_once(world: World, broker: Speaker) -> None:
    address = (
        "<PhysicalAddress><UnstructuredAddress><UnstructuredAddressType>Newline-Delimited Text"
        "</UnstructuredAddressType><UnstructuredAddressData>Here</UnstructuredAddressData>"
        "</UnstructuredAddress><PhysicalAddressType>Postal Address</PhysicalAddressType></PhysicalAddress>"
    )
    shipped = (
        f"<ItemShipped>{request('R1')}{item('I1')}{user('P1')}<DateShipped>2026-03-01T12:00:00Z</DateShipped>"
        f"<ShippingInformation>{address}</ShippingInformation></ItemShipped>"
    )
    for _ in range(2):
        assert await broker.ask(shipped) == "{ItemShippedResponse }"
    (event,) = told(world)
    assert (event.agency, event.what, event.reference) == ("BROKER", "ItemShipped", Reference("BROKER", "R1"))
    assert (event.item, event.patron) == ("I1", "P1")
    assert event.at.isoformat() == "2026-03-01T12:00:00+00:00"


async def test_without_a_date_it_is_as_of_now(world: World, broker: Speaker) -> None:
    renewed = f"<ItemRenewed>{item('I1')}<DateDue>2026-04-01</DateDue></ItemRenewed>"
    assert await broker.ask(renewed) == "{ItemRenewedResponse }"
    assert [(event.what, event.at) for event in told(world)] == [("ItemRenewed", NOW)]


@proves("version 1: ItemCheckedIn, ItemRequested, ItemRequestCancelled")
async def test_an_item_that_is_back_in_its_library_is_here_no_more(world: World, broker: Speaker) -> None:
    await broker.ask(accept())
    assert await broker.ask(f"<ItemCheckedIn>{item('G1')}</ItemCheckedIn>") == "{ItemCheckedInResponse }"
    assert world.library.item("G1") is None


@proves("version 1: ItemCheckedIn, ItemRequested, ItemRequestCancelled")
async def test_a_request_that_is_told_is_a_request(world: World, broker: Speaker) -> None:
    asked = f"<ItemRequested>{user('stranger')}{item('I1')}{TYPES}</ItemRequested>"
    assert await broker.ask(asked) == "{ItemRequestedResponse }"
    (hold,) = world.library.holds_of(BEN)
    assert hold.pickup == "MAIN"
    ended = f"<ItemRequestCancelled>{user('stranger')}{item('I1')}{TYPES}</ItemRequestCancelled>"
    assert await broker.ask(ended) == "{ItemRequestCancelledResponse }"
    assert list(world.library.holds_of(BEN)) == []


async def test_a_request_that_cannot_be_is_refused(broker: Speaker) -> None:
    asked = f"<ItemRequested>{user('P1')}{item('I9')}{TYPES}</ItemRequested>"
    assert await broker.ask(asked) == problem(
        "ItemRequestedResponse", "Unknown Item", "Unknown item", "//ItemRequested/ItemId", "I9"
    )


async def test_where_alma_speaks_version_1_the_answer_to_a_request_has_its_name(broker: Speaker) -> None:
    def value(name: str, text: str) -> str:
        return f"<{name}><Scheme>s</Scheme><Value>{text}</Value></{name}>"

    header = (
        f"<InitiationHeader><FromAgencyId>{value('UniqueAgencyId', 'BROKER')}</FromAgencyId>"
        "<FromAgencyAuthentication>word-1</FromAgencyAuthentication>"
        f"<ToAgencyId>{value('UniqueAgencyId', 'TOWN')}</ToAgencyId>"
        f"{value('ApplicationProfileType', 'ILL')}</InitiationHeader>"
    )
    town = value("UniqueAgencyId", "TOWN")
    inside = (
        f"<UniqueUserId>{town}<UserIdentifierValue>any</UserIdentifierValue></UniqueUserId>"
        f"<UniqueItemId>{town}<ItemIdentifierValue>I1</ItemIdentifierValue></UniqueItemId>"
        f"{value('RequestType', 'Hold')}{value('RequestScopeType', 'Item')}"
    )
    asked = f"<ItemRequested>{header}{inside}</ItemRequested>"
    message = f'<NCIPMessage version="{FIRST_VERSION}">{asked}</NCIPMessage>'
    body = (await broker.post(message.encode(), FIRST_PATH)).body
    assert b"<Response>" in body
    assert b"Problem" not in body
