"""What is written can be read by those it is for, whatever a server sent."""

from pathlib import Path
from xml.etree import ElementTree

import msgspec
from rich.console import Console

from conformance.case import Case, Level
from conformance.report import failed_musts, listed, print_table, write_json, write_junit
from conformance.runner import Outcome, Verdict
from conformance.target import Target

TARGET = Target(host="localhost", port=6001, institution="TINY")


def outcome(name: str, level: Level, verdict: Verdict, reason: str = "") -> Outcome:
    case = Case(id=f"theme.{name}", title=f"{name} holds", level=level, clause="SIP2 2.00: a|b", steps=())
    return Outcome(case, verdict, reason, 0.0123, ("> 23001", "< 24\x07 <&>"))


OUTCOMES = (
    outcome("good", Level.MUST, Verdict.PASS),
    outcome("bad", Level.MUST, Verdict.FAIL, "the answer must have [AH] & <more>\x1b"),
    outcome("soft", Level.SHOULD, Verdict.FAIL, "a pity"),
    outcome("other", Level.MUST, Verdict.DIVERGES, "we know better"),
    outcome("absent", Level.MUST, Verdict.NOT_APPLICABLE, "the target names no pin"),
)


def test_only_a_failed_must_counts_against_a_server() -> None:
    assert failed_musts(OUTCOMES) == 1
    assert failed_musts(OUTCOMES[2:]) == 0


def test_the_table_names_every_case_the_words_of_each_failure_and_the_sums() -> None:
    console = Console(width=160)
    with console.capture() as captured:
        print_table(OUTCOMES, console)
    text = captured.get()
    assert all(found.case.id in text for found in OUTCOMES)
    assert "the answer must have [AH] & <more>" in text
    assert "theme.bad (MUST): bad holds" in text
    assert "theme.other (MUST)" not in text
    assert "1 pass, 2 fail, 1 diverges, 1 n-a" in text


def test_json_holds_all_that_was_found(tmp_path: Path) -> None:
    write_json(OUTCOMES, TARGET, tmp_path / "found.json")
    found = msgspec.json.decode((tmp_path / "found.json").read_bytes())
    assert found["target"] == {"address": "localhost:6001", "tls": False, "institution": "TINY"}
    assert found["verdicts"] == {"pass": 1, "fail": 2, "diverges": 1, "n-a": 1}
    assert found["failed_musts"] == 1
    assert [case["verdict"] for case in found["cases"]] == ["pass", "fail", "fail", "diverges", "n-a"]
    assert found["cases"][0] == {
        "id": "theme.good",
        "title": "good holds",
        "level": "MUST",
        "clause": "SIP2 2.00: a|b",
        "verdict": "pass",
        "reason": "",
        "seconds": 0.0123,
        "transcript": ["> 23001", "< 24\x07 <&>"],
    }


def test_junit_counts_failures_and_skips_and_is_well_formed(tmp_path: Path) -> None:
    write_junit(OUTCOMES, TARGET, tmp_path / "found.xml")
    suite = ElementTree.parse(tmp_path / "found.xml").getroot().find("testsuite")
    assert suite is not None
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "2", "errors": "0", "skipped": "2"}
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert all(
        case.get("classname") == "sip2.theme" and case.get("time") == "0.012" for case in cases.values()
    )
    failure = cases["bad"].find("failure")
    assert failure is not None
    assert failure.get("message") == "MUST: the answer must have [AH] & <more>\ufffd"
    assert cases["good"].findtext("system-out") == "> 23001\n< 24\ufffd <&>"
    assert [name for name, case in cases.items() if case.find("skipped") is not None] == ["other", "absent"]


def test_junit_names_the_group_that_was_played(tmp_path: Path) -> None:
    write_junit(OUTCOMES, TARGET, tmp_path / "found.xml", "ncip")
    text = (tmp_path / "found.xml").read_text("utf-8")
    assert 'name="ncip localhost:6001"' in text
    assert 'classname="ncip.theme"' in text


def test_the_list_is_a_markdown_table() -> None:
    lines = listed(found.case for found in OUTCOMES).splitlines()
    assert lines[1] == "| --- | --- | --- | --- |"
    assert lines[3] == "| `theme.bad` | MUST | bad holds | SIP2 2.00: a\\|b |"
    assert len(lines) == 2 + len(OUTCOMES)
