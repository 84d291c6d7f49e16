"""What HTTP carries SRU in: methods, paths, lengths, codings; smuggling, and senders who leave."""

from conformance.case import Awaits, Carrier, Case, Fetch, Level, Step, Train, fetch
from conformance.ncip.shapes import (
    Shape,
    broken_off,
    chunked_and_measured,
    in_chunks,
    replacing,
    with_broken_chunks,
    with_header,
)
from conformance.sru.claims import (
    ANSWERED,
    NO_TRACE,
    REFUSED_CLEANLY,
    SOME,
    TAKEN_OR_REFUSED,
    as_many_as,
    count_of,
    header,
    is_but,
    status,
)
from conformance.sru.texts import EMPTY, WORD, search

_HTTP = "RFC 9110, RFC 9112"
_SMUGGLING = "RFC 9112, 6.3 and 11.2: two readings of one request are refused"
_BOUNDED = "every limit has an answer: a status of HTTP, or a closed connection; never silence"
_FRONT = "field practice: proxies and balancers ask with HEAD and OPTIONS, and take 500 for a dead node"
_WHOLE = "RFC 9112, 8: a request that is not whole is not acted upon, and harms nobody else"
_ONE = search(WORD, maximumRecords="1")
_SERVES_ON = fetch(_ONE, SOME)
_BEFORE = fetch(_ONE, SOME, keep={"before": count_of})


def _case(
    name: str,
    title: str,
    clause: str,
    *steps: Step,
    level: Level = Level.MUST,
    needs: tuple[str, ...] = (),
) -> Case:
    return Case(id=f"url.{name}", title=title, level=level, clause=clause, steps=steps, also_needs=needs)


def _same(name: str, title: str, clause: str, request: Fetch, level: Level = Level.MUST) -> Case:
    """Return a case in which a request is unusual, and right."""
    return _case(name, title, clause, _BEFORE, request, level=level)


def _bad(name: str, title: str, request: Shape, clause: str = _SMUGGLING, level: Level = Level.MUST) -> Case:
    """Return a case in which a request is one that nobody should obey."""
    return _case(
        name,
        title,
        clause,
        fetch(
            _ONE,
            *REFUSED_CLEANLY,
            request=request,
            carrier=Carrier.FORM,
            awaits=Awaits.ANSWER_OR_END,
        ),
        _SERVES_ON,
        level=level,
    )


def _flood(name: str, title: str, request: Shape, level: Level = Level.SHOULD) -> Case:
    """Return a case in which the head of a request is far too much of something."""
    return _case(
        name,
        title,
        _BOUNDED,
        fetch(_ONE, *REFUSED_CLEANLY, request=request, awaits=Awaits.ANSWER_OR_END),
        _SERVES_ON,
        level=level,
    )


def _odd(name: str, title: str, request: Fetch, level: Level = Level.SHOULD) -> Case:
    """Return a case in which a request may be taken or refused, and the server serves on."""
    return _case(name, title, _BOUNDED, request, _SERVES_ON, level=level)


CASES = (
    _case(
        "head",
        "HEAD is answered as GET is, without a body, and never with 500",
        _FRONT,
        fetch(
            _ONE,
            is_but("a status of 200, 204, 304 or 405", lambda found: found.status in (200, 204, 304, 405)),
            method="HEAD",
            awaits=Awaits.HTTP,
        ),
        level=Level.SHOULD,
    ),
    _case(
        "options",
        "OPTIONS is answered, and never with 500",
        _FRONT,
        fetch(
            (),
            is_but("a status of 200, 204 or 405", lambda found: found.status in (200, 204, 405)),
            method="OPTIONS",
            awaits=Awaits.HTTP,
        ),
        level=Level.SHOULD,
    ),
    _case(
        "other-methods",
        "methods that SRU has not are refused by status",
        "RFC 9110, 15.5.6 and 15.6.2",
        *(
            fetch(
                _ONE,
                is_but(
                    "a status of 400, 403, 405 or 501", lambda found: found.status in (400, 403, 405, 501)
                ),
                method=method,
                awaits=Awaits.HTTP,
            )
            for method in ("PUT", "DELETE", "PATCH", "TRACE", "BREW")
        ),
    ),
    _case(
        "cross-origin",
        "a page elsewhere may read the answer, where the end point is open to all",
        "Fetch standard: CORS; field practice: discovery pages ask the catalogue themselves",
        fetch(
            _ONE,
            SOME,
            header("Access-Control-Allow-Origin", r"\*|https://discovery\.example"),
            head={"Origin": "https://discovery.example"},
        ),
        level=Level.CLIENT,
    ),
    _case(
        "path-unknown",
        "a path that there is not is status 404, or a diagnostic",
        "RFC 9110, 15.5.5; diagnostic 235",
        fetch(
            _ONE,
            is_but(
                "status 404, or diagnostic 235",
                lambda found: (
                    found.status == 404 or any(one.number in (235, 236) for one in found.diagnostics)
                ),
            ),
            NO_TRACE,
            path="{sru_path}-no-such-path",
            awaits=Awaits.HTTP,
        ),
    ),
    _case(
        "path-climbs",
        "a path that climbs leads nowhere",
        "RFC 3986, 5.2.4; security: nothing else is served",
        *(
            fetch(
                (),
                is_but(
                    "no status 200 to 299, or an answer of SRU",
                    lambda found: not 200 <= found.status < 300 or not found.unreadable,
                ),
                NO_TRACE,
                path="{sru_path}" + climb,
                awaits=Awaits.ANSWER_OR_END,
            )
            for climb in (
                "/../../../../etc/passwd",
                "/..%2f..%2f..%2fetc%2fpasswd",
                "/%2e%2e/%2e%2e/etc/passwd",
            )
        ),
    ),
    _same(
        "chunks",
        "a form in chunks is one form",
        "RFC 9112, 7.1",
        fetch(_ONE, as_many_as("before"), carrier=Carrier.FORM, request=in_chunks),
    ),
    _same(
        "expect",
        "a client that waits for 100 is let go on, or answered at once",
        "RFC 9110, 10.1.1",
        fetch(_ONE, as_many_as("before"), carrier=Carrier.FORM, head={"Expect": "100-continue"}),
        Level.SHOULD,
    ),
    _same(
        "close",
        "a client that wants the connection closed is answered first",
        f"{_HTTP}: Connection",
        fetch(_ONE, as_many_as("before"), head={"Connection": "close"}),
    ),
    _same(
        "old-http",
        "HTTP/1.0 is answered",
        f"{_HTTP}: versions",
        fetch(_ONE, as_many_as("before"), request=replacing(b"HTTP/1.1", b"HTTP/1.0")),
        Level.SHOULD,
    ),
    _same(
        "absolute",
        "a target in absolute form is the same target",
        "RFC 9112, 3.2.2",
        fetch(_ONE, as_many_as("before"), path="{sru}"),
        Level.MUST,
    ),
    _same(
        "gzip",
        "a client that takes gzip is understood, packed or not",
        "RFC 9110, 12.5.3",
        fetch(search(WORD, maximumRecords="1"), as_many_as("before"), head={"Accept-Encoding": "gzip"}),
    ),
    _same(
        "accept-nothing-known",
        "an Accept of types that SRU has not is answered all the same, or 406",
        "RFC 9110, 12.5.1",
        fetch(
            _ONE,
            is_but("an answer, or status 406", lambda found: found.status == 406 or found.count is not None),
            head={"Accept": "image/png"},
            awaits=Awaits.HTTP,
        ),
        Level.CLIENT,
    ),
    _same(
        "accept-browser",
        "a browser is answered",
        "field practice: people paste URLs into browsers",
        fetch(
            _ONE,
            is_but("an answer", lambda found: found.status == 200),
            awaits=Awaits.HTTP,
            head={"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
        ),
        Level.CLIENT,
    ),
    _same(
        "byte-by-byte",
        "a request in very small pieces is one request",
        "TCP delivers a stream",
        fetch(_ONE, as_many_as("before"), piece=7),
    ),
    _case(
        "behind",
        "three requests sent one behind the other are answered in their order",
        "RFC 9112, 9.3.2: pipelining",
        _BEFORE,
        Train(
            (
                fetch(_ONE, as_many_as("before")),
                fetch(search(EMPTY), is_but("nothing", lambda found: found.count == 0)),
                fetch(_ONE, as_many_as("before")),
            )
        ),
    ),
    _case(
        "kept",
        "a refusal does not end the connection for the requests behind it",
        "RFC 9112, 9.3",
        Train(
            (
                fetch(search("{title} ="), is_but("a diagnostic", lambda found: bool(found.diagnostics))),
                fetch(_ONE, SOME),
            )
        ),
    ),
    _case(
        "long-url",
        "a URL of eight thousand characters is taken",
        "SRU 1.2: long queries; RFC 9110, 4.1: 8000 octets",
        fetch(search(WORD, ("x-kit", "a" * 7_500)), SOME),
    ),
    _odd(
        "endless-url",
        "a URL of a megabyte is refused, not waited for",
        fetch(search(WORD, ("x-kit", "a" * 1_000_000)), *REFUSED_CLEANLY, awaits=Awaits.ANSWER_OR_END),
    ),
    _odd(
        "long-query",
        "a query of sixty thousand characters is answered or refused",
        fetch(search("{title} = " + "a" * 60_000), *TAKEN_OR_REFUSED, awaits=Awaits.ANSWER_OR_END),
    ),
    _odd(
        "fragment",
        "a # in a URL is refused, or ends it",
        fetch(
            _ONE,
            *TAKEN_OR_REFUSED,
            awaits=Awaits.ANSWER_OR_END,
            request=replacing(b" HTTP/1.1", b"#part HTTP/1.1"),
        ),
    ),
    _odd(
        "two-questions",
        "a second ? in a URL is part of a value",
        fetch(
            search('{title} = "a?"', maximumRecords="1"),
            *TAKEN_OR_REFUSED,
            shape=lambda raw: raw.replace(b"%3F", b"?"),
        ),
    ),
    _bad("length-and-chunks", "a length and chunks at once are refused", chunked_and_measured),
    _bad("length-twice", "two lengths that differ are refused", with_header(b"Content-Length: 3")),
    _bad(
        "length-negative",
        "a negative length is refused",
        replacing(b"Content-Length: ", b"Content-Length: -"),
    ),
    _bad(
        "length-signed",
        "a length with a sign is refused",
        replacing(b"Content-Length: ", b"Content-Length: +"),
    ),
    _bad(
        "length-word",
        "a length that is no number is refused",
        replacing(b"Content-Length: ", b"Content-Length: x"),
    ),
    _bad("chunk-broken", "a chunk whose size is no number is refused", with_broken_chunks),
    _bad(
        "coding-unknown",
        "a transfer coding that there is not is refused",
        with_header(b"Transfer-Encoding: xchunked"),
    ),
    _bad(
        "header-blank",
        "a blank before the colon of a header is refused",
        replacing(b"Content-Length:", b"Content-Length :"),
        "RFC 9112, 5.1",
    ),
    _bad(
        "host-missing",
        "a request without Host is refused",
        replacing(b"Host: ", b"X-Host: "),
        "RFC 9112, 3.2",
    ),
    _bad(
        "host-twice",
        "a request with two Hosts is refused",
        with_header(b"Host: elsewhere.example"),
        "RFC 9112, 3.2",
    ),
    _bad(
        "version-unknown",
        "a version of HTTP that there is not is refused",
        replacing(b"HTTP/1.1", b"HTTP/9.9"),
        "RFC 9112, 2.3",
        Level.SHOULD,
    ),
    _bad("nul-in-header", "a NUL in a header is refused", with_header(b"X-Kit: a\x00b"), "RFC 9110, 5.5"),
    _bad(
        "blank-in-target",
        "a blank in the target is refused",
        replacing(b" HTTP/1.1", b" x HTTP/1.1"),
        "RFC 9112, 3.2",
    ),
    _bad("no-http", "what is no HTTP is refused", lambda _: b"\x16\x03\x01 GARBAGE\r\n\r\n", "RFC 9112, 2.2"),
    _flood(
        "headers-many",
        "two thousand headers are refused",
        with_header(b"\r\n".join(b"X-%d: 1" % at for at in range(2_000))),
    ),
    _flood(
        "header-long", "a header of a hundred kilobytes is refused", with_header(b"X-Kit: " + b"a" * 100_000)
    ),
    _case(
        "left-in-head",
        "a client that leaves in the head of a request harms nobody",
        _WHOLE,
        fetch(_ONE, request=lambda whole: whole[: len(whole) // 2], awaits=Awaits.SILENCE),
        _SERVES_ON,
    ),
    _case(
        "left-in-body",
        "a client that leaves in the body of a request harms nobody",
        _WHOLE,
        fetch(_ONE, request=broken_off, carrier=Carrier.FORM, awaits=Awaits.SILENCE),
        _SERVES_ON,
    ),
    _case(
        "left-unheard",
        "a client that does not wait for its answer harms nobody",
        _WHOLE,
        fetch(search(WORD, maximumRecords="50"), awaits=Awaits.SILENCE),
        _SERVES_ON,
    ),
    _case(
        "status-404-clean",
        "a page of an error tells nothing of the program",
        "security: no trace of a program",
        fetch(
            (),
            NO_TRACE,
            path="/no/such/place",
            awaits=Awaits.HTTP,
        ),
    ),
    _case(
        "not-modified",
        "an answer to a search is not said to be unchanged while availability changes",
        "RFC 9110, 13: conditional requests; availability is of the moment",
        fetch(_ONE, ANSWERED, status(200), head={"If-Modified-Since": "Fri, 31 Dec 2100 23:59:59 GMT"}),
        level=Level.SHOULD,
    ),
)
