"""From a typed message to XML, by the declarations, in the dialect of whoever reads it.

What is written is valid: what the schema requires and a message lacks is a `LocalError`. What a dialect has
no element for is left out, except from an initiation that would then ask for something else. Texts are made
safe: a character that XML cannot hold becomes U+FFFD.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

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
    ``stands_anywhere`` that it may be there with a Problem and without.
    """

    slot: Slot
    name: str
    write: "_Write"
    is_optional: bool
    stands_anywhere: bool


class _Plan(msgspec.Struct, frozen=True):
    """A declaration made ready for writing in a version; ``values`` takes from a structure what the steps are
    given.
    """

    declaration: Declaration
    steps: tuple[_Step, ...]
    values: Callable[[Content], tuple[Any, ...]]


_MOST_HEADERS: Final = 128
_LONGEST_HEADER: Final = 2_048


class _Plans(dict[type[Content], _Plan]):
    """Those of a version, each made when it is first needed; and the short headers of answers that were
    written last, with their prefixes: partners have the same ones all day.
    """

    def __init__(self, version: Version) -> None:
        super().__init__()
        self._version = version
        self.headers: dict[tuple[ResponseHeader, str], str] = {}

    def keep(self, header: ResponseHeader, prefix: str, text: str) -> None:
        """Remember how the header is written."""
        if len(text) <= _LONGEST_HEADER:
            if len(self.headers) == _MOST_HEADERS:
                del self.headers[next(iter(self.headers))]
            self.headers[header, prefix] = text

    def __missing__(self, struct: type[Content]) -> _Plan:
        self[struct] = plan = _plan(struct, self._version)
        return plan


_PLANS: Final = {version: _Plans(version) for version in Version}


def _plan(struct: type[Content], version: Version) -> _Plan:
    declaration = declaration_of(struct)
    slots = [
        slot for slot in declaration.slots if slot.since <= version and slot.presence is not Presence.STRAY
    ]
    steps = [
        _Step(
            slot,
            slot.first_name if version < Version.V2_0 else slot.name,
            (_FIRST_WRITERS if version < Version.V2_0 else _WRITERS)[slot.kind],
            slot.presence is Presence.OPTIONAL and not _is_filled(slot, version),
            slot.name == "Problem" or slot.kind is Kind.EXTENSION,
        )
        for slot in slots
    ]
    attributes = [slot.attribute for slot in slots]
    if len(attributes) > 1:
        return _Plan(declaration, tuple(steps), attrgetter(*attributes))
    return _Plan(declaration, tuple(steps), lambda value: tuple([getattr(value, one) for one in attributes]))


def _is_filled(slot: Slot, version: Version) -> bool:
    """Whether this version requires what later ones do not."""
    return slot.filled_before > version > Version.V1_01


@lru_cache(maxsize=64)
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
        self.out: list[str] = []
        self._dialect = dialect
        self._version = dialect.version
        self._plans = _PLANS[dialect.version]
        self._first = dialect.is_first
        self._prefix = f"{dialect.prefix}:" if dialect.prefix and not self._first else ""
        self._attribute_prefix = self._prefix or f"{ALMA_PREFIX}:"
        self._asks = isinstance(message, Initiation)
        self._service = type(message).__name__.removesuffix("Response")

    def document(self, message: Message, header: InitiationHeader | ResponseHeader | None) -> None:
        out = self.out
        out.append(_beginning(self._dialect))
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
        out.append(f"</{self._prefix}NCIPMessage>")

    def _header(self, header: InitiationHeader | ResponseHeader) -> None:
        known, begun = self._plans.headers, len(self.out)
        if isinstance(header, InitiationHeader):
            self._structure("InitiationHeader", header)
        elif text := known.get((header, self._prefix)):
            self.out.append(text)
        else:
            self._structure("ResponseHeader", header)
            self._plans.keep(header, self._prefix, "".join(self.out[begun:]))

    def _structure(self, name: str, value: Content) -> None:
        tag = f"{self._prefix}{name}"
        self.out.append(f"<{tag}>")
        self._content(value)
        self.out.append(f"</{tag}>")

    def _content(self, value: Content) -> None:
        plan = self._plans[type(value)]
        declaration = plan.declaration
        refused = declaration.refuses and bool(getattr(value, "problem", ()))
        names: list[str] = []
        wrapper = ""
        for step, given in zip(plan.steps, plan.values(value), strict=True):
            slot = step.slot
            if given is None or (not given and (given is False or given == () or given == "")):
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
                names.append(slot.name)
                step.write(self, step.name, each, slot)
        if wrapper:
            self._wrap(wrapper, "")
        if not refused and (declaration.rules or self._asks):
            self._check_choices(names, declaration)

    def _nothing(self, given: Any, slot: Slot, declaration: Declaration, refused: bool) -> Any:
        """What is written where a field that is not always optional is given nothing."""
        if _is_filled(slot, self._version):
            return slot.filling
        if slot.presence is Presence.OPTIONAL or refused:
            return None
        if given is None or given == ():
            raise LocalError(f"{declaration.name} without {slot.name}")
        return given

    def _check_choices(self, names: list[str], declaration: Declaration) -> None:
        for rule in declaration.rules:
            if not rule.holds([name for name in names if name in rule.names]):
                raise LocalError(f"{declaration.name} with another choice than the schema's")
        if self._asks and self._version < Version.V2_01 and set(names) >= _ITEM_OR_TITLE:
            raise LocalError(f"{declaration.name} for both an item and a title, before version 2.01")

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

    # Values in version 2

    def text(self, name: str, value: str, slot: Slot) -> None:
        tag = f"{self._prefix}{name}"
        self.out.append(f"<{tag}>{escaped(value)}</{tag}>")

    def secret(self, name: str, value: Any, slot: Slot) -> None:
        self.text(name, value.reveal(), slot)

    def date(self, name: str, value: Any, slot: Slot) -> None:
        self.text(name, written_date(value), slot)

    def integer(self, name: str, value: int, slot: Slot) -> None:
        if slot.minimum is not None and value < slot.minimum:
            raise LocalError(f"{slot.name} is at least {slot.minimum}")
        self.text(name, str(value), slot)

    def flag(self, name: str, value: bool, slot: Slot) -> None:
        self.out.append(f"<{self._prefix}{name}/>")

    def pair(self, name: str, value: SchemeValuePair, slot: Slot) -> None:
        if not value.scheme:
            self.text(name, value.value, slot)
            return
        tag = f"{self._prefix}{name}"
        scheme = f'{self._attribute_prefix}Scheme="{escaped_attribute(value.scheme)}"'
        self.out.append(f"<{tag} {scheme}>{escaped(value.value)}</{tag}>")

    def structure(self, name: str, value: Content, slot: Slot) -> None:
        self._structure(name, value)

    def extension(self, name: str, value: tuple[Element, ...], slot: Slot) -> None:
        self.out.append(f"<{self._prefix}{name}>")
        for element in value:
            self._element(element)
        self.out.append(f"</{self._prefix}{name}>")

    def _element(self, element: Element) -> None:
        ours = element.namespace == NAMESPACE
        tag = f"{self._prefix}{element.name}" if ours else element.name
        space = "" if ours else f' xmlns="{escaped_attribute(element.namespace)}"'
        attributes = "".join(f' {name}="{escaped_attribute(value)}"' for name, value in element.attributes)
        self.out.append(f"<{tag}{space}{attributes}>{escaped(element.text)}")
        for child in element.children:
            self._element(child)
        self.out.append(f"</{tag}>")

    # Values in version 1

    def first_pair(self, name: str, value: SchemeValuePair, slot: Slot) -> None:
        scheme = value.scheme or (scheme_of(slot.codes) if slot.codes else "")
        self.out.append(
            f"<{name}><Scheme>{escaped(scheme)}</Scheme><Value>{escaped(value.value)}</Value></{name}>"
        )

    def first_structure(self, name: str, value: Content, slot: Slot) -> None:
        match value:
            case Problem():
                self._first_problem(value)
            case UserId() if slot.visible:
                self._visible_user_id(value)
            case _:
                self._structure(name, value)

    def _visible_user_id(self, value: UserId) -> None:
        slots = {slot.name: slot for slot in declaration_of(UserId).slots}
        kind = value.user_identifier_type or SchemeValuePair("Barcode")
        self.out.append("<VisibleUserId>")
        if value.agency_id:
            self.first_pair("UniqueAgencyId", value.agency_id, slots["AgencyId"])
        self.first_pair("VisibleUserIdentifierType", kind, slots["UserIdentifierType"])
        self.text("VisibleUserIdentifier", value.user_identifier_value, slots["UserIdentifierValue"])
        self.out.append("</VisibleUserId>")

    def _first_problem(self, problem: Problem) -> None:
        """The nested form.

        Its one text for people, ProcessingErrorDetail, is in no standard, so is left out.
        """
        kind = problem.problem_type or SchemeValuePair("")
        word = "MessagingError" if kind.value in MESSAGING else "ProcessingError"
        scheme = escaped(kind.scheme or problem_scheme(kind.value, self._service))
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


_ITEM_OR_TITLE: Final = frozenset(("BibliographicId", "ItemId"))

_Write = Callable[[_Writer, str, Any, Slot], None]
_WRITERS: Final[dict[Kind, _Write]] = {
    Kind.TEXT: _Writer.text,
    Kind.SECRET: _Writer.secret,
    Kind.DATE: _Writer.date,
    Kind.INTEGER: _Writer.integer,
    Kind.FLAG: _Writer.flag,
    Kind.PAIR: _Writer.pair,
    Kind.STRUCTURE: _Writer.structure,
    Kind.EXTENSION: _Writer.extension,
}
_FIRST_WRITERS: Final[dict[Kind, _Write]] = {
    **_WRITERS,
    Kind.PAIR: _Writer.first_pair,
    Kind.STRUCTURE: _Writer.first_structure,
}
