"""RPN as the catalogue's queries: every attribute of Bib-1 and every combination of them, or its diagnostic.

The rule it keeps: every attribute is looked at, and what is not served is refused with its number (113 to
123), never passed over. What a combination means does not depend on the order in which it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, assert_never

from msgspec import Struct

from core import query as q
from core.points import AccessPoint, AccessPoints, PointKind
from core.query import Mask, Match
from protocols.z3950.charset import Charset
from protocols.z3950.declarations import GeneralizedTime
from protocols.z3950.oids import BIB_1, Oid
from protocols.z3950.rpn import (
    Boolean,
    PrivateUnit,
    Proximity,
    ProximityRelation,
    ProximityUnit,
    ResultSetOperand,
    ResultSetPlusAttributes,
    RpnQuery,
    fold,
)
from protocols.z3950.structures import (
    AttributeElement,
    AttributesPlusTerm,
    ComplexAttribute,
    Number,
    Text,
)
from servers.z3950.refusal import Refused
from servers.z3950.translate.diagnostics import Kind, Sent

ANYWHERE: Final = 1016
"""The use attribute of who names none."""

_KINDS: Final[Mapping[int, Kind]] = {kind.value: kind for kind in Kind}
REFUSALS: Final[Mapping[Kind, int]] = {
    Kind.USE: 114,
    Kind.RELATION: 117,
    Kind.POSITION: 119,
    Kind.STRUCTURE: 118,
    Kind.TRUNCATION: 120,
    Kind.COMPLETENESS: 122,
}
_COMBINATION: Final = 123

EQUAL, NOT_EQUAL, ALWAYS, WITHIN = 3, 6, 103, 104
RELATIONS: Final[Mapping[int, Match]] = {
    1: Match.LT,
    2: Match.LE,
    EQUAL: Match.EQ,
    4: Match.GE,
    5: Match.GT,
    NOT_EQUAL: Match.NE,
    ALWAYS: Match.ANY_VALUE,
    WITHIN: Match.WITHIN,
}
FIRST_IN_FIELD, ANY_POSITION = 1, 3
PHRASE, WORD, KEY, YEAR, DATE, WORD_LIST = 1, 2, 3, 4, 5, 6
DATE_AS_WRITTEN, NAME, NAME_AS_WRITTEN, LOCAL_NUMBER, STRING, NUMERIC = 100, 101, 102, 107, 108, 109
RIGHT, LEFT, BOTH, NO_TRUNCATION, HASHES, Z39_58 = 1, 2, 3, 100, 101, 104
INCOMPLETE, COMPLETE_FIELD = 1, 3

SERVED: Final[Mapping[Kind, frozenset[int]]] = {
    Kind.RELATION: frozenset(RELATIONS),
    Kind.POSITION: frozenset({FIRST_IN_FIELD, ANY_POSITION}),
    Kind.STRUCTURE: frozenset(
        {PHRASE, WORD, KEY, YEAR, DATE, WORD_LIST}
        | {DATE_AS_WRITTEN, NAME, NAME_AS_WRITTEN, LOCAL_NUMBER, STRING, NUMERIC}
    ),
    Kind.TRUNCATION: frozenset({RIGHT, LEFT, BOTH, NO_TRUNCATION, HASHES, Z39_58}),
    Kind.COMPLETENESS: frozenset({INCOMPLETE, COMPLETE_FIELD}),
}
"""The values that mean something here; the others are refused. Use attributes are in the table of access
points.
"""

_TEXTUAL: Final = frozenset({PHRASE, WORD, WORD_LIST, NAME, NAME_AS_WRITTEN, STRING, KEY})
_SINGLE: Final = frozenset({PHRASE, WORD, WORD_LIST, KEY, LOCAL_NUMBER, STRING, NUMERIC})
_TIMES: Final = frozenset({PHRASE, WORD, WORD_LIST, YEAR, DATE, DATE_AS_WRITTEN, STRING, NUMERIC})
STRUCTURES: Final[Mapping[PointKind, frozenset[int]]] = {
    PointKind.TEXT: _TEXTUAL,
    PointKind.CALL_NUMBER: _TEXTUAL | {LOCAL_NUMBER},
    PointKind.NUMBER: _TIMES,
    PointKind.DATE: _TIMES,
    **dict.fromkeys(
        (
            PointKind.CODE,
            PointKind.RECORD_NUMBER,
            PointKind.IDENTIFIER,
            PointKind.ISBN,
            PointKind.ISSN,
            PointKind.LCCN,
            PointKind.OCLC,
        ),
        _SINGLE,
    ),
}
"""The structures of a term that go with each kind of access point."""

_WORDED: Final = frozenset({PointKind.TEXT, PointKind.CALL_NUMBER})
_IN_ORDER: Final = frozenset({Match.LT, Match.LE, Match.GE, Match.GT, Match.WITHIN})
_WORD_LISTS: Final = frozenset({WORD_LIST, NAME_AS_WRITTEN})
_WHOLE: Final = frozenset({STRING, KEY})

FindSet = Callable[[str], q.Query | None]
"""What a result set was found by; None if there is no such set."""


class Part(Struct, frozen=True, eq=False):
    """An operand: as the catalogue takes it, and as it was sent."""

    query: q.Clause
    operand: AttributesPlusTerm
    sent: Sent


class Read(Struct, frozen=True, eq=False):
    """A query as the catalogue takes it, and its operands from left to right."""

    query: q.Query
    parts: tuple[Part, ...]


class Manner(Struct, frozen=True):
    """How operands are to be read: in which character set, of which version, with which result sets."""

    points: AccessPoints
    charset: Charset
    version: int
    find_set: FindSet


class _Side(Struct, frozen=True, eq=False):
    """What stands on one side of an operator; ``of_set``: it is a result set."""

    query: q.Query
    of_set: bool = False


def read(query: RpnQuery, manner: Manner) -> Read:
    """What a query means. Raises `Refused`."""
    parts: list[Part] = []

    def operand(node: AttributesPlusTerm | ResultSetOperand | ResultSetPlusAttributes) -> _Side:
        match node:
            case AttributesPlusTerm():
                part = clause(node, query.attribute_set, manner)
                parts.append(part)
                return _Side(part.query)
            case ResultSetOperand(result_set=name):
                found = manner.find_set(name)
                if found is None:
                    raise Refused(30, name)
                return _Side(found, of_set=True)
            case ResultSetPlusAttributes():
                raise Refused(245, node.result_set)
            case _:
                assert_never(node)

    return Read(fold(query.rpn, operand, _combined).query, tuple(parts))


def _combined(operator: Boolean | Proximity, left: _Side, right: _Side) -> _Side:
    match operator:
        case Boolean.AND:
            return _Side(q.And(left.query, right.query))
        case Boolean.OR:
            return _Side(q.Or(left.query, right.query))
        case Boolean.AND_NOT:
            return _Side(q.Not(left.query, right.query))
        case Proximity():
            return _Side(_near(operator, left, right))
        case _:
            assert_never(operator)


_DISTANCES: Final[Mapping[int, Match]] = {
    ProximityRelation.LESS: Match.LT,
    ProximityRelation.AT_MOST: Match.LE,
    ProximityRelation.EQUAL: Match.EQ,
    ProximityRelation.AT_LEAST: Match.GE,
    ProximityRelation.GREATER: Match.GT,
    ProximityRelation.NOT_EQUAL: Match.NE,
}
_UNITS: Final[Mapping[int, q.Unit]] = {
    ProximityUnit.WORD: q.Unit.WORD,
    ProximityUnit.SENTENCE: q.Unit.SENTENCE,
    ProximityUnit.PARAGRAPH: q.Unit.PARAGRAPH,
    ProximityUnit.ELEMENT: q.Unit.ELEMENT,
}


def _near(operator: Proximity, left: _Side, right: _Side) -> q.Query:
    if left.of_set or right.of_set:
        raise Refused(130)
    if not (isinstance(left.query, q.Clause) and isinstance(right.query, q.Clause)):
        raise Refused(129)
    if operator.exclusion:
        raise Refused(110, "prox with exclusion")
    compared = _DISTANCES.get(operator.relation_type)
    if compared is None:
        raise Refused(131, int(operator.relation_type))
    unit = operator.proximity_unit_code
    if isinstance(unit, PrivateUnit) or unit not in _UNITS:
        raise Refused(132, unit.number if isinstance(unit, PrivateUnit) else int(unit))
    return q.Near(left.query, right.query, operator.distance, compared, operator.ordered, _UNITS[unit])


# One operand


class Attributes(Struct, frozen=True):
    """The attributes of an operand, with what is meant by those that it leaves out (but the structure)."""

    relation: int
    position: int
    structure: int | None
    truncation: int
    completeness: int


def clause(operand: AttributesPlusTerm, attribute_set: Oid, manner: Manner) -> Part:
    """An operand as a clause. Raises `Refused`."""
    values = attribute_values(operand.attributes, attribute_set, manner.version)
    term = term_of(operand, manner.charset)
    sent = Sent(term, values)
    point = point_of(values, manner.points)
    attributes = Attributes(
        served(values, Kind.RELATION) or EQUAL,
        served(values, Kind.POSITION) or ANY_POSITION,
        served(values, Kind.STRUCTURE),
        served(values, Kind.TRUNCATION) or NO_TRUNCATION,
        served(values, Kind.COMPLETENESS) or INCOMPLETE,
    )
    structure = attributes.structure
    if structure is not None and structure not in STRUCTURES[point.kind]:
        raise Refused(118, structure)
    return Part(_clause(point, attributes, term.strip()), operand, sent)


def attribute_values(
    elements: Sequence[AttributeElement], attribute_set: Oid, version: int
) -> Mapping[Kind, int | str]:
    """The attributes of Bib-1 by type: each once, and none of another set. Raises `Refused`."""
    values: dict[Kind, int | str] = {}
    if not elements and attribute_set != BIB_1:
        raise Refused(121, attribute_set)
    for element in elements:
        if element.attribute_set is not None and version < 3:
            raise Refused(247, element.attribute_set)
        own = element.attribute_set or attribute_set
        if own != BIB_1:
            raise Refused(121, own)
        kind = _KINDS.get(element.attribute_type)
        if kind is None:
            raise Refused(113, element.attribute_type)
        if kind in values:
            raise Refused(_COMBINATION, element.attribute_type)
        values[kind] = _attribute_value(kind, element.attribute_value)
    return values


def _attribute_value(kind: Kind, value: int | ComplexAttribute) -> int | str:
    """A name stands for a use attribute alone, and one at a time."""
    if isinstance(value, int):
        return value
    if len(value.values) != 1 or value.semantic_action:
        raise Refused(246)
    match value.values[0]:
        case Number(numeric=number):
            return number
        case Text(string=name) if kind is Kind.USE:
            return name
        case Text(string=name):
            raise Refused(REFUSALS[kind], name)
        case _ as never:
            assert_never(never)


def point_of(values: Mapping[Kind, int | str], points: AccessPoints) -> AccessPoint:
    """The access point that is meant. Raises `Refused`."""
    use = values.get(Kind.USE, ANYWHERE)
    if isinstance(use, int):
        found = points.used(use)
    else:
        prefix, dot, name = use.partition(".")
        found = points.named(prefix, name) if dot else points.named("alma", use)
    if found is None:
        raise Refused(114, use)
    return found


def served(values: Mapping[Kind, int | str], kind: Kind) -> int | None:
    """The value of an attribute, if it was sent. Raises `Refused` for one that means nothing here."""
    value = values.get(kind)
    if value is None:
        return None
    if value not in SERVED[kind]:
        raise Refused(REFUSALS[kind], value)
    assert isinstance(value, int)
    return value


def term_of(operand: AttributesPlusTerm, charset: Charset) -> str:
    """The term as text. Raises `Refused` for one that is none."""
    match operand.term:
        case bytes() as octets:
            return charset.decode(octets)
        case GeneralizedTime() as time:
            return str(time)[:8]
        case Oid():
            raise Refused(229, "oid")
        case str() | int() as plain:
            return str(plain)
        case _ as other:
            raise Refused(229, type(other).__name__)


def _clause(point: AccessPoint, sent: Attributes, term: str) -> q.Clause:
    match = RELATIONS[sent.relation]
    if match is Match.ANY_VALUE:
        return q.Clause(point.name, match)
    if not term:
        raise Refused(125, term)
    if match in _IN_ORDER:
        _not_cut(sent)
        words = q.plain(term)
        return q.Clause(point.name, match, words if match is Match.WITHIN else (_one(term),))
    if point.kind not in _WORDED:
        return _value_clause(point, sent, match, term)
    if match is Match.NE:
        if sent.completeness != COMPLETE_FIELD:
            raise _contrary(sent, "relation", "completeness")
        _not_cut(sent)
        return q.Clause(point.name, match, q.plain(term))
    return _text_clause(point, sent, term)


def _one(term: str) -> q.Word:
    return q.Word((term,))


def _value_clause(point: AccessPoint, sent: Attributes, match: Match, term: str) -> q.Clause:
    """Numbers, dates, codes and identifiers: each value is the whole field, wherever it stands."""
    if sent.structure in _WORD_LISTS and match is Match.EQ:
        match = Match.ALL
    return q.Clause(point.name, match, _masked(term, sent, each=match is Match.ALL))


def _text_clause(point: AccessPoint, sent: Attributes, term: str) -> q.Clause:
    whole = sent.completeness == COMPLETE_FIELD or sent.structure in _WHOLE
    of_words = sent.structure in _WORD_LISTS
    if whole and (of_words or sent.structure == WORD):
        raise _contrary(sent, "structure", "completeness")
    if whole and sent.truncation == NO_TRUNCATION:
        return q.Clause(point.name, Match.HEADING, q.plain(term))
    if whole or sent.position == FIRST_IN_FIELD:
        if of_words:
            raise _contrary(sent, "position", "structure")
        if sent.truncation in (LEFT, BOTH):
            raise _contrary(sent, "position", "truncation")
        if whole and sent.truncation != RIGHT:
            return q.Clause(point.name, Match.HEADING, _masked(term, sent, each=False))
        return q.Clause(point.name, Match.BEGINS, _masked(term, sent, each=False))
    match = Match.ALL if of_words else Match.PHRASE
    return q.Clause(point.name, match, _masked(term, sent, each=of_words))


def _not_cut(sent: Attributes) -> None:
    """What is compared cannot be cut off."""
    if sent.truncation != NO_TRUNCATION:
        raise _contrary(sent, "relation", "truncation")


_TYPES: Final = {"relation": 2, "position": 3, "structure": 4, "truncation": 5, "completeness": 6}


def _contrary(sent: Attributes, *names: str) -> Refused:
    """A combination that contradicts itself: what is at odds, as PQF has it."""
    return Refused(_COMBINATION, " ".join([f"{_TYPES[name]}={getattr(sent, name)}" for name in names]))


# Truncation

_SIGNS: Final[Mapping[int, re.Pattern[str]]] = {
    HASHES: re.compile("(#)"),
    Z39_58: re.compile(r"(\?\d*|[*#])"),
}
_MASKS: Final[Mapping[int, Mapping[str, Mask]]] = {
    HASHES: {"#": Mask.RUN},
    Z39_58: {"?": Mask.RUN, "*": Mask.RUN, "#": Mask.ONE},
}


def _masked(term: str, sent: Attributes, *, each: bool) -> tuple[q.Word, ...]:
    """The words of a term, cut off as the truncation says: each of them, or the term as a whole."""
    truncation, words = sent.truncation, term.split()
    if truncation in _SIGNS:
        return tuple([q.Word(_pieces(word, truncation)) for word in words])
    last = len(words) - 1
    made = []
    for place, word in enumerate(words):
        pieces: list[str | Mask] = [word]
        if truncation in (LEFT, BOTH) and (each or not place):
            pieces.insert(0, Mask.RUN)
        if truncation in (RIGHT, BOTH) and (each or place == last):
            pieces.append(Mask.RUN)
        made.append(q.Word(tuple(pieces)))
    return tuple(made)


def _pieces(word: str, truncation: int) -> tuple[str | Mask, ...]:
    """A word whose signs stand for characters. ``?3``, up to three of them, is no mask that there is."""
    masks = _MASKS[truncation]
    pieces: list[str | Mask] = []
    for place, piece in enumerate(_SIGNS[truncation].split(word)):
        if not place % 2:
            if piece:
                pieces.append(piece)
        elif piece in masks:
            pieces.append(masks[piece])
        else:
            raise Refused(120, piece)
    return tuple(pieces)
