"""What the text of an element comes to, by the element's kind, and what is wrong with it."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from protocols.ncip.declarations import Kind, Slot
from protocols.ncip.problems import ProblemType
from protocols.ncip.repairs import Repair
from protocols.ncip.schemes import member, scheme_of
from protocols.ncip.values import SchemeValuePair, denies, is_exact_date, read_date, read_integer
from protocols.secret import Secret

Leaf = tuple[Any, Repair | None]
"""A value, None if there is none in the text; and what had to be forgiven."""

Reading = Callable[[str, Slot, str | None, bool], Leaf]
"""Takes a text without blanks around it, where it stands, the Scheme beside it, and whether to be strict."""


class Unusable(Exception):
    """No value, and without it the message is refused."""

    def __init__(self, kind: ProblemType, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def leaf(text: str, slot: Slot, scheme: str | None, strict: bool) -> Leaf:
    """The value of an element with this text. Raises `Unusable`."""
    return READINGS[slot.kind](text, slot, scheme, strict)


def making(slot: Slot, scheme: str | None) -> Callable[[str], Any] | None:
    """What makes the value of such an element, if any text has one and nothing is ever wrong with it."""
    match slot.kind:
        case Kind.TEXT:
            return str
        case Kind.SECRET:
            return Secret
        case Kind.PAIR if slot.codes is None:
            return SchemeValuePair if scheme is None else partial(SchemeValuePair, scheme=scheme)
        case _:
            return None


def _text(text: str, slot: Slot, scheme: str | None, strict: bool) -> Leaf:
    return text, None


def _secret(text: str, slot: Slot, scheme: str | None, strict: bool) -> Leaf:
    return Secret(text), None


def _date(text: str, slot: Slot, scheme: str | None, strict: bool) -> Leaf:
    date = read_date(text)
    if date is None:
        raise Unusable(ProblemType.INVALID_DATE, "not a date")
    return date, None if is_exact_date(text) else Repair.DATE


def _integer(text: str, slot: Slot, scheme: str | None, strict: bool) -> Leaf:
    number = read_integer(text)
    if number is None and slot.name == "MonetaryValue":
        raise Unusable(ProblemType.INVALID_AMOUNT, "not an integer")
    if number is None or (slot.minimum is not None and number < slot.minimum):
        return None, Repair.NUMBER
    return number, None


def _flag(text: str, slot: Slot, scheme: str | None, strict: bool) -> Leaf:
    return None if denies(text) else True, Repair.FLAG


def _pair(text: str, slot: Slot, scheme: str | None, strict: bool) -> Leaf:
    """The member of the list that this value stands for, else the value: the lists are open."""
    codes = slot.codes
    known = None if codes is None else member(codes, text)
    if known is not None:
        return SchemeValuePair(known, scheme), None if known.value == text else Repair.SYNONYM
    if strict and codes is not None and scheme == scheme_of(codes):
        raise Unusable(ProblemType.UNKNOWN_VALUE_FROM_KNOWN_SCHEME, "not in this list")
    return SchemeValuePair(text, scheme), None


READINGS: Final[dict[Kind, Reading]] = {
    Kind.TEXT: _text,
    Kind.SECRET: _secret,
    Kind.DATE: _date,
    Kind.INTEGER: _integer,
    Kind.FLAG: _flag,
    Kind.PAIR: _pair,
}
