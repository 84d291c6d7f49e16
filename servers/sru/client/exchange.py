"""One request and its answer over HTTP.

The rule it keeps: an answer is bytes, whatever they hold; that there is none is one sentence.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from protocols.sru.dialects import Operation, Version
from servers.calling import ClientProblem, connected, secured, trusting
from servers.sru.client.destination import Target

LONGEST: Final = 1 << 26
"""Bytes of an answer that are read."""

_ACCEPT: Final = "application/sru+xml, application/xml, text/xml, */*;q=0.1"
_LONGEST_SAID: Final = 200


class Answer(Struct, frozen=True):
    """The body of an answer, and how long it took from the request to its last byte."""

    body: bytes
    milliseconds: float


def ask(target: Target, operation: Operation, parameters: Mapping[str, str], timeout: float) -> Answer:
    """What the database answers. Raises `ClientProblem`."""
    context = trusting(target.authority, None, None) if target.secured else None
    line = connected(target.host, target.port, timeout)
    if context is not None:
        line = secured(line, context, target.host, target.port)
    connection = HTTPConnection(target.host, target.port)
    connection.sock = line
    query = urlencode(named(target.version, operation) | dict(parameters))
    with closing(connection):
        started = time.perf_counter()
        try:
            connection.request("GET", f"{target.path}?{query}", headers={"Accept": _ACCEPT})
            response = connection.getresponse()
            body = response.read(LONGEST)
        except TimeoutError as error:
            raise ClientProblem(f"no answer from {target} within {timeout:.0f} seconds") from error
        except (OSError, HTTPException) as error:
            said = str(error) or type(error).__name__
            raise ClientProblem(f"{target} ended the conversation ({said})") from error
    if b"Response" not in body and response.status != 200:
        said = " ".join(body[:_LONGEST_SAID].decode("utf-8", "replace").split())
        told = f": {said}" if said else ""
        raise ClientProblem(f"{target} answers with HTTP {response.status} {response.reason}{told}")
    return Answer(body, (time.perf_counter() - started) * 1000)


def named(version: Version, operation: Operation) -> dict[str, str]:
    """The parameters by which a version tells what is asked; 2.0 has no operation (part 3, 2.1)."""
    said = {"version": version.value}
    return said if version is Version.V2_0 else {**said, "operation": operation.value}
