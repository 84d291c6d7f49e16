"""SIP2 messages to acts at the desk, outcomes to SIP2 messages: here alone SIP2's words meet the library's.

This file says only which room speaks for which request. The rooms are plain functions, two for each request
that a terminal may make once it is logged in: one does it, one words its refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from msgspec.structs import replace

from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from servers.sip2.station import Station
from servers.sip2.translate import blocks, fees, holds, items, loans, patrons, renewals, returns, status
from servers.sip2.translate.offline import offline as done_offline
from servers.sip2.translate.pins import NEEDS_PIN, known_pin, patron_secret, true_reason
from servers.sip2.translate.reply import NOT_HERE, SILENCE, Reply, Said
from servers.sip2.translate.status import acs_status, offline
from servers.sip2.translate.wording import notice
from servers.words.notices import Notice

__all__ = ["Reply", "acs_status", "answer", "known_pin", "offline", "patron_secret", "refused"]

Q = TypeVar("Q", bound=m.FromSc)


def answer(request: m.FromSc, station: Station, pin: Pin) -> Reply:
    """Do what a terminal asks for and put the outcome in its words, if its dialect has any."""
    if request.code not in station.abilities.done:
        if request.code in station.abilities.unheard:
            return SILENCE
        said: Said = NOT_HERE
    elif pin is Pin.WRONG and not _is_done_anyway(request, station):
        refusal = Refused(Reason.WRONG_PIN)
        return Reply(_worded(request, station, refusal), reason=true_reason(request, station))
    else:
        said = _ANSWERS[type(request)](request, station, pin)
    if isinstance(said, Reply):
        if station.conceal is None or said.message is None:
            return said
        return said._replace(message=station.conceal(said.message))
    message = _worded(request, station, said.outcome, recorded=said.mine)
    return Reply(message, said.unit, said.mine, said.outcome.reason)


def refused(request: m.FromSc, station: Station | None, now: datetime, reason: Reason) -> m.FromAcs:
    """The answer to a request that cannot be done for a reason that does not lie in it."""
    message = _REFUSALS[type(request)](request, station, now, Refused(reason))
    return message if station is None or station.conceal is None else station.conceal(message)


def _is_done_anyway(request: m.FromSc, station: Station) -> bool:
    """Whether a wrong PIN stops nothing: none is asked for, or it has happened already."""
    if type(request) not in NEEDS_PIN:
        return True
    return isinstance(request, m.Checkout | m.Renew) and done_offline(request, station) is not None


def _worded(request: m.FromSc, station: Station, refusal: Refused, recorded: bool = False) -> m.FromAcs:
    """A refusal in the request's own answer. What was recorded with it, staff will see."""
    message = _REFUSALS[type(request)](request, station, station.local_now(), refusal)
    if recorded and isinstance(message, m.CheckoutResponse | m.CheckinResponse | m.RenewResponse):
        lines = (*message.screen_message, *notice(Notice.RECORDED_FOR_STAFF, station))
        message = replace(message, screen_message=lines)
    return message if station.conceal is None else station.conceal(message)


class _Room(NamedTuple):
    """How one kind of request is answered and refused; `_room` sees that both functions are of this kind."""

    request: type[m.FromSc]
    answer: Callable[[Any, Station, Pin], Said]
    refuse: Callable[[Any, Station | None, datetime, Refused], m.FromAcs]


def _room(
    request: type[Q],
    answer: Callable[[Q, Station, Pin], Said],
    refuse: Callable[[Q, Station | None, datetime, Refused], m.FromAcs],
) -> _Room:
    return _Room(request, answer, refuse)


_ROOMS: Final = (
    _room(m.PatronStatusRequest, patrons.status, patrons.no_status),
    _room(m.PatronInformation, patrons.information, patrons.no_information),
    _room(m.EndPatronSession, patrons.end_session, patrons.no_end_session),
    _room(m.BlockPatron, blocks.block, blocks.not_blocked),
    _room(m.PatronEnable, blocks.enable, blocks.not_enabled),
    _room(m.Checkout, loans.check_out, loans.not_checked_out),
    _room(m.Renew, loans.renew, loans.not_renewed),
    _room(m.RenewAll, renewals.renew_all, renewals.not_renewed_all),
    _room(m.Checkin, returns.check_in, returns.not_checked_in),
    _room(m.FeePaid, fees.pay, fees.not_paid),
    _room(m.Hold, holds.hold, holds.not_held),
    _room(m.ItemInformation, items.information, items.not_shown),
    _room(m.ItemStatusUpdate, items.note, items.not_noted),
)

_ANSWERS: Final = {room.request: room.answer for room in _ROOMS}

_REFUSALS: Final[dict[type[m.FromSc], Callable[[Any, Station | None, datetime, Refused], m.FromAcs]]] = {
    m.Login: status.no_login,
    m.ScStatus: status.no_status,
    **{room.request: room.refuse for room in _ROOMS},
}
"""Who is logged in gets 98 and 94 from the listener; whoever is not may be refused these too."""
