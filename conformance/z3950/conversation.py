"""Z39.50 being spoken in a case: one association at a time, on a connection of its own.

The rule it keeps: an answer is the response of the service that was asked, with its reference id, unless the
case says that a Close, or the end, may come of it.
"""

from conformance.case import Ahead, Awaits, ClaimError, Scene, Tell
from conformance.target import Z3950
from conformance.wire.line import EndedError, Line
from conformance.wire.z3950 import Element, UnreadableError, diagnostics, length_of_apdu, read, write
from conformance.z3950.apdus import ANSWERS, INIT, identified

_SHOWN = 200  # octets of a long APDU that a transcript keeps
_REFERENCE = 2


class Z3950Conversation:
    """What is said to one target, and how it is written down."""

    def __init__(self, place: Z3950, deadline: float, scene: Scene, transcript: list[str]) -> None:
        self._place = place
        self._deadline = deadline
        self._scene = scene
        self._transcript = transcript
        self._lines: list[Line] = []

    async def tell(self, tell: Tell) -> Element | None:
        """Send one APDU and hold what comes to its claims. None: nothing came, and nothing had to.

        Raises ClaimError, EndedError or LateError.
        """
        try:
            line = await self._line()
            await line.send(self._written(tell), tell.piece)
            if tell.awaits is Awaits.SILENCE:
                return None
            answer = await self._answer(line)
        except EndedError as ended:
            if tell.awaits is Awaits.ANSWER:
                raise
            self._transcript.append(f"· {ended}")
            return None
        self._judge(tell, answer)
        return answer

    async def ahead(self, step: Ahead) -> None:
        """Send APDUs one behind the other, then hear their answers. Raises as `tell` does."""
        line = await self._line()
        await line.send(b"".join(map(self._written, step.tells)))
        for tell in step.tells:
            self._judge(tell, await self._answer(line))

    async def anew(self) -> None:
        """Open another connection. Raises EndedError or LateError."""
        self._lines.append(await Line.open(self._place.host, self._place.port, None, self._deadline))
        self._transcript.append("· connected")

    async def close(self) -> None:
        """Drop every connection."""
        while self._lines:
            await self._lines.pop().close()

    async def _line(self) -> Line:
        if not self._lines:
            await self.anew()
        return self._lines[-1]

    def _written(self, tell: Tell) -> bytes:
        apdu = tell.apdu
        if apdu.number == INIT and self._place.user and not tell.is_nobodys:
            apdu = identified(apdu)
        data = tell.shape(write(apdu, self._scene.say))
        self._tell(">", data)
        return data

    async def _answer(self, line: Line) -> Element:
        try:
            data = await line.take(length_of_apdu)
            self._tell("<", data)
            return read(data)
        except UnreadableError as problem:
            raise ClaimError(f"the answer is no BER: {problem}") from problem

    def _judge(self, tell: Tell, answer: Element) -> None:
        """Hold an answer to what a client looks at first, then to the claims of its APDU."""
        asked = tell.apdu.number
        if tell.awaits is Awaits.ANSWER:
            if answer.number != ANSWERS.get(asked, answer.number):
                raise ClaimError(f"[{asked}] is answered by [{answer.number}]{_said(answer)}")
            sent, came = tell.apdu.at(_REFERENCE), answer.at(_REFERENCE)
            if (sent and sent.octets) != (came and came.octets):
                raise ClaimError(f"the answer to [{asked}] must have the reference id that was sent")
        for claim in tell.claims:
            if not claim.holds(answer, self._scene):
                words = self._scene.say(claim.words)
                raise ClaimError(f"the answer to [{asked}] must have {words}{_said(answer)}")
        if tell.name:
            self._scene.heard[tell.name] = answer
        for name, value_in in tell.keep.items():
            value = value_in(answer)
            if value is None:
                raise ClaimError(f"the answer to [{asked}] does not tell the {name}{_said(answer)}")
            self._scene.names[name] = value

    def _tell(self, direction: str, data: bytes) -> None:
        """Write bytes down for the eye: hexadecimal, and their length if there are more than are shown. The
        password is not shown.
        """
        secret = self._place.password.encode()
        if secret:
            data = data.replace(secret, b"*" * len(secret))
        more = "" if len(data) <= _SHOWN else f"… ({len(data)} octets)"
        self._transcript.append(f"{direction} {data[:_SHOWN].hex(' ')}{more}")


def _said(answer: Element) -> str:
    """What an answer says is wrong, for the reader of a failure."""
    return "".join(f"; it says {said.number} {said.about!r}" for said in diagnostics(answer))
