"""SIP2 messages to acts at the desk, outcomes to SIP2 messages: here alone SIP2's words meet the library's.

This file says only which room speaks for which request. The rooms are plain functions, two for each request
that a terminal may make once it is logged in: one does it, one words its refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from core.refusals import Reason, Refused
from core.rules.facts import Pin
from protocols.sip2 import messages as m
from servers.sip2.station import Station
from servers.sip2.translate import fees, items, loans, patrons, returns, status
from servers.sip2.translate.reply import Reply, Said
from servers.sip2.translate.status import acs_status, offline
from servers.sip2.translate.wording import patron_key

__all__ = ["Reply", "acs_status", "answer", "offline", "patron_secret", "refused"]

Q = TypeVar("Q", bound=m.FromSc)

PATRON_REQUESTS: Final = (
    m.Checkout,
    m.PatronInformation,
    m.PatronStatusRequest,
    m.Renew,
    m.EndPatronSession,
    m.FeePaid,
)
"""What may carry a patron's PIN."""


def answer(request: m.FromSc, station: Station, pin: Pin) -> Reply:
    """Do what a terminal asks for and put the outcome in its words."""
    said = _ANSWERS[type(request)](request, station, pin)
    if isinstance(said, Reply):
        return said
    message = _REFUSALS[type(request)](request, station, station.local_now(), said.outcome)
    return Reply(message, said.unit)


def refused(request: m.FromSc, station: Station | None, now: datetime, reason: Reason) -> m.FromAcs:
    """The answer to a request that cannot be done for a reason that does not lie in it."""
    return _REFUSALS[type(request)](request, station, now, Refused(reason))


def patron_secret(request: m.FromSc) -> tuple[str, str] | None:
    """Whose PIN the request carries, and the PIN. An empty one is none: nobody is locked out by looking."""
    if not isinstance(request, PATRON_REQUESTS) or not request.patron_password:
        return None
    return patron_key(request.patron_identifier), request.patron_password.reveal()


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
    _room(m.Checkout, loans.check_out, loans.not_checked_out),
    _room(m.Renew, loans.renew, loans.not_renewed),
    _room(m.Checkin, returns.check_in, returns.not_checked_in),
    _room(m.FeePaid, fees.pay, fees.not_paid),
    _room(m.ItemInformation, items.information, items.not_shown),
)

_ANSWERS: Final = {room.request: room.answer for room in _ROOMS}

_REFUSALS: Final[dict[type[m.FromSc], Callable[[Any, Station | None, datetime, Refused], m.FromAcs]]] = {
    m.Login: status.no_login,
    m.ScStatus: status.no_status,
    **{room.request: room.refuse for room in _ROOMS},
}
"""Who is logged in gets 98 and 94 from the listener; whoever is not may be refused these too."""
