"""A case knows by itself what it needs."""

from conformance.case import (
    AtOnce,
    Behind,
    Beside,
    Burst,
    Case,
    Level,
    Opening,
    Reconnect,
    Scene,
    Step,
    ask,
    names_in,
    post,
)

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


def spoken(*steps: Step) -> Case:
    return Case(id="a.b", title="t", level=Level.MUST, clause="c", steps=steps)


def test_a_case_of_ncip_needs_what_its_messages_name_and_a_place_to_send_them() -> None:
    case = spoken(post("<LookupItem>{item}{token}</LookupItem>", keep={"token": lambda reply: reply.uri}))
    assert case.needs == {"ncip", "item"}
    assert case.ways == {"ncip"}
    assert case.services == {"LookupItem"}
    assert spoken(post("<A/>", over_tcp=True)).needs == {"ncip_tcp"}


def test_a_case_of_both_protocols_needs_both() -> None:
    case = spoken(ask("17{now}AB{item}|"), AtOnce((post("<A/>"),)), Behind((post("<B/>"), post("<C/>"))))
    assert case.needs == {"now", "item", "sip2", "ncip"}
    assert case.services == {"A", "B", "C"}
    assert case.requests == {"17"}
    assert CASE.ways == {"sip2"}


def test_names_are_written_as_xml_wants_them_where_xml_is_spoken() -> None:
    assert Scene({"x": "<&"}).say_in_xml("<a>{x}</a>") == "<a>&lt;&amp;</a>"
