"""What every case owes its reader."""

import re
from string import Formatter

import pytest

from conformance.case import Awaits, Case, Level
from conformance.sip2.catalogue import CASES

FACTS = {
    *(
        "institution",
        "location",
        "password",
        "user",
        "pin",
        "now",
        "later",
        "last",
        "yesterday",
        "in_a_week",
        "mark",
    ),
    *("patron", "patron2", "patron3", "item", "item2", "item3"),
    *("patron_blocked", "patron_expired", "patron_fines", "patron_at_limit"),
    *("item_reference", "item_on_loan", "item_on_hold", "item_remote", "item_lost", "item_multi"),
}
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
    assert "|" not in case.title
    assert case.level is not Level.MUST or case.clause.startswith(("SIP2 2.00", "TCP", "every limit"))


@every_case
def test_a_case_claims_something(case: Case) -> None:
    assert any(ask.claims for ask in case.asks)


@every_case
def test_a_silence_is_proved_by_a_later_answer(case: Case) -> None:
    assert case.asks[-1].awaits is Awaits.ANSWER or case.asks[-1].claims


@every_case
def test_a_case_needs_only_facts_that_a_target_can_have(case: Case) -> None:
    assert case.needs <= FACTS


@every_case
def test_a_checkout_that_may_succeed_is_returned(case: Case) -> None:
    lends = [ask for ask in case.asks if ask.text.startswith("11Y") and "AB{item}" in ask.text]
    assert not lends or any("AB{item}" in ask.text and ask.text.startswith("09") for ask in case.undo)


@every_case
def test_the_lines_of_a_case_are_templates_that_can_be_filled(case: Case) -> None:
    for ask in (*case.asks, *case.undo):
        assert all(not spec and not conversion for _, _, spec, conversion in Formatter().parse(ask.text))
