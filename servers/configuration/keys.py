"""The keys of the configuration as data, read off the declarations in `servers.configuration.settings`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, get_args

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.inspect import (
    BoolType,
    DictType,
    EnumType,
    Metadata,
    StructType,
    Type,
    VarTupleType,
    type_info,
)

from servers.configuration.demands import Demand
from servers.configuration.settings import POLICY_KEYS, SecretHash


class Key(Struct, frozen=True):
    """One key of a table; ``words`` follow "must be".

    ``table`` is set where the value is a table itself, ``many`` where it is several. ``each`` is set where it
    is a table of free names: what a value in it must be; ``names`` then says what a name must be.
    """

    name: str
    meaning: str
    words: str
    required: bool
    default: Any
    hint: Any
    demand: Demand | None = None
    table: type[Struct] | None = None
    many: bool = False
    each: Key | None = None
    names: Demand | None = None

    @property
    def secret(self) -> bool:
        """Whether no message may show a value of this key."""
        return isinstance(self.default, SecretHash)

    def typed(self, value: object) -> Any:
        """A value read from TOML, as the server uses it. Raises ValueError or ArithmeticError if wrong."""
        typed = msgspec.convert(value, self.hint, dec_hook=_text_of_class)
        if self.demand is not None and not self.demand.holds(typed):
            raise ValueError(self.words)
        return typed


@cache
def keys_of(table: type[Struct]) -> Mapping[str, Key]:
    """The keys of a table by name, in the order in which they are declared."""
    said = POLICY_KEYS.get(table, {})
    keys = {}
    for field in msgspec.structs.fields(table):
        hint = Annotated[field.type, said[field.name]] if field.name in said else field.type
        default = field.default if field.default_factory is NODEFAULT else field.default_factory()
        keys[field.name] = _key(field.name, hint, default)
    return keys


def _key(name: str, hint: Any, default: Any) -> Key:
    info = type_info(hint)
    assert isinstance(info, Metadata)
    extra: Mapping[str, Any] = info.extra or {}
    element = info.type.item_type if isinstance(info.type, VarTupleType) else info.type
    table = element.cls if isinstance(element, StructType) else None
    each = _each(hint, info.type.value_type, extra["demand"]) if isinstance(info.type, DictType) else None
    return Key(
        name=name,
        meaning=(info.extra_json_schema or {})["description"],
        words=_table_words(extra["names"], each) if each else _words(info.type, extra.get("demand")),
        required=default is NODEFAULT,
        default=default,
        hint=hint,
        demand=None if each else extra.get("demand"),
        table=table,
        many=table is not None and element is not info.type,
        each=each,
        names=extra.get("names"),
    )


def _each(hint: Any, kind: Type, demand: Demand | None) -> Key:
    """The key of any one value in a table of free names."""
    _, value = get_args(get_args(hint)[0])
    return Key("", "", _words(kind, demand), required=True, default=NODEFAULT, hint=value, demand=demand)


def _table_words(names: Demand, each: Key) -> str:
    return f"a table, in which each name is {names.words}; each value {each.words}"


def _words(kind: Type, demand: Demand | None) -> str:
    """What a value of the kind must be."""
    if demand is not None:
        return demand.words
    match kind:
        case BoolType():
            return "true or false"
        case EnumType(cls=cls):
            return "one of " + ", ".join(f'"{member.value}"' for member in cls)
        case VarTupleType(item_type=EnumType(cls=cls)):
            return "a list of " + ", ".join(f'"{member.value}"' for member in cls)
        case VarTupleType(item_type=StructType()):
            return "a list of tables"
        case StructType():
            return "a table"
        case _:
            raise TypeError(f"{kind} needs a demand that says in words what it holds")


def _text_of_class(cls: type, value: object) -> object:
    """For classes of text of our own. Raises ValueError for what is no text."""
    if not isinstance(value, str):
        raise ValueError("not text")
    return cls(value)
