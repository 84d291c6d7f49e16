"""The reverse direction: a server that answers a machine as it should, and now and then oddly on purpose.

The machine is judged by what it sends next (SIP2 2.00, rules of the SC for 96, 97, AY and 98). A state
machine: it is given lines, and returns what is to be sent. All it knows of a library is that every card is
good and every item may be lent.
"""

from collections import Counter
from collections.abc import Callable
from enum import Enum
from time import strftime

from msgspec import Struct

from conformance.case import Level
from conformance.wire.sip2 import DIGITS, Answer, Detection, UnreadableError, read_request, seal

_SC = "SIP2 2.00, rules of the SC"
_RETRIES = 3
_TRAILER = -len("AYnAZhhhh")
_NOT_TRIED_ON = frozenset({"93", "97", "99"})


class Next(Enum):
    """What a machine may do next."""

    GOES_ON = "another message, for it has its answer"
    AGAIN = "the same message again, byte for byte"
    ASKS_AGAIN = "97, a request to send the answer again"
    COMES_BACK = "99, or the same request again, when it has taken in that the server is off line"


class Oddity(Struct, frozen=True, kw_only=True):
    """One odd answer. `pieces` makes of the right answer what is sent, each piece in a segment of its own."""

    id: str
    does: str
    wants: Next
    level: Level
    clause: str
    pieces: Callable[[bytes], tuple[bytes, ...]]


class Judgement(Struct, frozen=True):
    """What a machine made of an oddity."""

    oddity: Oddity
    passed: bool
    asked: str
    came: str


def _whole(answer: bytes) -> bytes:
    return answer + b"\r"


def _body(answer: bytes) -> tuple[bytes, int]:
    """Return a message without AY and AZ, and its digit. It has both, or nothing odd is done to it."""
    return answer[:_TRAILER], int(answer[_TRAILER + 2 : _TRAILER + 3])


def _anew(answer: bytes, change: Callable[[bytes], bytes]) -> tuple[bytes, ...]:
    """Return the answer with its fields changed, sealed as it was."""
    body, digit = _body(answer)
    return (_whole(seal(change(body), digit)),)


def _wrong_digit(answer: bytes) -> tuple[bytes, ...]:
    body, digit = _body(answer)
    return (_whole(seal(body, (digit + DIGITS // 2) % DIGITS)),)


def _wrong_sum(answer: bytes) -> tuple[bytes, ...]:
    return (_whole(answer[:-1] + (b"0" if answer[-1:] != b"0" else b"1")),)


ODDITIES = (
    Oddity(
        id="machine.split",
        does="sends its answer in three segments",
        wants=Next.GOES_ON,
        level=Level.MUST,
        clause="TCP delivers a stream; SIP2 2.00: a message ends with a carriage return",
        pieces=lambda answer: (answer[:1], answer[1:20], answer[20:] + b"\r"),
    ),
    Oddity(
        id="machine.unknown-fields",
        does="adds fields that nobody knows",
        wants=Next.GOES_ON,
        level=Level.MUST,
        clause="SIP2 2.00: unknown fields are ignored",
        pieces=lambda answer: _anew(answer, lambda body: body + b"ZZwhat|Q1is this|"),
    ),
    Oddity(
        id="machine.many-lines",
        does="adds three lines for the screen, of 255 characters each",
        wants=Next.GOES_ON,
        level=Level.MUST,
        clause="SIP2 2.00, AF: repeatable, up to 255 characters",
        pieces=lambda answer: _anew(answer, lambda body: body + (b"AF" + b"x" * 255 + b"|") * 3),
    ),
    Oddity(
        id="machine.letters",
        does="adds a line for the screen with letters beyond ASCII",
        wants=Next.GOES_ON,
        level=Level.SHOULD,
        clause="SIP2 2.00, AZ: the sum is of bytes",
        pieces=lambda answer: _anew(answer, lambda body: body + "AFRückgabe à bientôt|".encode()),
    ),
    Oddity(
        id="machine.line-feed",
        does="ends its answer with CR LF",
        wants=Next.GOES_ON,
        level=Level.CLIENT,
        clause="field practice: servers that end with CR LF (Koha)",
        pieces=lambda answer: (answer + b"\r\n",),
    ),
    Oddity(
        id="machine.resend",
        does="answers 96: the message was damaged",
        wants=Next.AGAIN,
        level=Level.MUST,
        clause=f"{_SC}: after 96 the message is sent again",
        pieces=lambda _: (b"96AZFEF6\r",),
    ),
    Oddity(
        id="machine.damaged",
        does="sends its answer with a wrong checksum",
        wants=Next.ASKS_AGAIN,
        level=Level.MUST,
        clause=f"{_SC}: an answer whose checksum is wrong is asked for again by 97",
        pieces=_wrong_sum,
    ),
    Oddity(
        id="machine.silence",
        does="does not answer",
        wants=Next.AGAIN,
        level=Level.MUST,
        clause=f"{_SC}: after the timeout of 98 the same message is sent again, with the same AY",
        pieces=lambda _: (),
    ),
    Oddity(
        id="machine.wrong-digit",
        does="answers with the AY of another message",
        wants=Next.AGAIN,
        level=Level.MUST,
        clause=f"{_SC}: an answer with another AY is none; after the timeout the message is sent again",
        pieces=_wrong_digit,
    ),
    Oddity(
        id="machine.off-line",
        does="sends 98 with on-line status N in place of its answer",
        wants=Next.COMES_BACK,
        level=Level.MUST,
        clause="SIP2 2.00, ACS Status 98: sent in place of an answer, it tells a change of status",
        pieces=lambda answer: _anew(answer, lambda _: _status("N", 0)),
    ),
)
"""In the order in which they are tried, the harmless ones first."""


class Examination:
    """Answers one machine over all its connections, and judges it. 98 tells it the `timeout`, in tenths."""

    def __init__(self, timeout: int, oddities: tuple[Oddity, ...] = ODDITIES) -> None:
        self.judgements: list[Judgement] = []
        self.faults = Counter[str]()
        self.heard = 0
        self._timeout = timeout
        self._left = list(oddities)
        self._on_trial: tuple[Oddity, bytes] | None = None
        self._was_odd = False
        self._last = b""

    @property
    def on_trial(self) -> Oddity | None:
        """The oddity that the machine has yet to answer to."""
        return self._on_trial[0] if self._on_trial else None

    @property
    def is_over(self) -> bool:
        """Whether every oddity has been judged."""
        return not self._left and self._on_trial is None

    def connected(self) -> None:
        """A connection begins: nothing was sent on it."""
        self._last = b""

    def closed(self) -> None:
        """The machine has ended its connection: whatever was on trial, it has not done what it should."""
        if self._on_trial is not None:
            self._judge("the connection was closed", passed=False)

    def line(self, raw: bytes, ending: bytes = b"\r") -> tuple[bytes, ...]:
        """Return the segments that answer a line, terminators included; none for silence."""
        self.heard += 1
        if self._on_trial is not None:
            oddity, asked = self._on_trial
            self._judge(raw.decode("latin-1"), passed=_is_wanted(oddity.wants, asked, raw))
        try:
            request = read_request(raw, ending)
        except UnreadableError as problem:
            self.faults[str(problem)] += 1
            return (b"96AZFEF6\r",)
        self.faults.update(f"{request.code}: {fault}" for fault in _against(request))
        if request.code == "97":
            return (self._last or b"96AZFEF6\r",)
        answer = seal(_right(request, self._timeout), int(request.sequence or 0), _detection(request))
        self._last = _whole(answer)
        if not self._may_be_odd(request):
            return (self._last,)
        oddity = self._left.pop(0)
        self._on_trial, self._was_odd = (oddity, raw), True
        return oddity.pieces(answer)

    def _may_be_odd(self, request: Answer) -> bool:
        """Never twice running, for the machine has to find its way back; only where it uses AY and AZ."""
        rested, self._was_odd = not self._was_odd, False
        sealed = _detection(request) is Detection.FULL
        return bool(self._left) and rested and sealed and request.code not in _NOT_TRIED_ON

    def _judge(self, came: str, *, passed: bool) -> None:
        assert self._on_trial is not None, "something is on trial"
        oddity, asked = self._on_trial
        self._on_trial = None
        self.judgements.append(Judgement(oddity, passed, asked.decode("latin-1"), came))


def _is_wanted(wanted: Next, asked: bytes, came: bytes) -> bool:
    again, resend = came == asked, came.startswith(b"97")
    match wanted:
        case Next.GOES_ON:
            return not again and not resend
        case Next.AGAIN:
            return again
        case Next.ASKS_AGAIN:
            return resend
        case Next.COMES_BACK:
            return came.startswith(b"99") or came[:_TRAILER] == asked[:_TRAILER]


def _against(request: Answer) -> tuple[str, ...]:
    """Return what is against the standard in a request."""
    found = list(request.faults())
    if request.ending != b"\r":
        found.append(f"it ends with {request.ending!r}, not with a carriage return")
    if request.code != "97" and (request.sequence is None) != (request.checksum is None):
        found.append("AY and AZ do not come together")
    return tuple(found)


def _detection(request: Answer) -> Detection:
    if request.checksum is None:
        return Detection.NONE if request.sequence is None else Detection.DIGIT_ONLY
    return Detection.SUM_ONLY if request.sequence is None else Detection.FULL


def _status(online: str, timeout: int) -> bytes:
    now = strftime("%Y%m%d    %H%M%S")
    fixed = f"98{online}YYYYY{timeout:03}{_RETRIES:03}{now}2.00"
    return f"{fixed}AOKIT|AMcircdesk-conformance|BX{'Y' * 16}|".encode()


def _right(request: Answer, timeout: int) -> bytes:
    """Return the answer of a library in which everything is allowed."""
    now, due = strftime("%Y%m%d    %H%M%S"), "20991231    235900"
    said = {name: request.first(name) or "" for name in ("AO", "AA", "AB", "CH")}
    who, what = f"AO{said['AO']}|AA{said['AA']}|", f"AB{said['AB']}|"
    title, flags = "AJA title to try things on|", " " * 14
    language = request.fixed.get("language", "000")
    person = f"{flags}{language}{now}"
    known = f"{who}AETest Reader|BLY|" + ("CQY|" if request.first("AD") else "")
    answers = {
        "01": f"24YYYY{' ' * 10}000{now}{who}AETest Reader|BLY|",
        "09": f"101YNN{now}AO{said['AO']}|{what}AQMain stacks|{title}",
        "11": f"121NNY{now}{who}{what}{title}AH{due}|",
        "15": f"161N{now}{who}BR1|",
        "17": f"18030001{now}{what}{title}",
        "19": f"201{now}{what}{title}CH{said['CH']}|",
        "23": f"24{person}{known}",
        "25": f"26{person}{known}",
        "29": f"301YNU{now}{who}{what}{title}AH{due}|",
        "35": f"36Y{now}{who}",
        "37": f"38Y{now}{who}BK1|",
        "63": f"64{person}{'0000' * 6}{known}",
        "65": f"66100000000{now}AO{said['AO']}|",
        "93": "941",
    }
    return _status("Y", timeout) if request.code == "99" else answers[request.code].encode("latin-1")
