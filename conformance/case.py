"""What a case is: bytes to send, claims about the answers, and the clause that both stand on.

A line is written as it goes over the wire, without AY, AZ and terminator, and with names in braces for what
differs from library to library: `23001{now}AO{institution}|AA{patron}|`. The names used are the facts needed.
"""

from collections.abc import Callable, Mapping
from enum import Enum, StrEnum
from string import Formatter
from typing import TypedDict, Unpack

from msgspec import Struct, field

from conformance.wire.sip2 import Answer, Detection


class Level(StrEnum):
    """How binding a case is. MUST: the standard says so. The others are weaker or come from elsewhere."""

    MUST = "MUST"  # SIP2 2.00 says so, or no client could go on
    SHOULD = "SHOULD"  # our reading where SIP2 2.00 leaves a choice
    ALMA = "ALMA"  # as Alma's own SIP2 is documented
    CLIENT = "CLIENT"  # what machines in the field really send


class Scene:
    """What is known while a case is played: names that lines may use, and answers that were given names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        self.told: dict[str, Answer] = {}

    def say(self, text: str) -> str:
        """Return `text` with its names filled in."""
        return text.format_map(self.names)


class Claim(Struct, frozen=True):
    """Something that must hold of an answer; `words` reads on from "the answer must have"."""

    words: str
    holds: Callable[[Answer, Scene], bool]


class Awaits(Enum):
    """What follows a message."""

    ANSWER = "an answer"
    SILENCE = "nothing; the next message proves it by getting its own answer"
    ANSWER_OR_END = "an answer or a closed connection, within the deadline"


def ended_by_cr(line: bytes) -> bytes:
    """End the line as SIP2 2.00 does."""
    return line + b"\r"


class Ask(Struct, frozen=True, kw_only=True):
    """One message to send and what must come of it."""

    text: str
    claims: tuple[Claim, ...] = ()
    name: str = ""  # under which later claims find the answer
    keep: Mapping[str, Callable[[Answer], str | None]] = field(default_factory=dict)  # names for later lines
    detection: Detection = Detection.FULL
    sequence: int | None = None  # None: the digit after the last one
    shape: Callable[[bytes], bytes] = ended_by_cr  # what becomes of the finished line
    piece: int = 0  # 0: all at once
    awaits: Awaits = Awaits.ANSWER


class Burst(Struct, frozen=True):
    """Several messages in one segment, answered in their order."""

    asks: tuple[Ask, ...]


class Opening(Enum):
    """In which state a connection is handed to the case."""

    LOGGED_IN = "after an accepted 93, where the target names a user"
    OTHER = "after an accepted 93 of another terminal, which the target names"
    UNTOUCHED = "as the socket opened"


class Reconnect(Struct, frozen=True):
    """Drop the connection and open another."""

    opening: Opening = Opening.LOGGED_IN


class Beside(Struct, frozen=True):
    """Messages on a second connection while the first stays open; then the first goes on."""

    asks: tuple[Ask, ...]
    opening: Opening = Opening.LOGGED_IN


Step = Ask | Burst | Reconnect | Beside


class Case(Struct, frozen=True, kw_only=True):
    """One thing a server is held to. `undo` is sent at the end, on its own connection, whatever happened."""

    id: str
    title: str
    level: Level
    clause: str
    steps: tuple[Step, ...]
    opening: Opening = Opening.LOGGED_IN
    undo: tuple[Ask, ...] = ()
    also_needs: tuple[str, ...] = ()  # facts that no line shows

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Every message of the case, in order."""
        asks: list[Ask] = []
        for step in self.steps:
            match step:
                case Ask():
                    asks.append(step)
                case Burst() | Beside():
                    asks.extend(step.asks)
                case Reconnect():
                    pass
        return tuple(asks)

    @property
    def openings(self) -> frozenset[Opening]:
        """How the connections of the case begin."""
        later = (step.opening for step in self.steps if isinstance(step, Reconnect | Beside))
        return frozenset((self.opening, *later))

    @property
    def needs(self) -> frozenset[str]:
        """The names that the target has to fill for this case."""
        kept = {name for ask in self.asks for name in ask.keep}
        used = {name for ask in (*self.asks, *self.undo) for name in names_in(ask.text)}
        other = {"other_user"} if Opening.OTHER in self.openings else set()
        return frozenset((used - kept) | other).union(self.also_needs)

    @property
    def requests(self) -> frozenset[str]:
        """The codes of the messages the case sends."""
        return frozenset(ask.text[:2] for ask in self.asks)


def names_in(text: str) -> frozenset[str]:
    """Return the names in braces in `text`."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


class How(TypedDict, total=False):
    """The parts of Ask that most messages leave as they are."""

    name: str
    keep: Mapping[str, Callable[[Answer], str | None]]
    detection: Detection
    sequence: int
    shape: Callable[[bytes], bytes]
    piece: int
    awaits: Awaits


def ask(text: str, *claims: Claim, **how: Unpack[How]) -> Ask:
    """Return the message `text` with claims about its answer."""
    return Ask(text=text, claims=claims, **how)
