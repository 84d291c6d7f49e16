"""POST and SOAP: the same parameters in a form or an envelope; XML from strangers is read with care."""

from conformance.case import Awaits, Carrier, Case, Level, ResponseClaim, Step, fetch
from conformance.ncip.shapes import Shape, all_but_the_end, first_half, followed_by, led_by, replacing
from conformance.sru.claims import (
    LAYOUT,
    NO_TRACE,
    REFUSED_CLEANLY,
    SEARCHED,
    SOME,
    TAKEN_OR_REFUSED,
    as_many_as,
    count_of,
    is_but,
    is_response,
    quiet_about,
    refused,
    status,
)
from conformance.sru.texts import EMPTY, WORD, explain, search, without
from conformance.wire.sru import FIRST

_FORM = "SRU 1.2 over POST: the same parameters, application/x-www-form-urlencoded in UTF-8"
_SOAP = "SRW 1.1, 1.2: SRU over SOAP 1.1"
_FAULT = "SOAP 1.1, 4.4 and 6.2: what cannot be read is a Fault with status 500"
_ENTITIES = "security: no entity is declared by a message, none is fetched or expanded"
_BEFORE = fetch(search(WORD, maximumRecords="1"), SOME, keep={"before": count_of})
_SECRET = "kit-entity-was-expanded"


def _case(
    name: str, title: str, clause: str, *steps: Step, level: Level = Level.MUST, need: str = "form"
) -> Case:
    return Case(id=name, title=title, level=level, clause=clause, steps=steps, also_needs=(need,))


def _form(name: str, title: str, *steps: Step, level: Level = Level.MUST, clause: str = _FORM) -> Case:
    return _case(f"form.{name}", title, clause, *steps, level=level)


def _soap(name: str, title: str, *steps: Step, level: Level = Level.MUST, clause: str = _SOAP) -> Case:
    return _case(f"soap.{name}", title, clause, *steps, level=level, need="soap")


_IN_SOAP = is_but("a SOAP envelope around it", lambda found: found.in_soap)
_FAULTED = is_but(
    "a SOAP Fault, or a status of 400 to 499",
    lambda found: (found.fault is not None and found.status in (200, 500)) or 400 <= found.status < 500,
)


def _spoilt(
    name: str,
    title: str,
    shape: Shape,
    clause: str = _FAULT,
    *claims: ResponseClaim,
    level: Level = Level.MUST,
) -> Case:
    """Return a case in which an envelope is not one, and the server serves on."""
    return _soap(
        name,
        title,
        fetch(
            search(WORD),
            _FAULTED,
            NO_TRACE,
            *claims,
            carrier=Carrier.SOAP,
            shape=shape,
            awaits=Awaits.ANSWER_OR_END,
        ),
        _BEFORE,
        clause=clause,
        level=level,
    )


def _unexpanded(name: str, title: str, shape: Shape, *claims: ResponseClaim) -> Case:
    """Return a case in which an envelope declares what should not be: nothing comes of it, and in time."""
    return _soap(
        name,
        title,
        fetch(
            search(WORD),
            *TAKEN_OR_REFUSED,
            *claims,
            carrier=Carrier.SOAP,
            shape=shape,
            awaits=Awaits.ANSWER_OR_END,
        ),
        _BEFORE,
        clause=_ENTITIES,
    )


def _declared(subset: str, use: bytes = b"&kit;") -> Shape:
    """Return a shape that declares entities, and uses one in the query."""
    doctype = f"<!DOCTYPE kit [{subset}]>".encode()
    return lambda body: doctype + body.replace(b"</query>", use + b"</query>")


_LAUGHS = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
_ROOT = b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">'
_DEEP = b"<x>" * 5_000 + b"</x>" * 5_000

CASES = (
    _form(
        "same",
        "a form finds what the URL does",
        _BEFORE,
        fetch(search(WORD, maximumRecords="1"), as_many_as("before"), LAYOUT, carrier=Carrier.FORM),
    ),
    _form(
        "explain",
        "explain can be posted",
        fetch(explain(), is_response("explainResponse"), carrier=Carrier.FORM),
    ),
    _form(
        "long",
        "a query too long for a URL is taken as a form",
        _BEFORE,
        fetch(
            search(" or ".join([WORD] * 300), maximumRecords="1"),
            is_but(
                "an answer, or diagnostic 12, 30 or 38",
                lambda found: (
                    found.count is not None or any(one.number in (12, 30, 38) for one in found.diagnostics)
                ),
            ),
            carrier=Carrier.FORM,
        ),
    ),
    _form(
        "url-not-merged",
        "parameters of the URL are not those of the form",
        _BEFORE,
        fetch(
            search(WORD, maximumRecords="1"),
            as_many_as("before"),
            carrier=Carrier.FORM,
            path="{sru_path}?query=xqzvkitnosuchword",
        ),
    ),
    _form(
        "refused",
        "a refusal comes as it does to a GET",
        fetch(search("{title} ="), is_response(SEARCHED), refused(10), status(200), carrier=Carrier.FORM),
    ),
    _form(
        "charset",
        "a charset in the type of a form means nothing",
        _BEFORE,
        fetch(
            search(WORD, maximumRecords="1"),
            as_many_as("before"),
            carrier=Carrier.FORM,
            head={"Content-Type": "application/x-www-form-urlencoded"},
        ),
    ),
    _form(
        "nothing",
        "an empty form is an explain request, or refused",
        fetch(
            (),
            is_but(
                "explain, or diagnostic 7",
                lambda found: (
                    found.kind == "explainResponse" or any(one.number in (4, 7) for one in found.diagnostics)
                ),
            ),
            NO_TRACE,
            carrier=Carrier.FORM,
        ),
        level=Level.SHOULD,
    ),
    _form(
        "not-utf-8",
        "a form that is no UTF-8 is refused",
        fetch(
            search(WORD),
            refused(6, 10),
            NO_TRACE,
            carrier=Carrier.FORM,
            shape=replacing(b"%20%3D%20", b"%20%3D%20%FF"),
        ),
    ),
    _form(
        "json-body",
        "a body of another type is status 415",
        fetch(
            search(WORD),
            status(415),
            NO_TRACE,
            carrier=Carrier.FORM,
            head={"Content-Type": "application/json"},
            awaits=Awaits.HTTP,
        ),
        level=Level.SHOULD,
        clause="RFC 9110, 15.5.16",
    ),
    _form(
        "no-type",
        "a body of no type is refused, or taken for a form",
        fetch(
            search(WORD),
            is_but(
                "an answer, or status 400 or 415",
                lambda found: (
                    found.status in (400, 415) or found.count is not None or bool(found.diagnostics)
                ),
            ),
            NO_TRACE,
            carrier=Carrier.FORM,
            head={"Content-Type": ""},
            awaits=Awaits.HTTP,
        ),
        level=Level.CLIENT,
    ),
    _form(
        "huge",
        "a form of megabytes is refused, and the server serves on",
        fetch(
            search(WORD, ("x-kit", "a" * 3_000_000)),
            *REFUSED_CLEANLY,
            carrier=Carrier.FORM,
            awaits=Awaits.ANSWER_OR_END,
        ),
        _BEFORE,
        level=Level.SHOULD,
        clause="every limit has an answer",
    ),
    _soap(
        "same",
        "an envelope finds what the URL does",
        _BEFORE,
        fetch(search(WORD, maximumRecords="1"), _IN_SOAP, as_many_as("before"), LAYOUT, carrier=Carrier.SOAP),
    ),
    _soap(
        "explain",
        "explain can be asked for in an envelope",
        fetch(explain(), _IN_SOAP, is_response("explainResponse"), carrier=Carrier.SOAP),
    ),
    _soap(
        "action",
        "SOAPAction means nothing",
        _BEFORE,
        fetch(
            search(WORD, maximumRecords="1"),
            as_many_as("before"),
            carrier=Carrier.SOAP,
            head={"SOAPAction": '"urn:whatever"'},
        ),
        clause=f"{_SOAP}: SOAPAction is ignored",
    ),
    _soap(
        "refused",
        "a refusal is a response with a diagnostic, no Fault",
        fetch(search("{title} ="), _IN_SOAP, is_response(SEARCHED), refused(10), carrier=Carrier.SOAP),
    ),
    _soap(
        "query-missing",
        "a query that is not there is diagnostic 7, or a Fault",
        fetch(
            without(search(WORD), "query"),
            _IN_SOAP,
            is_but(
                "diagnostic 7, or a Fault",
                lambda found: found.fault is not None or any(one.number == 7 for one in found.diagnostics),
            ),
            carrier=Carrier.SOAP,
            awaits=Awaits.HTTP,
        ),
    ),
    _soap(
        "prefixes",
        "prefixes may be any",
        _BEFORE,
        fetch(
            search(WORD, maximumRecords="1"),
            as_many_as("before"),
            carrier=Carrier.SOAP,
            shape=lambda body: body.replace(b"e:", b"soapenv:").replace(b"xmlns:e=", b"xmlns:soapenv="),
        ),
    ),
    _soap(
        "header",
        "a header that need not be understood is passed over",
        _BEFORE,
        fetch(
            search(WORD, maximumRecords="1"),
            as_many_as("before"),
            carrier=Carrier.SOAP,
            shape=replacing(
                b"<e:Body>", b"<e:Header><t:Trace xmlns:t='urn:t'>1</t:Trace></e:Header><e:Body>"
            ),
        ),
    ),
    _soap(
        "must-understand",
        "a header that must be understood is a Fault",
        fetch(
            search(WORD),
            _FAULTED,
            carrier=Carrier.SOAP,
            awaits=Awaits.HTTP,
            shape=replacing(
                b"<e:Body>",
                b"<e:Header><t:Tx xmlns:t='urn:t' e:mustUnderstand='1'>1</t:Tx></e:Header><e:Body>",
            ),
        ),
        clause="SOAP 1.1, 4.2.3: mustUnderstand",
        level=Level.SHOULD,
    ),
    _soap(
        "signs",
        "signs of XML in a query are what they say",
        fetch(
            search('{title} = "a < b & c > d"', maximumRecords="1"),
            _IN_SOAP,
            is_but("no diagnostic 10", lambda found: found.count is not None and not found.diagnostics),
            carrier=Carrier.SOAP,
        ),
    ),
    _spoilt("half", "half an envelope is a Fault", first_half),
    _spoilt("no-end", "an envelope without its end is a Fault", all_but_the_end),
    _spoilt("no-xml", "what is no XML is a Fault", lambda _: b"query=title"),
    _spoilt("empty", "nothing is a Fault", lambda _: b""),
    _spoilt("twice", "two envelopes one behind the other are a Fault", lambda body: body + body),
    _spoilt(
        "other-request",
        "a request that there is not is a Fault",
        lambda body: body.replace(b"searchRetrieveRequest", b"destroyRequest"),
    ),
    _spoilt(
        "bare",
        "a request without an envelope is a Fault",
        lambda body: (
            b'<searchRetrieveRequest xmlns="' + FIRST.encode() + b'"><query>a</query></searchRetrieveRequest>'
        ),
        level=Level.SHOULD,
    ),
    _spoilt(
        "two-bodies",
        "two requests in one envelope are a Fault",
        replacing(b"</e:Body>", b"<searchRetrieveRequest xmlns='" + FIRST.encode() + b"'/></e:Body>"),
        level=Level.SHOULD,
    ),
    _spoilt("text-behind", "text behind the envelope is a Fault", followed_by(b" and so on")),
    _spoilt("nul", "a NUL is a Fault", replacing(b"<version>", b"\x00<version>")),
    _unexpanded(
        "entity",
        "an entity that is declared is not expanded",
        _declared(f'<!ENTITY kit "{_SECRET}">'),
        quiet_about(f"{_SECRET}<"),
    ),
    _unexpanded(
        "laughs", "entities that grow to gigabytes do not", _declared(_LAUGHS, b"&j;"), quiet_about("ha" * 50)
    ),
    _unexpanded(
        "file",
        "a file that an entity names is not read",
        _declared('<!ENTITY kit SYSTEM "file:///etc/passwd">'),
        quiet_about("root:"),
    ),
    _unexpanded(
        "address",
        "an address that an entity names is not asked",
        _declared('<!ENTITY kit SYSTEM "http://127.0.0.1:1/x">'),
    ),
    _unexpanded(
        "parameter-entity",
        "parameter entities are not obeyed",
        _declared('<!ENTITY % kit SYSTEM "http://127.0.0.1:1/x"> %kit;', b""),
    ),
    _unexpanded(
        "external-doctype",
        "a DOCTYPE elsewhere is not fetched",
        led_by(b'<!DOCTYPE kit SYSTEM "http://127.0.0.1:1/x.dtd">'),
    ),
    _spoilt(
        "doctype",
        "a DOCTYPE with declarations is a Fault",
        _declared(f'<!ENTITY kit "{_SECRET}">'),
        _ENTITIES,
        level=Level.SHOULD,
    ),
    _spoilt(
        "deep",
        "an envelope of five thousand levels is refused",
        replacing(b"</query>", b"</query>" + _DEEP),
        "every limit has an answer",
        level=Level.SHOULD,
    ),
    _spoilt(
        "attributes",
        "an element with twenty thousand attributes is refused",
        replacing(_ROOT, _ROOT[:-1] + b" " + b" ".join(b'a%d="1"' % at for at in range(20_000)) + b">"),
        "every limit has an answer",
        level=Level.SHOULD,
    ),
    _case(
        "soap.include",
        "XInclude is not obeyed",
        _ENTITIES,
        fetch(
            search(EMPTY),
            quiet_about("root:"),
            NO_TRACE,
            carrier=Carrier.SOAP,
            awaits=Awaits.ANSWER_OR_END,
            shape=replacing(
                b"</query>",
                b"<i:include xmlns:i='http://www.w3.org/2001/XInclude' parse='text' "
                b"href='file:///etc/passwd'/></query>",
            ),
        ),
        _BEFORE,
        need="soap",
    ),
)
