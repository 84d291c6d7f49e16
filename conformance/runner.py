"""Plays cases against a target, one after another; the rule: a case leaves nothing behind.

Every case has connections of its own. One that lacks a fact, or a message that the server itself says it does
not answer, is "not applicable" with the reason, never passed. What a case borrowed it returns, pass or fail.
"""

import re
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import assert_never

from msgspec import Struct

from conformance.case import (
    Ahead,
    Anew,
    Ask,
    AtOnce,
    Awaits,
    Behind,
    Beside,
    Burst,
    Case,
    ClaimError,
    Crowd,
    Each,
    Fetch,
    Opening,
    Post,
    Reconnect,
    Scene,
    Tell,
    Train,
    UnsupportedError,
    Walk,
)
from conformance.ncip.conversation import Conversation
from conformance.ncip.texts import LOOKUP_VERSION
from conformance.sru.conversation import SruConversation
from conformance.sru.survey import Survey
from conformance.sru.texts import ALWAYS, OFFERS
from conformance.target import Z3950, Sru, Target, TargetError, ncip_tls_context, sru_tls_context, tls_context
from conformance.wire.line import EndedError, LateError, Line
from conformance.wire.sip2 import (
    DIGITS,
    SUPPORTED_ORDER,
    Answer,
    Detection,
    UnreadableError,
    read,
    seal,
)
from conformance.z3950.conversation import Z3950Conversation
from conformance.z3950.survey import survey as survey_z3950
from conformance.z3950.texts import OFFERS as Z3950_OFFERS

EACH_CASE_TAKES = 3  # patrons and items a case may have to itself
_TWO = 2  # items that only off-line cases touch
_LOGIN = "9300CN{user}|CO{password}|"
_LOGIN_AT = _LOGIN + "CP{location}|"
_LOGIN_OTHER = "9300CN{other_user}|CO{other_password}|"
_SHOWN = 400  # characters of a long line that a transcript keeps
_DAY = 86_400
# Seconds from the start of the case: four acts at its desk have four dates.
_WHEN = {
    "now": -20,
    "later": -10,
    "last": -5,
    "end": 0,
    "yesterday": -_DAY,
    "tomorrow": _DAY,
    "in_a_week": 7 * _DAY,
    "in_two_weeks": 14 * _DAY,
}
# Moments for acts on what many cases share. Each case has four to itself, long past, so that none is taken
# for the act of another case done again; nor of a run before, unless that began so many seconds ago exactly.
_APART = 97
_TICKS = ("first", "second", "third", "undoing")
# Moments while the line was down, an hour ago; a little later each time that items are used again.
_AWAY, _ROUND = 3600, 6
_PAST = ("past", "past_2", "past_3", "past_4", "past_5")
_LOCAL_TIME = "%Y%m%d    %H%M%S"


class Verdict(StrEnum):
    """What became of a case."""

    PASS = "pass"
    FAIL = "fail"
    DIVERGES = "diverges"  # fails, and the file of known divergences says why
    NOT_APPLICABLE = "n-a"


class Outcome(Struct, frozen=True):
    """The verdict on one case, and what was said while it was reached."""

    case: Case
    verdict: Verdict
    reason: str = ""
    seconds: float = 0.0
    transcript: tuple[str, ...] = ()


class Findings(Struct, frozen=True):
    """Everything a run brought: what the server says of itself, if it can be read, and every outcome.

    `status` is SIP2's 98, `versions` what LookupVersion tells, `offers` what a survey of SRU found; what was
    not played tells nothing.
    """

    status: Answer | None
    outcomes: tuple[Outcome, ...]
    versions: tuple[str, ...] = ()
    offers: Mapping[str, str] = {}


class Runner:
    """Holds what is known of the target between cases."""

    def __init__(self, target: Target, deadline: float, known: Mapping[str, str] | None = None) -> None:
        """Raises TargetError if the target's certificates cannot be used."""
        self._target = target
        self._deadline = deadline
        self._known = known or {}
        self._tls = tls_context(target)
        self._ncip_tls = ncip_tls_context(target)
        self._sru_tls = sru_tls_context(target)
        self._unanswered: frozenset[str] = frozenset()
        self._ahead = 0.0
        self._away = 0
        self.status: Answer | None = None
        self.versions: tuple[str, ...] = ()
        self.offers: Mapping[str, str] = {}

    async def survey(self, cases: Iterable[Case]) -> None:
        """Ask the server what it says of itself, in the protocols of `cases`. TargetError: it is away."""
        ways = set[str]().union(*(case.ways for case in cases))
        if "sip2" in ways and self._target.host:
            await self._survey_sip2()
        if "ncip" in ways and self._target.ncip is not None:
            await self._survey_ncip()
        if "sru" in ways and self._target.sru is not None:
            await self._survey_sru(self._target.sru)
        if "z3950" in ways and self._target.z3950 is not None:
            await self._survey_z3950(self._target.z3950)

    async def _survey_z3950(self, z3950: Z3950) -> None:
        """Find out what the target has. TargetError: nothing answers."""
        play = self._play(names_for(self._target, 0))
        try:
            found = await survey_z3950(play.z3950, z3950.title, self._target.items)
        except (EndedError, LateError, ClaimError) as error:
            raise TargetError(f"{z3950.address} does not answer: {error}") from error
        finally:
            await play.close()
        self.offers = {**self.offers, **found}

    async def _survey_sru(self, sru: Sru) -> None:
        """Find out what the end point has. TargetError: nothing answers."""
        survey = Survey(self._play(names_for(self._target, 0)).sru, sru.title)
        try:
            await survey.run()
        except (EndedError, LateError) as error:
            raise TargetError(f"{sru.url} does not answer: {error}") from error
        except ClaimError as problem:
            raise TargetError(f"{sru.url}: {problem}") from problem
        self.offers = {**self.offers, **survey.names}

    async def _survey_ncip(self) -> None:
        """Ask for the versions of NCIP (LookupVersion). TargetError: nothing answers."""
        play = self._play(names_for(self._target, 0))
        try:
            reply = await play.ncip.post(LOOKUP_VERSION)
        except (EndedError, LateError) as error:
            address = self._target.ncip.url if self._target.ncip else ""
            raise TargetError(f"{address} does not answer: {error}") from error
        except (ClaimError, UnsupportedError):
            return  # the cases will say it better
        self.versions = () if reply is None else reply.every("VersionSupported")

    async def _survey_sip2(self) -> None:
        """Ask the server for the time and for what it answers at all (98). TargetError: it is away."""
        play = self._play(names_for(self._target, 0))
        try:
            await play.connect(Opening.LOGGED_IN)
            answer = await play.exchange(Ask(text="9900802.00"))
        except (EndedError, LateError) as error:
            raise TargetError(f"{self._target.address} does not answer: {error}") from error
        except ClaimError:
            return  # the cases will say it better
        finally:
            await play.close()
        if answer is None or answer.code != "98":
            return
        self.status, self._ahead = answer, _ahead(answer.fixed["date/time sync"])
        supported = answer.first("BX") or ""
        if len(supported) == len(SUPPORTED_ORDER):
            pairs = zip(SUPPORTED_ORDER, supported, strict=True)
            self._unanswered = frozenset(code for code, flag in pairs if flag == "N")

    async def play(self, case: Case, turn: int) -> Outcome:
        """Play one case with the `turn`-th share of the target's patrons and items."""
        names = names_for(self._target, turn, self._ahead, self._away) | dict(self.offers)
        lacking = self._lacking(case, names)
        if lacking:
            return Outcome(case, Verdict.NOT_APPLICABLE, lacking)
        self._away += "offline_item" in case.needs
        start = time.monotonic()
        play = self._play(names)
        verdict, reason = Verdict.PASS, ""
        try:
            await play.case(case)
        except (ClaimError, EndedError, LateError) as error:
            verdict, reason = Verdict.FAIL, str(error)
        except UnsupportedError as service:
            verdict, reason = Verdict.NOT_APPLICABLE, f"the server says that it does not have {service}"
        finally:
            await play.close()
        reason = "; ".join(filter(None, [reason, await self._undo(case, play.names)]))
        if verdict is Verdict.FAIL and case.id in self._known:
            verdict, reason = Verdict.DIVERGES, f"{self._known[case.id]} ({reason})"
        elif case.id in self._known:
            reason = "listed as a divergence, but it passes"
        return Outcome(case, verdict, reason, time.monotonic() - start, tuple(play.transcript))

    def _play(self, names: Mapping[str, str]) -> "_Play":
        contexts = _Contexts(self._tls, self._ncip_tls, self._sru_tls)
        return _Play(self._target, contexts, self._deadline, Scene(names))

    def _lacking(self, case: Case, names: Mapping[str, str]) -> str:
        missing = sorted(case.needs - names.keys() - ALWAYS)
        offers = OFFERS | Z3950_OFFERS
        facts = [name for name in missing if name not in offers]
        if facts:
            return "the target names no " + ", ".join(facts)
        if missing:
            return f"the end point has not, or does not tell of, {offers[missing[0]]}"
        unanswered = sorted(case.requests & self._unanswered)
        if unanswered:
            return "the server's 98 says that it does not answer " + ", ".join(unanswered)
        return ""

    async def _undo(self, case: Case, names: Mapping[str, str]) -> str:
        """Play the undoing; return why it could not be done, if so."""
        if not case.undo:
            return ""
        play = self._play(names)
        try:
            await play.undo(case)
        except (ClaimError, UnsupportedError, EndedError, LateError) as error:
            return f"what the case did could not be undone: {error}"
        finally:
            await play.close()
        return ""


async def run(
    cases: Iterable[Case], target: Target, *, deadline: float = 5.0, known: Mapping[str, str] | None = None
) -> Findings:
    """Play `cases` in order. Raises TargetError if the target is not there."""
    runner, every = Runner(target, deadline, known), tuple(cases)
    await runner.survey(every)
    outcomes = [await runner.play(case, turn) for turn, case in enumerate(every)]
    return Findings(runner.status, tuple(outcomes), runner.versions, runner.offers)


def names_for(target: Target, turn: int, ahead: float = 0.0, away: int = 0) -> dict[str, str]:
    """Return every name that can be filled for the case whose turn it is, moments and its mark included.

    Moments are of the target's clock, which is so many seconds ahead of ours: a machine sets its clock by 98.
    Of the items that are only lent off line it is the turn number `away`.
    """
    start = time.time() + ahead
    when = {name: -_APART * (len(_TICKS) * turn + place) for place, name in enumerate(reversed(_TICKS), 1)}
    rounds = away * _TWO // len(target.offline_items) if target.offline_items else 0
    when |= {name: place + rounds * _ROUND - _AWAY for place, name in enumerate(_PAST)}
    names = {
        moment: time.strftime(_LOCAL_TIME, time.localtime(start + seconds))
        for moment, seconds in (_WHEN | when).items()
    }
    names |= {
        name: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + when[place]))
        for name, place in (("happened", "past"), ("happened_last", _PAST[-1]))
    }
    names["first_of_zone_0000"] = names["first"].replace("    ", "0000")
    names["mark"] = f"kit-{time.time_ns()}"  # of no other case, and of no other run
    names |= {"institution": target.institution, "location": target.location, "password": target.password}
    names |= {
        name: value for name, value in (("user", target.user), ("pin", target.pin)) if value is not None
    }
    if target.other_user:
        names |= {"other_user": target.other_user, "other_password": target.other_password}
    names |= dict(
        zip(("offline_item", "offline_item2"), _share(target.offline_items, away, _TWO), strict=False)
    )
    names |= {"told_item": target.offline_items[-1]} if target.offline_items else {}
    names |= dict(zip(("pickup", "pickup2"), target.pickups, strict=False))
    names |= {"sip2": target.host} if target.host else {}
    names |= target.ncip.names() if target.ncip is not None else {}
    names |= target.sru.names() if target.sru is not None else {}
    names |= target.z3950.names() if target.z3950 is not None else {}
    names |= dict(zip(("patron", "patron2", "patron3"), _share(target.patrons, turn), strict=False))
    names |= dict(zip(("item", "item2", "item3"), _share(target.items, turn), strict=False))
    return names | dict(target.cases)


def _ahead(sync: str) -> float:
    """How many seconds the server's local time is ahead of ours; 0 where it does not tell."""
    try:
        return (datetime.strptime(sync, _LOCAL_TIME) - datetime.now()).total_seconds()
    except ValueError:
        return 0.0


def _share(pool: Sequence[str], turn: int, each: int = EACH_CASE_TAKES) -> list[str]:
    size = len(pool)
    return [pool[(turn * each + place) % size] for place in range(min(each, size))]


class _Contexts(Struct, frozen=True):
    """What TLS needs, by protocol; None where there is none."""

    sip2: ssl.SSLContext | None
    ncip: ssl.SSLContext | None
    sru: ssl.SSLContext | None


class _Play:
    """One case being played: its connection, its sequence digit, its transcript."""

    def __init__(
        self,
        target: Target,
        contexts: _Contexts,
        deadline: float,
        scene: Scene,
    ) -> None:
        self._target = target
        self._contexts = contexts
        self._deadline = deadline
        self._scene = scene
        self._secrets = _secrets_of(target)
        self._line: Line | None = None
        self._sequence = 0
        self.transcript: list[str] = []

    @property
    def names(self) -> Mapping[str, str]:
        """The names as they stand, those that answers told included."""
        return self._scene.names

    @cached_property
    def ncip(self) -> Conversation:
        """Where NCIP is spoken. Raises EndedError if the target names no such place."""
        if self._target.ncip is None:
            raise EndedError("the target names no place where NCIP is spoken")
        secrets = (self._target.pin, self._target.ncip.secret, self._target.ncip.store_secret)
        return Conversation(
            self._target.ncip, self._contexts.ncip, self._deadline, self._scene, self.transcript, secrets
        )

    @cached_property
    def sru(self) -> SruConversation:
        """Where SRU is spoken. Raises EndedError if the target names no such place."""
        if self._target.sru is None:
            raise EndedError("the target names no place where SRU is spoken")
        return SruConversation(
            self._target.sru, self._contexts.sru, self._deadline, self._scene, self.transcript
        )

    @cached_property
    def z3950(self) -> Z3950Conversation:
        """Where Z39.50 is spoken. Raises EndedError if the target names no such place."""
        if self._target.z3950 is None:
            raise EndedError("the target names no place where Z39.50 is spoken")
        return Z3950Conversation(self._target.z3950, self._deadline, self._scene, self.transcript)

    async def case(self, case: Case) -> None:
        """Play every step. Raises ClaimError, UnsupportedError, EndedError or LateError at the first that
        goes wrong.
        """
        if "sip2" in case.ways:
            await self.connect(case.opening)
        for step in case.steps:
            match step:
                case Ask():
                    await self.exchange(step)
                case Post():
                    await self.ncip.post(step)
                case AtOnce():
                    await self.ncip.at_once(step)
                case Behind():
                    await self.ncip.behind(step)
                case Fetch():
                    await self.sru.fetch(step)
                case Each():
                    await self.sru.each(step)
                case Walk():
                    await self.sru.walk(step)
                case Crowd():
                    await self.sru.crowd(step)
                case Train():
                    await self.sru.train(step)
                case Tell():
                    await self.z3950.tell(step)
                case Ahead():
                    await self.z3950.ahead(step)
                case Anew():
                    await self.z3950.anew()
                case Burst():
                    await self._burst(step)
                case Beside():
                    await self._beside(step)
                case Reconnect():
                    await self.close()
                    await self.connect(step.opening)
                case _:
                    assert_never(step)

    async def undo(self, case: Case) -> None:
        """Play what takes back the acts of a case. Raises as `case` does."""
        if any(isinstance(step, Ask) for step in case.undo):
            await self.connect(Opening.LOGGED_IN)
        for step in case.undo:
            if isinstance(step, Ask):
                await self.exchange(step)
            else:
                await self.ncip.post(step)

    async def connect(self, opening: Opening) -> None:
        """Open a connection and, where asked and possible, log in. Raises as `case` does."""
        at = (self._target.host, self._target.port, self._contexts.sip2)
        self._line = await Line.open(*at, self._deadline)
        self._sequence = 0
        self.transcript.append("· connected")
        login = self._login(opening)
        if login:
            answer = await self.exchange(Ask(text=login))
            if answer is None or answer.fixed.get("ok") != "1":
                raise ClaimError("the login with the target's credentials was refused")

    async def exchange(self, ask: Ask) -> Answer | None:
        """Send one message and hold its answer, if one is awaited, to its claims. Raises as `case` does."""
        digit = self._digit(ask)
        try:
            await self._send(self._written(ask, digit), ask.piece)
            return await self._answered(ask, digit)
        except EndedError as ended:
            if ask.awaits is Awaits.ANSWER:
                raise
            self.transcript.append(f"· {ended}")
            return None

    async def close(self) -> None:
        """Drop every connection that there is."""
        if "z3950" in self.__dict__:
            await self.z3950.close()
        if self._line:
            await self._line.close()
            self._line = None

    def _login(self, opening: Opening) -> str:
        """Return the 93 that a connection begins with, "" for none."""
        match opening:
            case Opening.OTHER:
                return _LOGIN_OTHER
            case Opening.LOGGED_IN if self._target.user is not None:
                return _LOGIN_AT if self._target.location else _LOGIN
            case _:
                return ""

    async def _beside(self, beside: Beside) -> None:
        first, self._line, digit = self._line, None, self._sequence
        try:
            await self.connect(beside.opening)
            for ask in beside.asks:
                await self.exchange(ask)
        finally:
            await self.close()
            self._line, self._sequence = first, digit
        self.transcript.append("· on the first connection")

    async def _burst(self, burst: Burst) -> None:
        digits = [self._digit(ask) for ask in burst.asks]
        await self._send(b"".join(map(self._written, burst.asks, digits)))
        for ask, digit in zip(burst.asks, digits, strict=True):
            await self._answered(ask, digit)

    def _digit(self, ask: Ask) -> int:
        digit = self._sequence if ask.sequence is None else ask.sequence
        self._sequence = (digit + 1) % DIGITS
        return digit

    def _written(self, ask: Ask, digit: int) -> bytes:
        body = self._scene.say(ask.text).encode("latin-1", "replace")
        return ask.shape(seal(body, digit, ask.detection))

    async def _send(self, data: bytes, piece: int = 0) -> None:
        self.transcript.append(f"> {self._shown(data)}")
        await self._connected.send(data, piece)

    async def _answered(self, ask: Ask, digit: int) -> Answer | None:
        if ask.awaits is Awaits.SILENCE:
            return None
        raw, ending = await self._connected.answer()
        self.transcript.append(f"< {self._shown(raw + ending)}")
        try:
            answer = read(raw, ending)
        except UnreadableError as problem:
            raise ClaimError(f"the answer cannot be read: {problem}") from problem
        self._judge(ask, answer, digit)
        return answer

    def _shown(self, data: bytes) -> str:
        """Return bytes for the eye, password and PIN hidden."""
        text = data.decode("latin-1")
        if self._secrets:
            text = self._secrets.sub(r"\1***", text)
        text = text.encode("unicode_escape").decode("ascii")
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(data)} bytes)"

    @property
    def _connected(self) -> Line:
        if self._line is None:
            raise EndedError("there is no connection")
        return self._line

    def _judge(self, ask: Ask, answer: Answer, digit: int) -> None:
        """Hold an answer to what a client looks at first, then to the claims of its case."""
        if answer.checksum is not None and not answer.sum_is_right:
            raise ClaimError(f"the answer's AZ is wrong: {answer.checksum}")
        numbered = ask.detection in (Detection.FULL, Detection.DIGIT_ONLY)
        if numbered and answer.sequence not in (None, str(digit)):
            raise ClaimError(f"the answer carries AY{answer.sequence} and the message AY{digit}")
        for claim in ask.claims:
            if not claim.holds(answer, self._scene):
                faults = "".join(f"; {fault}" for fault in answer.faults())
                raise ClaimError(
                    f"the answer to {ask.text[:2]} must have {self._scene.say(claim.words)}{faults}"
                )
        if ask.name:
            self._scene.told[ask.name] = answer
        for name, value_in in ask.keep.items():
            value = value_in(answer)
            if value is None:
                raise ClaimError(f"the answer to {ask.text[:2]} does not tell the {name}")
            self._scene.names[name] = value


def _secrets_of(target: Target) -> re.Pattern[str] | None:
    """Return what finds the target's passwords and PIN in a field made for them, None if it has none."""
    known = (target.password, target.other_password, target.pin)
    secrets = "|".join(re.escape(secret) for secret in known if secret)
    return re.compile(rf"(AD|CO|AC)[^|\r\n]*(?:{secrets})[^|\r\n]*") if secrets else None
