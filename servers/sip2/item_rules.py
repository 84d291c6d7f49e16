"""A terminal's rules about items, compiled: into which bin one goes, whether its strip is unlocked.

The rule it keeps: the first rule that matches decides, and none is asked twice about items of one kind.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from core.model.policy import ANY
from core.model.records import Item
from servers.configuration.settings import Desensitise, SortBin, Whether
from servers.sip2.words import MEDIA_TYPE

KINDS = 4096
"""How many kinds of items an answer is remembered for."""

PROFILES = 256
"""How many sets of rules are kept: terminals with the same rules share them."""

Bins = Callable[[Item | None, str, bool, bool], str | None]
Strips = Callable[[Item], bool | None]


@lru_cache(PROFILES)
def bins(rules: tuple[SortBin, ...]) -> Bins | None:
    """The bin of (item, agency it goes to, whether somebody waits for it, ok); None where there are no rules.

    An unknown item matches only what asks nothing of it.
    """
    if not rules:
        return None

    @lru_cache(KINDS)
    def found(location: str, policy: str, medium: str, destination: str, hold: bool, ok: bool) -> str | None:
        for rule in rules:
            if (
                _is_at(rule.location, location)
                and rule.item_policy in (ANY, policy)
                and rule.medium in (ANY, medium)
                and rule.destination in (ANY, destination)
                and _is_so(rule.hold, hold)
                and _is_so(rule.ok, ok)
            ):
                return rule.bin
        return None

    def bin_of(item: Item | None, destination: str, hold: bool, ok: bool) -> str | None:
        if item is None:
            return found("", "", "", destination, hold, ok)
        return found(item.location, item.policy, MEDIA_TYPE[item.medium].value, destination, hold, ok)

    return bin_of


@lru_cache(PROFILES)
def strips(rules: tuple[Desensitise, ...]) -> Strips | None:
    """Whether the strip of an item is unlocked when it is lent; None where no rule says."""
    if not rules:
        return None

    @lru_cache(KINDS)
    def found(location: str, policy: str, medium: str) -> bool | None:
        for rule in rules:
            if (
                _is_at(rule.location, location)
                and rule.item_policy in (ANY, policy)
                and rule.medium in (ANY, medium)
            ):
                return rule.desensitise
        return None

    return lambda item: found(item.location, item.policy, MEDIA_TYPE[item.medium].value)


def _is_at(pattern: str, location: str) -> bool:
    if pattern in (ANY, location):
        return True
    return pattern.endswith("/*") and location.startswith(pattern[:-1])


def _is_so(wanted: Whether, fact: bool) -> bool:
    return wanted is Whether.ANY or (wanted is Whether.YES) is fact
