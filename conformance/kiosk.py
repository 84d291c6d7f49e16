"""A self-check whose server may die under it; the rule: what has no answer is asked again, word for word.

It has a patron and items that nobody else touches, so it knows what must be true: what it was told is done,
and what it asked without an answer is done completely or not at all. Asked again, with the same transaction
date and on a new connection, that must be answered as if for the first time, and done once.
"""

import random
import re
import ssl
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from conformance.sip2.claims import amount, coin
from conformance.target import Target
from conformance.wire.line import EndedError, Line
from conformance.wire.sip2 import DIGITS, Answer, UnreadableError, read, seal

LENT_AT_MOST = 3
DEAREST = 9  # coins of one payment, so that many payments can be told apart
_ON_LOAN = ("04", "05", "07")
_MONEY = re.compile(r"(?<![\d.])\d+\.\d{2,3}(?![\d.])")
_SAME = ("AA", "AB", "AH", "BK")  # what two answers to one request may not differ in


class BrokenPromiseError(Exception):
    """The server said one thing and did another; the text says what."""


class Truth(Struct, frozen=True):
    """How a patron stands: which of our items they have, and what they owe."""

    lent: frozenset[str]
    owes: Decimal

    def __str__(self) -> str:
        return f"{', '.join(sorted(self.lent)) or 'nothing'} on loan, {self.owes} owed"


class Act(Struct, frozen=True):
    """A request that changes something. Its ``text`` lacks AY and AZ, which begin anew with a connection."""

    text: str
    item: str = ""
    money: Decimal = Decimal(0)
    mark: str | None = None

    @property
    def code(self) -> str:
        """The code of the request."""
        return self.text[:2]

    def after(self, truth: Truth) -> Truth:
        """How the patron stands once it is done."""
        match self.code:
            case "11":
                return Truth(truth.lent | {self.item}, truth.owes)
            case "09":
                return Truth(truth.lent - {self.item}, truth.owes)
            case _:
                return Truth(truth.lent, truth.owes - self.money)


class Kiosk:
    """One self-check through all its connections. ``acknowledged`` counts the acts it was told are done."""

    def __init__(self, patron: str, items: Sequence[str], order: random.Random, deadline: float) -> None:
        self.patron = patron
        self.acknowledged = 0
        self.unanswered: Act | None = None
        self._target = Target("", 0)
        self._items = tuple(items)
        self._order = order
        self._deadline = deadline
        self._line: Line | None = None
        self._digit = 0
        self._truth = Truth(frozenset(), Decimal(0))
        self._foreign: tuple[str, ...] = ()  # loans that the patron had before
        self._due: dict[str, str] = {}
        self._coin: Decimal | None = None
        self._currency = ""
        self._last: tuple[Act, Answer] | None = None
        self._run = f"{patron}-{time.time_ns()}"
        self._payments = 0
        self._clock = datetime.now() - timedelta(days=1)

    async def connect(self, target: Target, tls: ssl.SSLContext | None) -> None:
        """Open a new connection and log in. Raises EndedError, LateError or BrokenPromiseError."""
        await self.leave()
        self._target, self._digit = target, 0
        self._line = await Line.open(target.host, target.port, tls, self._deadline)
        if target.user is not None:
            location = f"CP{target.location}|" if target.location else ""
            answer = await self._ask(f"9300CN{target.user}|CO{target.password}|{location}", "94")
            _must(answer.fixed["ok"] == "1", "the login was refused")

    async def leave(self) -> None:
        """Close the connection, whatever state it is in."""
        if self._line is not None:
            line, self._line = self._line, None
            await line.close()

    async def prepare(self) -> None:
        """Return what an earlier run left lent, and learn how the patron stands. Raises as `connect`."""
        for item in self._items:
            await self._ask(self._checkin(item).text, "10")
        answer = await self._information("")
        coins = coin(answer)
        self._coin = None if coins is None else Decimal(coins)
        self._currency = answer.first("BH") or ""
        self._foreign = tuple(sorted(await self._charged()))
        self._truth = await self._seen()
        _must(not self._truth.lent, f"{self._truth}, though all was returned")

    async def play(self, until: float) -> None:
        """Borrow, return and pay until a moment of the monotonic clock. Raises as `connect`."""
        while time.monotonic() < until:
            act = self._next()
            self.unanswered = act
            self._accept(act, await self._ask(act.text, _ANSWER[act.code]))

    async def check(self) -> bool | None:
        """See that all acknowledged acts are there and the unanswered one is whole or not there.

        Returns whether that one was done, None if there was none.
        """
        seen, act = await self._seen(), self.unanswered
        if act is None:
            _must(seen == self._truth, f"{seen}; acknowledged: {self._truth}")
            return None
        done = act.after(self._truth)
        _must(seen in (self._truth, done), f"{seen}; acknowledged: {self._truth}; without an answer: {done}")
        return seen == done

    async def repeat(self) -> None:
        """Ask the unanswered request again, or else the last one that was answered; then once more.

        That is what a machine does that has lost one answer or two: each time it must hear the same, and all
        of it counts once.
        """
        act = self.unanswered
        if act is not None:
            self._accept(act, await self._ask(act.text, _ANSWER[act.code]))
        if self._last is None:
            return
        act, first = self._last
        again = await self._ask(act.text, _ANSWER[act.code])
        verdict = next(iter(again.fixed))
        _must(
            again.fixed[verdict] == first.fixed[verdict]
            and all(again.first(name) == first.first(name) for name in _SAME),
            f"{act.code} asked again was answered {_words(again)}, at first {_words(first)}",
        )
        await self.check()

    # What to do

    def _next(self) -> Act:
        lent, owes = self._truth.lent, self._truth.owes
        choices = ["11"] * (len(lent) < min(LENT_AT_MOST, len(self._items))) + ["09"] * bool(lent)
        choices += ["37"] * (self._coin is not None and owes > 0)
        match self._order.choice(choices):
            case "11":
                return self._checkout(self._order.choice([i for i in self._items if i not in lent]))
            case "09":
                return self._checkin(self._order.choice(sorted(lent)))
            case _:
                return self._payment()

    def _checkout(self, item: str) -> Act:
        text = f"11NN{self._date()}{' ' * 18}{self._who()}AB{item}|BON|BIN|"
        return Act(text, item)

    def _checkin(self, item: str) -> Act:
        now = time.strftime("%Y%m%d    %H%M%S")
        text = f"09N{self._date()}{now}AP{self._target.location}|{self._institution()}AB{item}|AC|BIN|"
        return Act(text, item)

    def _payment(self) -> Act:
        """Half of the payments carry a number of ours (BK), by which they are known for ever."""
        assert self._coin is not None, "there is something to pay"
        money = min(self._coin * self._order.randint(1, DEAREST), self._truth.owes)
        text = f"37{self._date()}0100{self._currency}BV{money}|{self._who()}"
        if self._order.random() < 0.5:
            return Act(text, money=money)
        self._payments += 1
        mark = f"{self._run}-{self._payments}"
        return Act(f"{text}BK{mark}|", money=money, mark=mark)

    def _date(self) -> str:
        """A transaction date of its own for every act, as if people had made them; it begins a day back."""
        self._clock += timedelta(seconds=1)
        return self._clock.strftime("%Y%m%d    %H%M%S")

    def _institution(self) -> str:
        return f"AO{self._target.institution}|"

    def _who(self) -> str:
        return f"{self._institution()}AA{self.patron}|AC|AD{self._target.pin or ''}|"

    # What comes back

    async def _ask(self, text: str, expected: str) -> Answer:
        assert self._line is not None, "connected"
        digit, self._digit = self._digit, (self._digit + 1) % DIGITS
        await self._line.send(seal(text.encode("latin-1", "replace"), digit) + b"\r")
        raw, ending = await self._line.answer()
        try:
            answer = read(raw, ending)
        except UnreadableError as problem:
            raise BrokenPromiseError(str(problem)) from problem
        if answer.code == "98" and answer.fixed["online"] == "N":
            raise EndedError("the server has gone off line")  # to be asked again later (2.00, ACS Status 98)
        _must(answer.code == expected, f"{text[:2]} was answered {answer.code}")
        faults = answer.faults()
        _must(not faults, f"{text[:2]}: {'; '.join(faults)}")
        return answer

    def _accept(self, act: Act, answer: Answer) -> None:
        """Take in that an act is done, or raise BrokenPromiseError: all that is asked here can be done."""
        verdict = next(iter(answer.fixed.values()))
        _must(verdict in "1Y", f"{act.code} {act.item or act.money} was refused: {answer.first('AF')}")
        _must(answer.first("AB") == (act.item or None), f"{act.code} {act.item}: AB {answer.first('AB')}")
        if act.code == "11":
            _must(answer.fixed["renewal ok"] == "N", f"{act.item} was not on loan and is called renewed")
            self._due[act.item] = answer.first("AH") or ""
        _must(act.mark in (None, answer.first("BK")), f"BK {answer.first('BK')} for {act.mark}")
        self._truth, self.unanswered, self._last = act.after(self._truth), None, (act, answer)
        self.acknowledged += 1

    async def _seen(self) -> Truth:
        """How the patron stands as the server tells it, which must be without contradiction."""
        charged = await self._charged()
        ours = [item for entry in charged for item in self._items if item in entry.split()]
        foreign = sorted(entry for entry in charged if not set(entry.split()) & set(self._items))
        lent = frozenset(ours)
        _must(len(ours) == len(lent), f"AU holds an item twice: {charged}")
        _must(tuple(foreign) == self._foreign, f"AU holds {foreign}, which we did not lend")
        for item in self._items:
            await self._see_item(item, item in lent)
        return Truth(lent, await self._owed())

    async def _see_item(self, item: str, lent: bool) -> None:
        answer = await self._ask(f"17{self._date()}{self._institution()}AB{item}|AC|", "18")
        status, due = answer.fixed["circulation status"], answer.first("AH")
        _must((status in _ON_LOAN) == lent, f"{item}: 17 says {status}, AU {'has' if lent else 'lacks'} it")
        told = self._due.get(item) if lent and item in self._truth.lent else None
        _must(not due or told in (None, due), f"{item}: due {due}, told {told}")

    async def _charged(self) -> tuple[str, ...]:
        """The loans of the patron, all of them."""
        answer = await self._information("  Y")
        listed = answer.every("AU")
        counted = answer.fixed["charged"]
        _must(counted == f"{len(listed):04}", f"{counted} charged, {len(listed)} AU")
        return listed

    async def _owed(self) -> Decimal:
        """What the patron owes. Where each AV shows one sum, they must add up to it."""
        answer = await self._information("   Y")
        owed = amount(answer) or Decimal(0)
        sums = [_MONEY.findall(entry) for entry in answer.every("AV")]
        if all(len(found) == 1 for found in sums):
            total = sum((Decimal(found[0]) for found in sums), Decimal(0))
            _must(total == owed, f"BV {owed}, but the AV add up to {total}")
        return owed

    async def _information(self, summary: str) -> Answer:
        answer = await self._ask(f"63001{self._date()}{summary:10}{self._who()}", "64")
        _must(answer.first("AA") == self.patron, f"AA {answer.first('AA')} for {self.patron}")
        _must(answer.first("BL") != "N", f"{self.patron} is not valid any more")
        return answer


_ANSWER = {"11": "12", "09": "10", "37": "38"}


def _words(answer: Answer) -> str:
    told = {name: answer.first(name) for name in (*_SAME, "AF") if answer.first(name)}
    return f"{next(iter(answer.fixed.values()))} {told}"


def _must(true: bool, problem: str) -> None:
    if not true:
        raise BrokenPromiseError(problem)
