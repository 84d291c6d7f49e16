"""Circulation policy as data: terms, who gets which, limits, places and calendars.

Nothing here decides; `core.rules` does. Every value has a default that suits a public or university library,
and the whole is written in the configuration. Codes match by equality, or ``*`` for any; the first matching
loan rule wins.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

ANY = "*"


class Unit(StrEnum):
    """What a loan period and an overdue fine are counted in."""

    DAYS = "days"
    HOURS = "hours"


class LoanTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """What may be done with an item, for how long and for how much. Amounts are in the institution's
    currency.

    ``length`` counts ``unit``; a loan in days ends with the day, a loan in hours to the minute. ``fine`` is
    charged for each overdue unit once more than ``grace`` units have passed, up to ``fine_cap`` (0: no cap).
    A loan that is called back lasts ``recall_after`` days at least, and ``recall_days`` from then on.
    """

    name: str
    loanable: bool = True
    unit: Unit = Unit.DAYS
    length: int = 28
    renewals: int = 3
    holdable: bool = True
    fine: Decimal = Decimal("0.20")
    fine_cap: Decimal = Decimal("10.00")
    grace: int = 1
    rental: Decimal = Decimal(0)
    hold_shelf_days: int = 7
    leaves_building: bool = True
    recall_days: int = 7
    recall_after: int = 14


class LoanRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the table patron group by item policy by location → terms. ``location`` may be
    ``AGENCY/*``.
    """

    terms: str
    patron_group: str = ANY
    item_policy: str = ANY
    location: str = ANY


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """How far a patron of a group may go. Owing more than ``owed`` stops borrowing."""

    patron_group: str = ANY
    loans: int = 30
    overdues: int = 5
    owed: Decimal = Decimal("10.00")
    holds: int = 15


class Calendar(Struct, frozen=True, forbid_unknown_fields=True):
    """The days an agency is closed: weekdays (0 is Monday) every week, and single dates. Nothing falls due on
    them.
    """

    closed_weekdays: tuple[int, ...] = ()
    closed_dates: frozenset[date] = frozenset()


class Agency(Struct, frozen=True, forbid_unknown_fields=True):
    """A library of the institution: the unit that has opening days, a time zone and a hold shelf.

    ``campus``: the code of the campus that it belongs to, if the institution has campuses.
    """

    code: str
    name: str = ""
    time_zone: str = ""
    calendar: Calendar = Calendar()
    campus: str = ""


class Location(Struct, frozen=True, forbid_unknown_fields=True):
    """A place where items live, ``AGENCY/PLACE``. ``remote``: an automated store that only delivers on
    request.
    """

    code: str
    name: str = ""
    remote: bool = False

    @property
    def agency(self) -> str:
        """The code of the agency the location belongs to."""
        return self.code.partition("/")[0]


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole policy of an institution. `core.policy_table` answers questions about it.

    A machine may take back what it did within ``undo_minutes``.
    """

    institution: str = "MAIN"
    name: str = ""
    currency: str = "EUR"
    time_zone: str = "UTC"
    terms: tuple[LoanTerms, ...] = (
        LoanTerms("standard"),
        LoanTerms("short", length=7, renewals=1, fine=Decimal("0.50")),
        LoanTerms(
            "course-reserve",
            unit=Unit.HOURS,
            length=4,
            renewals=1,
            holdable=False,
            fine=Decimal("1.00"),
            grace=0,
            leaves_building=False,
        ),
        LoanTerms("long", length=84, renewals=5),
        LoanTerms("media", length=14, renewals=2, rental=Decimal(0), fine=Decimal("0.50")),
        LoanTerms("not-for-loan", loanable=False, holdable=False),
    )
    loan_rules: tuple[LoanRule, ...] = (
        LoanRule("not-for-loan", item_policy="reference"),
        LoanRule("course-reserve", item_policy="reserve"),
        LoanRule("media", item_policy="dvd"),
        LoanRule("media", item_policy="audio"),
        LoanRule("short", item_policy="periodical"),
        LoanRule("long", patron_group="staff"),
        LoanRule("standard"),
    )
    limits: tuple[Limits, ...] = (
        Limits("staff", loans=100, overdues=20, owed=Decimal("50.00"), holds=50),
        Limits("child", loans=10, overdues=3, owed=Decimal("2.00"), holds=5),
        Limits(),
    )
    undo_minutes: int = 15
    agencies: tuple[Agency, ...] = ()
    locations: tuple[Location, ...] = ()
