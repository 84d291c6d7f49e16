"""RPN as the catalogue's queries: what each combination of attributes means, and which number refuses it."""

from __future__ import annotations

from itertools import permutations

import pytest

from core import query as q
from core.points import PointKind
from core.query import Mask, Match, Word
from protocols.z3950.oids import EXP_1, GILS
from protocols.z3950.rpn import RpnQuery
from protocols.z3950.structures import (
    AttributeElement,
    AttributesPlusTerm,
    ComplexAttribute,
    Number,
    Text,
)
from servers.catalogue.access_points import table
from servers.z3950.refusal import Refused
from servers.z3950.translate.queries import SERVED, STRUCTURES, read
from tests.matrix import proves
from tests.protocols.z3950.values import bib_1
from tests.servers.z3950.given import meaning, reading

RUN = Mask.RUN


def words(*typed: str | tuple[str | Mask, ...]) -> tuple[Word, ...]:
    """Words, each as its pieces."""
    return tuple([Word((each,) if isinstance(each, str) else each) for each in typed])


def bath(use: int, relation: int, position: int, structure: int, truncation: int, completeness: int) -> str:
    """All six attributes, as Bath wants them."""
    values = (use, relation, position, structure, truncation, completeness)
    return " ".join([f"@attr {kind}={value}" for kind, value in enumerate(values, 1)])


CAT = words("cat", "hat")
BEGUN = words("cat", ("ha", RUN))

BATH = [
    # Level 0, keyword searches
    (bath(1003, 3, 3, 2, 100, 1), "cat", q.Clause("creator", Match.PHRASE, words("cat"))),
    (bath(4, 3, 3, 2, 100, 1), "cat", q.Clause("title", Match.PHRASE, words("cat"))),
    (bath(21, 3, 3, 2, 100, 1), "cat", q.Clause("subjects", Match.PHRASE, words("cat"))),
    (bath(1016, 3, 3, 2, 100, 1), "cat", q.Clause("all_for_ui", Match.PHRASE, words("cat"))),
    # Level 1, the same with right truncation
    (bath(4, 3, 3, 2, 1, 1), "ca", q.Clause("title", Match.PHRASE, words(("ca", RUN)))),
    # Exact match, first words and first characters in field
    (bath(4, 3, 1, 1, 100, 3), "cat hat", q.Clause("title", Match.HEADING, CAT)),
    (bath(21, 3, 1, 1, 100, 3), "cat hat", q.Clause("subjects", Match.HEADING, CAT)),
    (bath(4, 3, 1, 1, 100, 1), "cat hat", q.Clause("title", Match.BEGINS, CAT)),
    (bath(4, 3, 1, 1, 1, 1), "cat ha", q.Clause("title", Match.BEGINS, BEGUN)),
    # Author: established heading, with and without right truncation
    (bath(1003, 3, 1, 101, 100, 3), "cat hat", q.Clause("creator", Match.HEADING, CAT)),
    (bath(1003, 3, 1, 101, 1, 3), "cat ha", q.Clause("creator", Match.BEGINS, BEGUN)),
    # Standard identifiers
    (bath(1007, 3, 1, 1, 100, 1), "12-3", q.Clause("standard_number", Match.EQ, words("12-3"))),
    (bath(7, 3, 1, 1, 100, 1), "12-3", q.Clause("isbn", Match.EQ, words("12-3"))),
    (bath(8, 3, 1, 1, 100, 1), "12-3", q.Clause("issn", Match.EQ, words("12-3"))),
    # Date of publication
    *[
        (bath(31, relation, 1, 4, 100, 1), "1990", q.Clause("main_pub_date", match, words("1990")))
        for relation, match in ((1, Match.LT), (2, Match.LE), (3, Match.EQ), (4, Match.GE), (5, Match.GT))
    ],
    (
        bath(31, 104, 1, 4, 100, 1),
        "1990 1999",
        q.Clause("main_pub_date", Match.WITHIN, words("1990", "1999")),
    ),
    # Key title, topical subject
    (bath(33, 3, 1, 1, 100, 3), "cat hat", q.Clause("unique_serial_title", Match.HEADING, CAT)),
    (bath(33, 3, 1, 1, 1, 1), "cat ha", q.Clause("unique_serial_title", Match.BEGINS, BEGUN)),
    (bath(1079, 3, 3, 2, 100, 1), "cat", q.Clause("topical_subject", Match.PHRASE, words("cat"))),
]


@proves("every attribute and combination of Bath levels 0 to 2 means what it says")
@pytest.mark.parametrize(("attributes", "term", "expected"), BATH)
def test_bath(attributes: str, term: str, expected: q.Clause) -> None:
    assert meaning(f'{attributes} "{term}"').query == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cat", q.Clause("all_for_ui", Match.PHRASE, words("cat"))),
        ('"cat hat"', q.Clause("all_for_ui", Match.PHRASE, CAT)),
        ("@attr 1=4 cat", q.Clause("title", Match.PHRASE, words("cat"))),
        ("@attr 1=title cat", q.Clause("title", Match.PHRASE, words("cat"))),
        ("@attr 1=dc.Title cat", q.Clause("title", Match.PHRASE, words("cat"))),
        ('@attr 1=4 @attr 4=6 "cat hat"', q.Clause("title", Match.ALL, CAT)),
        ('@attr 1=1003 @attr 4=102 "cat hat"', q.Clause("creator", Match.ALL, CAT)),
        ('@attr 1=4 @attr 4=108 "cat hat"', q.Clause("title", Match.HEADING, CAT)),
        (
            '@attr 1=4 @attr 4=6 @attr 5=1 "ca ha"',
            q.Clause("title", Match.ALL, words(("ca", RUN), ("ha", RUN))),
        ),
        ('@attr 1=4 @attr 5=2 "at hat"', q.Clause("title", Match.PHRASE, words((RUN, "at"), "hat"))),
        ('@attr 1=4 @attr 5=3 "at ha"', q.Clause("title", Match.PHRASE, words((RUN, "at"), ("ha", RUN)))),
        ("@attr 1=4 @attr 5=101 c#t#", q.Clause("title", Match.PHRASE, words(("c", RUN, "t", RUN)))),
        (
            "@attr 1=4 @attr 5=104 c#t?",
            q.Clause("title", Match.PHRASE, words(("c", Mask.ONE, "t", RUN))),
        ),
        ("@attr 1=4 @attr 2=103 cat", q.Clause("title", Match.ANY_VALUE)),
        ('@attr 1=4 @attr 2=6 @attr 6=3 "cat hat"', q.Clause("title", Match.NE, CAT)),
        ("@attr 1=54 eng", q.Clause("language", Match.EQ, words("eng"))),
        ('@attr 1=7 @attr 4=6 "1 2"', q.Clause("isbn", Match.ALL, words("1", "2"))),
        ("@attr 1=7 @attr 5=1 978", q.Clause("isbn", Match.EQ, words(("978", RUN)))),
        ("@attr 1=31 @attr 4=109 @term numeric 1990", q.Clause("main_pub_date", Match.EQ, words("1990"))),
        ("@attr 1=4 @term string cat", q.Clause("title", Match.PHRASE, words("cat"))),
    ],
)
def test_what_is_left_out_has_a_meaning(query: str, expected: q.Clause) -> None:
    assert meaning(query).query == expected


@proves("every attribute that is not served is refused with its number")
@pytest.mark.parametrize(
    ("query", "condition", "addinfo"),
    [
        ("@attr 9=1 x", 113, "9"),
        ("@attr 1=9999 x", 114, "9999"),
        ("@attr 1=nonsense x", 114, "nonsense"),
        ("@attr 1=other.title x", 114, "other.title"),
        ("@attr 2=100 x", 117, "100"),
        ("@attr 2=101 x", 117, "101"),
        ("@attr 2=102 x", 117, "102"),
        ("@attr 2=7 x", 117, "7"),
        ("@attr 4=105 x", 118, "105"),
        ("@attr 4=106 x", 118, "106"),
        ("@attr 4=104 x", 118, "104"),
        ("@attr 1=4 @attr 4=4 x", 118, "4"),
        ("@attr 1=7 @attr 4=101 x", 118, "101"),
        ("@attr 3=2 x", 119, "2"),
        ("@attr 3=9 x", 119, "9"),
        ("@attr 5=102 x", 120, "102"),
        ("@attr 5=103 x", 120, "103"),
        ("@attr 5=104 c?3", 120, "?3"),
        ("@attr exp-1 1=4 x", 121, str(EXP_1)),
        ("@attrset gils @attr 1=4 x", 121, str(GILS)),
        ("@attr 6=2 x", 122, "2"),
        ("@attr 1=4 @attr 1=1003 x", 123, "1"),
        ("@attr 1=4 @attr 3=1 @attr 4=6 x", 123, "3=1 4=6"),
        ("@attr 1=4 @attr 3=1 @attr 5=2 x", 123, "3=1 5=2"),
        ("@attr 1=4 @attr 4=2 @attr 6=3 x", 123, "4=2 6=3"),
        ("@attr 1=4 @attr 4=6 @attr 6=3 x", 123, "4=6 6=3"),
        ("@attr 1=4 @attr 2=6 x", 123, "2=6 6=1"),
        ("@attr 1=31 @attr 2=1 @attr 5=1 1990", 123, "2=1 5=1"),
        ("@attr 2=lots x", 117, "lots"),
        ('""', 125, ""),
        ('"  "', 125, ""),
        ("@attr 1=4 @term oid 1.2.3", 229, "oid"),
        ("@attr 1=4 @term null x", 229, "Null"),
        ("@attr 1=4 @set 1", 245, "1"),
        ("@prox 0 1 1 2 k 2 @set 1 x", 130, ""),
        ("@prox 0 1 1 2 k 2 @and a b x", 129, ""),
        ("@prox 1 1 1 2 k 2 a b", 110, "prox with exclusion"),
        ("@prox 0 1 1 7 k 2 a b", 131, "7"),
        ("@prox 0 1 1 2 k 1 a b", 132, "1"),
        ("@prox 0 1 1 2 p 9 a b", 132, "9"),
    ],
)
def test_what_is_not_served_is_refused_with_its_number(query: str, condition: int, addinfo: str) -> None:
    with pytest.raises(Refused) as refused:
        meaning(query, reading(q.EVERYTHING))
    assert (refused.value.diagnostic.condition, refused.value.diagnostic.text) == (condition, addinfo)


def test_the_order_of_attributes_does_not_matter() -> None:
    parts = ["@attr 1=4", "@attr 3=1", "@attr 4=1", "@attr 5=1"]
    meant = {meaning(f'{" ".join(order)} "cat ha"').query for order in permutations(parts)}
    assert meant == {q.Clause("title", Match.BEGINS, BEGUN)}


def complex_query(value: ComplexAttribute, kind: int = 1) -> RpnQuery:
    """A query with an attribute of this value."""
    element = AttributeElement(attribute_type=kind, attribute_value=value)
    return bib_1(AttributesPlusTerm((element,), b"cat"))


@proves("every attribute that is not served is refused with its number")
def test_a_complex_value_is_one_name_or_number_or_refused() -> None:
    manner = reading()
    assert read(complex_query(ComplexAttribute((Number(4),))), manner).query == meaning("@attr 1=4 cat").query
    for value in (
        ComplexAttribute((Text("title"), Text("creator"))),
        ComplexAttribute((Text("title"),), (1,)),
    ):
        with pytest.raises(Refused) as refused:
            read(complex_query(value), manner)
        assert refused.value.diagnostic.condition == 246


@proves("every attribute that is not served is refused with its number")
def test_in_version_2_no_attribute_has_a_set_of_its_own() -> None:
    with pytest.raises(Refused) as refused:
        meaning("@attr bib-1 1=4 cat", reading(version=2))
    assert refused.value.diagnostic.condition == 247
    assert meaning("@attr bib-1 1=4 cat").query == meaning("@attr 1=4 cat").query


def test_booleans_stand_as_they_were_sent() -> None:
    a, b, c = (meaning(name).query for name in "abc")
    assert meaning("@and a @or b c").query == q.And(a, q.Or(b, c))
    assert meaning("@not @and a b c").query == q.Not(q.And(a, b), c)
    assert [part.sent.term for part in meaning("@not @and a b c").parts] == ["a", "b", "c"]


def test_a_result_set_is_what_it_was_found_by() -> None:
    kept = meaning("kept").query
    assert meaning("@and @set 1 a", reading(kept)).query == q.And(kept, meaning("a").query)
    with pytest.raises(Refused) as refused:
        meaning("@and @set 1 a")
    assert (refused.value.diagnostic.condition, refused.value.diagnostic.text) == (30, "1")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0 1 1 2 k 2", (1, Match.LE, True, q.Unit.WORD)),
        ("void 3 0 1 k 2", (3, Match.LT, False, q.Unit.WORD)),
        ("0 2 1 3 k 4", (2, Match.EQ, True, q.Unit.PARAGRAPH)),
        ("0 2 1 4 k 3", (2, Match.GE, True, q.Unit.SENTENCE)),
        ("0 2 1 5 k 8", (2, Match.GT, True, q.Unit.ELEMENT)),
        ("0 2 1 6 k 2", (2, Match.NE, True, q.Unit.WORD)),
    ],
)
def test_proximity(written: str, expected: tuple[int, Match, bool, q.Unit]) -> None:
    distance, compared, ordered, unit = expected
    found = meaning(f"@prox {written} a b").query
    assert found == q.Near(meaning("a").query, meaning("b").query, distance, compared, ordered, unit)


def test_every_kind_of_point_has_its_structures_and_no_other() -> None:
    assert STRUCTURES.keys() == set(PointKind)
    assert set().union(*STRUCTURES.values()) == next(
        values for kind, values in SERVED.items() if kind.name == "STRUCTURE"
    )


def test_every_use_attribute_of_the_table_finds_its_point() -> None:
    for point in table().points.values():
        for use in point.use:
            assert meaning(f"@attr 1={use} 1").query == q.Clause(
                point.name, meaning(f"@attr 1={use} 1").parts[0].query.match, words("1")
            )
