"""AVA, AVE and AVD: what Alma would write, in its order, from what is there."""

from pathlib import Path

import pytest
from lxml import etree

from core.availability import Inventory, holdings
from core.model.policy import Agency, Location, Policy
from core.model.records import (
    Bib,
    BibId,
    Item,
    ItemId,
    ItemStatus,
    Portfolio,
    PortfolioId,
    Representation,
    RepresentationId,
)
from core.policy_table import PolicyTable
from core.storage.memory import MemoryStore
from protocols.marc.marcxml import NAMESPACE
from servers.catalogue.av_fields import AvFields
from servers.load.mapping import read_mapping
from tests.servers.load.given import kept, load_file

POLICY = Policy(
    institution="99DEMO",
    agencies=(Agency("MAIN", "Main Library", campus="NORTH"), Agency("LAW", "Law Library", campus="SOUTH")),
    locations=(Location("MAIN/stk", "Stacks"), Location("LAW/resv", "Course reserves")),
)
BIB = Bib(BibId(1), 1, "9900017", "Ties")


def item(number: int, status: ItemStatus = ItemStatus.AVAILABLE, **more: str) -> Item:
    """An item in the stacks."""
    place = {"location": "MAIN/stk", "call_number": "QA76.9 .D3"} | more
    return Item(ItemId(number), 1, f"I{number}", BIB.id, status=status, **place)  # type: ignore[arg-type]


def told(inventory: Inventory, campus: str = "", **settings: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Tag and subfields of each field."""
    written = AvFields(PolicyTable(POLICY), **settings).fields(BIB, inventory, {campus} if campus else None)
    root = etree.fromstring(b'<record xmlns="%s">%s</record>' % (NAMESPACE.encode(), written))
    return [(str(one.get("tag")), [(str(part.get("code")), part.text or "") for part in one]) for one in root]


def test_a_holding_is_told_as_alma_tells_it() -> None:
    [(tag, pairs)] = told(Inventory(holdings([item(1), item(2, ItemStatus.ON_LOAN), item(3)])))
    number = dict(pairs)["8"]
    assert (tag, len(number), number[:2], number.isdigit()) == ("AVA", 17, "22", True)
    assert pairs == [
        ("0", "9900017"),
        ("8", number),
        ("a", "99DEMO"),
        ("b", "MAIN"),
        ("c", "Stacks"),
        ("d", "QA76.9 .D3"),
        ("e", "available"),
        ("f", "3"),
        ("g", "1"),
        ("i", "NORTH"),
        ("j", "stk"),
        ("k", "#"),
        ("p", "1"),
        ("q", "Main Library"),
    ]


RESERVED = item(2, ItemStatus.ON_LOAN, location="LAW/resv", permanent_location="MAIN/stk")


def test_a_temporary_location_has_neither_holdings_number_nor_call_number() -> None:
    _, (_, pairs) = told(Inventory(holdings([item(1), RESERVED])))
    said = dict(pairs)
    assert (said["b"], said["c"], said["e"], said["f"], said["g"]) == (
        "LAW",
        "Course reserves",
        "unavailable",
        "1",
        "1",
    )
    assert not {"8", "9", "d"} & said.keys()


def test_the_number_of_a_temporary_location_is_told_to_whoever_wants_it() -> None:
    _, (_, pairs) = told(Inventory(holdings([item(1), RESERVED])), holdings_of_temporary=True)
    assert dict(pairs)["9"].startswith("22")


def test_holdings_come_in_the_order_of_the_agencies_and_say_which_is_first() -> None:
    found = told(Inventory(holdings([RESERVED, item(3, location="OLD/x"), item(1)])))
    assert [(dict(pairs)["b"], dict(pairs)["p"]) for _, pairs in found] == [
        ("MAIN", "1"),
        ("LAW", "2"),
        ("OLD", "3"),
    ]


def test_what_all_items_of_a_holding_are_called_is_told_once() -> None:
    [(_, pairs)] = told(
        Inventory(holdings([item(1, description="disc 1-2"), item(2, description="disc 1-2")]))
    )
    assert pairs[-1] == ("t", "disc 1-2")
    [(_, pairs)] = told(Inventory(holdings([item(1, description="v.1"), item(2, description="v.2")])))
    assert "t" not in dict(pairs)


def test_one_campus_sees_its_own_holdings_with_the_priorities_of_all() -> None:
    both = Inventory(holdings([item(1), RESERVED]))
    assert [(dict(pairs)["b"], dict(pairs)["p"]) for _, pairs in told(both, "SOUTH")] == [("LAW", "2")]
    assert told(both, "NOWHERE") == []


def test_a_portfolio_is_told_as_alma_tells_it() -> None:
    portfolio = Portfolio(
        PortfolioId(5),
        1,
        BIB.id,
        "5300007",
        "https://example.org/openurl?u=5300007&v=1",
        "6100002",
        "Demo Ebooks",
        "Demo Interface",
        "Available from 2001.",
        "Ask us",
        "MAIN",
    )
    assert told(Inventory(portfolios=(portfolio,))) == [
        (
            "AVE",
            [
                ("8", "5300007"),
                ("c", "6100002"),
                ("e", "Available"),
                ("l", "MAIN"),
                ("m", "Demo Ebooks"),
                ("n", "Ask us"),
                ("s", "Available from 2001."),
                ("t", "Demo Interface"),
                ("u", "https://example.org/openurl?u=5300007&v=1"),
                ("a", "99DEMO"),
                ("0", "9900017"),
            ],
        )
    ]
    gone = Portfolio(PortfolioId(5), 1, BIB.id, "53", available=False)
    assert ("e", "Not Available") in told(Inventory(portfolios=(gone,)))[0][1]


def test_a_representation_is_told_as_alma_tells_it() -> None:
    scan = Representation(
        RepresentationId(6), 1, BIB.id, "1200005", "https://h", "Scan of 1901", "dark", "Demo", True, "88"
    )
    assert told(Inventory(representations=(scan,))) == [
        (
            "AVD",
            [
                ("a", "99DEMO"),
                ("b", "1200005"),
                ("c", "REMOTE_REPRESENTATION"),
                ("d", "Demo"),
                ("e", "Scan of 1901"),
                ("f", "dark"),
                ("h", "https://h"),
                ("r", "88"),
            ],
        )
    ]


def test_a_bib_of_which_there_is_nothing_has_no_field() -> None:
    assert told(Inventory()) == []


@pytest.fixture
async def concerto(real_data: Path) -> MemoryStore:
    """Bibs and items of a real library."""
    store = MemoryStore()
    folder = real_data / "concerto"
    await load_file(store, "marc", folder / "bibs.mrc")
    await load_file(store, "items", folder / "items.tsv", read_mapping("concerto-items"))
    return store


async def test_thirty_one_copies_on_eight_call_numbers_are_eight_fields(concerto: MemoryStore) -> None:
    """Counted by hand in the data: 25 are in, 5 on loan and 1 is lost."""
    [bib] = [one for one in kept(concerto, Bib) if one.control_number == "9"]
    items = [one for one in kept(concerto, Item) if one.bib == bib.id]
    found = [dict(pairs) for _, pairs in told(Inventory(holdings(items)))]
    assert len(found) == 8
    assert sum(int(one["f"]) for one in found) == 31
    assert sum(int(one["g"]) for one in found) == 6
