"""The arguments of a verb of the control socket, typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from servers.control.socket import VerbRefused

A = TypeVar("A", bound=Struct)


def taken(arguments: Mapping[str, Any], kind: type[A]) -> A:
    """The arguments, as this kind of them. Raises `VerbRefused`; the sentence quotes none."""
    try:
        return msgspec.convert(arguments, kind)
    except msgspec.ValidationError as error:
        raise VerbRefused(f"{error}.") from error
