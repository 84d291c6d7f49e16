"""What the rooms of the translation share: how ids, dates, amounts and request keys are put, each one way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final

import msgspec

from core.answered import briefly
from core.model.money import quantise
from core.model.records import Fee, FeeId, Hold, HoldId, Item, Patron, PatronId, Reference
from core.rules.facts import Offline, Pin
from protocols.ncip import messages as m
from protocols.ncip.schemes import AuthenticationInputType
from protocols.ncip.structures import (
    Amount,
    AuthenticationInput,
    FiscalTransactionReferenceId,
    ItemId,
    MandatedAction,
    RequestId,
    UserId,
)
from protocols.ncip.values import Date, SchemeValuePair
from protocols.secret import Secret
from servers.ncip.partner import Partner

ByUser = (
    m.CancelRequestItem
    | m.CheckOutItem
    | m.CreateUserFiscalTransaction
    | m.DeleteUser
    | m.LookupRequest
    | m.LookupUser
    | m.RenewItem
    | m.ReportCirculationStatusChange
    | m.RequestItem
    | m.UndoCheckOutItem
    | m.UpdateRequestItem
    | m.UpdateUser
)
"""What names a user, and may prove who they are."""

NAMES: Final = frozenset((AuthenticationInputType.BARCODE_ID, AuthenticationInputType.USER_ID))
PROVES: Final = frozenset((AuthenticationInputType.PIN, AuthenticationInputType.PASSWORD))
_DIGITS: Final = 18
_DAY_ENDS: Final = time(23, 59, 59)


# What a partner sends


def user_key(request: ByUser | m.CreateUser) -> str:
    """Who the user is said to be: by an id, or by what proves it; empty if by neither."""
    if request.user_id is not None:
        return request.user_id.user_identifier_value.strip()
    given = input_of(request.authentication_input, NAMES)
    return "" if given is None else given.reveal().strip()


def user_secret(request: ByUser | m.CreateUser) -> Secret | None:
    """The PIN or password that came with the user; an empty one is none."""
    return input_of(request.authentication_input, PROVES) or None


def input_of(
    inputs: Iterable[AuthenticationInput], types: frozenset[AuthenticationInputType]
) -> Secret | None:
    """The first that is of one of these types."""
    for given in inputs:
        if given.authentication_input_type is not None and given.authentication_input_type.value in types:
            return given.authentication_input_data
    return None


def item_key(item: ItemId | None, partner: Partner) -> str:
    """A barcode as the library writes it: without blanks, and in capitals when only so it is known."""
    if item is None:
        return ""
    barcode, library = item.item_identifier_value.strip(), partner.desk.library
    if library.item(barcode) is None and library.item(barcode.upper()) is not None:
        return barcode.upper()
    return barcode


def reference(request: RequestId, partner: Partner) -> Reference:
    """The number of a request, as its partner's own."""
    return Reference(partner.agency.code, request.request_identifier_value.strip())


def hold_of(request: RequestId | None, partner: Partner) -> Hold | None:
    """The open hold that a partner's number stands for: its own, or the one that we told it."""
    if request is None:
        return None
    library, number = partner.desk.library, request.request_identifier_value.strip()
    known = library.hold_for(reference(request, partner))
    if known is None and number.isdecimal() and len(number) <= _DIGITS:
        return library.holds.get(HoldId(int(number)))
    return known


def fee_reference(given: FiscalTransactionReferenceId, partner: Partner) -> Reference:
    """The number of a fiscal transaction, as its partner's own."""
    return Reference(partner.agency.code, given.fiscal_transaction_identifier_value.strip())


def fee_of(given: FiscalTransactionReferenceId, partner: Partner) -> Fee | None:
    """The fee that a partner's number stands for: its own, or the one that we told it."""
    library, reference = partner.desk.library, fee_reference(given, partner)
    known, number = library.fee_for(reference), reference.number
    if known is None and number.isdecimal() and len(number) <= _DIGITS:
        return library.fees.get(FeeId(int(number)))
    return known


def moment(value: Date | None, zone: tzinfo, end: bool = True) -> datetime | None:
    """When, in UTC: a day alone is its end, or its beginning; without a zone it is the library's."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        value = datetime.combine(value, _DAY_ENDS if end else time())
    return (value if value.tzinfo is not None else value.replace(tzinfo=zone)).astimezone(UTC)


def day(value: Date | None, zone: tzinfo) -> date | None:
    """The library's day."""
    if not isinstance(value, datetime):
        return value
    return value.date() if value.tzinfo is None else value.astimezone(zone).date()


def happened(action: MandatedAction | None, partner: Partner, due: Date | None = None) -> Offline | None:
    """When what is told has happened already (MandatedAction), and the due date that was given then."""
    if action is None:
        return None
    at, now = moment(action.date_event_occurred, partner.zone, end=False), partner.desk.clock.now()
    return Offline(now if at is None else min(at, now), moment(due, partner.zone))


def request_key(request: m.Initiation, partner: Partner, pin: Pin = Pin.NOT_GIVEN) -> str:
    """What a request is known by when it comes again: the partner, the service, and all that it says.

    Secrets are no part of it, and a wrong PIN is never told the first outcome. A renewal or a return that
    says neither its number nor its moment may soon be meant anew.
    """
    if pin is Pin.WRONG:
        return ""
    said = _SAID.encode(request)
    profile = "" if partner.storage is None else partner.storage.profile
    digest = blake2b(said, digest_size=16).hexdigest()
    service, place = type(request).__name__, partner.actor.agency
    key = f"{partner.agency.code}\n{service}\n{profile}\n{place}\n{digest}"
    return briefly(key) if type(request) in _OFTEN and not _is_numbered(request) else key


_OFTEN: Final = frozenset((m.CheckInItem, m.RenewItem))
"""What may be done with the same item and the same user several times a day."""


def _is_numbered(request: m.Initiation) -> bool:
    """Whether it tells its number, or when it happened."""
    if isinstance(request, m.CheckInItem):
        return request.request_id is not None or request.mandated_action is not None
    return isinstance(request, m.RenewItem) and request.mandated_action is not None


def _unsaid(value: Any) -> str:
    assert isinstance(value, Secret), "messages hold nothing else that has no form"
    return ""


_SAID: Final = msgspec.json.Encoder(enc_hook=_unsaid)


def amount(given: Amount, currency: str) -> Decimal:
    """What an amount in the smallest unit of its currency is worth."""
    return Decimal(given.monetary_value).scaleb(-_decimals(currency))


def _decimals(currency: str) -> int:
    exponent = quantise(Decimal(0), currency).as_tuple().exponent
    assert isinstance(exponent, int), "an amount is a number"
    return -exponent


# What it is told


def own(item: Item, partner: Partner) -> ItemId:
    """The id of an item."""
    return ItemId(agency_id=SchemeValuePair(partner.institution), item_identifier_value=item.barcode)


def user(patron: Patron, partner: Partner) -> UserId:
    """The id of a patron."""
    return UserId(agency_id=SchemeValuePair(partner.institution), user_identifier_value=patron.barcode)


def user_of(patron: PatronId | None, partner: Partner) -> UserId | None:
    """The id of a patron, where there is one."""
    found = None if patron is None else partner.desk.library.patrons.get(patron)
    return None if found is None else user(found, partner)


def named(hold: Hold, partner: Partner) -> RequestId:
    """The number of a hold: that under which it was asked for, else our own."""
    if hold.reference is not None and hold.reference.agency == partner.agency.code:
        number, agency = hold.reference.number, hold.reference.agency
    else:
        number, agency = str(hold.id), partner.institution
    return RequestId(agency_id=SchemeValuePair(agency), request_identifier_value=number)


def money(value: Decimal, currency: str) -> Amount:
    """An amount in the smallest unit of its currency."""
    units = quantise(value, currency).scaleb(_decimals(currency))
    return Amount(currency_code=SchemeValuePair(currency), monetary_value=int(units))
