"""What every SRU case owes its reader."""

import re
from itertools import combinations

import pytest

from conformance.case import Ask, Awaits, Case, Fetch, Level
from conformance.ncip.catalogue import CASES as NCIP_CASES
from conformance.runner import names_for
from conformance.sip2.catalogue import CASES as SIP2_CASES
from conformance.sru.catalogue import CASES
from conformance.sru.texts import ALWAYS, OFFERS
from conformance.target import Ncip, Sru, Target
from tests.matrix import proves

AWKWARD = ("hostile-query", "url", "cql-refused", "soap")
"""Themes in which what is sent is damaged, awkward or hostile."""

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def test_no_two_cases_of_any_group_share_an_id_and_no_two_groups_a_theme() -> None:
    ids = [case.id for case in (*CASES, *SIP2_CASES, *NCIP_CASES)]
    assert len(ids) == len(set(ids))
    themes = [{case.id.partition(".")[0] for case in group} for group in (CASES, SIP2_CASES, NCIP_CASES)]
    assert not any(one & other for one, other in combinations(themes, 2))


def test_at_least_a_third_of_the_cases_are_damaged_awkward_or_hostile() -> None:
    awkward = sum(case.id.split(".")[0] in AWKWARD or case.level is Level.CLIENT for case in CASES)
    assert awkward * 3 >= len(CASES) >= 500


@proves("a loan over SIP2 or NCIP seen in AVA by the conformance kit")
def test_some_cases_see_a_loan_of_another_protocol_in_the_catalogue() -> None:
    assert sum(case.ways == {"sip2", "sru"} for case in CASES) >= 8
    assert sum("ncip" in case.ways for case in CASES) >= 3


def test_everything_that_a_survey_may_find_is_needed_by_some_case_and_has_words() -> None:
    needed = set[str]().union(*(case.needs for case in CASES))
    assert {name for name in OFFERS if name not in needed} == set()
    assert all(OFFERS.values())


@every_case
def test_a_case_says_what_must_hold_and_on_what_ground(case: Case) -> None:
    assert re.fullmatch(r"[a-z-]+\.[a-z0-9.-]+", case.id)
    assert case.title
    assert case.clause


@every_case
def test_a_case_claims_something_of_an_answer_it_waits_for(case: Case) -> None:
    walks = [step for step in case.steps if hasattr(step, "claims") and step.claims]
    assert walks or any(fetch.claims for fetch in case.fetches)
    assert all(not fetch.claims for fetch in case.fetches if fetch.awaits is Awaits.SILENCE)


@every_case
def test_a_case_needs_only_what_facts_or_the_survey_can_tell(case: Case) -> None:
    assert case.needs <= known().keys() | OFFERS.keys() | ALWAYS


@every_case
def test_what_was_lent_is_returned(case: Case) -> None:
    lends = any(
        (isinstance(step, Ask) and step.text.startswith(("11", "15+")))
        or getattr(step, "text", "").startswith("<CheckOutItem>")
        for step in case.steps
    )
    assert case.undo or not lends


@every_case
def test_every_text_of_a_request_can_be_filled_in(case: Case) -> None:
    names = known() | dict.fromkeys((*OFFERS, *ALWAYS), "x")
    names |= {name: "x" for step in case.steps for name in getattr(step, "names", ())}
    names |= {name: "x" for fetch in case.fetches for name in fetch.keep}
    for fetch in case.fetches:
        assert all(value.format_map(names) is not None for value in texts(fetch))


def texts(fetch: Fetch) -> tuple[str, ...]:
    claims = tuple(claim.words for claim in fetch.claims if "{" not in claim.words)
    return (*(value for _, value in fetch.parameters), *fetch.head.values(), fetch.path, *claims)


def known() -> dict[str, str]:
    """Every name there may be before anything was asked."""
    target = Target(
        host="h",
        port=1,
        user="u",
        institution="X",
        pin="1",
        patrons=("p", "q", "r"),
        items=("i", "j", "k"),
        ncip=Ncip(url="https://h/ncip", agency="A", partner="B", secret="s"),
        sru=Sru(url="https://h/sru"),
    )
    return names_for(target, 0)
