"""What every NCIP case owes its reader."""

import re

import pytest

from conformance.case import Awaits, Case, Level, Post
from conformance.ncip.catalogue import CASES
from conformance.runner import names_for
from conformance.sip2.catalogue import CASES as SIP2_CASES
from conformance.target import Ncip, Target
from conformance.wire.ncip import V2_02, Reply, read
from conformance.wire.ncip_layout import INITIATIONS, NOTIFICATIONS
from tests.matrix import proves

AWKWARD = ("damaged-xml", "hostile-xml", "http", "retries", "partners", "problems")
SPOILT = (
    "problems.service-unknown",
    "problems.two-asked",
    "problems.item-missing",
    "problems.user-missing",
    "problems.amount",
    "partners.secret-quiet",
)
"""Cases whose messages are not as the schema has them, which is what they are about."""

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def test_no_two_cases_of_any_group_share_an_id_and_no_two_groups_a_theme() -> None:
    ids = [case.id for case in (*CASES, *SIP2_CASES)]
    assert len(ids) == len(set(ids))
    themes = [{case.id.partition(".")[0] for case in group} for group in (CASES, SIP2_CASES)]
    assert not themes[0] & themes[1]


def test_at_least_a_third_of_the_cases_are_damaged_awkward_or_hostile() -> None:
    awkward = sum(case.id.split(".")[0] in AWKWARD or case.level is Level.CLIENT for case in CASES)
    assert awkward * 3 >= len(CASES) >= 300


@proves("one act seen over SIP2 and NCIP by the conformance kit")
def test_some_cases_see_one_act_over_both_protocols() -> None:
    assert sum(case.ways == {"sip2", "ncip"} for case in CASES) >= 15


def test_every_service_that_a_circulation_core_has_is_asked_for() -> None:
    asked = set[str]().union(*(case.services for case in CASES))
    leave_traces = {"CreateAgency", "UpdateAgency", "SendUserNotice"}
    assert INITIATIONS - NOTIFICATIONS - leave_traces <= asked
    assert len(NOTIFICATIONS & asked) >= 5


@every_case
def test_a_case_says_what_must_hold_and_on_what_ground(case: Case) -> None:
    assert re.fullmatch(r"[a-z-]+\.[a-z0-9.-]+", case.id)
    assert case.title
    assert case.clause


@every_case
def test_a_case_claims_something_of_an_answer_it_waits_for(case: Case) -> None:
    assert any(post.claims for post in case.posts)
    assert all(not post.claims for post in case.posts if post.awaits is Awaits.SILENCE)


@every_case
def test_a_case_needs_only_facts_that_a_file_of_facts_can_hold(case: Case) -> None:
    assert case.needs - SPECIAL <= known().keys()


@every_case
@pytest.mark.parametrize(
    ("service", "which", "undoing"),
    [
        ("CheckOutItem", "{item}", ("CheckInItem", "09")),
        ("CheckOutItem", "{told_item}", ("CheckInItem",)),
        ("CheckOutItem", "{item_remote}", ("CheckInItem",)),
        ("CheckOutItem", "{mark}", ("CheckInItem",)),
        ("CancelRequestItem", "{item_remote}", ("CheckInItem",)),
        ("RequestItem", "{mark}", ("CancelRequestItem",)),
        ("AcceptItem", "{mark}", ("CheckInItem",)),
        ("CreateItem", "{mark}", ("DeleteItem",)),
        ("CreateUser", "{mark}", ("DeleteUser",)),
        ("UpdateCirculationStatus", "{item}", ("UpdateCirculationStatus",)),
    ],
)
def test_what_may_have_been_done_is_undone(
    case: Case, service: str, which: str, undoing: tuple[str, ...]
) -> None:
    does = any(
        post.text.startswith(f"<{service}>") and which in post.text and _may_work(post) for post in case.posts
    )
    undoes = any(which in one.text and one.text.lstrip("<").startswith(undoing) for one in case.undo)
    assert undoes or not does


@every_case
def test_a_message_that_is_not_spoilt_is_as_the_schema_has_it(case: Case) -> None:
    for post in case.posts:
        message = said(post)
        if message is not None and case.level is not Level.CLIENT and case.id not in SPOILT:
            assert message.faults() == (), post.text


def _may_work(post: Post) -> bool:
    """Whether the message might be obeyed: it does not say that it comes from, or is about, nobody."""
    return not re.search("NO-SUCH|NO_SUCH|NOWHERE|no-such|wrong-|patron_(blocked|expired)", post.text)


SPECIAL = {
    *("patron_blocked", "patron_expired", "patron_at_limit", "patron_fines", "patron_to_block"),
    *("item_reference", "item_lost", "item_on_loan", "item_on_hold", "item_remote", "item_multi"),
}


def known() -> dict[str, str]:
    """Every name there may be, but for those of special patrons and items."""
    ncip = Ncip(
        url="https://h/ncip", agency="A", partner="B", secret="s", profile="P", desk="D", tcp="tls://h:1"
    )
    target = Target(
        host="h",
        port=1,
        user="u",
        other_user="o",
        institution="X",
        pin="1",
        patrons=("p", "q", "r"),
        items=("i", "j", "k"),
        offline_items=("l", "m"),
        pickups=("here", "there"),
        ncip=ncip,
    )
    return names_for(target, 0)


def said(post: Post) -> Reply | None:
    """The message as it would be sent, if it is one of version 2.02 that nothing is done to."""
    plain = Post(text="")
    if (post.shape, post.request, post.dialect) != (plain.shape, plain.request, V2_02):
        return None
    if not post.text or post.text.startswith("<LookupVersion"):  # no schema has it
        return None
    names = {**known(), "record": "b1", "token": "t"}
    body = V2_02.written(re.sub(r"\{(\w+)\}", lambda name: names.get(name[1], "x"), post.text))
    return read(body.encode())
