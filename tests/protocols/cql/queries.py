"""Queries for the laws: trees that the grammar allows, and the characters that mean something to it."""

from hypothesis import strategies as st

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

_WORDS = ["and", "Or", "NOT", "prox", "sortBy", "title", "dc.title", "all", "cql.any", "=", ">", "cat", ""]
NAMES = st.sampled_from(_WORDS) | st.text(alphabet="ab.é漢 \n\"\\()<=>/'", max_size=6)
RAWS = st.lists(
    st.sampled_from([*_WORDS, " ", "\t", "a", "é", "漢", "*", "?", "^", r"\"", r"\\", r"\*", "/", "(", ")"]),
    max_size=6,
).map("".join)
"""What may stand between quotes."""

TEXTS = st.lists(
    st.sampled_from(
        [*_WORDS, *Operator, *Comparison, *'()/"\\ *?^\u3000\n', '"a b"', ">dc=x ", " sortBy ", "\x00", "漢"]
    ),
    max_size=30,
).map(" ".join) | st.text(alphabet='ab ()<=>/"\\*?^\t', max_size=60)
"""Text made of what the grammar is made of."""

MODIFIERS = st.lists(
    st.builds(Modifier, NAMES) | st.builds(Modifier, NAMES, st.sampled_from(Comparison), NAMES), max_size=2
).map(tuple)
CLAUSES = st.builds(Clause, st.builds(Term, RAWS)) | st.builds(
    Clause, st.builds(Term, RAWS), NAMES, st.builds(Relation, st.sampled_from(Comparison) | NAMES, MODIFIERS)
)


def _name(prefix: Prefix) -> str | None:
    return prefix.name and prefix.name.lower()


def _prefixes(least: int) -> st.SearchStrategy[tuple[Prefix, ...]]:
    prefix = st.builds(Prefix, st.none() | NAMES, NAMES)
    return st.lists(prefix, min_size=least, max_size=2, unique_by=_name).map(tuple)


def _is_no_chain(node: Node) -> bool:
    return not isinstance(node, Chain)


def _larger(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    steps = st.lists(st.builds(Step, st.sampled_from(Operator), nodes, MODIFIERS), min_size=1, max_size=3)
    return st.builds(Chain, nodes.filter(_is_no_chain), steps.map(tuple)) | st.builds(
        Scoped, _prefixes(1), nodes
    )


NODES: st.SearchStrategy[Node] = st.recursive(CLAUSES, _larger, max_leaves=8)
QUERIES = st.builds(
    Query, NODES, _prefixes(0), st.lists(st.builds(SortKey, NAMES, MODIFIERS), max_size=2).map(tuple)
)
