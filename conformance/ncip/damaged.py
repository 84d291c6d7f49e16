"""XML that is damaged: it is a fault of syntax, said in words, or forgiven where its meaning is plain."""

from conformance.case import Case, Level, ReplyClaim, post
from conformance.ncip.claims import (
    NO_TRACE,
    NOT_BUSY,
    NOT_UNDERSTOOD,
    REFUSED_SYNTAX,
    done,
    is_but,
    problem,
    told,
)
from conformance.ncip.shapes import (
    Shape,
    again,
    all_but_the_end,
    first_half,
    followed_by,
    replacing,
)
from conformance.ncip.texts import (
    LOOKUP_ITEM,
    lookup_user,
    user,
)
from conformance.wire.ncip import NAMESPACE, Reply

_WELL_FORMED = "XML 1.0: well-formed; Z39.83-1, appendix: Invalid Message Syntax Error"
_SERVES_ON = post(LOOKUP_ITEM, done("LookupItem"), told("ItemId/ItemIdentifierValue", "{item}"))
_ROOT_DECLARATION = f'<ns1:NCIPMessage xmlns:ns1="{NAMESPACE}"'.encode()


def _broken(name: str, title: str, shape: Shape) -> Case:
    """Return a case in which a message is not well-formed."""
    return Case(
        id=f"damaged-xml.{name}",
        title=title,
        level=Level.MUST,
        clause=_WELL_FORMED,
        steps=(post(LOOKUP_ITEM, *REFUSED_SYNTAX, NOT_BUSY, shape=shape), _SERVES_ON),
    )


def _refused_or_meant(value: str) -> ReplyClaim:
    """The message was not understood, or understood as it was meant."""

    def holds(reply: Reply) -> bool:
        known = (("Unknown User", value), (NOT_UNDERSTOOD, ""))
        return any(
            found.kind == kind and (not said or found.value == said)
            for found in reply.problems
            for kind, said in known
        )

    return is_but(f"a Problem of syntax, or Unknown User {value!r}", holds)


CASES = (
    _broken("empty", "an empty body is a fault of syntax", lambda _: b""),
    _broken("no-xml", "what is no XML is a fault of syntax", lambda _: b"LookupItem 4711"),
    _broken("json", "JSON is a fault of syntax", lambda _: b'{"LookupItem": {"ItemId": "4711"}}'),
    _broken("half", "half a message is a fault of syntax", first_half),
    _broken("no-end", "a message without its last tag is a fault of syntax", all_but_the_end),
    _broken("twice", "two messages one after the other are a fault of syntax", again),
    _broken("text-behind", "text behind the message is a fault of syntax", followed_by(b" and so on")),
    _broken(
        "tags-crossed",
        "tags that close in the wrong order are a fault of syntax",
        replacing(b"</ns1:ItemIdentifierValue></ns1:ItemId>", b"</ns1:ItemId></ns1:ItemIdentifierValue>"),
    ),
    _broken(
        "attribute-twice",
        "an attribute given twice is a fault of syntax",
        replacing(b" ns1:version=", b' ns1:version="2.02" ns1:version='),
    ),
    _broken(
        "bare-less-than", "a bare < is a fault of syntax", replacing(b"</ns1:ItemId>", b"<</ns1:ItemId>")
    ),
    _broken(
        "control", "a control character is a fault of syntax", replacing(b"<ns1:ItemId>", b"\x01<ns1:ItemId>")
    ),
    _broken("nul", "a NUL is a fault of syntax", replacing(b"<ns1:ItemId>", b"\0<ns1:ItemId>")),
    _broken(
        "reference-to-nul",
        "a reference to a character that XML does not have is a fault of syntax",
        replacing(b"<ns1:ItemIdentifierValue>", b"<ns1:ItemIdentifierValue>&#0;"),
    ),
    Case(
        id="damaged-xml.other-root",
        title="well-formed XML that is no NCIP is refused in words",
        level=Level.MUST,
        clause="Z39.83-1, appendix: Invalid Message Syntax Error, Unknown Service, Unknown Element",
        steps=(
            post(
                LOOKUP_ITEM,
                problem(NOT_UNDERSTOOD, "Unknown Service", "Unknown Element", "Protocol Error"),
                NO_TRACE,
                shape=lambda _: b'<?xml version="1.0"?><soap:Envelope xmlns:soap="urn:soap"/>',
            ),
            _SERVES_ON,
        ),
    ),
    Case(
        id="damaged-xml.prefix-undeclared",
        title="a prefix that is never declared is refused, or forgiven; the answer declares its own",
        level=Level.SHOULD,
        clause="Namespaces in XML: prefixes are declared; field practice: servers and clients forget it",
        steps=(
            post(
                LOOKUP_ITEM,
                is_but(
                    "LookupItemResponse, or a Problem of syntax",
                    lambda reply: (
                        reply.service == "LookupItemResponse"
                        or any(found.kind == NOT_UNDERSTOOD for found in reply.problems)
                    ),
                ),
                shape=replacing(_ROOT_DECLARATION, b"<ns1:NCIPMessage"),
            ),
        ),
    ),
    Case(
        id="damaged-xml.ampersand",
        title="a bare ampersand is a fault of syntax, or taken as what it is",
        level=Level.CLIENT,
        clause="field practice: titles with & break messages; SUNY's addons write 'and'",
        steps=(
            post(
                lookup_user(user("Smith &amp; Sons")),
                _refused_or_meant("Smith & Sons"),
                NO_TRACE,
                shape=replacing(b"&amp;", b"&"),
            ),
        ),
    ),
    Case(
        id="damaged-xml.html-entity",
        title="a name of HTML for a character is a fault of syntax, or taken as that character",
        level=Level.CLIENT,
        clause="field practice: HTML entities in messages",
        steps=(
            post(
                lookup_user(user("M&amp;uuml;ller")),
                is_but(
                    "a Problem of syntax, or Unknown User with the value as it was meant",
                    lambda reply: any(
                        found.kind == NOT_UNDERSTOOD
                        or (found.kind == "Unknown User" and found.value == "Müller")
                        for found in reply.problems
                    ),
                ),
                NO_TRACE,
                shape=replacing(b"&amp;uuml;", b"&uuml;"),
            ),
        ),
    ),
)
