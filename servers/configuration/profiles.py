"""Profiles: where each key of a terminal comes from.

The rule it keeps: the nearest word goes. A terminal's own goes before its profile's, that before what the
profile inherits, and the default comes last. A table of free names is put together name by name, anything
else is taken as a whole.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from servers.configuration.keys import keys_of
from servers.configuration.settings import NamedProfile, Profile, Terminal
from servers.configuration.toml_tables import Finding, table

SHIPPED: Final = Path(__file__).parents[1] / "sip2" / "profiles"
"""A configuration file for each profile that comes with the server, which holds that profile alone."""


class Source(StrEnum):
    """Where keys are said."""

    TERMINAL = "terminal"
    PROFILE = "profile"
    SHIPPED = "shipped profile"


class Layer(Struct, frozen=True):
    """The keys of a profile that one table of a configuration says, and the profile that says others."""

    source: Source
    name: str
    inherits: str
    keys: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """What people call it."""
        return self.source.value if self.source is Source.TERMINAL else f"{self.source.value} {self.name}"


def layer(source: Source, written: Mapping[str, Any], typed: NamedProfile | Terminal) -> Layer:
    """What is left of a table when the defaults are taken away."""
    inherits = typed.profile if isinstance(typed, Terminal) else typed.inherits
    keys = {name: getattr(typed, name) for name in keys_of(Profile) if name in written}
    return Layer(source, typed.name, inherits, keys)


@cache
def shipped_names() -> tuple[str, ...]:
    """The names of the profiles that come with the server."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


@cache
def shipped(name: str) -> Layer:
    """A profile that comes with the server. That it is right, a test has proved."""
    (written,) = tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8"))["profile"]
    findings: list[Finding] = []
    profile: NamedProfile = table(NamedProfile, written, ("profile", 0), findings)
    assert not findings, findings
    return layer(Source.SHIPPED, written, profile)


def goes_round(name: str, inherits: Mapping[str, str]) -> bool:
    """Whether there is no end to what this profile inherits; ``inherits`` holds the configuration's own."""
    seen = {name}
    while (above := inherits.get(name, "")) in inherits:
        if above == name:
            return above not in shipped_names()  # else it builds on the shipped one of its name
        if above in seen:
            return True
        seen.add(above)
        name = above
    return False


def lineage(name: str, own: Mapping[str, Layer]) -> tuple[Layer, ...]:
    """The profile of this name and all that it inherits, the nearest first.

    The configuration's own go before those that come with the server, which inherit only from each other; and
    an own one that inherits its own name builds on the shipped one.
    """
    line: list[Layer] = []
    while name:
        above_own = not line or (line[-1].source is Source.PROFILE and line[-1].name != name)
        line.append(own[name] if above_own and name in own else shipped(name))
        name = line[-1].inherits
    return tuple(line)


def together(layers: Iterable[Layer]) -> tuple[dict[str, Any], dict[str, str]]:
    """What layers, the nearest first, say of each key; and which layer says it, of a table by each name."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for one in reversed(tuple(layers)):
        for key, value in one.keys.items():
            if keys_of(Profile)[key].each is None:
                values[key], origins[key] = value, one.origin
            else:
                values[key] = values.get(key, {}) | value
                origins |= {f"{key}.{name}": one.origin for name in value}
    return values, origins
