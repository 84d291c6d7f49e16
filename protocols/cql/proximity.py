"""What the modifiers of `prox` say: how near the operands have to be, and in which order."""

from enum import StrEnum
from typing import Final

import msgspec

from protocols.cql.context_sets import base_modifier
from protocols.cql.errors import CqlError, Diagnostic
from protocols.cql.tree import Comparison, Modifier, Step


class Unit(StrEnum):
    """What distances are counted in."""

    WORD = "word"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    ELEMENT = "element"


class Proximity(msgspec.Struct, frozen=True):
    """`comparison` holds between the operands' distance in units and `distance`. Next to each other is 1."""

    unit: Unit = Unit.WORD
    comparison: Comparison = Comparison.AT_MOST
    distance: int = 1
    is_ordered: bool = False


_MOST_DIGITS: Final = 9


def read_proximity(step: Step) -> Proximity:
    """What a step with the operator `prox` asks for.

    Without a distance it is at most 1 word, or 0 of the other units. Raises CqlError (40 to 44, 46).
    """
    given: dict[str, Modifier] = {}
    for modifier in step.modifiers:
        name = base_modifier(modifier.name)
        if name not in _MODIFIERS:
            hint = "proximity has unit, distance, ordered and unordered"
            raise CqlError(Diagnostic.BOOLEAN_MODIFIER, modifier.name, modifier.place, hint)
        kind = _MODIFIERS[name]
        if kind in given:
            raise CqlError(
                Diagnostic.PROXIMITY_MODIFIERS, modifier.name, modifier.place, f"{kind} is told twice"
            )
        given[kind] = modifier
    unit = _unit(given["unit"]) if "unit" in given else Unit.WORD
    comparison, distance = (
        _distance(given["distance"])
        if "distance" in given
        else (Comparison.AT_MOST, 1 if unit is Unit.WORD else 0)
    )
    return Proximity(unit, comparison, distance, "ordering" in given and _is_ordered(given["ordering"]))


_MODIFIERS: Final = {"unit": "unit", "distance": "distance", "ordered": "ordering", "unordered": "ordering"}


def _unit(modifier: Modifier) -> Unit:
    value = base_modifier(modifier.value)
    if modifier.comparison is not Comparison.EQUAL or value not in tuple(Unit):
        raise CqlError(
            Diagnostic.PROXIMITY_UNIT, modifier.value, modifier.place, f"the units are {', '.join(Unit)}"
        )
    return Unit(value)


def _distance(modifier: Modifier) -> tuple[Comparison, int]:
    if modifier.comparison is Comparison.EXACT:
        hint = "a distance is compared by = <> < <= > >="
        raise CqlError(Diagnostic.PROXIMITY_RELATION, modifier.comparison, modifier.place, hint)
    value = modifier.value
    if modifier.comparison is None or not (
        value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS
    ):
        raise CqlError(Diagnostic.PROXIMITY_DISTANCE, value, modifier.place, "a distance is a whole number")
    return modifier.comparison, int(value)


def _is_ordered(modifier: Modifier) -> bool:
    if modifier.comparison is not None:
        raise CqlError(
            Diagnostic.PROXIMITY_ORDERING, modifier.value, modifier.place, f"{modifier.name} has no value"
        )
    return base_modifier(modifier.name) == "ordered"
