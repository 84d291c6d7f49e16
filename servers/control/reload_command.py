"""`circdesk reload`: let a running server read its configuration and certificates anew."""

from __future__ import annotations

import argparse

from servers.control.client import add_state_argument, ask


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk reload`."""
    add_state_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Say what became of it; what is wrong with the files is a `ControlProblem`, a line each."""
    answer = ask(args.state, "reload")
    print(f"Reloaded: {answer['terminals']} terminals. Nobody was disconnected whose terminal is as it was.")
    if answer["waiting"]:
        print(f"Not before the next start: {', '.join(answer['waiting'])}.")
    return 0
