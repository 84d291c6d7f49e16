"""`circdesk terminals`: the terminals of a running server as they are right now, live on the screen."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from servers.control.client import add_state_argument, ask
from servers.sip2.board.gauges import TerminalState

USUAL: Final = 2.0
"""Seconds between two looks."""

NO_TERMINAL_WIDTH: Final = 200
"""Columns where there is no screen."""

_FAULTY: Final = 0.02
"""Part of the messages that may be asked for again before it is shown as a fault."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk terminals`."""
    add_state_argument(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="show them once, and not until Ctrl-C")
    what.add_argument("--json", action="store_true", help="print them once, as JSON")
    what.add_argument(
        "--suggest", metavar="NAME", help="print a profile for a terminal, as it was seen to behave"
    )
    parser.add_argument(
        "--watch",
        type=_seconds,
        default=USUAL,
        metavar="SECONDS",
        help=f"how often to look (default: {USUAL:g})",
    )


def run(args: argparse.Namespace) -> int:
    """Show them."""
    if args.suggest is not None:
        print(ask(args.state, "suggest", terminal=args.suggest)["suggestion"], end="")
    elif args.json:
        print(msgspec.json.format(msgspec.json.encode(ask(args.state, "terminals")["terminals"])).decode())
    else:
        console = Console() if sys.stdout.isatty() else Console(width=NO_TERMINAL_WIDTH)
        if args.once or not console.is_terminal:
            console.print(_now(args.state))
        else:
            _live(args.state, args.watch, console)
    return 0


def _live(state: Path, seconds: float, console: Console) -> None:
    with Live(_now(state), console=console, screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(seconds)
            live.update(_now(state), refresh=True)


def _now(state: Path) -> Table:
    states = msgspec.convert(ask(state, "terminals")["terminals"], type=list[TerminalState])
    return board(states, datetime.now(UTC))


def board(states: Sequence[TerminalState], now: datetime) -> Table:
    """The board as a table. Who is connected, and what is out of the ordinary, is told by sign and colour."""
    on = sum(1 for state in states if state.connections)
    table = Table(
        title=f"{on} of {len(states)} terminals connected, {now:%H:%M:%S} UTC", title_justify="left"
    )
    for heading in ("terminal", "from"):
        table.add_column(heading, no_wrap=True)
    for heading in ("since", "last", "messages", "96", "p50 ms", "p95 ms", "clock"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("refused", "to note"):
        table.add_column(heading)
    for state in states:
        table.add_row(*_row(state, now))
    return table


def _row(state: TerminalState, now: datetime) -> tuple[Text | str, ...]:
    on = bool(state.connections)
    again = state.resends / state.messages if state.messages else 0.0
    last = "" if state.last is None else f"{_ago(now - state.last)} {state.last_code}"
    return (
        Text(f"{'●' if on else '○'} {state.name}", style="green" if on else "dim"),
        state.address if state.connections < 2 else f"{state.address} x{state.connections}",
        "" if state.since is None else _ago(now - state.since),
        last,
        str(state.messages or ""),
        Text(f"{again:.1%}" if state.resends else "", style="red" if again > _FAULTY else ""),
        _number(state.p50),
        _number(state.p95),
        "" if state.skew is None else f"{state.skew:+.0f} s",
        _refused(state, now),
        Text(", ".join([*_status(state), *state.quirks]), style="yellow"),
    )


def _refused(state: TerminalState, now: datetime) -> str:
    if not state.refusals:
        return ""
    latest = state.refusals[-1]
    return f"{state.refused}, {_ago(now - latest.at)} ago {latest.code} {latest.reason}"


def _status(state: TerminalState) -> list[str]:
    return [state.status.replace("_", " ")] if state.status not in ("", "ok") else []


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _ago(past: timedelta) -> str:
    """How long ago, to its largest unit."""
    seconds = max(0, int(past.total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError("must be 0.1 to 3600")
    return seconds
