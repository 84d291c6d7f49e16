"""What a query amounts to: from words as typed (`core.query`) to what an index is asked (`core.plan`).

The rule it keeps: the kind of the access point decides, never the language that asked. Nothing is looked up
in an index here; what is known in memory (a barcode, a record number) is found there and then, so that it is
true at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Final, assert_never

from msgspec import Struct

from core.analysis import call_number_words, days, like, number, term, words
from core.model.records import BibId
from core.plan import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Between,
    Edge,
    InRow,
    Known,
    Pattern,
    Phrase,
    Plan,
    Present,
    Slot,
    Term,
    Without,
)
from core.points import AccessPoint, AccessPoints, PointKind
from core.query import (
    And,
    Clause,
    Everything,
    Ids,
    Mask,
    Match,
    Near,
    Not,
    Or,
    Query,
    QueryFault,
    SearchRefused,
    Unit,
    Word,
)


class Limits(Struct, frozen=True, gc=False):
    """What the catalogue takes on. ``snapshots`` are kept for ``snapshot_seconds`` after they were last
    used.
    """

    operands: int = 256
    term: int = 1000
    masks: int = 10
    distance: int = 20
    sort_keys: int = 3
    facet_terms: int = 1000
    scan_terms: int = 1000
    snapshots: int = 16
    snapshot_seconds: float = 300.0


Resolve = Callable[[str], Sequence[BibId]]
"""Finds bibs by a local identifier as typed, from memory: each once, or none."""

FEWEST_LETTERS: Final = 2
"""Characters beside its masks that a word must have; one more if it begins with a mask, as the whole list of
words is looked through then.
"""

_IN_ORDER: Final = frozenset({Match.LT, Match.LE, Match.GT, Match.GE, Match.WITHIN})
_WORDED: Final = frozenset({PointKind.TEXT, PointKind.CALL_NUMBER})
_OF_WORDS: Final = frozenset({Match.EQ, Match.PHRASE, Match.ALL, Match.ANY, Match.BEGINS})
_VALUELESS: Final = frozenset({Match.EQ, Match.PHRASE, Match.ALL, Match.ANY, Match.HEADING, Match.NO_VALUE})


class _Stop(Exception):
    """Carries a refusal out of the depth of a tree; it does not leave this file."""

    def __init__(self, fault: QueryFault, value: object = "") -> None:
        self.refused = SearchRefused(fault, str(value))


class Interpreter:
    """Makes plans of queries, for the points of one catalogue."""

    def __init__(self, points: AccessPoints, resolvers: Mapping[str, Resolve], limits: Limits) -> None:
        self._points = points
        self._resolvers = resolvers
        self._limits = limits

    def plan(self, query: Query) -> Plan | SearchRefused:
        """What is to be looked up, or what is wrong with the query."""
        try:
            self._measure(query)
            return self._plan(query)
        except _Stop as stop:
            return stop.refused

    def point(self, clause: Clause) -> AccessPoint | SearchRefused:
        """The point of a clause."""
        return self._points.get(clause.point) or SearchRefused(QueryFault.UNKNOWN_POINT, clause.point)

    def _measure(self, query: Query) -> None:
        """Raises if the query is too large; after that its depth is bounded too."""
        waiting: list[Query] = [query]
        operands = masks = 0
        while waiting:
            part = waiting.pop()
            if isinstance(part, And | Or | Not | Near):
                waiting += (part.left, part.right)
                continue
            operands += max(len(part.words), 1) if isinstance(part, Clause) else 1
            if operands > self._limits.operands:
                raise _Stop(QueryFault.TOO_MANY_OPERANDS, self._limits.operands)
            if isinstance(part, Clause):
                if sum(len(str(word)) for word in part.words) > self._limits.term:
                    raise _Stop(QueryFault.TERM_TOO_LONG, self._limits.term)
                masks += sum(isinstance(piece, Mask) for word in part.words for piece in word.pieces)
        if masks > self._limits.masks:
            raise _Stop(QueryFault.TOO_MANY_MASKS, self._limits.masks)

    def _plan(self, query: Query) -> Plan:
        match query:
            case Clause():
                return self._clause(query)
            case And():
                return AllOf(tuple(map(self._plan, _operands(query, And))))
            case Or():
                return AnyOf(tuple(map(self._plan, _operands(query, Or))))
            case Not():
                return Without(self._plan(query.left), self._plan(query.right))
            case Near():
                return self._near(query)
            case Everything():
                return EVERYTHING
            case Ids(ids):
                return AllOf((Known(ids),))  # some may be gone: the index is to say which are there
            case _:
                assert_never(query)

    def _clause(self, clause: Clause) -> Plan:
        point = self.point(clause)
        if isinstance(point, SearchRefused):
            raise _Stop(point.fault, point.value)
        matches = clause.match
        if matches not in point.matches:
            raise _Stop(QueryFault.MATCH_NOT_FOR_POINT, f"{clause.match} {clause.point}")
        if matches is Match.ANY_VALUE:
            return _present(point)
        if not clause.words:
            return _without_value(point, matches)
        if any(word.starts or word.ends for word in clause.words) and not _may_anchor(point, matches):
            raise _Stop(QueryFault.ANCHOR_NOT_HERE, _typed(clause))
        if matches in _IN_ORDER:
            return _in_order(point, clause)
        if point.kind in _WORDED and matches in _OF_WORDS:
            return _in_words(point, clause)
        if point.kind is PointKind.TEXT:
            return _whole_texts(point, clause)
        return self._in_terms(point, clause)

    def _in_terms(self, point: AccessPoint, clause: Clause) -> Plan:
        if clause.match in (Match.ALL, Match.ANY):
            found = tuple([self._value(point, clause, word.pieces) for word in clause.words])
            if len(found) == 1:
                return found[0]
            return AllOf(found) if clause.match is Match.ALL else AnyOf(found)
        pieces = _run_together(clause.words)
        if clause.match is Match.BEGINS and pieces[-1] is not Mask.RUN:
            pieces = (*pieces, Mask.RUN)
        found_one = self._value(point, clause, pieces)
        return Without(_present(point), found_one) if clause.match is Match.NE else found_one

    def _value(self, point: AccessPoint, clause: Clause, pieces: Pattern) -> Plan:
        """Where a value stands: in memory, if it is known there."""
        masked = any(isinstance(piece, Mask) for piece in pieces)
        if masked and point.kind in (PointKind.NUMBER, PointKind.DATE):
            raise _Stop(QueryFault.MASK_NOT_HERE, _typed(clause))
        resolve = None if masked else self._resolvers.get(point.key)
        if resolve is not None and (ids := resolve(_text(pieces).strip())):
            return Known(tuple(ids))
        if point.kind is PointKind.DATE:
            first, last = _days(
                _typed(clause) if clause.match not in (Match.ALL, Match.ANY) else _text(pieces)
            )
            return Between(point.key, first, last)
        pattern = like(point.kind, pieces)
        if not pattern:
            raise _Stop(
                QueryFault.NOT_A_NUMBER if point.kind is PointKind.NUMBER else QueryFault.NOTHING_TO_SEEK,
                _typed(clause),
            )
        if masked:
            _check_masks(pattern, clause)
        return Term(point.key, pattern)

    def _near(self, near: Near) -> Plan:
        left, right = near.left, near.right
        if not (isinstance(left, Clause) and isinstance(right, Clause)):
            raise _Stop(QueryFault.NEAR_NOT_THESE, "not words on both sides")
        point, other = self.point(left), self.point(right)
        for found in (point, other):
            if isinstance(found, SearchRefused):
                raise _Stop(found.fault, found.value)
        assert isinstance(point, AccessPoint)
        assert isinstance(other, AccessPoint)
        if point.key != other.key or point.kind not in _WORDED:
            raise _Stop(QueryFault.NEAR_NOT_THESE, f"{left.point} {right.point}")
        if near.unit is not Unit.WORD:
            raise _Stop(QueryFault.NEAR_UNIT, near.unit)
        distances = self._distances(near)
        one, two = _near_words(point, left), _near_words(point, right)
        ways = [_row(one, two, far) for far in distances]
        if not near.ordered:
            ways += [_row(two, one, far) for far in distances]
        return AnyOf(tuple([Phrase(row, slots) for row in point.rows for slots in ways]))

    def _distances(self, near: Near) -> range:
        match near.compared:
            case Match.LE:
                found = range(1, near.distance + 1)
            case Match.LT:
                found = range(1, near.distance)
            case Match.EQ:
                found = range(near.distance, near.distance + 1)
            case _:
                raise _Stop(QueryFault.NEAR_COMPARISON, near.compared)
        if not found or found[0] < 1 or found[-1] > self._limits.distance:
            raise _Stop(QueryFault.NEAR_DISTANCE, near.distance)
        return found


def _operands(query: And | Or, kind: type[And] | type[Or]) -> Iterator[Query]:
    """The operands of a row of the same operator, from left to right."""
    waiting: list[Query] = [query]
    while waiting:
        part = waiting.pop()
        if isinstance(part, kind):
            waiting += (part.right, part.left)
        else:
            yield part


def _without_value(point: AccessPoint, matches: Match) -> Plan:
    if not point.empty and matches is not Match.NO_VALUE:
        raise _Stop(QueryFault.EMPTY_TERM, point.name)
    if matches is Match.NE:
        return _present(point)
    if matches not in _VALUELESS:
        raise _Stop(QueryFault.EMPTY_TERM, point.name)
    return Without(EVERYTHING, _present(point))


def _present(point: AccessPoint) -> Plan:
    """Any value of the point at all."""
    return _in_rows(point, InRow) if point.rows else Present(point.key)


def _in_rows(point: AccessPoint, look: Callable[[str], Plan]) -> Plan:
    """The same in any row of the point."""
    if len(point.rows) == 1:
        return look(point.rows[0])
    return AnyOf(tuple(map(look, point.rows)))


def _may_anchor(point: AccessPoint, matches: Match) -> bool:
    return point.kind in _WORDED and matches in (Match.EQ, Match.PHRASE, Match.ALL, Match.ANY)


def _typed(clause: Clause) -> str:
    return " ".join([str(word) for word in clause.words])


def _text(pieces: Pattern) -> str:
    return "".join([piece for piece in pieces if isinstance(piece, str)])


def _run_together(typed: Sequence[Word]) -> Pattern:
    """The pieces of all words, blanks between them."""
    pieces: list[str | Mask] = []
    for word in typed:
        pieces += (" ", *word.pieces)
    together = tuple(pieces[1:])
    if any(isinstance(piece, Mask) for piece in together):
        return together
    return (_text(together),)


def _days(text: str) -> tuple[str, str]:
    found = days(text)
    if found is None:
        raise _Stop(QueryFault.NOT_A_DATE, text)
    return found


def _check_masks(pattern: Pattern, clause: Clause) -> None:
    letters = sum(len(piece) for piece in pattern if isinstance(piece, str))
    if letters < FEWEST_LETTERS + isinstance(pattern[0], Mask):
        raise _Stop(QueryFault.MASK_TOO_SHORT, _typed(clause))


def _patterns(point: AccessPoint, clause: Clause, typed: Word) -> tuple[Pattern, ...]:
    """The words that one word amounts to: CJK and hyphens make several of one, punctuation none."""
    if point.kind is PointKind.CALL_NUMBER:
        typed = Word(tuple([_apart(piece) for piece in typed.pieces]))
    found = words(typed.pieces)
    for pattern in found:
        if len(pattern) > 1 or isinstance(pattern[0], Mask):
            _check_masks(pattern, clause)
    return found


def _apart(piece: str | Mask) -> str | Mask:
    return piece if isinstance(piece, Mask) else call_number_words(piece)


def _in_words(point: AccessPoint, clause: Clause) -> Plan:
    if clause.match in (Match.ALL, Match.ANY):
        return _each(point, clause)
    return _phrase(point, clause, starts=clause.match is Match.BEGINS, ends=False)


def _each(point: AccessPoint, clause: Clause) -> Plan:
    parts = []
    for typed in clause.words:
        patterns = _patterns(point, clause, typed)
        if patterns:
            parts.append(_words_at(point, _slots(patterns, starts=typed.starts, ends=typed.ends)))
    if not parts:
        raise _Stop(QueryFault.NOTHING_TO_SEEK, _typed(clause))
    if len(parts) == 1:
        return parts[0]
    return AllOf(tuple(parts)) if clause.match is Match.ALL else AnyOf(tuple(parts))


def _words_at(point: AccessPoint, slots: tuple[Slot, ...]) -> Plan:
    return _in_rows(point, lambda row: Phrase(row, slots))


def _phrase(point: AccessPoint, clause: Clause, *, starts: bool, ends: bool) -> Plan:
    patterns: list[Pattern] = []
    last = len(clause.words) - 1
    for index, typed in enumerate(clause.words):
        if (typed.starts and index) or (typed.ends and index != last):
            raise _Stop(QueryFault.ANCHOR_NOT_HERE, _typed(clause))
        patterns += _patterns(point, clause, typed)
    if not patterns:
        raise _Stop(QueryFault.NOTHING_TO_SEEK, _typed(clause))
    starts = starts or clause.words[0].starts
    return _words_at(point, _slots(patterns, starts=starts, ends=ends or clause.words[last].ends))


def _slots(patterns: Sequence[Pattern], *, starts: bool, ends: bool) -> tuple[Slot, ...]:
    held: list[Pattern | Edge] = [*patterns]
    if starts:
        held.insert(0, Edge.START)
    if ends:
        held.append(Edge.END)
    return tuple(map(Slot, count(), held))


def _whole_texts(point: AccessPoint, clause: Clause) -> Plan:
    whole = _phrase(point, clause, starts=True, ends=True)
    return Without(_present(point), whole) if clause.match is Match.NE else whole


def _in_order(point: AccessPoint, clause: Clause) -> Plan:
    if any(isinstance(piece, Mask) for word in clause.words for piece in word.pieces):
        raise _Stop(QueryFault.MASK_NOT_HERE, _typed(clause))
    if clause.match is Match.WITHIN:
        if len(clause.words) != 2:
            raise _Stop(QueryFault.NOT_A_RANGE, _typed(clause))
        low, high = (_bounds(point, _text(word.pieces)) for word in clause.words)
        return Between(point.key, low[0], high[1])
    if len(clause.words) > 1 and point.kind is not PointKind.CALL_NUMBER:
        raise _Stop(QueryFault.NOT_ONE_VALUE, _typed(clause))
    first, last = _bounds(point, _text(_run_together(clause.words)))
    match clause.match:
        case Match.LT:
            return Between(point.key, None, first, high_included=False)
        case Match.LE:
            return Between(point.key, None, last)
        case Match.GT:
            return Between(point.key, last, None, low_included=False)
        case _:
            return Between(point.key, first, None)


def _bounds(point: AccessPoint, text: str) -> tuple[str, str]:
    """The least and the greatest term that a value stands for; a year is more than one day."""
    if point.kind is PointKind.DATE:
        return _days(text)
    value = number(text) if point.kind is PointKind.NUMBER else term(point.kind, text)
    if not value:
        fault = QueryFault.NOT_A_NUMBER if point.kind is PointKind.NUMBER else QueryFault.NOTHING_TO_SEEK
        raise _Stop(fault, text)
    return value, value


def _near_words(point: AccessPoint, clause: Clause) -> list[Pattern]:
    together = clause.match in (Match.EQ, Match.PHRASE) or len(clause.words) == 1
    if not together or clause.match not in _OF_WORDS:
        raise _Stop(QueryFault.NEAR_NOT_THESE, _typed(clause))
    if any(word.starts or word.ends for word in clause.words) or clause.match is Match.BEGINS:
        raise _Stop(QueryFault.NEAR_ANCHORED, _typed(clause))
    if any(isinstance(piece, Mask) for word in clause.words for piece in word.pieces):
        raise _Stop(QueryFault.NEAR_MASKED, _typed(clause))
    found = [pattern for typed in clause.words for pattern in _patterns(point, clause, typed)]
    if not found:
        raise _Stop(QueryFault.NOTHING_TO_SEEK, _typed(clause))
    return found


def _row(first: Sequence[Pattern], second: Sequence[Pattern], far: int) -> tuple[Slot, ...]:
    """The words of the second so far behind the last of the first."""
    behind = len(first) - 1 + far
    return (*map(Slot, count(), first), *map(Slot, count(behind), second))
