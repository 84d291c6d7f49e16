"""The story of the demonstration: one patron or item for everything that can stand in the way at a desk.

Whoever and whatever has a name of its own here is a case that the facts tell. Nobody and nothing in the
story is ordinary.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from core.model.records import (
    Bib,
    Block,
    BlockKind,
    FeeKind,
    HoldStatus,
    Item,
    ItemStatus,
    Patron,
    Record,
)
from servers.demo.people import Person
from servers.demo.register import Register
from servers.demo.works import Work

STACKS: Final = "MAIN/STACKS"
EAST: Final = "EAST/STACKS"
CHILDREN: Final = "MAIN/CHILDREN"

CASES: Final = {
    "patron_blocked": "blocked by the staff",
    "patron_expired": "card has expired",
    "patron_fines": "owes more than is allowed",
    "patron_at_limit": "a child with as many loans as allowed",
    "patron_no_loans": "has nothing on loan",
    "patron_to_block": "whose card a machine may block and unblock",
    "patron_to_guess": "whose PIN may be tried until a machine pauses",
    "patron_partner": "whose card stands for the readers of a partner library",
    "item_on_loan": "on loan, overdue",
    "item_on_hold": "on the hold shelf for somebody",
    "item_reference": "for use in the reading room only",
    "item_remote": "available in the automated store",
    "item_lost": "lost by who had it",
    "item_multi": "one of several available items",
    "item_to_note": "available, may be written notes on",
    "title_on_loan": "the title of the item on loan, by its control number",
}
"""The cases that have a name, and what they are."""


class Story:
    """Tells the story into ``records``. ``works`` are books that it may use up, one for a title."""

    def __init__(self, register: Register, people: Iterator[Person], works: Iterator[Work]) -> None:
        self.records: list[Record] = []
        self.titles = 0
        self._register = register
        self._people = people
        self._works = works

    def tell(self) -> None:
        """Everything, in the same order every time."""
        self._the_barred()
        self._the_late()
        self._the_waiting()
        self._the_lost()
        self._the_many()
        self._on_their_way()
        self._special_shelves()
        self._to_be_tried()

    def _the_barred(self) -> None:
        """Patrons who may not borrow, each for another reason."""
        today = self._register.now.date()
        self._patron(
            case="patron_blocked", blocks=(self._block(BlockKind.STAFF, "Please see the information desk"),)
        )
        self._patron(case="patron_expired", expires=today - timedelta(days=40))
        self._patron(blocks=(self._block(BlockKind.CARD_LOST, "Card reported lost"),))
        self._patron(blocks=(self._block(BlockKind.CARD_RETAINED, "Card left in the machine"),))
        self._patron(blocks=(self._block(BlockKind.SELF_CHECK, "Items left without being checked out"),))
        self._patron(active=False)
        owing = self._patron(case="patron_fines")
        self.records += self._register.fee(owing, FeeKind.OVERDUE, Decimal("10.00"), 90)
        self.records += self._register.fee(owing, FeeKind.DAMAGE, Decimal("15.00"), 20, paid=Decimal("1.50"))
        child = self._patron("child", case="patron_at_limit")
        for _ in range(self._register.policy.limits_for("child").loans):
            self._lent(child, self._title(), CHILDREN, 5)

    def _the_late(self) -> None:
        """Loans: overdue, renewed for the last time, and more overdues than a child may have."""
        reader, child = self._patron(), self._patron("child")
        title = self._title()
        self._lent(reader, title, STACKS, 40, case="item_on_loan")
        self._register.cases["title_on_loan"] = title[0].control_number
        self._item(title, EAST)
        self._lent(reader, self._title(), STACKS, 100, renewals=3, renewed=25)
        for _ in range(self._register.policy.limits_for("child").overdues + 1):
            self._lent(child, self._title(), CHILDREN, 35)

    def _the_waiting(self) -> None:
        """Holds: ready, on their way, and a queue behind a loan."""
        waiting, second, third = self._patron(), self._patron(), self._patron("staff")
        title = self._title()
        until = self._register.later(5)
        hold = self._register.hold(waiting, title[0], "MAIN", 12, status=HoldStatus.READY, ready_until=until)
        item = self._item(title, STACKS, case="item_on_hold", status=ItemStatus.ON_HOLD_SHELF, hold=hold.id)
        self.records.append(replace(hold, trapped=item.id))
        title = self._title()
        hold = self._register.hold(second, title[0], "EAST", 6, status=HoldStatus.IN_TRANSIT)
        item = self._item(title, STACKS, status=ItemStatus.IN_TRANSIT, hold=hold.id, destination="EAST")
        self.records.append(replace(hold, trapped=item.id))
        title = self._title()
        self._lent(third, title, STACKS, 10)
        self._lent(second, title, EAST, 20)
        expires = self._register.now.date() + timedelta(days=100)
        self.records += (
            self._register.hold(waiting, title[0], "MAIN", 9),
            self._register.hold(self._patron(), title[0], "EAST", 8, expires=expires),
            self._register.hold(self._patron(), title[0], "MAIN", 7, suspended=True),
        )

    def _the_lost(self) -> None:
        """Items that are not where they should be, and what a loss costs."""
        loser = self._patron()
        price = Decimal("24.00")
        lost = self._lent(
            loser, self._title(), STACKS, 120, case="item_lost", status=ItemStatus.LOST, price=price
        )
        self.records += self._register.fee(
            loser, FeeKind.REPLACEMENT, price, 60, paid=Decimal("16.00"), item=lost
        )
        self._lent(loser, self._title(), STACKS, 50, status=ItemStatus.CLAIMED_RETURNED)
        title = self._title()
        self._item(title, STACKS, status=ItemStatus.MISSING)
        self._item(title, STACKS, status=ItemStatus.WITHDRAWN, note="Water damage")
        self._item(title, EAST)

    def _the_many(self) -> None:
        """A title with several items, and one in volumes."""
        title = self._title()
        self._item(title, STACKS, case="item_multi")
        for location in (STACKS, STACKS, EAST):
            self._item(title, location)
        title = self._title()
        for volume in (1, 2, 3):
            self._item(title, STACKS, description=f"v. {volume}")

    def _on_their_way(self) -> None:
        """Items that are not yet, or not just now, on any shelf."""
        self._item(self._title(), EAST, status=ItemStatus.IN_TRANSIT, destination="EAST")
        self._item(self._title(), STACKS, status=ItemStatus.IN_PROCESS)
        title = self._title()
        self._item(title, STACKS, status=ItemStatus.ON_ORDER)
        self.records.append(self._register.hold(self._patron(), title[0], "MAIN", 3))

    def _special_shelves(self) -> None:
        """The reading room, the course reserves and the automated store."""
        self._item(self._title(), "MAIN/REFERENCE", "reference", case="item_reference")
        self._item(self._title(), "MAIN/STORE", case="item_remote")
        title = self._title()
        self._item(title, "MAIN/RESERVES", "reserve")
        self._lent(self._patron("student"), title, "MAIN/RESERVES", 0.1, policy="reserve")

    def _to_be_tried(self) -> None:
        """Whom and what nobody else needs, so that anything may be tried on them."""
        for case in ("patron_no_loans", "patron_to_block", "patron_to_guess"):
            self._patron(case=case)
        self._item(self._title(), STACKS, case="item_to_note")
        self._patron("staff", case="patron_partner")

    def _patron(self, group: str = "adult", **known: Any) -> Patron:
        patron = self._register.patron(next(self._people), group, **known)
        self.records.append(patron)
        return patron

    def _block(self, kind: BlockKind, note: str) -> Block:
        return Block(kind, self._register.now - timedelta(days=3), "staff-main", note)

    def _title(self) -> tuple[Bib, str]:
        """A title of its own for a scene, with the call number of its items."""
        work = next(self._works)
        self.titles += 1
        card, body = self._register.bib(work)
        self.records += card, body
        return card, work.call_number

    def _item(self, title: tuple[Bib, str], location: str, policy: str = "book", **known: Any) -> Item:
        bib, call_number = title
        item = self._register.item(bib, location, policy, call_number, **known)
        self.records.append(item)
        return item

    def _lent(
        self,
        patron: Patron,
        title: tuple[Bib, str],
        location: str,
        days: float,
        policy: str = "book",
        *,
        renewals: int = 0,
        renewed: float | None = None,
        status: ItemStatus = ItemStatus.ON_LOAN,
        **known: Any,
    ) -> Item:
        loan = self._register.loan(patron, policy, location, days, renewals=renewals, renewed=renewed)
        return self._item(title, location, policy, status=status, loan=loan, **known)
