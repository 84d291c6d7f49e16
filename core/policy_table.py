"""Answers questions about the policy of an institution, fast enough for every act.

What an import brought and the policy does not know gets an ordinary answer: terms, limits, a place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.model.money import is_exact
from core.model.policy import ANY, Agency, Calendar, Limits, LoanRule, LoanTerms, Location, Policy, Unit
from core.rules.facts import Moment, Opening
from core.rules.service import covers

_LONGEST = {Unit.DAYS: 36_525, Unit.HOURS: 36_525 * 24}
"""A century: a due date never falls out of the years that `datetime` has."""


_DAY = 24 * 60
"""The minutes in which acts are remembered (`core.answered`), and can be undone."""


_SECOND = timedelta(seconds=1)


class _Second(Struct, frozen=True, gc=False):
    """A second at an agency. Clocks change between two of them, so all of it is on one local day."""

    begin: datetime
    end: datetime
    today: date
    opening: Opening


class PolicyTable:
    """The policy, ready to be asked. Made only of a policy in which `problems` finds nothing.

    ``remote`` are the codes of the depots: the locations that deliver on request only.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._terms = {terms.name: terms for terms in policy.terms}
        self._agencies = {agency.code: agency for agency in policy.agencies}
        self._locations = {location.code: location for location in policy.locations}
        self.remote = frozenset(location.code for location in policy.locations if location.remote)
        self._zone = ZoneInfo(policy.time_zone)
        self._openings = {
            agency.code: Opening(
                agency.code, ZoneInfo(agency.time_zone) if agency.time_zone else self._zone, agency.calendar
            )
            for agency in policy.agencies
        }
        self._terms_found: dict[tuple[str, str, str], LoanTerms] = {}
        self._limits_found: dict[str, Limits] = {}
        self._seconds: dict[str, _Second] = {}

    def terms_for(self, patron_group: str, item_policy: str, location: str) -> LoanTerms:
        """The terms of the first loan rule that matches, or the first terms of all if none does."""
        asked = (patron_group, item_policy, location)
        terms = self._terms_found.get(asked)
        if terms is None:
            number = self.rule_for(*asked)
            name = self.policy.loan_rules[number - 1].terms if number else self.policy.terms[0].name
            terms = self._terms_found[asked] = self._terms[name]
        return terms

    def rule_for(self, patron_group: str, item_policy: str, location: str) -> int:
        """The number of the first loan rule that matches, counted from 1; 0 if none does."""
        rules = enumerate(self.policy.loan_rules, 1)
        asked = (patron_group, item_policy, location)
        return next((number for number, rule in rules if _matches(rule, *asked)), 0)

    def limits_for(self, patron_group: str) -> Limits:
        """The first limits for the group or for any, or the usual ones if there are none."""
        limits = self._limits_found.get(patron_group)
        if limits is None:
            groups = (limits for limits in self.policy.limits if limits.patron_group in (ANY, patron_group))
            limits = self._limits_found[patron_group] = next(groups, Limits())
        return limits

    def opening(self, agency: str) -> Opening:
        """When the agency is open; an unknown one every day, in the institution's zone."""
        return self._openings.get(agency) or Opening(agency, self._zone, Calendar())

    def is_agency(self, code: str) -> bool:
        """Whether the policy knows an agency of this code."""
        return code in self._agencies

    def agency(self, code: str) -> Agency:
        """The agency; an unknown one is called by its code."""
        return self._agencies.get(code) or Agency(code, name=code)

    def location(self, code: str) -> Location:
        """The location; an unknown one is called by its code."""
        return self._locations.get(code) or Location(code, name=code)

    def today(self, agency: str, now: datetime) -> date:
        """The local date at the agency."""
        return now.astimezone(self.opening(agency).zone).date()

    def moment(self, agency: str, now: datetime) -> Moment:
        """What a rule is told about when and where an act happens. Acts within a second share a look at the
        zone.
        """
        second = self._seconds.get(agency)
        if second is None or not second.begin <= now < second.end:
            second = self._second(agency, now)
        return Moment(now, second.today, second.opening)

    def _second(self, agency: str, now: datetime) -> _Second:
        begin = now.replace(microsecond=0)
        second = _Second(begin, begin + _SECOND, self.today(agency, now), self.opening(agency))
        if agency in self._openings:
            self._seconds[agency] = second
        return second


def problems(policy: Policy) -> list[str]:
    """Everything that is wrong with the policy, in sentences; none if a `PolicyTable` can be made of it."""
    return [
        *_institution_problems(policy),
        *_terms_problems(policy),
        *_rule_problems(policy),
        *_limits_problems(policy),
        *_place_problems(policy),
    ]


def _matches(rule: LoanRule, patron_group: str, item_policy: str, location: str) -> bool:
    return (
        rule.patron_group in (ANY, patron_group)
        and rule.item_policy in (ANY, item_policy)
        and covers(rule.location, location)
    )


def _institution_problems(policy: Policy) -> Iterator[str]:
    if not policy.institution:
        yield "The institution has no code."
    if not re.fullmatch("[A-Z]{3}", policy.currency):
        yield f'The currency "{policy.currency}" is not three capital letters as ISO 4217 has them.'
    if not 0 <= policy.undo_minutes <= _DAY:
        yield f"The institution has undo_minutes of {policy.undo_minutes}, not 0 to {_DAY}."
    if not _is_zone(policy.time_zone):
        yield f'The time zone "{policy.time_zone}" does not exist.'


def _terms_problems(policy: Policy) -> Iterator[str]:
    if not policy.terms:
        yield "There are no loan terms."
    yield from _repeated("loan terms", (terms.name for terms in policy.terms))
    for terms in policy.terms:
        who = f'The loan terms "{terms.name}"'
        if not 1 <= terms.length <= _LONGEST[terms.unit]:
            yield f"{who} have a length of {terms.length} {terms.unit}, not 1 to {_LONGEST[terms.unit]}."
        for name in ("hold_shelf_days", "recall_days", "recall_after"):
            days = getattr(terms, name)
            if not 0 <= days <= _LONGEST[Unit.DAYS]:
                yield f"{who} have {name} of {days}, not 0 to {_LONGEST[Unit.DAYS]}."
        yield from _negative(who, renewals=terms.renewals, grace=terms.grace)
        yield from _no_money(
            who, policy.currency, fine=terms.fine, fine_cap=terms.fine_cap, rental=terms.rental
        )


def _rule_problems(policy: Policy) -> Iterator[str]:
    names = {terms.name for terms in policy.terms}
    for number, rule in enumerate(policy.loan_rules, 1):
        if rule.terms not in names:
            yield f'Loan rule {number} names the terms "{rule.terms}", which do not exist.'
        if rule.location != ANY and not _is_place(rule.location):
            yield f'Loan rule {number} has the location "{rule.location}": write AGENCY/PLACE, AGENCY/* or *.'


def _limits_problems(policy: Policy) -> Iterator[str]:
    yield from _repeated("limits for patron group", (limits.patron_group for limits in policy.limits))
    for limits in policy.limits:
        who = f'The limits for patron group "{limits.patron_group}"'
        yield from _negative(who, loans=limits.loans, overdues=limits.overdues, holds=limits.holds)
        yield from _no_money(who, policy.currency, owed=limits.owed)


def _place_problems(policy: Policy) -> Iterator[str]:
    agencies = {agency.code for agency in policy.agencies}
    yield from _repeated("agencies", (agency.code for agency in policy.agencies))
    yield from _repeated("locations", (location.code for location in policy.locations))
    for agency in policy.agencies:
        who = f'The agency "{agency.code}"'
        if not agency.code or "/" in agency.code:
            yield f'{who} needs a code without "/".'
        if agency.time_zone and not _is_zone(agency.time_zone):
            yield f'{who} is in the time zone "{agency.time_zone}", which does not exist.'
        weekdays = set(agency.calendar.closed_weekdays)
        if not weekdays.issubset(range(7)):
            yield f"{who} has a closed weekday that is not one of 0 (Monday) to 6 (Sunday)."
        if weekdays.issuperset(range(7)):
            yield f"{who} is closed on every day of the week."
    for location in policy.locations:
        if not _is_place(location.code):
            yield f'The location "{location.code}" needs a code of the form AGENCY/PLACE.'
        elif location.agency not in agencies:
            yield f'The location "{location.code}" is of an agency that does not exist.'


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    return (f'There are {count} {what} "{name}".' for name, count in Counter(names).items() if count > 1)


def _negative(who: str, **numbers: int) -> Iterator[str]:
    return (f"{who} have {name} of {number}, below zero." for name, number in numbers.items() if number < 0)


def _no_money(who: str, currency: str, **amounts: Decimal) -> Iterator[str]:
    return (
        f"{who} have {name} of {amount}, which is no amount of {currency}."
        for name, amount in amounts.items()
        if not is_exact(amount, currency) or amount < 0
    )


def _is_place(code: str) -> bool:
    agency, _, place = code.partition("/")
    return bool(agency and place)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; the name of a folder of zones
        return False
    return True
