"""What an answer to a message of ours means for it: it is done, is to be sent again, or never will be done.

The rule it keeps: what is our own mistake in the settings, or theirs, or nobody's, is tried until somebody
has mended it; only what is wrong with this one message is given up, and then kept for the operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from http import HTTPStatus
from typing import Final

from msgspec import Struct

from protocols.ncip.codec import read_response
from protocols.ncip.errors import RemoteError
from protocols.ncip.messages import DeleteItemResponse
from protocols.ncip.problems import ProblemType

LONGEST_DETAIL: Final = 200
"""Characters of a facility's own words that are kept."""


class Outcome(Enum):
    """What became of a message."""

    DONE = auto()
    AGAIN = auto()
    NEVER = auto()


class Verdict(Struct, frozen=True):
    """The outcome, and why in a few words: a ProblemType, or what went wrong on the way; and the other's own
    words, if there are any.
    """

    outcome: Outcome
    why: str = ""
    detail: str = ""


DONE: Final = Verdict(Outcome.DONE)

OUTCOMES: Final[Mapping[ProblemType, Outcome]] = {
    **dict.fromkeys(ProblemType, Outcome.NEVER),
    ProblemType.TEMPORARY_PROCESSING_FAILURE: Outcome.AGAIN,
    **dict.fromkeys(
        (
            ProblemType.AGENCY_AUTHENTICATION_FAILED,
            ProblemType.SYSTEM_AUTHENTICATION_FAILED,
            ProblemType.UNAUTHORIZED_COMBINATION_OF_ELEMENT_VALUES_FOR_AGENCY,
            ProblemType.UNAUTHORIZED_COMBINATION_OF_ELEMENT_VALUES_FOR_SYSTEM,
            ProblemType.UNAUTHORIZED_SERVICE_FOR_AGENCY,
            ProblemType.UNAUTHORIZED_SERVICE_FOR_SYSTEM,
            ProblemType.UNKNOWN_AGENCY,
            ProblemType.UNKNOWN_SYSTEM,
        ),
        Outcome.AGAIN,
    ),
}
"""By the first Problem of the answer. Who is not let in says the same of every message, so it waits until the
settings are right, here or there.
"""


def judged(status: int, body: bytes, charset: str | None = None) -> Verdict:
    """What an answer over HTTP means. What is no answer to DeleteItem is lost on the way: again."""
    if status != HTTPStatus.OK:
        return Verdict(Outcome.AGAIN, f"HTTP status {status}")
    try:
        answer = read_response(body, charset).message
    except RemoteError:
        return Verdict(Outcome.AGAIN, "no NCIP in the answer")
    if not answer.problem:
        if isinstance(answer, DeleteItemResponse):
            return DONE
        return Verdict(Outcome.AGAIN, f"{type(answer).__name__} in the answer")
    first = answer.problem[0]
    if first.problem_type is None:
        return Verdict(Outcome.NEVER, "a Problem without a type", _few(first.problem_detail))
    kind = first.problem_type.value
    outcome = OUTCOMES[kind] if isinstance(kind, ProblemType) else Outcome.NEVER
    return Verdict(outcome, _few(kind), _few(first.problem_detail))


def _few(words: str | None) -> str:
    """A facility's words, as one short line that can be printed."""
    return "".join(sign for sign in (words or "") if sign.isprintable())[:LONGEST_DETAIL]
