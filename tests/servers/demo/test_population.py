"""The population: exactly as asked, the same again from the same seed, and sound in every part."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events import CheckedIn, CheckedOut
from core.model.records import (
    Bib,
    BibBody,
    BlockKind,
    Fee,
    Hold,
    HoldStatus,
    Item,
    ItemStatus,
    Patron,
    Payment,
)
from servers.demo.population import Sizes, shares
from tests.servers.demo.given import KIOSK, NOW, USUAL, Made, desk_on, make, policy, usual

LARGER = Sizes(bibs=6666, items=20_000, patrons=800)


@pytest.fixture(
    scope="module", params=[USUAL, LARGER, Sizes(100, 100, 30)], ids=["usual", "larger", "smallest"]
)
def made(request: pytest.FixtureRequest) -> Made:
    """Demonstrations of several sizes."""
    return make(request.param)


def test_the_same_seed_at_the_same_moment_makes_the_same_records() -> None:
    assert make().records == usual().records


def test_another_seed_makes_another_library() -> None:
    other = make(seed=2)
    assert {bib.title for bib in other.of(Bib)} == {bib.title for bib in usual().of(Bib)}, (
        "all that is written"
    )
    assert [item.barcode for item in other.of(Item)] != [item.barcode for item in usual().of(Item)]
    assert [patron.name for patron in other.of(Patron)] != [patron.name for patron in usual().of(Patron)]


def test_dates_follow_the_moment_of_building_and_nothing_else_does() -> None:
    week = timedelta(days=7)
    later = make(now=NOW + week)
    pairs = zip(usual().of(Item), later.of(Item), strict=True)
    lent = [(one.loan, other.loan) for one, other in pairs if one.loan is not None]
    assert lent
    assert all(other is not None and other.out_at - one.out_at == week for one, other in lent)
    assert [item.barcode for item in usual().of(Item)] == [item.barcode for item in later.of(Item)]


@pytest.mark.parametrize("sizes", [USUAL, LARGER, Sizes(100, 100, 30), Sizes(300, 120, 40)])
def test_there_are_exactly_as_many_records_as_asked_for(sizes: Sizes) -> None:
    made = make(sizes)
    assert Sizes(len(made.of(Bib)), len(made.of(Item)), len(made.of(Patron))) == sizes
    assert [bib.id for bib in made.of(Bib)] == [body.id for body in made.of(BibBody)]


def test_ids_barcodes_and_control_numbers_are_unique(made: Made) -> None:
    ids = Counter(record.id for record in made.records if not isinstance(record, BibBody))
    assert max(ids.values()) == 1
    assert len({item.barcode for item in made.of(Item)}) == len(made.of(Item))
    assert len({patron.barcode for patron in made.of(Patron)}) == len(made.of(Patron))
    assert len({bib.control_number for bib in made.of(Bib)}) == len(made.of(Bib))


def test_every_record_refers_to_records_that_exist(made: Made) -> None:
    bibs = {bib.id for bib in made.of(Bib)}
    patrons = {patron.id for patron in made.of(Patron)}
    items = {item.id: item for item in made.of(Item)}
    fees = {fee.id: fee for fee in made.of(Fee)}
    assert all(item.bib in bibs for item in items.values())
    assert all(item.loan.patron in patrons for item in items.values() if item.loan is not None)
    assert all(hold.bib in bibs and hold.patron in patrons for hold in made.of(Hold))
    assert all(fee.patron in patrons and (fee.item is None or fee.item in items) for fee in fees.values())
    for payment in made.of(Payment):
        assert payment.amount == sum(part.amount for part in payment.allocations)
        assert all(fees[part.fee].paid == part.amount for part in payment.allocations)


def test_items_have_a_loan_a_hold_or_a_destination_exactly_when_their_status_says_so(made: Made) -> None:
    holds = {hold.id: hold for hold in made.of(Hold)}
    for item in made.of(Item):
        with_patron = {ItemStatus.ON_LOAN, ItemStatus.CLAIMED_RETURNED, ItemStatus.LOST}
        assert (item.loan is not None) == (item.status in with_patron)
        assert bool(item.destination) == (item.status is ItemStatus.IN_TRANSIT)
        assert (item.hold is not None) >= (item.status is ItemStatus.ON_HOLD_SHELF)
        assert item.hold is None or holds[item.hold].trapped == item.id
    assert all((hold.trapped is None) == (hold.status is HoldStatus.WAITING) for hold in holds.values())


def test_every_item_is_at_a_place_the_policy_knows(made: Made) -> None:
    known = {location.code for location in policy().policy.locations}
    assert {item.location for item in made.of(Item)} <= known


def test_every_state_of_items_holds_and_patrons_appears() -> None:
    made = usual()
    assert {item.status for item in made.of(Item)} == set(ItemStatus)
    assert {hold.status for hold in made.of(Hold)} == set(HoldStatus)
    assert {block.kind for patron in made.of(Patron) for block in patron.blocks} == set(BlockKind)
    assert any(not patron.active for patron in made.of(Patron))
    assert any(hold.suspended for hold in made.of(Hold))
    assert any(item.loan.due < NOW for item in made.of(Item) if item.loan is not None)
    assert any(0 < fee.paid < fee.amount for fee in made.of(Fee))
    assert any(item.description for item in made.of(Item))
    assert {location.code for location in policy().policy.locations} - {
        item.location for item in made.of(Item)
    } <= {"EAST/CHILDREN"}


def test_every_number_of_the_ordinary_ranges_exists_and_the_others_lie_outside(made: Made) -> None:
    for numbers, kind in ((made.patrons, Patron), (made.items, Item)):
        barcodes = {record.barcode for record in made.records if isinstance(record, kind)}
        ordinary = set(numbers.barcodes())
        assert len(ordinary) == numbers.count > 0
        assert ordinary < barcodes
        assert ordinary.isdisjoint(made.register.cases.values())


def test_ordinary_patrons_borrow_and_return_ordinary_items_on_usual_terms(made: Made) -> None:
    """What a load generator does, with as many machines as there are patrons."""
    desk = desk_on(made.records)
    items = made.items.barcodes()
    for patron in made.patrons.barcodes():
        for barcode in (item for item, _ in zip(items, range(3), strict=False)):
            lent = desk.check_out(KIOSK, patron, barcode).outcome
            assert isinstance(lent, tuple), (patron, barcode, lent)
            assert [type(event) for event in lent] == [CheckedOut]
            back = desk.check_in(KIOSK, barcode).outcome
            assert isinstance(back, tuple)
            assert [type(event) for event in back] == [CheckedIn]
            item = desk.library.item(barcode)
            assert item is not None
            assert item.status is ItemStatus.AVAILABLE


def test_ordinary_items_are_on_their_shelves_in_the_central_library_and_nobody_waits_for_them(
    made: Made,
) -> None:
    desk = desk_on(made.records)
    for barcode in made.items.barcodes():
        view = desk.view_item(barcode).outcome
        assert view is not None
        assert (view.item.status, view.queue_length, view.terms.name) == (ItemStatus.AVAILABLE, 0, "standard")
        assert view.item.location.startswith("MAIN/")


def test_most_ordinary_patrons_owe_a_little() -> None:
    made = usual()
    desk = desk_on(made.records)
    views = [desk.view_patron(KIOSK, patron).outcome for patron in made.patrons.barcodes()]
    owing = [view for view in views if view is not None and view.borrower.owed > 0]
    assert len(views) / 2 < len(owing) < len(views)


@given(titles=st.integers(1, 60), items=st.integers(0, 500), seed=st.integers())
def test_shares_add_up_and_leave_no_title_out_where_there_are_enough(
    titles: int, items: int, seed: int
) -> None:
    dealt = list(shares(titles, items, Random(seed)))
    assert (len(dealt), sum(dealt)) == (titles, items)
    assert items < titles or min(dealt) >= 1
