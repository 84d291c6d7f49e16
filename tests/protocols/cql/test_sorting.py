"""Sort keys with their modifiers, by the context set sort."""

import pytest

from protocols.cql.errors import CqlError
from protocols.cql.parser import parse
from protocols.cql.sorting import Direction, Missing, SortOrder, read_sort
from tests.matrix import proves

READ = [
    ("title", SortOrder("title")),
    ("title/sort.ascending", SortOrder("title", Direction.ASCENDING)),
    ("title/sort.descending", SortOrder("title", Direction.DESCENDING)),
    ("title/descending", SortOrder("title", Direction.DESCENDING)),
    ("title/SORT.respectCase", SortOrder("title", respects_case=True)),
    ("title/sort.ignoreCase/sort.ignoreAccents", SortOrder("title", respects_accents=False)),
    ("title/sort.respectAccents", SortOrder("title", respects_accents=True)),
    ("title/sort.missingOmit", SortOrder("title", missing=Missing.OMIT)),
    ("title/sort.missingFail", SortOrder("title", missing=Missing.FAIL)),
    ("title/sort.missingLow", SortOrder("title", missing=Missing.LOW)),
    ("title/sort.missingHigh", SortOrder("title", missing=Missing.HIGH)),
    ('title/sort.missingValue="a b"', SortOrder("title", missing=Missing.VALUE, missing_value="a b")),
    ("title/sort.locale=de_AT", SortOrder("title", locale="de_AT")),
    ("title/sort.unicodeCollate=3", SortOrder("title")),
]


@pytest.mark.parametrize(("key", "order"), READ, ids=[key for key, _ in READ])
@proves("proximity and sorting as their modifiers say")
def test_a_key_is_as_its_modifiers_say(key: str, order: SortOrder) -> None:
    (read,) = read_sort(parse(f"a sortBy {key}").sort)
    assert read.place == 9
    assert (
        SortOrder(**{name: getattr(read, name) for name in read.__struct_fields__ if name != "place"})
        == order
    )


def test_keys_are_in_order_of_importance_and_know_their_places() -> None:
    first, second = read_sort(parse("a sortBy date/sort.descending title").sort)
    assert (first.index, second.index) == ("date", "title")
    assert second.place == 30


REFUSED = [
    ("title/sort.upwards", 82, "sort.upwards", 15),
    ("title/sort.ascending/sort.descending", 82, "sort.descending", 30),
    ("title/sort.missingLow/sort.missingValue=x", 82, "sort.missingValue", 31),
    ("title/sort.ascending=1", 82, "sort.ascending", 15),
    ("title/sort.locale", 82, "sort.locale", 15),
    ("title/sort.missingValue>x", 82, "sort.missingValue", 15),
    ("title date Title", 85, "Title", 20),
    ("a b c d", 84, "3", 15),
]


@pytest.mark.parametrize(
    ("keys", "diagnostic", "details", "place"), REFUSED, ids=[keys for keys, *_ in REFUSED]
)
def test_what_sorting_cannot_be_has_its_diagnostic(
    keys: str, diagnostic: int, details: str, place: int
) -> None:
    with pytest.raises(CqlError) as caught:
        read_sort(parse(f"a sortBy {keys}").sort, most=3)
    error = caught.value
    assert (error.diagnostic, error.details, error.place) == (diagnostic, details, place)
    assert error.hint
