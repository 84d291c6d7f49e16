"""The kit finds nothing in a right end point, and each planted fault by the case made for it."""

from collections.abc import Awaitable, Callable

import pytest

from conformance.case import Case
from conformance.runner import Findings, Verdict
from conformance.sru.catalogue import CASES
from tests.matrix import proves

Judge = Callable[..., Awaitable[Findings]]


def named(*names: str) -> tuple[Case, ...]:
    found = tuple(case for case in CASES if case.id in names)
    assert len(found) == len(names)
    return found


@proves("conformance cases of SRU and CQL, each of which a wrong end point fails")
async def test_a_right_end_point_passes_every_case_for_what_it_has(judge: Judge) -> None:
    findings = await judge("", CASES)
    wrong = [
        (outcome.case.id, outcome.reason)
        for outcome in findings.outcomes
        if outcome.verdict is Verdict.FAIL or (outcome.verdict is Verdict.PASS and outcome.reason)
    ]
    assert not wrong
    assert sum(outcome.verdict is Verdict.PASS for outcome in findings.outcomes) > 470
    assert findings.offers["v20"] == "2.0"


@proves("conformance cases of SRU and CQL, each of which a wrong end point fails")
@pytest.mark.parametrize(
    ("fault", "case"),
    [
        ("not is or", "laws.with-and-without"),
        ("not is or", "laws.not-itself"),
        ("all is any", "cql.all"),
        ("any operation", "versions.operation-unknown"),
        ("finds all where it should refuse", "cql-refused.index-unknown"),
        ("finds all where it should refuse", "cql-refused.set-unknown"),
        ("finds all where it should refuse", "paging.beyond"),
        ("finds all where it should refuse", "hostile-query.parentheses-open"),
        ("packs as it likes", "search.packing"),
        ("packs as it likes", "schemas.string"),
        ("reads any number", "search.start-zero"),
        ("reads any number", "search.start-hexadecimal"),
        ("reads any number", "scan.position-negative"),
        ("no page is too long", "explain.most"),
        ("pages overlap", "paging.joined"),
        ("pages overlap", "paging.from-two"),
        ("counts one more", "search.nothing"),
        ("counts one more", "scan.counts"),
        ("never sorts", "sort.turned"),
        ("any schema will do", "search.schema-unknown"),
        ("any schema will do", "hostile-query.schema-path"),
        ("schemas by their names", "schemas.uri"),
        ("availability of yesterday", "availability.lent"),
        ("availability of yesterday", "availability.asked-by-many"),
        ("available in capitals", "availability.right"),
        ("availability out of order", "availability.right"),
        ("decomposes", "schemas.characters"),
        ("no indicators", "schemas.marc-valid"),
        ("scan counts one more", "scan.counts"),
        ("explains what there is not", "explain.every-index"),
        ("explains what there is not", "explain.every-relation"),
        ("every fault is the same", "cql-refused.no-term"),
        ("every fault is the same", "cql-refused.index-named"),
        ("old diagnostics", "versions.refusal-2.0"),
        ("wrong order", "search.layout"),
        ("echoes raw", "search.echo-exact"),
        ("echoes raw", "hostile-query.script"),
        ("echoes raw", "hostile-query.element"),
        ("says it is text", "schemas.declared"),
        ("refuses by status", "search.refusal-200"),
        ("breaks at HEAD", "url.head"),
        ("expands entities", "soap.entity"),
        ("expands entities", "soap.file"),
    ],
)
async def test_a_fault_is_found_by_the_case_made_for_it(judge: Judge, fault: str, case: str) -> None:
    (outcome,) = (await judge(fault, named(case))).outcomes
    assert outcome.verdict is Verdict.FAIL, outcome.reason
    assert outcome.reason


async def test_what_an_end_point_does_not_have_is_not_applicable_in_words(judge: Judge) -> None:
    findings = await judge("", named("facets.told", "availability.lent-over-ncip", "cql.near"))
    reasons = {outcome.case.id: (outcome.verdict, outcome.reason) for outcome in findings.outcomes}
    assert reasons["facets.told"] == (
        Verdict.NOT_APPLICABLE,
        "the end point has not, or does not tell of, facets",
    )
    assert reasons["availability.lent-over-ncip"][1].startswith("the target names no ")
    assert reasons["cql.near"][0] is Verdict.NOT_APPLICABLE
    assert "diagnostic 39" in reasons["cql.near"][1]


async def test_a_known_divergence_is_told_from_a_failure(judge: Judge) -> None:
    known = {"schemas.uri": "as Alma does"}
    (outcome,) = (await judge("schemas by their names", named("schemas.uri"), known)).outcomes
    assert outcome.verdict is Verdict.DIVERGES
    assert outcome.reason.startswith("as Alma does (")


async def test_a_claim_that_does_not_hold_says_what_is_wrong_with_the_answer(judge: Judge) -> None:
    (outcome,) = (await judge("wrong order", named("search.layout"))).outcomes
    assert "searchRetrieveResponse holds" in outcome.reason
    (outcome,) = (await judge("no indicators", named("schemas.marc-valid"))).outcomes
    assert "020 has the indicators None and None" in outcome.reason
    (outcome,) = (await judge("finds all where it should refuse", named("cql-refused.no-term"))).outcomes
    assert outcome.reason == (
        "the answer to 'dc.title =' must have diagnostic 10, and no record; it has 40 records"
    )


async def test_a_word_that_is_known_to_be_found_is_where_the_survey_begins(judge: Judge) -> None:
    findings = await judge("", named("search.found"), title="islands")
    assert findings.offers["word2"] == "islands"
    assert [outcome.verdict for outcome in findings.outcomes] == [Verdict.PASS]
