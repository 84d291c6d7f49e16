"""What is written is as short as it may be, and says the same; an outline shows what belongs together."""

import pytest

from protocols.cql.parser import parse
from protocols.cql.tree import Clause, Relation, Term
from protocols.cql.writing import indented, outline, write, write_clause

WRITTEN = [
    ("  cat ", "cat"),
    ('"cat"', "cat"),
    ('"cat hat"', '"cat hat"'),
    ('""', '""'),
    ('"and"', '"and"'),
    ("and", '"and"'),
    ("cql.serverChoice = cat", "cat"),
    ("cql.serverChoice any cat", "cql.serverChoice any cat"),
    ("title=fish", "title = fish"),
    ('"title"  "any" /relevant /x = "1 2" fish', 'title any/relevant/x="1 2" fish'),
    ('"my index" = x', '"my index" = x'),
    (r'"my \"index\"\\" = x', r'"my \"index\"\\" = x'),
    (r"a\\b = x", r"a\\b = x"),
    ('title "and" x', 'title "and" x'),
    (r'"\"q\""', r'"\"q\""'),
    (r"ca\*", r"ca\*"),
    ("(((a)))", "a"),
    ("((a or b) and c) AND d", "a or b and c and d"),
    ("a or (b or c)", "a or (b or c)"),
    ("a prox/distance < 3/ordered b", "a prox/distance<3/ordered b"),
    (">dc=urn:x > urn:y a", '>dc="urn:x" >"urn:y" a'),
    ("((>dc = urn:x a or b)) or c", '(>dc="urn:x" a or b) or c'),
    (r'>"a b"="\"" c', r'>"a b"="\"" c'),
    ("a SORTBY b/sort.descending c", "a sortBy b/sort.descending c"),
    ('a sortby "and" "b c"', 'a sortBy "and" "b c"'),
]


@pytest.mark.parametrize(("text", "written"), WRITTEN, ids=[text for text, _ in WRITTEN])
def test_nothing_is_quoted_or_in_parentheses_that_need_not_be(text: str, written: str) -> None:
    assert write(parse(text)) == written
    assert parse(written) == parse(text)


def test_one_clause_can_be_written() -> None:
    assert write_clause(Clause(Term("cat hat"), "title", Relation("any"))) == 'title any "cat hat"'


OUTLINES = [
    ("cat", "cat"),
    ("a or b or c", "or\n  a\n  b\n  c"),
    ("a or b and c not d", "not\n  and\n    or\n      a\n      b\n    c\n  d"),
    ("a or (b and c)", "or\n  a\n  and\n    b\n    c"),
    ("a not b not c", "not\n  a\n  b\n  c"),
    ("a prox b prox c", "prox\n  prox\n    a\n    b\n  c"),
    ("a and/x b and c", "and\n  and/x\n    a\n    b\n  c"),
    ('>p=u title any "x y" sortBy d e', '>p="u"\ntitle any "x y"\nsortBy d e'),
    ("a or (>p=u b and c)", 'or\n  a\n  >p="u"\n  and\n    b\n    c'),
]


@pytest.mark.parametrize(("text", "shown"), OUTLINES, ids=[text for text, _ in OUTLINES])
def test_an_outline_shows_what_belongs_together(text: str, shown: str) -> None:
    assert indented(outline(parse(text))) == shown


def test_an_outline_has_each_clause_on_a_line_of_its_own() -> None:
    lines = outline(parse("a or b and (c not d)"))
    assert [line.clause.term.raw for line in lines if line.clause] == ["a", "b", "c", "d"]
    assert [line.text for line in lines if line.clause is None] == ["and", "or", "not"]
