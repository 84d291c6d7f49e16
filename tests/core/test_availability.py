"""What a bib's items amount to: one holding a place and call number, counted anew at every look."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from core.availability import Availability, Holding, Inventory, holdings
from core.model.records import (
    BibId,
    Guest,
    Item,
    ItemId,
    ItemStatus,
    Portfolio,
    PortfolioId,
    Reference,
    Representation,
    RepresentationId,
)
from tests.fakes.world import BOOK, COPY, EMMA, KIOSK, METROPOLIS, World

NOT_HERE = [status for status in ItemStatus if status not in (ItemStatus.AVAILABLE, ItemStatus.WITHDRAWN)]


def item(
    number: int,
    status: ItemStatus = ItemStatus.AVAILABLE,
    *,
    location: str = "MAIN/STACKS",
    call_number: str = "Z1",
    description: str = "",
    permanent: str = "",
    guest: Guest | None = None,
) -> Item:
    """An item of bib 1."""
    return Item(
        ItemId(number),
        1,
        f"I{number}",
        BibId(1),
        location,
        call_number=call_number,
        description=description,
        status=status,
        guest=guest,
        permanent_location=permanent,
    )


def only(found: tuple[Holding, ...]) -> Holding:
    """The one holding there is."""
    (holding,) = found
    return holding


def test_items_of_one_place_and_call_number_are_one_holding() -> None:
    found = holdings(
        [
            item(1),
            item(2, call_number="Z2"),
            item(3),
            item(4, location="EAST/STACKS"),
            item(5, call_number="Z2"),
        ]
    )
    assert [(one.location, one.call_number, [i.id for i in one.items]) for one in found] == [
        ("MAIN/STACKS", "Z1", [1, 3]),
        ("MAIN/STACKS", "Z2", [2, 5]),
        ("EAST/STACKS", "Z1", [4]),
    ]
    assert [one.agency for one in found] == ["MAIN", "MAIN", "EAST"]


@pytest.mark.parametrize("status", NOT_HERE)
def test_whatever_is_not_on_its_shelf_is_out(status: ItemStatus) -> None:
    holding = only(holdings([item(1, status)]))
    assert (len(holding.out), holding.availability) == (1, Availability.UNAVAILABLE)


def test_an_item_that_a_hold_names_is_out_for_everybody_else() -> None:
    holding = only(holdings([item(1), item(2)], {ItemId(2)}))
    assert (len(holding.out), holding.availability) == (1, Availability.AVAILABLE)
    assert only(holdings([item(1)], {ItemId(1)})).availability is Availability.UNAVAILABLE


def test_copies_stand_in_for_each_other_and_volumes_do_not() -> None:
    copies = only(holdings([item(1), item(2, ItemStatus.ON_LOAN)]))
    volumes = only(holdings([item(1, description="v.1"), item(2, ItemStatus.ON_LOAN, description="v.2")]))
    assert copies.availability is Availability.AVAILABLE
    assert volumes.availability is Availability.CHECK_HOLDINGS
    assert only(holdings([item(1, description="v.1"), item(2, description="v.2")])).availability is (
        Availability.AVAILABLE
    )


def test_what_is_elsewhere_for_a_while_is_a_holding_of_its_own_without_a_call_number() -> None:
    reserved = item(2, location="MAIN/RESERVE", permanent="MAIN/STACKS")
    stacks, reserve = holdings([item(1), reserved])
    assert (stacks.temporary, stacks.call_number, len(stacks.items)) == (False, "Z1", 1)
    assert (reserve.temporary, reserve.call_number, reserve.items) == (True, "", (reserved,))


def test_withdrawn_items_and_guests_are_no_part_of_a_holding() -> None:
    guest = item(2, guest=Guest(Reference("ILL", "7"), datetime(2026, 5, 1, tzinfo=UTC)))
    assert holdings([item(1, ItemStatus.WITHDRAWN), guest]) == ()


@given(
    st.lists(
        st.builds(
            item,
            st.integers(1, 999),
            st.sampled_from(ItemStatus),
            location=st.sampled_from(["A/X", "A/Y", "B/X"]),
            call_number=st.sampled_from(["", "Z1", "Z2"]),
            description=st.sampled_from(["", "v.1", "v.2"]),
            permanent=st.sampled_from(["", "C/X"]),
        ),
        unique_by=lambda one: one.id,
    )
)
def test_every_item_that_is_not_withdrawn_is_counted_once(items: list[Item]) -> None:
    found = holdings(items)
    kept = [one for one in items if one.status is not ItemStatus.WITHDRAWN]
    assert sorted(one.id for holding in found for one in holding.items) == sorted(one.id for one in kept)
    assert sum(len(holding.out) for holding in found) == sum(
        one.status is not ItemStatus.AVAILABLE for one in kept
    )
    assert len({holding.id for holding in found}) == len(found)


def test_a_holding_keeps_its_number_while_items_come_and_go() -> None:
    assert only(holdings([item(1), item(2)])).id == only(holdings([item(3, ItemStatus.LOST)])).id
    assert only(holdings([item(1)])).id != only(holdings([item(1, call_number="Z9")])).id


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """The small library."""
    world = await World().start()
    yield world
    await world.stop()


async def test_a_check_out_is_seen_at_the_next_look_which_waits_until_it_is_durable(world: World) -> None:
    before = world.desk.shelves.inventory([EMMA, METROPOLIS])
    assert [one.out for one in before.outcome[EMMA].holdings] == [frozenset()]
    lent = world.desk.check_out(KIOSK, "P1", "I1")
    after = world.desk.shelves.inventory([EMMA, METROPOLIS])
    found = after.outcome[EMMA].holdings
    assert [(one.out, [i.id for i in one.items]) for one in found] == [(frozenset({BOOK}), [BOOK, COPY])]
    assert (before.unit, after.unit) == (None, lent.unit)
    assert world.desk.shelves.inventory([METROPOLIS]).unit is None


async def test_a_hold_on_one_copy_takes_that_copy_away_from_the_others(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    world.desk.place_hold(KIOSK, "P2", EMMA, "MAIN", item="I2")
    found = world.desk.shelves.inventory([EMMA]).outcome[EMMA]
    assert ([one.out for one in found.holdings], found.queue_length) == ([frozenset({BOOK, COPY})], 1)


async def test_what_is_electronic_is_part_of_it(world: World) -> None:
    ebook = Portfolio(PortfolioId(51), 1, METROPOLIS, "531", "https://a")
    scan = Representation(RepresentationId(52), 1, METROPOLIS, "121", "https://b")
    world.library.install([ebook])
    world.library.install([scan])
    found = world.desk.shelves.inventory([METROPOLIS]).outcome[METROPOLIS]
    assert (len(found.holdings), found.portfolios, found.representations) == (1, (ebook,), (scan,))


async def test_a_bib_of_which_there_is_nothing_has_an_empty_inventory(world: World) -> None:
    assert world.desk.shelves.inventory([BibId(404)]).outcome == {BibId(404): Inventory()}
