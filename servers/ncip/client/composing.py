"""A message and its header from the options of the command line, with what is usual filled in.

The rule it keeps: an option stands for a path of `drafting`, and whatever was typed is sent; what is usual is
filled in only where nothing was typed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Final, NamedTuple

from protocols.ncip.codec import write_request
from protocols.ncip.declarations import declaration_of
from protocols.ncip.dialects import Dialect
from protocols.ncip.errors import LocalError
from protocols.ncip.marks import Presence
from protocols.ncip.messages import Initiation, Lookup
from protocols.ncip.schemes import (
    AgencyElementType,
    AuthenticationInputType,
    CodeList,
    ItemElementType,
    RequestedActionType,
    RequestElementType,
    RequestScopeType,
    RequestType,
    UserElementType,
)
from protocols.ncip.structures import InitiationHeader
from protocols.secret import Secret
from servers.ncip.client.destination import Caller, Role
from servers.ncip.client.drafting import NOW, Draft, Mistyped


class Option(NamedTuple):
    """An option that stands for an element: the first of the paths that the service has."""

    name: str
    metavar: str
    paths: tuple[str, ...]
    help: str


OPTIONS: Final = (
    Option("user", "BARCODE", ("UserId",), "the reader"),
    Option("item", "BARCODE", ("ItemId",), "the item; may be given again where there may be several"),
    Option("bib", "NUMBER", ("BibliographicId/BibliographicRecordId",), "the title, by its control number"),
    Option("request", "NUMBER", ("RequestId",), "the request"),
    Option("type", "TYPE", ("RequestType",), "the kind of request (usual: Hold)"),
    Option("pickup", "PLACE", ("PickupLocation",), "where it is picked up"),
    Option("due", "DATE", ("DesiredDateDue", "DateForReturn", "DateDue"), "until when, such as 2026-12-31"),
    Option(
        "title",
        "TEXT",
        ("ItemOptionalFields/BibliographicDescription/Title", "BibliographicDescription/Title"),
        "the title of an item that comes from elsewhere",
    ),
    Option("status", "STATUS", ("CirculationStatus",), "such as Missing"),
    Option("happened", "DATE", ("MandatedAction",), "it has happened already, then; or now"),
)

SET: Final = "assigned"
"""Where argparse keeps what `--set` was given."""

_HEADER: Final = InitiationHeader.__name__
_PROOF: Final = "AuthenticationInput"


class Composed(NamedTuple):
    """What is sent: the message, and its header if it has one."""

    message: Initiation
    header: InitiationHeader | None

    def written(self, dialect: Dialect) -> bytes:
        """The bytes, in that version. Raises `Mistyped` if it has no such message."""
        service = type(self.message)
        if service.since > dialect.version:
            raise Mistyped(f"{service.__name__} is there from version {service.since} on")
        try:
            return write_request(self.message, self.header, dialect)
        except LocalError as error:
            raise Mistyped(f"{error}{_choices(service)}") from None


def compose(
    service: type[Initiation],
    words: argparse.Namespace,
    caller: Caller,
    pin: Secret | None,
    secret: Secret | None,
) -> Composed:
    """The message that the options say. Raises `Mistyped`."""
    draft, header = Draft(service), Draft(InitiationHeader)
    for path, text in getattr(words, SET):
        if path.startswith(f"{_HEADER}/"):
            header.put(path.removeprefix(f"{_HEADER}/"), text)
        else:
            draft.put(path, text)
    for option in OPTIONS:
        for text in getattr(words, option.name):
            if not (pin and option.name == "user"):
                draft.put(_path(option, draft, service), text)
    if pin:
        _prove(draft, service, words.user, pin)
    _fill_usual(draft, service, words, caller)
    _fill_header(header, caller, secret)
    if draft.may_have("FromAgencyId"):  # LookupVersion, whose header is its content
        return Composed(draft.built(), None)
    return Composed(draft.built(), None if header.is_empty else header.built())


def _path(option: Option, draft: Draft, service: type[Initiation]) -> str:
    for path in option.paths:
        if draft.may_have(path.partition("/")[0]):
            return path
    raise Mistyped(f"{service.__name__} takes no --{option.name}; --fields lists what it takes")


def _prove(draft: Draft, service: type[Initiation], users: list[str], pin: Secret) -> None:
    """Name the reader by what proves it: barcode and PIN, in place of a UserId."""
    if not draft.may_have(_PROOF):
        raise Mistyped(f"{service.__name__} takes no --pin: it names a reader without proof")
    if len(users) != 1:
        raise Mistyped("--pin goes with one --user")
    said = {AuthenticationInputType.BARCODE_ID: users[0], AuthenticationInputType.PIN: pin.reveal()}
    for kind, text in said.items():
        draft.put(f"{_PROOF}/AuthenticationInputData", text)
        draft.put(f"{_PROOF}/AuthenticationDataFormatType", "text/plain")
        draft.put(f"{_PROOF}/AuthenticationInputType", kind)


_ASKED_FOR: Final[dict[str, type[CodeList]]] = {
    "AgencyElementType": AgencyElementType,
    "ItemElementType": ItemElementType,
    "RequestElementType": RequestElementType,
    "UserElementType": UserElementType,
}
_NEVER_ASKED_FOR: Final = (UserElementType.AUTHENTICATION_INPUT,)
_ALSO_ASKED_FOR: Final = ("LoanedItemsDesired", "RequestedItemsDesired", "UserFiscalAccountDesired")
_IDS: Final = ("UserId", "ItemId", "RequestId", "BibliographicId/BibliographicRecordId")
_HAPPENED: Final = ("DateShipped", "DateReceived", "DateSent")


def _fill_usual(draft: Draft, service: type[Initiation], words: argparse.Namespace, caller: Caller) -> None:
    """What goes without saying."""
    if words.role is Role.STORE and _PROOF not in draft and draft.may_have(_PROOF):
        draft.offer("UserId", caller.desk or caller.agency)
    for path, text in _usual(draft):
        if draft.needs(path) or (path == "RequestType" and "RequestId" not in draft):
            draft.offer(path, text)
    if caller.to:
        if draft.needs("AgencyId"):
            draft.offer("AgencyId", caller.to)
        coded = any("BibliographicRecordIdentifierCode" in path for path, _ in getattr(words, SET))
        for identifier in _IDS[:-1] if coded else _IDS:
            draft.offer(f"{identifier}/AgencyId", caller.to)
    draft.offer("FromAgencyId", *filter(None, [caller.agency]))
    draft.offer("ToAgencyId", *filter(None, [caller.to]))
    if issubclass(service, Lookup) and not words.bare:
        for name, codes in _ASKED_FOR.items():
            draft.offer(name, *(code for code in codes if code not in _NEVER_ASKED_FOR))
        for flag in _ALSO_ASKED_FOR:
            draft.offer(flag, "yes")


def _usual(draft: Draft) -> Iterator[tuple[str, str]]:
    whole = "BibliographicId" in draft and "ItemId" not in draft
    yield "RequestType", RequestType.HOLD
    yield "RequestScopeType", RequestScopeType.BIBLIOGRAPHIC_ITEM if whole else RequestScopeType.ITEM
    yield "RequestedActionType", RequestedActionType.HOLD_FOR_PICKUP_AND_NOTIFY
    for date in _HAPPENED:
        yield date, NOW


def _fill_header(header: Draft, caller: Caller, secret: Secret | None) -> None:
    said = {
        "FromAgencyId": caller.agency,
        "ToAgencyId": caller.to,
        "OnBehalfOfAgency": caller.desk,
        "ApplicationProfileType": caller.profile,
        "FromSystemId": caller.system,
        "FromAgencyAuthentication": secret.reveal() if secret else "",
    }
    for name, text in said.items():
        if text:
            header.offer(name, text)


def _choices(service: type[Initiation]) -> str:
    """What the message must have, as the standard prints it."""
    declaration = declaration_of(service)
    needed = [slot.name for slot in declaration.slots if slot.presence in _MUST]
    parts = [*needed, *service.choices]
    return f"; {service.__name__} takes {', '.join(parts)}" if parts else ""


_MUST: Final = (Presence.REQUIRED, Presence.NEEDED)
