"""What every case owes its reader."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.case import Awaits, Case, Level
from conformance.runner import names_for
from conformance.sip2.catalogue import CASES
from conformance.target import target_at

AWKWARD = ("damaged", "hostile", "framing", "resend")
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def test_no_two_cases_share_an_id() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids))


def test_at_least_a_third_of_the_cases_are_damaged_awkward_or_hostile() -> None:
    awkward = sum(case.id.split(".")[0] in AWKWARD or case.level is Level.CLIENT for case in CASES)
    assert awkward * 3 >= len(CASES) >= 60


def test_all_eleven_message_pairs_are_asked_for() -> None:
    asked = set[str]().union(*(case.requests for case in CASES))
    assert {"93", "99", "97", "23", "63", "11", "09", "29", "17", "35", "37"} <= asked


@every_case
def test_a_case_says_what_must_hold_and_on_what_ground(case: Case) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-zA-Z0-9-]+", case.id)
    assert case.title
    assert case.clause
    assert case.level is not Level.MUST or case.clause.startswith(("SIP2 2.00", "TCP", "every limit"))


@every_case
def test_a_case_claims_something_of_an_answer_it_waits_for(case: Case) -> None:
    last = case.asks[-1]
    assert last.awaits is not Awaits.SILENCE
    assert any(ask.claims for ask in case.asks)
    assert all(not ask.claims for ask in case.asks if ask.awaits is Awaits.SILENCE)


@every_case
def test_a_case_needs_only_facts_that_a_file_of_facts_can_hold(
    case: Case, facts_file: Callable[[int], Path]
) -> None:
    assert case.needs <= names_for(target_at(str(facts_file(6001))), 0).keys()


@every_case
def test_a_checkout_that_may_succeed_is_undone(case: Case) -> None:
    lends = any(ask.text.startswith("11Y") and "AB{item}" in ask.text for ask in case.asks)
    returns = any(ask.text.startswith("09") and "AB{item}" in ask.text for ask in case.undo)
    assert returns or not lends
