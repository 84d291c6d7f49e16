"""`circdesk config`: a configuration to begin with, its reference, or what is wrong with one."""

from __future__ import annotations

import argparse
from pathlib import Path

from servers.config import read_settings
from servers.config_text import default_toml, reference


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk config`."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", type=Path, metavar="FILE", help="say what is wrong with a configuration, all at once"
    )
    what.add_argument("--reference", action="store_true", help="print what every key means, as a table")


def run(args: argparse.Namespace) -> int:
    """Print a configuration with every key and its default, unless asked for something else."""
    if args.check is not None:
        read_settings(args.check)
        print(f"{args.check}: good")
    else:
        print(reference() if args.reference else default_toml(), end="")
    return 0
