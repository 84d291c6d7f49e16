"""What a terminal is not told of people: its profile's policy for personal fields, compiled for each answer.

The rule it keeps: it is applied to the finished message, last of all, so a hidden field never leaves,
whoever filled it in. What a terminal itself has sent (AA echoed) tells it nothing, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from protocols.sip2 import messages as m
from servers.configuration.settings import PERSONAL, FieldPolicy

UNMASKED: Final = frozenset(("BV", "BC", "PA", "PB"))
"""Amounts and dates, which machines reckon with: half of one is worse than none, so a mask hides them."""

PERSONAL_IN: Final[Mapping[type[m.FromAcs], frozenset[str]]] = {
    m.PatronStatusResponse: frozenset(("AE", "BV", "BD", "BE", "BF")),
    m.PatronEnableResponse: frozenset(("AE",)),
    m.PatronInformationResponse: frozenset(PERSONAL) - {"AA", "CY", "DA"},
    m.CheckinResponse: frozenset(("AA", "BF", "CY", "DA")),
    m.ItemInformationResponse: frozenset(("CY", "DA")),
}
"""Where the fields that tell of a person do so: AQ is a person's library in 64, else an item's."""

Concealer = Callable[[m.FromAcs], m.FromAcs]


def concealer(fields: Mapping[str, FieldPolicy]) -> Concealer | None:
    """What takes from an answer whatever the policy does not let out; None if it lets out everything."""
    hidden = {
        id_: FieldPolicy.HIDE if id_ in UNMASKED else policy
        for id_, policy in fields.items()
        if policy is not FieldPolicy.FULL
    }
    return _concealer(frozenset(hidden.items())) if hidden else None


@cache
def _concealer(hidden: frozenset[tuple[str, FieldPolicy]]) -> Concealer:
    policies = dict(hidden)
    plans = {
        message: _plan(message, {id_: policies[id_] for id_ in ids & policies.keys()})
        for message, ids in PERSONAL_IN.items()
        if ids & policies.keys()
    }

    def conceal(message: m.FromAcs) -> m.FromAcs:
        plan = plans.get(type(message))
        return message if plan is None else replace(message, **dict(_changes(message, plan)))

    return conceal


def masked(text: str) -> str:
    """The text with all but its ends covered; a short one wholly."""
    if len(text) < 5:
        return "*" * len(text)
    return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}"


class _Plan(Struct, frozen=True):
    """What changes in a message: its own fields, with what is left of them if hidden, and its extensions."""

    own: tuple[tuple[str, FieldPolicy, Any], ...]
    extensions: Mapping[str, FieldPolicy]


def _plan(message: type[m.FromAcs], policies: Mapping[str, FieldPolicy]) -> _Plan:
    slots = {slot.field.id: slot for slot in m.DECLARATIONS[message.code].slots}
    own = tuple(
        (slots[id_].attribute, policy, _nothing(slots[id_]))
        for id_, policy in policies.items()
        if id_ in slots
    )
    return _Plan(own, {id_: policy for id_, policy in policies.items() if id_ not in slots})


def _nothing(slot: m.Slot) -> object:
    """How a field that is hidden is sent: required ones are empty, the others are not there."""
    if slot.field.repeatable:
        return ()
    return "" if slot.required else None


def _changes(message: m.FromAcs, plan: _Plan) -> Iterator[tuple[str, object]]:
    for attribute, policy, nothing in plan.own:
        value = getattr(message, attribute)
        yield attribute, nothing if policy is FieldPolicy.HIDE else _masked_value(value)
    if message.extensions and plan.extensions:
        yield "extensions", tuple(_kept(message.extensions, plan.extensions))


def _masked_value(value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
    if isinstance(value, tuple):
        return tuple(map(masked, value))
    return value and masked(value)


def _kept(
    extensions: tuple[tuple[str, str], ...], policies: Mapping[str, FieldPolicy]
) -> Iterator[tuple[str, str]]:
    for id_, text in extensions:
        policy = policies.get(id_, FieldPolicy.FULL)
        if policy is not FieldPolicy.HIDE:
            yield id_, masked(text) if policy is FieldPolicy.MASK else text
