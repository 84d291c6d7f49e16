"""The register: makes the records of the demonstration, with their ids, barcodes and dates.

The rule it keeps: ordinary patrons and items are numbered from 1 without a gap, so that a template and a
count tell them all. What is not ordinary, such as every case that has a name, is numbered from `ASIDE`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from core.model.records import (
    Allocation,
    Bib,
    BibBody,
    BibId,
    Fee,
    FeeId,
    FeeKind,
    Hold,
    HoldId,
    Item,
    ItemId,
    Loan,
    Patron,
    PatronId,
    Payment,
    PaymentId,
    PaymentKind,
)
from core.policy_table import PolicyTable
from core.rules.calendar import due
from protocols.marc.iso2709 import pack
from servers.demo.house import SELF_CHECK
from servers.demo.marc import marc, name_and_dates
from servers.demo.people import Person
from servers.demo.works import Work
from servers.load.card import without_stop

PATRONS = "21234%09d"
ITEMS = "31234%09d"
"""Barcodes of 14 digits, as libraries have them: 2 for a patron, 3 for an item, then the library."""

ASIDE = 900_000_001
"""Where the numbers begin of what is not ordinary."""

_CONTROL_NUMBERS = 990_000_000


class Register:
    """Makes records as they stand at ``now``, all by the policy. ``cases`` are barcodes by name.

    A title's case is its control number.
    """

    def __init__(self, policy: PolicyTable, now: datetime, pin: str) -> None:
        """``pin`` is the hash that every patron has."""
        self.policy = policy
        self.now = now
        self.cases: dict[str, str] = {}
        self.patrons = 0
        self.items = 0
        self._pin = pin
        self._today = policy.today("MAIN", now)
        self._id: Callable[[], int] = count(1).__next__
        self._patron_aside: Callable[[], int] = count(ASIDE).__next__
        self._item_aside: Callable[[], int] = count(ASIDE).__next__

    def patron(
        self, person: Person, group: str, *, case: str = "", ordinary: bool = False, **other: Any
    ) -> Patron:
        """A patron of the Central Library, whose card is good for some months to come."""
        if ordinary:
            self.patrons += 1
        number = self.patrons if ordinary else self._patron_aside()
        barcode = PATRONS % number
        if case:
            self.cases[case] = barcode
        age = 7 + number % 5 if group == "child" else 19 + number % 60
        known: dict[str, Any] = {
            "agency": "MAIN",
            "identifiers": (f"U{number:09d}",),
            "pin": self._pin,
            "expires": self._today + timedelta(days=60 + number % 300),
            "language": person.language,
            "email": f"u{number}@example.org",
            "address": f"{number % 180 + 1} Harbour Street",
            "born": self._today - timedelta(days=365 * age + number % 365),
        }
        return Patron(PatronId(self._id()), 1, barcode, person.family, person.given, group, **(known | other))

    def bib(self, work: Work) -> tuple[Bib, BibBody]:
        """The card and the body of a work."""
        bib = BibId(self._id())
        control_number = str(_CONTROL_NUMBERS + bib)
        author, _ = name_and_dates(work.author)
        numbers = (work.isbn,) if work.isbn else ()
        card = Bib(bib, 1, control_number, without_stop(work.title), author, work.year, numbers)
        return card, BibBody(bib, 1, pack(marc(work, control_number, self._today)))

    def item(
        self,
        bib: Bib,
        location: str,
        policy: str,
        call_number: str,
        *,
        case: str = "",
        ordinary: bool = False,
        **other: Any,
    ) -> Item:
        """An item of the bib, on its shelf unless ``other`` says more."""
        if ordinary:
            self.items += 1
        barcode = ITEMS % (self.items if ordinary else self._item_aside())
        if case:
            self.cases[case] = barcode
        return Item(ItemId(self._id()), 1, barcode, bib.id, location, policy, call_number, **other)

    def loan(
        self,
        patron: Patron,
        policy: str,
        location: str,
        days: float,
        *,
        renewals: int = 0,
        renewed: float | None = None,
    ) -> Loan:
        """A loan from some ``days`` ago, or last ``renewed`` so many days ago; due as the policy says."""
        terms = self.policy.terms_for(patron.group, policy, location)
        agency = location.partition("/")[0]
        last = self._ago(days if renewed is None else renewed)
        return Loan(
            patron.id, self._ago(days), due(terms, self.policy.moment(agency, last)), renewals, agency
        )

    def hold(self, patron: Patron, bib: Bib, pickup: str, days: float, **other: Any) -> Hold:
        """A hold placed some ``days`` ago."""
        return Hold(HoldId(self._id()), 1, patron.id, bib.id, pickup, self._ago(days), **other)

    def fee(
        self,
        patron: Patron,
        kind: FeeKind,
        amount: Decimal,
        days: float,
        *,
        paid: Decimal = Decimal(0),
        item: Item | None = None,
    ) -> tuple[Fee | Payment, ...]:
        """A fee charged some ``days`` ago; with the payment, a day later, if a part is ``paid``."""
        fee = Fee(
            FeeId(self._id()),
            1,
            patron.id,
            kind,
            amount,
            self.policy.policy.currency,
            self._ago(days),
            paid,
            None if item is None else item.id,
        )
        if not paid:
            return (fee,)
        payment = Payment(
            PaymentId(self._id()),
            1,
            patron.id,
            paid,
            fee.currency,
            PaymentKind.CASH,
            self._ago(days - 1),
            SELF_CHECK,
            (Allocation(fee.id, paid),),
        )
        return fee, payment

    def later(self, days: float) -> datetime:
        """Some days from now."""
        return self.now + timedelta(days=days)

    def _ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)
