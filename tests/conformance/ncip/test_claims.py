"""Claims hold of what they should and of nothing else."""

import pytest

from conformance.case import ReplyClaim, Scene
from conformance.ncip import claims
from conformance.wire.ncip import V1_0, V2_0, V2_02, Dialect, Reply, read

NAMES = {"item": "I1", "mark": "kit-1"}
ITEM = "<ItemId><ItemIdentifierValue>I1</ItemIdentifierValue></ItemId>"
DONE = f"<LookupItemResponse>{ITEM}</LookupItemResponse>"
OTHER = f"<CheckInItemResponse>{ITEM}</CheckInItemResponse>"
OPTIONAL = "ItemOptionalFields/CirculationStatus"
ON_LOAN = DONE.replace(
    "</Look", "<ItemOptionalFields><CirculationStatus>On Loan</CirculationStatus></ItemOptionalFields></Look"
)
BARE = "<Problem><ProblemType>Unknown Service</ProblemType></Problem>"


def refusal(kind: str = "Unknown Item", element: str = "//LookupItem/ItemId", value: str = "I1") -> str:
    return (
        f"<LookupItemResponse><Problem><ProblemType>{kind}</ProblemType><ProblemElement>{element}</ProblemElement>"
        f"<ProblemValue>{value}</ProblemValue></Problem></LookupItemResponse>"
    )


def reply(content: str, dialect: Dialect = V2_02, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return read(dialect.written(content).encode(), status, named)


@pytest.mark.parametrize(
    ("claim", "right", "wrong"),
    [
        (claims.done("LookupItem"), DONE, OTHER),
        (claims.done("LookupItem"), DONE, refusal()),
        (claims.refused("LookupItem"), refusal(), DONE),
        (claims.refused("LookupItem", "Unknown Item"), refusal(), refusal("Unknown User")),
        (claims.refused("LookupItem", "Unknown Service"), refusal("Unknown Service"), BARE),
        (claims.problem("Unknown Service", "Protocol Error"), BARE, refusal()),
        (claims.about("ItemId"), refusal(), refusal(element="//LookupItem/UserId")),
        (claims.about("ItemId"), refusal(element="ItemId"), refusal(element="NotItemId")),
        (claims.about("ItemId", "{item}"), refusal(), refusal(value="I2")),
        (claims.told("ItemId/ItemIdentifierValue", "{item}"), DONE, DONE.replace("I1", "I2")),
        (claims.told_one_of(OPTIONAL, "On Loan", "Recalled"), ON_LOAN, ON_LOAN.replace("On Loan", "Lost")),
        (claims.told_if_at_all(OPTIONAL, "On Loan"), DONE, ON_LOAN.replace("On Loan", "Lost")),
        (claims.listed("ItemId/ItemIdentifierValue", "{item}"), DONE, refusal()),
        (claims.not_listed("ItemId/ItemIdentifierValue", "{item}"), refusal(), DONE),
        (claims.times("ItemId/ItemIdentifierValue", "{item}", 1), DONE, DONE.replace(ITEM, ITEM + ITEM)),
        (claims.filled("ItemId/ItemIdentifierValue"), DONE, DONE.replace("I1", "")),
        (claims.there("ItemId", OPTIONAL), ON_LOAN, DONE),
        (claims.missing("ItemOptionalFields", "UserId"), DONE, ON_LOAN),
        (claims.fits("ItemId/ItemIdentifierValue", r"I\d", "a number"), DONE, DONE.replace("I1", "one")),
        (claims.fits("ItemId/ItemIdentifierValue", r"I\d", "a number"), DONE, refusal()),
        (claims.at_most("ItemId", 1), DONE, DONE.replace(ITEM, ITEM + ITEM)),
        (claims.at_most("ItemId", 1), DONE, refusal()),
        (claims.quiet_about("{mark}"), DONE, DONE.replace("I1", "kit-1")),
        (claims.LAYOUT, DONE, DONE.replace(ITEM, "")),
        (claims.NOT_BUSY, refusal(), refusal("Temporary Processing Failure")),
        (claims.NO_TRACE, DONE, DONE.replace("I1", "at org.example.Servlet.post(Servlet.java:42)")),
        (claims.NO_TRACE, DONE, DONE.replace("I1", "servlet.py line 7")),
        (claims.REFUSED_SYNTAX[0], BARE.replace("Unknown Service", claims.NOT_UNDERSTOOD), BARE),
        (claims.REFUSED_CLEANLY[0], refusal(), DONE),
        (claims.REFUSED_UNREAD[0], refusal(claims.NOT_UNDERSTOOD), refusal()),
    ],
)
def test_a_claim_holds_of_the_right_answer_only(claim: ReplyClaim, right: str, wrong: str) -> None:
    assert claim.holds(reply(right), Scene(NAMES))
    assert not claim.holds(reply(wrong), Scene(NAMES))
    assert claim.words.format_map(NAMES)


@pytest.mark.parametrize(
    ("claim", "right", "wrong"),
    [
        (claims.in_version(V2_0.uri), reply(DONE, V2_0), reply(DONE)),
        (claims.prefixed("ns1"), reply(DONE), reply(DONE, V1_0)),
        (claims.NO_NAMESPACE, reply(DONE, V1_0), reply(DONE)),
        (claims.NAMESPACED, reply(DONE), reply(DONE, V1_0)),
        (claims.status(200), reply(DONE), reply(DONE, status=500)),
        (claims.REFUSED_CLEANLY[0], read(b"no", 413), read(b"no", 500)),
        (claims.REFUSED_UNREAD[0], read(b"no", 400), read(b"no", 500)),
        (claims.header("Server", "tiny"), reply(DONE, server="Tiny"), reply(DONE, server="tiny 1")),
        (claims.quiet_about("{mark}"), reply(DONE, x_a="b"), reply(DONE, x_a="a kit-1")),
    ],
)
def test_a_claim_about_what_is_around_a_message(claim: ReplyClaim, right: Reply, wrong: Reply) -> None:
    assert claim.holds(right, Scene(NAMES))
    assert not claim.holds(wrong, Scene(NAMES))


@pytest.mark.parametrize(
    ("claim", "same", "other"),
    [
        (claims.same_as("first", "ItemId/ItemIdentifierValue"), ON_LOAN, DONE.replace("I1", "I2")),
        (claims.same_bytes_as("first"), DONE, ON_LOAN),
        (claims.other_than("first", "ItemId/ItemIdentifierValue"), DONE.replace("I1", "I2"), DONE),
    ],
)
def test_a_claim_that_compares_looks_at_the_answer_of_that_name(
    claim: ReplyClaim, same: str, other: str
) -> None:
    scene = Scene(NAMES)
    scene.replied["first"] = reply(DONE)
    assert claim.holds(reply(same), scene)
    assert not claim.holds(reply(other), scene)


def test_a_header_is_swapped_where_both_agencies_are_there() -> None:
    both = (
        "<ResponseHeader><FromAgencyId><AgencyId>A</AgencyId></FromAgencyId><ToAgencyId><AgencyId>B</AgencyId>"
        "</ToAgencyId></ResponseHeader>"
    )
    assert claims.SWAPPED.holds(reply(DONE.replace(ITEM, both + ITEM)), Scene({}))
    assert not claims.SWAPPED.holds(reply(DONE), Scene({}))
