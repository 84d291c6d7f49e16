"""The tree of a query, as the grammar of CQL 1.2 has it.

The rule it keeps: nodes say what was written, and where. A chain of booleans is flat, read from left to
right, for they all have the same rank; only what parentheses hold lies deeper, so no walk outruns the stack.
Nodes are equal if they say the same, wherever they stand in their query.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec

SERVER_CHOICE: Final = "cql.serverChoice"
"""The index of a term that stands alone."""


class Comparison(StrEnum):
    """The relations that are signs."""

    EQUAL = "="
    EXACT = "=="
    NOT_EQUAL = "<>"
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="


class Operator(StrEnum):
    """The boolean operators; NOT is and-not, of two operands."""

    AND = "and"
    OR = "or"
    NOT = "not"
    PROX = "prox"


class Placed(msgspec.Struct, frozen=True, eq=False):
    """Something written in a query. Its `place` counts characters from 0 and has no part in equality."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash((type(self), self._said()))

    def _said(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__struct_fields__ if name != "place")


class Modifier(Placed, frozen=True, eq=False):
    """`/name` or `/name=value`; without a value, `comparison` is None."""

    name: str
    comparison: Comparison | None = None
    value: str = ""
    place: int = 0


class Relation(Placed, frozen=True, eq=False):
    """A sign or a name, with its modifiers."""

    name: str = Comparison.EQUAL
    modifiers: tuple[Modifier, ...] = ()
    place: int = 0


class Term(Placed, frozen=True, eq=False):
    """What is looked for, `raw`: as between quotes, every escape still in it (`terms` reads it)."""

    raw: str
    place: int = 0


class Clause(Placed, frozen=True, eq=False):
    """Index, relation, term. Its place is also that of the index."""

    term: Term
    index: str = SERVER_CHOICE
    relation: Relation = Relation()
    place: int = 0


class Step(Placed, frozen=True, eq=False):
    """What follows in a chain: an operator, whose left operand is everything before it, and the right one."""

    operator: Operator
    operand: "Node"
    modifiers: tuple[Modifier, ...] = ()
    place: int = 0


class Chain(Placed, frozen=True, eq=False):
    """Operands joined by booleans; `a or b and c` is `(a or b) and c`. There is at least one step.

    The first operand is never a chain: that would be the same chain.
    """

    first: "Node"
    steps: tuple[Step, ...]
    place: int = 0


class Prefix(Placed, frozen=True, eq=False):
    """`>name="uri"`; without a name, None, it is the set of indexes that have no prefix."""

    name: str | None
    uri: str
    place: int = 0


class Scoped(Placed, frozen=True, eq=False):
    """What stands in parentheses behind prefixes of its own."""

    prefixes: tuple[Prefix, ...]
    node: "Node"
    place: int = 0


Node = Clause | Chain | Scoped


class SortKey(Placed, frozen=True, eq=False):
    """An index to sort by, with its modifiers."""

    index: str
    modifiers: tuple[Modifier, ...] = ()
    place: int = 0


class Query(Placed, frozen=True, eq=False):
    """The whole: `prefixes` hold for the root and for the keys; `sort` is in order of importance."""

    root: Node
    prefixes: tuple[Prefix, ...] = ()
    sort: tuple[SortKey, ...] = ()
