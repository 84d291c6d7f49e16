"""Prefixes hold for what stands behind them, hide one another, and stand for sets that are known."""

import pytest

from protocols.cql.context_sets import (
    CQL_SET,
    SORT_SET,
    STANDARD_SETS,
    Scope,
    base_modifier,
    base_relation,
    resolve,
)
from protocols.cql.errors import CqlError
from protocols.cql.parser import parse
from protocols.cql.tree import Chain, Prefix
from protocols.cql.writing import write
from tests.matrix import proves

ALMA = "urn:alma"
SETS = {"alma": ALMA, "dc": STANDARD_SETS["dc"], "Rec": "urn:rec"}
DC = STANDARD_SETS["dc"]

RESOLVED = [
    ("cat", "cat"),
    ("title = cat", "title = cat"),
    ("alma.title = cat", "alma.title = cat"),
    ("ALMA.title = cat", "alma.title = cat"),
    ("rec.id = 1", "rec.id = 1"),
    (f'>x="{DC}" x.title = cat', "dc.title = cat"),
    (f'>X="{DC}" x.title = cat', "dc.title = cat"),
    (f'>"{ALMA}" title = cat', "alma.title = cat"),
    (f'>"{ALMA}" cat', "cat"),
    (f'>"{ALMA}" title = cat sortBy date', "alma.title = cat sortBy alma.date"),
    (f'>"{ALMA}" title any/stem cat and/x b', "alma.title any/stem cat and/x b"),
    # A prefix may hide one of the server's, and one of the query's
    (f'>alma="{DC}" alma.title = cat', "dc.title = cat"),
    (f'>p="{ALMA}" (>p="{DC}" p.title = a) and p.title = b', "dc.title = a and alma.title = b"),
    (f'>p="{ALMA}" p.x = a or (p.y = b and (>p="{DC}" p.z = c))', "alma.x = a or (alma.y = b and dc.z = c)"),
    (f'(>p="{ALMA}" p.x = a or p.y = b) and c', "alma.x = a or alma.y = b and c"),
    (f'>p="{DC}" (>p="{ALMA}" p.title = a) sortBy p.date', "alma.title = a sortBy dc.date"),
    # cql has one meaning
    (">cql=urn:x cql.anywhere = a", "cql.anywhere = a"),
    (f'>c="{CQL_SET}" c.anywhere c.any/c.stem a', "cql.anywhere cql.any/cql.stem a"),
    ('>c="info:srw/cql-context-set/1/cql-v1.1" c.anywhere = a', "cql.anywhere = a"),
    (f'>s="{SORT_SET}" a sortBy b/s.descending', "a sortBy b/sort.descending"),
    # What only looks like a prefix
    (".title = cat", ".title = cat"),
    ("title. = cat", "title. = cat"),
    ("dc.date.issued = 1", "dc.date.issued = 1"),
]


@pytest.mark.parametrize(("text", "resolved"), RESOLVED, ids=[text for text, _ in RESOLVED])
@proves("prefixes are scoped, and hide one another")
def test_names_have_the_prefixes_of_the_server(text: str, resolved: str) -> None:
    query = resolve(parse(text), SETS)
    assert write(query) == resolved
    assert query == parse(resolved)


def test_a_resolved_chain_is_flat() -> None:
    """What a prefix kept apart is joined once the prefix is gone."""
    root = resolve(parse(f'(>p="{ALMA}" p.x = a or p.y = b) and c'), SETS).root
    assert isinstance(root, Chain)
    assert len(root.steps) == 2


UNKNOWN = [
    ("foo.title = cat", "foo", 0),
    ("a and foo.title = cat", "foo", 6),
    ("title foo.any cat", "foo", 6),
    ("title any/foo.stem cat", "foo", 10),
    ("a and/foo.x=1 b", "foo", 6),
    ("a sortBy foo.title", "foo", 9),
    ("a sortBy title/foo.up", "foo", 15),
    ('>x="urn:none" x.title = cat', "urn:none", 14),
    ('>"urn:none" title = cat', "urn:none", 12),
    (f'(>p="{DC}" a) and p.title = b', "p", 48),
]


@pytest.mark.parametrize(("text", "details", "place"), UNKNOWN, ids=[text for text, *_ in UNKNOWN])
def test_a_set_that_is_not_known_is_refused_where_it_is_used(text: str, details: str, place: int) -> None:
    with pytest.raises(CqlError) as caught:
        resolve(parse(text), SETS)
    error = caught.value
    assert (error.diagnostic, error.details, error.place) == (15, details, place)


def test_an_unknown_set_that_is_not_used_harms_nobody() -> None:
    assert write(resolve(parse(">x=urn:none cat"), SETS)) == "cat"


def test_a_scope_tells_the_uri_of_a_name() -> None:
    scope = Scope({"dc": DC}).within((Prefix("x", ALMA), Prefix(None, DC)))
    assert scope.qualified("x.title", 0, None) == (ALMA, "title")
    assert scope.qualified("title", 0, scope.default) == (DC, "title")
    assert scope.qualified("any", 0, CQL_SET) == (CQL_SET, "any")


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("exact", "=="),
        ("SCR", "="),
        ("cql.Any", "any"),
        ("=", "="),
        ("<=", "<="),
        ("my.any", "my.any"),
        ("Near", "Near"),
    ],
)
def test_relations_of_cql_1_1_have_their_present_names(name: str, base: str) -> None:
    assert base_relation(name) == base


def test_a_modifier_is_compared_without_case_or_prefix() -> None:
    assert base_modifier("cql.ignoreCase") == base_modifier("IgnoreCase") == "ignorecase"
    assert base_modifier("sort.Ascending", "sort") == "ascending"
