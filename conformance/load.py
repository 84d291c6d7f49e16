"""A load of SIP2 requests in which every answer is checked; the rule: each connection knows the truth itself.

Every connection has a patron and items that nobody else here touches, so it knows what it lent and what must
be answered. It waits for each answer before it asks again (a closed loop), as a machine does. Idle
connections log in first, say nothing while the others work, and must be served when all is over.
"""

import asyncio
import random
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct, field
from rich.console import Console
from rich.table import Table

from conformance.sip2.claims import amount, coin
from conformance.target import Target, TargetError, tls_context
from conformance.wire.line import EndedError, LateError, Line
from conformance.wire.sip2 import DIGITS, Answer, UnreadableError, read, seal

DEFAULT_MIX = "23:1,63:1,17:1,11:1,09:1,37:1"
ITEMS_EACH = 3
LENT_AT_MOST = 2
_MADE_AT_ONCE = 32  # idle connections being made
_EXAMPLES = 10  # wrong answers that are shown
_ON_LOAN = ("04", "05", "07")


class Plan(Struct, frozen=True):
    """How much load, of what, for how long."""

    connections: int
    seconds: float
    mix: Mapping[str, int]
    idle: int = 0
    rate: float | None = None
    seed: int = 0
    deadline: float = 5.0


class Latency(Struct, frozen=True):
    """What one kind of message took, in milliseconds."""

    answers: int
    p50: float
    p99: float
    longest: float


class Figures(Struct, frozen=True):
    """What a load brought to light."""

    connections: int
    idle: int
    seconds: float
    answers: int
    rate: float
    wrong: int
    lost: int
    latency: Mapping[str, Latency]
    verdicts: Mapping[str, int]
    examples: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether there were answers and all were right."""
        return self.answers > 0 and self.wrong == 0 and self.lost == 0


class WrongAnswerError(Exception):
    """An answer that cannot be true; the text says why."""


class Tally(Struct):
    """What is counted while the load runs."""

    took: dict[str, list[float]] = field(default_factory=dict)
    verdicts: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    lost: int = 0

    def right(self, code: str, seconds: float, verdict: str) -> None:
        """Count an answer that is true."""
        self.took.setdefault(code, []).append(seconds)
        self.verdicts[f"{code} {verdict}"] += 1

    def wrong(self, code: str, problem: str) -> None:
        """Count an answer that is not."""
        self.verdicts[f"{code} wrong"] += 1
        self._example(f"{code}: {problem}")

    def gone(self, problem: str) -> None:
        """Count a connection that was lost."""
        self.lost += 1
        self._example(problem)

    def _example(self, text: str) -> None:
        if len(self.examples) < _EXAMPLES:
            self.examples.append(text)


def mix_of(text: str) -> dict[str, int]:
    """Return the weights in `23:1,63:2`. Raises ValueError for an unknown code or a bad weight."""
    mix = {}
    for part in text.split(","):
        code, colon, weight = part.strip().partition(":")
        if code not in Machine.ACTS:
            raise ValueError(f"{code!r} is not one of {', '.join(sorted(Machine.ACTS))}")
        if not (colon and weight.isascii() and weight.isdecimal()):
            raise ValueError(f"{part!r} is not CODE:WEIGHT")
        mix[code] = int(weight)
    if not any(mix.values()):
        raise ValueError("every weight is 0")
    return mix


class Dialogue:
    """Questions and answers on a line, in turn; what holds of every answer is seen to here."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._sequence = 0

    async def ask(self, text: str, expected: str) -> Answer:
        """Ask, and see to the answer. Raises WrongAnswerError, EndedError or LateError."""
        digit = self._sequence
        self._sequence = (digit + 1) % DIGITS
        await self._line.send(seal(text.encode("latin-1", "replace"), digit) + b"\r")
        raw, ending = await self._line.answer()
        try:
            answer = read(raw, ending)
        except UnreadableError as problem:
            raise WrongAnswerError(str(problem)) from problem
        _must(answer.code == expected, f"answered {answer.code}, not {expected}")
        _must(answer.sequence == str(digit), f"AY{answer.sequence} for AY{digit}")
        _must(answer.sum_is_right, f"AZ {answer.checksum}")
        faults = answer.faults()
        _must(not faults, "; ".join(faults))
        return answer

    async def log_in(self, target: Target) -> None:
        """Log in where the target wants it. Raises as `ask`."""
        if target.user is None:
            return
        location = f"CP{target.location}|" if target.location else ""
        answer = await self.ask(f"9300CN{target.user}|CO{target.password}|{location}", "94")
        _must(answer.fixed["ok"] == "1", "the login was refused")

    async def is_served(self) -> bool:
        """Whether the server says that it is on line. Raises as `ask`."""
        answer = await self.ask("9900802.00", "98")
        return answer.fixed["online"] == "Y"

    async def close(self) -> None:
        """Close the line."""
        await self._line.close()


class Machine:
    """One self-check: its patron and items, and what it knows of them."""

    def __init__(
        self, dialogue: Dialogue, target: Target, number: int, tally: Tally, order: random.Random
    ) -> None:
        self._dialogue = dialogue
        self._order = order
        self._target = target
        self._tally = tally
        self._patron = target.patrons[number]
        self._items = target.items[number * ITEMS_EACH : (number + 1) * ITEMS_EACH]
        self._lent: dict[str, str] = {}  # item: due date as told
        self._lent_before = 0
        self._owes: Decimal | None = None
        self._coin: str | None = None
        self._currency = ""
        self._payments = 0

    async def prepare(self) -> None:
        """Log in, return what an earlier run left lent, learn where the patron stands. Raises as `ask`."""
        await self._dialogue.log_in(self._target)
        for item in self._items:
            await self._dialogue.ask(self._checkin(item), "10")
        answer = await self._dialogue.ask(self._information(), "64")
        self._lent_before = self._count(answer)
        self._owes, self._coin = amount(answer), coin(answer)
        self._currency = answer.first("BH") or ""

    async def act(self, code: str) -> None:
        """Send one message of this kind, or the nearest that makes sense now, and check the answer."""
        if code == "11" and len(self._lent) >= min(LENT_AT_MOST, len(self._items)):
            code = "09"
        if code in ("09", "29") and not self._lent:
            code = "11"
        if code == "37" and self._coin is None:
            code = "23"
        start = time.perf_counter()
        try:
            verdict = await self.ACTS[code](self)
        except WrongAnswerError as problem:
            self._tally.wrong(code, str(problem))
        else:
            self._tally.right(code, time.perf_counter() - start, verdict)

    async def leave(self) -> None:
        """Return everything that is lent."""
        for item in tuple(self._lent):
            await self._dialogue.ask(self._checkin(item), "10")

    async def _status(self) -> str:
        answer = await self._dialogue.ask(f"23001{_now()}{self._who()}", "24")
        self._is_ours(answer)
        _must(answer.first("BL") != "N", "the patron is not valid any more")
        self._owes_that(answer)
        return "right"

    async def _told(self) -> str:
        answer = await self._dialogue.ask(self._information(), "64")
        self._is_ours(answer)
        charged = self._count(answer)
        known = self._lent_before + len(self._lent)
        _must(charged == known, f"{charged} charged, {known} lent")
        self._owes_that(answer)
        return "right"

    async def _item(self) -> str:
        item = self._order.choice(self._items)
        answer = await self._dialogue.ask(f"17{_now()}{self._institution()}AB{item}|AC|", "18")
        _must(answer.first("AB") == item, f"AB {answer.first('AB')} for {item}")
        status = answer.fixed["circulation status"]
        _must((status in _ON_LOAN) == (item in self._lent), f"status {status}, lent {item in self._lent}")
        return "on loan" if item in self._lent else "not on loan"

    async def _checkout(self) -> str:
        item = next(item for item in self._items if item not in self._lent)
        now = _now()
        text = f"11YN{now}{now}{self._who()}AB{item}|BON|BIN|"
        answer = await self._dialogue.ask(text, "12")
        self._is_ours(answer, item)
        _must(answer.fixed["ok"] == "1", f"{item} was refused: {answer.first('AF')}")
        _must(answer.fixed["renewal ok"] == "N", f"{item} was not on loan and is called renewed")
        self._lent[item] = answer.first("AH") or ""
        return "lent"

    async def _return(self) -> str:
        item = next(iter(self._lent))
        answer = await self._dialogue.ask(self._checkin(item), "10")
        _must(answer.first("AB") == item, f"AB {answer.first('AB')} for {item}")
        _must(answer.fixed["ok"] == "1", f"the return of {item} was refused: {answer.first('AF')}")
        del self._lent[item]
        return "returned"

    async def _renewal(self) -> str:
        item = next(iter(self._lent))
        now = _now()
        answer = await self._dialogue.ask(f"29NN{now}{now}{self._who()}AB{item}|BON|", "30")
        self._is_ours(answer, item)
        renewed = answer.fixed["ok"] == "1"
        _must(renewed == (answer.fixed["renewal ok"] == "Y"), "ok and renewal ok disagree")
        return "renewed" if renewed else "refused"

    async def _payment(self) -> str:
        self._payments += 1
        mark = f"{self._patron}-{time.time_ns()}-{self._payments}"
        text = f"37{_now()}0100{self._currency}BV{self._coin}|{self._who()}BK{mark}|"
        answer = await self._dialogue.ask(text, "38")
        self._is_ours(answer)
        if answer.fixed["payment accepted"] == "N":
            return "refused"
        if self._owes is not None and self._coin is not None:
            self._owes -= Decimal(self._coin)
            if self._owes <= 0:
                self._coin = None
        return "paid"

    async def _abilities(self) -> str:
        return "online" if await self._dialogue.is_served() else "offline"

    async def _session(self) -> str:
        answer = await self._dialogue.ask(f"35{_now()}{self._who()}", "36")
        self._is_ours(answer)
        return "right"

    ACTS: ClassVar[Mapping[str, Callable[["Machine"], Awaitable[str]]]] = {
        "09": _return,
        "11": _checkout,
        "17": _item,
        "23": _status,
        "29": _renewal,
        "35": _session,
        "37": _payment,
        "63": _told,
        "99": _abilities,
    }

    def _is_ours(self, answer: Answer, item: str | None = None) -> None:
        _must(answer.first("AA") == self._patron, f"AA {answer.first('AA')} for {self._patron}")
        _must(item is None or answer.first("AB") == item, f"AB {answer.first('AB')} for {item}")

    def _owes_that(self, answer: Answer) -> None:
        told = amount(answer)
        _must(self._owes is None or (told or 0) == self._owes, f"owes {told}, after payments {self._owes}")

    def _count(self, answer: Answer) -> int:
        text = answer.fixed["charged"]
        _must(text.isdecimal(), f"{text!r} charged")
        return int(text)

    def _institution(self) -> str:
        return f"AO{self._target.institution}|"

    def _who(self) -> str:
        return f"{self._institution()}AA{self._patron}|AC|AD{self._target.pin or ''}|"

    def _information(self) -> str:
        return f"63001{_now()}{' ' * 10}{self._who()}"

    def _checkin(self, item: str) -> str:
        now = _now()
        return f"09N{now}{now}AP{self._target.location}|{self._institution()}AB{item}|AC|BIN|"


async def generate(target: Target, plan: Plan) -> Figures:
    """Put the load on the target. Raises TargetError if it cannot be reached or has too little to lend."""
    patrons, items = len(target.patrons), len(target.items)
    if patrons < plan.connections or items < plan.connections * ITEMS_EACH:
        raise TargetError(
            f"{plan.connections} connections need as many patrons (there are {patrons}) "
            f"and {ITEMS_EACH} items each (there are {items})"
        )
    tls = tls_context(target)
    tally = Tally()
    turns = asyncio.Semaphore(_MADE_AT_ONCE)
    idle = await asyncio.gather(
        *(_idle(target, tls, plan, number, tally, turns) for number in range(plan.idle))
    )
    start = time.perf_counter()
    until = start + plan.seconds
    async with asyncio.TaskGroup() as group:
        for number in range(plan.connections):
            group.create_task(_machine(target, tls, plan, number, tally, until))
    seconds = time.perf_counter() - start
    served = await asyncio.gather(
        *(_still_served(dialogue, number, tally) for number, dialogue in enumerate(idle) if dialogue)
    )
    return _figures(plan, tally, sum(served), seconds)


def print_figures(figures: Figures, console: Console) -> None:
    """Print rate, latencies, verdicts and the first wrong answers."""
    console.print(
        f"{figures.connections} connections, {figures.seconds:.1f} s: {figures.answers} answers, "
        f"{figures.rate:.0f} a second, {figures.wrong} wrong, {figures.lost} connections lost; "
        f"{figures.idle} idle ones served at the end"
    )
    table = Table("message", "answers", "p50 ms", "p99 ms", "longest ms")
    for code, took in figures.latency.items():
        table.add_row(code, str(took.answers), f"{took.p50:.2f}", f"{took.p99:.2f}", f"{took.longest:.2f}")
    console.print(table)
    verdicts = Table("verdict", "count")
    for verdict, count in figures.verdicts.items():
        verdicts.add_row(verdict, str(count))
    console.print(verdicts)
    for example in figures.examples:
        console.print(example, markup=False)


async def _idle(
    target: Target,
    tls: ssl.SSLContext | None,
    plan: Plan,
    number: int,
    tally: Tally,
    turns: asyncio.Semaphore,
) -> Dialogue | None:
    """Make one connection that will say nothing after its login; None if that fails."""
    async with turns:
        dialogue = await _connected(target, tls, plan, f"idle connection {number}", tally)
        if dialogue is None:
            return None
        try:
            await dialogue.log_in(target)
        except (EndedError, LateError, WrongAnswerError) as problem:
            tally.gone(f"idle connection {number} was given up: {problem}")
            await dialogue.close()
            return None
        return dialogue


async def _still_served(dialogue: Dialogue, number: int, tally: Tally) -> bool:
    """Whether a connection that was idle is answered as before; closes it."""
    try:
        served = await dialogue.is_served()
    except (EndedError, LateError, WrongAnswerError) as problem:
        tally.gone(f"idle connection {number} is served no more: {problem}")
        return False
    finally:
        await dialogue.close()
    if not served:
        tally.gone(f"idle connection {number} is told that the server is off line")
    return served


async def _machine(
    target: Target, tls: ssl.SSLContext | None, plan: Plan, number: int, tally: Tally, until: float
) -> None:
    """Run one connection until the time is up, or until it is lost."""
    order = random.Random(f"{plan.seed}-{number}")
    codes, weights = tuple(plan.mix), tuple(plan.mix.values())
    gap = plan.connections / plan.rate if plan.rate else 0.0
    dialogue = await _connected(target, tls, plan, f"connection {number}", tally)
    if dialogue is None:
        return
    machine = Machine(dialogue, target, number, tally, order)
    try:
        await machine.prepare()
        due = time.perf_counter() + gap * order.random()
        while time.perf_counter() < until:
            if gap:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                due += gap
            await machine.act(order.choices(codes, weights)[0])
        await machine.leave()
    except (EndedError, LateError, WrongAnswerError) as problem:
        tally.gone(f"connection {number} was given up: {problem}")
    finally:
        await dialogue.close()


async def _connected(
    target: Target, tls: ssl.SSLContext | None, plan: Plan, name: str, tally: Tally
) -> Dialogue | None:
    """Connect; None, and counted as lost, if that fails."""
    try:
        return Dialogue(await Line.open(target.host, target.port, tls, plan.deadline))
    except (EndedError, LateError) as problem:
        tally.gone(f"{name} was not made: {problem}")
        return None


def _figures(plan: Plan, tally: Tally, idle: int, seconds: float) -> Figures:
    wrong = sum(count for verdict, count in tally.verdicts.items() if verdict.endswith(" wrong"))
    answers = sum(tally.verdicts.values())
    return Figures(
        connections=plan.connections,
        idle=idle,
        seconds=round(seconds, 3),
        answers=answers,
        rate=round(answers / seconds, 1),
        wrong=wrong,
        lost=tally.lost,
        latency={code: _latency(tally.took[code]) for code in sorted(tally.took)},
        verdicts=dict(sorted(tally.verdicts.items())),
        examples=tuple(tally.examples),
    )


def _latency(took: list[float]) -> Latency:
    """Return the figures of at least one duration; of n, the p-th percentile is the (np/100)th smallest."""
    ordered = sorted(took)
    p50, p99 = (ordered[-(-len(ordered) * percent // 100) - 1] for percent in (50, 99))
    milliseconds = [round(value * 1000, 3) for value in (p50, p99, ordered[-1])]
    return Latency(len(ordered), *milliseconds)


def _must(true: bool, problem: str) -> None:
    if not true:
        raise WrongAnswerError(problem)


def _now() -> str:
    return time.strftime("%Y%m%d    %H%M%S")
