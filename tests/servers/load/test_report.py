"""What the operator is told: counters that add up, and rejects that can be found again."""

import stat
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from servers.load.report import Rejects, Tally
from servers.load.verdict import UNCHANGED, Outcome, Place, Verdict, one_line, rejected, skipped


class Line:
    """An entry."""

    place = Place("items.tsv", 7)

    def extract(self) -> str:
        return r"X1\tu1"


@given(st.lists(st.sampled_from(Outcome)))
def test_the_counters_add_up(outcomes: list[Outcome]) -> None:
    tally = Tally()
    for outcome in outcomes:
        tally.note(Verdict(outcome))
    assert tally.read == len(outcomes) == sum(tally.outcomes[outcome] for outcome in Outcome)
    assert tally.usable == len(outcomes) - outcomes.count(Outcome.REJECTED)


def test_the_report_groups_by_reason() -> None:
    tally = Tally()
    for verdict in (UNCHANGED, rejected("no such bib", "u1"), rejected("no such bib", "u2"), skipped("gone")):
        tally.note(verdict)
    tally.note(Verdict(Outcome.ADDED, warnings=("odd",)))
    assert list(tally.lines("items")) == [
        "items: 5 read = 1 added + 0 replaced + 1 unchanged + 1 skipped + 2 rejected",
        "  rejected          2  no such bib",
        "  skipped           1  gone",
        "  warning           1  odd",
    ]


def test_a_reject_is_a_line_with_its_place_and_reason(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "rejects" / "items.tsv")
    rejects.note(Line(), skipped("gone"))
    assert not rejects.any
    assert not rejects.path.parent.exists()
    rejects.note(Line(), rejected("no such bib", "u\t1"))
    rejects.close()
    assert rejects.path.read_text() == (
        "file\tplace\treason\textract\n" + "items.tsv\t7\tno such bib: u\\t1\tX1\\tu1\n"
    )


def test_only_the_owner_may_read_rejects(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path / "rejects" / "patrons.tsv")
    rejects.note(Line(), rejected("no"))
    rejects.close()
    assert stat.S_IMODE(rejects.path.stat().st_mode) == 0o600


@given(st.text())
def test_an_extract_is_one_printable_line(text: str) -> None:
    assert one_line(text).isprintable()


def test_a_place_is_told_as_a_person_would_look_it_up() -> None:
    assert str(Place("a", 7)) == "7"
    assert str(Place("a", 7, 1024)) == "7 (byte 1024)"
