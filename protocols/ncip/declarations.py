"""What follows from the declarations: for each structure its slots, in order, and the rule of its choices.

Reading and writing in every version go by these tables and by nothing else.
"""

import re
from datetime import date, datetime
from enum import Enum, auto
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec

from protocols.ncip import marks
from protocols.ncip.dialects import Version
from protocols.ncip.marks import Presence
from protocols.ncip.messages import SERVICES, Lookup, Message, Notification, Response, Update
from protocols.ncip.schemes import CodeList
from protocols.ncip.structures import Content
from protocols.ncip.values import Element, SchemeValuePair
from protocols.secret import Secret


class Kind(Enum):
    """What stands in an element."""

    TEXT = auto()
    SECRET = auto()
    DATE = auto()
    INTEGER = auto()
    FLAG = auto()
    PAIR = auto()
    STRUCTURE = auto()
    EXTENSION = auto()


class Slot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A field of a structure, as an element. `first_name` is what version 1 calls it."""

    attribute: str
    name: str
    first_name: str
    kind: Kind
    structure: type[Content] | None = None
    codes: type[CodeList] | None = None
    repeated: bool = False
    presence: Presence = Presence.OPTIONAL
    minimum: int | None = None
    since: Version = Version.V1_0
    single_before: Version = Version.V1_0
    filled_before: Version = Version.V1_0
    filling: Any = None
    wrapper: str = ""
    visible: bool = False
    beside_problem: bool = False


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a structure. `may_be_empty` tells whether it means something without content."""

    struct: type[Content]
    name: str
    slots: tuple[Slot, ...]
    rules: tuple["Rule", ...]
    refuses: bool
    may_be_empty: bool


class Rule(msgspec.Struct, frozen=True):
    """A choice: the elements it is about, and the sequences of them that it allows."""

    names: frozenset[str]
    allowed: re.Pattern[str]
    required: bool

    def holds(self, present: list[str]) -> bool:
        """Whether its elements that are there, in the order of the declaration, are an allowed choice."""
        return self.allowed.fullmatch(" ".join([*present, ""])) is not None

    def offers(self) -> str:
        """The first element that would satisfy it, to name what is missing."""
        return min(self.names, key=self.allowed.pattern.index)


FIRST_PREFIXED: Final = frozenset(("AgencyId", "UserId", "ItemId", "RequestId", "BibliographicId"))
"""What version 1 calls Unique…."""

_NAME: Final = re.compile(r"[A-Z]\w*")


def _rule(model: str) -> Rule:
    tokens = re.findall(r"[A-Z]\w*|[()|?*+]", model)
    allowed = re.compile("".join(f"(?:{token} )" if token[0].isalpha() else token for token in tokens))
    return Rule(frozenset(_NAME.findall(model)), allowed, not allowed.fullmatch(""))


@cache
def declaration_of(struct: type[Content]) -> Declaration:
    """The table of this structure or message."""
    infos = {info.name: info for info in msgspec.structs.fields(struct)}
    names = [name for name in infos if name not in ("ext", "problem")]
    if issubclass(struct, Response):
        names.insert(0, "problem")
    elif "problem" in infos:
        names.append("problem")
    if "ext" in infos:
        names.append("ext")
    slots = tuple(_slot(name, infos[name].type, infos[name].required) for name in names)
    rules = tuple(map(_rule, struct.choices))
    return Declaration(
        struct=struct,
        name=struct.__name__,
        slots=slots,
        rules=rules,
        refuses=issubclass(struct, Response),
        may_be_empty=not any(slot.presence in (Presence.REQUIRED, Presence.NEEDED) for slot in slots)
        and not any(rule.required for rule in rules),
    )


def _slot(attribute: str, annotation: Any, required: bool) -> Slot:
    found, core, repeated = _unwrapped(annotation)
    name = "".join(word.capitalize() for word in attribute.split("_"))
    given: dict[str, Any] = {"presence": Presence.REQUIRED if required else Presence.OPTIONAL}
    for mark in found:
        match mark:
            case Presence():
                given["presence"] = mark
            case marks.Since():
                given["since"] = mark.version
            case marks.SingleBefore():
                given["single_before"] = mark.version
            case marks.FilledBefore():
                given["filled_before"], given["filling"] = mark.version, mark.filling
            case marks.WrappedInFirst():
                given["wrapper"] = mark.name
            case marks.Minimum():
                given["minimum"] = mark.value
            case marks.Visible():
                given["visible"] = True
            case marks.BesideProblem():
                given["beside_problem"] = True
            case type() if issubclass(mark, CodeList):
                given["codes"] = mark
    kind = _kind(core)
    if kind is Kind.EXTENSION:
        given["since"] = Version.V2_0
    return Slot(
        attribute=attribute,
        name=name,
        first_name=f"Unique{name}" if name in FIRST_PREFIXED else name,
        kind=kind,
        structure=core if kind is Kind.STRUCTURE else None,
        repeated=repeated and kind is not Kind.EXTENSION,
        **given,
    )


def _unwrapped(annotation: Any) -> tuple[list[Any], Any, bool]:
    """The marks of an annotation, the type within it, and whether there may be several."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        found, core, repeated = _unwrapped(arguments[0])
        return [*arguments[1:], *found], core, repeated
    if origin is tuple:
        found, core, _ = _unwrapped(arguments[0])
        return found, core, True
    if origin in (Union, UnionType):
        inner = [argument for argument in arguments if argument is not NoneType]
        if set(inner) == {datetime, date}:
            return [], date, False
        return _unwrapped(inner[0])
    return [], annotation, False


def _kind(core: Any) -> Kind:
    simple = {
        str: Kind.TEXT,
        Secret: Kind.SECRET,
        date: Kind.DATE,
        int: Kind.INTEGER,
        bool: Kind.FLAG,
        SchemeValuePair: Kind.PAIR,
        Element: Kind.EXTENSION,
    }
    return simple.get(core, Kind.STRUCTURE)


MESSAGES: Final[dict[str, type[Message]]] = {
    message.__name__: message for pair in SERVICES.items() for message in pair
}


def _contents(declaration: Declaration) -> str:
    """A declaration as the standard prints it; what is within a choice counts as optional here."""
    return ", ".join(
        slot.name + _occurrence(slot)
        for slot in declaration.slots
        if slot.kind is not Kind.EXTENSION and slot.name != "Problem" and slot.presence is not Presence.STRAY
    )


def _occurrence(slot: Slot) -> str:
    needed = slot.presence in (Presence.REQUIRED, Presence.NEEDED)
    if slot.repeated:
        return "+" if needed else "*"
    return "" if needed else "?"


def table() -> str:
    """The services as the table of the README."""
    rows = ["| service | kind | since | initiation | response |", "| --- | --- | --- | --- | --- |"]
    kinds = {Lookup: "lookup", Update: "update", Notification: "notification"}
    for kind, word in kinds.items():
        for initiation, response in SERVICES.items():
            if issubclass(initiation, kind):
                asked, answered = (_contents(declaration_of(side)) or "-" for side in (initiation, response))
                rows.append(
                    f"| `{initiation.__name__}` | {word} | {initiation.since} | {asked} | {answered} |"
                )
    return "\n".join(rows)
