"""PQF, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.z3950 import pqf
from protocols.z3950.declarations import NULL, GeneralizedTime
from protocols.z3950.oids import BIB_1, EXP_1, Oid
from protocols.z3950.pqf import PqfError
from protocols.z3950.rpn import (
    Boolean,
    PrivateUnit,
    Proximity,
    ProximityQuery,
    ProximityRelation,
    ProximityUnit,
    ResultSetOperand,
    ResultSetPlusAttributes,
    RpnQuery,
    attribute,
)
from protocols.z3950.structures import (
    AttributeElement,
    AttributesPlusTerm,
    ComplexAttribute,
    External,
    IntUnit,
    Text,
    Unit,
)
from tests.matrix import proves
from tests.protocols.z3950.values import bib_1


def term(text: bytes, *attributes: AttributeElement) -> AttributesPlusTerm:
    return AttributesPlusTerm(attributes, text)


TITLE = attribute(1, 4)
NEAR = Proximity(
    exclusion=False,
    distance=2,
    ordered=True,
    relation_type=ProximityRelation.AT_MOST,
    proximity_unit_code=ProximityUnit.WORD,
)

TABLE = [
    ("computer", bib_1(term(b"computer"))),
    ("@attr 1=4 computer", bib_1(term(b"computer", TITLE))),
    (
        '@attrset exp-1 @attr 1=4 @attr bib-1 2=3 "two words"',
        RpnQuery(EXP_1, (term(b"two words", TITLE, attribute(2, 3, BIB_1)),)),
    ),
    (
        "@and dog @or cat @set Default",
        bib_1(term(b"dog"), term(b"cat"), ResultSetOperand("Default"), Boolean.OR, Boolean.AND),
    ),
    (
        "@not @and a b c",
        bib_1(term(b"a"), term(b"b"), Boolean.AND, term(b"c"), Boolean.AND_NOT),
    ),
    (
        "@prox 0 2 1 2 k 2 @attr 1=4 a @attr 1=4 b",
        bib_1(term(b"a", TITLE), term(b"b", TITLE), NEAR),
    ),
    (
        "@prox void 9 0 77 p 5 a b",
        bib_1(
            term(b"a"),
            term(b"b"),
            Proximity(distance=9, ordered=False, relation_type=77, proximity_unit_code=PrivateUnit(5)),
        ),
    ),
    ("@attr 2=3 @set A", bib_1(ResultSetPlusAttributes("A", (attribute(2, 3),)))),
    (
        "@attr 1.2.3 1=title x",
        bib_1(
            term(
                b"x",
                AttributeElement(
                    attribute_set=Oid("1.2.3"),
                    attribute_type=1,
                    attribute_value=ComplexAttribute((Text("title"),)),
                ),
            )
        ),
    ),
    ('"@and"', bib_1(term(b"@and"))),
    ('""', bib_1(term(b""))),
    (r'"a\"b\\c\xff\x00"', bib_1(term(b'a"b\\c\xff\x00'))),
    ("épée", bib_1(term("épée".encode()))),
    ("@term string épée", bib_1(AttributesPlusTerm((), "épée"))),
    ("@term numeric -5", bib_1(AttributesPlusTerm((), -5))),
    ("@term oid 1.2.3", bib_1(AttributesPlusTerm((), Oid("1.2.3")))),
    ("@term datetime 2031", bib_1(AttributesPlusTerm((), GeneralizedTime("2031")))),
    ("@term null x", bib_1(AttributesPlusTerm((), NULL))),
]


@proves("Z39.50: RPN read, written, and shown as PQF")
@pytest.mark.parametrize(("text", "query"), TABLE)
def test_queries_both_ways(text: str, query: RpnQuery) -> None:
    assert pqf.parse(text) == query
    assert pqf.write(query) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("  @attr 5=1 @and a @attr 1=4 b ", "@and @attr 5=1 a @attr 5=1 @attr 1=4 b"),
        ("@term general x", "x"),
        ('"a"', "a"),
        (r"a\tb", r'"a\x09b"'),
        ("@attrset BIB-1 x", "x"),
        ("@attr 1=4 @attrset", None),
        ("@attr 1=1.5 x", "@attr 1=1.5 x"),
        ("@prox 1 2 1 6 known 11 a b", "@prox 1 2 1 6 k 11 a b"),
    ],
)
def test_other_ways_to_say_it(text: str, written: str | None) -> None:
    if written is None:
        with pytest.raises(PqfError):
            pqf.parse(text)
    else:
        assert pqf.write(pqf.parse(text)) == written


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("@and a", 6),
        ("a b", 2),
        ('a "b', 2),
        ('"a"b', 0),
        ("@attr 4 x", 6),
        ("@attr 1=", 6),
        ("@attr x=4 y", 6),
        ("@attr", 5),
        ("@attrset nothing x", 9),
        ("@nand a b", 0),
        ("@term nothing x", 6),
        ("@term numeric x", 14),
        ("@term oid x", 10),
        ("@prox 2 2 1 2 k 2 a b", 6),
        ("@prox 0 x 1 2 k 2 a b", 8),
        ("@prox 0 2 1 2 z 2 a b", 14),
        ("@set", 4),
    ],
)
def test_what_is_no_pqf_has_its_place(text: str, place: int) -> None:
    with pytest.raises(PqfError, match=f"character {place + 1}: ") as caught:
        pqf.parse(text)
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        (External(encoding=b"x"), "@term external x"),
        (IntUnit(3, Unit()), "@term integer-and-unit 3"),
    ],
)
def test_terms_without_a_word_are_shown_all_the_same(term: External | IntUnit, shown: str) -> None:
    assert pqf.write(bib_1(AttributesPlusTerm((), term))) == shown


def test_several_values_of_an_attribute_are_shown() -> None:
    several = AttributeElement(attribute_type=1, attribute_value=ComplexAttribute((Text("a b"), Text("c"))))
    assert pqf.write(ProximityQuery(BIB_1, (term(b"x", several),))) == '@attr "1=a b,c" x'


@given(st.binary(max_size=30))
def test_a_term_of_any_bytes_is_read_back(octets: bytes) -> None:
    query = bib_1(term(octets, TITLE))
    text = pqf.write(query)
    assert text.isprintable() or not octets.decode("utf-8", "replace").isprintable()
    assert pqf.parse(text) == query


@given(st.text(max_size=60) | st.text('@"\\ andorset=1x', max_size=40))
def test_any_text_is_a_query_or_an_error_with_a_place(text: str) -> None:
    try:
        query = pqf.parse(text)
    except PqfError as error:
        place = error.place
    else:
        place = 0
        assert pqf.parse(pqf.write(query)) == query
    assert 0 <= place <= len(text)
