"""`circdesk demo`: build a library to try things on, serve it, and say what can be tried."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from servers.places import demo_state
from servers.serve import add_listener_arguments, address

LARGEST = 1_000_000
_PLAIN_WIDTH = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk demo`."""
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help=f"directory of the demonstration (default: {demo_state()})"
    )
    add_listener_arguments(parser)
    parser.add_argument("--https", type=address, metavar="HOST:PORT", help="for NCIP and SRU, which are not served yet")
    parser.add_argument("--z3950", type=address, metavar="HOST:PORT", help="for Z39.50, which is not served yet")
    what = parser.add_argument_group("what to build, at the first start or with --fresh")
    for name, default in (("bibs", "722, or a third of the items"), ("items", "1500"), ("patrons", "60, or more for more items")):
        what.add_argument(f"--{name}", type=_count, metavar="N", help=f"how many {name} (default: {default})")
    what.add_argument("--seed", type=int, metavar="N", help="another number makes another library (default: 1)")
    what.add_argument("--fresh", action="store_true", help="build anew: records, passwords and configuration")
    how = parser.add_argument_group("for programs")
    how.add_argument("--facts", type=Path, metavar="FILE", help="write the facts here too, once the server answers")
    how.add_argument(
        "--check", action="store_true", help="start in a directory of its own, ask every listener one thing, stop; exit 0 or 1"
    )


def run(args: argparse.Namespace) -> int:
    """Serve the demonstration until told to stop; 2 if it cannot be had like this."""
    # Imported here because --help and the wrong options should not wait for it.
    from servers.demo.built import DemoProblem
    from servers.demo.check import check

    try:
        return check(args) if args.check else _serve(args)
    except DemoProblem as problem:
        print(f"circdesk demo: {problem}.", file=sys.stderr)
        return 2


def _serve(args: argparse.Namespace) -> int:
    from rich.console import Console

    from certs.issue import ensure_server
    from servers.app import Server
    from servers.config import read_settings
    from servers.demo.build import Wish, ensure_built
    from servers.demo.built import CONFIGURATION
    from servers.demo.facts import facts_of, reachable, write_facts
    from servers.demo.welcome import welcome
    from servers.serve import at_addresses, run_server

    state = args.state or demo_state()
    wish = Wish(args.bibs, args.items, args.patrons, args.seed)
    with _progress() as progress:
        built, new = ensure_built(state, wish, fresh=args.fresh, now=datetime.now(UTC), progress=progress)
    settings = at_addresses(read_settings(state / CONFIGURATION), args)
    ensure_server(state, [reachable(settings.sip2.host)])

    def ready(server: Server) -> None:
        facts = facts_of(server, built)
        write_facts(facts, state, args.facts)
        welcome(server, built, facts, state, _console(), new=new)

    return run_server(settings, state, args.loop, ready)
