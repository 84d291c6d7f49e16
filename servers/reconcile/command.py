"""`circdesk reconcile`: the work list of what machines did against the rules while they were on their own.

It asks the running server, for the records are its alone while it runs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from getpass import getuser
from pathlib import Path
from typing import Final

import msgspec

from servers.control.client import add_state_argument, ask
from servers.reconcile.lines import Details, Line
from servers.reconcile.report import show_details, show_lines

AT_ONCE: Final = 100
"""Lines that are settled with one request, so that each is answered in time."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk reconcile`."""
    parser.epilog = (
        "While the line is down a self-check goes on by itself, and later sends what it did. That has "
        "happened, so it is booked; what a rule forbids, or what there is nothing to book on, is listed here "
        "until somebody has settled it. Exit status: 0, or 1 if nothing was settled or no server runs."
    )
    add_state_argument(parser)
    _add_choice(parser, None)
    _add_json(parser, False)
    parser.add_argument("--all", action="store_true", help="list what is settled, too")
    commands = parser.add_subparsers(
        metavar="show | settle", dest="command", help="tell all of one, or end some"
    )
    show = commands.add_parser(
        "show",
        description="All that is known of one line: the rules, the item and the patron, as of now.",
    )
    show.add_argument("number", type=int, metavar="N", help="its number in the list")
    add_state_argument(show, default=argparse.SUPPRESS)
    _add_json(show, argparse.SUPPRESS)
    settle = commands.add_parser(
        "settle",
        description="Say that lines have been dealt with: those of these numbers, or all that --terminal and "
        "--before leave. --all goes on listing them.",
    )
    settle.add_argument("numbers", nargs="*", type=int, metavar="N", help="numbers in the list")
    settle.add_argument("--note", required=True, metavar="TEXT", help="what was done about it")
    settle.add_argument("--by", default=getuser(), metavar="NAME", help="who did it (default: %(default)s)")
    settle.add_argument("--yes", action="store_true", help="do not ask before many are settled")
    add_state_argument(settle, default=argparse.SUPPRESS)
    _add_choice(settle, argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """List, show or settle. Raises `ControlProblem`."""
    match args.command:
        case "show":
            return _show(args)
        case "settle":
            return _settle(args)
        case _:
            return _list(args)


# A subcommand takes the same options behind it, and without them leaves alone what stands before it.


def _add_json(parser: argparse.ArgumentParser, default: bool | str) -> None:
    parser.add_argument("--json", action="store_true", default=default, help="print JSON, for programs")


def _add_choice(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument("--terminal", default=default, metavar="NAME", help="only what this machine did")
    parser.add_argument(
        "--before",
        type=datetime.fromisoformat,
        default=default,
        metavar="TIME",
        help="only what was done before this, such as 2026-12-31 or 2026-12-31T12:00, local time",
    )


def _list(args: argparse.Namespace) -> int:
    lines = _chosen(_lines(args.state, settled=args.all), args)
    if args.json:
        _print_json(lines)
    else:
        show_lines(lines)
    return 0


def _show(args: argparse.Namespace) -> int:
    found = msgspec.convert(ask(args.state, "discrepancy", number=args.number)["found"], Details)
    if args.json:
        _print_json(found)
    else:
        show_details(found)
    return 0


def _settle(args: argparse.Namespace) -> int:
    numbers = args.numbers
    if bool(numbers) is (args.terminal is not None or args.before is not None):
        print(
            "circdesk reconcile settle needs numbers, or else --terminal, --before or both.", file=sys.stderr
        )
        return 2
    if not numbers:
        numbers = [line.number for line in _chosen(_lines(args.state, settled=False), args)]
        if numbers and not args.yes and not _agreed(f"Settle {len(numbers)} lines of the work list?"):
            print("Nothing was settled.")
            return 1
    return _say_settled(args, numbers)


def _say_settled(args: argparse.Namespace, numbers: Sequence[int]) -> int:
    settled: list[int] = []
    before: list[int] = []
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        answer = ask(args.state, "settle", numbers=some, note=args.note, by=args.by)
        settled += answer["settled"]
        before += answer["before"]
    print(f"Settled: {len(settled)}.")
    if before:
        print(f"Settled before, and left as they were: {', '.join(map(str, before))}.")
    return 0 if settled else 1


def _lines(state: Path, *, settled: bool) -> list[Line]:
    return msgspec.convert(ask(state, "discrepancies", all=settled)["lines"], list[Line])


def _chosen(lines: Sequence[Line], args: argparse.Namespace) -> list[Line]:
    before = None if args.before is None else args.before.astimezone()
    return [
        line
        for line in lines
        if args.terminal in (None, line.terminal) and (before is None or line.happened_at < before)
    ]


def _agreed(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def _print_json(found: object) -> None:
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
