"""Which places a terminal serves: those of its circulation desk, or all."""

from __future__ import annotations

from collections.abc import Sequence

from core.model.policy import ANY


def serves(places: Sequence[str], location: str) -> bool:
    """Whether a desk of these places (none: of all) lends what lives at the location."""
    return not places or any(covers(place, location) for place in places)


def covers(place: str, location: str) -> bool:
    """Whether ``place`` means the location: its code, ``AGENCY/*``, or ``*``."""
    return place in (ANY, location) or (place.endswith("/*") and location.startswith(place[:-1]))
