"""Reading by shape: a partner's messages have the same markup and differ in their texts, so a message whose
markup has been met before is made from its texts alone, by what the full reading made of the markup.

The rule it keeps: read so or in full, it comes to the same. Wherever a text might change how the rest is
read, or what has to be forgiven, the message is read in full. What is kept of messages is markup: no text,
but those of a header without secrets. It is bounded, and kept only of markup that comes again.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final

import msgspec

from protocols.ncip.codec import Received, read
from protocols.ncip.declarations import Kind, Slot
from protocols.ncip.dialects import Dialect
from protocols.ncip.errors import RemoteError
from protocols.ncip.leaves import READINGS, Leaf, Reading, Unusable, making
from protocols.ncip.messages import Initiation
from protocols.ncip.parsing import parse
from protocols.ncip.reading import read_tree
from protocols.ncip.repairs import TRIFLES, Mode, Repaired
from protocols.ncip.structures import Content
from protocols.ncip.values import Element
from protocols.xml.parsing import LIMITS, Node

LONGEST: Final = 8_192
"""Bytes of a message that is read so."""

MOST: Final = 128
"""Shapes that are known at a time, and as many of which it is known that they came once."""

Shape = tuple[str | None, bool, tuple[str, ...]]
"""The charset declared beside a message, whether it is ASCII, and its markup around the texts."""

Part = Callable[[Sequence[str]], Any]
"""A part of a message, made from the texts."""


class _NoShape(Exception):
    """The markup alone does not tell how this is read."""


class _Otherwise(Exception):
    """With these texts it would be read otherwise."""


class Learnt(msgspec.Struct):
    """What markup was found to be. ``header_texts`` takes those that the header is made of, if they may be
    kept; ``owner`` is the header that was made last, after what it was made of.
    """

    message: Part
    header: Part
    header_texts: Callable[[Sequence[str]], Any] | None
    dialect: Dialect
    repairs: tuple[Repaired, ...]
    owner: tuple[Any, Any] = (None, None)

    def received(self, texts: Sequence[str]) -> Received:
        """The message with these texts. Raises `_Otherwise`."""
        if self.header_texts is None:
            header = self.header(texts)
        else:
            own = self.header_texts(texts)
            known, header = self.owner
            if known != own:
                header = self.header(texts)
                self.owner = own, header
        return Received(self.message(texts), header, self.dialect, self.repairs)


class Shapes:
    """The shapes of the messages that have come, and how each is read."""

    def __init__(self) -> None:
        self._learnt: dict[Shape, Learnt] = {}
        self._met: dict[int, bool] = {}

    def __len__(self) -> int:
        """How many are known."""
        return len(self._learnt)

    def read(self, data: bytes, charset: str | None = None) -> Received:
        """The initiation in these bytes, as `protocols.ncip.codec.read` reads it leniently."""
        split = _split(data, charset) if len(data) <= LONGEST else None
        if split is None:
            return read(data, charset)
        shape, texts = split
        learnt = self._learnt.pop(shape, None)
        if learnt is None:
            received = read(data, charset)
            self._meet(shape)
            return received
        self._learnt[shape] = learnt  # those that came last are at the end
        try:
            return learnt.received(texts)
        except _Otherwise:
            return read(data, charset)

    def _meet(self, shape: Shape) -> None:
        """Remember that this has come; when it comes again, see how its like is read."""
        mark = hash(shape)
        may_try = self._met.pop(mark, None)
        self._met[mark] = may_try is None
        _forget(self._met)
        if may_try:
            try:
                self._learnt[shape] = _learn(shape)
            except (_NoShape, RemoteError):
                return
            del self._met[mark]
            _forget(self._learnt)


def _forget(known: dict[Any, Any]) -> None:
    if len(known) > MOST:
        del known[next(iter(known))]


# Markup and texts -----------------------------------------------------------------------------------

_TEXT: Final = re.compile(r">(\s*+[^<\s][^<]*+)<")


def _split(data: bytes, charset: str | None) -> tuple[Shape, list[str]] | None:
    """A message's shape, and its texts that are more than blanks; None if they may not be what is meant, as
    where there are references.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    pieces = _TEXT.split(text)
    texts = pieces[1::2]
    together = "".join(texts)
    if not together.isprintable() or "&" in together or "]]>" in together:
        return None
    return (charset, data.isascii(), tuple(pieces[::2])), texts


# Learning -------------------------------------------------------------------------------------------


class _Hole(msgspec.Struct, frozen=True):
    """Where the value of a text will stand."""

    place: int
    slot: Slot
    scheme: str | None


_NUMBERED: Final = re.compile(r"[\x7f\x80]([0-9]+)[\x7f\x80]")
"""What stands for a text while its shape is learnt: a number between characters that no text has."""

_SPOKEN: Final = frozenset(("version", "Scheme", "datatype"))
"""Attributes that say how a message is meant, and not what it is about."""


def _learn(shape: Shape) -> Learnt:
    """How messages of this shape are read. Raises `_NoShape`, `RemoteError`."""
    charset, is_ascii, (*pieces, end) = shape
    edge = "\x7f" if is_ascii else "\x80"
    if any(edge in piece for piece in (*pieces, end)):
        raise _NoShape
    numbered = "".join([f"{piece}>{edge}{place}{edge}<" for place, piece in enumerate(pieces)]) + end
    if not _is_clear(numbered):
        raise _NoShape
    tree = parse(numbered.encode(), charset, Mode.LENIENT, LIMITS)
    nodes = list(_nodes(tree.root))
    found = [int(place) for node in nodes for place in _NUMBERED.findall(node.text)]
    if sorted(found) != list(range(len(pieces))) or not all(map(_is_plain, nodes)):
        raise _NoShape
    dug: set[int] = set()

    def hole(text: str, slot: Slot, scheme: str | None, strict: bool) -> Leaf:
        if slot.kind is Kind.FLAG:  # it should have none, and what it means depends on it
            raise _NoShape
        dug.add(place := _place(text))
        return _Hole(place, slot, scheme), None

    read_so = read_tree(tree, Mode.LENIENT, Initiation, hole)
    message, header = _Making(), _Making()
    learnt = Learnt(
        message=message.whole(read_so.message),
        header=header.whole(read_so.header),
        header_texts=itemgetter(*header.places) if header.places and not header.is_private else None,
        dialect=read_so.dialect,
        repairs=read_so.repairs,
    )
    if not dug <= {*message.places, *header.places}:  # read and then left out, it may still have been wrong
        raise _NoShape
    return learnt


def _is_clear(text: str) -> bool:
    """Whether markup can be told from texts at a glance: there are no sections, comments and the like."""
    return "<!" not in text and text.find("<?", 2) < 0 and text.count(">", text.rfind("<")) == 1


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _is_plain(node: Node) -> bool:
    """Whether its attributes hold nothing that one should not keep."""
    for name in node.attributes[::2]:
        prefix, _, local = name.rpartition(":")
        if prefix not in ("xmlns", "xsi", "xml") and name != "xmlns" and local not in _SPOKEN:
            return False
    return True


def _place(text: str) -> int:
    """Which of the texts this stands for."""
    found = _NUMBERED.fullmatch(text)
    if found is None:
        raise _NoShape
    return int(found[1])


class _Making:
    """Finds out how a part of a message is made: of which texts, and whether they are nobody's business."""

    def __init__(self) -> None:
        self.places: list[int] = []
        self.is_private = False

    def whole(self, value: Any) -> Part:
        """How the value is made."""
        part = self._part(value)
        return (lambda texts: value) if part is None else part

    def _part(self, value: Any) -> Part | None:
        """How the value is made; None if it is always the same."""
        match value:
            case _Hole():
                self.is_private |= value.slot.kind is Kind.SECRET
                return self._leaf(value)
            case Element():
                return self._element(value)
            case Content():
                names = [(name, getattr(value, name)) for name in value.__struct_fields__]
                return _structure(type(value), [(name, given, self._part(given)) for name, given in names])
            case tuple():
                return _several(value, [self._part(each) for each in value])
            case _:
                return None

    def _leaf(self, hole: _Hole) -> Part:
        place, slot, scheme = hole.place, hole.slot, hole.scheme
        reading = READINGS[slot.kind]
        self.places.append(place)
        if scheme is not None and _NUMBERED.search(scheme):  # an element of its own, in version 1
            self.places.append(beside := _place(scheme))
            return lambda texts: _taken(reading, texts[place], slot, texts[beside].strip())
        make = making(slot, scheme)
        if make is not None:
            return lambda texts: make(texts[place].strip())
        return lambda texts: _taken(reading, texts[place], slot, scheme)

    def _element(self, element: Element) -> Part | None:
        """How what stands in an Ext is made."""
        parts = [
            ("children", element.children, self._part(element.children)),
            ("text", element.text, None),
        ]
        if _NUMBERED.search(element.text):
            self.places.append(place := _place(element.text))
            self.is_private = True
            is_leaf = not element.children
            parts[1] = ("text", "", lambda texts: texts[place] if is_leaf else texts[place].strip())
        same = [(name, getattr(element, name), None) for name in ("name", "namespace", "attributes")]
        return _structure(Element, [*same, *parts])


def _taken(reading: Reading, text: str, slot: Slot, scheme: str | None) -> Any:
    """The value of this text. Raises `_Otherwise` if it is none, or has to be forgiven something."""
    try:
        value, wrong = reading(text.strip(), slot, scheme, False)
    except Unusable:
        raise _Otherwise from None
    if wrong is not None and wrong not in TRIFLES:
        raise _Otherwise
    return value


def _structure(struct: type[Any], given: Sequence[tuple[str, Any, Part | None]]) -> Part | None:
    """How a structure is made of what its fields are given, or of how that is made."""
    made = [(name, part) for name, _, part in given if part is not None]
    usual = {field.name: field.default for field in msgspec.structs.fields(struct)}
    same = {name: value for name, value, part in given if part is None and value != usual[name]}
    if not made:
        return None

    def structure(texts: Sequence[str]) -> Any:
        fields = same.copy()
        for name, part in made:
            fields[name] = part(texts)
        return struct(**fields)

    return structure


def _several(values: Sequence[Any], parts: Sequence[Part | None]) -> Part | None:
    """How elements of one name are made."""
    if not any(parts):
        return None
    pairs = list(zip(values, parts, strict=True))
    return lambda texts: tuple([value if part is None else part(texts) for value, part in pairs])
