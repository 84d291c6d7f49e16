"""Every reason has a type in answer to every service, from the lists that the standard has for it."""

from __future__ import annotations

import pytest

from core.refusals import Reason
from protocols.ncip import messages as m
from protocols.ncip.declarations import declaration_of
from protocols.ncip.problems import BY_SERVICE, GENERAL, ProblemType
from protocols.ncip.structures import Content
from servers.ncip.translate.problems import SUBJECTS, TYPES, problem, problem_type
from tests.protocols.ncip.test_codec import VERSION_2

ANALOGY = {ProblemType.UNKNOWN_ITEM, ProblemType.UNKNOWN_USER}
LISTED_AS = {"LookupItemSet": "LookupItem"}
BLIND = {Reason.TOO_BUSY, Reason.STORE_UNAVAILABLE}


def test_every_reason_has_types_and_a_subject() -> None:
    assert TYPES.keys() == set(Reason)
    assert SUBJECTS.keys() == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_the_last_type_of_a_reason_goes_with_every_service(reason: Reason) -> None:
    assert TYPES[reason][-1] in GENERAL


@pytest.mark.parametrize("service", m.SERVICES, ids=lambda service: service.__name__)
def test_a_service_answers_with_its_own_types_and_the_general_ones(service: type[m.Initiation]) -> None:
    listed = BY_SERVICE.get(LISTED_AS.get(service.__name__, service.__name__), ANALOGY)
    for reason in Reason:
        assert problem_type(service, reason) in listed | GENERAL


@pytest.mark.parametrize(
    "asked",
    [row[0] for row in VERSION_2 if isinstance(row[0], m.Initiation)],
    ids=lambda one: type(one).__name__,
)
def test_a_problem_names_an_element_that_the_service_has(asked: m.Initiation) -> None:
    for reason in Reason:
        named = problem(asked, reason).problem_element
        if named is None:
            continue
        root, service, *steps = named.removeprefix("/").split("/")
        assert (root, service) == ("", type(asked).__name__)
        struct: type[Content] | None = type(asked)
        for step in steps:
            assert struct is not None
            slots = {slot.name: slot for slot in declaration_of(struct).slots}
            assert step in slots, (reason, named)
            struct = slots[step].structure


@pytest.mark.parametrize("reason", Reason)
def test_only_what_may_be_tried_again_blindly_is_temporary(reason: Reason) -> None:
    temporary = ProblemType.TEMPORARY_PROCESSING_FAILURE
    told = {problem_type(service, reason) for service in m.SERVICES}
    assert (temporary in told) == (reason in BLIND)
