r"""What a declaration can say of a field beyond its type; its place in the struct is its place in the XML.

| declared as | means |
| --- | --- |
| `x: T` | required: without it the structure has no meaning |
| `x: Needed[T] = None` | required by the schema; None where the peer left it out and that was forgiven |
| `x: Some[T] = ()` | at least one, in the same sense |
| `x: T \| None = None`, `x: tuple[T, ...] = ()`, `x: bool = False` | optional, any number, an empty element |
| `x: Stray[T] = None` | forbidden here by the schema, and sent all the same: read, never written |
| `x: WithProblem[T]` | may stand beside the Problems of a refusal, and nowhere else |
"""

from enum import Enum
from typing import Annotated, Any, TypeVar

import msgspec

from protocols.ncip.dialects import Version

T = TypeVar("T")


class Presence(Enum):
    """Whether a field must be there."""

    REQUIRED = "required"
    NEEDED = "needed"
    OPTIONAL = "optional"
    STRAY = "stray"


Needed = Annotated[T | None, Presence.NEEDED]
Some = Annotated[tuple[T, ...], Presence.NEEDED]
Stray = Annotated[T | None, Presence.STRAY]


class Since(msgspec.Struct, frozen=True):
    """Earlier versions have no such element: it is left out of what is written in them."""

    version: Version


class SingleBefore(msgspec.Struct, frozen=True):
    """Earlier versions have this once."""

    version: Version


class FilledBefore(msgspec.Struct, frozen=True):
    """Earlier versions require this: where it is None, they are given this instead."""

    version: Version
    filling: Any


class WrappedInFirst(msgspec.Struct, frozen=True):
    """Version 1 has this, and its neighbours that are marked so, within one element of this name."""

    name: str


class Minimum(msgspec.Struct, frozen=True):
    """The smallest number that there may be."""

    value: int


class BesideProblem(msgspec.Struct, frozen=True):
    """May stand beside the Problems of a refusal, and nowhere else."""


class Visible(msgspec.Struct, frozen=True):
    """Version 1 has VisibleUserId here."""


WithProblem = Annotated[T, BesideProblem()]
Positive = Annotated[int, Minimum(1)]
NonNegative = Annotated[int, Minimum(0)]
