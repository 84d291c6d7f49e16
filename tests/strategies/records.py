"""Hypothesis strategies for records and events, derived from the structs: a new field needs no line here.

Use `of(Item)`, `of(CheckedOut)`, or `records()`, `events()` for any kind. What cannot be stored is not made:
ids beyond 64 bits, amounts that are no number, lone surrogates.
"""

from __future__ import annotations

import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from core.events import Event
from core.model.records import Record

_PLAIN: dict[Any, SearchStrategy[Any]] = {
    int: st.integers(1, 2**63 - 1),
    str: st.text(),
    bool: st.booleans(),
    bytes: st.binary(),
    type(None): st.none(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
}


def of(kind: Any) -> SearchStrategy[Any]:
    """Any value of the type: a struct, an enum, a union, a tuple, a NewType or a plain type."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if isinstance(kind, typing.NewType):
        return of(kind.__supertype__)
    if typing.get_origin(kind) in {types.UnionType, typing.Union}:
        return st.one_of([of(member) for member in typing.get_args(kind)])
    if typing.get_origin(kind) is tuple:
        members = typing.get_args(kind)
        if members[-1] is not Ellipsis:
            return st.tuples(*map(of, members))
        return st.lists(of(members[0]), max_size=4).map(tuple)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return st.builds(kind, **{field.name: of(field.type) for field in msgspec.structs.fields(kind)})


def records() -> SearchStrategy[Record]:
    """A record of any kind."""
    return of(Record)


def events() -> SearchStrategy[Event]:
    """An event of any kind."""
    return of(Event)
