"""The people, things and days that the tests of the rules speak of, in the library's words.

Ann and Ben are patrons in good standing. MAIN and TOWN are agencies in Paris, open every day. It is Monday,
2 March 2026, half past ten in the morning.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from core.events import Before
from core.model.policy import Calendar, Limits, LoanTerms
from core.model.records import (
    BibId,
    Fee,
    FeeId,
    FeeKind,
    Hold,
    HoldId,
    Item,
    ItemId,
    ItemStatus,
    Loan,
    Patron,
    PatronId,
)
from core.refusals import Refused
from core.rules.facts import Borrower, Moment, Opening

E = TypeVar("E")

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
OPEN_DAILY = Calendar()

ANN = Patron(PatronId(1), 1, "P-ANN", "Archer", "Ann", agency="MAIN")
BEN = Patron(PatronId(2), 1, "P-BEN", "Baker", "Ben", agency="MAIN")
BOOK = Item(ItemId(10), 1, "I-BOOK", BibId(5), "MAIN/STACKS")
TERMS = LoanTerms("standard")


def moment(
    now: datetime = NOW, zone: str = "Europe/Paris", agency: str = "MAIN", calendar: Calendar = OPEN_DAILY
) -> Moment:
    """When and where something happens."""
    local = ZoneInfo(zone)
    return Moment(now, now.astimezone(local).date(), Opening(agency, local, calendar))


def paris(text: str) -> datetime:
    """A moment by the clocks of Paris, such as ``2026-03-02 10:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)


def borrower(patron: Patron = ANN, limits: Limits | None = None, **facts: Any) -> Borrower:
    """A patron with what they have at home, owe and wait for."""
    return Borrower(patron, limits or Limits(), **facts)


def book(**changes: Any) -> Item:
    """The book, on its shelf but for the changes."""
    return replace(BOOK, **changes)


def lent_to(patron: Patron, due: datetime = NOW + 7 * DAY, renewals: int = 0, **changes: Any) -> Item:
    """The book, lent three weeks before it is due."""
    loan = Loan(patron.id, due - 21 * DAY, due, renewals, "MAIN")
    return book(**{"status": ItemStatus.ON_LOAN, "loan": loan, **changes})


def hold_of(patron: Patron, pickup: str = "MAIN", **changes: Any) -> Hold:
    """A patron's hold on the book's bib, a day old."""
    return replace(Hold(HoldId(100 + patron.id), 1, patron.id, BOOK.bib, pickup, NOW - DAY), **changes)


def fee(
    number: int, amount: str, paid: str = "0", currency: str = "EUR", kind: FeeKind = FeeKind.OVERDUE
) -> Fee:
    """A fee of Ann's; a lower number is an older one."""
    return Fee(FeeId(number), 1, ANN.id, kind, Decimal(amount), currency, NOW + number * DAY, Decimal(paid))


def before(item: Item, *holds: Hold) -> Before:
    """What an act on the item would change: the item as it stands, and these holds."""
    return Before(item.status, item.loan, item.hold, item.destination, item.moved_at, holds)


def ids() -> Callable[[], int]:
    """New ids from 1000 on."""
    return count(1000).__next__


def done(decision: Refused | tuple[E, ...]) -> tuple[E, ...]:
    """What happened, where the desk did not say no."""
    assert not isinstance(decision, Refused)
    return decision
