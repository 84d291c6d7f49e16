"""Every reason has a type in answer to every service, from the lists that the standard has for it."""

from __future__ import annotations

import pytest

from core.refusals import Reason
from protocols.ncip import messages as m
from protocols.ncip.problems import BY_SERVICE, GENERAL, ProblemType
from servers.ncip.translate.problems import SUBJECTS, TYPES, problem_type

ANALOGY = {ProblemType.UNKNOWN_ITEM, ProblemType.UNKNOWN_USER}
BLIND = {Reason.TOO_BUSY, Reason.STORE_UNAVAILABLE}


def test_every_reason_has_types_and_a_subject() -> None:
    assert TYPES.keys() == set(Reason)
    assert SUBJECTS.keys() == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_the_last_type_of_a_reason_goes_with_every_service(reason: Reason) -> None:
    assert TYPES[reason][-1] in GENERAL


@pytest.mark.parametrize("service", m.SERVICES, ids=lambda service: service.__name__)
def test_a_service_answers_with_its_own_types_and_the_general_ones(service: type[m.Initiation]) -> None:
    listed = BY_SERVICE.get(service.__name__, ANALOGY)
    for reason in Reason:
        assert problem_type(service, reason) in listed | GENERAL


@pytest.mark.parametrize("reason", Reason)
def test_only_what_may_be_tried_again_blindly_is_temporary(reason: Reason) -> None:
    temporary = ProblemType.TEMPORARY_PROCESSING_FAILURE
    told = {problem_type(service, reason) for service in m.SERVICES}
    assert (temporary in told) == (reason in BLIND)
