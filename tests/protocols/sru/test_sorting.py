"""sortKeys: each form of a key, and the diagnostic of each part that can be wrong."""

import pytest

from protocols.sru.diagnostics import Diagnostic
from protocols.sru.sorting import SortKey, read_sort_keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", ()),
        ("title", (SortKey("title"),)),
        ("title,,1 date,,0", (SortKey("title"), SortKey("date", ascending=False))),
        ("title,dc", (SortKey("title", "dc"),)),
        ("/dc/title,dc,0,1,omit", (SortKey("/dc/title", "dc", False, True, "omit"),)),
        ("title,,,,lowValue", (SortKey("title", missing="lowValue"),)),
        ('title,,1,0,"zz, top"  date', (SortKey("title", missing='"zz, top"'), SortKey("date"))),
        ('"a b/c",x', (SortKey('"a b/c"', "x"),)),
        ("title date,dc title,dc", (SortKey("title"), SortKey("date", "dc"), SortKey("title", "dc"))),
    ],
)
def test_keys_are_read_in_order(text: str, keys: tuple[SortKey, ...]) -> None:
    assert read_sort_keys(text) == keys


@pytest.mark.parametrize(
    ("text", "number", "details"),
    [
        (",dc", 88, ",dc"),
        ("title,,2", 90, "2"),
        ("title,,ascending", 90, "ascending"),
        ("title,,1,yes", 91, "yes"),
        ("title,,1,0,first", 92, "first"),
        ("title,,1,0,omit,x", 82, "title,,1,0,omit,x"),
        ('title,"dc', 82, 'title,"dc'),
        ("title date title,,0", 85, "title,,0"),
        (" ".join(f"k{n}" for n in range(9)), 84, "8"),
    ],
)
def test_a_key_that_cannot_be_has_the_diagnostic_of_its_part(text: str, number: int, details: str) -> None:
    assert read_sort_keys(text) == Diagnostic(number, details)
