"""Readers are told where copies stand, whether they can be had, and when they come back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from core.availability import Inventory, holdings
from core.model.policy import Location
from core.model.records import (
    BibId,
    Item,
    ItemId,
    ItemStatus,
    Loan,
    PatronId,
    Portfolio,
    PortfolioId,
    Representation,
    RepresentationId,
)
from core.policy_table import PolicyTable
from servers.search.holdings import ON_REQUEST, SOME, WANTED, WORDS, Holdings, Shown, State, web_address
from tests.fakes.world import POLICY

BIB = BibId(1)
DUE = datetime(2026, 3, 30, 22, 30, tzinfo=UTC)
WORDED = Holdings(PolicyTable(POLICY), ZoneInfo("Europe/Berlin"))


def item(
    number: int, status: ItemStatus = ItemStatus.AVAILABLE, due: datetime | None = None, **more: str
) -> Item:
    """A copy at MAIN."""
    loan = None if due is None else Loan(PatronId(9), due, due)
    made = Item(ItemId(number), 1, f"I{number}", BIB, "MAIN/STACKS", "book", "A 1", status=status, loan=loan)
    return replace(made, **more)


def told(*items: Item, wanted: frozenset[ItemId] = frozenset()) -> Shown:
    """What is told of the one place where these are."""
    (place,) = WORDED.places(Inventory(holdings(items, wanted)))
    return place.shown


def test_every_status_has_words() -> None:
    assert WORDS.keys() == set(ItemStatus)
    assert all(WORDS.values())


def test_a_copy_on_its_shelf_is_available() -> None:
    (place,) = WORDED.places(Inventory(holdings([item(1), item(2, ItemStatus.ON_LOAN, DUE)])))
    assert place.shown == Shown(State.IN, "Available")
    assert (place.library, place.shelf, place.call_number) == ("Central Library", "Main stacks", "A 1")
    assert (place.free, place.total) == (1, 2)
    assert [copy.barcode for copy in place.copies] == ["I1", "I2"]


def test_a_loan_is_due_on_the_day_of_the_institution() -> None:
    assert told(item(1, ItemStatus.ON_LOAN, DUE)) == Shown(State.OUT, "On loan", date(2026, 3, 31))


def test_of_several_loans_the_first_to_come_back_is_told() -> None:
    later = datetime(2026, 5, 1, tzinfo=UTC)
    lost = item(3, ItemStatus.LOST, later)
    found = told(lost, item(1, ItemStatus.ON_LOAN, later), item(2, ItemStatus.ON_LOAN, DUE))
    assert found.due == date(2026, 3, 31)
    assert told(lost) == Shown(State.OUT, "Lost")


def test_of_several_parts_some_may_be_here() -> None:
    assert told(item(1, description="v. 1"), item(2, ItemStatus.MISSING, description="v. 2")) == Shown(
        State.SOME, SOME
    )


def test_what_a_reader_has_asked_for_is_out() -> None:
    assert told(item(1), wanted=frozenset({ItemId(1)})) == Shown(State.OUT, WANTED)


def test_a_store_brings_what_is_asked_for() -> None:
    remote = replace(POLICY, locations=(Location("MAIN/STACKS", "Depot", remote=True),))
    (place,) = Holdings(PolicyTable(remote), ZoneInfo("UTC")).places(Inventory(holdings([item(1)])))
    assert place.shown == Shown(State.IN, ON_REQUEST)


def test_libraries_come_in_the_order_of_the_institution() -> None:
    inventory = Inventory(holdings([item(1, location="GONE/X"), item(2, location="EAST/FILMS"), item(3)]))
    assert [place.library for place in WORDED.places(inventory)] == ["Central Library", "East Branch", "GONE"]


def test_what_is_online_has_its_name_and_its_address() -> None:
    portfolio = Portfolio(
        PortfolioId(1), 1, BIB, "5", "https://a.example/x", coverage="1990-", available=False
    )
    digital = Representation(RepresentationId(2), 1, BIB, "6", "javascript:alert(1)", "A scan")
    online, scan = WORDED.online(Inventory((), (portfolio,), (digital,)))
    assert (online.label, online.address, online.note, online.available) == (
        "Online",
        "https://a.example/x",
        "1990-",
        False,
    )
    assert (scan.label, scan.address) == ("A scan", "")


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "//a.example", "https://a b", "https://a\n", "data:x"]
)
def test_a_browser_is_not_sent_anywhere_else(text: str) -> None:
    assert web_address(text) == ""
