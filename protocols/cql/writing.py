"""From tree to text: as CQL that reads back as the same tree, and as an outline for people.

The rule it keeps: nothing is quoted and nothing put in parentheses that need not be.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from protocols.cql.tokens import is_reserved
from protocols.cql.tree import (
    SERVER_CHOICE,
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
)


def write(query: Query) -> str:
    """The query as CQL; `parse` makes the same query of it."""
    parts = [*map(_prefix, query.prefixes), *_node(query.root)]
    if query.sort:
        parts += ["sortBy", *map(_sort_key, query.sort)]
    return " ".join(parts)


def write_clause(clause: Clause) -> str:
    """One clause as CQL."""
    term = _word(clause.term.raw, clause.term.raw)
    if clause.index == SERVER_CHOICE and clause.relation == _DEFAULT:
        return term
    return f"{_name(clause.index)} {_relation(clause.relation)} {term}"


_DEFAULT: Final = Relation()
_BARE: Final = re.compile(r'[^\s()=<>"/]+')
_ESCAPES: Final = re.compile(r'["\\]')


def _word(text: str, quoted: str) -> str:
    """Bare if it may be."""
    return text if _BARE.fullmatch(text) and not is_reserved(text) else f'"{quoted}"'


def _name(text: str) -> str:
    escaped = _ESCAPES.sub(r"\\\g<0>", text)
    return _word(escaped, escaped)


def _relation(relation: Relation) -> str:
    name = relation.name if relation.name in tuple(Comparison) else _name(relation.name)
    return name + _modifiers(relation.modifiers)


def _modifiers(modifiers: tuple[Modifier, ...]) -> str:
    return "".join(
        f"/{_name(each.name)}"
        + (f"{each.comparison}{_name(each.value)}" if each.comparison is not None else "")
        for each in modifiers
    )


def _prefix(prefix: Prefix) -> str:
    uri = '"' + _ESCAPES.sub(r"\\\g<0>", prefix.uri) + '"'
    return f">{uri}" if prefix.name is None else f">{_name(prefix.name)}={uri}"


def _sort_key(key: SortKey) -> str:
    return _name(key.index) + _modifiers(key.modifiers)


def _node(node: Node) -> Iterator[str]:
    match node:
        case Clause():
            yield write_clause(node)
        case Chain():
            yield from _operand(node.first)
            for step in node.steps:
                yield step.operator + _modifiers(step.modifiers)
                yield from _operand(step.operand)
        case Scoped():
            yield f"({' '.join([*map(_prefix, node.prefixes), *_node(node.node)])})"


def _operand(node: Node) -> Iterator[str]:
    if isinstance(node, Chain):
        yield f"({' '.join(_node(node))})"
    else:
        yield from _node(node)


# For people --------------------------------------------------------------------------------------------


class Line(msgspec.Struct, frozen=True):
    """A line of an outline: an operator with what it joins below it, or a clause."""

    depth: int
    text: str
    clause: Clause | None = None


def outline(query: Query) -> tuple[Line, ...]:
    """The query line by line, a clause on each, what belongs together under its operator.

    So it shows that booleans have no precedence: in `a or b and c` the `or` is inside the `and`.
    """
    lines = [Line(0, _prefix(prefix)) for prefix in query.prefixes]
    lines += _outlined(query.root, 0)
    if query.sort:
        lines.append(Line(0, f"sortBy {' '.join(map(_sort_key, query.sort))}"))
    return tuple(lines)


def indented(lines: tuple[Line, ...]) -> str:
    """An outline as text."""
    return "\n".join("  " * line.depth + line.text for line in lines)


def _outlined(node: Node, depth: int) -> Iterator[Line]:
    match node:
        case Clause():
            yield Line(depth, write_clause(node), node)
        case Scoped():
            for prefix in node.prefixes:
                yield Line(depth, _prefix(prefix))
            yield from _outlined(node.node, depth)
        case Chain():
            runs = list(_runs(node.steps))
            for more, (step, *_) in enumerate(reversed(runs)):
                yield Line(depth + more, step.operator + _modifiers(step.modifiers))
            yield from _outlined(node.first, depth + len(runs))
            for less, run in enumerate(runs):
                for step in run:
                    yield from _outlined(step.operand, depth + len(runs) - less)


def _runs(steps: tuple[Step, ...]) -> Iterator[list[Step]]:
    """Steps that one line can stand for: of one operator, with the same modifiers; of prox each alone."""
    run: list[Step] = []
    for step in steps:
        if run and (step.operator is Operator.PROX or _joint(step) != _joint(run[0])):
            yield run
            run = []
        run.append(step)
    yield run


def _joint(step: Step) -> tuple[Operator, tuple[Modifier, ...]]:
    return step.operator, step.modifiers
