"""What every Z39.50 case owes its reader."""

import re

import msgspec
import pytest

from conformance.case import Case
from conformance.ncip.catalogue import CASES as NCIP_CASES
from conformance.runner import names_for
from conformance.sip2.catalogue import CASES as SIP2_CASES
from conformance.sru.catalogue import CASES as SRU_CASES
from conformance.target import Z3950, Target
from conformance.wire.z3950 import write
from conformance.z3950.catalogue import CASES
from conformance.z3950.texts import OFFERS

HOSTILE = ("ber.", "flood.", "close.stray-", "init.before-", "who.stranger-")
"""How the ids begin of cases in which what is sent is damaged, hostile or out of place."""

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def theme_of(case: Case) -> str:
    return case.id.partition(".")[0]


def test_no_two_cases_share_an_id_and_no_theme_is_another_groups() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids))
    others = {theme_of(case) for case in (*SIP2_CASES, *NCIP_CASES, *SRU_CASES)}
    assert not others & {theme_of(case) for case in CASES}


def test_at_least_a_third_of_the_cases_are_damaged_or_hostile() -> None:
    hostile = sum(case.id.startswith(HOSTILE) for case in CASES)
    assert hostile * 3 >= len(CASES) >= 200


def test_some_cases_see_a_loan_over_sip2_in_an_opac_record() -> None:
    assert sum(case.ways == {"sip2", "z3950"} for case in CASES) >= 4


def test_everything_that_the_survey_may_find_is_needed_by_some_case_and_has_words() -> None:
    needed = set[str]().union(*(case.needs for case in CASES))
    assert OFFERS.keys() <= needed
    assert all(OFFERS.values())


@every_case
def test_a_case_says_what_must_hold_and_on_what_ground(case: Case) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", case.id)
    assert case.title
    assert case.clause


@every_case
def test_a_case_claims_something(case: Case) -> None:
    assert any(tell.claims for tell in case.tells)


@every_case
def test_a_case_needs_only_what_facts_or_the_survey_can_tell(case: Case) -> None:
    assert case.needs <= known().keys() | OFFERS.keys()


@every_case
def test_what_was_lent_is_returned(case: Case) -> None:
    assert case.undo or not any(ask.text.startswith("11") for ask in case.asks)


@every_case
def test_every_apdu_can_be_written(case: Case) -> None:
    names = known() | dict.fromkeys(OFFERS, "x")
    names |= {name: "x" for tell in case.tells for name in tell.keep}
    for tell in case.tells:
        assert write(tell.apdu, lambda text: text.format_map(names))


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
        z3950=Z3950("h", 210, user="u", group="g", password="p"),
    )
    ungrouped = msgspec.structs.replace(target, z3950=Z3950("h", 210, user="u", password="p"))
    return names_for(ungrouped, 0) | names_for(target, 0)
