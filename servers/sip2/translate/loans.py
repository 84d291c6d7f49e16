"""11 and 29: lending and renewing; and 11 with BI, which takes a return back.

A repeated request is told the same again, from the first one's events. A return that a machine takes back and
that nobody here knows of is an ordinary check out: the item is in the patron's hands, and must be on loan.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from core.desk import Answer, Outcome
from core.events import CheckedOut, FeeCharged, Renewed, Undone
from core.model.money import ZERO
from core.model.records import Fee, Item, Loan
from core.refusals import Reason, Refused
from core.rules.facts import Offline, Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import FeeType, MediaFlag
from servers.sip2.station import Station
from servers.sip2.translate.offline import booked, offline
from servers.sip2.translate.reply import NOT_HERE, Reply, Said
from servers.sip2.translate.wording import (
    Lines,
    amount,
    item_key,
    known_item,
    leaves_building,
    loan_key,
    notice,
    patron_key,
    receipt,
    screen,
)
from servers.sip2.words import FEE_TYPE, MAGNETIC, MEDIA_TYPE
from servers.words.notices import Notice

LoanRequest = m.Checkout | m.Renew
R = TypeVar("R", m.CheckoutResponse, m.RenewResponse)


def check_out(request: m.Checkout, station: Station, pin: Pin) -> Said:
    """12: lent; or renewed, if both sides want that for what the patron has already."""
    if request.cancel:
        return _take_return_back(request, station, pin)
    return _lend(request, station, pin)


def not_checked_out(
    request: m.Checkout, station: Station | None, now: datetime, refusal: Refused
) -> m.CheckoutResponse:
    """12 that says no."""
    return _not_lent(m.CheckoutResponse, request, station, now, refusal)


def renew(request: m.Renew, station: Station, pin: Pin) -> Said:
    """30: the loan of the item AB made longer, or of the one with the title or control number AJ."""
    patron = patron_key(request.patron_identifier)
    if request.item_identifier and request.item_identifier.strip():
        item = item_key(request.item_identifier, station)
    else:
        found = _loan_titled((request.title_identifier or "").strip(), patron, station)
        if isinstance(found.outcome, Refused):
            return Answer(found.outcome, found.unit)
        item = found.outcome
    past = offline(request, station)
    done = station.desk.renew(
        station.actor,
        patron,
        item,
        request=loan_key(request, station, pin, patron, item),
        pin=pin,
        fee_acknowledged=request.fee_acknowledged is True,
        offline=past,
    )
    return _told(m.RenewResponse, request, station, done, past)


def not_renewed(
    request: m.Renew, station: Station | None, now: datetime, refusal: Refused
) -> m.RenewResponse:
    """30 that says no."""
    return _not_lent(m.RenewResponse, request, station, now, refusal)


def _lend(request: m.Checkout, station: Station, pin: Pin) -> Said:
    patron, item = patron_key(request.patron_identifier), item_key(request.item_identifier, station)
    past = offline(request, station)
    done = station.desk.check_out(
        station.actor,
        patron,
        item,
        request=loan_key(request, station, pin, patron, item),
        pin=pin,
        fee_acknowledged=request.fee_acknowledged is True,
        renewal_wanted=station.renews and (request.sc_renewal_policy or station.is_alma),
        offline=past,
    )
    return _told(m.CheckoutResponse, request, station, done, past)


def _take_return_back(request: m.Checkout, station: Station, pin: Pin) -> Said:
    """12 for a return that failed at the machine: the loan goes on as if there had been none."""
    if not station.terminal.undo:
        return NOT_HERE
    patron, item = patron_key(request.patron_identifier), item_key(request.item_identifier, station)
    key = loan_key(request, station, pin, patron, item)
    done = station.desk.undo_check_in(station.actor, patron, item, request=key)
    if not isinstance(done.outcome, Refused):
        return _told(m.CheckoutResponse, request, station, done)
    if done.outcome.reason is not Reason.NOTHING_TO_UNDO:
        return Answer(done.outcome, done.unit)
    seen, borrower = station.desk.view_item(item), station.desk.library.patron(patron)
    assert seen.outcome is not None, "an unknown item is refused for that"
    loan = seen.outcome.item.loan
    if loan is None or borrower is None or loan.patron != borrower.id:
        return _lend(request, station, pin)
    return Reply(_lent(m.CheckoutResponse, request, station, seen.outcome.item, loan), seen.unit)


def _loan_titled(wanted: str, patron: str, station: Station) -> Answer[str | Refused]:
    """The barcode of the patron's one loan with this title or control number."""
    seen = station.desk.view_patron(station.actor, patron)
    if seen.outcome is None:
        return Answer(Refused(Reason.UNKNOWN_PATRON))
    if not wanted:
        return Answer(Refused(Reason.UNKNOWN_ITEM))
    loans = [item.barcode for item in seen.outcome.borrower.loans if wanted in _titles(item, station)]
    if len(loans) == 1:
        return Answer(loans[0], seen.unit)
    return Answer(Refused(Reason.AMBIGUOUS_TITLE if loans else Reason.NOT_LENT_TO_PATRON), seen.unit)


def _titles(item: Item, station: Station) -> tuple[str, ...]:
    bib = station.desk.library.bibs.get(item.bib)
    return () if bib is None else (bib.title, bib.control_number)


def _told(
    response: type[R],
    request: LoanRequest,
    station: Station,
    done: Answer[Outcome],
    past: Offline | None = None,
) -> Said:
    """What has been done, from its events."""
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit, done.mine)
    first, *rest = done.outcome
    assert isinstance(first, CheckedOut | Renewed | Undone), "lending begins with the loan"
    item = station.desk.library.items[first.item]
    if isinstance(first, Undone):
        lines = notice(Notice.CHECKIN_CANCELLED, station)
        message = _lent(response, request, station, item, first.before.loan, lines=lines)
    else:
        message = _lent(
            response,
            request,
            station,
            item,
            first.loan,
            renewed=isinstance(first, Renewed),
            fees=[event.fee for event in rest if isinstance(event, FeeCharged)] if rest else (),
            lines=() if past is None else booked(rest, station),
        )
    return Reply(message, done.unit, done.mine)


def _lent(
    response: type[R],
    request: LoanRequest,
    station: Station,
    item: Item,
    loan: Loan | None,
    *,
    renewed: bool = False,
    fees: Sequence[Fee] = (),
    lines: Lines = (),
) -> R:
    """12 or 30 for a loan. Renewal ok tells that it was a renewal, not that there may be another."""
    borrower = None if loan is None else loan.patron
    unlock = isinstance(request, m.Checkout) and leaves_building(item, borrower, station)
    title = station.desk.library.title(item)
    return response(
        ok=True,
        renewal_ok=renewed,
        magnetic_media=MAGNETIC[item.medium],
        desensitize=MediaFlag.YES if unlock else MediaFlag.NO,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        item_identifier=request.item_identifier or item.barcode,
        title_identifier=title,
        due_date="" if loan is None else station.due(loan.due),
        fee_type=_fee_type(fees) if fees else None,
        security_inhibit=True if station.terminal.security_inhibit else None,
        currency_type=fees[0].currency if fees else None,
        fee_amount=amount(sum([fee.amount for fee in fees], ZERO), fees[0].currency) if fees else None,
        media_type=MEDIA_TYPE[item.medium],
        transaction_id=str(fees[0].id) if len(fees) == 1 else None,
        screen_message=lines,
        print_line=_receipt(title, loan, renewed, station) if station.prints else (),
    )


def _receipt(title: str, loan: Loan | None, renewed: bool, station: Station) -> Lines:
    if loan is None:
        return ()
    what = Notice.RENEWED if renewed else Notice.CHECKED_OUT
    return receipt(title, *notice(what, station, due=station.readable(loan.due)))


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
        screen_message=screen(refusal, station),
    )


def _fee_type(fees: Sequence[Fee]) -> FeeType:
    """The kind of the fees, if they are of one: a late renewal may cost a fine and a rental."""
    kinds = {fee.kind for fee in fees}
    return FEE_TYPE[kinds.pop()] if len(kinds) == 1 else FeeType.OTHER
