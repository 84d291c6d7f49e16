"""What the judges of the four kinds of tables have in common.

The rule it keeps: of good rows with one key, the first counts; the others are rejected, and told where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from servers.load.tables import Row
from servers.load.verdict import Place, Unusable, Verdict


def verdict(row: Row, place: Callable[[Row], Verdict]) -> Verdict:
    """What ``place`` makes of the row, unless the row is not to be read or turns out to be of no use."""
    try:
        return row.refusal() or place(row)
    except Unusable as unusable:
        return unusable.verdict


class Once:
    """Remembers where each key was read first."""

    def __init__(self, what: str) -> None:
        """``what`` names the key to people."""
        self._what = what
        self._first: dict[Hashable, Place] = {}

    def claimed(self, key: Hashable) -> bool:
        """Whether a row has the key."""
        return key in self._first

    def claim(self, key: Hashable, place: Place) -> None:
        """Take the key for the row at ``place``. Raises `Unusable` if another row has it."""
        first = self._first.setdefault(key, place)
        if first != place:
            where = (
                f"line {first.number}" if first.file == place.file else f"{first.file} line {first.number}"
            )
            raise Unusable(f"{self._what} comes twice", f"first in {where}")
