"""A query's text as tokens, each with its place; the white space between them is gone.

The rule it keeps: every character is looked at once, whatever the text holds.
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from protocols.cql.errors import CqlError, Diagnostic, misplaced
from protocols.cql.tree import Comparison, Operator


class Kind(StrEnum):
    """What a token is; in the order of the groups of the pattern."""

    END = "the end of the query"
    WORD = "a word"
    QUOTED = "a quoted string"
    SIGN = "a comparison"
    SLASH = "'/'"
    OPENING = "'('"
    CLOSING = "')'"
    UNCLOSED = "a quote mark that none follows"


_KINDS: Final = tuple(Kind)
_TOKEN: Final = re.compile(
    r"""\s*(?: ([^\s()=<>"/]+)
    | "([^"\\]*+(?:\\.[^"\\]*+)*+)"
    | (==|<>|<=|>=|[=<>])
    | (/)
    | (\()
    | (\))
    | (")
    )""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """Of a quoted string, `text` is what is between the quotes, and `place` is where that begins."""

    kind: Kind
    text: str
    place: int


def tokens(text: str) -> list[Token]:
    """All of them, and one of the kind END. Raises CqlError (14, 25)."""
    read: list[Token] = []
    text = text.rstrip()  # blanks that no token follows would be tried again from each of them
    for found in _TOKEN.finditer(text):
        group = found.lastindex or 0
        token = Token(_KINDS[group], found[group], found.start(group))
        if token.kind is Kind.UNCLOSED:
            raise misplaced(Diagnostic.QUOTES, token.place, "this quote mark is never closed")
        if token.kind is Kind.WORD and _LONE_ESCAPE.search(token.text):
            last = token.place + len(token.text) - 1
            raise CqlError(Diagnostic.NOT_QUOTED, "\\", last, "a backslash must have something to escape")
        read.append(token)
    read.append(Token(Kind.END, "", len(text)))
    return read


_LONE_ESCAPE: Final = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")


def is_name(token: Token) -> bool:
    """Whether it may be an index, a term, a relation, a modifier, a value, a prefix or a URI."""
    return token.kind is Kind.WORD or token.kind is Kind.QUOTED


def text_of(token: Token) -> str:
    """The text of a name or value, in which escapes have no meaning of their own."""
    return _ESCAPED.sub(r"\1", token.text)


_ESCAPED: Final[re.Pattern[str]] = re.compile(r"\\(.)", re.DOTALL)


def begins_at(token: Token) -> int:
    """Its first character, which may be a quote mark."""
    return token.place - (token.kind is Kind.QUOTED)


OPERATORS: Final = {operator.value: operator for operator in Operator}
COMPARISONS: Final = {comparison.value: comparison for comparison in Comparison}
_RESERVED: Final = frozenset((*OPERATORS, "sortby"))


def is_reserved(word: str) -> bool:
    """Whether the word, bare and behind a clause, is no name but ends that clause."""
    return word.lower() in _RESERVED


def ends_clause(token: Token) -> bool:
    """Whether it is a reserved word; in quotes it is none."""
    return token.kind is Kind.WORD and token.text.lower() in _RESERVED
