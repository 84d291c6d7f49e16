"""An error knows its number, its details and its place, and can point at it."""

import pytest

from protocols.cql.errors import CqlError, Diagnostic, pointed
from protocols.sru.diagnostics import KINDS


def test_every_diagnostic_is_one_of_srus() -> None:
    assert set(Diagnostic) <= set(KINDS)


def test_an_error_says_what_where_and_why() -> None:
    error = CqlError(Diagnostic.INDEX, "dc.shoe", 4, "there is no such index")
    assert (error.diagnostic, error.details, error.place) == (16, "dc.shoe", 4)
    assert str(error) == "diagnostic 16 at character 5: there is no such index"
    assert str(CqlError(Diagnostic.INDEX, "dc.shoe", 4)) == "diagnostic 16 at character 5: dc.shoe"


POINTED = [
    ("title = (cat", 8, "title = (cat\n        ^"),
    ("cat or", 6, "cat or\n      ^"),
    ("", 0, "\n^"),
    ("a\tb\nc \x00)", 6, "a b c  )\n      ^"),
    ("日本 )", 3, "日本 )\n     ^"),
    ("e\u0301 )", 3, "e\u0301 )\n  ^"),
    ("a" * 100 + ")", 100, "…" + "a" * 71 + ")\n" + " " * 72 + "^"),
    (")" + "a" * 100, 0, ")" + "a" * 71 + "…\n^"),
    ("a" * 100 + ")" + "b" * 100, 100, "…" + "a" * 36 + ")" + "b" * 35 + "…\n" + " " * 37 + "^"),
]


@pytest.mark.parametrize(("query", "place", "shown"), POINTED)
def test_a_caret_stands_under_the_place(query: str, place: int, shown: str) -> None:
    assert pointed(query, place) == shown
