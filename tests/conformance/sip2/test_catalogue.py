"""What every case owes its reader."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.case import Awaits, Case, Level
from conformance.runner import names_for
from conformance.sip2.catalogue import CASES
from conformance.target import target_at
from conformance.wire.sip2 import SUPPORTED_ORDER

AWKWARD = ("damaged", "hostile", "framing", "resend", "awkward")
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def test_no_two_cases_share_an_id() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids))


def test_at_least_a_third_of_the_cases_are_damaged_awkward_or_hostile() -> None:
    awkward = sum(case.id.split(".")[0] in AWKWARD or case.level is Level.CLIENT for case in CASES)
    assert awkward * 3 >= len(CASES) >= 300


def test_every_request_of_the_standard_is_asked_for() -> None:
    asked = set[str]().union(*(case.requests for case in CASES))
    assert set(SUPPORTED_ORDER) <= asked


@every_case
def test_a_case_says_what_must_hold_and_on_what_ground(case: Case) -> None:
    assert re.fullmatch(r"[a-z-]+\.[a-zA-Z0-9-]+", case.id)
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
@pytest.mark.parametrize(
    ("act", "whom", "undoing"),
    [
        ("11Y", "AB{item}", "09"),
        ("11Y", "AB{offline_item}", "09"),
        ("11Y", "AB{item_multi}", "09"),
        ("15+", "AB{item}", "15-"),
        ("15+", "AB{item_on_loan}", "15-"),
        ("15+", "AJ{title_on_loan}", "15-"),
        ("01", "AA{patron_to_block}", "25"),
    ],
)
def test_what_may_have_been_done_is_undone(case: Case, act: str, whom: str, undoing: str) -> None:
    does = any(ask.text.startswith(act) and whom in ask.text for ask in case.asks)
    undoes = any(ask.text.startswith(undoing) and whom in ask.text for ask in case.undo)
    assert undoes or not does


@every_case
def test_what_undoes_is_an_act_of_its_own(case: Case) -> None:
    """With the date of an act before it might be taken for that act, sent again."""
    assert not {ask.text for ask in case.asks}.intersection(ask.text for ask in case.undo)
