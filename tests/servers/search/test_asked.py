"""What stands in an address is what is asked, and becomes the query that SRU would be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.cql.errors import CqlError
from protocols.cql.parser import parse
from protocols.cql.writing import write
from servers.search.asked import (
    FACETS,
    FIELDS,
    LAST_PAGE,
    LONGEST,
    ORDERS,
    Asked,
    Only,
    asked_in,
    typed,
    unsorted,
    whole,
    word_by_word,
)
from tests.matrix import proves

ASKED = st.builds(
    Asked,
    text=st.text(max_size=40).map(lambda text: " ".join(text.split())),
    where=st.sampled_from(sorted(FIELDS)),
    order=st.sampled_from(sorted(ORDERS)),
    page=st.integers(1, LAST_PAGE),
    only=st.lists(
        st.builds(Only, st.sampled_from(sorted(FACETS)), st.text('äa *?"\\^', min_size=1, max_size=9)),
        max_size=4,
        unique=True,
    ).map(tuple),
)


@given(ASKED)
def test_an_address_says_all_of_it(asked: Asked) -> None:
    assert asked_in(asked.address.partition("?")[2]) == asked


@given(ASKED.filter(lambda asked: asked.where != "cql"))
def test_whatever_is_typed_into_a_field_is_a_query_that_can_be_read(asked: Asked) -> None:
    query = whole(typed(asked), asked)
    assert parse(write(query)) == query


@given(st.text(max_size=200))
def test_no_address_is_too_strange(query_string: str) -> None:
    asked = asked_in(query_string)
    assert asked.where in FIELDS
    assert asked.order in ORDERS
    assert 1 <= asked.page <= LAST_PAGE


@pytest.mark.parametrize(
    ("query_string", "asked"),
    [
        ("", Asked()),
        ("q=emma&in=nowhere&order=upwards&page=x", Asked("emma")),
        ("q=emma&page=0", Asked("emma")),
        ("q=emma&page=99999999", Asked("emma", page=LAST_PAGE)),
        ("q=emma&page=²", Asked("emma")),
        ("q=+a%0a+b+", Asked("a b")),
        ("q=%ff", Asked("\N{REPLACEMENT CHARACTER}")),
        ("q=\udcff", Asked("\N{REPLACEMENT CHARACTER}")),
        ("&".join(["q=emma"] * 50), Asked()),
        ("language=eng&language=eng&colour=red", Asked(only=(Only("language", "eng"),))),
        ("q=" + "a" * 5000, Asked("a" * LONGEST)),
    ],
)
def test_what_cannot_be_meant_is_passed_over(query_string: str, asked: Asked) -> None:
    assert asked_in(query_string) == asked


@proves("a search in a field of the page is a query in CQL")
@pytest.mark.parametrize(
    ("asked", "query"),
    [
        (Asked("pride prejudice"), 'alma.all_for_ui all "pride prejudice"'),
        (Asked("pride*", "title"), "alma.title all pride*"),
        (Asked('"pride and prejudice"', "title"), 'alma.title = "pride and prejudice"'),
        (Asked("what is art?", "title"), r'alma.title all "what is art\?"'),
        (Asked('say "so"', "title"), r'alma.title all "say \"so\""'),
        (Asked("978-0141439587", "isbn"), "alma.isbn = 978-0141439587"),
        (Asked("dc.title = emma or x", "cql"), "dc.title = emma or x"),
        (Asked(), "cql.allRecords = 1"),
    ],
)
def test_what_is_typed_becomes_a_query(asked: Asked, query: str) -> None:
    assert write(typed(asked)) == query


def test_a_query_is_narrowed_down_as_a_whole() -> None:
    asked = Asked("a or b", "cql", only=(Only("language", "eng"), Only("shelf", "main stacks")))
    assert write(unsorted(whole(typed(asked), asked))) == (
        'a or b and alma.language == eng and alma.itemPhysicalLocation == "main stacks"'
    )


def test_a_query_has_its_own_order_or_that_of_the_page() -> None:
    own = Asked("a sortBy dc.title/sort.descending", "cql", "newest")
    assert write(whole(typed(own), own)) == "a sortBy dc.title/sort.descending"
    usual = Asked("a", "cql", "newest")
    assert write(whole(typed(usual), usual)) == "a sortBy alma.main_pub_date/sort.descending"


def test_a_query_that_is_wrong_is_told_to_be() -> None:
    with pytest.raises(CqlError):
        typed(Asked("(a", "cql"))


def test_words_can_be_asked_for_one_by_one() -> None:
    assert list(word_by_word(Asked('"pride and"', "title"))) == ["pride", "and"]
    assert word_by_word(Asked("pride", "title")) == {}
    assert word_by_word(Asked("1 2", "isbn")) == {}
    assert word_by_word(Asked("a and b", "cql")) == {}


def test_another_order_or_another_value_begins_at_the_first_page() -> None:
    asked = Asked("emma", page=3)
    one = Only("language", "eng")
    assert asked.ordered("newest") == Asked("emma", order="newest")
    assert asked.narrowed(one) == Asked("emma", only=(one,))
    assert asked.narrowed(one).at(2).widened(one) == Asked("emma")
