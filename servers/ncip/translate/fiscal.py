"""CreateUserFiscalTransaction: fees that a partner has charged, paid or let go.

The rule it keeps: what has a number of the partner's happens once, however often it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from core.desk import Answer
from core.events import FeeCharged, FeePaid
from core.model.records import Fee, FeeKind, PaymentKind
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.ncip import messages as m
from protocols.ncip.schemes import FiscalActionType, FiscalTransactionType, PaymentMethodType
from protocols.ncip.structures import FiscalTransactionInformation, FiscalTransactionReferenceId, UserId
from protocols.ncip.values import SchemeValuePair
from servers.ncip.partner import Partner
from servers.ncip.translate.problems import unsuited
from servers.ncip.translate.reply import Reply, Said, said
from servers.ncip.translate.wording import (
    amount,
    fee_of,
    fee_reference,
    hold_of,
    item_key,
    reference,
    request_key,
    user,
    user_key,
)
from servers.ncip.words import FEE_KIND, PAYMENT_KIND

_INSIDE: Final = "FiscalTransactionInformation"


class _Told(Struct, frozen=True):
    """A transaction as it is to be made."""

    request: m.CreateUserFiscalTransaction
    partner: Partner
    information: FiscalTransactionInformation
    user: str
    amount: Decimal
    currency: str
    key: str


def transact(request: m.CreateUserFiscalTransaction, partner: Partner, pin: Pin) -> Said:
    """What is told happens in the ledger of the user."""
    information = request.fiscal_transaction_information
    if information is None or information.amount is None or information.fiscal_action_type is None:
        return Answer(Refused(Reason.DETAIL_NEEDED))
    named, currency = information.fiscal_action_type.value, information.amount.currency_code
    if not isinstance(named, FiscalActionType):
        return Reply(unsuited(request, f"{_INSIDE}/FiscalActionType", named))
    code = partner.desk.policy.policy.currency if currency is None else currency.value
    told = _Told(
        request=request,
        partner=partner,
        information=information,
        user=user_key(request),
        amount=amount(information.amount, code),
        currency=code,
        key=request_key(request, partner, pin),
    )
    return _ACTIONS[named](told)


def _charge(told: _Told) -> Said:
    """Charged once under its number."""
    information, partner = told.information, told.partner
    known = information.fiscal_transaction_reference_id
    done = partner.desk.members.assess(
        partner.actor,
        told.user,
        told.amount,
        told.currency,
        _fee_kind(information.fiscal_transaction_type),
        item=_about(told),
        note=information.fiscal_transaction_description or "",
        reference=None if known is None else fee_reference(known, partner),
        request=told.key,
    )
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit, done.mine)
    (charged,) = done.outcome
    assert isinstance(charged, FeeCharged), "charging makes a fee"
    return Reply(_answer(told, charged.fee.id), done.unit, done.mine)


def _pay(told: _Told) -> Said:
    """Paid for the one fee that is named, or for the oldest first."""
    information, partner = told.information, told.partner
    fee = _related(told)
    if isinstance(fee, Answer | Reply):
        return fee
    known = information.fiscal_transaction_reference_id
    number = "" if known is None else fee_reference(known, partner).number
    parts = (partner.agency.code, FiscalActionType.PAYMENT, number)
    done = partner.desk.pay(
        partner.actor,
        told.user,
        told.amount,
        told.currency,
        fee=None if fee is None else fee.id,
        kind=_payment_kind(information.payment_method_type),
        reference=number,
        request="\n".join(parts) if number else told.key,
    )
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit, done.mine)
    (paid,) = done.outcome
    assert isinstance(paid, FeePaid), "paying makes a payment"
    payer = partner.desk.library.patron(told.user)
    if payer is None or (paid.payment.patron, paid.payment.amount) != (payer.id, told.amount):
        return Answer(Refused(Reason.ALREADY_EXISTS), done.unit)
    return Reply(_answer(told, paid.payment.id), done.unit, done.mine)


def _let_go(told: _Told) -> Said:
    """A fee is let go, or so much of it."""
    fee = _related(told)
    known = told.information.fiscal_transaction_reference_id
    if fee is None and known is not None:
        fee = fee_of(known, told.partner)
    if isinstance(fee, Answer | Reply):
        return fee
    if fee is None:
        return Answer(Refused(Reason.UNKNOWN_FEE))
    done = told.partner.desk.members.waive(
        told.partner.actor,
        told.user,
        fee.id,
        told.amount,
        note=told.information.fiscal_transaction_description or "",
        request=told.key,
    )
    return said(done, lambda _: _answer(told, fee.id))


_ACTIONS: Final[Mapping[FiscalActionType, Callable[[_Told], Said]]] = {
    FiscalActionType.ASSESS: _charge,
    FiscalActionType.CANCEL: _let_go,
    FiscalActionType.FORGIVE: _let_go,
    FiscalActionType.PAYMENT: _pay,
    FiscalActionType.PENALTY: _charge,
    FiscalActionType.WAIVE: _let_go,
    FiscalActionType.WRITE_OFF: _let_go,
}


def _related(told: _Told) -> Fee | Said | None:
    """The fee that a transaction is about, where it names one."""
    named = told.information.related_fiscal_transaction_reference_id
    if not named:
        return None
    if len(named) > 1:
        path = f"{_INSIDE}/RelatedFiscalTransactionReferenceId"
        return Reply(unsuited(told.request, path, named[1].fiscal_transaction_identifier_value))
    return fee_of(named[0], told.partner) or Answer(Refused(Reason.UNKNOWN_FEE))


def _about(told: _Told) -> str:
    """The item that a fee is for: the one that is named, or that of the request."""
    details, number = told.information.item_details, told.information.request_id
    if details is not None:
        return item_key(details.item_id, told.partner)
    if number is None:
        return ""
    library, hold = told.partner.desk.library, hold_of(number, told.partner)
    guest = library.guest(reference(number, told.partner))
    wanted = None if hold is None else hold.trapped or hold.item
    found = guest if wanted is None else library.items[wanted]
    return "" if found is None else found.barcode


def _fee_kind(said: SchemeValuePair | None) -> FeeKind:
    value = None if said is None else said.value
    return FEE_KIND[value] if isinstance(value, FiscalTransactionType) else FeeKind.OTHER


def _payment_kind(said: SchemeValuePair | None) -> PaymentKind:
    value = None if said is None else said.value
    return PAYMENT_KIND[value] if isinstance(value, PaymentMethodType) else PaymentKind.OTHER


def _answer(told: _Told, number: int) -> m.CreateUserFiscalTransactionResponse:
    """The user, and the number of the transaction: the partner's, or ours where it gave none."""
    partner, known = told.partner, told.information.fiscal_transaction_reference_id
    agency, value = partner.institution, str(number)
    if known is not None:
        agency = partner.agency.code if known.agency_id is None else known.agency_id.value
        value = known.fiscal_transaction_identifier_value
    patron = partner.desk.library.patron(told.user)
    return m.CreateUserFiscalTransactionResponse(
        user_id=UserId(user_identifier_value=told.user) if patron is None else user(patron, partner),
        fiscal_transaction_reference_id=FiscalTransactionReferenceId(
            agency_id=SchemeValuePair(agency), fiscal_transaction_identifier_value=value
        ),
    )
