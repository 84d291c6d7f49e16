"""ISO 20775: each copy says whether it can be had, and until when it is on loan."""

from datetime import UTC, datetime

from lxml import etree

from core.availability import Inventory, holdings
from core.model.policy import Agency, Location, Policy
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
from servers.catalogue.isohold import NAMESPACE, IsoHoldings

POLICY = Policy(
    institution="99DEMO",
    agencies=(Agency("MAIN", "Main Library", campus="NORTH"), Agency("LAW", campus="SOUTH")),
    locations=(Location("MAIN/stk", "Stacks"),),
)
LENT_AT, DUE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 29, 22, 59, tzinfo=UTC)
LENT = Item(
    ItemId(2),
    1,
    "I2",
    BibId(1),
    "MAIN/stk",
    call_number="QA76",
    description="v.2",
    status=ItemStatus.ON_LOAN,
    loan=Loan(PatronId(9), LENT_AT, DUE),
)
IN = Item(ItemId(1), 1, "I1", BibId(1), "MAIN/stk", call_number="QA76", description="v.1")


def told(inventory: Inventory, *campuses: str) -> etree._Element:
    """The element."""
    return etree.fromstring(IsoHoldings(PolicyTable(POLICY)).holdings(inventory, campuses or None))


def at(root: etree._Element, path: str) -> list[str]:
    """The texts at a path."""
    full = "/".join(f"h:{step}" for step in path.split("/"))
    return [one.text or "" for one in root.iterfind(full, {"h": NAMESPACE})]


def test_a_holding_has_its_copies_with_what_each_can_be_had_for() -> None:
    root = told(Inventory(holdings([IN, LENT]), queue_length=3))
    assert at(root, "holding/institutionIdentifier/value") == ["99DEMO"]
    assert at(root, "holding/physicalLocation") == ["Main Library"]
    simple = "holding/holdingSimple"
    assert at(root, f"{simple}/copiesSummary/copiesCount") == ["2"]
    assert at(root, f"{simple}/copiesSummary/status/availableCount") == ["1"]
    assert at(root, f"{simple}/copiesSummary/reservationQueueLength") == ["3"]
    copy = f"{simple}/copyInformation"
    assert at(root, f"{copy}/pieceIdentifier/value") == ["I1", "I2"]
    assert at(root, f"{copy}/sublocation") == ["Stacks", "Stacks"]
    assert at(root, f"{copy}/shelfLocator") == ["QA76", "QA76"]
    assert at(root, f"{copy}/enumerationAndChronology/text") == ["v.1", "v.2"]
    status = f"{copy}/availabilityInformation/status"
    assert at(root, f"{status}/availabilityStatus") == ["1", "2"]
    assert at(root, f"{status}/dateTimeAvailable") == ["2026-03-29T22:59:00Z"]


def test_nothing_is_told_of_whoever_has_it() -> None:
    assert b"9<" not in IsoHoldings(PolicyTable(POLICY)).holdings(Inventory(holdings([LENT])))


def test_what_is_electronic_or_digital_is_a_holding_of_its_own() -> None:
    journal = Portfolio(
        PortfolioId(5), 1, BibId(1), "531", "https://a?b&c", coverage="1990-", available=False
    )
    scan = Representation(RepresentationId(6), 1, BibId(1), "121", "https://d", "Scan")
    root = told(Inventory(portfolios=(journal,), representations=(scan,)))
    copy = "holding/holdingSimple/copyInformation"
    assert at(root, f"{copy}/pieceIdentifier/value") == ["531", "121"]
    assert at(root, f"{copy}/electronicLocator") == ["https://a?b&c", "https://d"]
    assert at(root, f"{copy}/enumerationAndChronology/text") == ["1990-"]
    assert at(root, f"{copy}/availabilityInformation/status/availabilityStatus") == ["2", "1"]


def test_one_campus_sees_its_own() -> None:
    both = Inventory(holdings([IN, Item(ItemId(3), 1, "I3", BibId(1), "LAW/x")]))
    assert at(told(both, "SOUTH"), "holding/physicalLocation") == ["LAW"]
    assert at(told(both), "holding/physicalLocation") == ["Main Library", "LAW"]


def test_a_bib_of_which_there_is_nothing_has_no_holding() -> None:
    assert len(told(Inventory())) == 0
