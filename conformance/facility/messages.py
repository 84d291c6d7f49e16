"""The messages between a facility and a library's system, as Alma's remote storage has them, in NCIP 2.0.

The rule: what a message depends on stands in it. A repetition is the same to the byte, so that whoever asks
again can be answered again.
"""

from typing import Final
from xml.sax.saxutils import escape

from msgspec import Struct

from conformance.facility.orders import Order
from conformance.wire.ncip import V2_0

SYSTEM: Final = "NCIP_REMOTE_STORAGE"
KIND: Final = "Stack Retrieval"
"""What kind of request is cancelled (RequestType); nothing hangs on it."""


class Party(Struct, frozen=True):
    """Who speaks to whom: the agencies, the profile, the desk where items come out, and the user that stands
    for it. The secret is shown if there is one.
    """

    agency: str
    to_agency: str
    profile: str
    desk: str
    user: str
    secret: str = ""

    def __repr__(self) -> str:
        return f"Party({self.agency})"


def check_in(barcode: str, party: Party) -> bytes:
    """The item is on the shelf."""
    return _message("CheckInItem", _item(barcode), party)


def check_out(barcode: str, party: Party, number: str = "") -> bytes:
    """The item comes out at the desk, for a request if it has a number."""
    return _message("CheckOutItem", _user(party) + _item(barcode) + _request(number), party)


def cancel(order: Order, party: Party) -> bytes:
    """What was asked for is not here."""
    item = _item(order.barcode) if order.barcode else ""
    kind = _element("RequestType", KIND)
    return _message("CancelRequestItem", _user(party) + _request(order.number) + item + kind, party)


def deleted(barcode: str, header: str) -> bytes:
    """The answer to who wants an item to be let go of."""
    return V2_0.written(f"<DeleteItemResponse>{header}{_item(barcode)}</DeleteItemResponse>").encode()


def refused(service: str, header: str, kind: str, path: str = "", value: str = "") -> bytes:
    """The answer that refuses a service; without one, a Problem alone."""
    about = (_element("ProblemElement", path) if path else "") + (
        _element("ProblemValue", value) if value else ""
    )
    problem = f"<Problem>{_element('ProblemType', kind)}{_element('ProblemDetail', kind)}{about}</Problem>"
    if service:
        problem = f"<{service}Response>{header}{problem}</{service}Response>"
    return V2_0.written(problem).encode()


def answering_header(sender: str, receiver: str) -> str:
    """The header of an answer, from the one who was asked; none, if either is not known."""
    if not (sender and receiver):
        return ""
    return f"<ResponseHeader>{_agency('From', sender)}{_agency('To', receiver)}</ResponseHeader>"


def _message(service: str, content: str, party: Party) -> bytes:
    secret = _element("FromAgencyAuthentication", party.secret) if party.secret else ""
    behalf = f"<OnBehalfOfAgency>{_element('AgencyId', party.desk)}</OnBehalfOfAgency>" if party.desk else ""
    header = (
        f"<InitiationHeader>{_element('FromSystemId', SYSTEM)}{_agency('From', party.agency)}{secret}{behalf}"
        f"{_agency('To', party.to_agency)}{_element('ApplicationProfileType', party.profile)}"
        "</InitiationHeader>"
    )
    return V2_0.written(f"<{service}>{header}{content}</{service}>").encode()


def _item(barcode: str) -> str:
    return f"<ItemId>{_element('ItemIdentifierValue', barcode)}</ItemId>"


def _user(party: Party) -> str:
    return f"<UserId>{_element('UserIdentifierValue', party.user)}</UserId>"


def _request(number: str) -> str:
    return f"<RequestId>{_element('RequestIdentifierValue', number)}</RequestId>" if number else ""


def _agency(which: str, code: str) -> str:
    return f"<{which}AgencyId>{_element('AgencyId', code)}</{which}AgencyId>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
