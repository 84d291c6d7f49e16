"""From a typed message to XML, by the declarations, in the dialect of whoever reads it.

What is written is valid: what the schema requires and a message lacks is a `LocalError`. What a dialect has
no element for is left out, except from an initiation that would then ask for something else. Texts are made
safe: a character that XML cannot hold becomes U+FFFD.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec

from protocols.ncip.declarations import Declaration, Kind, Slot, declaration_of
from protocols.ncip.dialects import ALMA_PREFIX, NAMESPACE, Dialect, Version
from protocols.ncip.errors import LocalError
from protocols.ncip.marks import Presence
from protocols.ncip.messages import BareProblem, Initiation, Message
from protocols.ncip.problems import MESSAGING, problem_scheme
from protocols.ncip.schemes import scheme_of
from protocols.ncip.structures import Content, InitiationHeader, Problem, ResponseHeader, UserId
from protocols.ncip.values import Element, SchemeValuePair, written_date
from protocols.xml.text import escaped, escaped_attribute


def written(message: Message, header: InitiationHeader | ResponseHeader | None, dialect: Dialect) -> bytes:
    """The message with its header as a whole document in UTF-8."""
    writer = _Writer(dialect, message)
    writer.document(message, header)
    return "".join(writer.out).encode()


class _Step(msgspec.Struct, frozen=True):
    """A field of a structure as a version has it. ``is_optional`` tells that nothing is written of nothing,
    ``stands_anywhere`` that it may be there with a Problem and without, ``is_plain`` that it is simply
    written if there is something, at least without Problems.
    """

    slot: Slot
    write: "_Write"
    is_optional: bool
    stands_anywhere: bool
    is_plain: bool


class _Next(NamedTuple):
    """A step that may have something to write, and its place among all steps."""

    place: int
    is_plain: bool
    name: str
    write: "_Write"
    step: _Step


class _Plan(msgspec.Struct, frozen=True):
    """A declaration made ready for writing in a version; ``values`` takes from a structure what the steps are
    given. Most fields of most structures are None: ``known`` are the steps that are left, by the types of
    what all are given, and ``chosen`` the names that were found to be a right choice.
    """

    declaration: Declaration
    steps: tuple[_Step, ...]
    values: Callable[[Content], tuple[Any, ...]]
    known: dict[tuple[type, ...], tuple[_Next, ...]] = {}
    chosen: set[tuple[str, ...]] = set()

    def left(self, given: tuple[Any, ...]) -> tuple[_Next, ...]:
        """The steps that may have something to write of what is given."""
        types = tuple(map(type, given))
        left = self.known.get(types)
        if left is None:
            left = tuple(
                _Next(place, step.is_plain, step.slot.name, step.write, step)
                for place, (step, one) in enumerate(zip(self.steps, given, strict=True))
                if one is not None or not step.is_optional
            )
            if len(self.known) == _MOST_KNOWN:
                self.known.clear()
            self.known[types] = left
        return left

    def chose(self, names: tuple[str, ...]) -> None:
        """Remember that these are a right choice."""
        if len(self.chosen) == _MOST_KNOWN:
            self.chosen.clear()
        self.chosen.add(names)


_MOST_KNOWN: Final = 64
_MOST_HEADERS: Final = 128
_LONGEST_HEADER: Final = 2_048


class _Plans(dict[type[Content], _Plan]):
    """Those of a version with a prefix, each made when it is first needed; and the short headers of answers
    that were written last: partners have the same ones all day.
    """

    def __init__(self, version: Version, prefix: str) -> None:
        super().__init__()
        self._version = version
        self._prefix = prefix
        self.headers: dict[ResponseHeader, str] = {}

    def keep(self, header: ResponseHeader, text: str) -> None:
        """Remember how the header is written."""
        if len(text) <= _LONGEST_HEADER:
            if len(self.headers) == _MOST_HEADERS:
                del self.headers[next(iter(self.headers))]
            self.headers[header] = text

    def __missing__(self, struct: type[Content]) -> _Plan:
        self[struct] = plan = _plan(struct, self._version, self._prefix)
        return plan


@lru_cache(maxsize=16)
def _plans(version: Version, prefix: str) -> _Plans:
    return _Plans(version, prefix)


def _plan(struct: type[Content], version: Version, prefix: str) -> _Plan:
    declaration = declaration_of(struct)
    slots = [
        slot for slot in declaration.slots if slot.since <= version and slot.presence is not Presence.STRAY
    ]
    steps = [
        _Step(
            slot,
            _FIRST_WRITERS[slot.kind](_Element(slot, slot.first_name, ""))
            if version < Version.V2_0
            else _WRITERS[slot.kind](_Element(slot, slot.name, prefix)),
            slot.presence is Presence.OPTIONAL and not _is_filled(slot, version),
            slot.name == "Problem" or slot.kind is Kind.EXTENSION,
            version >= Version.V2_0 and not (slot.repeated or slot.beside_problem),
        )
        for slot in slots
    ]
    return _Plan(declaration, tuple(steps), _taking([slot.attribute for slot in slots]))


def _taking(attributes: list[str]) -> Callable[[Content], tuple[Any, ...]]:
    """What takes these attributes from a structure."""
    if len(attributes) > 1:
        return attrgetter(*attributes)
    return lambda value: tuple([getattr(value, one) for one in attributes])


def _is_filled(slot: Slot, version: Version) -> bool:
    """Whether this version requires what later ones do not."""
    return slot.filled_before > version > Version.V1_01


class _Manner(msgspec.Struct, frozen=True):
    """How a dialect is written: what stands around a message, and what before each name."""

    plans: _Plans
    is_first: bool
    prefix: str
    beginning: str
    end: str


@lru_cache(maxsize=64)
def _manner(dialect: Dialect) -> _Manner:
    prefix = f"{dialect.prefix}:" if dialect.prefix and not dialect.is_first else ""
    return _Manner(
        plans=_plans(dialect.version, prefix),
        is_first=dialect.is_first,
        prefix=prefix,
        beginning=_beginning(dialect),
        end=f"</{prefix}NCIPMessage>",
    )


def _beginning(dialect: Dialect) -> str:
    """What stands before the service."""
    version = escaped_attribute(dialect.uri)
    if dialect.is_first:
        return f'<NCIPMessage version="{version}">'
    prefix = f"{dialect.prefix}:" if dialect.prefix else ""
    qualifier = dialect.prefix or ALMA_PREFIX
    default = "" if prefix else f' xmlns="{NAMESPACE}"'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{prefix}NCIPMessage{default} '
        f'xmlns:{qualifier}="{NAMESPACE}" {qualifier}:version="{version}">'
    )


class _Writer:
    """One message being written."""

    def __init__(self, dialect: Dialect, message: Message) -> None:
        self._manner = manner = _manner(dialect)
        self.out = [manner.beginning]
        self._dialect = dialect
        self._version = dialect.version
        self._plans = manner.plans
        self._first = manner.is_first
        self._prefix = manner.prefix
        self._message = message
        self._asks = isinstance(message, Initiation)

    def document(self, message: Message, header: InitiationHeader | ResponseHeader | None) -> None:
        out = self.out
        if isinstance(message, BareProblem):
            if not message.problem:
                raise LocalError("bare Problems, and none of them")
            self._content(message)
        else:
            name = type(message).__name__
            if self._dialect.renamed:
                name = dict(self._dialect.renamed).get(name, name)
            out.append(f"<{self._prefix}{name}>")
            if header is not None:
                self._header(header)
            self._content(message)
            out.append(f"</{self._prefix}{name}>")
        out.append(self._manner.end)

    def _header(self, header: InitiationHeader | ResponseHeader) -> None:
        known, begun = self._plans.headers, len(self.out)
        if isinstance(header, InitiationHeader):
            self.structure(f"{self._prefix}InitiationHeader", header)
        elif text := known.get(header):
            self.out.append(text)
        else:
            self.structure(f"{self._prefix}ResponseHeader", header)
            self._plans.keep(header, "".join(self.out[begun:]))

    def structure(self, tag: str, value: Content) -> None:
        self.out.append(f"<{tag}>")
        self._content(value)
        self.out.append(f"</{tag}>")

    def _content(self, value: Content) -> None:
        plan = self._plans[type(value)]
        declaration, values = plan.declaration, plan.values(value)
        refused = declaration.refuses and bool(getattr(value, "problem", ()))
        names: list[str] = []
        wrapper = ""
        for place, is_plain, name, write, step in plan.left(values):
            given = values[place]
            if given and is_plain and not refused:
                names.append(name)
                write(self, given)
                continue
            slot = step.slot
            if not given and (given is None or given is False or given == () or given == ""):
                if step.is_optional:
                    continue
                given = self._nothing(given, slot, declaration, refused)
                if given is None:
                    continue
            elif slot.beside_problem is not refused and not step.stands_anywhere:
                raise LocalError(f"{declaration.name} with {slot.name} and a Problem, or without one")
            if self._first and slot.wrapper != wrapper:
                self._wrap(wrapper, slot.wrapper)
                wrapper = slot.wrapper
            for each in self._limited(given, slot, declaration) if slot.repeated else (given,):
                names.append(name)
                write(self, each)
        if wrapper:
            self._wrap(wrapper, "")
        if not refused and (declaration.rules or self._asks):
            self._check_choices(tuple(names), plan)

    def _nothing(self, given: Any, slot: Slot, declaration: Declaration, refused: bool) -> Any:
        """What is written where a field that is not always optional is given nothing."""
        if _is_filled(slot, self._version):
            return slot.filling
        if slot.presence is Presence.OPTIONAL or refused:
            return None
        if given is None or given == ():
            raise LocalError(f"{declaration.name} without {slot.name}")
        return given

    def _check_choices(self, names: tuple[str, ...], plan: _Plan) -> None:
        if names in plan.chosen and not self._asks:
            return
        declaration = plan.declaration
        for rule in declaration.rules:
            if not rule.holds([name for name in names if name in rule.names]):
                raise LocalError(f"{declaration.name} with another choice than the schema's")
        if self._asks and self._version < Version.V2_01 and set(names) >= _ITEM_OR_TITLE:
            raise LocalError(f"{declaration.name} for both an item and a title, before version 2.01")
        if not self._asks:
            plan.chose(names)

    def _limited(self, values: tuple[Any, ...], slot: Slot, declaration: Declaration) -> tuple[Any, ...]:
        """As many as this version has room for."""
        if slot.name == "Problem" and self._first:
            return values[:1]
        if slot.single_before > self._version and len(values) > 1:
            if issubclass(declaration.struct, Initiation):
                raise LocalError(f"{declaration.name} with several {slot.name}, before {slot.single_before}")
            return values[:1]
        return values

    def _wrap(self, old: str, new: str) -> None:
        if old:
            self.out.append(f"</{old}>")
        if new:
            self.out.append(f"<{new}>")

    def element(self, element: Element) -> None:
        """What stands in an Ext."""
        ours = element.namespace == NAMESPACE
        tag = f"{self._prefix}{element.name}" if ours else element.name
        space = "" if ours else f' xmlns="{escaped_attribute(element.namespace)}"'
        attributes = "".join(f' {name}="{escaped_attribute(value)}"' for name, value in element.attributes)
        self.out.append(f"<{tag}{space}{attributes}>{escaped(element.text)}")
        for child in element.children:
            self.element(child)
        self.out.append(f"</{tag}>")

    def first_problem(self, problem: Problem) -> None:
        """The nested form.

        Its one text for people, ProcessingErrorDetail, is in no standard, so is left out.
        """
        kind = problem.problem_type or SchemeValuePair("")
        word = "MessagingError" if kind.value in MESSAGING else "ProcessingError"
        service = type(self._message).__name__.removesuffix("Response")
        scheme = escaped(kind.scheme or problem_scheme(kind.value, service))
        self.out.append(
            f"<Problem><{word}><{word}Type><Scheme>{scheme}</Scheme>"
            f"<Value>{escaped(kind.value)}</Value></{word}Type>"
        )
        if problem.problem_element:
            element = problem.problem_element.rpartition("/")[2]
            value = problem.problem_value
            shown = f"<{word}Value>{escaped(value)}</{word}Value>" if value else ""
            self.out.append(
                f"<{word}Element><ElementName>{escaped(element)}</ElementName>{shown}</{word}Element>"
            )
        self.out.append(f"</{word}></Problem>")


_Write = Callable[[_Writer, Any], None]
"""Writes a value as the element that it is meant for."""


class _Element(msgspec.Struct, frozen=True):
    """An element of a version, with the prefix of a dialect."""

    slot: Slot
    name: str
    prefix: str

    @property
    def tag(self) -> str:
        """Its name, as it is written."""
        return f"{self.prefix}{self.name}"


# Values in version 2


def _text(element: _Element) -> _Write:
    return _said(element, escaped)


def _said(element: _Element, text: Callable[[Any], str]) -> _Write:
    """Writes what comes to a text that is safe."""
    begin, end = f"<{element.tag}>", f"</{element.tag}>"
    return lambda writer, value: writer.out.append(f"{begin}{text(value)}{end}")


def _secret(element: _Element) -> _Write:
    return _said(element, lambda value: escaped(value.reveal()))


def _date(element: _Element) -> _Write:
    return _said(element, written_date)


def _integer(element: _Element) -> _Write:
    slot, minimum, write = element.slot, element.slot.minimum, _said(element, str)

    def integer(writer: _Writer, value: int) -> None:
        if minimum is not None and value < minimum:
            raise LocalError(f"{slot.name} is at least {minimum}")
        write(writer, value)

    return integer


def _flag(element: _Element) -> _Write:
    empty = f"<{element.tag}/>"
    return lambda writer, _: writer.out.append(empty)


def _pair(element: _Element) -> _Write:
    begin, end = f"<{element.tag}", f"</{element.tag}>"
    attribute = f"{element.prefix or f'{ALMA_PREFIX}:'}Scheme"

    def pair(writer: _Writer, value: SchemeValuePair) -> None:
        scheme = f' {attribute}="{escaped_attribute(value.scheme)}"' if value.scheme else ""
        writer.out.append(f"{begin}{scheme}>{escaped(value.value)}{end}")

    return pair


def _structure(element: _Element) -> _Write:
    tag = element.tag
    return lambda writer, value: writer.structure(tag, value)


def _extension(element: _Element) -> _Write:
    begin, end = f"<{element.tag}>", f"</{element.tag}>"

    def extension(writer: _Writer, value: tuple[Element, ...]) -> None:
        writer.out.append(begin)
        for one in value:
            writer.element(one)
        writer.out.append(end)

    return extension


# Values in version 1


def _first_pair(element: _Element) -> _Write:
    name, codes = element.name, element.slot.codes
    listed = scheme_of(codes) if codes else ""

    def pair(writer: _Writer, value: SchemeValuePair) -> None:
        scheme = escaped(value.scheme or listed)
        writer.out.append(f"<{name}><Scheme>{scheme}</Scheme><Value>{escaped(value.value)}</Value></{name}>")

    return pair


def _first_structure(element: _Element) -> _Write:
    if element.slot.structure is Problem:
        return _Writer.first_problem
    return _visible_user_id(element) if element.slot.visible else _structure(element)


def _visible_user_id(element: _Element) -> _Write:
    """The UserId that version 1 calls so."""
    slots = {slot.name: slot for slot in declaration_of(UserId).slots}
    agency = _first_pair(_Element(slots["AgencyId"], "UniqueAgencyId", ""))
    kind = _first_pair(_Element(slots["UserIdentifierType"], "VisibleUserIdentifierType", ""))
    identifier = _text(_Element(slots["UserIdentifierValue"], "VisibleUserIdentifier", ""))

    def visible(writer: _Writer, value: UserId) -> None:
        writer.out.append("<VisibleUserId>")
        if value.agency_id:
            agency(writer, value.agency_id)
        kind(writer, value.user_identifier_type or SchemeValuePair("Barcode"))
        identifier(writer, value.user_identifier_value)
        writer.out.append("</VisibleUserId>")

    return visible


_WRITERS: Final[dict[Kind, Callable[[_Element], _Write]]] = {
    Kind.TEXT: _text,
    Kind.SECRET: _secret,
    Kind.DATE: _date,
    Kind.INTEGER: _integer,
    Kind.FLAG: _flag,
    Kind.PAIR: _pair,
    Kind.STRUCTURE: _structure,
    Kind.EXTENSION: _extension,
}
_FIRST_WRITERS: Final[dict[Kind, Callable[[_Element], _Write]]] = {
    **_WRITERS,
    Kind.PAIR: _first_pair,
    Kind.STRUCTURE: _first_structure,
}
_ITEM_OR_TITLE: Final = frozenset(("BibliographicId", "ItemId"))
