"""The grammar of CQL 1.2, by tables from the standard: what is read, and what is refused, where and why."""

import sys
from types import FrameType
from typing import Any

import pytest

from protocols.cql.errors import CqlError, Diagnostic
from protocols.cql.parser import DEEPEST, Limits, Mode, parse
from protocols.cql.tree import (
    Chain,
    Clause,
    Comparison,
    Modifier,
    Node,
    Operator,
    Prefix,
    Query,
    Relation,
    Scoped,
    SortKey,
    Step,
    Term,
)
from tests.matrix import proves

AND, OR, NOT, PROX = Operator.AND, Operator.OR, Operator.NOT, Operator.PROX


def term(raw: str) -> Clause:
    """A term that stands alone."""
    return Clause(Term(raw))


def clause(index: str, relation: str, raw: str, *modifiers: Modifier) -> Clause:
    return Clause(Term(raw), index, Relation(relation, modifiers))


def chain(first: Node, *steps: tuple[Operator, Node]) -> Chain:
    return Chain(first, tuple(Step(operator, operand) for operator, operand in steps))


A, B, C, D = map(term, "abcd")
DC = Prefix("dc", "info:srw/cql-context-set/1/dc-v1.1")

# What is read ------------------------------------------------------------------------------------------

TREES: list[tuple[str, Node]] = [
    # Terms alone, bare and quoted
    ("cat", term("cat")),
    (" \t\r\n cat\u3000", term("cat")),
    ('"cat"', term("cat")),
    ('"complete dinosaur"', term("complete dinosaur")),
    ('""', term("")),
    ("日本", term("日本")),
    ("l'été", term("l'été")),
    ("x#!$%&+,-.:;?@[]_`{|}~", term("x#!$%&+,-.:;?@[]_`{|}~")),
    ('"a=b/c(d)<e>"', term("a=b/c(d)<e>")),
    ("((cat))", term("cat")),
    # Escapes stay in the term
    (r'"he said \"no\""', term(r"he said \"no\"")),
    (r"cat\*", term(r"cat\*")),
    (r'"\\"', term(r"\\")),
    (r'"\\\""', term(r"\\\"")),
    (
        r'"a\
b"',
        term("a\\\nb"),
    ),
    # Reserved words, where only a term can stand, and in quotes anywhere
    ("and", term("and")),
    ("PROX", term("PROX")),
    ("sortBy", term("sortBy")),
    ('"or"', term("or")),
    ("fred and any", chain(term("fred"), (AND, term("any")))),
    ("and and and", chain(term("and"), (AND, term("and")))),
    ("(title any x or and)", chain(clause("title", "any", "x"), (OR, term("and")))),
    ("title = and", clause("title", "=", "and")),
    ("and any or", clause("and", "any", "or")),
    ('cat "and" dog', clause("cat", "and", "dog")),
    # Index, relation, term
    ("title = fish", clause("title", "=", "fish")),
    ("title=fish", clause("title", "=", "fish")),
    ("cql.serverChoice = fish", term("fish")),
    ("title == fish", clause("title", "==", "fish")),
    ("title <> fish", clause("title", "<>", "fish")),
    ("year < 1998", clause("year", "<", "1998")),
    ("year<=1998", clause("year", "<=", "1998")),
    ("year > 1998", clause("year", ">", "1998")),
    ("year>=1998", clause("year", ">=", "1998")),
    ("title all fish", clause("title", "all", "fish")),
    ('dc.title any "fish chips"', clause("dc.title", "any", "fish chips")),
    ('date within "2002 2005"', clause("date", "within", "2002 2005")),
    ("dateRange encloses 2003", clause("dateRange", "encloses", "2003")),
    ("title adj fish", clause("title", "adj", "fish")),
    ("title cql.any fish", clause("title", "cql.any", "fish")),
    ("title ANY fish", clause("title", "ANY", "fish")),
    ("title sounds fish", clause("title", "sounds", "fish")),
    ('"dc.title" "any" "fish"', clause("dc.title", "any", "fish")),
    (r'"my \"index\"" = x', clause('my "index"', "=", "x")),
    # CQL 1.1
    ("title exact fish", clause("title", "exact", "fish")),
    ("cql.serverChoice scr fish", clause("cql.serverChoice", "scr", "fish")),
    # Relation modifiers
    ("title any/relevant fish", clause("title", "any", "fish", Modifier("relevant"))),
    ("title =/relevant fish", clause("title", "=", "fish", Modifier("relevant"))),
    (
        "title any / rel.algorithm = cori / cql.locale=fr fish",
        clause(
            "title",
            "any",
            "fish",
            Modifier("rel.algorithm", Comparison.EQUAL, "cori"),
            Modifier("cql.locale", Comparison.EQUAL, "fr"),
        ),
    ),
    (
        'a ==/x<"1 2"/y>=3 b',
        clause(
            "a", "==", "b", Modifier("x", Comparison.LESS, "1 2"), Modifier("y", Comparison.AT_LEAST, "3")
        ),
    ),
    ("title =/and fish", clause("title", "=", "fish", Modifier("and"))),
    # Booleans, all of one rank
    ("a and b", chain(A, (AND, B))),
    ("a AND b oR c", chain(A, (AND, B), (OR, C))),
    ("a or b and c not d", chain(A, (OR, B), (AND, C), (NOT, D))),
    ("(a or b) and c", chain(A, (OR, B), (AND, C))),
    ("((a or b) and c) not d", chain(A, (OR, B), (AND, C), (NOT, D))),
    ("a or (b and c) not d", chain(A, (OR, chain(B, (AND, C))), (NOT, D))),
    ("a or (b and (c not d))", chain(A, (OR, chain(B, (AND, chain(C, (NOT, D))))))),
    ("(a)and(b)", chain(A, (AND, B))),
    ("title=a and(author=b)", chain(clause("title", "=", "a"), (AND, clause("author", "=", "b")))),
    (
        "a and/rel.combine=sum b",
        Chain(A, (Step(AND, B, (Modifier("rel.combine", Comparison.EQUAL, "sum"),)),)),
    ),
    ("a prox b", chain(A, (PROX, B))),
    (
        "a prox/unit=word/distance<3/ordered b",
        Chain(
            A,
            (
                Step(
                    PROX,
                    B,
                    (
                        Modifier("unit", Comparison.EQUAL, "word"),
                        Modifier("distance", Comparison.LESS, "3"),
                        Modifier("ordered"),
                    ),
                ),
            ),
        ),
    ),
    (
        "any or all:stem and all contains any prox proxfuzzy",
        chain(
            term("any"),
            (OR, term("all:stem")),
            (AND, clause("all", "contains", "any")),
            (PROX, term("proxfuzzy")),
        ),
    ),
    # Prefixes of a parenthesis
    ("(>dc=x b=c)", Scoped((Prefix("dc", "x"),), clause("b", "=", "c"))),
    ("(>x a and b) or c", chain(Scoped((Prefix(None, "x"),), chain(A, (AND, B))), (OR, C))),
    ("a or (>p=x (>p=y b))", chain(A, (OR, Scoped((Prefix("p", "x"),), Scoped((Prefix("p", "y"),), B))))),
]


@proves("all of CQL 1.2 is read, in the tree that the grammar says")
@pytest.mark.parametrize(("text", "root"), TREES, ids=[text for text, _ in TREES])
def test_a_query_is_read_as_the_grammar_says(text: str, root: Node) -> None:
    assert parse(text) == Query(root)


WHOLE: list[tuple[str, Query]] = [
    (
        '> dc = "info:srw/cql-context-set/1/dc-v1.1" dc.title any fish',
        Query(clause("dc.title", "any", "fish"), (DC,)),
    ),
    ('>"urn:x" title=fish', Query(clause("title", "=", "fish"), (Prefix(None, "urn:x"),))),
    (">a=x >b=y c", Query(C, (Prefix("a", "x"), Prefix("b", "y")))),
    (">x >a=x a", Query(A, (Prefix(None, "x"), Prefix("a", "x")))),
    (
        "> any > any = exact any > any",
        Query(clause("any", ">", "any"), (Prefix(None, "any"), Prefix("any", "exact"))),
    ),
    ("a sortBy b", Query(A, sort=(SortKey("b"),))),
    ("a or b SORTBY dc.date", Query(chain(A, (OR, B)), sort=(SortKey("dc.date"),))),
    (
        "a sortby b/sort.descending/sort.missingValue=0 c",
        Query(
            A,
            sort=(
                SortKey(
                    "b",
                    (Modifier("sort.descending"), Modifier("sort.missingValue", Comparison.EQUAL, "0")),
                ),
                SortKey("c"),
            ),
        ),
    ),
    ("sortby sortby sortby", Query(term("sortby"), sort=(SortKey("sortby"),))),
    (
        "(>dc=x b=c) sortby d",
        Query(Scoped((Prefix("dc", "x"),), clause("b", "=", "c")), sort=(SortKey("d"),)),
    ),
    (">dc=x (b) sortby d", Query(B, (Prefix("dc", "x"),), (SortKey("d"),))),
]


@pytest.mark.parametrize(("text", "query"), WHOLE, ids=[text for text, _ in WHOLE])
def test_prefixes_and_sort_keys_belong_to_the_whole_query(text: str, query: Query) -> None:
    assert parse(text) == query


def test_every_node_knows_its_place() -> None:
    query = parse('>p="u" (title any/relevant "x y" or b) and/m=1 c sortBy d/sort.descending')
    assert query.prefixes[0].place == 0
    root = query.root
    assert isinstance(root, Chain)
    first, (either, both) = root.first, root.steps
    assert isinstance(first, Clause)
    assert (root.place, first.place, first.relation.place, first.term.place) == (8, 8, 14, 28)
    assert first.relation.modifiers[0].place == 18
    assert isinstance(either.operand, Clause)
    assert (either.place, either.operand.place, either.operand.term.place) == (33, 36, 36)
    assert (both.place, both.modifiers[0].place, both.operand.place) == (39, 43, 47)
    assert (query.sort[0].place, query.sort[0].modifiers[0].place) == (56, 58)


def test_a_quoted_name_begins_at_its_quote_and_a_quoted_term_behind_it() -> None:
    root = parse('"title" "any" "fish"').root
    assert isinstance(root, Clause)
    assert (root.place, root.relation.place, root.term.place) == (0, 8, 15)


def test_equal_queries_may_differ_in_places_only() -> None:
    assert parse("a and b") == parse(" a   AND  (b)")
    assert hash(parse("a and b")) == hash(parse(" a   AND  (b)"))
    assert parse("a and b") != parse("a or b")
    assert parse("a").root != "a"


# What is refused ---------------------------------------------------------------------------------------

REFUSED: list[tuple[str, int, int]] = [
    ("", 10, 0),
    ("  ", 10, 0),
    ("cat dog", 10, 7),
    ("not cat", 10, 7),
    ("cat or\n", 10, 6),
    ("cat or and dog", 10, 14),
    ("a b c d", 10, 6),
    ('a "b" c "d"', 10, 8),
    ("title =", 10, 7),
    ("title = = fish", 10, 8),
    ("title any", 10, 9),
    ("= fish", 10, 0),
    ("/relevant", 10, 0),
    ("title any/ fish", 10, 15),
    ("title any/", 10, 10),
    ("title any/relevant= ", 10, 19),
    ("title any//relevant fish", 10, 10),
    ("a prox/<=/3/word/ordered b", 10, 7),
    ("a/b", 10, 1),
    ("()", 10, 1),
    ("a and ()", 10, 7),
    ("(a b)", 10, 4),
    ("(a (b", 10, 3),
    ("a (b)", 10, 2),
    ("(a sortby b)", 10, 3),
    ("a sortby", 10, 8),
    ("a sortby b and c", 10, 11),
    ("a sortby =", 10, 9),
    ("a sortby (b)", 10, 9),
    (">", 10, 1),
    (">a=", 10, 3),
    (">a=b", 10, 4),
    ("a and >p=x b", 10, 6),
    ("(a", 13, 0),
    ("((a) or b", 13, 0),
    ("a or (b and c", 13, 5),
    ("a)", 13, 1),
    ("(a))", 13, 3),
    ('"cat', 14, 0),
    ('title = "cat', 14, 8),
    (r'title = "cat\"', 14, 8),
    ('cat"', 14, 3),
    ("cat\\", 25, 3),
    (r'cat\"x"', 25, 3),
    ("cat\\\\\\ and dog", 25, 5),
    (">a=x >A=y b", 45, 5),
    (">x >y b", 45, 3),
    ("a or (>p=x >p=x b)", 45, 11),
]


@pytest.mark.parametrize(("text", "diagnostic", "place"), REFUSED, ids=[text for text, *_ in REFUSED])
@proves("a query that cannot be read is refused with its diagnostic and its place")
def test_a_mistake_has_its_diagnostic_and_its_place(text: str, diagnostic: int, place: int) -> None:
    with pytest.raises(CqlError) as caught:
        parse(text)
    assert (caught.value.diagnostic, caught.value.place) == (diagnostic, place)
    assert caught.value.hint


QUOTES = "; words that belong together are put in quotes"
DETAILS = [
    ("cat dog", f"character 8: a term was expected, not the end of the query{QUOTES}"),
    (
        "a b c d",
        f"character 7: a boolean operator, sortBy or the end of the query was expected, not 'd'{QUOTES}",
    ),
    ("(a b c d", f"character 8: a boolean operator or a closing parenthesis was expected, not 'd'{QUOTES}"),
    ("a (b", "character 3: a boolean operator, sortBy or the end of the query was expected, not '('"),
    ("not cat", "character 8: a term was expected, not the end of the query; not stands between two clauses"),
    (
        "a Or or cat",
        "character 12: a term was expected, not the end of the query; or stands between two clauses",
    ),
    ("title any", "character 10: a term was expected, not the end of the query"),
    ("title near/relevant", "character 20: a term was expected, not the end of the query"),
    ("title = <", "character 9: a term was expected, not '<'"),
    (
        "title = (a or b)",
        "character 9: a term was expected, not '('; each term has an index and a relation of its own",
    ),
    (
        'title = "a" "b"',
        "character 13: a boolean operator, sortBy or the end of the query was expected, not a quoted string"
        + QUOTES,
    ),
    (
        "a and (",
        "character 8: a term, an index or an opening parenthesis was expected, not the end of the query",
    ),
    ("a =/x=/ b", "character 7: a value for the modifier was expected, not '/'"),
    (
        "a sortBy b and c",
        "character 12: an index to sort by was expected, not 'and'; the query stands before sortBy",
    ),
    ("a)", "character 2"),
    ("(a", "character 1"),
    ('"a', "character 1"),
    ("a\\", "\\"),
    (">Dc=x >dc=y a", "dc"),
    (">x >y a", ""),
]


@pytest.mark.parametrize(("text", "details"), DETAILS, ids=[text for text, _ in DETAILS])
def test_the_details_say_where_and_what_was_expected(text: str, details: str) -> None:
    with pytest.raises(CqlError) as caught:
        parse(text)
    assert caught.value.details == details


def test_a_long_word_is_not_repeated_whole() -> None:
    with pytest.raises(CqlError) as caught:
        parse("a b c " + "d" * 1000)
    assert f"'{'d' * 40}…'" in caught.value.hint


# Limits ------------------------------------------------------------------------------------------------


def test_a_query_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert parse("abcde", Limits(characters=5)) == Query(term("abcde"))
    with pytest.raises(CqlError) as caught:
        parse("abcdef", Limits(characters=5))
    error = caught.value
    assert (error.diagnostic, error.details, error.place) == (Diagnostic.QUERY_TOO_LONG, "5", 5)


@pytest.mark.parametrize("text", ["a = {}", '"{}"', "{} or b"])
def test_a_term_may_be_as_long_as_the_limit_and_no_longer(text: str) -> None:
    limits = Limits(term_characters=5)
    assert parse(text.format("abcde"), limits) == parse(text.format("abcde"))
    with pytest.raises(CqlError) as caught:
        parse(text.format("abcdef"), limits)
    error = caught.value
    assert (error.diagnostic, error.details) == (Diagnostic.TERM_TOO_LONG, "5")
    assert error.place == text.index("{")


def test_there_may_be_as_many_booleans_as_the_limit_wherever_they_stand() -> None:
    limits = Limits(booleans=2)
    assert parse("a or (b and c)", limits) == parse("a or (b and c)")
    with pytest.raises(CqlError) as caught:
        parse("a or (b and c) not d", limits)
    error = caught.value
    assert (error.diagnostic, error.details, error.place) == (Diagnostic.BOOLEANS_TOO_MANY, "2", 15)


@proves("no query costs more than its length: ten thousand parentheses are a diagnostic")
@pytest.mark.parametrize("opening", ["(", "(a or ", "(>p=x ", "(>p=x a or "])
@pytest.mark.parametrize("count", [DEEPEST + 1, 10_000])
def test_parentheses_too_deep_are_a_diagnostic(opening: str, count: int) -> None:
    text = opening * count + "a" + ")" * count
    with pytest.raises(CqlError) as caught:
        parse(text, Limits(characters=len(text), booleans=count))
    assert caught.value.diagnostic is Diagnostic.SYNTAX
    assert caught.value.place == len(opening) * DEEPEST
    assert str(DEEPEST) in caught.value.details


def test_as_many_parentheses_as_are_allowed_can_be_read() -> None:
    assert parse("(" * DEEPEST + "a" + ")" * DEEPEST) == Query(A)
    assert parse("(a or " * DEEPEST + "b" + ")" * DEEPEST).root.place == 1


def test_ten_thousand_booleans_are_no_deeper_than_one() -> None:
    query = parse("a" + " or b" * 10_000, Limits(characters=100_000, booleans=10_000))
    assert query == parse("a" + " or b" * 10_000, Limits(characters=100_000, booleans=10_000))
    assert isinstance(query.root, Chain)
    assert len(query.root.steps) == 10_000


def _steps(text: str, mode: Mode) -> int:
    """How many calls and lines of Python it takes to read a text."""
    count = 0

    def counted(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        parse(text, Limits(characters=len(text), booleans=len(text)), mode)
    except CqlError:
        pass
    finally:
        sys.settrace(before)
    return count


@proves("no query costs more than its length: ten thousand parentheses are a diagnostic")
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    "hostile",
    ["(", ")", '"', '""', "a ", "a or ", "a=b ", "(a)or ", ">a ", "\\", "/", "a/b", " ", "a.b ", "* "],
)
def test_twice_the_text_costs_at_most_twice_the_steps(hostile: str, mode: Mode) -> None:
    once, twice = _steps(hostile * 200, mode), _steps(hostile * 400, mode)
    assert twice <= 2 * once + 100


@pytest.mark.parametrize(
    "text", [" " * 200_000, '"' + "\\" * 200_000, '"' + "a\\" * 100_000, "\\" * 200_001, '""' * 100_000 + '"']
)
def test_long_noise_is_refused_by_one_look_at_each_character(text: str) -> None:
    """The pattern of tokens must not try again: quadratic, these would outlast every timeout of the suite."""
    with pytest.raises(CqlError):
        parse(text, Limits(characters=len(text)))


# Bare words in a row -----------------------------------------------------------------------------------

LENIENT: list[tuple[str, Node]] = [
    ("cat", term("cat")),
    ("cat dog", clause("cql.serverChoice", "all", "cat dog")),
    ("cat  dog\tmouse", clause("cql.serverChoice", "all", "cat  dog\tmouse")),
    ("U.S. history", clause("cql.serverChoice", "all", "U.S. history")),
    ("the cat sat on mats", clause("cql.serverChoice", "all", "the cat sat on mats")),
    (
        "harry potter and rowling",
        chain(clause("cql.serverChoice", "all", "harry potter"), (AND, term("rowling"))),
    ),
    ("(cat dog) or bird", chain(clause("cql.serverChoice", "all", "cat dog"), (OR, term("bird")))),
    ("title = harry potter", clause("title", "all", "harry potter")),
    ("title any harry potter", clause("title", "any", "harry potter")),
    ("title all/stem cat dog or b", chain(clause("title", "all", "cat dog", Modifier("stem")), (OR, B))),
    ("title == harry potter", clause("title", "==", "harry potter")),
    ("title any fish", clause("title", "any", "fish")),
    ("dc.title sounds fish", clause("dc.title", "sounds", "fish")),
    ("title my.relation fish", clause("title", "my.relation", "fish")),
    ('title sounds "fish"', clause("title", "sounds", "fish")),
    ("title sounds/x fish", clause("title", "sounds", "fish", Modifier("x"))),
    ("title = and", clause("title", "=", "and")),
]


@pytest.mark.parametrize(("text", "root"), LENIENT, ids=[text for text, _ in LENIENT])
def test_leniently_bare_words_in_a_row_are_one_term(text: str, root: Node) -> None:
    assert parse(text, mode=Mode.LENIENT) == Query(root)


@pytest.mark.parametrize("text", ["not cat", "cat title = dog", "title any", 'cat dog "mouse" x', "cat ("])
def test_leniently_too_what_may_mean_something_else_is_refused(text: str) -> None:
    with pytest.raises(CqlError) as caught:
        parse(text, mode=Mode.LENIENT)
    assert caught.value.diagnostic is Diagnostic.SYNTAX


def test_words_in_a_row_keep_their_places() -> None:
    root = parse("a or  cat   dog*", mode=Mode.LENIENT).root
    assert isinstance(root, Chain)
    assert isinstance(root.steps[0].operand, Clause)
    assert root.steps[0].operand.term == Term("cat   dog*")
    assert root.steps[0].operand.term.place == 6


@pytest.mark.parametrize("text", [text for text, _ in TREES if " " not in text.strip()])
def test_leniency_changes_nothing_that_needs_none(text: str) -> None:
    assert parse(text, mode=Mode.LENIENT) == parse(text)
