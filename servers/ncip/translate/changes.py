"""What the Update services have in common: what is to be deleted goes first, then what is to be added comes.

The rule it keeps: if there is one part that cannot be done, none is, and the Problem names that part. What
stands in an Ext is nobody's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Union

from msgspec import Struct

from protocols.ncip import messages as m
from protocols.ncip.problems import ProblemType
from servers.ncip.translate.problems import element, unsuited
from servers.ncip.translate.reply import Reply

Known = Mapping[str, Union["Known", None]]
"""The fields of a structure that have a place here, and which fields in them; None: all."""


def impossible(
    request: m.Initiation, name: str, deleted: Struct | None, added: Struct | None, known: Known
) -> Reply | None:
    """Why the change cannot be made: its first part that has no place here."""
    if path := beyond(deleted, known):
        return undeletable(request, f"Delete{name}/{path}")
    if path := beyond(added, known):
        return unaddable(request, f"Add{name}/{path}")
    return None


def beyond(said: Struct | None, known: Known) -> str:
    """The path of the first element that has no place here; empty if all have one."""
    for name in () if said is None else said.__struct_fields__:
        value = getattr(said, name)
        if name == "ext" or value is None or value is False or value == ():
            continue
        if name not in known:
            return element(name)
        inner = known[name]
        if inner is None:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            if deeper := beyond(one, inner):
                return f"{element(name)}/{deeper}"
    return ""


def undeletable(request: m.Initiation, path: str, value: str = "") -> Reply:
    """What is not here, or must be, is not deleted."""
    return Reply(unsuited(request, path, value, ProblemType.UNABLE_TO_DELETE_ELEMENT))


def unaddable(request: m.Initiation, path: str, value: str = "") -> Reply:
    """What there is no place for is not added."""
    return Reply(unsuited(request, path, value, ProblemType.UNABLE_TO_ADD_ELEMENT))
