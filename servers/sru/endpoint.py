"""SRU over HTTPS: GET, a posted form and SOAP become requests, and responses become XML, SOAP or JSON.

The rule it keeps: whoever asks for SRU is answered in SRU, and the status is 200 whatever that has to say,
since clients look at nothing else where it is not. 503 means
that it may be tried again: then there is Retry-After.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from hashlib import blake2b
from http import HTTPStatus
from typing import Final

from msgspec.structs import replace

from protocols.cql.xcql import Dialect, write_xcql
from protocols.sru.diagnostics import Diagnostic
from protocols.sru.dialects import Echo, Operation, Version
from protocols.sru.json_form import write_json
from protocols.sru.request import Asked, ExplainRequest, RefusedRequest, Request, read_query_string
from protocols.sru.response import failure
from protocols.sru.soap import Fault, read_soap, write_fault, write_soap
from protocols.sru.writing import write
from servers.configuration.settings import Settings
from servers.http.exchange import HttpAnswer, HttpRequest, Route
from servers.http.limits import Gate
from servers.settling import Pending
from servers.sru.house import House
from servers.sru.paging import ResultSets
from servers.sru.profiles import PATH, Ability, Endpoint, endpoints
from servers.sru.service import Answered, Service, numbers

ANY_DATABASE: Final = f"{PATH}{{institution}}"
FORM: Final = "application/x-www-form-urlencoded"
SOAP: Final = frozenset({"text/xml", "application/soap+xml"})
XML: Final = "text/xml; charset=utf-8"
SRU_XML: Final = "application/sru+xml; charset=utf-8"
"""The media type of 2.0 (OASIS searchRetrieve part 3). Browsers show the one below, and save this one."""
PLAIN_XML: Final = "application/xml; charset=utf-8"
JSON: Final = "application/json"
RETRY_SECONDS: Final = "5"
"""After which the index may be there."""
REMEMBERED: Final = 4096
SHORT: Final = 1024
"""So many requests are remembered as they were read; longer ones, of which there are few, are not."""

_CORS: Final = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT: Final = {
    **_CORS,
    "Allow": "GET, HEAD, OPTIONS, POST",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match, SOAPAction",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
    "Access-Control-Max-Age": "86400",
}
_COMES_AGAIN: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_HOST: Final = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?")
_HTTPS_PORT: Final = 443


class SruFront:
    """Answers SRU at the path of each database. ``answers`` counts by database, operation and diagnostic."""

    def __init__(self, house: House) -> None:
        self.answers: Counter[tuple[str, str, str]] = Counter()
        self._house = house
        self._gates: dict[str, Gate] = {}
        self._sets: dict[str, ResultSets] = {}

    def routes(self, settings: Settings) -> Iterator[Route]:
        """Those of every database, and one for all that there are not."""
        services = [self._service(endpoint, settings) for endpoint in endpoints(settings)]
        for service in services:
            yield from self._routes(service, service.endpoint.path, _Speaker(service, self.answers))
        if services:
            yield from self._routes(services[0], ANY_DATABASE, _Stranger(services[0].endpoint, self.answers))

    def _service(self, endpoint: Endpoint, settings: Settings) -> Service:
        sets = self._sets.setdefault(endpoint.database, ResultSets(self._house.catalogue))
        return Service(endpoint, settings, self._house, sets)

    def _routes(self, service: Service, path: str, speaker: _Speaker | _Stranger) -> Iterator[Route]:
        endpoint = service.endpoint
        route = partial(
            Route,
            path=path,
            gate=self._gates.setdefault(path, Gate()),
            bounds=endpoint.bounds,
            dress=partial(_dressed, endpoint),
        )
        yield route(method="GET", handler=speaker.get)
        yield route(method="POST", handler=speaker.post, body=BODY, takes=frozenset({FORM, *SOAP}))
        if Ability.CORS in endpoint.abilities:
            yield route(method="OPTIONS", handler=_preflight)


BODY: Final = 1 << 18
"""Bytes of a request that is posted: what a query may have, escaped in the longest way, and more."""


async def _preflight(request: HttpRequest) -> HttpAnswer:
    return HttpAnswer(b"", status=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)


_Address = tuple[str, int]
Said = HttpAnswer | Pending[HttpAnswer]
"""An answer, or one that waits for what it tells to be durable."""


class _Speaker:
    """Reads requests to one database, and writes its responses."""

    def __init__(self, service: Service, answers: Counter[tuple[str, str, str]]) -> None:
        self._service = service
        self._endpoint = service.endpoint
        self._answers = answers
        self._headers = _CORS if Ability.CORS in self._endpoint.abilities else {}
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._read)

    def get(self, request: HttpRequest) -> Said:
        """A request in the query string."""
        read = self._remembered if len(request.query) <= SHORT else self._read
        return self._answer(request, read(request.query), is_soap=False)

    def _read(self, query: str) -> Request:
        return read_query_string(_raw(query), self._endpoint.offer)

    def post(self, request: HttpRequest) -> Said:
        """A request in a form, or in an envelope."""
        if _media_type(request) not in SOAP:
            asked = read_query_string(request.body, self._endpoint.offer)
            return self._answer(request, asked, is_soap=False)
        read = read_soap(request.body, self._endpoint.offer)
        if isinstance(read, Fault):
            told = {"database": self._endpoint.database, "fault": read.code.value}
            return HttpAnswer(write_fault(read), XML, HTTPStatus.INTERNAL_SERVER_ERROR, self._headers, told)
        return self._answer(request, read, is_soap=True)

    def _answer(self, request: HttpRequest, read: Request, *, is_soap: bool) -> Said:
        """At once, unless something that is told is on its way to the disk."""
        address = _address(request.headers.get("Host", ""))

        def put(answered: Answered) -> HttpAnswer:
            return self._said(request, read, answered, address, is_soap=is_soap)

        answered = self._service.answer(read, *address)
        return answered.put(put) if isinstance(answered, Pending) else put(answered)

    def _said(
        self, request: HttpRequest, read: Request, answered: Answered, address: _Address, *, is_soap: bool
    ) -> HttpAnswer:
        endpoint, asked, response = self._endpoint, read.asked, answered.response
        headers, status = self._headers, HTTPStatus.OK
        found = numbers(response)
        if 2 in found:
            headers, status = {**headers, "Retry-After": RETRY_SECONDS}, HTTPStatus.SERVICE_UNAVAILABLE
        xquery, base = self._echo(asked, answered, address)
        if is_soap:
            body, kind = write_soap(response, asked, endpoint.style, xquery, base), XML
        elif Ability.JSON in endpoint.abilities and wants_json(_accept(request, read)):
            body, kind = write_json(response, asked, endpoint.style), JSON
        else:
            body = write(response, asked, endpoint.style, xquery, base)
            kind = XML if asked.version is not Version.V2_0 else _kind(_accept(request, read))
        if isinstance(read, ExplainRequest):
            return self._explained(request, body, kind, headers)
        return HttpAnswer(body, kind, status, headers, self._told(asked, answered, found))

    def _echo(self, asked: Asked, answered: Answered, address: _Address) -> tuple[bytes, str]:
        """Where requests are repeated: the query of this one as XCQL, and where it came to."""
        if self._endpoint.style.echo is Echo.NO:
            return b"", ""
        host, port = address
        base = f"https://{host}{'' if port == _HTTPS_PORT else f':{port}'}{self._endpoint.path}"
        if answered.written is None:
            return b"", base
        dialect = Dialect.V2_0 if asked.version is Version.V2_0 else Dialect.V1_2
        return (write_xcql(answered.written, dialect) or "").encode(), base

    def _explained(
        self, request: HttpRequest, body: bytes, kind: str, headers: Mapping[str, str]
    ) -> HttpAnswer:
        """Explain changes with the configuration only: who has it already need not have it again."""
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        told = {"database": self._endpoint.database, "operation": Operation.EXPLAIN.value}
        self._answers[self._endpoint.database, Operation.EXPLAIN.value, ""] += 1
        headers = {**headers, "ETag": tag, "Cache-Control": "no-cache"}
        if tag in request.headers.get("If-None-Match", ""):
            return HttpAnswer(b"", kind, HTTPStatus.NOT_MODIFIED, headers, told)
        return HttpAnswer(body, kind, HTTPStatus.OK, headers, told)

    def _told(self, asked: Asked, answered: Answered, found: list[int]) -> Mapping[str, object]:
        database, operation = self._endpoint.database, asked.operation.value
        self._answers[database, operation, str(found[0]) if found else ""] += 1
        told = {"database": database, "operation": operation, **answered.told}
        if found:
            told["diagnostics"] = found
        return told


class _Stranger:
    """Answers for databases that there are not (235), in the way of one that there is."""

    def __init__(self, endpoint: Endpoint, answers: Counter[tuple[str, str, str]]) -> None:
        self._endpoint = endpoint
        self._answers = answers

    async def get(self, request: HttpRequest) -> HttpAnswer:
        """Whatever is asked."""
        return self._unknown(request, read_query_string(_raw(request.query), self._endpoint.offer).asked)

    async def post(self, request: HttpRequest) -> HttpAnswer:
        """Whatever is asked."""
        if _media_type(request) not in SOAP:
            return self._unknown(request, read_query_string(request.body, self._endpoint.offer).asked)
        read = read_soap(request.body, self._endpoint.offer)
        if isinstance(read, Fault):
            return HttpAnswer(write_fault(read), XML, HTTPStatus.INTERNAL_SERVER_ERROR)
        response = failure(read.asked, self._diagnostic(request))
        return HttpAnswer(write_soap(response, read.asked, self._endpoint.style), XML)

    def _unknown(self, request: HttpRequest, asked: Asked) -> HttpAnswer:
        body = write(failure(asked, self._diagnostic(request)), asked, self._endpoint.style)
        return HttpAnswer(body, XML, told={"diagnostics": [235]})

    def _diagnostic(self, request: HttpRequest) -> Diagnostic:
        self._answers["", "", "235"] += 1
        return Diagnostic(235, request.names["institution"][:100])


def _dressed(endpoint: Endpoint, answer: HttpAnswer) -> HttpAnswer:
    """What the listener refuses, told in SRU where it may be tried again (diagnostic 2)."""
    if answer.status not in _COMES_AGAIN:
        return answer
    asked = Asked(version=endpoint.offer.default, operation=Operation.SEARCH_RETRIEVE, parameters={})
    seconds = answer.headers.get("Retry-After", "")
    diagnostic = Diagnostic(2, f"try again after {seconds} s" if seconds else "")
    return replace(answer, body=write(failure(asked, diagnostic), asked, endpoint.style), content_type=XML)


def _raw(query: str) -> bytes:
    return query.encode("utf-8", "surrogateescape")


def _media_type(request: HttpRequest) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _accept(request: HttpRequest, read: Request) -> str:
    """What is accepted: the parameter httpAccept of 2.0 goes before the header."""
    named = None if isinstance(read, RefusedRequest) else read.http_accept
    return named or read.asked.parameters.get("httpAccept") or request.headers.get("Accept", "")


@lru_cache(maxsize=256)
def wants_json(accept: str) -> bool:
    """Whether JSON is accepted, and no XML more gladly (RFC 9110, 12.5.1)."""
    weights = _weights(accept)
    json = max(weights.get(JSON, 0.0), weights.get("json", 0.0))
    xml = max(weights.get(kind, 0.0) for kind in ("application/sru+xml", "application/xml", "text/xml"))
    return json > 0 and json >= xml


@lru_cache(maxsize=256)
def _kind(accept: str) -> str:
    """The media type of XML in 2.0: its own, unless only others are accepted."""
    weights = _weights(accept)
    own = "application/sru+xml" in weights
    return PLAIN_XML if not own and weights.keys() & {"text/html", "application/xml", "text/xml"} else SRU_XML


def _weights(accept: str) -> Mapping[str, float]:
    weights = {}
    for part in accept.lower().split(","):
        kind, *parameters = [each.strip() for each in part.split(";")]
        told = [each[2:] for each in parameters if each.startswith("q=")]
        try:
            weights[kind] = float(told[0]) if told else 1.0
        except ValueError:
            weights[kind] = 0.0
    return weights


@lru_cache(maxsize=64)
def _address(host: str) -> _Address:
    """Where the client found us; what is no host is not repeated."""
    found = _HOST.fullmatch(host)
    if found is None:
        return "localhost", _HTTPS_PORT
    return found[1], int(found[2] or _HTTPS_PORT)
