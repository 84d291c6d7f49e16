"""The page to sign says all that was found, and nothing that a server sent can change how it reads."""

from datetime import UTC, datetime
from pathlib import Path

from conformance.case import Case, Level
from conformance.certificate import write_page
from conformance.runner import Findings, Outcome, Verdict
from conformance.target import Ncip, Sru, Target
from conformance.wire.sip2 import read

STARTED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TARGET = Target(
    host="sip.example.org",
    port=6443,
    tls=True,
    user="kiosk",
    password="secret",
    pin="4711",
    institution="MAIN",
)
STATUS = read(b"98YYYNYY60000320260302    1030002.00AOMAIN|AMCity <b>Library|BXYYYNYYYYYYYNNNYY|")


def outcome(name: str, level: Level, verdict: Verdict, reason: str = "") -> Outcome:
    case = Case(id=name, title=f"{name} *holds*", level=level, clause="SIP2 2.00: a|b", steps=())
    return Outcome(case, verdict, reason, 0.25, ("> 23001AD***|", "< 24```` # not a heading"))


OUTCOMES = (
    outcome("patron.good", Level.MUST, Verdict.PASS),
    outcome("patron.bad", Level.MUST, Verdict.FAIL, "the answer must have <AH>\x1b | more"),
    outcome("holds.soft", Level.SHOULD, Verdict.FAIL, "a pity"),
    outcome("holds.other", Level.MUST, Verdict.DIVERGES, "we know better"),
    outcome("holds.absent", Level.MUST, Verdict.NOT_APPLICABLE, "the target names no pickup"),
)


def page(tmp_path: Path, *outcomes: Outcome, told: bool = True) -> list[str]:
    path = tmp_path / "page.md"
    write_page(Findings(STATUS if told else None, outcomes), TARGET, STARTED, path)
    return path.read_text("utf-8").splitlines()


def test_its_first_sentence_is_what_the_run_amounts_to(tmp_path: Path) -> None:
    assert page(tmp_path, *OUTCOMES)[2] == (
        "**1 of 4 MUST cases passed, 1 failed, 1 diverge for a reason, 1 were not played.**"
    )
    assert page(tmp_path, OUTCOMES[0])[2] == "**1 of 1 MUST cases passed.**"


def test_it_names_target_date_versions_and_what_the_server_says_of_itself(tmp_path: Path) -> None:
    text = "\n".join(page(tmp_path, *OUTCOMES))
    assert "| server | sip.example.org:6443, TLS |" in text
    assert "| date | 2026-03-02 09:30:00 UTC |" in text
    assert "| protocol version (98) | 2.00 |" in text
    assert "| does not answer (BX) | 01 19 25 15 |" in text
    assert r"| library (AM) | City \<b\>Library |" in text
    assert "| kit | circdesk-conformance " in text


def test_a_server_whose_98_cannot_be_read_is_reported_all_the_same(tmp_path: Path) -> None:
    text = "\n".join(page(tmp_path, *OUTCOMES, told=False))
    assert "(98)" not in text
    assert "## Verdicts" in text


def test_verdicts_are_counted_by_level_and_by_theme(tmp_path: Path) -> None:
    lines = page(tmp_path, *OUTCOMES)
    assert "| level | pass | fail | diverges | n-a |" in lines
    assert "| MUST | 1 | 1 | 1 | 1 |" in lines
    assert "| CLIENT | 0 | 0 | 0 | 0 |" in lines
    assert "| holds | 0 | 1 | 1 | 1 |" in lines


def test_a_failed_case_is_shown_with_its_ground_and_every_line_of_the_exchange(tmp_path: Path) -> None:
    lines = page(tmp_path, *OUTCOMES)
    start = lines.index("### `patron.bad`")
    assert lines[start + 2 : start + 10] == [
        r"- what must hold: patron.bad \*holds\*",
        r"- on what ground: SIP2 2.00: a\|b",
        "- what was found: the answer must have \\<AH\\>\ufffd \\| more",
        "",
        "````",
        "> 23001AD***|",
        "< 24'''' # not a heading",
        "````",
    ]
    assert lines.index("## Failed MUST") < start < lines.index("## Failed SHOULD")


def test_what_diverges_and_what_was_not_played_is_listed_with_its_reason(tmp_path: Path) -> None:
    lines = page(tmp_path, *OUTCOMES)
    assert "| `holds.other` | MUST | we know better |" in lines
    assert "| `holds.absent` | MUST | the target names no pickup |" in lines
    assert "## Not played" not in page(tmp_path, OUTCOMES[0])


def test_there_is_room_to_sign(tmp_path: Path) -> None:
    lines = page(tmp_path, *OUTCOMES)
    assert lines[-1] == "| for the library |  |  |  |"


def test_no_secret_of_the_target_is_on_it(tmp_path: Path) -> None:
    text = "\n".join(page(tmp_path, *OUTCOMES))
    assert "secret" not in text
    assert "4711" not in text


def test_a_page_about_ncip_says_as_whom_the_responder_was_spoken_to(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    ncip = Ncip(url="https://h/ncip", agency="X", profile="P", desk="D", secret="word-1")
    target = Target(institution="MAIN", pin="4711", ncip=ncip)
    write_page(Findings(None, OUTCOMES, ("urn:2.02", "urn:2.0")), target, STARTED, path, "ncip")
    text = path.read_text("utf-8")
    assert text.startswith("# NCIP conformance\n")
    assert "| server | https://h/ncip |" in text
    assert "| seen over SIP2, too | no |" in text
    assert "| agency (FromAgencyId) | X |" in text
    assert "| remote store's profile and desk | P D |" in text
    assert "| versions (LookupVersion) | urn:2.02 urn:2.0 |" in text
    assert "word-1" not in text
    assert "4711" not in text


def test_a_page_about_sru_says_what_the_survey_found_and_what_not(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    target = Target(sru=Sru(url="https://h/sru"))
    offers = {"v12": "1.2", "v20": "2.0", "most": "50"}
    write_page(Findings(None, OUTCOMES, offers=offers), target, STARTED, path, "sru")
    text = path.read_text("utf-8")
    assert text.startswith("# SRU conformance\n")
    assert "| end point | https://h/sru |" in text
    assert "| loans seen over SIP2 | no |" in text
    assert "| versions | 1.2 2.0 |" in text
    assert "| records at most (explain) | 50 |" in text
    assert "facets" in text.partition("| not found there |")[2].partition("\n")[0]
