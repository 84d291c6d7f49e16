"""23, 63 and 35: a patron as they stand now. A wrong PIN shows neither name nor money nor that they exist."""

from __future__ import annotations

from datetime import datetime

from core.desk import Answer, PatronView
from core.model.records import HoldStatus
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from core.rules.standing import is_overdue
from protocols.sip2 import fields as sip2
from protocols.sip2 import messages as m
from servers.configuration.settings import PinCheck
from servers.sip2.station import Station
from servers.sip2.translate.extras import extended
from servers.sip2.translate.lists import charged_lines, fine_lines, hold_lines, overdue_lines, page
from servers.sip2.translate.reply import Reply, Said
from servers.sip2.translate.standing import denied, flags, grounds, invalid, valid
from servers.sip2.translate.wording import Lines, amount, language, patron_key, screen


def status(request: m.PatronStatusRequest, station: Station, pin: Pin) -> Said:
    """24: what stands against the patron, and what they owe."""
    seen = station.desk.view_patron(station.actor, patron_key(request.patron_identifier))
    view = seen.outcome
    if view is None:
        return Answer(Refused(Reason.UNKNOWN_PATRON))
    response = m.PatronStatusResponse(
        patron_status=flags(view, station),
        language=language(request.language, station),
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name=view.patron.name,
        valid_patron=True,
        valid_patron_password=valid(pin),
        currency_type=station.currency,
        fee_amount=amount(view.borrower.owed, station.currency),
        screen_message=_grounds(view, station, request.language),
    )
    if station.terminal.extensions:
        response = extended(response, view.patron, station)
    return Reply(response, seen.unit)


def no_status(
    request: m.PatronStatusRequest, station: Station | None, now: datetime, refusal: Refused
) -> m.PatronStatusResponse:
    """24 that denies everything."""
    return m.PatronStatusResponse(
        patron_status=denied(station),
        language=language(request.language, station),
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name="",
        valid_patron=False,
        valid_patron_password=invalid(refusal),
        screen_message=screen(refusal, station, request.language),
    )


def information(request: m.PatronInformation, station: Station, pin: Pin) -> Said:
    """64: as 24, with counts of all there is, and of the lists asked for the page asked for."""
    seen = station.desk.view_patron(station.actor, patron_key(request.patron_identifier))
    view = seen.outcome
    if view is None:
        return Answer(Refused(Reason.UNKNOWN_PATRON))
    response = _shown(request, station, pin, view)
    if station.terminal.extensions:
        response = extended(response, view.patron, station)
    return Reply(response, seen.unit)


def _shown(
    request: m.PatronInformation, station: Station, pin: Pin, view: PatronView
) -> m.PatronInformationResponse:
    borrower, patron, limits = view.borrower, view.patron, view.borrower.limits
    asked, now = request.summary, station.desk.clock.now()
    wanted = page(request, station.terminal.list_limit)
    overdue = [item for item in borrower.loans if is_overdue(item, now)]
    recalled = [item for item in borrower.loans if item.loan is not None and item.loan.recalled_at]
    ready = [hold for hold in view.holds if hold.status is HoldStatus.READY]
    unready = [hold for hold in view.holds if hold.status is not HoldStatus.READY]
    if station.terminal.waiting_holds_as_ready:
        ready, unready = ready + unready, []
    return m.PatronInformationResponse(
        patron_status=flags(view, station),
        language=language(request.language, station),
        transaction_date=station.local_now(),
        hold_items_count=len(ready),
        overdue_items_count=len(overdue),
        charged_items_count=len(borrower.loans),
        fine_items_count=len(view.fees),
        recall_items_count=len(recalled),
        unavailable_holds_count=len(unready),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name=patron.name,
        hold_items_limit=limits.holds,
        overdue_items_limit=limits.overdues,
        charged_items_limit=limits.loans,
        valid_patron=True,
        valid_patron_password=valid(pin),
        currency_type=station.currency,
        fee_amount=amount(borrower.owed, station.currency),
        fee_limit=amount(limits.owed, station.currency),
        hold_items=hold_lines(ready[wanted], station) if asked.hold_items else (),
        overdue_items=overdue_lines(overdue[wanted], station) if asked.overdue_items else (),
        charged_items=charged_lines(borrower.loans[wanted], station) if asked.charged_items else (),
        fine_items=fine_lines(view.fees[wanted], station) if asked.fine_items else (),
        recall_items=charged_lines(recalled[wanted], station) if asked.recall_items else (),
        unavailable_hold_items=hold_lines(unready[wanted], station) if asked.unavailable_holds else (),
        home_address=patron.address or None,
        e_mail_address=patron.email or None,
        home_phone_number=patron.phone or None,
        screen_message=_grounds(view, station, request.language),
    )


def no_information(
    request: m.PatronInformation, station: Station | None, now: datetime, refusal: Refused
) -> m.PatronInformationResponse:
    """64 that denies everything and counts nothing."""
    return m.PatronInformationResponse(
        patron_status=denied(station),
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
        valid_patron=False,
        valid_patron_password=invalid(refusal),
        screen_message=screen(refusal, station, request.language),
    )


def end_session(request: m.EndPatronSession, station: Station, pin: Pin) -> Said:
    """36: done, for nothing was kept open. Only where every PIN is checked, a wrong one ends nothing."""
    now = station.local_now()
    if pin is not Pin.WRONG or station.terminal.pin is not PinCheck.ALWAYS:
        return Reply(_ended(request, now, True, ()))
    refusal = Refused(Reason.WRONG_PIN)
    return Reply(_ended(request, now, False, screen(refusal, station)), reason=refusal.reason)


def no_end_session(
    request: m.EndPatronSession, station: Station | None, now: datetime, refusal: Refused
) -> m.EndSessionResponse:
    """36 says that the session has ended even where it could not begin."""
    return _ended(request, now, True, screen(refusal, station))


def _ended(request: m.EndPatronSession, now: datetime, ended: bool, lines: Lines) -> m.EndSessionResponse:
    return m.EndSessionResponse(
        end_session=ended,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        screen_message=lines,
    )


def _grounds(view: PatronView, station: Station, code: str) -> Lines:
    """In the language that the message asks for; where it leaves that open, in the patron's own."""
    if not view.grounds:
        return ()
    open_to_us = code.strip() in ("", sip2.Language.UNKNOWN)
    return grounds(view, station, station.spoken(view.patron.language if open_to_us else code))
