"""A profile for a terminal as it was seen: TOML to put into the configuration, each key with its reason.

The rule it keeps: it suggests, and changes nothing. What the profile provides for already is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import json

from servers.configuration.settings import Terminal
from servers.sip2.board.habits import Quirk


def suggestion(terminal: Terminal, quirks: Iterable[Quirk], messages: int) -> str:
    """The tables to write, with remarks; remarks only if no key would help."""
    found = list(quirks)
    lines = [f"# {terminal.name}, from {messages} messages."]
    if not found:
        return "\n".join([*lines, "# It does as the standard says: nothing to suggest.", ""])
    lines += [
        f"# It {quirk.words}: no key is needed for that." for quirk in found if not _helps(quirk, terminal)
    ]
    keys = [quirk for quirk in found if _helps(quirk, terminal)]
    if keys:
        name = f"{terminal.name}-as-seen"
        lines += ["", "[[profile]]", f"name = {_toml(name)}"]
        if terminal.profile:
            lines += ["# What it says otherwise stays as it is.", f"inherits = {_toml(terminal.profile)}"]
        for quirk in keys:
            lines += [f"# It {quirk.words}.", f"{quirk.key} = {_toml(quirk.value)}"]
        lines += [
            "",
            "# And in the [[terminal]] of that name, in place of its profile:",
            f"# profile = {_toml(name)}",
        ]
    return "\n".join([*lines, ""])


def _helps(quirk: Quirk, terminal: Terminal) -> bool:
    return bool(quirk.key) and str(getattr(terminal, quirk.key)) != quirk.value


def _toml(text: str) -> str:
    """JSON's strings are TOML's basic strings."""
    return json.encode(str(text)).decode()
