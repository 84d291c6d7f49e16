"""`circdesk config`: a configuration to begin with, its reference, its mistakes, or a terminal in it."""

from __future__ import annotations

import argparse
import sys
from difflib import get_close_matches
from pathlib import Path

from servers.configuration.reading import read_settings, read_terminal
from servers.configuration.text import default_toml, reference, terminal_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk config`."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", type=Path, metavar="FILE", help="say what is wrong with a configuration, all at once"
    )
    what.add_argument("--reference", action="store_true", help="print what every key means, as a table")
    commands = parser.add_subparsers(metavar="show", help="print what a terminal is, and who says so")
    show = commands.add_parser(
        "show", description="Print every key of a terminal, and where it comes from: the terminal, a profile."
    )
    show.add_argument("terminal", metavar="TERMINAL", help="its name in the configuration")
    show.add_argument(
        "--config",
        type=Path,
        default=Path("state/circdesk.toml"),
        metavar="FILE",
        help="the configuration (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Print a configuration with every key and its default, unless asked for something else."""
    if "terminal" in args:
        return _show(args.config, args.terminal)
    if args.check is not None:
        read_settings(args.check)
        print(f"{args.check}: good")
    else:
        print(reference() if args.reference else default_toml(), end="")
    return 0


def _show(config: Path, name: str) -> int:
    found = read_terminal(config, name)
    if found is not None:
        print(terminal_text(*found), end="")
        return 0
    names = [terminal.name for terminal in read_settings(config).terminal]
    like = get_close_matches(name, names, n=1)
    there_are = f"Did you mean {like[0]}?" if like else f"There are: {', '.join(names) or 'none'}."
    print(f"{config}: There is no terminal {name}. {there_are}", file=sys.stderr)
    return 2
