"""Who broke the standard, and what is to be said about it.

A `RemoteError` is the peer's doing and carries the answer; a `LocalError` is ours. Neither prints what the
peer sent, because that may hold a password.
"""

from protocols.ncip.dialects import LATEST, Dialect
from protocols.ncip.messages import SERVICES, BareProblem, Initiation, Response
from protocols.ncip.problems import ProblemType
from protocols.ncip.structures import InitiationHeader, Problem
from protocols.ncip.values import SchemeValuePair


class RemoteError(Exception):
    """The peer broke the standard. What could be told of its message by then is there to answer it in kind.

    `service` is None where the message names none that we know, or was itself a response.
    """

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        element: str | None = None,
        value: str | None = None,
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.problem = Problem(
            problem_type=SchemeValuePair(kind),
            problem_detail=detail,
            problem_element=element,
            problem_value=value,
        )
        self.service: type[Initiation] | None = None
        self.header: InitiationHeader | None = None
        self.dialect: Dialect = LATEST

    @property
    def answer(self) -> Response:
        """The Problem in the service's own response, or alone where there is none."""
        return refusal(self.service, self.problem)


class LocalError(Exception):
    """We broke the standard: a mistake in the calling code."""


def refusal(service: type[Initiation] | None, *problems: Problem) -> Response:
    """What refuses a service; without one, bare Problems."""
    response: type[Response] = BareProblem if service is None else SERVICES[service]
    return response(problem=problems)
