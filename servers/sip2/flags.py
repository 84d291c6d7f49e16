"""The 14 flags of a patron (patron status in 24, 26 and 64): as the standard has them, and as Alma does.

The rule it keeps: a flag is true only if its condition holds, for many clients read any flag as "blocked".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final, NamedTuple

from msgspec.structs import replace

from core.refusals import Reason
from protocols.sip2.fields import PatronStatus
from servers.configuration.settings import Dialect, StatusFlag

CLEAR: Final = PatronStatus()
"""What is said of a patron with nothing against them."""

DENIED: Final = PatronStatus(
    charge_privileges_denied=True,
    renewal_privileges_denied=True,
    recall_privileges_denied=True,
    hold_privileges_denied=True,
)
"""What is said of a patron who is unknown, or whose PIN is wrong."""

PERSONS: Final = frozenset(
    (Reason.PATRON_BLOCKED, Reason.CARD_LOST, Reason.PATRON_INACTIVE, Reason.PATRON_EXPIRED)
)
"""The grounds that lie in the person or the card, for which alone Alma says "denied"."""

Flags = Callable[[tuple[Reason, ...], bool, bool, bool, bool], PatronStatus]
"""The 14 flags of (grounds, whether they stop renewals, and holds, whether fines are owed, and fees)."""


def standard_flags(
    grounds: tuple[Reason, ...], stop_renewals: bool, stop_holds: bool, owes_fines: bool, owes_fees: bool
) -> PatronStatus:
    """Denials first, then reasons, each true only if the condition holds (code table of 24)."""
    too_much = Reason.TOO_MUCH_OWED in grounds
    return PatronStatus(
        charge_privileges_denied=bool(grounds),
        renewal_privileges_denied=stop_renewals,
        recall_privileges_denied=stop_holds,
        hold_privileges_denied=stop_holds,
        card_reported_lost=Reason.CARD_LOST in grounds,
        too_many_items_charged=Reason.TOO_MANY_LOANS in grounds,
        too_many_items_overdue=Reason.TOO_MANY_OVERDUES in grounds,
        excessive_outstanding_fines=too_much and owes_fines,
        excessive_outstanding_fees=too_much and owes_fees,
    )


def almas_flags(
    grounds: tuple[Reason, ...], stop_renewals: bool, stop_holds: bool, owes_fines: bool, owes_fees: bool
) -> PatronStatus:
    """As Alma sets them: 0 and 3 for what lies in the person, 5, 6, 10 and 11 each for its own reason."""
    standard = standard_flags(grounds, stop_renewals, stop_holds, owes_fines, owes_fees)
    in_person = not PERSONS.isdisjoint(grounds)
    return PatronStatus(
        charge_privileges_denied=in_person,
        hold_privileges_denied=in_person,
        too_many_items_charged=standard.too_many_items_charged,
        too_many_items_overdue=standard.too_many_items_overdue,
        excessive_outstanding_fines=standard.excessive_outstanding_fines,
        excessive_outstanding_fees=standard.excessive_outstanding_fees,
    )


ALMAS_DENIED: Final = PatronStatus(charge_privileges_denied=True, hold_privileges_denied=True)


class Standing(NamedTuple):
    """How a terminal puts what stands against a patron."""

    flags: Flags
    denied: PatronStatus


@cache
def standing(dialect: Dialect, shown: tuple[StatusFlag, ...]) -> Standing:
    """The flags of a dialect, of which only those ``shown`` are ever set; all of them if it names none."""
    flags, denied = (almas_flags, ALMAS_DENIED) if dialect is Dialect.ALMA else (standard_flags, DENIED)
    if not shown:
        return Standing(lru_cache(256)(flags), denied)
    names = {flag.name.lower() for flag in shown}
    blank = {name: False for name in PatronStatus.__struct_fields__ if name not in names}
    return Standing(lru_cache(256)(lambda *facts: replace(flags(*facts), **blank)), replace(denied, **blank))
