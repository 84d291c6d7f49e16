"""A case knows by itself what it needs."""

from conformance.case import Beside, Burst, Case, Level, Opening, Reconnect, Scene, ask, names_in

CASE = Case(
    id="a.b",
    title="t",
    level=Level.MUST,
    clause="c",
    steps=(
        ask("23001{now}AA{patron}|", keep={"sum": lambda answer: answer.first("BV")}),
        Reconnect(),
        Burst((ask("17{now}AB{item}|"), ask("37{now}BV{sum}|"))),
    ),
    undo=(ask("09N{last}AB{item2}|"),),
    also_needs=("user",),
)


def test_needs_are_the_names_used_and_not_told_by_the_server() -> None:
    assert CASE.needs == {"now", "patron", "item", "last", "item2", "user"}


def test_requests_are_the_codes_sent_bursts_included() -> None:
    assert CASE.requests == {"23", "17", "37"}


def test_a_case_that_comes_as_another_terminal_needs_one() -> None:
    for step in (Reconnect(Opening.OTHER), Beside((ask("97"),), Opening.OTHER)):
        case = Case(id="a.b", title="t", level=Level.MUST, clause="c", steps=(step,))
        assert case.needs == {"other_user"}
        assert case.openings == {Opening.LOGGED_IN, Opening.OTHER}


def test_what_is_sent_beside_belongs_to_the_case() -> None:
    beside = Beside((ask("17{now}AB{item}|"),))
    case = Case(id="a.b", title="t", level=Level.MUST, clause="c", steps=(beside,))
    assert case.requests == {"17"}
    assert case.needs == {"now", "item"}


def test_doubled_braces_are_braces() -> None:
    assert names_in("AA{{x}}{y}|") == {"y"}
    assert Scene({"y": "1"}).say("AA{{x}}{y}|") == "AA{x}1|"
