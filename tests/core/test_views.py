"""How a patron, an item or a hold is shown: as it stands, and with all that belongs to it."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from core.desk import PatronView
from core.enquiries import Enquiries
from core.events import HoldPlaced, NotRenewed, Renewed
from core.model.records import Hold, HoldId, ItemStatus, Loan, PatronId
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from core.views import HoldView, ItemView, RenewedAll, view_hold, view_item, view_patron, view_renewed
from tests.fakes.world import ANN, BEN, BOOK, COPY, CYD, DAN, EMMA, KIOSK, NOW, World


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    """A library at nine on a Monday."""
    world = await World().start()
    yield world
    await world.stop()


def enquiries_of(world: World) -> Enquiries:
    """The enquiries of its desk."""
    return Enquiries(world.library, world.policy, world.clock)


def wait(world: World, number: int, patron: PatronId) -> Hold:
    """Put a patron in the queue of Emma."""
    hold = Hold(HoldId(number), 1, patron, EMMA, "MAIN", NOW)
    world.library.apply(HoldPlaced(hold))
    return hold


def seen(world: World, patron: PatronId, pin: Pin = Pin.NOT_GIVEN) -> PatronView:
    """The patron as a kiosk sees them."""
    enquiries = enquiries_of(world)
    return view_patron(enquiries, world.library.patrons[patron], enquiries.moment(KIOSK), pin)


async def test_a_patron_without_anything_is_shown_with_nothing(world: World) -> None:
    view = seen(world, ANN)
    assert view.patron is world.library.patrons[ANN]
    assert (view.grounds, view.borrower.loans, view.holds, view.fees) == ((), (), (), ())


async def test_a_patron_is_shown_with_loans_holds_and_fees(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I3")
    hold, fee = wait(world, 31, ANN), world.charge(ANN, "12.00")
    view = seen(world, ANN)
    assert (view.holds, view.fees) == ((hold,), (world.library.fees[fee],))
    assert [item.barcode for item in view.borrower.loans] == ["I3"]
    assert view.borrower.owed == Decimal("12.00")
    assert view.grounds == (Reason.TOO_MUCH_OWED,)


@pytest.mark.parametrize(
    ("patron", "pin", "grounds"),
    [
        (ANN, Pin.WRONG, (Reason.WRONG_PIN,)),
        (DAN, Pin.NOT_GIVEN, (Reason.PATRON_EXPIRED,)),
        (DAN, Pin.WRONG, (Reason.WRONG_PIN, Reason.PATRON_EXPIRED)),
    ],
)
async def test_the_grounds_are_those_of_the_rules(
    world: World, patron: PatronId, pin: Pin, grounds: tuple[Reason, ...]
) -> None:
    assert seen(world, patron, pin).grounds == grounds


async def test_an_item_is_shown_with_its_bib_its_hold_and_the_queue(world: World) -> None:
    first = wait(world, 31, BEN)
    wait(world, 32, CYD)
    world.desk.check_in(KIOSK, "I1")
    item = world.library.items[BOOK]
    assert view_item(enquiries_of(world), item) == ItemView(
        item=item,
        bib=world.library.bibs[EMMA],
        terms=world.policy.terms_for("", "book", "MAIN/STACKS"),
        hold=world.library.holds[first.id],
        queue_length=2,
    )


async def test_a_hold_is_at_hand_only_if_those_before_it_leave_a_copy(world: World) -> None:
    holds = [wait(world, 31, BEN), wait(world, 32, CYD), wait(world, 33, ANN)]
    views = [view_hold(enquiries_of(world), hold) for hold in holds]
    bib = world.library.bibs[EMMA]
    assert views == [
        HoldView(holds[0], bib, 1, at_hand=True),
        HoldView(holds[1], bib, 2, at_hand=True),
        HoldView(holds[2], bib, 3, at_hand=False),  # there are two copies
    ]


async def test_items_to_be_renewed_are_shown_as_they_are_now(world: World) -> None:
    world.desk.check_out(KIOSK, "P1", "I1")
    no = Refused(Reason.TOO_MANY_RENEWALS)
    events = (Renewed(BOOK, Loan(ANN, NOW, NOW), NOW), NotRenewed(ANN, ((COPY, no),)))
    items = world.library.items
    assert view_renewed(enquiries_of(world), events) == RenewedAll((items[BOOK],), ((items[COPY], no),))
    assert items[BOOK].status is ItemStatus.ON_LOAN
