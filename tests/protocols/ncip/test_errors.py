"""An error carries its answer, and shows nothing of what was sent."""

import pytest

from protocols.ncip.errors import RemoteError, refusal
from protocols.ncip.messages import SERVICES, BareProblem, Initiation
from protocols.ncip.problems import ProblemType
from protocols.ncip.structures import Problem
from protocols.ncip.values import SchemeValuePair


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.__name__)
def test_a_service_is_refused_in_its_own_response(service: type[Initiation]) -> None:
    error = RemoteError(ProblemType.NEEDED_DATA_MISSING, "no item", "//X/ItemId", "D1")
    error.service = service
    assert type(error.answer) is SERVICES[service]
    assert error.answer.problem == (
        Problem(
            problem_type=SchemeValuePair(ProblemType.NEEDED_DATA_MISSING),
            problem_detail="no item",
            problem_element="//X/ItemId",
            problem_value="D1",
        ),
    )
    assert "D1" not in f"{error} {error!r}"


def test_where_there_is_no_service_the_problems_stand_alone() -> None:
    first, second = Problem(problem_detail="a"), Problem(problem_detail="b")
    assert refusal(None, first, second) == BareProblem(problem=(first, second))
