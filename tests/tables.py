"""The tables of the tests' README: what is done and which test shows it, what is forgiven, what is claimed.

`python -m tests.tables` writes them anew; `tests/test_matrix.py` holds the README to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from conformance.case import Case, Level
from conformance.ncip.catalogue import CASES as NCIP_CASES
from conformance.sip2.catalogue import CASES
from conformance.wire.ncip_layout import INITIATIONS
from tests.matrix import ROWS, TESTS, proofs
from tests.protocols.sip2.test_leniency import LENIENCIES, Leniency

_SERVICES: Final = INITIATIONS | {"LookupVersion"}
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
    lines += ["### Conformance cases", "", *_cases(), "", *_ncip_cases(), ""]
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
    codes = sorted({code for case in CASES for code in case.requests if re.fullmatch(r"\d\d", code)})
    yield from _counted("SIP2 request", CASES, codes)


def _ncip_cases() -> Iterator[str]:
    services = sorted({service for case in NCIP_CASES for service in case.services} & _SERVICES)
    both = [case for case in NCIP_CASES if {"sip2", "ncip"} <= case.ways]
    yield from _counted("NCIP service", NCIP_CASES, services)
    yield f"| of these over SIP2 too | {' | '.join(_by_level(both))} |"


def _counted(head: str, cases: Sequence[Case], rows: Sequence[str]) -> Iterator[str]:
    """How many cases there are of each level: by what they ask for, and in all."""
    yield f"| {head} | {' | '.join(Level)} |"
    yield f"| --- |{' --- |' * len(Level)}"
    for asked in rows:
        of_row = [case for case in cases if asked in case.requests | case.services]
        yield f"| {asked} | {' | '.join(_by_level(of_row))} |"
    yield f"| all | {' | '.join(_by_level(cases))} |"


def _by_level(cases: Sequence[Case]) -> Iterator[str]:
    levels = [case.level for case in cases]
    yield from (str(levels.count(level)) for level in Level)


def written(text: str) -> str:
    """A README's text with the tables as they are now."""
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n\n{tables()}\n{END}{tail}"


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")
