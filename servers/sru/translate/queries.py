"""CQL as the catalogue's queries: names, relations, modifiers and terms, each with its exact diagnostic.

The rule it keeps: nothing is passed over in silence. A modifier that would change what is found, and that the
catalogue does not have, is refused; so is every name that it does not know, with those that are like it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, assert_never

from msgspec import Struct

from core import query as q
from core.model.records import BibId
from core.points import AccessPoint, AccessPoints
from core.query import Match
from protocols.cql import terms, tree
from protocols.cql.context_sets import STANDARD_SETS, base_modifier, base_relation, resolve
from protocols.cql.errors import CqlError, Diagnostic
from protocols.cql.parser import DEFAULT_LIMITS, Limits, Mode, parse
from protocols.cql.proximity import read_proximity
from protocols.cql.terms import Masking, read_term, read_words
from protocols.cql.tree import Operator
from protocols.sru import diagnostics as sru

SERVED_SETS: Final = ("alma", "dc", "bath", "rec", "cql")
"""The context sets that an index without a prefix is looked for in, one after the other."""

MATCHES: Final[Mapping[str, Match]] = {
    "=": Match.EQ,
    "==": Match.HEADING,
    "<>": Match.NE,
    "<": Match.LT,
    "<=": Match.LE,
    ">": Match.GT,
    ">=": Match.GE,
    "adj": Match.PHRASE,
    "all": Match.ALL,
    "any": Match.ANY,
    "within": Match.WITHIN,
}
"""What the relations of the set cql mean (CQL 1.2, context set cql)."""

RELATION_MODIFIERS: Final = ("masked", "unmasked", "ignoreCase", "ignoreAccents", "word", "string")
"""Those that the catalogue can do, or does anyhow."""

_UNSERVED: Final = frozenset({"encloses"})
"""Relations that there are, and that no index has."""

REMEMBERED: Final = 4096
SHORT: Final = 1024
"""So many queries are remembered as they were read; longer ones, of which there are few, are not."""

_CONTRARY: Final = (frozenset({"masked", "unmasked"}), frozenset({"word", "string"}))
_MODIFIERS: Final = {name.lower() for name in RELATION_MODIFIERS}
_MASKS: Final = {terms.Mask.RUN: q.Mask.RUN, terms.Mask.ONE: q.Mask.ONE}
_UNITS: Final = {unit.value: unit for unit in q.Unit}
_NEAR: Final = frozenset({Match.EQ, Match.PHRASE, Match.ALL, Match.ANY})


class Part(Struct, frozen=True, eq=False):
    """A part of the query, and what was written for it: a clause, or a step with its operator."""

    part: q.Query
    written: tree.Clause | tree.Step


class Read(Struct, frozen=True, eq=False):
    """A query, as it was written and as the catalogue takes it. ``parts`` are those without booleans.

    ``result_set`` is the id of a set that is the whole query.
    """

    written: tree.Query
    query: q.Query
    parts: tuple[Part, ...]
    result_set: str = ""


FindSet = Callable[[str], Sequence[BibId] | None]
"""The records of a result set; None if there is no such set."""


class SetRefused(Exception):
    """A query speaks of a result set that it cannot have (50, 51)."""

    def __init__(self, number: int, set_id: str) -> None:
        self.diagnostic = sru.Diagnostic(number, set_id)
        super().__init__(f"diagnostic {number}")


class QueryReader:
    """Reads queries for a catalogue. Those read last are remembered."""

    def __init__(
        self, points: AccessPoints, mode: Mode = Mode.STRICT, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._points = points
        self._mode = mode
        self._limits = limits
        self.sets: Final = context_sets(points)
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._read)

    def read(self, text: str, find_set: FindSet | None = None) -> Read:
        """What a query means. Raises `CqlError`; `SetRefused` for a set that ``find_set`` does not know.

        Without ``find_set`` there are no result sets.
        """
        if len(text) > SHORT or "resultsetid" in text.lower():
            return self._read(text, find_set)
        return self._remembered(text)

    def point(self, name: str, place: int) -> AccessPoint:
        """The access point with this name. Raises `CqlError`."""
        prefix, dot, base = name.partition(".")
        found = (
            self._points.named(prefix, base)
            if dot
            else next(filter(None, [self._points.named(each, name) for each in SERVED_SETS]), None)
        )
        if found is None:
            raise CqlError(Diagnostic.INDEX, name, place, self._alike(name))
        return found

    def _read(self, text: str, find_set: FindSet | None = None) -> Read:
        written = resolve(parse(text, self._limits, self._mode), self.sets)
        if isinstance(written.root, tree.Clause) and _is_set(written.root):
            set_id = _set_id(written.root, find_set)
            return Read(written, q.Ids(()), (), set_id)
        walk = _Walk(self, find_set)
        query = walk.node(written.root)
        return Read(written, query, tuple(walk.parts))

    def _alike(self, name: str) -> str:
        names = {str(each).lower(): str(each) for point in self._points.values() for each in point.names}
        wanted = name.lower() if "." in name else f"alma.{name.lower()}"
        near = [names[each] for each in get_close_matches(wanted, names, 3, 0.75)]
        return f"there is no such index; near it: {', '.join(near)}" if near else "there is no such index"


def context_sets(points: AccessPoints) -> Mapping[str, str]:
    """The prefixes of a catalogue's context sets, with their URIs: those of nobody else are our own."""
    found = dict.fromkeys(name.set for point in points.values() for name in point.names)
    return {prefix: STANDARD_SETS.get(prefix, f"urn:circdesk:cql:{prefix}") for prefix in found}


class _Walk:
    """One query on its way. No deeper than its parentheses were (`protocols.cql.tree`)."""

    def __init__(self, reader: QueryReader, find_set: FindSet | None) -> None:
        self._reader = reader
        self._find_set = find_set
        self.parts: list[Part] = []

    def node(self, node: tree.Node) -> q.Query:
        match node:
            case tree.Clause():
                return self._noted(self._clause(node), node)
            case tree.Chain():
                found = self.node(node.first)
                for step in node.steps:
                    found = self._step(found, step)
                return found
            case tree.Scoped():
                return self.node(node.node)
            case _:
                assert_never(node)

    def _noted(self, part: q.Query, written: tree.Clause | tree.Step) -> q.Query:
        self.parts.append(Part(part, written))
        return part

    def _step(self, left: q.Query, step: tree.Step) -> q.Query:
        if step.operator is Operator.PROX:
            near = read_proximity(step)
            right = self.node(step.operand)
            compared = MATCHES[near.comparison]
            unit = _UNITS[near.unit.value]
            return self._noted(q.Near(left, right, near.distance, compared, near.is_ordered, unit), step)
        for modifier in step.modifiers:
            hint = f"{step.operator} has no modifiers here"
            raise CqlError(Diagnostic.BOOLEAN_MODIFIER, modifier.name, modifier.place, hint)
        right = self.node(step.operand)
        match step.operator:
            case Operator.AND:
                return q.And(left, right)
            case Operator.OR:
                return q.Or(left, right)
            case Operator.NOT:
                return q.Not(left, right)
            case _:
                assert_never(step.operator)

    def _clause(self, clause: tree.Clause) -> q.Query:
        match clause.index.lower():
            case "cql.allrecords":
                _only_equal(clause)
                return q.EVERYTHING
            case "cql.resultsetid":
                return self._of_set(clause)
        point = self._reader.point(clause.index, clause.place)
        named = clause.relation
        relation = base_relation(named.name)
        if relation in _UNSERVED:
            details = f"{clause.index} {relation}"
            raise CqlError(Diagnostic.RELATION_AND_INDEX, details, named.place, "no index has this relation")
        if relation not in MATCHES:
            hint = f"the relations are {' '.join(MATCHES)}"
            raise CqlError(Diagnostic.RELATION, named.name, named.place, hint)
        modifiers = _modifiers(named)
        match = _match(relation, modifiers, named)
        masking = Masking.UNMASKED if "unmasked" in modifiers else Masking.MASKED
        if match in (Match.ALL, Match.ANY):
            words = tuple(
                [
                    q.Word(_pieces(pattern.parts), pattern.at_start, pattern.at_end)
                    for pattern in read_words(clause.term, masking)
                ]
            )
        else:
            words = _words(read_term(clause.term, masking))
        return q.Clause(point.name, match, words)

    def _of_set(self, clause: tree.Clause) -> q.Query:
        set_id = _set_id(clause, self._find_set)
        ids = self._find_set(set_id) if self._find_set else None
        if ids is None:
            raise SetRefused(51, set_id)
        return q.Ids(tuple(ids))


def _is_set(clause: tree.Clause) -> bool:
    return clause.index.lower() == "cql.resultsetid"


def _set_id(clause: tree.Clause, find_set: FindSet | None) -> str:
    if find_set is None:
        raise SetRefused(50, clause.term.raw)
    _only_equal(clause)
    return clause.term.raw


def _only_equal(clause: tree.Clause) -> None:
    """These indexes stand for all records or for a set, and nothing else can be asked of them."""
    relation = base_relation(clause.relation.name)
    if relation not in ("=", "=="):
        details = f"{clause.index} {relation}"
        raise CqlError(Diagnostic.RELATION_AND_INDEX, details, clause.relation.place, "it has = alone")


def _modifiers(relation: tree.Relation) -> Mapping[str, tree.Modifier]:
    found: dict[str, tree.Modifier] = {}
    for modifier in relation.modifiers:
        name = base_modifier(modifier.name)
        if name not in _MODIFIERS or modifier.comparison is not None:
            hint = f"relations have {', '.join(RELATION_MODIFIERS)}"
            raise CqlError(Diagnostic.RELATION_MODIFIER, modifier.name, modifier.place, hint)
        found[name] = modifier
    for pair in _CONTRARY:
        if pair <= found.keys():
            last = max((found[name] for name in pair), key=lambda one: one.place)
            details = "/".join(sorted(pair))
            raise CqlError(Diagnostic.RELATION_MODIFIERS, details, last.place, "these are contrary")
    return found


def _match(relation: str, modifiers: Mapping[str, tree.Modifier], written: tree.Relation) -> Match:
    """What the relation means: a term that is one string is a whole value, for words there are others."""
    match = MATCHES[relation]
    contrary = None
    if "string" in modifiers:
        if match is Match.EQ:
            return Match.HEADING
        contrary = "string" if match in _NEAR else None
    elif "word" in modifiers and match is Match.HEADING:
        contrary = "word"
    if contrary:
        hint = f"{contrary} does not go with {relation}"
        raise CqlError(Diagnostic.RELATION_MODIFIERS, f"{relation}/{contrary}", written.place, hint)
    return match


def _pieces(parts: Sequence[str | terms.Mask]) -> tuple[str | q.Mask, ...]:
    return tuple([part if isinstance(part, str) else _MASKS[part] for part in parts])


def _words(pattern: terms.Pattern) -> tuple[q.Word, ...]:
    """The words of a term that is one, cut where it has blanks."""
    if len(pattern.parts) == 1 and isinstance(pattern.parts[0], str) and not pattern.is_anchored:
        return q.plain(pattern.parts[0])
    words: list[list[str | q.Mask]] = [[]]
    for part in pattern.parts:
        if isinstance(part, str):
            first, *others = _cut(part)
            words[-1] += first
            words += others
        else:
            words[-1].append(_MASKS[part])
    filled = [word for word in words if word]
    last = len(filled) - 1
    return tuple(
        [
            q.Word(tuple(word), pattern.at_start and not number, pattern.at_end and number == last)
            for number, word in enumerate(filled)
        ]
    )


def _cut(text: str) -> Iterator[list[str | q.Mask]]:
    """The pieces of a text between its blanks; the first belongs to what stands before it."""
    if text[:1].isspace():
        yield []
    for word in text.split():
        yield [word]
    if text[-1:].isspace():
        yield []
