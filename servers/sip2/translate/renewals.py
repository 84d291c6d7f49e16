"""65: everything that a patron has on loan made longer, as far as that may be."""

from __future__ import annotations

from datetime import datetime

from core.desk import Answer, RenewedAll
from core.refusals import Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from servers.sip2.station import Station
from servers.sip2.translate.reply import Reply, Said
from servers.sip2.translate.wording import Lines, dated_key, notice, patron_key, receipt, screen
from servers.words.notices import Notice


def renew_all(request: m.RenewAll, station: Station, pin: Pin) -> Said:
    """66: ok if anything was renewed, or if there was nothing to renew."""
    patron = patron_key(request.patron_identifier)
    done = station.desk.renew_all(
        station.actor,
        patron,
        request=dated_key(request, station, pin, patron),
        pin=pin,
        fee_acknowledged=request.fee_acknowledged is True,
    )
    if isinstance(done.outcome, Refused):
        return Answer(done.outcome, done.unit)
    return Reply(_told(request, station, done.outcome), done.unit, done.mine)


def not_renewed_all(
    request: m.RenewAll, station: Station | None, now: datetime, refusal: Refused
) -> m.RenewAllResponse:
    """66 that says no."""
    return m.RenewAllResponse(
        ok=False,
        renewed_count=0,
        unrenewed_count=0,
        transaction_date=now,
        institution_id=request.institution_id,
        screen_message=screen(refusal, station),
    )


def _told(request: m.RenewAll, station: Station, done: RenewedAll) -> m.RenewAllResponse:
    return m.RenewAllResponse(
        ok=bool(done.renewed) or not done.unrenewed,
        renewed_count=len(done.renewed),
        unrenewed_count=len(done.unrenewed),
        transaction_date=station.local_now(),
        institution_id=request.institution_id,
        renewed_items=tuple([item.barcode for item in done.renewed]),
        unrenewed_items=tuple([item.barcode for item, _ in done.unrenewed]),
        screen_message=_lines(done, station),
        print_line=_receipt(done, station) if station.prints else (),
    )


def _lines(done: RenewedAll, station: Station) -> Lines:
    """AF: how many were renewed and how many not, and then each reason once."""
    counts = (
        (Notice.ITEMS_RENEWED, len(done.renewed)),
        (Notice.ITEMS_NOT_RENEWED, len(done.unrenewed)),
    )
    told = [line for what, count in counts if count for line in notice(what, station, count=str(count))]
    reasons = dict.fromkeys(line for _, why in done.unrenewed for line in screen(why, station))
    return (*told, *reasons)


def _receipt(done: RenewedAll, station: Station) -> Lines:
    lines: list[str] = []
    for item in done.renewed:
        assert item.loan is not None, "what was renewed is on loan"
        lines += (
            station.desk.library.title(item),
            *notice(Notice.RENEWED, station, due=station.readable(item.loan.due)),
        )
    return receipt(*lines)
