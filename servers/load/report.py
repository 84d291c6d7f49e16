"""What the operator is told: the counters at the end, and the rejects, each with its place and reason.

The rule it keeps: read = added + replaced + unchanged + skipped + rejected, always.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from servers.load.verdict import Entry, Outcome, Verdict, one_line

_HEADER = "file\tplace\treason\textract\n"


class Tally:
    """Counts what became of entries, and why."""

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.reasons: Counter[tuple[Outcome, str]] = Counter()
        self.warnings: Counter[str] = Counter()

    def note(self, verdict: Verdict) -> None:
        """Count one."""
        self.outcomes[verdict.outcome] += 1
        if verdict.reason:
            self.reasons[verdict.outcome, verdict.reason] += 1
        self.warnings.update(verdict.warnings)

    @property
    def read(self) -> int:
        """How many entries there were."""
        return self.outcomes.total()

    @property
    def usable(self) -> int:
        """How many of them could be read at all."""
        return self.read - self.outcomes[Outcome.REJECTED]

    def lines(self, kind: str) -> Iterator[str]:
        """The report."""
        sums = " + ".join(f"{self.outcomes[outcome]:,} {outcome}" for outcome in Outcome)
        yield f"{kind}: {self.read:,} read = {sums}"
        for (outcome, reason), number in self.reasons.most_common():
            yield f"  {outcome:9} {number:9,}  {reason}"
        for warning, number in self.warnings.most_common():
            yield f"  {'warning':9} {number:9,}  {warning}"


class Rejects:
    """The file of rejects, made when the first comes. Only its owner may read it: rows are about people."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: TextIO | None = None

    def note(self, entry: Entry, verdict: Verdict) -> None:
        """Write the entry down if it was rejected. Raises OSError."""
        if verdict.outcome is not Outcome.REJECTED:
            return
        reason = f"{verdict.reason}: {verdict.detail}" if verdict.detail else verdict.reason
        cells = (entry.place.file, str(entry.place), one_line(reason), entry.extract())
        stream = self._stream or self._open()
        stream.write("\t".join(cells) + "\n")

    def _open(self) -> TextIO:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stream = os.fdopen(
            os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        )
        self._stream.write(_HEADER)
        return self._stream

    @property
    def any(self) -> bool:
        """Whether something was rejected."""
        return self._stream is not None

    def close(self) -> None:
        """Let the file go. Idempotent."""
        if self._stream is not None:
            self._stream.close()
