"""A message as lines to be read: every element by its name, how deep it stands, its value, what that means.

The rule it keeps: it goes by the declarations alone, so that no element is passed over; and no secret is
shown, nor what a Problem repeats of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple, assert_never

from core.model.money import quantise
from protocols.ncip.declarations import Kind, Slot, declaration_of
from protocols.ncip.schemes import CodeList, member
from protocols.ncip.structures import Amount, AuthenticationInput, Content, Problem
from protocols.ncip.values import Date, Element, SchemeValuePair, written_date
from servers.ncip.client.masking import MASK, SECRETS


class Line(NamedTuple):
    """An element. ``path`` is the way to it; one that has elements has no value of its own."""

    depth: int
    path: str
    value: str
    meaning: str

    @property
    def name(self) -> str:
        """What the element is called."""
        return self.path.rpartition("/")[2]


_ABOUT_SECRETS: Final = SECRETS | {AuthenticationInput.__name__}


def outline(content: Content, path: str = "", depth: int = 0) -> Iterator[Line]:
    """The elements of a message or a structure, in the order of the standard."""
    for slot in declaration_of(type(content)).slots:
        given = getattr(content, slot.attribute)
        if given is None or given is False or given == ():
            continue
        for each in given if slot.repeated else (given,):
            yield from _element(slot, each, content, f"{path}/{slot.name}", depth)


def _element(slot: Slot, given: Any, parent: Content, path: str, depth: int) -> Iterator[Line]:
    match slot.kind:
        case Kind.STRUCTURE:
            yield Line(depth, path, "", "")
            yield from outline(given, path, depth + 1)
        case Kind.EXTENSION:
            yield Line(depth, path, "", "")
            yield from _extensions(given, path, depth + 1)
        case Kind.TEXT:
            echo = isinstance(parent, Problem) and slot.name == "ProblemValue" and _is_about_secret(parent)
            yield Line(depth, path, MASK if echo else given, "")
        case Kind.SECRET:
            yield Line(depth, path, MASK, "not shown")
        case Kind.DATE:
            yield Line(depth, path, written_date(given), _of_date(given))
        case Kind.INTEGER:
            yield Line(depth, path, str(given), _of_amount(parent))
        case Kind.FLAG:
            yield Line(depth, path, "yes", "")
        case Kind.PAIR:
            yield Line(depth, path, given.value, _of_pair(given, slot.codes))
        case never:
            assert_never(never)


def _extensions(elements: Iterable[Element], path: str, depth: int) -> Iterator[Line]:
    for element in elements:
        here = f"{path}/{element.name}"
        text = MASK if element.name in SECRETS and element.text else element.text.strip()
        yield Line(depth, here, text, element.namespace)
        yield from _extensions(element.children, here, depth + 1)


def _is_about_secret(problem: Problem) -> bool:
    element = problem.problem_element or ""
    return not _ABOUT_SECRETS.isdisjoint(element.split("/"))


def _of_date(value: Date) -> str:
    if not isinstance(value, datetime) or (value.tzinfo is None and value.time() == time()):
        return "a day, without a time"
    return "" if value.tzinfo is not None else "without a zone: the library's time"


def _of_amount(parent: Content) -> str:
    """An amount of money as people write it."""
    if not isinstance(parent, Amount) or parent.currency_code is None:
        return ""
    currency = parent.currency_code.value
    exponent = quantise(Decimal(0), currency).as_tuple().exponent
    assert isinstance(exponent, int), "an amount is a number"
    return f"{Decimal(parent.monetary_value).scaleb(exponent)} {currency}"


def _of_pair(pair: SchemeValuePair, codes: type[CodeList] | None) -> str:
    said = []
    if codes is not None and member(codes, pair.value) is None:
        said.append("not in the standard's list")
    if pair.scheme:
        said.append(f"of {pair.scheme}")
    return "; ".join(said)
