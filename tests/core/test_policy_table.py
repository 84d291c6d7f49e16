"""Which terms, limits and places the policy gives, and what is wrong with a policy."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from core.model.policy import Agency, Calendar, Limits, LoanRule, LoanTerms, Location, Policy, Unit
from core.policy_table import PolicyTable, problems
from core.rules.facts import Moment, Opening

SUNDAYS = Calendar(closed_weekdays=(6,))
POLICY = Policy(
    time_zone="Europe/Paris",
    terms=(LoanTerms("ordinary"), LoanTerms("long"), LoanTerms("reading room"), LoanTerms("never")),
    loan_rules=(
        LoanRule("never", item_policy="reference"),
        LoanRule("reading room", location="MAIN/RARE"),
        LoanRule("long", patron_group="staff", location="MAIN/*"),
        LoanRule("reading room", patron_group="child", item_policy="adult", location="TOWN/*"),
    ),
    limits=(Limits("staff", loans=100), Limits("child", loans=10)),
    agencies=(Agency("MAIN", "Main library", calendar=SUNDAYS), Agency("TOWN", time_zone="Pacific/Auckland")),
    locations=(Location("MAIN/RARE", "Rare books", remote=True),),
)
TABLE = PolicyTable(POLICY)


@pytest.mark.parametrize(
    ("group", "item_policy", "location", "terms"),
    [
        ("staff", "reference", "MAIN/STACKS", "never"),  # the first rule that matches
        ("staff", "", "MAIN/RARE", "reading room"),
        ("staff", "", "MAIN/STACKS", "long"),
        ("staff", "", "MAINZ/STACKS", "ordinary"),
        ("staff", "", "TOWN/STACKS", "ordinary"),
        ("child", "adult", "TOWN/STACKS", "reading room"),
        ("child", "", "TOWN/STACKS", "ordinary"),
        ("", "", "", "ordinary"),  # no rule matches: the first terms of all
    ],
)
def test_first_matching_loan_rule_gives_the_terms(
    group: str, item_policy: str, location: str, terms: str
) -> None:
    for _ in range(2):  # found, then remembered
        assert TABLE.terms_for(group, item_policy, location).name == terms


@pytest.mark.parametrize(
    ("group", "item_policy", "location", "number"),
    [
        ("staff", "reference", "MAIN/STACKS", 1),
        ("staff", "", "MAIN/RARE", 2),
        ("", "", "", 0),
    ],
)
def test_loan_rule_that_gives_the_terms_is_known_by_its_number(
    group: str, item_policy: str, location: str, number: int
) -> None:
    assert TABLE.rule_for(group, item_policy, location) == number


def test_default_policy_lends_to_anybody_and_no_reference_works() -> None:
    table = PolicyTable(Policy())
    assert table.terms_for("", "", "").name == "standard"
    assert not table.terms_for("staff", "reference", "MAIN/STACKS").loanable


@pytest.mark.parametrize(("group", "loans"), [("staff", 100), ("child", 10), ("", 30), ("guest", 30)])
def test_limits_are_those_of_the_group_or_the_usual_ones(group: str, loans: int) -> None:
    for _ in range(2):
        assert TABLE.limits_for(group).loans == loans


def test_limits_for_any_group_stand_in() -> None:
    table = PolicyTable(Policy(limits=(Limits("staff", loans=100), Limits(loans=7))))
    assert [table.limits_for(group).loans for group in ("staff", "guest")] == [100, 7]


@pytest.mark.parametrize(
    ("agency", "opening"),
    [
        ("MAIN", Opening("MAIN", ZoneInfo("Europe/Paris"), SUNDAYS)),
        ("TOWN", Opening("TOWN", ZoneInfo("Pacific/Auckland"), Calendar())),
        ("AWAY", Opening("AWAY", ZoneInfo("Europe/Paris"), Calendar())),
    ],
)
def test_agency_opens_by_its_own_calendar_and_zone(agency: str, opening: Opening) -> None:
    assert TABLE.opening(agency) == opening


def test_the_day_is_that_of_the_agency() -> None:
    evening = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    assert TABLE.today("MAIN", evening) == date(2026, 3, 2)
    assert TABLE.today("TOWN", evening) == date(2026, 3, 3)
    assert TABLE.moment("TOWN", evening) == Moment(evening, date(2026, 3, 3), TABLE.opening("TOWN"))


def test_the_day_changes_with_the_second_whatever_was_asked_before() -> None:
    """In Newfoundland of 2007 the clocks went back at 00:01, so that one minute of a day came before the rest
    of the day before it.
    """
    table = PolicyTable(Policy(agencies=(Agency("NEWF", time_zone="America/St_Johns"),)))
    back = datetime(2007, 11, 4, 2, 31, tzinfo=UTC)
    steps = [timedelta(seconds=s, microseconds=us) for s in (-62, -61, -60, -1, 0, 1) for us in (0, 999_999)]
    for step in (*steps, *reversed(steps)):
        now = back + step
        assert table.moment("NEWF", now) == Moment(now, table.today("NEWF", now), table.opening("NEWF"))
    assert [table.moment("NEWF", back + timedelta(seconds=s)).today.day for s in (-61, -60, 0)] == [3, 4, 3]


def test_an_agency_that_is_unknown_has_a_day_too_and_is_not_remembered() -> None:
    evening = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    for agency in ("AWAY", "BEYOND"):
        assert TABLE.moment(agency, evening) == Moment(evening, date(2026, 3, 2), TABLE.opening(agency))


def test_places_are_known_by_their_codes_and_unknown_ones_are_called_by_them() -> None:
    assert TABLE.agency("MAIN").name == "Main library"
    assert TABLE.agency("AWAY") == Agency("AWAY", name="AWAY")
    assert [TABLE.is_agency(code) for code in ("MAIN", "AWAY")] == [True, False]
    assert TABLE.location("MAIN/RARE").remote
    assert TABLE.remote == {"MAIN/RARE"}
    assert TABLE.location("MAIN/X") == Location("MAIN/X", name="MAIN/X")


@pytest.mark.parametrize("policy", [Policy(), POLICY])
def test_sound_policy_has_no_problems(policy: Policy) -> None:
    assert problems(policy) == []


@dataclass(frozen=True)
class Wrong:
    """What was changed in a sound policy, and the sentence that must tell it."""

    sentence: str
    changes: dict[str, Any]


def wrong_terms(sentence: str, **terms: Any) -> Wrong:
    return Wrong(f'The loan terms "odd" {sentence}', {"terms": (*POLICY.terms, LoanTerms("odd", **terms))})


def wrong_limits(sentence: str, **limits: Any) -> Wrong:
    return Wrong(f'The limits for patron group "odd" {sentence}', {"limits": (Limits("odd", **limits),)})


def wrong_agency(sentence: str, agency: Agency) -> Wrong:
    return Wrong(f'The agency "{agency.code}" {sentence}', {"agencies": (*POLICY.agencies, agency)})


ODD_RULE = "write AGENCY/PLACE, AGENCY/* or *."


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong("The institution has no code.", {"institution": ""}),
        *(
            Wrong(
                f'The currency "{currency}" is not three capital letters as ISO 4217 has them.',
                {"currency": currency},
            )
            for currency in ("", "eur", "EURO", "€€€", "12A", "E U")
        ),
        *(
            Wrong(f'The time zone "{zone}" does not exist.', {"time_zone": zone})
            for zone in ("Europe/Pariss", "", "../etc", "Europe")
        ),
        *(
            Wrong(f"The institution has undo_minutes of {minutes}, not 0 to 1440.", {"undo_minutes": minutes})
            for minutes in (-1, 1441)
        ),
        Wrong('There are 2 loan terms "never".', {"terms": (*POLICY.terms, LoanTerms("never"))}),
        wrong_terms("have a length of 0 days, not 1 to 36525.", length=0),
        wrong_terms("have a length of 36526 days, not 1 to 36525.", length=36526),
        wrong_terms("have a length of -1 hours, not 1 to 876600.", length=-1, unit=Unit.HOURS),
        wrong_terms("have hold_shelf_days of -1, not 0 to 36525.", hold_shelf_days=-1),
        wrong_terms("have recall_days of -1, not 0 to 36525.", recall_days=-1),
        wrong_terms("have recall_after of 36526, not 0 to 36525.", recall_after=36_526),
        wrong_terms("have renewals of -1, below zero.", renewals=-1),
        wrong_terms("have grace of -1, below zero.", grace=-1),
        wrong_terms("have fine of 0.001, which is no amount of EUR.", fine=Decimal("0.001")),
        wrong_terms("have fine_cap of NaN, which is no amount of EUR.", fine_cap=Decimal("NaN")),
        wrong_terms("have rental of -1, which is no amount of EUR.", rental=Decimal(-1)),
        Wrong('Loan rule 1 names the terms "odd", which do not exist.', {"loan_rules": (LoanRule("odd"),)}),
        *(
            Wrong(
                f'Loan rule 2 has the location "{location}": {ODD_RULE}',
                {"loan_rules": (LoanRule("long"), LoanRule("long", location=location))},
            )
            for location in ("MAIN", "/STACKS", "MAIN/", "MAIN*", "")
        ),
        Wrong('There are 2 limits for patron group "*".', {"limits": (Limits(), Limits(loans=1))}),
        wrong_limits("have loans of -1, below zero.", loans=-1),
        wrong_limits("have overdues of -1, below zero.", overdues=-1),
        wrong_limits("have holds of -1, below zero.", holds=-1),
        wrong_limits("have owed of -1, which is no amount of EUR.", owed=Decimal(-1)),
        Wrong('There are 2 agencies "MAIN".', {"agencies": (*POLICY.agencies, Agency("MAIN"))}),
        Wrong('There are 2 locations "MAIN/RARE".', {"locations": (Location("MAIN/RARE"),) * 2}),
        wrong_agency('needs a code without "/".', Agency("")),
        wrong_agency('needs a code without "/".', Agency("A/B")),
        wrong_agency(
            'is in the time zone "Mars/Olympus", which does not exist.', Agency("C", time_zone="Mars/Olympus")
        ),
        wrong_agency(
            "has a closed weekday that is not one of 0 (Monday) to 6 (Sunday).",
            Agency("C", calendar=Calendar((7,))),
        ),
        wrong_agency("is closed on every day of the week.", Agency("C", calendar=Calendar(tuple(range(7))))),
        Wrong(
            'The location "RARE" needs a code of the form AGENCY/PLACE.', {"locations": (Location("RARE"),)}
        ),
        Wrong(
            'The location "AWAY/X" is of an agency that does not exist.', {"locations": (Location("AWAY/X"),)}
        ),
    ],
    ids=lambda wrong: wrong.sentence,
)
def test_each_problem_is_told_in_a_sentence_of_its_own(wrong: Wrong) -> None:
    assert problems(replace(POLICY, **wrong.changes)) == [wrong.sentence]


def test_policy_without_terms_is_told() -> None:
    assert problems(Policy(terms=(), loan_rules=())) == ["There are no loan terms."]


def test_amounts_of_the_default_policy_are_too_fine_for_the_yen() -> None:
    told = problems(Policy(currency="JPY"))
    assert 'The loan terms "standard" have fine of 0.20, which is no amount of JPY.' in told
