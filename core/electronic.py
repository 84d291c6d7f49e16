"""What there is of bibs in electronic and digital form, by bib."""

from __future__ import annotations

from typing import Generic, TypeVar

from core.model.records import BibId, Portfolio, Representation

R = TypeVar("R", Portfolio, Representation)


class ByBib(Generic[R]):
    """Records of one kind by bib, in the order in which they were added."""

    def __init__(self) -> None:
        self._of_bib: dict[BibId, dict[int, R]] = {}
        self.by_pid: dict[str, R] = {}

    def of(self, bib: BibId) -> tuple[R, ...]:
        """Those of a bib."""
        of_bib = self._of_bib.get(bib)
        return tuple(of_bib.values()) if of_bib else ()

    def put(self, before: R | None, after: R | None) -> None:
        """Take in a record in place of an older version, or let it go."""
        if before is not None:
            if self.by_pid.get(before.pid) == before:
                del self.by_pid[before.pid]
            if after is None or after.bib != before.bib:
                of_bib = self._of_bib[before.bib]
                del of_bib[before.id]
                if not of_bib:
                    del self._of_bib[before.bib]
        if after is not None:
            self._of_bib.setdefault(after.bib, {})[after.id] = after
            self.by_pid[after.pid] = after
