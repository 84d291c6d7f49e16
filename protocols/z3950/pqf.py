"""Prefix Query Format, the notation of YAZ in which people and logs write RPN queries.

    @attrset bib-1 @and @attr 1=4 @attr 2=3 dog @or cat @set 1
    @prox 0 2 1 2 k 2 @attr 1=4 dog @attr 1=4 cat          exclusion distance ordered relation known unit

The rule it keeps: what is written is read back as the same query, and neither direction recurses.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Final, TypeVar

import msgspec

from protocols.z3950.declarations import NULL, GeneralizedTime, Null
from protocols.z3950.oids import BIB_1, BIB_2, EXP_1, EXT_1, GILS, UTIL, XD_1, ZEEREX, Oid
from protocols.z3950.rpn import (
    Boolean,
    Leaf,
    Node,
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
    External,
    IntUnit,
    Term,
    Text,
)

SETS: Final = {
    "bib-1": BIB_1,
    "bib-2": BIB_2,
    "exp-1": EXP_1,
    "ext-1": EXT_1,
    "gils": GILS,
    "util": UTIL,
    "xd-1": XD_1,
    "zeerex": ZEEREX,
}
"""Attribute sets by the names that PQF has for them; others are written as numbers with points."""

_Named = TypeVar("_Named", bound=IntEnum)
_SET_NAMES: Final = {oid: name for name, oid in SETS.items()}
_BOOLEANS: Final = {Boolean.AND: "@and", Boolean.OR: "@or", Boolean.AND_NOT: "@not"}
_OPERATORS: Final = {word: operator for operator, word in _BOOLEANS.items()}


class PqfError(Exception):
    """A text that is no PQF; `place` counts characters from 0."""

    def __init__(self, expected: str, place: int) -> None:
        super().__init__(f"character {place + 1}: {expected}")
        self.place = place


# Writing


def write(query: RpnQuery) -> str:
    """The query as PQF.

    PQF has no words for an EXTERNAL, a unit, or more than one value of an attribute: those are shown, and
    are not read back.
    """
    head = "" if query.attribute_set == BIB_1 else f"@attrset {_set_name(query.attribute_set)} "
    return head + fold(query.rpn, _operand, _combined)


def _set_name(oid: Oid) -> str:
    return _SET_NAMES.get(oid, str(oid))


def _combined(operator: Boolean | Proximity, left: str, right: str) -> str:
    if isinstance(operator, Boolean):
        return f"{_BOOLEANS[operator]} {left} {right}"
    unit = operator.proximity_unit_code
    kind, number = ("p", unit.number) if isinstance(unit, PrivateUnit) else ("k", int(unit))
    exclusion = "void" if operator.exclusion is None else int(operator.exclusion)
    return (
        f"@prox {exclusion} {operator.distance} {int(operator.ordered)} {int(operator.relation_type)}"
        f" {kind} {number} {left} {right}"
    )


def _operand(node: Leaf) -> str:
    match node:
        case ResultSetOperand():
            return f"@set {_word(node.result_set)}"
        case ResultSetPlusAttributes():
            return " ".join([*map(_attribute, node.attributes), f"@set {_word(node.result_set)}"])
        case AttributesPlusTerm():
            return " ".join([*map(_attribute, node.attributes), _term(node.term)])


def _attribute(attribute: AttributeElement) -> str:
    own = f"{_set_name(attribute.attribute_set)} " if attribute.attribute_set else ""
    return f"@attr {own}{_word(f'{attribute.attribute_type}={_value(attribute.attribute_value)}')}"


def _value(value: int | ComplexAttribute) -> str:
    if isinstance(value, int):
        return str(value)
    return ",".join([each.string if isinstance(each, Text) else str(each.numeric) for each in value.values])


def _term(term: Term) -> str:
    match term:
        case bytes():
            return _word(term.decode("utf-8", "surrogateescape"))
        case GeneralizedTime():
            return f"@term datetime {_word(term)}"
        case Oid():
            return f"@term oid {term}"
        case str():
            return f"@term string {_word(term)}"
        case int():
            return f"@term numeric {term}"
        case Null():
            return "@term null x"
        case External():
            return "@term external x"
        case IntUnit():
            return f"@term integer-and-unit {term.value}"


_PLAIN_WORD: Final = re.compile(r'[^\s"@\\\x00-\x1f\x7f\udc80-\udcff][^\s"\\\x00-\x1f\x7f\udc80-\udcff]*')
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f\x7f\udc80-\udcff]')


def _word(text: str) -> str:
    if _PLAIN_WORD.fullmatch(text):
        return text
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return f"\\{character}" if character in '"\\' else f"\\x{ord(character) & 0xFF:02x}"


# Reading

_TOKEN: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"(?=\s|\Z)|([^\s"]\S*))', re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"f": b"\f"}
_NUMBER: Final = re.compile(r"-?\d{1,18}")


class _Word(bytes):
    """A word and where it begins; what stood in quotes is no operator."""

    place: int
    quoted: bool

    @property
    def text(self) -> str:
        return self.decode("utf-8", "replace")


def _words(text: str) -> Iterator[_Word]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            raise PqfError("a quotation mark is not closed, or something follows it", place)
        quoted = found[1] is not None
        raw = (found[1] if quoted else found[2]).encode("utf-8", "surrogateescape")
        word = _Word(_ESCAPE.sub(_unescape, raw))
        word.place, word.quoted = found.start(1 if quoted else 2), quoted
        yield word
        at = found.end()


def _unescape(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes([int(found[1], 16)])
    return _LETTERS.get(found[2], found[2])


class _Reader:
    """The words of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self._words = list(_words(text))
        self._at = 0
        self._end = len(text)

    def peek(self) -> str:
        """The operator that comes next, or nothing."""
        if self._at == len(self._words) or self._words[self._at].quoted:
            return ""
        text = self._words[self._at].text
        return text if text.startswith("@") else ""

    def next(self, expected: str) -> _Word:
        """The next word. Raises `PqfError` if there is none."""
        if self._at == len(self._words):
            raise PqfError(expected, self._end)
        self._at += 1
        return self._words[self._at - 1]

    def number(self, expected: str) -> int:
        """The next word, which is a number."""
        word = self.next(expected)
        if not _NUMBER.fullmatch(word.text):
            raise PqfError(expected, word.place)
        return int(word)

    def finish(self) -> None:
        """Raises `PqfError` if there is more."""
        if self._at < len(self._words):
            raise PqfError("the query has ended here", self._words[self._at].place)


class _Pending(msgspec.Struct):
    """An operator whose operands are not all there, and the attributes that stood before it."""

    operator: Boolean | Proximity
    attributes: tuple[AttributeElement, ...]
    wanted: int = 2


def parse(text: str) -> RpnQuery:
    """The query that this text is, of type 1. Raises `PqfError`.

    Attributes before an operator are those of all that it combines.
    """
    reader = _Reader(text)
    attribute_set = BIB_1
    if reader.peek() == "@attrset":
        reader.next("")
        attribute_set = _set(reader.next("an attribute set was expected"))
    nodes: list[Node] = []
    pending: list[_Pending] = []
    while True:
        attributes = (pending[-1].attributes if pending else ()) + _attributes(reader)
        operator = _operator(reader)
        if operator is not None:
            pending.append(_Pending(operator, attributes))
            continue
        nodes.append(_read_operand(reader, attributes))
        while pending:
            pending[-1].wanted -= 1
            if pending[-1].wanted:
                break
            nodes.append(pending.pop().operator)
        if not pending:
            reader.finish()
            return RpnQuery(attribute_set, tuple(nodes))


def _set(word: _Word) -> Oid:
    oid = SETS.get(word.text.lower())
    if oid is None and re.fullmatch(r"[012](\.\d{1,18}){1,20}", word.text):
        oid = Oid(word.text)
    if oid is None:
        raise PqfError("an attribute set was expected", word.place)
    return oid


def _attributes(reader: _Reader) -> tuple[AttributeElement, ...]:
    found: list[AttributeElement] = []
    while reader.peek() == "@attr":
        reader.next("")
        word = reader.next("an attribute was expected")
        own = None
        if "=" not in word.text:
            own = _set(word)
            word = reader.next("an attribute was expected")
        kind, equals, value = word.text.partition("=")
        if not (equals and value and kind.isdecimal() and len(kind) <= 18):
            raise PqfError("an attribute like 1=4 was expected", word.place)
        number = _NUMBER.fullmatch(value)
        found.append(
            AttributeElement(
                attribute_set=own,
                attribute_type=int(kind),
                attribute_value=int(value) if number else ComplexAttribute((Text(value),)),
            )
        )
    return tuple(found)


def _operator(reader: _Reader) -> Boolean | Proximity | None:
    word = reader.peek()
    if word in _OPERATORS:
        reader.next("")
        return _OPERATORS[word]
    if word != "@prox":
        return None
    reader.next("")
    exclusion = reader.next("1, 0 or void was expected")
    if exclusion.text not in ("0", "1", "void"):
        raise PqfError("1, 0 or void was expected", exclusion.place)
    distance = reader.number("a distance was expected")
    ordered = reader.number("1 or 0 was expected") != 0
    relation = _named(ProximityRelation, reader.number("a relation, 1 to 6, was expected"))
    kind = reader.next("k or p was expected")
    number = reader.number("a unit was expected")
    if kind.text not in ("k", "known", "p", "private"):
        raise PqfError("k or p was expected", kind.place)
    return Proximity(
        exclusion=None if exclusion.text == "void" else exclusion.text == "1",
        distance=distance,
        ordered=ordered,
        relation_type=relation,
        proximity_unit_code=PrivateUnit(number) if kind.startswith(b"p") else _named(ProximityUnit, number),
    )


def _named(kind: type[_Named], number: int) -> _Named | int:
    return kind(number) if number in kind._value2member_map_ else number


def _read_operand(reader: _Reader, attributes: tuple[AttributeElement, ...]) -> Leaf:
    match reader.peek():
        case "@set":
            reader.next("")
            name = reader.next("a result set was expected").text
            return ResultSetPlusAttributes(name, attributes) if attributes else ResultSetOperand(name)
        case "@term":
            reader.next("")
            kind = reader.next("a type of term was expected")
            if kind.text not in _TERMS:
                raise PqfError(f"a type of term was expected: {', '.join(_TERMS)}", kind.place)
            return AttributesPlusTerm(attributes, _TERMS[kind.text](reader))
        case "":
            return AttributesPlusTerm(attributes, bytes(reader.next("a term was expected")))
        case _:
            raise PqfError("an operator was expected, or a term", reader.next("").place)


def _read_oid(reader: _Reader) -> Oid:
    word = reader.next("an object identifier was expected")
    if not re.fullmatch(r"[012](\.\d{1,18}){1,20}", word.text):
        raise PqfError("an object identifier was expected", word.place)
    return Oid(word.text)


def _read_null(reader: _Reader) -> Null:
    reader.next("a word was expected")
    return NULL


_TERMS: Final[Mapping[str, Callable[[_Reader], Term]]] = {
    "general": lambda reader: bytes(reader.next("a term was expected")),
    "numeric": lambda reader: reader.number("a number was expected"),
    "string": lambda reader: reader.next("a term was expected").text,
    "oid": _read_oid,
    "datetime": lambda reader: GeneralizedTime(reader.next("a date was expected").text),
    "null": _read_null,
}
