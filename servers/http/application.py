"""The routes of all fronts together: which of them a path and a method mean.

The rule it keeps: paths are names, never places. A segment is taken apart from the others before its percent
signs are resolved, so an escaped slash makes no new one, and dots lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from servers.http.exchange import Route

Methods = Mapping[str, Route]


class Found(NamedTuple):
    """What there is at a path: a route by each method, and what stands in it where the routes have names."""

    methods: Methods
    names: Mapping[str, str]

    def route(self, method: str) -> Route | None:
        """The route that answers the method, HEAD as GET; None if it is not for this path."""
        return self.methods.get("GET" if method == "HEAD" else method)

    @property
    def allowed(self) -> str:
        """The methods, as Allow has them (RFC 9110, 10.2.1)."""
        heads = ["HEAD"] if "GET" in self.methods else []
        return ", ".join(sorted({*self.methods, *heads, "OPTIONS"}))


class Application:
    """Finds routes. Raises ValueError when it is made if two answer the same."""

    def __init__(self, routes: Iterable[Route]) -> None:
        by_path: dict[str, dict[str, Route]] = {}
        for route in routes:
            if by_path.setdefault(route.path, {}).setdefault(route.method, route) is not route:
                raise ValueError(f"{route.method} {route.path} has two routes")
        self._plain = {path: Found(methods, {}) for path, methods in by_path.items() if "{" not in path}
        self._named = [(path.split("/"), methods) for path, methods in by_path.items() if "{" in path]

    def find(self, path: str) -> Found | None:
        """What there is at a path as it was sent."""
        return self._plain.get(path) or self._found(path)

    def _found(self, path: str) -> Found | None:
        segments = _segments(path)
        if segments is None:
            return None
        for pattern, methods in self._named:
            names = _names(pattern, segments)
            if names is not None:
                return Found(methods, names)
        return None if "/" in "".join(segments) else self._plain.get("/".join(segments))


def _segments(path: str) -> list[str] | None:
    """The parts of the path between slashes, None if they are no text."""
    try:
        segments = [unquote_to_bytes(segment).decode("utf-8") for segment in path.split("/")]
    except UnicodeError:
        return None
    return segments if all(map(str.isprintable, segments)) else None


def _names(pattern: list[str], segments: list[str]) -> Mapping[str, str] | None:
    """What stands in the segments where the pattern has names; None if they do not match."""
    if len(pattern) != len(segments):
        return None
    names = {}
    for wanted, segment in zip(pattern, segments, strict=True):
        if not wanted.startswith("{"):
            if wanted != segment:
                return None
        elif segment in ("", ".", "..") or "/" in segment:
            return None
        else:
            names[wanted[1:-1]] = segment
    return names
