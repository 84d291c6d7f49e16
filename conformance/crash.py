"""Kill a server again and again while self-checks use it, and see that it keeps its word.

The rule: the server is a command and an address, nothing more is known of it. It is started, used, killed
in the middle (SIGKILL, with all its children) and started again; now and then it is killed once more while it
starts. After each start every machine looks whether what it was told is so (`conformance.kiosk`).
"""

import argparse
import asyncio
import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from conformance.kiosk import BrokenPromiseError, Kiosk
from conformance.target import Target, TargetError, target_at, tls_context
from conformance.wire.line import EndedError, LateError, Line

ITEMS_EACH = 4
DEADLINE = 10.0  # of one answer: a server that has just recovered may be slow
_POLL = 0.05  # between two tries to reach a server that is starting
_LAST_WORDS = 4000  # bytes of its output that are shown of a server that did not start
_KILLED_WHILE_STARTING = 0.2  # the share of rounds


class Round(Struct, frozen=True):
    """What one kill brought to light."""

    number: int
    seconds: float
    acknowledged: int
    kept: int
    lost: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        unanswered = f"{self.kept + self.lost} unanswered ({self.kept} done, {self.lost} not)"
        return (
            f"round {self.number}: killed after {self.seconds:.2f} s, {self.acknowledged} acknowledged, "
            f"{unanswered}, {len(self.faults)} broken promises"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `circdesk-conformance crash`."""
    parser.add_argument("--rounds", metavar="N", type=_count, default=200, help="kills; default 200")
    parser.add_argument(
        "--seconds",
        metavar="A-B",
        type=_span,
        default=(0.2, 2.0),
        help="how long the server lives in a round, drawn between the two; default 0.2-2.0",
    )
    parser.add_argument("--connections", metavar="N", type=_count, default=8, help="machines; default 8")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of every choice made; default 0")
    parser.add_argument(
        "--start-within",
        metavar="SECONDS",
        type=float,
        default=60.0,
        help="the time the server may take until it lets a machine log in; default 60",
    )
    parser.add_argument(
        "--facts",
        metavar="FILE",
        required=True,
        help="facts of the server (README); it may write them anew at each start",
    )
    parser.add_argument(
        "command",
        metavar="COMMAND",
        nargs="+",
        help="what starts the server, after --; it must stay in front",
    )


def run(options: argparse.Namespace) -> int:
    """Obey the parsed arguments; returns 0 if every promise was kept, else 1. Raises TargetError."""
    return asyncio.run(_play(options))


async def _play(options: argparse.Namespace) -> int:
    with tempfile.TemporaryFile() as output:
        server = Server(options.command, Path(options.facts), options.start_within, output)
        try:
            await server.start()
            rounds = await _rounds(options, server, _kiosks(server.target, options.connections, options.seed))
        finally:
            await server.kill()
    print(_summary(rounds))
    return 1 if rounds[-1].faults else 0


async def _rounds(options: argparse.Namespace, server: "Server", kiosks: Sequence[Kiosk]) -> list[Round]:
    """Round after round, up to the first in which a promise is broken."""
    order = random.Random(options.seed)
    rounds: list[Round] = []
    try:
        unready = _faults(kiosks, await _each(kiosks, server, _prepare))
        if unready:
            raise TargetError("\n".join(("the machines cannot begin:", *unready)))
        while len(rounds) < options.rounds and not (rounds and rounds[-1].faults):
            rounds.append(await _round(len(rounds) + 1, server, kiosks, order, options.seconds))
            print(rounds[-1], *rounds[-1].faults, sep="\n    ", flush=True)
    finally:
        await _each(kiosks, server, _leave)
    return rounds


async def _round(
    number: int, server: "Server", kiosks: Sequence[Kiosk], order: random.Random, span: tuple[float, float]
) -> Round:
    """Let everyone play, kill the server, start it again, see what is left."""
    before = sum(kiosk.acknowledged for kiosk in kiosks)
    seconds = order.uniform(*span)
    playing = [
        asyncio.create_task(_until_killed(kiosk, server, _leisure(order, seconds))) for kiosk in kiosks
    ]
    await asyncio.wait(playing, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    await server.kill()
    faults = _faults(kiosks, await asyncio.gather(*playing, return_exceptions=True))
    acknowledged = sum(kiosk.acknowledged for kiosk in kiosks) - before
    if faults:
        return Round(number, seconds, acknowledged, 0, 0, faults)
    if order.random() < _KILLED_WHILE_STARTING:
        await server.start_and_kill(order.random())
    await server.start()
    recovered = await _each(kiosks, server, _recover)
    faults = _faults(kiosks, recovered)
    return Round(number, seconds, acknowledged, recovered.count(True), recovered.count(False), faults)


async def _prepare(kiosk: Kiosk, server: "Server") -> None:
    await kiosk.connect(server.target, tls_context(server.target))
    await kiosk.prepare()


def _leisure(order: random.Random, seconds: float) -> float:
    """How long a machine plays. Half of them rest before the kill: what they repeat was answered."""
    return seconds * order.uniform(0.5, 1.0) if order.random() < 0.5 else inf


async def _until_killed(kiosk: Kiosk, server: "Server", leisure: float) -> None:
    try:
        await kiosk.play(time.monotonic() + leisure)
    except EndedError as problem:
        if server.running:
            raise BrokenPromiseError(f"{problem}, and nobody had killed it") from problem


async def _recover(kiosk: Kiosk, server: "Server") -> bool | None:
    """Look what became of the unanswered request, then ask it again; returns whether it had been done."""
    await kiosk.connect(server.target, tls_context(server.target))
    done = await kiosk.check()
    await kiosk.repeat()
    return done


async def _leave(kiosk: Kiosk, server: "Server") -> None:
    await kiosk.leave()


async def _each(
    kiosks: Sequence[Kiosk], server: "Server", act: Callable[[Kiosk, "Server"], Coroutine[Any, Any, Any]]
) -> list[Any]:
    """What every machine came to, all at once: a value or an exception."""
    return await asyncio.gather(*(act(kiosk, server) for kiosk in kiosks), return_exceptions=True)


def _faults(kiosks: Sequence[Kiosk], results: Sequence[object]) -> tuple[str, ...]:
    """What went wrong at which machine. An exception that is none of a server's making is raised."""
    found = []
    for kiosk, result in zip(kiosks, results, strict=True):
        if isinstance(result, BrokenPromiseError | EndedError | LateError):
            found.append(f"{kiosk.patron}: {result}")
        elif isinstance(result, BaseException):
            raise result
    return tuple(found)


def _kiosks(target: Target, count: int, seed: int) -> list[Kiosk]:
    """Machines with a patron and items of their own each. Raises TargetError where there are too few."""
    patrons, items = len(target.patrons), len(target.items)
    if patrons < count or items < count * ITEMS_EACH:
        raise TargetError(
            f"{count} machines need as many patrons (there are {patrons}) "
            f"and {ITEMS_EACH} items each (there are {items})"
        )
    return [
        Kiosk(
            target.patrons[number],
            target.items[number * ITEMS_EACH : (number + 1) * ITEMS_EACH],
            random.Random(f"{seed}-{number}"),
            DEADLINE,
        )
        for number in range(count)
    ]


def _summary(rounds: Sequence[Round]) -> str:
    acknowledged = sum(one.acknowledged for one in rounds)
    kept, lost = sum(one.kept for one in rounds), sum(one.lost for one in rounds)
    broken = sum(len(one.faults) for one in rounds)
    return (
        f"{len(rounds)} kills, {acknowledged} acts acknowledged, {kept + lost} unanswered "
        f"({kept} done, {lost} not): {broken or 'no'} broken promises"
    )


class Server:
    """The server under test: the leader of a process group of its own. Whoever starts it kills it."""

    def __init__(self, command: Sequence[str], facts: Path, start_within: float, output: IO[bytes]) -> None:
        self.target = Target("", 0)
        self.running = False
        self._command = command
        self._facts = facts
        self._start_within = start_within
        self._process: asyncio.subprocess.Process | None = None
        self._output = output

    async def start(self) -> None:
        """Start it and wait until it takes connections. Raises TargetError if it does not."""
        process = await self._spawn()
        until = time.monotonic() + self._start_within
        problem = await self._reach()
        while problem is not None:
            if process.returncode is not None:
                raise TargetError(f"the server ended with status {process.returncode}:\n{self._last_words()}")
            if time.monotonic() > until:
                raise TargetError(
                    f"not reached within {self._start_within:g} s: {problem}\n{self._last_words()}"
                )
            await asyncio.sleep(_POLL)
            problem = await self._reach()
        self.running = True

    async def start_and_kill(self, seconds: float) -> None:
        """Start it, and kill it so soon that it may not have recovered."""
        process = await self._spawn()
        await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=seconds)
        await self.kill()

    async def kill(self) -> None:
        """SIGKILL for the whole group, unless it has ended."""
        self.running = False
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        self._output.seek(0)
        self._output.truncate()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                start_new_session=True,
            )
        except OSError as error:
            raise TargetError(f"{self._command[0]} cannot be started: {error.strerror}") from error
        return self._process

    async def _reach(self) -> str | None:
        """Learn where it is and connect; returns what stands in the way."""
        try:
            self.target = target_at(str(self._facts))
            line = await Line.open(
                self.target.host, self.target.port, tls_context(self.target), self._start_within
            )
        except (TargetError, EndedError, LateError) as problem:
            return str(problem)
        await line.close()
        return None

    def _last_words(self) -> str:
        end = self._output.seek(0, os.SEEK_END)
        self._output.seek(max(0, end - _LAST_WORDS))
        return self._output.read().decode("utf-8", "replace")


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def _span(text: str) -> tuple[float, float]:
    low, _, high = text.partition("-")
    span = float(low), float(high or low)
    if not 0 < span[0] <= span[1] < float("inf"):
        raise ValueError(text)
    return span
