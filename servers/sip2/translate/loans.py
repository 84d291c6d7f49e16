"""11 and 29: lending and renewing. A repeated request is told the same again, from the first one's events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from core.desk import Answer, Outcome
from core.events import CheckedOut, Event, FeeCharged, Renewed
from core.model.money import ZERO
from core.model.records import Fee, Item
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import FeeType, MediaFlag
from servers.sip2.station import Station
from servers.sip2.translate.reply import NOT_HERE, Reply, Said
from servers.sip2.translate.wording import (
    amount,
    dated_key,
    item_key,
    known_item,
    leaves_building,
    patron_key,
    screen,
    unseen,
)
from servers.sip2.words import FEE_TYPE, MAGNETIC, MEDIA_TYPE

LoanRequest = m.Checkout | m.Renew
R = TypeVar("R", m.CheckoutResponse, m.RenewResponse)


def check_out(request: m.Checkout, station: Station, pin: Pin) -> Said:
    """12: lent; or renewed, if both sides want that for what the patron has already."""
    if not station.terminal.checkout:
        return NOT_HERE
    patron, item = patron_key(request.patron_identifier), item_key(request.item_identifier, station)
    done = station.desk.check_out(
        station.actor,
        patron,
        item,
        request=dated_key(request, station, pin, patron, item),
        pin=pin,
        fee_acknowledged=request.fee_acknowledged is True,
        renewal_wanted=request.sc_renewal_policy and station.renews,
    )
    return _told(m.CheckoutResponse, request, station, done)


def not_checked_out(
    request: m.Checkout, station: Station | None, now: datetime, refusal: Refused
) -> m.CheckoutResponse:
    """12 that says no."""
    return _not_lent(m.CheckoutResponse, request, station, now, refusal)


def renew(request: m.Renew, station: Station, pin: Pin) -> Said:
    """30: the loan of the item AB made longer, or of the one with the title or control number AJ."""
    if not station.renews:
        return NOT_HERE
    patron = patron_key(request.patron_identifier)
    if request.item_identifier and request.item_identifier.strip():
        item = item_key(request.item_identifier, station)
    else:
        found = _loan_titled((request.title_identifier or "").strip(), patron, station, pin)
        if isinstance(found.outcome, Refused):
            return Answer(found.outcome, found.unit)
        item = found.outcome
    done = station.desk.renew(
        station.actor,
        patron,
        item,
        request=dated_key(request, station, pin, patron, item),
        pin=pin,
        fee_acknowledged=request.fee_acknowledged is True,
    )
    return _told(m.RenewResponse, request, station, done)


def not_renewed(
    request: m.Renew, station: Station | None, now: datetime, refusal: Refused
) -> m.RenewResponse:
    """30 that says no."""
    return _not_lent(m.RenewResponse, request, station, now, refusal)


def _loan_titled(wanted: str, patron: str, station: Station, pin: Pin) -> Answer[str | Refused]:
    """The barcode of the patron's one loan with this title or control number."""
    seen = station.desk.view_patron(station.actor, patron)
    if seen.outcome is None or pin is Pin.WRONG:
        return Answer(unseen(seen.outcome), seen.unit)
    if not wanted:
        return Answer(Refused(Reason.UNKNOWN_ITEM))
    loans = [item.barcode for item in seen.outcome.borrower.loans if wanted in _titles(item, station)]
    if len(loans) == 1:
        return Answer(loans[0], seen.unit)
    return Answer(Refused(Reason.AMBIGUOUS_TITLE if loans else Reason.NOT_LENT_TO_PATRON), seen.unit)


def _titles(item: Item, station: Station) -> tuple[str, ...]:
    bib = station.desk.library.bibs.get(item.bib)
    return () if bib is None else (bib.title, bib.control_number)


def _told(response: type[R], request: LoanRequest, station: Station, done: Answer[Outcome]) -> Said:
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit)
    return Reply(_lent(response, request, station, done.outcome), done.unit, done.mine)


def _lent(response: type[R], request: LoanRequest, station: Station, events: tuple[Event, ...]) -> R:
    """12 or 30 for a loan or a renewal. Renewal ok tells that it was one, not that there may be another."""
    lent, *rest = events
    assert isinstance(lent, CheckedOut | Renewed), "lending begins with the loan"
    library = station.desk.library
    item = library.items[lent.item]
    unlock = isinstance(request, m.Checkout) and leaves_building(item, lent.loan.patron, station)
    fees = [event.fee for event in rest if isinstance(event, FeeCharged)] if rest else ()
    return response(
        ok=True,
        renewal_ok=isinstance(lent, Renewed),
        magnetic_media=MAGNETIC[item.medium],
        desensitize=MediaFlag.YES if unlock else MediaFlag.NO,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        item_identifier=request.item_identifier or item.barcode,
        title_identifier=library.title(item),
        due_date=station.due(lent.loan.due),
        fee_type=_fee_type(fees) if fees else None,
        currency_type=fees[0].currency if fees else None,
        fee_amount=amount(sum([fee.amount for fee in fees], ZERO), fees[0].currency) if fees else None,
        media_type=MEDIA_TYPE[item.medium],
        transaction_id=str(fees[0].id) if len(fees) == 1 else None,
    )


def _not_lent(
    response: type[R], request: LoanRequest, station: Station | None, now: datetime, refusal: Refused
) -> R:
    """12 or 30 that says no: AJ tells the title where the item is known, AH is there and empty."""
    title, charge = known_item(request.item_identifier, station).title, refusal.charge
    asked = request.title_identifier if isinstance(request, m.Renew) else None
    return response(
        ok=False,
        renewal_ok=False,
        magnetic_media=MediaFlag.UNKNOWN,
        desensitize=MediaFlag.NO,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        item_identifier=request.item_identifier or "",
        title_identifier=title or asked or "",
        due_date="",
        fee_type=FEE_TYPE[charge.kind] if charge else None,
        currency_type=charge.currency if charge else None,
        fee_amount=amount(charge.amount, charge.currency) if charge else None,
        screen_message=screen(refusal),
    )


def _fee_type(fees: Sequence[Fee]) -> FeeType:
    """The kind of the fees, if they are of one: a late renewal may cost a fine and a rental."""
    kinds = {fee.kind for fee in fees}
    return FEE_TYPE[kinds.pop()] if len(kinds) == 1 else FeeType.OTHER
