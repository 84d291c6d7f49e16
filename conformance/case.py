"""What a case is: bytes to send, claims about the answers, and the clause that both stand on.

A line is written as it goes over the wire, without AY, AZ and terminator, and with names in braces for what
differs from library to library: `23001{now}AO{institution}|AA{patron}|`. The names used are the facts needed.
NCIP is written likewise, without its envelope: `<LookupItem>…{item}…</LookupItem>`. SRU is parameters before
they are encoded: `query`, `{title} = {word}`. Z39.50 is elements of BER. A case may speak all of them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, StrEnum
from string import Formatter
from typing import TypedDict, Unpack
from xml.sax.saxutils import escape

from msgspec import Struct, field

from conformance.wire.ncip import V2_02, Dialect, Reply
from conformance.wire.sip2 import Answer, Detection
from conformance.wire.sru import Response
from conformance.wire.z3950 import Element


class Level(StrEnum):
    """How binding a case is. MUST: the standard says so. The others are weaker or come from elsewhere."""

    MUST = "MUST"  # the standard says so, or no client could go on
    SHOULD = "SHOULD"  # our reading where the standard leaves a choice
    ALMA = "ALMA"  # as Alma's own side of the protocol is documented
    CLIENT = "CLIENT"  # what machines in the field really send


class Scene:
    """What is known while a case is played: names that lines may use, and answers that were given names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        self.told: dict[str, Answer] = {}
        self.replied: dict[str, Reply] = {}
        self.found: dict[str, Response] = {}
        self.walked: dict[str, tuple[Response, ...]] = {}
        self.heard: dict[str, Element] = {}

    def say(self, text: str) -> str:
        """Return `text` with its names filled in."""
        return text.format_map(self.names)

    def say_in_xml(self, text: str) -> str:
        """Return `text` with its names filled in as XML wants them."""
        return text.format_map({name: escape(value) for name, value in self.names.items()})


class Claim(Struct, frozen=True):
    """Something that must hold of an answer; `words` reads on from "the answer must have"."""

    words: str
    holds: Callable[[Answer, Scene], bool]


class ReplyClaim(Struct, frozen=True):
    """A claim about an NCIP answer."""

    words: str
    holds: Callable[[Reply, Scene], bool]


class ResponseClaim(Struct, frozen=True):
    """A claim about an SRU answer; `why` tells what is wrong where it does not hold."""

    words: str
    holds: Callable[[Response, Scene], bool]
    why: Callable[[Response], str] = lambda _: ""


class WalkClaim(Struct, frozen=True):
    """A claim about all pages of an SRU answer."""

    words: str
    holds: Callable[[tuple[Response, ...], Scene], bool]


class ApduClaim(Struct, frozen=True):
    """A claim about an APDU of Z39.50."""

    words: str
    holds: Callable[[Element, Scene], bool]


class ClaimError(Exception):
    """A claim that does not hold; the text says which."""


class UnsupportedError(Exception):
    """The server says that it does not have the service that the text names."""


class Awaits(Enum):
    """What follows a message."""

    ANSWER = "an answer"
    HTTP = "an HTTP answer of any status, with or without NCIP or SRU in it"
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


def as_it_is(data: bytes) -> bytes:
    """Leave the bytes alone."""
    return data


class Post(Struct, frozen=True, kw_only=True):
    """One NCIP message to send and what must come of it.

    `shape` is what becomes of the message in its dialect, `request` what becomes of the HTTP request around
    it; over bare TCP there is none. `head` replaces HTTP headers, "" leaves one out.
    """

    text: str
    claims: tuple[ReplyClaim, ...] = ()
    name: str = ""  # under which later claims find the answer
    keep: Mapping[str, Callable[[Reply], str | None]] = field(default_factory=dict)  # names for later texts
    dialect: Dialect = V2_02
    charset: str = "utf-8"  # of the bytes, whatever they are said to be in
    shape: Callable[[bytes], bytes] = as_it_is
    method: str = "POST"
    path: str = "{ncip_path}"
    head: Mapping[str, str] = field(default_factory=dict)
    request: Callable[[bytes], bytes] = as_it_is
    piece: int = 0  # 0: all at once
    awaits: Awaits = Awaits.ANSWER
    over_tcp: bool = False


class AtOnce(Struct, frozen=True):
    """NCIP messages sent at the same time, each on a connection of its own."""

    posts: tuple[Post, ...]


class Behind(Struct, frozen=True):
    """NCIP messages sent on one connection before anything is answered, and answered in their order."""

    posts: tuple[Post, ...]


class Carrier(Enum):
    """How the parameters of SRU travel."""

    URL = "in the URL of a GET"
    FORM = "as a form that is posted"
    SOAP = "as elements in a SOAP envelope"


Parameters = tuple[tuple[str, str], ...]


class Fetch(Struct, frozen=True, kw_only=True):
    """One SRU request and what must come of it.

    A parameter whose value is one name, and that name empty, is left out. `shape` is what becomes of the
    query string, form or envelope, `request` what becomes of the HTTP request around it; `head` replaces HTTP
    headers, "" leaves one out. `denied_by` are diagnostics by which a server says that it does not have this.
    """

    parameters: Parameters
    claims: tuple[ResponseClaim, ...] = ()
    name: str = ""  # under which later claims find the answer
    keep: Mapping[str, Callable[[Response], str | None]] = field(default_factory=dict)  # for later requests
    carrier: Carrier = Carrier.URL
    shape: Callable[[bytes], bytes] = as_it_is
    method: str = ""  # "": GET or POST, as it is carried
    path: str = "{sru_path}"
    head: Mapping[str, str] = field(default_factory=dict)
    request: Callable[[bytes], bytes] = as_it_is
    piece: int = 0  # 0: all at once
    awaits: Awaits = Awaits.ANSWER
    denied_by: tuple[int, ...] = ()


class Each(Struct, frozen=True):
    """An SRU request for each of several things that the survey or an answer told of.

    `things` returns for each the names that the request uses; more than `most` are thinned out evenly.
    """

    things: Callable[[Scene], Sequence[Mapping[str, str]]]
    fetch: Fetch
    names: frozenset[str] = frozenset()  # which `things` fills
    most: int = 40


class Walk(Struct, frozen=True):
    """An SRU search, and the pages behind it: by nextRecordPosition, or by our count where none is told."""

    fetch: Fetch
    claims: tuple[WalkClaim, ...] = ()
    name: str = ""  # under which later claims find the pages
    most: int = 12


class Crowd(Struct, frozen=True):
    """SRU requests sent at the same time, each on a connection of its own."""

    fetches: tuple[Fetch, ...]


class Train(Struct, frozen=True):
    """SRU requests sent on one connection before anything is answered, and answered in their order."""

    fetches: tuple[Fetch, ...]


class Tell(Struct, frozen=True, kw_only=True):
    """One APDU to send over Z39.50 and what must come of it.

    `shape` is what becomes of its bytes. Without `awaits` the answer is that of its service, whose reference
    id is the one that was sent. An Init says who the target says we are, unless `is_nobodys`.
    """

    apdu: Element
    claims: tuple[ApduClaim, ...] = ()
    is_nobodys: bool = False
    name: str = ""  # under which later claims find the answer
    keep: Mapping[str, Callable[[Element], str | None]] = field(default_factory=dict)  # names for later texts
    shape: Callable[[bytes], bytes] = as_it_is
    piece: int = 0  # 0: all at once
    awaits: Awaits = Awaits.ANSWER


class Ahead(Struct, frozen=True):
    """APDUs sent on one association before anything is answered, and answered in their order."""

    tells: tuple[Tell, ...]


class Anew(Struct, frozen=True):
    """Open another connection for Z39.50; those before it stay open, and say nothing more."""


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


Step = (
    Ask
    | Burst
    | Reconnect
    | Beside
    | Post
    | AtOnce
    | Behind
    | Fetch
    | Each
    | Walk
    | Crowd
    | Train
    | Tell
    | Ahead
    | Anew
)


class Case(Struct, frozen=True, kw_only=True):
    """One thing a server is held to. `undo` is sent at the end, on its own connection, whatever happened."""

    id: str
    title: str
    level: Level
    clause: str
    steps: tuple[Step, ...]
    opening: Opening = Opening.LOGGED_IN
    undo: tuple[Ask | Post, ...] = ()
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
                case _:
                    pass
        return tuple(asks)

    @property
    def posts(self) -> tuple[Post, ...]:
        """Every NCIP message of the case, in order."""
        posts: list[Post] = []
        for step in self.steps:
            match step:
                case Post():
                    posts.append(step)
                case AtOnce() | Behind():
                    posts.extend(step.posts)
                case _:
                    pass
        return tuple(posts)

    @property
    def fetches(self) -> tuple[Fetch, ...]:
        """Every SRU request of the case, in order."""
        fetches: list[Fetch] = []
        for step in self.steps:
            match step:
                case Fetch():
                    fetches.append(step)
                case Each() | Walk():
                    fetches.append(step.fetch)
                case Crowd() | Train():
                    fetches.extend(step.fetches)
                case _:
                    pass
        return tuple(fetches)

    @property
    def tells(self) -> tuple[Tell, ...]:
        """Every APDU of the case, in order."""
        tells: list[Tell] = []
        for step in self.steps:
            match step:
                case Tell():
                    tells.append(step)
                case Ahead():
                    tells.extend(step.tells)
                case _:
                    pass
        return tuple(tells)

    @property
    def openings(self) -> frozenset[Opening]:
        """How the connections of the case begin."""
        later = (step.opening for step in self.steps if isinstance(step, Reconnect | Beside))
        return frozenset((self.opening, *later))

    @property
    def needs(self) -> frozenset[str]:
        """The names that the target has to fill for this case."""
        said: tuple[Ask | Post | Fetch | Tell, ...] = (
            *self.asks,
            *self.posts,
            *self.fetches,
            *self.tells,
        )
        kept = {name for one in said for name in one.keep}
        kept |= {name for step in self.steps if isinstance(step, Each) for name in step.names}
        used = {name for one in (*said, *self.undo) for text in _texts(one) for name in names_in(text)}
        other = {"other_user"} if Opening.OTHER in self.openings else set()
        ways = self.ways if self.posts or self.fetches or self.tells else ()
        return frozenset((used - kept) | other).union(self.also_needs, ways)

    @property
    def ways(self) -> frozenset[str]:
        """How the server is spoken to: sip2, ncip (over HTTPS), ncip_tcp, sru, z3950."""
        ways = {"ncip_tcp" if post.over_tcp else "ncip" for post in self.posts}
        ways |= {"sru"} if self.fetches else set()
        ways |= {"z3950"} if self.tells else set()
        return frozenset(ways | ({"sip2"} if self.asks or not ways else set()))

    @property
    def requests(self) -> frozenset[str]:
        """The codes of the SIP2 messages the case sends."""
        return frozenset(ask.text[:2] for ask in self.asks)

    @property
    def services(self) -> frozenset[str]:
        """The NCIP services the case asks for."""
        found = (_SERVICE.match(post.text) for post in self.posts)
        return frozenset(service[1] for service in found if service)


_SERVICE = re.compile(r"<([A-Za-z]+)")


def _texts(sent: Ask | Post | Fetch | Tell) -> tuple[str, ...]:
    """What is sent in a step, as far as it has names in it."""
    match sent:
        case Fetch():
            return (*(value for _, value in sent.parameters), *sent.head.values())
        case Tell():
            return tuple(part.content for part in sent.apdu.walk() if isinstance(part.content, str))
        case _:
            return (sent.text,)


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


class PostHow(TypedDict, total=False):
    """The parts of Post that most messages leave as they are."""

    name: str
    keep: Mapping[str, Callable[[Reply], str | None]]
    dialect: Dialect
    charset: str
    shape: Callable[[bytes], bytes]
    method: str
    path: str
    head: Mapping[str, str]
    request: Callable[[bytes], bytes]
    piece: int
    awaits: Awaits
    over_tcp: bool


def post(text: str, *claims: ReplyClaim, **how: Unpack[PostHow]) -> Post:
    """Return the NCIP message `text` with claims about its answer."""
    return Post(text=text, claims=claims, **how)


class FetchHow(TypedDict, total=False):
    """The parts of Fetch that most requests leave as they are."""

    name: str
    keep: Mapping[str, Callable[[Response], str | None]]
    carrier: Carrier
    shape: Callable[[bytes], bytes]
    method: str
    path: str
    head: Mapping[str, str]
    request: Callable[[bytes], bytes]
    piece: int
    awaits: Awaits
    denied_by: tuple[int, ...]


def fetch(parameters: Parameters, *claims: ResponseClaim, **how: Unpack[FetchHow]) -> Fetch:
    """Return an SRU request with claims about its answer."""
    return Fetch(parameters=parameters, claims=claims, **how)


class TellHow(TypedDict, total=False):
    """The parts of Tell that most APDUs leave as they are."""

    name: str
    keep: Mapping[str, Callable[[Element], str | None]]
    shape: Callable[[bytes], bytes]
    piece: int
    awaits: Awaits
    is_nobodys: bool


def tell(apdu: Element, *claims: ApduClaim, **how: Unpack[TellHow]) -> Tell:
    """Return an APDU of Z39.50 with claims about its answer."""
    return Tell(apdu=apdu, claims=claims, **how)
