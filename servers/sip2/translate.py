"""SIP2 messages to acts at the desk, and outcomes to SIP2 messages. The only place where a SIP2 word meets a library word.

Plain functions, one per message; `answer` finds the one for a request, `refused` makes the answer that says no in the right
message. Both are total over the requests that a terminal may send after logging in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple, TypeVar

from core.desk import Answer, ItemView, Outcome, PatronView
from core.events import CheckedIn, CheckedOut, FeeCharged, FeePaid, Renewed
from core.journal import UnitOfWork
from core.model.money import quantise
from core.model.records import Fee, FeeId, FeeKind, Hold, HoldStatus, Item, Loan, PaymentKind
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from core.rules.holds import stops_hold
from core.rules.renewal import stops_renewal
from core.rules.standing import is_overdue
from protocols.sip2 import messages as m
from protocols.sip2.fields import (
    CirculationStatus,
    FeeType,
    MediaFlag,
    SecurityMarker,
    SupportedMessages,
    write_date,
)
from servers.sip2.station import Station
from servers.sip2.words import (
    CIRCULATION_STATUS,
    DENIED,
    FEE_TYPE,
    MAGNETIC,
    MEDIA_TYPE,
    PAYMENT_KIND,
    SCREEN,
    patron_status,
)

PROTOCOL_VERSION: Final = "2.00"

T = TypeVar("T")
Words = dict[str, str]
Lines = tuple[str, ...]


class Reply(NamedTuple):
    """A message for the terminal, and what must be durable before it may go. See `core.desk.Answer`."""

    message: m.FromAcs
    unit: UnitOfWork | None = None
    mine: bool = False


def answer(request: m.FromSc, station: Station, pin: Pin) -> Reply:
    """Do what a terminal asks for and put the outcome in its words."""
    return _ANSWERS[type(request)](request, station, pin)


def refused(request: m.FromSc, station: Station | None, now: datetime, reason: Reason) -> m.FromAcs:
    """The answer to a request that cannot be done for a reason that does not lie in it."""
    return _REFUSALS[type(request)](request, station, now, Refused(reason))


def patron_secret(request: m.FromSc) -> tuple[str, str] | None:
    """Whose PIN the request carries, and the PIN. An empty one is none: nobody is locked out by looking."""
    secret = getattr(request, "patron_password", None)
    if secret is None or not (pin := secret.reveal()):
        return None
    return _patron_key(request), pin


# 99/98


def offline(now: datetime, institution: str = "") -> m.AcsStatus:
    """What any message is answered with while the library is not to be had: the terminal then asks again later."""
    return m.AcsStatus(
        online_status=False,
        checkin_ok=False,
        checkout_ok=False,
        acs_renewal_policy=False,
        status_update_ok=False,
        offline_ok=False,
        timeout_period=0,
        retries_allowed=999,
        date_time_sync=now,
        protocol_version=PROTOCOL_VERSION,
        institution_id=institution,
        supported_messages=SupportedMessages(sc_acs_status=True, request_sc_acs_resend=True, login=True),
    )


def acs_status(station: Station) -> m.AcsStatus:
    """What this terminal may do now. Offline transactions and blocking of patrons are not taken."""
    terminal = station.terminal
    return m.AcsStatus(
        online_status=True,
        checkin_ok=terminal.checkin,
        checkout_ok=terminal.checkout,
        acs_renewal_policy=terminal.renewal_policy,
        status_update_ok=False,
        offline_ok=False,
        timeout_period=terminal.timeout,
        retries_allowed=terminal.retries,
        date_time_sync=station.local_now(),
        protocol_version=PROTOCOL_VERSION,
        institution_id=station.desk.policy.policy.institution,
        supported_messages=SupportedMessages(
            patron_status_request=True,
            checkout=terminal.checkout,
            checkin=terminal.checkin,
            sc_acs_status=True,
            request_sc_acs_resend=True,
            login=True,
            patron_information=True,
            end_patron_session=True,
            fee_paid=terminal.fees,
            item_information=True,
            renew=terminal.renewal_policy,
        ),
        library_name=station.desk.policy.policy.name or None,
        terminal_location=terminal.desk or None,
    )


# 23/24 and 63/64


def _patron_status(request: m.PatronStatusRequest, station: Station, pin: Pin) -> Reply:
    seen = station.desk.view_patron(station.actor, _patron_key(request))
    view = seen.outcome
    if view is None or pin is Pin.WRONG:
        return Reply(_no_patron_status(request, station, station.local_now(), _unseen(view)), seen.unit)
    return Reply(
        m.PatronStatusResponse(
            patron_status=_flags(view),
            language=request.language,
            transaction_date=station.local_now(),
            institution_id=request.institution_id,
            patron_identifier=request.patron_identifier,
            personal_name=view.patron.name,
            valid_patron=True,
            valid_patron_password=_valid(pin),
            currency_type=station.desk.policy.policy.currency,
            fee_amount=_amount(view.borrower.owed, station),
            screen_message=_grounds(view),
        ),
        seen.unit,
    )


def _no_patron_status(
    request: m.PatronStatusRequest, station: Station | None, now: datetime, refusal: Refused
) -> m.PatronStatusResponse:
    return m.PatronStatusResponse(
        patron_status=DENIED,
        language=request.language,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name="",
        valid_patron=refusal.reason is Reason.WRONG_PIN,
        valid_patron_password=False if refusal.reason is Reason.WRONG_PIN else None,
        screen_message=(SCREEN[refusal.reason],),
    )


def _patron_information(request: m.PatronInformation, station: Station, pin: Pin) -> Reply:
    seen = station.desk.view_patron(station.actor, _patron_key(request))
    view = seen.outcome
    if view is None or pin is Pin.WRONG:
        return Reply(_no_patron_information(request, station, station.local_now(), _unseen(view)), seen.unit)
    borrower, limits, summary, terminal = view.borrower, view.borrower.limits, request.summary, station.terminal
    now = station.desk.clock.now()
    overdue = [item for item in borrower.loans if is_overdue(item, now)]
    ready = [hold for hold in view.holds if hold.status is HoldStatus.READY]
    unready = [hold for hold in view.holds if hold.status is not HoldStatus.READY]

    def page(wanted: bool, entries: Sequence[T], template: str, words: Callable[[T, Station], Words]) -> Lines:
        if not wanted:
            return ()
        first = 1 if request.start_item is None else max(request.start_item, 1)
        last = len(entries) if request.end_item is None else request.end_item
        return tuple([template.format_map(words(entry, station)) for entry in entries[first - 1 : last]])

    return Reply(
        m.PatronInformationResponse(
            patron_status=_flags(view),
            language=request.language,
            transaction_date=station.local_now(),
            hold_items_count=len(ready),
            overdue_items_count=len(overdue),
            charged_items_count=len(borrower.loans),
            fine_items_count=len(view.fees),
            recall_items_count=0,
            unavailable_holds_count=len(unready),
            institution_id=request.institution_id,
            patron_identifier=request.patron_identifier,
            personal_name=view.patron.name,
            hold_items_limit=limits.holds,
            overdue_items_limit=limits.overdues,
            charged_items_limit=limits.loans,
            valid_patron=True,
            valid_patron_password=_valid(pin),
            currency_type=station.desk.policy.policy.currency,
            fee_amount=_amount(borrower.owed, station),
            fee_limit=_amount(limits.owed, station),
            hold_items=page(summary.hold_items, ready, terminal.hold_item, _hold_words),
            overdue_items=page(summary.overdue_items, overdue, terminal.overdue_item, _loan_words),
            charged_items=page(summary.charged_items, borrower.loans, terminal.charged_item, _loan_words),
            fine_items=page(summary.fine_items, view.fees, terminal.fine_item, _fee_words),
            unavailable_hold_items=page(summary.unavailable_holds, unready, terminal.hold_item, _hold_words),
            home_address=view.patron.address or None,
            e_mail_address=view.patron.email or None,
            home_phone_number=view.patron.phone or None,
            screen_message=_grounds(view),
        ),
        seen.unit,
    )


def _no_patron_information(
    request: m.PatronInformation, station: Station | None, now: datetime, refusal: Refused
) -> m.PatronInformationResponse:
    return m.PatronInformationResponse(
        patron_status=DENIED,
        language=request.language,
        transaction_date=now,
        hold_items_count=0,
        overdue_items_count=0,
        charged_items_count=0,
        fine_items_count=0,
        recall_items_count=0,
        unavailable_holds_count=0,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name="",
        valid_patron=refusal.reason is Reason.WRONG_PIN,
        valid_patron_password=False if refusal.reason is Reason.WRONG_PIN else None,
        screen_message=(SCREEN[refusal.reason],),
    )


# 35/36


def _end_session(request: m.EndPatronSession, station: Station, pin: Pin) -> Reply:
    return Reply(
        m.EndSessionResponse(
            end_session=True,
            transaction_date=station.local_now(),
            institution_id=request.institution_id,
            patron_identifier=request.patron_identifier,
        )
    )


def _no_end_session(
    request: m.EndPatronSession, station: Station | None, now: datetime, refusal: Refused
) -> m.EndSessionResponse:
    return m.EndSessionResponse(
        end_session=True,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        screen_message=(SCREEN[refusal.reason],),
    )


# 11/12 and 29/30


def _checkout(request: m.Checkout, station: Station, pin: Pin) -> Reply:
    if not station.terminal.checkout:
        return Reply(_no_checkout(request, station, station.local_now(), Refused(Reason.NOT_ALLOWED_HERE)))
    done = station.desk.check_out(
        station.actor,
        _patron_key(request),
        _item_key(request.item_identifier, station),
        request=_key(station, request, request.patron_identifier, request.item_identifier),
        pin=pin,
        fee_acknowledged=request.fee_acknowledged is True,
        renewal_wanted=request.sc_renewal_policy and station.terminal.renewal_policy,
    )
    if isinstance(done.outcome, Refused):
        return Reply(_no_checkout(request, station, station.local_now(), done.outcome), done.unit, done.mine)
    return Reply(_lent(m.CheckoutResponse, request, station, done), done.unit, done.mine)


def _renew(request: m.Renew, station: Station, pin: Pin) -> Reply:
    if not station.terminal.renewal_policy:
        return Reply(_no_renew(request, station, station.local_now(), Refused(Reason.NOT_ALLOWED_HERE)))
    item = _loan_to_renew(request, station)
    if isinstance(item, Refused):
        return Reply(_no_renew(request, station, station.local_now(), item))
    done = station.desk.renew(
        station.actor,
        _patron_key(request),
        item,
        request=_key(station, request, request.patron_identifier, item),
        pin=pin,
        fee_acknowledged=request.fee_acknowledged is True,
    )
    if isinstance(done.outcome, Refused):
        return Reply(_no_renew(request, station, station.local_now(), done.outcome), done.unit, done.mine)
    return Reply(_lent(m.RenewResponse, request, station, done), done.unit, done.mine)


def _loan_to_renew(request: m.Renew, station: Station) -> str | Refused:
    """The barcode of the item to renew: AB, or the patron's one loan with the title or control number AJ."""
    if request.item_identifier:
        return _item_key(request.item_identifier, station)
    library = station.desk.library
    patron = library.patron(_patron_key(request))
    wanted = (request.title_identifier or "").strip()
    if patron is None or not wanted:
        return Refused(Reason.UNKNOWN_PATRON if patron is None else Reason.UNKNOWN_ITEM)
    loans = []
    for item in library.loans_of(patron.id):
        bib = library.bibs.get(item.bib)
        if bib is not None and wanted in (bib.control_number, bib.title):
            loans.append(item.barcode)
    if len(loans) == 1:
        return loans[0]
    return Refused(Reason.AMBIGUOUS_TITLE if loans else Reason.NOT_LENT_TO_PATRON)


def _lent(
    response: type[m.CheckoutResponse] | type[m.RenewResponse],
    request: m.Checkout | m.Renew,
    station: Station,
    done: Answer[Outcome],
) -> m.FromAcs:
    """12 or 30 for a loan or a renewal."""
    assert not isinstance(done.outcome, Refused)
    lent, *rest = done.outcome
    assert isinstance(lent, CheckedOut | Renewed), "only these are lent"
    item = station.desk.library.items[lent.item]
    renewed = isinstance(lent, Renewed)
    terms = station.desk.policy.terms_for(_group(lent.loan, station), item.policy, item.location)
    fees = [event.fee for event in rest if isinstance(event, FeeCharged)]
    desensitize = terms.leaves_building and response is m.CheckoutResponse
    return response(
        ok=True,
        renewal_ok=renewed,
        magnetic_media=MediaFlag.YES if item.medium in MAGNETIC else MediaFlag.NO,
        desensitize=MediaFlag.YES if desensitize else MediaFlag.NO,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        item_identifier=request.item_identifier or item.barcode,
        title_identifier=station.desk.library.title(item),
        due_date=_due(lent.loan.due, station),
        fee_type=FEE_TYPE[fees[0].kind] if fees else None,
        currency_type=fees[0].currency if fees else None,
        fee_amount=_amount(fees[0].amount, station) if fees else None,
        media_type=MEDIA_TYPE[item.medium],
        transaction_id=str(fees[0].id) if fees else None,
    )


def _no_checkout(
    request: m.Checkout, station: Station | None, now: datetime, refusal: Refused
) -> m.CheckoutResponse:
    return m.CheckoutResponse(**_not_lent(request, station, now, refusal))


def _no_renew(request: m.Renew, station: Station | None, now: datetime, refusal: Refused) -> m.RenewResponse:
    return m.RenewResponse(**_not_lent(request, station, now, refusal))


def _not_lent(
    request: m.Checkout | m.Renew, station: Station | None, now: datetime, refusal: Refused
) -> dict[str, Any]:
    """The fields of a 12 or 30 that says no: AJ is there when the item is known, AH is there and empty."""
    charge = refusal.charge
    return {
        "ok": False,
        "renewal_ok": False,
        "magnetic_media": MediaFlag.UNKNOWN,
        "desensitize": MediaFlag.NO,
        "transaction_date": now,
        "institution_id": request.institution_id,
        "patron_identifier": request.patron_identifier,
        "item_identifier": request.item_identifier or "",
        "title_identifier": _title(request.item_identifier, station),
        "due_date": "",
        "fee_type": FEE_TYPE[charge.kind] if charge else None,
        "currency_type": charge.currency if charge else None,
        "fee_amount": str(charge.amount) if charge else None,
        "screen_message": (SCREEN[refusal.reason],),
    }


# 09/10


def _checkin(request: m.Checkin, station: Station, pin: Pin) -> Reply:
    if not station.terminal.checkin:
        return Reply(_no_checkin(request, station, station.local_now(), Refused(Reason.NOT_ALLOWED_HERE)))
    done = station.desk.check_in(
        station.actor,
        _item_key(request.item_identifier, station),
        request=_key(station, request, request.item_identifier),
        returned_at=station.moment(request.return_date),
    )
    if isinstance(done.outcome, Refused):
        return Reply(_no_checkin(request, station, station.local_now(), done.outcome), done.unit, done.mine)
    return Reply(_returned(request, station, done.outcome), done.unit, done.mine)


def _returned(request: m.Checkin, station: Station, events: tuple[Any, ...]) -> m.CheckinResponse:
    back, *rest = events
    assert isinstance(back, CheckedIn), "a return begins with the item"
    library, policy, terminal = station.desk.library, station.desk.policy, station.terminal
    item = library.items[back.item]
    patron = library.patrons.get(back.patron) if back.patron is not None else None
    lines = []
    if back.destination:
        lines.append(f"Please send to {policy.agency(back.destination).name or back.destination}.")
    elif back.hold is not None:
        lines.append("Please put on the hold shelf.")
    for event in rest:
        if isinstance(event, FeeCharged):
            lines.append(f"A fee of {_amount(event.fee.amount, station)} {event.fee.currency} was charged.")
    return m.CheckinResponse(
        ok=back.patron is not None or terminal.checked_in_ok,
        resensitize=True,
        magnetic_media=MediaFlag.YES if item.medium in MAGNETIC else MediaFlag.NO,
        alert=back.hold is not None or bool(back.destination),
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        item_identifier=request.item_identifier,
        permanent_location=policy.location(item.location).name or item.location,
        title_identifier=library.title(item),
        patron_identifier=patron.barcode if patron is not None else None,
        media_type=MEDIA_TYPE[item.medium],
        screen_message=tuple(lines),
    )


def _no_checkin(
    request: m.Checkin, station: Station | None, now: datetime, refusal: Refused
) -> m.CheckinResponse:
    return m.CheckinResponse(
        ok=False,
        resensitize=False,
        magnetic_media=MediaFlag.UNKNOWN,
        alert=True,
        transaction_date=now,
        institution_id=request.institution_id,
        item_identifier=request.item_identifier,
        permanent_location="",
        title_identifier=_title(request.item_identifier, station) or None,
        screen_message=(SCREEN[refusal.reason],),
    )


# 37/38


def _fee_paid(request: m.FeePaid, station: Station, pin: Pin) -> Reply:
    if not station.terminal.fees:
        return Reply(_no_fee_paid(request, station, station.local_now(), Refused(Reason.NOT_ALLOWED_HERE)))
    amount, fee = _decimal(request.fee_amount), _fee_id(request.fee_identifier)
    if amount is None:
        return Reply(_no_fee_paid(request, station, station.local_now(), Refused(Reason.INVALID_AMOUNT)))
    reference = (request.transaction_id or "").strip()
    done = station.desk.pay(
        station.actor,
        _patron_key(request),
        amount,
        request.currency_type,
        fee=fee,
        kind=PAYMENT_KIND.get(request.payment_type, PaymentKind.OTHER),  # type: ignore[call-overload]
        reference=reference,
        request=(
            f"{station.terminal.name}|37|{request.patron_identifier}|{reference}"
            if reference
            else _key(station, request, request.patron_identifier, str(amount), request.fee_identifier or "")
        ),
        pin=pin,
    )
    if isinstance(done.outcome, Refused):
        return Reply(_no_fee_paid(request, station, station.local_now(), done.outcome), done.unit, done.mine)
    (paid,) = done.outcome
    assert isinstance(paid, FeePaid), "money was taken"
    response = m.FeePaidResponse(
        payment_accepted=True,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        transaction_id=request.transaction_id or str(paid.payment.id),
    )
    return Reply(response, done.unit, done.mine)


def _no_fee_paid(
    request: m.FeePaid, station: Station | None, now: datetime, refusal: Refused
) -> m.FeePaidResponse:
    return m.FeePaidResponse(
        payment_accepted=False,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        transaction_id=request.transaction_id,
        screen_message=(SCREEN[refusal.reason],),
    )


def _decimal(text: str) -> Decimal | None:
    """An amount as a terminal writes it: digits and a point. Whether it can be paid is the desk's business."""
    text = text.strip()
    if len(text) > 16 or text.strip("0123456789."):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _fee_id(text: str | None) -> FeeId | None:
    """CG as a fee's number; a text that is none names no fee. An empty one means: any."""
    text = (text or "").strip()
    if not text:
        return None
    return FeeId(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else FeeId(0)


# 17/18


def _item_information(request: m.ItemInformation, station: Station, pin: Pin) -> Reply:
    seen = station.desk.view_item(_item_key(request.item_identifier, station))
    view: ItemView | None = seen.outcome
    if view is None:
        refusal = Refused(Reason.UNKNOWN_ITEM)
        return Reply(_no_item_information(request, station, station.local_now(), refusal), seen.unit)
    item, policy = view.item, station.desk.policy
    location = policy.location(item.location)
    place = item.destination if item.destination else location.code
    ready_until = view.hold.ready_until if view.hold is not None else None
    return Reply(
        m.ItemInformationResponse(
            circulation_status=CIRCULATION_STATUS[item.status],
            security_marker=SecurityMarker.OTHER,
            fee_type=FeeType.OTHER,
            transaction_date=station.local_now(),
            item_identifier=request.item_identifier,
            title_identifier=view.bib.title if view.bib is not None else "",
            hold_queue_length=view.queue_length,
            due_date=_due(item.loan.due, station) if item.loan is not None else None,
            hold_pickup_date=station.local(ready_until) if ready_until is not None else None,
            owner=location.agency,
            media_type=MEDIA_TYPE[item.medium],
            permanent_location=location.name or location.code,
            current_location=place,
        ),
        seen.unit,
    )


def _no_item_information(
    request: m.ItemInformation, station: Station | None, now: datetime, refusal: Refused
) -> m.ItemInformationResponse:
    return m.ItemInformationResponse(
        circulation_status=CirculationStatus.OTHER,
        security_marker=SecurityMarker.OTHER,
        fee_type=FeeType.OTHER,
        transaction_date=now,
        item_identifier=request.item_identifier,
        title_identifier="",
        screen_message=(SCREEN[refusal.reason],),
    )


# Words both ways


def _patron_key(request: Any) -> str:
    return str(request.patron_identifier).strip()


def _item_key(barcode: str, station: Station) -> str:
    """A barcode as the library writes it: without blanks, and in capitals when only so it is known."""
    barcode = barcode.strip()
    if station.desk.library.item(barcode) is None and station.desk.library.item(barcode.upper()) is not None:
        return barcode.upper()
    return barcode


def _key(station: Station, request: Any, *parts: str) -> str:
    """The request key: the same when a terminal repeats itself; none without a transaction date to tell by."""
    when = request.transaction_date
    return "" if when is None else "|".join((station.terminal.name, request.code, when.isoformat(), *parts))


def _group(loan: Loan, station: Station) -> str:
    patron = station.desk.library.patrons.get(loan.patron)
    return "" if patron is None else patron.group


def _unseen(view: PatronView | None) -> Refused:
    return Refused(Reason.UNKNOWN_PATRON if view is None else Reason.WRONG_PIN)


def _valid(pin: Pin) -> bool | None:
    """CQ is sent only when a PIN was checked."""
    return None if pin is Pin.NOT_GIVEN else pin is Pin.RIGHT


def _flags(view: PatronView) -> Any:
    if not view.grounds:
        return patron_status((), False, False, False, False)
    kinds = {fee.kind for fee in view.fees}
    return patron_status(
        view.grounds,
        stops_renewal(view.grounds) is not None,
        stops_hold(view.grounds) is not None,
        FeeKind.OVERDUE in kinds,
        bool(kinds - {FeeKind.OVERDUE}),
    )


def _grounds(view: PatronView) -> tuple[str, ...]:
    return tuple([SCREEN[ground] for ground in view.grounds])


def _amount(amount: Decimal, station: Station) -> str:
    return str(quantise(amount, station.desk.policy.policy.currency))


def _title(barcode: str | None, station: Station | None) -> str:
    if not barcode or station is None:
        return ""
    item = station.desk.library.item(_item_key(barcode, station))
    return "" if item is None else station.desk.library.title(item)


def _due(due: datetime, station: Station) -> str:
    """AH as the terminal wants it: 18 characters, ISO 8601, or a pattern."""
    local, form = station.local(due), station.terminal.due_date
    match form:
        case "sip":
            return write_date(local)
        case "iso":
            return local.isoformat(" ", "minutes")
        case _:
            return local.strftime(form)


def _loan_words(item: Item, station: Station) -> Words:
    due = _due(item.loan.due, station) if item.loan is not None else ""
    return {"barcode": item.barcode, "title": station.desk.library.title(item), "due": due}


def _hold_words(hold: Hold, station: Station) -> Words:
    """A hold is known by the item set aside for it; until there is one, by its title."""
    library = station.desk.library
    bib = library.bibs.get(hold.bib)
    title = bib.title if bib is not None else ""
    barcode = library.items[hold.trapped].barcode if hold.trapped is not None else title
    return {"barcode": barcode, "title": title}


def _fee_words(fee: Fee, station: Station) -> Words:
    library = station.desk.library
    item = library.items.get(fee.item) if fee.item is not None else None
    return {
        "id": str(fee.id),
        "amount": _amount(fee.left, station),
        "currency": fee.currency,
        "kind": fee.kind.name.lower(),
        "title": library.title(item) if item is not None else fee.note,
    }


def _no_status(request: m.ScStatus, station: Station | None, now: datetime, refusal: Refused) -> m.AcsStatus:
    return offline(now)


def _no_login(request: m.Login, station: Station | None, now: datetime, refusal: Refused) -> m.LoginResponse:
    return m.LoginResponse(ok=False)


_ANSWERS: Final[Mapping[type[m.FromSc], Callable[[Any, Station, Pin], Reply]]] = {
    m.PatronStatusRequest: _patron_status,
    m.PatronInformation: _patron_information,
    m.EndPatronSession: _end_session,
    m.Checkout: _checkout,
    m.Checkin: _checkin,
    m.Renew: _renew,
    m.FeePaid: _fee_paid,
    m.ItemInformation: _item_information,
}

_REFUSALS: Final[Mapping[type[m.FromSc], Callable[[Any, Station | None, datetime, Refused], m.FromAcs]]] = {
    m.Login: _no_login,
    m.ScStatus: _no_status,
    m.PatronStatusRequest: _no_patron_status,
    m.PatronInformation: _no_patron_information,
    m.EndPatronSession: _no_end_session,
    m.Checkout: _no_checkout,
    m.Checkin: _no_checkin,
    m.Renew: _no_renew,
    m.FeePaid: _no_fee_paid,
    m.ItemInformation: _no_item_information,
}
