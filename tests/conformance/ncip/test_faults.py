"""The kit finds nothing in a right responder, and each planted fault by the case made for it."""

from collections.abc import Awaitable, Callable

import pytest

from conformance.case import Case
from conformance.ncip.catalogue import CASES
from conformance.runner import Findings, Verdict
from tests.matrix import proves

Judge = Callable[..., Awaitable[Findings]]


def named(*names: str) -> tuple[Case, ...]:
    found = tuple(case for case in CASES if case.id in names)
    assert len(found) == len(names)
    return found


@proves("conformance cases of NCIP, each of which a wrong responder fails")
async def test_a_right_responder_passes_every_case_that_it_has_the_services_for(judge: Judge) -> None:
    findings = await judge("", CASES)
    wrong = [
        (outcome.case.id, outcome.reason)
        for outcome in findings.outcomes
        if outcome.verdict is Verdict.FAIL or (outcome.verdict is Verdict.PASS and outcome.reason)
    ]
    assert not wrong
    passed = [outcome for outcome in findings.outcomes if outcome.verdict is Verdict.PASS]
    assert len(passed) > 200
    assert findings.versions
    assert findings.status is None


@proves("conformance cases of NCIP, each of which a wrong responder fails")
@pytest.mark.parametrize(
    ("fault", "case"),
    [
        ("expands entities", "hostile-xml.entity"),
        ("own prefix", "envelope.prefix-other"),
        ("own version", "envelope.version-2.0"),
        ("wrong order", "envelope.version-2.02"),
        ("says it is a page", "http.content-type"),
        ("problems are 500", "http.problem-is-200"),
        ("problems are 500", "problems.item-unknown"),
        ("shows its program", "damaged-xml.no-xml"),
        ("does the first", "problems.two-asked"),
        ("serves strangers", "partners.unknown"),
        ("asks no secret", "partners.secret-wrong"),
        ("asks no secret", "partners.secret-missing"),
        ("tells the secret", "partners.secret-quiet"),
        ("any desk", "storage.desk-unknown"),
        ("any PIN", "problems.pin-wrong"),
        ("tells the PIN", "problems.pin-wrong"),
        ("tells all", "lookups.item"),
        ("writes money with a point", "lookups.user-account"),
        ("dates its own way", "services.check-out"),
        ("lends anything", "problems.check-out-of-another"),
        ("lends anything", "retries.check-out-two-users"),
        ("keeps loans", "services.check-in"),
        ("keeps requests", "services.cancel-by-number"),
        ("does twice", "retries.cancel"),
    ],
)
async def test_a_fault_is_found_by_the_case_made_for_it(judge: Judge, fault: str, case: str) -> None:
    (outcome,) = (await judge(fault, named(case))).outcomes
    assert outcome.verdict is Verdict.FAIL, outcome.reason
    assert outcome.reason


async def test_a_service_that_a_server_does_not_have_is_not_applicable(judge: Judge) -> None:
    (outcome,) = (await judge("", named("lookups.agency"))).outcomes
    assert outcome.verdict is Verdict.NOT_APPLICABLE
    assert outcome.reason == "the server says that it does not have LookupAgency"


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("together.loan-by-partner", "the target names no sip2"),
        ("tcp.answer", "the target names no ncip_tcp"),
    ],
)
async def test_what_the_target_does_not_speak_is_not_applicable(judge: Judge, case: str, reason: str) -> None:
    (outcome,) = (await judge("", named(case))).outcomes
    assert (outcome.verdict, outcome.reason) == (Verdict.NOT_APPLICABLE, reason)


async def test_a_known_divergence_is_told_from_a_failure(judge: Judge) -> None:
    (outcome,) = (
        await judge(
            "does the first", named("problems.two-asked"), known={"problems.two-asked": "we are kind"}
        )
    ).outcomes
    assert outcome.verdict is Verdict.DIVERGES
    assert outcome.reason.startswith("we are kind (")


async def test_no_secret_of_the_target_is_in_a_transcript(judge: Judge) -> None:
    shown = [line for outcome in (await judge("", CASES)).outcomes for line in outcome.transcript]
    assert any("FromAgencyAuthentication>***</" in line for line in shown)
    assert any("AuthenticationInputData>***</" in line for line in shown)
    assert not any("word-1<" in line or ">1234<" in line for line in shown)


async def test_a_claim_that_does_not_hold_says_what_the_answer_says_and_what_the_schema_does(
    judge: Judge,
) -> None:
    (outcome,) = (await judge("wrong order", named("envelope.version-2.02"))).outcomes
    assert outcome.reason.startswith(
        "the answer to LookupItem must have every element where the schema has it; "
    )
    assert "LookupItemResponse holds ResponseHeader ItemOptionalFields ItemId, and should" in outcome.reason
    (outcome,) = (await judge("any PIN", named("problems.pin-wrong"))).outcomes
    assert outcome.reason.startswith("the answer to LookupUser must have LookupUserResponse with a Problem")
