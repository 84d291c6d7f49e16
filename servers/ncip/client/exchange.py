"""One question and its answer over a real line, in either binding: the body of a POST, or bare XML.

The rule it keeps: an answer is bytes, whatever they hold; that there is none is one sentence.
"""

from __future__ import annotations

import socket
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Final

from protocols.ncip.errors import RemoteError
from protocols.ncip.framing import Framer
from protocols.xml.parsing import LIMITS
from servers.calling import ClientProblem, connected, secured, trusting
from servers.ncip.client.destination import Target

CONTENT_TYPE: Final = 'application/xml; charset="utf-8"'
"""As Part 2 of the standard has it."""

_PIECE: Final = 65_536
_LONGEST_SAID: Final = 200


def exchange(target: Target, message: bytes, timeout: float) -> tuple[bytes, str | None]:
    """The answer to a message, and the charset declared beside it. Raises `ClientProblem`."""
    secure = target.carrier.is_secured
    context = trusting(target.authority, target.certificate, target.key) if secure else None
    line = connected(target.host, target.port, timeout)
    if context is not None:
        line = secured(line, context, target.host, target.port)
    with closing(line):
        try:
            return _posted(line, target, message) if target.carrier.is_http else (_sent(line, message), None)
        except TimeoutError as error:
            raise ClientProblem(f"no answer from {target} within {timeout:.0f} seconds") from error
        except (OSError, HTTPException) as error:
            raise ClientProblem(
                f"{target} ended the conversation ({str(error) or type(error).__name__})"
            ) from error


def _posted(line: socket.socket, target: Target, message: bytes) -> tuple[bytes, str | None]:
    """Over HTTP. NCIP may come with any status, for some servers answer Problems with 4xx."""
    connection = HTTPConnection(target.host, target.port)
    connection.sock = line
    with closing(connection):
        connection.request("POST", target.path, message, {"Content-Type": CONTENT_TYPE, "Accept": "*/*"})
        with connection.getresponse() as response:  # it holds the line, too
            body = response.read(LIMITS.size + 1)
        if b"NCIPMessage" not in body and response.status != 200:
            said = " ".join(body[:_LONGEST_SAID].decode("utf-8", "replace").split())
            raise ClientProblem(
                f"{target} answers with HTTP {response.status} {response.reason} and no NCIP"
                + (f": {said}" if said else "")
            )
        return body, response.headers.get_content_charset()


def _sent(line: socket.socket, message: bytes) -> bytes:
    """Over the bare line, where an answer ends with its NCIPMessage."""
    line.sendall(message)
    framer = Framer()
    try:
        while (answer := framer.next()) is None:
            data = line.recv(_PIECE)
            if not data:
                raise ClientProblem("the server closed the connection without a whole answer")
            framer.feed(data)
    except RemoteError as error:
        raise ClientProblem("the answer is longer than any should be") from error
    return answer
