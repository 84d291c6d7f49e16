"""01 and 25: a machine blocks a card that was left in it, and lifts what machines have blocked.

Both are answered with the patron as they stand then, whether or not that has changed anything.
"""

from __future__ import annotations

from datetime import datetime

from core.desk import Answer, PatronView
from core.events import PatronEnabled
from core.model.records import BlockKind
from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from protocols.sip2.fields import Language
from servers.configuration.settings import PinCheck
from servers.sip2.station import Station
from servers.sip2.translate.reply import Reply, Said
from servers.sip2.translate.standing import denied, flags, grounds, invalid, valid
from servers.sip2.translate.wording import Lines, dated_key, notice, patron_key, screen
from servers.words.notices import Notice


def block(request: m.BlockPatron, station: Station, pin: Pin) -> Said:
    """24: blocked, if the terminal may do that, or else as before (code 01). It names no language."""
    patron = patron_key(request.patron_identifier)
    if not station.blocks:
        return _blocked(request, station, patron, ())
    retained = request.card_retained
    done = station.desk.block(
        station.actor,
        patron,
        BlockKind.CARD_RETAINED if retained else BlockKind.SELF_CHECK,
        request.blocked_card_message.strip(),
        request=dated_key(request, station, pin, patron),
    )
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit)
    what = Notice.CARD_RETAINED if retained else Notice.CARD_BLOCKED
    said = _blocked(request, station, patron, notice(what, station))
    return Reply(said.message, done.unit, done.mine) if isinstance(said, Reply) else said


def _blocked(request: m.BlockPatron, station: Station, patron: str, lines: Lines) -> Said:
    """24 after 01. Nobody has shown a PIN: where that is asked for, neither name nor money is told."""
    seen = station.desk.view_patron(station.actor, patron)
    view = seen.outcome
    if view is None:
        return Answer(Refused(Reason.UNKNOWN_PATRON))
    shown = station.terminal.pin is not PinCheck.ALWAYS
    message = m.PatronStatusResponse(
        patron_status=flags(view, station),
        language=Language.UNKNOWN,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name=view.patron.name if shown else "",
        valid_patron=True,
        screen_message=(*lines, *grounds(view, station, station.language)),
    )
    return Reply(message, seen.unit)


def not_blocked(
    request: m.BlockPatron, station: Station | None, now: datetime, refusal: Refused
) -> m.PatronStatusResponse:
    """24 that denies everything."""
    return m.PatronStatusResponse(
        patron_status=denied(station),
        language=Language.UNKNOWN,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name="",
        valid_patron=False,
        screen_message=screen(refusal, station),
    )


def enable(request: m.PatronEnable, station: Station, pin: Pin) -> Said:
    """26: what machines have blocked is lifted; what staff have, and what is owed, stays."""
    patron = patron_key(request.patron_identifier)
    key = dated_key(request, station, pin, patron)
    done = station.desk.enable(station.actor, patron, request=key, pin=pin)
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit)
    seen = station.desk.view_patron(station.actor, patron)
    assert seen.outcome is not None, "who was enabled is known"
    lifted = any(isinstance(event, PatronEnabled) for event in done.outcome)
    lines = notice(Notice.CARD_ENABLED, station) if lifted else ()
    return Reply(_enabled(request, station, pin, seen.outcome, lines), done.unit, done.mine)


def _enabled(
    request: m.PatronEnable, station: Station, pin: Pin, view: PatronView, lines: Lines
) -> m.PatronEnableResponse:
    return m.PatronEnableResponse(
        patron_status=flags(view, station),
        language=Language.UNKNOWN,
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name=view.patron.name,
        valid_patron=True,
        valid_patron_password=valid(pin),
        screen_message=(*lines, *grounds(view, station, station.language)),
    )


def not_enabled(
    request: m.PatronEnable, station: Station | None, now: datetime, refusal: Refused
) -> m.PatronEnableResponse:
    """26 that denies everything."""
    return m.PatronEnableResponse(
        patron_status=denied(station),
        language=Language.UNKNOWN,
        transaction_date=now,
        institution_id=request.institution_id,
        patron_identifier=request.patron_identifier,
        personal_name="",
        valid_patron=False,
        valid_patron_password=invalid(refusal),
        screen_message=screen(refusal, station),
    )
