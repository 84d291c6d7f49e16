"""A liar between the kit and a target that is right: it passes on what is said, and one thing is wrong.

What it understands of BER is the kit's own; what it says wrongly is changed element by element, so that all
else stays as right as it was. `LIES` change answers, `DEAF` is what it hangs up at.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from conformance.wire.z3950 import (
    OBJECT_IDENTIFIER,
    Element,
    Kind,
    UnreadableError,
    bits,
    bits_of,
    boolean,
    context,
    diagnostics,
    length_of_apdu,
    number,
    oid,
    read,
    write,
)

Lie = Callable[[Element | None, Element, int], Element | None]
"""What becomes of an answer, by what was asked and how many answers there were; None: it is kept back."""
Hearing = Callable[[bytes, Sequence[Element]], bool]
"""Whether something is in a segment, which holds these APDUs as a whole."""

ONE_LINE: Final = "one line, and no other"
INIT, INIT_ANSWER, SEARCH_ANSWER, PRESENT_ANSWER, DELETE_ANSWER = 20, 21, 23, 25, 27
SCAN_ANSWER, SORT_ANSWER, SERVICE_ANSWER, CLOSE = 36, 44, 47, 48
TRIGGER, SEARCH, PRESENT, SCAN, DELETE = 32, 22, 24, 35, 26
_REFERENCE, _DIAGNOSTIC, _RECORDS = 2, 130, 28
_BIB_1_DIAGNOSTICS = "1.2.840.10003.4.1"
_SUTRS, _OPAC = "1.2.840.10003.5.101", "1.2.840.10003.5.102"
_VERY_MANY = 1_000
_SHORTEST = 60
"""Octets of the shortest APDU that an origin sends at first."""


def put(answer: Element, *new: Element) -> Element:
    """The answer with these parts, in the place of those with their tags or behind all."""
    by_tag = {part.number: part for part in new}
    kept = tuple(by_tag.pop(part.number, part) if _is_own(part) else part for part in answer.parts)
    return Element(answer.number, (*kept, *by_tag.values()), answer.kind)


def drop(answer: Element, *tags: int) -> Element:
    """The answer without parts of these tags."""
    kept = tuple(part for part in answer.parts if part.number not in tags or not _is_own(part))
    return Element(answer.number, kept, answer.kind)


def mapped(element: Element, change: Callable[[Element], Element | None]) -> Element:
    """The element with each part inside it changed, the innermost first; None takes one out."""
    if not isinstance(element.content, tuple):
        return element
    changed = (change(mapped(part, change)) for part in element.parts)
    return Element(element.number, tuple(part for part in changed if part is not None), element.kind)


def of(answer_number: int, change: Callable[[Element], Element | None]) -> Lie:
    """A lie in the answers of one service."""
    return lambda asked, answer, turn: change(answer) if answer.number == answer_number else answer


def everywhere(change: Callable[[Element], Element | None]) -> Lie:
    """A lie in every answer."""
    return lambda asked, answer, turn: change(answer)


def _is_own(part: Element) -> bool:
    return part.kind is Kind.CONTEXT


def _fails(answer: Element) -> bool:
    return bool(diagnostics(answer))


def _success(answer: Element) -> Element:
    """A search that found something."""
    return put(drop(answer, _DIAGNOSTIC, 26, 27), number(23, 7), number(25, 1), boolean(22, is_so=True))


def _finds(asked: Element | None, answer: Element, turn: int) -> Element:
    if answer.number == CLOSE:
        return _success(context(SEARCH_ANSWER, number(23, 7), number(24, 0)))
    if answer.number == SEARCH_ANSWER and _fails(answer):
        return _success(answer)
    return answer


def _served(asked: Element | None, answer: Element, turn: int) -> Element:
    """Whatever is refused is answered with a record."""
    if not _fails(answer):
        return answer
    external = context(1, Element(8, (oid(_SUTRS), Element(1, b"x")), Kind.UNIVERSAL))
    record = Element(16, (Element(0, "TOWN"), context(1, external)), Kind.UNIVERSAL)
    whole = put(drop(answer, _DIAGNOSTIC), number(24, 1), number(25, 2), number(27, 0))
    return put(whole, context(_RECORDS, record)) if answer.number == PRESENT_ANSWER else answer


def _unnamed(part: Element) -> Element:
    """A diagnostic that does not name what it is about."""
    if len(part.parts) > 1 and part.parts[0] == oid(_BIB_1_DIAGNOSTICS):
        return Element(part.number, (*part.parts[:2], Element(26, b"", Kind.UNIVERSAL)), part.kind)
    return part


def _dislikes(asked: Element | None, answer: Element, turn: int) -> Element:
    """A term with more than one attribute is refused, and no number says why."""
    if asked is None or asked.number != SEARCH or not any(_is_rich(part) for part in asked.walk()):
        return answer
    said = context(
        _DIAGNOSTIC,
        oid(_BIB_1_DIAGNOSTICS),
        Element(2, b"\x02", Kind.UNIVERSAL),
        Element(26, b"", Kind.UNIVERSAL),
    )
    return put(drop(answer, 203), number(23, 0), number(25, 0), boolean(22, is_so=False), said)


def _is_rich(part: Element) -> bool:
    return part.number == 44 and _is_own(part) and len(part.parts) > 1


def _counted(change: Callable[[int, int], int]) -> Lie:
    """Another number of hits, by the right one and the turn."""

    def lie(asked: Element | None, answer: Element, turn: int) -> Element:
        hits = answer.number_at(23)
        if answer.number != SEARCH_ANSWER or hits is None or _fails(answer):
            return answer
        return put(answer, number(23, change(hits, turn)))

    return lie


def _records(change: Callable[[tuple[Element, ...], int], tuple[Element, ...]]) -> Lie:
    """Other records, by the right ones and the turn."""

    def lie(asked: Element | None, answer: Element, turn: int) -> Element:
        listed = answer.at(_RECORDS)
        if listed is None:
            return answer
        return put(answer, Element(_RECORDS, change(listed.parts, turn)))

    return lie


def _octets(change: Callable[[bytes, int], bytes]) -> Lie:
    """Records whose octets are others, by the right ones and the turn."""

    def lie(asked: Element | None, answer: Element, turn: int) -> Element:
        def changed(part: Element) -> Element:
            is_record = part.number == 1 and isinstance(part.content, bytes) and len(part.content) > 24
            return Element(1, change(part.octets, turn)) if is_record and _is_own(part) else part

        return answer if answer.number != PRESENT_ANSWER else mapped(answer, changed)

    return lie


def _terms(change: Callable[[tuple[Element, ...]], tuple[Element, ...]]) -> Lie:
    """Other terms in a scan."""

    def lie(asked: Element | None, answer: Element, turn: int) -> Element:
        listed = answer.at(7, 1)
        if answer.number != SCAN_ANSWER or listed is None:
            return answer
        return put(answer, context(7, Element(1, change(listed.parts))))

    return lie


def _more_hits(part: Element) -> Element:
    return number(2, part.integer + 1) if part.number == 2 and _is_own(part) and part.octets else part


def _flags(change: Callable[[Element], Element | None]) -> Lie:
    """Another circulation record for each item."""

    def entry(part: Element) -> Element | None:
        if part.number != 19 or not _is_own(part):
            return part
        return Element(19, tuple(mapped(one, change) for one in part.parts))

    return of(PRESENT_ANSWER, lambda answer: mapped(answer, entry))


def _flag(tag: int, content: bytes | None) -> Callable[[Element], Element | None]:
    """A part of a circulation record that is always this, or never there."""

    def change(part: Element) -> Element | None:
        if part.number != tag or not _is_own(part):
            return part
        return None if content is None else Element(tag, content)

    return change


def _no_bib(part: Element) -> Element | None:
    """An OPAC record without its bib."""
    is_opac = part.kind is Kind.UNIVERSAL and part.parts[:1] == (oid(_OPAC),)
    return (
        Element(8, (part.parts[0], context(0, drop(part.parts[1].parts[0], 1))), part.kind)
        if is_opac
        else part
    )


def _syntax(part: Element) -> Element:
    return (
        oid(_SUTRS[:-1] + "9") if part.kind is Kind.UNIVERSAL and part.number == OBJECT_IDENTIFIER else part
    )


def _versions(*numbers: int) -> Lie:
    return of(INIT_ANSWER, lambda answer: put(answer, bits(3, *numbers, length=3)))


def _options(change: Callable[[frozenset[int]], frozenset[int]]) -> Lie:
    def other(answer: Element) -> Element:
        return put(answer, bits(4, *change(bits_of(answer.at(4))), length=32))

    return of(INIT_ANSWER, other)


def _is_of_a_stranger(asked: Element | None) -> bool:
    return asked is not None and asked.at(7) is not None


LIES: Final[Mapping[str, Lie]] = {
    "lets nobody in": of(INIT_ANSWER, lambda answer: put(answer, boolean(12, is_so=False))),
    "lets everybody in": of(INIT_ANSWER, lambda answer: put(answer, boolean(12, is_so=True))),
    "refuses without a reason": of(INIT_ANSWER, lambda answer: drop(answer, 11)),
    "lets nobody in who says who it is": lambda asked, answer, turn: (
        put(answer, boolean(12, is_so=False)) if _is_of_a_stranger(asked) else answer
    ),
    "is stuck in version 2": _versions(0, 1),
    "is stuck in version 3": _versions(0, 1, 2),
    "promises everything": _options(lambda _: frozenset(range(32))),
    "promises nothing": _options(lambda _: frozenset()),
    "negotiates unasked": _options(lambda options: options | {17}),
    "negotiates in silence": of(INIT_ANSWER, lambda answer: drop(answer, 201)),
    "agrees on large messages": of(INIT_ANSWER, lambda answer: put(answer, number(5, 2**26))),
    "has no name": of(INIT_ANSWER, lambda answer: drop(answer, 111)),
    "forgets references": everywhere(lambda answer: drop(answer, _REFERENCE)),
    "finds nothing": _counted(lambda hits, turn: 0),
    "finds one more": _counted(lambda hits, turn: hits + 1),
    "finds more each time": _counted(lambda hits, turn: hits + turn),
    "finds whatever it should refuse": _finds,
    "half a refusal": of(
        SEARCH_ANSWER, lambda answer: put(answer, number(23, 3)) if _fails(answer) else answer
    ),
    "dislikes attributes": _dislikes,
    "never names what is wrong": everywhere(lambda answer: mapped(answer, _unnamed)),
    "says that a record came": of(SEARCH_ANSWER, lambda answer: put(answer, number(24, 1))),
    "sends nothing at once": of(SEARCH_ANSWER, lambda answer: put(drop(answer, _RECORDS, 27), number(24, 0))),
    "does not know what is next": everywhere(
        lambda answer: put(answer, number(25, 0)) if answer.at(25) is not None else answer
    ),
    "presents whatever it should refuse": _served,
    "says that a present failed": of(PRESENT_ANSWER, lambda answer: put(answer, number(27, 5))),
    "says that a present was done": of(PRESENT_ANSWER, lambda answer: put(answer, number(27, 0))),
    "does not say where from": _records(
        lambda records, turn: tuple(Element(one.number, one.parts[1:], one.kind) for one in records)
    ),
    "has one syntax": of(PRESENT_ANSWER, lambda answer: mapped(answer, _syntax)),
    "cuts records": _octets(lambda octets, turn: octets[:-1]),
    "breaks characters": _octets(lambda octets, turn: octets[:-9] + b"\xff" + octets[-8:]),
    "another record each time": _octets(lambda octets, turn: octets + bytes([65 + turn % 26])),
    "one record too many": _records(lambda records, turn: (*records, *records[-1:])),
    "no term": _terms(lambda terms: ()),
    "every term twice": _terms(lambda terms: (*terms, *terms)),
    "one term too few": _terms(lambda terms: terms[1:]),
    "terms with more hits": _terms(lambda terms: tuple(mapped(one, _more_hits) for one in terms)),
    "the term stands elsewhere": of(SCAN_ANSWER, lambda answer: put(answer, number(6, 9))),
    "terms in place of a refusal": lambda asked, answer, turn: (
        put(
            drop(answer, 7),
            number(4, 0),
            number(5, 1),
            context(7, Element(1, (context(1, Element(45, b"x")),))),
        )
        if answer.number == SCAN_ANSWER and (_fails(answer) or not answer.number_at(5))
        else answer
    ),
    "never sorts": of(SORT_ANSWER, lambda answer: put(answer, number(3, 2))),
    "always sorts": of(SORT_ANSWER, lambda answer: put(drop(answer, 5), number(3, 0))),
    "never deletes": of(DELETE_ANSWER, lambda answer: put(answer, number(0, 3))),
    "deletes whatever it is": of(DELETE_ANSWER, lambda answer: put(drop(answer, 1), number(0, 0))),
    "no flags": _flags(_flag(6, None)),
    "no item": _flags(_flag(5, None)),
    "always lent": _flags(_flag(1, b"\x00")),
    "never due": _flags(_flag(2, b"")),
    "no bib": of(PRESENT_ANSWER, lambda answer: mapped(answer, _no_bib)),
    "an extended service without a status": of(SERVICE_ANSWER, lambda answer: drop(answer, 3)),
    "closes for nothing known": of(CLOSE, lambda answer: put(answer, number(211, 99))),
    "closes without a word": of(CLOSE, lambda answer: None),
}


def _in(number_of: int, holds: Callable[[Element], bool] = bool) -> Hearing:
    """Whether there is such an APDU."""
    return lambda data, asked: any(one.number == number_of and holds(one) for one in asked)


def _named(octets: bytes) -> Hearing:
    """Whether these octets are in it."""
    return lambda data, asked: octets in data


def _is_strange(asked: Element) -> bool:
    """Whether a scan steps, wants no terms or very many, or stands beyond those it wants."""
    wanted = asked.number_at(6) or 0
    return asked.at(5) is not None or not (asked.number_at(7) or 0) <= wanted < _VERY_MANY


DEAF: Final[Mapping[str, Hearing]] = {
    "hangs up at information": _in(INIT, lambda asked: asked.at(11) is not None),
    "hangs up at strange versions": _in(INIT, lambda asked: bool(bits_of(asked.at(3)) - {0, 1, 2})),
    "hangs up at segments": lambda data, asked: not asked and len(data) < _SHORTEST,
    "hangs up at two in a segment": lambda data, asked: len(asked) > 1,
    "hangs up at indefinite lengths": lambda data, asked: data[1:2] == b"\x80",
    "hangs up at long lengths": lambda data, asked: data[1:2] == b"\x83",
    "hangs up at cancels": _in(TRIGGER),
    "hangs up at deletions": _in(DELETE),
    "hangs up at numbers as terms": _named(b"\x9f\x81\x57"),
    "hangs up at strange characters": _named(b"\xff\xfe"),
    "hangs up at empty terms": _named(b"\x9f\x2d\x00"),
    "hangs up at terms without attributes": _named(b"\xbf\x2c\x00"),
    "hangs up at names with blanks": _named(b"a set"),
    "hangs up at no syntax": _in(PRESENT, lambda asked: asked.at(104) is None),
    "hangs up at element sets": _in(PRESENT, lambda asked: asked.at(19) is not None),
    "hangs up at strange ranges": _in(
        PRESENT, lambda asked: asked.at(212) is not None or asked.number_at(29) != 1
    ),
    "hangs up at strange scans": _in(SCAN, _is_strange),
}
"""What it cannot hear: APDUs, or bytes, at which it hangs up."""

FAULTS: Final = (*LIES, *DEAF, ONE_LINE)


class Liar:
    """Passes on between origins and a target on this machine. ``fault`` is what is wrong; empty: nothing."""

    def __init__(self, target: int) -> None:
        self.fault = ""
        self.port = 0
        self._target = target
        self._lines = 0
        self._turn = 0

    def plant(self, fault: str) -> None:
        """Be wrong in this from now on, as if nobody had been here before."""
        self.fault, self._lines, self._turn = fault, 0, 0

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One association."""
        self._lines += 1
        if self._lines > 1 and self.fault == ONE_LINE:
            writer.close()
            return
        onward_reader, onward = await asyncio.open_connection("127.0.0.1", self._target)
        asked: deque[Element] = deque()
        heard = asyncio.create_task(self._hear(reader, onward, writer, asked))
        try:
            with suppress(ConnectionError, UnreadableError):
                await self._tell(onward_reader, writer, asked)
        finally:
            heard.cancel()
            writer.close()
            onward.close()

    async def _hear(
        self,
        reader: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
        asked: deque[Element],
    ) -> None:
        """Pass on what is asked, as it came."""
        with suppress(ConnectionError):
            while data := await reader.read(2**20):
                requests = _requests(data)
                asked.extend(requests)
                is_deaf = DEAF.get(self.fault)
                if is_deaf is not None and is_deaf(data, requests):
                    back.close()
                    onward.close()
                    return
                onward.write(data)
            onward.write_eof()

    async def _tell(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, asked: deque[Element]
    ) -> None:
        """Pass on what is answered, but for what is wrong."""
        came = bytearray()
        while data := await reader.read(2**20):
            came += data
            while size := length_of_apdu(bytes(came), False):
                answer, came = bytes(came[:size]), came[size:]
                back.write(self._lied(asked.popleft() if asked else None, answer))

    def _lied(self, asked: Element | None, data: bytes) -> bytes:
        lie = LIES.get(self.fault)
        if lie is None:
            return data
        self._turn += 1
        answer = lie(asked, read(data), self._turn)
        return b"" if answer is None else write(answer)


def _requests(data: bytes) -> list[Element]:
    """What is asked in a segment, as far as it is whole APDUs."""
    found: list[Element] = []
    with suppress(UnreadableError):
        while size := length_of_apdu(data, False):
            found.append(read(data[:size]))
            data = data[size:]
    return found


@asynccontextmanager
async def lying(target: int) -> AsyncIterator[Liar]:
    """A liar before the target at this port of this machine."""
    liar = Liar(target)
    server = await asyncio.start_server(liar.speak, "127.0.0.1", 0, limit=2**20)
    liar.port = server.sockets[0].getsockname()[1]
    try:
        yield liar
    finally:
        server.close()
