"""Why the desk says yes or no: every check of a rule in its order, and in words what it looked at.

The rule it keeps: nothing is decided here. Refusal and events are those of the rules themselves, and a check
holds if the rule's own grounds say so; the tables below give only the order and the words. Made for
operators: other patrons are not named, and neither is a PIN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from msgspec import Struct

from core.events import Event
from core.model.policy import LoanRule, LoanTerms, Unit
from core.model.records import BlockKind, Patron
from core.refusals import Reason, Refused
from core.rules.calendar import due
from core.rules.checkin import check_in, ground_against_return
from core.rules.checkout import check_out, grounds_against_loan
from core.rules.facts import HoldFacts, LoanFacts, Moment, Pin, ReturnFacts
from core.rules.holds import alive, grounds_against_hold, place_hold
from core.rules.renewal import grounds_against_renewal, loan_end, renew
from core.rules.standing import overdues

F = TypeVar("F")
Told = Mapping[Reason, Callable[[F], str]]


class Act(StrEnum):
    """What can be explained."""

    CHECK_OUT = "check-out"
    RENEW = "renew"
    CHECK_IN = "check-in"
    PLACE_HOLD = "place-hold"


class Check(Struct, frozen=True):
    """One ground for saying no: whether it holds, and what was looked at. The first that holds is told."""

    reason: Reason
    holds: bool
    told: str


class TermsFound(Struct, frozen=True):
    """The loan terms, and the number of the loan rule that chose them (0: none did, they are the first)."""

    name: str
    rule: int
    told: str


class FallsDue(Struct, frozen=True):
    """When the loan would be due, and how that came about."""

    at: datetime
    told: str
    skipped: tuple[date, ...] = ()


class Explanation(Struct, frozen=True):
    """What an act would lead to: ``refused`` with its reason, or the ``events``. Nothing has been done.

    New records are numbered 0 in it. `msgspec.to_builtins` makes plain data of it.
    """

    act: Act
    checks: tuple[Check, ...]
    refused: Refused | None = None
    events: tuple[Event, ...] = ()
    terms: TermsFound | None = None
    due: FallsDue | None = None


def explain_loan(act: Act, facts: LoanFacts, terms: TermsFound) -> Explanation:
    """Why the item is lent, or the loan renewed, or not."""
    loan = facts.item.loan
    own = loan is not None and loan.patron == facts.borrower.patron.id
    if own or act is Act.RENEW:
        checks = _checks(RENEWAL, grounds_against_renewal(facts), _LOAN, facts)
    else:
        checks = _checks(LENDING, grounds_against_loan(facts), _LOAN, facts)
    decision = (renew if act is Act.RENEW else check_out)(facts, _no_id)
    return _explanation(act, checks, decision, terms, _falls_due(facts))


def explain_return(facts: ReturnFacts, terms: TermsFound) -> Explanation:
    """What becomes of an item that is scanned in."""
    ground = ground_against_return(facts.item)
    checks = _checks(RETURN, () if ground is None else (ground,), _RETURN, facts)
    return _explanation(Act.CHECK_IN, checks, check_in(facts, _no_id), terms)


def explain_hold(facts: HoldFacts) -> Explanation:
    """Why the hold is placed or not."""
    checks = _checks(HOLD, grounds_against_hold(facts), _HOLD, facts)
    return _explanation(Act.PLACE_HOLD, checks, place_hold(facts, _no_id))


def explain_unknown(act: Act, reason: Reason, refused: Refused) -> Explanation:
    """What is not known cannot be acted on. ``refused`` is what the machine is told."""
    return Explanation(act, (Check(reason, True, "not found"),), refused)


def terms_found(terms: LoanTerms, number: int, rules: Sequence[LoanRule]) -> TermsFound:
    """The terms, and in words the line of the table that chose them."""
    if not number:
        return TermsFound(terms.name, 0, "no loan rule matches; the first terms apply")
    rule = rules[number - 1]
    told = f"patron group {rule.patron_group}, item policy {rule.item_policy}, location {rule.location}"
    return TermsFound(terms.name, number, told)


PERSON: Final = (
    Reason.WRONG_PIN,
    Reason.PATRON_INACTIVE,
    Reason.PATRON_EXPIRED,
    Reason.CARD_LOST,
    Reason.PATRON_BLOCKED,
    Reason.TOO_MUCH_OWED,
    Reason.TOO_MANY_OVERDUES,
)
CONDITION: Final = (Reason.ITEM_WITHDRAWN, Reason.ITEM_LOST, Reason.ITEM_MISSING, Reason.ITEM_NOT_READY)
LENDING: Final = (
    *PERSON,
    Reason.TOO_MANY_LOANS,
    Reason.NOT_SERVED_HERE,
    *CONDITION,
    Reason.ITEM_IN_TRANSIT,
    Reason.NOT_FOR_LOAN,
    Reason.LENT_TO_ANOTHER,
    Reason.HELD_FOR_ANOTHER,
    Reason.FEE_TO_ACKNOWLEDGE,
)
"""The checks of `core.rules.checkout.grounds_against_loan`, in its order; so for the others."""

RENEWAL: Final = (
    *PERSON,
    Reason.NOT_SERVED_HERE,
    Reason.RENEWAL_NOT_WANTED,
    Reason.NOT_ON_LOAN,
    Reason.NOT_LENT_TO_PATRON,
    *CONDITION,
    Reason.NOT_FOR_LOAN,
    Reason.TOO_MANY_RENEWALS,
    Reason.WANTED_BY_ANOTHER,
    Reason.FEE_TO_ACKNOWLEDGE,
)
HOLD: Final = (
    *PERSON,
    Reason.UNKNOWN_PICKUP,
    Reason.INVALID_DATE,
    Reason.ALREADY_HELD,
    Reason.ALREADY_BORROWED,
    Reason.NOT_HOLDABLE,
    Reason.TOO_MANY_HOLDS,
)
RETURN: Final = (Reason.ITEM_WITHDRAWN,)
LAST: Final = frozenset({Reason.NOT_ON_LOAN, Reason.NOT_LENT_TO_PATRON})
"""Where one of these holds, there is no loan that further checks could look at."""


def _checks(order: Iterable[Reason], grounds: Iterable[Reason], told: Told[F], facts: F) -> tuple[Check, ...]:
    checks: list[Check] = []
    against = frozenset(grounds)
    for reason in order:
        checks.append(Check(reason, reason in against, told[reason](facts)))
        if reason in LAST and reason in against:
            break
    return tuple(checks)


def _explanation(
    act: Act,
    checks: tuple[Check, ...],
    decision: Refused | tuple[Event, ...],
    terms: TermsFound | None = None,
    falls_due: FallsDue | None = None,
) -> Explanation:
    if isinstance(decision, Refused):
        return Explanation(act, checks, decision, (), terms, falls_due)
    return Explanation(act, checks, None, decision, terms, falls_due)


def _no_id() -> int:
    return 0


def _falls_due(facts: LoanFacts) -> FallsDue:
    terms, moment, loan = facts.terms, facts.moment, facts.item.loan
    zone = moment.opening.zone
    end = due(terms, moment)
    told = f"{terms.length} {terms.unit} from {_local(moment.now, moment)}"
    until = loan_end(facts)
    if loan is not None and loan.patron == facts.borrower.patron.id and loan.due > until:
        return FallsDue(loan.due, f"{told}, but not before it is due now: {_local(loan.due, moment)}")
    if until != end:
        return FallsDue(until, f"{told}, but its library waits for it: {_local(until, moment)}")
    if terms.unit is Unit.DAYS:
        day = moment.today + timedelta(days=terms.length)
    else:
        day = (moment.now + timedelta(hours=terms.length)).astimezone(zone).date()
    last = end.astimezone(zone).date()
    skipped = tuple([day + timedelta(days=n) for n in range((last - day).days)])
    closed = f", closed days skipped: {len(skipped)}" if skipped else ""
    return FallsDue(end, f"{told}{closed}: {_local(end, moment)}", skipped)


def _local(when: datetime, moment: Moment) -> str:
    return f"{when.astimezone(moment.opening.zone):%Y-%m-%d %H:%M}"


# What each check looks at, in words


_PINS: Final = {
    Pin.NOT_GIVEN: "no PIN was checked",
    Pin.RIGHT: "the PIN is right",
    Pin.WRONG: "the PIN is wrong",
}


def _card(facts: LoanFacts | HoldFacts) -> str:
    expires, today = facts.borrower.patron.expires, facts.moment.today
    return "no end" if expires is None else f"the card is good until {expires}, today is {today}"


def _blocks(patron: Patron, *, lost: bool) -> str:
    blocks = [block for block in patron.blocks if (block.kind is BlockKind.CARD_LOST) is lost]
    placed = [f"{block.kind.name.lower()} by {block.placed_by}" for block in blocks]
    return ", ".join(placed) or "none"


def _overdues(facts: LoanFacts | HoldFacts) -> str:
    late = overdues(facts.borrower, facts.moment.now)
    return f"limit {facts.borrower.limits.overdues}, has {late}"


_PERSON: Final[Told[LoanFacts | HoldFacts]] = {
    Reason.WRONG_PIN: lambda facts: _PINS[facts.pin],
    Reason.PATRON_INACTIVE: lambda facts: "active" if facts.borrower.patron.active else "switched off",
    Reason.PATRON_EXPIRED: _card,
    Reason.CARD_LOST: lambda facts: _blocks(facts.borrower.patron, lost=True),
    Reason.PATRON_BLOCKED: lambda facts: _blocks(facts.borrower.patron, lost=False),
    Reason.TOO_MUCH_OWED: lambda facts: f"limit {facts.borrower.limits.owed}, owes {facts.borrower.owed}",
    Reason.TOO_MANY_OVERDUES: _overdues,
}


def _status(facts: LoanFacts | ReturnFacts) -> str:
    return facts.item.status.name.lower().replace("_", " ")


def _journey(facts: LoanFacts) -> str:
    return f"{_status(facts)} to {facts.item.destination}" if facts.item.destination else _status(facts)


def _lent(facts: LoanFacts) -> str:
    loan = facts.item.loan
    if loan is None:
        return "not on loan"
    return (
        "on loan to this patron" if loan.patron == facts.borrower.patron.id else "on loan to another patron"
    )


def _trapped(facts: LoanFacts) -> str:
    trapped = facts.demand.trapped
    if trapped is None:
        return "set aside for nobody"
    own = trapped.patron == facts.borrower.patron.id
    return "set aside for this patron" if own else "set aside for another patron"


def _waiting(facts: LoanFacts) -> str:
    waiting = alive(facts.demand.waiting, facts.moment.today)
    others = sum(hold.patron != facts.borrower.patron.id for hold in waiting)
    return f"others who wait: {others}, copies on the shelf for them: {facts.demand.on_shelf}"


def _wanted(facts: LoanFacts) -> str:
    loan = facts.item.loan
    recalled = "called back; " if loan is not None and loan.recalled_at is not None else ""
    return f"{recalled}{_waiting(facts)}"


def _rental(facts: LoanFacts) -> str:
    agreed = "agreed to" if facts.fee_acknowledged else "not agreed to"
    return f"costs {facts.terms.rental} {facts.currency}, {agreed}" if facts.terms.rental else "costs nothing"


def _renewals(facts: LoanFacts) -> str:
    has = facts.item.loan.renewals if facts.item.loan else 0
    lent_to_us = "; its library decides how long it stays" if facts.item.guest else ""
    return f"limit {facts.terms.renewals}, has {has}{lent_to_us}"


_LOAN: Final[Told[LoanFacts]] = {
    **_PERSON,
    Reason.TOO_MANY_LOANS: lambda facts: (
        f"limit {facts.borrower.limits.loans}, has {len(facts.borrower.loans)}"
    ),
    Reason.NOT_SERVED_HERE: lambda facts: (
        f"{facts.item.location} is {'' if facts.served else 'not '}served here"
    ),
    **dict.fromkeys(CONDITION, _status),
    Reason.ITEM_IN_TRANSIT: _journey,
    Reason.NOT_FOR_LOAN: lambda facts: "for loan" if facts.terms.loanable else "not for loan",
    Reason.LENT_TO_ANOTHER: _lent,
    Reason.HELD_FOR_ANOTHER: lambda facts: f"{_trapped(facts)}; {_waiting(facts)}",
    Reason.FEE_TO_ACKNOWLEDGE: _rental,
    Reason.RENEWAL_NOT_WANTED: lambda facts: f"{'' if facts.renewal_wanted else 'not '}wanted",
    Reason.NOT_ON_LOAN: _lent,
    Reason.NOT_LENT_TO_PATRON: _lent,
    Reason.TOO_MANY_RENEWALS: _renewals,
    Reason.WANTED_BY_ANOTHER: _wanted,
}

_RETURN: Final[Told[ReturnFacts]] = {Reason.ITEM_WITHDRAWN: _status}

_HOLD: Final[Told[HoldFacts]] = {
    **_PERSON,
    Reason.UNKNOWN_PICKUP: lambda facts: (
        f'"{facts.hold.pickup}" is {"an" if facts.pickup_known else "no"} agency'
    ),
    Reason.INVALID_DATE: lambda facts: f"ends {facts.hold.expires or 'never'}, today is {facts.moment.today}",
    Reason.ALREADY_HELD: lambda facts: "has a hold on it" if facts.held else "has no hold on it",
    Reason.ALREADY_BORROWED: lambda facts: "has it on loan" if facts.borrowed else "does not have it on loan",
    Reason.NOT_HOLDABLE: lambda facts: f"{'an' if facts.holdable else 'no'} item of it can be held",
    Reason.TOO_MANY_HOLDS: lambda facts: f"limit {facts.borrower.limits.holds}, has {facts.borrower.holds}",
}
