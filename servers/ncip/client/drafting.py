"""A message from what people type: elements by their paths, `UserId/UserIdentifierType=Barcode`.

The rule it keeps: what can be typed follows from the declarations; whatever cannot is a sentence that says
what could be. A path that is typed again begins another element where there may be several.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Final

from msgspec.structs import replace

from protocols.ncip.declarations import Declaration, Kind, Slot, declaration_of
from protocols.ncip.dialects import NAMESPACE
from protocols.ncip.marks import Presence
from protocols.ncip.schemes import CodeList, member
from protocols.ncip.structures import Content
from protocols.ncip.values import Date, Element, SchemeValuePair, denies, read_date, read_integer
from protocols.secret import Secret

SCHEME: Final = "@Scheme"
NOW: Final = "now"
_SIMPLE: Final = (Kind.TEXT, Kind.PAIR, Kind.DATE, Kind.INTEGER)


class Mistyped(Exception):
    """What was typed makes no message; the sentence says why."""


class Draft:
    """A structure that is being filled. ``path`` is the way to it, for sentences."""

    def __init__(self, struct: type[Content], path: str = "") -> None:
        self._declaration = declaration_of(struct)
        self._slots = {
            slot.name: slot for slot in self._declaration.slots if slot.presence is not Presence.STRAY
        }
        self._path = path or self._declaration.name
        self._filled: dict[str, list[Any]] = {}

    def put(self, path: str, text: str) -> None:
        """Fill the element at the path. Raises `Mistyped`."""
        steps = [step for step in path.split("/") if step]
        if not steps:
            raise Mistyped(f"{path!r} names no element of {self._path}")
        if not self._has_placed(steps, text):
            raise Mistyped(f"{self._path}/{'/'.join(steps)} may stand there once, and was given twice")

    def offer(self, path: str, *texts: str) -> None:
        """Fill the element, if there may be one and the structures on its way are there, but it is not."""
        first, _, rest = path.partition("/")
        if first not in self._slots:
            return
        if rest:
            for inner in self._filled.get(first, ()):
                inner.offer(rest, *texts)
        elif first not in self._filled:
            for text in texts:
                self.put(first, text)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was put into it."""
        return not self._filled

    def __contains__(self, name: str) -> bool:
        return name in self._filled

    def may_have(self, name: str) -> bool:
        """Whether the structure has such an element."""
        return name in self._slots

    def needs(self, name: str) -> bool:
        """Whether the standard demands such an element."""
        slot = self._slots.get(name)
        return slot is not None and slot.presence in (Presence.REQUIRED, Presence.NEEDED)

    def built(self) -> Any:
        """The structure. Raises `Mistyped` if it lacks what it is about."""
        values: dict[str, Any] = {}
        for slot in self._slots.values():
            given = [
                each.built() if isinstance(each, Draft) else each for each in self._filled.get(slot.name, ())
            ]
            if slot.kind is Kind.EXTENSION or slot.repeated:
                values[slot.attribute] = tuple(given)
            elif given:
                values[slot.attribute] = given[0]
            elif slot.presence is Presence.REQUIRED:
                raise Mistyped(f"{self._path} needs {slot.name}")
        return self._declaration.struct(**values)

    def _has_placed(self, steps: Sequence[str], text: str) -> bool:
        """Fill the element; False if it is there already, and may not be there again."""
        name, *rest = steps
        name, of_scheme, _ = name.partition(SCHEME)
        slot = self._slot(name)
        here = self._filled.setdefault(slot.name, [])
        if of_scheme:
            self._set_scheme(slot, here, text)
            return True
        if slot.kind is Kind.EXTENSION:
            here.append(Element(name=self._of_extension(rest), namespace=NAMESPACE, text=text))
            return True
        if slot.kind is Kind.STRUCTURE:
            return self._has_placed_within(slot, here, rest, text)
        if rest:
            raise Mistyped(f"{self._path}/{slot.name} has no elements in it")
        if here and not slot.repeated:
            return False
        here.append(self._value(slot, text))
        return True

    def _has_placed_within(self, slot: Slot, here: list[Any], rest: Sequence[str], text: str) -> bool:
        assert slot.structure is not None, "a structure has one"
        path = f"{self._path}/{slot.name}"
        inside = rest or [_stands_for(declaration_of(slot.structure), path)]
        if here and here[-1]._has_placed(inside, text):
            return True
        if here and not slot.repeated:
            return False
        here.append(Draft(slot.structure, path))
        return here[-1]._has_placed(inside, text) is True

    def _slot(self, name: str) -> Slot:
        if name in self._slots:
            return self._slots[name]
        near = get_close_matches(name, self._slots, 1, 0.6)
        others = f", but {near[0]}" if near else f"; it has {', '.join(self._slots)}"
        raise Mistyped(f"{self._path} has no {name}{others}")

    def _of_extension(self, rest: Sequence[str]) -> str:
        if len(rest) != 1:
            raise Mistyped(f"{self._path}/Ext takes one element, as Ext/ItemNote=TEXT")
        return rest[0]

    def _set_scheme(self, slot: Slot, here: list[Any], scheme: str) -> None:
        if slot.kind is not Kind.PAIR:
            raise Mistyped(f"{self._path}/{slot.name} has no Scheme")
        if not here:
            raise Mistyped(f"{self._path}/{slot.name} gets its Scheme after its value")
        here[-1] = replace(here[-1], scheme=scheme)

    def _value(self, slot: Slot, text: str) -> Any:
        match slot.kind:
            case Kind.SECRET:
                return Secret(text)
            case Kind.DATE:
                return self._date(slot, text)
            case Kind.INTEGER:
                number = read_integer(text)
                if number is None or (slot.minimum is not None and number < slot.minimum):
                    raise Mistyped(f"{self._path}/{slot.name} is a whole number, not {text!r}")
                return number
            case Kind.FLAG:
                return not denies(text)
            case Kind.PAIR:
                return SchemeValuePair(_listed(slot.codes, text))
            case _:
                return text

    def _date(self, slot: Slot, text: str) -> Date:
        if text == NOW:
            return datetime.now(UTC).replace(microsecond=0)
        date = read_date(text)
        if date is None:
            what = "a date as 2026-12-31 or 2026-12-31T18:00:00Z, or now"
            raise Mistyped(f"{self._path}/{slot.name} is {what}, not {text!r}")
        return date


def _stands_for(declaration: Declaration, path: str) -> str:
    """The element that a value for the whole structure is meant for: of an id its value."""
    simple = [slot for slot in declaration.slots if slot.kind in _SIMPLE]
    required = [slot.name for slot in simple if slot.presence is Presence.REQUIRED]
    if len(required) == 1:
        return required[0]
    if len(simple) == 1:
        return simple[0].name
    names = ", ".join(slot.name for slot in declaration.slots)
    raise Mistyped(f"{path} has elements of its own; name one of them: {names}")


def _listed(codes: type[CodeList] | None, text: str) -> str:
    known = None if codes is None else member(codes, text)
    return text if known is None else known


def fields(struct: type[Content], path: str = "") -> Iterator[tuple[str, str]]:
    """The paths of all elements of a message that take a value, each with what it takes."""
    for slot in declaration_of(struct).slots:
        here = f"{path}/{slot.name}".removeprefix("/")
        if slot.presence is Presence.STRAY or slot.kind is Kind.EXTENSION:
            continue
        if slot.structure is not None:
            yield from fields(slot.structure, here)
        else:
            yield here, _taken(slot)


def _taken(slot: Slot) -> str:
    if slot.codes is not None:
        return " | ".join(slot.codes)
    return _TAKEN[slot.kind]


_TAKEN: Final = {
    Kind.TEXT: "text",
    Kind.SECRET: "text, never shown",
    Kind.DATE: "date, or now",
    Kind.INTEGER: "whole number",
    Kind.FLAG: "yes",
    Kind.PAIR: "text",
}
