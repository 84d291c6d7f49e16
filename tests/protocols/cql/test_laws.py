"""What no table can list: laws of reading and writing, over trees of every shape and over any text."""

from collections.abc import Callable
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from protocols.cql.context_sets import STANDARD_SETS, resolve
from protocols.cql.errors import CqlError, pointed
from protocols.cql.parser import Mode, parse
from protocols.cql.proximity import read_proximity
from protocols.cql.sorting import read_sort
from protocols.cql.terms import Masking, raw_of, read_term, read_words
from protocols.cql.tree import Chain, Clause, Node, Query, Scoped, Term
from protocols.cql.writing import outline, write
from protocols.cql.xcql import Dialect, write_xcql
from tests.matrix import proves
from tests.protocols.cql.queries import QUERIES, TEXTS


def mistake(look: Callable[[], object]) -> CqlError | None:
    """What is wrong, if looking finds something."""
    try:
        look()
    except CqlError as error:
        return error
    return None


@given(QUERIES)
@proves("what is written is read back as the same query")
def test_what_is_written_is_read_back_as_the_same_query(query: Query) -> None:
    assert parse(write(query)) == query


@given(QUERIES)
def test_what_is_written_is_written_alike_again(query: Query) -> None:
    assert write(parse(write(query))) == write(query)


def _clauses(node: Node) -> list[Clause]:
    match node:
        case Clause():
            return [node]
        case Scoped():
            return _clauses(node.node)
        case Chain():
            return [
                clause
                for each in (node.first, *(step.operand for step in node.steps))
                for clause in _clauses(each)
            ]


@given(QUERIES)
def test_an_outline_has_every_clause_in_its_order(query: Query) -> None:
    assert [line.clause for line in outline(query) if line.clause] == _clauses(query.root)


@given(st.text() | TEXTS, st.sampled_from(Mode))
def test_any_text_is_read_or_refused_at_a_place_within_it(text: str, mode: Mode) -> None:
    error = mistake(lambda: parse(text, mode=mode))
    if error is None:
        query = parse(text, mode=mode)
        assert parse(write(query)) == query
    else:
        assert 0 <= error.place <= len(text)
        assert error.hint
        assert pointed(text, error.place).endswith("^")


@given(TEXTS)
def test_what_is_strictly_read_in_parentheses_means_the_same(text: str) -> None:
    try:
        query = parse(text)
    except CqlError:
        return
    if not query.prefixes and not query.sort:
        assert parse(f"({text})") == query


@given(QUERIES)
def test_whatever_a_query_holds_looking_into_it_ends_in_an_answer_or_its_error(query: Query) -> None:
    text = write(query)
    query = parse(text)
    looks: list[Callable[[], object]] = [lambda: resolve(query, STANDARD_SETS), lambda: read_sort(query.sort)]
    for clause in _clauses(query.root):
        looks += [partial(read_term, clause.term, masking) for masking in Masking]
        looks += [partial(read_words, clause.term, masking) for masking in Masking]
    if isinstance(query.root, Chain):
        looks += [partial(read_proximity, step) for step in query.root.steps]
    errors = [error for error in map(mistake, looks) if error]
    assert all(0 <= error.place <= len(text) for error in errors)
    assert all(write_xcql(query, dialect) for dialect in Dialect)


@given(st.text())
def test_any_text_can_be_looked_for_as_it_is(text: str) -> None:
    term = Term(raw_of(text))
    assert parse(write(Query(Clause(term)))).root == Clause(term)
    assert read_term(term).text == text
    assert "".join(pattern.text for pattern in read_words(term)) == "".join(text.split())


@given(st.text(), st.text())
def test_masked_or_not_a_term_without_special_characters_is_the_same(before: str, after: str) -> None:
    raw = "".join(each for each in f"{before} {after}" if each not in '*?^"\\')
    assert read_term(Term(raw)) == read_term(Term(raw), Masking.UNMASKED)
    assert read_words(Term(raw)) == read_words(Term(raw), Masking.UNMASKED)
