"""What people see of a dry run, beyond what the command's tests show."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from core.explain import FallsDue, TermsFound
from servers.sip2.dry_run.foretold import Foretold
from servers.sip2.dry_run.report import show

LOAN = Foretold(
    terminal="kiosk-1",
    agency="MAIN",
    request="11 Checkout",
    ok=True,
    answer="121NNY",
    terms=TermsFound("standard", 0, "no loan rule matches; the first terms apply"),
    due=FallsDue(datetime(2026, 4, 1, tzinfo=UTC), "28 days", (date(2026, 3, 30), date(2026, 3, 31))),
    remarks=("It is [bold]so[/bold].",),
)


def test_closed_days_that_were_skipped_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    show(LOAN)
    assert "Closed days skipped: 2026-03-30, 2026-03-31.\n" in capsys.readouterr().out


def test_terms_that_no_rule_chose_are_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    show(LOAN)
    told = 'Loan terms: "standard" (no loan rule matches; the first terms apply).\n'
    assert told in capsys.readouterr().out


def test_what_is_told_is_never_markup(capsys: pytest.CaptureFixture[str]) -> None:
    show(replace(LOAN, answer="12|AF[red]no[/red]|"))
    out = capsys.readouterr().out
    assert "It is [bold]so[/bold].\n" in out
    assert "Answer: 12|AF[red]no[/red]|\n" in out


def test_silence_is_said_to_be_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    show(replace(LOAN, ok=False, answer=""))
    out = capsys.readouterr().out
    assert "✗ No answer: the terminal's dialect does not know this request.\n" in out
