"""What a facility's answer means for the message that it answers."""

from __future__ import annotations

import pytest

from protocols.ncip.dialects import ALMA_V2
from protocols.ncip.problems import ProblemType
from servers.ncip.outgoing.verdict import DONE, LONGEST_DETAIL, OUTCOMES, Outcome, Verdict, judged

NAMESPACE = "http://www.niso.org/2008/ncip"


def answer(inside: str, version: str = ALMA_V2.uri) -> bytes:
    """An answer with this inside."""
    return f'<NCIPMessage xmlns="{NAMESPACE}" version="{version}">{inside}</NCIPMessage>'.encode()


def problem(kind: str, detail: str = "") -> str:
    """A Problem."""
    more = f"<ProblemDetail>{detail}</ProblemDetail>" if detail else ""
    return f"<Problem><ProblemType>{kind}</ProblemType>{more}</Problem>"


ITEM = "<ItemId><ItemIdentifierValue>D1</ItemIdentifierValue></ItemId>"


@pytest.mark.parametrize(
    "body",
    [
        answer(f"<DeleteItemResponse>{ITEM}</DeleteItemResponse>"),
        answer("<DeleteItemResponse/>"),
        b'\xef\xbb\xbf<?xml version="1.0"?>\n'
        + answer(f"<DeleteItemResponse>{ITEM}</DeleteItemResponse>", "2.02"),
        answer(f"<DeleteItemResponse>{ITEM}</DeleteItemResponse>")
        .replace(b"<", b"<n:")
        .replace(b"<n:/", b"</n:")
        .replace(b"xmlns=", b"xmlns:n="),
    ],
)
def test_a_response_without_a_problem_is_done(body: bytes) -> None:
    assert judged(200, body) == DONE


def test_every_problem_type_has_an_outcome() -> None:
    assert set(OUTCOMES) == set(ProblemType)
    assert Outcome.DONE not in OUTCOMES.values()


@pytest.mark.parametrize("kind", ProblemType)
@pytest.mark.parametrize("around", ["<DeleteItemResponse>{}</DeleteItemResponse>", "{}"])
def test_a_problem_in_the_response_or_alone_is_judged_by_its_type(kind: ProblemType, around: str) -> None:
    body = answer(around.format(problem(kind.value, "Because.")))
    assert judged(200, body) == Verdict(OUTCOMES[kind], kind.value, "Because.")


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (ProblemType.UNKNOWN_ITEM, Outcome.NEVER),
        (ProblemType.UNSUPPORTED_SERVICE, Outcome.NEVER),
        (ProblemType.TEMPORARY_PROCESSING_FAILURE, Outcome.AGAIN),
        (ProblemType.AGENCY_AUTHENTICATION_FAILED, Outcome.AGAIN),
        (ProblemType.UNKNOWN_AGENCY, Outcome.AGAIN),
    ],
)
def test_only_what_is_wrong_with_the_message_is_given_up(kind: ProblemType, outcome: Outcome) -> None:
    assert OUTCOMES[kind] is outcome


def test_a_problem_type_of_its_own_is_kept_in_its_words_cut_and_printable() -> None:
    body = answer(f"<DeleteItemResponse>{problem('Shelf Is Broken', 'x&#10;' * 300)}</DeleteItemResponse>")
    verdict = judged(200, body)
    assert (verdict.outcome, verdict.why) == (Outcome.NEVER, "Shelf Is Broken")
    assert verdict.detail == "x" * LONGEST_DETAIL


def test_a_problem_without_a_type_is_given_up() -> None:
    body = answer(
        "<DeleteItemResponse><Problem><ProblemDetail>No.</ProblemDetail></Problem></DeleteItemResponse>"
    )
    assert judged(200, body) == Verdict(Outcome.NEVER, "a Problem without a type", "No.")


@pytest.mark.parametrize("status", [204, 301, 400, 401, 404, 500, 503])
def test_any_other_status_is_tried_again_whatever_comes_with_it(status: int) -> None:
    body = answer(f"<DeleteItemResponse>{ITEM}</DeleteItemResponse>")
    assert judged(status, body) == Verdict(Outcome.AGAIN, f"HTTP status {status}")


@pytest.mark.parametrize(
    "body", [b"", b"It works!", b"<html><body>Login</body></html>", answer("<Nothing/>")]
)
def test_what_is_no_ncip_is_tried_again(body: bytes) -> None:
    assert judged(200, body) == Verdict(Outcome.AGAIN, "no NCIP in the answer")


def test_the_answer_to_something_else_is_tried_again() -> None:
    body = answer(f"<CheckInItemResponse>{ITEM}</CheckInItemResponse>")
    assert judged(200, body) == Verdict(Outcome.AGAIN, "CheckInItemResponse in the answer")
