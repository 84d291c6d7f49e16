"""From a query's text to its tree, by the grammar of CQL 1.2.

The rule it keeps: every character is looked at once, and parentheses are kept on a list rather than on the
stack, so that no query costs more than its length; what cannot be read is a `CqlError` that knows its place.
"""

from enum import Enum
from typing import Final, NoReturn

import msgspec

from protocols.cql.context_sets import RELATIONS
from protocols.cql.errors import CqlError, Diagnostic, misplaced, syntax_error
from protocols.cql.tokens import (
    COMPARISONS,
    OPERATORS,
    Kind,
    Token,
    begins_at,
    ends_clause,
    is_name,
    text_of,
    tokens,
)
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

DEEPEST: Final = 64
"""Parentheses within each other. What walks a tree calls itself for each, so this is no setting."""


class Limits(msgspec.Struct, frozen=True):
    """What a query may cost: characters in it and in one term, boolean operators."""

    characters: int = 16_384
    term_characters: int = 4_096
    booleans: int = 256


DEFAULT_LIMITS: Final = Limits()


class Mode(Enum):
    """How bare words in a row are taken, which the grammar does not allow."""

    STRICT = "refused"
    LENIENT = "taken as one term, all of whose words are looked for"


def parse(text: str, limits: Limits = DEFAULT_LIMITS, mode: Mode = Mode.STRICT) -> Query:
    """The tree of a query. Raises CqlError, and nothing else, whatever the text holds."""
    if len(text) > limits.characters:
        raise CqlError(
            Diagnostic.QUERY_TOO_LONG,
            str(limits.characters),
            limits.characters,
            f"a query may have {limits.characters} characters",
        )
    return _Parser(text, limits, mode).query()


# The grammar ------------------------------------------------------------------------------------------


class _Group:
    """What stands in one pair of parentheses, or outside all of them, while it is being read."""

    __slots__ = ("first", "operator", "place", "prefixes", "steps")

    def __init__(self, prefixes: tuple[Prefix, ...], place: int) -> None:
        self.prefixes = prefixes
        self.place = place
        self.first: Node | None = None
        self.steps: list[Step] = []
        self.operator: tuple[Operator, tuple[Modifier, ...], int] | None = None

    def add(self, operand: Node) -> None:
        if self.operator is None:
            self.first = operand
        else:
            operator, modifiers, place = self.operator
            self.steps.append(Step(operator, operand, modifiers, place))

    def take(self, inner: "_Group") -> None:
        """What was in parentheses: at the very left they change nothing, if there are no prefixes."""
        if self.operator is None and not inner.prefixes:
            self.first, self.steps = inner.first, inner.steps
        elif inner.prefixes:
            self.add(Scoped(inner.prefixes, inner.node(), inner.place))
        else:
            self.add(inner.node())

    def node(self) -> Node:
        assert self.first is not None
        return Chain(self.first, tuple(self.steps), self.first.place) if self.steps else self.first


class _Parser:
    """One query being read."""

    def __init__(self, text: str, limits: Limits, mode: Mode) -> None:
        self.text = text
        self.limits = limits
        self.mode = mode
        self.tokens = tokens(text)
        self.at = 0
        self.booleans = 0

    def query(self) -> Query:
        """sortedQuery, the whole."""
        groups = [_Group(self.prefixes(), 0)]
        while True:
            token = self.tokens[self.at]
            if token.kind is Kind.OPENING:
                self.at += 1
                if len(groups) > DEEPEST:
                    raise syntax_error(token.place, f"at most {DEEPEST} parentheses within each other")
                groups.append(_Group(self.prefixes(), token.place))
                continue
            groups[-1].add(self.clause(token))
            while self.tokens[self.at].kind is Kind.CLOSING:
                self.close(groups)
            if not self.boolean(groups[-1]):
                break
        if len(groups) > 1:
            self.refuse_unfinished(groups[-1])
        return Query(groups[0].node(), groups[0].prefixes, self.sort_keys())

    def close(self, groups: list[_Group]) -> None:
        if len(groups) == 1:
            place = self.tokens[self.at].place
            raise misplaced(Diagnostic.PARENTHESES, place, "this parenthesis was never opened")
        inner = groups.pop()
        groups[-1].take(inner)
        self.at += 1

    def refuse_unfinished(self, group: _Group) -> NoReturn:
        token = self.tokens[self.at]
        if token.kind is Kind.END:
            raise misplaced(Diagnostic.PARENTHESES, group.place, "this parenthesis is never closed")
        if ends_clause(token):
            raise syntax_error(token.place, "a closing parenthesis; a whole query is sorted, no part of it")
        raise _unexpected(token, "a boolean operator or a closing parenthesis", _advice(token))

    def boolean(self, group: _Group) -> bool:
        """Read the operator that joins the next operand, if there is one."""
        token = self.tokens[self.at]
        operator = OPERATORS.get(token.text.lower()) if token.kind is Kind.WORD else None
        if operator is None:
            return False
        self.booleans += 1
        if self.booleans > self.limits.booleans:
            raise CqlError(
                Diagnostic.BOOLEANS_TOO_MANY,
                str(self.limits.booleans),
                token.place,
                f"a query may have {self.limits.booleans} boolean operators",
            )
        self.at += 1
        group.operator = operator, self.modifiers(), token.place
        return True

    def prefixes(self) -> tuple[Prefix, ...]:
        prefixes: dict[str | None, Prefix] = {}
        while (token := self.tokens[self.at]).kind is Kind.SIGN and token.text == Comparison.GREATER:
            self.at += 1
            name: str | None = None
            uri = self.name("the URI of a context set, or a prefix for it")
            if self.tokens[self.at].text == Comparison.EQUAL and self.tokens[self.at].kind is Kind.SIGN:
                self.at += 1
                name, uri = uri, self.name("the URI of a context set")
            key = name if name is None else name.lower()
            if key in prefixes:
                hint = (
                    "the default set is assigned twice" if name is None else "this prefix is assigned twice"
                )
                raise CqlError(Diagnostic.PREFIX_TWICE, name or "", token.place, hint)
            prefixes[key] = Prefix(name, uri, token.place)
        return tuple(prefixes.values()) if prefixes else ()

    def name(self, expected: str) -> str:
        token = self.tokens[self.at]
        if not is_name(token):
            raise _unexpected(token, expected)
        self.at += 1
        return text_of(token)

    def clause(self, token: Token) -> Clause:
        if not is_name(token):
            raise _unexpected(token, "a term, an index or an opening parenthesis")
        place = begins_at(token)
        words = self.words_in_a_row() if self.mode is Mode.LENIENT else 0
        if words > 1:
            term = self.joined(words)
            return Clause(term, relation=Relation("all", place=place), place=place)
        self.at += 1
        following = self.tokens[self.at]
        if following.kind is Kind.SIGN:
            name: str = COMPARISONS[following.text]
        elif is_name(following) and not ends_clause(following):
            name = text_of(following)
        else:
            return Clause(self.term(token), place=place)
        self.at += 1
        relation = Relation(name, self.modifiers(), begins_at(following))
        return self.compared(text_of(token), relation, place)

    def compared(self, index: str, relation: Relation, place: int) -> Clause:
        """A clause, from its term on."""
        token = self.tokens[self.at]
        if not is_name(token):
            raise _unexpected(token, "a term", _advice_on(token, index, relation))
        if self.mode is Mode.LENIENT and (words := self.run(self.at)) > 1:
            if relation.name == Comparison.EQUAL:
                relation = Relation("all", relation.modifiers, relation.place)
            return Clause(self.joined(words), index, relation, place)
        self.at += 1
        return Clause(self.term(token), index, relation, place)

    def term(self, token: Token) -> Term:
        if len(token.text) > self.limits.term_characters:
            raise CqlError(
                Diagnostic.TERM_TOO_LONG,
                str(self.limits.term_characters),
                token.place,
                f"a term may have {self.limits.term_characters} characters",
            )
        return Term(token.text, token.place)

    def modifiers(self) -> tuple[Modifier, ...]:
        modifiers: list[Modifier] = []
        while self.tokens[self.at].kind is Kind.SLASH:
            self.at += 1
            token = self.tokens[self.at]
            if token.kind in (Kind.SIGN, Kind.SLASH):
                raise syntax_error(
                    token.place,
                    "the name of a modifier; proximity as in CQL 1.1, prox/<=/3/word/ordered, "
                    "is now prox/distance<=3/unit=word/ordered",
                )
            name = self.name("the name of a modifier")
            comparison: Comparison | None = None
            value = ""
            if self.tokens[self.at].kind is Kind.SIGN:
                comparison = COMPARISONS[self.tokens[self.at].text]
                self.at += 1
                value = self.name("a value for the modifier")
            modifiers.append(Modifier(name, comparison, value, begins_at(token)))
        return tuple(modifiers) if modifiers else ()

    def sort_keys(self) -> tuple[SortKey, ...]:
        token = self.tokens[self.at]
        if token.kind is Kind.END:
            return ()
        if not ends_clause(token):
            raise _unexpected(token, "a boolean operator, sortBy or the end of the query", _advice(token))
        keys: list[SortKey] = []
        self.at += 1
        while (token := self.tokens[self.at]).kind is not Kind.END or not keys:
            if token.kind is Kind.WORD and token.text.lower() in OPERATORS:
                raise _unexpected(token, "an index to sort by", "; the query stands before sortBy")
            index = self.name("an index to sort by" if not keys else "another index to sort by, or the end")
            keys.append(SortKey(index, self.modifiers(), begins_at(token)))
        return tuple(keys)

    # Bare words in a row

    def run(self, at: int) -> int:
        """How many bare words stand here, none of them reserved."""
        end = at
        while self.tokens[end].kind is Kind.WORD and not ends_clause(self.tokens[end]):
            end += 1
        return end - at

    def words_in_a_row(self) -> int:
        """How many words begin a clause and are no index and relation.

        A relation is known by its name, or by a prefix at it or at what stands before it: who writes
        `dc.title sounds cat` wants a relation, and shall hear that there is none of that name.
        """
        words = self.run(self.at)
        following = self.tokens[self.at + words].kind
        if words < 2 or following in (Kind.SIGN, Kind.SLASH, Kind.QUOTED):
            return 0
        index, relation = self.tokens[self.at].text, self.tokens[self.at + 1].text
        has_prefix = "." in index[1:-1] or "." in relation[1:-1]
        return 0 if relation.lower() in RELATIONS or (words > 2 and has_prefix) else words

    def joined(self, words: int) -> Term:
        """The next words as one term, with what is between them."""
        first, last = self.tokens[self.at], self.tokens[self.at + words - 1]
        self.at += words
        raw = self.text[first.place : last.place + len(last.text)]
        return self.term(Token(Kind.WORD, raw, first.place))


# What is said of mistakes ------------------------------------------------------------------------------

_LONGEST_SHOWN: Final = 40


def _unexpected(token: Token, expected: str, advice: str = "") -> CqlError:
    return syntax_error(begins_at(token), f"{expected} was expected, not {_shown(token)}{advice}")


def _shown(token: Token) -> str:
    if token.kind not in (Kind.WORD, Kind.SIGN):
        return token.kind
    more = len(token.text) > _LONGEST_SHOWN
    return f"'{token.text[:_LONGEST_SHOWN]}{'…' if more else ''}'"


_ADVICE: Final = "; words that belong together are put in quotes"


def _advice(token: Token) -> str:
    return _ADVICE if is_name(token) else ""


def _advice_on(token: Token, index: str, relation: Relation) -> str:
    if token.kind is Kind.OPENING:
        return "; each term has an index and a relation of its own"
    if index.lower() in OPERATORS:
        return f"; {index} stands between two clauses"
    return "" if relation.name.lower() in RELATIONS or relation.modifiers else _ADVICE
