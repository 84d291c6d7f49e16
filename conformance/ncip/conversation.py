"""NCIP being spoken in a case: each message on a connection of its own, as partners' systems send them.

The rule it keeps: an answer is NCIP with status 200, unless the message says that any HTTP may come of it.
"""

import asyncio
import re
import ssl
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from conformance.case import AtOnce, Awaits, Behind, ClaimError, Post, Scene, UnsupportedError
from conformance.target import Ncip
from conformance.wire import http
from conformance.wire.line import EndedError, Line
from conformance.wire.ncip import NAMESPACE, Reply, length_of_message, read

_OK = 200
_PORTS = {"http": 80, "https": 443}
_SECURE = ("https", "tls")
_SHOWN = 2000  # characters of a long message that a transcript keeps
_CONTENT_TYPE = 'application/xml; charset="utf-8"'
_UNSUPPORTED = "Unsupported Service"
# What a header may lack: the target names no secret, or no partner's profile.
_NOTHING = re.compile(
    r"<From(System|Agency)Authentication></From\1Authentication>"
    r"|<ApplicationProfileType>(?:<Scheme>[^<]*</Scheme><Value></Value>)?</ApplicationProfileType>"
)


class Conversation:
    """What is said to one responder, over HTTPS or bare TCP, and how it is written down."""

    def __init__(
        self,
        responder: Ncip,
        tls: ssl.SSLContext | None,
        deadline: float,
        scene: Scene,
        transcript: list[str],
        secrets: Iterable[str | None],
    ) -> None:
        self._deadline = deadline
        self._scene = scene
        self._transcript = transcript
        known = "|".join(re.escape(escape(secret)) for secret in secrets if secret)
        self._secrets = re.compile(rf"(?<=>)(?:{known})(?=</)") if known else None
        url = urlsplit(responder.url)
        self._netloc = url.netloc
        self._ways = {
            over_tcp: (
                at.hostname or "",
                at.port or _PORTS.get(at.scheme, 0),
                tls if at.scheme in _SECURE else None,
            )
            for over_tcp, at in ((False, url), (True, urlsplit(responder.tcp)))
        }

    async def post(self, post: Post) -> Reply | None:
        """Send one message and hold what comes to its claims. None: nothing came, and nothing had to.

        Raises ClaimError, UnsupportedError, EndedError or LateError.
        """
        try:
            reply = await self._said(post)
        except EndedError as ended:
            if post.awaits in (Awaits.ANSWER, Awaits.HTTP):
                raise
            self._transcript.append(f"· {ended}")
            return None
        if reply is not None:
            self._judge(post, reply)
        return reply

    async def at_once(self, step: AtOnce) -> None:
        """Send messages at the same time. Raises as `post` does."""
        replies = await asyncio.gather(*map(self._said, step.posts), return_exceptions=True)
        for post, reply in zip(step.posts, replies, strict=True):
            if isinstance(reply, BaseException):
                raise reply
            if reply is not None:
                self._judge(post, reply)

    async def behind(self, step: Behind) -> None:
        """Send messages one behind the other on one connection. Raises as `post` does."""
        line = await self._opened(step.posts[0])
        try:
            await line.send(b"".join(map(self._written, step.posts)))
            for post in step.posts:
                self._judge(post, await self._reply(line, post))
        finally:
            await line.close()

    async def _said(self, post: Post) -> Reply | None:
        line = await self._opened(post)
        try:
            await line.send(self._written(post), post.piece)
            return None if post.awaits is Awaits.SILENCE else await self._reply(line, post)
        finally:
            await line.close()

    async def _opened(self, post: Post) -> Line:
        return await Line.open(*self._ways[post.over_tcp], self._deadline)

    def _written(self, post: Post) -> bytes:
        """Return the bytes of a message, with HTTP around it where that is spoken."""
        content = _NOTHING.sub("", self._scene.say_in_xml(post.text))
        body = post.shape(post.dialect.written(content).encode(post.charset, "xmlcharrefreplace"))
        if post.over_tcp:
            self._tell(">", body)
            return body
        whole = http.request(post.method, self._scene.say(post.path), self._headers(post.head, body), body)
        whole = post.request(whole)
        self._tell(">", whole)
        return whole

    def _headers(self, head: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        usual = {"Host": self._netloc, "Content-Type": _CONTENT_TYPE, "Content-Length": str(len(body))}
        return {**usual, **head}

    async def _reply(self, line: Line, post: Post) -> Reply:
        if post.over_tcp:
            raw = await line.take(length_of_message)
            self._tell("<", raw)
            return read(raw)
        try:
            answer = http.read(await line.take(http.length_of_answer))
        except http.NotHttpError as problem:
            raise ClaimError(f"the answer is no HTTP: {problem}") from problem
        self._tell(
            "<",
            b"%d %s\n" % (answer.status, answer.headers.get("content-type", "").encode("latin-1"))
            + answer.body,
        )
        return read(answer.body, answer.status, answer.headers)

    def _judge(self, post: Post, reply: Reply) -> None:
        """Hold an answer to what a client looks at first, then to the claims of its message."""
        asked = _asked(post)
        if post.awaits is Awaits.ANSWER:
            if reply.status not in (_OK, 0):
                raise ClaimError(f"the answer to {asked} must have status 200, and has {reply.status}")
            if reply.unreadable:
                raise ClaimError(f"the answer to {asked} must be NCIP: {reply.unreadable}")
        for claim in post.claims:
            if not claim.holds(reply, self._scene):
                if any(problem.kind == _UNSUPPORTED for problem in reply.problems):
                    raise UnsupportedError(asked)
                raise ClaimError(
                    f"the answer to {asked} must have {self._scene.say(claim.words)}{_said_of(reply)}"
                )
        if post.name:
            self._scene.replied[post.name] = reply
        for name, value_in in post.keep.items():
            value = value_in(reply)
            if value is None:
                raise ClaimError(f"the answer to {asked} does not tell the {name}")
            self._scene.names[name] = value

    def _tell(self, direction: str, data: bytes) -> None:
        """Write bytes down for the eye, secrets hidden."""
        text = data[: 2 * _SHOWN].decode("utf-8", "backslashreplace")
        if self._secrets:
            text = self._secrets.sub("***", text)
        lines = text.replace("\r\n", "\n").encode("unicode_escape").decode("ascii").replace("\\n", "\n")
        shown = lines if len(lines) <= _SHOWN else f"{lines[:_SHOWN]}… ({len(data)} bytes)"
        self._transcript.extend(f"{direction} {line}" for line in shown.splitlines() if line)


def _asked(post: Post) -> str:
    """What a message is, in a word: its service."""
    service = re.match(r"<([A-Za-z]+)", post.text)
    return service[1] if service else "the message"


def _said_of(reply: Reply) -> str:
    """What is wrong by the answer's own words, and with it, for whoever reads that a claim does not hold."""
    own = (
        "it says " + ", ".join(filter(None, (problem.kind, problem.detail, problem.element, problem.value)))
        for problem in reply.problems
    )
    is_second = reply.root is not None and reply.root.namespace == NAMESPACE
    return "".join(f"; {fault}" for fault in (*own, *(reply.faults() if is_second else ())))
