"""`circdesk demo`: build a library to try things on, serve it, and say what can be tried."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from certs.issue import ensure_server
from servers.app import Server
from servers.configuration.reading import read_settings
from servers.configuration.settings import Settings
from servers.demo.build import LARGEST, SEED, SMALLEST, Wish, ensure_built
from servers.demo.built import CONFIGURATION, DemoProblem
from servers.demo.check import check
from servers.demo.facts import facts_of, reachable, write_facts
from servers.demo.welcome import welcome
from servers.places import demo_state
from servers.serve import add_listener_arguments, at_addresses, run_server

_PLAIN_WIDTH = 120
"""Columns where there is no terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk demo`."""
    usual = Wish().sizes()
    parser.add_argument(
        "--state",
        type=Path,
        default=demo_state(),
        metavar="DIR",
        help="directory of the demonstration (default: %(default)s)",
    )
    add_listener_arguments(parser)
    build = parser.add_argument_group("what to build, at the first start or with --fresh")
    build.add_argument(
        "--bibs", type=_from(SMALLEST.bibs, LARGEST.bibs), metavar="N", help=f"(default: {usual.bibs})"
    )
    build.add_argument(
        "--items", type=_from(SMALLEST.items, LARGEST.items), metavar="N", help=f"(default: {usual.items})"
    )
    build.add_argument(
        "--patrons",
        type=_from(SMALLEST.patrons, LARGEST.patrons),
        metavar="N",
        help=f"(default: {usual.patrons})",
    )
    build.add_argument(
        "--seed", type=int, metavar="N", help=f"another number makes another library (default: {SEED})"
    )
    build.add_argument(
        "--fresh", action="store_true", help="build anew: records, passwords and configuration"
    )
    programs = parser.add_argument_group("for programs")
    programs.add_argument(
        "--facts", type=Path, metavar="FILE", help="write the facts here too, once the server answers"
    )
    programs.add_argument(
        "--check",
        action="store_true",
        help="start in a directory of its own, ask every listener, stop; exit 0 or 1",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop, or check; 2 if the demonstration cannot be had like this."""
    try:
        return check(_size_words(args), _console()) if args.check else _serve(args)
    except DemoProblem as problem:
        print(f"circdesk demo: {problem}.", file=sys.stderr)
        return 2


def _serve(args: argparse.Namespace) -> int:
    wish = Wish(args.bibs, args.items, args.patrons, args.seed)
    with _progress(wish) as progress:
        built, new = ensure_built(
            args.state, wish, fresh=args.fresh, now=datetime.now(UTC), progress=progress
        )

    def read() -> Settings:
        return at_addresses(read_settings(args.state / CONFIGURATION), args)

    settings = read()
    ensure_server(args.state, [reachable(settings.sip2.host), reachable(settings.https.host)])
    console = _console()

    def ready(server: Server) -> None:
        facts = facts_of(server, built)
        write_facts(facts, args.state, args.facts)
        welcome(server, built, facts, args.state, console, new=new)
        sys.stdout.flush()

    return run_server(read, args.state, args.loop, ready)


def _console() -> Console:
    """Standard output. Where it has no letters for a name it shows question marks, and goes on."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console() if sys.stdout.isatty() else Console(width=_PLAIN_WIDTH)


def _size_words(args: argparse.Namespace) -> list[str]:
    """What the check passes on to the demonstration that it starts."""
    said = {
        "--bibs": args.bibs,
        "--items": args.items,
        "--patrons": args.patrons,
        "--seed": args.seed,
        "--loop": args.loop,
    }
    return [word for name, value in said.items() if value is not None for word in (name, str(value))]


def _from(smallest: int, largest: int) -> Callable[[str], int]:
    """Reads a number within bounds."""

    def number(text: str) -> int:
        if not text.isdecimal() or not smallest <= int(text) <= largest:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from {smallest:,} to {largest:,}")
        return int(text)

    return number


@contextmanager
def _progress(wish: Wish) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere. Holds and fees are few, and not counted beforehand."""
    sizes = wish.sizes()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("building", total=2 * sizes.bibs + sizes.items + sizes.patrons, visible=False)
        yield lambda records: bars.update(task, advance=records, visible=True)
