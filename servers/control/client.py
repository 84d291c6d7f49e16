"""Asks a running server through its control socket. See `servers.control.socket`."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path
from typing import Any, Final

import msgspec

from servers.control.socket import SOCKET, VERSION, Answer, Request, short_path
from servers.places import demo_state

STATE: Final = Path("state")

PATIENCE: Final = 30.0
"""Seconds for an answer. A server that starts on millions of records does not listen yet."""


class ControlProblem(Exception):
    """The server cannot be asked, or refuses, in a sentence a line."""


def add_state_argument(parser: argparse.ArgumentParser, *, default: Path | str | None = None) -> None:
    """The argument that says which server is meant. A subcommand may leave its ``default`` to its parent."""
    parser.add_argument(
        "--state",
        type=Path,
        default=default or usual_state(),
        metavar="DIR",
        help=f"state directory of the running server (default: {STATE}, or the demonstration's)",
    )


def usual_state() -> Path:
    """The state directory of the server that is meant where none is named: the one that runs."""
    demo = demo_state()
    return demo if (demo / SOCKET).exists() and not (STATE / SOCKET).exists() else STATE


def ask(state: Path, verb: str, **arguments: Any) -> dict[str, Any]:
    """What the server on the state directory answers. Raises `ControlProblem`. Blocks."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(PATIENCE)
        try:
            with short_path(state) as path:
                sock.connect(path)
            sock.sendall(msgspec.json.encode(Request(verb, arguments)) + b"\n")
            with sock.makefile("rb") as lines:
                line = lines.readline()
        except (FileNotFoundError, ConnectionError) as error:
            raise ControlProblem(
                f"circdesk: no server is running on {state}; start one with circdesk serve --state {state}, "
                "or name the state directory of another with --state DIR"
            ) from error
        except OSError as error:
            raise ControlProblem(f"circdesk: {state}: {error.strerror or error}") from error
    try:
        answer = msgspec.json.decode(line, type=Answer)
    except msgspec.MsgspecError as error:
        raise ControlProblem(f"circdesk: the server on {state} gives no answer") from error
    if answer.version != VERSION:
        raise ControlProblem("circdesk: the server is of another version than this command")
    if answer.problems:
        raise ControlProblem("\n".join(answer.problems))
    return answer.answer
