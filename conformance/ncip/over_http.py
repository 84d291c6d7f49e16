"""What HTTP carries NCIP in: paths, methods, lengths, chunks; smuggling, and senders who leave."""

from conformance.case import AtOnce, Awaits, Behind, Case, Level, Post, post
from conformance.ncip.claims import (
    LAYOUT,
    NO_TRACE,
    REFUSED_CLEANLY,
    done,
    header,
    is_but,
    not_listed,
    status,
    told,
)
from conformance.ncip.shapes import (
    Shape,
    broken_off,
    chunked_and_measured,
    in_chunks,
    led_by,
    replacing,
    with_broken_chunks,
    with_header,
)
from conformance.ncip.texts import LOANS, LOOKUP_ITEM, check_in, check_out, item, lookup_item, lookup_user

_OK = "field practice: clients take any status but 200 for a broken line"
_HTTP = "RFC 9110, RFC 9112"
_LENGTH = "RFC 9112, 6: Content-Length and Transfer-Encoding"
_SMUGGLING = "RFC 9112, 6.3 and 11.2: two readings of one request are refused"
_BOUNDED = "every limit has an answer: a status of HTTP, or a closed connection; never silence"
_ANSWERED = (done("LookupItem"), told("ItemId/ItemIdentifierValue", "{item}"))
_SERVES_ON = post(LOOKUP_ITEM, *_ANSWERED)
_NOT_LENT = post(
    lookup_user(None, LOANS),
    done("LookupUser"),
    not_listed("LoanedItem/ItemId/ItemIdentifierValue", "{item}"),
)
_RETURN = (post(check_in()),)


def _carried(name: str, title: str, level: Level, clause: str, message: Post) -> Case:
    """Return a case in which the request is unusual, and right."""
    return Case(id=f"http.{name}", title=title, level=level, clause=clause, steps=(message,))


def _bad(name: str, title: str, request: Shape, clause: str = _SMUGGLING, level: Level = Level.MUST) -> Case:
    """Return a case in which a loan is asked for in a request that nobody should obey."""
    return Case(
        id=f"http.{name}",
        title=title,
        level=level,
        clause=clause,
        steps=(
            post(check_out(), *REFUSED_CLEANLY, request=request, awaits=Awaits.ANSWER_OR_END),
            _NOT_LENT,
        ),
        undo=_RETURN,
    )


def _flood(name: str, title: str, request: Shape) -> Case:
    """Return a case in which the head of a request is far too much of something."""
    return Case(
        id=f"http.{name}",
        title=title,
        level=Level.SHOULD,
        clause=_BOUNDED,
        steps=(
            post(LOOKUP_ITEM, *REFUSED_CLEANLY, request=request, awaits=Awaits.ANSWER_OR_END),
            _SERVES_ON,
        ),
    )


def _left(name: str, title: str, request: Shape) -> Case:
    """Return a case in which the client leaves in the middle of a request."""
    return Case(
        id=f"http.{name}",
        title=title,
        level=Level.MUST,
        clause="RFC 9112, 8: a request that is not whole is not acted upon",
        steps=(post(check_out(), request=request, awaits=Awaits.SILENCE), _NOT_LENT, _SERVES_ON),
        undo=_RETURN,
    )


CASES = (
    _carried(
        "problem-is-200",
        "a Problem comes with status 200",
        Level.MUST,
        f"Z39.83-2: NCIP over HTTP; {_OK}",
        post(lookup_item(item("no-such-item")), status(200), LAYOUT),
    ),
    _carried(
        "content-type",
        "an answer is application/xml or text/xml",
        Level.SHOULD,
        "Z39.83-2; RFC 7303",
        post(LOOKUP_ITEM, *_ANSWERED, header("Content-Type", r"(application|text)/xml(;.*)?")),
    ),
    _carried(
        "close",
        "a client that wants the connection closed is answered first",
        Level.MUST,
        f"{_HTTP}: Connection",
        post(LOOKUP_ITEM, *_ANSWERED, head={"Connection": "close"}),
    ),
    _carried(
        "chunks",
        "a message in chunks is one message",
        Level.MUST,
        "RFC 9112, 7.1",
        post(LOOKUP_ITEM, *_ANSWERED, request=in_chunks),
    ),
    _carried(
        "expect",
        "a client that waits for 100 is let go on, or answered at once",
        Level.SHOULD,
        "RFC 9110, 10.1.1",
        post(LOOKUP_ITEM, *_ANSWERED, head={"Expect": "100-continue"}),
    ),
    _carried(
        "host-in-capitals",
        "header names in any case, and blanks around values, are the same",
        Level.MUST,
        "RFC 9110, 5.1 and 5.5",
        post(
            LOOKUP_ITEM,
            *_ANSWERED,
            request=replacing(b"Content-Length: ", b"CONTENT-LENGTH: \t "),
        ),
    ),
    _carried(
        "byte-by-byte",
        "a request that arrives in very small pieces is one request",
        Level.MUST,
        "TCP delivers a stream",
        post(LOOKUP_ITEM, *_ANSWERED, piece=7),
    ),
    Case(
        id="http.behind",
        title="three requests sent one behind the other are answered in their order",
        level=Level.MUST,
        clause="RFC 9112, 9.3.2: pipelining",
        steps=(
            Behind(
                (
                    post(LOOKUP_ITEM, *_ANSWERED),
                    post(
                        lookup_item(item("{item2}")),
                        done("LookupItem"),
                        told("ItemId/ItemIdentifierValue", "{item2}"),
                    ),
                    post(LOOKUP_ITEM, *_ANSWERED),
                )
            ),
        ),
    ),
    Case(
        id="http.many",
        title="twenty messages at once are each answered with their own answer",
        level=Level.MUST,
        clause="field practice: brokers have many patrons at a time",
        steps=(
            AtOnce(
                tuple(
                    post(
                        lookup_item(item(name)),
                        done("LookupItem"),
                        told("ItemId/ItemIdentifierValue", name),
                    )
                    for name in ("{item}", "{item2}") * 10
                )
            ),
        ),
    ),
    _carried(
        "get",
        "GET is refused, or answered with something that is no message",
        Level.SHOULD,
        f"{_HTTP}: 405; field practice: 'It works!' was taken for success",
        post("", status(405, 404, 400, 501), NO_TRACE, method="GET", awaits=Awaits.HTTP),
    ),
    _carried(
        "put",
        "PUT is refused",
        Level.SHOULD,
        f"{_HTTP}: 405",
        post(LOOKUP_ITEM, status(405, 404, 400, 501), NO_TRACE, method="PUT", awaits=Awaits.HTTP),
    ),
    _carried(
        "path",
        "another path is refused, and shows no program",
        Level.SHOULD,
        f"{_HTTP}: 404",
        post(
            LOOKUP_ITEM,
            status(404, 405, 403, 400),
            NO_TRACE,
            path="{ncip_path}/../../etc/passwd",
            awaits=Awaits.HTTP,
        ),
    ),
    _bad(
        "length-and-chunks",
        "a request with a length and chunks is refused, and not obeyed",
        chunked_and_measured,
    ),
    _bad(
        "two-lengths",
        "a request with two lengths is refused, and not obeyed",
        with_header(b"Content-Length: 5"),
    ),
    _bad(
        "length-signed",
        "a length with a sign is refused, and not obeyed",
        replacing(b"Content-Length: ", b"Content-Length: +"),
    ),
    _bad(
        "length-negative",
        "a negative length is refused, and not obeyed",
        replacing(b"Content-Length: ", b"Content-Length: -"),
        _LENGTH,
    ),
    _bad(
        "length-no-number",
        "a length that is no number is refused, and not obeyed",
        replacing(b"Content-Length: ", b"Content-Length: 0x"),
        _LENGTH,
    ),
    _bad(
        "length-blank-before-colon",
        "a blank between a header's name and its colon is refused, and not obeyed",
        replacing(b"Content-Length: ", b"Content-Length : "),
        "RFC 9112, 5.1: no blank before the colon",
    ),
    _bad(
        "chunked-oddly",
        "a transfer coding that nobody knows is refused, and not obeyed",
        with_header(b"Transfer-Encoding: xchunked"),
    ),
    _bad("chunks-broken", "chunks whose length is no number are refused", with_broken_chunks, _LENGTH),
    _bad(
        "folded-header",
        "a header that goes on in the next line is refused, and not obeyed",
        with_header(b"Transfer-Encoding:\r\n chunked"),
        "RFC 9112, 5.2: obsolete line folding",
    ),
    _bad(
        "header-nul",
        "a NUL in a header is refused",
        with_header(b"X-Kit: a\0b"),
        "RFC 9110, 5.5: field values",
    ),
    _bad(
        "no-host",
        "a request without Host is refused",
        lambda request: request.replace(b"Host: ", b"X-Host: ", 1),
        "RFC 9112, 3.2: 400",
        Level.SHOULD,
    ),
    _bad(
        "compressed",
        "a body in a coding that was not agreed on is refused, not unpacked",
        with_header(b"Content-Encoding: gzip"),
        "RFC 9110, 15.5.16: 415; security: bombs of compression",
        Level.SHOULD,
    ),
    _bad("no-http", "what is no HTTP is refused", led_by(b"\x16\x03\x01\x02 hello\r\n\r\n"), _HTTP),
    _flood(
        "long-header",
        "a header of a megabyte is refused in bounds",
        with_header(b"X-Kit: " + b"a" * 1_000_000),
    ),
    _flood(
        "many-headers",
        "fifty thousand headers are refused in bounds",
        with_header(b"\r\n".join(b"X-Kit-%d: 1" % number for number in range(50_000))),
    ),
    _flood(
        "long-address",
        "an address of a megabyte is refused in bounds",
        replacing(b" HTTP/1.1", b"?" + b"a" * 1_000_000 + b" HTTP/1.1"),
    ),
    _flood(
        "length-huge",
        "a body that is said to have a terabyte is refused before it comes, or waited for in bounds",
        replacing(b"Content-Length: ", b"Content-Length: 1099511627776"),
    ),
    _left("half-body", "a client that leaves in the middle of the body has nothing lent", broken_off),
    _left(
        "half-head",
        "a client that leaves in the middle of the head has nothing lent",
        lambda request: request[: request.index(b"\r\n\r\n") - 5],
    ),
    _left(
        "half-chunks",
        "a client that leaves before the last chunk has nothing lent",
        lambda request: in_chunks(request)[: -len(b"0\r\n\r\n")],
    ),
    Case(
        id="http.half-and-others",
        title="thirty connections that say half of a head and wait do not keep others from being served",
        level=Level.MUST,
        clause=_BOUNDED,
        steps=(
            AtOnce(
                (
                    *(
                        post(LOOKUP_ITEM, request=lambda request: request[:40], awaits=Awaits.SILENCE)
                        for _ in range(30)
                    ),
                    _SERVES_ON,
                )
            ),
            _SERVES_ON,
        ),
    ),
    Case(
        id="http.header-split",
        title="line ends in a value do not become headers of the answer",
        level=Level.MUST,
        clause="RFC 9110, 5.5; security: splitting of responses",
        steps=(
            post(
                lookup_item(item("x&#13;&#10;Set-Cookie: kit=1")),
                is_but(
                    "no header Set-Cookie, and a Problem",
                    lambda reply: "set-cookie" not in reply.headers and bool(reply.problems),
                ),
            ),
        ),
    ),
)
