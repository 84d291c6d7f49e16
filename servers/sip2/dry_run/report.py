"""A dry run for people: each check with ✓ or ✗ and what it looked at, the verdict, the loan, the answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.text import Text

from servers.check_table import check_table
from servers.sip2.dry_run.foretold import Foretold

_PLAIN_WIDTH: Final = 120
"""Columns where there is no terminal."""


def show(told: Foretold) -> None:
    """All that was foretold. Nothing has been done."""
    console = (
        Console(highlight=False) if sys.stdout.isatty() else Console(width=_PLAIN_WIDTH, highlight=False)
    )
    console.print(Text(f"{told.request} at {told.terminal}, {told.agency}. Nothing is done.", "bold"))
    if told.checks:
        console.print(check_table(told.checks))
    console.print(_verdict(told))
    for sentence in _sentences(told):
        console.print(Text(sentence), soft_wrap=True)


def _verdict(told: Foretold) -> Text:
    if told.ok:
        return Text("✓ Yes.", "bold green")
    if told.reason:
        return Text(f"✗ No: {told.reason}. {told.why}", "bold red")
    if told.answer:
        return Text("✗ The answer says no, though nothing is refused.", "bold red")
    return Text("✗ No answer: the terminal's dialect does not know this request.", "bold red")


def _sentences(told: Foretold) -> Iterator[str]:
    yield from told.remarks
    yield from told.happens
    if told.terms is not None:
        rule = f"loan rule {told.terms.rule}: " if told.terms.rule else ""
        yield f'Loan terms: "{told.terms.name}" ({rule}{told.terms.told}).'
    if told.due is not None and not told.reason:
        yield f"Due date: {told.due.told}."
        if told.due.skipped:
            yield f"Closed days skipped: {', '.join(map(str, told.due.skipped))}."
    if told.answer:
        yield f"Answer: {told.answer}"
    for line in told.screen:
        yield f"On its screen: {line}"
