"""No block: what a machine did on its own while we were not to be had, and what it is told once it is booked.

The rule it keeps: the flag alone opens nothing. Some machines always send it, so a profile says when it is
believed; an act that is not taken for a past one is checked like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from core.events import DiscrepancyNoted, Event
from core.rules.facts import Offline
from protocols.sip2 import messages as m
from servers.configuration.settings import NoBlock, Profile
from servers.sip2.station import Station
from servers.sip2.translate.wording import Lines, notice
from servers.words.notices import Notice


def offline(request: m.Checkout | m.Checkin | m.Renew, station: Station) -> Offline | None:
    """When the act happened, and the due date that was given; None for an act to be decided now."""
    if not request.no_block:
        return None
    now = station.desk.clock.now()
    happened = station.moment(request.transaction_date) or now
    if not _is_believed(station.terminal, now - happened):
        return None
    return Offline(happened, None if isinstance(request, m.Checkin) else station.moment(request.nb_due_date))


def _is_believed(profile: Profile, age: timedelta) -> bool:
    match profile.no_block:
        case NoBlock.NEVER:
            return False
        case NoBlock.LATE:
            return age > timedelta(minutes=profile.no_block_after)
        case NoBlock.ALWAYS:
            return True
        case _:
            assert_never(profile.no_block)


def booked(events: Sequence[Event], station: Station) -> Lines:
    """AF of what was booked as done offline."""
    if any(isinstance(event, DiscrepancyNoted) for event in events):
        return notice(Notice.RECORDED_FOR_STAFF, station)
    return notice(Notice.RECORDED_OFFLINE, station)
