"""What clauses amount to, by the kind of their access point; and every ground for refusing one."""

from __future__ import annotations

import pytest

from core.interpreting import Interpreter, Limits
from core.model.records import BibId
from core.plan import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Between,
    Edge,
    InRow,
    Known,
    Pattern,
    Phrase,
    Plan,
    Present,
    Slot,
    Term,
    Without,
)
from core.points import AccessPoint, AccessPoints, Name, PointKind
from core.query import (
    And,
    Clause,
    Everything,
    Ids,
    Mask,
    Match,
    Near,
    Not,
    Or,
    Query,
    QueryFault,
    SearchRefused,
    Unit,
    Word,
    plain,
)

ALL_MATCHES = frozenset(Match)


def point(name: str, kind: PointKind, *rows: str, empty: bool = False) -> AccessPoint:
    """A point that takes every match."""
    return AccessPoint(name, name, kind, (Name("alma", name),), (), ALL_MATCHES, name, rows, empty=empty)


POINTS = AccessPoints(
    [
        point("title", PointKind.TEXT, "title", empty=True),
        point("name", PointKind.TEXT, "main", "added"),
        point("language", PointKind.CODE, empty=True),
        point("year", PointKind.NUMBER),
        point("changed", PointKind.DATE),
        point("isbn", PointKind.ISBN),
        point("number", PointKind.RECORD_NUMBER),
        point("shelf", PointKind.CALL_NUMBER, "shelf"),
        AccessPoint("few", "few", PointKind.TEXT, (), (), frozenset({Match.ALL}), "few", ("few",)),
    ]
)
FOUND = {"B1": (BibId(7),)}
INTERPRETER = Interpreter(
    POINTS, {"number": lambda typed: FOUND.get(typed, ())}, Limits(operands=4, term=50, masks=3)
)
RUN, ONE = Mask.RUN, Mask.ONE


def phrase(row: str, *held: str | Pattern | Edge) -> Phrase:
    """Words next to one another."""
    slots = [(one,) if isinstance(one, str) else one for one in held]
    return Phrase(row, tuple(Slot(at, one) for at, one in enumerate(slots)))


def clause(name: str, matches: Match, text: str) -> Clause:
    """Words without masks."""
    return Clause(name, matches, plain(text))


PLANS: list[tuple[Query, Plan]] = [
    (clause("title", Match.EQ, "The  Cat-sat!"), phrase("title", "the", "cat", "sat")),
    (clause("title", Match.PHRASE, "Été"), phrase("title", "ete")),
    (clause("title", Match.ALL, "cat x-ray"), AllOf((phrase("title", "cat"), phrase("title", "x", "ray")))),
    (clause("title", Match.ANY, "cat . hat"), AnyOf((phrase("title", "cat"), phrase("title", "hat")))),
    (clause("title", Match.HEADING, "cat"), phrase("title", Edge.START, "cat", Edge.END)),
    (clause("title", Match.BEGINS, "the cat"), phrase("title", Edge.START, "the", "cat")),
    (
        Clause("title", Match.BEGINS, (Word(("the",)), Word(("ca", RUN)))),
        phrase("title", Edge.START, "the", ("ca", RUN)),
    ),
    (clause("title", Match.NE, "cat"), Without(InRow("title"), phrase("title", Edge.START, "cat", Edge.END))),
    (clause("title", Match.EQ, "東京"), phrase("title", "東", "京")),
    (
        Clause("title", Match.EQ, (Word(("cat",), starts=True), Word(("hat",), ends=True))),
        phrase("title", Edge.START, "cat", "hat", Edge.END),
    ),
    (Clause("title", Match.EQ), Without(EVERYTHING, InRow("title"))),
    (Clause("title", Match.ANY_VALUE), InRow("title")),
    (Clause("year", Match.NO_VALUE), Without(EVERYTHING, Present("year"))),
    (Clause("language", Match.NE), Present("language")),
    (clause("name", Match.EQ, "doe"), AnyOf((phrase("main", "doe"), phrase("added", "doe")))),
    (clause("language", Match.EQ, "ENG"), Term("language", ("eng",))),
    (
        clause("language", Match.ANY, "eng ger"),
        AnyOf((Term("language", ("eng",)), Term("language", ("ger",)))),
    ),
    (clause("language", Match.NE, "eng"), Without(Present("language"), Term("language", ("eng",)))),
    (clause("language", Match.BEGINS, "en"), Term("language", ("en", RUN))),
    (Clause("language", Match.EQ, (Word(("e", ONE, "g")),)), Term("language", ("e", ONE, "g"))),
    (clause("year", Match.EQ, "1999"), Term("year", ("0000000000000001999",))),
    (clause("year", Match.LT, "1999"), Between("year", None, "0000000000000001999", high_included=False)),
    (clause("year", Match.GE, "1999"), Between("year", "0000000000000001999", None)),
    (
        clause("year", Match.WITHIN, "1 20"),
        Between("year", "0000000000000000001", "0000000000000000020"),
    ),
    (clause("changed", Match.EQ, "2020-02"), Between("changed", "20200201", "20200229")),
    (clause("changed", Match.GT, "2020"), Between("changed", "20201231", None, low_included=False)),
    (clause("changed", Match.LT, "2020"), Between("changed", None, "20200101", high_included=False)),
    (clause("changed", Match.LE, "2020"), Between("changed", None, "20201231")),
    (clause("changed", Match.WITHIN, "2019 2020-01"), Between("changed", "20190101", "20200131")),
    (clause("isbn", Match.EQ, "0-306-40615-2"), Term("isbn", ("9780306406157",))),
    (clause("number", Match.EQ, "B1"), Known((BibId(7),))),
    (clause("number", Match.EQ, "B2"), Term("number", ("b2",))),
    (clause("number", Match.ANY, "B1 B2"), AnyOf((Known((BibId(7),)), Term("number", ("b2",))))),
    (clause("shelf", Match.EQ, "PR4034"), phrase("shelf", "pr", "4034")),
    (clause("shelf", Match.HEADING, "PR4034 .E5"), Term("shelf", ("pr 004034 e5",))),
    (clause("shelf", Match.GE, "PR4034"), Between("shelf", "pr 004034", None)),
    (Everything(), EVERYTHING),
    (Ids((BibId(3),)), AllOf((Known((BibId(3),)),))),
    (
        And(And(clause("language", Match.EQ, "a"), Everything()), clause("language", Match.EQ, "b")),
        AllOf((Term("language", ("a",)), EVERYTHING, Term("language", ("b",)))),
    ),
    (Or(Everything(), Not(Everything(), Everything())), AnyOf((EVERYTHING, Without(EVERYTHING, EVERYTHING)))),
    (
        Near(clause("title", Match.EQ, "cat"), clause("title", Match.EQ, "in hat"), 2, ordered=True),
        AnyOf(
            (
                Phrase("title", (Slot(0, ("cat",)), Slot(1, ("in",)), Slot(2, ("hat",)))),
                Phrase("title", (Slot(0, ("cat",)), Slot(2, ("in",)), Slot(3, ("hat",)))),
            )
        ),
    ),
    (
        Near(clause("title", Match.EQ, "a b"), clause("title", Match.EQ, "c"), 3, Match.EQ),
        AnyOf(
            (
                Phrase("title", (Slot(0, ("a",)), Slot(1, ("b",)), Slot(4, ("c",)))),
                Phrase("title", (Slot(0, ("c",)), Slot(3, ("a",)), Slot(4, ("b",)))),
            )
        ),
    ),
]


@pytest.mark.parametrize(("query", "plan"), PLANS)
def test_a_query_amounts_to(query: Query, plan: Plan) -> None:
    assert INTERPRETER.plan(query) == plan


CAT = clause("title", Match.EQ, "cat")
MASKED = Clause("title", Match.EQ, (Word(("ca", RUN)),))

REFUSED: list[tuple[Query, QueryFault, str]] = [
    (clause("colour", Match.EQ, "red"), QueryFault.UNKNOWN_POINT, "colour"),
    (clause("few", Match.EQ, "red"), QueryFault.MATCH_NOT_FOR_POINT, "eq few"),
    (Clause("name", Match.EQ), QueryFault.EMPTY_TERM, "name"),
    (Clause("title", Match.BEGINS), QueryFault.EMPTY_TERM, "title"),
    (clause("title", Match.EQ, "..."), QueryFault.NOTHING_TO_SEEK, "..."),
    (clause("title", Match.ALL, ". !"), QueryFault.NOTHING_TO_SEEK, ". !"),
    (clause("language", Match.EQ, "?"), QueryFault.NOTHING_TO_SEEK, "?"),
    (clause("year", Match.EQ, "soon"), QueryFault.NOT_A_NUMBER, "soon"),
    (clause("year", Match.LT, "soon"), QueryFault.NOT_A_NUMBER, "soon"),
    (clause("changed", Match.GE, "soon"), QueryFault.NOT_A_DATE, "soon"),
    (clause("changed", Match.EQ, "2020-13"), QueryFault.NOT_A_DATE, "2020-13"),
    (clause("year", Match.WITHIN, "1999"), QueryFault.NOT_A_RANGE, "1999"),
    (clause("year", Match.LT, "1999 2000"), QueryFault.NOT_ONE_VALUE, "1999 2000"),
    (clause("title", Match.EQ, "x" * 51), QueryFault.TERM_TOO_LONG, "50"),
    (Clause("year", Match.EQ, (Word(("19", RUN)),)), QueryFault.MASK_NOT_HERE, "19*"),
    (Clause("shelf", Match.LT, (Word(("PR", RUN)),)), QueryFault.MASK_NOT_HERE, "PR*"),
    (Clause("title", Match.EQ, (Word((RUN,)),)), QueryFault.MASK_TOO_SHORT, "*"),
    (Clause("title", Match.ALL, (Word(("a", RUN)),)), QueryFault.MASK_TOO_SHORT, "a*"),
    (Clause("title", Match.ALL, (Word((RUN, "ab")),)), QueryFault.MASK_TOO_SHORT, "*ab"),
    (Clause("language", Match.EQ, (Word(("a", ONE)),)), QueryFault.MASK_TOO_SHORT, "a?"),
    (Clause("title", Match.EQ, (Word(("ab", *[ONE] * 4)),)), QueryFault.TOO_MANY_MASKS, "3"),
    (
        Clause("title", Match.EQ, (Word(("cat",)), Word(("hat",), starts=True))),
        QueryFault.ANCHOR_NOT_HERE,
        "cat ^hat",
    ),
    (Clause("language", Match.EQ, (Word(("eng",), ends=True),)), QueryFault.ANCHOR_NOT_HERE, "eng^"),
    (Near(And(CAT, CAT), CAT), QueryFault.NEAR_NOT_THESE, "not words on both sides"),
    (Near(CAT, clause("name", Match.EQ, "doe")), QueryFault.NEAR_NOT_THESE, "title name"),
    (Near(CAT, clause("title", Match.ANY, "a b")), QueryFault.NEAR_NOT_THESE, "a b"),
    (Near(CAT, clause("colour", Match.EQ, "red")), QueryFault.UNKNOWN_POINT, "colour"),
    (Near(CAT, MASKED), QueryFault.NEAR_MASKED, "ca*"),
    (Near(CAT, clause("title", Match.BEGINS, "hat")), QueryFault.NEAR_ANCHORED, "hat"),
    (Near(CAT, CAT, unit=Unit.SENTENCE), QueryFault.NEAR_UNIT, "sentence"),
    (Near(CAT, CAT, 2, Match.GT), QueryFault.NEAR_COMPARISON, "gt"),
    (Near(CAT, CAT, 0, Match.EQ), QueryFault.NEAR_DISTANCE, "0"),
    (Near(CAT, CAT, 21), QueryFault.NEAR_DISTANCE, "21"),
    (Or(Or(CAT, CAT), clause("title", Match.ALL, "a b c")), QueryFault.TOO_MANY_OPERANDS, "4"),
]


@pytest.mark.parametrize(("query", "fault", "value"), REFUSED)
def test_a_query_is_refused(query: Query, fault: QueryFault, value: str) -> None:
    assert INTERPRETER.plan(query) == SearchRefused(fault, value)


def test_a_chain_as_long_as_may_be_needs_no_depth() -> None:
    """Left or right, a thousand operands of one operator are one row."""
    wide = Interpreter(POINTS, {}, Limits(operands=5000))
    query: Query = CAT
    for _ in range(3000):
        query = Or(query, CAT)
    plan = wide.plan(query)
    assert isinstance(plan, AnyOf)
    assert len(plan.parts) == 3001
