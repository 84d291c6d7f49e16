"""23, 63 and 35: a patron as they stand now. A wrong PIN shows neither name nor money."""

from __future__ import annotations

from datetime import datetime

from core.desk import Answer, PatronView
from core.model.records import FeeKind, HoldStatus
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from core.rules.holds import stops_hold
from core.rules.renewal import stops_renewal
from core.rules.standing import is_overdue
from protocols.sip2 import messages as m
from protocols.sip2.fields import PatronStatus
from servers.sip2.station import Station
from servers.sip2.translate.lists import charged_lines, fine_lines, hold_lines, overdue_lines, page
from servers.sip2.translate.reply import Reply, Said
from servers.sip2.translate.wording import Lines, amount, language, patron_key, screen, unseen
from servers.sip2.words import CLEAR, DENIED, SCREEN, patron_status


def status(request: m.PatronStatusRequest, station: Station, pin: Pin) -> Said:
    """24: what stands against the patron, and what they owe."""
    seen = station.desk.view_patron(station.actor, patron_key(request.patron_identifier))
    view = seen.outcome
    if view is None or pin is Pin.WRONG:
        return Answer(unseen(view), seen.unit)
    response = m.PatronStatusResponse(
        patron_status=_flags(view),
        language=language(request.language, station),
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name=view.patron.name,
        valid_patron=True,
        valid_patron_password=_valid(pin),
        currency_type=station.currency,
        fee_amount=amount(view.borrower.owed, station.currency),
        screen_message=_grounds(view),
    )
    return Reply(response, seen.unit)


def no_status(
    request: m.PatronStatusRequest, station: Station | None, now: datetime, refusal: Refused
) -> m.PatronStatusResponse:
    """24 that denies everything."""
    known = refusal.reason is Reason.WRONG_PIN
    return m.PatronStatusResponse(
        patron_status=DENIED,
        language=language(request.language, station),
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name="",
        valid_patron=known,
        valid_patron_password=False if known else None,
        screen_message=screen(refusal),
    )


def information(request: m.PatronInformation, station: Station, pin: Pin) -> Said:
    """64: as 24, with counts of all there is, and of the lists asked for the page asked for."""
    seen = station.desk.view_patron(station.actor, patron_key(request.patron_identifier))
    view = seen.outcome
    if view is None or pin is Pin.WRONG:
        return Answer(unseen(view), seen.unit)
    return Reply(_shown(request, station, pin, view), seen.unit)


def _shown(
    request: m.PatronInformation, station: Station, pin: Pin, view: PatronView
) -> m.PatronInformationResponse:
    borrower, patron, limits = view.borrower, view.patron, view.borrower.limits
    asked, wanted, now = request.summary, page(request), station.desk.clock.now()
    overdue = [item for item in borrower.loans if is_overdue(item, now)]
    ready = [hold for hold in view.holds if hold.status is HoldStatus.READY]
    unready = [hold for hold in view.holds if hold.status is not HoldStatus.READY]
    return m.PatronInformationResponse(
        patron_status=_flags(view),
        language=language(request.language, station),
        transaction_date=station.local_now(),
        hold_items_count=len(ready),
        overdue_items_count=len(overdue),
        charged_items_count=len(borrower.loans),
        fine_items_count=len(view.fees),
        recall_items_count=0,
        unavailable_holds_count=len(unready),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name=patron.name,
        hold_items_limit=limits.holds,
        overdue_items_limit=limits.overdues,
        charged_items_limit=limits.loans,
        valid_patron=True,
        valid_patron_password=_valid(pin),
        currency_type=station.currency,
        fee_amount=amount(borrower.owed, station.currency),
        fee_limit=amount(limits.owed, station.currency),
        hold_items=hold_lines(ready[wanted], station) if asked.hold_items else (),
        overdue_items=overdue_lines(overdue[wanted], station) if asked.overdue_items else (),
        charged_items=charged_lines(borrower.loans[wanted], station) if asked.charged_items else (),
        fine_items=fine_lines(view.fees[wanted], station) if asked.fine_items else (),
        unavailable_hold_items=hold_lines(unready[wanted], station) if asked.unavailable_holds else (),
        home_address=patron.address or None,
        e_mail_address=patron.email or None,
        home_phone_number=patron.phone or None,
        screen_message=_grounds(view),
    )


def no_information(
    request: m.PatronInformation, station: Station | None, now: datetime, refusal: Refused
) -> m.PatronInformationResponse:
    """64 that denies everything and counts nothing."""
    known = refusal.reason is Reason.WRONG_PIN
    return m.PatronInformationResponse(
        patron_status=DENIED,
        language=language(request.language, station),
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
        valid_patron=known,
        valid_patron_password=False if known else None,
        screen_message=screen(refusal),
    )


def end_session(request: m.EndPatronSession, station: Station, pin: Pin) -> Said:
    """36: always done, for nothing was kept open; a PIN does not matter."""
    return Reply(_ended(request, station.local_now(), ()))


def no_end_session(
    request: m.EndPatronSession, station: Station | None, now: datetime, refusal: Refused
) -> m.EndSessionResponse:
    """36 says that the session has ended even where it could not begin."""
    return _ended(request, now, screen(refusal))


def _ended(request: m.EndPatronSession, now: datetime, lines: Lines) -> m.EndSessionResponse:
    return m.EndSessionResponse(
        end_session=True,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        screen_message=lines,
    )


def _valid(pin: Pin) -> bool | None:
    """CQ is sent only when a PIN was checked."""
    return None if pin is Pin.NOT_GIVEN else pin is Pin.RIGHT


def _flags(view: PatronView) -> PatronStatus:
    if not view.grounds:
        return CLEAR
    kinds = {fee.kind for fee in view.fees}
    return patron_status(
        view.grounds,
        stops_renewal(view.grounds) is not None,
        stops_hold(view.grounds) is not None,
        FeeKind.OVERDUE in kinds,
        bool(kinds - {FeeKind.OVERDUE}),
    )


def _grounds(view: PatronView) -> Lines:
    return tuple([SCREEN[ground] for ground in view.grounds]) if view.grounds else ()
