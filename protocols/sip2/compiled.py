"""A declaration as Python: a function that writes its message, and one that reads it as the standard has it.

They are made as `dataclasses` makes its methods: the source follows from the declaration, is compiled once,
and stays with the function as `__source__`, for whoever debugs. Nothing here forgives or repairs; that is the
codec's part. In the source, `_x` is the function's own, `x` an attribute and `x_` what reads or writes it.
"""

import re
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Any

from protocols.sip2.messages import Declaration, Message, Position, Slot

Write = Callable[[Any], tuple[str, list[str]]]
Read = Callable[[str], Message | None]


def writer(declaration: Declaration) -> Write:
    """A function that takes a message apart: its fixed part, and its identified fields without delimiters."""
    names: dict[str, Any] = {
        **{f"{position.attribute}_": position.shape.write for position in declaration.positions},
        **{f"{slot.attribute}_": slot.field.shape.write for slot in declaration.slots},
    }
    fixed = [repr(declaration.message.code), *map(_written_position, declaration.positions)]
    always = list(takewhile(lambda slot: slot.required and not slot.nullable, declaration.slots))
    lines = [
        f"_fields = [{', '.join(_written_field(slot, f'_message.{slot.attribute}') for slot in always)}]"
    ]
    for slot in declaration.slots[len(always) :]:
        lines += _written_slot(slot)
    lines.append(f"return {' + '.join(fixed)}, _fields")
    write: Write = _compiled("write(_message)", lines, names)
    return write


def _written_position(position: Position) -> str:
    value = f"_message.{position.attribute}"
    return f"{position.attribute}_({value})" if position.shape.write else value


def _written_slot(slot: Slot) -> Iterator[str]:
    value, field = f"_message.{slot.attribute}", _written_field(slot, "_value")
    if slot.field.repeatable:
        yield f"if {value}: _fields += [{field} for _value in {value}]"
    else:
        yield f"if (_value := {value}) is not None: _fields.append({field})"


def _written_field(slot: Slot, value: str) -> str:
    return f"{slot.field.id!r} + " + (f"{slot.attribute}_({value})" if slot.field.shape.write else value)


def reader(declaration: Declaration, delimiter: str) -> Read:
    """A function that reads such a message's text if there is nothing in it to be forgiven, else gives None.

    The fields may come in any order, each of them known, given once, and ended by the delimiter; the
    declaration has no repeatable ones.
    """
    positions, slots = declaration.positions, declaration.slots
    attributes = ", ".join(
        [position.attribute for position in positions] + [slot.attribute for slot in slots]
    )
    names: dict[str, Any] = {
        **{f"{position.attribute}_": position.shape.read for position in positions},
        **{f"{slot.attribute}_": slot.field.shape.read for slot in slots},
        "_match": re.compile(_pattern(declaration, delimiter), re.DOTALL).fullmatch,
        "_message": declaration.message,
    }
    lines = ["if (_found := _match(_text)) is None: return None", f"[{attributes}] = _found.groups()"]
    for position in positions:
        name = position.attribute
        if position.shape.read:
            lines.append(f"{name} = {name}_(_column := {name})")
    if positions and positions[-1].shape.read:  # a field may have begun in the last column
        lines.append(f"if {positions[-1].attribute} is None and _column.strip(' 0'): return None")
    for slot in slots:
        name = slot.attribute
        if slot.field.shape.read:
            lines.append(f"if {name} is not None: {name} = {name}_({name})")
        if slot.required:
            lines.append(f"if {name} is None: return None")
    lines.append(f"return _message({attributes})")
    read: Read = _compiled("read(_text)", lines, names)
    return read


def _pattern(declaration: Declaration, delimiter: str) -> str:
    """A group for each attribute, in the order of the declaration."""
    end = re.escape(delimiter)
    columns = "".join(f"(.{{{position.shape.width}}})" for position in declaration.positions)
    # (?(n)(?!)) fails once group n has a value: no field is taken twice.
    # The repetition around them is not possessive: Python before 3.11.5 goes wrong there.
    fields = "|".join(
        f"{slot.field.id}(?({group})(?!))([^{end}]*+){end}"
        for group, slot in enumerate(declaration.slots, len(declaration.positions) + 1)
    )
    return f"{declaration.message.code}{columns}(?:{fields})*"


def _compiled(head: str, lines: list[str], names: dict[str, Any]) -> Any:
    source = "\n    ".join([f"def {head}:", *lines]) + "\n"
    exec(compile(source, f"<{__name__}>", "exec"), names)
    function = names[head.partition("(")[0]]
    function.__source__ = source
    return function
