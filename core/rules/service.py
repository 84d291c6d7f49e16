"""What the code of a location tells: its agency, and whether a circulation desk serves it."""

from __future__ import annotations

from collections.abc import Sequence

from core.model.policy import ANY


def serves(places: Sequence[str], location: str) -> bool:
    """Whether a desk of these places (none: of all) lends what lives at the location."""
    return not places or any(covers(place, location) for place in places)


def home(location: str) -> str:
    """The agency that a location belongs to: the first part of its code."""
    return location.partition("/")[0]


def covers(place: str, location: str) -> bool:
    """Whether ``place`` means the location: its code, ``AGENCY/*``, or ``*``."""
    return place in (ANY, location) or (place.endswith("/*") and location.startswith(place[:-1]))
