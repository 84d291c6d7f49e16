"""Sort keys of either kind become the catalogue's, or are refused with the diagnostic of what is wrong."""

from __future__ import annotations

import pytest

from core.query import Missing, SortKey
from protocols.cql.errors import CqlError
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.sorting import read_sort_keys
from servers.catalogue.access_points import table
from servers.sru.translate.queries import QueryReader
from servers.sru.translate.sorting import of_cql, of_parameter

READER = QueryReader(table().points)


def keys(sort: str) -> tuple[SortKey, ...]:
    return of_cql(READER, READER.read(f"cat sortBy {sort}").written.sort)


@pytest.mark.parametrize(
    ("sort", "made"),
    [
        ("title", SortKey("title")),
        ("alma.title/sort.ascending", SortKey("title")),
        ("dc.title/descending", SortKey("title", True)),
        ("title/ignoreCase/ignoreAccents/missingOmit", SortKey("title", missing=Missing.OMIT)),
        ("title/missingFail", SortKey("title", missing=Missing.FAIL)),
        ("title/missingLow", SortKey("title", missing=Missing.FIRST)),
        ("title/missingHigh", SortKey("title", missing=Missing.LAST)),
        ("title/descending/missingLow", SortKey("title", True, Missing.LAST)),
        ("title/descending/missingHigh", SortKey("title", True, Missing.FIRST)),
    ],
)
def test_a_key_of_cql(sort: str, made: SortKey) -> None:
    assert keys(sort) == (made,)


@pytest.mark.parametrize(
    ("sort", "number", "details"),
    [
        ("nowhere", 16, "nowhere"),
        ("title/respectCase", 91, "respectCase"),
        ("title/respectAccents", 82, "respectAccents"),
        ("title/locale=de", 82, "locale=de"),
        ("title/missingValue=x", 92, "missingValue=x"),
        ("title/sideways", 82, "sideways"),
        ("title title", 85, "title"),
    ],
)
def test_a_key_of_cql_that_cannot_be_kept(sort: str, number: int, details: str) -> None:
    with pytest.raises(CqlError) as refused:
        keys(sort)
    assert (refused.value.diagnostic, refused.value.details) == (number, details)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("title", (SortKey("title"),)),
        ("title,,0", (SortKey("title", True, Missing.FIRST),)),
        ("title,dc", (SortKey("title"),)),
        ("alma.title,,1", (SortKey("title"),)),
        ("title,,1,,lowValue creator,,0,,lowValue", (
            SortKey("title", missing=Missing.FIRST), SortKey("creator", True, Missing.LAST),
        )),
        ("title,,,,omit", (SortKey("title", missing=Missing.OMIT),)),
        ("title,,,,abort", (SortKey("title", missing=Missing.FAIL),)),
        ("", ()),
    ],
)  # fmt: skip
def test_keys_of_the_parameter(text: str, made: tuple[SortKey, ...]) -> None:
    read = read_sort_keys(text)
    assert not isinstance(read, Diagnostic)
    assert of_parameter(READER, read) == made


@pytest.mark.parametrize(
    ("text", "number", "details"),
    [
        ("/record/title", 88, "/record/title"),
        ("title,mab", 87, "mab"),
        ("title,,1,1", 91, "1"),
        ('title,,1,0,"zzz"', 92, '"zzz"'),
        ("nowhere", 80, "nowhere"),
    ],
)
def test_a_key_of_the_parameter_that_cannot_be_kept(text: str, number: int, details: str) -> None:
    read = read_sort_keys(text)
    assert not isinstance(read, Diagnostic)
    refused = of_parameter(READER, read)
    assert isinstance(refused, Diagnostic)
    assert (refused.number, refused.details) == (number, details)
