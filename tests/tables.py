"""The tables of the tests' README: what is done and which test shows it, what is forgiven, what is claimed.

`python -m tests.tables` writes them anew; `tests/test_matrix.py` holds the README to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from conformance.case import Level
from conformance.sip2.catalogue import CASES
from tests.matrix import ROWS, TESTS, proofs
from tests.protocols.sip2.test_leniency import LENIENCIES, Leniency

README: Final = TESTS / "README.md"
BEGIN, END = "<!-- python -m tests.tables -->", "<!-- end of tables -->"


def tables() -> str:
    """All of them, each under its heading."""
    proven = proofs()
    lines: list[str] = []
    for section, rows in ROWS.items():
        lines += [f"### {section}", "", "| what | shown by | |", "| --- | --- | --- |"]
        for row in rows:
            first, *more = proven[row] or ["nothing yet"]
            lines.append(f"| {row} | `{first}` | {f'and {len(more)} more' if more else ''} |")
        lines.append("")
    lines += ["### What is forgiven", "", *_leniencies(), ""]
    lines += ["### Conformance cases", "", *_cases(), ""]
    return "\n".join(lines)


def _leniencies() -> Iterator[str]:
    yield "| who | sends | for example | which is read as |"
    yield "| --- | --- | --- | --- |"
    for row in LENIENCIES:
        sent = row.raw.decode("latin-1").encode("unicode_escape").decode("ascii").replace("|", "\\|")
        yield f"| {row.who} | {row.sends} | `{sent}` | {_reading(row)} |"


def _reading(row: Leniency) -> str:
    read = ", ".join(type(message).__name__ for message in row.reads_as)
    noticed = ", ".join(sorted({defect.name.lower().replace("_", " ") for defect in row.noticed}))
    return f"{read}; noticed: {noticed}" if noticed else read


def _cases() -> Iterator[str]:
    levels = tuple(Level)
    yield f"| request | {' | '.join(levels)} |"
    yield f"| --- |{' --- |' * len(levels)}"
    for code in sorted({code for case in CASES for code in case.requests if re.fullmatch(r"\d\d", code)}):
        of_code = [case.level for case in CASES if code in case.requests]
        yield f"| {code} | {' | '.join(str(of_code.count(level)) for level in levels)} |"
    every = [case.level for case in CASES]
    yield f"| all | {' | '.join(str(every.count(level)) for level in levels)} |"


def written(text: str) -> str:
    """A README's text with the tables as they are now."""
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")
