"""`circdesk hash`: the slow hash of a password, to be written into the configuration."""

from __future__ import annotations

import argparse
import sys
import time
from getpass import getpass

from servers.credentials import ScryptCredentials


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`circdesk hash` has no arguments: a password on a command line is seen by everybody on the machine."""


def run(args: argparse.Namespace) -> int:
    """Ask for a password, or read one line of standard input, and print its hash."""
    password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        print("circdesk hash: an empty password is none.", file=sys.stderr)
        return 2
    credentials = ScryptCredentials(time.monotonic)
    print(credentials.hash(password))
    credentials.close()
    return 0
