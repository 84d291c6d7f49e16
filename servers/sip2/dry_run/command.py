"""`circdesk sip2 … --explain`: ask the running server what a request would lead to, and show why."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from servers.control.client import ask
from servers.sip2.dry_run.foretold import Foretold
from servers.sip2.dry_run.report import show


def add_explain_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of a dry run."""
    what = parser.add_argument_group("a dry run")
    what.add_argument(
        "--explain",
        nargs="?",
        const="",
        metavar="LINE",
        help="do nothing, but show each rule, what would happen and what would be answered: to checkout, "
        "checkin, renew, hold, or to this message; the server must run on this machine (--state)",
    )
    what.add_argument(
        "--terminal",
        default="",
        metavar="NAME",
        help="as this terminal of the configuration (default: the first)",
    )


def explain_line(line: str, terminal: str, state: Path, delimiter: str = "") -> int:
    """Show what the line would lead to; 0 if the answer would be yes, 1 if no. Raises `ControlProblem`."""
    answer = ask(state, "explain", line=line, terminal=terminal, delimiter=delimiter)
    told = msgspec.convert(answer["foretold"], Foretold)
    show(told)
    return 0 if told.ok else 1
