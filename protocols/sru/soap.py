"""SRW: a request in a SOAP 1.1 envelope, an answer in one, and the Fault for what is no envelope.

Rule: this is the one place where SRU reads XML from strangers, and `protocols.xml` parses it: no DTD, no
entities, little depth. What was understood as a request is answered as one, diagnostics and all; a Fault is
for what was not (SOAP 1.1, clause 4.4).
"""

from enum import Enum
from typing import Final

import msgspec

from protocols.sru.dialects import SRW_NAMESPACE, Operation, Style, Version
from protocols.sru.parameters import OPERATION, Pair
from protocols.sru.request import Asked, Offer, Request, read_request
from protocols.sru.response import Response
from protocols.sru.writing import root_element
from protocols.xml.parsing import Limits, Node, XmlRefused, parse
from protocols.xml.text import escaped

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
LIMITS: Final = Limits(size=1 << 16, depth=12, elements=200, attributes=16, text=1 << 15)

_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>'
_BEFORE: Final = _DECLARATION + f'<SOAP:Envelope xmlns:SOAP="{ENVELOPE}"><SOAP:Body>'.encode()
_BEHIND: Final = b"</SOAP:Body></SOAP:Envelope>"
_REQUESTS: Final = {f"{operation.value}Request": operation for operation in Operation}
_EXTRA: Final = "extraRequestData"


class FaultCode(Enum):
    """Whose fault it is (SOAP 1.1, clause 4.4.1)."""

    VERSION_MISMATCH = "VersionMismatch"
    MUST_UNDERSTAND = "MustUnderstand"
    CLIENT = "Client"


class Fault(msgspec.Struct, frozen=True):
    """No request could be found; over HTTP its status is 500 (SOAP 1.1, clause 6.2)."""

    code: FaultCode
    text: str


def read_soap(body: bytes, offer: Offer, limits: Limits = LIMITS) -> Request | Fault:
    """The request in the envelope. SOAP has versions 1.1 and 1.2 of SRU, and no stylesheets."""
    try:
        parsed = parse(body, limits)
    except XmlRefused as refused:
        return Fault(FaultCode.CLIENT, str(refused))
    if parsed.has_doctype:
        return Fault(FaultCode.CLIENT, "a SOAP message has no DOCTYPE")
    versions = tuple(version for version in offer.versions if version is not Version.V2_0)
    if not versions:
        return Fault(FaultCode.CLIENT, "SOAP is for SRU 1.1 and 1.2, which are not served")
    element = _request_in(parsed.root)
    if isinstance(element, Fault):
        return element
    pairs: list[Pair] = [(OPERATION, _REQUESTS[element.name].value)]
    extra: list[tuple[str, str]] = []
    for child in element.children:
        if child.name == _EXTRA:
            extra += [(each.name, each.text.strip()) for each in child.children]
        else:
            pairs.append((child.name, child.text.strip()))
    default = offer.default if offer.default in versions else versions[-1]
    narrowed = msgspec.structs.replace(offer, versions=versions, default=default, stylesheets=())
    return read_request(pairs, narrowed, tuple(extra))


def _request_in(root: Node) -> Node | Fault:
    if root.name != "Envelope" or not root.namespace:
        return Fault(FaultCode.CLIENT, "a SOAP envelope is expected")
    if root.namespace != ENVELOPE:
        return Fault(FaultCode.VERSION_MISMATCH, "SOAP 1.1 is spoken here")
    for child in root.children:
        if (child.namespace, child.name) == (ENVELOPE, "Header") and any(map(_must_be, child.children)):
            return Fault(FaultCode.MUST_UNDERSTAND, "no header is understood here")
    body = next(
        (child for child in root.children if (child.namespace, child.name) == (ENVELOPE, "Body")), None
    )
    if body is None or len(body.children) != 1:
        return Fault(FaultCode.CLIENT, "a Body with one request is expected")
    request = body.children[0]
    if request.namespace != SRW_NAMESPACE or request.name not in _REQUESTS:
        return Fault(FaultCode.CLIENT, f"a request of SRW is expected: {', '.join(_REQUESTS)}")
    return request


def _must_be(header: Node) -> bool:
    """Whether a header says that whoever does not know it must refuse (SOAP 1.1, clause 4.2.3)."""
    attributes = zip(header.attributes[::2], header.attributes[1::2], strict=True)
    return any(
        name.rpartition(":")[2] == "mustUnderstand" and value in ("1", "true") for name, value in attributes
    )


def write_soap(
    response: Response, asked: Asked, style: Style, xquery: bytes = b"", base_url: str = ""
) -> bytes:
    """The answer that `write` gives, in an envelope."""
    return b"".join((_BEFORE, *root_element(response, asked, style, xquery, base_url), _BEHIND))


def write_fault(fault: Fault) -> bytes:
    """The envelope that says that no request was found."""
    code, text = fault.code.value, escaped(fault.text)
    told = f"<SOAP:Fault><faultcode>SOAP:{code}</faultcode><faultstring>{text}</faultstring></SOAP:Fault>"
    return b"".join((_BEFORE, told.encode(), _BEHIND))
