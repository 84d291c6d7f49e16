"""What a run found, and what it plays: a table for the eye, JSON, JUnit XML, the list for the README."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

import msgspec
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from conformance.case import Case, Level
from conformance.runner import Outcome, Verdict
from conformance.target import Target

_COLOURS = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.DIVERGES: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
}
_NOT_IN_XML = {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n\r"}


def failed_musts(outcomes: Iterable[Outcome]) -> int:
    """Return how many cases failed that no server may fail."""
    return sum(outcome.verdict is Verdict.FAIL and outcome.case.level is Level.MUST for outcome in outcomes)


def print_table(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print a line a case, the words of each failure, and the sums."""
    table = Table(Column("case", no_wrap=True), "level", Column("verdict", no_wrap=True), "why", "ms")
    for outcome in outcomes:
        table.add_row(
            outcome.case.id,
            outcome.case.level,
            Text(outcome.verdict, style=_COLOURS[outcome.verdict]),
            Text(outcome.reason),
            f"{outcome.seconds * 1000:.0f}",
        )
    console.print(table)
    for outcome in outcomes:
        if outcome.verdict is Verdict.FAIL:
            _print_failure(outcome, console)
    console.print(", ".join(f"{count} {verdict}" for verdict, count in _counted(outcomes).items() if count))


def write_json(outcomes: Sequence[Outcome], target: Target, path: Path) -> None:
    """Write everything that was found, the transcripts included."""
    found = {
        "target": {"address": target.address, "tls": target.tls, "institution": target.institution},
        "verdicts": _counted(outcomes),
        "failed_musts": failed_musts(outcomes),
        "cases": [
            {
                "id": outcome.case.id,
                "title": outcome.case.title,
                "level": outcome.case.level,
                "clause": outcome.case.clause,
                "verdict": outcome.verdict,
                "reason": outcome.reason,
                "seconds": round(outcome.seconds, 4),
                "transcript": outcome.transcript,
            }
            for outcome in outcomes
        ],
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def write_junit(outcomes: Sequence[Outcome], target: Target, path: Path, group: str = "sip2") -> None:
    """Write a test suite: a failed case is a failure, one that diverges or does not apply is skipped."""
    counted = _counted(outcomes)
    suite = ElementTree.Element(
        "testsuite",
        name=f"{group} {target.address}",
        tests=str(len(outcomes)),
        failures=str(counted[Verdict.FAIL]),
        errors="0",
        skipped=str(counted[Verdict.DIVERGES] + counted[Verdict.NOT_APPLICABLE]),
        time=f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    )
    for outcome in outcomes:
        theme, _, name = outcome.case.id.partition(".")
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"{group}.{theme}", name=name, time=f"{outcome.seconds:.3f}"
        )
        kind = {Verdict.FAIL: "failure", Verdict.DIVERGES: "skipped", Verdict.NOT_APPLICABLE: "skipped"}
        if outcome.verdict in kind:
            message = _for_xml(f"{outcome.case.level}: {outcome.reason}")
            ElementTree.SubElement(case, kind[outcome.verdict], message=message)
        ElementTree.SubElement(case, "system-out").text = _for_xml("\n".join(outcome.transcript))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    ElementTree.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def listed(cases: Iterable[Case]) -> str:
    """Return the cases as a Markdown table."""
    rows = ["| case | level | what must hold | on what ground |", "| --- | --- | --- | --- |"]
    for case in cases:
        title, clause = (text.replace("|", "\\|") for text in (case.title, case.clause))
        rows.append(f"| `{case.id}` | {case.level} | {title} | {clause} |")
    return "\n".join(rows)


def _counted(outcomes: Iterable[Outcome]) -> Mapping[Verdict, int]:
    counted = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: counted[verdict] for verdict in Verdict}


def _print_failure(outcome: Outcome, console: Console) -> None:
    console.print(Text(f"\n{outcome.case.id} ({outcome.case.level}): {outcome.case.title}", style="bold"))
    console.print(Text(f"  {outcome.case.clause}"), Text(f"  {outcome.reason}", style="red"), sep="\n")
    for line in outcome.transcript:
        console.print(Text(f"    {line}"), soft_wrap=True)


def _for_xml(text: str) -> str:
    return text.translate(_NOT_IN_XML)
