"""Arithmetic that every search engine owes its users: what booleans find adds up."""

from conformance.case import Case, Fetch, Level, ResponseClaim, fetch
from conformance.sru.claims import (
    ANSWERED,
    as_many_as,
    count_of,
    fewer_or_as_many,
    hits,
    makes_up,
    more_or_as_many,
)
from conformance.sru.texts import search

_SETS = "CQL 1.2: and, or, not are set operations; what they find is a set of records"
_ORDER = "CQL context set: < and > are the two sides of ="
_A, _B, _C = "{title} = {word}", "{title} = {word2}", "{title} = {rare}"
_CREATOR, _YEAR = "{creator} = {creator_word}", "{date} = {year}"
_RELATIONS = (19, 22, 24)


def _count(query: str, name: str) -> Fetch:
    """Count what a query finds, and keep it."""
    return fetch(search(query, maximumRecords="0"), ANSWERED, keep={name: count_of}, denied_by=_RELATIONS)


def _then(query: str, *claims: ResponseClaim) -> Fetch:
    return fetch(search(query, maximumRecords="0"), ANSWERED, *claims, denied_by=_RELATIONS)


def _law(name: str, title: str, *steps: Fetch, clause: str = _SETS, level: Level = Level.MUST) -> Case:
    return Case(id=f"laws.{name}", title=title, level=level, clause=clause, steps=steps)


def _split(name: str, title: str, one: str, other: str) -> Case:
    """Return the law that what is found with something, and without it, is all that is found."""
    return _law(
        name,
        title,
        _count(one, "all_of_it"),
        _count(f"{one} and {other}", "with_it"),
        _then(f"{one} not {other}", makes_up("all_of_it", "with_it")),
    )


def _equal(name: str, title: str, one: str, other: str) -> Case:
    """Return the law that two queries find as much."""
    return _law(name, title, _count(one, "before"), _then(other, as_many_as("before")))


CASES = (
    _split("with-and-without", "a and b, with a not b, is a", _A, _B),
    _split("with-and-without-turned", "b and a, with b not a, is b", _B, _A),
    _split("across-indexes", "so it is for two indexes", _CREATOR, _A),
    _split("across-dates", "so it is for a word and a year", _A, _YEAR),
    _split("of-everything", "everything with a, and without it, is everything", "{all}", _A),
    _split(
        "of-nothing",
        "a year, with a word that is nowhere and without it, is that year",
        _YEAR,
        "{title} = xqzvkitnosuchword",
    ),
    _law(
        "or",
        "a or b is a, and b without a",
        _count(_A, "first_of_it"),
        _count(f"{_B} not {_A}", "rest_of_it"),
        _count(f"{_A} or {_B}", "either"),
        _then(f"{_B} not {_A}", makes_up("either", "first_of_it")),
    ),
    _law(
        "three",
        "a or b or c is a, then b without a, then c without either",
        _count(f"{_A} or {_B} or {_C}", "either"),
        _count(_A, "first_of_it"),
        _count(f"{_B} not {_A}", "second_of_it"),
        _then(f"{_C} not ({_A} or {_B})", makes_up("either", "first_of_it", "second_of_it")),
    ),
    _equal("and-turned", "a and b is b and a", f"{_A} and {_B}", f"{_B} and {_A}"),
    _equal("or-turned", "a or b is b or a", f"{_A} or {_CREATOR}", f"{_CREATOR} or {_A}"),
    _equal("and-itself", "a and a is a", _A, f"{_A} and {_A}"),
    _equal("or-itself", "a or a is a", _A, f"{_A} or {_A}"),
    _law("not-itself", "a not a is nothing", _then(f"{_A} not {_A}", hits(0))),
    _equal("absorbed", "a or (a and b) is a", _A, f"{_A} or ({_A} and {_B})"),
    _equal("absorbed-turned", "a and (a or b) is a", _A, f"{_A} and ({_A} or {_B})"),
    _equal(
        "distributed",
        "a and (b or c) is (a and b) or (a and c)",
        f"{_A} and ({_B} or {_C})",
        f"({_A} and {_B}) or ({_A} and {_C})",
    ),
    _equal(
        "grouped",
        "(a and b) and c is a and (b and c)",
        f"({_A} and {_B}) and {_C}",
        f"{_A} and ({_B} and {_C})",
    ),
    _equal(
        "grouped-or", "(a or b) or c is a or (b or c)", f"({_A} or {_B}) or {_C}", f"{_A} or ({_B} or {_C})"
    ),
    _equal(
        "not-either",
        "neither a nor b is without a, then without b",
        f"{{all}} not ({_A} or {_B})",
        f"{{all}} not {_A} not {_B}",
    ),
    _equal(
        "not-both",
        "not both is without a, or without b",
        f"{{all}} not ({_A} and {_B})",
        f"({{all}} not {_A}) or ({{all}} not {_B})",
    ),
    _equal("not-not", "without what is without a is a", _A, f"{{all}} not ({{all}} not {_A})"),
    _equal("everything-and", "everything and a is a", _A, f"{{all}} and {_A}"),
    _equal("everything-or", "everything or a is everything", "{all}", f"{{all}} or {_A}"),
    _law(
        "everything",
        "nothing finds more than everything does",
        _count("{all}", "before"),
        _then(f"{_A} or {_CREATOR} or {_YEAR}", fewer_or_as_many("before")),
    ),
    _law(
        "and-fewer",
        "and finds no more than either side",
        _count(_B, "before"),
        _then(f"{_A} and {_B}", fewer_or_as_many("before")),
    ),
    _law(
        "or-more",
        "or finds no fewer than either side",
        _count(_B, "before"),
        _then(f"{_A} or {_B}", more_or_as_many("before")),
    ),
    _law(
        "phrase-fewer",
        "a phrase finds no more than its words",
        _count(f"{_A} and {_B}", "before"),
        _then('{title} = "{phrase}"', fewer_or_as_many("before")),
    ),
    _law(
        "years",
        "since a year is in that year, and after it",
        _count("{date} >= {year}", "since"),
        _count("{date} = {year}", "in_it"),
        _then("{date} > {year}", makes_up("since", "in_it")),
        clause=_ORDER,
        level=Level.SHOULD,
    ),
    _law(
        "years-before",
        "up to a year is before it, and in it",
        _count("{date} <= {year}", "up_to"),
        _count("{date} < {year}", "ahead"),
        _then("{date} = {year}", makes_up("up_to", "ahead")),
        clause=_ORDER,
        level=Level.SHOULD,
    ),
    _equal(
        "within",
        "within two years is since the one and up to the other",
        '{date} within "1900 {year}"',
        "{date} >= 1900 and {date} <= {year}",
    ),
    _law(
        "asked-again",
        "a search asked again finds as much",
        _count(f"{_A} or {_CREATOR}", "before"),
        _then(f"{_A} or {_CREATOR}", as_many_as("before")),
    ),
)
