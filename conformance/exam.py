"""`circdesk-conformance kiosk`: a server for one machine to be tried against; a person operates the machine.

The rule it keeps: the machine alone decides what is said. We wait for it as long as it takes a person to
press a button, show what is being tried, and judge nothing that was not seen.
"""

import argparse
import asyncio
import re
import socket
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.acs import ODDITIES, Examination, Judgement
from conformance.case import Level
from conformance.wire.line import EndedError, LateError, Line

_GAP = 0.05  # seconds between segments, so that they arrive apart
_SHOWN = 160  # characters of a message
_SECRET = re.compile(r"(AD|CO|AC)[^|]*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk-conformance kiosk`."""
    parser.add_argument(
        "--listen", metavar="HOST:PORT", required=True, help="where to wait for the machine; port 0: any"
    )
    parser.add_argument(
        "--timeout", metavar="TENTHS", type=_tenths, default=50, help="what 98 tells it to wait; default 50"
    )
    parser.add_argument(
        "--patience", metavar="SECONDS", type=float, default=600.0, help="until it is given up; default 600"
    )


def run(options: argparse.Namespace) -> int:
    """Wait for a machine and judge it; 0 if all was tried and no MUST failed. Raises OSError, ValueError."""
    host, colon, port = options.listen.rpartition(":")
    if not (colon and port.isdecimal()):
        raise ValueError(f"--listen {options.listen!r} is not HOST:PORT")
    console = Console()
    examination = Examination(options.timeout)
    try:
        asyncio.run(examine(examination, host.strip("[]"), int(port), options.patience, console))
    except KeyboardInterrupt:
        console.print("stopped")
    print_judgements(examination, console)
    failed = any(
        not judgement.passed and judgement.oddity.level is Level.MUST for judgement in examination.judgements
    )
    return int(failed or not examination.is_over)


async def examine(examination: Examination, host: str, port: int, patience: float, console: Console) -> None:
    """Serve until everything has been tried, or the machine was silent for too long. Raises OSError.

    One connection is served at a time; another waits until it ends.
    """
    waiting: asyncio.Queue[Line] = asyncio.Queue()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting.put_nowait(Line(reader, writer, patience))

    async with await asyncio.start_server(take, host, port) as server:
        where = server.sockets[0].getsockname()
        console.print(f"listening on {where[0]}:{where[1]}; {len(ODDITIES)} things to try: use the machine")
        try:
            while not examination.is_over:
                async with asyncio.timeout(patience):
                    line = await waiting.get()
                await _converse(examination, line, console)
        except (LateError, TimeoutError):
            console.print("the machine says nothing any more")
        while not waiting.empty():
            await waiting.get_nowait().close()


async def _converse(examination: Examination, line: Line, console: Console) -> None:
    """Serve one connection to its end. Raises LateError."""
    examination.connected()
    try:
        while not examination.is_over:
            await _answer_one(examination, line, console)
    except EndedError:
        examination.closed()
    finally:
        await line.close()


async def _answer_one(examination: Examination, line: Line, console: Console) -> None:
    """Hear one message and answer it. Raises EndedError, LateError."""
    before = len(examination.judgements)
    pieces = examination.line(*await line.answer())
    for judgement in examination.judgements[before:]:
        console.print(_told(judgement))
    if examination.on_trial:
        console.print(f"now: {examination.on_trial.id}, which {examination.on_trial.does}")
    for piece in pieces:
        await line.send(piece)
        await asyncio.sleep(_GAP if len(pieces) > 1 else 0)


def print_judgements(examination: Examination, console: Console) -> None:
    """Print what the machine made of each oddity, and what is against the standard in its own messages."""
    table = Table("what was tried", "level", "verdict", "it had to send", "it sent")
    for judgement in examination.judgements:
        oddity = judgement.oddity
        came = Text(masked(judgement.came))
        table.add_row(oddity.id, oddity.level, _verdict(judgement), oddity.wants.value, came)
    console.print(table)
    for judgement in examination.judgements:
        if not judgement.passed:
            console.print(Text(f"{judgement.oddity.id}: {judgement.oddity.clause}"))
    _print_faults(examination.faults.items(), console)
    tried = len(examination.judgements)
    console.print(f"{examination.heard} messages heard, {tried} of {len(ODDITIES)} things tried")


def masked(message: str) -> str:
    """Return a message for the eye: no secret, no control character, no more than a line."""
    shown = _SECRET.sub(r"\1***", message).encode("unicode_escape").decode("ascii")
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _print_faults(faults: Iterable[tuple[str, int]], console: Console) -> None:
    rows = sorted(faults)
    if rows:
        table = Table("in its own messages against SIP2 2.00", "times")
        for fault, times in rows:
            table.add_row(Text(masked(fault)), str(times))
        console.print(table)


def _told(judgement: Judgement) -> Text:
    return Text(f"  {_verdict(judgement)}: it sent {masked(judgement.came)}")


def _verdict(judgement: Judgement) -> str:
    return "pass" if judgement.passed else "fail"


def _tenths(text: str) -> int:
    tenths = int(text)
    if not 1 <= tenths < 999:
        raise ValueError(text)
    return tenths
