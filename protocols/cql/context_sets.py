"""Context sets: their URIs, the names that CQL itself defines, and what a prefix stands for at a place.

The rule it keeps: names are compared without regard to case; `cql` is reserved, so no query can give it
another meaning.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from protocols.cql.errors import CqlError, Diagnostic
from protocols.cql.tree import Chain, Clause, Modifier, Node, Prefix, Query, Relation, Scoped, SortKey, Step

CQL_SET: Final = "info:srw/cql-context-set/1/cql-v1.2"
SORT_SET: Final = "info:srw/cql-context-set/1/sort-v1.0"

STANDARD_SETS: Final[Mapping[str, str]] = {
    "cql": CQL_SET,
    "sort": SORT_SET,
    "dc": "info:srw/cql-context-set/1/dc-v1.1",
    "rec": "info:srw/cql-context-set/2/rec-1.1",
    "bath": "http://zing.z3950.org/cql/bath/2.0/",
}
"""Prefixes that clients take for granted."""

OLDER_SETS: Final[Mapping[str, str]] = {
    "info:srw/cql-context-set/1/cql-v1.1": CQL_SET,
    "http://www.loc.gov/zing/cql/srw-indexes/v1.0/": CQL_SET,
    "http://www.loc.gov/zing/cql/dc-indexes/v1.0/": STANDARD_SETS["dc"],
}
"""URIs of earlier versions, and what has taken their place."""

RELATIONS: Final = frozenset(
    ("=", "==", "<>", "<", "<=", ">", ">=", "all", "any", "adj", "within", "encloses", "exact", "scr")
)
"""The relations of the set cql, with those of CQL 1.1."""

_FORMER_RELATIONS: Final = {"exact": "==", "scr": "="}


def base_relation(name: str) -> str:
    """What a relation of the set cql is called in CQL 1.2, with or without its prefix; others as they are."""
    base = name.lower().removeprefix("cql.")
    if base not in RELATIONS:
        return name
    return _FORMER_RELATIONS.get(base, base)


def base_modifier(name: str, prefix: str = "cql") -> str:
    """A modifier's name in lower case, without the prefix of the set that it is taken from anyhow."""
    return name.lower().removeprefix(f"{prefix}.")


class Scope(msgspec.Struct, frozen=True):
    """What prefixes stand for at one place of a query. `sets` has them in lower case; `default` is a URI."""

    sets: Mapping[str, str]
    default: str | None = None

    def within(self, prefixes: Sequence[Prefix]) -> "Scope":
        """Where these prefixes hold too; they hide others of the same name."""
        if not prefixes:
            return self
        sets, default = dict(self.sets), self.default
        for prefix in prefixes:
            if prefix.name is None:
                default = prefix.uri
            elif prefix.name.lower() != "cql":
                sets[prefix.name.lower()] = prefix.uri
        return Scope(sets, default)

    def qualified(self, name: str, place: int, default: str | None) -> tuple[str | None, str]:
        """The URI of the set that a name is from, and its name there; `default` if it has no prefix.

        Raises CqlError if the prefix stands for nothing.
        """
        prefix, dot, base = name.partition(".")
        if not (prefix and dot and base):
            return default, name
        uri = self.sets.get(prefix.lower())
        if uri is None:
            raise CqlError(Diagnostic.CONTEXT_SET, prefix, place, f"no context set is called {prefix} here")
        return uri, base


def resolve(query: Query, sets: Mapping[str, str]) -> Query:
    """The same query without prefixes of its own: every name has the prefix that `sets` has for its set.

    `sets` maps the prefixes of the server to the URIs of its context sets; cql and sort are known. A name
    without a prefix stays so, unless the query says what its set is. Raises CqlError for a set that is not
    among them.
    """
    own = {"cql": CQL_SET, "sort": SORT_SET}
    known = own | {prefix.lower(): uri for prefix, uri in sets.items()}
    scope = Scope(known).within(query.prefixes)
    names: dict[str, str] = {}
    for prefix, uri in known.items():
        names.setdefault(uri, prefix)
    resolver = _Resolver(names)
    return Query(
        resolver.node(query.root, scope),
        sort=tuple(
            SortKey(
                resolver.name(key.index, key.place, scope, scope.default),
                resolver.modifiers(key.modifiers, scope),
                key.place,
            )
            for key in query.sort
        ),
    )


class _Resolver:
    """Renames, given the prefix of each URI."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def node(self, node: Node, scope: Scope) -> Node:
        match node:
            case Clause():
                index = self.name(node.index, node.place, scope, scope.default)
                return Clause(node.term, index, self.relation(node.relation, scope), node.place)
            case Chain():
                steps = tuple(
                    Step(
                        step.operator,
                        self.node(step.operand, scope),
                        self.modifiers(step.modifiers, scope),
                        step.place,
                    )
                    for step in node.steps
                )
                first = self.node(node.first, scope)
                if isinstance(first, Chain):
                    return Chain(first.first, first.steps + steps, node.place)
                return Chain(first, steps, node.place)
            case Scoped():
                return self.node(node.node, scope.within(node.prefixes))

    def relation(self, relation: Relation, scope: Scope) -> Relation:
        name = self.name(relation.name, relation.place, scope, None)
        return Relation(name, self.modifiers(relation.modifiers, scope), relation.place)

    def modifiers(self, modifiers: tuple[Modifier, ...], scope: Scope) -> tuple[Modifier, ...]:
        return tuple(
            Modifier(
                self.name(modifier.name, modifier.place, scope, None),
                modifier.comparison,
                modifier.value,
                modifier.place,
            )
            for modifier in modifiers
        )

    def name(self, name: str, place: int, scope: Scope, default: str | None) -> str:
        uri, base = scope.qualified(name, place, default)
        if uri is None:
            return name
        prefix = self._names.get(uri) or self._names.get(OLDER_SETS.get(uri, ""))
        if prefix is None:
            raise CqlError(Diagnostic.CONTEXT_SET, uri, place, "this context set is not known here")
        return f"{prefix}.{base}"
