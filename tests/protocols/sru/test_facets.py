"""Facet parameters: of all facets, of some, in any order; and what cannot be read."""

import pytest

from protocols.sru.facets import Case, Direction, FacetOrder, FacetsAsked, SortBy, read_numbers, read_orders

ASCENDING, DESCENDING = Direction.ASCENDING, Direction.DESCENDING
COUNT, ALPHABET = SortBy.RECORD_COUNT, SortBy.ALPHANUMERIC


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", {}),
        ("5", {None: 5}),
        ("5:subject,3:dc.author", {"subject": 5, "dc.author": 3}),
        ("10, 5:subject", {None: 10, "subject": 5}),
        ("0", {None: 0}),
    ],
)
def test_a_number_is_of_all_facets_or_of_one(text: str, numbers: dict[str | None, int]) -> None:
    assert read_numbers(text, 0) == numbers


@pytest.mark.parametrize(
    "text", ["x", "-1", "5:", ":subject", "5,6", "5:a,6:a", "5,", "1e3", "5:a:b", "\u0665"]
)
def test_what_is_no_number_or_is_said_twice_is_not_read(text: str) -> None:
    assert read_numbers(text, 0) is None


def test_a_facet_starts_at_its_first_term() -> None:
    assert read_numbers("0", 1) is None


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("", {}),
        ("recordCount", {None: FacetOrder(COUNT, DESCENDING)}),
        ("alphanumeric", {None: FacetOrder(ALPHABET, ASCENDING)}),
        ("alphanumeric,descending,caseSensitive", {None: FacetOrder(ALPHABET, DESCENDING, Case.SENSITIVE)}),
        (
            "alphanumeric,descending:dc.subject,recordCount,ascending",
            {"dc.subject": FacetOrder(ALPHABET, DESCENDING), None: FacetOrder(COUNT, ASCENDING)},
        ),
        ("recordCount:a,recordCount:b", {"a": FacetOrder(), "b": FacetOrder()}),
    ],
)
def test_an_order_is_of_all_facets_or_of_one(text: str, orders: dict[str | None, FacetOrder]) -> None:
    assert read_orders(text) == orders


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "ascending",
        "recordCount,",
        "recordCount,up",
        "recordCount,recordCount",
        "recordCount:",
        "recordcount",
    ],
)
def test_what_is_no_order_is_not_read(text: str) -> None:
    assert read_orders(text) is None


def test_what_is_said_of_one_facet_goes_before_what_is_said_of_all() -> None:
    asked = FacetsAsked({None: 5, "a": 3}, {"a": 11}, {None: FacetOrder(ALPHABET, ASCENDING)})
    assert (asked.limit("a"), asked.limit("b")) == (3, 5)
    assert (asked.start("a"), asked.start("b")) == (11, 1)
    assert asked.order("a").by is ALPHABET
    assert FacetsAsked({"a": 3}).limit("b") == 0
    assert FacetsAsked().order("a") == FacetOrder(COUNT, DESCENDING, Case.INSENSITIVE)
