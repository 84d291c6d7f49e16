"""Who may not borrow, and why: every ground, worst first."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from core.model.policy import Limits
from core.model.records import Block, BlockKind, Item, ItemStatus
from core.refusals import Reason
from core.rules.facts import Pin
from core.rules.standing import is_overdue, overdues, standing
from tests.core.rules.given import ANN, DAY, NOW, book, borrower, lent_to, moment

LATE = lent_to(ANN, due=NOW - DAY)
IN_TIME = lent_to(ANN)
LIMITS = Limits(loans=4, overdues=2, owed=Decimal("10.00"))


def blocked(*kinds: BlockKind) -> dict[str, Any]:
    return {"blocks": tuple(Block(kind, NOW, "desk") for kind in kinds)}


@pytest.mark.parametrize(
    ("who", "has", "grounds"),
    [
        ({}, {}, ()),
        ({"active": False}, {}, (Reason.PATRON_INACTIVE,)),
        ({"expires": date(2026, 3, 1)}, {}, (Reason.PATRON_EXPIRED,)),
        ({"expires": date(2026, 3, 2)}, {}, ()),  # the last day is a good one
        (blocked(BlockKind.STAFF), {}, (Reason.PATRON_BLOCKED,)),
        (blocked(BlockKind.SELF_CHECK), {}, (Reason.PATRON_BLOCKED,)),
        (blocked(BlockKind.CARD_RETAINED), {}, (Reason.PATRON_BLOCKED,)),
        (blocked(BlockKind.CARD_LOST), {}, (Reason.CARD_LOST,)),
        (blocked(BlockKind.CARD_LOST, BlockKind.CARD_LOST), {}, (Reason.CARD_LOST,)),
        (blocked(BlockKind.STAFF, BlockKind.CARD_LOST), {}, (Reason.CARD_LOST, Reason.PATRON_BLOCKED)),
        ({}, {"owed": Decimal("10.00")}, ()),
        ({}, {"owed": Decimal("10.01")}, (Reason.TOO_MUCH_OWED,)),
        ({}, {"loans": (IN_TIME,) * 3}, ()),
        ({}, {"loans": (IN_TIME,) * 4}, (Reason.TOO_MANY_LOANS,)),
        ({}, {"loans": (LATE,) * 2}, ()),
        ({}, {"loans": (LATE,) * 2 + (IN_TIME,)}, ()),
        ({}, {"loans": (LATE,) * 3}, (Reason.TOO_MANY_OVERDUES,)),
    ],
)
def test_each_ground_stands_alone(
    who: dict[str, Any], has: dict[str, Any], grounds: tuple[Reason, ...]
) -> None:
    assert standing(borrower(replace(ANN, **who), LIMITS, **has), moment()) == grounds


def test_all_grounds_are_told_worst_first() -> None:
    patron = replace(
        ANN, active=False, expires=date(2020, 1, 1), **blocked(BlockKind.CARD_LOST, BlockKind.STAFF)
    )
    in_trouble = borrower(patron, LIMITS, loans=(LATE,) * 4, owed=Decimal(99))
    assert standing(in_trouble, moment(), Pin.WRONG) == (
        Reason.WRONG_PIN,
        Reason.PATRON_INACTIVE,
        Reason.PATRON_EXPIRED,
        Reason.CARD_LOST,
        Reason.PATRON_BLOCKED,
        Reason.TOO_MUCH_OWED,
        Reason.TOO_MANY_OVERDUES,
        Reason.TOO_MANY_LOANS,
    )


@pytest.mark.parametrize(
    ("pin", "grounds"), [(Pin.RIGHT, ()), (Pin.NOT_GIVEN, ()), (Pin.WRONG, (Reason.WRONG_PIN,))]
)
def test_only_a_wrong_pin_counts_against_a_patron(pin: Pin, grounds: tuple[Reason, ...]) -> None:
    assert standing(borrower(), moment(), pin) == grounds


def test_a_card_expires_by_the_local_date() -> None:
    """When it is Monday morning in Paris, it is still Sunday in Honolulu."""
    patron = borrower(replace(ANN, expires=date(2026, 3, 1)))
    assert standing(patron, moment(zone="Pacific/Honolulu")) == ()
    assert standing(patron, moment(zone="Europe/Paris")) == (Reason.PATRON_EXPIRED,)


@pytest.mark.parametrize(
    ("item", "overdue"),
    [
        (book(), False),
        (lent_to(ANN, due=NOW), False),
        (lent_to(ANN, due=NOW - DAY), True),
        (lent_to(ANN, due=NOW - DAY, status=ItemStatus.LOST), False),
        (lent_to(ANN, due=NOW - DAY, status=ItemStatus.CLAIMED_RETURNED), False),
    ],
)
def test_only_what_is_still_waited_for_is_overdue(item: Item, overdue: bool) -> None:
    assert is_overdue(item, NOW) is overdue
    assert overdues(borrower(loans=(item, item)), NOW) == 2 * overdue
