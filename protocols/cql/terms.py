"""A term as it is to be looked for: escapes, masks and anchors, read as late as the relation is known.

The rule it keeps: the syntax of a term is settled here, its meaning is not. How short a masked word may be,
how many masks are too many, whether an index has anchors at all: the server decides by what a pattern tells.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

import msgspec

from protocols.cql.errors import CqlError, Diagnostic, misplaced
from protocols.cql.tree import Term


class Mask(Enum):
    """What stands for characters that are not told."""

    RUN = "*"
    ONE = "?"


class Masking(Enum):
    """How the characters `*`, `?` and `^` are read: the relation modifiers of the same names."""

    MASKED = "masked"
    UNMASKED = "unmasked"


class Pattern(msgspec.Struct, frozen=True):
    """A term, or a word of one: literal texts and masks in turn; whether it is bound to either end."""

    parts: tuple[str | Mask, ...]
    at_start: bool = False
    at_end: bool = False

    @property
    def masks(self) -> int:
        """How many masks it has."""
        return sum(isinstance(part, Mask) for part in self.parts)

    @property
    def text(self) -> str:
        """The literal texts, without what stands between them."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.parts

    @property
    def is_anchored(self) -> bool:
        """Whether it is bound to an end."""
        return self.at_start or self.at_end

    @property
    def prefix(self) -> str | None:
        """The text before its only mask, where that is a `*` at the end: a truncation, else None."""
        match self.parts:
            case [str(text), Mask.RUN]:
                return text
            case _:
                return None


def read_term(term: Term, masking: Masking = Masking.MASKED) -> Pattern:
    """The term as one, with anchors at its two ends.

    Raises CqlError for an anchor elsewhere (32), a needless escape (26), a backslash that escapes nothing
    (25).
    """
    if masking is Masking.UNMASKED:
        text = _UNMASKED.sub(r"\1", term.raw)
        return Pattern((text,) if text else ())
    return _pattern(list(_pieces(term)))


def read_words(term: Term, masking: Masking = Masking.MASKED) -> tuple[Pattern, ...]:
    """The words of the term, each with anchors of its own, as `all` and `any` take them.

    Raises CqlError as `read_term` does. White space separates, escaped or not.
    """
    if masking is Masking.UNMASKED:
        return tuple(Pattern((word,)) for word in _UNMASKED.sub(r"\1", term.raw).split())
    words: list[Pattern] = []
    word: list[_Piece] = []
    for piece in _pieces(term):
        if isinstance(piece.what, str) and piece.what.isspace():
            if word:
                words.append(_pattern(word))
            word = []
        else:
            word.append(piece)
    if word:
        words.append(_pattern(word))
    return tuple(words)


def raw_of(text: str) -> str:
    """How a text is written in a term if each of its characters is to be taken as it is."""
    return _SPECIAL.sub(r"\\\g<0>", text)


class _Anchor(Enum):
    HAT = "^"


class _Piece(msgspec.Struct, frozen=True, gc=False):
    """A text, white space, a mask or an anchor, and where it stands."""

    what: str | Mask | _Anchor
    place: int


_SPECIAL: Final = re.compile(r'[*?^"\\]')
_UNMASKED: Final = re.compile(r'\\(["\\])')
_PIECE: Final = re.compile(r"\\(.?)|([*?^])|(\s+)|[^\\*?^\s]+", re.DOTALL)
_SIGNS: Final[dict[str, Mask | _Anchor]] = {"*": Mask.RUN, "?": Mask.ONE, "^": _Anchor.HAT}


def _pieces(term: Term) -> Iterator[_Piece]:
    for found in _PIECE.finditer(term.raw):
        place = term.place + found.start()
        escaped, sign = found[1], found[2]
        if sign:
            yield _Piece(_SIGNS[sign], place)
        elif escaped is None:
            yield _Piece(found[0], place)
        elif _SPECIAL.match(escaped):
            yield _Piece(escaped, place)
        elif escaped:
            raise CqlError(Diagnostic.ESCAPED_NEEDLESSLY, escaped, place, 'only * ? ^ " \\ are escaped')
        else:
            raise CqlError(Diagnostic.NOT_QUOTED, "\\", place, "a backslash must have something to escape")


def _pattern(pieces: list[_Piece]) -> Pattern:
    at_start = bool(pieces) and pieces[0].what is _Anchor.HAT
    at_end = len(pieces) > 1 and pieces[-1].what is _Anchor.HAT
    inner = pieces[at_start : len(pieces) - at_end]
    if at_start and not inner:
        raise misplaced(Diagnostic.ANCHOR_POSITION, pieces[0].place, "there is nothing to anchor")
    parts: list[str | Mask] = []
    for piece in inner:
        match piece.what:
            case _Anchor():
                hint = "an anchor stands at the beginning or the end; elsewhere it is escaped"
                raise misplaced(Diagnostic.ANCHOR_POSITION, piece.place, hint)
            case Mask() as mask:
                if not (mask is Mask.RUN and parts and parts[-1] is Mask.RUN):
                    parts.append(mask)
            case text:
                if parts and isinstance(parts[-1], str):
                    parts[-1] += text
                else:
                    parts.append(text)
    return Pattern(tuple(parts), at_start, at_end)
