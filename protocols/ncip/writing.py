"""From a typed message to XML, by the declarations, in the dialect of whoever reads it.

What is written is valid: what the schema requires and a message lacks is a `LocalError`. What a dialect has
no element for is left out, except from an initiation that would then ask for something else. Texts are made
safe: a character that XML cannot hold becomes U+FFFD.

The rule it keeps: which elements a structure is written with, and whether it may have these, follows from
which of its fields there are, and from nothing in them. So that is found out once, and remembered as a frame:
the markup, and what writes the texts in it.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from operator import call, is_not, itemgetter
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import astuple

from protocols.ncip.declarations import Declaration, Kind, Slot, declaration_of
from protocols.ncip.dialects import ALMA_PREFIX, NAMESPACE, Dialect, Version
from protocols.ncip.errors import LocalError
from protocols.ncip.marks import Presence
from protocols.ncip.messages import BareProblem, Initiation, Message, Response
from protocols.ncip.problems import MESSAGING, problem_scheme
from protocols.ncip.schemes import scheme_of
from protocols.ncip.structures import Content, InitiationHeader, Problem, ResponseHeader, UserId
from protocols.ncip.values import Element, SchemeValuePair, written_date
from protocols.xml.text import escaped, escaped_attribute

Text = Callable[[Any], str]
"""What a value comes to within its element, made safe."""


def written(message: Message, header: InitiationHeader | ResponseHeader | None, dialect: Dialect) -> bytes:
    """The message with its header as a whole document in UTF-8."""
    manner = _manner(dialect, type(message))
    before = "" if header is None else manner.header(header)
    return f"{manner.beginning}{before}{manner.content(message)}{manner.end}".encode()


# What stands around a message -----------------------------------------------------------------------


class _Manner(msgspec.Struct, frozen=True):
    """How messages of a kind are written in a dialect."""

    beginning: str
    header: Text
    content: Text
    end: str


@lru_cache(maxsize=256)
def _manner(dialect: Dialect, kind: type[Message]) -> _Manner:
    side = Initiation if issubclass(kind, Initiation) else Response
    plans = _plans(dialect.version, dialect.prefix, kind if dialect.is_first else side)
    beginning, end = _beginning(dialect, plans.prefix), f"</{plans.prefix}NCIPMessage>"
    if kind is BareProblem:
        return _Manner(beginning, lambda header: "", plans[kind], end)
    name = f"{plans.prefix}{dict(dialect.renamed).get(kind.__name__, kind.__name__)}"
    return _Manner(f"{beginning}<{name}>", plans.header, plans[kind], f"</{name}>{end}")


def _beginning(dialect: Dialect, prefix: str) -> str:
    """What stands before the service."""
    version = escaped_attribute(dialect.uri)
    if dialect.is_first:
        return f'<NCIPMessage version="{version}">'
    qualifier = dialect.prefix or ALMA_PREFIX
    default = "" if prefix else f' xmlns="{NAMESPACE}"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{prefix}NCIPMessage{default} '
        f'xmlns:{qualifier}="{NAMESPACE}" {qualifier}:version="{version}">'
    )


class _Known(dict[Any, str]):
    """What values come to that partners have all day: the short ones that came last are remembered."""

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text

    def __missing__(self, value: Any) -> str:
        text = self._text(value)
        if len(text) <= _LONGEST_KNOWN:
            if len(self) == _MOST_KNOWN:
                del self[next(iter(self))]
            self[value] = text
        return text


_MOST_KNOWN: Final = 128
_LONGEST_KNOWN: Final = 2_048


class _Plans(dict[type[Content], Text]):
    """How the content of each structure is written in a version with a prefix, by one side; in version 1, in
    one message. Each is made ready when it is first needed.
    """

    def __init__(self, version: Version, prefix: str, side: type[Message]) -> None:
        super().__init__()
        self.version = version
        self.is_first = version < Version.V2_0
        self.prefix = f"{prefix}:" if prefix and not self.is_first else ""
        self.asks = issubclass(side, Initiation)
        self.service = side.__name__.removesuffix("Response")
        self.pair: Text = _Known(_pair_text(self.prefix)).__getitem__
        self.header = _header(self)

    def __missing__(self, struct: type[Content]) -> Text:
        self[struct] = text = _content(_Frames(struct, self))
        return text


_plans = lru_cache(maxsize=64)(_Plans)


def _header(plans: _Plans) -> Text:
    """What writes the headers of this side. Those of initiations have secrets, and are not remembered."""
    struct = InitiationHeader if plans.asks else ResponseHeader
    name, content = f"{plans.prefix}{struct.__name__}", plans[struct]

    def header(value: InitiationHeader | ResponseHeader) -> str:
        return f"<{name}>{content(value)}</{name}>"

    return header if plans.asks else _Known(header).__getitem__


# What stands in a structure -------------------------------------------------------------------------


class _Form(NamedTuple):
    """An element: the markup around its text, and what writes the text."""

    begin: str
    text: Text
    end: str


class _Frame(NamedTuple):
    """How a structure is written that has certain fields: the markup with gaps for the texts, what takes that
    of which these are made from the values of all fields, and what makes them.
    """

    markup: str
    taking: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    texts: tuple[Text, ...]


_There = tuple[bool, ...]
"""Of each field of a structure, whether there is something in it."""

_MOST_FRAMES: Final = 64

_is_given = partial(is_not, None)


def _content(frames: "_Frames") -> Text:
    """What writes the content of a structure by these."""
    are_there = frames.are_there

    def content(value: Content) -> str:
        given = astuple(value)
        markup, taking, texts = frames[tuple(map(call, are_there, given))]
        return markup % tuple(map(call, texts, taking(given)))

    return content


class _Frames(dict[_There, _Frame]):
    """Those of a structure, each made when there are first such fields."""

    def __init__(self, struct: type[Content], plans: _Plans) -> None:
        super().__init__()
        self._declaration = declaration = declaration_of(struct)
        self._plans = plans
        slots = {slot.attribute: slot for slot in declaration.slots}
        places = {name: place for place, name in enumerate(struct.__struct_fields__)}
        self.are_there = tuple([_is_there(slots[name]) for name in places])
        self._slots = [
            (places[slot.attribute], slot)
            for slot in declaration.slots
            if slot.since <= plans.version and slot.presence is not Presence.STRAY
        ]

    def __missing__(self, there: _There) -> _Frame:
        frame = self._frame(there)
        if len(self) == _MOST_FRAMES:
            del self[next(iter(self))]
        self[there] = frame
        return frame

    def _frame(self, there: _There) -> _Frame:
        """The frame of what is there. Raises `LocalError` if that may not be, or is not enough."""
        markup, wrapper = "", ""
        names, places, texts = list[str](), list[int](), list[Text]()
        refused = self._is_refused(there)
        for place, slot in self._slots:
            if not self._is_written(slot, there[place], refused):
                continue
            if self._plans.is_first and slot.wrapper != wrapper:
                markup += _turned(wrapper, slot.wrapper)
                wrapper = slot.wrapper
            begin, text, end = _form(slot, self._declaration, self._plans)
            markup += f"{_plain(begin)}%s{_plain(end)}"
            names.append(slot.name)
            places.append(place)
            texts.append(text if there[place] else _always(text(slot.filling)))
        if not refused:
            self._check_choices(names)
        return _Frame(markup + _turned(wrapper, ""), _taking(places), tuple(texts))

    def _is_refused(self, there: _There) -> bool:
        declaration = self._declaration
        if not declaration.refuses:
            return False
        refused = there[declaration.struct.__struct_fields__.index("problem")]
        if declaration.struct is BareProblem and not refused:
            raise LocalError("bare Problems, and none of them")
        return refused

    def _is_written(self, slot: Slot, is_there: bool, refused: bool) -> bool:
        """Whether something is written for a field. Raises `LocalError` if it should be otherwise."""
        if is_there:
            stands_anywhere = slot.name == "Problem" or slot.kind is Kind.EXTENSION
            if slot.beside_problem is not refused and not stands_anywhere:
                raise LocalError(f"{self._declaration.name} with {slot.name} and a Problem, or without one")
            return True
        if _is_filled(slot, self._plans.version):
            return True
        if slot.presence is Presence.OPTIONAL or refused:
            return False
        raise LocalError(f"{self._declaration.name} without {slot.name}")

    def _check_choices(self, names: list[str]) -> None:
        """What may be there once may be there more often, if it may be repeated at all."""
        declaration, plans = self._declaration, self._plans
        for rule in declaration.rules:
            if not rule.holds([name for name in names if name in rule.names]):
                raise LocalError(f"{declaration.name} with another choice than the schema's")
        if plans.asks and plans.version < Version.V2_01 and _ITEM_OR_TITLE.issubset(names):
            raise LocalError(f"{declaration.name} for both an item and a title, before version 2.01")


_ITEM_OR_TITLE: Final = frozenset(("BibliographicId", "ItemId"))


def _is_there(slot: Slot) -> Callable[[Any], bool]:
    """What tells whether there is something in a field: a number may be 0, and what is required be empty."""
    may_be_empty = slot.kind in (Kind.INTEGER, Kind.SECRET) or (
        slot.kind is Kind.TEXT and slot.presence is not Presence.OPTIONAL
    )
    return _is_given if may_be_empty and not slot.repeated else bool


def _is_filled(slot: Slot, version: Version) -> bool:
    """Whether this version requires what later ones do not."""
    return slot.filled_before > version > Version.V1_01


def _always(text: str) -> Text:
    return lambda value: text


def _plain(markup: str) -> str:
    """Markup as it stands beside gaps."""
    return markup.replace("%", "%%")


def _turned(old: str, new: str) -> str:
    """The end of one wrapper and the beginning of the next."""
    return f"</{old}>" * bool(old) + f"<{new}>" * bool(new)


def _taking(places: list[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """What takes the values that stand in these places."""
    if len(places) > 1:
        return itemgetter(*places)
    return itemgetter(slice(places[0], places[0] + 1) if places else slice(0))


# Elements -------------------------------------------------------------------------------------------


class _Element(msgspec.Struct, frozen=True):
    """A field's element as it is called in a version."""

    slot: Slot
    name: str
    plans: _Plans

    @property
    def tag(self) -> str:
        """Its name, as it is written."""
        return f"{self.plans.prefix}{self.name}"


def _form(slot: Slot, declaration: Declaration, plans: _Plans) -> _Form:
    """How a field is written."""
    if plans.is_first:
        form = _FIRST_FORMS[slot.kind](_Element(slot, slot.first_name, plans))
    else:
        form = _FORMS[slot.kind](_Element(slot, slot.name, plans))
    return _repeated(form, slot, declaration, plans) if slot.repeated else form


def _repeated(form: _Form, slot: Slot, declaration: Declaration, plans: _Plans) -> _Form:
    """As often as this version has room for it."""
    begin, text, end = form
    if slot.name == "Problem" and plans.is_first:
        return _Form(begin, lambda values: text(values[0]), end)
    if slot.single_before <= plans.version:
        between = f"{end}{begin}"
        return _Form(begin, lambda values: between.join(map(text, values)), end)

    def single(values: tuple[Any, ...]) -> str:
        if len(values) > 1 and issubclass(declaration.struct, Initiation):
            raise LocalError(f"{declaration.name} with several {slot.name}, before {slot.single_before}")
        return text(values[0])

    return _Form(begin, single, end)


def _said(element: _Element, text: Text) -> _Form:
    return _Form(f"<{element.tag}>", text, f"</{element.tag}>")


# In version 2


def _text(element: _Element) -> _Form:
    return _said(element, escaped)


def _secret(element: _Element) -> _Form:
    return _said(element, lambda value: escaped(value.reveal()))


def _date(element: _Element) -> _Form:
    return _said(element, written_date)


def _integer(element: _Element) -> _Form:
    slot, minimum = element.slot, element.slot.minimum
    if minimum is None:
        return _said(element, str)

    def integer(value: int) -> str:
        if value < minimum:
            raise LocalError(f"{slot.name} is at least {minimum}")
        return str(value)

    return _said(element, integer)


def _flag(element: _Element) -> _Form:
    return _Form(f"<{element.tag}/>", _always(""), "")


def _pair(element: _Element) -> _Form:
    return _Form(f"<{element.tag}", element.plans.pair, f"</{element.tag}>")


def _pair_text(prefix: str) -> Text:
    """What writes a pair, from the end of its name on."""
    attribute = f"{prefix or f'{ALMA_PREFIX}:'}Scheme"

    def pair(value: SchemeValuePair) -> str:
        scheme = f' {attribute}="{escaped_attribute(value.scheme)}"' if value.scheme else ""
        return f"{scheme}>{escaped(value.value)}"

    return pair


def _structure(element: _Element) -> _Form:
    assert element.slot.structure is not None
    return _said(element, element.plans[element.slot.structure])


def _extension(element: _Element) -> _Form:
    prefix = element.plans.prefix
    return _said(element, lambda values: "".join([_any_element(value, prefix) for value in values]))


def _any_element(element: Element, prefix: str) -> str:
    """What stands in an Ext."""
    ours = element.namespace == NAMESPACE
    tag = f"{prefix}{element.name}" if ours else element.name
    space = "" if ours else f' xmlns="{escaped_attribute(element.namespace)}"'
    attributes = "".join(f' {name}="{escaped_attribute(value)}"' for name, value in element.attributes)
    children = "".join([_any_element(child, prefix) for child in element.children])
    return f"<{tag}{space}{attributes}>{escaped(element.text)}{children}</{tag}>"


# In version 1


def _first_pair(element: _Element) -> _Form:
    name, codes = element.name, element.slot.codes
    listed = scheme_of(codes) if codes else ""
    return _Form(
        f"<{name}><Scheme>",
        lambda value: f"{escaped(value.scheme or listed)}</Scheme><Value>{escaped(value.value)}",
        f"</Value></{name}>",
    )


def _first_structure(element: _Element) -> _Form:
    if element.slot.structure is Problem:
        return _first_problem(element)
    return _visible_user_id(element) if element.slot.visible else _structure(element)


def _first_problem(element: _Element) -> _Form:
    """The nested form.

    Its one text for people, ProcessingErrorDetail, is in no standard, so is left out.
    """
    service = element.plans.service

    def problem(value: Problem) -> str:
        kind = value.problem_type or SchemeValuePair("")
        word = "MessagingError" if kind.value in MESSAGING else "ProcessingError"
        scheme = escaped(kind.scheme or problem_scheme(kind.value, service))
        where = ""
        if value.problem_element:
            name, what = value.problem_element.rpartition("/")[2], value.problem_value
            shown = f"<{word}Value>{escaped(what)}</{word}Value>" if what else ""
            where = f"<{word}Element><ElementName>{escaped(name)}</ElementName>{shown}</{word}Element>"
        return (
            f"<{word}><{word}Type><Scheme>{scheme}</Scheme><Value>{escaped(kind.value)}</Value></{word}Type>"
            f"{where}</{word}>"
        )

    return _said(element, problem)


def _visible_user_id(element: _Element) -> _Form:
    """The UserId that version 1 calls so."""
    slots = {slot.name: slot for slot in declaration_of(UserId).slots}

    def named(slot: str, name: str) -> Text:
        begin, text, end = _FIRST_FORMS[slots[slot].kind](_Element(slots[slot], name, element.plans))
        return lambda value: f"{begin}{text(value)}{end}"

    agency = named("AgencyId", "UniqueAgencyId")
    kind = named("UserIdentifierType", "VisibleUserIdentifierType")
    identifier = named("UserIdentifierValue", "VisibleUserIdentifier")

    def visible(value: UserId) -> str:
        return (
            f"{agency(value.agency_id) if value.agency_id else ''}"
            f"{kind(value.user_identifier_type or SchemeValuePair('Barcode'))}"
            f"{identifier(value.user_identifier_value)}"
        )

    return _Form("<VisibleUserId>", visible, "</VisibleUserId>")


_FORMS: Final[dict[Kind, Callable[[_Element], _Form]]] = {
    Kind.TEXT: _text,
    Kind.SECRET: _secret,
    Kind.DATE: _date,
    Kind.INTEGER: _integer,
    Kind.FLAG: _flag,
    Kind.PAIR: _pair,
    Kind.STRUCTURE: _structure,
    Kind.EXTENSION: _extension,
}
_FIRST_FORMS: Final[dict[Kind, Callable[[_Element], _Form]]] = {
    **_FORMS,
    Kind.PAIR: _first_pair,
    Kind.STRUCTURE: _first_structure,
}
