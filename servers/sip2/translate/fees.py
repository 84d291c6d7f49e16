"""37: money taken at the terminal. What comes with the payer's own number (BK) is booked but once."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Final

from core.desk import Answer
from core.events import FeePaid
from core.model.records import FeeId, Payment, PaymentKind
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from servers.sip2.station import Station
from servers.sip2.translate.reply import Reply, Said
from servers.sip2.translate.wording import Lines, dated_key, notice, patron_key, request_key, screen
from servers.sip2.translate.wording import amount as written
from servers.words.notices import Notice

_AMOUNT: Final = re.compile(r"(?=.{1,16}\Z)(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_FEE: Final = re.compile(r"[0-9]{1,18}")
_NO_FEE: Final = FeeId(0)
"""The number of no fee: those of records begin with 1."""


def pay(request: m.FeePaid, station: Station, pin: Pin) -> Said:
    """38: booked for the fee CG, or the oldest first; refused, nothing is."""
    amount = _decimal(request.fee_amount, station.terminal.comma_amounts)
    if amount is None:
        return Answer(Refused(Reason.INVALID_AMOUNT))
    kind = station.payment_kinds.get(request.payment_type)
    if kind is None and station.terminal.payment_types_strict:
        return Answer(Refused(Reason.UNKNOWN_PAYMENT_KIND))
    reference = (request.transaction_id or "").strip()
    done = station.desk.pay(
        station.actor,
        patron_key(request.patron_identifier),
        amount,
        station.terminal.fee_currency or request.currency_type.upper(),
        fee=_fee_id(request.fee_identifier),
        kind=PaymentKind.OTHER if kind is None else kind,
        reference=reference,
        request=_key(request, station, pin, reference),
        pin=pin,
    )
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit)
    (paid,) = done.outcome
    assert isinstance(paid, FeePaid), "money was taken"
    return Reply(_taken(request, station, paid.payment, reference), done.unit, done.mine)


def _taken(request: m.FeePaid, station: Station, payment: Payment, reference: str) -> m.FeePaidResponse:
    return m.FeePaidResponse(
        payment_accepted=True,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        transaction_id=reference or str(payment.id),
        print_line=_receipt(payment, station) if station.prints else (),
    )


def _receipt(payment: Payment, station: Station) -> Lines:
    currency = payment.currency
    return notice(Notice.PAYMENT_TAKEN, station, amount=written(payment.amount, currency), currency=currency)


def not_paid(
    request: m.FeePaid, station: Station | None, now: datetime, refusal: Refused
) -> m.FeePaidResponse:
    """38 that says no: keep the money."""
    return m.FeePaidResponse(
        payment_accepted=False,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        transaction_id=request.transaction_id or None,
        screen_message=screen(refusal, station),
    )


def _key(request: m.FeePaid, station: Station, pin: Pin, reference: str) -> str:
    """By the payer's own number, whenever it comes again; without one by what is paid and when."""
    patron = patron_key(request.patron_identifier)
    if reference:
        return request_key(station, pin, request.code, patron, reference)
    fee = (request.fee_identifier or "").strip()
    return dated_key(
        request,
        station,
        pin,
        patron,
        request.fee_amount.strip(),
        request.currency_type,
        request.payment_type,
        fee,
        request.check_number or "",
    )


def _decimal(text: str, comma: bool) -> Decimal | None:
    """An amount as terminals write it: digits and a point, or a comma where the profile lets them. Whether it
    can be paid, the desk says.
    """
    text = text.strip()
    if comma:
        text = text.replace(",", ".")
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def _fee_id(text: str | None) -> FeeId | None:
    """CG as a fee's number; a text that is none names no fee. An empty one means: any."""
    text = (text or "").strip()
    if not text:
        return None
    return FeeId(int(text)) if _FEE.fullmatch(text) else _NO_FEE
