"""SRU being spoken in a case: each request on a connection of its own, as discovery tools send them.

The rule it keeps: an answer is a response of SRU with status 200, unless the request says that any HTTP may
come of it.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from conformance.case import (
    Awaits,
    Carrier,
    ClaimError,
    Crowd,
    Each,
    Fetch,
    Scene,
    Train,
    UnsupportedError,
    Walk,
)
from conformance.target import Sru
from conformance.wire import http
from conformance.wire.line import EndedError, Line
from conformance.wire.sru import Diagnostic, Response, envelope, query_string, read

_T = TypeVar("_T")
_OK = 200
_PORTS = {"http": 80, "https": 443}
_SHOWN = 1200  # characters of a long message that a transcript keeps
_END_OF_HEAD = b"\r\n\r\n"
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"
_XML = 'text/xml; charset="utf-8"'
_ONE_NAME = re.compile(r"\{(\w+)\}")


class SruConversation:
    """What is said to one end point, and how it is written down."""

    def __init__(
        self, place: Sru, tls: ssl.SSLContext | None, deadline: float, scene: Scene, transcript: list[str]
    ) -> None:
        url = urlsplit(place.url)
        self._netloc = url.netloc
        self._at = (url.hostname or "", url.port or _PORTS.get(url.scheme, 0), tls)
        self._deadline = deadline
        self._scene = scene
        self._transcript = transcript

    async def fetch(self, fetch: Fetch) -> Response | None:
        """Send one request and hold what comes to its claims. None: nothing came, and nothing had to.

        Raises ClaimError, UnsupportedError, EndedError or LateError.
        """
        try:
            response = await self._said(fetch)
        except EndedError as ended:
            if fetch.awaits in (Awaits.ANSWER, Awaits.HTTP):
                raise
            self._transcript.append(f"· {ended}")
            return None
        if response is not None:
            self._judge(fetch, response)
        return response

    async def each(self, step: Each) -> None:
        """Send a request for each of several things. Raises as `fetch` does, ClaimError if there is none."""
        things = _thinned(step.things(self._scene), step.most)
        if not things:
            raise ClaimError("there is nothing to ask for")
        for names in things:
            self._scene.names.update(names)
            await self.fetch(step.fetch)

    async def walk(self, step: Walk) -> None:
        """Send a search, and one for each page behind it. Raises as `fetch` does."""
        pages: list[Response] = []
        following = step.fetch
        while len(pages) < step.most:
            response = await self.fetch(following)
            if response is None:
                break
            pages.append(response)
            seen = sum(len(page.records) for page in pages)
            if not response.records or seen >= (response.count or 0):
                break
            at = (("startRecord", str(response.next_position or seen + 1)),)
            following = replace(step.fetch, parameters=(*_without_start(step.fetch), *at))
        for claim in step.claims:
            if not claim.holds(tuple(pages), self._scene):
                raise ClaimError(f"{len(pages)} pages together must have {self._scene.say(claim.words)}")
        if step.name:
            self._scene.walked[step.name] = tuple(pages)

    async def crowd(self, step: Crowd) -> None:
        """Send requests at the same time. Raises as `fetch` does."""
        responses = await asyncio.gather(*map(self._said, step.fetches), return_exceptions=True)
        for fetch, response in zip(step.fetches, responses, strict=True):
            if isinstance(response, BaseException):
                raise response
            if response is not None:
                self._judge(fetch, response)

    async def train(self, step: Train) -> None:
        """Send requests one behind the other on one connection. Raises as `fetch` does."""
        line = await Line.open(*self._at, self._deadline)
        try:
            await line.send(b"".join(map(self._written, step.fetches)))
            for fetch in step.fetches:
                self._judge(fetch, await self._response(line, fetch))
        finally:
            await line.close()

    async def _said(self, fetch: Fetch) -> Response | None:
        line = await Line.open(*self._at, self._deadline)
        try:
            await line.send(self._written(fetch), fetch.piece)
            return None if fetch.awaits is Awaits.SILENCE else await self._response(line, fetch)
        finally:
            await line.close()

    def _written(self, fetch: Fetch) -> bytes:
        """Return the bytes of a request."""
        said = [(name, self._say(value)) for name, value in fetch.parameters]
        parameters = [(name, value) for name, value in said if value is not None]
        path, body, kind = self._scene.say(fetch.path), b"", ""
        match fetch.carrier:
            case Carrier.URL:
                carried = fetch.shape(query_string(parameters))
                path = f"{path}?{carried.decode('latin-1')}" if carried else path
            case Carrier.FORM:
                body, kind = fetch.shape(query_string(parameters)), _FORM
            case Carrier.SOAP:
                operation, sent = _operation(parameters)
                body, kind = fetch.shape(envelope(f"{operation}Request", sent)), _XML
        length = "" if fetch.carrier is Carrier.URL else str(len(body))
        usual = {"Host": self._netloc, "Content-Type": kind, "Content-Length": length}
        head = {name: self._scene.say(value) for name, value in fetch.head.items()}
        method = fetch.method or ("GET" if fetch.carrier is Carrier.URL else "POST")
        whole = fetch.request(http.request(method, path, {**usual, **head}, body))
        self._tell(">", whole)
        return whole

    def _say(self, value: str) -> str | None:
        """Return a value with its names filled in; None where it is one name, and that empty."""
        said = self._scene.say(value)
        return None if not said and _ONE_NAME.fullmatch(value) else said

    async def _response(self, line: Line, fetch: Fetch) -> Response:
        length = _length_of_head if fetch.method == "HEAD" else http.length_of_answer
        try:
            answer = http.read(await line.take(length))
        except http.NotHttpError as problem:
            raise ClaimError(f"the answer is no HTTP: {problem}") from problem
        response = read(answer.status, answer.headers, answer.body)
        kind = answer.headers.get("content-type", "").encode("latin-1")
        self._tell("<", b"%d %s\n" % (answer.status, kind) + response.body)
        return response

    def _judge(self, fetch: Fetch, response: Response) -> None:
        """Hold an answer to what a client looks at first, then to the claims of its request."""
        asked = self._asked(fetch)
        denials = [said for said in response.diagnostics if said.number in fetch.denied_by]
        if denials:
            raise UnsupportedError(f"what was asked for with {asked}: {_told(denials[0])}")
        if fetch.awaits is Awaits.ANSWER:
            if response.status != _OK:
                raise ClaimError(f"the answer to {asked} must have status 200, and has {response.status}")
            if response.unreadable:
                raise ClaimError(f"the answer to {asked} must be SRU: {response.unreadable}")
        for claim in fetch.claims:
            if not claim.holds(response, self._scene):
                words = self._scene.say(claim.words)
                why = "".join(f"; {said}" for said in (claim.why(response),) if said)
                raise ClaimError(f"the answer to {asked} must have {words}{why}{_said_of(response)}")
        if fetch.name:
            self._scene.found[fetch.name] = response
        for name, value_in in fetch.keep.items():
            value = value_in(response)
            if value is None:
                raise ClaimError(f"the answer to {asked} does not tell the {name}{_said_of(response)}")
            self._scene.names[name] = value

    def _asked(self, fetch: Fetch) -> str:
        """What a request is, in a few words: its query, its clause to scan, or explain."""
        known = dict(fetch.parameters)
        asked = known.get("query") or known.get("scanClause")
        if not asked:
            return "the request" if known else "the bare URL"
        said = self._scene.say(asked)
        return repr(said if len(said) <= 60 else f"{said[:60]}…")

    def _tell(self, direction: str, data: bytes) -> None:
        """Write bytes down for the eye."""
        text = data[: 2 * _SHOWN].decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        lines = text.encode("unicode_escape").decode("ascii").replace("\\n", "\n")
        shown = lines if len(lines) <= _SHOWN else f"{lines[:_SHOWN]}… ({len(data)} bytes)"
        self._transcript.extend(f"{direction} {line}" for line in shown.splitlines() if line)


def _operation(parameters: Sequence[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Part what is a parameter on the wire and the name of the element in SOAP from the rest."""
    known: Mapping[str, str] = dict(parameters)
    rest = [(name, value) for name, value in parameters if name != "operation"]
    return known.get("operation", "searchRetrieve"), rest


def _without_start(fetch: Fetch) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in fetch.parameters if pair[0] != "startRecord")


def _thinned(things: Sequence[_T], most: int) -> Sequence[_T]:
    """Return no more than `most` things, from all over the list."""
    return things if len(things) <= most else [things[at * len(things) // most] for at in range(most)]


def _length_of_head(buffer: bytes, _ended: bool) -> int:
    end = buffer.find(_END_OF_HEAD)
    return 0 if end < 0 else end + len(_END_OF_HEAD)


def _said_of(response: Response) -> str:
    """What the answer itself says, for whoever reads that a claim does not hold."""
    own = [f"it says {_told(said)}" for said in response.diagnostics]
    if response.fault is not None:
        own.append(f"it says {response.fault}")
    if response.count is not None:
        own.append(f"it has {response.count} records")
    own += [] if response.root is None else response.faults()[:3]
    return "".join(f"; {said}" for said in own)


def _told(said: Diagnostic) -> str:
    number = said.number or said.uri
    return " ".join(filter(None, (f"diagnostic {number}", said.message, f"({said.details})")))
